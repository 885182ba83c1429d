import nunjucks from "npm:nunjucks@3.2.4";

export default () => {
  const env = new nunjucks.Environment(null, { autoescape: true });
  env.addFilter("loud", (text: string) => text.toUpperCase());
  return Response.json({
    text: env.renderString("{% for n in list %}{{ loop.index }}:{{ n | loud }}{% if not loop.last %}, {% endif %}{% endfor %}", { list: ["<a>", "b"] }),
    macro: env.renderString("{% macro f(x, y=2) %}{{ x + y }}{% endmacro %}{{ f(1) }}{{ f(1, y=5) }}"),
  });
};

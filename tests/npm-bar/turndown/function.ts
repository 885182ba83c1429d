import TurndownService from "npm:turndown@7.2.5";

export default () => {
  const service = new TurndownService({ headingStyle: "atx" });
  return Response.json({ text: service.turndown("<h1>Hi</h1><p>a <b>b</b> <a href='/x'>c</a></p><ul><li>d</li></ul>") });
};

import * as changeCase from "npm:change-case@5.4.4";
import { camelCase } from "npm:change-case@5.4.4/keys";

export default () =>
  Response.json({
    cases: ["camelCase", "constantCase", "dotCase", "kebabCase", "pascalCase", "sentenceCase", "snakeCase", "trainCase"]
      .map((name) => (changeCase as unknown as Record<string, (text: string) => string>)[name]("XMLHttp requestÉtat v2")),
    keys: camelCase({ first_name: { last_name: 1 } }, 2),
  });

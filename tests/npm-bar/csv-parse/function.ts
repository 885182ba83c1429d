import { parse as parseStream } from "npm:csv-parse@7.0.3";
import { parse } from "npm:csv-parse@7.0.3/sync";

export default async () => {
  const rows: unknown[] = [];
  const parser = parseStream({ columns: true, cast: true });
  parser.write("a,b\n1,");
  parser.end('"x ""y"""\n');
  for await (const row of parser) rows.push(row);
  return Response.json({ rows, sync: parse("a;b\nc;d", { delimiter: ";" }), wrong: (() => {
    try {
      return parse('a,"b');
    } catch (error) {
      return (error as { code: string }).code;
    }
  })() });
};

import Papa from "npm:papaparse@5.7.1";

const csv = 'id,name,price\n1,"Doe, ""J""",2.5\n2,"two\nlines",\n3,x,1e3\n';

export default async () => {
  const rows: unknown[] = [];
  await new Promise<void>((complete) => {
    Papa.parse(csv, { header: true, step: ({ data }) => rows.push(data), complete: () => complete() });
  });
  return Response.json({
    typed: Papa.parse(csv, { header: true, dynamicTyping: true, skipEmptyLines: true }).data,
    steps: rows.length,
    arrays: Papa.parse("a;b\n1;2", { delimiter: "" }).meta.delimiter,
    errors: Papa.parse('a,b\n1,2,3\n"', { header: true }).errors.map((error) => error.code),
    text: Papa.unparse([{ a: 1, b: 'x,"y"' }, { a: null, b: "=1" }], { escapeFormulae: true }),
  });
};

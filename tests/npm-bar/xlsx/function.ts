import * as XLSX from "npm:xlsx@0.18.5";

export default () => {
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, XLSX.utils.json_to_sheet([{ name: "Ada", n: 1 }, { name: "é", n: 2.5 }]), "People");
  const bytes = XLSX.write(book, { type: "array", bookType: "xlsx", compression: true });
  const read = XLSX.read(bytes, { type: "array" });
  return Response.json({ names: read.SheetNames, rows: XLSX.utils.sheet_to_json(read.Sheets.People), csv: XLSX.utils.sheet_to_csv(read.Sheets.People) });
};

import ExcelJS from "npm:exceljs@4.4.0";

export default async () => {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet("People");
  sheet.columns = [{ header: "Name", key: "name", width: 20 }, { header: "N", key: "n" }];
  sheet.addRow({ name: "Ada", n: 1 });
  sheet.addRow({ name: "é", n: { formula: "B2*2", result: 2 } });
  const bytes = await book.xlsx.writeBuffer();
  const read = new ExcelJS.Workbook();
  await read.xlsx.load(bytes as never);
  const rows: unknown[] = [];
  read.getWorksheet("People")!.eachRow((row) => rows.push(row.values));
  return Response.json({ magic: [...new Uint8Array(bytes as ArrayBuffer).slice(0, 2)], rows });
};

import { degrees, PDFDocument, rgb, StandardFonts } from "npm:pdf-lib@1.17.1";

export default async () => {
  const document = await PDFDocument.create();
  document.setTitle("Invoice");
  document.setCreationDate(new Date(0));
  const font = await document.embedFont(StandardFonts.Helvetica);
  const page = document.addPage([300, 200]);
  page.drawText("Total: 42 €", { x: 20, y: 100, size: 18, font, color: rgb(0.8, 0, 0), rotate: degrees(10) });
  const form = document.getForm();
  form.createTextField("name").setText("Ada");
  const bytes = await document.save();
  const read = await PDFDocument.load(bytes);
  return Response.json({
    magic: new TextDecoder().decode(bytes.slice(0, 5)),
    pages: read.getPageCount(),
    size: read.getPage(0).getSize(),
    title: read.getTitle(),
    field: read.getForm().getTextField("name").getText(),
    width: Math.round(font.widthOfTextAtSize("Total", 18)),
  });
};

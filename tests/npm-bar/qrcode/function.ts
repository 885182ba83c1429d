import QRCode from "npm:qrcode@1.5.4";

export default async () => {
  const code = QRCode.create("https://example.org", { errorCorrectionLevel: "M" });
  const svg = await QRCode.toString("https://example.org", { type: "svg", margin: 1 });
  return Response.json({ version: code.version, size: code.modules.size, dark: code.modules.get(0, 0), svg: [svg.slice(0, 4), svg.includes("<path")] });
};

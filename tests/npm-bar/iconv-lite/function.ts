import iconv from "npm:iconv-lite@0.7.3";

export default () =>
  Response.json({
    latin: [...iconv.encode("é€", "win1252")],
    back: iconv.decode(Buffer.from([0x93, 0xfa, 0x96, 0x7b]), "shift_jis"),
    utf16: iconv.encode("a", "utf16le", { addBOM: true }).toString("hex"),
    known: [iconv.encodingExists("gb18030"), iconv.encodingExists("nope")],
  });

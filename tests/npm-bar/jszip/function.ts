import JSZip from "npm:jszip@3.10.2";

export default async () => {
  const zip = new JSZip();
  zip.file("hello.txt", "Hello, wörld");
  zip.folder("data")!.file("bytes.bin", new Uint8Array([1, 2, 3])).file("late.txt", Promise.resolve("later"));
  const bytes = await zip.generateAsync({ type: "uint8array", compression: "DEFLATE" });
  const read = await JSZip.loadAsync(bytes);
  return Response.json({
    magic: [...bytes.slice(0, 4)],
    names: Object.keys(read.files),
    text: await read.file("hello.txt")!.async("string"),
    bytes: [...await read.file("data/bytes.bin")!.async("uint8array")],
    late: await read.file("data/late.txt")!.async("string"),
    base64: (await zip.generateAsync({ type: "base64" })).slice(0, 6),
    broken: await JSZip.loadAsync("nothing").catch((error: Error) => error.message.split(" : ")[0].split(".")[0]),
  });
};

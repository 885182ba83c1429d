import { gunzipSync, gzip, gzipSync, strFromU8, strToU8, unzipSync, Zip, ZipDeflate, zipSync, zlibSync, unzlibSync } from "npm:fflate@0.8.3";

export default async () => {
  const text = "a text that repeats, ".repeat(200);
  const packed = gzipSync(strToU8(text), { level: 9, mtime: 0 });
  const archive = zipSync({ "a.txt": strToU8("one"), dir: { "b.txt": [strToU8("two"), { level: 0 }] } });
  const streamed: Uint8Array[] = [];
  await new Promise<void>((resolve, reject) => {
    const zip = new Zip((error, chunk, final) => {
      if (error) return reject(error);
      streamed.push(chunk);
      if (final) resolve();
    });
    const file = new ZipDeflate("c.txt", { level: 6 });
    zip.add(file);
    file.push(strToU8("three"), true);
    zip.end();
  });
  const all = new Uint8Array(await new Blob(streamed).arrayBuffer());
  const native = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
  return Response.json({
    small: packed.length < 100,
    back: strFromU8(gunzipSync(packed)) === text,
    native: (await native.text()) === text,
    files: Object.entries(unzipSync(archive)).map(([name, content]) => [name, strFromU8(content)]),
    streamed: strFromU8(unzipSync(all)["c.txt"]),
    zlib: strFromU8(unzlibSync(zlibSync(strToU8("zlib")))),
    later: typeof gzip,
  });
};

import protobuf from "npm:protobufjs@8.8.1";

const { root } = protobuf.parse(`syntax = "proto3"; package a;
enum Kind { NONE = 0; SOME = 1; }
message Item { string name = 1; repeated int32 ns = 2; map<string, int64> counts = 3; Kind kind = 4; bytes data = 5; oneof x { string y = 6; bool z = 7; } }`);

export default () => {
  const Item = root.lookupType("a.Item");
  const value = { name: "wörld", ns: [1, -2], counts: { a: 9_007_199_254_740_991 }, kind: 1, data: new Uint8Array([1, 2]), z: true };
  const bytes = Item.encode(Item.create(value)).finish();
  const back = Item.toObject(Item.decode(bytes), { longs: String, enums: String, bytes: String, oneofs: true });
  return Response.json({ hex: Buffer.from(bytes).toString("hex"), back, wrong: Item.verify({ name: 1 }) });
};

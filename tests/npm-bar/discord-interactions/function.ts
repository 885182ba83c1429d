import { InteractionResponseType, verifyKey } from "npm:discord-interactions@4.4.0";

export default async () => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]) as CryptoKeyPair;
  const hex = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("hex");
  const key = hex(await crypto.subtle.exportKey("raw", publicKey));
  const signature = hex(await crypto.subtle.sign("Ed25519", privateKey, new TextEncoder().encode("1700000000{}")));
  return Response.json({
    right: await verifyKey("{}", signature, "1700000000", key),
    wrong: await verifyKey("{ }", signature, "1700000000", key),
    pong: InteractionResponseType.PONG,
  });
};

import { hmac } from "npm:@noble/hashes@2.4.0/hmac.js";
import { pbkdf2Async } from "npm:@noble/hashes@2.4.0/pbkdf2.js";
import { scrypt } from "npm:@noble/hashes@2.4.0/scrypt.js";
import { sha256 } from "npm:@noble/hashes@2.4.0/sha2.js";
import { keccak_256 } from "npm:@noble/hashes@2.4.0/sha3.js";
import { blake3 } from "npm:@noble/hashes@2.4.0/blake3.js";
import { bytesToHex, utf8ToBytes } from "npm:@noble/hashes@2.4.0/utils.js";

export default async () => {
  const text = utf8ToBytes("abc");
  return Response.json({
    sha256: bytesToHex(sha256(text)),
    keccak: bytesToHex(keccak_256(text)),
    blake3: bytesToHex(blake3(text)),
    hmac: bytesToHex(hmac(sha256, utf8ToBytes("key"), text)),
    pbkdf2: bytesToHex(await pbkdf2Async(sha256, "password", "salt", { c: 10, dkLen: 16 })),
    scrypt: bytesToHex(scrypt("password", "salt", { N: 16, r: 8, p: 1, dkLen: 16 })),
  });
};

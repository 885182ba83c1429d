import CryptoJS from "npm:crypto-js@4.2.0";
import sha1 from "npm:crypto-js@4.2.0/sha1.js";

export default () => {
  const key = CryptoJS.enc.Hex.parse("000102030405060708090a0b0c0d0e0f");
  const iv = CryptoJS.enc.Hex.parse("101112131415161718191a1b1c1d1e1f");
  const sealed = CryptoJS.AES.encrypt("attack at dawn", "passphrase").toString();
  return Response.json({
    sha256: CryptoJS.SHA256("abc").toString(),
    sha1: String(sha1("abc")),
    md5: CryptoJS.MD5("é").toString(CryptoJS.enc.Base64),
    hmac: CryptoJS.HmacSHA512("text", "key").toString().slice(0, 32),
    pbkdf2: CryptoJS.PBKDF2("password", "salt", { keySize: 4, iterations: 10 }).toString(),
    aes: CryptoJS.AES.encrypt("abc", key, { iv }).ciphertext.toString(),
    opened: CryptoJS.AES.decrypt(sealed, "passphrase").toString(CryptoJS.enc.Utf8),
    random: CryptoJS.lib.WordArray.random(16).sigBytes,
  });
};

// Known answers. Digests: FIPS 180-4. HMAC: RFC 4231. AES: SP 800-38A, the GCM specification, RFC 3394. Ed25519: RFC 8032.
// X25519: RFC 7748. HKDF: RFC 5869. PBKDF2: RFC 6070 and RFC 7914. Signatures: made with OpenSSL.

const hex = (bytes: ArrayBuffer | Uint8Array): string => new Uint8Array(bytes as ArrayBuffer).toHex();
const bytes = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(' ', ''));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const { subtle } = crypto;

type Usage = KeyUsage[];
const raw = (key: Uint8Array, algorithm: any, usages: Usage) => subtle.importKey('raw', key, algorithm, false, usages);

const checks: Record<string, () => Promise<[string, string]>> = {};

const DIGESTS: Record<string, string> = {
  'SHA-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  'SHA-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'SHA-384': 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  'SHA-512': 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
};
for (const [name, expected] of Object.entries(DIGESTS)) {
  checks[name] = async () => [hex(await subtle.digest(name, text('abc'))), expected];
}

const HMACS: Record<string, string> = {
  'SHA-256': '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  'SHA-384': 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
  'SHA-512': '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
};
for (const [hash, expected] of Object.entries(HMACS)) {
  checks[`HMAC ${hash}`] = async () => {
    const key = await raw(text('Jefe'), { name: 'HMAC', hash }, ['sign', 'verify']);
    const code = await subtle.sign('HMAC', key, text('what do ya want for nothing?'));
    const verified = await subtle.verify('HMAC', key, code, text('what do ya want for nothing?'));
    return [hex(code) + verified, expected + true];
  };
}

const BLOCKS = bytes('6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51');
const AES: [any, string, Uint8Array, string][] = [
  [{ name: 'AES-CBC', iv: bytes('000102030405060708090a0b0c0d0e0f') }, '2b7e151628aed2a6abf7158809cf4f3c', BLOCKS,
    '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2'],
  [{ name: 'AES-CBC', iv: bytes('000102030405060708090a0b0c0d0e0f') }, '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b', BLOCKS,
    '4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a'],
  [{ name: 'AES-CBC', iv: bytes('000102030405060708090a0b0c0d0e0f') }, '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', BLOCKS,
    'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d'],
  [{ name: 'AES-CTR', counter: bytes('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), length: 128 }, '2b7e151628aed2a6abf7158809cf4f3c', BLOCKS,
    '874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff'],
  [{ name: 'AES-CTR', counter: bytes('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), length: 64 }, '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', BLOCKS,
    '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5'],
  [{ name: 'AES-GCM', iv: bytes('000000000000000000000000') }, '00000000000000000000000000000000', bytes('00000000000000000000000000000000'),
    '0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf'],
  [{ name: 'AES-GCM', iv: bytes('cafebabefacedbaddecaf888'), additionalData: bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2') },
    'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    bytes('d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'),
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662'
    + '76fc6ece0f4e1768cddf8853bb2d551b'],
  [{ name: 'AES-GCM', iv: bytes('cafebabefacedbad'), additionalData: bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2'), tagLength: 96 },
    'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    bytes('d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'),
    'c3762df1ca787d32ae47c13bf19844cbaf1ae14d0b976afac52ff7d79bba9de0feb582d33934a4f0954cc2363bc73f7862ac430e64abe499f47c9b1f'
    + '3a337dbf46a792c45e454913'],
];
for (const [index, [algorithm, key, plain, expected]] of AES.entries()) {
  checks[`${algorithm.name} ${index}`] = async () => {
    const secret = await raw(bytes(key), algorithm.name, ['encrypt', 'decrypt']);
    const encrypted = await subtle.encrypt(algorithm, secret, plain);
    const decrypted = await subtle.decrypt(algorithm, secret, encrypted);
    // CBC adds a block of padding.
    return [hex(encrypted).slice(0, expected.length) + hex(decrypted), expected + hex(plain)];
  };
}

checks['AES-KW'] = async () => {
  const wrapping = await raw(bytes('000102030405060708090a0b0c0d0e0f1011121314151617'), 'AES-KW', ['wrapKey', 'unwrapKey']);
  const key = await subtle.importKey('raw', bytes('00112233445566778899aabbccddeeff'), 'AES-GCM', true, ['encrypt']);
  const wrapped = await subtle.wrapKey('raw', key, wrapping, 'AES-KW');
  const unwrapped = await subtle.unwrapKey('raw', wrapped, wrapping, 'AES-KW', 'AES-GCM', true, ['encrypt']);
  return [hex(wrapped) + hex(await subtle.exportKey('raw', unwrapped)), '96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d00112233445566778899aabbccddeeff'];
};

const pkcs8 = (id: string, key: string) => bytes(`302e020100300506032b65${id}04220420${key}`);

checks.Ed25519 = async () => {
  const key = await subtle.importKey('pkcs8', pkcs8('70', '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'), 'Ed25519', true, ['sign']);
  const { x } = await subtle.exportKey('jwk', key);
  const known = await subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x }, 'Ed25519', true, ['verify']);
  const signature = await subtle.sign('Ed25519', key, bytes('72'));
  const verified = await subtle.verify('Ed25519', known, signature, bytes('72'));
  return [
    hex(await subtle.exportKey('raw', known)) + hex(signature) + verified,
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da'
    + '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00true',
  ];
};

checks.X25519 = async () => {
  const key = await subtle.importKey('pkcs8', pkcs8('6e', '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'), 'X25519', false, ['deriveBits']);
  const other = await raw(bytes('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'), 'X25519', []);
  return [hex(await subtle.deriveBits({ name: 'X25519', public: other }, key, 256)), '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'];
};

checks.HKDF = async () => {
  const key = await raw(bytes('0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b'), 'HKDF', ['deriveBits']);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: bytes('000102030405060708090a0b0c'), info: bytes('f0f1f2f3f4f5f6f7f8f9') };
  return [hex(await subtle.deriveBits(algorithm, key, 336)), '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'];
};

const PBKDF2: [string, string, string, number, string][] = [
  ['SHA-1', 'password', 'salt', 4096, '4b007901b765489abead49d926f721d065a429c1'],
  ['SHA-256', 'passwd', 'salt', 1, '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783'],
  ['SHA-512', 'passwordPASSWORDpassword', 'saltSALTsaltSALTsaltSALTsaltSALTsalt', 4096,
    '8c0511f4c6e597c6ac6315d8f0362e225f3c501495ba23b868c005174dc4ee71115b59f9e60cd9532fa33e0f75aefe30225c583a186cd82bd4daea9724a3d3b804f75bdd41494fa324cab24bcc680fb3b96a30cf5d21fac3c2875913919f3399b1d9ce7e'],
];
for (const [hash, password, salt, iterations, expected] of PBKDF2) {
  checks[`PBKDF2 ${hash}`] = async () => {
    const key = await raw(text(password), 'PBKDF2', ['deriveBits']);
    return [hex(await subtle.deriveBits({ name: 'PBKDF2', hash, salt: text(salt), iterations }, key, expected.length * 4)), expected];
  };
}

// Keys of elliptic curves, and signatures of "abc" whose digest is longer or shorter than the curve.
const EC: [string, string, JsonWebKey, string][] = [
  ['P-256', 'SHA-384', { kty: 'EC', x: 'JAhe77cmEL2QGbv5HzH12o187WGJsQhHXpowjjREykg', y: 'eausVC1GV_cBK9aDRqLZmNSA4mp7ugRSRsboBkVBdSI', crv: 'P-256', d: 'PyPIHYa0imafaFHIyp4PyPCSesd5H2LaWOlx07T-66I' },
    '81162f792231b57defdb2c0af8142cfaa78b5ecd076483bfc059ccb000922212994d23ae9d37600b1378fbd94cff878130de3948f3b0f908fe8d587fe91a4437'],
  ['P-384', 'SHA-512', { kty: 'EC', x: '8zr93sCTZjx-SL114KdIOm157tt5guhtM5Omdnul_zsNfJJ7Bzc2zv8y5ZgUxsat', y: 'zF3CW5_yGAe5fEUlp7WvNOG57hHNdPBC2SswBCxaal4PlIQZUvvMPqNf55SU47jL', crv: 'P-384', d: 'minoxMJ_WkdKu9LsI7Q26zaoGzs9U6ELXCWL3hMfKcEzX3OiS4FBgUUmu3imD6A8' },
    'fd630148ebb34adf258a2ee6b466a8ce70f68db1b1d4d9eb3bc1dc8031cbfcbfdb42625107740795a2917802b300708599d4fb00ddfd48a3fc77ade21d4d734712fa1843d946e5cd4b7ed39206fbb4b7342d79a06b914bad94063f8ca5e99a02'],
  ['P-521', 'SHA-1', { kty: 'EC', x: 'ATxpHDibV8iDldl0gLZjJ57bRkeX-k1prqgUTE4QVmUUS8l00y-9HrlUnjuLaoBe_P3RsYsq7qheyanl0FXVuuv5', y: 'ARegZrakOZr_wIxyvnmm_VhQbjbcMCayP0yMXGaiyKGuB27lLieBDQ6xVoEXoVnJn_556-sfXg3zXhOndRHB_ukU', crv: 'P-521', d: 'AepjGx9Y2Qeb0fcahNoc1U9ZMiS-XpOFEGSoTQMNar7cMLTkqkWxBC13GBAP8qIkkjeZZaVUSLxlJSaCYUQIAMuf' },
    '00181dc6c525e02d797634747955bd1b8c38a322afc8e65b4457ce814e54fe3ea7631444ec143e369f54a534f18f83e0529283e225c3db3a29d02d48687df8b95d3601af1b9278faaada41b4b41d8201a4023fdddc4ef57e4a67cf6cc38c9a5471b3d6238878d801e70b5329b5a07440891ddf3a515ec698b9db34b59ef25b511f9a0a78'],
];
for (const [namedCurve, hash, jwk, signature] of EC) {
  const { d, ...half } = jwk;
  checks[`ECDSA ${namedCurve}`] = async () => {
    const known = await subtle.importKey('jwk', half, { name: 'ECDSA', namedCurve }, true, ['verify']);
    const key = await subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve }, true, ['sign']);
    const own = await subtle.sign({ name: 'ECDSA', hash }, key, text('abc'));
    const verified = [
      await subtle.verify({ name: 'ECDSA', hash }, known, bytes(signature), text('abc')),
      await subtle.verify({ name: 'ECDSA', hash }, known, own, text('abc')),
      await subtle.verify({ name: 'ECDSA', hash }, known, own, text('abd')),
    ];
    return [`${verified} ${own.byteLength * 2}`, `true,true,false ${signature.length}`];
  };
  checks[`forms of ${namedCurve}`] = async () => {
    const algorithm = { name: 'ECDH', namedCurve };
    const key = await subtle.importKey('jwk', jwk, algorithm, true, ['deriveBits']);
    const again = await subtle.importKey('pkcs8', await subtle.exportKey('pkcs8', key), algorithm, true, ['deriveBits']);
    const known = await subtle.importKey('jwk', half, algorithm, true, []);
    const spki = await subtle.importKey('spki', await subtle.exportKey('spki', known), algorithm, true, []);
    const point = await subtle.importKey('raw', await subtle.exportKey('raw', spki), algorithm, true, []);
    const shared = await subtle.deriveBits({ name: 'ECDH', public: point }, again, null);
    const { d: same } = await subtle.exportKey('jwk', again);
    const { x, y } = await subtle.exportKey('jwk', point);
    return [`${same} ${x} ${y} ${shared.byteLength}`, `${d} ${jwk.x} ${jwk.y} ${namedCurve === 'P-521' ? 66 : Number(namedCurve.slice(2)) / 8}`];
  };
}

const RSA: JsonWebKey = { kty: 'RSA', n: 'vCTHbj0z7-vkkbdHuNFqTC4Z2rEBqjpW18DT57255PHG-m8AWTH-ARQOEjCdzAppRuhFOPdwA_uyIJxM2X-ue2Iekt6F9fVr9rM9EInWxGAr9F5vQkODRl7RnPLtM0mR5Nf6aJNDMaRUhpAbFmZqDkCYjV9EIZXL1DDNKtwkJVdjS869x20jSETTgvq6663bzGjdyQH_6BX4eueSXZhE4vhgzUAicG4Y6xxtiWWg7F24PZqLpXsCxXEe4WEl3hR-1-oxblPK7f_82jDPmzGHcndeywpQOARlKwYelyrNq98Go3Li3uleumU4N7uQLlVC8uFdUpSZsTLNLZl9Q-GtxQ', e: 'AQAB', d: 'MMccSVFmyLoQvVKWLq1kcLG3FEK12stbPn6Isdk3e8rPOphSr81NPDxV1ZNzJbZBSxfm8nj8Opwjt16ucekvdF-g65TziCwDvKcFmucRnkIMw0NEdxqHy1PD5nv40UYuo_T2v-wGDLW9EFIGI82Ti3Rl2KktQcPTX4TzfDwsxt0pryPxHyWCUDkujy0HbP5kUnWFHC4wPhYf4Hz0RYCxwxkmmtOARoANlbvUBGnskYPXSoGwprSoQTFaPN8MFwYX4D2W_cPCH39LVfaJilg8aJF9Mv5Z_-vNJugGkZdxPSYbIlpVNRsTpKfd-ri0ZAzpZWbUVSD3vwAvJDpaytyJlQ', p: '9N0XRnNtGrUNCuiyHR-5UCClrh7cg7MkwZIpeHwyjwfF7oiCP7ZggDnZ17U0av7gxRkoPaiPPq9bN1_aeRSx9EFGkYsHQ_wl36YtlTUE63cj3en4C0_2flOpzsUCNln-igrC5Xs96xPta1nanI3QPo29gj--tHrY9fm4c_uQYoc', q: 'xLNObnevEpk420uQ2kZFMYNyMY1wjoJCcK5cfKbJuEUiDuNkv7oAwh1AsMt4LPD2XGirVIGE66tEkyTBZ-pNmZrhh9IkQVjq7l8mmO4UhW4ASwITDYBxYv7_qKz1XdTBypcg6DLk65nhJx9_2C3TmU-EC9STMk9B5biI5SoDZFM', dp: 'LssBY6kzNGNc9rS5NO-XDkTu5HNpWJGneIZh_nBdiQ_HN2pG2b4UeuyTQLGULs4-Tewc0IuhtCz2lYJv0auuxiqjPbT_0nIhGrg7BcR4CDdgV0wa5q6FQGbkkGr9nT1dcyvTSt9eWcoZGOa27Cv9m7aifH2KCBth0r_CDAgK84k', dq: 'iU_6spcOOleIH15TEmz3pKb0Mq9gIbvBEdRGcCYmr2Jjci0_ibAZE2lEXabMj-LuuHfBEs8PsUzwJCAGe7pOzaoXQq9p68xcxGbcFOounS67OaGLF2PQw6DrbB7Bcu0xE3II4M-Wivny-VK99nWXP3EI5xFQaFB32hvGROPdVk0', qi: 'pCCAGKBsBbfUhVQXmt0FdPpslM3CyYN64exF3LZPraWORoPMiIA14vBXk1I53khRklortoSpzMEhB0LP3KXRHlhsDbbP2021-7ZpepxYM5jciD2r0tL8TzElMglTXHTwBnGqXfH8cml-ei7MJ2k76PJ5hd65AhhH2oS0eIarqlA' };
const { kty, n, e } = RSA;
checks.RS1 = () => signs({ name: 'RSASSA-PKCS1-v1_5' }, 'SHA-1',
  '1c252fb6da2e0f129c5e3ef499cf7c8676f87e06d71dbdb923b42cb5164316baab6cc373bfca30e56a28f1f12cad6b5b42fb023372d70e0f9c10efd29b6d486cacb72a97df6018c1cec3462e258cbe9f3b1a4508d5c19e61e3d40fbfb330e29bac29afd074a143cbef9ca3e1c4f09b18ff8ae5a41eb62458cd8ac34e33e78562f22e70fab14b5eb0117f98cc8b6b898ba81c2c40cfb94b761527e8720c080fe20b134826df00ce73249b8110a0e5915d146a4668c682033059c28e1f5b9fdb92a6c07faea3a02490f870dd9272633228526739bba628d8699667348ef39c0c2f9304ab8f20ebe90ac81982ebded31f7d1c923a4d20aabf83c4491c4d1bca381f');
checks.RS512 = () => signs({ name: 'RSASSA-PKCS1-v1_5' }, 'SHA-512',
  '9052c30e7c2191566ad0c13d97a02eb30a265e846ba5435eb19be9eda60a61b9b68d574b4f3584444dd74e24e90bb7c868822d9f17174f49daa1c18579b3f34534b35446b5c2203025337667c69c5e1bea9c62b77edbc122c5e597a27e9ccf093772f25434b13da23e45ca744c6ca0da1bb0b6345469ab60992d604bfd6486100f8172b5a7b20a9001aa251c6fc91f779faa3654be125cf4c4ebdfbc091e19af943c6e23ef922cda3ae904463ee97a07fe32a5d3f81a3d797bcb2500afd412bef50afe1eb1110bffc8ae7d6723ee80fc5429b6066f62726e6b142954aeccc7c5744b56577d6925624607faf6ef1295aa13da1c3a1f76ae2849d335c0999e133e');
checks.PS256 = () => signs({ name: 'RSA-PSS', saltLength: 0 }, 'SHA-256',
  '1493f3d92fcf24df142498b8d8e691ddd71d9058b5ba18f5b0235b65271d7fbc41650c1f0f659d7207660aa7d2d3ad35383deba61fe5182f232b1a6d636201757325f9e85740dbde050e9226d8948a3912b6fb3952f5abb3250346f82b9f34454c694d2ab02754f092d24d8e1a794086f02b3c82ad061ecc96c490290a352e67303f9265f3cfae439e26ea687d575c6a3fc94e5b5ff98603899e9633a61b1aa0ea84aa2e021d11815d0542b5b5d4e11a923f954b02ef2be3d9e014b7fccbb51c823922e336195814871cc081dc89ade22ae27525ef6b6c5fdcffd8be19dfff814a7e042a8654fa1000a52e0abdcc0f3c2dc200496587cc7e15bf03848c1cbc5c');

async function signs(algorithm: any, hash: string, expected: string): Promise<[string, string]> {
  const key = await subtle.importKey('jwk', RSA, { ...algorithm, hash }, true, ['sign']);
  const known = await subtle.importKey('jwk', { kty, n, e }, { ...algorithm, hash }, true, ['verify']);
  const signature = await subtle.sign(algorithm, key, text('abc'));
  const verified = [await subtle.verify(algorithm, known, bytes(expected), text('abc')), await subtle.verify(algorithm, known, signature, text('abd'))];
  return [`${hex(signature)} ${verified}`, `${expected} true,false`];
}

checks.OAEP = async () => {
  const key = await subtle.importKey('jwk', RSA, { name: 'RSA-OAEP', hash: 'SHA-384' }, true, ['decrypt']);
  const known = await subtle.importKey('jwk', { kty, n, e }, { name: 'RSA-OAEP', hash: 'SHA-384' }, true, ['encrypt']);
  const algorithm = { name: 'RSA-OAEP', label: text('label') };
  const decode = async (data: BufferSource) => new TextDecoder().decode(await subtle.decrypt(algorithm, key, data));
  const theirs = bytes(
    'b83c300d65a0235c74bd11962783c34bf22fefc88b291c09c96ec7aa5a172fd2c5413571e889999a6ff2afd188b8104b80c42731aa42bd4e6ef0f01fa6c0338bd65706e587ae04860bb2918d84cf4346a597c9bee94df9841d3744da8f2ff8a33020fa5a870330a69af157a9051a25a8b26e4c0f8a5d32fca34d8580f97c63e289931b2ce3ea1f33088a9bb08deac8cf56facbc63c17329390be623e328ab8353795dbfbdf852d81401ee12fb416d7d7cfefccb95fbbe6f305d4bf979a70c42d3f0d701126e5754d9b284569b0a3bacb76a2eff5fa3f2aeb71f51a858fa35033a36a225bfcb9e9e396581276a4df1ce08c686b375a998e50df6be4626dc9b82e',
  );
  return [`${await decode(theirs)} ${await decode(await subtle.encrypt(algorithm, known, text('mine')))}`, 'secret mine'];
};

checks['forms of RSA'] = async () => {
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' };
  const key = await subtle.importKey('jwk', RSA, algorithm, true, ['sign']);
  const again = await subtle.importKey('pkcs8', await subtle.exportKey('pkcs8', key), algorithm, true, ['sign']);
  const known = await subtle.importKey('jwk', { kty, n, e }, algorithm, true, ['verify']);
  const spki = await subtle.importKey('spki', await subtle.exportKey('spki', known), algorithm, true, ['verify']);
  const members = await subtle.exportKey('jwk', again);
  const { modulusLength } = spki.algorithm as RsaHashedKeyAlgorithm;
  const same = (Object.keys(RSA) as (keyof JsonWebKey)[]).every((name) => members[name] === RSA[name]);
  return [`${same} ${members.alg} ${modulusLength}`, 'true PS256 2048'];
};

export async function handler(): Promise<Response> {
  const wrong: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    const [found, expected] = await check().catch((error) => [String(error), '']);
    if (found !== expected) wrong.push(`${name}: ${found} instead of ${expected}`);
  }
  return Response.json({ checked: Object.keys(checks).length, wrong });
}

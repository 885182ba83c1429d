/** `createCipheriv` and `createDecipheriv`: AES in its modes and ChaCha20-Poly1305. */

import { aesCbc, aesCtr, aesEcb, aesKw, aesPad, aesUnpad, chacha, equal, gcmCrypt, gcmTag } from 'native:crypto';
import { concat } from '../der.js';
import { invalidType, nodeError, output, streamOnDemand, toBuffer, toBytes } from './bytes.js';
import { callable } from './hash.js';

const BLOCK = 16;
const NOTHING = new Uint8Array(0);

/** By name: mode, length of the key, length of the initialization vector. */
const CIPHERS = {
  'chacha20-poly1305': ['chacha', 32, 12],
};
for (const bits of [128, 192, 256]) {
  const key = bits / 8;
  Object.assign(CIPHERS, {
    [`aes-${bits}-cbc`]: ['cbc', key, 16],
    [`aes-${bits}-ctr`]: ['ctr', key, 16],
    [`aes-${bits}-ecb`]: ['ecb', key, 0],
    [`aes-${bits}-gcm`]: ['gcm', key, 12],
    [`aes${bits}-wrap`]: ['wrap', key, 8],
  });
}

export const getCiphers = () => Object.keys(CIPHERS).sort();

function find(name) {
  const plain = `${name}`.toLowerCase().replace(/^id-aes(\d+)-/, 'aes-$1-').replace(/^aes(\d{3})$/, 'aes-$1-cbc').replace(/^aes-(\d+)-wrap$/, 'aes$1-wrap');
  return Object.hasOwn(CIPHERS, plain) ? [plain, ...CIPHERS[plain]] : undefined;
}

export function getCipherInfo(name, options = undefined) {
  const found = find(name);
  if (found === undefined) return undefined;
  const [plain, mode, keyLength, ivLength] = found;
  if (options?.keyLength !== undefined && options.keyLength !== keyLength) return undefined;
  if (options?.ivLength !== undefined && options.ivLength !== ivLength && mode !== 'gcm') return undefined;
  const info = { mode: mode === 'chacha' ? 'stream' : mode, name: plain, keyLength };
  if (ivLength > 0) info.ivLength = options?.ivLength ?? ivLength;
  if (mode === 'cbc' || mode === 'ecb') info.blockSize = BLOCK;
  return info;
}

const unsupported = () => nodeError(Error, 'ERR_OSSL_BAD_DECRYPT', 'bad decrypt');
const badState = (what) => nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', `Invalid state for operation ${what}`);

/** Whole blocks, the last of which is held back when it may be padding. */
class Blocks {
  rest = NOTHING;
  padding = true;

  constructor(encrypt, crypt) {
    this.encrypt = encrypt;
    this.crypt = crypt;
  }

  update(data) {
    const all = concat(this.rest, data);
    const held = !this.encrypt && this.padding && all.length % BLOCK === 0 ? BLOCK : all.length % BLOCK;
    const whole = Math.max(all.length - held, 0);
    this.rest = all.slice(whole);
    return whole === 0 ? NOTHING : this.crypt(all.subarray(0, whole));
  }

  final() {
    if (!this.padding) {
      if (this.rest.length > 0) throw nodeError(Error, 'ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH', 'wrong final block length');
      return NOTHING;
    }
    if (this.encrypt) return this.crypt(aesPad(this.rest));
    if (this.rest.length !== BLOCK) throw nodeError(Error, 'ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH', 'wrong final block length');
    const plain = aesUnpad(this.crypt(this.rest));
    if (plain === undefined) throw unsupported();
    return plain;
  }
}

function cbc(encrypt, key, iv) {
  let previous = iv;
  return new Blocks(encrypt, (data) => {
    const out = aesCbc(encrypt, key, previous, data);
    previous = (encrypt ? out : data).slice(-BLOCK);
    return out;
  });
}

const ecb = (encrypt, key) => new Blocks(encrypt, (data) => aesEcb(encrypt, key, data));

/** Works by position: what was produced of a block before is produced again and left out. */
class Stream {
  position = 0;

  constructor(crypt) {
    this.crypt = crypt;
  }

  update(data) {
    const surplus = this.position % BLOCK;
    const out = this.crypt((this.position - surplus) / BLOCK, surplus === 0 ? data : concat(new Uint8Array(surplus), data));
    this.position += data.length;
    return surplus === 0 ? out : out.slice(surplus);
  }

  final() {
    return NOTHING;
  }
}

/** A counter of 128 bits, so much further on. @param {Uint8Array} counter @param {number} blocks */
function advance(counter, blocks) {
  const next = counter.slice();
  let carry = blocks;
  for (let at = next.length - 1; at >= 0 && carry > 0; at--) {
    carry += next[at];
    next[at] = carry % 256;
    carry = Math.floor(carry / 256);
  }
  return next;
}

const ctr = (_, key, iv) => new Stream((block, data) => aesCtr(key, advance(iv, block), 128, data));

const TAGS = [4, 8, 12, 13, 14, 15, 16];

/** With a tag over everything: the ciphertext is kept until it has been made or checked. */
class Authenticated extends Stream {
  additional = NOTHING;
  tag = undefined;
  kept = [];

  constructor(encrypt, crypt, tagOf) {
    super(crypt);
    this.encrypt = encrypt;
    this.tagOf = tagOf;
  }

  update(data) {
    const out = super.update(data);
    this.kept.push((this.encrypt ? out : data).slice());
    return out;
  }

  final() {
    const tag = this.tagOf(this.additional, concat(...this.kept));
    if (this.encrypt) this.tag = tag;
    else if (this.tag === undefined || !equal(tag.slice(0, this.tag.length), this.tag)) {
      throw new Error('Unsupported state or unable to authenticate data');
    }
    return NOTHING;
  }
}

const gcm = (encrypt, key, iv) =>
  new Authenticated(encrypt, (block, data) => gcmCrypt(key, iv, block, data), (additional, data) => gcmTag(key, iv, additional, data));

/** Its stream cannot be had from the middle, so everything comes with the end. */
class ChaCha {
  additional = NOTHING;
  tag = undefined;
  kept = [];

  constructor(encrypt, key, iv) {
    Object.assign(this, { encrypt, key, iv });
  }

  update(data) {
    this.kept.push(data.slice());
    return NOTHING;
  }

  final() {
    const data = concat(...this.kept);
    const out = chacha(this.encrypt, this.key, this.iv, this.additional, this.encrypt ? data : concat(data, this.tag ?? NOTHING));
    if (out === undefined) throw new Error('Unsupported state or unable to authenticate data');
    if (!this.encrypt) return out;
    this.tag = out.slice(-BLOCK);
    return out.slice(0, -BLOCK);
  }
}

/** The steps of RFC 3394, there and back: `register` comes out in front of the blocks, or is what stood there. */
function wrapSteps(encrypt, key, register, blocks) {
  const count = blocks.length / 8;
  const steps = Array.from({ length: 6 * count }, (_, at) => at + 1);
  for (const step of encrypt ? steps : steps.reverse()) {
    const at = ((step - 1) % count) * 8;
    const number = new Uint8Array(8);
    new DataView(number.buffer).setUint32(4, step);
    const mixed = encrypt ? register : register.map((byte, index) => byte ^ number[index]);
    const out = aesEcb(encrypt, key, concat(mixed, blocks.subarray(at, at + 8)));
    register = encrypt ? out.slice(0, 8).map((byte, index) => byte ^ number[index]) : out.slice(0, 8);
    blocks.set(out.subarray(8), at);
  }
  return register;
}

/** Keys under a key: each of them comes in one piece, and leaves in one. */
function wrap(encrypt, key, iv) {
  const usual = iv.every((byte) => byte === 0xa6);
  return {
    update(data) {
      if (data.length % 8 !== 0 || data.length < (encrypt ? 16 : 24)) throw unsupported();
      if (usual) {
        const out = aesKw(encrypt, key, data);
        if (out === undefined) throw unsupported();
        return out;
      }
      const blocks = data.slice(encrypt ? 0 : 8);
      const register = wrapSteps(encrypt, key, encrypt ? iv : data.slice(0, 8), blocks);
      if (encrypt) return concat(register, blocks);
      if (!equal(register, iv)) throw unsupported();
      return blocks;
    },
    final: () => NOTHING,
  };
}

const MODES = { cbc, ctr, ecb, gcm, wrap, chacha: (encrypt, key, iv) => new ChaCha(encrypt, key, iv) };

class Cipher {
  #state;
  #mode;
  #encrypt;
  #length;
  #started = false;
  #ended = false;

  constructor(encrypt, name, key, iv, options) {
    const found = find(name);
    if (found === undefined) throw nodeError(RangeError, 'ERR_CRYPTO_UNKNOWN_CIPHER', `Unknown cipher: ${name}`);
    const [, mode, keyLength, ivLength] = found;
    if (key.length !== keyLength) throw nodeError(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
    const vector = iv === null || iv === undefined ? NOTHING : toBytes(iv, 'iv');
    if (mode === 'gcm' ? vector.length === 0 : vector.length !== ivLength) {
      throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_IV', 'Invalid initialization vector');
    }
    const length = options?.authTagLength;
    if (length !== undefined && (mode === 'gcm' ? !TAGS.includes(length) : mode === 'chacha' && length !== BLOCK)) {
      throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${length}`);
    }
    this.#length = length;
    this.#mode = mode;
    this.#encrypt = encrypt;
    this.#state = MODES[mode](encrypt, key.slice(), vector.slice());
  }

  get #authenticates() {
    return this.#mode === 'gcm' || this.#mode === 'chacha';
  }

  update(data, inputEncoding = undefined, outputEncoding = undefined) {
    if (this.#ended) throw badState('update');
    this.#started = true;
    return output(this.#state.update(toBytes(data, 'data', inputEncoding)), outputEncoding);
  }

  final(outputEncoding = undefined) {
    if (this.#ended) throw badState('final');
    this.#ended = true;
    return output(this.#state.final(), outputEncoding);
  }

  setAutoPadding(padding = true) {
    if (this.#ended) throw badState('setAutoPadding');
    if (this.#state instanceof Blocks) this.#state.padding = Boolean(padding);
    return this;
  }

  setAAD(data, options = undefined) {
    if (!this.#authenticates || this.#started) throw badState('setAAD');
    const bytes = toBytes(data, 'buffer', options?.encoding);
    this.#state.additional = concat(this.#state.additional, bytes);
    return this;
  }

  getAuthTag() {
    if (!this.#authenticates || !this.#encrypt || !this.#ended) throw badState('getAuthTag');
    return toBuffer(this.#state.tag.slice(0, this.#length ?? BLOCK));
  }

  setAuthTag(tag, encoding = undefined) {
    if (!this.#authenticates || this.#encrypt || this.#ended || this.#state.tag !== undefined) throw badState('setAuthTag');
    const bytes = toBytes(tag, 'tag', encoding);
    const fits = this.#length === undefined ? TAGS.includes(bytes.length) : bytes.length === this.#length;
    if (!fits || (this.#mode === 'chacha' && bytes.length !== BLOCK)) {
      throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${bytes.length}`);
    }
    this.#state.tag = bytes.slice();
    return this;
  }
}

streamOnDemand(Cipher, (cipher) => ({
  transform(chunk, encoding, done) {
    this.push(cipher.update(chunk, encoding));
    done();
  },
  flush(done) {
    try {
      this.push(cipher.final());
    } catch (error) {
      done(error);
      return;
    }
    done();
  },
}));

/** @param {(key: any) => Uint8Array} secretOf bytes of a key */
export function ciphersWith(secretOf) {
  const checked = (name) => {
    if (typeof name !== 'string') throw invalidType('cipher', 'of type string', name);
    return name;
  };
  class Cipheriv extends Cipher {
    constructor(name, key, iv, options = undefined) {
      super(true, checked(name), secretOf(key), iv, options);
    }
  }
  class Decipheriv extends Cipher {
    constructor(name, key, iv, options = undefined) {
      super(false, checked(name), secretOf(key), iv, options);
    }
  }
  return {
    Cipheriv: callable(Cipheriv),
    Decipheriv: callable(Decipheriv),
    createCipheriv: (...args) => new Cipheriv(...args),
    createDecipheriv: (...args) => new Decipheriv(...args),
  };
}


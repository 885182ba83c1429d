/** `X509Certificate`: what a certificate says (RFC 5280), and whether a key or another certificate goes with it. */

import { equal, hashDigest } from 'native:crypto';
import { BIT_STRING, INTEGER, Malformed, OCTET_STRING, OID, Reader, SEQUENCE, context, same, write } from '../der.js';
import { isIPv4, isIPv6 } from '../node/ip.js';
import { inspectCustom } from '../../web/interfaces.js';
import { invalidType, invalidValue, nodeError, toBuffer, toBytes } from './bytes.js';
import { readPem, subjectKeyOf, writePem } from './pem.js';

const SET = 0x31;
const BOOLEAN = 0x01;

/** Attributes of names, as OpenSSL calls them. */
const ATTRIBUTES = {
  '2.5.4.3': 'CN', '2.5.4.4': 'SN', '2.5.4.5': 'serialNumber', '2.5.4.6': 'C', '2.5.4.7': 'L', '2.5.4.8': 'ST', '2.5.4.9': 'street',
  '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.12': 'title', '2.5.4.13': 'description', '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode', '2.5.4.41': 'name', '2.5.4.42': 'GN', '2.5.4.43': 'initials', '2.5.4.46': 'dnQualifier',
  '2.5.4.97': 'organizationIdentifier', '1.2.840.113549.1.9.1': 'emailAddress', '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC', '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC', '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
};

/** Hashes by the algorithm of a signature. */
const SIGNATURES = {
  '1.2.840.113549.1.1.4': 'md5', '1.2.840.113549.1.1.5': 'sha1', '1.2.840.113549.1.1.14': 'sha224', '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384', '1.2.840.113549.1.1.13': 'sha512', '1.2.840.10045.4.1': 'sha1', '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256', '1.2.840.10045.4.3.3': 'sha384', '1.2.840.10045.4.3.4': 'sha512', '1.3.101.112': null,
};
const RSA_PSS = '1.2.840.113549.1.1.10';
const HASHES = { '1.3.14.3.2.26': 'sha1', '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.2': 'sha384', '2.16.840.1.101.3.4.2.3': 'sha512' };

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ACCESS = { '1.3.6.1.5.5.7.48.1': 'OCSP', '1.3.6.1.5.5.7.48.2': 'CA Issuers' };

/** An object identifier as text. @param {Uint8Array} bytes */
function dotted(bytes) {
  const numbers = [];
  let number = 0;
  for (const byte of bytes) {
    number = number * 128 + (byte & 127);
    if (byte < 128) {
      numbers.push(number);
      number = 0;
    }
  }
  const first = Math.min(2, Math.floor(numbers[0] / 40));
  return [first, numbers[0] - first * 40, ...numbers.slice(1)].join('.');
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase());
const latin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** A string of ASN.1. @param {number} tag @param {Uint8Array} bytes */
function textOf(tag, bytes) {
  if (tag === 0x0c) return new TextDecoder().decode(bytes);
  if (tag === 0x1e) return new TextDecoder('utf-16be').decode(bytes);
  return latin1(bytes);
}

/** Content and tag of the next value, whatever it is. @param {Reader} reader @returns {[number, Uint8Array]} */
function any(reader) {
  const tag = reader.next;
  return [tag, reader.read(tag)];
}

/** A name as a list of sets of attributes. @param {Reader} reader of its content @returns {[string, string][][]} */
function readName(reader) {
  const name = [];
  while (reader.next !== undefined) {
    const set = reader.enter(SET);
    const attributes = [];
    while (set.next !== undefined) {
      const attribute = set.enter(SEQUENCE);
      const id = dotted(attribute.read(OID));
      attributes.push([ATTRIBUTES[id] ?? id, textOf(...any(attribute))]);
    }
    name.push(attributes);
  }
  return name;
}

/** As RFC 2253 has it, but for what is not ASCII. @param {string} value */
const escaped = (value) => value.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&')
  .replace(/[\0-\x1f\x7f]/g, (control) => `\\${hex([control.charCodeAt(0)])[0]}`);

/** @param {[string, string][][]} name */
const nameText = (name) => name.map((set) => set.map(([key, value]) => `${key}=${escaped(value)}`).join(' + ')).join('\n');

/** @param {[string, string][][]} name */
function nameObject(name) {
  const object = Object.create(null);
  for (const [key, value] of name.flat()) {
    if (!(key in object)) object[key] = value;
    else object[key] = [object[key], value].flat();
  }
  return object;
}

/** @param {Uint8Array} bytes */
function address(bytes) {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '<invalid>';
  const groups = [];
  for (let at = 0; at < 16; at += 2) groups.push((bytes[at] * 256 + bytes[at + 1]).toString(16).toUpperCase());
  return groups.join(':');
}

/** Quoted where a comma or a quote would make it ambiguous. @param {string} value */
const quoted = (value) => (/[,"'\\\0-\x1f\x7f-\uffff]/.test(value) ? JSON.stringify(value) : value);

/** @param {Reader} reader before a GeneralName @returns {{ kind: string, value: string, bytes: Uint8Array }} */
function generalName(reader) {
  const [tag, bytes] = any(reader);
  const kinds = { 0x81: 'email', 0x82: 'DNS', 0x86: 'URI', 0x87: 'IP Address', 0x88: 'Registered ID', 0xa4: 'DirName', 0xa0: 'othername' };
  const kind = kinds[tag] ?? 'unknown';
  let value = latin1(bytes);
  if (tag === 0x87) value = address(bytes);
  else if (tag === 0x88) value = dotted(bytes);
  else if (tag === 0xa4) value = nameText(readName(new Reader(bytes).enter(SEQUENCE))).replaceAll('\n', ', ');
  else if (tag === 0xa0) value = '<unsupported>';
  return { kind, value, bytes };
}

/** A time as milliseconds. @param {Reader} reader */
function readTime(reader) {
  const [tag, bytes] = any(reader);
  const parts = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/.exec(latin1(bytes));
  if (parts === null || (tag === 0x18) !== (parts[1].length === 4)) throw new Malformed();
  const [year, month, day, hour, minute, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(tag === 0x18 ? year : year + (year < 50 ? 2000 : 1900), month - 1, day, hour, minute, second || 0);
}

/** @param {number} time */
function timeText(time) {
  const date = new Date(time);
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 19)} ${date.getUTCFullYear()} GMT`;
}

/** What there is in a certificate. @param {Uint8Array} bytes of DER */
function parse(bytes) {
  const outer = new Reader(bytes);
  const whole = outer.enter(SEQUENCE);
  const raw = bytes.slice(0, outer.at);
  const signed = write(SEQUENCE, new Reader(whole.bytes).read(SEQUENCE));
  const tbs = whole.enter(SEQUENCE);
  const algorithm = whole.enter(SEQUENCE);
  const signature = whole.bits();
  if (tbs.next === context(0)) tbs.read(context(0));
  const serial = tbs.read(INTEGER);
  tbs.read(SEQUENCE);
  const issuerBytes = tbs.read(SEQUENCE);
  const validity = tbs.enter(SEQUENCE);
  const validFrom = readTime(validity);
  const validTo = readTime(validity);
  const subjectBytes = tbs.read(SEQUENCE);
  tbs.read(SEQUENCE);
  const extensions = new Map();
  while (tbs.next !== undefined) {
    const [tag, content] = any(tbs);
    if (tag !== context(3)) continue;
    const list = new Reader(content).enter(SEQUENCE);
    while (list.next !== undefined) {
      const extension = list.enter(SEQUENCE);
      const id = dotted(extension.read(OID));
      if (extension.next === BOOLEAN) extension.read(BOOLEAN);
      extensions.set(id, extension.read(OCTET_STRING));
    }
  }
  return {
    raw, signed, signature, serial, issuerBytes, validFrom, validTo, subjectBytes, extensions,
    algorithm: dotted(algorithm.read(OID)),
    parameters: algorithm,
    issuer: readName(new Reader(issuerBytes)),
    subject: readName(new Reader(subjectBytes)),
  };
}

/** The hash that RSA-PSS is told to use. @param {Reader} parameters */
function pssHash(parameters) {
  const reader = new Reader(parameters.bytes.subarray(parameters.at));
  const list = reader.enter(SEQUENCE);
  return list.next === context(0) ? HASHES[dotted(list.enter(context(0)).enter(SEQUENCE).read(OID))] : 'sha1';
}

/** Whether a pattern of a certificate is that of this host: a `*` stands for a label, or for a part of the first. */
function matchesHost(pattern, host, { wildcards, partialWildcards, multiLabelWildcards, singleLabelSubdomains }) {
  const [own, wanted] = [pattern, host].map((name) => name.toLowerCase().replace(/\.$/, ''));
  if (wanted.startsWith('.')) {
    const rest = own.slice(0, -wanted.length);
    return own.endsWith(wanted) && rest !== '' && (!singleLabelSubdomains || !rest.includes('.'));
  }
  if (own === wanted) return true;
  const star = own.indexOf('*');
  if (!wildcards || star === -1 || star > own.indexOf('.') || own.split('.').length < 3 || own.includes('*', star + 1)) return false;
  const [label] = own.split('.', 1);
  if (!partialWildcards && label !== '*') return false;
  if (label.startsWith('xn--') || (label !== '*' && wanted.startsWith('xn--'))) return false;
  const [before, after] = [own.slice(0, star), own.slice(star + 1)];
  if (!wanted.startsWith(before) || !wanted.endsWith(after) || wanted.length < before.length + after.length + 1) return false;
  return multiLabelWildcards || !wanted.slice(before.length, wanted.length - after.length).includes('.');
}

/** @param {any} options */
function hostOptions(options = {}) {
  if (typeof options !== 'object' || options === null) throw invalidType('options', 'of type object', options);
  const { subject = 'default', wildcards = true, partialWildcards = true, multiLabelWildcards = false, singleLabelSubdomains = false } = options;
  if (typeof subject !== 'string') throw invalidType('options.subject', 'of type string', subject);
  if (!['default', 'always', 'never'].includes(subject)) throw invalidValue('options.subject', subject);
  const switches = { wildcards, partialWildcards, multiLabelWildcards, singleLabelSubdomains };
  for (const name of Object.keys(switches)) {
    if (typeof switches[name] !== 'boolean') throw invalidType(`options.${name}`, 'of type boolean', switches[name]);
  }
  return { subject, ...switches };
}

/** @param {unknown} value @param {string} name */
function plainText(value, name) {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
  if (value.includes('\0')) throw invalidValue(name, value);
  return value;
}

/**
 * @param {{ createPublicKey: Function, isKeyObject: (value: unknown) => boolean, verify: Function, pss: number }} keys
 */
export function certificatesWith({ createPublicKey, isKeyObject, verify, pss }) {
  /** @type {(value: unknown) => boolean} */
  let isCertificate;

  class X509Certificate {
    #parts;
    #key;

    static {
      isCertificate = (value) => typeof value === 'object' && value !== null && #parts in value;
    }

    constructor(source) {
      if (typeof source !== 'string' && !ArrayBuffer.isView(source)) {
        throw invalidType('buffer', 'of type string or an instance of Buffer, TypedArray, or DataView', source);
      }
      const bytes = toBytes(source, 'buffer');
      const block = readPem(bytes);
      try {
        this.#parts = parse(block?.content ?? bytes);
      } catch (error) {
        if (!(error instanceof Malformed) && !(error instanceof RangeError)) throw error;
        throw nodeError(Error, 'ERR_OSSL_PEM_NO_START_LINE', 'the certificate is neither PEM nor DER of X.509');
      }
    }

    get subject() { return nameText(this.#parts.subject); }
    get issuer() { return nameText(this.#parts.issuer); }
    get validFrom() { return timeText(this.#parts.validFrom); }
    get validTo() { return timeText(this.#parts.validTo); }
    get validFromDate() { return new Date(this.#parts.validFrom); }
    get validToDate() { return new Date(this.#parts.validTo); }
    get serialNumber() { return hex(this.#parts.serial).join('').replace(/^00(?=.)/, ''); }
    get raw() { return toBuffer(this.#parts.raw.slice()); }
    get fingerprint() { return this.#fingerprint('sha1'); }
    get fingerprint256() { return this.#fingerprint('sha256'); }
    get fingerprint512() { return this.#fingerprint('sha512'); }
    get issuerCertificate() { return undefined; }

    #fingerprint(hash) {
      return hex(hashDigest(hash, this.#parts.raw)).join(':');
    }

    /** @template T @param {string} id @param {(reader: Reader) => T} read @returns {T | undefined} */
    #extension(id, read) {
      const content = this.#parts.extensions.get(id);
      if (content === undefined) return undefined;
      try {
        return read(new Reader(content).enter(SEQUENCE));
      } catch (error) {
        if (error instanceof Malformed) return undefined;
        throw error;
      }
    }

    #alternatives() {
      return this.#extension('2.5.29.17', (reader) => {
        const names = [];
        while (reader.next !== undefined) names.push(generalName(reader));
        return names;
      });
    }

    get subjectAltName() {
      return this.#alternatives()?.map(({ kind, value }) => `${kind}:${quoted(value)}`).join(', ');
    }

    get infoAccess() {
      return this.#extension('1.3.6.1.5.5.7.1.1', (reader) => {
        const lines = [];
        while (reader.next !== undefined) {
          const access = reader.enter(SEQUENCE);
          const id = dotted(access.read(OID));
          const { kind, value } = generalName(access);
          lines.push(`${ACCESS[id] ?? id} - ${kind}:${quoted(value)}`);
        }
        return lines.join('\n');
      });
    }

    /** What the key may be used for, beyond the certificate itself. */
    get keyUsage() {
      return this.#extension('2.5.29.37', (reader) => {
        const uses = [];
        while (reader.next !== undefined) uses.push(dotted(reader.read(OID)));
        return uses;
      });
    }

    get ca() {
      const says = this.#extension('2.5.29.19', (reader) => reader.next === BOOLEAN && reader.read(BOOLEAN)[0] !== 0) ?? false;
      return says && this.#mayCertify();
    }

    /** Whether the use of the key, where it is limited, includes to sign certificates. */
    #mayCertify() {
      const usage = this.#parts.extensions.get('2.5.29.15');
      return usage === undefined || (new Reader(usage).read(BIT_STRING)[1] & 4) !== 0;
    }

    get publicKey() {
      this.#key ??= createPublicKey({ key: toBuffer(subjectKeyOf(this.#parts.raw)), format: 'der', type: 'spki' });
      return this.#key;
    }

    checkHost(name, options = undefined) {
      plainText(name, 'name');
      const wanted = hostOptions(options);
      const names = (this.#alternatives() ?? []).filter(({ kind }) => kind === 'DNS').map(({ value }) => value);
      const found = names.find((pattern) => matchesHost(pattern, name, wanted));
      if (found !== undefined || wanted.subject === 'never') return found;
      if (names.length > 0 && wanted.subject === 'default') return undefined;
      const common = this.#parts.subject.flat().filter(([key]) => key === 'CN').map(([, value]) => value);
      return common.find((pattern) => matchesHost(pattern, name, wanted));
    }

    checkEmail(email, options = undefined) {
      plainText(email, 'email');
      const { subject } = hostOptions(options);
      const at = email.lastIndexOf('@');
      const isSame = (other) => other.slice(0, at) === email.slice(0, at) && other.slice(at).toLowerCase() === email.slice(at).toLowerCase();
      const names = (this.#alternatives() ?? []).filter(({ kind }) => kind === 'email').map(({ value }) => value);
      if (names.some(isSame)) return email;
      if (subject === 'never' || (names.length > 0 && subject === 'default')) return undefined;
      return this.#parts.subject.flat().some(([key, value]) => key === 'emailAddress' && isSame(value)) ? email : undefined;
    }

    checkIP(ip) {
      plainText(ip, 'ip');
      if (!isIPv4(ip) && !isIPv6(ip)) throw invalidValue('ip', ip);
      const bytes = isIPv4(ip) ? Uint8Array.from(ip.split('.'), Number) : groupsOf(ip);
      const names = this.#alternatives() ?? [];
      return names.some(({ kind, bytes: other }) => kind === 'IP Address' && same(other, bytes)) ? ip : undefined;
    }

    /** Whether the other may have issued this one, by what both say. */
    checkIssued(other) {
      if (!isCertificate(other)) throw invalidType('otherCert', 'an instance of X509Certificate', other);
      return same(other.#parts.subjectBytes, this.#parts.issuerBytes) && other.#mayCertify();
    }

    checkPrivateKey(key) {
      if (!isKeyObject(key)) throw invalidType('pkey', 'an instance of KeyObject', key);
      if (key.type !== 'private') throw invalidValue('pkey', key);
      const [own, other] = [this.publicKey, createPublicKey(key)];
      if (own.asymmetricKeyType !== other.asymmetricKeyType) return false;
      return equal(...[own, other].map((each) => each.export({ type: 'spki', format: 'der' })));
    }

    verify(key) {
      if (!isKeyObject(key)) throw invalidType('pkey', 'an instance of KeyObject', key);
      if (key.type !== 'public') throw invalidValue('pkey', key);
      const { algorithm, parameters, signed, signature } = this.#parts;
      const isPss = algorithm === RSA_PSS;
      const hash = isPss ? pssHash(parameters) : SIGNATURES[algorithm];
      const kind = { 'rsa': /^1\.2\.840\.113549\./, 'ec': /^1\.2\.840\.10045\./, 'ed25519': /^1\.3\.101\.112$/ }[key.asymmetricKeyType];
      if (hash === undefined || !kind?.test(algorithm)) return false;
      return verify(hash, signed, isPss ? { key, padding: pss } : key, signature);
    }

    toString() {
      return writePem('CERTIFICATE', this.#parts.raw);
    }

    toJSON() {
      return this.toString();
    }

    toLegacyObject() {
      const access = this.infoAccess;
      const infoAccess = Object.create(null);
      for (const line of access?.split('\n') ?? []) {
        const [, name, value] = /^([^:]*):(.*)$/s.exec(line);
        (infoAccess[name] ??= []).push(value);
      }
      return {
        subject: nameObject(this.#parts.subject),
        issuer: nameObject(this.#parts.issuer),
        subjectaltname: this.subjectAltName,
        infoAccess: access === undefined ? undefined : infoAccess,
        ca: this.ca,
        ...this.#keyParts(),
        valid_from: this.validFrom,
        valid_to: this.validTo,
        fingerprint: this.fingerprint,
        fingerprint256: this.fingerprint256,
        fingerprint512: this.fingerprint512,
        ext_key_usage: this.keyUsage,
        serialNumber: this.serialNumber,
        raw: this.raw,
      };
    }

    /** What the old form says of the key. */
    #keyParts() {
      const key = this.publicKey;
      const pubkey = key.export({ type: 'spki', format: 'der' });
      if (key.asymmetricKeyType === 'rsa') {
        const { n } = key.export({ format: 'jwk' });
        const { modulusLength, publicExponent } = key.asymmetricKeyDetails;
        const modulus = hex(Uint8Array.fromBase64(n, { alphabet: 'base64url' })).join('');
        return { modulus, bits: modulusLength, exponent: `0x${publicExponent.toString(16)}`, pubkey };
      }
      return key.asymmetricKeyType === 'ec' ? { asn1Curve: key.asymmetricKeyDetails.namedCurve, pubkey } : { pubkey };
    }

    get [Symbol.toStringTag]() { return 'X509Certificate'; }

    [inspectCustom](_, options, inspect) {
      const { subject, subjectAltName, issuer, infoAccess, validFrom, validTo, fingerprint, fingerprint256, fingerprint512, keyUsage, serialNumber } = this;
      const shown = { subject, subjectAltName, issuer, infoAccess, validFrom, validTo, fingerprint, fingerprint256, fingerprint512, keyUsage, serialNumber };
      return `X509Certificate ${inspect(shown, options)}`;
    }
  }

  return { X509Certificate };
}

/** The bytes of an IPv6 address. @param {string} text */
function groupsOf(text) {
  // An IPv4 address at the end stands for the last two groups.
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => `${(a * 256 + +b).toString(16)}:${(c * 256 + +d).toString(16)}`);
  const [head, tail] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return Uint8Array.from(groups.flatMap((group) => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 255];
  }));
}

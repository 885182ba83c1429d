/**
 * `FormData` of the XMLHttpRequest Standard and the two formats it travels in. Reading multipart bodies is left to the
 * native half, which finds the boundaries; what stands in a part's header section is read here.
 */
import { formDecode, multipartSplit, utf8Decode, utf8Encode } from 'native';
import { brands } from '../internal/brands.js';
import { defineInterface, definePairIterable, pairsAsObject, requireArguments, toUSVString } from '../internal/webidl.js';
import { File, blobBytes, fileFromBlob, fileFromBytes, isBlob } from './blob.js';
import { defineInspection } from './interfaces.js';

/** Set inside the class, where private names are in scope. */
let listOf;

function entryValue(value, filename, given, what) {
  if (isBlob(value)) {
    if (filename !== undefined) return fileFromBlob(value, toUSVString(filename), value instanceof File ? value.lastModified : undefined);
    return value instanceof File ? value : fileFromBlob(value, 'blob');
  }
  if (given > 2) throw new TypeError(`${what}: with a file name, the value must be a Blob`);
  return toUSVString(value);
}

export class FormData {
  /** name, value, name, value, … */
  #list = [];

  constructor(form = undefined) {
    if (form !== undefined) throw new TypeError('FormData: there are no form elements here');
  }

  append(name, value, filename = undefined) {
    const list = this.#list;
    requireArguments(arguments.length, 2, 'FormData.append');
    const key = toUSVString(name);
    list.push(key, entryValue(value, filename, arguments.length, 'FormData.append'));
  }

  delete(name) {
    const list = this.#list;
    requireArguments(arguments.length, 1, 'FormData.delete');
    const key = toUSVString(name);
    for (let at = list.length - 2; at >= 0; at -= 2) {
      if (list[at] === key) list.splice(at, 2);
    }
  }

  get(name) {
    const list = this.#list;
    requireArguments(arguments.length, 1, 'FormData.get');
    const key = toUSVString(name);
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === key) return list[at + 1];
    }
    return null;
  }

  getAll(name) {
    const list = this.#list;
    requireArguments(arguments.length, 1, 'FormData.getAll');
    const key = toUSVString(name);
    const found = [];
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === key) found.push(list[at + 1]);
    }
    return found;
  }

  has(name) {
    const list = this.#list;
    requireArguments(arguments.length, 1, 'FormData.has');
    const key = toUSVString(name);
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] === key) return true;
    }
    return false;
  }

  set(name, value, filename = undefined) {
    const list = this.#list;
    requireArguments(arguments.length, 2, 'FormData.set');
    const key = toUSVString(name);
    const entry = entryValue(value, filename, arguments.length, 'FormData.set');
    let placed = false;
    for (let at = 0; at < list.length;) {
      if (list[at] !== key) {
        at += 2;
      } else if (placed) {
        list.splice(at, 2);
      } else {
        list[at + 1] = entry;
        placed = true;
        at += 2;
      }
    }
    if (!placed) list.push(key, entry);
  }

  static {
    brands.isFormData = (value) => #list in value;
    listOf = (form) => form.#list;
    definePairIterable(FormData, 'FormData', (form, index) => {
      const list = form.#list;
      const at = 2 * index;
      return at < list.length ? [list[at], list[at + 1]] : undefined;
    });
  }
}

defineInterface(FormData, 'FormData');
defineInspection(FormData, pairsAsObject);

// ---- multipart/form-data ----------------------------------------------------------------------------------------

const BOUNDARY_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A boundary that content meets by chance only; not a secret, so a form may be built where nothing random is allowed. */
function makeBoundary() {
  let boundary = '----ramekin-form-';
  for (let count = 0; count < 24; count++) boundary += BOUNDARY_CHARACTERS[Math.floor(Math.random() * 62)];
  return boundary;
}

function escapeName(name) {
  return name.replace(/\r\n|\r|\n|"/g, (found) => (found === '"' ? '%22' : found === '\r' ? '%0D' : found === '\n' ? '%0A' : '%0D%0A'));
}

function normalizeNewlines(text) {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/**
 * The body and the content type of a form.
 * @param {FormData} form
 * @returns {[Uint8Array, string]}
 */
export function encodeMultipart(form) {
  const boundary = makeBoundary();
  const pieces = [];
  let text = '';
  const list = listOf(form);
  for (let at = 0; at < list.length; at += 2) {
    const value = list[at + 1];
    text += `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(normalizeNewlines(list[at]))}"`;
    if (typeof value === 'string') {
      text += `\r\n\r\n${normalizeNewlines(value)}\r\n`;
      continue;
    }
    text += `; filename="${escapeName(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`;
    pieces.push(utf8Encode(text), blobBytes(value));
    text = '\r\n';
  }
  pieces.push(utf8Encode(`${text}--${boundary}--\r\n`));
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const body = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return [body, `multipart/form-data; boundary=${boundary}`];
}

/**
 * @param {Uint8Array} body
 * @param {string} boundary
 * @returns {FormData | undefined} undefined when malformed
 */
export function decodeMultipart(body, boundary) {
  const parts = multipartSplit(body, boundary);
  if (parts === undefined) return undefined;
  const form = new FormData();
  const list = listOf(form);
  for (let at = 0; at < parts.length; at += 2) {
    const { name, filename, type } = readPartHeaders(/** @type {string} */ (parts[at]));
    if (name === undefined) return undefined;
    const bytes = /** @type {Uint8Array} */ (parts[at + 1]);
    list.push(name, filename === undefined ? utf8Decode(bytes, false, true) : fileFromBytes(bytes, filename, type ?? 'text/plain'));
  }
  return form;
}

function readPartHeaders(section) {
  let name;
  let filename;
  let type;
  for (const line of section.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const field = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (field === 'content-type') {
      type = value;
    } else if (field === 'content-disposition') {
      if (!/^form-data\s*(?:;|$)/i.test(value)) return {};
      name = parameter(value, 'name');
      filename = parameter(value, 'filename');
    }
  }
  return { name, filename, type };
}

const PARAMETERS = /;[\t ]*([^\s=;"]+)[\t ]*=[\t ]*(?:"([^"]*)"|([^;"]*))/g;

function parameter(disposition, wanted) {
  for (const [, name, quoted, bare] of disposition.matchAll(PARAMETERS)) {
    if (name.toLowerCase() !== wanted) continue;
    const raw = quoted === undefined ? bare.trim() : quoted;
    return raw.replace(/%0A|%0D|%22/gi, (found) => (found === '%22' ? '"' : found.toUpperCase() === '%0A' ? '\n' : '\r'));
  }
  return undefined;
}

// ---- application/x-www-form-urlencoded --------------------------------------------------------------------------

/** @param {string} text */
export function decodeUrlEncoded(text) {
  const form = new FormData();
  const list = listOf(form);
  for (const item of formDecode(text)) list.push(item);
  return form;
}

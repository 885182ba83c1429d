/** MIME types as the MIME Sniffing Standard parses and writes them. */

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const QUOTED_CHARACTERS = /^[\t\x20-\x7e\x80-\xff]*$/;
const OUTER_SPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g;

/**
 * @param {string} text
 * @returns {{ essence: string, parameters: Map<string, string> } | undefined}
 */
export function parseMime(text) {
  const input = text.replace(OUTER_SPACE, '');
  const semicolon = input.indexOf(';');
  const essence = (semicolon < 0 ? input : input.slice(0, semicolon)).replace(/[\t\n\r ]+$/, '');
  const slash = essence.indexOf('/');
  if (slash < 0 || !TOKEN.test(essence.slice(0, slash)) || !TOKEN.test(essence.slice(slash + 1))) return undefined;
  const parameters = new Map();
  let at = semicolon < 0 ? input.length : semicolon;
  while (at < input.length) {
    at++;
    while (at < input.length && '\t\n\r '.includes(input[at])) at++;
    const nameStart = at;
    while (at < input.length && input[at] !== ';' && input[at] !== '=') at++;
    const name = input.slice(nameStart, at).toLowerCase();
    if (at >= input.length) break;
    if (input[at] === ';') continue;
    at++;
    let value;
    if (input[at] === '"') {
      [value, at] = quotedString(input, at);
      while (at < input.length && input[at] !== ';') at++;
    } else {
      const valueStart = at;
      while (at < input.length && input[at] !== ';') at++;
      value = input.slice(valueStart, at).replace(/[\t\n\r ]+$/, '');
      if (value === '') continue;
    }
    if (TOKEN.test(name) && QUOTED_CHARACTERS.test(value) && !parameters.has(name)) parameters.set(name, value);
  }
  return { essence: essence.toLowerCase(), parameters };
}

function quotedString(input, start) {
  let value = '';
  let at = start + 1;
  for (; at < input.length; at++) {
    const character = input[at];
    if (character === '"') return [value, at + 1];
    if (character === '\\' && at + 1 < input.length) at++;
    value += input[at];
  }
  return [value, at];
}

/** @param {{ essence: string, parameters: Map<string, string> }} mime */
export function serializeMime(mime) {
  let text = mime.essence;
  for (const [name, value] of mime.parameters) {
    text += `;${name}=${TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
  }
  return text;
}

/** The MIME type that a combined `content-type` value means: the last valid one, which inherits the charset of those before. */
export function mimeOfContentType(value) {
  let found;
  let charset;
  for (const part of splitList(value)) {
    const mime = parseMime(part);
    if (mime === undefined || mime.essence === '*/*') continue;
    if (found === undefined || mime.essence !== found.essence) charset = undefined;
    if (mime.parameters.has('charset')) charset = mime.parameters.get('charset');
    else if (charset !== undefined) mime.parameters.set('charset', charset);
    found = mime;
  }
  return found;
}

/** Splits at commas outside of quoted strings. */
function splitList(value) {
  if (!value.includes(',')) return [value];
  const parts = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '"') {
      at = quotedString(value, at)[1] - 1;
    } else if (value[at] === ',') {
      parts.push(value.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(value.slice(start));
  return parts;
}

/** PostgreSQL's text form of values, read and written the way the drivers for Node and Deno do. */

// ---- reading ----------------------------------------------------------------------------------------------------

/**
 * @param {string} text `{1,NULL,"a b",{2}}`
 * @param {(text: string) => unknown} parse
 * @param {string} [delimiter]
 */
export function parseArray(text, parse, delimiter = ',') {
  let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  const list = () => {
    const items = [];
    at++;
    if (text[at] === '}') {
      at++;
      return items;
    }
    for (;;) {
      if (text[at] === '{') items.push(list());
      else if (text[at] === '"') items.push(parse(quoted()));
      else {
        const bare = word();
        items.push(bare.toUpperCase() === 'NULL' ? null : parse(bare));
      }
      const next = text[at++];
      if (next !== delimiter) return items;
    }
  };
  const quoted = () => {
    let value = '';
    for (at++; text[at] !== '"' && at < text.length; at++) {
      if (text[at] === '\\') at++;
      value += text[at];
    }
    at++;
    return value;
  };
  const word = () => {
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '}') at++;
    return text.slice(from, at);
  };
  return list();
}

const TIMESTAMP = /^(\d{4,})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?|Z)?)?( BC)?$/;

/** A date or timestamp; without a zone it is UTC, which is where functions are. @param {string} text */
export function parseDate(text) {
  if (text === 'infinity') return Infinity;
  if (text === '-infinity') return -Infinity;
  const match = TIMESTAMP.exec(text);
  if (match === null) return new Date(NaN);
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '0', sign, zoneHours = '0', zoneMinutes = '0', zoneSeconds = '0', bc] = match;
  const date = new Date(0);
  date.setUTCFullYear(bc === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds), Math.floor(Number(fraction) * 1000 + 1e-6));
  if (sign === undefined) return date;
  const offset = (Number(zoneHours) * 3600 + Number(zoneMinutes) * 60 + Number(zoneSeconds)) * 1000;
  return new Date(date.getTime() + (sign === '-' ? offset : -offset));
}

/** @param {string} text @returns {Uint8Array} */
export function parseBytes(text) {
  if (text.startsWith('\\x')) return Uint8Array.fromHex(text.slice(2));
  const bytes = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') {
      bytes.push(text.charCodeAt(at));
    } else if (text[at + 1] === '\\') {
      bytes.push(92);
      at++;
    } else {
      bytes.push(parseInt(text.slice(at + 1, at + 4), 8));
      at += 3;
    }
  }
  return Uint8Array.from(bytes);
}

// ---- writing ----------------------------------------------------------------------------------------------------

/** @param {Uint8Array | ArrayBufferView} view */
export function bytesText(view) {
  return `\\x${new Uint8Array(view.buffer, view.byteOffset, view.byteLength).toHex()}`;
}

const two = (number) => String(number).padStart(2, '0');

/** In UTC, with its zone; years before 1 and beyond 9999 as PostgreSQL writes them. @param {Date} date */
export function dateText(date) {
  if (Number.isNaN(date.getTime())) throw new TypeError('A parameter of a query is an invalid Date');
  const year = date.getUTCFullYear();
  const day = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day}T${time}.${String(date.getUTCMilliseconds()).padStart(3, '0')}+00:00${year > 0 ? '' : ' BC'}`;
}

/** @param {unknown[]} list @param {(value: unknown) => string | null} text */
export function arrayText(list, text) {
  const items = Array.from(list, (item) => {
    if (Array.isArray(item)) return arrayText(item, text);
    const written = text(item);
    return written === null ? 'NULL' : `"${written.replace(/[\\"]/g, '\\$&')}"`;
  });
  return `{${items.join(',')}}`;
}

/** @param {string} name */
export function escapeIdentifier(name) {
  return `"${name.replace(/"/g, '""')}"`;
}

/** @param {string} text */
export function escapeLiteral(text) {
  const quoted = `'${text.replace(/'/g, "''").replace(/\\/g, '\\\\')}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

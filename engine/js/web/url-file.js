/**
 * `file:` URLs: Windows drive letters, `localhost`, and hosts that may be empty. The states of the standard's parser
 * that such a URL can pass through; only its host is left to the native parser.
 */
import { urlParse } from 'native';

const OUTER_SPACE = /^[\0- ]+|[\0- ]+$/g;
const TAB_OR_NEWLINE = /[\t\n\r]+/g;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const DRIVE = /^[a-z][:|]$/i;
const NORMALIZED_DRIVE = /^[a-z]:$/i;
const STARTS_WITH_DRIVE = /^[a-z][:|](?:[\\/]|$)/i;
const SINGLE_DOT = /^(?:\.|%2e)$/i;
const DOUBLE_DOT = /^(?:\.|%2e){2}$/i;

/** @typedef {{ host: string, path: string[], query: string | null, fragment: string | null }} FileUrl */

function clean(text) {
  return text.replace(OUTER_SPACE, '').replace(TAB_OR_NEWLINE, '');
}

/** Whether `input` can only be a `file:` URL. @param {string} input @param {string | undefined} base */
export function isFileUrl(input, base) {
  const scheme = SCHEME.exec(clean(input))?.[0].toLowerCase();
  if (scheme !== undefined) return scheme === 'file:';
  return base !== undefined && /^file:/i.test(clean(base));
}

/**
 * @param {string} input
 * @param {string | undefined} base
 * @returns {import('../native/native.d.ts').UrlParts | undefined}
 */
export function parseFileUrl(input, base) {
  const url = parse(input, base);
  return url === undefined ? undefined : toParts(url);
}

/** @returns {FileUrl | undefined} */
function parse(input, baseText) {
  let rest = clean(input);
  const scheme = SCHEME.exec(rest)?.[0];
  if (scheme !== undefined) rest = rest.slice(scheme.length);
  const base = baseText !== undefined && /^file:/i.test(clean(baseText)) ? parse(baseText, undefined) : undefined;
  if (scheme === undefined && base === undefined) return undefined;

  /** @type {FileUrl} */
  const url = { host: '', path: [], query: null, fragment: null };
  const hash = rest.indexOf('#');
  if (hash >= 0) {
    url.fragment = encodeFragment(rest.slice(hash + 1));
    rest = rest.slice(0, hash);
  }
  const question = rest.indexOf('?');
  if (question >= 0) {
    url.query = encodeQuery(rest.slice(question + 1));
    rest = rest.slice(0, question);
  }

  if (/^[\\/]{2}/.test(rest)) return parseHost(url, rest.slice(2));
  if (/^[\\/]/.test(rest)) {
    rest = rest.slice(1);
    if (base !== undefined) {
      url.host = base.host;
      if (!STARTS_WITH_DRIVE.test(rest) && NORMALIZED_DRIVE.test(base.path[0])) url.path.push(base.path[0]);
    }
  } else if (base !== undefined) {
    url.host = base.host;
    if (rest === '') {
      url.path = base.path;
      if (question < 0) url.query = base.query;
      return url;
    }
    if (!STARTS_WITH_DRIVE.test(rest)) {
      url.path = base.path.slice();
      shorten(url.path);
    }
  }
  appendPath(url.path, rest);
  return url;
}

function parseHost(url, rest) {
  const end = rest.search(/[\\/]/);
  const name = end < 0 ? rest : rest.slice(0, end);
  // A drive letter in the place of the host belongs to the path.
  if (DRIVE.test(name)) {
    appendPath(url.path, rest);
    return url;
  }
  const host = hostOf(name);
  if (host === undefined) return undefined;
  url.host = host;
  appendPath(url.path, end < 0 ? '' : rest.slice(end + 1));
  return url;
}

/** The host in its canonical form, '' for `localhost`, undefined when it is none. */
function hostOf(name) {
  if (name === '') return '';
  // Neither a port nor a user name can follow or precede it.
  if (name.includes('@') || (name.includes(':') && !/^\[[^\]]*\]$/.test(name))) return undefined;
  const host = urlParse(`http://${name}/`, undefined)?.[5];
  return host === 'localhost' ? '' : host;
}

function shorten(path) {
  if (path.length !== 1 || !NORMALIZED_DRIVE.test(path[0])) path.pop();
}

function appendPath(path, text) {
  const segments = text.split(/[\\/]/);
  for (let at = 0; at < segments.length; at++) {
    const segment = encodePath(segments[at]);
    const last = at === segments.length - 1;
    if (DOUBLE_DOT.test(segment)) {
      shorten(path);
      if (last) path.push('');
    } else if (SINGLE_DOT.test(segment)) {
      if (last) path.push('');
    } else if (path.length === 0 && DRIVE.test(segment)) {
      path.push(`${segment[0]}:`);
    } else {
      path.push(segment);
    }
  }
}

function percent(character) {
  return character === "'" ? '%27' : encodeURIComponent(character);
}

function encodePath(text) {
  return text.replace(/[\0- "#<>?^`{}\x7f-\u{10ffff}]/gu, percent);
}

function encodeQuery(text) {
  return text.replace(/[\0- "#<>'\x7f-\u{10ffff}]/gu, percent);
}

function encodeFragment(text) {
  return text.replace(/[\0- "<>`\x7f-\u{10ffff}]/gu, percent);
}

/** @param {FileUrl} url @returns {import('../native/native.d.ts').UrlParts} */
function toParts({ host, path, query, fragment }) {
  const pathname = `/${path.join('/')}`;
  const href = `file://${host}${pathname}${query === null ? '' : `?${query}`}${fragment === null ? '' : `#${fragment}`}`;
  return [href, 'file:', '', '', host, host, '', pathname, query ? `?${query}` : '', fragment ? `#${fragment}` : '', 'null'];
}

/** As `setUrlPart`, for a URL that is a `file:` URL. */
export function setFilePart(parts, part, given) {
  const value = given.replace(TAB_OR_NEWLINE, '');
  const url = /** @type {FileUrl} */ (parse(parts[0], undefined));
  switch (part) {
    case 'protocol': {
      const scheme = /^(https?|wss?|ftp)(?::|$)/i.exec(value)?.[1];
      if (scheme === undefined || url.host === '') return parts;
      return urlParse(scheme + parts[0].slice('file'.length), undefined) ?? parts;
    }
    case 'host':
    case 'hostname': {
      const host = hostOf(value.replace(/[\\/?#].*$/s, ''));
      if (host === undefined) return parts;
      url.host = host;
      break;
    }
    case 'pathname':
      url.path = [];
      appendPath(url.path, value.replace(/^[\\/]/, ''));
      break;
    case 'search':
      url.query = given === '' ? null : encodeQuery(value.replace(/^\?/, ''));
      break;
    case 'hash':
      url.fragment = given === '' ? null : encodeFragment(value.replace(/^#/, ''));
      break;
    default:
      return parts;
  }
  return toParts(url);
}

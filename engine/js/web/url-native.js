/**
 * Parsing URLs and setting their parts: the native parser, put right where it and the URL Standard differ. `file:` URLs
 * differ most and have a parser of their own.
 */
import { urlParse, urlSet } from 'native';
import { urlFile } from '../internal/lazy.js';

/** Places in the native record of a URL. */
export const HREF = 0, PROTOCOL = 1, USERNAME = 2, PASSWORD = 3, HOST = 4, HOSTNAME = 5, PORT = 6, PATHNAME = 7, SEARCH = 8;
export const HASH = 9, ORIGIN = 10;

const SPECIAL = /^(?:https?|wss?|ftp):/i;
const OUTER_SPACE = /^[\0- ]+|[\0- ]+$/g;
const TAB_OR_NEWLINE = /[\t\n\r]+/g;

/** @typedef {import('../native/native.d.ts').UrlParts} UrlParts */

/**
 * @param {string} input
 * @param {string | undefined} base
 * @returns {UrlParts | undefined} undefined when it is no URL
 */
export function parseUrl(input, base) {
  const parts = urlParse(input, base);
  if (parts === undefined) return parseRefused(input, base);
  if (parts[PROTOCOL] === 'file:') return urlFile().parseFileUrl(input, base);
  return correct(parts);
}

/** The native parser wants two slashes before the host of a reference, the standard takes any number from two on. */
function parseRefused(input, base) {
  if (urlFile().isFileUrl(input, base)) return urlFile().parseFileUrl(input, base);
  if (base === undefined || !SPECIAL.test(base.replace(OUTER_SPACE, ''))) return undefined;
  const reference = input.replace(OUTER_SPACE, '').replace(TAB_OR_NEWLINE, '');
  if (!/^[\\/]{3}/.test(reference)) return undefined;
  const parts = urlParse(reference.replace(/^[\\/]+/, '//'), base);
  return parts === undefined ? undefined : correct(parts);
}

/**
 * Escapes what the native parser leaves: a caret in a path, and the last space of an opaque path that something follows.
 * @param {UrlParts} parts
 */
function correct(parts) {
  const href = parts[HREF];
  if (!href.includes('^') && !href.includes(' ')) return parts;
  const path = parts[PATHNAME];
  let escaped = path;
  if (path.startsWith('/')) escaped = path.replaceAll('^', '%5E');
  else if (path.endsWith(' ')) escaped = `${path.slice(0, -1)}%20`;
  if (escaped === path) return parts;
  let end = href.search(/[?#]/);
  if (end < 0) end = href.length;
  parts[HREF] = href.slice(0, end - path.length) + escaped + href.slice(end);
  parts[PATHNAME] = escaped;
  return parts;
}

/**
 * The URL with one part set as the standard's setter would, `href` apart.
 * @param {UrlParts} parts
 * @param {string} part
 * @param {string} value
 * @returns {UrlParts}
 */
export function setUrlPart(parts, part, value) {
  const protocol = parts[PROTOCOL];
  if (protocol === 'file:') return urlFile().setFilePart(parts, part, value);
  if (part === 'port') {
    // Nothing but what is skipped anyway is not the same as nothing.
    if (value !== '' && value.replace(TAB_OR_NEWLINE, '') === '') return parts;
  } else if (!SPECIAL.test(protocol)) {
    if (part === 'pathname') return setPathOfNonSpecial(parts, value);
    if (part === 'hostname' || part === 'host') {
      if (!parts[HREF].startsWith(`${protocol}//`) && parts[PATHNAME].startsWith('//')) return setHostBeforeSlashes(parts, part, value);
    }
  }
  const changed = urlSet(parts[HREF], part, value);
  return changed === undefined ? parts : correct(changed);
}

/** What comes after the path, as it stands in the URL. */
function tailOf(href) {
  const start = href.search(/[?#]/);
  return start < 0 ? '' : href.slice(start);
}

function setPathOfNonSpecial(parts, value) {
  const [href, protocol] = parts;
  if (!parts[PATHNAME].startsWith('/') && !href.startsWith(`${protocol}//`)) return parts;
  const tail = tailOf(href);
  if (href.startsWith(`${protocol}//`)) {
    if (value.replace(TAB_OR_NEWLINE, '') !== '') return correct(urlSet(href, 'pathname', value) ?? parts);
    return parseUrl(href.slice(0, href.length - tail.length - parts[PATHNAME].length) + tail, undefined) ?? parts;
  }
  // Without a host, a path that starts with two slashes needs a dot before it, or it would read as one.
  const path = urlSet(`${protocol}//h/`, 'pathname', value)?.[PATHNAME] || '/';
  return parseUrl(`${protocol}${path.startsWith('//') ? '/.' : ''}${path}${tail}`, undefined) ?? parts;
}

function setHostBeforeSlashes(parts, part, value) {
  const [href, protocol] = parts;
  const made = urlSet(`${protocol}//h/`, part, value);
  if (made === undefined || (made[HOST] === 'h' && value.replace(TAB_OR_NEWLINE, '') !== 'h')) return parts;
  return parseUrl(`${protocol}//${made[HOST]}${parts[PATHNAME]}${tailOf(href)}`, undefined) ?? parts;
}

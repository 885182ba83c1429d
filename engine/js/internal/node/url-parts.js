/** What `node:url` has of URLs beside `URL` itself: file paths, domains, options of requests. */
import { bufferEncode } from 'native:node';

const UTF8 = 1;

/** A path of Windows as the path of a URL, and its host. */
function windowsPath(given, codes) {
  // `\\\\?\\C:\\` is a longer way to say `C:\\`.
  const resolved = given.startsWith('\\\\?\\') && !given.startsWith('\\\\?\\UNC\\') ? given.slice(4) : given;
  if (!resolved.startsWith('\\\\')) return ['', `/${resolved.replaceAll('\\', '/')}`];
  const from = resolved.startsWith('\\\\?\\UNC\\') ? 8 : 2;
  const end = resolved.indexOf('\\', from);
  if (end === -1) throw new codes.ERR_INVALID_ARG_VALUE('path', resolved, 'Missing UNC resource path');
  if (end === 2) throw new codes.ERR_INVALID_ARG_VALUE('path', resolved, 'Empty UNC servername');
  return [resolved.slice(from, end), resolved.slice(end).replaceAll('\\', '/')];
}

const ESCAPES = { '%': '%25', '\\': '%5C', '\n': '%0A', '\r': '%0D', '\t': '%09', '?': '%3F', '#': '%23', '[': '%5B', ']': '%5D', '^': '%5E', '|': '%7C', '~': '%7E' };

/** @param {(id: string) => any} require */
export function urlParts(require) {
  const { codes } = require('internal/errors');
  const isURL = (value) => Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);

  function fileUrl(path) {
    const url = typeof path === 'string' ? new URL(path) : path;
    if (!isURL(url)) throw new codes.ERR_INVALID_ARG_TYPE('path', ['string', 'URL'], path);
    if (url.protocol !== 'file:') throw new codes.ERR_INVALID_URL_SCHEME('file');
    return url;
  }

  function posixPath(url) {
    if (url.hostname !== '') throw new codes.ERR_INVALID_FILE_URL_HOST('linux');
    return url.pathname;
  }

  function fromWindows(url) {
    if (/%2f|%5c/i.test(url.pathname)) throw new codes.ERR_INVALID_FILE_URL_PATH('must not include encoded \\ or / characters', url);
    const path = decodeURIComponent(url.pathname.replaceAll('/', '\\'));
    if (url.hostname !== '') return `\\\\${domainToUnicode(url.hostname)}${path}`;
    if (!/^\\[a-zA-Z]:/.test(path)) throw new codes.ERR_INVALID_FILE_URL_PATH('must be absolute', url);
    return path.slice(1);
  }

  function fileURLToPath(path, options = undefined) {
    const url = fileUrl(path);
    if (options?.windows) return fromWindows(url);
    const plain = posixPath(url);
    if (/%2f/i.test(plain)) throw new codes.ERR_INVALID_FILE_URL_PATH('must not include encoded / characters', url);
    return decodeURIComponent(plain);
  }

  function pathToFileURL(path, options = undefined) {
    require('internal/validators').validateString(path, 'path');
    const windows = options?.windows ?? false;
    const { posix, win32 } = require('path');
    const isUnc = windows && path.startsWith('\\\\');
    let resolved = isUnc ? path : (windows ? win32 : posix).resolve(path);
    if (/[/]$/.test(path) || (windows && path.endsWith('\\'))) {
      if (!/[\\/]$/.test(resolved)) resolved += '/';
    }
    const [host, plain] = windows ? windowsPath(resolved, codes) : ['', resolved];
    const escapes = windows ? /[%\n\r\t?#[\]^|~]/g : /[%\\\n\r\t?#[\]^|~]/g;
    return new URL(`file://${host}${plain.replace(escapes, (character) => ESCAPES[character])}`);
  }

  function urlToHttpOptions(url) {
    require('internal/validators').validateObject(url, 'url', require('internal/validators').kValidateObjectAllowObjects);
    const { hostname, pathname, port, username, password, search } = url;
    const options = {
      __proto__: null,
      ...url,
      protocol: url.protocol,
      hostname: hostname && hostname[0] === '[' ? hostname.slice(1, -1) : hostname,
      hash: url.hash,
      search,
      pathname,
      path: `${pathname || ''}${search || ''}`,
      href: url.href,
    };
    if (port !== '') options.port = Number(port);
    if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return options;
  }

  function domainToASCII(domain) {
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('domain');
    try {
      return new URL(`ws://${domain}`).hostname;
    } catch {
      return '';
    }
  }

  function domainToUnicode(domain) {
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('domain');
    const ascii = domainToASCII(domain);
    return ascii.includes('xn--') ? require('punycode').toUnicode(ascii) : ascii;
  }

  return {
    URL: globalThis.URL,
    URLSearchParams: globalThis.URLSearchParams,
    URLParse: globalThis.URL.parse,
    isURL,
    domainToASCII,
    domainToUnicode,
    fileURLToPath,
    fileURLToPathBuffer(path, options = undefined) {
      const url = fileUrl(path);
      const text = options?.windows ? fromWindows(url) : posixPath(url);
      const { Buffer } = require('buffer');
      return Buffer.concat(text.split(/((?:%[0-9a-f]{2})+)/i).map((part, at) => (
        at % 2 === 1 ? Buffer.from(part.replaceAll('%', ''), 'hex') : Buffer.from(bufferEncode(part, UTF8))
      )));
    },
    pathToFileURL,
    toPathIfFileURL: (path) => (isURL(path) ? fileURLToPath(path) : path),
    urlToHttpOptions,
    unsafeProtocol: new Set(['javascript', 'javascript:']),
    hostlessProtocol: new Set(['javascript', 'javascript:']),
    slashedProtocol: new Set(['http', 'https', 'ftp', 'gopher', 'file', 'ws', 'wss'].flatMap((name) => [name, `${name}:`])),
  };
}

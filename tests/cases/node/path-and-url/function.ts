import constants from 'node:constants';
import os, { EOL } from 'node:os';
import path from 'node:path';
import punycode from 'node:punycode';
import querystring from 'node:querystring';
import { StringDecoder } from 'node:string_decoder';
import url, { domainToASCII, fileURLToPath, pathToFileURL, URL as Imported, urlToHttpOptions } from 'node:url';

export default () => {
  const parsed = url.parse('https://u:p@example.org:8080/p?a=1#h');
  const decoder = new StringDecoder('utf8');
  const bytes = new TextEncoder().encode('é€');
  return Response.json({
    resolve: path.resolve('/a/b', '../c'),
    relative: path.relative('/a/b', '/a/d'),
    parsed: path.parse('/home/x.txt'),
    win: path.win32.join('C:\\', 'a', 'b'),
    normal: path.normalize('a//./b/c/../'),
    url: [parsed.protocol, parsed.auth, parsed.host, parsed.pathname, parsed.query, parsed.hash],
    format: url.format({ protocol: 'http', host: 'example.org', pathname: '/x', query: { a: 1 } }),
    resolved: url.resolve('http://example.org/a', 'b'),
    file: [fileURLToPath('file:///a%20b'), pathToFileURL('/a b').href],
    query: querystring.parse('a=1&a=2&b=x+y'),
    stringified: querystring.stringify({ a: [1, 2], b: 'x y' }),
    decoded: [decoder.write(bytes.subarray(0, 1) as any), decoder.write(bytes.subarray(1, 4) as any), decoder.end(bytes.subarray(4) as any)],
    puny: [punycode.encode('münchen') && punycode.toASCII('münchen'), punycode.toUnicode('xn--mnchen-3ya')],
    os: [EOL, os.platform()],
    signal: os.constants.signals.SIGTERM === (constants as any).SIGTERM ? 15 : 0,
    options: urlToHttpOptions(new Imported('http://u:p@x/')).auth,
    domain: domainToASCII('münchen.de'),
  });
};

export function handler(): Response {
  const url = new URL('https://user:pass@GRÜN.example:8443/a/b/../c?x=1&y=%20#h');
  let invalid = '';
  try {
    new URL('not a url');
  } catch (error) {
    invalid = (error as Error).name;
  }
  const set = new URL('http://example.com');
  set.protocol = 'https';
  set.host = 'example.org:1';
  set.pathname = 'p';
  set.search = 'q';
  set.hash = 'f';
  return Response.json({
    href: url.href,
    parts: [url.protocol, url.username, url.host, url.pathname, url.search, url.hash, url.origin],
    relative: new URL('../b/d?e', 'https://example.org/a/c').href,
    invalid,
    parse: URL.parse('::'),
    can: [URL.canParse('a:b'), URL.canParse('/x')],
    normal: new URL("http://example.org:80/%7Euser/€?q='a b").href,
    ipv4: new URL('http://0x7f.1').href,
    set: set.href,
  });
}

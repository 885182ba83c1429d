//! Requests that no honest client sends, made deterministically: each number gives one.
#![expect(clippy::indexing_slicing, reason = "every index is drawn below the length of what it picks from")]

use ramekin_tests::raw::Then;

/// What must come of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    /// An answer 4xx in JSON that says what is wrong.
    BeRefused,
    /// Nothing in particular, but no 5xx: a refusal, the end of the connection, or an answer, for it may even be valid.
    NotFail,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Which kind it is.
    pub what: &'static str,
    /// What is sent.
    pub bytes: Vec<u8>,
    /// What the sender does next.
    pub then: Then,
    /// What must come of it.
    pub must: Must,
}

/// Where requests are aimed at.
#[derive(Debug, Clone)]
pub struct Target {
    /// The app's id.
    pub app: String,
    /// A valid key.
    pub key: &'static str,
}

/// A small generator of numbers (xorshift64*): the same seed gives the same requests on every machine.
pub struct Chance(u64);

impl Chance {
    /// A generator; equal seeds give equal numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or_default()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 32) as u8).collect()
    }

    fn text(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b' ' + u8::try_from(self.below(95)).unwrap_or_default())).collect()
    }
}

type Maker = fn(&Target, &mut Chance) -> Probe;

const MAKERS: &[Maker] = &[
    garbage,
    request_line,
    version,
    header_line,
    content_length,
    transfer_encoding,
    chunks,
    heads_too_large,
    truncated,
    odd_form,
    method,
    json_cut,
    json_odd,
    json_deep,
    form_types,
    form_odd,
    not_utf8_json,
    nul_code,
    body_too_large,
    path_trick,
    path_bytes,
    path_encoded,
    names,
    queries,
    credentials,
    mutated,
    mutated,
    mutated,
];

/// The request of this number.
pub fn probe(target: &Target, number: u64) -> Probe {
    let mut chance = Chance::new(number + 1);
    let at = usize::try_from(number).unwrap_or_default() % MAKERS.len();
    MAKERS[at](target, &mut chance)
}

fn free(what: &'static str, bytes: impl Into<Vec<u8>>) -> Probe {
    Probe { what, bytes: bytes.into(), then: Then::Leave, must: Must::NotFail }
}

fn refused(what: &'static str, bytes: impl Into<Vec<u8>>) -> Probe {
    Probe { what, bytes: bytes.into(), then: Then::Wait, must: Must::BeRefused }
}

/// A whole request with this head and content.
fn request(line: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{fields}content-length: {}\r\n\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn deploy(target: &Target, body: &[u8]) -> Vec<u8> {
    let fields = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", target.key);
    request(&format!("POST /v1/{}/functions", target.app), &fields, body)
}

fn garbage(_: &Target, chance: &mut Chance) -> Probe {
    let count = 1 + chance.below(400);
    let mut bytes = chance.bytes(count);
    bytes.extend_from_slice(b"\r\n\r\n");
    free("garbage", bytes)
}

fn request_line(target: &Target, chance: &mut Chance) -> Probe {
    let path = format!("/v1/{}/fn/hello", target.app);
    let line = match chance.below(8) {
        0 => "GET\r\n\r\n".into(),
        1 => format!("GET {path}\r\n\r\n"),
        2 => format!(" GET {path} HTTP/1.1\r\n\r\n"),
        3 => format!("GET  {path}  HTTP/1.1\r\nhost: t\r\n\r\n"),
        4 => format!("GET {path} HTTP/1.1 extra\r\nhost: t\r\n\r\n"),
        5 => format!("GET {path} HTTP/1.1\nhost: t\n\n"),
        6 => format!("GET {path} with spaces HTTP/1.1\r\nhost: t\r\n\r\n"),
        _ => format!("{}\r\n\r\n", chance.text(60)),
    };
    free("request line", line)
}

fn version(target: &Target, chance: &mut Chance) -> Probe {
    let version = chance.pick(&[
        "HTTP/0.9", "HTTP/1.2", "HTTP/9.9", "HTTP/1", "HTTP/", "http/1.1", "HTTP/11", "SPDY/3", "HTTP/2.0", "HTTP/3",
    ]);
    free("version", format!("GET /v1/{}/fn/hello {version}\r\nhost: t\r\n\r\n", target.app))
}

fn header_line(target: &Target, chance: &mut Chance) -> Probe {
    let line: &[u8] = chance.pick(&[
        b"no-colon".as_slice(),
        b": no-name",
        b"space : before",
        b" leading: space",
        b"nul: a\0b",
        b"cr: a\rb",
        b"na\xffme: a",
        b"tab\tname: a",
        b"folded: a\r\n b",
        b"(comment): a",
        b"latin: \xe4\xf6\xfc",
        b"host: again",
        b"control: \x01\x02\x7f",
    ]);
    let mut bytes = format!("GET /v1/{}/fn/hello HTTP/1.1\r\nhost: t\r\n", target.app).into_bytes();
    bytes.extend_from_slice(line);
    bytes.extend_from_slice(b"\r\n\r\n");
    free("header line", bytes)
}

fn content_length(target: &Target, chance: &mut Chance) -> Probe {
    let fields = chance.pick(&[
        "content-length: -1\r\n",
        "content-length: abc\r\n",
        "content-length: 99999999999999999999999\r\n",
        "content-length: 18446744073709551615\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 6\r\n",
        "content-length: 0x5\r\n",
        "content-length: +5\r\n",
        "content-length: \r\n",
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
    ]);
    free("content-length", format!("POST /v1/{}/fn/echo HTTP/1.1\r\nhost: t\r\n{fields}\r\nhello", target.app))
}

fn transfer_encoding(target: &Target, chance: &mut Chance) -> Probe {
    let coding = chance.pick(&[
        "gzip",
        "chunked, gzip",
        "identity",
        "chunked chunked",
        "xchunked",
        ", chunked",
        "\tchunked",
        "CHUNKED",
    ]);
    let body = "5\r\nhello\r\n0\r\n\r\n";
    free(
        "transfer-encoding",
        format!("POST /v1/{}/fn/echo HTTP/1.1\r\nhost: t\r\ntransfer-encoding: {coding}\r\n\r\n{body}", target.app),
    )
}

fn chunks(target: &Target, chance: &mut Chance) -> Probe {
    let body = chance.pick(&[
        "ZZ\r\nhello\r\n0\r\n\r\n",
        "-1\r\nhello\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\nhello\r\n",
        "5\r\nhello world\r\n0\r\n\r\n",
        "5\nhello\n0\n\n",
        "5\r\nhel",
        "",
        "5;ext=\"\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n",
        "\r\n\r\n",
    ]);
    let path = chance.pick(&["fn/echo", "functions"]);
    let head = format!(
        "POST /v1/{}/{path} HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {}\r\ntransfer-encoding: chunked",
        target.app, target.key
    );
    free("chunks", format!("{head}\r\n\r\n{body}"))
}

fn heads_too_large(target: &Target, chance: &mut Chance) -> Probe {
    let path = format!("/v1/{}/fn/hello", target.app);
    let bytes = match chance.below(4) {
        0 => format!("GET {path}?{} HTTP/1.1\r\nhost: t\r\n\r\n", "a".repeat(16_500 + chance.below(60_000))),
        1 => format!("GET {path} HTTP/1.1\r\nhost: t\r\nx: {}\r\n\r\n", "a".repeat(66_000 + chance.below(200_000))),
        2 => format!("GET {path} HTTP/1.1\r\nhost: t\r\n{}\r\n", "x: y\r\n".repeat(257 + chance.below(3_000))),
        _ => format!("GET {path} HTTP/1.1\r\n{}: y\r\n\r\n", "x".repeat(70_000)),
    };
    free("head too large", bytes)
}

fn truncated(target: &Target, chance: &mut Chance) -> Probe {
    let mut bytes = valid(target, chance);
    bytes.truncate(chance.below(bytes.len()));
    free("truncated", bytes)
}

fn odd_form(target: &Target, chance: &mut Chance) -> Probe {
    let path = format!("/v1/{}/fn/hello", target.app);
    let bytes = match chance.below(8) {
        0 => "CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n\r\n".into(),
        1 => "OPTIONS * HTTP/1.1\r\nhost: t\r\n\r\n".into(),
        2 => format!("GET http://other.example{path} HTTP/1.1\r\nhost: t\r\n\r\n"),
        3 => format!("GET ftp://user:password@[::1{path} HTTP/1.1\r\nhost: t\r\n\r\n"),
        4 => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage instead of frames".into(),
        5 => format!("GET {path} HTTP/1.1\r\nhost: t\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"),
        6 => format!("POST {path} HTTP/1.1\r\nhost: t\r\nexpect: the-impossible\r\ncontent-length: 5\r\n\r\nhello"),
        _ => format!("GET {path} HTTP/1.1\r\nhost: a b/c@d\r\n\r\n"),
    };
    free("odd form", bytes)
}

fn method(target: &Target, chance: &mut Chance) -> Probe {
    let method =
        chance.pick(&["TRACE", "PROPFIND", "get", "G\0T", "GET/", "\"GET\"", "PATCH", "QUERY", "MÉTHODE", "DELETE"]);
    let path = chance.pick(&["functions/hello/logs", "functions", "fn/hello", "nothing"]);
    free("method", request(&format!("{method} /v1/{}/{path}", target.app), "", b""))
}

/// A form that would be taken, as bytes.
fn form() -> Vec<u8> {
    br#"{"name":"probe","code":"export default () => new Response('probe')","triggers":[{"type":"http","config":{"auth":"none"}}]}"#.to_vec()
}

fn json_cut(target: &Target, chance: &mut Chance) -> Probe {
    let mut body = form();
    body.truncate(1 + chance.below(body.len() - 1));
    refused("JSON cut off", deploy(target, &body))
}

fn json_odd(target: &Target, chance: &mut Chance) -> Probe {
    let body = chance.pick(&[
        "",
        " ",
        "null",
        "true",
        "1",
        "\"text\"",
        "[]",
        "{}",
        "{} {}",
        "{'name':'x'}",
        "{name:1}",
        "{\"name\":}",
        "{\"a\":1,}",
        "[1,]",
        "NaN",
        "{\"name\":NaN}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"\\x\"}",
        "{\"name\":\"\u{1}\"}",
        "\u{feff}{}",
        "//",
        "{\"a\":01}",
        "{\"name\":1e999999}",
        "-",
        "\"",
        "{\"\":{}}",
        "[[[[[[",
    ]);
    refused("odd JSON", deploy(target, body.as_bytes()))
}

fn json_deep(target: &Target, chance: &mut Chance) -> Probe {
    let depth = 100 + chance.below(100_000);
    let body = match chance.below(3) {
        0 => "[".repeat(depth),
        1 => "{\"a\":".repeat(depth),
        _ => format!("{{\"name\":\"x\",\"code\":\"x\",\"triggers\":{}{}}}", "[".repeat(depth), "]".repeat(depth)),
    };
    refused("deep JSON", deploy(target, body.as_bytes()))
}

fn form_types(target: &Target, chance: &mut Chance) -> Probe {
    let field = chance.pick(&[
        "name",
        "code",
        "description",
        "envVars",
        "timeoutMs",
        "memoryLimitMb",
        "triggers",
        "agent_tool",
    ]);
    let value = chance.pick(&[
        "null",
        "[]",
        "[[]]",
        "-1",
        "1.5",
        "1e400",
        "{\"a\":{\"b\":[]}}",
        "[{\"type\":\"http\",\"config\":1}]",
    ]);
    let rest = r#""name":"probe","code":"export default () => new Response()""#;
    let body = if matches!(field, "name" | "code") {
        format!("{{\"name\":\"probe\",\"code\":\"export default 1\",\"{field}\":{value}}}")
    } else {
        format!("{{{rest},\"{field}\":{value}}}")
    };
    refused("form with wrong types", deploy(target, body.as_bytes()))
}

fn form_odd(target: &Target, chance: &mut Chance) -> Probe {
    let count = 1 + chance.below(200);
    let code = match chance.below(3) {
        0 => chance.text(count),
        1 => String::from_utf8_lossy(&chance.bytes(count)).into_owned(),
        _ => {
            let piece = chance.pick(&[
                "(", "[", "{", "`${", "<a>", "/*", "=>", "class ", "import ", "\u{2028}", "\\u{", "async ", "@",
                "type ",
            ]);
            format!("export default () => {}", piece.repeat(count))
        }
    };
    let body = serde_json::json!({ "name": "probe", "code": code }).to_string();
    // Almost no such text is a module with a handler, but some may be.
    free("odd source", deploy(target, body.as_bytes()))
}

fn not_utf8_json(target: &Target, chance: &mut Chance) -> Probe {
    let mut body = form();
    let bad: &[u8] = chance.pick(&[b"\xff".as_slice(), b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80"]);
    let at = 9 + chance.below(4);
    body.splice(at..at, bad.iter().copied());
    refused("JSON that is not UTF-8", deploy(target, &body))
}

fn nul_code(target: &Target, chance: &mut Chance) -> Probe {
    let body = match chance.below(3) {
        0 => r#"{"name":"probe","code":"export default () => 1 // \u0000"}"#,
        1 => r#"{"name":"pro\u0000be","code":"export default () => 1"}"#,
        _ => r#"{"name":"probe","code":"export default () => 1","description":"\u0000"}"#,
    };
    refused("NUL characters", deploy(target, body.as_bytes()))
}

fn body_too_large(target: &Target, chance: &mut Chance) -> Probe {
    let length = 10 * 1024 * 1024 + 1 + chance.below(1 << 30);
    let path = chance.pick(&["functions", "fn/echo", "functions/hello/invoke"]);
    let head = format!("POST /v1/{}/{path} HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {}", target.app, target.key);
    let bytes = format!("{head}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{{\"name\":");
    Probe { then: Then::Leave, ..refused("body too large", bytes) }
}

fn path_trick(target: &Target, chance: &mut Chance) -> Probe {
    let app = &target.app;
    let tricks = [
        "/".to_owned(),
        "//".to_owned(),
        "/v1".to_owned(),
        "/v1/".to_owned(),
        "/v1//".to_owned(),
        format!("/v1/{app}"),
        format!("/v1/{app}/"),
        format!("/v1/{app}/fn"),
        format!("/v1/{app}/fn/"),
        format!("/v1/{app}/fn//hello"),
        format!("/v1/{app}/fn/hello/"),
        format!("/v1/{app}/fn/hello/../hello"),
        format!("/v1/{app}/fn/../fn/hello"),
        format!("/v1/{app}/../{app}/fn/hello"),
        format!("/v1/{app}//fn/hello"),
        format!("//v1/{app}/fn/hello"),
        format!("/../v1/{app}/fn/hello"),
        format!("/v1/./{app}/fn/hello"),
        format!("/v1/{app}/fn/hello;a=b"),
        format!("/v1/{app}/fn/HELLO"),
        format!("/V1/{app}/fn/hello"),
        format!("/v1/{}/fn/hello", app.to_uppercase()),
        "/v1/app_../fn/hello".to_owned(),
        "/v1/*/fn/hello".to_owned(),
        "/etc/passwd".to_owned(),
        format!("/v1/{app}/functions/"),
        format!("/v1/{app}/functions/../functions/hello"),
        format!("/v1/{app}/functions//logs"),
        format!("/v1/{app}/functions/{}", "a/".repeat(50)),
        format!("/v1/{app}/functions/hello/logs/"),
        "/init/".to_owned(),
        "/apps/../apps".to_owned(),
        "/health/../health".to_owned(),
    ];
    let path = &tricks[chance.below(tricks.len())];
    let method = chance.pick(&["GET", "POST", "PUT"]);
    let key = format!("authorization: Bearer {}\r\n", target.key);
    refused("path trick", request(&format!("{method} {path}"), if chance.below(2) == 0 { &key } else { "" }, b""))
}

fn path_bytes(target: &Target, chance: &mut Chance) -> Probe {
    let count = 1 + chance.below(20);
    let mut bytes = format!("GET /v1/{}/fn/", target.app).into_bytes();
    bytes.extend(chance.bytes(count));
    bytes.extend_from_slice(b" HTTP/1.1\r\nhost: t\r\n\r\n");
    free("bytes in the path", bytes)
}

fn path_encoded(target: &Target, chance: &mut Chance) -> Probe {
    let trick = chance.pick(&[
        "%00",
        "%ff",
        "%c0%af",
        "%2e%2e%2f",
        "hello%00",
        "hello%2f",
        "hello%",
        "hello%2",
        "hello%zz",
        "%68ello%20",
        "..%5c",
        "%0d%0ahost:x",
        "%u0068ello",
        "hello%3f",
        "%25%36%38",
    ]);
    let place = chance.pick(&["fn", "functions"]);
    let key = format!("authorization: Bearer {}\r\n", target.key);
    refused("encoded path", request(&format!("GET /v1/{}/{place}/{trick}", target.app), &key, b""))
}

fn names(target: &Target, chance: &mut Chance) -> Probe {
    let name = match chance.below(6) {
        0 => "a".repeat(101 + chance.below(1_000)),
        1 => "a b".into(),
        2 => "../hello".into(),
        3 => "ä".into(),
        4 => "__proto__.x".into(),
        _ => format!("x{}", chance.pick(&["/", "?", "#", "%", "\\", "'", "\"", ";", "\n", ":"])),
    };
    let body = serde_json::json!({ "name": name, "code": "export default () => new Response()" }).to_string();
    refused("names", deploy(target, body.as_bytes()))
}

fn queries(target: &Target, chance: &mut Chance) -> Probe {
    let query = chance.pick(&[
        "limit=x",
        "limit=-1",
        "limit=1e3",
        "limit=",
        "limit=%ff",
        "since=now",
        "since=99999999999",
        "since=2030-13-45",
        "limit=0",
        "since=%00",
    ]);
    let key = format!("authorization: Bearer {}\r\n", target.key);
    refused("queries", request(&format!("GET /v1/{}/functions/hello/logs?{query}", target.app), &key, b""))
}

fn credentials(target: &Target, chance: &mut Chance) -> Probe {
    let long = format!("Bearer bb_sk_{}", "0".repeat(20_000));
    let other = format!("Bearer bb_sk_{:040x}", chance.next());
    let values: [&[u8]; 11] = [
        b"",
        b"Bearer",
        b"Bearer ",
        b"bearer x",
        b"Basic eDp5",
        b"Bearer bb_sk_",
        b"Bearer a.b.c",
        b"Bearer \xff\xfe",
        b"Bearer bb_sk_0011' OR '1'='1",
        long.as_bytes(),
        other.as_bytes(),
    ];
    let mut bytes =
        format!("GET /v1/{}/functions HTTP/1.1\r\nhost: t\r\nconnection: close\r\nauthorization: ", target.app)
            .into_bytes();
    bytes.extend_from_slice(values[chance.below(values.len())]);
    bytes.extend_from_slice(b"\r\n\r\n");
    refused("credentials", bytes)
}

/// A request that is answered with 200.
fn valid(target: &Target, chance: &mut Chance) -> Vec<u8> {
    let key = format!("authorization: Bearer {}\r\n", target.key);
    match chance.below(4) {
        0 => request(&format!("GET /v1/{}/fn/hello?a=b", target.app), "cookie: a=b\r\n", b""),
        1 => request(&format!("POST /v1/{}/fn/echo", target.app), "content-type: text/plain\r\n", b"hello"),
        2 => request(&format!("GET /v1/{}/functions/hello/logs?limit=1", target.app), &key, b""),
        _ => deploy(target, &form()),
    }
}

fn mutated(target: &Target, chance: &mut Chance) -> Probe {
    let mut bytes = valid(target, chance);
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len());
        match chance.below(3) {
            0 => bytes[at] = (chance.next() >> 32) as u8,
            1 => drop(bytes.remove(at)),
            _ => bytes.insert(at, (chance.next() >> 32) as u8),
        }
    }
    free("mutated", bytes)
}

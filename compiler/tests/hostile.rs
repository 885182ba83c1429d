//! Texts that would bring down a parser: nothing may end the process, panic, or take time out of proportion.

use ramekin_compiler::{DiagnosticCode, MAX_DIAGNOSTICS, MAX_SOURCE, Source, transpile};

/// Before, opened again and again, in the middle, closed as often, after.
type Nest = (&'static str, &'static str, &'static str, &'static str, &'static str);

const BRACKETS: &[Nest] = &[
    ("x=", "(", "1", ")", ""),
    ("x=", "[", "1", "]", ""),
    ("x=", "{a:", "1", "}", ""),
    ("", "{", "", "}", ""),
    ("x=", "f(", "1", ")", ""),
    ("x=", "`${", "1", "}`", ""),
    ("x=", "()=>{return ", "1", "}", ""),
    ("x=", "async()=>(", "1", ")", ""),
    ("x=", "(a,b=", "1", ")=>1", ""),
    ("x=", "(a,b=", "1", ")", ""),
    ("x=", "a?(b):c=>(", "1", ")", ""),
    ("x=", "class{[", "1", "]}", ""),
    ("x=", "class{a=", "1", "}", ""),
    ("x=", "{a(){return ", "1", "}}", ""),
    ("", "function f(){", "", "}", ""),
    ("", "class A{static{", "", "}}", ""),
    ("", "try{", "", "}finally{}", ""),
    ("", "switch(a){case 1:", "", "}", ""),
    ("", "namespace a{", "export const x=1", "}", ""),
    ("x=", "import(", "a", ")", ""),
    ("let ", "[", "a", "]", "=b"),
    ("", "[", "a", "]", "=b"),
    ("let x:", "(", "a", ")", ""),
    ("let x:", "[", "a", "]", ""),
    ("let x:", "{a:", "b", "}", ""),
    ("type X=", "{[K in ", "a", "]:b}", ""),
    ("type X=", "`${", "a", "}`", ""),
    ("x=/", "(", "a", ")", "/"),
    ("x=/", "(?:[", "a", "])", "/"),
    ("x=/", "[", "a", "]", "/v"),
    // The closers are no closers: strings, comments, regular expressions.
    ("", "('))))',/))))/,`))))`,/*))))*/", "1", ")", ""),
    ("", "(1/2,'/',", "1", ")", ""),
    ("", "{}/)/;(", "1", ")", ""),
];

const CHAINS: &[Nest] = &[
    ("x=1", "+1", "", "", ""),
    ("x=''", "+''", "", "", ""),
    ("x=1", "&&1", "", "", ""),
    ("x=1", "**1", "", "", ""),
    ("x=1", ",1", "", "", ""),
    ("x=", "!", "1", "", ""),
    ("x=", "- ", "1", "", ""),
    ("x=", "typeof ", "1", "", ""),
    ("x=", "await ", "1", "", ""),
    ("x=", "new ", "a", "", ""),
    ("x=", "x=>", "1", "", ""),
    ("x=", "async x=>", "1", "", ""),
    ("x=", "<T,>(a)=>", "1", "", ""),
    ("x=", "a=", "1", "", ""),
    ("x=", "a?b:", "c", "", ""),
    ("x=", "a?", "b", ":c", ""),
    ("x=", "<T>", "a", "", ""),
    ("x=", "a<", "b", "", ""),
    ("x=", "f<a,", "b", ">", ""),
    ("x=a", ".b", "", "", ""),
    ("x=a", "?.b", "", "", ""),
    ("x=a", "[0]", "", "", ""),
    ("x=a", "()", "", "", ""),
    ("x=a", "``", "", "", ""),
    ("x=a", "!", "", "", ""),
    ("x=a", " as b", "", "", ""),
    ("", "if(a)", "b", "", ""),
    ("", "if(a){}else ", "b", "", ""),
    ("", "if(a)b;else ", "c", "", ""),
    ("", "for(;;)", "b", "", ""),
    ("", "for(a of b)", "c", "", ""),
    ("", "while(a)", "b", "", ""),
    ("", "do ", "b", ";while(a)", ""),
    ("", "a:", "b", "", ""),
    ("", "class extends ", "B", "{}", ""),
    ("", "@a ", "class A{}", "", ""),
    ("let x:a", "[]", "", "", ""),
    ("let x:a", "|a", "", "", ""),
    ("let x:", "A<", "b", ">", ""),
    ("let x:a", ".b", "", "", ""),
    ("type X=", "A extends B?C:", "D", "", ""),
    ("type X=", "A extends infer U?", "a", ":b", ""),
    ("type X=", "keyof ", "a", "", ""),
    ("type X=", "()=>", "a", "", ""),
    ("namespace a", ".b", "{export const x=1}", "", ""),
    // Every line could end a statement.
    ("x=", "keyof\n", "1", "", ""),
    ("x=", "new\n", "a", "", ""),
    ("", "x=>\n", "1", "", ""),
    ("", "a:\n", "b", "", ""),
    ("x=1", "\n+1", "", "", ""),
    // Every slash could begin a regular expression.
    ("x=1", "/1", "", "", ""),
    ("", "{}/a/", "", "", ""),
    ("", "if(a)/b/", "c", "", ""),
];

const JSX: &[Nest] = &[
    ("x=", "<a>", "b", "</a>", ""),
    ("x=", "<a b={", "1", "}/>", ""),
    ("x=", "<>{", "1", "}</>", ""),
    ("x=", "<a>it's {`", "1", "`}</a>", ""),
    ("x=<a", ".b", "/>", "", ""),
];

fn text(nest: &Nest, count: usize) -> String {
    let (before, open, middle, close, after) = nest;
    format!("{before}{}{middle}{}{after}", open.repeat(count), close.repeat(count))
}

/// Transpiles with ever more of it, up to `most` times or the longest source there may be.
fn survives(file_name: &str, nests: &[Nest], most: usize) {
    for nest in nests {
        let unit = nest.1.len() + nest.3.len();
        let most = most.min((MAX_SOURCE - 64) / unit);
        for count in [400, 990, 4_900, 1_000_000].map(|count: usize| count.min(most)) {
            let result = transpile(&Source::new(file_name, text(nest, count)));
            let Err(diagnostics) = result else { continue };
            assert!(diagnostics.iter().len() <= MAX_DIAGNOSTICS);
            for diagnostic in &diagnostics {
                assert_ne!(diagnostic.code, DiagnosticCode::Internal, "{nest:?} × {count}: {diagnostic}");
                assert!(diagnostic.to_string().len() < 4_000, "{nest:?} × {count}");
            }
        }
    }
}

#[test]
fn brackets_by_the_million() {
    survives("hello.ts", BRACKETS, 1_000_000);
}

#[test]
fn chains_by_the_million() {
    survives("hello.ts", CHAINS, 1_000_000);
}

#[test]
fn the_same_as_javascript() {
    survives("hello.js", BRACKETS, 20_000);
    survives("hello.js", CHAINS, 20_000);
}

#[test]
fn the_same_where_jsx_is_allowed() {
    survives("hello.tsx", JSX, 1_000_000);
    survives("hello.tsx", BRACKETS, 20_000);
    survives("hello.jsx", CHAINS, 20_000);
}

#[test]
fn nothing_is_ever_closed() {
    for opened in
        ["(", "[", "{", "`${", "<", "x=", "/", "/[", "'", "\"", "`", "/*", "<!--", "\\", "\\u{", "@", "#", "\0"]
    {
        for name in ["hello.ts", "hello.tsx"] {
            for count in [1, 100, if name.ends_with("ts") { 1_000_000 } else { 2_000 }] {
                let source = Source::new(name, opened.repeat(count));
                let diagnostics = transpile(&source).map(|_| ()).err();
                let internal = diagnostics.iter().flatten().find(|one| one.code == DiagnosticCode::Internal);
                assert_eq!(internal, None, "{opened:?} × {count}");
            }
        }
    }
}

#[test]
fn what_real_code_does_is_deep_enough() {
    let accepted = |nest: &Nest, count| transpile(&Source::new("hello.ts", text(nest, count))).map(|_| ());
    assert_eq!(accepted(&("x=", "(", "1", ")", ""), 900), Ok(()));
    assert_eq!(accepted(&("x=", "{a:[", "1", "]}", ""), 450), Ok(()));
    assert_eq!(accepted(&("x=''", "+'a long string'", "", "", ""), 4_500), Ok(()));
    assert_eq!(accepted(&("", "if(a===1){b()}else ", "c()", "", ""), 490), Ok(()));
    let deep = accepted(&("x=", "(", "1", ")", ""), 1_001).unwrap_err().to_string();
    assert!(deep.starts_with("error: more than 1000 brackets are open at once at hello.ts:1:1003\n"), "{deep}");
}

#[test]
fn the_longest_sources() {
    let item = "{ id: 1, name: 'one', tags: ['a', 'b'], at: a < b ? 1 / 2 : /x[/]y/.test(c) && (d = e >> 2) }";
    let fill = |unit: String| unit.repeat(MAX_SOURCE / unit.len() - 1);
    let statements = fill(format!("rows.push({item});\n"));
    let unended = fill(format!("rows.push({item})\n"));
    let one_line = format!("x=1{}", fill(format!(",{item}")));
    let array = format!("export const rows = [\n{}]", fill(format!("  {item},\n")));
    for long in [statements, unended, one_line, array] {
        assert!((MAX_SOURCE - 3_000..=MAX_SOURCE).contains(&long.len()), "{}", long.len());
        assert_eq!(transpile(&Source::unnamed(long)).map(|_| ()), Ok(()));
    }
    let over = transpile(&Source::unnamed(" ".repeat(MAX_SOURCE + 1))).unwrap_err().into_vec();
    assert_eq!(over.first().map(|diagnostic| diagnostic.code), Some(DiagnosticCode::TooLarge));
}

/// A small generator, seeded: every run tries the same.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

const SAMPLES: &[&str] = &[
    include_str!("cases/types-are-erased/input.ts"),
    include_str!("cases/modern-syntax-stays/input.ts"),
    include_str!("cases/namespaces/input.ts"),
    include_str!("cases/accessors/input.ts"),
    include_str!("cases/regular-expressions-stay/input.ts"),
    include_str!("cases/regexp-sets/input.ts"),
    include_str!("cases/jsx/input.tsx"),
    include_str!("cases/unicode/input.ts"),
];

const PIECES: &[&str] = &[
    "/",
    "`",
    "${",
    "}",
    "'",
    "\"",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "<",
    ">",
    "=>",
    "?.",
    "??=",
    "#",
    "@",
    "é",
    "💥",
    "\u{2028}",
    "\r",
    "\0",
    "\u{FEFF}",
    "<!--",
    "-->",
    "//",
    "/*",
    "*/",
    "...",
    "async ",
    "await ",
    "yield ",
    "static ",
    "accessor ",
    "using ",
    "enum A{",
    "declare ",
    "type ",
    "import(",
    "export ",
    "0x",
    "1e",
    "1n",
    "\\u{110000}",
    "/(?<a>",
    "let let",
];

/// What a reader of tokens may take for something else.
const SOUP: &[&str] = &[
    "/",
    "/=",
    "//",
    "/*",
    "*/",
    "'",
    "\"",
    "`",
    "${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "\n",
    "\r",
    ";",
    ",",
    ":",
    "?",
    ".",
    "...",
    "=>",
    "=",
    "++",
    "!",
    "<",
    ">",
    "<!--",
    "-->",
    "#!",
    "#a",
    "@a ",
    "a ",
    "1.",
    ".5",
    "5./",
    "\\",
    "\\u0061 ",
    "return ",
    "typeof ",
    "if(a)",
    "while(a)",
    "for await(a of b)",
    "do ",
    "else ",
    "await ",
    "yield ",
    "async ",
    "of ",
    "let x:",
    "as ",
    "void ",
    "class A{",
    "function f(){",
    "x=>",
    "new ",
    "case ",
    "import x from ",
    "export default ",
    "break ",
    "/[/]/g",
    "/['\"]/",
    "/`/",
    ")/",
    "}/",
    "]/",
    "`${a}`",
    "'s'",
    "super",
    "enum A{",
    "interface A{",
    "keyof ",
    "is ",
    "\u{2028}",
    "\u{a0}",
    "a!",
    "f<T>",
    "<T,>(x)=>",
    "catch(e){",
    "label:",
    "x as T?",
    "let x:T\n/",
];

/// If one reading were missed, the tower behind it would break through any stack.
#[test]
fn no_soup_hides_a_tower() {
    let towers = ["(", "[", "{", "!", "if(a)", "x=>\n", "a?b:", "`${", "new\n", "keyof\n", "if(a)b;else ", "do "];
    let towers = towers.map(|unit| unit.repeat(1_000_000 / unit.len()));
    let mut chance = Chance(0xB0B);
    for _ in 0..300 {
        let mut code = String::new();
        for _ in 0..=chance.below(9) {
            code.push_str(SOUP[chance.below(SOUP.len())]);
        }
        code.push_str(&towers[chance.below(towers.len())]);
        code.push_str(["'", "/", "`", "*/", "\n"][chance.below(5)]);
        let name = ["hello.ts", "hello.js"][chance.below(2)];
        // Wrong or, where a comment or a string takes it all, right.
        drop(transpile(&Source::new(name, code)));
    }
}

#[test]
fn mutations_do_not_panic() {
    let mut chance = Chance(0x5EED);
    for round in 0..4_000 {
        let mut bytes = SAMPLES[round % SAMPLES.len()].as_bytes().to_vec();
        for _ in 0..=chance.below(6) {
            if bytes.is_empty() {
                break;
            }
            let at = chance.below(bytes.len());
            let end = (at + chance.below(12)).min(bytes.len());
            match chance.below(5) {
                0 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, PIECES[chance.below(PIECES.len())].bytes())),
                3 => {
                    let copied = bytes[at..end].to_vec();
                    drop(bytes.splice(end..end, copied));
                }
                _ => bytes.truncate(at.max(1)),
            }
        }
        let code = String::from_utf8_lossy(&bytes).into_owned();
        let name = ["hello.ts", "hello.tsx", "hello.js"][chance.below(3)];
        if let Err(diagnostics) = transpile(&Source::new(name, code.clone())) {
            let internal = diagnostics.iter().find(|diagnostic| diagnostic.code == DiagnosticCode::Internal);
            assert_eq!(internal, None, "round {round}:\n{code}");
        }
    }
}

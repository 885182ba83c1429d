//! scratch
use super::*;
fn stack_rss(addr: usize) -> usize {
    let s = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let mut hit = false;
    for l in s.lines() {
        if let Some((range, _)) = l.split_once(' ')
            && let Some((a, b)) = range.split_once('-')
        {
            if let (Ok(a), Ok(b)) = (usize::from_str_radix(a, 16), usize::from_str_radix(b, 16)) {
                hit = a <= addr && addr < b;
            }
        }
        if hit && l.starts_with("Rss:") {
            return l.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024;
        }
    }
    0
}
pub fn patterns() -> Vec<(&'static str, &'static str, &'static str, &'static str, &'static str)> {
    vec![
        // name, prefix, unit(open), middle, close
        ("parens", "x=", "(", "1", ")"),
        ("arrays", "x=", "[", "1", "]"),
        ("blocks", "", "{", "", "}"),
        ("objects", "x=", "{a:", "1", "}"),
        ("calls", "x=", "f(", "1", ")"),
        ("functions", "", "function f(){", "", "}"),
        ("arrow blocks", "x=", "()=>{return ", "1", "}"),
        ("arrow parens", "x=", "(a=", "1", ")=>1"),
        ("async arrows", "x=", "async()=>(", "1", ")"),
        ("classes", "x=", "class{[", "1", "]}"),
        ("class exts", "", "class A extends ", "B", "{}"),
        ("class static", "", "class A{static{", "", "}}"),
        ("class field", "x=", "class{a=", "1", "}"),
        ("templates", "x=", "`${", "1", "}`"),
        ("tagged", "x=a", "``", "", ""),
        ("sum", "x=1", "+1", "", ""),
        ("sumstr", "x='a'", "+'a'", "", ""),
        ("and", "x=1", "&&1", "", ""),
        ("coalesce", "x=1", "??1", "", ""),
        ("power", "x=1", "**1", "", ""),
        ("unary", "x=", "!", "1", ""),
        ("minus", "x=", "- ", "1", ""),
        ("typeof", "x=", "typeof ", "1", ""),
        ("void", "x=", "void ", "1", ""),
        ("await", "x=", "await ", "1", ""),
        ("new", "x=", "new ", "a", ""),
        ("if", "", "if(a)", "b", ""),
        ("ifelse", "", "if(a){}else ", "b", ""),
        ("for", "", "for(;;)", "b", ""),
        ("forof", "", "for(a of b)", "c", ""),
        ("while", "", "while(a)", "b", ""),
        ("dowhile", "", "do ", "b", ";while(a)"),
        ("label", "", "", "", ""),
        ("try", "", "try{", "", "}finally{}"),
        ("switch", "", "switch(a){case 1:", "", "}"),
        ("cond", "x=", "a?b:", "c", ""),
        ("condleft", "x=", "a?", "b", ":c"),
        ("arrow", "x=", "x=>", "1", ""),
        ("assign", "x=", "a=", "1", ""),
        ("member", "x=a", ".b", "", ""),
        ("optmember", "x=a", "?.b", "", ""),
        ("index", "x=a", "[0]", "", ""),
        ("callchain", "x=a", "()", "", ""),
        ("optcall", "x=a", "?.()", "", ""),
        ("nonnull", "x=a", "!", "", ""),
        ("as", "x=a", " as b", "", ""),
        ("satisfies", "x=a", " satisfies b", "", ""),
        ("cast", "x=", "<T>", "a", ""),
        ("seq", "x=(1", ",1", ")", ""),
        ("spread", "x=", "[...", "a", "]"),
        ("destruct", "let ", "[", "a", "]=b"),
        ("destructobj", "let ", "{a:", "b", "}"),
        ("destassign", "", "[", "a", "]"),
        ("type paren", "let x:", "(", "a", ")"),
        ("type array", "let x:a", "[]", "", ""),
        ("type tuple", "let x:", "[", "a", "]"),
        ("type object", "let x:", "{a:", "b", "}"),
        ("type generic", "let x:", "A<", "b", ">"),
        ("type cond", "type X=", "A extends B?C:", "D", ""),
        ("type fn", "type X=", "()=>", "a", ""),
        ("type keyof", "type X=", "keyof ", "a", ""),
        ("type union", "type X=a", "|a", "", ""),
        ("type mapped", "type X=", "{[K in ", "a", "]:b}"),
        ("type tmpl", "type X=", "`${", "a", "}`"),
        ("type index", "type X=a", "[b]", "", ""),
        ("type qualified", "let x:a", ".b", "", ""),
        ("type infer", "type X=", "A extends infer U?", "a", ":b"),
        ("namespace", "namespace a", ".b", "{let x=1}", ""),
        ("namespace nested", "", "namespace a{export namespace b{", "export const x=1", "}}"),
        ("enum", "enum A{a=", "1+", "1", "}"),
        ("generic arrow", "x=", "<T,>(a)=>", "1", ""),
        ("import()", "x=", "import(", "a", ")"),
        ("yield", "function* g(){ x=", "yield ", "1", "}"),
        ("decl fn type params", "let x:", "<T extends ", "a", ">()=>b"),
        ("private in", "x=", "a in ", "b", ""),
        ("commaelse", "", "if(a)b;else ", "c", ""),
        ("async arrow chain", "x=", "async x=>", "1", ""),
        ("object method", "x=", "{a(){return ", "1", "}}"),
        ("object getter", "x=", "{get a(){return ", "1", "}}"),
        ("param default fn", "x=", "function(a=", "1", "){}"),
        ("delete", "x=", "delete ", "a.b", ""),
        ("preinc", "x=", "-+", "a", ""),
        ("optional chain nonnull", "x=a", "?.b!", "", ""),
    ]
}
pub fn text(p: &(&str, &str, &str, &str, &str), n: usize) -> String {
    let (name, pre, open, mid, close) = *p;
    if name == "label" {
        let mut s = String::new();
        for i in 0..n {
            s += &format!("a{i}:");
        }
        return s + "b";
    }
    format!("{pre}{}{mid}{}", open.repeat(n), close.repeat(n))
}
fn run(source: &Source) -> Result<(String, usize, usize, usize), String> {
    let marker = 0u8;
    let addr = &raw const marker as usize;
    let arena = Allocator::default();
    let parsed = Parser::new(
        &arena,
        &source.code,
        if source.file_name.ends_with('x') {
            SourceType::tsx().with_module(true)
        } else {
            SourceType::ts().with_module(true)
        },
    )
    .parse();
    if !parsed.diagnostics.is_empty() {
        return Err(format!(
            "{:?} {}K",
            parsed.diagnostics.first().map(|d| d.message.to_string()),
            stack_rss(addr) / 1024
        ));
    }
    let r1 = stack_rss(addr);
    drop(parsed);
    let module = read(source, &arena).map_err(|e| e.to_string().chars().take(300).collect::<String>())?;
    let r2 = stack_rss(addr);
    let _found = survey::survey(source, &module, &arena)
        .map_err(|e| format!("{} {}K", e.to_string().chars().take(100).collect::<String>(), stack_rss(addr) / 1024))?;
    let r3 = stack_rss(addr);
    let program = strip(source, &arena, module.program, module.scoping)
        .map_err(|e| e.to_string().chars().take(300).collect::<String>())?;
    let r4 = stack_rss(addr);
    let (code, _m) = print(source, &program, nesting::Depth::Unusual);
    let r5 = stack_rss(addr);
    Ok((
        format!(
            "parse {:>6}K sem {:>6}K survey {:>6}K transf {:>6}K gen {:>6}K arena {:>6}K code {}",
            r1 / 1024,
            r2 / 1024,
            r3 / 1024,
            r4 / 1024,
            r5 / 1024,
            arena.used_bytes() / 1024,
            code.len()
        ),
        r5,
        0,
        0,
    ))
}
#[test]
#[ignore]
fn stacks() {
    let n: usize = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
    let only = std::env::var("P").unwrap_or_default();
    let mut rows = vec![];
    let mut pats = patterns();
    pats.push(("jsx", "x=", "<a>", "b", "</a>"));
    pats.push(("jsxattr", "x=", "<a b={", "1", "}/>"));
    for p in pats {
        if !only.is_empty() && p.0 != only {
            continue;
        }
        let t = text(&p, n);
        let toks = {
            let mut c = 0usize;
            let mut w = false;
            for b in t.bytes() {
                let k = b.is_ascii_alphanumeric();
                c += usize::from(if k { !w } else { !b.is_ascii_whitespace() });
                w = k;
            }
            c
        };
        let source = Source::new(if p.0.starts_with("jsx") { "a.tsx" } else { "a.ts" }, t);
        let start = std::time::Instant::now();
        let out = thread::Builder::new().stack_size(3usize << 30).spawn(move || run(&source)).unwrap().join().unwrap();
        let el = start.elapsed();
        match out {
            Ok((s, rss, ..)) => rows.push((
                rss / toks,
                format!("{:20} {:>6} B/level {:>6} B/token {s} {:?}", p.0, rss / n, rss / toks, el),
            )),
            Err(e) => rows.push((0, format!("{:20} ERR {e} {el:?}", p.0))),
        }
    }
    rows.sort();
    for r in rows {
        println!("{}", r.1);
    }
}

#[test]
#[ignore]
fn speculation() {
    let pats: Vec<(&str, &str, &str, &str)> = vec![
        ("x=", "a?(", "b", "):c"),
        ("x=", "a?(b):", "c", ""),
        ("x=", "a?(b)=>(", "c", "):d"),
        ("x=", "a?(b=", "c", "):d"),
        ("x=", "a?(b,{c:", "c", "}):d"),
        ("x=", "(a,b=", "c", ")"),
        ("x=", "(a,[b=", "c", "])"),
        ("x=", "({a:", "c", "})"),
        ("x=", "({a=", "c", "})=>1"),
        ("x=", "async(", "c", ")"),
        ("x=", "async(a=", "c", ")"),
        ("x=", "async(a=", "c", ")=>1"),
        ("x=", "async(a?:b,c=", "c", ")"),
        ("x=", "<T>(", "c", ")"),
        ("x=", "<T>(a=", "c", ")=>1"),
        ("x=", "<T,>(a=", "c", ")=>1"),
        ("x=", "a<", "b", ">(c)"),
        ("x=", "a<b>(", "c", ")"),
        ("x=", "a<", "b", ""),
        ("x=", "a<(", "b", ")"),
        ("x=", "f<a,", "b", ">(c)"),
        ("x=", "(a):b=>(", "c", ")"),
        ("x=", "a?(b):c=>(", "d", ")"),
        ("x=", "a?(b):c=>", "d", ":e"),
        ("x=", "a?(b):(c):", "d", ""),
        ("x=", "(a:", "c", ")"),
        ("x=", "(a?:b,", "c", ")"),
        ("let x:", "(a:", "c", ")=>d"),
        ("let x:", "(", "c", ")=>d"),
        ("let x:", "(a?:", "c", ")=>d"),
        ("let x:", "new(a:", "c", ")=>d"),
        ("let x:", "<T>(a:", "c", ")=>d"),
        ("let x:", "{(a:", "c", "):d}"),
        ("type X=", "A extends infer U extends ", "c", "?d:e"),
        ("type X=", "A extends (infer U extends ", "c", ")?d:e"),
        ("type X=", "A extends B extends ", "c", ""),
        ("x=", "[a=", "c", "]"),
        ("", "[a,b=", "c", "]=d"),
        ("", "({a:[", "c", "]}=d)"),
        ("for(", "[a=", "c", "] of d);"),
        ("x=", "function(a=", "1", "){}"),
        ("class A{", "[", "a", "](){}}"),
        ("x=", "class{a(b=", "c", "){}}"),
        ("x=", "`${a?(", "b", "):c}`"),
        ("@", "a(@b class{", "", "})class C{}"),
        ("x=", "{get a(){return(", "b", ")}}"),
        ("x=", "new a(", "b", ")"),
        ("x=", "new a<", "b", ">"),
        ("x=", "a!(", "b", ")"),
        ("x=", "a?.(", "b", ")"),
        ("x=", "a?.<", "b", ">()"),
        ("x=", "await(", "b", ")"),
        ("x=", "(async x=>", "b", ")"),
        ("x=", "(<T,>(x)=>", "b", ")"),
        ("x=", "(x:T=", "b", ")=>1"),
        ("x=", "(this:", "a", ")=>b"),
        ("x=", "(...a:", "b", ")=>c"),
        ("x=", "({a}:{b:", "c", "})=>d"),
        ("x=", "a as (", "b", ")"),
        ("x=", "a as <T>(b:", "c", ")=>d"),
        ("x=", "a satisfies {b:", "c", "}"),
        ("x=", "a<b>`${", "c", "}`"),
        ("x=", "<T>{a:", "b", "}"),
        ("x=", "a=>{if(b)(", "c", ")}"),
        ("x=", "(a)=>(", "c", ")"),
        ("x=", "(a,b)=>({c:", "d", "})"),
        ("x=", "(a?b:", "d", ")"),
        ("x=", "a?b:(", "d", ")"),
        ("x=", "a?(b)?(c):d:(", "d", ")"),
        ("x=", "a?b=>c:(d)=>(", "d", ")"),
        ("x=", "a?(b)=>c:(", "d", ")"),
        ("x=", "a ? (b) : function(){return ", "d", "}"),
        ("x=", "a?async(b):(", "c", ")"),
        ("x=", "a?(b)=>{return ", "c", "}:d"),
        ("x=", "a?(b):{c:", "d", "}"),
        ("x=", "a?({b}):(", "d", ")"),
        ("x=", "a?([b]):(", "d", ")"),
        ("x=", "a?(b,c):(", "d", ")"),
        ("x=", "a?(b=1):(", "d", ")"),
        ("x=", "a?(b:c)=>d:(", "d", ")"),
        ("x=", "a?(b):c<", "d", ">(e)"),
    ];
    for (pre, open, mid, close) in pats {
        let mut line = String::new();
        for n in [10usize, 20, 40, 200, 400] {
            let code = format!("{pre}{}{mid}{}", open.repeat(n), close.repeat(n));
            let (tx, rx) = std::sync::mpsc::channel();
            let start = std::time::Instant::now();
            thread::Builder::new()
                .stack_size(256 << 20)
                .spawn(move || {
                    let arena = Allocator::default();
                    let p = Parser::new(&arena, &code, SourceType::ts().with_module(true)).parse();
                    let _ = tx.send((p.diagnostics.first().map(|d| d.message.to_string()), arena.used_bytes()));
                })
                .unwrap();
            match rx.recv_timeout(std::time::Duration::from_secs(3)) {
                Ok((e, b)) => {
                    line += &format!(" n{n}:{:?}/{}K{}", start.elapsed(), b / 1024, if e.is_some() { "E" } else { "" })
                }
                Err(_) => {
                    line += &format!(" n{n}:TIMEOUT");
                    break;
                }
            }
        }
        println!("{:40} {line}", format!("{pre}{open}{mid}{close}"));
    }
}

struct Depth(usize, usize);
impl<'a> oxc_ast_visit::Visit<'a> for Depth {
    fn enter_node(&mut self, _: oxc_ast::ast_kind::AstKind<'a>) {
        self.0 += 1;
        self.1 = self.1.max(self.0);
    }
    fn leave_node(&mut self, _: oxc_ast::ast_kind::AstKind<'a>) {
        self.0 -= 1;
    }
}
#[test]
#[ignore]
fn corpus() {
    use oxc_ast_visit::Visit;
    let list = std::fs::read_to_string(std::env::var("LIST").unwrap()).unwrap();
    let (mut files, mut bytes, mut nanos, mut ok, mut err, mut parse_nanos, mut worst) =
        (0, 0, 0u128, 0, 0, 0u128, 0.0f64);
    let mut peaks = (0, 0, 0, 0);
    for path in list.lines() {
        let Ok(code) = std::fs::read_to_string(path) else { continue };
        files += 1;
        bytes += code.len();
        let start = std::time::Instant::now();
        let r = nesting::scan(&code);
        nanos += start.elapsed().as_nanos();
        let peak = r.as_ref().map(|p| (p.levels(), p.nested(), 0, 0)).unwrap_or_default();
        peaks = (peaks.0.max(peak.0), peaks.1.max(peak.1), peaks.2.max(peak.2), peaks.3.max(peak.3));
        if let Err(e) = r {
            println!("REFUSED {e:?} {path} {}", code.len());
            continue;
        }
        if peak.0 > 300 || peak.1 > 60 || peak.2 > 1 || peak.3 > 40 {
            println!("high {peak:?} {path} {}", code.len());
        }
        let (p, el, depth) = thread::Builder::new()
            .stack_size(STACK)
            .spawn({
                let path = path.to_owned();
                move || {
                    let arena = Allocator::default();
                    let start = std::time::Instant::now();
                    let ty = if path.ends_with("ts") { SourceType::ts().with_module(true) } else { SourceType::mjs() };
                    let mut parsed = Parser::new(&arena, &code, ty).parse();
                    if parsed.panicked {
                        parsed = Parser::new(
                            &arena,
                            &code,
                            if ty.is_typescript() { SourceType::mjs() } else { SourceType::ts().with_module(true) },
                        )
                        .parse();
                    }
                    let mut d = Depth(0, 0);
                    d.visit_program(&parsed.program);
                    (!parsed.panicked, start.elapsed(), d.1)
                }
            })
            .unwrap()
            .join()
            .unwrap();
        parse_nanos += el.as_nanos();
        if p {
            ok += 1
        } else {
            err += 1
        }
        let ratio = depth as f64 / (peak.0 as f64);
        if p && ratio > worst {
            worst = ratio;
            println!("ratio {ratio:.2} nodes {depth} levels {} {path}", peak.0);
        }
        if el.as_millis() > 500 {
            println!("slow {el:?} {path}");
        }
    }
    println!(
        "files {files} bytes {bytes} scan {} MB/s parse {} MB/s ok {ok} err {err} peaks {peaks:?}",
        bytes as u128 * 1000 / nanos.max(1),
        bytes as u128 * 1000 / parse_nanos.max(1)
    );
}

#[test]
#[ignore]
fn adversary() {
    let toks = [
        "/",
        "/ ",
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
        "\n",
        "\n",
        ";",
        ",",
        ":",
        "?",
        ".",
        "...",
        "=>",
        "=",
        "+",
        "++",
        "--",
        "!",
        "<",
        ">",
        "<!--",
        "-->",
        "#!",
        "#a",
        "@a ",
        "a ",
        "b",
        "1",
        "1.",
        ".5",
        "5./",
        "\\",
        "\\u0061 ",
        "return ",
        "typeof ",
        "if(a)",
        "while(a)",
        "for(;;)",
        "for await(a of b)",
        "do ",
        "else ",
        "await ",
        "yield ",
        "async ",
        "of ",
        "in ",
        "let x:",
        "type A=",
        "as ",
        "void ",
        "class A{",
        "function f(){",
        "x=>",
        "new ",
        "case ",
        "switch(a){case ",
        "import x from ",
        "export ",
        "export default ",
        "break ",
        "continue ",
        "debugger",
        "throw ",
        "/re/",
        "/[/]/g",
        "/[\"]/",
        "/'/",
        "/`/",
        "a/b/c",
        ")/",
        "}/",
        "]/",
        "`${a}`",
        "'s'",
        "\"t\"",
        "null ",
        "this",
        "super",
        "enum A{",
        "interface A{",
        "namespace a{",
        "declare ",
        "abstract ",
        "static ",
        "get ",
        "keyof ",
        "infer ",
        "is ",
        "satisfies ",
        "instanceof ",
        "\u{2028}",
        "\u{a0}",
        "\u{feff}",
        "\r",
        "a!",
        "a?.",
        "f<T>",
        "<T>",
        "A<B>/",
        "<T,>(x)=>",
        "catch(e){",
        "try{}",
        "finally{}",
        "label:",
        "x as T",
        "0x1.a",
        "1e+5",
        "a\n/",
        "T\n/",
        "let x:T\n/",
    ];
    let mut seed: u64 = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let iters: usize = std::env::var("ITERS").ok().and_then(|s| s.parse().ok()).unwrap_or(20000);
    let mut rnd = move |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n as u64) as usize
    };
    let (mut accepted, mut bad) = (0, 0);
    for i in 0..iters {
        let mut code = String::new();
        for _ in 0..1 + rnd(10) {
            code += toks[rnd(toks.len())];
        }
        let unit = [
            "(",
            "[",
            "{",
            "!",
            "- ",
            "if(a)",
            "x=>",
            "a?b:",
            "`${",
            "typeof ",
            "do ",
            "else ",
            "if(a){}else ",
            "(\n",
            "a=\n",
            "new\n",
            "keyof\n",
            "A<",
            "/ (",
            "[\"\",",
            "a:",
            "class extends ",
            "f(",
            "x=>\n",
        ][rnd(24)];
        code += &unit.repeat(24_000);
        code += [" ", ")", "/", "'", "\"", "`", "*/", "\n"][rnd(8)];
        if nesting::check(&code, false).is_err() {
            continue;
        }
        accepted += 1;
        let shown: String = code.chars().take(120).collect();
        let rss = thread::Builder::new()
            .stack_size(512 << 20)
            .spawn(move || {
                let marker = 0u8;
                let addr = &raw const marker as usize;
                let arena = Allocator::default();
                let ty = if code.len() % 2 == 0 { SourceType::ts().with_module(true) } else { SourceType::mjs() };
                let p = Parser::new(&arena, &code, ty).parse();
                std::hint::black_box(&p.program);
                stack_rss(addr)
            })
            .unwrap()
            .join()
            .unwrap();
        if rss > 3 << 20 {
            bad += 1;
            println!("UNSOUND {}K {i} {shown:?}", rss >> 10);
            if bad > 15 {
                break;
            }
        }
    }
    println!("accepted {accepted} of {iters} bad {bad}");
}
#[test]
#[ignore]
fn peek() {
    for code in std::fs::read_to_string("/tmp/peek.txt").unwrap().split("\n====\n") {
        for ty in [SourceType::ts().with_module(true), SourceType::mjs()] {
            let arena = Allocator::default();
            let p = Parser::new(&arena, code, ty).parse();
            println!(
                "{:?} {code:?} panicked {} body {} {:?}",
                ty.is_typescript(),
                p.panicked,
                p.program.body.len(),
                p.diagnostics
                    .iter()
                    .map(|d| format!("{} @{:?}", d.message, d.labels.iter().map(|l| l.offset()).collect::<Vec<_>>()))
                    .collect::<Vec<_>>()
            );
        }
    }
}
#[test]
#[ignore]
fn tsfail() {
    let list = std::fs::read_to_string(std::env::var("LIST").unwrap()).unwrap();
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            for path in list.lines() {
                let Ok(code) = std::fs::read_to_string(path) else { continue };
                let parse = |ty| {
                    let arena = Allocator::default();
                    let p = Parser::new(&arena, &code, ty).parse();
                    p.diagnostics.first().map(|d| d.message.to_string())
                };
                let (t, j) = (parse(SourceType::ts().with_module(true)), parse(SourceType::mjs()));
                if let (Some(t), None) = (t, j) {
                    println!("TSFAIL {t} {path}");
                }
            }
        })
        .unwrap()
        .join()
        .unwrap();
}

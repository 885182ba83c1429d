//! What a module is found to be, and where its parts come from.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail like tests")]

use ramekin_compiler::{
    Diagnostic, DiagnosticCode, ImportKind, Source, SourceMap, Transpiled, imports, remap_stack, transpile,
};

fn transpiled(code: &str) -> Transpiled {
    transpile(&Source::unnamed(code)).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

#[test]
fn exports_are_found() {
    let cases = [
        ("export async function handler(req, ctx) {}", "handler"),
        ("export const handler = async () => {};", "handler"),
        ("export const { handler } = { handler() {} };", "handler"),
        ("export let [a, ...handler] = [];", "handler"),
        ("async function handler() {} export { handler };", "handler"),
        ("function main() {} export { main as handler };", "handler"),
        ("function main() {} export { main as 'handler' };", "handler"),
        ("export class handler {}", "handler"),
        ("export enum handler { A }", "handler"),
        ("export namespace handler { export const a = 1 }", "handler"),
        ("export default async function handler() {}", "default"),
        ("export default async (req, ctx) => {};", "default"),
        ("export default { fetch() {} };", "default"),
        ("const a = 1; export { a as default };", "default"),
        ("export default class {}", "default"),
        ("export function handle() {}", ""),
        ("export type handler = string;", ""),
        ("export interface handler {}", ""),
        ("interface A {} export default A;", ""),
        ("type handler = string; export { handler }; export type { handler as default };", ""),
        ("export declare function handler(): void;", ""),
        ("function handler() {}", ""),
        ("// export function handler() {}", ""),
        ("", ""),
    ];
    for (code, expected) in cases {
        let module = transpiled(code);
        let found = match (module.has_handler_export, module.has_default_export) {
            (true, false) => "handler",
            (false, true) => "default",
            (false, false) => "",
            (true, true) => "both",
        };
        assert_eq!(found, expected, "{code}");
    }
}

#[test]
fn deno_serve_is_found() {
    for code in [
        "Deno.serve(() => new Response());",
        "globalThis.Deno.serve({ port: 1 }, handler);",
        "Deno['serve'](handler);",
        "const { serve } = Deno; serve(handler);",
        "const start = (Deno as any).serve;",
        "if (Deno?.serve) {}",
        "Deno!.serve(handler);",
    ] {
        assert!(transpiled(code).uses_deno_serve, "{code}");
    }
    for code in [
        "Deno.env.get('A');",
        "const Deno = { serve() {} }; Deno.serve();",
        "a.Deno.serve();",
        "'Deno.serve()'",
        "serve();",
    ] {
        assert!(!transpiled(code).uses_deno_serve, "{code}");
    }
}

#[test]
fn unusual_beginnings() {
    assert_eq!(transpiled("").code, "");
    assert_eq!(transpiled("\u{FEFF}a;").code, "a;\n");
    assert_eq!(transpiled("#!/usr/bin/env deno\na;").code, "#!/usr/bin/env deno\na;\n");
    assert_eq!(transpiled("'use strict'; a;").code, "\"use strict\";\na;\n");
}

#[test]
fn the_same_source_gives_the_same_code() {
    let code = include_str!("cases/types-are-erased/input.ts");
    assert_eq!(transpiled(code), transpiled(code));
}

/// Long words that occur once.
fn unique_words(text: &str) -> Vec<(usize, &str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut words = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(|c| !word(c)) {
        let found = piece.trim_end_matches(|c| !word(c));
        if found.chars().count() > 3 && text.matches(found).count() == 1 {
            words.push((at, found));
        }
        at += piece.len();
    }
    words
}

/// Line from 1, and what is before it on the line.
fn line_at(text: &str, offset: usize) -> (u32, &str) {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    (u32::try_from(line).unwrap(), before.rsplit('\n').next().unwrap())
}

#[test]
fn every_word_comes_from_where_it_stands() {
    let code = "/* 💥 a block comment */ type Gone = string;
const größenordnung = '💥💥' as Gone, zweite: number = größenordnung.length;
enum Farben { Tomatenrot = 'rot', Grasgrün = 'grün' }

export class Beispiel<T> {
  constructor(private readonly kennung: T, /* 名前 */ protected 名前四文字 = (): string => 'é💥é') { super_duper(); }
  async methode(parameter: Map<string, T>): Promise<void> { await wartezeit(parameter!, zweite satisfies number); }
}
function super_duper(): asserts this { throw new Fehlerklasse(`vorlage ${Farben.Tomatenrot} 💥 ${unbekannter}`); }
";
    let module = transpiled(code);
    let map = SourceMap::from_json(&module.source_map.to_json()).unwrap();
    assert_eq!(map, module.source_map);
    let mut checked = 0;
    for (offset, word) in unique_words(&module.code) {
        let Some(&(original, _)) = unique_words(code).iter().find(|(_, other)| *other == word) else { continue };
        // Text inside of a string or a template has no place of its own.
        if ["vorlage"].contains(&word) {
            continue;
        }
        let (line, before) = line_at(&module.code, offset);
        let found = map.lookup(line, u32::try_from(before.len()).unwrap() + 1);
        let (line, before) = line_at(code, original);
        let column = u32::try_from(before.chars().count()).unwrap() + 1;
        assert_eq!(
            found.map(|origin| (origin.at.line, origin.at.column)),
            Some((line, column)),
            "{word}\n{}",
            module.code
        );
        checked += 1;
    }
    assert!(checked >= 10, "{checked} words in\n{}", module.code);
}

#[test]
fn what_a_module_throws_is_placed_in_its_source() {
    let code = "type A = 1;\n\nexport function boom(): never {\n  /* é💥 */ throw new TypeError('no');\n}\nboom();\n";
    let source = Source::new("hello.ts", code);
    let module = transpile(&source).unwrap();
    let (line, before) = line_at(&module.code, module.code.find("TypeError").unwrap());
    let inner = format!("hello.ts:{line}:{}", before.len() + 1);
    let (line, before) = line_at(&module.code, module.code.rfind("boom").unwrap());
    let outer = format!("hello.ts:{line}:{}", before.len() + 1);
    let stack = format!("    at boom ({inner})\n    at <anonymous> ({outer})\n    at load (ramekin:boot:3:1)\n");
    let remapped = remap_stack(&stack, &module.source_map, "hello.ts");
    assert_eq!(remapped, "    at boom (hello.ts:4:22)\n    at <anonymous> (hello.ts:6:1)\n");
    let diagnostic = Diagnostic::evaluation(&source, &module.source_map, "TypeError: no", Some(&stack));
    let shown =
        "error: TypeError: no at hello.ts:4:22\n4 |   /* é💥 */ throw new TypeError('no');\n                         ^";
    assert_eq!((diagnostic.code, diagnostic.to_string().as_str()), (DiagnosticCode::Evaluation, shown));
    let nowhere = Diagnostic::evaluation(&source, &module.source_map, &"long ".repeat(100_000), None);
    assert!(nowhere.to_string().len() < 10_000 && nowhere.excerpt.is_none());
}

#[test]
fn diagnostics_travel_as_json() {
    let diagnostics = transpile(&Source::new("hello.ts", "import './a.ts';")).unwrap_err();
    let json = serde_json::to_value(&diagnostics).unwrap();
    let expected = serde_json::json!([{
        "code": "IMPORT_RELATIVE",
        "message": "cannot import `./a.ts`: a function is a single file",
        "file": "hello.ts",
        "line": 1,
        "column": 8,
        "excerpt": "1 | import './a.ts';\n           ^",
        "hint": "put everything into one file",
    }]);
    assert_eq!(json, expected);
}

#[test]
fn a_text_made_of_several_files_speaks_of_them() {
    let map = r#"{"version":3,"sources":["lib/b.ts"],"names":[],"mappings":";AAIE"}"#;
    let source = |code: &str| Source::bundled("hello.ts", code, SourceMap::from_json(map).unwrap());
    let module = transpile(&source("\nexport const handler = () => 1;")).unwrap();
    assert!(module.has_handler_export);
    let line = module.code.lines().position(|line| line.contains("handler")).unwrap();
    let origin = module.source_map.lookup(u32::try_from(line).unwrap() + 1, 1).unwrap();
    assert_eq!((origin.file, origin.at.line), ("lib/b.ts", 5));
    let wrong = transpile(&source("\nconst x: number = 1;")).unwrap_err().into_vec();
    assert_eq!((wrong[0].file.as_str(), wrong[0].line, &wrong[0].excerpt), ("lib/b.ts", 5, &None), "it is JavaScript");
}

#[test]
fn imports_are_listed_without_types() {
    let code = "import { a } from './a';\nimport type { T } from './types';\nimport './b'; export * from 'c';\n\
                const x: T = a; void import(`d`); import(x);";
    let found = imports(&Source::new("a.ts", code)).unwrap();
    let listed: Vec<(&str, u32, ImportKind)> = found.iter().map(|one| (&*one.specifier, one.line, one.kind)).collect();
    let (stat, again, late) = (ImportKind::Static, ImportKind::Reexport, ImportKind::Dynamic);
    assert_eq!(listed, [("./a", 1, stat), ("./b", 3, stat), ("c", 3, again), ("d", 4, late)]);
    let many: String = (0..50).map(|n| format!("import './f{n}';\n")).collect();
    assert_eq!(imports(&Source::new("a.ts", many)).unwrap().len(), 50);
    assert!(imports(&Source::new("a.ts", "import {")).is_err());
}

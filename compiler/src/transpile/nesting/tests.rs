//! What real code does is let through however much there is of it; what nests is seen wherever it hides.

use super::{Depth, MAX_LEVELS, MAX_STATEMENTS, TooDeep, check};

/// Far more than few tokens: the structure alone decides.
fn much_of(code: &str) -> String {
    code.repeat(400_000 / code.len())
}

#[test]
fn much_code_is_not_deep() {
    for code in [
        "import a from 'a';\nconst b = a.b(c => { if (c) { return c / 2 } else { throw d } });\n",
        // Without semicolons, as some write.
        "const a = b(c)\nlet d = a[0] / 2\nif (a) f(d)\nelse if (b) g(d)\nfor (const x of y) z(x)\nexport default a\n",
        "a.b\n  .c(d)\n  .e(f)\nawait g\nreturn\n",
        "function f(a, b) { return a }\nclass A extends B { c = 1; d() {} get e() { return 1 } }\n",
        "if (a) {} else if (b) {} else {}\n",
        // As minifiers do.
        "var a=1,b=a<2?3:4,c=function(d){return d?e(d):f},g=h||(h={});if(a)b();else c();for(;a<b;)d++;",
        "!function(){a&&b,c||d}(),e=f<<2|g>>>3,h=i<j,",
        "{a:1,b:[2,3],c:{d:4}},",
        "case 1:case 2:a();break;",
        "'a string with ( and {', `a template with ( and ${b} {`, /[(]\\//g, // a comment with (\n/* and ( another */",
        "x = a ? /re/ : b ? c / d / e : `${f / g}`;\n",
        "if (a) /\\(/.test(b);\n",
        "}/[(]/.test(b);{",
        "}/\\(\\//.test(b);{",
        "}/['\"]/.test('it');{",
        "}/`/.test(`b`);{",
        "interface A { b: string; c?: Map<string, Array<{ d: number }>>; e(f: g): h }\n",
        "type A = B extends C ? D : E\nenum F { G = 1, H }\ndeclare function i(j: k): l\nnamespace M { export const n = 1 }\n",
        "a satisfies B\nc as D\ne!\nf<G>(h)\n<T>i\n",
        "@decorated class A { @b c; @d() e() {} }\n",
        "function f() { do a(); while (b) }\n",
        "label: for (;;) { continue label }\n",
        "const größe = \\u{4e2d}\\u6587 + größe;\n",
    ] {
        let code = much_of(code);
        // Some samples only make sense inside of something.
        let code = if code.starts_with('}') { format!("{{{code}}}") } else { code };
        assert_eq!(check(&code, false), Ok(Depth::Usual), "{}", &code[..80]);
    }
}

#[test]
fn the_limits_are_where_they_are_said_to_be() {
    let chain = |count: usize| format!("x = 1{}", " + 1".repeat(count));
    assert_eq!(check(&chain(MAX_LEVELS / 2 - 10), false), Ok(Depth::Unusual));
    assert!(matches!(check(&chain(MAX_LEVELS), false), Err(TooDeep::Levels(_))));
    let brackets = |count: usize| format!("{}{}", "[".repeat(count), "]".repeat(count));
    assert_eq!(check(&brackets(1_000), false), Ok(Depth::Unusual));
    assert_eq!(check(&brackets(1_001), false), Err(TooDeep::Brackets(1_000)));
    let statements = |count: usize| format!("{}b;", "if (a) ".repeat(count) + &"c;".repeat(20_000));
    assert_eq!(check(&statements(MAX_STATEMENTS), false), Ok(Depth::Unusual));
    assert!(matches!(check(&statements(MAX_STATEMENTS + 1), false), Err(TooDeep::Statements(_))));
    assert!(matches!(check(&"a<".repeat(5_000), false), Err(TooDeep::Doubts(_))));
    assert_eq!(check(&"<a>".repeat(500), true), Ok(Depth::Usual));
    assert_eq!(check(&"<a>".repeat(5_000), true), Err(TooDeep::Jsx));
}

#[test]
fn nothing_hides_a_tower_of_brackets() {
    for before in [
        // What looks like a string, a template, a comment or a regular expression to one who reads carelessly.
        "a / '/'; ",
        "a = b\n/ '/ ",
        "let x: T\n/'/;",
        "{}/'/;",
        "if (a) /'/;",
        "a++ / '/' + ",
        "a! / '/' + ",
        "x as T?/'/ + ",
        "x as void / '/' + ",
        "`${a}` / '/' + ",
        "5. / '/' + ",
        "a.return / '/' + ",
        "(a) / '/' + ",
        "/[/'\"]/, ",
        "`\\``, ",
        "'\\'', ",
        "'\\\r\n', ",
        "/* ' */ ",
        "// '\u{2028}",
        "<!-- '\n",
        "#!'\n",
        "\u{FEFF}/'/, ",
        // Escapes, where the parser goes on after its complaint.
        "super\\{/ ",
        "throw \\)debugger ",
        "\\*/typeof ",
        "\\'+",
        "r\\u0065turn /'/, ",
        "els\\u{65} /'/, ",
    ] {
        let code = format!("{before}{}", "(".repeat(20_000));
        assert!(matches!(check(&code, false), Err(TooDeep::Brackets(_))), "{before}");
    }
}

#[test]
fn nothing_resets_what_goes_on() {
    for unit in [
        "if (a) b; else ",
        "if (a) b; els\\u0065 ",
        "if (a) b; \\u0030els\\u{65} ",
        "if (a) b; \\(else ",
        "if (a) try {} catch {} else ",
        "do if (a) b; else ",
        "a:\n",
        "x =>\n",
        "keyof\n",
        "typeof\n",
        "new\n",
        "class A extends class B {} implements C {",
        "class A extends class B\nimplements C {",
        "A<B, ",
        "<T,>(x) => ",
        "(function () { if (a) b; else c, ",
        "a ? b : ",
        "async\nx => ",
    ] {
        assert!(check(&unit.repeat(20_000), false).is_err(), "{unit}");
    }
}

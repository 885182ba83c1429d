//! Maps and stacks, also hostile ones.

use super::{Frame, MAX_STACK, SourceMap, first_frame, remap_stack};
use crate::position::Position;

/// Maps `(line, column)` of `hello.ts` two lines down and four columns to the right.
fn map() -> SourceMap {
    let json = r#"{"version":3,"sources":["hello.ts"],"names":[],"mappings":"AAEI,KAAK,KAAK;AACL"}"#;
    SourceMap::from_json(json).unwrap()
}

#[test]
fn looks_up_the_segment_a_place_is_in() {
    let at = |line, column| map().lookup(line, column).map(|origin| (origin.at.line, origin.at.column));
    assert_eq!(at(1, 1), Some((3, 5)));
    assert_eq!(at(1, 5), Some((3, 5)));
    assert_eq!(at(1, 6), Some((3, 10)));
    assert_eq!(at(1, 999), Some((3, 15)));
    assert_eq!(at(2, 1), Some((4, 10)));
    assert_eq!([at(3, 1), at(0, 1), at(1, 0), at(u32::MAX, u32::MAX)], [None; 4]);
}

#[test]
fn the_stored_form_is_read_back() {
    let json = map().to_json();
    assert_eq!(json, r#"{"version":3,"sources":["hello.ts"],"names":[],"mappings":"AAEI,KAAK,KAAK;AACL"}"#);
    assert_eq!(SourceMap::from_json(&json).unwrap(), map());
    let pairs = [((0, 0), (9, 3)), ((0, 2), (0, 0)), ((3, 0), (70_000, 1)), ((3, 9), (1, 0))];
    let text = "ab\n\n\n0123456789";
    let built = SourceMap::from_pairs("a.ts", text, "", pairs.into_iter());
    assert_eq!(SourceMap::from_json(&built.to_json()).unwrap(), built);
}

#[test]
fn a_damaged_form_is_refused() {
    let with = |mappings: &str| format!(r#"{{"version":3,"sources":[],"names":[],"mappings":"{mappings}"}}"#);
    assert!(SourceMap::from_json(&with("")).is_ok());
    assert!(SourceMap::from_json(&with("A,AAAA;;")).is_ok());
    for mappings in ["AA", "AAA", "A!AA", "AAAg", "ggggggggggggggggB", "DAAA", "AAAD", "KAAA,FAAA", "é"] {
        assert!(SourceMap::from_json(&with(mappings)).is_err(), "{mappings}");
    }
    assert!(SourceMap::from_json(r#"{"version":2,"sources":[],"names":[],"mappings":""}"#).is_err());
    assert!(SourceMap::from_json("{").is_err());
}

#[test]
fn columns_are_bytes_here_and_characters_there() {
    let generated = "é💥x\u{2028}y\r\nz";
    let original = "💥💥a\n💥b";
    // In UTF-16 units: `x` is at 3, `y` on the next line (for the generator), `z` on the one after.
    let pairs = [((0, 3), (0, 4)), ((1, 0), (1, 0)), ((2, 0), (1, 2)), ((9, 9), (0, 0))];
    let map = SourceMap::from_pairs("a.ts", generated, original, pairs.into_iter());
    assert_eq!(map.lookup(1, 7).map(|origin| origin.at), Some(Position { line: 1, column: 3 }));
    assert_eq!(map.lookup(1, 11).map(|origin| origin.at), Some(Position { line: 2, column: 1 }));
    assert_eq!(map.lookup(2, 1).map(|origin| origin.at), Some(Position { line: 2, column: 2 }));
    assert_eq!(map.lookup(3, 1), None);
}

#[test]
fn frames_of_the_module_are_rewritten_and_those_of_the_engine_dropped() {
    let stack = "Error: at hello.ts:1:1\n    at load (hello.ts:1:7)\n    at dispatch (ramekin:handler:9:9)\n    \
                 at map (native)\n    at <anonymous> (hello.ts:2:1)\n    at other (else.ts:1:1)\n    \
                 at ramekin:boot:1:2\n    at run (<null>:0:1)\n      at hello.ts:1:1\n    at far (hello.ts:7:7)\n    at bare (hello.ts)\n";
    let expected = "Error: at hello.ts:1:1\n    at load (hello.ts:3:10)\n    at map (native)\n    \
                    at <anonymous> (hello.ts:4:10)\n    at other (else.ts:1:1)\n      at hello.ts:3:5\n    \
                    at far (hello.ts)\n    at bare (hello.ts)\n";
    assert_eq!(remap_stack(stack, &map(), "hello.ts"), expected);
    let place = first_frame(stack, &map(), "hello.ts").map(|origin| origin.at);
    assert_eq!(place, Some(Position { line: 3, column: 10 }));
    assert_eq!(first_frame("    at far (hello.ts:7:7)", &map(), "hello.ts"), None);
}

#[test]
fn braces_may_follow_the_last_frame() {
    let shown = |stack: &str| remap_stack(stack, &map(), "hello.ts");
    let own = "Error: no\n    at load (hello.ts:1:7) {\n  [cause]: 1\n}";
    assert_eq!(shown(own), "Error: no\n    at load (hello.ts:3:10) {\n  [cause]: 1\n}");
    let of_the_engine = "Error: no\n    at load (hello.ts:1:7)\n    at fetch (<null>:0:1) {\n  [cause]: 1\n}";
    assert_eq!(shown(of_the_engine), "Error: no\n    at load (hello.ts:3:10) {\n  [cause]: 1\n}");
    assert_eq!(shown("Error: no\n    at <anonymous> (<null>:0:1) {\n}"), "Error: no {\n}");
    for text in [" {", "    at {", "    at  {\n", "x {\n"] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn names_may_look_like_anything() {
    for name in ["we (ird) name", "evil (x.ts:1:1", "a:1:2", "(", ") (", "é💥", "at ", "hello.ts:1:1"] {
        let stack = format!("    at {name} (hello.ts:1:6)");
        assert_eq!(remap_stack(&stack, &map(), "hello.ts"), format!("    at {name} (hello.ts:3:10)"));
    }
    let odd = "    at f (my (1).ts:1:6)";
    let of_that_file = SourceMap { sources: vec!["my (1).ts".into()], ..map() };
    assert_eq!(remap_stack(odd, &of_that_file, "my (1).ts"), "    at f (my (1).ts:3:10)");
}

#[test]
fn what_is_no_frame_stays() {
    for text in [
        "",
        "\n\n",
        "    at ",
        "    at )",
        "    at (",
        "    at :",
        "    at ::",
        "    at hello.ts",
        "    at hello.ts:1",
        "    at hello.ts:1:",
        "    at hello.ts:+1:1",
        "    at hello.ts:99999999999:1",
        "    at xhello.ts:1:1",
        "    at f(hello.ts:1:1)",
        "at f (hello.ts:1:1)",
        "      at f (hello.ts:1:1",
        "\r\n    at\thello.ts:1:1",
    ] {
        assert_eq!(remap_stack(text, &map(), "hello.ts"), text);
    }
}

#[test]
fn megabytes_are_cut() {
    let frames = "    at f (hello.ts:1:1)\n".repeat(200_000);
    let long = "é".repeat(3_000_000);
    let colons = ":".repeat(3_000_000);
    let parens = format!("    at {}", " (".repeat(1_000_000));
    for stack in [frames, long, colons, parens] {
        let out = remap_stack(&stack, &map(), "hello.ts");
        assert!(out.len() <= 2 * MAX_STACK && out.ends_with("…\n"));
    }
}

#[test]
fn an_empty_file_name_matches_nothing_by_accident() {
    assert!(matches!(Frame::read("    at f (:1:1)", "hello.ts"), Frame::Other));
    assert!(matches!(Frame::read("", ""), Frame::Other));
}

/// Of a text of two lines, made of `a.ts` and `lib/b.ts`, with a piece in between that nobody wrote.
fn inner() -> SourceMap {
    // Line 1: columns 0 to 3 are line 1 of `a.ts`, what follows is nobody's. Line 2: line 5 of `lib/b.ts`, from column 2.
    let json = r#"{"version":3,"sources":["a.ts","lib/b.ts"],"names":[],"mappings":"AAAA,I;ACIE","sourcesContent":[null,null]}"#;
    SourceMap::from_json(json).unwrap()
}

#[test]
fn a_map_through_a_map() {
    let code = "one\ntwo\nthree";
    // What was made of that text: a line for each piece.
    let pairs = [((0, 0), (0, 1)), ((1, 0), (0, 5)), ((2, 0), (1, 4))];
    let map = SourceMap::from_pairs("f.ts", code, "0123456789\n0123456789", pairs.into_iter()).through(&inner());
    let place = |line| map.lookup(line, 1).map(|origin| (origin.file, origin.at.line, origin.at.column));
    assert_eq!([place(1), place(2), place(3)], [Some(("a.ts", 1, 1)), None, Some(("lib/b.ts", 5, 3))]);
    assert_eq!(SourceMap::from_json(&map.to_json()).unwrap(), map);
    let stack = "Error\n    at a (f.ts:1:1)\n    at f.ts:3:2\n    at x (f.ts:2:1)\n";
    let expected = "Error\n    at a (a.ts:1:1)\n    at lib/b.ts:5:3\n    at x (f.ts)\n";
    assert_eq!(remap_stack(stack, &map, "f.ts"), expected);
    let place = first_frame("    at x (f.ts:2:1)\n    at f.ts:3:2", &map, "f.ts").unwrap();
    assert_eq!((place.file, place.at.line), ("lib/b.ts", 5));
}

#[test]
fn frames_of_what_the_bundler_made_are_dropped() {
    let json = r#"{"version":3,"sources":["ramekin:bundle","npm:zod@4.0.0/x.js"],"names":[],"mappings":"AAAA;ACAA"}"#;
    let map = SourceMap::from_json(json).unwrap();
    let stack = "Error\n    at a (f.ts:1:1)\n    at b (f.ts:2:1)\n";
    assert_eq!(remap_stack(stack, &map, "f.ts"), "Error\n    at b (npm:zod@4.0.0/x.js:1:1)\n");
    let stack = "Error\n    at b (f.ts:2:1)\n    at dispatch (<null>:1:1)";
    assert_eq!(remap_stack(stack, &map, "f.ts"), "Error\n    at b (npm:zod@4.0.0/x.js:1:1)", "no line is left open");
}

#[test]
fn native_frames_of_the_engine_are_dropped_with_it() {
    let stack = "    at f (hello.ts:1:1)\n    at apply (native)\n    at bind (native)\n    at run (ramekin:js/web/timers.js:9:1)\n";
    assert_eq!(remap_stack(stack, &map(), "hello.ts"), "    at f (hello.ts:3:5)\n");
    let own = "    at f (hello.ts:1:1)\n    at apply (native)\n    at g (hello.ts:1:1)\n";
    assert_eq!(remap_stack(own, &map(), "hello.ts"), own.replace("1:1", "3:5"));
}

#[test]
fn what_stands_before_the_first_segment_of_a_line_is_of_that() {
    let json = r#"{"version":3,"sources":["hello.ts"],"names":[],"mappings":"KAEI"}"#;
    let map = SourceMap::from_json(json).unwrap();
    assert_eq!(map.lookup(1, 1).map(|origin| origin.at), Some(Position { line: 3, column: 5 }));
}

#[test]
fn frames_of_errors_inside_of_values_are_frames() {
    let stack = "Error: a\n    at f (hello.ts:1:1) {\n  [cause]: Error: b\n      at hello.ts:2:1,\n      at g (ramekin:js/x.js:1:1) {\n  x }\n";
    let expected = "Error: a\n    at f (hello.ts:3:5) {\n  [cause]: Error: b\n      at hello.ts:4:10, {\n  x }\n";
    assert_eq!(remap_stack(stack, &map(), "hello.ts"), expected);
    assert_eq!(remap_stack("    at f (ramekin:a) {\n", &map(), "hello.ts"), " {\n");
}

//! What is reported, where, and what survives.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// Parses and gives the findings as lines `code: the text underlined`, and the tree.
fn read(text: &str) -> (Vec<String>, Vec<Node>) {
    let mut findings = Findings::default();
    let nodes = parse(FileId(0), text, &mut findings);
    let lines = findings.into_sorted().into_iter().map(|d| {
        let at = d.span().unwrap_or_default();
        let spelt = text.get(at.start as usize..at.end as usize).expect("a span within the text");
        assert!(d.help.is_some(), "no help: {} {}", d.code(), d.message);
        format!("{}: {spelt}", d.code().trim_start_matches("syntax/"))
    });
    (lines.collect(), nodes)
}

/// The tree on one line: names, number of entries where there are some, blocks.
fn shape(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        let name = if node.name.v.is_empty() { "?" } else { &node.name.v };
        let _ = write!(out, "{}{name}", if out.is_empty() { "" } else { " " });
        if node.broken {
            out.push('!');
        } else if !node.entries.is_empty() {
            let _ = write!(out, ":{}", node.entries.len());
        }
        if let Some(children) = &node.children {
            let _ = write!(out, "{{{}}}", shape(children));
        }
    }
    out
}

/// In a thread with the stack that worker threads have.
fn small_stack(f: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(f).unwrap().join().unwrap();
}

#[test]
fn each_rule_has_examples_that_show_it() {
    for rule in RULES {
        let (Some(bad), Some(good)) = (rule.example("bad"), rule.example("good")) else {
            assert!(["syntax/not-utf8", "syntax/too-large"].contains(&rule.code), "{}", rule.code);
            continue;
        };
        let (found, _) = read(&bad);
        assert_eq!(found.len(), 1, "{}: {found:?}", rule.code);
        assert!(format!("syntax/{}", found[0]).starts_with(&format!("{}: ", rule.code)), "{found:?}");
        let (found, nodes) = read(&good);
        assert!(found.is_empty() && !nodes.is_empty(), "{}: {found:?}", rule.code);
    }
}

#[test]
fn each_mistake_gives_one_finding_at_its_place() {
    let table: &[(&str, &[&str], &str)] = &[
        // what is right
        ("", &[], ""),
        ("\u{FEFF}a 1\r\nb 2\r\n", &[], "a:1 b:1"),
        ("a 1; b x=2 { c; }; d", &[], "a:1 b:1{c} d"),
        ("a \\ // on\n  1 \\\n 2\nb", &[], "a:2 b"),
        ("a /* x /* y */ } */ 1 // { \"\nb", &[], "a:1 b"),
        ("a x = 1 \"k\"=\"v\"", &[], "a:2"),
        ("a \"\"\"\n  x }\n  \"\"\"\nb #\"\"\"\n \\q {\n \"\"\"#", &[], "a:1 b:1"),
        ("a #\"\"q\"\"# ##\"a\"#b\"## \"\\u{e9}\\\\\"", &[], "a:3"),
        ("a #true #null #-inf -1.5e-3 0x_f", &["bare-word: 0x_f"], "a!"),
        ("a +5 - -x .y 0xFF_f 0b1 0o7 1_0", &[], "a:8"),
        ("_ 1", &[], "_:1"),
        // commented out
        ("/- a 1 { b; }\nc", &[], "c"),
        ("/- a; b", &[], "b"),
        ("a /- 1 2 /- x=3 /- { y } { z } /- { w }", &[], "a:1{z}"),
        ("/-\n\na 400G {\n b 1e }\nc", &[], "c"),
        ("a /- (t)\"x\" = (u)1 /-\n b", &[], "a"),
        ("a /-\n}", &["invalid: /-", "stray-brace: }"], "a"),
        ("a/-b", &["bare-word: a/-b"], "?!"),
        // braces
        ("a {\n  b {\n    c\n}\nd", &["unclosed-brace: {"], "a{b{c}} d"),
        (
            "a {\r\n  b {\r\n    c {\r\n}\r\nd 4x",
            &["unclosed-brace: {", "unclosed-brace: {", "bare-word: 4x"],
            "a{b{c{}}} d!",
        ),
        ("a {\n  b\n", &["unclosed-brace: {"], "a{b}"),
        ("a {", &["unclosed-brace: {"], "a{}"),
        ("a { // {\n", &["unclosed-brace: {"], "a{}"),
        ("a {\n  b {\n  }\n  }\n  c\n}\nd", &["stray-brace: }"], "a{b{} c} d"),
        ("a {\n  b\nc {\n  d\n}", &["unclosed-brace: {"], "a{b} c{d}"),
        ("a {\n  b {\n    c\n  d {\n    e\n  }\n}\nf", &["unclosed-brace: {"], "a{b{c} d{e}} f"),
        ("a {\n  b {\n  c\n  d\n}\ne", &["unclosed-brace: {"], "a{b{} c d} e"),
        ("a {\nb\nc {\nd\n}\n", &["unclosed-brace: {"], "a{b c{d}}"),
        ("x {\ny\n}\na {\n  b\nc", &["unclosed-brace: {"], "x{y} a{b} c"),
        ("a {\n  b \\\n1 {\n    c\nd", &["unclosed-brace: {", "unclosed-brace: {"], "a{b:1{c}} d"),
        ("a { // b\n\n  // c\n  b /*\n*/ 1\nd", &["unclosed-brace: {"], "a{b:1} d"),
        ("/- a {\n  b\nc 4x", &["unclosed-brace: {", "bare-word: 4x"], "c!"),
        ("a /- {\n  b\nc 4x", &["unclosed-brace: {", "bare-word: 4x"], "a c!"),
        ("a {\n  b {\n    c\n  }}\n  d\n}\ne", &["stray-brace: }"], "a{b{c} d} e"),
        ("a {\n  b\n}\n  c\n}\nd", &["stray-brace: }"], "a{b c} d"),
        (
            "a {\n  b {\n    c\n    }\n  d {\n    e\n",
            &["unclosed-brace: {", "unclosed-brace: {"],
            "a{b{c} d{e}}",
        ),
        ("a 1 } b 2\nc", &["stray-brace: }"], "a! b:1 c"),
        ("a 1 b x=2; }\nc", &["stray-brace: }"], "a! c"),
        ("a 1 { b 5x; } }\nc", &["bare-word: 5x", "stray-brace: }"], "a:1{b!} c"),
        ("a 1\n  b\n  c\n}\nd", &["stray-brace: a 1"], "a:1{b c} d"),
        ("a {\n  b 1 // x\n    c\n  }\n  d\n}\ne", &["stray-brace: b 1"], "a{b:1{c} d} e"),
        ("a { {\n  b\n}\nc", &["stray-brace: {"], "a{b} c"),
        ("a {\n  b 1 c; }\n}\nd", &["stray-brace: }"], "a{b!} d"),
        ("a {{ b; }\nc", &["stray-brace: {"], "a{b} c"),
        ("a\n  b\nc", &[], "a b c"),
        ("a { b; c; } } d", &["stray-brace: }"], "a{b c} d"),
        ("a {\r  b\u{85}c {\u{2028}  d\u{0C}}", &["unclosed-brace: {"], "a{b} c{d}"),
        ("/-\n}\nb", &["invalid: /-", "stray-brace: }"], "b"),
        ("}\na 5x", &["stray-brace: }", "bare-word: 5x"], "a!"),
        ("a } } }\nb", &["stray-brace: } } }"], "a b"),
        ("a\n{\n b 1\n}", &["invalid: {"], "a ?!{b:1}"),
        ("a { b } { c }", &["invalid: {"], "a{b} ?!{c}"),
        ("a { b } c 1\nd", &["terminator: c"], "a{b} c:1 d"),
        ("a { b }c 1", &["terminator: c"], "a{b} c:1"),
        (";; a;\n;", &["terminator: ;;", "terminator: ;"], "a"),
        // strings
        ("a \"x\nb 1", &["unclosed-string: \"x"], "a! b:1"),
        ("a \"x {\n b\n}\nc", &["unclosed-string: \"x"], "a!{b} c"),
        ("a { b \"x; }\nc", &["unclosed-string: \"x"], "a{b!} c"),
        ("link \"a \"b\" speed=\"400G\" {\n c\n}", &["unclosed-string: \"a \""], "link!{c}"),
        ("a \"x { b \"y\"; }\nc", &["unclosed-string: \"x { b \""], "a! c"),
        ("a \"x\" \"y { // z\n  b\n}\nc", &["unclosed-string: \"y"], "a!{b} c"),
        ("a x=\"{y}\" z=\"{y}\nb", &["unclosed-string: \"{y}"], "a! b"),
        ("a 2,5 x\" y=4G\nb", &["unclosed-string: \" y=4G"], "a! b"),
        ("a #\"x\"\nb", &["unclosed-string: #\"x\""], "a! b"),
        ("a \"\"\"\n x\nb 4G", &["unclosed-string: \"\"\"", "bare-word: 4G"], "a! b!"),
        ("a {\n  b \"\"\"\n    x {\n\n    y\n  c\n}\nd", &["unclosed-string: \"\"\""], "a{b! c} d"),
        ("a { b \"\"\"\n  c\n}\nd", &["unclosed-string: \"\"\""], "a{b! c} d"),
        ("a #\"\"\"\n  x\n  \"\"\"\nb", &["unclosed-string: #\"\"\""], "a! b"),
        ("a \"x\n  y\n  z\"\nb", &["unclosed-string: \"x"], "a! b"),
        ("a \"x {\n  y\n}\nb", &["unclosed-string: \"x"], "a!{y} b"),
        ("a \"x \\\n  y 1\nb", &["unclosed-string: \"x \\"], "a! b"),
        ("a \"\"\"\n  x\n  \"\"\"\n\"\"\"\nb", &["unclosed-string: \"\"\""], "a:1 ?! b"),
        ("a \"x\"\"\nb", &["unclosed-string: \""], "a! b"),
        ("a r\"x\nb", &["unclosed-string: \"x"], "a! b"),
        ("a ##\"x\"#\nb", &["unclosed-string: ##\"x\"#"], "a! b"),
        ("a \"\"\"\nb \"\"\"\n x\n \"\"\"\nc", &["unclosed-string: \"\"\""], "a! b:1 c"),
        ("a \"\"\"x\"\"\"\nb", &["string: \"\"\"x\"\"\""], "a! b"),
        ("a \"\"\"\n x\"\"\"\nb", &["string: \"\"\"\n x\"\"\""], "a! b"),
        ("a \"\"\"\n  x\n y\n  \"\"\"\nb", &["string:  "], "a! b"),
        ("a #\"\"\"\n  x\né\n  \"\"\"#\nb", &["string: é"], "a! b"),
        ("a \"\"\"\n  x\ny\n  \"\"\"\nb", &["string: y"], "a! b"),
        ("a \"\\q\" \"\\u{zz}\"", &["string: \\q", "string: \\u"], "a!"),
        ("a \"x\"\"y\"", &["invalid: \"y\""], "a!"),
        ("a \"x\"y", &["invalid: y"], "a!"),
        ("a \"\u{1}\" \u{2}", &["string: \u{1}", "invalid: \u{2}"], "a!"),
        // comments
        ("/* x\na 1\n", &["unclosed-comment: /*"], "a:1"),
        ("a 1 /* x {\n  y\n\n  z\nb 2", &["unclosed-comment: /*"], "a:1 b:1"),
        ("/* x\n * y\n * z\na 1", &["unclosed-comment: /*"], "a:1"),
        ("a { /* x\n  b 1\n}\nc", &["unclosed-comment: /*"], "a{b:1} c"),
        ("/* x /* y */\na 1", &["unclosed-comment: /*"], "a:1"),
        (
            "a 1 */\n*/\nb */ 2 { c */; }",
            &["invalid: */", "invalid: */", "invalid: */", "invalid: */"],
            "a:1 b:1{c}",
        ),
        ("* 1\n*/* x */ 2", &[], "*:1 *:1"),
        ("a 1 # x \"{\nb", &["hash-comment: # x \"{"], "a:1 b"),
        ("#!/bin/fabc\nb", &["bare-word: #!/bin/fabc"], "?! b"),
        // values
        (
            "a 400G 10.0.0.1 10.0.0.0/16 su1/x c[0]",
            &[
                "bare-word: 400G",
                "bare-word: 10.0.0.1",
                "bare-word: 10.0.0.0/16",
                "bare-word: su1/x",
                "bare-word: c[0]",
            ],
            "a!",
        ),
        ("a true x=null\nb false", &["kdl1: true", "kdl1: null", "kdl1: false"], "a! b!"),
        ("a r\"C:\\\" r#\"x\"#\nb", &["kdl1: r\"C:\\\"", "kdl1: r#\"x\"#"], "a! b"),
        ("a #yes #True", &["invalid: #yes", "invalid: #True"], "a!"),
        (
            "a 99999999999999999999999999999999999999999 1e999 0.1",
            &["number: 99999999999999999999999999999999999999999", "number: 1e999"],
            "a!",
        ),
        ("a (u8)1 x=(t)2 {\n (n)b 1\n}", &["type: (u8)", "type: (t)", "type: (n)"], "a:2{b:1}"),
        ("a f(x) (y z)", &["bare-word: f(x)", "bare-word: (y", "bare-word: z)"], "a!"),
        ("1 2\ntrue 1\n#x", &["bare-word: 1", "bare-word: true", "invalid: #x"], "?! ?! ?!"),
        ("mtu = 9100\nmtu=9100 {\n a\n}\nb", &["equals: =", "equals: ="], "mtu! mtu!{a} b"),
        (
            "a x= \nb y= z=1\nc 1=2\nd x==1",
            &["equals: =", "equals: =", "bare-word: 1", "equals: ="],
            "a! b! c! d!",
        ),
        ("= 5\na", &["equals: ="], "?! a"),
        ("a \\ b\nc", &["invalid: \\"], "a! c"),
    ];
    for (text, expected, tree) in table {
        let (found, nodes) = read(text);
        assert_eq!(&found, expected, "{text:?}");
        assert_eq!(&shape(&nodes), tree, "{text:?}");
    }
}

/// Pieces that files are made of.
#[rustfmt::skip]
static SOUND: &[&str] = &[
    " ", " ", "  ", "\t", "\n", "\n", "\n  ", "\r\n", ";", " {\n", "{", "}", "\n}\n", "a", "b1", " leaf ", "é", "-", ".x",
    "=", "=", "x=1", " 1", " 1.5", "0x1F", "1e3", "-7", "\"s\"", " \"s t\"", "\"\"", "\"\\n\\u{e9}\"", "#\"r\"#",
    "##\"a\"#\"##", " #true", "#null", "#-inf", "// c\n", " // c { \"", " /* c */ ", "/* a /* b */ } */", "/*", "*/",
    "\\\n", " \\ // c\n", "\u{2003}", "\u{2028}", "\"\"\"\n  x\n   y\n  \"\"\"", " \"\"\"\n\n z \\\n w\n \"\"\"",
    "#\"\"\"\n \\q\n \"\"\"#",
];

/// Pieces that break them.
#[rustfmt::skip]
static BROKEN: &[&str] = &[
    "\"", "\"\"\"", "#", "##\"", "\\", "\\q", "/", "[", "]", ")", "true", "null", "inf", "400G", "10.0.0.0/16", ".5",
    "1.", "99999999999999999999999999999999999999999", "0x", "_", "\u{1}", "\u{FEFF}", "\u{202E}", "r\"x\"",
    "r#\"x\"#", "#yes", "\"\\u{110000}\"", "1_", "+", "'", ",", "0b12", "\r", "\u{85}",
];

fn pieces() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => prop::sample::select(SOUND), 1 => prop::sample::select(BROKEN)]
}

/// Whether a piece leaves the lines around it alone.
fn stays(piece: &str) -> bool {
    !piece.contains(|c| crate::source::is_newline(c) || matches!(c, '{' | '}' | ';' | '"' | '/' | '\\'))
}

fn texts(pieces: impl Strategy<Value = &'static str>) -> impl Strategy<Value = String> {
    prop::collection::vec(pieces, 0..24).prop_map(|p| p.concat())
}

/// Whether our tree says what kdl's does, at the same places.
fn same(ours: &[Node], theirs: &kdl::KdlDocument, text: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(ours.len(), theirs.nodes().len());
    for (our, their) in ours.iter().zip(theirs.nodes()) {
        prop_assert_eq!(&our.name.v, their.name().value());
        let (at, name) = (their.span().offset(), their.name().span());
        prop_assert_eq!(our.at.start as usize, at);
        prop_assert!(our.at.end as usize <= at + their.span().len());
        prop_assert_eq!(our.name.at, Span::new(FileId(0), name.offset(), name.offset() + name.len()));
        prop_assert_eq!(our.entries.len(), their.entries().len());
        for (our, their) in our.entries.iter().zip(their.entries()) {
            let format = their.format().expect("a format");
            prop_assert_eq!(&our.text, &format.value_repr);
            prop_assert_eq!(our.at.end as usize, their.span().offset() + their.span().len());
            prop_assert_eq!(our.key.as_ref().map(|k| k.v.as_str()), their.name().map(|k| k.value()));
            let key = their
                .name()
                .map(|k| Span::new(FileId(0), k.span().offset(), k.span().offset() + k.span().len()));
            prop_assert_eq!(our.key.as_ref().map(|k| k.at), key);
            if let (Value::Text(our), kdl::KdlValue::String(their)) = (&our.value, their.value()) {
                prop_assert_eq!(our, their);
            }
        }
        let end = text.get(..our.at.end as usize).unwrap_or_default();
        prop_assert!(!end.ends_with(lex::is_space));
        match (&our.children, their.children()) {
            (Some(ours), Some(theirs)) => {
                prop_assert_eq!(end.chars().last(), Some('}'));
                same(ours, theirs, text)?;
            }
            (ours, theirs) => prop_assert!(ours.is_none() && theirs.is_none()),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// `read` holds that all places lie within the text and that there is help.
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_bytes_are_decoded(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(decode("f", &bytes).is_ok(), std::str::from_utf8(&bytes).is_ok());
    }

    #[test]
    fn any_pieces_are_read(text in texts(prop_oneof![9 => pieces(), 1 => prop::sample::select(&["/-", " /- ", "(", "(t)"][..])])) {
        read(&text);
    }

    /// Where nothing is commented out or annotated, kdl and we agree on what is right, and on the tree.
    #[test]
    fn what_kdl_reads_is_read_as_kdl_does(text in texts(pieces())) {
        let (found, nodes) = read(&text);
        let alone = kdl::KdlDocument::parse_v2(&text);
        if alone.is_ok() || !text.contains("/-") {
            prop_assert_eq!(found.is_empty(), alone.is_ok(), "{:?}", found);
        }
        if let Ok(alone) = alone {
            same(&nodes, &alone, &text)?;
        }
    }

    /// A line that is broken hides none of its neighbours.
    #[test]
    fn a_broken_line_hides_no_other(piece in pieces().prop_map(|p| if stays(p) { p } else { "[" }), number in 0usize..20) {
        let line = |i| if i == number { format!("a 4x{piece} \n") } else { format!("b{i} 5y\n") };
        let (found, nodes) = read(&(0..20).map(line).collect::<String>());
        prop_assert_eq!(nodes.len(), 20);
        prop_assert_eq!(found.iter().filter(|f| f.as_str() == "bare-word: 5y").count(), 19);
    }
}

#[test]
fn large_and_deep_texts_are_read_in_time() {
    small_stack(|| {
        let size = 1 << 20;
        let of = |piece: &str| piece.repeat(size / piece.len());
        let nested = |n: usize| "a {".repeat(n) + &"}\n".repeat(n);
        let table: Vec<(String, &str)> = vec![
            (nested(64), ""),
            (nested(100_000), "too-deep"),
            (format!("{}b 1{}", "a /-{".repeat(60), "}".repeat(60)), ""),
            (format!("{}b 1{}", "c; /- a {".repeat(60), "}".repeat(60)), ""),
            (format!("a {} 1", "/*".repeat(100_000) + &"*/".repeat(100_000)), ""),
            (format!("a {} 1", "/*".to_owned() + &"* / ".repeat(250_000) + "*/"), ""),
            (format!("a {}", "x".repeat(1 << 20)), ""),
            (format!("a \"{}\"", "x".repeat(1 << 18)), ""),
            (format!("a{}1", " ".repeat(4_000_000)), ""),
            (format!("a{}1", " \\\n".repeat(1_000_000)), ""),
            (format!("a {}", "9".repeat(1 << 20)), "number"),
            ("{".repeat(MAX_BYTES), "too-deep"),
            ("}".repeat(MAX_BYTES), "stray-brace"),
            (of("}a\n"), "stray-brace"),
            (of("\"\n"), "unclosed-string"),
            (of("\"\"\"\n"), ""),
            (of("\\\"\"\"\n"), "unclosed-string"),
            (of("/*\n"), "unclosed-comment"),
            (of("*/*/*\n"), ""),
            (of("#\"\"\"\n"), "unclosed-string"),
            (of("#"), "hash-comment"),
            (format!("a{}", of("#").get(1..).unwrap_or_default()), "bare-word"),
            (of("("), "invalid"),
            (of("="), "equals"),
            (of("\\"), ""),
            (of("\""), "string"),
            (of("a \""), "unclosed-string"),
            (of(" \"s t\"["), "invalid"),
            (of("a {\n \"\\\n"), "unclosed-string"),
            (of("\"\\\n"), "unclosed-string"),
            (of("#\""), "invalid"),
            (of("*/ "), "invalid"),
            (of("\0"), ""),
            (of(" {\n"), "unclosed-brace"),
            (of("a {\n}}\n"), "stray-brace"),
            (of("/*\n\n * "), "unclosed-comment"),
            (of("/-"), ""),
            (of("/- "), ""),
            (of("\n"), ""),
            (of("\r\n"), ""),
        ];
        for (text, code) in table {
            let start = std::time::Instant::now();
            let mut findings = Findings::default();
            parse(FileId(0), &text, &mut findings);
            let list = findings.into_sorted();
            let head: String = text.chars().take(12).collect();
            assert!(start.elapsed().as_secs() < 20, "{head:?}: {:?}", start.elapsed());
            println!("{head:?} {:?} {}", start.elapsed(), list.len());
            assert!(code.is_empty() || list.iter().any(|d| d.code() == format!("syntax/{code}")), "{head:?}");
        }
    });
}

#[test]
fn a_thousand_mistakes_are_reported_at_once() {
    let line = "        link \"leaf\" \"spine\" speed=400G count=4 // as the drawing says, and a bit more of it here\n";
    let text = format!("fabric \"f\" {{\n{}}}\n", line.repeat(1_000));
    let start = std::time::Instant::now();
    let (found, nodes) = read(&text);
    println!("{} bytes, {} findings: {:?}", text.len(), found.len(), start.elapsed());
    assert_eq!((found.len(), nodes.len()), (1_000, 1));
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn files_that_are_no_text_are_refused_with_their_place() {
    assert_eq!(decode("f", b"\xEF\xBB\xBFa 1").unwrap(), "a 1");
    let message = decode("f.kdl", "a\né \u{e9}".as_bytes().split_last().unwrap().1).unwrap_err().message;
    assert_eq!(message, "f.kdl:2:3: the byte 0xC3 is not UTF-8");
    let error = decode("f.kdl", &vec![b' '; MAX_BYTES + 1]).unwrap_err();
    assert_eq!(error.code(), "syntax/too-large");
    assert!(decode("f", &vec![b' '; MAX_BYTES]).is_ok());
}

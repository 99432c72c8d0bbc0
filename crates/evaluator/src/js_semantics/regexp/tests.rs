//! Expected values are what Node 20 answers.

use super::*;
use crate::js_semantics::{json, to_number, JsValue};

fn test(source: &str, text: &str) -> Option<bool> {
    RegExp::new(source).map(|re| re.is_match(text))
}

fn check(source: &str, matching: &[&str], other: &[&str]) {
    matching
        .iter()
        .for_each(|text| assert_eq!(test(source, text), Some(true), "/{source}/ on {text:?}"));
    other
        .iter()
        .for_each(|text| assert_eq!(test(source, text), Some(false), "/{source}/ on {text:?}"));
}

#[test]
fn common_patterns() {
    check("", &["", "a"], &[]);
    check(
        r"^.+@statsig\.com$",
        &["a@statsig.com"],
        &["@statsig.com", "a@statsigxcom", "a@statsig.com "],
    );
    check(r"^(1|2)\.\d{1,3}(\.\d+)?$", &["1.2", "2.123.4"], &["3.1", "1.1234", "1.2."]);
    check("a.*b", &["xaxxbx", "ab"], &["ba", "a\nb", "a\u{2028}b"]);
    check(r"\bfoo\b", &["a foo b", "foo"], &["afoo", "foo_"]);
    check("[^a-c\\d]", &["abcd", "-"], &["abc123", ""]);
    check("colou?r|grey", &["color", "my colour", "grey"], &["colouur", "gray"]);
}

#[test]
fn the_dialect_is_javascripts() {
    check(r"(?<=\$)\d+(?!\d|€)", &["$42"], &["42", "€42"]);
    check(r"(?<!a)b", &["b", "cb"], &["ab"]);
    check(r"^(?=.*\d)(?=.*[a-z]).{4,}$", &["abc1"], &["abcd", "a1"]);
    check(r"(a)?b\1$", &["aba", "b"], &["xb_"]);
    check(r"^(?<y>\d\d)-\k<y>$", &["20-20"], &["20-21"]);
    check(r"^(?:(a)|b)*\1$", &["ab", "b"], &[]);
    check(r"(?<=(\d+)(\d+))$", &["1053"], &["1"]);
    check(r"(?<=\1(a))b", &["aab"], &["ab"]);
    check(r"^(?:a*?)*?$", &["", "aaa"], &["ab"]);
    check(r"^(?!(a)b)\1a", &["ac"], &["ab"]);
    check("^[^]$", &["\n"], &[""]);
    check("[]", &[], &["", "a"]);
    check("^(?=a)*b", &["b"], &["ab"]);
    check(r"^(?:\B(?:.+?)??){2}$", &["éb"], &[]);
}

#[test]
fn repetitions_keep_their_bounds() {
    check("^a{0,2}?b", &["b", "ab", "aab"], &["aaab"]);
    check("^a{1,3}?$", &["a", "aa", "aaa"], &["", "aaaa"]);
    check("^a{2,3}b", &["aab", "aaab"], &["ab", "aaaab"]);
    check("^a{2,}?b$", &["aab", "aaaaaab"], &["ab"]);
    check("^(?:ab){1,2}?$", &["ab", "abab"], &["", "ababab"]);
    check("(?<=^a{1,2}?)b", &["ab", "aab"], &["b", "aaab"]);
    check("^.{2}$", &["ab"], &["a", "abc"]);
}

#[test]
fn annex_b_is_lenient() {
    check(r"^\8$", &["8"], &[]);
    check(r"^\101\0\377$", &["A\u{0}ÿ"], &[]);
    check(r"^\400$", &["\u{20}0"], &[]);
    check(r"^a{,5}]}$", &["a{,5}]}"], &["aaa]}"]);
    check(r"^\c$", &["\\c"], &["c"]);
    check(r"^\cA[\c1]\ca$", &["\u{1}\u{11}\u{1}"], &[]);
    check(r"^[\d-x]+$", &["1-x"], &["w"]);
    check(r"^\u{2}$", &["uu"], &["\u{2}"]);
    check(r"^\x4\u00e\p\k<a>$", &["x4u00epk<a>"], &["x4u00ep"]);
    check(r"[\b]", &["\u{8}"], &["b"]);
}

#[test]
fn invalid_patterns_are_refused() {
    let invalid = [
        "(",
        ")",
        "[",
        "[a",
        "*",
        "a**",
        "+",
        "a{2,1}",
        "{1}",
        "a{1}{2}",
        "(?i)a",
        "(?i:a)",
        "(?",
        "(?<a",
        "(?<1>a)",
        "(?<a>)(?<a>)",
        "\\",
        "[b-a]",
        "(?<=a)*",
        "(?<!a){2}",
        "^*",
        "\\b+",
        "(?<a>)\\k",
        "(?<a>)\\k<b>",
        "(?<a>)[\\k]",
        "(?P<a>b)",
        "(?>a)",
        "a++",
        "[\\w-\\",
        "(?#c)",
    ];
    for source in invalid {
        assert!(RegExp::new(source).is_none(), "/{source}/");
    }
}

#[test]
fn text_is_utf16_units() {
    check("^..$", &["😀", "é€"], &["é", "😀😀"]);
    check("^😀{2}$", &[], &["😀😀", "😀"]);
    check("[😀]", &["😁"], &["a"]);
    check("\\ud83d", &["😀"], &["é"]);
    check("^\\W\\s\\S$", &["é\u{feff}ß"], &[]);
    check("é*", &["", "a"], &[]);
}

/// Lines of `differential/regexps.ts --write`: pattern, text, what V8 answers, and the steps of the
/// js engine's machine.
#[test]
fn steps_are_those_of_the_js_engine() {
    let file = std::env::var("REGEXPS").unwrap_or_else(|_| "testdata/regexps.json".into());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let cases = json::parse_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 100);
    for case in cases {
        let [pattern, text, expected, steps] = case.as_array().unwrap() else { panic!("{case:?}") };
        let (pattern, text) = (pattern.as_str().unwrap(), text.as_str().unwrap());
        let Some(regexp) = RegExp::new(pattern) else {
            assert!(matches!(steps, JsValue::Null), "/{pattern}/ is refused");
            continue;
        };
        let (matches, counted) = regexp.run(text);
        assert_eq!(to_number(steps), f64::from(counted), "/{pattern}/ on {text:?}");
        // What V8 did not answer in time is null.
        if let (JsValue::Bool(expected), true) = (expected, counted <= MAX_STEPS) {
            assert_eq!(matches, *expected, "/{pattern}/ on {text:?}");
        }
    }
}

#[test]
fn hostile_patterns_are_searched_to_the_end() {
    let text = format!("{}!", "a".repeat(900));
    let hostile = [
        "^(a+)+$",
        "^(a|aa)+$",
        "^(?:a|a?)*b",
        "(a*)*b",
        "^(?=(a+)+b)",
        "(?<!(a+)+b)c",
        "^(([a-z])+.)+[A-Z]$",
    ];
    for source in hostile {
        let (matches, steps) = RegExp::new(source).unwrap().run(&text);
        assert!(!matches && steps < MAX_STEPS, "/{source}/: {steps}");
    }
    check("^(a+)+!$", &[&text], &[]);
    check("(a*)*!(?<=^(a*)*!)", &[&text], &[]);
}

#[test]
fn work_is_bounded() {
    let text = format!("{}!", "a".repeat(900));
    check("^(a+)+\\1b", &[], &[&text]);
    check("(?:(?:a{1,999}){1,999}){1,999}b", &[], &[&text]);
    check("^(?:){99999999999}$", &[""], &["a"]);
    check("a{99999999999}", &[], &[&text]);
    let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")*".repeat(n));
    check(&nested(MAX_NESTING), &["a"], &[]);
    assert!(RegExp::new(&nested(MAX_NESTING + 1)).is_none());
    let on_small_stack = std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(move || test(&nested(MAX_NESTING), "b"));
    assert_eq!(on_small_stack.unwrap().join().unwrap(), Some(true));
}

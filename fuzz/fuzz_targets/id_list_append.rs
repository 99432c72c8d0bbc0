//! Bytes as chunks of an ID list (cut at NUL), against a plain set of strings.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use statsig_evaluator::id_list::IdList;

fuzz_target!(|data: &[u8]| {
    let ordered = data.len() % 2 == 1;
    let mut list = IdList::empty(ordered);
    let mut model = BTreeSet::new();
    for chunk in data.split(|b| *b == 0) {
        let replace = chunk.len() % 7 == 3;
        let next = if replace { IdList::empty(ordered).apply(chunk) } else { list.apply(chunk) };
        let mut expected = if replace { BTreeSet::new() } else { model.clone() };
        assert_eq!(next.is_some(), apply(&mut expected, chunk), "acceptance of a chunk");
        let Some(next) = next else { continue };
        model = expected;
        check(&next, &model);
        list = next;
    }
});

/// Lines into a set, the slow and obvious way. False: refused.
fn apply(set: &mut BTreeSet<String>, chunk: &[u8]) -> bool {
    let text = String::from_utf8_lossy(chunk);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if !text.starts_with(['+', '-']) {
        return false;
    }
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let id = line.get(1..).map(|id| id.trim_matches(|c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'));
        match (line.chars().next(), id) {
            (_, None) | (None, _) => {}
            _ if line.len() < 2 => {}
            (Some('+'), Some(id)) => _ = set.insert(id.to_owned()),
            (Some('-'), Some(id)) => _ = set.remove(id),
            _ => {}
        }
    }
    true
}

fn check(list: &IdList, model: &BTreeSet<String>) {
    assert_eq!(list.len(), model.len());
    for id in model {
        assert!(list.contains_key(id));
        if let Ok(key) = <&[u8; 8]>::try_from(id.as_bytes()) {
            assert!(list.contains(key));
        }
    }
    // The empty ID is written as a line that is too short to be read, as in statsig-node.
    let readable = model.len() - usize::from(model.contains(""));
    let again = IdList::empty(false).apply(&list.export());
    assert_eq!(again.map_or(0, |l| l.len()), readable);
}

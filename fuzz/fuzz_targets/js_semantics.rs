//! Text through the operations that users and payloads feed: none may panic, hang or grow without
//! bound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use statsig_evaluator::js_semantics::{date_parse, number_to_string, string_to_number, to_lower_case, utf16_len, RegExp, TimeZone};
use statsig_evaluator::lookup::IpTable;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let zone = TimeZone::from_transitions(&[f64::NEG_INFINITY, -3_600_000.0, 0.0, 0.0, 1e12, 3_600_000.0]);
    let date = date_parse(&text, &zone);
    assert!(date.is_nan() || (date.abs() <= 8.64e15 && date.trunc() == date));
    assert!(date.is_nan() || zone.local_midnight(date).is_nan() || zone.local_midnight(date) <= date);
    let number = string_to_number(&text);
    assert!(number.is_nan() || string_to_number(&number_to_string(number)) == number);
    assert_eq!(utf16_len(&text), text.encode_utf16().count());
    assert_eq!(to_lower_case(&text), text.to_lowercase());
    let (source, subject) = text.split_once('\0').unwrap_or((&text, "aaaaaaaaaaaaaaaaaaaaaaaa!"));
    if let Some(regexp) = RegExp::new(source) {
        regexp.is_match(subject);
    }
    if let Some(table) = IpTable::parse(data) {
        table.lookup_str(subject);
        table.lookup_numeric(number);
    }
});

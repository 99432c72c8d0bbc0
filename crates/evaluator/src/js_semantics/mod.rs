//! JavaScript operations, each function named after the operation it reproduces.
//!
//! The contract of this SDK is what `statsig-node` does, and that is JavaScript: `==`, `Number(x)`,
//! `String(x)`, `new Date(x)`, `RegExp`, `toLowerCase`, lengths in UTF-16 units. Everything here
//! takes a fast path for common input and the exact path for the rest, allocates nothing where the
//! answer is already there, and never panics.
//!
//! Strings are UTF-8, so a lone surrogate (which no transport of this SDK can carry) is U+FFFD
//! everywhere.

pub mod big_int;
pub mod coerce;
pub mod compare;
pub mod date;
mod date_legacy;
mod date_tokens;
mod document;
mod document_reader;
pub mod json;
mod json_numbers;
mod json_write;
pub mod number;
mod part_mark;
pub mod regexp;
pub mod text;
mod time_value;
pub mod time_zone;
pub mod value;

pub use big_int::to_big_int;
pub use coerce::{parse_int, statsig_timestamp, to_number, to_string, type_of};
pub use compare::{loose_equals, same_value_zero};
pub use date::date_parse;
pub use document::{Document, PartNumber};
pub use document_reader::{document_text, parse_document, DocumentReader, Refusal};
pub use json::{parse, MAX_DEPTH};
pub use json_write::{finished, stringify, to_json, write, write_string};
pub use number::{number_to_string, string_to_number, write_number};
pub use part_mark::PartMark;
pub use regexp::RegExp;
pub use text::{to_lower_case, trim, utf16_len};
pub use time_zone::TimeZone;
pub use value::{property, Exotic, JsObject, JsValue, UNDEFINED};

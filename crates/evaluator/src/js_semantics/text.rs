//! String operations: `length`, `toLowerCase`, `trim`.

use std::borrow::Cow;

/// `s.length`: UTF-16 units.
pub fn utf16_len(s: &str) -> usize {
    // One unit per character, and one more where the character takes four bytes.
    s.bytes().map(|b| usize::from(b & 0xC0 != 0x80) + usize::from(b >= 0xF0)).sum()
}

/// `s.toLowerCase()`, with the final sigma and the dotted capital I. Allocates only if something
/// changes.
pub fn to_lower_case(s: &str) -> Cow<'_, str> {
    if is_lower_ascii(s.as_bytes()) {
        Cow::Borrowed(s)
    } else if s.is_ascii() {
        Cow::Owned(s.to_ascii_lowercase())
    } else {
        Cow::Owned(s.to_lowercase())
    }
}

/// No upper-case letter and nothing beyond ASCII. Eight bytes at a time: attributes are short.
fn is_lower_ascii(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        return !bytes.iter().any(|b| b.is_ascii_uppercase() || *b >= 0x80);
    };
    // The last eight again, instead of what is left one by one.
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().all(is_lower_word) && is_lower_word(last)
}

fn is_lower_word(bytes: &[u8; 8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let repeated = |byte: u8| u64::from(byte) * 0x0101_0101_0101_0101;
    let word = u64::from_ne_bytes(*bytes);
    // Without its high bit no byte carries into its neighbour: the high bits say `>= A` and `> Z`.
    let low = word & !HIGH;
    let upper = (low + repeated(0x80 - b'A')) & !(low + repeated(0x80 - b'Z' - 1));
    (word | upper) & HIGH == 0
}

/// White space and line terminators of ECMAScript: what `trim`, `Number` and `parseInt` skip, and
/// `\s` matches.
pub fn is_white_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}'
        | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

/// `s.trim()`.
pub fn trim(s: &str) -> &str {
    s.trim_matches(is_white_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_utf16_units() {
        assert_eq!(["", "abc", "é", "€", "😀a"].map(utf16_len), [0, 3, 1, 1, 3]);
    }

    #[test]
    fn lower_case_is_unicodes() {
        assert!(matches!(to_lower_case("abc-1"), Cow::Borrowed(_)));
        assert_eq!(to_lower_case("AbC"), "abc");
        assert_eq!(to_lower_case("ΑΣ Σ"), "ας σ");
        assert_eq!(to_lower_case("İ"), "i\u{307}");
        assert_eq!(to_lower_case("ẞÅ"), "ßå");
    }

    #[test]
    fn every_byte_counts_at_every_place() {
        for byte in 0..128u8 {
            for at in 0..19 {
                let mut bytes = [b'a'; 19];
                bytes[at] = byte;
                assert_eq!(is_lower_ascii(&bytes), !byte.is_ascii_uppercase(), "{byte} at {at}");
            }
        }
        assert!(
            !is_lower_ascii("abcdefgé".as_bytes())
                && !is_lower_ascii("abcdefgééabcdefg".as_bytes())
        );
    }

    #[test]
    fn trim_knows_javascripts_white_space() {
        assert_eq!(trim("\u{feff}\u{a0}\u{2029} a b\u{b}\u{3000}"), "a b");
        assert_eq!(trim("\u{85}a\u{200b}"), "\u{85}a\u{200b}");
    }
}

//! Texts of JavaScript, copied into memory that calls share.

use std::cell::RefCell;

use crate::raw::Argument;

/// Text kept between calls; more is given back, so that one big user does not hold its size
/// forever.
const KEPT_TEXT: usize = 1 << 16;

thread_local! {
    // Engines of one thread share it: no call keeps it, and calls don't nest.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Runs `work` on texts; what is no string, or no UTF-8 (nothing N-API gives), counts as empty.
/// None when another call is under way, which cannot be.
pub fn with_texts<const N: usize, T>(
    arguments: [Argument<'_>; N],
    work: impl FnOnce([&str; N]) -> T,
) -> Option<T> {
    TEXT.with(|text| {
        let mut text = text.try_borrow_mut().ok()?;
        text.clear();
        let ranges = arguments.map(|argument| {
            let start = text.len();
            argument.append_to(&mut text);
            start..text.len()
        });
        let texts = ranges.map(|range| {
            std::str::from_utf8(text.get(range).unwrap_or_default()).unwrap_or_default()
        });
        let answer = work(texts);
        if text.capacity() > KEPT_TEXT {
            *text = Vec::new();
        }
        Some(answer)
    })
}

//! Bytes for the pool, copied piece by piece: what JavaScript still has cannot be kept from being
//! resized or detached while another thread reads it.

use std::cell::{Cell, RefCell};

/// Most inputs that are open at a time; the SDK has one or two.
const MOST_OPEN: usize = 16;
/// Longest input.
const LONGEST: f64 = 4294967295.0;

/// See the head of this file.
#[derive(Default)]
pub struct Inputs {
    /// The open ones, in no order.
    open: RefCell<Vec<Input>>,
    /// The latest number: none comes again while what it stood for may still be about.
    last: Cell<u32>,
}

/// Bytes that are arriving.
struct Input {
    /// Its number.
    id: u32,
    /// What has arrived.
    bytes: Vec<u8>,
    /// How much is to arrive.
    length: usize,
}

impl Inputs {
    /// Makes room for `length` bytes. The number of the input, or 0 when there is none.
    pub fn open(&self, length: f64) -> u32 {
        let mut open = self.open.borrow_mut();
        if !(0.0..=LONGEST).contains(&length) || open.len() >= MOST_OPEN {
            return 0;
        }
        let length = length as usize;
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(length).is_err() {
            return 0;
        }
        let id = self.last.get().wrapping_add(1).max(1);
        self.last.set(id);
        open.push(Input { id, bytes, length });
        id
    }

    /// Appends a copy. False when there is no such input or it has no room for that.
    pub fn add(&self, id: u32, piece: impl ExactSizeIterator<Item = u8>) -> bool {
        let mut open = self.open.borrow_mut();
        let Some(input) = open.iter_mut().find(|input| input.id == id) else { return false };
        let fits = piece.len() <= input.length - input.bytes.len();
        if fits {
            input.bytes.extend(piece);
        }
        fits
    }

    /// Closes an input. Its bytes; None when there is none, or when some are missing.
    pub fn take(&self, id: u32) -> Option<Vec<u8>> {
        let mut open = self.open.borrow_mut();
        let at = open.iter().position(|input| input.id == id)?;
        let input = open.swap_remove(at);
        (input.bytes.len() == input.length).then_some(input.bytes)
    }

    /// Drops everything.
    pub fn clear(&self) {
        self.open.borrow_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_taken_whole_or_not_at_all() {
        let inputs = Inputs::default();
        let (one, other) = (inputs.open(3.0), inputs.open(0.0));
        assert!(one != other && one != 0 && other != 0);
        let add = |id, text: &str| inputs.add(id, text.bytes());
        assert!(add(one, "ab") && !add(one, "cd") && add(one, "c"));
        assert_eq!(inputs.take(one), Some(b"abc".to_vec()));
        assert_eq!((inputs.take(one), inputs.take(other)), (None, Some(Vec::new())));
        let missing = inputs.open(2.0);
        assert!(add(missing, "x") && !add(77, "x"));
        assert_eq!(inputs.take(missing), None);
    }

    #[test]
    fn inputs_are_bounded() {
        let inputs = Inputs::default();
        for length in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(inputs.open(length), 0);
        }
        assert!((0..MOST_OPEN).all(|_| inputs.open(1.0) != 0));
        assert_eq!(inputs.open(1.0), 0);
        inputs.clear();
        assert_ne!(inputs.open(1.0), 0);
    }
}

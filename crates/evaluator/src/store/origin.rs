//! What a store keeps of its payload, so that the next one can be compared with it.

use rustc_hash::FxHashMap;

use crate::compile::uses::Uses;
use crate::js_semantics::PartMark;

/// See the head of this file. `compile::changes` makes and reads it.
#[derive(Debug)]
pub struct Origin {
    /// Marks of all parts, in the order of the text.
    pub(crate) marks: Vec<PartMark>,
    /// Marks of the specs; the index of a spec is its place in these lists together.
    pub(crate) specs: [Vec<PartMark>; 3],
    /// Conditions by their ids: index and mark.
    pub(crate) conditions: FxHashMap<Box<str>, (u32, PartMark)>,
    /// What the specs need from outside.
    pub(crate) uses: Uses,
    /// Bytes that were compiled since a payload was compiled as a whole.
    pub(crate) renewed: usize,
}

//! Pending events in chunks, each with the text it needs. A user's text is stored once per chunk.

use std::collections::VecDeque;

use super::batch::{Chunk, Details, Event, EventBatch, TextRange, Texts};
use crate::outcome::list::Snapshot;
use crate::store::Text;
use crate::user::{PendingText, Redaction, UserSlot};

/// Events of a chunk; the next one starts a new chunk.
const CHUNK_EVENTS: usize = 1000;
/// Text of a chunk, likewise; keeps every range below 4 GB.
const CHUNK_BYTES: usize = MAX_BATCH_BYTES;
/// A batch ends before its JSON would grow longer than this, about; an event that is longer goes
/// alone.
pub(super) const MAX_BATCH_BYTES: usize = 2 << 20;

#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Oldest first; events go to the last one.
    chunks: VecDeque<Chunk>,
    /// Serial number of the last chunk, from 1.
    serial: u64,
    details: Details,
    redaction: Redaction,
    events: usize,
    bytes: usize,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.events
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What events leave out of users from now on.
    pub(super) fn set_redaction(&mut self, redaction: Redaction) {
        self.redaction = redaction;
        // Users are written again.
        self.serial += 1;
    }

    pub(super) fn set_details(&mut self, details: Details) {
        self.details = details;
        if let Some(chunk) = self.chunks.back_mut() {
            if chunk.shared.is_none() {
                chunk.own.details.push(self.details.clone());
            }
        }
    }

    pub(super) fn set_sampling_mode(&mut self, mode: Option<Text>) {
        let details = Details { sampling_mode: mode, ..self.details.clone() };
        self.set_details(details);
    }

    fn current(&mut self) -> &mut Chunk {
        let full = self.chunks.back().is_none_or(|c| {
            c.is_closed()
                || c.events.len() >= CHUNK_EVENTS
                || c.own.text.len() >= CHUNK_BYTES
                || c.own.details.len() > usize::from(u16::MAX)
        });
        if full {
            self.serial += 1;
            let events = Vec::with_capacity(CHUNK_EVENTS);
            let own = Texts { details: vec![self.details.clone()], ..Texts::default() };
            self.chunks.push_back(Chunk { events, own, ..Chunk::default() });
        }
        let last = self.chunks.len() - 1;
        &mut self.chunks[last]
    }

    /// Starts an event: its texts and itself go to one chunk.
    pub(super) fn begin(&mut self) {
        self.current();
    }

    /// Appends a text of the event that was begun.
    pub(super) fn text(&mut self, text: &str) -> TextRange {
        let before = self.bytes;
        let chunk = match self.chunks.back_mut() {
            Some(chunk) => chunk,
            None => self.current(),
        };
        let start = chunk.own.text.len() as u32;
        chunk.own.text.push_str(text);
        let range = TextRange { start, end: chunk.own.text.len() as u32 };
        self.bytes = before + text.len();
        range
    }

    /// The user's text in the current chunk, appended if it is not there yet.
    pub(super) fn user(&mut self, slot: &mut UserSlot) -> TextRange {
        if slot.pending.chunk != self.serial {
            let range = match self.redaction.is_empty() {
                true => self.text(slot.event_text()),
                false => self.text(&self.redaction.apply(slot.event_text())),
            };
            slot.pending = PendingText { chunk: self.serial, start: range.start, end: range.end };
        }
        TextRange { start: slot.pending.start, end: slot.pending.end }
    }

    /// `exposures`: bytes of its secondary exposures as JSON, about.
    pub(super) fn push(&mut self, mut event: Event, exposures: u32) {
        let chunk = match self.chunks.back_mut() {
            Some(chunk) => chunk,
            None => self.current(),
        };
        if let Event::Exposure { details, .. } = &mut event {
            *details = chunk.own.details.len().saturating_sub(1) as u16;
        }
        chunk.json_bytes += event.size(exposures as usize);
        chunk.events.push(event);
        self.events += 1;
    }

    /// Numbers of outcomes start again: the events so far keep the present ones, and chunks hold no
    /// others.
    pub(super) fn end_epoch(&mut self, outcomes: impl Fn() -> Snapshot) {
        for chunk in &mut self.chunks {
            chunk.outcomes.get_or_insert_with(&outcomes);
        }
    }

    /// Moves the oldest events out, up to `max` of them and `MAX_BATCH_BYTES`, but one at least.
    pub(super) fn take(&mut self, max: usize, outcomes: impl Fn() -> Snapshot) -> EventBatch {
        let mut batch = EventBatch::default();
        let mut room = Room { events: max, bytes: MAX_BATCH_BYTES };
        while let Some(chunk) = self.chunks.front_mut() {
            if room.events == 0 {
                break;
            }
            chunk.outcomes.get_or_insert_with(&outcomes);
            let count = room.fitting(chunk, batch.is_empty());
            self.events -= count;
            if count < chunk.events.len() {
                if count > 0 {
                    batch.chunks.push(chunk.split(count));
                }
                break;
            }
            let chunk = self.chunks.pop_front().unwrap_or_default();
            self.bytes -= chunk.texts().text.len();
            // Users must not refer to text that has left.
            if self.chunks.is_empty() {
                self.serial += 1;
            }
            batch.chunks.push(chunk);
        }
        batch
    }
}

/// What a batch may still take.
struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    /// How many of the chunk's first events fit; takes their room. The first event of a batch
    /// always fits.
    fn fitting(&mut self, chunk: &Chunk, is_first: bool) -> usize {
        // Without a look at each, which would be a look at its outcome.
        if chunk.events.len() <= self.events && chunk.json_bytes <= self.bytes {
            self.events -= chunk.events.len();
            self.bytes -= chunk.json_bytes;
            return chunk.events.len();
        }
        let mut count = 0;
        for event in chunk.events.iter().take(self.events) {
            let size = chunk.size(event);
            if size > self.bytes && !(is_first && count == 0) {
                break;
            }
            self.bytes = self.bytes.saturating_sub(size);
            count += 1;
        }
        // Nothing fits behind these: a part of the chunk stays, or its one event took every byte.
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(pending: &mut Pending, bytes: usize) {
        pending.begin();
        let (head, tail) = (pending.text(&"x".repeat(bytes)), pending.text(""));
        pending.push(Event::Custom { head, user: None, tail }, 0);
    }

    fn sizes(pending: &mut Pending, max: usize) -> Vec<usize> {
        std::iter::from_fn(|| {
            Some(pending.take(max, Snapshot::default)).filter(|batch| !batch.is_empty())
        })
        .map(|batch| batch.len())
        .collect()
    }

    #[test]
    fn batches_end_by_count_and_by_bytes() {
        let mut pending = Pending::default();
        (0..2500).for_each(|_| log(&mut pending, 10));
        assert_eq!(sizes(&mut pending, 1000), [1000, 1000, 500]);
        (0..30).for_each(|_| log(&mut pending, MAX_BATCH_BYTES / 10));
        assert_eq!(sizes(&mut pending, 1000), [9, 9, 9, 3]);
        assert_eq!((pending.len(), pending.bytes()), (0, 0));
    }

    #[test]
    fn an_event_longer_than_a_batch_goes_alone() {
        let mut pending = Pending::default();
        [5, 3 * MAX_BATCH_BYTES, 7].iter().for_each(|bytes| log(&mut pending, *bytes));
        assert_eq!(sizes(&mut pending, 1000), [1, 1, 1]);
        assert_eq!(pending.take(1000, Snapshot::default).encode("[", "]"), b"[]");
    }

    #[test]
    fn a_split_chunk_keeps_its_text_and_takes_no_more() {
        let mut pending = Pending::default();
        (0..4).for_each(|_| log(&mut pending, 3));
        assert_eq!(pending.take(1, Snapshot::default).encode("", ""), b"xxxnull");
        log(&mut pending, 2);
        assert_eq!((pending.len(), pending.bytes()), (4, 14));
        assert_eq!(
            pending.take(9, Snapshot::default).encode("", ""),
            b"xxxnull,xxxnull,xxxnull,xxnull"
        );
        assert_eq!((pending.len(), pending.bytes()), (0, 0));
    }

    #[test]
    fn a_batch_of_several_chunks_holds_no_more_than_it_may() {
        let mut pending = Pending::default();
        (0..4).for_each(|_| log(&mut pending, 3));
        // What is left is closed: the next events begin a chunk.
        assert_eq!(pending.take(1, Snapshot::default).len(), 1);
        (0..3).for_each(|_| log(&mut pending, 3));
        assert_eq!(sizes(&mut pending, 4), [4, 2]);
        (0..2).for_each(|_| log(&mut pending, MAX_BATCH_BYTES / 2 - 20));
        pending.take(1, Snapshot::default);
        (0..2).for_each(|_| log(&mut pending, MAX_BATCH_BYTES / 2 - 20));
        assert_eq!(sizes(&mut pending, 9), [2, 1]);
    }
}

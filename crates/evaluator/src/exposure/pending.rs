//! Pending events in chunks, each with the text it needs. A user's text is stored once per chunk.

use std::collections::VecDeque;

use super::batch::{Chunk, Details, Event, EventBatch, TextRange};
use crate::store::Text;
use crate::user::{PendingText, UserSlot};

/// Events of a chunk; the next one starts a new chunk.
const CHUNK_EVENTS: usize = 1000;
/// Text of a chunk, likewise; keeps every range below 4 GB.
const CHUNK_BYTES: usize = 8 << 20;

#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Oldest first; events go to the last one.
    chunks: VecDeque<Chunk>,
    /// Serial number of the last chunk, from 1.
    serial: u64,
    details: Details,
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

    pub(super) fn set_details(&mut self, details: Details) {
        self.details = details;
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.details.push(self.details.clone());
        }
    }

    pub(super) fn set_sampling_mode(&mut self, mode: Option<Text>) {
        let details = Details { sampling_mode: mode, ..self.details.clone() };
        self.set_details(details);
    }

    fn current(&mut self) -> &mut Chunk {
        let full = self.chunks.back().is_none_or(|c| {
            c.events.len() >= CHUNK_EVENTS || c.text.len() >= CHUNK_BYTES || c.details.len() > usize::from(u16::MAX)
        });
        if full {
            self.serial += 1;
            let events = Vec::with_capacity(CHUNK_EVENTS);
            self.chunks.push_back(Chunk { events, details: vec![self.details.clone()], text: String::new() });
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
        let start = chunk.text.len() as u32;
        chunk.text.push_str(text);
        let range = TextRange { start, end: chunk.text.len() as u32 };
        self.bytes = before + text.len();
        range
    }

    /// The user's text in the current chunk, appended if it is not there yet.
    pub(super) fn user(&mut self, slot: &mut UserSlot) -> TextRange {
        if slot.pending.chunk != self.serial {
            let range = self.text(slot.event_text());
            slot.pending = PendingText { chunk: self.serial, start: range.start, end: range.end };
        }
        TextRange { start: slot.pending.start, end: slot.pending.end }
    }

    pub(super) fn push(&mut self, mut event: Event) {
        let chunk = match self.chunks.back_mut() {
            Some(chunk) => chunk,
            None => self.current(),
        };
        if let Event::Exposure { details, .. } = &mut event {
            *details = (chunk.details.len() - 1) as u16;
        }
        chunk.events.push(event);
        self.events += 1;
    }

    /// Moves the oldest events out. A chunk that must be split is copied, text and all.
    pub(super) fn take(&mut self, max: usize) -> EventBatch {
        let mut batch = EventBatch::default();
        while let Some(chunk) = self.chunks.front_mut() {
            let room = max.saturating_sub(batch.len());
            if room == 0 {
                break;
            }
            if chunk.events.len() <= room {
                let chunk = self.chunks.pop_front().unwrap_or_default();
                self.bytes -= chunk.text.len();
                self.events -= chunk.events.len();
                // Users must not refer to text that has left.
                if self.chunks.is_empty() {
                    self.serial += 1;
                }
                batch.chunks.push(chunk);
            } else {
                let rest = chunk.events.split_off(room);
                let taken = std::mem::replace(&mut chunk.events, rest);
                self.events -= taken.len();
                batch.chunks.push(Chunk { events: taken, text: chunk.text.clone(), details: chunk.details.clone() });
            }
        }
        batch
    }
}

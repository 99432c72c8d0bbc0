//! What one instance owns: the engine, the two buffers, and payloads that wait for their commit.

use std::cell::RefCell;

use statsig_evaluator::{prepare, Engine, PreparedSpecs, SpecKind};

/// See the head of this file.
#[derive(Default)]
pub struct Host {
    pub engine: Engine,
    pub input: Vec<u8>,
    pub output: Vec<u8>,
    pub prepared: Vec<(u32, PreparedSpecs)>,
    next_handle: u32,
    pub batch_count: u32,
}

thread_local! {
    // One instance is one engine and has one thread, so this is the instance's own state.
    static HOST: RefCell<Host> = RefCell::default();
}

/// Input kept between calls; more is given back, so that one big payload does not hold its size
/// forever.
const KEPT_INPUT: usize = 1 << 16;

/// Runs `work` on the instance's state.
///
/// After a trap the state is still borrowed by the call that trapped. Its frame is gone and never
/// goes on, so the state is handed out again: the host calls a dead instance only to save pending
/// events and ID lists.
pub fn with<T>(work: impl FnOnce(&mut Host) -> T) -> T {
    HOST.with(|host| match host.try_borrow_mut() {
        Ok(mut host) => work(&mut host),
        // SAFETY: exports do not nest, because the module imports no function that could call back;
        // so a borrow that exists belongs to a call that trapped. There is one thread.
        Err(_) => work(unsafe { &mut *host.as_ptr() }),
    })
}

/// The kind of a number of `SpecKind` in engine.ts.
pub fn kind(kind: u32) -> Option<SpecKind> {
    match kind {
        0 => Some(SpecKind::Gate),
        1 => Some(SpecKind::Config),
        2 => Some(SpecKind::Layer),
        _ => None,
    }
}

impl Host {
    pub fn reserve(&mut self, len: usize) -> *mut u8 {
        if self.input.len() < len || (self.input.len() > KEPT_INPUT && len <= KEPT_INPUT) {
            self.input = vec![0; len.max(KEPT_INPUT)];
        }
        self.input.as_mut_ptr()
    }

    /// Keeps the output until the next call; its length.
    pub fn put(&mut self, bytes: Vec<u8>) -> i32 {
        self.output = bytes;
        i32::try_from(self.output.len()).unwrap_or(i32::MAX)
    }

    pub fn put_option(&mut self, bytes: Option<Vec<u8>>) -> i32 {
        bytes.map_or(super::NONE, |bytes| self.put(bytes))
    }

    /// Calls with one text of input.
    pub fn call1<T>(&mut self, len: u32, work: impl FnOnce(&mut Engine, &str) -> T) -> T {
        self.call3([len, 0, 0], |engine, [text, _, _]| work(engine, text))
    }

    /// Calls with three texts of input, back to back. Bytes that are not UTF-8 count as empty.
    pub fn call3<T>(
        &mut self,
        lens: [u32; 3],
        work: impl FnOnce(&mut Engine, [&str; 3]) -> T,
    ) -> T {
        let mut at = 0;
        let input = &self.input;
        let texts = lens.map(|len| {
            let bytes = input.get(at..at + len as usize).unwrap_or_default();
            at += len as usize;
            std::str::from_utf8(bytes).unwrap_or_default()
        });
        work(&mut self.engine, texts)
    }

    pub fn evaluate_many(&mut self, slot: u32, count: usize, mode: u32, now: f64) -> u32 {
        let bytes = self.input.get(..count * 4).unwrap_or_default();
        let specs: Vec<i32> =
            bytes.as_chunks::<4>().0.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect();
        let mut codes = vec![0; specs.len()];
        let written = self.engine.evaluate_many(slot, &specs, mode, now, &mut codes);
        self.output.clear();
        self.output.extend(codes.iter().take(written).flat_map(|code| code.to_le_bytes()));
        written as u32
    }

    pub fn expose_many(&mut self, count: usize) -> u32 {
        let bytes = self.input.get(..count * 24).unwrap_or_default();
        let exposures: Vec<f64> =
            bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        self.engine.expose_many(&exposures)
    }

    pub fn prepare(&mut self, len: usize) -> i32 {
        let payload = self.input.get(..len).unwrap_or_default();
        let prepared = match prepare(payload) {
            Ok(prepared) => prepared,
            Err(error) => {
                self.put(error.to_string().into_bytes());
                return -1;
            }
        };
        let mut handle = 0;
        let summary = prepared.summary.clone();
        if prepared.store.is_some() {
            self.next_handle = self.next_handle.wrapping_add(1).max(1);
            handle = self.next_handle;
            self.prepared.push((handle, prepared));
        }
        // The payload is not needed any more; it may be large.
        self.input = Vec::new();
        self.put(format!("{{\"handle\":{handle},\"summary\":{summary}}}").into_bytes())
    }

    pub fn commit(&mut self, handle: u32) {
        if let Some(at) = self.prepared.iter().position(|(known, _)| *known == handle) {
            let (_, prepared) = self.prepared.swap_remove(at);
            self.engine.commit(prepared);
        }
    }

    pub fn update_id_list(&mut self, name: usize, lines: usize, replace: bool) -> bool {
        let Some((name, rest)) = self.input.split_at_checked(name) else { return false };
        let Ok(name) = std::str::from_utf8(name) else { return false };
        let mut update = self.engine.start_id_list(name, replace);
        update.apply(rest.get(..lines).unwrap_or_default());
        self.engine.finish_id_list(update)
    }
}

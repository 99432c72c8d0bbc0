//! What one instance owns: the engine, the two buffers, and payloads that wait for their commit.

use std::cell::RefCell;

use statsig_evaluator::boundary::{KEPT_INPUT, NO_TEXT};
use statsig_evaluator::engine::{PreparedList, PreparingList};
use statsig_evaluator::Engine;

/// See the head of this file.
#[derive(Default)]
pub struct Host {
    /// The engine of this instance.
    pub engine: Engine,
    /// What the caller wrote.
    pub input: Vec<u8>,
    /// What the caller may read.
    pub output: Vec<u8>,
    /// Payloads that are being prepared.
    pub preparing: PreparingList,
    /// Payloads that wait for their commit.
    pub prepared: PreparedList,
    /// Events of the last batch.
    pub batch_count: u32,
}

thread_local! {
    // One instance is one engine and has one thread, so this is the instance's own state.
    static HOST: RefCell<Host> = RefCell::default();
}

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

impl Host {
    /// Makes room for input; where it is.
    pub fn reserve(&mut self, len: usize) -> *mut u8 {
        // More than that is given back, so that one big payload does not hold its size forever.
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

    /// Keeps the output until the next call, if there is any; its length.
    pub fn put_option(&mut self, bytes: Option<Vec<u8>>) -> i32 {
        bytes.map_or(NO_TEXT, |bytes| self.put(bytes))
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

    /// Reads spec indexes, four bytes each, and writes their codes likewise.
    pub fn evaluate_many(&mut self, slot: u32, count: usize, mode: u32, now: f64) -> u32 {
        let Host { engine, input, output, .. } = self;
        let bytes = input.get(..count.saturating_mul(4)).unwrap_or_default();
        let specs = bytes.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes));
        output.clear();
        engine.evaluate_many(slot, specs, mode, now, |code| output.extend(code.to_le_bytes()))
    }

    /// Reads exposures, three numbers of eight bytes each.
    pub fn expose_many(&mut self, count: usize) -> u32 {
        let bytes = self.input.get(..count.saturating_mul(24)).unwrap_or_default();
        let (numbers, _) = bytes.as_chunks::<8>();
        let (exposures, _) = numbers.as_chunks::<3>();
        self.engine.expose_many(exposures.iter().map(|exposure| exposure.map(f64::from_le_bytes)))
    }

    /// Begins to prepare a payload, which is the whole input; its number, or -1 and why not.
    pub fn begin_specs(&mut self, len: usize) -> i32 {
        let mut payload = std::mem::take(&mut self.input);
        payload.truncate(len);
        match self.preparing.begin(payload, self.engine.specs()) {
            Ok(number) => number as i32,
            Err(why) => self.refuse(why),
        }
    }

    /// Goes on with a payload: 0, or the length of the JSON of `PreparedSpecs`, or -1 and why not.
    pub fn step_specs(&mut self, number: u32, effort: usize) -> i32 {
        match self.preparing.step(number, effort) {
            Ok(None) => 0,
            Ok(Some(specs)) => match self.prepared.keep(specs) {
                Ok(json) => self.put(json.into_bytes()),
                Err(why) => self.refuse(why),
            },
            Err(why) => self.refuse(&why),
        }
    }

    /// Tells why nothing came of it.
    fn refuse(&mut self, why: &str) -> i32 {
        self.put(why.into());
        -1
    }

    /// Swaps prepared specs in.
    pub fn commit(&mut self, handle: u32) {
        if let Some(prepared) = self.prepared.take(handle) {
            self.engine.commit(prepared);
        }
    }

    /// Applies lines, which are behind the name of the list.
    pub fn update_id_list(&mut self, name: usize, lines: usize, replace: bool) -> bool {
        let Some((name, rest)) = self.input.split_at_checked(name) else { return false };
        let Ok(name) = std::str::from_utf8(name) else { return false };
        let mut update = self.engine.start_id_list(name, replace);
        update.apply(rest.get(..lines).unwrap_or_default());
        self.engine.finish_id_list(update)
    }
}

//! Work for libuv's thread pool.

use std::cell::RefCell;
use std::io::Write;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use flate2::{write::GzEncoder, Compression};
use napi::bindgen_prelude::{Env, Result, Status, Task, Uint8Array};
use napi::Error;
use napi_derive::napi;
use statsig_evaluator::engine::{IdListUpdate, PreparedList};
use statsig_evaluator::store::Store;
use statsig_evaluator::{EventBatch, PreparedSpecs};

use crate::inflate::Encoding;
use crate::one_of_each::{apply_shared, prepare_shared, PayloadText};
use crate::registry::Key;

/// What tasks leave for the engine, which looks when `filled` says so.
#[derive(Default)]
pub struct Inbox {
    /// There are finished ID lists.
    filled: AtomicBool,
    /// What is in it.
    content: Mutex<Content>,
}

/// Content of an [`Inbox`].
#[derive(Default)]
pub struct Content {
    /// Prepared specs.
    pub specs: PreparedList,
    /// Finished ID lists.
    pub lists: Vec<IdListUpdate>,
    /// Inflated bodies by the numbers of their inputs.
    pub inflated: Vec<(u32, PayloadText)>,
}

/// Most inflated bodies that wait; the SDK has one.
const MOST_INFLATED: usize = 4;

impl Inbox {
    /// Takes the finished ID lists. One atomic load when there are none.
    pub fn take_lists(&self) -> Vec<IdListUpdate> {
        if !self.filled.load(Ordering::Acquire) {
            return Vec::new();
        }
        self.filled.store(false, Ordering::Release);
        self.with(|content| std::mem::take(&mut content.lists))
    }

    /// Takes the specs of a handle.
    pub fn take_specs(&self, handle: u32) -> Option<PreparedSpecs> {
        self.with(|content| content.specs.take(handle))
    }

    /// Drops everything.
    pub fn clear(&self) {
        self.with(|content| {
            content.specs.clear();
            content.lists.clear();
            content.inflated.clear();
        });
    }

    /// Takes an inflated body.
    pub fn take_inflated(&self, input: u32) -> Option<PayloadText> {
        self.with(|content| {
            let at = content.inflated.iter().position(|(known, _)| *known == input)?;
            Some(content.inflated.swap_remove(at).1)
        })
    }

    /// Keeps an inflated body; false when too many wait.
    fn add_inflated(&self, input: u32, body: PayloadText) -> bool {
        self.with(|content| {
            let fits = content.inflated.len() < MOST_INFLATED;
            if fits {
                content.inflated.push((input, body));
            }
            fits
        })
    }

    /// Adds a finished ID list.
    fn add_list(&self, list: IdListUpdate) {
        self.with(|content| content.lists.push(list));
        self.filled.store(true, Ordering::Release);
    }

    /// Keeps prepared specs; `PreparedSpecs` of `engine.ts` as JSON.
    pub fn add_specs(&self, specs: PreparedSpecs) -> Result<String> {
        self.with(|content| content.specs.keep(specs))
            .map_err(|why| Error::new(Status::GenericFailure, why))
    }

    /// Works on the content, also after a panic elsewhere.
    fn with<R>(&self, work: impl FnOnce(&mut Content) -> R) -> R {
        work(&mut self.content.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs work that must not unwind into libuv.
pub fn guarded<R>(work: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(Status::GenericFailure, "the native evaluator panicked"))
    })
}

/// Parses and compiles a payload; None when its bytes did not all arrive.
pub struct PrepareTask {
    /// Its bytes; None when some are missing.
    pub payload: Option<PayloadText>,
    /// The specs that serve, of which the payload may repeat most.
    pub before: Option<Arc<Store>>,
    /// Where the result goes.
    pub inbox: Arc<Inbox>,
}

impl Task for PrepareTask {
    type Output = (PreparedSpecs, Key);
    type JsValue = String;

    fn compute(&mut self) -> Result<Self::Output> {
        let payload = self
            .payload
            .take()
            .ok_or_else(|| Error::new(Status::InvalidArg, "the payload is incomplete"))?;
        let before = self.before.take();
        guarded(|| {
            let key = payload.key();
            prepare_shared(&payload, key, before)
                .map(|specs| (specs, key))
                .map_err(|e| Error::new(Status::InvalidArg, e.to_string()))
        })
    }

    /// What was prepared, and the key by which other engines find it.
    fn resolve(&mut self, _: Env, (specs, key): Self::Output) -> Result<String> {
        let known = self.inbox.add_specs(specs)?;
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{{\"key\":\"{hex}\",{}", known.get(1..).unwrap_or("}")))
    }
}

/// Inflates a body; see `inflate`.
pub struct InflateTask {
    /// Number of its input.
    pub input: u32,
    /// The body; None when bytes are missing.
    pub packed: Option<Vec<u8>>,
    /// How it is encoded; None for a number that stands for nothing.
    pub encoding: Option<Encoding>,
    /// Longest content.
    pub most: usize,
    /// Where the result goes.
    pub inbox: Arc<Inbox>,
}

impl Task for InflateTask {
    type Output = Option<PayloadText>;
    type JsValue = Option<f64>;

    fn compute(&mut self) -> Result<Self::Output> {
        let (Some(packed), Some(encoding)) = (self.packed.take(), self.encoding) else {
            return Ok(None);
        };
        guarded(|| Ok(PayloadText::inflated(&packed, encoding, self.most)))
    }

    /// Bytes of the content.
    fn resolve(&mut self, _: Env, inflated: Self::Output) -> Result<Option<f64>> {
        let Some(plain) = inflated else { return Ok(None) };
        let length = plain.length() as f64;
        let is_kept = self.inbox.add_inflated(self.input, plain);
        Ok(is_kept.then_some(length))
    }
}

/// `EventBatch` of `engine.ts`.
#[napi(object)]
pub struct EncodedBatch {
    /// Number of events.
    pub count: u32,
    /// The body of the request.
    pub body: Uint8Array,
    /// Whether it is gzipped.
    pub is_gzipped: bool,
}

/// A batch that left the engine for the pool, until JavaScript has it. A process that ends
/// meanwhile asks for it again.
pub struct Owed {
    /// The events.
    batch: EventBatch,
    /// Read and set on the thread of the engine only.
    given: AtomicBool,
}

/// Batches on their way, oldest first.
#[derive(Default)]
pub struct OwedBatches(RefCell<Vec<Weak<Owed>>>);

impl OwedBatches {
    /// Notes a batch.
    fn add(&self, batch: EventBatch) -> Arc<Owed> {
        let owed = Arc::new(Owed { batch, given: AtomicBool::new(false) });
        let mut all = self.0.borrow_mut();
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(&owed));
        owed
    }

    /// The oldest that was not given yet; its task gives nothing from now on.
    pub fn take(&self) -> Option<Arc<Owed>> {
        let all = self.0.borrow();
        all.iter().filter_map(Weak::upgrade).find(|owed| !owed.given.swap(true, Ordering::Relaxed))
    }
}

/// How a batch is to be written.
pub struct Form {
    /// In front of the events.
    pub prefix: String,
    /// Behind them.
    pub suffix: String,
    /// 1 to 9; 0 leaves the text plain.
    pub gzip_level: u32,
}

impl Form {
    /// The body, and whether it is gzipped.
    fn write(&self, batch: &EventBatch) -> (Vec<u8>, bool) {
        let plain = batch.encode(&self.prefix, &self.suffix);
        match gzip(&plain, self.gzip_level) {
            Some(zipped) => (zipped, true),
            None => (plain, false),
        }
    }

    /// Writes a batch on the calling thread; an empty one when that panics.
    pub fn write_now(&self, batch: &EventBatch) -> EncodedBatch {
        let written = guarded(|| Ok(self.write(batch)));
        let count = written.as_ref().map_or(0, |_| batch.len() as u32);
        let (body, is_gzipped) = written.unwrap_or_default();
        EncodedBatch { count, body: body.into(), is_gzipped }
    }

    /// Writes what was owed, as `write_now`.
    pub fn write_owed(&self, owed: &Owed) -> EncodedBatch {
        self.write_now(&owed.batch)
    }
}

/// Encodes events.
pub struct EncodeTask {
    /// The batch.
    owed: Arc<Owed>,
    /// How it is written.
    form: Form,
}

impl EncodeTask {
    /// Takes a batch to the pool, and notes that it is owed.
    pub fn new(batch: EventBatch, form: Form, batches: &OwedBatches) -> EncodeTask {
        EncodeTask { owed: batches.add(batch), form }
    }
}

impl Task for EncodeTask {
    type Output = (Vec<u8>, bool);
    type JsValue = EncodedBatch;

    fn compute(&mut self) -> Result<Self::Output> {
        guarded(|| Ok(self.form.write(&self.owed.batch)))
    }

    fn resolve(&mut self, _: Env, (body, is_gzipped): Self::Output) -> Result<EncodedBatch> {
        if self.owed.given.swap(true, Ordering::Relaxed) {
            return Ok(EncodedBatch { count: 0, body: Vec::new().into(), is_gzipped: false });
        }
        Ok(EncodedBatch { count: self.owed.batch.len() as u32, body: body.into(), is_gzipped })
    }
}

/// None at level 0 and when it fails; the batch then goes as it is. Level 1: 1,000 exposures of 770
/// kB in 0.84 ms and to 39 kB; level 2 takes 1.0 ms and gives 31 kB, Node's zlib at level 1 1.05 ms
/// and 32 kB.
fn gzip(plain: &[u8], level: u32) -> Option<Vec<u8>> {
    if level == 0 {
        return None;
    }
    let mut encoder =
        GzEncoder::new(Vec::with_capacity(plain.len() / 16), Compression::new(level.min(9)));
    encoder.write_all(plain).and_then(|()| encoder.finish()).ok()
}

/// Applies lines to an ID list.
pub struct IdListTask {
    /// The update and its lines; None when some of them are missing.
    pub update: Option<(IdListUpdate, Vec<u8>)>,
    /// Where the result goes.
    pub inbox: Arc<Inbox>,
}

impl Task for IdListTask {
    type Output = bool;
    type JsValue = bool;

    fn compute(&mut self) -> Result<bool> {
        let Some((update, lines)) = self.update.as_mut() else { return Ok(false) };
        guarded(|| Ok(apply_shared(update, lines)))
    }

    fn resolve(&mut self, _: Env, changed: bool) -> Result<bool> {
        if let (true, Some((update, _))) = (changed, self.update.take()) {
            self.inbox.add_list(update);
        }
        Ok(changed)
    }
}

/// Frees what a swap of specs left behind, which takes milliseconds, away from the event loop.
pub struct DropTask<T> {
    /// What is freed.
    pub retired: Option<T>,
}

impl<T: Send + 'static> Task for DropTask<T> {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        let retired = self.retired.take();
        guarded(|| {
            drop(retired);
            Ok(())
        })
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}

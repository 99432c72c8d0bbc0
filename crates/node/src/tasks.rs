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
use statsig_evaluator::id_list::IdList;
use statsig_evaluator::store::Store;
use statsig_evaluator::wire::PayloadError;
use statsig_evaluator::{prepare_update, EventBatch, PreparedSpecs};

use crate::inflate::{inflate, Encoding};
use crate::registry::{key_of, Key, Registry};

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
    fn add_specs(&self, specs: PreparedSpecs) -> Result<String> {
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

/// Specs in force in any thread of the process, with their summaries.
static SPECS: Registry<Store, Box<str>> = Registry::new();
/// ID lists likewise.
static LISTS: Registry<IdList, Weak<IdList>> = Registry::new();

/// Tags of keys: bytes of a text, else of a body by its encoding.
const PLAIN: u8 = 255;

/// A payload for the compiler.
pub struct PayloadText {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The key of what it came as; None: that is its bytes.
    key: Option<Key>,
}

impl PayloadText {
    /// A payload that came as it is.
    pub fn plain(bytes: Vec<u8>) -> PayloadText {
        PayloadText { bytes, key: None }
    }
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
            let key = payload.key.unwrap_or_else(|| key_of(PLAIN, &payload.bytes));
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

/// What an engine of the process holds of a payload, by the key that was told of it; None when
/// nobody holds it any more.
pub fn prepare_known(hex: &str, inbox: &Inbox) -> Option<String> {
    let digits = |at: usize| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..hex.len() / 2).map(digits).collect::<Option<_>>()?;
    let (store, summary) = SPECS.find(&Key::try_from(bytes).ok()?)?;
    let specs = PreparedSpecs { store: Some(store), summary: summary.into() };
    inbox.with(|content| content.specs.keep(specs)).ok()
}

/// As `prepare_update`, or what another thread made of the same payload.
fn prepare_shared(
    payload: &PayloadText,
    key: Key,
    before: Option<Arc<Store>>,
) -> std::result::Result<PreparedSpecs, PayloadError> {
    let shared = SPECS.get_or_make(key, || match prepare_update(&payload.bytes, before) {
        Ok(PreparedSpecs { store: Some(store), summary }) => Ok((store, summary.into())),
        // There is nothing to share.
        other => Err(other),
    });
    match shared {
        Ok((store, summary)) => Ok(PreparedSpecs { store: Some(store), summary: summary.into() }),
        Err(other) => other,
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
        guarded(|| {
            let plain = inflate(&packed, encoding, self.most);
            Ok(plain.map(|plain| {
                let key = Some(key_of(encoding as u8, &packed));
                PayloadText { bytes: plain, key }
            }))
        })
    }

    /// Bytes of the content.
    fn resolve(&mut self, _: Env, inflated: Self::Output) -> Result<Option<f64>> {
        let Some(plain) = inflated else { return Ok(None) };
        let length = plain.bytes.len() as f64;
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

/// As `apply`, or what another thread made of the same lines for the same list.
fn apply_shared(update: &mut IdListUpdate, lines: &[u8]) -> bool {
    let (mark, digest) = (update.base_mark(), key_of(PLAIN, lines));
    let key = key_of(mark[0], &[&mark[1..], &digest].concat());
    // The note keeps the base's mark from being given to another list.
    let base = Arc::downgrade(update.base());
    let make = || update.applied(lines).map(|list| (list, base)).ok_or(());
    let shared = LISTS.get_or_make(key, make);
    shared.is_ok_and(|(list, _)| {
        update.set(list);
        true
    })
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

#[cfg(test)]
mod tests {
    use statsig_evaluator::Engine;

    use super::*;

    const SPECS: &str = r#""feature_gates":[],"dynamic_configs":[],"layer_configs":[]}"#;

    fn prepared(head: &str, key: Option<Key>) -> PreparedSpecs {
        let bytes = format!("{{\"has_updates\":{head},{SPECS}").into_bytes();
        let key = key.unwrap_or_else(|| key_of(PLAIN, &bytes));
        prepare_shared(&PayloadText::plain(bytes), key, None).unwrap()
    }

    #[test]
    fn one_payload_is_one_store_however_many_engines_have_it() {
        let (one, other) = (prepared("true", None), prepared("true", None));
        assert_eq!(one.summary, other.summary);
        let newer = prepared("true,\"time\":7", None);
        let store = one.store.unwrap();
        assert!(Arc::ptr_eq(&store, &other.store.unwrap()));
        assert!(!Arc::ptr_eq(&store, &newer.store.unwrap()) && newer.summary != one.summary);
        // A body is known by what it came as.
        let key = Some(key_of(Encoding::Gzip as u8, b"packed"));
        let (packed, again) = (prepared("true", key), prepared("true", key));
        assert!(Arc::ptr_eq(&packed.store.unwrap(), &again.store.unwrap()));
    }

    #[test]
    fn what_an_engine_holds_is_found_by_its_key_until_it_goes() {
        let (key, inbox) = ([0xab; 32], Inbox::default());
        let hex = "ab".repeat(32);
        assert_eq!(prepare_known(&hex, &inbox), None);
        let held = prepared("true", Some(key));
        let known = prepare_known(&hex, &inbox).unwrap();
        assert_eq!(known, format!("{{\"handle\":1,\"summary\":{}}}", held.summary));
        let found = inbox.take_specs(1).unwrap().store.unwrap();
        assert!(Arc::ptr_eq(&found, &held.store.unwrap()));
        drop(found);
        assert_eq!(prepare_known(&hex, &inbox), None);
        for no_key in ["", "ab", "zz", "ä", &"é".repeat(32), &hex[1..]] {
            assert_eq!(prepare_known(no_key, &inbox), None);
        }
    }

    #[test]
    fn what_is_no_update_and_what_is_refused_is_told_each_time() {
        for _ in 0..2 {
            let nothing = prepared("false", None);
            assert!(nothing.store.is_none() && nothing.summary.contains("\"hasUpdates\":false"));
            assert!(prepare_shared(&PayloadText::plain(b"{".to_vec()), [9; 32], None).is_err());
        }
    }

    fn list(engine: &Engine) -> Arc<IdList> {
        engine.start_id_list("list", false).base().clone()
    }

    fn update(engine: &mut Engine, replace: bool, lines: &str) -> bool {
        let mut update = engine.start_id_list("list", replace);
        apply_shared(&mut update, lines.as_bytes()) && engine.finish_id_list(update)
    }

    #[test]
    fn lists_with_the_same_past_are_one() {
        let mut engines = [Engine::new(), Engine::new(), Engine::new()];
        engines[2].set_options(r#"{"keepsIdListOrder":true}"#);
        let steps = [
            (true, "+aaaaaaaa\n+bbbbbbbb\n"),
            (false, "-aaaaaaaa\n"),
            (false, "+cccccccc\n"),
            (true, "+dddddddd\n"),
        ];
        for (replace, lines) in steps {
            assert!(engines.iter_mut().all(|engine| update(engine, replace, lines)), "{lines}");
            let [one, other, ordered] = [0, 1, 2].map(|i| list(&engines[i]));
            assert!(Arc::ptr_eq(&one, &other) && !Arc::ptr_eq(&one, &ordered), "{lines}");
            assert_eq!(one.len(), ordered.len());
            assert!(!update(&mut engines[0], replace, "no lines"));
        }
        assert!(update(&mut engines[0], false, "+eeeeeeee\n"));
        assert!(update(&mut engines[1], false, "+ffffffff\n"));
        let [one, other] = [0, 1].map(|i| list(&engines[i]));
        assert!(one.contains_key("eeeeeeee") && !one.contains_key("ffffffff"));
        assert!(other.contains_key("ffffffff") && !other.contains_key("eeeeeeee"));
    }
}

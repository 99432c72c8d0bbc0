//! Downloads that threads of a process have in common: who asks for what another thread has just
//! downloaded gets that, and of those who ask together one downloads. What is kept is kept by the
//! threads, so that it goes with the last of them, however they end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

/// Who promised to download has to be done by then; later the next one does it.
const LONGEST_PROMISE: Duration = Duration::from_secs(30);

/// What was downloaded.
struct Download {
    /// When it arrived.
    at: Instant,
    /// Whatever describes it.
    head: String,
    /// Its bytes.
    body: Vec<u8>,
}

/// Downloads and promises by their keys.
static ALL: Mutex<BTreeMap<String, Entry>> = Mutex::new(BTreeMap::new());

/// What is known of a key.
#[derive(Default)]
struct Entry {
    /// The last download.
    done: Weak<Download>,
    /// Since when somebody downloads.
    promise: Weak<Instant>,
}

/// Works on all entries, of which those that nobody holds go.
fn with<R>(work: impl FnOnce(&mut BTreeMap<String, Entry>) -> R) -> R {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|_, entry| entry.done.strong_count() + entry.promise.strong_count() > 0);
    work(&mut all)
}

/// What an asker hears.
enum Answer {
    /// It is here.
    Here(Arc<Download>),
    /// Somebody downloads it now.
    Coming,
    /// It is up to the caller, who has promised it.
    Yours,
}

/// One asker; it holds its last download, and what it promised.
#[derive(Default)]
struct Asker {
    /// See the type.
    held: RefCell<Option<Arc<Download>>>,
    /// See the type.
    promised: RefCell<Option<Arc<Instant>>>,
}

impl Asker {
    /// Asks for what is younger than that.
    fn ask(&self, key: String, youngest: Duration) -> Answer {
        with(|all| {
            let entry = all.entry(key).or_default();
            if let Some(done) = entry.done.upgrade().filter(|done| done.at.elapsed() < youngest) {
                self.held.replace(Some(done.clone()));
                return Answer::Here(done);
            }
            let promise = entry.promise.upgrade();
            if promise.is_some_and(|since| since.elapsed() < LONGEST_PROMISE) {
                return Answer::Coming;
            }
            let promise = Arc::new(Instant::now());
            entry.promise = Arc::downgrade(&promise);
            self.promised.replace(Some(promise));
            Answer::Yours
        })
    }

    /// Keeps what was promised.
    fn give(&self, key: String, head: String, body: Vec<u8>) {
        let done = Arc::new(Download { at: Instant::now(), head, body });
        with(|all| all.entry(key).or_default().done = Arc::downgrade(&done));
        self.held.replace(Some(done));
        self.give_up();
    }

    /// Promises nothing any more.
    fn give_up(&self) {
        self.promised.replace(None);
    }
}

/// An answer to `ask`.
#[napi(object)]
pub struct SharedDownload {
    /// Somebody downloads it now: ask again soon. Without this and without a body it is up to the
    /// caller.
    pub is_coming: bool,
    /// What `give` was told.
    pub head: Option<String>,
    /// Its bytes.
    pub body: Option<Uint8Array>,
}

/// See `Asker`.
#[napi]
#[derive(Default)]
pub struct SharedDownloads(Asker);

#[napi]
impl SharedDownloads {
    /// An asker that holds nothing.
    #[napi(constructor)]
    pub fn new() -> SharedDownloads {
        SharedDownloads::default()
    }

    /// Asks for what came at most `most_ms` ago.
    #[napi]
    pub fn ask(&self, key: String, most_ms: f64) -> SharedDownload {
        let youngest = Duration::from_secs_f64((most_ms / 1000.0).clamp(0.0, 1e6));
        match self.0.ask(key, youngest) {
            Answer::Here(done) => SharedDownload {
                is_coming: false,
                head: Some(done.head.clone()),
                body: Some(done.body.clone().into()),
            },
            Answer::Coming => SharedDownload { is_coming: true, head: None, body: None },
            Answer::Yours => SharedDownload { is_coming: false, head: None, body: None },
        }
    }

    /// Keeps what was promised.
    #[napi]
    pub fn give(&self, key: String, head: String, body: Uint8Array) {
        self.0.give(key, head, body.to_vec());
    }

    /// Nothing came of it; somebody else may try.
    #[napi]
    pub fn give_up(&self) {
        self.0.give_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an asker hears, in a word.
    fn heard(asker: &Asker, key: &str, youngest: Duration) -> String {
        match asker.ask(key.into(), youngest) {
            Answer::Here(done) => format!("{} {}", done.head, done.body.len()),
            Answer::Coming => "coming".into(),
            Answer::Yours => "yours".into(),
        }
    }

    #[test]
    fn of_those_who_ask_one_downloads() {
        let hour = Duration::from_secs(3600);
        let [one, other] = [Asker::default(), Asker::default()];
        assert_eq!(heard(&one, "a", hour), "yours");
        assert_eq!(heard(&other, "a", hour), "coming");
        assert_eq!(heard(&other, "b", hour), "yours");
        one.give_up();
        assert_eq!(heard(&other, "a", hour), "yours");
        drop(other);
        // Who ended promised nothing.
        assert_eq!(heard(&one, "a", hour), "yours");
        one.give("a".into(), "head".into(), vec![1, 2, 3]);
        let later = Asker::default();
        assert_eq!(heard(&later, "a", hour), "head 3");
        assert_eq!(heard(&later, "a", Duration::ZERO), "yours");
        drop(one);
        // Who got it holds it, too.
        assert_eq!(heard(&Asker::default(), "a", hour), "head 3");
        drop(later);
        assert!(with(|all| !all.contains_key("a") && !all.contains_key("b")));
    }
}

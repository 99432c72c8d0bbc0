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

/// One asker; it holds its last download, and what it promised.
#[napi]
#[derive(Default)]
pub struct SharedDownloads {
    /// See the type.
    held: RefCell<Option<Arc<Download>>>,
    /// See the type.
    promised: RefCell<Option<Arc<Instant>>>,
}

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
        with(|all| {
            let entry = all.entry(key).or_default();
            if let Some(done) = entry.done.upgrade().filter(|done| done.at.elapsed() < youngest) {
                let (head, body) = (done.head.clone(), done.body.clone());
                self.held.replace(Some(done));
                let (head, body) = (Some(head), Some(body.into()));
                return SharedDownload { is_coming: false, head, body };
            }
            let is_coming =
                entry.promise.upgrade().is_some_and(|since| since.elapsed() < LONGEST_PROMISE);
            if !is_coming {
                let promise = Arc::new(Instant::now());
                entry.promise = Arc::downgrade(&promise);
                self.promised.replace(Some(promise));
            }
            SharedDownload { is_coming, head: None, body: None }
        })
    }

    /// Keeps what was promised.
    #[napi]
    pub fn give(&self, key: String, head: String, body: Uint8Array) {
        let done = Arc::new(Download { at: Instant::now(), head, body: body.to_vec() });
        with(|all| all.entry(key).or_default().done = Arc::downgrade(&done));
        self.held.replace(Some(done));
        self.give_up();
    }

    /// Nothing came of it; somebody else may try.
    #[napi]
    pub fn give_up(&self) {
        self.promised.replace(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(asked: &SharedDownload) -> (bool, Option<&str>) {
        (asked.is_coming, asked.head.as_deref())
    }

    /// What `ask` says, without bytes, which only Node can make.
    fn promise(asker: &SharedDownloads, key: &str) -> (bool, Option<String>) {
        let asked = asker.ask(key.into(), 0.0);
        let (is_coming, head) = state(&asked);
        (is_coming, head.map(String::from))
    }

    #[test]
    fn of_those_who_ask_one_downloads() {
        let [one, other] = [SharedDownloads::new(), SharedDownloads::new()];
        assert_eq!(promise(&one, "a"), (false, None));
        assert_eq!(promise(&other, "a"), (true, None));
        assert_eq!(promise(&other, "b"), (false, None));
        one.give_up();
        assert_eq!(promise(&other, "a"), (false, None));
        drop(other);
        // Who ended promised nothing.
        assert_eq!(promise(&one, "a"), (false, None));
        assert!(with(|all| all.len()) >= 1);
        drop(one);
        assert!(with(|all| !all.contains_key("a") && !all.contains_key("b")));
    }
}

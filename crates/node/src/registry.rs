//! What all threads of a process share: compiled specs and ID lists, each made once and known by
//! what it was made of. The engines that use them hold them; here are only weak references, so that
//! they go with the last engine, however its thread ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use statsig_evaluator::hashing::sha256;

/// What something is made of: a collision has never been found for SHA-256.
pub type Key = [u8; 32];

/// The key of a text and of what else matters.
pub fn key_of(tag: u8, bytes: &[u8]) -> Key {
    let digest = sha256(bytes);
    sha256(&[&[tag][..], &digest].concat())
}

/// A thing and a note beside it, while somebody holds the thing.
struct Known<T, N> {
    /// The thing.
    thing: Weak<T>,
    /// The note.
    note: N,
}

/// Who makes the thing holds the lock; others who want it wait.
type Slot<T, N> = Arc<Mutex<Option<Known<T, N>>>>;

/// See the head of this file.
pub struct Registry<T, N = ()>(Mutex<BTreeMap<Key, Slot<T, N>>>);

impl<T, N: Clone> Registry<T, N> {
    /// An empty one.
    pub const fn new() -> Self {
        Registry(Mutex::new(BTreeMap::new()))
    }

    /// What has this key, made if nobody holds it. Of those who ask at a time one makes it.
    ///
    /// # Errors
    /// Those of `make`; the next one who asks makes it then.
    pub fn get_or_make<E>(
        &self,
        key: Key,
        make: impl FnOnce() -> Result<(Arc<T>, N), E>,
    ) -> Result<(Arc<T>, N), E> {
        let slot = self.slot(key);
        let mut known = locked(&slot);
        if let Some(found) = known.as_ref() {
            if let Some(thing) = found.thing.upgrade() {
                return Ok((thing, found.note.clone()));
            }
        }
        let (thing, note) = make()?;
        *known = Some(Known { thing: Arc::downgrade(&thing), note: note.clone() });
        Ok((thing, note))
    }

    /// What has this key, while somebody holds it. Waits for nobody: what is being made is not known.
    pub fn find(&self, key: &Key) -> Option<(Arc<T>, N)> {
        let slot = locked(&self.0).get(key)?.clone();
        let known = slot.try_lock().ok()?;
        let found = known.as_ref()?;
        Some((found.thing.upgrade()?, found.note.clone()))
    }

    /// The slot of a key. Those that hold nothing and that nobody asks for go.
    fn slot(&self, key: Key) -> Slot<T, N> {
        let mut slots = locked(&self.0);
        slots.retain(|_, slot| {
            let is_held = |known: &Option<Known<T, N>>| {
                known.as_ref().is_some_and(|known| known.thing.strong_count() > 0)
            };
            Arc::strong_count(slot) > 1 || is_held(&locked(slot))
        });
        slots.entry(key).or_default().clone()
    }
}

/// Locks, also after a panic of who made something: there is nothing half made.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    type Texts = Registry<String, u32>;

    fn text(of: &str) -> Result<(Arc<String>, u32), ()> {
        Ok((Arc::new(of.into()), of.len() as u32))
    }

    #[test]
    fn things_are_shared_while_somebody_holds_them() {
        let texts = Texts::new();
        let (a, b) = (key_of(0, b"a"), key_of(0, b"b"));
        assert!(a != b && a != key_of(1, b"a"));
        let first = texts.get_or_make(a, || text("a")).unwrap();
        let again = texts.get_or_make(a, || text("another")).unwrap();
        assert!(Arc::ptr_eq(&first.0, &again.0) && again.1 == 1);
        let other = texts.get_or_make(b, || text("bb")).unwrap();
        assert_eq!((&**other.0, other.1), ("bb", 2));
        let found = texts.find(&a).map(|(text, length)| (text.to_string(), length));
        assert_eq!(found, Some(("a".to_string(), 1)));
        drop((first, again));
        assert!(texts.find(&a).is_none() && texts.find(&key_of(0, b"c")).is_none());
        let fresh = texts.get_or_make(a, || text("fresh")).unwrap();
        assert_eq!(&**fresh.0, "fresh");
    }

    #[test]
    fn what_nobody_holds_is_forgotten_and_failures_are_not_kept() {
        let texts = Texts::new();
        for i in 0..100 {
            drop(texts.get_or_make([i; 32], || text("x")));
        }
        assert_eq!(locked(&texts.0).len(), 1);
        assert_eq!(texts.get_or_make([0; 32], || Err::<_, &str>("no")).err(), Some("no"));
        assert!(texts.get_or_make([0; 32], || text("yes")).is_ok());
    }

    #[test]
    fn threads_that_ask_together_make_one() {
        static TEXTS: Texts = Registry::new();
        static MADE: AtomicU32 = AtomicU32::new(0);
        let make = || {
            MADE.fetch_add(1, Ordering::SeqCst);
            text("one")
        };
        let ask = move || TEXTS.get_or_make([7; 32], make).unwrap().0;
        let held = ask();
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(ask)).collect();
        for thread in threads {
            assert!(Arc::ptr_eq(&held, &thread.join().unwrap()));
        }
        assert_eq!(MADE.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_panic_while_something_is_made_leaves_it_to_the_next() {
        static TEXTS: Texts = Registry::new();
        let panics = || TEXTS.get_or_make([1; 32], || -> Result<_, ()> { panic!("of a test") });
        assert!(std::panic::catch_unwind(panics).is_err());
        assert!(TEXTS.get_or_make([1; 32], || text("x")).is_ok());
    }
}

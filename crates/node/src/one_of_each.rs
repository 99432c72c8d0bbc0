//! One of each for all engines of the process: what one prepared of specs or ID lists, the others
//! get. Known by keys of what it came as; kept for as long as somebody holds it.

use std::sync::{Arc, Weak};

use statsig_evaluator::engine::IdListUpdate;
use statsig_evaluator::id_list::IdList;
use statsig_evaluator::store::Store;
use statsig_evaluator::wire::PayloadError;
use statsig_evaluator::{prepare_update, PreparedSpecs};

use crate::inflate::{inflate, Encoding};
use crate::registry::{key_of, Key, Registry};

/// Specs in force in any thread of the process.
static SPECS: Registry<Store, About> = Registry::new();
/// ID lists likewise.
static LISTS: Registry<IdList, Weak<IdList>> = Registry::new();

/// Tags of keys: bytes of a text, else of a body by its encoding.
const PLAIN: u8 = 255;

/// What the registry says of specs.
#[derive(Clone)]
pub struct About {
    /// See `PreparedSpecs`.
    summary: Box<str>,
    /// Bytes of the payload's text.
    length: usize,
}

/// A payload for the compiler.
pub enum PayloadText {
    /// As it came.
    Plain(Vec<u8>),
    /// The content of a body, known by the key of the body: less to hash.
    Inflated(Vec<u8>, Key),
    /// What another engine holds of a body.
    Held(Arc<Store>, About, Key),
}

impl PayloadText {
    /// What is in a body, of at most `most` bytes; see `inflate`. What another engine holds is not
    /// even inflated.
    pub fn inflated(packed: &[u8], encoding: Encoding, most: usize) -> Option<PayloadText> {
        let key = key_of(encoding as u8, packed);
        match SPECS.find(&key) {
            Some((store, about)) => {
                (about.length <= most).then_some(PayloadText::Held(store, about, key))
            }
            None => inflate(packed, encoding, most).map(|text| PayloadText::Inflated(text, key)),
        }
    }

    /// Bytes of its text.
    pub fn length(&self) -> usize {
        match self {
            PayloadText::Plain(text) | PayloadText::Inflated(text, _) => text.len(),
            PayloadText::Held(_, about, _) => about.length,
        }
    }

    /// The key by which other engines find what is made of it.
    pub fn key(&self) -> Key {
        match self {
            PayloadText::Plain(text) => key_of(PLAIN, text),
            PayloadText::Inflated(_, key) | PayloadText::Held(_, _, key) => *key,
        }
    }
}

/// What an engine of the process holds of a payload, by the key that was told of it; None when
/// nobody holds it any more.
pub fn known(hex: &str) -> Option<PreparedSpecs> {
    let digits = |at: usize| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..hex.len() / 2).map(digits).collect::<Option<_>>()?;
    let (store, about) = SPECS.find(&Key::try_from(bytes).ok()?)?;
    Some(prepared(store, about))
}

/// As `prepare_update`, or what another thread made of the same payload.
pub fn prepare_shared(
    payload: &PayloadText,
    key: Key,
    before: Option<Arc<Store>>,
) -> std::result::Result<PreparedSpecs, PayloadError> {
    let bytes = match payload {
        PayloadText::Held(store, about, _) => return Ok(prepared(store.clone(), about.clone())),
        PayloadText::Plain(text) | PayloadText::Inflated(text, _) => text,
    };
    let shared = SPECS.get_or_make(key, || match prepare_update(bytes, before) {
        Ok(PreparedSpecs { store: Some(store), summary }) => {
            Ok((store, About { summary: summary.into(), length: bytes.len() }))
        }
        // There is nothing to share.
        other => Err(other),
    });
    match shared {
        Ok((store, about)) => Ok(prepared(store, about)),
        Err(other) => other,
    }
}

/// What an engine commits.
fn prepared(store: Arc<Store>, about: About) -> PreparedSpecs {
    PreparedSpecs { store: Some(store), summary: about.summary.into() }
}

/// As `apply`, or what another thread made of the same lines for the same list.
pub fn apply_shared(update: &mut IdListUpdate, lines: &[u8]) -> bool {
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{write::GzEncoder, Compression};
    use statsig_evaluator::Engine;

    use super::*;

    const SPECS: &str = r#""feature_gates":[],"dynamic_configs":[],"layer_configs":[]}"#;

    fn text(head: &str) -> Vec<u8> {
        format!("{{\"has_updates\":{head},{SPECS}").into_bytes()
    }

    fn prepared(head: &str, key: Option<Key>) -> PreparedSpecs {
        let payload = match key {
            Some(key) => PayloadText::Inflated(text(head), key),
            None => PayloadText::Plain(text(head)),
        };
        prepare_shared(&payload, payload.key(), None).unwrap()
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
        let hex = "ab".repeat(32);
        assert!(known(&hex).is_none());
        let held = prepared("true", Some([0xab; 32]));
        let found = known(&hex).unwrap();
        assert_eq!(found.summary, held.summary);
        assert!(Arc::ptr_eq(&found.store.unwrap(), &held.store.unwrap()));
        assert!(known(&hex).is_none());
        for no_key in ["", "ab", "zz", "ä", &"é".repeat(32), &hex[1..]] {
            assert!(known(no_key).is_none());
        }
    }

    #[test]
    fn a_body_that_another_engine_holds_is_not_inflated() {
        let plain = text("true,\"time\":77");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&plain).unwrap();
        let packed = gzip.finish().unwrap();
        let inflated = |most| PayloadText::inflated(&packed, Encoding::Gzip, most);
        let is_held = |payload: &PayloadText| matches!(payload, PayloadText::Held(..));
        let prepare = |payload: &PayloadText| prepare_shared(payload, payload.key(), None).unwrap();
        let first = inflated(1000).unwrap();
        assert!(!is_held(&first) && first.length() == plain.len());
        let one = prepare(&first);
        let second = inflated(plain.len()).unwrap();
        assert!(is_held(&second) && second.length() == plain.len());
        assert!(second.key() == first.key() && inflated(plain.len() - 1).is_none());
        let other = prepare(&second);
        assert_eq!(one.summary, other.summary);
        assert!(Arc::ptr_eq(&one.store.unwrap(), &other.store.unwrap()));
        drop((first, second));
        assert!(!is_held(&inflated(1000).unwrap()));
        assert!(PayloadText::inflated(b"odd", Encoding::Gzip, 1000).is_none());
    }

    #[test]
    fn what_is_no_update_and_what_is_refused_is_told_each_time() {
        for _ in 0..2 {
            let nothing = prepared("false", None);
            assert!(nothing.store.is_none() && nothing.summary.contains("\"hasUpdates\":false"));
            assert!(prepare_shared(&PayloadText::Plain(b"{".to_vec()), [9; 32], None).is_err());
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

//! User agents by uap-core's patterns and the crate `ua-parser`, for every engine of the process.
//! Loaded when first asked for: 80 ms and 11 MB.

use std::borrow::Cow;
use std::sync::OnceLock;

use napi::bindgen_prelude::{AsyncTask, Env, Result, Status, Task};
use napi::Error;
use napi_derive::napi;
use ua_parser::{os, user_agent};

use crate::tasks::guarded;

/// `[browsers, systems]`, each a list of patterns; see `scripts/build/uap-data.mjs`.
const PATTERNS: &str = include_str!("../../../src/users/uap-core.json");

/// Pattern, name, and the parts of the version; null or missing: what the groups hold.
type Row = Vec<Option<String>>;

/// Both readers.
struct Readers {
    /// Of browsers.
    browsers: user_agent::Extractor<'static>,
    /// Of systems.
    systems: os::Extractor<'static>,
}

/// None: they could not be made.
static READERS: OnceLock<Option<Readers>> = OnceLock::new();

impl Readers {
    /// Compiles the patterns, or waits for whoever does.
    fn get() -> Option<&'static Readers> {
        READERS.get_or_init(Readers::load).as_ref()
    }

    /// Compiles the patterns.
    fn load() -> Option<Readers> {
        let [browsers, systems]: [Vec<Row>; 2] = serde_json::from_str(PATTERNS).ok()?;
        let browsers = browsers.iter().map(|row| user_agent::Parser {
            regex: regex(row),
            family_replacement: replacement(row, 1),
            v1_replacement: replacement(row, 2),
            v2_replacement: replacement(row, 3),
            v3_replacement: replacement(row, 4),
            v4_replacement: None,
        });
        let systems = systems.iter().map(|row| os::Parser {
            regex: regex(row),
            os_replacement: replacement(row, 1),
            os_v1_replacement: replacement(row, 2),
            os_v2_replacement: replacement(row, 3),
            os_v3_replacement: replacement(row, 4),
            os_v4_replacement: None,
        });
        Some(Readers {
            browsers: user_agent::Builder::new().push_all(browsers).ok()?.build().ok()?,
            systems: os::Builder::new().push_all(systems).ok()?.build().ok()?,
        })
    }

    /// Name and version of the system, then of the browser.
    fn read(&'static self, agent: &str) -> [String; 4] {
        let system = self.systems.extract(agent).unwrap_or_default();
        let browser = self.browsers.extract(agent).unwrap_or_default();
        [
            name(&system.os),
            version([system.major.as_deref(), system.minor.as_deref(), system.patch.as_deref()]),
            name(&browser.family),
            version([browser.major, browser.minor, browser.patch]),
        ]
    }
}

/// `\b` is the only word that means more to Rust than to JavaScript.
fn regex(row: &Row) -> Cow<'static, str> {
    let pattern = row.first().cloned().flatten().unwrap_or_default();
    pattern.replace(r"\b", r"(?-u:\b)").into()
}

/// What takes the place of a group; None: the group itself.
fn replacement(row: &Row, at: usize) -> Option<Cow<'static, str>> {
    row.get(at).cloned().flatten().map(Cow::Owned)
}

/// A name, `Other` for none.
fn name(found: &str) -> String {
    if found.is_empty() { "Other" } else { found }.into()
}

/// Three parts, `0` for each that is missing.
fn version(parts: [Option<&str>; 3]) -> String {
    parts.map(|part| part.filter(|text| !text.is_empty()).unwrap_or("0")).join(".")
}

/// Name and version of the system, then of the browser; throws when the patterns do not load.
#[napi]
pub fn read_user_agent(agent: String) -> Result<Vec<String>> {
    guarded(|| {
        let readers = Readers::get().ok_or_else(unloaded)?;
        Ok(readers.read(&agent).into())
    })
}

/// Loads the patterns on the pool, so that the first user agent does not wait for it.
#[napi(ts_return_type = "Promise<void>")]
pub fn load_user_agents() -> AsyncTask<LoadUserAgents> {
    AsyncTask::new(LoadUserAgents)
}

/// See `load_user_agents`.
pub struct LoadUserAgents;

impl Task for LoadUserAgents {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        guarded(|| Readers::get().map(|_| ()).ok_or_else(unloaded))
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}

/// What everybody is told when the patterns cannot be used.
fn unloaded() -> Error {
    Error::new(Status::GenericFailure, "the patterns of user agents do not load")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_three_parts_of_versions() {
        let readers = Readers::get();
        assert!(readers.is_some());
        let read = |agent| readers.map(|readers| readers.read(agent).join("|"));
        assert_eq!(
            read("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0")
                .as_deref(),
            Some("Ubuntu|0.0.0|Firefox|120.0.0")
        );
        assert_eq!(read("").as_deref(), Some("Other|0.0.0|Other|0.0.0"));
    }

    #[test]
    fn words_end_as_in_javascript() {
        // é is a letter to Rust, and none to JavaScript.
        let read = |agent| Readers::get().map(|readers| readers.read(agent)[2].clone());
        assert_eq!(read("Dolphin 3.2é").as_deref(), Some("Dolphin"));
        assert_eq!(read("éDolphin 3.2").as_deref(), Some("Dolphin"));
    }
}

//! Payloads that are compiled and wait to serve: handed in on whichever thread, taken by handle.

use crate::boundary::MAX_PREPARED;
use crate::compile::PreparedSpecs;

/// See the head of this file.
#[derive(Debug, Default)]
pub struct PreparedList {
    waiting: Vec<(u32, PreparedSpecs)>,
    last_handle: u32,
}

impl PreparedList {
    /// Keeps specs; `PreparedSpecs` of `engine.ts` as JSON, whose handle is 0 when there is nothing
    /// to commit.
    ///
    /// # Errors
    /// When too many wait.
    pub fn keep(&mut self, mut specs: PreparedSpecs) -> Result<String, &'static str> {
        let summary = std::mem::take(&mut specs.summary);
        let mut handle = 0;
        if specs.store.is_some() {
            if self.waiting.len() >= MAX_PREPARED {
                return Err("too many prepared payloads wait for commit or discard");
            }
            self.last_handle = self.last_handle.wrapping_add(1).max(1);
            handle = self.last_handle;
            self.waiting.push((handle, specs));
        }
        Ok(format!("{{\"handle\":{handle},\"summary\":{summary}}}"))
    }

    /// The specs of a handle; each is given once.
    pub fn take(&mut self, handle: u32) -> Option<PreparedSpecs> {
        let at = self.waiting.iter().position(|(known, _)| *known == handle)?;
        Some(self.waiting.swap_remove(at).1)
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::prepare;

    const EMPTY: &[u8] =
        br#"{"has_updates":true,"feature_gates":[],"dynamic_configs":[],"layer_configs":[]}"#;

    #[test]
    fn a_handle_is_good_once_and_the_list_is_bounded() {
        let mut list = PreparedList::default();
        let first = list.keep(prepare(EMPTY).unwrap()).unwrap();
        assert!(first.starts_with(r#"{"handle":1,"summary":{"#), "{first}");
        assert!(list.take(2).is_none() && list.take(1).is_some() && list.take(1).is_none());
        let nothing = list.keep(prepare(br#"{"has_updates":false}"#).unwrap()).unwrap();
        assert!(nothing.starts_with(r#"{"handle":0,"#), "{nothing}");
        for _ in 0..MAX_PREPARED {
            list.keep(prepare(EMPTY).unwrap()).unwrap();
        }
        assert!(list.keep(prepare(EMPTY).unwrap()).is_err());
        assert!(list.take(2).is_some() && list.keep(prepare(EMPTY).unwrap()).is_ok());
        list.clear();
        assert!(list.take(3).is_none());
    }
}

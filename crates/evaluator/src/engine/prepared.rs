//! Payloads that are compiled and wait to serve: handed in on whichever thread, taken by handle. And
//! those that are still being compiled, step by step.

use std::sync::Arc;

use crate::boundary::MAX_PREPARED;
use crate::compile::preparation::Preparation;
use crate::compile::PreparedSpecs;
use crate::store::Store;

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

/// Payloads that are being prepared, by numbers.
#[derive(Debug, Default)]
pub struct PreparingList {
    going: Vec<(u32, Preparation<'static>)>,
    last_number: u32,
}

impl PreparingList {
    /// Begins with a payload; its number.
    ///
    /// # Errors
    /// When too many are being prepared.
    pub fn begin(
        &mut self,
        bytes: Vec<u8>,
        before: Option<Arc<Store>>,
    ) -> Result<u32, &'static str> {
        if self.going.len() >= MAX_PREPARED {
            return Err("too many payloads are being prepared");
        }
        self.last_number = self.last_number.wrapping_add(1).max(1);
        self.going.push((self.last_number, Preparation::new(bytes.into(), before)));
        Ok(self.last_number)
    }

    /// Goes on with it, see `Preparation::step`.
    ///
    /// # Errors
    /// Why the payload is refused; it is forgotten then, as when it is given.
    pub fn step(&mut self, number: u32, effort: usize) -> Result<Option<PreparedSpecs>, String> {
        let at = self.going.iter().position(|(known, _)| *known == number);
        let at = at.ok_or("no such payload is being prepared")?;
        let stepped = self.going[at].1.step(effort).map_err(|error| error.to_string());
        if !matches!(stepped, Ok(None)) {
            self.going.swap_remove(at);
        }
        stepped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::preparation::prepare;

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

    #[test]
    fn payloads_are_prepared_step_by_step_beside_each_other() {
        let mut list = PreparingList::default();
        let numbers: Vec<u32> =
            (0..MAX_PREPARED).map(|_| list.begin(EMPTY.to_vec(), None).unwrap()).collect();
        assert!(list.begin(EMPTY.to_vec(), None).is_err());
        assert!(list.step(999, 1).is_err());
        for number in numbers {
            let (mut steps, mut given) = (0, None);
            while given.is_none() {
                given = list.step(number, 1).unwrap();
                steps += 1;
            }
            assert!(steps > 1 && given.unwrap().store.is_some());
            assert!(list.step(number, 1).is_err(), "it is given once");
        }
        let broken = list.begin(b"{\"has_updates\":true,".to_vec(), None).unwrap();
        assert!(list.step(broken, usize::MAX).is_err());
        assert!(list.going.is_empty());
    }
}

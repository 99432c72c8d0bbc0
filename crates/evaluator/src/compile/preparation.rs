//! Preparing a payload step by step, for whoever has something else to do in between.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::{summary, Compiler, PreparedSpecs};
use crate::js_semantics::{document_text, DocumentReader};
use crate::store::Store;
use crate::wire::{payload_reader, Payload, PayloadError};

/// Parses and compiles a payload. Pure; the cost is a few ms per 100 KB, so call it off the event
/// loop.
///
/// # Errors When it is not JSON, or one of the three lists of specs is missing. A malformed spec is
/// no error: it answers Unsupported and is named in a warning.
pub fn prepare(bytes: &[u8]) -> Result<PreparedSpecs, PayloadError> {
    prepare_update(bytes, None)
}

/// As [`prepare`], but what the payload has in common with one that was compiled before is taken
/// over from there.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_update(
    bytes: &[u8],
    before: Option<Arc<Store>>,
) -> Result<PreparedSpecs, PayloadError> {
    let mut preparation = Preparation::new(bytes.into(), before);
    loop {
        if let Some(prepared) = preparation.step(usize::MAX)? {
            return Ok(prepared);
        }
    }
}

/// Bytes that are checked in the time in which one is compiled.
const CHECKED_PER_COMPILED: usize = 8;

/// See the head of this file.
#[derive(Debug)]
pub struct Preparation<'a> {
    stage: Stage<'a>,
    before: Option<Arc<Store>>,
}

#[derive(Debug)]
enum Stage<'a> {
    Reading(Box<DocumentReader<'a>>),
    Compiling(Box<Compiler<'a>>),
    /// It was given, or refused.
    Over,
}

impl<'a> Preparation<'a> {
    /// `before`: specs that the payload may have something in common with.
    pub fn new(bytes: Cow<'a, [u8]>, before: Option<Arc<Store>>) -> Preparation<'a> {
        let origin = before.as_ref().and_then(|store| store.origin.as_ref());
        let known = origin.map(|origin| origin.marks.clone()).unwrap_or_default();
        let reader = payload_reader(document_text(bytes), known);
        Preparation { stage: Stage::Reading(Box::new(reader)), before }
    }

    /// Goes on for about as long as compiling `effort` bytes takes. None: there is more to do.
    ///
    /// # Errors
    /// As [`prepare`], and when it was over before.
    pub fn step(&mut self, effort: usize) -> Result<Option<PreparedSpecs>, PayloadError> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Reading(reader) => self.read(reader, effort),
            Stage::Compiling(compiler) => self.compile(compiler, effort),
            Stage::Over => Err(PayloadError::NotJson),
        }
    }

    fn read(
        &mut self,
        mut reader: Box<DocumentReader<'a>>,
        effort: usize,
    ) -> Result<Option<PreparedSpecs>, PayloadError> {
        let end = reader.position().saturating_add(effort.saturating_mul(CHECKED_PER_COMPILED));
        while reader.position() < end {
            if reader.step()? {
                return self.begin(Payload::of(reader.finish()));
            }
        }
        self.stage = Stage::Reading(reader);
        Ok(None)
    }

    fn begin(&mut self, payload: Payload<'a>) -> Result<Option<PreparedSpecs>, PayloadError> {
        if !payload.get("has_updates").is_truthy() {
            let summary = summary::no_updates(&payload);
            return Ok(Some(PreparedSpecs { store: None, summary }));
        }
        payload.check_conditions()?;
        let payload = Rc::new(payload);
        let resumed = self.before.take().and_then(|store| Compiler::resumed(&payload, &store));
        let compiler = match resumed {
            Some(compiler) => compiler,
            None => Compiler::whole(payload)?,
        };
        self.stage = Stage::Compiling(Box::new(compiler));
        Ok(None)
    }

    fn compile(
        &mut self,
        mut compiler: Box<Compiler<'a>>,
        effort: usize,
    ) -> Result<Option<PreparedSpecs>, PayloadError> {
        let mut done = 0;
        while done < effort {
            match compiler.compile_next() {
                Some(bytes) => done += bytes,
                None if compiler.is_in_doubt() => {
                    // What was taken over is no help then.
                    let whole = Compiler::whole(compiler.payload.clone())?;
                    self.stage = Stage::Compiling(Box::new(whole));
                    return Ok(None);
                }
                None => return Ok(Some(compiler.end())),
            }
        }
        self.stage = Stage::Compiling(compiler);
        Ok(None)
    }
}

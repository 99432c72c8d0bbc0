//! The engine as all entries share it: panics stop here.

use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use statsig_evaluator::Engine;

use crate::inputs::Inputs;
use crate::tasks::{Inbox, OwedBatches};

/// One engine. Used by one thread only; what tasks finish elsewhere arrives through the inbox.
#[derive(Default)]
pub struct Shared {
    /// The engine itself.
    engine: RefCell<Engine>,
    /// What tasks have finished.
    pub inbox: Arc<Inbox>,
    /// Bytes on their way to the pool.
    pub inputs: Inputs,
    /// Batches that the pool has.
    pub owed: OwedBatches,
    /// Disposed or poisoned: nothing answers any more.
    dead: Cell<bool>,
    /// A call panicked.
    poisoned: Cell<bool>,
}

impl Shared {
    /// Runs a call. `otherwise` is the answer of a dead engine, and of a call that panics.
    #[inline]
    pub fn call<R>(&self, otherwise: R, work: impl FnOnce(&mut Engine) -> R) -> R {
        if self.dead.get() {
            return otherwise;
        }
        // Entries do not nest, because no entry calls JavaScript.
        let Ok(mut engine) = self.engine.try_borrow_mut() else { return otherwise };
        for list in self.inbox.take_lists() {
            engine.finish_id_list(list);
        }
        match catch_unwind(AssertUnwindSafe(|| work(&mut engine))) {
            Ok(answer) => answer,
            Err(_) => {
                self.dead.set(true);
                self.poisoned.set(true);
                otherwise
            }
        }
    }

    /// As `call`, and also after a panic: for what saves pending events and ID lists. The engine
    /// may hold anything then, so the caller must expect nonsense; another panic gives `otherwise`
    /// again.
    pub fn salvage<R>(&self, otherwise: R, work: impl FnOnce(&mut Engine) -> R) -> R {
        if !self.poisoned.get() {
            return self.call(otherwise, work);
        }
        let Ok(mut engine) = self.engine.try_borrow_mut() else { return otherwise };
        catch_unwind(AssertUnwindSafe(|| work(&mut engine))).unwrap_or(otherwise)
    }

    /// Runs a call that records an event. A poisoned engine answers true, so that the caller looks
    /// why.
    #[inline]
    pub fn record(&self, work: impl FnOnce(&mut Engine) -> bool) -> bool {
        self.call(None, |engine| Some(work(engine))).unwrap_or_else(|| self.is_poisoned())
    }

    /// A call panicked.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned.get()
    }

    /// Why nothing answers any more.
    pub fn death(&self) -> &'static str {
        if self.is_poisoned() {
            "the native evaluator panicked"
        } else {
            "the engine was disposed"
        }
    }

    /// Frees the memory now; later calls answer nothing.
    pub fn dispose(&self) {
        self.dead.set(true);
        self.inbox.clear();
        self.inputs.clear();
        self.engine.replace(Engine::new());
    }
}

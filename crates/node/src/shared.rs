//! The engine as all entries share it: panics stop here.

use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use statsig_evaluator::Engine;

use crate::tasks::Inbox;

/// One engine. Used by one thread only; what tasks finish elsewhere arrives through the inbox.
#[derive(Default)]
pub struct Shared {
    engine: RefCell<Engine>,
    pub inbox: Arc<Inbox>,
    /// Disposed or poisoned: nothing answers any more.
    dead: Cell<bool>,
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

    /// A call panicked.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned.get()
    }

    /// Frees the memory now; later calls answer nothing.
    pub fn dispose(&self) {
        self.dead.set(true);
        self.inbox.clear();
        self.engine.replace(Engine::new());
    }
}

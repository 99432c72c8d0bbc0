//! The class.

use std::rc::Rc;

use napi::bindgen_prelude::{AsyncTask, Either3, Env, Null, Result, This, Uint8Array};
use napi_derive::napi;
use statsig_evaluator::boundary::{eval_code, question};
use statsig_evaluator::{ClientInitialize, Engine};

use crate::hot;
use crate::inflate::Encoding;
use crate::one_of_each::{known, PayloadText};
use crate::raw::define;
use crate::shared::Shared;
use crate::tasks::{
    DropTask, EncodeTask, EncodedBatch, Form, IdListTask, InflateTask, PrepareTask,
};

/// See the crate documentation.
#[napi]
pub struct NativeEngine {
    /// What the functions of `hot` have, too.
    shared: Rc<Shared>,
}

#[napi]
impl NativeEngine {
    /// An engine without specs and users, with the functions of `hot` as its own properties.
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new(env: Env, this: This) -> Result<NativeEngine> {
        let shared = Rc::new(Shared::default());
        define(&env, &this, &shared, &hot::FUNCTIONS)?;
        Ok(NativeEngine { shared })
    }

    /// Version of the evaluator.
    #[napi]
    pub fn version(&self) -> &'static str {
        Engine::version()
    }

    /// See `Engine::ask` of the evaluator. Why a dead engine is dead is its last error.
    #[napi]
    pub fn ask(&self, asked: u32, number: u32, text: String) -> Option<String> {
        let dead = (asked == question::LAST_ERROR).then(|| self.shared.death().into());
        self.shared.call(dead, |engine| engine.ask(asked, number, &text))
    }

    /// See `Engine::tell` of the evaluator.
    #[napi]
    pub fn tell(&self, statement: u32, text: String) {
        self.shared.call((), |engine| engine.tell(statement, &text));
    }

    /// Panics inside, so that tests can see a dead engine replaced. Not reachable from the SDK's
    /// API.
    #[napi]
    #[allow(clippy::panic)]
    pub fn break_for_tests(&self) {
        self.shared.call((), |_| panic!("asked for by a test"));
    }

    /// Spec source and spec times.
    #[napi]
    pub fn set_details(&self, reason: String, config_sync_time_ms: f64, init_time_ms: f64) {
        self.shared
            .call((), |engine| engine.set_details(&reason, config_sync_time_ms, init_time_ms));
    }

    /// Makes room for bytes; the number of the input, 0 when there is no room.
    #[napi]
    pub fn open_input(&self, length: f64) -> u32 {
        self.shared.inputs.open(length)
    }

    /// Drops an input.
    #[napi]
    pub fn close_input(&self, input: u32) {
        drop(self.shared.inputs.take(input));
    }

    /// Parses and compiles the payload of an input on the pool. Resolves to JSON of `PreparedSpecs`.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn prepare_specs(&self, input: u32) -> AsyncTask<PrepareTask> {
        AsyncTask::new(PrepareTask {
            payload: self.shared.inputs.take(input).map(PayloadText::Plain),
            before: self.shared.call(None, |engine| engine.specs()),
            inbox: self.shared.inbox.clone(),
        })
    }

    /// Inflates the body of an input on the pool, by the number of its encoding. `prepare_inflated`
    /// or `drop_inflated` takes the content; null: it is not for us to say what is wrong.
    #[napi(ts_return_type = "Promise<number | null>")]
    pub fn inflate(&self, input: u32, encoding: u32, most: f64) -> AsyncTask<InflateTask> {
        AsyncTask::new(InflateTask {
            input,
            packed: self.shared.inputs.take(input),
            encoding: Encoding::from_number(encoding),
            most: most as usize,
            inbox: self.shared.inbox.clone(),
        })
    }

    /// As `prepare_specs`, of what was inflated.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn prepare_inflated(&self, input: u32) -> AsyncTask<PrepareTask> {
        AsyncTask::new(PrepareTask {
            payload: self.shared.inbox.take_inflated(input),
            before: self.shared.call(None, |engine| engine.specs()),
            inbox: self.shared.inbox.clone(),
        })
    }

    /// As `prepare_specs`, at once, of what another engine prepared and holds, by the key that it was
    /// told; null: nobody holds it.
    #[napi]
    pub fn prepare_known(&self, key: String) -> Option<String> {
        known(&key).and_then(|specs| self.shared.inbox.add_specs(specs).ok())
    }

    /// Drops what was inflated, if it is still there.
    #[napi]
    pub fn drop_inflated(&self, env: Env, input: u32) -> Result<()> {
        if let Some(body) = self.shared.inbox.take_inflated(input) {
            env.spawn(DropTask { retired: Some(body) })?;
        }
        Ok(())
    }

    /// Swaps prepared specs in.
    #[napi]
    pub fn commit_specs(&self, env: Env, handle: u32) -> Result<()> {
        let Some(specs) = self.shared.inbox.take_specs(handle) else { return Ok(()) };
        let retired = self.shared.call(None, |engine| engine.commit(specs));
        if retired.is_some() {
            env.spawn(DropTask { retired })?;
        }
        Ok(())
    }

    /// Drops prepared specs.
    #[napi]
    pub fn discard_specs(&self, env: Env, handle: u32) -> Result<()> {
        if let Some(specs) = self.shared.inbox.take_specs(handle) {
            env.spawn(DropTask { retired: specs.store })?;
        }
        Ok(())
    }

    /// Index of a name.
    #[napi]
    pub fn spec_index(&self, kind_number: u32, name: String) -> i32 {
        self.shared.call(eval_code::TABLE_FULL, |engine| engine.index_of(kind_number, &name))
    }

    /// Until when the latest volatile answer holds.
    #[napi]
    pub fn holds_until(&self) -> f64 {
        self.shared.call(f64::NEG_INFINITY, |engine| engine.holds_until())
    }

    /// Interns JSON of `OutcomeRecord`.
    #[napi]
    pub fn intern_outcome(&self, json: String) -> i32 {
        self.shared.call(eval_code::FAILED, |engine| engine.intern_outcome(&json))
    }

    /// Number of events that wait, also in a poisoned engine.
    #[napi]
    pub fn pending_events(&self) -> u32 {
        self.shared.salvage(0, |engine| engine.pending_events() as u32)
    }

    /// Takes the oldest events and encodes them on the pool.
    #[napi(ts_return_type = "Promise<EncodedBatch>")]
    pub fn take_batch(
        &self,
        prefix: String,
        suffix: String,
        max_events: f64,
        gzip_level: u32,
    ) -> AsyncTask<EncodeTask> {
        let batch = self
            .shared
            .salvage(Default::default(), |engine| engine.take_batch(max_events as usize));
        AsyncTask::new(EncodeTask::new(
            batch,
            Form { prefix, suffix, gzip_level },
            &self.shared.owed,
        ))
    }

    /// The same on this thread; first what the pool has not given yet.
    #[napi]
    pub fn take_batch_now(
        &self,
        prefix: String,
        suffix: String,
        max_events: f64,
        gzip_level: u32,
    ) -> EncodedBatch {
        let form = Form { prefix, suffix, gzip_level };
        if let Some(owed) = self.shared.owed.take() {
            return form.write_owed(&owed);
        }
        form.write_now(
            &self
                .shared
                .salvage(Default::default(), |engine| engine.take_batch(max_events as usize)),
        )
    }

    /// Applies the lines of an input to a list on the pool.
    #[napi(ts_return_type = "Promise<boolean>")]
    pub fn update_id_list(&self, name: String, replace: bool, input: u32) -> AsyncTask<IdListTask> {
        let lines = self.shared.inputs.take(input);
        let update = lines.and_then(|lines| {
            let update =
                self.shared.call(None, |engine| Some(engine.start_id_list(&name, replace)));
            update.map(|update| (update, lines))
        });
        AsyncTask::new(IdListTask { update, inbox: self.shared.inbox.clone() })
    }

    /// Lines of a list; null when it is unknown.
    #[napi]
    pub fn export_id_list(&self, name: String) -> Option<Uint8Array> {
        self.shared.salvage(None, |engine| engine.export_id_list(&name)).map(Uint8Array::from)
    }

    /// The client-initialize response as bytes, a code, or null.
    #[napi]
    pub fn client_initialize(&self, slot: u32, json: String) -> Either3<Uint8Array, i32, Null> {
        match self.shared.call(ClientInitialize::Code(eval_code::FAILED), |engine| {
            engine.client_initialize(slot, &json)
        }) {
            ClientInitialize::Body(body) => Either3::A(body.into()),
            ClientInitialize::Code(code) => Either3::B(code),
            ClientInitialize::None => Either3::C(Null),
        }
    }

    /// JSON of `EngineStats`, also of a poisoned engine.
    #[napi]
    pub fn stats(&self) -> String {
        self.shared.salvage("{}".into(), |engine| engine.stats())
    }

    /// Frees the memory now.
    #[napi]
    pub fn dispose(&self) {
        self.shared.dispose();
    }
}

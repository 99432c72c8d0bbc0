//! The class.

use std::rc::Rc;

use napi::bindgen_prelude::{AsyncTask, Either3, Env, Null, Result, This, Uint8Array, Unknown};
use napi::{sys, JsValue};
use napi_derive::napi;
use statsig_evaluator::engine::eval_code;
use statsig_evaluator::{ClientInitialize, Engine, SpecKind, USER_CAPACITY};

use crate::arrays::with_elements;
use crate::hot;
use crate::shared::Shared;
use crate::tasks::{DropTask, EncodeTask, EncodedBatch, Form, IdListTask, PrepareTask};

/// See the crate documentation.
#[napi]
pub struct NativeEngine {
    shared: Rc<Shared>,
}

fn kind(number: u32) -> SpecKind {
    SpecKind::from_number(number).unwrap_or(SpecKind::Gate)
}

#[napi]
#[allow(missing_docs)] // The documentation is that of `Engine` in src/engine/engine.ts.
impl NativeEngine {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new(env: Env, this: This) -> Result<NativeEngine> {
        let shared = Rc::new(Shared::default());
        hot::define(&env, &this, &shared)?;
        Ok(NativeEngine { shared })
    }

    #[napi]
    pub fn version(&self) -> &'static str {
        Engine::version()
    }

    #[napi]
    pub fn user_capacity(&self) -> u32 {
        USER_CAPACITY
    }

    /// Panics inside, so that tests can see a dead engine replaced. Not reachable from the SDK's
    /// API.
    #[napi]
    #[allow(clippy::panic)]
    pub fn break_for_tests(&self) {
        self.shared.call((), |_| panic!("asked for by a test"));
    }

    #[napi]
    pub fn set_options(&self, json: String) {
        self.shared.call((), |engine| engine.set_options(&json));
    }

    #[napi]
    pub fn set_details(&self, reason: String, config_sync_time_ms: f64, init_time_ms: f64) {
        self.shared
            .call((), |engine| engine.set_details(&reason, config_sync_time_ms, init_time_ms));
    }

    #[napi]
    pub fn open_input(&self, length: f64) -> u32 {
        self.shared.inputs.open(length)
    }

    #[napi(ts_args_type = "input: number, piece: Uint8Array")]
    pub fn add_input(&self, env: Env, input: u32, piece: Unknown) -> bool {
        // SAFETY: live handles of this call, the kind is that of `u8`, and nothing calls
        // JavaScript.
        unsafe {
            with_elements(
                env.raw(),
                piece.value().value,
                sys::TypedarrayType::uint8_array,
                |piece| self.shared.inputs.add(input, piece),
            )
        }
    }

    #[napi]
    pub fn close_input(&self, input: u32) {
        drop(self.shared.inputs.take(input));
    }

    #[napi(ts_return_type = "Promise<string>")]
    pub fn prepare_specs(&self, input: u32) -> AsyncTask<PrepareTask> {
        AsyncTask::new(PrepareTask {
            payload: self.shared.inputs.take(input),
            inbox: self.shared.inbox.clone(),
        })
    }

    #[napi]
    pub fn commit_specs(&self, env: Env, handle: u32) -> Result<()> {
        let Some(specs) = self.shared.inbox.take_specs(handle) else { return Ok(()) };
        let retired = self.shared.call(None, |engine| engine.commit(specs));
        if retired.is_some() {
            env.spawn(DropTask { retired })?;
        }
        Ok(())
    }

    #[napi]
    pub fn discard_specs(&self, env: Env, handle: u32) -> Result<()> {
        if let Some(specs) = self.shared.inbox.take_specs(handle) {
            env.spawn(DropTask { retired: specs.store })?;
        }
        Ok(())
    }

    #[napi]
    pub fn reset(&self) {
        self.shared.call((), Engine::reset);
    }

    #[napi]
    pub fn spec_index(&self, kind_number: u32, name: String) -> i32 {
        self.shared.call(eval_code::TABLE_FULL, |engine| {
            engine.index_of(kind_number, &name).unwrap_or(eval_code::TABLE_FULL)
        })
    }

    #[napi]
    pub fn spec_names(&self, kind_number: u32, entity: String) -> String {
        self.shared.call("[]".into(), |engine| engine.spec_names(kind(kind_number), &entity))
    }

    #[napi]
    pub fn spec_info(&self, index: u32) -> Option<String> {
        self.shared.call(None, |engine| engine.spec_info(index))
    }

    #[napi]
    pub fn spec_content(&self, index: u32) -> Option<String> {
        self.shared.call(None, |engine| engine.spec_content(index))
    }

    #[napi]
    pub fn experiment_layer(&self, experiment: String) -> Option<String> {
        self.shared.call(None, |engine| engine.experiment_layer(&experiment).map(String::from))
    }

    #[napi]
    pub fn param_stores(&self) -> String {
        self.shared.call("{}".into(), |engine| engine.param_stores())
    }

    #[napi]
    pub fn holds_until(&self) -> f64 {
        self.shared.call(f64::NEG_INFINITY, |engine| engine.holds_until())
    }

    #[napi]
    pub fn outcome(&self, outcome: u32) -> String {
        self.shared.call("null".into(), |engine| engine.outcome(outcome))
    }

    #[napi]
    pub fn intern_outcome(&self, json: String) -> i32 {
        self.shared.call(eval_code::FAILED, |engine| engine.intern_outcome(&json))
    }

    #[napi]
    pub fn last_error(&self) -> String {
        let dead = if self.shared.is_poisoned() {
            "the native evaluator panicked"
        } else {
            "the engine was disposed"
        };
        self.shared.call(dead.into(), |engine| engine.last_error().into())
    }

    #[napi]
    pub fn pending_events(&self) -> u32 {
        self.shared.salvage(0, |engine| engine.pending_events() as u32)
    }

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

    #[napi]
    pub fn rotate_window(&self) {
        self.shared.call((), Engine::rotate_window);
    }

    #[napi]
    pub fn set_overrides(&self, json: String) {
        self.shared.call((), |engine| engine.set_overrides(&json));
    }

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

    #[napi]
    pub fn remove_id_list(&self, name: String) {
        self.shared.call((), |engine| engine.remove_id_list(&name));
    }

    #[napi]
    pub fn export_id_list(&self, name: String) -> Option<Uint8Array> {
        self.shared.salvage(None, |engine| engine.export_id_list(&name)).map(Uint8Array::from)
    }

    #[napi(ts_args_type = "table: Uint8Array")]
    pub fn set_ip_table(&self, env: Env, table: Unknown) {
        // SAFETY: as in `add_input`.
        unsafe {
            with_elements(
                env.raw(),
                table.value().value,
                sys::TypedarrayType::uint8_array,
                |table| self.shared.call((), |engine| engine.set_ip_table(table)),
            )
        }
    }

    #[napi(ts_args_type = "transitions: Float64Array")]
    pub fn set_time_zone(&self, env: Env, transitions: Unknown) {
        // SAFETY: as in `add_input`, with the kind of `f64`.
        unsafe {
            with_elements(
                env.raw(),
                transitions.value().value,
                sys::TypedarrayType::float64_array,
                |transitions| self.shared.call((), |engine| engine.set_time_zone(transitions)),
            )
        }
    }

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

    #[napi]
    pub fn stats(&self) -> String {
        self.shared.salvage("{}".into(), |engine| engine.stats())
    }

    #[napi]
    pub fn dispose(&self) {
        self.shared.dispose();
    }
}

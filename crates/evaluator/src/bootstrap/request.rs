//! What a call asks for.

use rustc_hash::FxHashSet;

use super::algorithm::Algorithm;
use crate::hashing::djb2;
use crate::js_semantics::{property, same_value_zero, to_string, JsValue};
use crate::store::{SpecBody, SpecKind, Store};

/// Shape of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// statsig-node's.
    Legacy,
    /// `v2`: exposures by key.
    Mapped,
    /// `init-v2`: short keys.
    Short,
}

/// Plain names to keep; None = all.
type Filter<'a> = Option<FxHashSet<&'a str>>;

/// The options of a call, read.
pub(super) struct Request<'a> {
    pub(super) algorithm: Algorithm,
    /// As it was given.
    pub(super) hash_used: &'a str,
    pub(super) now: f64,
    pub(super) random: f64,
    pub(super) include_local_overrides: bool,
    /// App of the client key; undefined = none, nothing is filtered by it.
    pub(super) app: &'a JsValue,
    /// Results of this response differ from those of a check: nothing may be shared with other
    /// calls.
    pub(super) for_app: bool,
    /// `{gates, configs}` of the client key; undefined = no filter.
    entities: &'a JsValue,
    overrides: &'a JsValue,
    pub(super) format: Format,
    pub(super) remove_id_type: bool,
    pub(super) remove_default_gates: bool,
    pub(super) previous_hash: Option<&'a str>,
    gates: Filter<'a>,
    configs: Filter<'a>,
    experiments: Filter<'a>,
    layers: Filter<'a>,
    param_stores: Filter<'a>,
}

impl<'a> Request<'a> {
    /// Reads the options.
    pub(super) fn read(
        options: &'a JsValue,
        store: &'a Store,
        uses_target_app: bool,
    ) -> Request<'a> {
        let hash_used = property(options, "hash").as_str().unwrap_or("djb2");
        let key = property(options, "clientKey").as_str();
        let meta = &store.meta;
        let hashed_key = key.map(|key| djb2(key).to_string());
        let by_hash = |map: &'a JsValue| {
            hashed_key.as_deref().map_or(&JsValue::Undefined, |key| property(map, key))
        };
        let app = match by_hash(&meta.hashed_sdk_keys_to_app_ids) {
            JsValue::Undefined | JsValue::Null => {
                key.map_or(&JsValue::Undefined, |key| property(&meta.sdk_keys_to_app_ids, key))
            }
            app => app,
        };
        Request {
            algorithm: Algorithm::from_name(hash_used),
            hash_used,
            now: property(options, "nowMs").as_number().unwrap_or(0.0),
            random: property(options, "random").as_number().unwrap_or(0.0),
            include_local_overrides: property(options, "includeLocalOverrides").is_truthy(),
            app: if app.is_nullish() { &JsValue::Undefined } else { app },
            for_app: uses_target_app && key.is_some_and(|key| !key.is_empty()),
            entities: by_hash(&meta.hashed_sdk_keys_to_entities),
            overrides: property(options, "overrides"),
            format: match property(options, "responseFormat").as_str() {
                Some("v2") => Format::Mapped,
                Some("init-v2") => Format::Short,
                _ => Format::Legacy,
            },
            remove_id_type: property(options, "removeIdType").is_truthy(),
            remove_default_gates: property(options, "removeDefaultValueGates").is_truthy(),
            previous_hash: property(options, "previousResponseHash").as_str(),
            gates: filter(options, "featureGateFilter"),
            configs: filter(options, "dynamicConfigFilter"),
            experiments: filter(options, "experimentFilter"),
            layers: filter(options, "layerFilter"),
            param_stores: filter(options, "paramStoreFilter"),
        }
    }

    /// The option override of a spec; undefined = none.
    pub(super) fn option(&self, kind: SpecKind, name: &str) -> &'a JsValue {
        let key = match kind {
            SpecKind::Gate => "featureGates",
            SpecKind::Config => "dynamicConfigs",
            SpecKind::Layer => "layers",
        };
        property(property(self.overrides, key), name)
    }

    /// Whether there is any.
    pub(super) fn has_options(&self) -> bool {
        !self.overrides.is_nullish()
    }

    /// Number of the shape that entries have.
    pub(super) fn shape(&self) -> usize {
        self.algorithm as usize * 2 + usize::from(self.remove_id_type)
    }

    /// Whether a parameter store is wanted.
    pub(super) fn keeps_param_store(&self, name: &str) -> bool {
        self.param_stores.as_ref().is_none_or(|names| names.contains(name))
    }

    /// The filter of a spec's entity (SERVER_CORE.md 7.1). Autotunes have none.
    fn is_wanted(&self, kind: SpecKind, name: &str, entity: Option<&str>) -> bool {
        let filter = match (kind, entity) {
            (SpecKind::Gate, _) => &self.gates,
            (SpecKind::Layer, _) => &self.layers,
            (SpecKind::Config, Some("dynamic_config")) => &self.configs,
            (SpecKind::Config, Some("autotune")) => &None,
            (SpecKind::Config, _) => &self.experiments,
        };
        filter.as_ref().is_none_or(|names| names.contains(name))
    }

    /// `includes` is true of everything.
    pub(super) fn includes_all(&self) -> bool {
        let filters = [&self.gates, &self.configs, &self.experiments, &self.layers];
        self.app.is_nullish()
            && self.entities.is_nullish()
            && filters.iter().all(|filter| filter.is_none())
    }

    /// Which of the public specs this client gets (BEHAVIOUR.md 6.1).
    pub(super) fn includes(&self, kind: SpecKind, name: &str, body: &SpecBody) -> bool {
        // Contextual autotunes count as experiments, others are not filtered.
        let entity = body.entity.as_deref().filter(|_| body.autotune.is_none());
        if !self.is_wanted(kind, name, entity) {
            return false;
        }
        let listed = match kind {
            SpecKind::Gate => self.is_listed("gates", name),
            SpecKind::Config => self.is_listed("configs", name),
            SpecKind::Layer => true,
        };
        listed && (self.app.is_nullish() || includes(&body.target_app_ids, self.app))
    }

    fn is_listed(&self, key: &str, name: &str) -> bool {
        self.entities.is_nullish() || includes(property(self.entities, key), &JsValue::string(name))
    }
}

/// `list.includes(value)`, which lists and texts have; what is neither holds nothing.
fn includes(list: &JsValue, value: &JsValue) -> bool {
    match list {
        JsValue::String(text) => text.contains(&*to_string(value)),
        JsValue::Array(items) => items.iter().any(|item| same_value_zero(item, value)),
        _ => false,
    }
}

fn filter<'a>(options: &'a JsValue, key: &str) -> Filter<'a> {
    property(options, key)
        .as_array()
        .map(|names| names.iter().filter_map(JsValue::as_str).collect())
}

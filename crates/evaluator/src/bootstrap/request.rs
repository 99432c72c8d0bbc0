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
        let by_key = |map: &'a JsValue| key.map_or(&JsValue::Undefined, |key| property(map, key));
        let (hashed, plain) = (&meta.hashed_sdk_keys_to_app_ids, &meta.sdk_keys_to_app_ids);
        let app = if store.dialect.shows_answers() {
            // Of keys nothing is told: a client is of the payload's own app (NEWER.md 18).
            let otherwise = if key.is_some() { &store.app_id } else { &JsValue::Undefined };
            match (hashed.as_object(), plain.as_object()) {
                (Some(_), _) => by_hash(hashed),
                (None, Some(_)) => by_key(plain),
                (None, None) => otherwise,
            }
        } else {
            Some(by_hash(hashed)).filter(|app| !app.is_nullish()).unwrap_or_else(|| by_key(plain))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js_semantics::json::parse_str;

    #[test]
    fn lists_and_texts_include_and_nothing_else_does() {
        let holds = |list: &str, value: &str| {
            includes(&parse_str(list).unwrap(), &parse_str(value).unwrap())
        };
        assert!(holds(r#"["a",1]"#, "1") && !holds(r#"["a",1]"#, "\"1\""));
        assert!(holds("\"a1b\"", "1") && !holds("\"a1b\"", "\"ab\""));
        assert!(!holds("{\"a\":1}", "\"a\"") && !holds("null", "null"));
    }

    #[test]
    fn filters_are_by_entity_and_autotunes_have_none() {
        let store = Store::default();
        let options = parse_str(
            r#"{"featureGateFilter":["g",7],"dynamicConfigFilter":["c"],"experimentFilter":[],
                "layerFilter":["l"],"paramStoreFilter":["p"]}"#,
        )
        .unwrap();
        let request = Request::read(&options, &store, true);
        for (kind, name, entity, wanted) in [
            (SpecKind::Gate, "g", None, true),
            (SpecKind::Gate, "7", None, false),
            (SpecKind::Config, "c", Some("dynamic_config"), true),
            (SpecKind::Config, "c", Some("experiment"), false),
            (SpecKind::Config, "c", None, false),
            (SpecKind::Config, "any", Some("autotune"), true),
            (SpecKind::Layer, "l", None, true),
            (SpecKind::Layer, "g", None, false),
        ] {
            assert_eq!(request.is_wanted(kind, name, entity), wanted, "{kind:?} {name} {entity:?}");
        }
        assert!(request.keeps_param_store("p") && !request.keeps_param_store("q"));
        assert!(!request.includes_all() && !request.has_options() && !request.for_app);
    }

    #[test]
    fn options_are_read_and_have_defaults() {
        let store = Store::default();
        let nothing = JsValue::Undefined;
        let plain = Request::read(&nothing, &store, true);
        assert_eq!((plain.algorithm, plain.hash_used), (Algorithm::Djb2, "djb2"));
        assert_eq!((plain.format, plain.shape()), (Format::Legacy, 0));
        assert!(plain.includes_all() && plain.keeps_param_store("any"));
        let options = parse_str(
            r#"{"hash":"sha256","responseFormat":"init-v2","removeIdType":1,"clientKey":"k",
                "overrides":{"layers":{"l":5}},"nowMs":9,"includeLocalOverrides":true}"#,
        )
        .unwrap();
        let request = Request::read(&options, &store, true);
        assert_eq!((request.algorithm, request.format), (Algorithm::Sha256, Format::Short));
        assert_eq!(request.shape(), Algorithm::Sha256 as usize * 2 + 1);
        assert!(request.for_app && request.include_local_overrides && request.has_options());
        assert!(!Request::read(&options, &store, false).for_app);
        let own = |kind, name| request.option(kind, name).as_number();
        assert_eq!((own(SpecKind::Layer, "l"), own(SpecKind::Gate, "l")), (Some(5.0), None));
    }
}

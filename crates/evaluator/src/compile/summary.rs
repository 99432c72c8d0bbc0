//! `SpecsSummary` of `engine.ts`, as JSON.

use super::Uses;
use crate::js_semantics::{stringify, write, write_string, JsValue};
use crate::store::Store;
use crate::wire::{Format, Payload};

/// Summary of a payload without updates.
pub(super) fn no_updates(payload: &Payload<'_>) -> String {
    let mut out = String::from("{\"hasUpdates\":false");
    head(payload, &mut out);
    out.push_str(",\"gates\":0,\"configs\":0,\"layers\":0");
    tail(payload, &Uses::default(), &[], &mut out);
    out
}

/// Summary of a compiled payload.
pub(super) fn summary(payload: &Payload<'_>, store: &Store, uses: &Uses, warnings: &[String]) -> String {
    let mut out = String::from("{\"hasUpdates\":true");
    head(payload, &mut out);
    let [gates, configs, layers] = [0, 1, 2].map(|kind: usize| store.order[kind].len());
    out.push_str(&format!(",\"gates\":{gates},\"configs\":{configs},\"layers\":{layers}"));
    tail(payload, uses, warnings, &mut out);
    out
}

fn head(payload: &Payload<'_>, out: &mut String) {
    match payload.get("time") {
        JsValue::Null => out.push_str(",\"time\":null"),
        time @ JsValue::Number(_) => {
            out.push_str(",\"time\":");
            write(time, out);
        }
        _ => {}
    }
    out.push_str(if payload.format == Format::V1 { ",\"format\":1" } else { ",\"format\":2" });
    out.push_str(",\"hashedSdkKeyUsed\":");
    text_or_null(payload.get("hashed_sdk_key_used"), out);
}

fn tail(payload: &Payload<'_>, uses: &Uses, warnings: &[String], out: &mut String) {
    out.push_str(",\"defaultEnvironment\":");
    text_or_null(payload.get("default_environment"), out);
    out.push_str(",\"diagnostics\":");
    out.push_str(&object_or(payload.get("diagnostics"), "null"));
    out.push_str(",\"sdkFlags\":");
    out.push_str(&object_or(payload.get("sdk_flags"), "{}"));
    out.push_str(",\"sdkConfigs\":");
    out.push_str(&object_or(payload.get("sdk_configs"), "{}"));
    out.push_str(&format!(
        ",\"usesTimeZone\":{},\"usesIpTable\":{},\"usesUserAgent\":{},\"usesIdLists\":{},\"warnings\":[",
        uses.time_zone, uses.ip_table, uses.user_agent, uses.id_lists
    ));
    for (i, warning) in warnings.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_string(warning, out);
    }
    out.push_str("]}");
}

fn text_or_null(value: &JsValue, out: &mut String) {
    match value.as_str() {
        Some(text) => write_string(text, out),
        None => out.push_str("null"),
    }
}

fn object_or(value: &JsValue, otherwise: &str) -> String {
    if value.as_object().is_some() {
        stringify(value)
    } else {
        otherwise.into()
    }
}

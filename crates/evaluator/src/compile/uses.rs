//! What specs need from outside.

use serde::Serialize;

/// See the head of this file.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Uses {
    #[serde(rename = "usesTimeZone")]
    pub(crate) time_zone: bool,
    #[serde(rename = "usesIpTable")]
    pub(crate) ip_table: bool,
    #[serde(rename = "usesUserAgent")]
    pub(crate) user_agent: bool,
    #[serde(rename = "usesIdLists")]
    pub(crate) id_lists: bool,
}

//! Lookup tables that are handed in.

pub mod ip;

pub use ip::IpTable;

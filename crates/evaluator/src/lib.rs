//! See the module list of the finished crate.
#![forbid(unsafe_code)]

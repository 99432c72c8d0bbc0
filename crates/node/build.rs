//! Link settings of an N-API addon.
fn main() {
    napi_build::setup();
}

//! Generated from `wit/`.
#![expect(
    missing_docs,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::semicolon_if_nothing_returned,
    clippy::uninlined_format_args,
    clippy::needless_pass_by_value,
    reason = "generated"
)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "engine",
    imports: { default: trappable },
});

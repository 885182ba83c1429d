//! Generated from `wit/`.
#![expect(missing_docs, reason = "generated; the reference text is in `wit/`")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "engine",
    imports: { default: trappable },
    with: {
        "ramekin:function/database.transaction": crate::database::Transaction,
        "ramekin:function/text.decoder": ramekin_support::text::Decoder,
        "ramekin:function/web-socket.socket": crate::web_socket::Socket,
    },
});

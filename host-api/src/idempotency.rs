//! `idempotency`: keys that can be claimed once, through the port [`crate::ports::database`].

use crate::Host;
use crate::bindings::ramekin::function::database::{Error, Role};
use crate::bindings::ramekin::function::idempotency;
use crate::database::error;
use crate::ports::database::Claim;
use crate::state::CallState;
use ramekin_model::limits;
use wasmtime::component::Accessor;

impl idempotency::Host for CallState {}

impl<T: Send> idempotency::HostWithStore<T> for Host {
    async fn claim(
        accessor: &Accessor<T, Self>,
        key: String,
        scope: String,
        ttl_seconds: Option<u64>,
    ) -> wasmtime::Result<Result<bool, Error>> {
        for (what, text) in [("key", &key), ("scope", &scope)] {
            // Counted only as far as it matters.
            let length = text.chars().take(limits::MAX_IDEMPOTENCY_KEY + 1).count();
            if length == 0 || length > limits::MAX_IDEMPOTENCY_KEY {
                return Ok(Err(Error::Refused(format!(
                    "ctx.idempotency.claim(key): the {what} must have 1 to {} characters",
                    limits::MAX_IDEMPOTENCY_KEY
                ))));
            }
        }
        if ttl_seconds.is_some_and(|seconds| seconds == 0 || seconds > limits::MAX_IDEMPOTENCY_TTL) {
            return Ok(Err(Error::Refused(format!(
                "ctx.idempotency.claim(key): ttlSeconds must be from 1 to {}",
                limits::MAX_IDEMPOTENCY_TTL
            ))));
        }
        let ((port, session), connections) =
            accessor.with(|mut access| (access.get().session(Role::Service), access.get().connections()));
        let _connection = match connections.await {
            Ok(connection) => connection,
            Err(error) => return Ok(Err(error)),
        };
        Ok(port.claim(session, Claim { scope, key, ttl_seconds }).await.map_err(error))
    }
}

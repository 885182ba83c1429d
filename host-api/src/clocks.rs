//! `clocks`: the wall clock, a monotonic clock that starts with the call, and sleeping.

use crate::Host;
use crate::bindings::ramekin::function::clocks;
use crate::state::CallState;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wasmtime::component::Accessor;

impl clocks::Host for CallState {
    fn wall_now(&mut self) -> wasmtime::Result<u64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
    }

    fn monotonic_now(&mut self) -> wasmtime::Result<u64> {
        Ok(u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}

impl<T: Send> clocks::HostWithStore<T> for Host {
    async fn sleep(_: &Accessor<T, Self>, nanoseconds: u64) -> wasmtime::Result<()> {
        tokio::time::sleep(Duration::from_nanos(nanoseconds)).await;
        Ok(())
    }
}

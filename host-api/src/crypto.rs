//! `crypto`: derivations of keys from passwords, private keys of RSA, and Brotli, on threads of their own.
//!
//! What one piece of work may cost is bounded ([`work::check`]), for nothing can stop it once it runs: whoever asked may be
//! gone by then, but the thread is not free. So only as many run at once as the machine has processors, few of them for one
//! call, and a call that ends takes what has not begun with it. The time a piece takes is charged to the call's fuel.

mod brotli;
mod rsa;
mod work;

use crate::Host;
use crate::bindings::ramekin::function::crypto::{self, Work};
use crate::state::CallState;
use ramekin_model::limits;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, Linker};

/// The threads of all calls.
#[derive(Clone)]
pub struct CryptoPool(Arc<Semaphore>);

impl CryptoPool {
    /// As many at once.
    pub fn new(threads: usize) -> Self {
        Self(Arc::new(Semaphore::new(threads.max(1))))
    }
}

/// The work of one call.
pub struct Crypto {
    pool: CryptoPool,
    fuel_per_ms: u64,
    /// Made at first use.
    turns: Option<Arc<Semaphore>>,
}

impl Crypto {
    /// None done yet. `fuel_per_ms` is the price of a millisecond.
    pub fn new(pool: CryptoPool, fuel_per_ms: u64) -> Self {
        Self { pool, fuel_per_ms, turns: None }
    }

    /// What waits for its turn within the call, then within the server. No result may have more bytes than the call.
    fn queue(&mut self, memory: usize) -> Queue {
        let turns = self.turns.get_or_insert_with(|| Arc::new(Semaphore::new(limits::MAX_PARALLEL_CRYPTO)));
        Queue { turns: Arc::clone(turns), pool: self.pool.clone(), memory }
    }

    fn price(&self, time: Duration) -> u64 {
        u64::try_from(time.as_micros()).unwrap_or(u64::MAX).saturating_mul(self.fuel_per_ms) / 1_000
    }
}

struct Queue {
    turns: Arc<Semaphore>,
    pool: CryptoPool,
    memory: usize,
}

/// Held by the thread, so that it counts for as long as it is busy, whoever waits.
struct Turn {
    _call: Option<OwnedSemaphorePermit>,
    _pool: Option<OwnedSemaphorePermit>,
}

impl Queue {
    /// The result, and how long it took without the waiting.
    async fn perform(self, work: Work) -> (Result<Vec<u8>, String>, Duration) {
        if let Err(text) = work::check(&work) {
            return (Err(text), Duration::ZERO);
        }
        let work = work::within_memory(work, self.memory);
        // Only closing a semaphore fails, and nobody closes these.
        let call = self.turns.acquire_owned().await.ok();
        let pool = self.pool.0.acquire_owned().await.ok();
        let turn = Turn { _call: call, _pool: pool };
        let thread = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let started = Instant::now();
            (work::perform(work), started.elapsed())
        });
        thread.await.unwrap_or_else(|_| (Err("the operation failed".into()), Duration::ZERO))
    }
}

/// Takes the price out of the call's fuel: out of fuel, it ends as it would if the sandbox had done the work.
fn charge(mut store: StoreContextMut<'_, CallState>, time: Duration) -> wasmtime::Result<()> {
    let price = store.data().crypto.price(time);
    let left = store.get_fuel()?;
    store.set_fuel(left.saturating_sub(price))
}

impl CallState {
    fn queue(&mut self) -> Queue {
        self.crypto.queue(self.limiter.max())
    }
}

impl crypto::Host for CallState {}

impl crypto::HostWithStore<CallState> for Host {
    async fn run(accessor: &Accessor<CallState, Self>, work: Work) -> wasmtime::Result<Result<Vec<u8>, String>> {
        let queue = accessor.with(|mut access| access.get().queue());
        let (result, time) = queue.perform(work).await;
        accessor.with(|mut access| charge(wasmtime::AsContextMut::as_context_mut(&mut access), time))?;
        Ok(result)
    }
}

/// `crypto-now`. Not generated: charging takes the store.
pub fn add_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    let mut interface = linker.instance("ramekin:function/crypto-now@0.1.0")?;
    interface.func_wrap_async("run", |mut store: StoreContextMut<'_, CallState>, (work,): (Work,)| {
        Box::new(async move {
            let queue = store.data_mut().queue();
            let (result, time) = queue.perform(work).await;
            charge(store, time)?;
            Ok((result,))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::work::tests::pbkdf2;
    use super::*;
    use crate::bindings::ramekin::function::crypto::{Brotli, BrotliDecompress};
    use futures::FutureExt as _;

    const MEMORY: usize = 1 << 20;

    fn crypto(threads: usize) -> Crypto {
        Crypto::new(CryptoPool::new(threads), 1_000)
    }

    #[tokio::test]
    async fn a_call_has_so_many_turns_and_further_work_waits() {
        let mut crypto = crypto(100);
        let turns = crypto.queue(MEMORY).turns;
        let all = Arc::clone(&turns).acquire_many_owned(u32::try_from(limits::MAX_PARALLEL_CRYPTO).unwrap()).await;
        assert!(crypto.queue(MEMORY).perform(pbkdf2(1, 32)).now_or_never().is_none(), "one past");
        drop(all);
        let one_left = turns.acquire_many(u32::try_from(limits::MAX_PARALLEL_CRYPTO - 1).unwrap()).await.unwrap();
        assert!(crypto.queue(MEMORY).perform(pbkdf2(1, 32)).await.0.is_ok());
        drop(one_left);
    }

    #[tokio::test]
    async fn calls_share_the_threads() {
        let pool = CryptoPool::new(1);
        let (mut one, mut other) = (Crypto::new(pool.clone(), 1), Crypto::new(pool.clone(), 1));
        let busy = Arc::clone(&pool.0).acquire_owned().await.unwrap();
        let mut waiting = Box::pin(one.queue(MEMORY).perform(pbkdf2(1, 32)));
        assert!(waiting.as_mut().now_or_never().is_none());
        // A call that ends before its turn gives its place up.
        drop(waiting);
        drop(busy);
        assert!(other.queue(MEMORY).perform(pbkdf2(1, 32)).await.0.is_ok());
        assert_eq!(pool.0.available_permits(), 1);
    }

    #[tokio::test]
    async fn a_result_fits_into_the_memory_of_its_call() {
        let mut crypto = crypto(1);
        for (size, fits) in [(MEMORY, true), (MEMORY + 1, false)] {
            let work = Brotli { content: vec![0; size], quality: 1, log_window: 22, text: false };
            let content = crypto.queue(MEMORY).perform(Work::Brotli(work)).await.0.unwrap();
            let work = Work::BrotliDecompress(BrotliDecompress { content, most: u32::MAX, alone: true });
            assert_eq!(crypto.queue(MEMORY).perform(work).await.0.is_ok(), fits, "{size}");
        }
    }

    #[tokio::test]
    async fn what_is_refused_costs_nothing() {
        let (result, time) = crypto(1).queue(MEMORY).perform(pbkdf2(0, 32)).await;
        assert_eq!((result.is_err(), time), (true, Duration::ZERO));
        assert_eq!(crypto(1).price(Duration::from_millis(3)), 3_000);
        assert_eq!(crypto(1).price(Duration::from_micros(1_500)), 1_500);
    }
}

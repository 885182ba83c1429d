//! Runs many things, a few at a time.

use anyhow::Result;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

/// Things that run at once.
const AT_ONCE: usize = 3;

/// What each of the things comes to, in their order.
pub fn run<T, R, F>(things: Vec<T>, work: impl Fn(T) -> F + Send + Sync + 'static) -> Result<Vec<R>>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let done = Arc::new(Mutex::new(Vec::with_capacity(things.len())));
    let queue = Arc::new(Mutex::new(things.into_iter().enumerate()));
    let work = Arc::new(work);
    ramekin_tests::runtime()?.block_on(async {
        let workers = (0..AT_ONCE).map(|_| {
            let (queue, done, work) = (Arc::clone(&queue), Arc::clone(&done), Arc::clone(&work));
            tokio::spawn(async move {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, thing)) = next else { return };
                    let outcome = work(thing).await;
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((place, outcome));
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await?;
        }
        anyhow::Ok(())
    })?;
    let mut done = std::mem::take(&mut *done.lock().unwrap_or_else(PoisonError::into_inner));
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_things() {
        let doubled = super::run((0..50).collect(), |number: u64| async move {
            tokio::time::sleep(std::time::Duration::from_millis(50 - number)).await;
            number * 2
        });
        assert_eq!(doubled.unwrap(), (0..50).map(|number| number * 2).collect::<Vec<_>>());
    }
}

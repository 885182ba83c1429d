//! Records of calls on their way to the database: queued without waiting, written in batches off the request path. While
//! the database is away they wait here; what exceeds the queue is counted and dropped, for a call never waits for its log.

use crate::closing::{Close, Closing, closing};
use ramekin_model::InvocationRecord;
use ramekin_store::{Store, StoreError};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// Records that may wait.
const QUEUE: usize = 65_536;
/// Bytes of text that may wait: a record with console lines can have megabytes.
const QUEUE_BYTES: usize = 256 << 20;
/// Records written at once.
const BATCH: usize = 500;
/// How long a record waits for others.
const LINGER: Duration = Duration::from_millis(200);
/// How long one attempt to write may take. The database ends each statement by itself, but a connection that a network has
/// silently dropped answers nothing, and the operating system takes a quarter of an hour to give up on it.
const WRITE: Duration = Duration::from_mins(2);
/// Pauses between attempts while the database is away grow from the first to the second.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How long shutting down tries to write what is left.
const LAST_ATTEMPT: Duration = Duration::from_secs(10);
/// How long a reader of the log waits for what was queued before.
const FLUSH: Duration = Duration::from_secs(2);

/// Where records go. A trait, so that tests can take the database away.
pub trait Sink: Send + Sync + 'static {
    /// Writes all of them or none.
    fn write(&self, records: &[InvocationRecord]) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl Sink for Store {
    async fn write(&self, records: &[InvocationRecord]) -> Result<(), StoreError> {
        self.invocations().record(records).await
    }
}

/// Takes records.
pub struct Recorder {
    queue: mpsc::Sender<InvocationRecord>,
    flushes: mpsc::Sender<Flush>,
    counts: Arc<Counts>,
    written: Arc<Notify>,
}

/// Writes what a [`Recorder`] took.
pub struct Writer {
    task: JoinHandle<()>,
    close: Close,
}

/// Write what is queued, then answer.
type Flush = oneshot::Sender<()>;

#[derive(Default)]
struct Counts {
    queued: AtomicUsize,
    bytes: AtomicUsize,
    dropped: AtomicU64,
}

/// How the recorder does, for the health check and the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecorderState {
    /// Records that wait to be written.
    pub queued: usize,
    /// Records dropped since the start.
    pub dropped: u64,
}

impl Recorder {
    /// A recorder, and the task that writes.
    pub fn start(sink: impl Sink) -> (Arc<Self>, Writer) {
        let (queue, records) = mpsc::channel(QUEUE);
        let (flushes, orders) = mpsc::channel(64);
        let (close, closing) = closing();
        let counts = Arc::<Counts>::default();
        let written = Arc::<Notify>::default();
        let write = Write {
            sink,
            records,
            orders,
            counts: Arc::clone(&counts),
            written: Arc::clone(&written),
            batch: Vec::with_capacity(BATCH),
            closing,
        };
        let task = tokio::spawn(write.run());
        (Arc::new(Self { queue, flushes, counts, written }), Writer { task, close })
    }

    /// Takes a record. Never waits.
    pub fn record(&self, record: InvocationRecord) {
        let bytes = size(&record);
        let room = self.counts.bytes.fetch_add(bytes, Ordering::Relaxed) < QUEUE_BYTES;
        self.counts.queued.fetch_add(1, Ordering::Relaxed);
        if !room || self.queue.try_send(record).is_err() {
            self.counts.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.counts.queued.fetch_sub(1, Ordering::Relaxed);
            self.counts.lose(1, "the queue is full");
        }
    }

    /// Waits, but not long, until what was taken before is written: whoever reads the log wants the newest call in it.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.counts.queued.load(Ordering::Relaxed) > 0 && self.flushes.try_send(done).is_ok() {
            let _ = timeout(FLUSH, written).await;
        }
    }

    /// Told whenever records were written.
    pub fn written(&self) -> Arc<Notify> {
        Arc::clone(&self.written)
    }

    /// How it does.
    pub fn state(&self) -> RecorderState {
        RecorderState {
            queued: self.counts.queued.load(Ordering::Relaxed),
            dropped: self.counts.dropped.load(Ordering::Relaxed),
        }
    }
}

impl Counts {
    /// Warns at the first lost record and then each time their number has doubled: a log that is full of its own losses
    /// helps nobody.
    fn lose(&self, records: u64, why: &str) {
        let before = self.dropped.fetch_add(records, Ordering::Relaxed);
        let after = before + records;
        if before == 0 || before.ilog2() != after.ilog2() {
            tracing::warn!(recorder.dropped = after, "{after} records of calls were dropped so far: {why}");
        }
    }

    /// Says at the end how many were lost, for between two warnings their number may have grown.
    fn report(&self) {
        let dropped = self.dropped.load(Ordering::Relaxed);
        if dropped > 0 {
            tracing::error!(recorder.dropped = dropped, "{dropped} records of calls were dropped since the start");
        }
    }
}

/// Bytes of text in a record, roughly.
fn size(record: &InvocationRecord) -> usize {
    let console: usize = record.console.iter().map(|line| line.message.len() + 32).sum();
    let texts = [&record.user_id, &record.error, &record.stack].map(|text| text.as_ref().map_or(0, String::len));
    let acted = record.acted.as_ref().map_or(0, |acted| 256 + acted.by.user_agent.as_ref().map_or(0, String::len));
    256 + record.method.len() + record.path.len() + console + texts.iter().sum::<usize>() + acted
}

impl Writer {
    /// Writes what is left, for at most a few seconds.
    pub async fn close(self) {
        self.close.within(LAST_ATTEMPT);
        let _ = self.task.await;
    }
}

/// What the writer is told to do.
enum Order {
    Flush(Flush),
    Close,
}

/// Why the batch, or the rest of it, is not written.
enum Unwritten {
    /// The database does not take records now.
    Away(StoreError),
    /// The time of the shutdown is over.
    TimeIsUp,
}

struct Write<S> {
    sink: S,
    records: mpsc::Receiver<InvocationRecord>,
    orders: mpsc::Receiver<Flush>,
    counts: Arc<Counts>,
    written: Arc<Notify>,
    batch: Vec<InvocationRecord>,
    closing: Closing,
}

impl<S: Sink> Write<S> {
    async fn run(mut self) {
        loop {
            let order = tokio::select! {
                biased;
                _ = self.closing.ordered() => Some(Order::Close),
                Some(flush) = self.orders.recv() => Some(Order::Flush(flush)),
                received = self.records.recv_many(&mut self.batch, BATCH) => {
                    if received == 0 {
                        break;
                    }
                    self.gather().await
                }
            };
            match order {
                None => self.write_batch().await,
                Some(Order::Close) => {
                    while !self.batch.is_empty() || !self.records.is_empty() {
                        self.drain().await;
                    }
                    break;
                }
                Some(Order::Flush(flush)) => {
                    self.drain().await;
                    let _ = flush.send(());
                }
            }
        }
        self.counts.report();
    }

    /// Waits a little for more records. Returns early with an order.
    async fn gather(&mut self) -> Option<Order> {
        let until = Instant::now() + LINGER;
        while self.batch.len() < BATCH {
            let room = BATCH - self.batch.len();
            tokio::select! {
                biased;
                _ = self.closing.ordered() => return Some(Order::Close),
                Some(flush) = self.orders.recv() => return Some(Order::Flush(flush)),
                received = timeout_at(until, self.records.recv_many(&mut self.batch, room)) => match received {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                },
            }
        }
        None
    }

    /// Writes everything that is queued now, and nothing that comes meanwhile: where records come all the time there would be
    /// no end of it, in ever smaller batches.
    async fn drain(&mut self) {
        let mut left = self.batch.len() + self.records.len();
        while left > 0 {
            while self.batch.len() < BATCH.min(left)
                && let Ok(record) = self.records.try_recv()
            {
                self.batch.push(record);
            }
            left = left.saturating_sub(self.batch.len());
            if self.batch.is_empty() {
                return;
            }
            self.write_batch().await;
        }
    }

    /// Writes the batch, as often as it takes. What is not written when the time of a shutdown is over is dropped.
    async fn write_batch(&mut self) {
        let mut pause = BACKOFF.0;
        loop {
            match self.try_batch().await {
                Ok(()) => return,
                Err(Unwritten::TimeIsUp) => {
                    self.counts.lose(self.batch.len() as u64, "the database did not take them before the server ended");
                    self.settle(self.batch.len());
                    return;
                }
                Err(Unwritten::Away(error)) => {
                    if pause == BACKOFF.0 {
                        tracing::warn!(%error, "records of calls wait for the database: {error}");
                    }
                    self.pause(pause).await;
                    pause = (pause * 2).min(BACKOFF.1);
                }
            }
        }
    }

    async fn try_batch(&mut self) -> Result<(), Unwritten> {
        match self.attempt(self.batch.len()).await? {
            Ok(()) => self.settle(self.batch.len()),
            Err(refusal) => self.write_singly(&refusal).await?,
        }
        Ok(())
    }

    /// One record that the database refuses must not take the others with it.
    async fn write_singly(&mut self, error: &StoreError) -> Result<(), Unwritten> {
        tracing::error!(%error, "a batch of {} records of calls was refused and is written singly: {error}", self.batch.len());
        while let Some(id) = self.batch.first().map(|record| record.id) {
            if let Err(error) = self.attempt(1).await? {
                tracing::error!(invocation.id = %id, %error, "the record of call {id} was refused: {error}");
                self.counts.lose(1, "the database refused it");
            }
            self.settle(1);
        }
        Ok(())
    }

    /// Sends the first records of the batch. The inner error is the database's refusal of them.
    async fn attempt(&mut self, records: usize) -> Result<Result<(), StoreError>, Unwritten> {
        let write = self.sink.write(self.batch.get(..records).unwrap_or_default());
        let written = tokio::select! {
            biased;
            () = self.closing.over() => return Err(Unwritten::TimeIsUp),
            written = timeout(WRITE, write) => written,
        };
        match written {
            Ok(Ok(())) => {
                self.written.notify_one();
                Ok(Ok(()))
            }
            Ok(Err(error)) if error.is_refusal() => Ok(Err(error)),
            Ok(Err(error)) => Err(Unwritten::Away(error)),
            Err(_) => Err(Unwritten::Away(StoreError::Unavailable(format!("no answer within {WRITE:?}")))),
        }
    }

    /// The first records of the batch wait no more, whether they are written or lost.
    fn settle(&mut self, records: usize) {
        let bytes: usize = self.batch.drain(..records).map(|record| size(&record)).sum();
        self.counts.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.counts.queued.fetch_sub(records, Ordering::Relaxed);
    }

    /// Waits. Who asks for a flush meanwhile is not answered: the database is away.
    async fn pause(&mut self, pause: Duration) {
        let until = Instant::now() + pause;
        loop {
            tokio::select! {
                biased;
                () = self.closing.over() => return,
                () = sleep_until(until) => return,
                Some(_) = self.orders.recv() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;

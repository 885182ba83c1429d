//! Records of calls on their way to the database: queued without waiting, written in batches off the request path. While
//! the database is away they wait here; what exceeds the queue is counted and dropped, for a call never waits for its log.

use ramekin_model::InvocationRecord;
use ramekin_store::{Store, StoreError};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// Records that may wait.
const QUEUE: usize = 65_536;
/// Bytes of text that may wait: a record with console lines can have megabytes.
const QUEUE_BYTES: usize = 256 << 20;
/// Records written at once.
const BATCH: usize = 500;
/// How long a record waits for others.
const LINGER: Duration = Duration::from_millis(200);
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
    control: mpsc::Sender<Control>,
    counts: Arc<Counts>,
}

/// Writes what a [`Recorder`] took.
pub struct Writer {
    task: JoinHandle<()>,
    control: mpsc::Sender<Control>,
}

enum Control {
    /// Write what is queued, then answer.
    Flush(oneshot::Sender<()>),
    /// Write what is queued, then end.
    Close,
}

#[derive(Default)]
struct Counts {
    queued: AtomicUsize,
    bytes: AtomicUsize,
    dropped: AtomicU64,
}

/// How the recorder does, for the health check.
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
        let (control, orders) = mpsc::channel(64);
        let counts = Arc::<Counts>::default();
        let write = Write {
            sink,
            records,
            orders,
            counts: Arc::clone(&counts),
            batch: Vec::with_capacity(BATCH),
            closing: None,
        };
        let task = tokio::spawn(write.run());
        (Arc::new(Self { queue, control: control.clone(), counts }), Writer { task, control })
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
        if self.counts.queued.load(Ordering::Relaxed) > 0 && self.control.try_send(Control::Flush(done)).is_ok() {
            let _ = timeout(FLUSH, written).await;
        }
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
}

/// Bytes of text in a record, roughly.
fn size(record: &InvocationRecord) -> usize {
    let console: usize = record.console.iter().map(|line| line.message.len() + 32).sum();
    let error = record.error.as_ref().map_or(0, String::len) + record.stack.as_ref().map_or(0, String::len);
    256 + record.path.len() + console + error
}

impl Writer {
    /// Writes what is left, for at most a few seconds.
    pub async fn close(self) {
        let _ = self.control.send(Control::Close).await;
        let _ = self.task.await;
    }
}

struct Write<S> {
    sink: S,
    records: mpsc::Receiver<InvocationRecord>,
    orders: mpsc::Receiver<Control>,
    counts: Arc<Counts>,
    batch: Vec<InvocationRecord>,
    /// Set once the server shuts down: until when writing is tried.
    closing: Option<Instant>,
}

impl<S: Sink> Write<S> {
    async fn run(mut self) {
        while self.closing.is_none() {
            let order = tokio::select! {
                biased;
                order = self.orders.recv() => order,
                received = self.records.recv_many(&mut self.batch, BATCH) => {
                    if received == 0 {
                        return;
                    }
                    self.gather().await
                }
            };
            match order {
                None => self.write_batch().await,
                Some(Control::Close) => self.closing = Some(Instant::now() + LAST_ATTEMPT),
                Some(Control::Flush(done)) => {
                    self.drain().await;
                    let _ = done.send(());
                }
            }
        }
        self.drain().await;
    }

    /// Waits a little for more records. Returns early with an order.
    async fn gather(&mut self) -> Option<Control> {
        let until = Instant::now() + LINGER;
        while self.batch.len() < BATCH {
            let room = BATCH - self.batch.len();
            tokio::select! {
                biased;
                order = self.orders.recv() => return order,
                received = timeout_at(until, self.records.recv_many(&mut self.batch, room)) => match received {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                },
            }
        }
        None
    }

    /// Writes everything that is queued now.
    async fn drain(&mut self) {
        loop {
            while self.batch.len() < BATCH
                && let Ok(record) = self.records.try_recv()
            {
                self.batch.push(record);
            }
            if self.batch.is_empty() {
                return;
            }
            self.write_batch().await;
        }
    }

    /// Writes the batch, as often as it takes. What is not written when the time of a shutdown is over is dropped.
    async fn write_batch(&mut self) {
        let mut pause = BACKOFF.0;
        while !self.batch.is_empty() {
            match self.sink.write(&self.batch).await {
                Ok(()) => break,
                Err(error) if !error.is_unavailable() => {
                    self.write_singly(&error).await;
                    break;
                }
                Err(error) if self.closing.is_some_and(|until| Instant::now() >= until) => {
                    tracing::error!(%error, "{} records of calls could not be written: {error}", self.batch.len());
                    self.counts.lose(self.batch.len() as u64, "the database is not reachable");
                    break;
                }
                Err(error) => {
                    if pause == BACKOFF.0 {
                        tracing::warn!(%error, "records of calls wait for the database: {error}");
                    }
                    self.pause(pause).await;
                    pause = (pause * 2).min(BACKOFF.1);
                }
            }
        }
        let bytes: usize = self.batch.iter().map(size).sum();
        self.counts.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.counts.queued.fetch_sub(self.batch.len(), Ordering::Relaxed);
        self.batch.clear();
    }

    /// Waits, and hears of a shutdown meanwhile. Who asks for a flush now is not answered: the database is away.
    async fn pause(&mut self, pause: Duration) {
        let until = Instant::now() + pause;
        while let Ok(Some(order)) = timeout_at(until, self.orders.recv()).await {
            if matches!(order, Control::Close) {
                self.closing = Some(Instant::now() + LAST_ATTEMPT);
            }
        }
    }

    /// One record that the database refuses must not take the others with it.
    async fn write_singly(&mut self, error: &StoreError) {
        tracing::error!(%error, "a batch of {} records of calls was refused and is written singly: {error}", self.batch.len());
        for record in &self.batch {
            if let Err(error) = self.sink.write(std::slice::from_ref(record)).await {
                tracing::error!(invocation.id = %record.id, %error, "the record of call {} was refused: {error}", record.id);
                self.counts.lose(1, "the database refused it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use ramekin_model::{AppId, TriggerType};
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;
    use tokio::time::sleep;
    use uuid::Uuid;

    #[derive(Clone, Default)]
    struct Fake(Arc<Inner>);

    #[derive(Default)]
    struct Inner {
        away: AtomicBool,
        refused: Mutex<Vec<Uuid>>,
        written: Mutex<Vec<Uuid>>,
        batches: Mutex<Vec<usize>>,
    }

    impl Sink for Fake {
        async fn write(&self, records: &[InvocationRecord]) -> Result<(), StoreError> {
            if self.0.away.load(Ordering::SeqCst) {
                return Err(StoreError::Unavailable("gone".into()));
            }
            let refused = self.0.refused.lock().unwrap();
            if records.iter().any(|record| refused.contains(&record.id)) {
                return Err(StoreError::Statement { sqlstate: None, message: "no".into() });
            }
            self.0.batches.lock().unwrap().push(records.len());
            self.0.written.lock().unwrap().extend(records.iter().map(|record| record.id));
            Ok(())
        }
    }

    fn record(n: u128) -> InvocationRecord {
        InvocationRecord {
            id: Uuid::from_u128(n),
            function_id: Uuid::nil(),
            app_id: "app_000000000000".parse::<AppId>().unwrap(),
            user_id: None,
            method: "GET".into(),
            path: "/".into(),
            status_code: Some(200),
            request_bytes: 0,
            response_bytes: 0,
            duration_ms: 1,
            cpu_us: 1,
            memory_bytes: 1,
            error: None,
            stack: None,
            started_at: Utc::now(),
            console: Vec::new(),
            trigger: TriggerType::Http,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn writes_in_batches_and_everything_at_the_end() {
        let sink = Fake::default();
        let (recorder, writer) = Recorder::start(sink.clone());
        for n in 0..1_234 {
            recorder.record(record(n));
        }
        sleep(LINGER * 3).await;
        assert_eq!(sink.0.batches.lock().unwrap()[..], [500, 500, 234]);
        recorder.record(record(9_999));
        writer.close().await;
        assert_eq!(sink.0.written.lock().unwrap().len(), 1_235);
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 0 });
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_the_database_and_counts_what_does_not_fit() {
        let sink = Fake::default();
        sink.0.away.store(true, Ordering::SeqCst);
        let (recorder, writer) = Recorder::start(sink.clone());
        let total = QUEUE as u128 + BATCH as u128 + 10;
        for n in 0..total {
            recorder.record(record(n));
            if n == BATCH as u128 {
                sleep(LINGER).await;
            }
        }
        let dropped = recorder.state().dropped;
        assert!((1..=10 + BATCH as u64).contains(&dropped), "{dropped}");
        sleep(Duration::from_mins(10)).await;
        sink.0.away.store(false, Ordering::SeqCst);
        sleep(Duration::from_mins(1)).await;
        writer.close().await;
        assert_eq!(sink.0.written.lock().unwrap().len() as u64, total as u64 - dropped);
    }

    #[tokio::test(start_paused = true)]
    async fn closing_gives_up_on_a_database_that_stays_away() {
        let sink = Fake::default();
        sink.0.away.store(true, Ordering::SeqCst);
        let (recorder, writer) = Recorder::start(sink);
        recorder.record(record(1));
        let begun = Instant::now();
        writer.close().await;
        assert!(begun.elapsed() >= LAST_ATTEMPT && begun.elapsed() < LAST_ATTEMPT + BACKOFF.1 * 2);
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 1 });
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_record_does_not_take_the_others_with_it() {
        let sink = Fake::default();
        sink.0.refused.lock().unwrap().push(Uuid::from_u128(2));
        let (recorder, writer) = Recorder::start(sink.clone());
        for n in 1..=3 {
            recorder.record(record(n));
        }
        writer.close().await;
        assert_eq!(sink.0.written.lock().unwrap()[..], [Uuid::from_u128(1), Uuid::from_u128(3)]);
        assert_eq!(recorder.state().dropped, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flush_writes_what_is_queued_without_lingering() {
        let sink = Fake::default();
        let (recorder, writer) = Recorder::start(sink.clone());
        recorder.record(record(1));
        let begun = Instant::now();
        recorder.flush().await;
        assert!(begun.elapsed() < LINGER);
        assert_eq!(sink.0.written.lock().unwrap().len(), 1);
        writer.close().await;
    }

    #[tokio::test(start_paused = true)]
    async fn large_records_are_bounded_by_their_bytes() {
        let sink = Fake::default();
        sink.0.away.store(true, Ordering::SeqCst);
        let (recorder, writer) = Recorder::start(sink);
        for n in 0..40 {
            recorder.record(InvocationRecord { error: Some("x".repeat(8 << 20)), ..record(n) });
        }
        assert_eq!(recorder.state().queued, 32);
        writer.close().await;
        assert_eq!(recorder.state().dropped, 40);
    }
}

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
mod tests {
    use super::*;
    use chrono::Utc;
    use ramekin_model::{AppId, TriggerType};
    use std::future::pending;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;
    use tokio::time::sleep;
    use uuid::Uuid;

    #[derive(Clone, Default)]
    struct Fake(Arc<Inner>);

    #[derive(Default)]
    struct Inner {
        away: AtomicBool,
        /// Answers nothing.
        silent: AtomicBool,
        /// How long it takes to say that the database is away.
        away_takes: Mutex<Duration>,
        /// How long it takes to write.
        takes: Mutex<Duration>,
        /// Goes away after writing so many single records.
        away_after: Mutex<Option<usize>>,
        /// Answers everything with this state.
        state: Mutex<Option<&'static str>>,
        refused: Mutex<Vec<Uuid>>,
        written: Mutex<Vec<Uuid>>,
        batches: Mutex<Vec<usize>>,
    }

    impl Sink for Fake {
        async fn write(&self, records: &[InvocationRecord]) -> Result<(), StoreError> {
            if self.0.silent.load(Ordering::SeqCst) {
                pending::<()>().await;
            }
            if self.0.away.load(Ordering::SeqCst) {
                let takes = *self.0.away_takes.lock().unwrap();
                sleep(takes).await;
                return Err(StoreError::Unavailable("gone".into()));
            }
            let takes = *self.0.takes.lock().unwrap();
            sleep(takes).await;
            if let Some(state) = *self.0.state.lock().unwrap() {
                return Err(StoreError::Statement { sqlstate: Some(state.into()), message: "not now".into() });
            }
            let refused = self.0.refused.lock().unwrap();
            if records.iter().any(|record| refused.contains(&record.id)) {
                return Err(StoreError::Statement { sqlstate: None, message: "no".into() });
            }
            if let (1, Some(left)) = (records.len(), &mut *self.0.away_after.lock().unwrap()) {
                *left -= 1;
                self.0.away.store(*left == 0, Ordering::SeqCst);
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
            acted: None,
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
    async fn a_slow_database_holds_up_no_caller() {
        let sink = Fake::default();
        *sink.0.takes.lock().unwrap() = Duration::from_secs(5);
        let (recorder, writer) = Recorder::start(sink.clone());
        let mut longest = std::time::Duration::ZERO;
        let begun = Instant::now();
        for n in 0..20_000 {
            // Of the machine's own time, for the time of the test stands still while nobody waits for it.
            let called = std::time::Instant::now();
            recorder.record(record(n));
            longest = longest.max(called.elapsed());
            if n % 1_000 == 0 {
                sleep(Duration::from_millis(10)).await;
            }
        }
        assert_eq!(begun.elapsed(), Duration::from_millis(200), "no call waited");
        assert!(longest < Duration::from_secs(1), "{longest:?}");
        assert_eq!(recorder.state(), RecorderState { queued: 20_000, dropped: 0 });
        // 40 batches of 5 seconds.
        sleep(Duration::from_secs(201)).await;
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 0 });
        assert_eq!(sink.0.written.lock().unwrap().len(), 20_000);
        writer.close().await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_dropped_is_counted_to_the_record() {
        let sink = Fake::default();
        *sink.0.takes.lock().unwrap() = Duration::from_secs(5);
        let (recorder, writer) = Recorder::start(sink.clone());
        for n in 0..BATCH as u128 {
            recorder.record(record(n));
        }
        // The first batch is on its way, so all of the queue is free.
        sleep(LINGER * 2).await;
        for n in 0..QUEUE as u128 {
            recorder.record(record(1_000 + n));
        }
        assert_eq!(recorder.state(), RecorderState { queued: BATCH + QUEUE, dropped: 0 }, "on the limit");
        for n in 0..7 {
            recorder.record(record(1_000_000 + n));
        }
        assert_eq!(recorder.state(), RecorderState { queued: BATCH + QUEUE, dropped: 7 }, "past it");
        *sink.0.takes.lock().unwrap() = Duration::ZERO;
        sleep(Duration::from_mins(1)).await;
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 7 });
        assert_eq!(sink.0.written.lock().unwrap().len(), BATCH + QUEUE);
        writer.close().await;
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_follows_is_told_of_what_was_written() {
        let (recorder, writer) = Recorder::start(Fake::default());
        let written = recorder.written();
        recorder.record(record(1));
        timeout(LINGER * 2, written.notified()).await.unwrap();
        writer.close().await;
    }

    #[tokio::test(start_paused = true)]
    async fn closing_gives_up_on_a_database_that_stays_away() {
        let sink = Fake::default();
        sink.0.away.store(true, Ordering::SeqCst);
        let (recorder, writer) = Recorder::start(sink);
        recorder.record(record(1));
        let begun = Instant::now();
        writer.close().await;
        assert_eq!(begun.elapsed().as_secs(), LAST_ATTEMPT.as_secs());
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 1 });
    }

    #[tokio::test(start_paused = true)]
    async fn closing_takes_no_longer_for_a_full_queue() {
        let sink = Fake::default();
        sink.0.away.store(true, Ordering::SeqCst);
        *sink.0.away_takes.lock().unwrap() = Duration::from_secs(5);
        let (recorder, writer) = Recorder::start(sink);
        for n in 0..QUEUE as u128 {
            recorder.record(record(n));
        }
        let begun = Instant::now();
        writer.close().await;
        assert_eq!(begun.elapsed().as_secs(), LAST_ATTEMPT.as_secs());
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: QUEUE as u64 });
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_answers_nothing_does_not_hold_up_the_end() {
        let sink = Fake::default();
        sink.0.silent.store(true, Ordering::SeqCst);
        let (recorder, writer) = Recorder::start(sink);
        for n in 0..BATCH as u128 + 1 {
            recorder.record(record(n));
        }
        sleep(LINGER * 2).await;
        let begun = Instant::now();
        writer.close().await;
        assert_eq!(begun.elapsed().as_secs(), LAST_ATTEMPT.as_secs());
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: BATCH as u64 + 1 });
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_without_an_answer_is_made_again() {
        let sink = Fake::default();
        sink.0.silent.store(true, Ordering::SeqCst);
        let (recorder, writer) = Recorder::start(sink.clone());
        recorder.record(record(1));
        sleep(LINGER * 2).await;
        sink.0.silent.store(false, Ordering::SeqCst);
        sleep(WRITE - LINGER * 2).await;
        assert_eq!(recorder.state().queued, 1);
        sleep(LINGER * 2 + BACKOFF.0).await;
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 0 });
        writer.close().await;
        assert_eq!(sink.0.written.lock().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_for() {
        // Disk full; read-only after a failover.
        for state in ["53100", "25006"] {
            let sink = Fake::default();
            *sink.0.state.lock().unwrap() = Some(state);
            let (recorder, writer) = Recorder::start(sink.clone());
            for n in 0..3 {
                recorder.record(record(n));
            }
            sleep(Duration::from_mins(1)).await;
            assert_eq!(recorder.state(), RecorderState { queued: 3, dropped: 0 }, "{state}");
            *sink.0.state.lock().unwrap() = None;
            writer.close().await;
            assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 0 }, "{state}");
            assert_eq!(sink.0.written.lock().unwrap().len(), 3, "{state}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_goes_away_while_records_are_written_singly_loses_none() {
        let sink = Fake::default();
        sink.0.refused.lock().unwrap().push(Uuid::from_u128(8));
        *sink.0.away_after.lock().unwrap() = Some(3);
        let (recorder, writer) = Recorder::start(sink.clone());
        for n in 0..10 {
            recorder.record(record(n));
        }
        sleep(Duration::from_mins(1)).await;
        assert_eq!(recorder.state(), RecorderState { queued: 7, dropped: 0 });
        *sink.0.away_after.lock().unwrap() = None;
        sink.0.away.store(false, Ordering::SeqCst);
        sleep(BACKOFF.1 * 2).await;
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 1 });
        writer.close().await;
        let written: Vec<u128> = sink.0.written.lock().unwrap().iter().map(|id| id.as_u128()).collect();
        assert_eq!(written, [0, 1, 2, 3, 4, 5, 6, 7, 9]);
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
    async fn a_flush_waits_for_nothing_that_comes_after_it() {
        let sink = Fake::default();
        *sink.0.takes.lock().unwrap() = Duration::from_millis(5);
        let (recorder, writer) = Recorder::start(sink.clone());
        let calls = tokio::spawn({
            let recorder = Arc::clone(&recorder);
            async move {
                for n in 0..2_000 {
                    recorder.record(record(n));
                    sleep(Duration::from_millis(1)).await;
                }
            }
        });
        sleep(LINGER * 2).await;
        let begun = Instant::now();
        recorder.flush().await;
        assert!(begun.elapsed() < Duration::from_millis(50), "{:?}", begun.elapsed());
        // And then records go together again.
        let before = sink.0.batches.lock().unwrap().len();
        sleep(LINGER * 5).await;
        let after = sink.0.batches.lock().unwrap().len();
        assert!(after - before <= 6, "{} batches in a second", after - before);
        calls.await.unwrap();
        writer.close().await;
        assert_eq!(recorder.state(), RecorderState { queued: 0, dropped: 0 });
        assert_eq!(sink.0.written.lock().unwrap().len(), 2_000);
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

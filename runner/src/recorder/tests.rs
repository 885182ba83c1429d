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

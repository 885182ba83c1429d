//! Spans on their way to the collector: queued without waiting, sent in batches off the path of calls. What does not fit, and
//! what the collector does not take in time, is counted and dropped.

use super::collector::{Deliver, Undelivered};
use super::wire::Message as _;
use super::{span, wire};
use crate::closing::Closing;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// Takes spans that have ended.
pub struct Queue {
    spans: mpsc::Sender<span::Ended>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    waiting: AtomicUsize,
    sent: AtomicU64,
    full: AtomicU64,
    refused: AtomicU64,
}

/// What has become of spans since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpanCounts {
    /// They wait to be sent, or are being sent.
    pub waiting: usize,
    /// The collector has taken them.
    pub sent: u64,
    /// There was no room for them.
    pub full: u64,
    /// The collector has not taken them.
    pub refused: u64,
}

impl Queue {
    /// A queue for so many, and its end.
    pub(super) fn new(room: usize) -> (Arc<Self>, mpsc::Receiver<span::Ended>) {
        let (spans, taken) = mpsc::channel(room);
        (Arc::new(Self { spans, counts: Arc::default() }), taken)
    }

    /// Takes a span. Never waits.
    pub fn push(&self, span: span::Ended) {
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        if self.spans.try_send(span).is_err() {
            self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
            let before = self.counts.full.fetch_add(1, Ordering::Relaxed);
            warn(before, before + 1, "more spans end than the collector takes");
        }
    }

    /// How it does.
    pub fn counts(&self) -> SpanCounts {
        let Counts { waiting, sent, full, refused } = &*self.counts;
        SpanCounts {
            waiting: waiting.load(Ordering::Relaxed),
            sent: sent.load(Ordering::Relaxed),
            full: full.load(Ordering::Relaxed),
            refused: refused.load(Ordering::Relaxed),
        }
    }
}

/// At the first lost span, and then each time their number has doubled.
fn warn(before: u64, after: u64, why: &str) {
    if before == 0 || before.ilog2() != after.ilog2() {
        tracing::warn!(spans.dropped = after, "{after} spans of traces were dropped so far: {why}");
    }
}

/// Sends what a [`Queue`] has taken.
pub(super) struct Export<D> {
    pub collector: D,
    pub resource: wire::Resource,
    pub scope: wire::Scope,
    pub spans: mpsc::Receiver<span::Ended>,
    counts: Arc<Counts>,
    /// Spans that are sent at once.
    pub batch: usize,
    /// How long a span waits for others.
    pub delay: Duration,
    pub closing: Closing,
}

/// How to send.
pub(super) struct Sending {
    pub resource: wire::Resource,
    pub scope: wire::Scope,
    pub batch: usize,
    pub delay: Duration,
}

impl<D: Deliver> Export<D> {
    pub(super) fn new(
        queue: &Queue,
        spans: mpsc::Receiver<span::Ended>,
        collector: D,
        sending: Sending,
        closing: Closing,
    ) -> Self {
        let Sending { resource, scope, batch, delay } = sending;
        Self { collector, resource, scope, spans, counts: Arc::clone(&queue.counts), batch, delay, closing }
    }

    /// Sends until it is told to end, then what is left.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                biased;
                _ = self.closing.ordered() => break,
                received = self.spans.recv_many(&mut batch, self.batch) => if received == 0 { break },
            }
            self.gather(&mut batch).await;
            self.send(&mut batch).await;
        }
        loop {
            while batch.len() < self.batch
                && let Ok(span) = self.spans.try_recv()
            {
                batch.push(span);
            }
            if batch.is_empty() {
                return;
            }
            self.send(&mut batch).await;
        }
    }

    /// Waits a little for more.
    async fn gather(&mut self, batch: &mut Vec<span::Ended>) {
        let until = Instant::now() + self.delay;
        while batch.len() < self.batch {
            let room = self.batch - batch.len();
            tokio::select! {
                biased;
                _ = self.closing.ordered() => return,
                received = timeout_at(until, self.spans.recv_many(batch, room)) => if !matches!(received, Ok(1..)) { return },
            }
        }
    }

    async fn send(&mut self, batch: &mut Vec<span::Ended>) {
        let count = batch.len() as u64;
        let spans = batch.drain(..).map(Into::into).collect();
        let scope_spans = vec![wire::ScopeSpans { scope: self.scope.clone(), spans }];
        let resource_spans = vec![wire::ResourceSpans { resource: self.resource.clone(), scope_spans }];
        let body = wire::TracesRequest { resource_spans }.encode();
        let answer = tokio::select! {
            biased;
            () = self.closing.over() => Err(Undelivered::Ending),
            answer = self.collector.deliver(body) => answer,
        };
        let (refused, why) = match answer {
            Ok(answer) => (wire::rejected_spans(&answer), String::new()),
            Err(error) => (count, error.to_string()),
        };
        let refused = refused.min(count);
        self.counts.sent.fetch_add(count - refused, Ordering::Relaxed);
        self.counts.waiting.fetch_sub(usize::try_from(count).unwrap_or(usize::MAX), Ordering::Relaxed);
        if refused > 0 {
            let before = self.counts.refused.fetch_add(refused, Ordering::Relaxed);
            let why = if why.is_empty() { "the collector has rejected them" } else { why.as_str() };
            warn(before, before + refused, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closing::{Close, closing};
    use crate::otlp::context::TraceContext;
    use crate::otlp::span::{Ended, Kind};
    use bytes::Bytes;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;
    use std::time::SystemTime;
    use tokio::task::JoinHandle;
    use tokio::time::sleep;

    #[derive(Clone, Default)]
    struct Fake(Arc<Inner>);

    #[derive(Default)]
    struct Inner {
        takes: Mutex<Duration>,
        away: AtomicBool,
        answer: Mutex<Vec<u8>>,
        batches: Mutex<Vec<usize>>,
    }

    fn inner(message: &[u8], field: u64) -> Vec<&[u8]> {
        let found = wire::fields(message).unwrap().into_iter().filter(|(number, _)| *number == field);
        found.filter_map(|(_, field)| if let wire::Field::Bytes(bytes) = field { Some(bytes) } else { None }).collect()
    }

    /// How many are in a request.
    fn spans(request: &[u8]) -> usize {
        let scopes = inner(request, 1).into_iter().flat_map(|of_resource| inner(of_resource, 2));
        scopes.map(|of_scope| inner(of_scope, 2).len()).sum()
    }

    /// An answer that says so.
    fn rejecting(count: i64) -> Vec<u8> {
        let mut partial = vec![8];
        let mut left = count.cast_unsigned();
        while left > 0x7f {
            partial.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        partial.push(left as u8);
        [vec![10, partial.len() as u8], partial].concat()
    }

    impl Deliver for Fake {
        async fn deliver(&self, body: Vec<u8>) -> Result<Bytes, Undelivered> {
            let takes = *self.0.takes.lock().unwrap();
            sleep(takes).await;
            if self.0.away.load(Ordering::SeqCst) {
                return Err(Undelivered::Late(Duration::from_secs(10)));
            }
            self.0.batches.lock().unwrap().push(spans(&body));
            Ok(self.0.answer.lock().unwrap().clone().into())
        }
    }

    fn ended() -> Ended {
        let now = SystemTime::now();
        let context = TraceContext::begin();
        let attributes = Vec::new();
        Ended {
            context,
            parent: None,
            name: "x".into(),
            kind: Kind::Client,
            start: now,
            end: now,
            attributes,
            failed: false,
        }
    }

    fn start(fake: &Fake, room: usize) -> (Arc<Queue>, Close, JoinHandle<()>) {
        let (queue, spans) = Queue::new(room);
        let (close, closing) = closing();
        let sending = Sending {
            resource: wire::Resource::default(),
            scope: wire::Scope::default(),
            batch: 10,
            delay: Duration::from_secs(5),
        };
        let export = Export::new(&queue, spans, fake.clone(), sending, closing);
        (queue, close, tokio::spawn(export.run()))
    }

    #[tokio::test(start_paused = true)]
    async fn spans_go_in_batches_and_the_rest_at_the_end() {
        let fake = Fake::default();
        let (queue, close, task) = start(&fake, 100);
        for _ in 0..25 {
            queue.push(ended());
        }
        sleep(Duration::from_secs(1)).await;
        assert_eq!(*fake.0.batches.lock().unwrap(), [10, 10], "full ones wait for nothing");
        assert_eq!(queue.counts(), SpanCounts { waiting: 5, sent: 20, ..SpanCounts::default() });
        sleep(Duration::from_secs(5)).await;
        assert_eq!(*fake.0.batches.lock().unwrap(), [10, 10, 5]);
        queue.push(ended());
        close.within(Duration::from_secs(5));
        task.await.unwrap();
        assert_eq!(queue.counts(), SpanCounts { sent: 26, ..SpanCounts::default() });
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_fit_is_dropped_and_counted_to_the_span() {
        let fake = Fake::default();
        *fake.0.takes.lock().unwrap() = Duration::from_secs(60);
        let (queue, close, task) = start(&fake, 20);
        for _ in 0..10 {
            queue.push(ended());
        }
        // These are on their way, so all of the queue is free.
        sleep(Duration::from_secs(1)).await;
        for _ in 0..20 {
            queue.push(ended());
        }
        assert_eq!(queue.counts(), SpanCounts { waiting: 30, ..SpanCounts::default() }, "on the limit");
        let begun = std::time::Instant::now();
        for _ in 0..7 {
            queue.push(ended());
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "a call never waits");
        assert_eq!(queue.counts(), SpanCounts { waiting: 30, full: 7, ..SpanCounts::default() }, "past it");
        *fake.0.takes.lock().unwrap() = Duration::ZERO;
        sleep(Duration::from_secs(120)).await;
        assert_eq!(queue.counts(), SpanCounts { sent: 30, full: 7, ..SpanCounts::default() });
        close.within(Duration::from_secs(5));
        task.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_collector_does_not_take_is_counted() {
        let fake = Fake::default();
        fake.0.away.store(true, Ordering::SeqCst);
        let (queue, close, task) = start(&fake, 20);
        for _ in 0..10 {
            queue.push(ended());
        }
        sleep(Duration::from_secs(1)).await;
        assert_eq!(queue.counts(), SpanCounts { refused: 10, ..SpanCounts::default() });
        fake.0.away.store(false, Ordering::SeqCst);
        for (rejected, sent) in [(3, 7), (99, 7), (-1, 17)] {
            *fake.0.answer.lock().unwrap() = rejecting(rejected);
            for _ in 0..10 {
                queue.push(ended());
            }
            sleep(Duration::from_secs(1)).await;
            assert_eq!(queue.counts().sent, sent, "{rejected}");
        }
        assert_eq!(queue.counts(), SpanCounts { sent: 17, refused: 23, ..SpanCounts::default() });
        *fake.0.answer.lock().unwrap() = b"no protobuf".to_vec();
        queue.push(ended());
        close.within(Duration::from_secs(5));
        task.await.unwrap();
        assert_eq!(queue.counts().sent, 18);
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_a_collector_only_so_long() {
        let fake = Fake::default();
        *fake.0.takes.lock().unwrap() = Duration::from_secs(60);
        let (queue, close, task) = start(&fake, 20);
        for _ in 0..15 {
            queue.push(ended());
        }
        sleep(Duration::from_secs(1)).await;
        let begun = Instant::now();
        close.within(Duration::from_secs(5));
        task.await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), 5);
        assert_eq!(queue.counts(), SpanCounts { refused: 15, ..SpanCounts::default() });
    }
}

//! Those who follow logs. One query asks how far all logs go that somebody follows: at once when this server has recorded
//! something, else every second, for other servers record too. What is new of a function is read once, however many follow
//! it, in pages of a bounded number of records; whoever is slow holds up nobody.

use chrono::{DateTime, Utc};
use ramekin_model::{AppId, limits};
use ramekin_store::{Head, Most, Recorded, Store, StoreError};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often logs are looked at when this server records nothing.
const LOOK: Duration = Duration::from_secs(1);
/// How often at most.
const PAUSE: Duration = Duration::from_millis(100);
/// For the database to answer; then it is asked again.
const PATIENCE: Duration = Duration::from_secs(10);
/// Before it is asked again after it failed.
const RETRY: Duration = Duration::from_secs(2);
/// What is read at once, and kept for whoever follows at the same pace. A record may have megabytes of console lines.
const PAGE: Most = Most { records: 50, bytes: 1 << 20 };

/// Where logs are. A trait, so that tests can do without a database.
pub trait Source: Clone + Send + Sync + 'static {
    /// How far these logs go.
    fn heads(&self, functions: &[Uuid]) -> impl Future<Output = Result<Vec<Head>, StoreError>> + Send;
    /// The first records of a function after one place and up to another.
    fn recorded(
        &self,
        function: Uuid,
        after: i64,
        to: i64,
        most: Most,
    ) -> impl Future<Output = Result<Vec<Recorded>, StoreError>> + Send;
}

impl Source for Store {
    async fn heads(&self, functions: &[Uuid]) -> Result<Vec<Head>, StoreError> {
        self.invocations().heads(functions).await
    }

    async fn recorded(&self, function: Uuid, after: i64, to: i64, most: Most) -> Result<Vec<Recorded>, StoreError> {
        self.invocations().recorded(function, after, to, most).await
    }
}

/// See the module's documentation.
#[derive(Clone)]
pub struct Streams<S>(Arc<Shared<S>>);

struct Shared<S> {
    source: S,
    /// Told whenever this server has recorded something.
    written: Arc<Notify>,
    state: Mutex<State>,
    closing: CancellationToken,
}

#[derive(Default)]
struct State {
    open: usize,
    apps: HashMap<AppId, usize>,
    watched: HashMap<Uuid, Watching>,
    looking: bool,
}

/// A function and how many follow its log.
struct Watching {
    watched: Arc<Watched>,
    followers: usize,
}

struct Watched {
    function: Uuid,
    /// How far its log goes, as far as is known.
    head: watch::Sender<i64>,
    /// What was read last: whoever follows at the same pace needs the same.
    page: tokio::sync::Mutex<Page>,
}

#[derive(Default)]
struct Page {
    after: i64,
    rows: Vec<Arc<Recorded>>,
}

/// Too many logs are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooManyStreams {
    /// Of this app.
    #[error("{} streams of logs of this app are open, which is the most; close one", limits::MAX_APP_LOG_STREAMS)]
    App,
    /// Of all.
    #[error("{} streams of logs are open, which is the most; try again later", limits::MAX_LOG_STREAMS)]
    All,
}

/// Where following a function begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    pub(super) function: Uuid,
    /// After this record.
    pub(super) place: i64,
    /// How far the log goes.
    pub(super) head: i64,
}

/// Which records are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) errors_only: bool,
}

impl Wanted {
    fn has(&self, recorded: &Recorded) -> bool {
        let record = &recorded.record;
        self.since.is_none_or(|since| record.started_at > since) && (!self.errors_only || record.error.is_some())
    }
}

/// Follows the log of one function. Dropping it ends that.
pub struct Follower<S: Source> {
    shared: Arc<Shared<S>>,
    app: AppId,
    watched: Arc<Watched>,
    head: watch::Receiver<i64>,
    place: i64,
    wanted: Wanted,
}

impl<S: Source> Streams<S> {
    /// Those who follow logs of this source; `written` tells when this server has recorded something.
    pub fn new(source: S, written: Arc<Notify>) -> Self {
        Self(Arc::new(Shared { source, written, state: Mutex::default(), closing: CancellationToken::new() }))
    }

    /// How many logs are followed.
    pub fn open(&self) -> usize {
        self.0.state().open
    }

    /// Ends all of them, and those that begin later.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    pub(super) fn follow(&self, app: &AppId, begin: Begin, wanted: Wanted) -> Result<Follower<S>, TooManyStreams> {
        let mut state = self.0.state();
        if state.open >= limits::MAX_LOG_STREAMS {
            return Err(TooManyStreams::All);
        }
        let of_app = state.apps.entry(app.clone()).or_default();
        if *of_app >= limits::MAX_APP_LOG_STREAMS {
            return Err(TooManyStreams::App);
        }
        *of_app += 1;
        state.open += 1;
        let watching = state.watched.entry(begin.function).or_insert_with(|| Watching {
            watched: Arc::new(Watched {
                function: begin.function,
                head: watch::Sender::new(begin.head),
                page: tokio::sync::Mutex::default(),
            }),
            followers: 0,
        });
        watching.followers += 1;
        let watched = Arc::clone(&watching.watched);
        watched.grows_to(begin.head);
        if !std::mem::replace(&mut state.looking, true) {
            tokio::spawn(Arc::clone(&self.0).look());
        }
        let head = watched.head.subscribe();
        Ok(Follower { shared: Arc::clone(&self.0), app: app.clone(), watched, head, place: begin.place, wanted })
    }
}

#[cfg(test)]
impl<S: Source> Streams<S> {
    /// Follows all of a log.
    pub fn follow_from_start(&self, app: &AppId, function: Uuid) -> Result<Follower<S>, TooManyStreams> {
        self.follow(app, Begin { function, place: 0, head: 0 }, Wanted::default())
    }
}

impl<S: Source> Shared<S> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks how far the logs go, for as long as somebody follows one.
    async fn look(self: Arc<Self>) {
        let mut failed = false;
        loop {
            let functions: Vec<Uuid> = {
                let mut state = self.state();
                state.looking = !state.watched.is_empty();
                if !state.looking {
                    return;
                }
                state.watched.keys().copied().collect()
            };
            match self.heads(&functions).await {
                Ok(heads) => {
                    failed = false;
                    let state = self.state();
                    for head in heads {
                        if let Some(watching) = state.watched.get(&head.function) {
                            watching.watched.grows_to(head.ordinal);
                        }
                    }
                }
                Err(error) if !failed => {
                    failed = true;
                    tracing::warn!(%error, "streams of logs wait for the database: {error}");
                }
                Err(_) => {}
            }
            let next = async {
                sleep(PAUSE).await;
                let _ = timeout(LOOK, self.written.notified()).await;
            };
            tokio::select! {
                biased;
                () = self.closing.cancelled() => return,
                () = next => {}
            }
        }
    }

    async fn heads(&self, functions: &[Uuid]) -> Result<Vec<Head>, StoreError> {
        timeout(PATIENCE, self.source.heads(functions)).await.unwrap_or_else(|_| Err(no_answer()))
    }
}

impl Watched {
    fn grows_to(&self, ordinal: i64) {
        self.head.send_if_modified(|head| {
            let grows = *head < ordinal;
            *head = ordinal.max(*head);
            grows
        });
    }

    /// What comes after a place, as read by whoever asked first.
    async fn page(&self, source: &impl Source, after: i64, to: i64) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let mut page = self.page.lock().await;
        // One without records says nothing of a head that is further than that of whoever has read it.
        if page.after != after || page.rows.is_empty() {
            let read = timeout(PATIENCE, source.recorded(self.function, after, to, PAGE)).await;
            let rows = read.unwrap_or_else(|_| Err(no_answer()))?;
            *page = Page { after, rows: rows.into_iter().map(Arc::new).collect() };
        }
        Ok(page.rows.clone())
    }
}

fn no_answer() -> StoreError {
    StoreError::Unavailable(format!("no answer within {PATIENCE:?}"))
}

impl<S: Source> Follower<S> {
    /// The next records, in the order in which they were written; `None` when the server ends. Dropping the future loses
    /// none.
    pub async fn next(&mut self) -> Option<Vec<Arc<Recorded>>> {
        let closing = self.shared.closing.clone();
        loop {
            let head = *self.head.borrow_and_update();
            if self.place >= head {
                tokio::select! {
                    biased;
                    () = closing.cancelled() => return None,
                    // The sender is ours.
                    _ = self.head.changed() => continue,
                }
            }
            let page = tokio::select! {
                biased;
                () = closing.cancelled() => return None,
                page = self.watched.page(&self.shared.source, self.place, head) => page,
            };
            match page {
                Ok(rows) => {
                    // Where there is none, they were too old and are deleted.
                    self.place = rows.last().map_or(head, |row| row.ordinal);
                    let wanted: Vec<_> = rows.into_iter().filter(|row| self.wanted.has(row)).collect();
                    if !wanted.is_empty() {
                        return Some(wanted);
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "a stream of logs waits for the database: {error}");
                    tokio::select! {
                        biased;
                        () = closing.cancelled() => return None,
                        () = sleep(RETRY) => {}
                    }
                }
            }
        }
    }
}

impl<S: Source> Drop for Follower<S> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.open -= 1;
        if let Some(of_app) = state.apps.get_mut(&self.app) {
            *of_app -= 1;
            if *of_app == 0 {
                state.apps.remove(&self.app);
            }
        }
        if let Some(watching) = state.watched.get_mut(&self.watched.function) {
            watching.followers -= 1;
            if watching.followers == 0 {
                state.watched.remove(&self.watched.function);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ramekin_model::{InvocationRecord, TriggerType};
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    #[derive(Clone, Default)]
    struct Fake(Arc<Inner>);

    #[derive(Default)]
    struct Inner {
        rows: Mutex<Vec<(Uuid, Recorded)>>,
        away: AtomicBool,
        looks: AtomicUsize,
        reads: AtomicUsize,
    }

    impl Fake {
        /// Records as another server would: nobody is told.
        fn record(&self, function: Uuid, count: i64, error: Option<&str>) {
            let mut rows = self.0.rows.lock().unwrap();
            for _ in 0..count {
                let ordinal = rows.len() as i64 + 1;
                rows.push((function, Recorded { ordinal, record: record(ordinal, error) }));
            }
        }

        fn answers(&self) -> Result<(), StoreError> {
            if self.0.away.load(Ordering::SeqCst) { Err(StoreError::Unavailable("gone".into())) } else { Ok(()) }
        }
    }

    impl Source for Fake {
        async fn heads(&self, functions: &[Uuid]) -> Result<Vec<Head>, StoreError> {
            self.answers()?;
            self.0.looks.fetch_add(1, Ordering::SeqCst);
            let rows = self.0.rows.lock().unwrap();
            let newest = |id| rows.iter().rev().find(|(function, _)| *function == id).map_or(0, |(_, row)| row.ordinal);
            Ok(functions.iter().map(|&function| Head { function, ordinal: newest(function) }).collect())
        }

        async fn recorded(&self, function: Uuid, after: i64, to: i64, most: Most) -> Result<Vec<Recorded>, StoreError> {
            self.answers()?;
            self.0.reads.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_millis(1)).await;
            let rows = self.0.rows.lock().unwrap();
            let wanted = rows.iter().filter(|(id, row)| *id == function && row.ordinal > after && row.ordinal <= to);
            Ok(wanted.map(|(_, row)| row.clone()).take(most.records as usize).collect())
        }
    }

    fn record(second: i64, error: Option<&str>) -> InvocationRecord {
        InvocationRecord {
            id: Uuid::from_u128(second.unsigned_abs().into()),
            function_id: FUNCTION,
            app_id: app(0),
            user_id: None,
            method: "GET".into(),
            path: "/".into(),
            status_code: Some(200),
            request_bytes: 0,
            response_bytes: 0,
            duration_ms: 1,
            cpu_us: 1,
            memory_bytes: 1,
            error: error.map(str::to_owned),
            stack: None,
            started_at: DateTime::from_timestamp(second, 0).unwrap(),
            console: Vec::new(),
            trigger: TriggerType::Http,
            acted: None,
        }
    }

    const FUNCTION: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn app(n: usize) -> AppId {
        format!("app_{n:012}").parse().unwrap()
    }

    fn from(place: i64) -> Begin {
        Begin { function: FUNCTION, place, head: place }
    }

    /// The ordinals of the next so many records.
    async fn take(follower: &mut Follower<Fake>, count: usize) -> Vec<i64> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let rows = timeout(Duration::from_secs(30), follower.next()).await.expect("nothing comes").unwrap();
            taken.extend(rows.iter().map(|row| row.ordinal));
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn everything_comes_once_and_in_order() {
        let fake = Fake::default();
        fake.record(FUNCTION, 3, None);
        let streams = Streams::new(fake.clone(), Arc::default());
        let mut follower = streams.follow(&app(0), from(1), Wanted::default()).unwrap();
        assert_eq!(take(&mut follower, 2).await, [2, 3], "what was there before");
        fake.record(OTHER, 1, None);
        fake.record(FUNCTION, 120, None);
        assert_eq!(take(&mut follower, 120).await, (5..=124).collect::<Vec<_>>());
        assert!(timeout(Duration::from_secs(60), follower.next()).await.is_err(), "and then nothing");
        fake.record(FUNCTION, 1, None);
        assert_eq!(take(&mut follower, 1).await, [125], "a future that was dropped has lost nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_follow_cost_as_much_as_one() {
        let fake = Fake::default();
        let streams = Streams::new(fake.clone(), Arc::default());
        let follow = || streams.follow(&app(0), from(0), Wanted::default()).unwrap();
        let mut followers: Vec<_> = (0..20).map(|_| follow()).collect();
        sleep(Duration::from_secs(60)).await;
        let looks = fake.0.looks.load(Ordering::SeqCst);
        assert!((50..=61).contains(&looks), "{looks} looks in a minute");
        fake.record(FUNCTION, 70, None);
        let taken = futures::future::join_all(followers.iter_mut().map(|follower| take(follower, 70))).await;
        assert!(taken.iter().all(|ordinals| *ordinals == (1..=70).collect::<Vec<_>>()));
        assert_eq!(fake.0.reads.load(Ordering::SeqCst), 2, "two pages");
        drop(followers);
        sleep(Duration::from_secs(5)).await;
        let looks = fake.0.looks.load(Ordering::SeqCst);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(fake.0.looks.load(Ordering::SeqCst), looks, "nobody follows, nobody looks");
        assert_eq!(take(&mut follow(), 70).await.len(), 70, "until somebody does again");
    }

    #[tokio::test(start_paused = true)]
    async fn what_this_server_records_comes_at_once() {
        let fake = Fake::default();
        let written = Arc::<Notify>::default();
        let streams = Streams::new(fake.clone(), Arc::clone(&written));
        let mut follower = streams.follow(&app(0), from(0), Wanted::default()).unwrap();
        sleep(PAUSE * 2).await;
        fake.record(FUNCTION, 1, None);
        written.notify_one();
        let begun = tokio::time::Instant::now();
        take(&mut follower, 1).await;
        assert!(begun.elapsed() <= PAUSE, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_wanted_comes() {
        let fake = Fake::default();
        let streams = Streams::new(fake.clone(), Arc::default());
        let wanted = Wanted { since: DateTime::from_timestamp(60, 0), errors_only: true };
        let mut follower = streams.follow(&app(0), from(0), wanted).unwrap();
        fake.record(FUNCTION, 59, Some("too early"));
        fake.record(FUNCTION, 1, Some("no later than that"));
        fake.record(FUNCTION, 60, None);
        fake.record(FUNCTION, 1, Some("HTTP 500"));
        assert_eq!(take(&mut follower, 1).await, [121]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_database_may_go_away_for_a_while() {
        let fake = Fake::default();
        let streams = Streams::new(fake.clone(), Arc::default());
        let mut follower = streams.follow(&app(0), from(0), Wanted::default()).unwrap();
        fake.0.away.store(true, Ordering::SeqCst);
        fake.record(FUNCTION, 2, None);
        assert!(timeout(Duration::from_mins(5), follower.next()).await.is_err());
        fake.0.away.store(false, Ordering::SeqCst);
        assert_eq!(take(&mut follower, 2).await, [1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn records_that_were_deleted_are_not_waited_for() {
        let fake = Fake::default();
        fake.record(FUNCTION, 5, None);
        let streams = Streams::new(fake.clone(), Arc::default());
        let begin = Begin { function: FUNCTION, place: 0, head: 5 };
        let mut follower = streams.follow(&app(0), begin, Wanted::default()).unwrap();
        fake.0.rows.lock().unwrap().iter_mut().for_each(|(function, _)| *function = OTHER);
        assert!(timeout(Duration::from_secs(5), follower.next()).await.is_err());
        fake.record(FUNCTION, 1, None);
        assert_eq!(take(&mut follower, 1).await, [6]);
    }

    #[tokio::test(start_paused = true)]
    async fn streams_on_and_past_each_limit() {
        let streams = Streams::new(Fake::default(), Arc::default());
        let follow = |n| streams.follow(&app(n), from(0), Wanted::default());
        let mut open: Vec<_> = (0..limits::MAX_APP_LOG_STREAMS).map(|_| follow(0).unwrap()).collect();
        assert_eq!(follow(0).err(), Some(TooManyStreams::App));
        for n in limits::MAX_APP_LOG_STREAMS..limits::MAX_LOG_STREAMS {
            open.push(follow(1 + n / limits::MAX_APP_LOG_STREAMS).unwrap());
        }
        assert_eq!(follow(999).err(), Some(TooManyStreams::All));
        assert_eq!(streams.open(), limits::MAX_LOG_STREAMS);
        open.truncate(limits::MAX_APP_LOG_STREAMS - 1);
        open.push(follow(0).unwrap());
        assert_eq!(follow(0).err(), Some(TooManyStreams::App));
        drop(open);
        let state = streams.0.state();
        assert!(state.open == 0 && state.apps.is_empty() && state.watched.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_the_server_is_the_end_of_all() {
        let fake = Fake::default();
        let streams = Streams::new(fake.clone(), Arc::default());
        let mut quiet = streams.follow(&app(0), from(0), Wanted::default()).unwrap();
        let ending = tokio::spawn(async move { quiet.next().await.is_none() });
        sleep(Duration::from_secs(1)).await;
        streams.close();
        assert!(timeout(Duration::from_secs(1), ending).await.unwrap().unwrap());
        let mut late = streams.follow(&app(0), from(0), Wanted::default()).unwrap();
        fake.record(FUNCTION, 1, None);
        assert!(late.next().await.is_none());
    }
}

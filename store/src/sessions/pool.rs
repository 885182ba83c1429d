//! Sessions that are open, and who gets one next. Bounded in all and per app; apps that wait take turns; within an app the
//! first to come is the first to be served.
//!
//! Transactions never have all of an app's share, nor all there is: one connection is left to queries, which end by
//! themselves, so that calls whose transactions wait for queries of their own do not wait for each other.

use super::connection::OpenError;
use super::session::Session;
use super::tls::Tls;
use super::{Access, SessionsOptions, connection};
use ramekin_model::{AppId, DatabaseRole, SqlError, limits};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a caller waits for its turn.
const WAIT: Duration = Duration::from_millis(limits::DATABASE_WAIT_MS as u64);

/// What a caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// One statement: it ends by itself.
    Query,
    /// As long as the function likes.
    Transaction,
}

#[derive(Default)]
struct State {
    /// Connections of all apps: idle, in use, and being made or ended.
    open: usize,
    transactions: usize,
    apps: HashMap<AppId, Share>,
    /// Apps that wait, in the order of their turns.
    turns: VecDeque<AppId>,
    reaping: bool,
    closed: bool,
}

/// What one app has.
#[derive(Default)]
struct Share {
    open: usize,
    transactions: usize,
    /// Oldest first.
    idle: Vec<Session>,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    role: DatabaseRole,
    kind: Use,
    grant: oneshot::Sender<Grant>,
}

/// The right to a connection, and an open one if there is one.
struct Grant {
    slot: Slot,
    session: Option<Session>,
}

/// What served nobody: a grant that came too late, and a session that had to make room.
type Left = (Option<Grant>, Option<Session>);

/// The right to a connection. Given back when dropped.
pub(super) struct Slot {
    pool: Arc<Pool>,
    app: AppId,
    kind: Use,
    /// An idle session took it over.
    passed_on: bool,
}

pub(super) struct Pool {
    state: Mutex<State>,
    options: SessionsOptions,
    share: usize,
    access: Arc<dyn Access>,
    tls: Arc<Tls>,
}

/// A session in use. Dropped before it is given back, what it does is cancelled.
pub(super) struct Lease {
    session: Option<Session>,
    slot: Option<Slot>,
    runtime: Handle,
}

impl Pool {
    pub(super) fn new(access: Arc<dyn Access>, options: SessionsOptions) -> Arc<Self> {
        // One app leaves a quarter to others.
        let share = (options.connections - options.connections / 4).max(1);
        Arc::new(Self { state: Mutex::default(), options, share, access, tls: Arc::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session of the app that is ready to be used.
    pub(super) async fn acquire(
        self: &Arc<Self>,
        app: &AppId,
        role: DatabaseRole,
        kind: Use,
    ) -> Result<Lease, SqlError> {
        let Grant { slot, session } = self.turn(app, role, kind).await?;
        if let Some(mut session) = session
            && session.settle().await
        {
            return Ok(Lease::new(session, slot));
        }
        self.open(slot, role).await
    }

    /// A session that was just opened, in the place of one that turned out to be broken.
    pub(super) async fn open(&self, slot: Slot, role: DatabaseRole) -> Result<Lease, SqlError> {
        let attempt = async || {
            let access = Arc::new(self.access.access(&slot.app, role).await?);
            connection::open(access, role, Arc::clone(&self.tls)).await
        };
        let session = match attempt().await {
            Err(OpenError::Refused(_)) if self.access.refused(&slot.app).await => attempt().await?,
            opened => opened?,
        };
        Ok(Lease::new(session, slot))
    }

    async fn turn(self: &Arc<Self>, app: &AppId, role: DatabaseRole, kind: Use) -> Result<Grant, SqlError> {
        let waiting = {
            let mut state = self.state();
            if state.closed {
                return Err(closed());
            }
            let mut ended = None;
            // Nobody passes those of the own app who wait; but a query passes transactions, which may be waiting for it.
            let before = |other: &Waiting| !other.grant.is_closed() && (other.kind == kind || kind == Use::Transaction);
            let first = state.apps.get(app).is_none_or(|share| !share.waiting.iter().any(before));
            let found = if first { state.take(self, app, role, kind, &mut ended) } else { None };
            match found {
                Some(session) => {
                    drop(state);
                    drop(ended);
                    return Ok(Grant { slot: self.slot(app, kind), session });
                }
                None => {
                    let (grant, waiting) = oneshot::channel();
                    state.apps.entry(app.clone()).or_default().waiting.push_back(Waiting { role, kind, grant });
                    if !state.turns.contains(app) {
                        state.turns.push_back(app.clone());
                    }
                    waiting
                }
            }
        };
        match timeout(WAIT, waiting).await {
            Ok(Ok(grant)) => Ok(grant),
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(SqlError::Unavailable(format!(
                "Database connection timeout ({}s): the connections to the database are in use; at most {} of {} are this \
                 app's: make transactions shorter, or ask the operator for more connections",
                WAIT.as_secs(),
                self.share,
                self.options.connections
            ))),
        }
    }

    fn slot(self: &Arc<Self>, app: &AppId, kind: Use) -> Slot {
        Slot { pool: Arc::clone(self), app: app.clone(), kind, passed_on: false }
    }

    /// Gives what is free to those who wait, one for each app before the next. What is returned is to be dropped when the
    /// state is no longer locked.
    fn serve(self: &Arc<Self>, state: &mut State) -> Vec<Left> {
        let mut left = Vec::new();
        loop {
            let (mut passed_over, mut served) = (VecDeque::new(), VecDeque::new());
            let mut any = false;
            while let Some(app) = state.turns.pop_front() {
                let was_served = self.serve_one(state, &app, &mut left);
                any |= was_served;
                if state.apps.get(&app).is_some_and(|share| !share.waiting.is_empty()) {
                    if was_served { served.push_back(app) } else { passed_over.push_back(app) }
                }
            }
            // Whoever could not be served stays in front: what is given back next is theirs.
            passed_over.append(&mut served);
            state.turns = passed_over;
            if !any {
                return left;
            }
        }
    }

    /// Serves the first of an app who still waits, if there is something for them.
    fn serve_one(self: &Arc<Self>, state: &mut State, app: &AppId, left: &mut Vec<Left>) -> bool {
        while let Some(share) = state.apps.get_mut(app) {
            share.waiting.retain(|waiting| !waiting.grant.is_closed());
            // The first, or else, when that is a transaction, the first query.
            let query = share.waiting.iter().position(|waiting| waiting.kind == Use::Query);
            let candidates = [Some(0), query.filter(|&at| at > 0)].into_iter().flatten();
            let wants = |at: usize| share.waiting.get(at).map(|waiting| (at, waiting.role, waiting.kind));
            let candidates: Vec<_> = candidates.filter_map(wants).collect();
            let mut ended = None;
            let taken = candidates
                .into_iter()
                .find_map(|(at, role, kind)| Some((at, kind, state.take(self, app, role, kind, &mut ended)?)));
            let Some((at, kind, session)) = taken else { return false };
            let grant = Grant { slot: self.slot(app, kind), session };
            let first = state.apps.get_mut(app).and_then(|share| share.waiting.remove(at));
            let refused = match first {
                Some(first) => first.grant.send(grant).err(),
                None => Some(grant),
            };
            let served = refused.is_none();
            left.push((refused, ended));
            // Whoever refused has given up: the turn is still the app's.
            if served {
                return true;
            }
        }
        false
    }

    /// Closes sessions that nobody has used for a while, as long as there are any.
    fn reap(self: &Arc<Self>, state: &mut State) {
        if std::mem::replace(&mut state.reaping, true) {
            return;
        }
        let (pool, rest) = (Arc::downgrade(self), self.options.idle);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(rest / 2).await;
                let Some(pool) = pool.upgrade() else { return };
                let (old, left) = {
                    let mut state = pool.state();
                    let old = state.remove_idle(|session| session.idle_since.elapsed() >= rest);
                    state.reaping = state.apps.values().any(|share| !share.idle.is_empty());
                    let left = pool.serve(&mut state);
                    if !state.reaping && old.is_empty() && left.is_empty() {
                        return;
                    }
                    state.reaping = true;
                    (old, left)
                };
                drop(left);
                for session in old {
                    session.close().await;
                }
            }
        });
    }

    /// Closes what is idle; what is in use closes when it is given back.
    pub(super) async fn close(&self) {
        let (idle, waiting) = {
            let mut state = self.state();
            state.closed = true;
            let waiting: Vec<_> = state.apps.values_mut().flat_map(|share| share.waiting.drain(..)).collect();
            (state.remove_idle(|_| true), waiting)
        };
        drop(waiting);
        for session in idle {
            session.close().await;
        }
    }

    /// Closes what is idle of one app.
    pub(super) async fn close_app(self: &Arc<Self>, app: &AppId) {
        let (idle, left) = {
            let mut state = self.state();
            let idle = state.remove_idle_of(app);
            let left = self.serve(&mut state);
            (idle, left)
        };
        drop(left);
        for session in idle {
            session.close().await;
        }
    }

    /// Closes what is idle.
    #[cfg(test)]
    pub(super) async fn close_idle(&self) {
        let idle = self.state().remove_idle(|_| true);
        for session in idle {
            session.close().await;
        }
    }

    /// How many connections there may be.
    pub(super) fn most(&self) -> usize {
        self.options.connections
    }

    /// Connections that are open, and how many of them are idle.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.state();
        (state.open, state.apps.values().map(|share| share.idle.len()).sum())
    }
}

impl State {
    /// Counts one connection as in use by this app, if there is one for it: an idle one, or room for a new one. `ended` is
    /// an idle session that had to make room.
    fn take(
        &mut self,
        pool: &Pool,
        app: &AppId,
        role: DatabaseRole,
        kind: Use,
        ended: &mut Option<Session>,
    ) -> Option<Option<Session>> {
        let total = pool.options.connections;
        let share = self.apps.entry(app.clone()).or_default();
        let transaction = kind == Use::Transaction;
        if transaction && (share.transactions + 1 >= pool.share || self.transactions + 1 >= total) {
            return None;
        }
        let found = if let Some(at) = share.idle.iter().rposition(|session| session.role == role) {
            Some(share.idle.remove(at))
        } else if share.open >= pool.share {
            // One of the own makes room.
            if share.idle.is_empty() {
                return None;
            }
            *ended = Some(share.idle.remove(0));
            None
        } else if self.open < total {
            share.open += 1;
            self.open += 1;
            None
        } else {
            *ended = Some(self.oldest_idle()?);
            self.open += 1;
            self.apps.entry(app.clone()).or_default().open += 1;
            None
        };
        if transaction {
            self.transactions += 1;
            self.apps.entry(app.clone()).or_default().transactions += 1;
        }
        Some(found)
    }

    /// Takes out the session that was idle for longest, of any app.
    fn oldest_idle(&mut self) -> Option<Session> {
        let idle = self.apps.values_mut().filter(|share| !share.idle.is_empty());
        let share = idle.min_by_key(|share| share.idle.first().map(|session| session.idle_since))?;
        share.open -= 1;
        self.open -= 1;
        Some(share.idle.remove(0))
    }

    fn remove_idle(&mut self, is_old: impl Fn(&Session) -> bool) -> Vec<Session> {
        let mut old = Vec::new();
        for share in self.apps.values_mut() {
            let before = old.len();
            old.extend(share.idle.extract_if(.., |session| is_old(session)));
            share.open -= old.len() - before;
            self.open -= old.len() - before;
        }
        self.apps.retain(|_, share| share.open > 0 || !share.waiting.is_empty());
        old
    }

    fn remove_idle_of(&mut self, app: &AppId) -> Vec<Session> {
        let Some(share) = self.apps.get_mut(app) else { return Vec::new() };
        let idle = std::mem::take(&mut share.idle);
        share.open -= idle.len();
        if share.open == 0 && share.waiting.is_empty() {
            self.apps.remove(app);
        }
        self.open -= idle.len();
        idle
    }

    fn end_use(&mut self, app: &AppId, kind: Use) {
        if kind == Use::Transaction {
            self.transactions -= 1;
            if let Some(share) = self.apps.get_mut(app) {
                share.transactions -= 1;
            }
        }
    }
}

impl Slot {
    /// Keeps the session for whoever comes next.
    fn keep(mut self, mut session: Session) {
        let pool = Arc::clone(&self.pool);
        let left = {
            let mut state = pool.state();
            if state.closed {
                drop(state);
                tokio::spawn(session.close());
                return;
            }
            self.passed_on = true;
            state.end_use(&self.app, self.kind);
            session.idle_since = Instant::now();
            state.apps.entry(self.app.clone()).or_default().idle.push(session);
            pool.reap(&mut state);
            pool.serve(&mut state)
        };
        drop(left);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.passed_on {
            return;
        }
        let left = {
            let mut state = self.pool.state();
            state.end_use(&self.app, self.kind);
            state.open -= 1;
            if let Some(share) = state.apps.get_mut(&self.app) {
                share.open -= 1;
                if share.open == 0 && share.waiting.is_empty() {
                    state.apps.remove(&self.app);
                }
            }
            self.pool.serve(&mut state)
        };
        drop(left);
    }
}

impl Lease {
    fn new(session: Session, slot: Slot) -> Self {
        Self { session: Some(session), slot: Some(slot), runtime: Handle::current() }
    }

    /// The session.
    pub(super) fn session(&mut self) -> Result<&mut Session, SqlError> {
        self.session.as_mut().ok_or_else(closed)
    }

    /// The session is clean, or about to be: others may have it.
    pub(super) fn give_back(mut self) {
        if let (Some(session), Some(slot)) = (self.session.take(), self.slot.take()) {
            slot.keep(session);
        }
    }

    /// The session is of no use, and does nothing.
    pub(super) fn discard(mut self) -> Option<Slot> {
        self.session = None;
        self.slot.take()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            let slot = self.slot.take();
            // The slot is free when the server has let go of the session.
            self.runtime.spawn(async move {
                session.abandon().await;
                drop(slot);
            });
        }
    }
}

fn closed() -> SqlError {
    SqlError::Unavailable("the server is stopping: its connections to databases are closed".into())
}

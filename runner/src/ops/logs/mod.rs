//! The log of a function's calls: read in pages, or followed.

mod streams;

pub use streams::{Follower, Source, Streams, TooManyStreams};

use crate::recorder::Recorder;
use chrono::{DateTime, Utc};
use ramekin_model::App;
use ramekin_store::{Deleted, LogPage, LogQuery, Store, StoreError};
use std::sync::Arc;
use streams::{Begin, Wanted};

/// Reads logs.
#[derive(Clone)]
pub struct Logs {
    /// Where they are stored.
    pub store: Store,
    /// Where their newest part still is.
    pub recorder: Arc<Recorder>,
    /// Those who follow them.
    pub streams: Streams<Store>,
}

/// From where on, and what of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Following {
    /// Only calls that started later than this; those that are in the log already come first.
    pub since: Option<DateTime<Utc>>,
    /// Only what was recorded after this place, of whoever has followed up to there. Without it and without `since`, only
    /// what is recorded from now on.
    pub after: Option<i64>,
    /// Only records with an error text.
    pub errors_only: bool,
}

/// Why a log cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// There is no such function.
    #[error("Function not found")]
    NoFunction,
    /// Too many do so already.
    #[error(transparent)]
    TooMany(#[from] TooManyStreams),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Logs {
    /// A page of a function's log, newest first; calls that have ended here are in it. `None` when there is no such
    /// function.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        app: &App,
        name: &str,
        deleted: Deleted,
        query: &LogQuery,
    ) -> Result<Option<LogPage>, StoreError> {
        let Some(id) = self.store.functions().find(&app.id, name, deleted).await? else { return Ok(None) };
        self.recorder.flush().await;
        Ok(Some(self.store.invocations().page(id, query).await?))
    }

    /// Follows the log of a function, in the order in which its calls end.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn follow(&self, app: &App, name: &str, from: Following) -> Result<Follower<Store>, FollowError> {
        let found = self.store.functions().find(&app.id, name, Deleted::Excluded).await?;
        let function = found.ok_or(FollowError::NoFunction)?;
        // Calls that are over by now are not among those that follow.
        self.recorder.flush().await;
        let log = self.store.invocations();
        let head = log.heads(&[function]).await?.first().map_or(0, |head| head.ordinal);
        let place = match (from.after, from.since) {
            // Nobody has followed further than there is.
            (Some(after), _) => after.min(head),
            (None, Some(since)) => log.ordinal_before(function, since).await?.unwrap_or(head),
            (None, None) => head,
        };
        let wanted = Wanted { since: from.since, errors_only: from.errors_only };
        Ok(self.streams.follow(&app.id, Begin { function, place, head }, wanted)?)
    }
}

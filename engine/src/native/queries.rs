//! Queries that were asked for and are not sent yet.
//!
//! They go out when JavaScript has nothing more to do. Several do so side by side. One that the call waits for, and for
//! nothing else, goes out while the sandbox stands still: most functions query this way, and it costs a fraction.

use super::body::{self, Deferred, Settled};
use crate::bindings::ramekin::function::database::{self, Error, Role, Rows};
use crate::bindings::ramekin::function::database_now;
use crate::call;
use javy::quickjs::{Ctx, Promise, Result};
use std::cell::RefCell;

/// What came of a query.
pub type Outcome = std::result::Result<Rows, Error>;
/// What JavaScript gets of it.
pub type Settle = for<'a> fn(&Ctx<'a>, Outcome) -> Settled<'a>;

thread_local! {
    static ASKED: RefCell<Vec<Query>> = const { RefCell::new(Vec::new()) };
}

pub struct Query {
    role: Role,
    sql: String,
    values: Vec<Option<String>>,
    settle: Settle,
    deferred: Deferred,
}

/// A promise of what `settle` makes of the outcome.
pub fn ask<'js>(
    ctx: &Ctx<'js>,
    role: Role,
    sql: String,
    values: Vec<Option<String>>,
    settle: Settle,
) -> Result<Promise<'js>> {
    let (promise, deferred) = Deferred::new(ctx)?;
    ASKED.with_borrow_mut(|asked| asked.push(Query { role, sql, values, settle, deferred }));
    Ok(promise)
}

/// The query that is the only thing the call waits for.
pub fn sole() -> Option<Query> {
    let is_sole = call::waits_for(1) && ASKED.with_borrow(|asked| asked.len() == 1);
    if is_sole { ASKED.with_borrow_mut(Vec::pop) } else { None }
}

/// Sends those that were asked for.
pub fn send() {
    for Query { role, sql, values, settle, deferred } in ASKED.take() {
        body::settle_by(deferred, async move { database::query(role, sql, values).await }, settle);
    }
}

impl Query {
    /// Sends it. The sandbox stands still until there is an outcome.
    pub fn now(&self) -> Outcome {
        database_now::query(&self.role, &self.sql, &self.values)
    }

    pub fn settle(self, ctx: &Ctx<'_>, outcome: Outcome) -> Result<()> {
        self.deferred.settle(ctx, |ctx| (self.settle)(ctx, outcome))
    }
}

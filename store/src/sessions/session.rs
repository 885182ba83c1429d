//! A session: batches of messages that go out together, and their answers in order.
//!
//! A query is one round trip: the transaction's begin with role and settings, the statement, the commit and the cleaning of
//! the session are written at once, and the server answers to all of it at once. Only after an error the cleaning goes out
//! by itself, and its answer is read when the session is used next.

use super::failure::{Failure, away, fields, unexpected};
use super::stream::{self, CancelKey};
use super::tls::Tls;
use super::wire::{Cells, Incoming, ReadError, Wire};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::escape::escape_literal;
use postgres_protocol::message::backend::Message;
use ramekin_model::{DatabaseAccess, DatabaseRole, SqlColumn, SqlError, SqlIdentity, SqlRows, SqlStatement, limits};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Leaves nothing of a call in a session: its settings and role, temporary tables, prepared statements, cursors, advisory
/// locks, LISTEN, and what sequences gave. See `docs/decisions/0006-sessions-of-functions.md` for what it costs.
pub(super) const CLEAN: &str = "DISCARD ALL";
/// How long the cleaning may take, after which the session is not worth waiting for.
const CLEAN_TIMEOUT: Duration = Duration::from_secs(1);
/// A session that has not ended so long after it was cancelled is cancelled again.
const CANCEL_AGAIN: Duration = Duration::from_millis(100);
/// How long one request may take.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(2);
/// How long to go on cancelling. A server under load takes seconds to make the connection that a request needs.
const ABANDON_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the server may take to see that a session is over.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// A statement ends by itself so long after its call should have ended it: for when this server is no longer there to.
const STATEMENT_GRACE: Duration = Duration::from_secs(1);

/// The status of a session outside of a transaction.
const IDLE: u8 = b'I';

/// What the server answered to everything up to one ReadyForQuery: to commands that prepare the statement, to the statement
/// of a function, and to commands of ours behind it.
#[derive(Default)]
pub(super) struct Answer {
    /// Commands before the statement that have not completed.
    before: usize,
    /// The statement is one command, so what completes after it is ours.
    single: bool,
    /// The statement is complete; what follows is ours.
    behind: bool,
    rows: SqlRows,
    /// The last complete result.
    last: Option<SqlRows>,
    pub(super) error: Option<SqlError>,
    /// A command of the function began or ended a transaction.
    control: bool,
    rolled_back: bool,
    /// Everything that the transaction did is kept.
    kept: bool,
    /// Nothing of the function is left in the session.
    clean: bool,
    status: u8,
}

impl Cells for Answer {
    fn row(&mut self, cells: &[u8]) -> bool {
        self.rows.count += 1;
        self.rows.cells.extend_from_slice(cells);
        self.rows.count <= limits::MAX_SQL_ROWS && self.rows.cells.len() <= limits::MAX_SQL_RESULT
    }

    fn has_room(&self, bytes: usize) -> bool {
        // Behind tag, length and number of cells.
        bytes.saturating_sub(7) <= limits::MAX_SQL_RESULT - self.rows.cells.len()
    }
}

impl Answer {
    /// To the text of a query, which may be several commands, behind so many commands of ours.
    fn to_text(before: usize) -> Self {
        Self { before, ..Self::default() }
    }

    /// To one statement, and commands of ours before and behind it.
    fn to_statement(before: usize) -> Self {
        Self { before, single: true, ..Self::default() }
    }

    /// To commands of ours alone.
    fn to_commands(before: usize) -> Self {
        Self { before, behind: true, ..Self::default() }
    }

    fn complete(&mut self, tag: &str) {
        if self.before > 0 {
            self.before -= 1;
        } else if self.behind {
            match tag {
                "COMMIT" => self.kept = true,
                CLEAN => self.clean = true,
                _ => {}
            }
        } else {
            match tag {
                "BEGIN" | "START TRANSACTION" | "COMMIT" | "PREPARE TRANSACTION" => self.control = true,
                // Also the tag of ROLLBACK TO SAVEPOINT, which is a function's right.
                "ROLLBACK" => self.rolled_back = true,
                _ => {}
            }
            self.rows.command = tag.to_owned();
            self.last = Some(std::mem::take(&mut self.rows));
            self.behind = self.single;
        }
    }

    /// The server came as far as to the function's statement.
    fn has_begun(&self) -> bool {
        self.error.is_none() || self.before == 0
    }

    /// The function's transaction is not the one that was begun for it.
    fn is_over(&self, sql: &str) -> bool {
        let chained = self.rolled_back && sql.to_ascii_lowercase().contains("chain");
        // A single statement has a COMMIT of ours behind it.
        self.control || chained || !self.single && self.status == IDLE
    }

    /// The result, once the server has agreed to all of it. `sql` is what was sent.
    fn result(self, sql: &str) -> Result<SqlRows, SqlError> {
        if self.has_begun() && self.is_over(sql) {
            return Err(SqlError::Refused(
                "BEGIN, COMMIT and ROLLBACK cannot be used in a query, which is a transaction already: what came before it \
                 is settled, what came after it is not sure; use ctx.db.transaction, or savepoints"
                    .into(),
            ));
        }
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.last.unwrap_or_default()),
        }
    }
}

pub(super) struct Session {
    wire: Wire,
    key: CancelKey,
    access: Arc<DatabaseAccess>,
    tls: Arc<Tls>,
    pub(super) role: DatabaseRole,
    /// Answers that have not been read.
    owed: u32,
    /// Commands that begin a transaction; they go out with its first statement.
    begun: usize,
    pub(super) idle_since: Instant,
}

impl Session {
    pub(super) fn new(
        wire: Wire,
        key: CancelKey,
        access: Arc<DatabaseAccess>,
        role: DatabaseRole,
        tls: Arc<Tls>,
    ) -> Self {
        Self { wire, key, access, tls, role, owed: 0, begun: 0, idle_since: Instant::now() }
    }

    /// Whether it is clean and alive, so far as can be known without asking.
    pub(super) async fn settle(&mut self) -> bool {
        while self.owed > 0 {
            match timeout(CLEAN_TIMEOUT, self.answer(Answer::to_commands(0))).await {
                Ok(Ok(Answer { error: None, status: IDLE, .. })) => {}
                _ => return false,
            }
        }
        self.wire.is_quiet()
    }

    /// A statement in a transaction of its own. Afterwards the session can be used again, unless this failed as a whole.
    pub(super) async fn run(
        &mut self,
        identity: &SqlIdentity,
        statement: &SqlStatement,
        time: Duration,
    ) -> Result<Result<SqlRows, SqlError>, Failure> {
        let before = self.prepare(identity, time, Span::Query)?;
        // A text without parameters may be several statements, which only the simple protocol takes: it answers to them
        // at once, and to what is ours later.
        let text = statement.parameters.is_empty();
        self.write(|wire| {
            statement_to(wire, statement)?;
            wire.command("COMMIT")?;
            wire.command(CLEAN)?;
            wire.sync();
            Ok(())
        })?;
        self.send(1 + u32::from(text)).await?;
        let (answer, ended) = if text {
            let answer = self.answer(Answer::to_text(before)).await?;
            if answer.has_begun() {
                let ended = self.answer(Answer::to_commands(0)).await?;
                (answer, ended)
            } else {
                // Everything up to the end was passed over, the text too.
                self.owed -= 1;
                (answer, Answer::default())
            }
        } else {
            (self.answer(Answer::to_statement(before)).await?, Answer::default())
        };
        if !answer.clean && !ended.clean {
            self.clean_up().await;
        }
        let result = answer.result(&statement.text);
        Ok(match ended.error {
            // A constraint that is checked at the end.
            Some(error) => result.and(Err(error)),
            None => result,
        })
    }

    /// Begins a transaction. The server hears of it with the first statement, and whether it agrees is told by the answer.
    pub(super) fn begin(&mut self, identity: &SqlIdentity, time: Duration) -> Result<(), Failure> {
        self.begun = self.prepare(identity, time, Span::Transaction)?;
        Ok(())
    }

    /// A statement in a transaction. `over` is set when there is no transaction any more.
    pub(super) async fn run_within(
        &mut self,
        statement: &SqlStatement,
        over: &mut bool,
    ) -> Result<Result<SqlRows, SqlError>, Failure> {
        let before = std::mem::take(&mut self.begun);
        let text = statement.parameters.is_empty();
        let apart = text && before > 0;
        self.write(|wire| {
            if apart {
                wire.sync();
            }
            statement_to(wire, statement)?;
            if !text {
                wire.sync();
            }
            Ok(())
        })?;
        self.send(1 + u32::from(apart)).await?;
        if apart && let Some(error) = self.answer(Answer::to_commands(before)).await?.error {
            *over = true;
            return Ok(Err(error));
        }
        let expected = if text { Answer::to_text(0) } else { Answer::to_statement(before) };
        let answer = self.answer(expected).await?;
        *over = answer.status == IDLE || answer.control || !answer.has_begun();
        Ok(answer.result(&statement.text))
    }

    /// Ends a transaction and cleans the session. `true` when everything in it is kept.
    pub(super) async fn end(&mut self, commit: bool) -> Result<Result<bool, SqlError>, Failure> {
        let before = std::mem::take(&mut self.begun);
        self.write(|wire| {
            wire.command(if commit { "COMMIT" } else { "ROLLBACK" })?;
            wire.command(CLEAN)?;
            wire.sync();
            Ok(())
        })?;
        self.send(1).await?;
        let ended = self.answer(Answer::to_commands(before)).await?;
        if !ended.clean {
            self.clean_up().await;
        }
        Ok(match ended.error {
            Some(error) => Err(error),
            // The answer to COMMIT in a transaction that an error has aborted is ROLLBACK.
            None => Ok(ended.kept),
        })
    }

    /// Ends what an error has left and cleans the session; whether the server has done so is asked before its next use.
    async fn clean_up(&mut self) {
        let written = self.write(|wire| {
            // Outside of a transaction it does nothing.
            wire.simple("ROLLBACK")?;
            wire.simple(CLEAN)
        });
        self.owed += 2;
        // The outcome of the statement is known. A session that hears nothing of this is found out before its next use.
        if written.is_ok() {
            let _ = self.wire.flush().await;
        }
    }

    /// Gives up on what the session does, now: cancels it, and waits until the server has ended the session.
    pub(super) async fn abandon(mut self) {
        let begun = Instant::now();
        while begun.elapsed() < ABANDON_TIMEOUT {
            let _ = timeout(CANCEL_TIMEOUT, stream::cancel(&self.access, &self.tls, self.key)).await;
            // A request that comes before its statement has begun cancels nothing, so there may have to be another.
            if timeout(CANCEL_AGAIN, self.wire.close()).await.is_ok() {
                return;
            }
        }
    }

    /// Says goodbye.
    pub(super) async fn close(mut self) {
        let _ = timeout(CLOSE_TIMEOUT, self.wire.close()).await;
    }

    /// Adds what begins a transaction as `identity`. Returns how many commands that is.
    fn prepare(&mut self, identity: &SqlIdentity, time: Duration, span: Span) -> Result<usize, Failure> {
        let mut commands = 0;
        self.write(|wire| {
            prologue(identity, time, span, |command| {
                commands += 1;
                wire.command(command)
            })
        })?;
        Ok(commands)
    }

    /// What cannot be written is our mistake, and then nothing of it may be sent.
    fn write(&mut self, add: impl FnOnce(&mut Wire) -> io::Result<()>) -> Result<(), Failure> {
        add(&mut self.wire).map_err(|error| Failure::Broken(away(&error)))
    }

    async fn send(&mut self, answers: u32) -> Result<(), Failure> {
        self.owed += answers;
        self.wire.flush().await.map_err(|error| Failure::Unsent(away(&error)))
    }

    /// Everything up to the next ReadyForQuery.
    async fn answer(&mut self, mut answer: Answer) -> Result<Answer, Failure> {
        loop {
            let unheard = !self.wire.heard;
            let message = match self.wire.next(&mut answer).await {
                Ok(Incoming::Message(message)) => message,
                Ok(Incoming::Row) => continue,
                Err(ReadError::TooLarge) => return Err(Failure::too_large()),
                Err(ReadError::Io(error)) => return Err(Failure::Broken(away(&error))),
            };
            match message {
                Message::RowDescription(body) => {
                    let columns = body
                        .fields()
                        .map(|field| Ok(SqlColumn { name: field.name().to_owned(), type_oid: field.type_oid() }));
                    answer.rows = SqlRows {
                        columns: columns.collect().map_err(|error| Failure::Broken(away(&error)))?,
                        ..SqlRows::default()
                    };
                }
                Message::CommandComplete(body) => {
                    answer.complete(body.tag().map_err(|error| Failure::Broken(away(&error)))?);
                }
                Message::EmptyQueryResponse => answer.complete(""),
                Message::ErrorResponse(body) => {
                    let error = SqlError::Server(fields(body.fields()));
                    if error.field("severity").is_some_and(|severity| severity == "FATAL" || severity == "PANIC") {
                        let error = Failure::setup(&error.to_string());
                        return Err(if unheard { Failure::Unsent(error) } else { Failure::Broken(error) });
                    }
                    answer.error.get_or_insert(error);
                }
                Message::ReadyForQuery(body) => {
                    self.owed = self.owed.saturating_sub(1);
                    answer.status = body.status();
                    return Ok(answer);
                }
                Message::CopyInResponse(_) | Message::CopyOutResponse(_) => return Err(Failure::copy()),
                Message::ParseComplete
                | Message::BindComplete
                | Message::CloseComplete
                | Message::NoData
                | Message::ParameterDescription(_)
                | Message::ParameterStatus(_)
                | Message::NoticeResponse(_)
                | Message::NotificationResponse(_) => {}
                _ => return Err(Failure::Broken(away(&unexpected("message")))),
            }
        }
    }
}

/// How long a transaction lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    /// One statement: its end is sent with it.
    Query,
    /// As long as the function likes.
    Transaction,
}

/// The commands that begin a transaction and make the session that of `identity` until its end (Butterbase §5.4).
fn prologue(
    identity: &SqlIdentity,
    time: Duration,
    span: Span,
    mut command: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    command("BEGIN READ WRITE")?;
    if let Some(group) = identity.role().group() {
        command(&format!("SET LOCAL ROLE {group}"))?;
        command(&format!("SET LOCAL app.role = '{group}'"))?;
    }
    if let SqlIdentity::User(id) = identity {
        command(&format!("SET LOCAL request.jwt.claim.sub = {}", escape_literal(id)))?;
    }
    let milliseconds = (time + STATEMENT_GRACE).as_millis().min(i32::MAX as u128);
    command(&format!("SET LOCAL statement_timeout = {milliseconds}"))?;
    // A query's end is there with its statement; for one that is cut off on the way, what was said at the log-in is enough.
    if span == Span::Transaction {
        command(&format!("SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))?;
    }
    Ok(())
}

fn statement_to(wire: &mut Wire, statement: &SqlStatement) -> io::Result<()> {
    if statement.parameters.is_empty() {
        wire.simple(&statement.text)
    } else {
        wire.extended(&statement.text, &statement.parameters)
    }
}

/// Refuses what cannot be sent.
pub(super) fn check(identity: &SqlIdentity, statement: &SqlStatement) -> Result<(), SqlError> {
    let refused = |text: String| Err(SqlError::Refused(text));
    let (text, parameters) = (&statement.text, &statement.parameters);
    if text.len() > limits::MAX_SQL {
        return refused(format!(
            "the SQL of a query is larger than {} bytes: send values as parameters",
            limits::MAX_SQL
        ));
    }
    if parameters.len() > limits::MAX_SQL_PARAMETERS {
        return refused(format!("a query has more than {} parameters", limits::MAX_SQL_PARAMETERS));
    }
    let bytes: usize = parameters.iter().flatten().map(String::len).sum();
    if bytes > limits::MAX_SQL_PARAMETER_BYTES {
        return refused(format!("the parameters of a query are larger than {} bytes", limits::MAX_SQL_PARAMETER_BYTES));
    }
    if text.contains('\0') {
        return refused("the SQL of a query holds a NUL character (U+0000), which PostgreSQL cannot take".into());
    }
    check_identity(identity)
}

/// Refuses a user whom no session can have.
pub(super) fn check_identity(identity: &SqlIdentity) -> Result<(), SqlError> {
    match identity {
        SqlIdentity::User(id) if id.contains('\0') => Err(SqlError::Refused(
            "the id of a user holds a NUL character (U+0000), which PostgreSQL cannot take".into(),
        )),
        _ => Ok(()),
    }
}

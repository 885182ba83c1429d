//! Messages on a connection: what is written is collected and sent at once, what comes is read one message at a time.

use super::failure::unexpected;
use super::stream::Io;
use bytes::{Buf as _, BytesMut};
use futures::FutureExt as _;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::{DATA_ROW_TAG, Header, Message};
use postgres_protocol::message::frontend;
use ramekin_model::limits;
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Bytes read at a time.
const CHUNK: usize = 16 * 1024;
/// A buffer that has grown beyond this for one message is not kept for the next.
const KEPT: usize = 256 * 1024;

/// A message, or a row that has been taken in already.
pub(super) enum Incoming {
    Row,
    Message(Message),
}

/// Where cells of rows go.
pub(super) trait Cells {
    /// Takes the cells of one row; `false` when it is one too many.
    fn row(&mut self, cells: &[u8]) -> bool;
    /// Whether a message of so many bytes can be a row that is taken.
    fn has_room(&self, bytes: usize) -> bool;
}

pub(super) struct Wire {
    io: Box<dyn Io>,
    input: BytesMut,
    output: BytesMut,
    /// Something has come since the last [`Wire::flush`].
    pub(super) heard: bool,
}

/// Why a message could not be read.
pub(super) enum ReadError {
    Io(io::Error),
    TooLarge,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Wire {
    pub(super) fn new(io: Box<dyn Io>) -> Self {
        Self { io, input: BytesMut::with_capacity(CHUNK), output: BytesMut::with_capacity(1024), heard: false }
    }

    /// Adds messages to what is to be sent.
    pub(super) fn write(&mut self, add: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> io::Result<()> {
        add(&mut self.output)
    }

    /// Adds a query without parameters; it may be several statements.
    pub(super) fn simple(&mut self, sql: &str) -> io::Result<()> {
        frontend::query(sql, &mut self.output)
    }

    /// Adds a statement without parameters and without a result. The server answers at the next [`Wire::sync`], and passes
    /// over it when something before it has failed since the last.
    pub(super) fn command(&mut self, sql: &str) -> io::Result<()> {
        let out = &mut self.output;
        frontend::parse("", sql, [], out)?;
        bind(&[], out)?;
        frontend::execute("", 0, out)
    }

    /// Adds one statement with parameters, to be answered as [`Wire::command`].
    pub(super) fn extended(&mut self, sql: &str, parameters: &[Option<String>]) -> io::Result<()> {
        let out = &mut self.output;
        frontend::parse("", sql, [], out)?;
        bind(parameters, out)?;
        frontend::describe(b'P', "", out)?;
        frontend::execute("", 0, out)
    }

    /// Asks for the answers.
    pub(super) fn sync(&mut self) {
        frontend::sync(&mut self.output);
    }

    /// Sends what was added.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.heard = false;
        let sent = self.io.write_all(&self.output).await;
        self.output.clear();
        if self.output.capacity() > KEPT {
            self.output = BytesMut::with_capacity(1024);
        }
        sent?;
        self.io.flush().await
    }

    /// The next message. Rows go to `cells`.
    pub(super) async fn next(&mut self, cells: &mut impl Cells) -> Result<Incoming, ReadError> {
        loop {
            if let Some(header) = Header::parse(&self.input)? {
                let length = 1 + usize::try_from(header.len()).map_err(|_| unexpected("length"))?;
                // Told by its head: a value of a gigabyte is not waited for.
                let is_row = header.tag() == DATA_ROW_TAG;
                let fits = if is_row { cells.has_room(length) } else { length <= limits::MAX_SQL_RESULT };
                if !fits {
                    return Err(ReadError::TooLarge);
                }
                if let Some(message) = self.input.get(..length) {
                    self.heard = true;
                    if !is_row {
                        let message = Message::parse(&mut self.input)?.ok_or_else(|| unexpected("message"))?;
                        return Ok(Incoming::Message(message));
                    }
                    // Behind tag, length and number of cells.
                    let taken = cells.row(message.get(7..).ok_or_else(|| unexpected("row"))?);
                    self.input.advance(length);
                    return if taken { Ok(Incoming::Row) } else { Err(ReadError::TooLarge) };
                }
                self.input.reserve((length - self.input.len()).max(CHUNK));
            } else {
                if self.input.is_empty() && self.input.capacity() > KEPT {
                    self.input = BytesMut::new();
                }
                self.input.reserve(CHUNK);
            }
            if self.io.read_buf(&mut self.input).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection").into());
            }
        }
    }

    /// Whether the other side has said nothing that was not asked for: neither that it closes the connection nor why.
    /// Does not wait.
    pub(super) fn is_quiet(&mut self) -> bool {
        match self.io.read_buf(&mut self.input).now_or_never() {
            Some(Ok(0) | Err(_)) => false,
            // Notices and changes of parameters come unasked too; only an error ends the connection.
            None | Some(Ok(_)) => self.input.first() != Some(&b'E'),
        }
    }

    /// Says goodbye and waits until the server has heard it, reading what it still sends.
    pub(super) async fn close(&mut self) {
        self.output.clear();
        frontend::terminate(&mut self.output);
        if self.io.write_all(&self.output).await.is_err() || self.io.flush().await.is_err() {
            return;
        }
        loop {
            self.input.clear();
            self.input.reserve(CHUNK);
            if !matches!(self.io.read_buf(&mut self.input).await, Ok(1..)) {
                return;
            }
        }
    }
}

/// Adds the values of the statement that was parsed last, as text; what it gives is wanted as text too.
fn bind(parameters: &[Option<String>], out: &mut BytesMut) -> io::Result<()> {
    let text = |value: &Option<String>, out: &mut BytesMut| match value {
        Some(text) => {
            out.extend_from_slice(text.as_bytes());
            Ok(IsNull::No)
        }
        None => Ok(IsNull::Yes),
    };
    frontend::bind("", "", [], parameters, text, [0], out).map_err(|error| match error {
        frontend::BindError::Conversion(error) => io::Error::other(error),
        frontend::BindError::Serialization(error) => error,
    })
}

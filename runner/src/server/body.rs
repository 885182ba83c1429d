//! Bodies on the wire: what is sent, and reading what comes within its limits.

use super::error::ApiError;
use crate::ops::call::{Broken, Received};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyStream;
use ramekin_host_api::body::Stream;
use ramekin_host_api::ports::Content;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;

/// A request body of at most this size, known before, is read at once and handed over whole.
const SMALL: u64 = 64 * 1024;
/// For a body that is read at once to arrive.
const ARRIVE: Duration = Duration::from_secs(30);

/// The body of a response.
pub enum ResponseBody {
    /// Nothing.
    Empty,
    /// All of it; taken when it is sent.
    Bytes(Bytes),
    /// As it comes.
    Stream(Stream),
    /// A stream that has broken off; the error is taken when the connection is told.
    Broken(Option<io::Error>),
    /// Of a management route.
    Routed(axum::body::Body),
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Stream(stream) => match stream.as_mut().poll_next(cx) {
                Poll::Ready(Some(Err(error))) => {
                    // An error ends the connection at once, with what is not yet written; one turn later all of it is.
                    *self = Self::Broken(Some(error));
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                other => other.map(|item| item.map(|chunk| chunk.map(Frame::data).map_err(Into::into))),
            },
            Self::Broken(error) => Poll::Ready(error.take().map(|error| Err(error.into()))),
            Self::Routed(body) => Pin::new(body).poll_frame(cx).map(|item| item.map(|frame| frame.map_err(Into::into))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stream(_) | Self::Broken(_) => false,
            Self::Routed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(_) | Self::Broken(_) => SizeHint::default(),
            Self::Routed(body) => body.size_hint(),
        }
    }
}

/// The refusal of a body that is larger than this.
pub fn too_large(limit: usize) -> ApiError {
    ApiError::request(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {limit} bytes"))
}

fn broken(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::request(StatusCode::BAD_REQUEST, format!("the body could not be read: {error}"))
}

/// Reads all of a body.
///
/// # Errors
/// 413 past the limit, 408 when it does not arrive, 400 when it breaks off.
pub async fn read<B>(body: B, limit: usize) -> Result<Bytes, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let late = |_| ApiError::request(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time");
    timeout(ARRIVE, collect(body, limit)).await.map_err(late)?
}

async fn collect<B>(body: B, limit: usize) -> Result<Bytes, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let mut frames = BodyStream::new(body);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = frames.next().await {
        let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            return Err(too_large(limit));
        }
        // A small body comes in one piece and is not copied.
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// The body of a call: at hand when it is small, else as a stream that breaks off past the limit. Counts its bytes.
///
/// # Errors
/// As [`read`].
pub async fn content<B>(body: B, limit: usize, received: &Arc<Received>) -> Result<Content, ApiError>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: std::fmt::Display,
{
    if body.is_end_stream() {
        return Ok(Content::Empty);
    }
    match body.size_hint().exact() {
        Some(size) if size > limit as u64 => Err(too_large(limit)),
        Some(size) if size <= SMALL => {
            let bytes = read(body, limit).await?;
            received.add(bytes.len());
            Ok(Content::Bytes(bytes))
        }
        _ => Ok(Content::Stream(Box::pin(Limited {
            frames: BodyStream::new(body),
            left: limit as u64,
            received: Arc::clone(received),
        }))),
    }
}

/// A body that breaks off past its limit.
struct Limited<B> {
    frames: BodyStream<B>,
    left: u64,
    received: Arc<Received>,
}

impl<B> futures::Stream for Limited<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            let frame = match self.frames.poll_next_unpin(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => {
                    self.received.break_off(Broken::Unreadable);
                    return Poll::Ready(Some(Err(io::Error::other(error.to_string()))));
                }
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            let Ok(data) = frame.into_data() else { continue };
            let size = data.len() as u64;
            self.received.add(data.len());
            return Poll::Ready(Some(match self.left.checked_sub(size) {
                Some(left) => {
                    self.left = left;
                    Ok(data)
                }
                None => {
                    self.received.break_off(Broken::TooLarge);
                    Err(io::Error::other(Broken::TooLarge))
                }
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{BodyExt as _, StreamBody};

    fn pieces(sizes: &[usize]) -> impl Body<Data = Bytes, Error = io::Error> + Unpin + use<> {
        let frames: Vec<io::Result<Frame<Bytes>>> =
            sizes.iter().map(|&size| Ok(Frame::data(vec![7_u8; size].into()))).collect();
        StreamBody::new(futures::stream::iter(frames))
    }

    fn status(error: ApiError) -> u16 {
        error.into_parts().0.as_u16()
    }

    #[tokio::test]
    async fn reads_up_to_the_limit() {
        assert_eq!(read(pieces(&[]), 10).await.unwrap(), "");
        assert_eq!(read(pieces(&[10]), 10).await.unwrap().len(), 10);
        assert_eq!(read(pieces(&[3, 0, 3, 4]), 10).await.unwrap(), vec![7_u8; 10]);
        assert_eq!(status(read(pieces(&[5, 6]), 10).await.unwrap_err()), 413);
        assert_eq!(
            status(read(http_body_util::Full::new(Bytes::from_static(b"12345678901")), 10).await.unwrap_err()),
            413
        );
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_wait_for_ever() {
        let never = StreamBody::new(futures::stream::pending::<io::Result<Frame<Bytes>>>());
        assert_eq!(status(read(never, 10).await.unwrap_err()), 408);
    }

    #[tokio::test]
    async fn a_stream_breaks_off_past_its_limit_and_counts() {
        let received = Arc::<Received>::default();
        let limited = |sizes: &[usize]| Limited {
            frames: BodyStream::new(pieces(sizes)),
            left: 10,
            received: Arc::clone(&received),
        };
        assert!(limited(&[4, 6]).all(async |piece| piece.is_ok()).await);
        assert_eq!(received.bytes(), 10);
        assert!(!limited(&[4, 7]).all(async |piece| piece.is_ok()).await);
    }

    #[tokio::test]
    async fn sent_bytes_have_a_known_length() {
        let body = ResponseBody::Bytes(Bytes::from_static(b"abc"));
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
        assert!(ResponseBody::Bytes(Bytes::new()).is_end_stream());
    }
}

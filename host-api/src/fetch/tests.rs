use super::*;
use crate::ports::{FetchResponse, SocketRequest, WebSocket};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use std::io;

/// Sends nothing.
struct Nowhere;

impl Fetch for Nowhere {
    fn send(&self, _: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(async { Err(FetchError::Network("nowhere".into())) })
    }

    fn open(&self, _: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>> {
        Box::pin(async { Err(FetchError::Network("nowhere".into())) })
    }
}

fn fetches(memory: usize) -> Fetches {
    Fetches::new(Arc::new(Nowhere), memory)
}

fn bounds(memory: usize) -> Bounds {
    fetches(memory).start().unwrap()
}

fn too_many<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::TooMany(text)) => text,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was admitted"),
    }
}

fn content(size: usize) -> Content {
    Content::Bytes(vec![7; size].into())
}

fn endless() -> Content {
    Content::Stream(Box::pin(futures::stream::pending::<io::Result<Bytes>>()))
}

#[test]
fn requests_on_and_past_their_number() {
    let mut fetches = fetches(0);
    for _ in 0..limits::MAX_FETCHES {
        fetches.start().unwrap();
    }
    assert!(too_many(fetches.start()).contains("1000 requests"));
}

#[tokio::test(start_paused = true)]
async fn one_more_than_may_be_in_flight_waits() {
    let bounds = bounds(0);
    let mut turns = Vec::new();
    for _ in 0..limits::MAX_PARALLEL_FETCHES {
        turns.push(bounds.turn().await.unwrap());
    }
    let mut waiting = std::pin::pin!(bounds.turn());
    assert!(timeout(Duration::from_hours(1), waiting.as_mut()).await.is_err());
    turns.pop();
    waiting.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn open_bodies_on_and_past_their_number() {
    let bounds = bounds(limits::MAX_OPEN_BODIES);
    let mut bodies = Vec::new();
    for _ in 0..limits::MAX_OPEN_BODIES {
        let (_in_flight, open) = bounds.turn().await.unwrap();
        bodies.push(bounds.received(endless(), open));
    }
    assert!(too_many(bounds.turn().await).contains("128 responses"));

    // One that is cancelled makes room, and so does one that breaks off or is read to its end.
    bodies.pop();
    for end in [Some(Err(io::Error::other("broken"))), None] {
        let (_in_flight, open) = bounds.turn().await.unwrap();
        let pieces = [Ok(Bytes::from_static(b"a"))].into_iter().chain(end);
        let body = bounds.received(Content::Stream(Box::pin(futures::stream::iter(pieces))), open);
        let Content::Stream(mut stream) = body else { panic!("a stream stays one") };
        assert!(stream.next().await.is_some());
        too_many(bounds.turn().await);
        assert!(stream.next().await.is_none_or(|piece| piece.is_err()));
        bounds.turn().await.unwrap();
        // Until here: what makes room is the end, and not that the stream is gone.
        drop(stream);
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_open_body_on_and_past_its_time() {
    let bounds = bounds(0);
    let mut open = Vec::new();
    for _ in 0..limits::MAX_OPEN_BODIES {
        open.push(bounds.turn().await.unwrap().1);
    }
    let patience = Duration::from_millis(limits::OPEN_BODIES_WAIT_MS.into());
    let moment = Duration::from_millis(20);
    for (after, admitted) in [(patience - moment, true), (patience + moment, false)] {
        let reading = async {
            tokio::time::sleep(after).await;
            drop(open.pop());
        };
        let (turn, ()) = tokio::join!(bounds.turn(), reading);
        assert_eq!(turn.is_ok(), admitted, "{after:?}");
        if let Ok((_in_flight, permit)) = turn {
            open.push(permit);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn content_at_hand_is_not_open_while_there_is_memory_for_it() {
    let bounds = bounds(10);
    let mut bodies = Vec::new();
    for size in [6, 4, 1] {
        let (_in_flight, open) = bounds.turn().await.unwrap();
        bodies.push(bounds.received(content(size), open));
    }
    assert_eq!(bounds.memory.available_permits(), 0);
    assert_eq!(bounds.open.available_permits(), limits::MAX_OPEN_BODIES - 1);
    bodies.clear();
    assert_eq!(bounds.memory.available_permits(), 10);
    assert_eq!(bounds.open.available_permits(), limits::MAX_OPEN_BODIES);
}

#[test]
fn memory_on_and_past_its_limit() {
    let bounds = bounds(100);
    let (head, body) = bounds.count(20, content(80)).unwrap();
    assert!(too_many(bounds.count(1, Content::Empty)).contains("memory limit"));
    // The head goes with the request, its content with the last copy of it.
    drop(head);
    let Content::Bytes(bytes) = body else { panic!("bytes stay bytes") };
    let copy = bytes.slice(10..20);
    drop(bytes);
    too_many(bounds.count(10, content(11)));
    assert_eq!(bounds.memory.available_permits(), 20, "one that is refused leaves nothing behind");
    drop(copy);
    let _ = bounds.count(50, content(50)).unwrap();
    too_many(bounds.count(50, content(51)));
    too_many(bounds.count(usize::MAX, Content::Empty));
}

#[test]
fn a_stream_counts_as_what_may_wait_of_it() {
    let bounds = bounds(2 * body::MAX_WAITING);
    let _first = bounds.count(0, endless()).unwrap();
    let second = bounds.count(0, endless()).unwrap();
    too_many(bounds.count(0, endless()));
    drop(second);
    let _ = bounds.count(0, endless()).unwrap();
}

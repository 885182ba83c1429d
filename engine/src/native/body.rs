//! Streams of bytes between JavaScript and the host. A handle is a number; one read or write at a time per handle.

use crate::bindings::ramekin::function::http::BodyStream;
use crate::bindings::{wit_future, wit_stream};
use crate::{call, js};
use javy::quickjs::{Ctx, Error, Exception, Function, IntoJs, Persistent, Promise, Result, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wit_bindgen::{FutureWriter, JoinHandle, StreamResult, StreamWriter};

/// Bytes asked for at a time.
const CHUNK: usize = 64 * 1024;

enum Body {
    Reader(BodyStream),
    /// A read is under way; cancelling it drops the stream.
    Reading(JoinHandle<()>),
    Writer {
        data: StreamWriter<u8>,
        end: FutureWriter<std::result::Result<(), String>>,
        other_half: Option<BodyStream>,
    },
    Writing,
    /// Closed or aborted while a write was under way.
    EndAfterWrite {
        whole: bool,
    },
}

thread_local! {
    static BODIES: RefCell<(u32, BTreeMap<u32, Body>)> = const { RefCell::new((0, BTreeMap::new())) };
}

fn insert(body: Body) -> u32 {
    BODIES.with_borrow_mut(|(last, table)| {
        *last += 1;
        table.insert(*last, body);
        *last
    })
}

fn take(handle: u32) -> Option<Body> {
    BODIES.with_borrow_mut(|(_, table)| table.remove(&handle))
}

fn put(handle: u32, body: Body) {
    BODIES.with_borrow_mut(|(_, table)| table.insert(handle, body));
}

/// A promise that a task of the host settles: `convert` turns its outcome into a value or the text of an error.
pub fn promise<'js, T: 'static>(
    ctx: &Ctx<'js>,
    task: impl Future<Output = T> + 'static,
    convert: for<'a> fn(&Ctx<'a>, T) -> std::result::Result<Value<'a>, String>,
) -> Result<(Promise<'js>, JoinHandle<()>)> {
    let task = async move { (task.await, convert) };
    settled_by(ctx, task, |ctx, (outcome, convert)| match convert(ctx, outcome) {
        Ok(value) => Ok(Ok(value)),
        Err(message) => Exception::from_message(ctx.clone(), &message)?.into_js(ctx).map(Err),
    })
}

/// A value, or the reason why there is none.
pub type Settled<'js> = Result<std::result::Result<Value<'js>, Value<'js>>>;

/// What settles a promise. The call waits for it.
pub struct Deferred {
    resolve: Persistent<Function<'static>>,
    reject: Persistent<Function<'static>>,
    pending: call::Pending,
}

impl Deferred {
    pub fn new<'js>(ctx: &Ctx<'js>) -> Result<(Promise<'js>, Self)> {
        let (promise, resolve, reject) = Promise::new(ctx)?;
        let (resolve, reject) = (Persistent::save(ctx, resolve), Persistent::save(ctx, reject));
        Ok((promise, Self { resolve, reject, pending: call::Pending::new() }))
    }

    pub fn settle<'js>(self, ctx: &Ctx<'js>, settled: impl FnOnce(&Ctx<'js>) -> Settled<'js>) -> Result<()> {
        self.pending.done();
        let (settle, value): (Function, Value) = match settled(ctx)? {
            Ok(value) => (self.resolve.restore(ctx)?, value),
            Err(reason) => (self.reject.restore(ctx)?, reason),
        };
        settle.call((value,))
    }
}

/// A promise that a task of the host settles: `settle` turns its outcome into a value or a reason.
pub fn settled_by<'js, T: 'static>(
    ctx: &Ctx<'js>,
    task: impl Future<Output = T> + 'static,
    settle: for<'a> fn(&Ctx<'a>, T) -> Settled<'a>,
) -> Result<(Promise<'js>, JoinHandle<()>)> {
    let (promise, deferred) = Deferred::new(ctx)?;
    Ok((promise, settle_by(deferred, task, settle)))
}

/// Settles it with what `settle` makes of the outcome of a task of the host.
pub fn settle_by<T: 'static>(
    deferred: Deferred,
    task: impl Future<Output = T> + 'static,
    settle: for<'a> fn(&Ctx<'a>, T) -> Settled<'a>,
) -> JoinHandle<()> {
    wit_bindgen::spawn_local(async move {
        let outcome = task.await;
        call::enter(|ctx| deferred.settle(ctx, |ctx| settle(ctx, outcome)));
    })
}

/// A body that came from the host.
pub fn add_reader(stream: BodyStream) -> u32 {
    insert(Body::Reader(stream))
}

pub fn read<'js>(ctx: Ctx<'js>, handle: u32) -> Result<Promise<'js>> {
    let Some(Body::Reader(mut stream)) = take(handle) else {
        return Err(Exception::throw_type(&ctx, "the body cannot be read now"));
    };
    let task = async move {
        let (status, bytes) = stream.data.read(Vec::with_capacity(CHUNK)).await;
        if !bytes.is_empty() || status != StreamResult::Dropped {
            put(handle, Body::Reader(stream));
            return Ok(Some(bytes));
        }
        take(handle);
        stream.end.await.map(|()| None)
    };
    let (promise, task) =
        promise(&ctx, task, |ctx, outcome: std::result::Result<Option<Vec<u8>>, String>| match outcome? {
            Some(bytes) => js::bytes(ctx, bytes).map_err(|error| error.to_string()),
            None => Ok(Value::new_null(ctx.clone())),
        })?;
    put(handle, Body::Reading(task));
    Ok(promise)
}

pub fn cancel(handle: u32) {
    if let Some(Body::Reading(mut task)) = take(handle) {
        task.cancel();
    }
}

pub fn open() -> u32 {
    let (data, data_reader) = wit_stream::new();
    // A writer that is dropped leaves this behind: the other side sees a broken body.
    let (end, end_reader) = wit_future::new(|| Err("the function ended the body with an error".into()));
    let other_half = Some(BodyStream { data: data_reader, end: end_reader });
    insert(Body::Writer { data, end, other_half })
}

/// The half that the host reads.
pub fn take_reading_half(handle: u32) -> Result<BodyStream> {
    BODIES.with_borrow_mut(|(_, table)| match table.get_mut(&handle) {
        Some(Body::Writer { other_half, .. }) => other_half.take().ok_or(Error::Unknown),
        _ => Err(Error::Unknown),
    })
}

pub fn write<'js>(ctx: Ctx<'js>, handle: u32, bytes: Value<'js>) -> Result<Promise<'js>> {
    let bytes = js::copy_bytes(&bytes)?;
    let Some(Body::Writer { mut data, end, other_half }) = take(handle) else {
        return Err(Exception::throw_type(&ctx, "the body cannot be written now"));
    };
    put(handle, Body::Writing);
    let task = async move {
        let left = data.write_all(bytes).await;
        match take(handle) {
            Some(Body::EndAfterWrite { whole }) => finish(data, end, whole).await,
            _ => put(handle, Body::Writer { data, end, other_half }),
        }
        left.is_empty()
    };
    promise(&ctx, task, |ctx, whole: bool| Ok(Value::new_bool(ctx.clone(), whole))).map(|(promise, _)| promise)
}

async fn finish(data: StreamWriter<u8>, end: FutureWriter<std::result::Result<(), String>>, whole: bool) {
    drop(data);
    if whole {
        // The reader may be gone: then nobody wants to know.
        let _ = end.write(Ok(())).await;
    }
}

pub fn close(handle: u32) {
    end(handle, true);
}

pub fn abort(handle: u32) {
    end(handle, false);
}

fn end(handle: u32, whole: bool) {
    match take(handle) {
        Some(Body::Writer { data, end, .. }) => {
            wit_bindgen::spawn_local(finish(data, end, whole));
        }
        Some(Body::Writing) => put(handle, Body::EndAfterWrite { whole }),
        _ => {}
    }
}

//! The module `native:socket`: outbound WebSockets. `js/native/socket.d.ts` is the reference.

use super::{body, fetch};
use crate::bindings::ramekin::function::web_socket::{Closure, Message, Received, Request, Socket};
use crate::js::{self, LossyString};
use javy::quickjs::{Array, Ctx, Exception, IntoJs, Object, Promise, Result, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wit_bindgen::JoinHandle;

super::natives! {
    Sockets:
    "socketOpen" => open,
    "socketReceive" => receive,
    "socketSend" => send,
    "socketClose" => close,
    "socketDrop" => forget,
}

/// A connection, and what is under way of it: to let go of it is to let go of that first.
#[derive(Default)]
struct Entry {
    socket: Option<Rc<Socket>>,
    /// It opens, or a message is awaited.
    inward: Option<JoinHandle<()>>,
    /// A message, or a close, is sent.
    outward: Option<JoinHandle<()>>,
}

thread_local! {
    static SOCKETS: RefCell<(u32, BTreeMap<u32, Entry>)> = const { RefCell::new((0, BTreeMap::new())) };
}

fn with<R>(id: u32, act: impl FnOnce(&mut Entry) -> R) -> Option<R> {
    SOCKETS.with_borrow_mut(|(_, table)| table.get_mut(&id).map(act))
}

fn opened(ctx: &Ctx<'_>, id: u32) -> Result<Rc<Socket>> {
    let socket = with(id, |entry| entry.socket.clone()).flatten();
    socket.ok_or_else(|| Exception::throw_message(ctx, "the connection is over"))
}

fn open<'js>(ctx: Ctx<'js>, url: LossyString, protocols: Vec<String>, headers: String) -> Result<Object<'js>> {
    let request = Request { url: url.0, protocols, headers: js::latin1_bytes(&headers) };
    let id = SOCKETS.with_borrow_mut(|(last, table)| {
        *last += 1;
        table.insert(*last, Entry::default());
        *last
    });
    let task = async move {
        let socket = Socket::open(request).await.map_err(fetch::text)?;
        let protocol = socket.protocol();
        with(id, |entry| entry.socket = Some(Rc::new(socket)));
        Ok(protocol)
    };
    let (promise, task) = body::promise(&ctx, task, |ctx, protocol: std::result::Result<String, String>| {
        protocol?.into_js(ctx).map_err(|error| error.to_string())
    })?;
    with(id, |entry| entry.inward = Some(task));
    let handle = Object::new(ctx)?;
    handle.set("id", id)?;
    handle.set("promise", promise)?;
    Ok(handle)
}

fn receive<'js>(ctx: Ctx<'js>, id: u32) -> Result<Promise<'js>> {
    let socket = opened(&ctx, id)?;
    let task = async move { socket.receive().await };
    let (promise, task) =
        body::promise(&ctx, task, |ctx, received| told(ctx, received).map_err(|error| error.to_string()))?;
    with(id, |entry| entry.inward = Some(task));
    Ok(promise)
}

fn told<'js>(ctx: &Ctx<'js>, received: Received) -> Result<Value<'js>> {
    let list = Array::new(ctx.clone())?;
    match received {
        Received::Message(Message::Text(text)) => {
            list.set(0, 0)?;
            list.set(1, text)?;
        }
        Received::Message(Message::Binary(bytes)) => {
            list.set(0, 1)?;
            list.set(1, js::bytes(ctx, bytes)?)?;
        }
        Received::Closed(Closure { clean, code, reason }) => {
            list.set(0, 2)?;
            list.set(1, clean)?;
            list.set(2, code)?;
            list.set(3, reason)?;
        }
        Received::Failed(text) => {
            list.set(0, 3)?;
            list.set(1, text)?;
        }
    }
    list.into_js(ctx)
}

fn send<'js>(ctx: Ctx<'js>, id: u32, message: Value<'js>) -> Result<Promise<'js>> {
    let socket = opened(&ctx, id)?;
    let message = if message.is_string() {
        Message::Text(js::lossy(&message))
    } else {
        Message::Binary(js::copy_bytes(&message)?)
    };
    outward(&ctx, id, async move { socket.send(message).await })
}

fn close<'js>(ctx: Ctx<'js>, id: u32, code: Option<u16>, reason: LossyString) -> Result<Promise<'js>> {
    let socket = opened(&ctx, id)?;
    let reason = reason.0;
    outward(&ctx, id, async move {
        socket.close(code, reason).await;
        Ok(())
    })
}

fn outward<'js>(
    ctx: &Ctx<'js>,
    id: u32,
    task: impl Future<Output = std::result::Result<(), String>> + 'static,
) -> Result<Promise<'js>> {
    let (promise, task) = body::promise(ctx, task, |ctx, sent: std::result::Result<(), String>| {
        sent.map(|()| Value::new_undefined(ctx.clone()))
    })?;
    with(id, |entry| entry.outward = Some(task));
    Ok(promise)
}

fn forget(id: u32) {
    let entry = SOCKETS.with_borrow_mut(|(_, table)| table.remove(&id));
    let Some(Entry { socket: _, inward, outward }) = entry else { return };
    for mut task in [inward, outward].into_iter().flatten() {
        task.cancel();
    }
}

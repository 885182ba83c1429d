//! Outbound requests.

use super::body;
use crate::bindings::ramekin::function::fetch::{self, RedirectMode, Request, Response};
use crate::bindings::ramekin::function::invoke;
use crate::{call, js};
use javy::quickjs::{Array, Ctx, IntoJs, Object, Promise, Result, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wit_bindgen::JoinHandle;

thread_local! {
    static IN_FLIGHT: RefCell<(u32, BTreeMap<u32, JoinHandle<()>>)> = const { RefCell::new((0, BTreeMap::new())) };
}

pub fn send<'js>(
    ctx: Ctx<'js>,
    method: String,
    url: js::LossyString,
    headers: String,
    kind: u8,
    payload: Value<'js>,
    redirect: u8,
) -> Result<Object<'js>> {
    let body = call::outgoing(kind, &payload)?;
    let redirect = match redirect {
        1 => RedirectMode::Error,
        2 => RedirectMode::Manual,
        _ => RedirectMode::Follow,
    };
    let request = Request { method, url: url.0, headers: js::latin1_bytes(&headers), body, redirect };
    let id = IN_FLIGHT.with_borrow_mut(|(last, _)| {
        *last += 1;
        *last
    });
    let task = async move {
        let outcome = fetch::send(request).await;
        IN_FLIGHT.with_borrow_mut(|(_, table)| table.remove(&id));
        outcome
    };
    let (promise, task) = body::promise(&ctx, task, settled)?;
    IN_FLIGHT.with_borrow_mut(|(_, table)| table.insert(id, task));
    let handle = Object::new(ctx)?;
    handle.set("id", id)?;
    handle.set("promise", promise)?;
    Ok(handle)
}

/// Calls another function of the app.
pub fn invoke<'js>(
    ctx: Ctx<'js>,
    function: js::LossyString,
    method: String,
    headers: String,
    content: Option<js::LossyString>,
) -> Result<Promise<'js>> {
    let content = content.map(|text| text.0.into_bytes());
    let request = invoke::Request { function: function.0, method, headers: js::latin1_bytes(&headers), content };
    body::promise(&ctx, invoke::send(request), settled).map(|(promise, _)| promise)
}

fn settled<'js>(
    ctx: &Ctx<'js>,
    outcome: std::result::Result<Response, fetch::Error>,
) -> std::result::Result<Value<'js>, String> {
    match outcome {
        Ok(response) => result(ctx, response).map_err(|error| error.to_string()),
        Err(error) => Err(text(error)),
    }
}

/// What an error says.
pub fn text(error: fetch::Error) -> String {
    match error {
        fetch::Error::Invalid(text)
        | fetch::Error::Denied(text)
        | fetch::Error::Network(text)
        | fetch::Error::TooMany(text) => text,
    }
}

fn result<'js>(ctx: &Ctx<'js>, response: Response) -> Result<Value<'js>> {
    let list = Array::new(ctx.clone())?;
    let (kind, payload) = call::incoming(ctx, response.body)?;
    list.set(0, response.status)?;
    list.set(1, response.url)?;
    list.set(2, response.redirected)?;
    list.set(3, js::latin1(ctx, &response.headers)?)?;
    list.set(4, kind)?;
    list.set(5, payload)?;
    list.into_js(ctx)
}

pub fn abort(id: u32) {
    if let Some(mut task) = IN_FLIGHT.with_borrow_mut(|(_, table)| table.remove(&id)) {
        task.cancel();
    }
}

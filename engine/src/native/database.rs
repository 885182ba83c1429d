//! SQL: statements go out, rows come back as JavaScript values. `js/platform/database.js` makes of it what a function sees.

mod arrays;
mod decode;

use super::body;
use crate::bindings::ramekin::function::database::{self, Error, Role, Rows, Transaction};
use crate::bindings::ramekin::function::idempotency;
use crate::js::{self, LossyString};
use decode::Decoder;
use javy::quickjs::{Array, Atom, Ctx, Exception, IntoJs, Object, Promise, Result, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

thread_local! {
    static OPEN: RefCell<(u32, BTreeMap<u32, Rc<Transaction>>)> = const { RefCell::new((0, BTreeMap::new())) };
}

/// What JavaScript gets of rows.
type Convert = for<'a> fn(&Ctx<'a>, std::result::Result<Rows, Error>) -> std::result::Result<Value<'a>, String>;

fn role(kind: u8, user: LossyString) -> Role {
    match kind {
        1 => Role::User(user.0),
        2 => Role::Anon,
        3 => Role::Service,
        _ => Role::Caller,
    }
}

/// Settles with `[true, value]`, or `[false, text or flat list of fields]`: JavaScript makes the error, with its own class.
fn outcome<'js, T>(
    ctx: &Ctx<'js>,
    outcome: std::result::Result<T, Error>,
    value: impl FnOnce(&Ctx<'js>, T) -> Result<Value<'js>>,
) -> std::result::Result<Value<'js>, String> {
    let pair = || -> Result<Value<'js>> {
        let pair = Array::new(ctx.clone())?;
        match outcome {
            Ok(outcome) => {
                pair.set(0, true)?;
                pair.set(1, value(ctx, outcome)?)?;
            }
            Err(Error::Server(fields)) => {
                pair.set(0, false)?;
                pair.set(1, fields.into_iter().flat_map(|(name, value)| [name, value]).collect::<Vec<_>>())?;
            }
            Err(Error::Refused(text) | Error::Unavailable(text)) => {
                pair.set(0, false)?;
                pair.set(1, text)?;
            }
        }
        pair.into_js(ctx)
    };
    pair().map_err(|error| js::caught(ctx, error).0)
}

fn parameters(list: Vec<Option<LossyString>>) -> Vec<Option<String>> {
    list.into_iter().map(|value| value.map(|text| text.0)).collect()
}

pub fn query<'js>(
    ctx: Ctx<'js>,
    kind: u8,
    user: LossyString,
    sql: LossyString,
    values: Vec<Option<LossyString>>,
) -> Result<Promise<'js>> {
    run(&ctx, role(kind, user), sql.0, values, |ctx, rows| outcome(ctx, rows, result))
}

/// As `query`, with the cells as the server writes them: one list of texts, row by row.
pub fn query_text<'js>(
    ctx: Ctx<'js>,
    kind: u8,
    user: LossyString,
    sql: LossyString,
    values: Vec<Option<LossyString>>,
) -> Result<Promise<'js>> {
    run(&ctx, role(kind, user), sql.0, values, |ctx, rows| outcome(ctx, rows, texts))
}

fn run<'js>(
    ctx: &Ctx<'js>,
    role: Role,
    sql: String,
    values: Vec<Option<LossyString>>,
    convert: Convert,
) -> Result<Promise<'js>> {
    let values = parameters(values);
    let task = async move { database::query(role, sql, values).await };
    body::promise(ctx, task, convert).map(|(promise, _)| promise)
}

pub fn begin<'js>(ctx: Ctx<'js>, kind: u8, user: LossyString) -> Result<Promise<'js>> {
    let role = role(kind, user);
    let task = async move {
        let transaction = Transaction::begin(role).await?;
        Ok(OPEN.with_borrow_mut(|(last, table)| {
            *last += 1;
            table.insert(*last, Rc::new(transaction));
            *last
        }))
    };
    body::promise(&ctx, task, |ctx, id| outcome(ctx, id, |ctx, id: u32| id.into_js(ctx))).map(|(promise, _)| promise)
}

pub fn query_within<'js>(
    ctx: Ctx<'js>,
    id: u32,
    sql: LossyString,
    values: Vec<Option<LossyString>>,
) -> Result<Promise<'js>> {
    run_within(&ctx, id, sql.0, values, |ctx, rows| outcome(ctx, rows, result))
}

/// As `query_within`, with the cells as the server writes them.
pub fn query_text_within<'js>(
    ctx: Ctx<'js>,
    id: u32,
    sql: LossyString,
    values: Vec<Option<LossyString>>,
) -> Result<Promise<'js>> {
    run_within(&ctx, id, sql.0, values, |ctx, rows| outcome(ctx, rows, texts))
}

fn run_within<'js>(
    ctx: &Ctx<'js>,
    id: u32,
    sql: String,
    values: Vec<Option<LossyString>>,
    convert: Convert,
) -> Result<Promise<'js>> {
    let Some(transaction) = OPEN.with_borrow(|(_, table)| table.get(&id).cloned()) else {
        return Err(Exception::throw_message(ctx, "the transaction is over"));
    };
    let values = parameters(values);
    let task = async move { transaction.query(sql, values).await };
    body::promise(ctx, task, convert).map(|(promise, _)| promise)
}

pub fn end<'js>(ctx: Ctx<'js>, id: u32, commit: bool) -> Result<Promise<'js>> {
    let Some(transaction) = OPEN.with_borrow_mut(|(_, table)| table.remove(&id)) else {
        return Err(Exception::throw_message(&ctx, "the transaction is over"));
    };
    let task =
        async move { if commit { transaction.commit().await } else { transaction.rollback().await.map(|()| false) } };
    body::promise(&ctx, task, |ctx, kept| outcome(ctx, kept, |ctx, kept: bool| kept.into_js(ctx)))
        .map(|(promise, _)| promise)
}

pub fn claim<'js>(ctx: Ctx<'js>, key: LossyString, scope: LossyString, ttl: Option<f64>) -> Result<Promise<'js>> {
    let ttl = ttl.map(|seconds| seconds as u64);
    let task = async move { idempotency::claim(key.0, scope.0, ttl).await };
    body::promise(&ctx, task, |ctx, first| outcome(ctx, first, |ctx, first: bool| first.into_js(ctx)))
        .map(|(promise, _)| promise)
}

/// `[rows, names, type ids, command tag]`.
fn result<'js>(ctx: &Ctx<'js>, rows: Rows) -> Result<Value<'js>> {
    let decoder = Decoder::new(ctx)?;
    let names: Vec<Atom> =
        rows.columns.iter().map(|column| Atom::from_str(ctx.clone(), &column.name)).collect::<Result<_>>()?;
    let list = Array::new(ctx.clone())?;
    let mut cells = rows.cells.as_slice();
    for at in 0..rows.count {
        let row = Object::new(ctx.clone())?;
        for (column, name) in rows.columns.iter().zip(&names) {
            let value = match cell(&mut cells) {
                Some(Some(text)) => decoder.value(column.type_oid, text)?,
                Some(None) => Value::new_null(ctx.clone()),
                None => return Err(Exception::throw_message(ctx, "the result of the query is cut short")),
            };
            // Not by assignment: a column may be called __proto__.
            row.prop(
                name.clone(),
                javy::quickjs::object::Property::from(value).writable().enumerable().configurable(),
            )?;
        }
        list.set(at as usize, row)?;
    }
    let answer = Array::new(ctx.clone())?;
    answer.set(0, list)?;
    answer.set(1, rows.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>())?;
    answer.set(2, rows.columns.iter().map(|column| column.type_oid).collect::<Vec<_>>())?;
    answer.set(3, rows.command)?;
    answer.into_js(ctx)
}

/// `[texts of the cells, names, object ids of the types, command tag]`
fn texts<'js>(ctx: &Ctx<'js>, rows: Rows) -> Result<Value<'js>> {
    let list = Array::new(ctx.clone())?;
    let mut cells = rows.cells.as_slice();
    let count = rows.count as usize * rows.columns.len();
    for at in 0..count {
        match cell(&mut cells) {
            Some(Some(text)) => list.set(at, String::from_utf8_lossy(text).as_ref())?,
            Some(None) => list.set(at, Value::new_null(ctx.clone()))?,
            None => return Err(Exception::throw_message(ctx, "the result of the query is cut short")),
        }
    }
    let answer = Array::new(ctx.clone())?;
    answer.set(0, list)?;
    answer.set(1, rows.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>())?;
    answer.set(2, rows.columns.iter().map(|column| column.type_oid).collect::<Vec<_>>())?;
    answer.set(3, rows.command)?;
    answer.into_js(ctx)
}

/// The next cell; `None` when the bytes end in it.
fn cell<'a>(cells: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let (length, rest) = cells.split_first_chunk::<4>()?;
    let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
        *cells = rest;
        return Some(None);
    };
    let (text, rest) = rest.split_at_checked(length)?;
    *cells = rest;
    Some(Some(text))
}

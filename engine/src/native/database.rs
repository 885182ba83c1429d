//! SQL: statements go out, rows come back as JavaScript values. `js/platform/database.js` makes of it what a function sees.

mod arrays;
mod decode;

use super::body::{self, Settled};
use super::{platform, queries};
use crate::bindings::ramekin::function::database::{self, Error, Role, Rows, Transaction};
use crate::bindings::ramekin::function::idempotency;
use crate::call;
use crate::js::{self, LossyString};
use decode::Decoder;
use javy::quickjs::{
    Array, Atom, Ctx, Exception, Function, IntoJs, Object, Persistent, Promise, Result, String as JsString, Value,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

thread_local! {
    static MAKE_ERROR: RefCell<Option<Persistent<Function<'static>>>> = const { RefCell::new(None) };
    static OPEN: RefCell<(u32, BTreeMap<u32, Rc<Transaction>>)> = const { RefCell::new((0, BTreeMap::new())) };
}

fn role(kind: u8, user: LossyString) -> Role {
    match kind {
        1 => Role::User(user.0),
        2 => Role::Anon,
        3 => Role::Service,
        _ => Role::Caller,
    }
}

/// What makes an error of the fields of one of the server.
pub fn errors<'js>(ctx: Ctx<'js>, make: Function<'js>) {
    MAKE_ERROR.set(Some(Persistent::save(&ctx, make)));
}

/// The value of an outcome, or its error. What fails on the way is an error of the promise too.
fn settle<'js, T>(
    ctx: &Ctx<'js>,
    outcome: std::result::Result<T, Error>,
    value: impl FnOnce(&Ctx<'js>, T) -> Result<Value<'js>>,
) -> Settled<'js> {
    let message = match outcome {
        Ok(outcome) => match value(ctx, outcome) {
            Ok(value) => return Ok(Ok(value)),
            Err(error) => js::caught(ctx, error).0,
        },
        Err(Error::Server(fields)) => return server_error(ctx, fields).map(Err),
        Err(Error::Refused(text) | Error::Unavailable(text)) => text,
    };
    Exception::from_message(ctx.clone(), &message)?.into_js(ctx).map(Err)
}

fn server_error<'js>(ctx: &Ctx<'js>, named: Vec<(String, String)>) -> Result<Value<'js>> {
    let fields = Object::new(ctx.clone())?;
    for (name, value) in named {
        fields.set(name, value)?;
    }
    let make = MAKE_ERROR.with_borrow(Clone::clone).ok_or(javy::quickjs::Error::Unknown)?;
    make.restore(ctx)?.call((fields,))
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
    platform::require_call(ctx.clone(), "ctx.db.query".into())?;
    queries::ask(&ctx, role(kind, user), sql.0, parameters(values), |ctx, rows| settle(ctx, rows, result))
}

/// As `query`, with the cells as the server writes them: one list of texts, row by row.
pub fn query_text<'js>(
    ctx: Ctx<'js>,
    kind: u8,
    user: LossyString,
    sql: LossyString,
    values: Vec<Option<LossyString>>,
) -> Result<Promise<'js>> {
    queries::ask(&ctx, role(kind, user), sql.0, parameters(values), |ctx, rows| settle(ctx, rows, texts))
}

pub fn begin<'js>(ctx: Ctx<'js>, kind: u8, user: LossyString) -> Result<Promise<'js>> {
    let (role, beginning) = (role(kind, user), call::Beginning::new());
    let task = async move {
        let begun = Transaction::begin(role).await;
        drop(beginning);
        let transaction = begun?;
        Ok(OPEN.with_borrow_mut(|(last, table)| {
            *last += 1;
            table.insert(*last, Rc::new(transaction));
            *last
        }))
    };
    body::settled_by(&ctx, task, |ctx, id| settle(ctx, id, |ctx, id: u32| id.into_js(ctx))).map(|(promise, _)| promise)
}

pub fn query_within<'js>(
    ctx: Ctx<'js>,
    id: u32,
    sql: LossyString,
    values: Vec<Option<LossyString>>,
) -> Result<Promise<'js>> {
    run_within(&ctx, id, sql.0, values, |ctx, rows| settle(ctx, rows, result))
}

/// As `query_within`, with the cells as the server writes them.
pub fn query_text_within<'js>(
    ctx: Ctx<'js>,
    id: u32,
    sql: LossyString,
    values: Vec<Option<LossyString>>,
) -> Result<Promise<'js>> {
    run_within(&ctx, id, sql.0, values, |ctx, rows| settle(ctx, rows, texts))
}

fn run_within<'js>(
    ctx: &Ctx<'js>,
    id: u32,
    sql: String,
    values: Vec<Option<LossyString>>,
    settle: queries::Settle,
) -> Result<Promise<'js>> {
    let Some(transaction) = OPEN.with_borrow(|(_, table)| table.get(&id).cloned()) else {
        return Err(Exception::throw_message(ctx, "the transaction is over"));
    };
    let values = parameters(values);
    let task = async move { transaction.query(sql, values).await };
    body::settled_by(ctx, task, settle).map(|(promise, _)| promise)
}

pub fn end<'js>(ctx: Ctx<'js>, id: u32, commit: bool) -> Result<Promise<'js>> {
    let Some(transaction) = OPEN.with_borrow_mut(|(_, table)| table.remove(&id)) else {
        return Err(Exception::throw_message(&ctx, "the transaction is over"));
    };
    let task =
        async move { if commit { transaction.commit().await } else { transaction.rollback().await.map(|()| false) } };
    body::settled_by(&ctx, task, |ctx, kept| settle(ctx, kept, |ctx, kept: bool| kept.into_js(ctx)))
        .map(|(promise, _)| promise)
}

pub fn claim<'js>(ctx: Ctx<'js>, key: LossyString, scope: LossyString, ttl: Option<f64>) -> Result<Promise<'js>> {
    let ttl = ttl.map(|seconds| seconds as u64);
    let task = async move { idempotency::claim(key.0, scope.0, ttl).await };
    body::settled_by(&ctx, task, |ctx, first| settle(ctx, first, |ctx, first: bool| first.into_js(ctx)))
        .map(|(promise, _)| promise)
}

/// `{ rows, rowCount, command, fields }`.
fn result<'js>(ctx: &Ctx<'js>, rows: Rows) -> Result<Value<'js>> {
    let columns: Vec<(Atom, JsString)> = rows
        .columns
        .iter()
        .map(|column| {
            let name = Atom::from_str(ctx.clone(), &column.name)?;
            let text = name.to_js_string()?;
            Ok((name, text))
        })
        .collect::<Result<_>>()?;
    refuse_duplicates(ctx, &rows.columns)?;
    let decoder = Decoder::new(ctx)?;
    let list = Array::new(ctx.clone())?;
    let mut cells = rows.cells.as_slice();
    for at in 0..rows.count {
        let row = Object::new(ctx.clone())?;
        for (column, (name, _)) in rows.columns.iter().zip(&columns) {
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
    let fields = Array::new(ctx.clone())?;
    for (at, (column, (_, name))) in rows.columns.iter().zip(columns).enumerate() {
        let field = Object::new(ctx.clone())?;
        field.set("name", name)?;
        field.set("dataTypeID", column.type_oid)?;
        fields.set(at, field)?;
    }
    let (command, count) = told(&rows.command);
    let answer = Object::new(ctx.clone())?;
    answer.set("rows", list)?;
    answer.set("rowCount", count)?;
    answer.set("command", command)?;
    answer.set("fields", fields)?;
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

/// The words of a command tag, and the number of rows at its end.
fn told(tag: &str) -> (String, Option<f64>) {
    let is_number = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let count = tag.rsplit(' ').next().filter(is_number).and_then(|word| word.parse().ok());
    let words: Vec<&str> = tag.split(' ').filter(|word| !is_number(word)).collect();
    (words.join(" "), count)
}

/// A row is an object, which has room for one of a name.
fn refuse_duplicates(ctx: &Ctx<'_>, columns: &[database::Column]) -> Result<()> {
    let (mut seen, mut twice) = (BTreeSet::new(), Vec::new());
    for column in columns {
        let name = column.name.as_str();
        if !seen.insert(name) && !twice.contains(&name) {
            twice.push(name);
        }
    }
    if twice.is_empty() {
        return Ok(());
    }
    let list = twice.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let text = format!("Field names {list} are duplicated in the result of the query: name the columns apart with AS");
    Err(Exception::throw_message(ctx, &text))
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

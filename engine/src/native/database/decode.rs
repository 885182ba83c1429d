//! PostgreSQL's text form of values, as JavaScript values (Butterbase §5.4). What no rule is for stays text.

use super::arrays;
use crate::bindings::ramekin::function::log as host_log;
use crate::js;
use javy::quickjs::{Array, BigInt, Ctx, IntoJs, Object, Result, String as JsString, Value, qjs};

/// How the text of a type is read.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Int8,
    Bool,
    Bytes,
    Json,
    Date,
    Timestamp,
    Tid,
    Point,
    /// Two points: `box` and `lseg`.
    Points2,
    Line,
    Circle,
    /// Any number of points: `path` and `polygon`.
    Points,
}

/// The kind of a type, and whether the type is an array of it.
fn kind(oid: u32) -> (Kind, bool) {
    match oid {
        16 => (Kind::Bool, false),
        17 => (Kind::Bytes, false),
        20 => (Kind::Int8, false),
        // int2, int4, xid, float4; float8 stays text, as it always was here.
        21 | 23 | 28 | 700 => (Kind::Number, false),
        27 => (Kind::Tid, false),
        114 | 3802 => (Kind::Json, false),
        600 => (Kind::Point, false),
        601 | 603 => (Kind::Points2, false),
        602 | 604 => (Kind::Points, false),
        628 => (Kind::Line, false),
        718 => (Kind::Circle, false),
        1082 => (Kind::Date, false),
        1114 | 1184 => (Kind::Timestamp, false),
        1000 => (Kind::Bool, true),
        1001 => (Kind::Bytes, true),
        1016 => (Kind::Int8, true),
        1005 | 1007 | 1011 | 1021 => (Kind::Number, true),
        1010 => (Kind::Tid, true),
        199 | 3807 => (Kind::Json, true),
        1017 => (Kind::Point, true),
        1018 | 1020 => (Kind::Points2, true),
        1019 | 1027 => (Kind::Points, true),
        629 => (Kind::Line, true),
        719 => (Kind::Circle, true),
        1182 => (Kind::Date, true),
        1115 | 1185 => (Kind::Timestamp, true),
        // "char", name, reg*, text, oid, bpchar, varchar, float8, cidr, macaddr, macaddr8, inet, time, timetz, numeric, uuid.
        1002
        | 1003
        | 1008
        | 1009
        | 1014
        | 1015
        | 1022
        | 1028
        | 651
        | 1040
        | 775
        | 1041
        | 1183
        | 1270
        | 1231
        | 2951
        | 2207..=2211
        | 4090
        | 4097 => (Kind::Text, true),
        _ => (Kind::Text, false),
    }
}

/// Corners of boxes are separated by commas, so boxes are not.
const BOX_ARRAY: u32 = 1020;

pub struct Decoder<'js> {
    ctx: Ctx<'js>,
}

impl<'js> Decoder<'js> {
    pub fn new(ctx: &Ctx<'js>) -> Result<Self> {
        Ok(Self { ctx: ctx.clone() })
    }

    /// The value of a cell. A text that its type should not have, after `SET DateStyle` say, becomes null and a line in the
    /// log.
    pub fn value(&self, oid: u32, text: &[u8]) -> Result<Value<'js>> {
        let text = String::from_utf8_lossy(text);
        let (kind, is_array) = kind(oid);
        let value = if is_array {
            let delimiter = if oid == BOX_ARRAY { b';' } else { b',' };
            match arrays::parse(&text, delimiter) {
                Some(element) => Some(self.element(kind, element)?),
                None => None,
            }
        } else {
            self.scalar(kind, &text)?
        };
        Ok(value.unwrap_or_else(|| {
            host_log::write(host_log::Level::Warn, &format!("a value of type {oid} from the database cannot be read"));
            Value::new_null(self.ctx.clone())
        }))
    }

    fn element(&self, kind: Kind, element: arrays::Element) -> Result<Value<'js>> {
        match element {
            arrays::Element::Null => Ok(Value::new_null(self.ctx.clone())),
            arrays::Element::Text(text) => {
                Ok(self.scalar(kind, &text)?.unwrap_or_else(|| Value::new_null(self.ctx.clone())))
            }
            arrays::Element::List(elements) => {
                let list = Array::new(self.ctx.clone())?;
                for (at, element) in elements.into_iter().enumerate() {
                    list.set(at, self.element(kind, element)?)?;
                }
                list.into_js(&self.ctx)
            }
        }
    }

    fn scalar(&self, kind: Kind, text: &str) -> Result<Option<Value<'js>>> {
        let ctx = &self.ctx;
        let number = |number: Option<f64>| number.map(|number| Value::new_number(ctx.clone(), number));
        Ok(match kind {
            Kind::Text => Some(JsString::from_str(ctx.clone(), text)?.into_value()),
            Kind::Number => number(text.parse().ok()),
            // Beyond 2^53 digits are lost, as they always were here.
            Kind::Int8 => number(text.parse::<i64>().ok().map(|number| number as f64)),
            Kind::Bool => Some(Value::new_bool(ctx.clone(), text == "t")),
            Kind::Bytes => bytes(text).map(|bytes| js::bytes(ctx, bytes)).transpose()?,
            Kind::Json => ctx.json_parse(text).ok(),
            Kind::Date | Kind::Timestamp => match text {
                "infinity" => number(Some(f64::INFINITY)),
                "-infinity" => number(Some(f64::NEG_INFINITY)),
                _ => milliseconds(text).map(|time| self.date(time)),
            },
            Kind::Tid => {
                let Some((block, index)) = text.trim_matches(['(', ')']).split_once(',') else { return Ok(None) };
                let (Ok(block), Ok(index)) = (block.parse(), index.parse()) else { return Ok(None) };
                let pair = [BigInt::from_i64(ctx.clone(), block)?, BigInt::from_i64(ctx.clone(), index)?];
                Some(Vec::from(pair).into_js(ctx)?)
            }
            Kind::Point => match coordinates(text).as_slice() {
                [x, y] => Some(self.object(&[("x", x), ("y", y)])?),
                _ => None,
            },
            Kind::Points2 => match coordinates(text).as_slice() {
                [ax, ay, bx, by] => {
                    let object = Object::new(ctx.clone())?;
                    object.set("a", self.object(&[("x", ax), ("y", ay)])?)?;
                    object.set("b", self.object(&[("x", bx), ("y", by)])?)?;
                    Some(object.into_value())
                }
                _ => None,
            },
            Kind::Line => match coordinates(text).as_slice() {
                [a, b, c] => Some(self.object(&[("a", a), ("b", b), ("c", c)])?),
                _ => None,
            },
            Kind::Circle => match coordinates(text).as_slice() {
                [x, y, radius] => {
                    let object = Object::new(ctx.clone())?;
                    object.set("point", self.object(&[("x", x), ("y", y)])?)?;
                    object.set("radius", *radius)?;
                    Some(object.into_value())
                }
                _ => None,
            },
            Kind::Points => {
                let points = coordinates(text);
                let list = Array::new(ctx.clone())?;
                for (at, point) in points.chunks_exact(2).enumerate() {
                    list.set(at, self.object(&[("x", point[0]), ("y", point[1])])?)?;
                }
                Some(list.into_js(ctx)?)
            }
        })
    }

    fn object(&self, members: &[(&str, &str)]) -> Result<Value<'js>> {
        let object = Object::new(self.ctx.clone())?;
        for (name, value) in members {
            object.set(*name, *value)?;
        }
        Ok(object.into_value())
    }

    fn date(&self, milliseconds: f64) -> Value<'js> {
        // SAFETY: the context is alive; the value is new and owned by what is returned.
        unsafe { Value::from_raw(self.ctx.clone(), qjs::JS_NewDate(self.ctx.as_raw().as_ptr(), milliseconds)) }
    }
}

/// The numbers of a geometric value, as text.
fn coordinates(text: &str) -> Vec<&str> {
    text.split(['(', ')', '[', ']', '{', '}', '<', '>', ',']).filter(|part| !part.is_empty()).collect()
}

/// `\x` and hex digits; or the older form, in which a backslash and three octal digits stand for a byte.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    if let Some(hex) = text.strip_prefix("\\x") {
        return hex.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
        } else if let Some(after) = rest.strip_prefix(b"\\") {
            bytes.push(b'\\');
            rest = after;
        } else {
            let (octal, after) = rest.split_at_checked(3)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(octal).ok()?, 8).ok()?);
            rest = after;
        }
    }
    Some(bytes)
}

/// Milliseconds since 1970 of a date or timestamp in the ISO form, with or without zone; without one it is UTC.
fn milliseconds(text: &str) -> Option<f64> {
    let (text, before_christ) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year: i64 = year.parse().ok()?;
    // There is no year 0: 1 BC is 0 here.
    let year = if before_christ { 1 - year } else { year };
    let days = days_since_1970(year, month.parse().ok()?, day.parse().ok()?);
    let zone_at = time.find(['+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let seconds = if clock.is_empty() { 0.0 } else { seconds_of(clock)? };
    let offset = match zone.as_bytes().first() {
        Some(b'-') => -seconds_of(&zone[1..])?,
        Some(_) => seconds_of(&zone[1..])?,
        None => 0.0,
    };
    // Whole milliseconds, as a Date has them.
    Some(((days as f64 * 86_400.0 - offset) * 1e3 + seconds * 1e3 + 1e-4).floor())
}

/// `hh`, `hh:mm` or `hh:mm:ss.f`.
fn seconds_of(text: &str) -> Option<f64> {
    let mut sum = 0.0;
    for (part, weight) in text.split(':').zip([3600.0, 60.0, 1.0]) {
        sum += part.parse::<f64>().ok()? * weight;
    }
    Some(sum)
}

/// Days from 1970-01-01 in the Gregorian calendar without end in either direction.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the day that is not always there is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

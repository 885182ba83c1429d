//! Time zones and boundaries of text, from the host.

use crate::bindings::ramekin::function::intl::{self, Granularity};
use crate::js::LossyString;
use javy::quickjs::{Array, Ctx, Result};

pub fn zone_name(name: LossyString) -> Option<String> {
    intl::time_zone(&name.0)
}

pub fn zone_names() -> Vec<String> {
    intl::time_zones()
}

pub fn zone_offset<'js>(ctx: Ctx<'js>, zone: LossyString, at: f64) -> Result<Array<'js>> {
    let (seconds, summer) = intl::offset(&zone.0, at as i64);
    let pair = Array::new(ctx)?;
    pair.set(0, seconds)?;
    pair.set(1, summer)?;
    Ok(pair)
}

pub fn text_boundaries(text: LossyString, granularity: u8) -> Vec<i32> {
    let by = match granularity {
        0 => Granularity::Grapheme,
        1 => Granularity::Word,
        _ => Granularity::Sentence,
    };
    intl::boundaries(&text.0, by)
}

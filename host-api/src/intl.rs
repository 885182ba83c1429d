//! `intl`: time zones and boundaries of text, whose tables are the host's so that no sandbox holds them.

use crate::bindings::ramekin::function::intl;
use crate::state::CallState;
use ramekin_support::intl as tables;

impl intl::Host for CallState {
    fn time_zone(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        Ok(tables::time_zone(&name).map(str::to_owned))
    }

    fn time_zones(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(tables::time_zones())
    }

    fn offset(&mut self, zone: String, at: i64) -> wasmtime::Result<(i32, bool)> {
        Ok(tables::offset(&zone, at))
    }

    fn boundaries(&mut self, text: String, by: intl::Granularity) -> wasmtime::Result<Vec<i32>> {
        let by = match by {
            intl::Granularity::Grapheme => tables::Granularity::Grapheme,
            intl::Granularity::Word => tables::Granularity::Word,
            intl::Granularity::Sentence => tables::Granularity::Sentence,
        };
        Ok(tables::boundaries(&text, by))
    }
}

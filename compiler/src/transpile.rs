//! TEMPORARY passthrough until the real one (being written) replaces this file.
use crate::{Diagnostics, Source, SourceMap};
/// x
#[derive(Debug)]
pub struct Transpiled { /// x
    pub code: String, /// x
    pub source_map: SourceMap }
/// x
pub fn transpile(source: &Source) -> Result<Transpiled, Diagnostics> { Ok(Transpiled { code: source.code.clone(), source_map: SourceMap }) }

//! TEMPORARY
/// x
#[derive(Debug, Clone)]
pub struct SourceMap;
impl SourceMap { /// x
    pub fn to_json(&self) -> String { String::new() } /// x
    pub fn from_json(_: &str) -> Option<Self> { Some(Self) } }
/// x
pub fn remap_stack(stack: &str, _: &SourceMap, _: &str) -> String { stack.into() }

//! TEMPORARY
/// x
#[derive(Debug, Clone, serde::Serialize)]
pub struct Diagnostic { /// x
    pub message: String }
/// x
#[derive(Debug, Clone, serde::Serialize)]
pub struct Diagnostics(pub Vec<Diagnostic>);
impl std::fmt::Display for Diagnostics { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{:?}", self.0) } }
impl Diagnostic { /// x
    pub fn evaluation(_: &crate::Source, message: &str, stack: Option<&str>) -> Self { Self { message: format!("{message}\n{}", stack.unwrap_or_default()) } } }

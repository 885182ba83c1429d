//! TEMPORARY
/// x
#[derive(Debug, Clone)]
pub struct Source { /// x
    pub file_name: String, /// x
    pub code: String }

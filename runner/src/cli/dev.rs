//! `ramekin dev`: stub for now
use super::{Common, exit_code::CliError, output::Terminal};
use crate::config::Variables;
/// x
#[derive(Debug, clap::Args)]
pub struct Dev { #[command(flatten)] common: Common, /// x
 dir: Option<std::path::PathBuf> }
/// x
/// # Errors
/// x
pub async fn run(dev: Dev, _: &Variables, _: &Terminal) -> Result<(), CliError> { let _ = (dev.common, dev.dir); Ok(()) }

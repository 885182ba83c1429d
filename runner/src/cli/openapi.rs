//! `ramekin openapi`: the API's description.

use super::output::Terminal;
use crate::server::openapi;
use clap::{Args, ValueEnum};

/// Print the description of the API: what a server answers at `GET /openapi.json`.
#[derive(Debug, Args)]
pub struct OpenApi {
    /// OpenAPI 3.1, or a page for people.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// OpenAPI 3.1 in JSON.
    Json,
    /// Markdown.
    Markdown,
}

/// Prints it.
pub fn run(verb: &OpenApi, terminal: &Terminal) {
    let document = openapi::document();
    match verb.format {
        Format::Json => terminal.say(&crate::server::mcp::pretty(&document.to_string())),
        Format::Markdown => terminal.say(openapi::markdown::page(&document).trim_end()),
    }
}

//! The command line. One verb per file.

pub mod dev;
pub mod exit_code;
pub mod keys;
pub mod openapi;
pub mod output;
pub mod serve;

use crate::config::{self, Config, ConfigError, Variables, env_var};
use crate::telemetry::LogFormat;
use clap::{Args, Parser, Subcommand};
use exit_code::{CliError, ExitCode};
use output::Terminal;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// A self-hosted runner for serverless TypeScript functions.
///
/// Every request is served in a WebAssembly sandbox of its own, under hard limits on time, CPU and memory. One binary;
/// without DATABASE_URL it runs a private PostgreSQL by itself.
#[derive(Debug, Parser)]
#[command(name = "ramekin", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
Start here:
  ramekin dev examples      serve the functions of a folder, and serve them anew when they change
  ramekin serve             run a server that takes deploys over its API

Exit codes: 0 ended as asked, 1 failed, 2 bad command line, 3 bad setting, 4 cannot listen,
            5 folder not usable, 6 database not usable, 7 sandbox not usable, 130 ended by a second signal";

/// How many slices of functions that compute may run between two looks at the network: a slice takes about a millisecond,
/// and the default of the runtime is meant for tasks that take microseconds.
const EVENT_INTERVAL: u32 = 4;

#[derive(Debug, Subcommand)]
enum Verb {
    Serve(serve::Serve),
    Dev(dev::Dev),
    Keys(keys::Keys),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
}

/// Flags of every verb.
#[derive(Debug, Args)]
pub struct Common {
    /// Address to listen on, as host:port. Port 0 takes a free one.
    #[arg(long, env = env_var::LISTEN, default_value = config::DEFAULT_LISTEN)]
    pub listen: String,
    /// Form of the log lines on the standard error. RUST_LOG says what is logged.
    #[arg(long, value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

/// Runs the program.
pub fn main() -> std::process::ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let asked = !error.use_stderr();
            return if asked { ExitCode::Ok } else { ExitCode::Usage }.into();
        }
    };
    let terminal = Terminal::new();
    let runtime = match tokio::runtime::Builder::new_multi_thread().event_interval(EVENT_INTERVAL).enable_all().build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&terminal, &error.into()),
    };
    let variables = Variables::of_process();
    let done = runtime.block_on(async {
        match cli.verb {
            Verb::Serve(serve) => serve::run(serve, &variables, &terminal).await,
            Verb::Dev(dev) => dev::run(dev, &variables, &terminal).await,
            Verb::Keys(keys) => keys::run(keys, &variables, &terminal).await,
            Verb::OpenApi(verb) => {
                openapi::run(&verb, &terminal);
                Ok(())
            }
        }
    });
    // A blocking look-up of a name may still be running; nothing waits for it.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::Ok.into(),
        Err(error) => failed(&terminal, &error),
    }
}

fn failed(terminal: &Terminal, error: &CliError) -> std::process::ExitCode {
    terminal.error(&error.to_string());
    error.exit_code().into()
}

/// Listens first: an address that is taken is found out before anything is started.
async fn listen(address: &str) -> Result<TcpListener, CliError> {
    let failed = |source| CliError::Listen { address: address.to_owned(), source };
    TcpListener::bind(address).await.map_err(failed)
}

/// The address of a server without a configured public URL.
fn public_url(config: &Config, listener: &TcpListener) -> Result<String, CliError> {
    match &config.public_url {
        Some(url) => Ok(url.clone()),
        None => {
            let mut address = listener.local_addr()?;
            // Listening everywhere is no address to call.
            if address.ip().is_unspecified() {
                address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            }
            Ok(format!("http://{address}"))
        }
    }
}

/// As many open files as the system lets us have: each connection is one.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// A folder given or by default.
fn folder(given: Option<PathBuf>, default: impl FnOnce() -> Result<PathBuf, ConfigError>) -> Result<PathBuf, CliError> {
    let path = match given {
        Some(path) => path,
        None => default()?,
    };
    Ok(std::path::absolute(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_names_every_verb() {
        let help = Cli::command().render_long_help().to_string();
        for word in ["serve", "dev", "keys", "openapi", "Exit codes", "ramekin dev examples"] {
            assert!(help.contains(word), "{help}");
        }
    }
}

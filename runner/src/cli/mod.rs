//! The command line. One verb per file.

mod completions;
pub mod dev;
mod dotenv;
pub mod exit_code;
pub mod keys;
pub mod openapi;
pub mod output;
mod private_file;
pub mod remote;
pub mod serve;
mod settings;
mod sources;

use crate::config::{self, ApiKeyText, Config, ConfigError, Variables, env_var};
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
  ramekin login             talk to a server, here or elsewhere: apps, functions, metrics and keys do

Exit codes: 0 ended as asked, 1 failed, 2 bad command line, 3 bad setting, 4 cannot listen, 5 file or folder not
            usable, 6 database not usable, 7 sandbox not usable, 8 server not reachable, 9 no key or not allowed,
            10 not found, 11 refused, 12 server cannot now, 13 the function failed, 130 interrupted";

/// How many slices of functions that compute may run between two looks at the network: a slice takes about a millisecond,
/// and the default of the runtime is meant for tasks that take microseconds.
const EVENT_INTERVAL: u32 = 4;

#[derive(Debug, Subcommand)]
enum Verb {
    Serve(serve::Serve),
    Dev(dev::Dev),
    Login(remote::login::Login),
    Logout(remote::login::Logout),
    Apps(remote::apps::Apps),
    #[command(visible_alias = "fn")]
    Functions(remote::functions::Functions),
    Metrics(remote::metrics::Metrics),
    Keys(keys::Keys),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    Completions(completions::Completions),
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

/// The hidden verb with which a server starts the bundler's process: see [`ramekin_bundler`].
pub const BUNDLE: &str = "bundle";

/// Runs the program.
pub fn main() -> std::process::ExitCode {
    // Before anything else, and on its own: it has a runtime and limits of its own, and no environment.
    if std::env::args_os().nth(1).is_some_and(|verb| verb == BUNDLE) {
        return ramekin_bundler::child::run();
    }
    let terminal = Terminal::new();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            if error.use_stderr() && names_a_key(std::env::args()) {
                terminal.error(KEY_ON_COMMAND_LINE);
                return ExitCode::Usage.into();
            }
            let _ = error.print();
            let asked = !error.use_stderr();
            return if asked { ExitCode::Ok } else { ExitCode::Usage }.into();
        }
    };
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
            Verb::Login(login) => remote::login::login(login, &variables, &terminal).await,
            Verb::Logout(logout) => remote::login::logout(logout, &variables, &terminal),
            Verb::Apps(apps) => remote::apps::run(apps, &variables, &terminal).await,
            Verb::Functions(functions) => remote::functions::run(functions, &variables, &terminal).await,
            Verb::Metrics(metrics) => remote::metrics::run(metrics, &variables, &terminal).await,
            Verb::Keys(keys) => keys::run(keys, &variables, &terminal).await,
            Verb::OpenApi(verb) => {
                openapi::run(&verb, &terminal);
                Ok(())
            }
            Verb::Completions(completions) => completions::run(&completions, &terminal),
        }
    });
    // A blocking look-up of a name may still be running; nothing waits for it.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::Ok.into(),
        Err(error) => failed(&terminal, &error),
    }
}

/// What the command line cannot be understood for, in place of an error that would show the key again.
const KEY_ON_COMMAND_LINE: &str = "the command line cannot be understood, and it has a key in it, which every program of \
    this machine can read there; `ramekin login` reads a key from the standard input or from RAMEKIN_API_KEY (see --help)";

/// Whether one of these words holds a key.
fn names_a_key(words: impl Iterator<Item = String>) -> bool {
    let holds = |word: String| {
        word.match_indices(ApiKeyText::PREFIX).any(|(at, _)| {
            let end = at + ApiKeyText::PREFIX.len() + 40;
            word.get(at..end).is_some_and(|text| ApiKeyText::parse(text).is_some())
        })
    };
    words.into_iter().any(holds)
}

fn failed(terminal: &Terminal, error: &CliError) -> std::process::ExitCode {
    let code = error.exit_code();
    if code != ExitCode::Ok {
        terminal.error(&error.to_string());
    }
    code.into()
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
        for word in [
            "serve",
            "dev",
            "login",
            "apps",
            "functions",
            "metrics",
            "keys",
            "openapi",
            "Exit codes",
            "ramekin dev examples",
        ] {
            assert!(help.contains(word), "{help}");
        }
    }

    #[test]
    fn keys_among_words() {
        let key = format!("bb_sk_{}", "0a".repeat(20));
        let names = |word: &str| names_a_key([word.to_owned()].into_iter());
        assert!(names(&key) && names(&format!("--key={key}")) && names(&format!("bb_sk_ {key}x")));
        assert!(!names("bb_sk_") && !names("login") && !names(&format!("bb_sk_{}", "0".repeat(39))));
    }
}

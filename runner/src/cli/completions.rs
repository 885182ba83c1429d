//! `ramekin completions`: what a shell needs to complete the program's words.

use super::Cli;
use super::exit_code::CliError;
use super::output::Terminal;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

const WHERE: &str = "\
Where they go:
  bash   ramekin completions bash > ~/.local/share/bash-completion/completions/ramekin
  zsh    ramekin completions zsh > \"${fpath[1]}/_ramekin\"
  fish   ramekin completions fish > ~/.config/fish/completions/ramekin.fish";

/// Print a script that has a shell complete commands and flags.
#[derive(Debug, Args)]
#[command(after_help = WHERE)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints it.
///
/// # Errors
/// When nobody takes it.
pub fn run(completions: &Completions, terminal: &Terminal) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Cli::command(), "ramekin", &mut script);
    Ok(terminal.put(&script)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_know_the_verbs() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "ramekin", &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in ["functions", "deploy", "timeout-ms", "login"] {
                assert!(script.contains(word), "{shell} {word}");
            }
        }
    }
}

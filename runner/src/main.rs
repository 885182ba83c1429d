//! The program: parses, runs, and ends with an exit code that says how it went.

fn main() -> std::process::ExitCode {
    ramekin_runner::cli::main()
}

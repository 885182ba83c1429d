//! When to stop: the first signal asks the server to end in order, the second one ends it at once.

use crate::cli::exit_code::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by SIGTERM, SIGINT (ctrl-c) or SIGHUP. `asked` is told of the first signal.
///
/// # Errors
/// When the operating system does not let the process hear signals.
pub fn on_signal(asked: impl FnOnce() + Send + 'static) -> std::io::Result<CancellationToken> {
    let mut signals = Signals {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
        hangup: signal(SignalKind::hangup())?,
    };
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        signals.next().await;
        asked();
        cancel.cancel();
        signals.next().await;
        std::process::exit(ExitCode::Interrupted.into());
    });
    Ok(token)
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

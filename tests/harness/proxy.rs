//! Stands between a client and a server, and breaks connections.

use anyhow::Result;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A proxy, for as long as the test runs.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    open: Mutex<Vec<TcpStream>>,
    /// Connections that are still to be broken when their answer comes.
    swallowing: AtomicUsize,
}

impl Proxy {
    /// A proxy before this server.
    ///
    /// # Errors
    /// When there is no port.
    pub fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, state) = (listener.local_addr()?, Arc::<State>::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(server) else { continue };
                // A connection that cannot be kept is one that breaks.
                let _ = shared.join(&client, &server);
            }
        });
        Ok(Self { address, state })
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next answers, so many of them, reach nobody: the connection breaks in place of them.
    pub fn swallow(&self, answers: usize) {
        self.state.swallowing.store(answers, Ordering::SeqCst);
    }

    /// Breaks every connection that is open.
    pub fn cut(&self) {
        for stream in self.state.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    fn join(self: &Arc<Self>, client: &TcpStream, server: &TcpStream) -> std::io::Result<()> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).extend([client.try_clone()?, server.try_clone()?]);
        let (from, to) = (client.try_clone()?, server.try_clone()?);
        std::thread::spawn(move || copy(from, to, || true));
        let (from, to, state) = (server.try_clone()?, client.try_clone()?, Arc::clone(self));
        std::thread::spawn(move || copy(from, to, || !state.takes_one()));
        Ok(())
    }

    /// Whether the answer that comes is one to be swallowed.
    fn takes_one(&self) -> bool {
        self.swallowing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

/// Copies until one side ends, or what comes may not pass.
fn copy(mut from: TcpStream, mut to: TcpStream, may_pass: impl Fn() -> bool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let sent = buffer.get(..count).is_some_and(|bytes| may_pass() && to.write_all(bytes).is_ok());
        if !sent {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

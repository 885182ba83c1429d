//! WebSockets of the upstream. What each does is in its path:
//!
//! | Path | |
//! |---|---|
//! | `/socket/echo` | sends back what it gets; `headers` is answered with the fields of the handshake, as JSON pairs; of subprotocols it chooses the last |
//! | `/socket/close/4001` | closes with that code and the reason `as asked`; with none for 1005; with what cannot be sent for the like of 1006 |
//! | `/socket/size/1000` | sends a message of so many bytes, in two frames, and keeps what ends it for `/ended/1000` |
//! | `/socket/ping` | sends a ping, and `ponged` when that is answered |
//! | `/socket/many/100` | sends so many messages of 100 KB at once |
//! | `/socket/bad/masked` | sends what no server may send: see [`bad`] |
//! | `/socket/answer/key` | answers the handshake with something wrong: see [`answer`] |
//! | `/socket/keep/name` | sends `open`, and keeps what ends it for `/ended/name` |
//! | `/socket/silent/name` | never answers; `/ended/name` is `gone` when the client is |
//! | `/ended/name` | how `/socket/keep/name` ended: `code 1001`, or `broken` |

use super::chunks::Chunks;
use super::{status, with};
use futures::{SinkExt as _, StreamExt as _};
use http::{Request, Response, header};
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::Frame};

/// How sockets ended, by their names.
#[derive(Clone, Default)]
pub struct Ends(Arc<Mutex<BTreeMap<String, String>>>);

impl Ends {
    fn set(&self, name: &str, end: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), end);
    }

    /// How the one with this name ended; waits for it.
    pub async fn of(&self, name: &str) -> String {
        for _ in 0..200 {
            if let Some(end) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
                return end.clone();
            }
            sleep(Duration::from_millis(50)).await;
        }
        "open".into()
    }
}

/// Notes that a client has gone without an answer.
struct Gone {
    name: String,
    ends: Ends,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.ends.set(&self.name, "gone".into());
    }
}

/// The answer to a handshake; the connection goes on by itself.
pub async fn answer(mut request: Request<Incoming>, kind: &str, argument: &str, ends: Ends) -> Response<Chunks> {
    if kind == "silent" {
        let _gone = Gone { name: argument.to_owned(), ends };
        sleep(Duration::from_hours(1)).await;
        return status(500, Chunks::whole("it was to be silent"));
    }
    let field = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Some(key) = field(header::SEC_WEBSOCKET_KEY) else { return status(426, Chunks::whole("a WebSocket is here")) };
    let offered = field(header::SEC_WEBSOCKET_PROTOCOL);
    let wrong = if kind == "answer" { argument } else { "" };
    match wrong {
        "403" => return status(403, Chunks::whole("not you")),
        "200" => return status(200, Chunks::whole("no WebSocket is here")),
        "302" => return with(status(302, Chunks::whole("")), "location", "/socket/echo"),
        _ => {}
    }
    let key = if wrong == "key" { "AAAAAAAAAAAAAAAAAAAAAA==".to_owned() } else { key };
    let mut response = status(101, Chunks::whole(""));
    if wrong != "upgrade" {
        response = with(response, "upgrade", "websocket");
    }
    response = with(response, "connection", "keep-alive, Upgrade");
    response = with(response, "sec-websocket-accept", &derive_accept_key(key.as_bytes()));
    match (wrong, offered.as_deref().and_then(|offered| offered.rsplit(", ").next())) {
        ("extension", _) => response = with(response, "sec-websocket-extensions", "permessage-deflate"),
        ("protocol", _) => response = with(response, "sec-websocket-protocol", "never-offered"),
        ("no-protocol", _) | (_, None) => {}
        (_, Some(last)) => response = with(response, "sec-websocket-protocol", last),
    }
    let headers: Vec<[String; 2]> = request
        .headers()
        .iter()
        .map(|(name, value)| [name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()])
        .collect();
    let upgrade = hyper::upgrade::on(&mut request);
    let (kind, argument) = (kind.to_owned(), argument.to_owned());
    let headers = serde_json::json!(headers).to_string();
    tokio::spawn(async move {
        // A client that goes away is no failure of the service.
        let _ = serve(upgrade, &kind, &argument, headers, ends).await;
    });
    response
}

async fn serve(upgrade: OnUpgrade, kind: &str, argument: &str, headers: String, ends: Ends) -> anyhow::Result<()> {
    let mut connection = TokioIo::new(upgrade.await?);
    if kind == "bad" {
        connection.write_all(bad(argument)).await?;
        // What closes it comes masked: a head of two bytes and a mask of four, then the code.
        let mut frame = [0; 8];
        let end = match connection.read_exact(&mut frame).await {
            Ok(_) => {
                let [_, _, mask_0, mask_1, _, _, high, low] = frame;
                format!("code {}", u16::from_be_bytes([high ^ mask_0, low ^ mask_1]))
            }
            Err(_) => "broken".into(),
        };
        ends.set(argument, end);
        return Ok(());
    }
    let mut socket = WebSocketStream::from_raw_socket(connection, Role::Server, None).await;
    match kind {
        "close" => {
            let code: u16 = argument.parse()?;
            if code == 1006 {
                socket.get_mut().write_all(&[0x88, 2, 0x03, 0xee]).await?;
            } else {
                let frame = CloseFrame { code: code.into(), reason: "as asked".into() };
                socket.close((code != 1005).then_some(frame)).await?;
            }
        }
        "size" => {
            let size: usize = argument.parse()?;
            let half = vec![b'x'; size / 2];
            let first = Frame::message(half.clone(), OpCode::Data(Data::Binary), false);
            let rest = Frame::message(vec![b'x'; size - half.len()], OpCode::Data(Data::Continue), true);
            socket.send(Message::Frame(first)).await?;
            socket.send(Message::Frame(rest)).await?;
        }
        "ping" => socket.send(Message::Ping("are you there".into())).await?,
        "many" => {
            for _ in 0..argument.parse::<u32>()? {
                socket.send(Message::Binary(vec![7; 100_000].into())).await?;
            }
            socket.close(None).await?;
        }
        "keep" => socket.send(Message::Text("open".into())).await?,
        _ => {}
    }
    let end = follow(&mut socket, &headers).await;
    if matches!(kind, "keep" | "size") {
        ends.set(argument, end);
    }
    Ok(())
}

/// Answers until the socket ends; returns how it does.
async fn follow(socket: &mut WebSocketStream<TokioIo<Upgraded>>, headers: &str) -> String {
    let mut end = "broken".to_owned();
    while let Some(Ok(message)) = socket.next().await {
        let reply = match message {
            Message::Text(text) if text.as_str() == "headers" => Message::Text(headers.into()),
            Message::Text(_) | Message::Binary(_) => message,
            Message::Pong(data) if &data[..] == b"are you there" => Message::Text("ponged".into()),
            Message::Close(frame) => {
                end =
                    frame.map_or("no code".into(), |frame| format!("code {} {}", u16::from(frame.code), frame.reason));
                end.truncate(end.trim_end().len());
                continue;
            }
            _ => continue,
        };
        if socket.send(reply).await.is_err() {
            break;
        }
    }
    end
}

/// A ping of 126 bytes, which is one too many.
const LONG_PING: [u8; 130] = {
    let mut frame = [0; 130];
    frame[0] = 0x89;
    frame[1] = 126;
    frame[3] = 126;
    frame
};

/// Bytes that no server may send.
fn bad(kind: &str) -> &'static [u8] {
    match kind {
        "masked" => &[0x81, 0x81, 1, 2, 3, 4, b'a' ^ 1],
        "reserved-bit" => &[0xc1, 1, b'a'],
        "opcode" => &[0x83, 1, b'a'],
        "continuation" => &[0x80, 1, b'a'],
        "utf8" => &[0x81, 2, 0xc3, 0x28],
        "long-ping" => &LONG_PING,
        // Says that more comes than anything may have.
        "endless" => &[0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        // Nothing, and then the end.
        _ => &[],
    }
}

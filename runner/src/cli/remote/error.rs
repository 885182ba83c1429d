//! Why a verb that talks to a server failed: what was done, what the server said of it, and what to do.

use super::client::is_this_machine;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::printable;
use crate::config::env_var;
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use std::fmt;

/// Longest part of an answer that is no JSON to be shown, in characters.
const SHOWN: usize = 300;

/// Why it failed.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Nobody is there.
    #[error("cannot reach a server at `{endpoint}`: {why}; {}", hint(endpoint))]
    Unreachable {
        /// Where.
        endpoint: String,
        /// Why.
        why: String,
    },
    /// Somebody was there.
    #[error(
        "the connection to the server at `{endpoint}` broke: {why}; what was asked for may have been done all the same"
    )]
    Broken {
        /// Where.
        endpoint: String,
        /// Why.
        why: String,
    },
    /// Nothing came.
    #[error("{doing} failed: no answer came within {seconds} s; it may have been done all the same")]
    Late {
        /// What was done.
        doing: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The server is somewhere else.
    #[error(
        "the server at `{endpoint}` sends on to `{}`; name the server's own address with --endpoint",
        printable(location)
    )]
    Moved {
        /// Who was asked.
        endpoint: String,
        /// Where to.
        location: String,
    },
    /// The server did not do it.
    #[error("{doing} failed: {refusal}")]
    Refused {
        /// What was asked for.
        doing: String,
        /// What it said.
        refusal: Box<Refusal>,
    },
    /// It answered something else than a server of this program does.
    #[error("{doing} failed: the answer is not one of a Ramekin server ({why}); see --endpoint")]
    Odd {
        /// What was asked for.
        doing: String,
        /// What is wrong with it.
        why: String,
    },
    /// TLS.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// Nobody has logged in.
    #[error("there is no key to the server `{0}`; run `ramekin login --endpoint {0}`, or set {key}", key = env_var::API_KEY)]
    NoKey(String),
    /// What was given to log in with.
    #[error("that is no key: a key is `bb_sk_` followed by 40 characters of 0-9 and a-f")]
    NotAKey,
    /// Which one?
    #[error(
        "no app of the server `{0}` is chosen; choose one with `ramekin apps use NAME`, or name it with --app or {app}",
        app = env_var::APP
    )]
    NoApp(String),
    /// There is none of this name.
    #[error("there is no app `{name}`; {known}")]
    UnknownApp {
        /// The name.
        name: String,
        /// Those that there are, in words.
        known: String,
    },
    /// There are several of this name.
    #[error("there are two apps `{0}`; name the one that you mean by its id, which `ramekin apps list` shows")]
    TwoApps(String),
    /// There is no key of this name, or several.
    #[error("there {0} of this name; name the one that you mean by its id, which `ramekin keys list` shows")]
    WhichKey(&'static str),
    /// The function answered with an error, or failed.
    #[error("{0}")]
    Function(String),
    /// Nobody was there to say yes.
    #[error("{0} needs a yes, and there is no terminal to ask for it; add --yes")]
    Unconfirmed(String),
    /// Somebody said no.
    #[error("nothing was done")]
    Declined,
    /// Somebody had enough of a question.
    #[error("interrupted; nothing was done")]
    Interrupted,
    /// What was given on the command line, beyond its form.
    #[error("{0}")]
    Usage(String),
}

impl RemoteError {
    /// There is no such app, but those.
    pub fn unknown_app<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<String> = known.take(10).map(|name| format!("`{}`", printable(name))).collect();
        let known = match names.as_slice() {
            [] => "the key opens none; make one with `ramekin apps create NAME`".into(),
            names => format!("the key opens {}", names.join(", ")),
        };
        Self::UnknownApp { name: printable(name), known }
    }

    /// The exit code for it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Unreachable { .. }
            | Self::Broken { .. }
            | Self::Late { .. }
            | Self::Moved { .. }
            | Self::Odd { .. } => ExitCode::NoServer,
            Self::Refused { refusal, .. } => refusal.exit_code(),
            Self::Tls(_) | Self::Declined => ExitCode::Failure,
            Self::Interrupted => ExitCode::Interrupted,
            Self::NoKey(_) | Self::NotAKey => ExitCode::NotAllowed,
            Self::NoApp(_) | Self::Unconfirmed(_) | Self::Usage(_) => ExitCode::Usage,
            Self::UnknownApp { .. } | Self::TwoApps(_) | Self::WhichKey(_) => ExitCode::NotFound,
            Self::Function(_) => ExitCode::Function,
        }
    }
}

fn hint(endpoint: &str) -> String {
    if is_this_machine(endpoint) {
        return "start one with `ramekin serve`, or name another with --endpoint".into();
    }
    format!("check the address and the network, or name another server with --endpoint or {}", env_var::ENDPOINT)
}

/// What a server says when it does not do something.
#[derive(Debug)]
pub struct Refusal {
    /// Its status.
    pub status: StatusCode,
    code: Option<String>,
    message: String,
    remediation: Option<String>,
    request_id: Option<String>,
    /// Whether the answer is JSON.
    pub is_json: bool,
    /// All of the answer.
    pub body: Bytes,
}

impl Refusal {
    /// Of an answer: the envelope, or one of the shapes beside it (Butterbase §2.1).
    pub fn read(status: StatusCode, request_id: Option<String>, body: Bytes) -> Self {
        let json: Option<Value> = serde_json::from_slice(&body).ok();
        let text = |pointer: &str| Some(json.as_ref()?.pointer(pointer)?.as_str()?.to_owned());
        // An answer for a path that leads nowhere says `Not Found` as its error.
        let plain = text("/error").filter(|error| error != "Not Found").or_else(|| text("/message"));
        let message = text("/error/message").or(plain).unwrap_or_else(|| from_elsewhere(status, &body));
        Self {
            status,
            code: text("/error/code"),
            message,
            remediation: text("/error/remediation").filter(|text| !text.is_empty()),
            request_id,
            is_json: json.is_some(),
            body,
        }
    }

    fn is_no_route(&self) -> bool {
        self.status == StatusCode::NOT_FOUND && self.code.is_none() && self.message.starts_with("Route ")
    }

    fn exit_code(&self) -> ExitCode {
        match self.status.as_u16() {
            401 | 403 => ExitCode::NotAllowed,
            404 if self.is_no_route() => ExitCode::Refused,
            404 => ExitCode::NotFound,
            429 | 500.. => ExitCode::NotNow,
            _ => ExitCode::Refused,
        }
    }
}

/// What a proxy may say, or a server of another kind.
fn from_elsewhere(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() || text.starts_with('<') {
        return format!("the server answered {status}");
    }
    let cut: String = text.chars().take(SHOWN).collect();
    format!("the server answered {status}: {cut}")
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_no_route() {
            f.write_str("the server does not know how to; it is of another version than this program")?;
        } else {
            // The line that this ends up in says so already.
            let message = self.message.strip_prefix("error: ").unwrap_or(&self.message);
            f.write_str(printable(message).trim_end())?;
        }
        if let Some(remediation) = &self.remediation {
            write!(f, "\n  {}", printable(remediation).replace('\n', "\n  "))?;
        }
        let status = self.status.as_u16();
        match &self.code {
            Some(code) => write!(f, "\n  ({}, status {status}", printable(code))?,
            None => write!(f, "\n  (status {status}")?,
        }
        match &self.request_id {
            Some(id) => write!(f, ", request {})", printable(id)),
            None => f.write_str(")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &'static str) -> RemoteError {
        let status = StatusCode::from_u16(status).unwrap();
        let refusal = Refusal::read(status, Some("0198".into()), Bytes::from_static(body.as_bytes()));
        RemoteError::Refused { doing: "deploying `a`".into(), refusal: Box::new(refusal) }
    }

    #[test]
    fn refusals_say_what_why_and_what_to_do() {
        for (status, body, code, text) in [
            (
                400,
                r#"{"error":{"code":"VALIDATION_INVALID_SCHEMA","message":"name: missing","remediation":"Add it."}}"#,
                ExitCode::Refused,
                "deploying `a` failed: name: missing\n  Add it.\n  (VALIDATION_INVALID_SCHEMA, status 400, request 0198)",
            ),
            (
                404,
                r#"{"error":"Function not found"}"#,
                ExitCode::NotFound,
                "deploying `a` failed: Function not found\n  (status 404, request 0198)",
            ),
            (
                404,
                r#"{"message":"Route GET:/x not found","error":"Not Found","statusCode":404}"#,
                ExitCode::Refused,
                "deploying `a` failed: the server does not know how to; it is of another version than this program\n  \
                 (status 404, request 0198)",
            ),
            (
                400,
                r#"{"error":{"code":"C","message":"error: unexpected token at a.ts:1:1"}}"#,
                ExitCode::Refused,
                "deploying `a` failed: unexpected token at a.ts:1:1\n  (C, status 400, request 0198)",
            ),
            (401, r#"{"error":{"code":"AUTH_INVALID_API_KEY","message":"no"}}"#, ExitCode::NotAllowed, ""),
            (403, "{}", ExitCode::NotAllowed, ""),
            (409, "{}", ExitCode::Refused, ""),
            (429, "{}", ExitCode::NotNow, ""),
            (
                502,
                "<html>",
                ExitCode::NotNow,
                "deploying `a` failed: the server answered 502 Bad Gateway\n  (status 502, request 0198)",
            ),
            (
                503,
                "try later\u{1b}[2J",
                ExitCode::NotNow,
                "deploying `a` failed: the server answered 503 Service Unavailable: try later\u{fffd}[2J\n  (status 503, \
                 request 0198)",
            ),
        ] {
            let error = refused(status, body);
            assert_eq!(error.exit_code(), code, "{status} {body}");
            if !text.is_empty() {
                assert_eq!(error.to_string(), text);
            }
        }
    }

    #[test]
    fn who_is_not_there_is_told_how_to_start() {
        let text = |endpoint: &str| {
            RemoteError::Unreachable { endpoint: endpoint.into(), why: "Connection refused".into() }.to_string()
        };
        assert!(text("http://127.0.0.1:4000").contains("ramekin serve"));
        let far = text("https://example.org");
        assert!(!far.contains("ramekin serve") && far.contains("--endpoint") && far.contains("example.org"), "{far}");
    }

    #[test]
    fn apps_that_there_are() {
        let text = |known: &[&str]| RemoteError::unknown_app("x", known.iter().copied()).to_string();
        assert!(text(&[]).contains("ramekin apps create"));
        assert!(text(&["a", "b"]).contains("`a`, `b`"));
    }
}

//! Field sections: `name: value\r\n…` on the sandbox's side, a [`HeaderMap`] on the host's.

use crate::bindings::exports::ramekin::function::handler::{Failure, FailureKind};
use http::{HeaderMap, HeaderName, HeaderValue};
use ramekin_model::limits;

/// Bytes of a header's name that are shown.
const SHOWN: usize = 100;

/// Why a field section cannot be sent. Names the header; its value may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// A function can set values that HTTP has no way to send.
    #[error("the header `{0}` cannot be sent: its name or its value has a character that is not allowed there")]
    Invalid(String),
    /// More than [`limits::MAX_HEADERS`].
    #[error("the header `{0}` cannot be sent: there are more than {max} headers", max = limits::MAX_HEADERS)]
    TooMany(String),
    /// More than [`limits::MAX_HEADER_BYTES`].
    #[error("the header `{0}` cannot be sent: all headers are more than {max} bytes", max = limits::MAX_HEADER_BYTES)]
    TooLarge(String),
}

/// A response whose head cannot be sent is a mistake of its function.
impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self { kind: FailureKind::Exception, message: format!("the response is not valid: {error}"), stack: None }
    }
}

/// Writes a field section; order and repetition are kept.
pub fn encode<'a>(fields: impl IntoIterator<Item = (&'a HeaderName, &'a HeaderValue)>) -> Vec<u8> {
    let mut section = Vec::with_capacity(512);
    for (name, value) in fields {
        encode_one(&mut section, name.as_str(), value.as_bytes());
    }
    section
}

/// Adds one field.
pub fn encode_one(section: &mut Vec<u8>, name: &str, value: &[u8]) {
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(b": ");
    section.extend_from_slice(value);
    section.extend_from_slice(b"\r\n");
}

/// Reads a field section.
///
/// # Errors
/// When a line is no field, or there are too many of them; the first at fault is named.
pub fn decode(section: &[u8]) -> Result<HeaderMap, FieldError> {
    let mut map = HeaderMap::new();
    let mut bytes = 0;
    for line in section.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next());
        let shown = || String::from_utf8_lossy(name.get(..SHOWN).unwrap_or(name)).into_owned();
        // With the end of the line.
        bytes += line.len() + 2;
        if bytes > limits::MAX_HEADER_BYTES {
            return Err(FieldError::TooLarge(shown()));
        }
        if map.len() >= limits::MAX_HEADERS {
            return Err(FieldError::TooMany(shown()));
        }
        let value = value.ok_or_else(|| FieldError::Invalid(shown()))?.trim_ascii();
        let value = HeaderValue::from_bytes(value).map_err(|_| FieldError::Invalid(shown()))?;
        let name = HeaderName::from_bytes(name).map_err(|_| FieldError::Invalid(shown()))?;
        map.try_append(name, value).map_err(|_| FieldError::TooMany(shown()))?;
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_keeps_repetition_and_bytes() {
        let section = b"set-cookie: a=1\r\nset-cookie: b=2\r\nx-bytes: \xE9\r\nempty: \r\n";
        let map = decode(section).unwrap();
        assert_eq!(map.get_all("set-cookie").iter().count(), 2);
        assert_eq!(map["x-bytes"].as_bytes(), b"\xE9");
        assert_eq!(encode(&map), section);
    }

    #[test]
    fn names_the_header_that_cannot_be_sent_and_not_its_value() {
        for (bad, name) in [
            ("no colon\r\n", "no colon"),
            ("b\u{e4}d: canary\r\n", "b\u{e4}d"),
            ("x-fine: 1\r\nx-secret: canary\u{1}\r\n", "x-secret"),
            ("x-secret: canary\u{7f}\r\n", "x-secret"),
            (": canary\r\n", ""),
        ] {
            let error = decode(bad.as_bytes()).unwrap_err();
            assert_eq!(error, FieldError::Invalid(name.into()));
            assert!(error.to_string().contains(name) && !error.to_string().contains("canary"), "{error}");
        }
        let long = decode("x".repeat(1000).as_bytes()).unwrap_err();
        assert_eq!(long, FieldError::Invalid("x".repeat(SHOWN)));
    }

    #[test]
    fn sections_on_and_past_their_limits() {
        let section = |count: usize| (1..=count).map(|n| format!("x-{n}: a\r\n")).collect::<String>();
        assert_eq!(decode(section(limits::MAX_HEADERS).as_bytes()).unwrap().len(), limits::MAX_HEADERS);
        let last = format!("x-{}", limits::MAX_HEADERS + 1);
        // As many as a map cannot take are refused like one too many.
        for count in [limits::MAX_HEADERS + 1, 25_000] {
            let error = decode(section(count).as_bytes()).unwrap_err();
            assert_eq!(error, FieldError::TooMany(last.clone()));
            assert!(error.to_string().contains("more than 256 headers"), "{error}");
        }
        let repeated = "set-cookie: a=1\r\n".repeat(limits::MAX_HEADERS + 1);
        assert_eq!(decode(repeated.as_bytes()).unwrap_err(), FieldError::TooMany("set-cookie".into()));

        let sized = |bytes: usize| format!("x-a: 1\r\nx-b: {}\r\n", "x".repeat(bytes - 15));
        assert_eq!(sized(100).len(), 100);
        assert!(decode(sized(limits::MAX_HEADER_BYTES).as_bytes()).is_ok());
        let error = decode(sized(limits::MAX_HEADER_BYTES + 1).as_bytes()).unwrap_err();
        assert_eq!(error, FieldError::TooLarge("x-b".into()));
        assert!(error.to_string().contains("65536 bytes"), "{error}");
    }

    #[test]
    fn a_response_that_cannot_be_sent_is_an_exception() {
        let failure = Failure::from(FieldError::Invalid("x-a".into()));
        assert_eq!(failure.kind, FailureKind::Exception);
        assert!(failure.message.contains("the response") && failure.message.contains("`x-a`"), "{}", failure.message);
    }
}

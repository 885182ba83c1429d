//! Versions on the wire: `ETag`, `If-Match`, `If-None-Match`; and `Idempotency-Key`.
//!
//! A tag is the version of a thing, in hex, and in answers that show more than the thing itself, such as its figures, a dash
//! and a hash of the answer. The whole tag says whether an answer is still the same; the part before the dash is what a change
//! is made for, so that a call that was counted meanwhile is in no change's way.

use super::json;
use crate::server::error::{ApiError, json_bytes};
use crate::server::state::AppState;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use ramekin_model::{ErrorCode, Precondition, limits};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// By what a deploy is known when it is asked for again.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Bytes of the hash of an answer that stand in its tag.
const HASH: usize = 8;

/// For which version a change is meant, and by what it is known.
#[derive(Debug, PartialEq, Eq)]
pub struct Conditions {
    /// From `If-Match` and `If-None-Match`.
    pub precondition: Precondition,
    /// From `Idempotency-Key`.
    pub key: Option<String>,
}

impl FromRequestParts<AppState> for Conditions {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        Self::read(&parts.headers)
    }
}

impl Conditions {
    fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        Ok(Self { precondition: precondition(headers)?, key: key(headers)? })
    }
}

fn precondition(headers: &HeaderMap) -> Result<Precondition, ApiError> {
    let bad = |text: &str| ApiError::request(StatusCode::BAD_REQUEST, text);
    let matching: Vec<&str> = tags(headers, &header::IF_MATCH).collect();
    let other: Vec<&str> = tags(headers, &header::IF_NONE_MATCH).collect();
    match (&matching[..], &other[..]) {
        ([], []) => Ok(Precondition::None),
        ([], ["*"]) => Ok(Precondition::Absent),
        (["*"], []) => Ok(Precondition::Exists),
        (tags, []) => Ok(Precondition::Version(tags.iter().filter_map(|tag| version(tag)).collect())),
        ([], _) => Err(bad("If-None-Match: a change takes `*`, which means that there must be nothing yet")),
        _ => Err(bad("If-Match and If-None-Match contradict each other; send one of them")),
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=limits::MAX_IDEMPOTENCY_KEY).contains(&text.len()));
    let wrong = || {
        let text = format!("Idempotency-Key: must be 1 to {} characters of ASCII", limits::MAX_IDEMPOTENCY_KEY);
        ApiError::new(ErrorCode::ValidationInvalidSchema, text)
    };
    text.map(|text| Some(text.to_owned())).ok_or_else(wrong)
}

/// The tags of a field, which may be there more than once.
fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|tag| !tag.is_empty())
}

/// The text of a tag. One that says `W/` counts as any other: proxies that compress mark tags so.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"')
}

/// The version that a tag names; `None` when it is no tag of ours.
fn version(tag: &str) -> Option<i64> {
    let version = opaque(tag).split('-').next()?;
    i64::from_str_radix(version, 16).ok()
}

/// The tag of something that was last changed then.
pub fn version_tag(changed: DateTime<Utc>) -> HeaderValue {
    field(&format!("\"{:x}\"", changed.timestamp_micros()))
}

/// The tag of an answer, which shows something that was last changed then.
fn answer_tag(changed: Option<DateTime<Utc>>, body: &[u8]) -> HeaderValue {
    let hash: String = Sha256::digest(body).iter().take(HASH).map(|byte| format!("{byte:02x}")).collect();
    match changed {
        Some(changed) => field(&format!("\"{:x}-{hash}\"", changed.timestamp_micros())),
        None => field(&format!("\"-{hash}\"")),
    }
}

/// Hex and dashes are always a field value.
fn field(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The answer to a GET with its tag: 304 without the body to whoever has it already.
pub fn tagged(headers: &HeaderMap, changed: Option<DateTime<Utc>>, body: &Value) -> Response {
    let tag = answer_tag(changed, &json_bytes(body));
    let known = tag.to_str().map(opaque).unwrap_or_default();
    let fresh = tags(headers, &header::IF_NONE_MATCH).any(|given| given == "*" || opaque(given) == known);
    let mut response = if fresh { StatusCode::NOT_MODIFIED.into_response() } else { json(StatusCode::OK, body) };
    response.headers_mut().insert(header::ETAG, tag);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in fields.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    fn read(fields: &[(&'static str, &str)]) -> Result<Conditions, u16> {
        Conditions::read(&headers(fields)).map_err(|error| error.into_parts().0.as_u16())
    }

    #[test]
    fn preconditions() {
        let of = |fields: &[(&'static str, &str)]| read(fields).map(|conditions| conditions.precondition);
        let version = |versions: &[i64]| Ok(Precondition::Version(versions.to_vec()));
        assert_eq!(of(&[]), Ok(Precondition::None));
        assert_eq!(of(&[("if-match", "*")]), Ok(Precondition::Exists));
        assert_eq!(of(&[("if-none-match", "*")]), Ok(Precondition::Absent));
        assert_eq!(of(&[("if-match", "\"1f\"")]), version(&[31]));
        assert_eq!(of(&[("if-match", "\"1f-00ff\", W/\"20\""), ("if-match", "\"21\"")]), version(&[31, 32, 33]));
        assert_eq!(of(&[("if-match", "\"somebody's\"")]), version(&[]), "holds for nothing");
        assert_eq!(of(&[("if-none-match", "\"1f\"")]), Err(400));
        assert_eq!(of(&[("if-match", "*"), ("if-none-match", "*")]), Err(400));
    }

    #[test]
    fn a_key_on_and_past_its_limit() {
        let of = |key: &str| read(&[("idempotency-key", key)]).map(|conditions| conditions.key);
        let long = "k".repeat(limits::MAX_IDEMPOTENCY_KEY);
        assert_eq!(read(&[]).unwrap().key, None);
        assert_eq!(of(&long), Ok(Some(long.clone())));
        assert_eq!((of(&format!("{long}k")), of(""), of("ä")), (Err(400), Err(400), Err(400)));
    }

    #[test]
    fn an_answer_is_sent_again_when_it_has_changed() {
        let at = DateTime::from_timestamp_micros(0x1f).unwrap();
        let answer = |given: &[(&'static str, &str)], at, body: Value| {
            let response = tagged(&headers(given), at, &body);
            let tag = response.headers()["etag"].to_str().unwrap().to_owned();
            (response.status().as_u16(), tag)
        };
        let (status, tag) = answer(&[], Some(at), json!({ "calls": 1 }));
        assert_eq!((status, tag.starts_with("\"1f-"), version(&tag)), (200, true, Some(31)));
        assert_eq!(version(version_tag(at).to_str().unwrap()), Some(31));
        let weak = format!("W/{tag}");
        for given in [tag.as_str(), weak.as_str(), "*", &format!("\"x\", {tag}")] {
            assert_eq!(answer(&[("if-none-match", given)], Some(at), json!({ "calls": 1 })), (304, tag.clone()));
        }
        let (status, other) = answer(&[("if-none-match", &tag)], Some(at), json!({ "calls": 2 }));
        assert_eq!((status, other == tag, version(&other)), (200, false, Some(31)));
        let (_, list) = answer(&[], None, json!([]));
        assert_eq!((list.starts_with("\"-"), version(&list)), (true, None), "a list is of no version");
    }
}

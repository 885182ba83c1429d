//! `?limit=…&cursor=…` of lists. Clients that know nothing of it get everything up to the largest page.

use super::whole_number;
use crate::server::error::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use http::StatusCode;
use ramekin_model::limits;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Which part of a list is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Paging<C> {
    /// Most items.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<C>,
    /// `include_deleted=true`.
    pub include_deleted: bool,
}

/// Where a page of a list ends that is ordered by time.
pub type TimeCursor = (i64, String);

impl<C: DeserializeOwned> Paging<C> {
    /// Reads a query. Of a repeated parameter the last one counts.
    ///
    /// # Errors
    /// 400 when a parameter is not what it should be.
    pub fn read(query: Option<&str>) -> Result<Self, ApiError> {
        let bad = |text: &str| ApiError::request(StatusCode::BAD_REQUEST, text);
        let mut read = Self { limit: limits::MAX_LIST_PAGE, after: None, include_deleted: false };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "limit" => {
                    let limit = whole_number(&value, 1).ok_or_else(|| bad("limit: must be a whole number from 1"))?;
                    read.limit = limit.min(limits::MAX_LIST_PAGE);
                }
                "cursor" => {
                    let decoded = URL_SAFE_NO_PAD.decode(value.as_bytes()).ok();
                    let cursor = decoded.and_then(|json| serde_json::from_slice(&json).ok());
                    let wrong = || bad("cursor: must be the `next_cursor` of the page before");
                    read.after = Some(cursor.ok_or_else(wrong)?);
                }
                "include_deleted" => read.include_deleted = value == "true",
                _ => {}
            }
        }
        Ok(read)
    }
}

/// The cursor of the page after this one, for `next_cursor`; null when there is none.
pub fn next_cursor<C: Serialize>(has_more: bool, last: Option<C>) -> Value {
    let json = last.filter(|_| has_more).and_then(|last| serde_json::to_vec(&last).ok());
    json.map_or(Value::Null, |json| URL_SAFE_NO_PAD.encode(json).into())
}

/// The time of a cursor; `None` when it lies outside of what there can be.
pub fn time_of(cursor: &TimeCursor) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(cursor.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let read = |query| Paging::<String>::read(Some(query));
        let all = Paging { limit: limits::MAX_LIST_PAGE, after: None, include_deleted: false };
        assert_eq!(Paging::<String>::read(None).unwrap(), all);
        let cursor = next_cursor(true, Some("name"));
        let query = format!("limit=2&cursor={}&include_deleted=true&x=y", cursor.as_str().unwrap());
        let expected = Paging { limit: 2, after: Some("name".to_owned()), include_deleted: true };
        assert_eq!(read(&query).unwrap(), expected);
        assert_eq!(read("limit=1000").unwrap().limit, limits::MAX_LIST_PAGE);
        assert_eq!(read("limit=1001").unwrap().limit, limits::MAX_LIST_PAGE);
        assert_eq!(read("limit=37854994640652812345678").unwrap().limit, limits::MAX_LIST_PAGE);
        assert_eq!((next_cursor(false, Some("x")), next_cursor::<&str>(true, None)), (Value::Null, Value::Null));
        for bad in ["limit=0", "limit=x", "limit=", "limit=-1", "cursor=", "cursor=!", "cursor=e30"] {
            assert_eq!(read(bad).unwrap_err().into_parts().0, 400, "{bad}");
        }
        let time = next_cursor(true, Some((5_i64, "id")));
        let query = format!("cursor={}", time.as_str().unwrap());
        assert_eq!(Paging::<TimeCursor>::read(Some(&query)).unwrap().after, Some((5, "id".to_owned())));
    }
}

//! Field sections: `name: value\r\n…` on the sandbox's side, a [`HeaderMap`] on the host's.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Why a field section cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the header `{0}` cannot be sent")]
pub struct InvalidField(pub String);

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
/// When a line is no field; it is named.
pub fn decode(section: &[u8]) -> Result<HeaderMap, InvalidField> {
    let mut map = HeaderMap::new();
    for line in section.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let shown =
            || InvalidField(String::from_utf8_lossy(line.get(..line.len().min(100)).unwrap_or_default()).into_owned());
        let colon = line.iter().position(|&byte| byte == b':').ok_or_else(shown)?;
        let (name, value) = line.split_at_checked(colon).ok_or_else(shown)?;
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let name = HeaderName::from_bytes(name).map_err(|_| shown())?;
        map.append(name, HeaderValue::from_bytes(value).map_err(|_| shown())?);
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
    fn names_the_line_that_is_no_field() {
        for bad in ["no colon\r\n", "b\u{e4}d: x\r\n", "x: \u{1}\r\n", ": x\r\n"] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}

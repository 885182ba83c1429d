//! Domain names for the crate `url`: what is plain ASCII is dealt with here, everything else by the host, whose tables then
//! stand in no heap image.

use std::borrow::Cow;

unsafe extern "Rust" {
    /// A domain in ASCII; `None` when it is none. Defined by the engine.
    safe fn ramekin_domain_to_ascii(domain: &[u8]) -> Option<String>;
    /// A domain as people read it. Defined by the engine.
    safe fn ramekin_domain_to_unicode(domain: &str) -> String;
}

/// It is no domain.
#[derive(Debug)]
pub struct Errors;

/// Which ASCII characters a domain may not have.
pub struct AsciiDenyList;

impl AsciiDenyList {
    /// The forbidden domain code points of the URL Standard.
    pub const URL: Self = Self;
}

/// URL Standard §3.3, domain to ASCII, not strict.
///
/// # Errors
/// When it is no domain.
pub fn domain_to_ascii_from_cow(domain: Cow<'_, [u8]>, _: AsciiDenyList) -> Result<Cow<'_, str>, Errors> {
    if !is_plain(&domain) {
        return ramekin_domain_to_ascii(&domain).map(Cow::Owned).ok_or(Errors);
    }
    if domain.iter().any(|&byte| is_forbidden(byte)) {
        return Err(Errors);
    }
    let lower = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| Errors);
    if domain.iter().any(u8::is_ascii_uppercase) {
        return lower(domain.to_ascii_lowercase()).map(Cow::Owned);
    }
    match domain {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Errors),
        Cow::Owned(bytes) => lower(bytes).map(Cow::Owned),
    }
}

/// The domain as people read it; labels that are not valid stay as they are.
pub fn domain_to_unicode(domain: &str) -> (String, Result<(), Errors>) {
    if is_plain(domain.as_bytes()) {
        return (domain.to_ascii_lowercase(), Ok(()));
    }
    (ramekin_domain_to_unicode(domain), Ok(()))
}

/// Whether no label holds anything but ASCII, encoded or not.
fn is_plain(domain: &[u8]) -> bool {
    domain.is_ascii()
        && !domain.split(|&byte| byte == b'.').any(|label| label.len() >= 4 && label[..4].eq_ignore_ascii_case(b"xn--"))
}

fn is_forbidden(byte: u8) -> bool {
    matches!(byte, 0..=0x20 | 0x7F | b'#' | b'%' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|')
}

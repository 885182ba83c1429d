//! The domain in which apps have names of their own: `shop.example.org` is the app `shop` of a server whose domain is
//! `example.org`.

use ramekin_model::limits;
use url::Host;

/// A domain, in lower case and without a dot at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseDomain(String);

impl BaseDomain {
    /// Takes a domain. `None` when the text is something else: an address, a URL, a pattern.
    pub fn parse(text: &str) -> Option<Self> {
        let Ok(Host::Domain(domain)) = Host::parse(text) else { return None };
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(plain);
        // A name below it has to be one of DNS too.
        let fits = domain.len() <= limits::MAX_DOMAIN - 64;
        (fits && domain.split('.').all(is_label)).then_some(Self(domain))
    }

    /// What stands before the domain in a host, which may have a port: `shop` in `shop.example.org:4000`. `None` when the
    /// host is not below the domain.
    pub fn label<'a>(&self, host: &'a str) -> Option<&'a str> {
        let host = host.split_once(':').map_or(host, |(host, _)| host);
        let host = host.strip_suffix('.').unwrap_or(host);
        let (label, domain) = host.split_at_checked(host.len().checked_sub(self.0.len())?)?;
        let label = label.strip_suffix('.').filter(|label| !label.is_empty())?;
        domain.eq_ignore_ascii_case(&self.0).then_some(label)
    }

    /// The host of the app with this name.
    pub fn host_of(&self, subdomain: &str) -> String {
        format!("{subdomain}.{}", self.0)
    }

    /// Whether an origin is one of the app with this name, whatever the port.
    pub fn is_origin_of(&self, origin: &str, subdomain: &str) -> bool {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        host.and_then(|host| self.label(host)).is_some_and(|label| label == subdomain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain() -> BaseDomain {
        BaseDomain::parse("Example.org").unwrap()
    }

    #[test]
    fn domains() {
        for (text, kept) in [("localhost", "localhost"), ("Apps.Example.org", "apps.example.org")] {
            assert_eq!(BaseDomain::parse(text), Some(BaseDomain(kept.into())), "{text}");
        }
        for bad in
            ["", ".", "a..b", ".example.org", "example.org.", "127.0.0.1", "[::1]", "example.org:80", "*.example.org"]
        {
            assert_eq!(BaseDomain::parse(bad), None, "{bad}");
        }
        for bad in ["https://example.org", "example.org/path", "user@example.org", "a b", "a_b.example"] {
            assert_eq!(BaseDomain::parse(bad), None, "{bad}");
        }
        let sized = |bytes: usize| {
            let text = "a".repeat(60) + ".";
            text.repeat(4)[..bytes - 1].trim_end_matches('.').to_owned() + "a"
        };
        let most = limits::MAX_DOMAIN - 64;
        assert!(BaseDomain::parse(&sized(most)).is_some() && BaseDomain::parse(&sized(most + 1)).is_none());
    }

    #[test]
    fn names_below_the_domain() {
        for (host, label) in [
            ("shop.example.org", Some("shop")),
            ("Shop.EXAMPLE.org:4000", Some("Shop")),
            ("shop.example.org.", Some("shop")),
            ("shop.example.org.:4000", Some("shop")),
            ("a.b.example.org", Some("a.b")),
            ("example.org", None),
            (".example.org", None),
            ("shopexample.org", None),
            ("shop.example.com", None),
            ("shop.example.org.evil.example", None),
            ("org", None),
            ("[::1]:4000", None),
            ("äexample.org", None),
            ("", None),
        ] {
            assert_eq!(domain().label(host), label, "{host}");
        }
        assert_eq!(domain().label(&domain().host_of("shop")), Some("shop"));
    }

    #[test]
    fn origins_of_names() {
        for origin in ["https://shop.example.org", "http://shop.example.org:4000"] {
            assert!(domain().is_origin_of(origin, "shop"), "{origin}");
        }
        for other in ["https://other.example.org", "https://example.org", "ftp://shop.example.org", "shop.example.org"]
        {
            assert!(!domain().is_origin_of(other, "shop"), "{other}");
        }
    }
}

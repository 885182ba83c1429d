//! Proxies in front of the server that are believed when they say for whom they ask. Whoever else says so is not: limits per
//! address, `ctx.request.ip` and the audit log would be anybody's to choose.

use http::{HeaderMap, HeaderName};
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Networks of proxies that are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

impl TrustedProxies {
    /// Reads addresses and networks, separated by commas.
    ///
    /// # Errors
    /// The entry that is none.
    pub fn parse(list: &str) -> Result<Self, String> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let networks = entries.map(|entry| Network::parse(entry).ok_or_else(|| entry.to_owned()));
        networks.collect::<Result<_, _>>().map(Self)
    }

    /// Who sends a request that has come from this peer. A proxy adds the address that it was asked from at the end of
    /// `X-Forwarded-For`; what stands before the first address that is no such proxy's was said by anybody.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if self.0.is_empty() || !self.trusts(peer.ip()) {
            return peer;
        }
        let mut client = peer;
        for value in headers.get_all(FORWARDED_FOR).iter().rev() {
            for text in value.to_str().unwrap_or_default().rsplit(',') {
                // A proxy that writes something else says nothing.
                let Some(address) = address(text.trim()) else { return client };
                client = SocketAddr::new(address, 0);
                if !self.trusts(address) {
                    return client;
                }
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.has(address))
    }
}

impl Network {
    fn parse(entry: &str) -> Option<Self> {
        let (address, prefix) = match entry.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
            None => (entry, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(most);
        // An address of IPv4 in that of IPv6 is compared as none.
        (prefix <= most && address.to_canonical() == address).then_some(Self { address, prefix })
    }

    fn has(&self, address: IpAddr) -> bool {
        let (own, other, bits) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        let differ: u128 = own ^ other;
        differ.checked_shr(bits - self.prefix).unwrap_or_default() == 0
    }
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn client(proxies: &str, peer: &str, values: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 5);
        TrustedProxies::parse(proxies).unwrap().client(peer, &headers).ip().to_string()
    }

    #[test]
    fn only_who_is_trusted_is_believed() {
        let proxies = "10.0.0.0/8, 2001:db8::/32,127.0.0.1";
        for (peer, said, found) in [
            ("192.0.2.1", &["203.0.113.9"][..], "192.0.2.1"),
            ("10.1.2.3", &["203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("127.0.0.2", &["203.0.113.9"], "127.0.0.2"),
            ("::ffff:10.1.2.3", &["203.0.113.9"], "203.0.113.9"),
            ("2001:db8:1::1", &["2001:db9::1"], "2001:db9::1"),
            ("10.1.2.3", &[], "10.1.2.3"),
            ("10.1.2.3", &["198.51.100.1, 203.0.113.9, 10.9.9.9"], "203.0.113.9"),
            ("10.1.2.3", &["198.51.100.1", "203.0.113.9", "10.9.9.9"], "203.0.113.9"),
            ("10.1.2.3", &["10.9.9.9"], "10.9.9.9"),
            ("10.1.2.3", &["203.0.113.9:8080"], "203.0.113.9"),
            ("10.1.2.3", &["[2001:db9::1]:8080"], "2001:db9::1"),
            ("10.1.2.3", &["[2001:db9::1]"], "2001:db9::1"),
            ("10.1.2.3", &["203.0.113.9, unknown"], "10.1.2.3"),
            ("10.1.2.3", &["unknown, 203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", &[""], "10.1.2.3"),
        ] {
            assert_eq!(client(proxies, peer, said), found, "{peer} {said:?}");
            assert_eq!(client("", peer, said), peer.parse::<IpAddr>().unwrap().to_string(), "nobody is trusted");
        }
        assert_eq!(client("0.0.0.0/0", "192.0.2.1", &["203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn what_is_no_network_is_named() {
        for bad in ["10.0.0.0/33", "::/129", "proxy.example", "10.0.0.0/x", "10.0.0/8", "::ffff:10.0.0.0/104"] {
            assert_eq!(TrustedProxies::parse(&format!("10.0.0.1,{bad}")), Err(bad.to_owned()));
        }
    }
}

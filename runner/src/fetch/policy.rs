//! Which addresses functions may connect to. Everything that is not the public internet is refused, unless the operator
//! names it: a function must not reach what trusts the server's network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the operator allows beyond the public internet.
#[derive(Debug, Clone, Default)]
pub struct EgressPolicy {
    private: bool,
    allowed: Vec<Rule>,
}

/// One entry of the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    target: Target,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Network { address: IpAddr, prefix: u8 },
    Host(String),
}

impl EgressPolicy {
    /// `private` allows every address; `list` is a list of allowed networks and hosts, separated by commas.
    ///
    /// # Errors
    /// The entry that is none.
    pub fn new(private: bool, list: &str) -> Result<Self, String> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let allowed =
            entries.map(|entry| Rule::parse(entry).ok_or_else(|| entry.to_owned())).collect::<Result<_, _>>()?;
        Ok(Self { private, allowed })
    }

    /// Whether a connection to this address may be made for a request to this host.
    pub fn allows(&self, host: &str, address: IpAddr, port: u16) -> bool {
        self.private || is_public(address) || self.allowed.iter().any(|rule| rule.covers(host, address, port))
    }
}

impl Rule {
    fn parse(entry: &str) -> Option<Self> {
        if let Ok(address) = entry.parse::<IpAddr>() {
            return Some(Self { target: Target::one(address), port: None });
        }
        if let Ok(socket) = entry.parse::<std::net::SocketAddr>() {
            return Some(Self { target: Target::one(socket.ip()), port: Some(socket.port()) });
        }
        if let Some((address, rest)) = entry.split_once('/') {
            let (prefix, port) = match rest.split_once(':') {
                Some((prefix, port)) => (prefix, Some(port.parse().ok()?)),
                None => (rest, None),
            };
            let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
            return Some(Self { target: Target::network(address, prefix.parse().ok()?)?, port });
        }
        let (host, port) = match entry.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let host = host.trim_end_matches('.');
        // `0x7f.1` is no name: in a URL it is an address.
        let name = host.bytes().all(letter) && matches!(url::Host::parse(host), Ok(url::Host::Domain(_)));
        name.then(|| Self { target: Target::Host(host.to_ascii_lowercase()), port })
    }

    fn covers(&self, host: &str, address: IpAddr, port: u16) -> bool {
        if self.port.is_some_and(|allowed| allowed != port) {
            return false;
        }
        match &self.target {
            Target::Host(name) => host.trim_end_matches('.').eq_ignore_ascii_case(name),
            Target::Network { address: network, prefix } => match (network, plain(address)) {
                (IpAddr::V4(network), IpAddr::V4(address)) => {
                    same_prefix(u128::from(network.to_bits()) << 96, u128::from(address.to_bits()) << 96, *prefix)
                }
                (IpAddr::V6(network), IpAddr::V6(address)) => {
                    same_prefix(network.to_bits(), address.to_bits(), *prefix)
                }
                _ => false,
            },
        }
    }
}

impl Target {
    fn one(address: IpAddr) -> Self {
        let address = plain(address);
        Self::Network { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }

    fn network(address: IpAddr, prefix: u8) -> Option<Self> {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        if prefix > bits {
            return None;
        }
        match plain(address) {
            // Mapped into IPv6, as which no address is compared.
            plain if plain != address => Some(Self::Network { address: plain, prefix: prefix.checked_sub(96)? }),
            plain => Some(Self::Network { address: plain, prefix }),
        }
    }
}

fn same_prefix(a: u128, b: u128, prefix: u8) -> bool {
    prefix == 0 || (a ^ b) >> (128 - u32::from(prefix)) == 0
}

/// An IPv4 address in its own form, also when it came mapped into IPv6.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Whether an address is one of the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// Networks that are not of the public internet, after the registry of special-purpose addresses; and the address at which
/// one cloud's hosts keep metadata outside of them.
const NOT_PUBLIC_V4: &[([u8; 4], u8)] = &[
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // shared by carriers
    ([127, 0, 0, 0], 8),      // loopback
    ([168, 63, 129, 16], 32), // metadata
    ([169, 254, 0, 0], 16),   // link-local, metadata
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments, metadata
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 88, 99, 0], 24),   // relays into IPv6
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = |address: Ipv4Addr| u128::from(address.to_bits()) << 96;
    !NOT_PUBLIC_V4.iter().any(|(network, prefix)| same_prefix(bits((*network).into()), bits(address), *prefix))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let embedded = || {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(w, x, y, z)
    };
    match (a, b, c, d, e, f) {
        // An IPv4 address, mapped; or translated by the network itself (NAT64), as all of the IPv4 internet is on some.
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => is_public_v4(embedded()),
        // Only global unicast is public, and of it not: benchmarks and tunnels such as Teredo (2001::/23), documentation, and
        // 6to4, which leads to any IPv4 address (2002::/16).
        _ => {
            (0x2000..=0x3fff).contains(&a)
                && !(a == 0x2001 && b < 0x200)
                && !(a == 0x2001 && b == 0xdb8)
                && a != 0x2002
                && !(a == 0x3fff && b < 0x1000)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(list: &str) -> EgressPolicy {
        EgressPolicy::new(false, list).unwrap()
    }

    fn allows(policy: &EgressPolicy, address: &str) -> bool {
        policy.allows("example.org", address.parse().unwrap(), 443)
    }

    #[test]
    fn only_the_public_internet_by_default() {
        let policy = policy("");
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(allows(&policy, public), "{public}");
        }
        for refused in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::1.1.1.1",
            "::ffff:0:1.1.1.1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "4000::1",
        ] {
            assert!(!allows(&policy, refused), "{refused}");
        }
    }

    #[test]
    fn the_operator_may_allow_all_of_it() {
        let policy = EgressPolicy::new(true, "").unwrap();
        for address in ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"] {
            assert!(allows(&policy, address), "{address}");
        }
    }

    #[test]
    fn the_operator_may_name_networks_hosts_and_ports() {
        let policy =
            policy("10.0.0.0/8, 127.0.0.1:8080 ,[::1]:9000,fd00::/8, 192.168.1.7,DB.internal:5432,cache.internal");
        let allows = |host: &str, address: &str, port| policy.allows(host, address.parse().unwrap(), port);
        assert!(allows("x", "10.255.0.1", 1) && allows("x", "10.0.0.0", 65_535));
        assert!(allows("x", "127.0.0.1", 8080) && !allows("x", "127.0.0.1", 8081) && !allows("x", "127.0.0.2", 8080));
        assert!(allows("x", "::ffff:127.0.0.1", 8080) && allows("x", "::ffff:10.1.1.1", 1));
        assert!(allows("x", "::1", 9000) && !allows("x", "::1", 9001));
        assert!(allows("x", "fd12::1", 1) && !allows("x", "fc00::1", 1));
        assert!(allows("x", "192.168.1.7", 1) && !allows("x", "192.168.1.8", 1));
        assert!(allows("db.internal", "172.16.0.1", 5432) && !allows("db.internal", "172.16.0.1", 80));
        assert!(allows("Cache.Internal.", "172.16.0.1", 80) && !allows("other.internal", "172.16.0.1", 80));
    }

    #[test]
    fn the_operator_may_name_ipv4_as_it_is_mapped() {
        let policy = policy("[::ffff:10.0.0.0]/104,::ffff:127.0.0.1");
        for allowed in ["10.9.9.9", "::ffff:10.9.9.9", "127.0.0.1", "::ffff:127.0.0.1"] {
            assert!(allows(&policy, allowed), "{allowed}");
        }
        for refused in ["127.0.0.2", "::ffff:127.0.0.2", "172.16.0.1"] {
            assert!(!allows(&policy, refused), "{refused}");
        }
    }

    #[test]
    fn an_entry_that_is_none_is_named() {
        for bad in [
            "10.0.0.0/33",
            "::/129",
            "::ffff:0.0.0.0/95",
            "a b",
            "10.0.0.0/x",
            "host:99999",
            "10.0.0",
            "0x7f.1",
            "a.0x7f",
            "http://x",
            "*.x",
            "10.0.0.0/8:",
            ":80",
            "..",
        ] {
            assert_eq!(EgressPolicy::new(false, &format!("1.1.1.1,{bad}")).err().as_deref(), Some(bad));
        }
    }
}

//! How often something may be asked for: so many times in a quarter of an hour by one address, for one app. Counted on this
//! server alone and in memory.

use ramekin_model::AppId;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is counted begins anew after this.
const WINDOW: Duration = Duration::from_mins(15);
/// Addresses counted at once.
const COUNTED: usize = 100_000;

/// Counters of one kind of request.
pub struct RateLimit {
    most: u32,
    counted: Mutex<HashMap<Asker, Window>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Asker {
    app: AppId,
    address: IpAddr,
}

struct Window {
    began: Instant,
    count: u32,
}

/// Too often. May be asked again after this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften(pub Duration);

impl RateLimit {
    /// So many in a quarter of an hour.
    pub fn new(most: u32) -> Self {
        Self { most, counted: Mutex::default() }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn count(&self, app: &AppId, address: IpAddr) -> Result<(), TooOften> {
        self.count_at(app, address, Instant::now())
    }

    fn count_at(&self, app: &AppId, address: IpAddr, now: Instant) -> Result<(), TooOften> {
        let asker = Asker { app: app.clone(), address: network(address) };
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() >= COUNTED && !counted.contains_key(&asker) {
            counted.retain(|_, window| window.left(now).is_some());
            // Who has this many addresses is not held back by a limit per address, and must not lock out others.
            if counted.len() >= COUNTED {
                counted.clear();
            }
        }
        let window = counted.entry(asker).or_insert(Window { began: now, count: 0 });
        let left = window.left(now).unwrap_or_else(|| {
            *window = Window { began: now, count: 0 };
            WINDOW
        });
        if window.count >= self.most {
            return Err(TooOften(left));
        }
        window.count += 1;
        Ok(())
    }
}

impl Window {
    /// How long it lasts yet.
    fn left(&self, now: Instant) -> Option<Duration> {
        WINDOW.checked_sub(now.saturating_duration_since(self.began)).filter(|left| !left.is_zero())
    }
}

/// Whoever has one IPv6 address has the 2^64 of its network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(digit: char) -> AppId {
        format!("app_{}", digit.to_string().repeat(12)).parse().unwrap()
    }

    #[test]
    fn on_and_past_the_limit() {
        let limit = RateLimit::new(2);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let now = Instant::now();
        let later = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(limit.count_at(&app('a'), one, now), Ok(()));
        assert_eq!(limit.count_at(&app('a'), one, later(1)), Ok(()));
        assert_eq!(limit.count_at(&app('a'), one, later(2)), Err(TooOften(Duration::from_secs(898))));
        assert_eq!(limit.count_at(&app('b'), one, later(2)), Ok(()), "another app");
        assert_eq!(limit.count_at(&app('a'), other, later(2)), Ok(()), "another address");
        assert!(limit.count_at(&app('a'), one, later(899)).is_err());
        assert_eq!(limit.count_at(&app('a'), one, later(900)), Ok(()), "a new quarter of an hour");
    }

    #[test]
    fn a_network_of_ipv6_is_one_asker() {
        let limit = RateLimit::new(1);
        let count = |address: &str| limit.count(&app('a'), address.parse().unwrap()).is_ok();
        assert!(count("2001:db8:0:1::1") && !count("2001:db8:0:1:ffff::2") && count("2001:db8:0:2::1"));
        assert!(count("192.0.2.1") && !count("::ffff:192.0.2.1"), "the same address, written in another way");
    }

    #[test]
    fn counters_are_bounded() {
        let limit = RateLimit::new(1);
        for n in 0..u32::try_from(COUNTED).unwrap() + 1 {
            limit.count(&app('a'), IpAddr::from(n.to_be_bytes())).unwrap();
        }
        assert!(limit.counted.lock().unwrap().len() <= COUNTED);
    }
}

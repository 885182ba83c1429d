//! How often something may be asked for in a while. Counted on this server alone and in memory.

use ramekin_model::AppId;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Of what addresses may do, and of what apps are asked for (Butterbase §1.4, §4.9).
const QUARTER: Duration = Duration::from_mins(15);
const MINUTE: Duration = Duration::from_mins(1);
/// Askers counted at once.
const COUNTED: usize = 100_000;

/// Counters of one kind of request: one for each asker.
pub struct RateLimit<K> {
    most: u32,
    /// What is counted begins anew after this.
    window: Duration,
    counted: Mutex<HashMap<K, Window>>,
    refused: AtomicU64,
}

/// An address that wants something of an app.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asker {
    app: AppId,
    address: IpAddr,
}

struct Window {
    began: Instant,
    count: u32,
}

/// Where an asker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Requests that it may make.
    pub most: u32,
    /// Of these, those that are left.
    pub left: u32,
    /// Until it has all of them again.
    pub reset: Duration,
}

/// Too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften(pub Standing);

impl<K: Eq + Hash> RateLimit<K> {
    /// So many in a minute.
    pub fn a_minute(most: u32) -> Self {
        Self { most, window: MINUTE, counted: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// So many in a quarter of an hour.
    pub fn a_quarter(most: u32) -> Self {
        Self { window: QUARTER, ..Self::a_minute(most) }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn count(&self, asker: K) -> Result<Standing, TooOften> {
        self.count_at(asker, Instant::now())
    }

    /// Requests that were refused since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn count_at(&self, asker: K, now: Instant) -> Result<Standing, TooOften> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() >= COUNTED && !counted.contains_key(&asker) {
            counted.retain(|_, window| window.left(self.window, now).is_some());
            // Who has this many addresses is not held back by a limit per address, and must not lock out others.
            if counted.len() >= COUNTED {
                counted.clear();
            }
        }
        let window = counted.entry(asker).or_insert(Window { began: now, count: 0 });
        let reset = window.left(self.window, now).unwrap_or_else(|| {
            *window = Window { began: now, count: 0 };
            self.window
        });
        if window.count >= self.most {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(TooOften(Standing { most: self.most, left: 0, reset }));
        }
        window.count += 1;
        Ok(Standing { most: self.most, left: self.most - window.count, reset })
    }
}

impl Standing {
    /// The same in whole seconds. Rounded up: a little earlier is too early.
    pub fn reset_seconds(self) -> u32 {
        u32::try_from(self.reset.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
    }
}

impl Window {
    /// How much of its time is left.
    fn left(&self, lasts: Duration, now: Instant) -> Option<Duration> {
        lasts.checked_sub(now.saturating_duration_since(self.began)).filter(|left| !left.is_zero())
    }
}

impl Asker {
    /// Whoever has one IPv6 address has the 2^64 of its network.
    pub fn new(app: &AppId, address: IpAddr) -> Self {
        let address = match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 => v4,
        };
        Self { app: app.clone(), address }
    }
}

/// Limits of what is asked of apps in a minute (Butterbase §4.9). Where the operator sets none, nothing is counted.
pub struct RequestLimits {
    calls: Option<RateLimit<AppId>>,
    management: Option<RateLimit<(String, AppId)>>,
}

impl RequestLimits {
    /// So many public calls of the functions of an app, and requests to one of its management routes.
    pub fn new(calls: Option<u32>, management: Option<u32>) -> Self {
        Self { calls: calls.map(RateLimit::a_minute), management: management.map(RateLimit::a_minute) }
    }

    /// Counts a public call. `None` when there is no limit.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn call(&self, app: &AppId) -> Result<Option<Standing>, TooOften> {
        self.calls.as_ref().map(|limit| limit.count(app.clone())).transpose()
    }

    /// Counts a request to a management route of an app: one that is there, and that the request may see. Those of strangers
    /// cost its owner nothing.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn management(&self, route: impl FnOnce() -> String, app: &AppId) -> Result<Option<Standing>, TooOften> {
        self.management.as_ref().map(|limit| limit.count((route(), app.clone()))).transpose()
    }

    /// Public calls and management requests that were refused since the start.
    pub fn refused(&self) -> (u64, u64) {
        (self.calls.as_ref().map_or(0, RateLimit::refused), self.management.as_ref().map_or(0, RateLimit::refused))
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
        let limit = RateLimit::a_quarter(2);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let now = Instant::now();
        let count = |digit, address, seconds| {
            limit.count_at(Asker::new(&app(digit), address), now + Duration::from_secs(seconds))
        };
        let standing = |left, seconds| Standing { most: 2, left, reset: Duration::from_secs(seconds) };
        assert_eq!(count('a', one, 0), Ok(standing(1, 900)));
        assert_eq!(count('a', one, 1), Ok(standing(0, 899)));
        assert_eq!(count('a', one, 2), Err(TooOften(standing(0, 898))));
        assert!(count('b', one, 2).is_ok(), "another app");
        assert!(count('a', other, 2).is_ok(), "another address");
        assert!(count('a', one, 899).is_err());
        assert_eq!(count('a', one, 900), Ok(standing(1, 900)), "a new quarter of an hour");
        assert_eq!(limit.refused(), 2);
    }

    #[test]
    fn a_network_of_ipv6_is_one_asker() {
        let limit = RateLimit::a_quarter(1);
        let count = |address: &str| limit.count(Asker::new(&app('a'), address.parse().unwrap())).is_ok();
        assert!(count("2001:db8:0:1::1") && !count("2001:db8:0:1:ffff::2") && count("2001:db8:0:2::1"));
        assert!(count("192.0.2.1") && !count("::ffff:192.0.2.1"), "the same address, written in another way");
    }

    #[test]
    fn counters_are_bounded() {
        let limit = RateLimit::a_minute(1);
        for n in 0..=COUNTED {
            limit.count(n).unwrap();
        }
        assert!(limit.counted.lock().unwrap().len() <= COUNTED);
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (millis, seconds) in [(1, 1), (1_000, 1), (1_001, 2), (60_000, 60)] {
            let standing = Standing { most: 1, left: 0, reset: Duration::from_millis(millis) };
            assert_eq!(standing.reset_seconds(), seconds, "{millis}");
        }
    }

    #[test]
    fn routes_and_apps_count_apart_and_no_limit_counts_nothing() {
        let limits = RequestLimits::new(Some(1), Some(1));
        let ask = |route: &str, digit| limits.management(|| route.to_owned(), &app(digit)).map(Option::unwrap);
        assert_eq!(ask("GET /a", 'a').unwrap().left, 0);
        assert!(ask("GET /a", 'a').is_err() && ask("GET /b", 'a').is_ok() && ask("GET /a", 'b').is_ok());
        assert!(limits.call(&app('a')).is_ok() && limits.call(&app('a')).is_err() && limits.call(&app('b')).is_ok());
        assert_eq!(limits.refused(), (1, 1));
        let none = RequestLimits::new(None, None);
        assert_eq!(none.call(&app('a')), Ok(None));
        assert_eq!(none.management(|| unreachable!("nothing is counted"), &app('a')), Ok(None));
    }
}

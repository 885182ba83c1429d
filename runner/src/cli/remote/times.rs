//! Times and durations as people say them.

use chrono::{DateTime, Local, TimeDelta, Utc};

/// When, as seen from now.
pub fn ago(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| since(time, Utc::now()))
}

fn since(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let past = now - time;
    let count = |number: i64, unit: &str| format!("{number} {unit} ago");
    match past {
        past if past < TimeDelta::seconds(2) => "just now".into(),
        past if past < TimeDelta::minutes(2) => count(past.num_seconds(), "s"),
        past if past < TimeDelta::hours(2) => count(past.num_minutes(), "min"),
        past if past < TimeDelta::days(2) => count(past.num_hours(), "h"),
        past if past < TimeDelta::days(60) => count(past.num_days(), "days"),
        _ => time.with_timezone(&Local).format("%Y-%m-%d").to_string(),
    }
}

/// When, to the second, and as seen from now.
pub fn exactly(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| format!("{} ({})", clock(time), since(time, Utc::now())))
}

/// When, to the second, where this program runs.
pub fn clock(time: DateTime<Utc>) -> String {
    time.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// How long, of milliseconds.
pub fn millis(millis: f64) -> String {
    match millis {
        millis if millis >= 10_000.0 => format!("{:.1} s", millis / 1000.0),
        millis if millis >= 10.0 || millis.fract() == 0.0 => format!("{millis:.0} ms"),
        millis => format!("{millis:.1} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_say_them() {
        let now: DateTime<Utc> = "2030-01-31T12:00:00Z".parse().unwrap();
        for (seconds, text) in [
            (-5, "just now"),
            (1, "just now"),
            (90, "90 s ago"),
            (3 * 60, "3 min ago"),
            (3 * 3600, "3 h ago"),
            (3 * 86_400, "3 days ago"),
        ] {
            assert_eq!(since(now - TimeDelta::seconds(seconds), now), text);
        }
        assert!(since(now - TimeDelta::days(100), now).starts_with("2029-10-"));
        assert_eq!((ago(None).as_str(), exactly(None).as_str()), ("never", "never"));
    }

    #[test]
    fn durations_as_people_say_them() {
        for (value, text) in [(0.0, "0 ms"), (0.25, "0.2 ms"), (3.0, "3 ms"), (400.2, "400 ms"), (12_345.0, "12.3 s")] {
            assert_eq!(millis(value), text);
        }
    }
}

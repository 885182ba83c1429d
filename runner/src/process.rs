//! What the operating system says of this process. Only Linux says it in a way that is read here.

use std::time::Duration;

/// Figures of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// CPU time, of the process and the kernel for it.
    pub cpu: Duration,
    /// Memory that it has in use, in bytes. Images are in it as far as they are in memory; the database is another process.
    pub resident: u64,
}

/// Figures of this process, where they can be had.
pub fn usage() -> Option<Usage> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    parse(&stat, rustix::param::clock_ticks_per_second(), rustix::param::page_size() as u64)
}

/// Files and connections that are open.
pub fn open_files() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count())
}

fn parse(stat: &str, ticks_per_second: u64, page: u64) -> Option<Usage> {
    // The name of the program, in parentheses, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    // Counted from the one behind the name, which is the third of the manual.
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let ticks = field(14)?.checked_add(field(15)?)?;
    let micros = ticks.checked_mul(1_000_000)?.checked_div(ticks_per_second)?;
    Some(Usage { cpu: Duration::from_micros(micros), resident: field(24)?.checked_mul(page)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernel() {
        let line =
            "77 (a) b (c)) S 1 77 77 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 9 0 12345 1000000 256 1844 1 1 0 0 0";
        let usage = Usage { cpu: Duration::from_secs(3), resident: 256 * 4_096 };
        assert_eq!(parse(line, 100, 4_096), Some(usage));
        for bad in ["", "77", "77 (a) S", "77 (a) S 1 77 77 0 -1 4194560 100 0 0 0 x 50"] {
            assert_eq!(parse(bad, 100, 4_096), None, "{bad}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn of_this_process() {
        assert!(usage().unwrap().resident > 1 << 20);
        assert!(open_files().unwrap() > 2);
    }
}

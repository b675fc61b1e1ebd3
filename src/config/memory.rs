//! How much memory this machine, or the container that it is for us, has.

use std::fs;

/// Memory where the system does not say.
const UNKNOWN_BYTES: u64 = 4 << 30;

/// The memory of the machine or, where it is less, what its control group allows, in bytes.
pub(super) fn machine_bytes() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    machine.into_iter().chain(group).min().unwrap_or(UNKNOWN_BYTES)
}

/// `MemTotal:       24560000 kB`
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_stands_in_meminfo() {
        assert_eq!(total("MemTotal:       2048 kB\nMemFree:        1 kB\n"), Some(2 << 20));
        assert_eq!(total("MemFree: 1 kB"), None);
        assert!(machine_bytes() > 0);
    }
}

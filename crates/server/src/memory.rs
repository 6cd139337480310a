//! How much memory there is, as Linux tells it.

use std::{fs, path::Path};

use runtime::limits::Limits;

/// Never less than this: below it a partition would hold nobody.
const LEAST: usize = 64 << 20;

/// Bytes for resident profiles: so many MiB, or half of what is free if that is 0. Where nobody tells what is free, the
/// runtime's own limit.
pub(crate) fn resident_bytes(mib: usize) -> usize {
    match mib {
        0 => free().map_or(Limits::default().resident_bytes, |free| free / 2).max(LEAST),
        mib => mib.saturating_mul(1 << 20),
    }
}

/// Bytes that this process could have: of the machine, or of the group of processes that it is confined to.
fn free() -> Option<usize> {
    let group = Path::new("/sys/fs/cgroup");
    let number = |file: &str| fs::read_to_string(group.join(file)).ok()?.trim().parse::<usize>().ok();
    let in_group = number("memory.max").map(|most| most.saturating_sub(number("memory.current").unwrap_or(0)));
    let table = fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(in_group.map_or(kib * 1_024, |bytes| bytes.min(kib * 1_024)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_taken_and_what_is_not_is_half_of_what_is_free() {
        assert_eq!(resident_bytes(512), 512 << 20);
        let half = resident_bytes(0);
        assert!(half >= LEAST && free().is_none_or(|free| half <= free.max(2 * LEAST)), "{half}");
    }
}

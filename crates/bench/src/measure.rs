//! Time, CPU and memory, as the system counts them (`proc(5)`).

use std::{fs, time::Instant};

use crate::Failed;

/// Ticks a second in `/proc/PID/stat`: `USER_HZ`, which Linux has fixed for programs.
const TICKS_PER_S: f64 = 100.0;

/// The present moment, for measuring.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this program is for")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Seconds of CPU that a process has used so far, in all its threads.
pub(crate) fn cpu_s(pid: u32) -> Result<f64, Failed> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    cpu_of(&stat).ok_or_else(|| format!("/proc/{pid}/stat is not as expected").into())
}

/// The most memory in bytes that a process has had resident so far; of this one if none is named.
pub(crate) fn peak_bytes(pid: Option<u32>) -> Result<u64, Failed> {
    let path = format!("/proc/{}/status", pid.map_or("self".into(), |pid| pid.to_string()));
    peak_of(&fs::read_to_string(&path)?).ok_or_else(|| format!("{path} is not as expected").into())
}

fn cpu_of(stat: &str) -> Option<f64> {
    // The program's name may hold anything, so count from behind it; utime and stime are fields 14 and 15.
    let (_, behind) = stat.rsplit_once(')')?;
    let mut fields = behind.split_whitespace().skip(11).map(|field| field.parse::<f64>().ok());
    Some((fields.next()?? + fields.next()??) / TICKS_PER_S)
}

fn peak_of(status: &str) -> Option<u64> {
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(kib.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_user_and_system_time_behind_any_name() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 4 0 100 1000 10";
        assert_eq!(cpu_of(stat), Some(3.0));
        assert_eq!(cpu_of("7 (x) S 1"), None);
    }

    #[test]
    fn the_peak_is_the_high_water_mark() {
        assert_eq!(peak_of("VmPeak:\t9 kB\nVmHWM:\t    2048 kB\n"), Some(2 * 1024 * 1024));
        assert!(peak_bytes(None).unwrap() > 0);
        assert!(cpu_s(std::process::id()).is_ok());
    }
}

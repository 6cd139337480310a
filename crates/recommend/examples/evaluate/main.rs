//! The recommenders on real data, beside popularity and EASE: `cargo x bench recommend`.
//!
//! Arguments: the folder with the public data sets, then which of `retail`, `journey`, `sessions`, `speed` (all if none
//! is named). `--validate` cuts the test part off and evaluates on the end of the training part instead,
//! `--validate-early` on the weeks before those: what is tuned is tuned there.

use std::{path::PathBuf, process::ExitCode, time::Instant};

mod baskets;
mod persons;
mod sessions;
mod speed;
mod table;

/// Why an evaluation could not be run, as it is printed.
type Failed = Box<dyn std::error::Error>;

/// Which part is evaluated on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Test,
    Validation,
    EarlyValidation,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failed> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let part = match arguments.iter().find(|one| one.starts_with("--")).map(String::as_str) {
        None => Part::Test,
        Some("--validate") => Part::Validation,
        Some("--validate-early") => Part::EarlyValidation,
        Some(other) => return Err(format!("there is no option `{other}`").into()),
    };
    arguments.retain(|one| !one.starts_with("--"));
    let (folder, names) = arguments.split_first().ok_or("which folder holds the data sets?")?;
    let folder = PathBuf::from(folder);
    let all = ["retail", "journey", "sessions", "speed"].map(str::to_owned);
    for name in if names.is_empty() { &all[..] } else { names } {
        match name.as_str() {
            "retail" => persons::run(&baskets::retail(&folder, part)?),
            "journey" => persons::run(&baskets::journey(&folder, part)?),
            "sessions" => sessions::run(&folder, part)?,
            "speed" => speed::run(),
            other => return Err(format!("there is no evaluation `{other}`").into()),
        }
    }
    Ok(())
}

/// The present moment, for measuring.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this program is for")]
fn now() -> Instant {
    Instant::now()
}

/// Seconds of CPU of this process so far (`proc(5)`: fields 14 and 15, a hundred ticks a second).
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The most memory that this process had so far, in MiB.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim_end_matches("kB").trim().parse::<f64>().unwrap_or_default() / 1024.0
}

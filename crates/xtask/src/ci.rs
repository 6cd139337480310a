//! `cargo x ci`: every step, whatever the ones before said, and a summary.

use std::{
    panic::catch_unwind,
    time::{Duration, Instant},
};

use crate::{
    Boundary,
    project::{Failed, cargo, output, run as run_command},
    tests, tidy,
};

/// Kills of the program in the short crash loop.
const CRASH_ROUNDS: usize = 5;

struct Step {
    name: &'static str,
    run: fn() -> Result<(), Failed>,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", run: || run_command(&mut cargo(&["fmt", "--all", "--check"])) },
    Step { name: "clippy", run: clippy },
    Step { name: "tidy", run: tidy::run },
    Step { name: "test", run: test },
    Step { name: "scenarios", run: || tests::scenario("all", Boundary::Binary) },
    Step { name: "crash", run: || tests::crash(CRASH_ROUNDS, 1) },
    Step { name: "bench", run: || tests::bench("all", &["--quick"]) },
    // The smallest world: its guards are exact, its shares say nothing.
    Step { name: "sim", run: || tests::sim(&["--size", "S", "--decisions", "100000"].map(str::to_owned)) },
    Step { name: "marks", run: tests::marks },
    Step { name: "clients", run: tests::clients },
    Step { name: "retail", run: tests::retail },
    Step { name: "imported", run: tests::imported },
];

/// Runs every step and prints the summary.
pub(crate) fn run() -> Result<(), Failed> {
    let outcomes = run_all();
    println!("\n══ summary ══");
    for (name, took, outcome) in &outcomes {
        println!("{:<10} {:>7.1} s  {}", name, took.as_secs_f64(), if outcome.is_ok() { "ok" } else { "FAILED" });
    }
    let failed: Vec<&str> = outcomes.iter().filter(|(.., outcome)| outcome.is_err()).map(|(name, ..)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("ci: FAILED: {}", failed.join(", "))) }
}

fn run_all() -> Vec<(&'static str, Duration, Result<(), Failed>)> {
    let mut outcomes = Vec::new();
    for step in STEPS {
        println!("\n══ {} ══", step.name);
        let (took, outcome) = timed(step.run);
        match &outcome {
            Ok(()) => println!("══ {}: ok, {:.1} s ══", step.name, took.as_secs_f64()),
            Err(why) => println!("{why}\n══ {}: FAILED, {:.1} s ══", step.name, took.as_secs_f64()),
        }
        outcomes.push((step.name, took, outcome));
    }
    outcomes
}

fn clippy() -> Result<(), Failed> {
    run_command(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// nextest where it is installed, for its readable output; it runs no documentation tests, so those follow.
fn test() -> Result<(), Failed> {
    let has_nextest = output(&mut cargo(&["nextest", "--version"])).is_ok();
    if !has_nextest {
        return run_command(&mut cargo(&["test", "--workspace"]));
    }
    run_command(&mut cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]))?;
    run_command(&mut cargo(&["test", "--workspace", "--doc"]))
}

/// Runs a step; a panic in it is a failure of that step only.
fn timed(step: fn() -> Result<(), Failed>) -> (Duration, Result<(), Failed>) {
    #[expect(clippy::disallowed_methods, reason = "how long a step took is for the reader of the terminal only")]
    let start = Instant::now();
    let outcome = catch_unwind(step).unwrap_or_else(|_| Err("it panicked; see above".to_owned()));
    (start.elapsed(), outcome)
}

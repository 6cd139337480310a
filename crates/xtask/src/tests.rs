//! The tests that are more than `cargo test`: stories, benchmarks, the crash loop, the client libraries.

use std::process::Command;

use crate::{
    Boundary, program,
    project::{Failed, cargo, path, run},
};

/// A year of real orders, beside the project; not part of it.
const ORDERS: &str = "../shared/data/online_retail_y1/transactions.csv.gz";
/// Real files of all kinds, for the mappings in `examples/import`.
const DATA: &str = "../shared/data";

/// Plays stories. At the binary they run here; at the other boundaries in the tests of the crate that has the stage.
pub(crate) fn scenario(name: &str, at: Boundary) -> Result<(), Failed> {
    let files = testkit::scenario::find(&path("scenarios"), name).map_err(|error| format!("scenarios: {error}"))?;
    if files.is_empty() {
        return Err(format!("no story is named {name}; look into scenarios/"));
    }
    let package = match at {
        Boundary::Binary => return scenario_at_binary(&files),
        Boundary::Engine => "engine",
        Boundary::Server => "server",
    };
    if !path(&format!("crates/{package}/tests/it/scenarios.rs")).exists() {
        return Err(format!("`{package}` has no stage for stories (tests/it/scenarios.rs)"));
    }
    let mut command = cargo(&["test", "--quiet", "-p", package, "--test", "it", "scenarios"]);
    run(command.env(testkit::scenario::CHOSEN, name))
}

fn scenario_at_binary(files: &[std::path::PathBuf]) -> Result<(), Failed> {
    let program = program::build()?;
    let outcomes = testkit::scenario::check_all(files, |start| testkit::scenario::http::program(&program, start));
    let mut broken = 0;
    for (file, failures) in &outcomes {
        let name = file.strip_prefix(path("")).unwrap_or(file).display();
        println!("{} {name}", if failures.is_empty() { "ok    " } else { "FAILED" });
        broken += usize::from(!failures.is_empty());
        for failure in failures {
            println!("{failure}");
        }
    }
    println!("{} stories, {broken} failed", outcomes.len());
    if broken == 0 { Ok(()) } else { Err(format!("{broken} of {} stories failed", outcomes.len())) }
}

/// Runs a benchmark, always optimized.
pub(crate) fn bench(name: &str, flags: &[&str]) -> Result<(), Failed> {
    if !path("crates/bench").exists() {
        return Err("there is no crate `bench` yet".to_owned());
    }
    if name == "recommend" {
        // It measures lists on public data, not the program: an example of its crate, which builds in seconds.
        let example = ["run", "--quiet", "--release", "-p", "recommend", "--example", "evaluate", "--"];
        return run(cargo(&example).arg(DATA));
    }
    run(cargo(&["run", "--quiet", "--release", "-p", "bench", "--", name]).args(flags))
}

/// Lives the demo shop and grades the product, always optimized.
pub(crate) fn sim(arguments: &[String]) -> Result<(), Failed> {
    run(cargo(&["run", "--quiet", "--release", "-p", "sim", "--"]).args(arguments))
}

/// Lives a world of some thousand people, and holds the marks that requirements set; optimized too.
pub(crate) fn marks() -> Result<(), Failed> {
    run(&mut cargo(&["test", "--release", "-p", "sim", "--test", "it"]))
}

/// Runs the crash loop on the real program.
pub(crate) fn crash(rounds: usize, seed: u64) -> Result<(), Failed> {
    let tally = testkit::crash::run(&program::build()?, rounds, seed);
    println!(
        "{} kills, {} events answered, {} sent again: none lost, none doubled (seed {seed})",
        tally.kills, tally.answered, tally.sent_again
    );
    Ok(())
}

/// Runs the client libraries against the real program. Needs node, Python and Chromium; `.ci/run` installs them.
pub(crate) fn clients() -> Result<(), Failed> {
    let program = program::build()?;
    if !path("tests/clients/node_modules").exists() {
        return Err("the client libraries are not installed: see tests/clients/README.md".to_owned());
    }
    run(Command::new("node").arg("tests/clients/run.mjs").env("PREVENANCE_BINARY", program))
}

/// Replays a year of real orders against the real program and compares its segments with pandas. Needs Python;
/// `.ci/run` installs the packages.
pub(crate) fn retail() -> Result<(), Failed> {
    beside_pandas("tests/retail/run.py", "RETAIL_DATA", ORDERS)
}

/// Grades the real program's lists beside those of its peers, optimized. Needs Python.
pub(crate) fn peers(arguments: &[String]) -> Result<(), Failed> {
    let python = path("tests/peers/.venv/bin/python");
    if !python.exists() {
        return Err("the peers are not installed: see tests/peers/README.md".to_owned());
    }
    let program = program::build_optimized()?;
    let mut command = Command::new(python);
    command.arg("tests/peers/run.py").args(arguments);
    run(command.env("PREVENANCE_BINARY", program).env("PEERS_DATA", path(DATA)))
}

/// Imports real files into the real program and compares segments and decisions with pandas. Needs Python too.
pub(crate) fn imported() -> Result<(), Failed> {
    beside_pandas("tests/imported/run.py", "IMPORTED_DATA", DATA)
}

/// Runs a comparison with pandas, if its data is there.
fn beside_pandas(script: &str, variable: &str, data: &str) -> Result<(), Failed> {
    if !path(data).exists() {
        println!("skipped: there is no {data}");
        return Ok(());
    }
    let python = path("tests/retail/.venv/bin/python");
    if !python.exists() {
        return Err("pandas is not installed: see tests/retail/README.md".to_owned());
    }
    let program = program::build()?;
    run(Command::new(python).arg(script).env("PREVENANCE_BINARY", program).env(variable, path(data)))
}

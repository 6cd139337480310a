//! `recover`: a start after `kill -9` with the last minute not saved, beside opening the same folder and reading the
//! same tail of the log. Each start is a process of its own.

use std::{path::Path, sync::Arc};

use model::partition::Partition;
use runtime::limits;
use store::substrate::Substrate;

use crate::{
    Failed, Flags,
    child::Child,
    feed, measure,
    report::{Check, Goal, RATIO, Report, median, mib},
    shop::{self, Deed},
    stall::Stalled,
    traffic::{Bodies, People, Traffic, When},
};

/// Times that each of the two is measured, in turn.
const ROUNDS: usize = 3;

/// Bytes of log read at once, as the engine does.
const READ_BYTES: usize = limits::RECOVER_BYTES;

/// The last minute of a shop with 1,000 events a second.
const UNSAVED: u64 = 60_000;
/// The same of a short run.
const UNSAVED_QUICK: u64 = 6_000;

/// How a child says what it measured: behind it, milliseconds of opening, milliseconds in all, and a count.
const TOOK: &str = "took ";

/// What a child measured.
struct Took {
    open_ms: f64,
    all_ms: f64,
    count: u64,
    peak_bytes: u64,
}

/// `recover`
pub(crate) fn run(flags: &Flags) -> Result<Report, Failed> {
    let (persons, unsaved) = if flags.quick { (20_000, UNSAVED_QUICK) } else { (1_000_000, UNSAVED) };
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let data = data.to_str().ok_or("the folder's name is no UTF-8")?;
    let grown = Child::part("grow", &[data, &persons.to_string()])?;
    grown.finished()?;
    let mut killed = Child::part("unsaved", &[data, &persons.to_string(), &unsaved.to_string()])?;
    killed.line_with("all answered")?;
    killed.kill9()?;
    let (mut starts, mut reads) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reads.push(took("read", data)?);
        let start = took("start", data)?;
        if start.count != persons + unsaved {
            return Err(format!("{} events of {} came back", start.count, persons + unsaved).into());
        }
        starts.push(start);
    }
    let middle = |of: &[Took], what: fn(&Took) -> f64| median(of.iter().map(what).collect());
    let ratio = median(starts.iter().zip(&reads).map(|(start, read)| start.all_ms / read.all_ms).collect());
    let figures = vec![
        ("product_ms", middle(&starts, |took| took.all_ms)),
        ("reference_ms", middle(&reads, |took| took.all_ms)),
        ("opening_ms", middle(&reads, |took| took.open_ms)),
        ("tail_mib", middle(&reads, |took| mib(took.count))),
        ("unsaved_events", unsaved as f64),
        ("profiles", persons as f64),
        ("peak_mib", middle(&starts, |took| mib(took.peak_bytes))),
    ];
    let checks = vec![Check { what: RATIO, value: ratio, goal: Goal::AtMost(3.0) }];
    Ok(Report { name: "recover", quick: flags.quick, checks, figures })
}

fn took(part: &str, data: &str) -> Result<Took, Failed> {
    let mut child = Child::part(part, &[data])?;
    let line = child.line_with(TOOK)?;
    let peak_bytes = child.peak_bytes()?;
    child.kill9()?;
    let mut numbers = line.split_whitespace();
    let mut next = || numbers.next().ok_or_else(|| format!("not as expected: {line}"));
    Ok(Took { open_ms: next()?.parse()?, all_ms: next()?.parse()?, count: next()?.parse()?, peak_bytes })
}

/// Creates a shop with segments and persons in a data folder, saved and closed.
pub(crate) fn grow(folder: &Path, persons: u64) -> Result<(), Failed> {
    let runtime = feed::start(Arc::new(feed::open(folder)?))?;
    feed::publish(&runtime, &shop::segments())?;
    let bodies = bodies(People::InTurn, Some(Deed::Identify), 0);
    feed::feed(&runtime, bodies, persons / feed::EVENTS as u64, "creating persons")?;
    Ok(runtime.stop()?)
}

/// Takes in events of these persons that are durable and never saved; then waits to be killed.
pub(crate) fn leave_unsaved(folder: &Path, persons: u64, events: u64) -> Result<(), Failed> {
    let runtime = feed::start(Arc::new(Stalled(feed::open(folder)?)))?;
    // Behind the messages that created the persons.
    let bodies = bodies(People::Drawn(persons), None, persons);
    feed::feed(&runtime, bodies, events / feed::EVENTS as u64, "the last minute")?;
    println!("all answered");
    wait_to_be_killed()
}

/// Starts the engine and says how long it took. Saves nothing, so that the next start finds the same.
pub(crate) fn start(folder: &Path) -> Result<(), Failed> {
    let begun = measure::now();
    let substrate = Stalled(feed::open(folder)?);
    let open_ms = begun.elapsed().as_secs_f64() * 1e3;
    let runtime = feed::start(Arc::new(substrate))?;
    let all_ms = begun.elapsed().as_secs_f64() * 1e3;
    println!("{TOOK}{open_ms} {all_ms} {}", feed::kept(&runtime)?);
    wait_to_be_killed()
}

/// Opens the folder, reads every block that is not saved, and says how long it took and how many bytes these are.
pub(crate) fn read(folder: &Path) -> Result<(), Failed> {
    let begun = measure::now();
    let substrate = feed::open(folder)?;
    let open_ms = begun.elapsed().as_secs_f64() * 1e3;
    let mut bytes = 0;
    for partition in (0..substrate.partitions()).map(Partition) {
        let mut position = substrate.saved(partition)?;
        loop {
            let blocks = substrate.read(partition, position, READ_BYTES)?;
            let Some(last) = blocks.last() else { break };
            position = last.end();
            bytes += blocks.iter().map(|block| block.bytes.len()).sum::<usize>();
        }
    }
    let all_ms = begun.elapsed().as_secs_f64() * 1e3;
    println!("{TOOK}{open_ms} {all_ms} {bytes}");
    wait_to_be_killed()
}

fn bodies(people: People, deed: Option<Deed>, first_message: u64) -> Bodies {
    Bodies::batch(Traffic { events: feed::EVENTS, people, when: When::JustNow, deed, first_message })
}

fn wait_to_be_killed() -> ! {
    loop {
        std::thread::park();
    }
}

//! `memory`: the most memory that the program has resident while it takes in a year of a small shop's events.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{
    Failed, Flags,
    collect::{create, fill, messages},
    load::{self, Target},
    program::{Program, Published, write_authorization},
    report::{Check, Goal, RATIO, Report, mib},
    traffic::{Bodies, People, Traffic, When},
};

/// What the goal allows, in mebibytes.
const GOAL_MIB: f64 = 1_024.0;

/// Events of one person in a year.
const EVENTS_EACH: u64 = 40;

/// Events of one request.
const EVENTS: usize = 500;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// `memory`
pub(crate) fn run(flags: &Flags) -> Result<Report, Failed> {
    let program = Program::start(flags, Published::Segments)?;
    let persons = if flags.quick { 2_000 } else { 50_000 };
    let events = persons * EVENTS_EACH;
    let requests = events / EVENTS as u64;
    let from = a_year_ago()?;
    let traffic = Traffic {
        events: EVENTS,
        people: People::Drawn(persons),
        when: When::Between { from_ms: from, span_ms: YEAR.as_millis() as u64, requests },
        deed: None,
        first_message: messages(),
    };
    let target = Target { address: program.address, path: "/v1/batch", headers: write_authorization() };
    let kept = load::block_on(async {
        create(&target, persons).await?;
        fill(&target, Bodies::batch(traffic), requests, "a year of events").await?;
        program.events().await
    })?;
    if kept != persons + events {
        return Err(format!("{} events were sent and {kept} are kept", persons + events).into());
    }
    let peak_mib = mib(program.child.peak_bytes()?);
    let checks = vec![Check { what: RATIO, value: peak_mib / GOAL_MIB, goal: Goal::AtMost(1.0) }];
    let figures = vec![("peak_mib", peak_mib), ("profiles", persons as f64), ("events", kept as f64)];
    Ok(Report { name: "memory", quick: flags.quick, checks, figures })
}

#[expect(clippy::disallowed_methods, reason = "the events must be of the year before the server's now")]
fn a_year_ago() -> Result<u64, Failed> {
    // Retention is longer than a year; an hour less keeps clear of its edge and of the future.
    let from = SystemTime::now().duration_since(UNIX_EPOCH)? - YEAR - Duration::from_secs(3_600);
    Ok(u64::try_from(from.as_millis())?)
}

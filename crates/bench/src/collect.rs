//! Collecting over HTTP: the real program beside the reference, in turn, with the same bytes.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    Failed, Flags,
    child::Child,
    load::{self, Interval, Measured, Target},
    program::{Program, Published, write_authorization},
    report::{Check, Goal, RATIO, Report, median, mib},
    shop::Deed,
    traffic::{Bodies, People, Traffic, When},
};

/// Times that product and reference are measured, in turn.
const ROUNDS: usize = 3;

// The path says the type, so all are tracks.
const SINGLE: Kind = Kind { path: "/v1/track", events: 1, connections: 256, deed: Some(Deed::View) };
const BATCH: Kind = Kind { path: "/v1/batch", events: 100, connections: 16, deed: None };

/// How events are sent.
#[derive(Debug, Clone, Copy)]
struct Kind {
    path: &'static str,
    events: usize,
    connections: usize,
    deed: Option<Deed>,
}

/// The reference as a process.
struct Reference {
    child: Child,
    target: Target,
    _folder: TempDir,
}

/// What the rounds came to.
struct Rounds {
    product: Vec<Measured>,
    reference: Vec<Measured>,
}

/// `collect-single`
pub(crate) fn single(flags: &Flags) -> Result<Report, Failed> {
    let program = Program::start(flags, Published::Defaults)?;
    let persons = if flags.quick { 5_000 } else { 100_000 };
    let rounds = compare(flags, &program, SINGLE, persons)?;
    let ratio = Check { what: RATIO, value: rounds.ratio(), goal: Goal::AtLeast(0.6) };
    let mut figures = rounds.figures(SINGLE);
    figures.push(("peak_mib", mib(program.child.peak_bytes()?)));
    Ok(Report { name: "collect-single", quick: flags.quick, checks: vec![ratio], figures })
}

/// `collect-batch`
pub(crate) fn batch(flags: &Flags) -> Result<Report, Failed> {
    let program = Program::start(flags, Published::Segments)?;
    let persons = if flags.quick { 20_000 } else { 1_000_000 };
    let rounds = compare(flags, &program, BATCH, persons)?;
    let events_per_cpu_s = rounds.median(&rounds.product, |of| of.requests_per_cpu_s) * BATCH.events as f64;
    let checks = vec![
        Check { what: RATIO, value: rounds.ratio(), goal: Goal::AtLeast(0.4) },
        Check { what: "events_per_cpu_s", value: events_per_cpu_s, goal: Goal::AtLeast(40_000.0) },
    ];
    let mut figures = rounds.figures(BATCH);
    figures.push(("profiles", persons as f64));
    figures.push(("peak_mib", mib(program.child.peak_bytes()?)));
    Ok(Report { name: "collect-batch", quick: flags.quick, checks, figures })
}

/// Creates the persons, then measures both in turn.
fn compare(flags: &Flags, program: &Program, kind: Kind, persons: u64) -> Result<Rounds, Failed> {
    let product = Target { address: program.address, path: kind.path, headers: write_authorization() };
    let reference = Reference::start(kind.path)?;
    let (warm_up, measured) = if flags.quick { (300, 1_000) } else { (2_000, 5_000) };
    let interval = Interval { warm_up: Duration::from_millis(warm_up), measured: Duration::from_millis(measured) };
    let mut rounds = Rounds { product: Vec::new(), reference: Vec::new() };
    load::block_on(async {
        create(&product, persons).await?;
        let created = program.events().await?;
        if created != persons {
            return Err(format!("{persons} events were sent and {created} are kept").into());
        }
        for _ in 0..ROUNDS {
            let (bodies, pid) = (kind.bodies(persons), reference.child.pid());
            rounds.reference.push(load::measure(&reference.target, bodies, interval, pid).await?.0);
            let (bodies, pid) = (kind.bodies(persons), program.child.pid());
            rounds.product.push(load::measure(&product, bodies, interval, pid).await?.0);
        }
        // What was counted and not kept would be cheaper.
        let (kept, fewest) = (program.events().await?, rounds.fewest_events(kind, interval));
        if kept < created + fewest { Err(format!("only {kept} events are kept").into()) } else { Ok(()) }
    })?;
    Ok(rounds)
}

/// Creates persons: one identify each, with consent.
pub(crate) async fn create(product: &Target, persons: u64) -> Result<(), Failed> {
    const EVENTS: usize = 1_000;
    let traffic = Traffic {
        events: EVENTS,
        people: People::InTurn,
        when: When::JustNow,
        deed: Some(Deed::Identify),
        first_message: messages(),
    };
    fill(product, Bodies::batch(traffic), persons / EVENTS as u64, "creating persons").await
}

/// Sends so many batches.
pub(crate) async fn fill(product: &Target, bodies: Bodies, requests: u64, what: &'static str) -> Result<(), Failed> {
    let target = Target { path: "/v1/batch", ..product.clone() };
    load::send(&target, vec![bodies; load::FILLING_CONNECTIONS], requests, what).await.map(drop)
}

/// The number of the first of a run of messages that nobody else uses.
pub(crate) fn messages() -> u64 {
    const ROOM: u64 = 1_000_000_000_000;
    static USED: AtomicU64 = AtomicU64::new(0);
    USED.fetch_add(ROOM, Ordering::Relaxed)
}

impl Kind {
    /// One for each connection; single events differ by connection.
    fn bodies(self, persons: u64) -> Vec<Bodies> {
        let (events, people) = (self.events, People::Drawn(persons));
        let traffic = Traffic { events, people, when: When::JustNow, deed: self.deed, first_message: messages() };
        let of = |connection: usize| match self.events {
            1 => Bodies::one(traffic, connection),
            _ => Bodies::batch(traffic),
        };
        (0..self.connections).map(of).collect()
    }
}

impl Reference {
    fn start(path: &'static str) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let child = Child::part("reference", &[folder.path().to_str().ok_or("the folder's name is no UTF-8")?])?;
        let address = child.line_with("listening on http://")?.parse()?;
        Ok(Self { child, target: Target { address, path, headers: write_authorization() }, _folder: folder })
    }
}

impl Rounds {
    /// The product's throughput against the reference's, round by round.
    fn ratio(&self) -> f64 {
        let pairs = self.product.iter().zip(&self.reference);
        median(pairs.map(|(product, reference)| product.requests_per_s / reference.requests_per_s).collect())
    }

    fn median(&self, of: &[Measured], what: impl Fn(&Measured) -> f64) -> f64 {
        median(of.iter().map(what).collect())
    }

    /// Events that the product must have kept: those answered while measuring.
    fn fewest_events(&self, kind: Kind, interval: Interval) -> u64 {
        let requests: f64 = self.product.iter().map(|of| of.requests_per_s * interval.measured.as_secs_f64()).sum();
        (requests * 0.99) as u64 * kind.events as u64
    }

    fn figures(&self, kind: Kind) -> Vec<(&'static str, f64)> {
        let events = kind.events as f64;
        let product = |what: fn(&Measured) -> f64| self.median(&self.product, what);
        let reference = |what: fn(&Measured) -> f64| self.median(&self.reference, what);
        vec![
            ("product_events_per_s", product(|of| of.requests_per_s) * events),
            ("reference_events_per_s", reference(|of| of.requests_per_s) * events),
            ("product_events_per_cpu_s", product(|of| of.requests_per_cpu_s) * events),
            ("reference_events_per_cpu_s", reference(|of| of.requests_per_cpu_s) * events),
            ("product_p50_ms", product(|of| of.p50_ms)),
            ("product_p99_ms", product(|of| of.p99_ms)),
            ("reference_p50_ms", reference(|of| of.p50_ms)),
            ("reference_p99_ms", reference(|of| of.p99_ms)),
            ("connections", kind.connections as f64),
        ]
    }
}

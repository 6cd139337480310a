//! Deciding over HTTP: the real program beside an endpoint that parses the same request and answers with as many bytes.
//! Then the program is killed, and every decision that it answered is looked up and made again.

use std::{io::Write, time::Duration};

use tempfile::NamedTempFile;

use crate::{
    Failed, Flags,
    child::Child,
    collect::{create, fill, messages},
    load::{self, Connection, Interval, Measured, Sends, Target, percentile_ms},
    pace::{Pace, paced},
    pages::{ID_BYTES, ONE, Pages, THREE},
    program::{Program, Published, write_authorization},
    replay::{Replayed, replay},
    report::{Check, Goal, RATIO, Report, median, mib},
    traffic::{Bodies, People, Traffic, When},
};

const PATH: &str = "/v1/decide";
/// Times that product and reference are measured, in turn.
const ROUNDS: usize = 3;
/// Browsers that ask at once.
const BROWSERS: usize = 64;
/// Requests a second at which latencies are compared.
const PER_S: u32 = 2_000;
/// After this long every record must outlive a `kill -9`.
const DURABLE_WITHIN: Duration = Duration::from_secs(1);
/// Answers of a thousand that may be neutral for want of time.
const NEUTRAL_MOST: f64 = 0.001;

/// How much is done.
struct Scale {
    persons: u64,
    interval: Interval,
    paced: u64,
    replays: u64,
}

/// What was measured of one of the two.
#[derive(Default)]
struct Side {
    one: Vec<Measured>,
    three: Vec<Measured>,
    paced_p99_ms: Vec<f64>,
}

/// What the product answered.
#[derive(Default)]
struct Answered {
    ids: Vec<[u8; ID_BYTES]>,
    neutral: u64,
    /// How many browsers were given out, so that no two draw the same visitors.
    seeds: u64,
}

/// `decide`
pub(crate) fn run(flags: &Flags) -> Result<Report, Failed> {
    let scale = Scale::of(flags);
    let mut program = Program::start(flags, Published::Experiences)?;
    let product = Target { address: program.address, path: PATH, headers: write_authorization() };
    let mut answered = Answered::default();
    let (reference, example) = load::block_on(async {
        create(&product, scale.persons).await?;
        visit(&product, scale.persons).await?;
        let example = answered.example(&product, &scale).await?;
        Ok((Reference::start(&example, &product)?, example))
    })?;
    let mut sides = (Side::default(), Side::default());
    let waiting = load::block_on(async {
        for _ in 0..ROUNDS {
            measure(&product, program.child.pid(), &mut sides.0, &mut answered, &scale).await?;
            // What the reference is asked for is no decision.
            let pid = reference.child.pid();
            measure(&reference.target, pid, &mut sides.1, &mut Answered::default(), &scale).await?;
        }
        answered.enough(&product, &scale).await?;
        tokio::time::sleep(DURABLE_WITHIN).await;
        program.metric("prevenance_decisions_waiting").await
    })?;
    let peak_mib = mib(program.child.peak_bytes()?);
    program.child.kill9()?;
    let replayed = replay(&program.data(), &answered.ids, scale.replays)?;
    let (product, reference) = sides;
    let mut figures = figures(&product, &reference);
    figures.extend([
        ("answer_bytes", example.len() as f64),
        ("connections", BROWSERS as f64),
        ("profiles", scale.persons as f64),
        ("pages_recorded", replayed.pages as f64),
        ("replays", replayed.replays as f64),
        ("replays_per_s", replayed.replays as f64 / replayed.seconds),
        ("peak_mib", peak_mib),
    ]);
    let checks = checks(&product, &reference, &answered, &replayed, waiting);
    Ok(Report { name: "decide", quick: flags.quick, checks, figures })
}

fn checks(product: &Side, reference: &Side, answered: &Answered, replayed: &Replayed, waiting: f64) -> Vec<Check> {
    let neutral = answered.neutral as f64 / (answered.neutral + answered.ids.len() as u64).max(1) as f64;
    vec![
        Check { what: RATIO, value: ratio(&product.one, &reference.one), goal: Goal::AtLeast(0.5) },
        Check {
            what: "p99_ratio",
            value: median(product.paced_p99_ms.iter().zip(&reference.paced_p99_ms).map(|(p, r)| p / r).collect()),
            goal: Goal::AtMost(3.0),
        },
        Check { what: "lost_records", value: replayed.lost as f64, goal: Goal::AtMost(0.0) },
        Check { what: "decisions_waiting", value: waiting, goal: Goal::AtMost(0.0) },
        Check { what: "neutral_share", value: neutral, goal: Goal::AtMost(NEUTRAL_MOST) },
        Check { what: "different_replays", value: replayed.different as f64, goal: Goal::AtMost(0.0) },
    ]
}

fn figures(product: &Side, reference: &Side) -> Vec<(&'static str, f64)> {
    let middle = |of: &[Measured], what: fn(&Measured) -> f64| median(of.iter().map(what).collect());
    vec![
        ("three_placements_ratio", ratio(&product.three, &reference.three)),
        ("product_per_s", middle(&product.one, |of| of.requests_per_s)),
        ("reference_per_s", middle(&reference.one, |of| of.requests_per_s)),
        ("product_per_cpu_s", middle(&product.one, |of| of.requests_per_cpu_s)),
        ("reference_per_cpu_s", middle(&reference.one, |of| of.requests_per_cpu_s)),
        ("product_three_per_s", middle(&product.three, |of| of.requests_per_s)),
        ("product_p50_ms", middle(&product.one, |of| of.p50_ms)),
        ("reference_p50_ms", middle(&reference.one, |of| of.p50_ms)),
        ("product_paced_p99_ms", median(product.paced_p99_ms.clone())),
        ("reference_paced_p99_ms", median(reference.paced_p99_ms.clone())),
    ]
}

/// The product's throughput against the reference's, round by round.
pub(crate) fn ratio(product: &[Measured], reference: &[Measured]) -> f64 {
    let pairs = product.iter().zip(reference);
    median(pairs.map(|(product, reference)| product.requests_per_s / reference.requests_per_s).collect())
}

/// One round: one placement and three, as fast as they are answered; then one at a fixed rate.
async fn measure(
    target: &Target,
    pid: u32,
    side: &mut Side,
    answered: &mut Answered,
    scale: &Scale,
) -> Result<(), Failed> {
    for (placements, into) in [(ONE, &mut side.one), (THREE, &mut side.three)] {
        let (measured, pages) = load::measure(target, answered.pages(placements, scale), scale.interval, pid).await?;
        into.push(measured);
        answered.note(pages);
    }
    let pace = Pace { per_s: PER_S, requests: scale.paced };
    let (pages, mut latencies) = paced(target, answered.pages(ONE, scale), pace).await?;
    side.paced_p99_ms.push(percentile_ms(&mut latencies, 99));
    answered.note(pages);
    Ok(())
}

/// As many events as there are visitors, so that audiences have something to look at.
async fn visit(product: &Target, persons: u64) -> Result<(), Failed> {
    const EVENTS: usize = 500;
    let people = People::Drawn(persons);
    let traffic = Traffic { events: EVENTS, people, when: When::JustNow, deed: None, first_message: messages() };
    fill(product, Bodies::batch(traffic), persons / EVENTS as u64, "visits").await
}

impl Scale {
    fn of(flags: &Flags) -> Self {
        let (warm_up, measured) = if flags.quick { (200, 600) } else { (2_000, 5_000) };
        let interval = Interval { warm_up: Duration::from_millis(warm_up), measured: Duration::from_millis(measured) };
        if flags.quick {
            Self { persons: 20_000, interval, paced: 1_000, replays: 5_000 }
        } else {
            Self { persons: 1_000_000, interval, paced: 10 * u64::from(PER_S), replays: 1_000_000 }
        }
    }
}

impl Answered {
    /// Pages of visitors that nobody else draws.
    fn pages(&mut self, placements: &[&str], scale: &Scale) -> Vec<Pages> {
        self.seeds += 1;
        Pages::browsers(placements, scale.persons, BROWSERS, self.seeds)
    }

    fn note(&mut self, pages: Vec<Pages>) {
        for pages in pages {
            self.ids.extend(pages.ids);
            self.neutral += pages.neutral;
        }
    }

    /// An answer of the usual length: the one in the middle of many.
    async fn example(&mut self, product: &Target, scale: &Scale) -> Result<Vec<u8>, Failed> {
        const MANY: u64 = 101;
        let mut pages = Pages::new(ONE, scale.persons, 0, 0);
        let mut connection = Connection::open(product.address).await?;
        let (mut request, mut answers) = (Vec::new(), Vec::new());
        for number in 0..MANY {
            product.write(pages.body(number), &mut request);
            answers.push(connection.call(&request).await?.to_vec());
        }
        answers.sort_by_key(Vec::len);
        Ok(answers.swap_remove(answers.len() / 2))
    }

    /// Asks on until there are as many decisions as are to be made again.
    async fn enough(&mut self, product: &Target, scale: &Scale) -> Result<(), Failed> {
        let missing = scale.replays.saturating_sub(self.ids.len() as u64);
        let pages = self.pages(THREE, scale);
        let pages = load::send(product, pages, missing.div_ceil(THREE.len() as u64), "deciding").await?;
        self.note(pages);
        Ok(())
    }
}

/// The reference as a process.
pub(crate) struct Reference {
    pub(crate) child: Child,
    pub(crate) target: Target,
    _answer: NamedTempFile,
}

impl Reference {
    pub(crate) fn start(answer: &[u8], product: &Target) -> Result<Self, Failed> {
        let mut file = NamedTempFile::new()?;
        file.write_all(answer)?;
        let child = Child::part("echo", &[file.path().to_str().ok_or("the file's name is no UTF-8")?])?;
        let address = child.line_with("listening on http://")?.parse()?;
        Ok(Self { child, target: Target { address, ..product.clone() }, _answer: file })
    }
}

//! Lists over HTTP: what a recommender proposes to visitors in the middle of a visit, beside an endpoint that parses the
//! same request and answers with as many bytes; then the same with all filters on.
//!
//! Visits have the shape of a large public set: a theme of some hundred items, of which the first are met more often,
//! and sometimes any item.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Failed, Flags,
    decide::{Reference, ratio},
    load::{self, Connection, Interval, Measured, Sends, Target, percentile_ms},
    pace::{Pace, paced},
    program::{Program, Published, secret_authorization, write_authorization},
    report::{Check, Goal, RATIO, Report, median, mib},
    traffic::Draws,
};

const PATH: &str = "/v1/recommend";
/// Times that product and reference are measured, in turn.
const ROUNDS: usize = 3;
const BROWSERS: usize = 64;
/// Items of a list.
const COUNT: usize = 20;
/// Items of a theme.
pub(crate) const THEME: u64 = 100;
/// Visitors of one batch, and items told at once.
const VISITORS: u64 = 20;
const ITEMS: u64 = 500;
/// Answers that are looked at one by one.
const LOOKED_AT: u64 = 101;
/// The two recommenders.
const PLAIN: &str = "next";
const FILTERED: &str = "next-filtered";

/// Who looked at what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitors {
    pub(crate) visitors: u64,
    pub(crate) items: u64,
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
struct Scale {
    of: Visitors,
    interval: Interval,
    paced_s: u64,
}

/// What was measured of one of them.
#[derive(Default)]
struct Side {
    fast: Vec<Measured>,
    paced_p99_ms: Vec<f64>,
}

/// The recommenders as a file of definitions.
pub(crate) fn definitions() -> Value {
    let plain = json!({
        "algorithms": ["session", "popular"], "count": COUNT,
        "benefit": {"en": "Find what goes with it", "fr": "Trouver ce qui va avec"},
    });
    let mut filtered = plain.clone();
    let more = json!({
        "only": "price < 150 && attribute.width != \"narrow\"", "pins": [{"place": 3, "item": "i0000001"}],
        "boosts": [{"only": "on_sale == true", "by": 1.2}], "most_per_brand": 6, "least_margin": 0.1,
    });
    filtered.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
    let mut free = plain;
    // What may be shown at all is asked of no item.
    free["in_stock"] = json!(false);
    free["bought"] = json!("always");
    json!({ "recommender": { PLAIN: free, FILTERED: filtered } })
}

/// `suggest`
pub(crate) fn run(flags: &Flags) -> Result<Report, Failed> {
    let scale = Scale::of(flags);
    let program = Program::start(flags, Published::Recommenders)?;
    let product = Target { address: program.address, path: PATH, headers: write_authorization() };
    let (reference, answer_bytes, trained, short) = load::block_on(async {
        let trained = fill(&product, &scale).await?;
        let (example, _) = looked_at(&product, PLAIN, &scale).await?;
        let (_, short) = looked_at(&product, FILTERED, &scale).await?;
        Ok((Reference::start(&example, &product)?, example.len(), trained, short))
    })?;
    let (mut plain, mut filtered, mut bare) = (Side::default(), Side::default(), Side::default());
    load::block_on(async {
        for _ in 0..ROUNDS {
            let pid = reference.child.pid();
            fast(&reference.target, pid, PLAIN, &mut bare, &scale).await?;
            fast(&product, program.child.pid(), PLAIN, &mut plain, &scale).await?;
            fast(&product, program.child.pid(), FILTERED, &mut filtered, &scale).await?;
            let quarter = bare.fast.last().map_or(0.0, |of| of.requests_per_s / 4.0);
            let pace = Pace { per_s: quarter.max(1.0) as u32, requests: quarter as u64 * scale.paced_s };
            let of = [
                (&reference.target, PLAIN, &mut bare),
                (&product, PLAIN, &mut plain),
                (&product, FILTERED, &mut filtered),
            ];
            for (target, recommender, side) in of {
                let (_, mut latencies) = paced(target, Asks::browsers(recommender, &scale), pace).await?;
                side.paced_p99_ms.push(percentile_ms(&mut latencies, 99));
            }
        }
        Ok(())
    })?;
    let p99 = |one: &Side, other: &Side| {
        median(one.paced_p99_ms.iter().zip(&other.paced_p99_ms).map(|(a, b)| a / b).collect())
    };
    let middle = |of: &[Measured], what: fn(&Measured) -> f64| median(of.iter().map(what).collect());
    let checks = vec![
        Check { what: RATIO, value: ratio(&plain.fast, &bare.fast), goal: Goal::AtLeast(0.5) },
        Check { what: "p99_ratio", value: p99(&plain, &bare), goal: Goal::AtMost(3.0) },
        Check {
            what: "cpu_ms",
            value: 1_000.0 / middle(&plain.fast, |of| of.requests_per_cpu_s),
            goal: Goal::AtMost(0.1),
        },
        Check { what: "filtered_p99_ratio", value: p99(&filtered, &plain), goal: Goal::AtMost(1.5) },
        Check { what: "short_lists", value: short as f64, goal: Goal::AtMost(0.0) },
    ];
    let figures = vec![
        ("filtered_ratio", ratio(&filtered.fast, &plain.fast)),
        ("product_per_s", middle(&plain.fast, |of| of.requests_per_s)),
        ("reference_per_s", middle(&bare.fast, |of| of.requests_per_s)),
        ("product_p50_ms", middle(&plain.fast, |of| of.p50_ms)),
        ("reference_p50_ms", middle(&bare.fast, |of| of.p50_ms)),
        ("product_paced_p99_ms", median(plain.paced_p99_ms)),
        ("reference_paced_p99_ms", median(bare.paced_p99_ms)),
        ("answer_bytes", answer_bytes as f64),
        ("visitors", scale.of.visitors as f64),
        ("items", scale.of.items as f64),
        ("training_ms", trained["took_ms"].as_f64().unwrap_or_default()),
        ("models_mib", trained["bytes"].as_f64().unwrap_or_default() / f64::from(1 << 20)),
        ("peak_mib", mib(program.child.peak_bytes()?)),
    ];
    Ok(Report { name: "suggest", quick: flags.quick, checks, figures })
}

/// As fast as they are answered.
async fn fast(target: &Target, pid: u32, recommender: &str, side: &mut Side, scale: &Scale) -> Result<(), Failed> {
    let (measured, _) = load::measure(target, Asks::browsers(recommender, scale), scale.interval, pid).await?;
    side.fast.push(measured);
    Ok(())
}

/// Tells the items, lets everybody look around, and trains; what the training came to.
async fn fill(product: &Target, scale: &Scale) -> Result<Value, Failed> {
    let secret = Target { headers: secret_authorization(), ..product.clone() };
    let items = Target { path: "/v1/catalog/items", ..secret.clone() };
    load::send(&items, vec![Told { bytes: Vec::new() }], scale.of.items / ITEMS, "telling items").await?;
    let visits = Target { path: "/v1/batch", ..product.clone() };
    let visit = Visits { bytes: Vec::new(), scale: *scale };
    load::send(&visits, vec![visit; load::FILLING_CONNECTIONS], scale.of.visitors / VISITORS, "visits").await?;
    let training = Target { path: "/v1/training", ..secret };
    let mut request = Vec::new();
    training.write(b"{}", &mut request);
    let answer: Value = serde_json::from_slice(Connection::open(product.address).await?.call(&request).await?)?;
    Ok(answer["last"].clone())
}

/// Looks at many answers: one of the usual length, and how many lists are not full.
async fn looked_at(product: &Target, recommender: &str, scale: &Scale) -> Result<(Vec<u8>, usize), Failed> {
    let mut asks = Asks::new(recommender, scale, 99);
    let mut connection = Connection::open(product.address).await?;
    let (mut request, mut answers, mut short) = (Vec::new(), Vec::new(), 0);
    for number in 0..LOOKED_AT {
        product.write(asks.body(number), &mut request);
        let answer = connection.call(&request).await?.to_vec();
        let read: Value = serde_json::from_slice(&answer)?;
        short += usize::from(read["items"].as_array().is_none_or(|items| items.len() < COUNT));
        answers.push(answer);
    }
    answers.sort_by_key(Vec::len);
    Ok((answers.swap_remove(answers.len() / 2), short))
}

impl Scale {
    fn of(flags: &Flags) -> Self {
        let (warm_up, measured) = if flags.quick { (200, 600) } else { (2_000, 5_000) };
        let interval = Interval { warm_up: Duration::from_millis(warm_up), measured: Duration::from_millis(measured) };
        Self { of: Visitors::of(flags), interval, paced_s: if flags.quick { 1 } else { 5 } }
    }
}

impl Visitors {
    /// As many as a large public set has, or few.
    pub(crate) fn of(flags: &Flags) -> Self {
        if flags.quick { Self { visitors: 3_000, items: 2_000 } } else { Self { visitors: 187_000, items: 43_000 } }
    }

    /// The items that a visitor looked at.
    pub(crate) fn visit(&self, visitor: u64) -> Vec<u64> {
        let mut draws = Draws::new(visitor.wrapping_mul(0x9E37_79B9));
        let theme = draws.below(self.items / THEME);
        let count = 2 + draws.below(7);
        (0..count).map(|_| self.item(theme, &mut draws)).collect()
    }

    fn item(&self, theme: u64, draws: &mut Draws) -> u64 {
        match draws.below(10) {
            0 => draws.below(self.items),
            _ => theme * THEME + draws.below(THEME).min(draws.below(THEME)).min(draws.below(THEME)),
        }
    }
}

/// The id of an item.
pub(crate) fn id(item: u64) -> String {
    format!("i{item:07}")
}

fn context(visitor: u64) -> Value {
    let version = 100 + visitor % 64;
    json!({
        "userAgent": format!("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{version}.0.0.0 Safari/537.36"),
        "locale": "fr-FR", "consent": {"categoryPreferences": {"site": true}},
    })
}

/// Tells items.
#[derive(Clone)]
struct Told {
    bytes: Vec<u8>,
}

impl Sends for Told {
    fn body(&mut self, request: u64) -> &[u8] {
        let item = |number: u64| {
            let width = ["narrow", "regular", "wide"][(number % 3) as usize];
            json!({
                "id": id(number), "title": {"en": format!("Item {number}")}, "brand": format!("b{}", number % 50),
                "price": 10 + number % 200, "cost": 5 + number % 90, "stock": u64::from(!number.is_multiple_of(9)) * 5,
                "categories": [["All", format!("c{}", number / THEME)]],
                "attributes": {"width": width},
            })
        };
        let items: Vec<Value> = (request * ITEMS..(request + 1) * ITEMS).map(item).collect();
        self.bytes = json!({"currency": "EUR", "items": items}).to_string().into_bytes();
        &self.bytes
    }
}

/// Visits, so many in a batch.
#[derive(Clone)]
struct Visits {
    bytes: Vec<u8>,
    scale: Scale,
}

impl Sends for Visits {
    fn body(&mut self, request: u64) -> &[u8] {
        let of = |visitor: u64| {
            let views = self.scale.of.visit(visitor).into_iter().enumerate();
            views.map(move |(place, item)| {
                json!({"type": "track", "event": "Product Viewed", "anonymousId": format!("v{visitor}"),
                       "messageId": format!("m{visitor}-{place}"), "context": context(visitor),
                       "properties": {"product_id": id(item)}})
            })
        };
        let batch: Vec<Value> = (request * VISITORS..(request + 1) * VISITORS).flat_map(of).collect();
        self.bytes = json!({ "batch": batch }).to_string().into_bytes();
        &self.bytes
    }
}

/// Asks for visitors who are drawn evenly, each with an item of their theme on the screen.
#[derive(Clone)]
struct Asks {
    recommender: String,
    bytes: Vec<u8>,
    scale: Scale,
    seed: u64,
}

impl Asks {
    fn new(recommender: &str, scale: &Scale, seed: u64) -> Self {
        Self { recommender: recommender.to_owned(), bytes: Vec::new(), scale: *scale, seed }
    }

    fn browsers(recommender: &str, scale: &Scale) -> Vec<Self> {
        (0..BROWSERS as u64).map(|browser| Self::new(recommender, scale, browser)).collect()
    }
}

impl Sends for Asks {
    fn body(&mut self, request: u64) -> &[u8] {
        let mut draws = Draws::new(self.seed << 40 ^ request);
        let visitor = draws.below(self.scale.of.visitors);
        let on_screen = self.scale.of.visit(visitor).pop().unwrap_or_default();
        let body = json!({"recommender": self.recommender, "anonymous_id": format!("v{visitor}"), "item": id(on_screen),
                          "context": context(visitor)});
        self.bytes = body.to_string().into_bytes();
        &self.bytes
    }
}

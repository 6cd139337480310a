//! `lists`: what a list costs by itself, on one thread and in memory: what comes next in a visit, and whole lists by the
//! visit and by all that is known at once, beside plain nearest sessions.
//!
//! Visits are those of `suggest`; every fifth visitor ordered something, so that `hybrid` has all its parts to ask. What
//! counts is the CPU time of the thread, question by question: other programs on the same cores do not show in it but
//! for the caches. Who asks was seen in no training. What HTTP, the decision and its record cost is measured by `suggest`.

use std::{borrow::Cow, hint::black_box, time::Duration};

use catalog::{
    catalog::Catalog,
    change::Change,
    item::{Item as Told, Stock, Texts},
    money::{Currency, Prices},
};
use condition::Facts;
use cpu_time::ThreadTime;
use model::{
    fact::Occurrence,
    time::{Span, Timestamp},
    value::{Fields, Value},
};
use recommend::{
    history::{Deed, Group, History, Interaction, Item, Person},
    session::{Memory, Sessions, Settings},
};
use suggest::{Algorithm, Alike, Asked, Filters, Gatherer, Models, Recommender, Shop, Surroundings, Who};

use crate::{
    Failed, Flags, measure,
    nearest::Nearest,
    report::{Check, Goal, RATIO, Report, mib},
    suggest::{THEME, Visitors, id},
    traffic::Draws,
};

/// The moment of all questions.
const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);
/// Over so much time before it visits are spread.
const PAST: Span = Span::DAY.times(60);
/// One visitor of so many ordered something.
const BUYER: u64 = 5;
/// Items of a list; models are asked for some more.
const COUNT: usize = 20;
const DEPTH: usize = 80;
/// Questions whose time does not count: memory grows, caches fill.
const WARM_UP: u64 = 200;

/// `lists`
pub(crate) fn run(flags: &Flags) -> Result<Report, Failed> {
    let (of, questions) = (Visitors::of(flags), if flags.quick { 500 } else { 5_000 });
    let catalog = catalog(&of)?;
    let mut alike = Alike::new();
    catalog.items().for_each(|item| alike.set(&item));
    let start = measure::now();
    let models = models(&catalog, &of);
    let training_s = start.elapsed().as_secs_f64();
    let sessions = Sessions::train(&history(&of), &[Deed::View, Deed::Cart], Settings::default());
    let nearest = Nearest::of((0..of.visitors).map(|visitor| of.visit(visitor)));
    let shop = Shop { catalog: &catalog, models: &models, alike: &alike };
    let recommenders = [Algorithm::Session, Algorithm::Hybrid].map(recommender);
    let (mut reference, mut next) = (Times::default(), Times::default());
    let (mut lists, mut memory) = ([Times::default(), Times::default()], Memory::default());
    let mut short = 0;
    for number in 0..WARM_UP + questions {
        let visitor = Visitor::new(&of, number);
        let items: Vec<Item> = visitor.session.iter().map(|item| Item(*item as u32)).collect();
        let counts = number >= WARM_UP;
        reference.take(counts, || nearest.next(&visitor.session, DEPTH));
        next.take(counts, || sessions.next(&items, DEPTH, &mut memory));
        for (recommender, times) in recommenders.iter().zip(&mut lists) {
            let asked = Asked { facts: &visitor, request: &|name| visitor.says(name), now: NOW };
            let list = times.take(counts, || suggest::suggest(recommender, &shop, &asked));
            short += usize::from(list.items.len() < COUNT);
        }
    }
    let [session, hybrid] = &mut lists;
    let ratio = next.percentile_ms(50) / reference.percentile_ms(50);
    let checks = vec![
        Check { what: RATIO, value: ratio, goal: Goal::AtMost(3.0) },
        Check { what: "next_p99_ms", value: next.percentile_ms(99), goal: Goal::AtMost(0.2) },
        Check { what: "session_list_p99_ms", value: session.percentile_ms(99), goal: Goal::AtMost(0.3) },
        Check { what: "hybrid_list_p99_ms", value: hybrid.percentile_ms(99), goal: Goal::AtMost(1.0) },
    ];
    let figures = vec![
        ("reference_p50_ms", reference.percentile_ms(50)),
        ("reference_p99_ms", reference.percentile_ms(99)),
        ("next_p50_ms", next.percentile_ms(50)),
        ("session_list_p50_ms", session.percentile_ms(50)),
        ("hybrid_list_p50_ms", hybrid.percentile_ms(50)),
        ("short_lists", short as f64),
        ("sessions", of.visitors as f64),
        ("items", of.items as f64),
        ("questions", questions as f64),
        ("training_s", training_s),
        ("models_mib", mib(models.bytes() as u64)),
        ("peak_mib", mib(measure::peak_bytes(None)?)),
    ];
    Ok(Report { name: "lists", quick: flags.quick, checks, figures })
}

/// The CPU time of each question.
#[derive(Debug, Default)]
struct Times(Vec<Duration>);

impl Times {
    /// Asks, and takes the time if it counts.
    fn take<R>(&mut self, counts: bool, ask: impl FnOnce() -> R) -> R {
        let start = ThreadTime::now();
        let answer = black_box(ask());
        let took = start.elapsed();
        self.0.extend(counts.then_some(took));
        answer
    }

    fn percentile_ms(&mut self, percent: usize) -> f64 {
        self.0.sort_unstable();
        let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3
    }
}

/// Somebody in the middle of a visit.
struct Visitor {
    /// What they looked at, what is on the screen last.
    session: Vec<u64>,
    viewed: Vec<Occurrence>,
    ordered: Vec<Occurrence>,
}

impl Visitor {
    /// A visitor whom no training saw.
    fn new(of: &Visitors, number: u64) -> Self {
        let visitor = of.visitors + number;
        let mut session = of.visit(visitor);
        session.truncate(1 + Draws::new(visitor).below(session.len() as u64) as usize);
        let age = |place: usize| Span::MINUTE.times((session.len() - place) as i64);
        let viewed = |(place, item): (usize, &u64)| occurrence(NOW.minus(age(place)), viewed(*item));
        let viewed = session.iter().enumerate().map(viewed).collect();
        let order = visitor.is_multiple_of(BUYER).then(|| of.visit(visitor).into_iter().take(2).collect::<Vec<_>>());
        let ordered = order.map(|items| occurrence(NOW.minus(PAST), ordered(&items))).into_iter().collect();
        Self { session, viewed, ordered }
    }

    /// What their request says.
    fn says(&self, name: &str) -> Option<Value> {
        match name {
            "shop.item" => self.session.last().map(|item| Value::text(id(*item))),
            "locale" => Some(Value::from("fr-FR")),
            "device" => Some(Value::from("desktop")),
            _ => None,
        }
    }
}

impl Facts for Visitor {
    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        Cow::Borrowed(match event {
            VIEWED => &self.viewed,
            ORDERED => &self.ordered,
            _ => &[],
        })
    }
}

const VIEWED: &str = "Product Viewed";
const ORDERED: &str = "Order Completed";

fn occurrence(at: Timestamp, properties: Fields) -> Occurrence {
    Occurrence { at, tie: 0, properties }
}

fn viewed(item: u64) -> Fields {
    Fields::from_iter([("product_id", Value::text(id(item)))])
}

fn ordered(items: &[u64]) -> Fields {
    let lines: Vec<Value> = items.iter().map(|item| Value::Map(viewed(*item))).collect();
    Fields::from_iter([("products", Value::List(lines.into()))])
}

/// A list of twenty of what can be had and was not bought.
fn recommender(algorithm: Algorithm) -> Recommender {
    Recommender {
        name: algorithm.word().into(),
        algorithms: vec![algorithm, Algorithm::Popular],
        count: COUNT,
        least: 1,
        filters: Filters::default(),
        pins: Vec::new(),
        boosts: Vec::new(),
        most_per_brand: None,
        most_per_category: None,
        discovery: 0.0,
        floor: 0.0,
    }
}

/// The items of `suggest`, numbered as there.
fn catalog(of: &Visitors) -> Result<Catalog, Failed> {
    let mut catalog = Catalog::default();
    for item in 0..of.items {
        let title = Texts { title: format!("Item {item}"), description: String::new() };
        let told = Told {
            texts: [("en".to_owned(), title)].into(),
            brand: Some(format!("b{}", item % 50)),
            categories: vec![vec!["All".to_owned(), format!("c{}", item / THEME)]],
            prices: Some(Prices::of(Currency::EUR, 1_000 + 100 * (item % 200))),
            stock: Stock::counted(if item.is_multiple_of(9) { 0 } else { 5 }),
            ..Told::new(id(item))
        };
        catalog.apply(&Change::Put(Box::new(told)), NOW.minus(PAST)).map_err(|fault| fault.to_string())?;
    }
    Ok(catalog)
}

/// Everything trained on what all visitors did.
fn models(catalog: &Catalog, of: &Visitors) -> Models {
    let (mut gatherer, around) = (Gatherer::new(catalog), Surroundings { country: Some("FR"), device: None });
    for visitor in 0..of.visitors {
        gatherer.person(Who(visitor));
        let items = of.visit(visitor);
        for (place, item) in items.iter().enumerate() {
            gatherer.event(VIEWED, moment(of, visitor, place), &viewed(*item), around);
        }
        if visitor.is_multiple_of(BUYER) {
            gatherer.event(ORDERED, moment(of, visitor, items.len()), &ordered(&items[..2]), around);
        }
    }
    Models::train(&gatherer.finish(), NOW, 1)
}

/// What all visitors looked at.
fn history(of: &Visitors) -> History {
    let deeds = |visitor: u64| {
        let (person, group) = (Person(visitor as u32), Group(visitor as u32));
        let deed = move |(place, item): (usize, u64)| {
            let item = Item(item as u32);
            Interaction { person, item, deed: Deed::View, group, at: moment(of, visitor, place) }
        };
        of.visit(visitor).into_iter().enumerate().map(deed).collect::<Vec<_>>()
    };
    (0..of.visitors).flat_map(deeds).collect()
}

/// When a visitor looked at something: one visitor after the other, an item every ten seconds.
fn moment(of: &Visitors, visitor: u64, place: usize) -> Timestamp {
    let began = PAST.as_millis() * (of.visitors - visitor) as i64 / of.visitors as i64;
    NOW.minus(Span::MINUTE).minus(Span::from_millis(began)).plus(Span::from_millis(10_000 * place as i64))
}

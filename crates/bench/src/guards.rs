//! `guards`: what each guard of a decision costs, deciding the same pages in process with that one and with none.
//!
//! The reference is the same shop with no guard at all. Guards share what they find out, so together they cost less than
//! one by one; a guard that keeps contents back may cost less than showing them. What is measured is the function that decides and records, on
//! one thread and in memory; how the program answers over HTTP is what `decide` measures.

use std::{hint::black_box, sync::Arc};

use ::decide::{Explain, Rules, Scheme};
use definition::{Documents, Kind};
use engine::{
    decided::{Asking, NoSuggestions, PageAsked, decide_for},
    person::{Person, current},
    plan::Plan,
};
use model::{
    consent::{Choice, Means, Proof},
    event::{Event, EventKind},
    fact::{FactKind, TraitValue},
    id::{Id, ProfileId},
    name::Name,
    partition::Partition,
    time::{Env, Span, Timestamp},
    value::{Fields, Value},
};
use serde_json::json;

use crate::{
    Failed, Flags, measure,
    pages::{self, THREE},
    report::{Check, Goal, RATIO, Report},
    shop::{CATEGORIES, CITIES, COUNTRIES, Deed, LANGUAGES},
    traffic::Draws,
};

/// The moment at which all pages are decided.
const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

/// Events of one person.
const EVENTS: u64 = 40;

/// The age of the oldest event.
const DAYS: u64 = 120;

/// A guard, and what takes it away.
struct Guard {
    name: &'static str,
    without: fn(&Scheme) -> Scheme,
}

const GUARDS: [Guard; 5] = [
    Guard { name: "checkout_ns", without: without_checkout },
    Guard { name: "age_of_evidence_ns", without: |of| with_rules(of, |rules| rules.restraint.stale_after = None) },
    Guard { name: "intrusion_ns", without: |of| with_rules(of, |rules| rules.restraint.points = None) },
    Guard { name: "worth_ns", without: without_worth },
    Guard { name: "page_cap_ns", without: |of| with_rules(of, |rules| rules.personal_placements_per_page = 20) },
];

/// `guards`
pub(crate) fn run(flags: &Flags) -> Result<Report, Failed> {
    let (persons, rounds) = if flags.quick { (200, 60) } else { (1_000, 400) };
    let mut plans = vec![plan()?, with_only(None)?];
    for guard in 0..GUARDS.len() {
        plans.push(with_only(Some(guard))?);
    }
    let people: Vec<Arc<Person>> = (0..persons).map(|number| person(&plans[0], number)).collect();
    let asked = PageAsked {
        placements: THREE.iter().map(|name| Name::from(*name)).collect(),
        languages: vec!["fr".into()],
        nonce: 7,
        explain: Explain::No,
    };
    // Where other programs use the cores too, the best round is what it takes when they do not.
    let mut best_ns = vec![f64::INFINITY; plans.len()];
    let mut won = 0;
    for _ in 0..rounds {
        for (plan, best_ns) in plans.iter().zip(&mut best_ns) {
            let start = measure::now();
            won += people.iter().map(|person| personal(black_box(plan), person, &asked)).sum::<usize>();
            let ns = start.elapsed().as_secs_f64() * 1e9 / (people.len() * THREE.len()) as f64;
            *best_ns = best_ns.min(ns);
        }
    }
    let mut best_ns = best_ns.into_iter();
    let (all_ns, none_ns) = (best_ns.next().unwrap_or_default(), best_ns.next().unwrap_or_default());
    let mut figures = vec![("with_all_ns", all_ns), ("with_none_ns", none_ns)];
    figures.extend(GUARDS.iter().zip(best_ns).map(|(guard, only_ns)| (guard.name, only_ns - none_ns)));
    let decisions = rounds * plans.len() * people.len() * THREE.len();
    figures.extend([("persons", f64::from(persons)), ("personalized_share", won as f64 / decisions as f64)]);
    let checks = vec![Check { what: RATIO, value: all_ns / none_ns, goal: Goal::AtMost(2.0) }];
    Ok(Report { name: "guards", quick: flags.quick, checks, figures })
}

/// How many placements of a page are personalized.
fn personal(plan: &Plan, person: &Person, asked: &PageAsked) -> usize {
    let request = |name: &str| match name {
        "device" => Some(Value::from("desktop")),
        "page.path" => Some(Value::from("/shoes")),
        "hour" => Some(Value::Int(11)),
        _ => None,
    };
    let env = Env { now: NOW, seed: 1 };
    let asking = Asking { page: asked.clone(), request: &request, suggests: &NoSuggestions };
    let decided = decide_for(plan, Id::from_bits(1), person, asking, &env);
    decided.decisions.iter().filter(|decision| decision.experience.is_some()).count()
}

/// The shop of `decide`, whose second banner is at a checkout and whose experiences say what they are worth.
fn plan() -> Result<Plan, Failed> {
    let mut documents = Documents::defaults();
    let all = pages::definitions();
    for kind in [Kind::Segment, Kind::Content, Kind::Placement, Kind::Layer, Kind::Experience] {
        for (name, body) in all[kind.word()].as_object().ok_or("the shop has no such definitions")? {
            let mut body = body.clone();
            match kind {
                Kind::Content => body["intent"] = json!("help"),
                Kind::Placement => body["checkout"] = json!(name == THREE[1]),
                Kind::Experience => {
                    body["worth"] = json!({ "gain_cents": { "low": 30, "expected": 60 }, "cost_cents": 5 });
                }
                _ => {}
            }
            documents.put(kind, name, &body)?;
        }
    }
    Ok(definition::compile(&mut documents, 1, None)?)
}

/// The shop with no guard but this one.
fn with_only(guard: Option<usize>) -> Result<Plan, Failed> {
    let whole = plan()?;
    let others = GUARDS.iter().enumerate().filter(|(place, _)| Some(*place) != guard);
    let decisions = others.fold(whole.decisions.clone(), |scheme, (_, other)| (other.without)(&scheme));
    Ok(Plan { decisions, ..whole })
}

fn with_rules(of: &Scheme, change: fn(&mut Rules)) -> Scheme {
    let mut rules = of.rules().clone();
    change(&mut rules);
    Scheme::new(rules, of.placements().cloned(), of.contents().cloned(), of.experiences().to_vec())
}

fn without_checkout(of: &Scheme) -> Scheme {
    let placements = of.placements().map(|placement| ::decide::Placement { is_checkout: false, ..placement.clone() });
    Scheme::new(of.rules().clone(), placements, of.contents().cloned(), of.experiences().to_vec())
}

fn without_worth(of: &Scheme) -> Scheme {
    let experiences = of.experiences().iter().map(|known| ::decide::Experience { worth: None, ..known.clone() });
    Scheme::new(of.rules().clone(), of.placements().cloned(), of.contents().cloned(), experiences.collect())
}

/// Somebody who granted the site, said where they live, and did this and that over some months.
fn person(plan: &Plan, number: u32) -> Arc<Person> {
    let mut draws = Draws::new(u64::from(number));
    let id = ProfileId::mint(Partition(0), number, 0);
    let mut person = Person::new(id, Id::from_bits(u128::from(number) << 64 | 0x9e37), NOW, plan);
    let side = &mut person.sides[0];
    let proof = Proof { source: "web".into(), means: Means::Call, wording: None, language: None };
    let granted = Choice { granted: true, at: NOW, until: None, proof };
    Arc::make_mut(&mut side.facts.consents).record("site".into(), granted);
    let mut one_of = |words: &[&'static str]| words[draws.below(words.len() as u64) as usize];
    let said = [("country", one_of(&COUNTRIES)), ("language", one_of(&LANGUAGES)), ("city", one_of(&CITIES))];
    for (name, value) in said {
        let (as_of, source) = (NOW.minus(Span::DAY), "web".into());
        let value = TraitValue { value: value.into(), as_of, source, kind: FactKind::Declared };
        Arc::make_mut(&mut side.facts.traits).record(&name.into(), value);
    }
    let trails = Arc::make_mut(&mut side.trails);
    for event in 0..EVENTS {
        let deed = Deed::at(draws.below(20) as usize);
        let category = format!("c{:02}", draws.below(CATEGORIES as u64));
        let at = NOW.minus(Span::MINUTE.times(draws.below(DAYS * 1_440) as i64));
        trails.add(&plan.segments, &done(deed, &category, at), event);
    }
    current(plan, &Arc::new(person), NOW)
}

fn done(deed: Deed, category: &str, at: Timestamp) -> Event {
    let kind = match deed {
        Deed::Page | Deed::Identify => EventKind::Page { name: None },
        Deed::View => EventKind::Track { name: "Product Viewed".into() },
        Deed::Add => EventKind::Track { name: "Product Added".into() },
        Deed::Order => EventKind::Track { name: "Order Completed".into() },
    };
    let properties = Fields::from_iter([("category", Value::from(category)), ("total", Value::Int(59))]);
    Event {
        kind,
        message_id: "m".into(),
        source: "web".into(),
        timestamp: at,
        received_at: at,
        identifiers: Vec::new(),
        properties,
        context: Fields::default(),
        consent: None,
    }
}

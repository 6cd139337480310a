//! Random pages: what nobody would think of asking, asked of the finished world, each answer held against the guards.
//!
//! A page draws who is before it (somebody known by any of their names, two at once, a minor, a stranger, nobody), its
//! placements in any order, languages, keywords, paths, as what contents are wanted, and with which key. The clock moves
//! on, so that contents end, budgets come back and people come of age. Nothing that the guards ask is looked up in the
//! answer's own reasons.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use api::wire::{decision::DecideAnswer, profile::ProfileAnswer};
use model::time::{Span, Timestamp};
use serde_json::{Value, json};
use server::inside::Call;
use world::{
    Seed, World,
    draws::{Draws, Entity, Purpose},
    rule::Place,
};

use super::{
    Asking, Row, baits,
    evidence::Name,
    guards::{overspent, rows_of},
    judge::{Guarded, Judge, Tally, Whom},
    sample::{Known, is_minor, may_be_minor},
    segments,
};
use crate::{
    door::{Door, DoorError},
    run::SimError,
    wire::placement,
};

/// The area of the rows.
const AREA: &str = "Random pages";
/// How often the clock is moved on, and how far.
const STEPS: u16 = 28;
const STEP: Span = Span::HOUR.times(12);
/// Who asks at once.
const ASKERS: u32 = 8;

/// The shop's placements.
const PLACES: [Place; 7] = [
    Place::HomeHero,
    Place::HomeRow,
    Place::CategoryTop,
    Place::ProductSide,
    Place::CartNote,
    Place::CheckoutNote,
    Place::Landing,
];
const LANGUAGES: [&[&str]; 6] = [&["fr"], &["en"], &["en", "fr"], &["de"], &["fr-CA", "en-GB", "ja"], &[]];
const PATHS: [&str; 8] =
    ["/", "/boots", "/p/item-00007", "/cart", "/checkout", "/guides/boots?x=1#y", "", "/%F0%9F%A5%BE/../profile"];
const WORDS: [&str; 8] = [
    "chaussures",
    "cadeau randonnée",
    "boots",
    "gift for a walker",
    "veste",
    "'; drop",
    "{{ profile.first_name }}",
    "🥾",
];
const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
    "curl/8.5.0",
];

/// Somebody whom a page may name.
#[derive(Debug, Clone)]
struct Person {
    /// By what: at least one.
    names: Vec<Name>,
    /// The profile.
    id: String,
    whom: Whom,
    /// Whether what the product believes of their age is asked again at each step.
    is_young: bool,
}

/// What all askers have in common.
struct Shop {
    door: Door,
    secret: String,
    page_key: String,
    seed: Seed,
    judge: Judge,
}

/// Who may be before the pages of one step, and its moment.
struct Scene {
    people: Vec<Person>,
    /// The places of minors among them.
    minors: Vec<usize>,
    now: Timestamp,
}

/// What came of asking.
#[derive(Default)]
struct Found {
    /// Decisions that were made.
    decided: u64,
    /// Those that personalized something.
    personal: u64,
    /// Those for which there was no time.
    given_up: u64,
    tally: Tally,
    /// Points of intrusion that were spent, by unit.
    points: BTreeMap<String, u64>,
    /// How often each experience that has a cap was decided, by unit and name.
    capped: BTreeMap<(String, String), usize>,
}

pub(super) async fn rows(asking: &Asking<'_>, known: &[Known]) -> Result<Vec<Row>, SimError> {
    if asking.decisions == 0 {
        return Ok(Vec::new());
    }
    let begins = segments::now(asking).await?;
    let mut names = Guarded::default();
    baits::try_names(asking, begins, &mut names).await?;
    let (baits, mut judge) = (baits::documents(begins), Judge::of(asking.world));
    baits::publish(asking, &baits).await?;
    judge.learn(&baits);
    let shop = Arc::new(Shop {
        door: asking.door.clone(),
        secret: asking.secret.to_owned(),
        page_key: asking.page_key.to_owned(),
        seed: asking.world.seed,
        judge,
    });
    let mut people = people(asking.world, known, begins);
    let (mut all, mut took) = (Found::default(), Duration::ZERO);
    let (mut spent, mut capped) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for step in 0..STEPS {
        let now = begins.plus(STEP.times(i64::from(step)));
        asking.door.advance(asking.secret, now).await?;
        refresh(asking, &mut people, now).await?;
        let minors = (0..people.len()).filter(|place| people[*place].whom.is_minor).collect();
        let scene = Arc::new(Scene { people: people.clone(), minors, now });
        let begun = instant();
        let mut found = at(&shop, &scene, step, asking.decisions.div_ceil(u64::from(STEPS))).await?;
        took += begun.elapsed();
        for (unit, points) in std::mem::take(&mut found.points) {
            spent.entry(unit).or_default().push((now, points));
        }
        for (whose, times) in std::mem::take(&mut found.capped) {
            capped.entry(whose).or_default().push((now, times));
        }
        all.add(found);
    }
    all.tally.insert("budget of intrusion", overspent(&spent));
    all.tally.insert("caps", overshown(&capped));
    all.tally.entry("names on pages").or_default().add(names);
    let mut rows = rows_of(AREA, &all.tally);
    let (a_second, seconds) = (all.decided as f64 / took.as_secs_f64(), took.as_secs_f64());
    let Found { decided, personal, given_up, .. } = all;
    let found = format!(
        "{decided} in {seconds:.0} s, {a_second:.0} a second; {personal} about the person, {given_up} given up"
    );
    rows.push(Row::new(AREA, "decisions", found, "shown", true).more(a_second));
    Ok(rows)
}

/// By unit and experience, when it was decided how often: never more often than its cap says.
fn overshown(capped: &BTreeMap<(String, String), Vec<(Timestamp, usize)>>) -> Guarded {
    let mut guarded = Guarded::default();
    for ((unit, experience), times) in capped {
        for (at, _) in times {
            let recent = times.iter().filter(|(other, _)| *other <= *at && at.since(*other) < baits::PERIOD);
            let times = recent.map(|(_, times)| times).sum::<usize>();
            guarded.count(times > baits::MOST, || format!("{experience} {times} times to {unit}"));
        }
    }
    guarded
}

/// Everybody of whom something is known, with the names that lead there and what guards ask.
fn people(world: &World, known: &[Known], now: Timestamp) -> Vec<Person> {
    let person = |truth: u32, (profile, names): &(ProfileAnswer, Vec<Name>)| {
        let true_one = &world.people[truth as usize];
        let believed = ["first_name", "last_name"].into_iter().filter_map(|name| profile.traits.get(name));
        let held = believed.filter_map(|one| serde_json::to_value(&one.value).ok()?.as_str().map(str::to_owned));
        let mut all: Vec<String> = [true_one.first_name.to_owned(), true_one.last_name.to_owned()].into();
        all.extend(held.filter(|name| name.chars().count() > 1 && !all.contains(name)).collect::<Vec<_>>());
        let may = profile.consents.get("site").is_some_and(|choice| choice.granted);
        let whom = Whom { may, is_minor: is_minor(profile, now), names: all };
        Person { names: names.clone(), id: profile.id.clone(), whom, is_young: may_be_minor(profile, now) }
    };
    known.iter().flat_map(|known| known.profiles.iter().map(|profile| person(known.truth.person, profile))).collect()
}

/// Asks again what is believed of the age of those who may be minors: trust fades, and people come of age.
async fn refresh(asking: &Asking<'_>, people: &mut [Person], now: Timestamp) -> Result<(), DoorError> {
    for Person { id, whom, .. } in people.iter_mut().filter(|person| person.is_young) {
        let path = format!("/v1/profiles/{id}");
        whom.is_minor = match asking.door.ask::<ProfileAnswer>("GET", &path, asking.secret, None::<&()>).await {
            Ok(profile) => is_minor(&profile, now),
            // Nothing may be read, and so nothing may be used either.
            Err(DoorError::Refused { status: 403 | 404, .. }) => false,
            Err(error) => return Err(error),
        };
    }
    Ok(())
}

/// Asks for so many decisions at a moment.
async fn at(shop: &Arc<Shop>, scene: &Arc<Scene>, step: u16, decisions: u64) -> Result<Found, SimError> {
    let askers = (0..ASKERS).map(|asker| {
        let (shop, scene) = (shop.clone(), scene.clone());
        let draws = shop.seed.draws(Entity::Visit(asker, step), 0, Purpose::Asking);
        tokio::spawn(async move { ask(&shop, &scene, draws, decisions.div_ceil(u64::from(ASKERS))).await })
    });
    let mut all = Found::default();
    for asker in askers.collect::<Vec<_>>() {
        all.add(asker.await.map_err(std::io::Error::other)??);
    }
    Ok(all)
}

async fn ask(shop: &Shop, scene: &Scene, mut draws: Draws, decisions: u64) -> Result<Found, DoorError> {
    let mut found = Found::default();
    while found.decided + found.given_up < decisions {
        let asked = Asked::drawn(scene, &mut draws);
        let named = "POST /v1/decide".to_owned();
        let strange = |why: serde_json::Error| DoorError::Strange { call: named.clone(), why: why.to_string() };
        let key = if asked.is_page { &shop.page_key } else { &shop.secret };
        let call = Call {
            method: "POST",
            path: "/v1/decide".to_owned(),
            key: key.clone(),
            user_agent: draws.one_of(&AGENTS).copied(),
            body: serde_json::to_vec(&asked.body).map_err(strange)?,
        };
        let answer: DecideAnswer = serde_json::from_slice(&shop.door.call(call).await?).map_err(strange)?;
        found.take(shop, &asked, &answer, scene.now);
    }
    Ok(found)
}

impl Found {
    fn take(&mut self, shop: &Shop, asked: &Asked, answer: &DecideAnswer, now: Timestamp) {
        let late = answer.decisions.iter().filter(|decision| decision.error.is_some()).count() as u64;
        if late > 0 {
            self.given_up += answer.decisions.len() as u64;
            return;
        }
        self.decided += answer.decisions.len() as u64;
        self.personal += answer.decisions.iter().filter(|decision| shop.judge.is_personal(decision)).count() as u64;
        shop.judge.look(&answer.decisions, &asked.whom, now, &mut self.tally);
        let tells = answer.decisions.iter().any(|decision| decision.grounds.is_some());
        if asked.is_page {
            self.tally.entry("a page is told no grounds").or_default().count(tells, || asked.body.to_string());
        }
        if asked.is_kept {
            for decision in &answer.decisions {
                let Some(grounds) = &decision.grounds else { continue };
                let Some(unit) = &grounds.unit else { continue };
                if grounds.points > 0 {
                    *self.points.entry(unit.clone()).or_default() += u64::from(grounds.points);
                }
                if let Some(name) = decision.experience.as_ref().filter(|_| baits::is_one(decision)) {
                    *self.capped.entry((unit.clone(), name.clone())).or_default() += 1;
                }
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.decided += other.decided;
        self.personal += other.personal;
        self.given_up += other.given_up;
        for (unit, points) in other.points {
            *self.points.entry(unit).or_default() += points;
        }
        for (whose, times) in other.capped {
            *self.capped.entry(whose).or_default() += times;
        }
        for (name, guarded) in other.tally {
            self.tally.entry(name).or_default().add(guarded);
        }
    }
}

/// A page, and who is before it.
struct Asked {
    body: Value,
    whom: Whom,
    /// Whether a page asks by itself, with the key that everybody can read.
    is_page: bool,
    /// Whether the decision counts.
    is_kept: bool,
}

impl Asked {
    fn drawn(scene: &Scene, draws: &mut Draws) -> Self {
        let (is_page, is_kept) = (draws.chance(0.125), draws.chance(0.5));
        let mut body = json!({
            "placements": placements(draws),
            "languages": draws.one_of(&LANGUAGES),
            "format": if draws.chance(0.9) { "json" } else if draws.chance(0.5) { "html" } else { "text" },
            "why": draws.chance(0.1),
            "context": {"page": {"path": draws.one_of(&PATHS)}},
        });
        if draws.chance(0.5) {
            body["context"]["page"]["keyword"] = json!(draws.one_of(&WORDS));
        }
        if draws.chance(0.3) {
            body["nonce"] = json!(draws.bits().to_string());
        }
        if draws.chance(0.2) {
            body["attributes"] = json!({"weather": "rain", "cart_value": draws.below(500)});
        }
        if !is_page {
            body["preview"] = json!(!is_kept);
            body["explain"] = json!(draws.chance(0.05));
        }
        let whom = before(scene, draws, is_page, &mut body);
        Self { body, whom, is_page, is_kept: is_kept || is_page }
    }
}

/// Any of the placements, all of them in half of the pages, in any order.
fn placements(draws: &mut Draws) -> Vec<&'static str> {
    let mut left: Vec<&str> = PLACES.into_iter().map(placement).collect();
    let count = if draws.chance(0.5) { left.len() } else { 1 + draws.below(left.len()) };
    (0..count).map(|_| left.swap_remove(draws.below(left.len()))).collect()
}

/// Who is before the page, written into its body. Of two who are named, the account counts.
fn before(scene: &Scene, draws: &mut Draws, is_page: bool, body: &mut Value) -> Whom {
    let stranger = |draws: &mut Draws| json!(format!("stranger-{}", draws.below(1_000_000)));
    match draws.weighted(&[0.08, 0.08, 0.16, 0.68]) {
        0 => return Whom::default(),
        1 => {
            body["anonymous_id"] = stranger(draws);
            return Whom::default();
        }
        _ if scene.people.is_empty() => return Whom::default(),
        2 if !scene.minors.is_empty() => {
            let minor = &scene.people[scene.minors[draws.below(scene.minors.len())]];
            return named(minor, draws, is_page, body);
        }
        _ => {}
    }
    let person = &scene.people[draws.below(scene.people.len())];
    let whom = named(person, draws, is_page, body);
    if body.get("anonymous_id").is_some() || !draws.chance(0.1) || body.get("user_id").is_none() {
        return whom;
    }
    // Somebody else's device, or one that nobody knows.
    let other = &scene.people[draws.below(scene.people.len())];
    match other.names.iter().find_map(|name| name.strip_prefix("anonymous_id:")) {
        Some(device) => {
            body["anonymous_id"] = json!(device);
            Whom { names: [whom.names, other.whom.names.clone()].concat(), ..whom }
        }
        None => {
            body["anonymous_id"] = stranger(draws);
            whom
        }
    }
}

/// Names a person by one of their names. A page knows no cards.
fn named(person: &Person, draws: &mut Draws, is_page: bool, body: &mut Value) -> Whom {
    let is_known = |name: &&Name| !is_page || !name.starts_with("loyalty_card:");
    let names: Vec<&Name> = person.names.iter().filter(is_known).collect();
    let Some((namespace, value)) = draws.one_of(&names).and_then(|name| name.split_once(':')) else {
        return Whom::default();
    };
    match namespace {
        "anonymous_id" | "user_id" => body[namespace] = json!(value),
        _ => body["identifiers"] = json!({namespace: value}),
    }
    person.whom.clone()
}

#[expect(clippy::disallowed_methods, reason = "how fast decisions are made is what is measured")]
fn instant() -> Instant {
    Instant::now()
}

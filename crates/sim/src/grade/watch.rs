//! What is kept while a run goes on, because only the moment knows it.

use std::collections::{BTreeMap, VecDeque};

use api::wire::{decision::DecideAnswer, measure::ProfileReading, profile::ProfileAnswer};
use model::time::{Span, Timestamp};
use world::{
    World,
    calendar::Day,
    content::Aid,
    emission::{Emission, Feed},
    person::Consents,
    rule::{Audience, Place, Rule},
    truth::{Truth, VisitTruth},
    visit::{Page, Shown},
};

use super::{
    evidence::{Evidence, is_looked_at},
    guards::UNWORTHY,
    judge::{Judge, Tally, ZONES},
    recommending::Asks,
};
use crate::{
    bundle,
    drive::{self, Listener},
    shop,
};

/// Of the visits of so many people one is read when it is over: in a world of fewer people each is.
const PEOPLE_A_READING: usize = 2_000;
/// Of one device in so many all decisions are kept.
const KEPT_ONE_IN: u32 = 32;
/// Decisions kept of a run at most.
const DECISIONS_KEPT: usize = 20_000;

/// What a model said, and what was true.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reading {
    /// The truth.
    pub(crate) truth: &'static str,
    /// What the product says; none where it says nothing.
    pub(crate) said: Option<String>,
}

/// Who is read, and why.
#[derive(Debug)]
enum Wanted {
    /// As a visit ends: where the person stands and what the visit is for.
    Visit(Box<VisitTruth>),
    /// How engaged the person of an account is.
    Engagement(u32, String),
}

/// The day on which engagement is read: the last one, when the product has seen as much as it will.
pub(crate) fn engagement_day(world: &World) -> Day {
    Day(world.calendar.days.saturating_sub(1))
}

/// Listens to a run.
#[derive(Debug)]
pub struct Watch {
    pub(crate) evidence: Evidence,
    pub(crate) guards: Tally,
    /// How often each reason was given, of the devices that are followed.
    pub(crate) reasons: BTreeMap<String, u64>,
    pub(crate) stages: Vec<Reading>,
    pub(crate) intents: Vec<Reading>,
    /// Decisions that were recorded: device, moment, id.
    pub(crate) decisions: Vec<(String, Timestamp, String)>,
    world: std::sync::Arc<World>,
    /// How engaged the product says people are, by account, on the last day.
    pub(crate) engagement: Vec<(u32, f64)>,
    wanted: VecDeque<Wanted>,
    reading: Option<Wanted>,
    visits: usize,
    settled: Timestamp,
    judge: Judge,
    pub(crate) asks: Asks,
    /// The names of those who use a device, by its id: of the devices that are followed.
    names: BTreeMap<String, Vec<String>>,
    /// Of each rule, by number, whether the shop's own estimate of its gain is above its cost.
    worthy: Vec<bool>,
}

/// For so long after it was installed the product is not asked where people stand: it has seen too little of them yet.
const SETTLING: Span = Span::DAY.times(14);

impl Watch {
    /// Listens to a run of this world, with the product there from a day on.
    pub fn new(world: std::sync::Arc<World>, installed: Day) -> Self {
        Self {
            evidence: Evidence::of(&world),
            settled: world.calendar.at(installed, 0).plus(SETTLING),
            guards: Tally::new(),
            reasons: BTreeMap::new(),
            judge: Judge::of(&world),
            asks: Asks::of(&world),
            names: names(&world),
            worthy: worthy(&world),
            stages: Vec::new(),
            intents: Vec::new(),
            decisions: Vec::new(),
            world,
            engagement: Vec::new(),
            wanted: VecDeque::new(),
            reading: None,
            visits: 0,
        }
    }

    fn guard(&mut self, name: &'static str, is_violated: bool, page: &Page) {
        let tell = || format!("{:?} at {}", page.claims, api::time::write(page.at));
        self.guards.entry(name).or_default().count(is_violated, tell);
    }

    fn look(&mut self, page: &Page, one: &Shown, consent: Option<Consents>) {
        let world = self.world.clone();
        if let Some((rule, _)) = one.rule {
            let (rule, is_worthy) = (&world.rules[usize::from(rule.0)], self.worthy[usize::from(rule.0)]);
            self.guard(UNWORTHY, !is_worthy, page);
            let is_personal = rule.audience != Audience::Everybody;
            self.guard("consent", is_personal && !self.evidence.may(&page.claims, consent), page);
        }
        if let Some(content) = one.content {
            let content = &world.contents[usize::from(content.0)];
            let today = world.calendar.day_of(page.at);
            self.guard("expiry", content.expires.is_some_and(|end| today.is_some_and(|today| today >= end)), page);
            if one.place == Place::CheckoutNote {
                self.guard("checkout", !matches!(content.aid, Aid::Reassure | Aid::Help), page);
            }
        }
    }
}

impl Listener for Watch {
    fn truth(&mut self, truth: Truth) -> std::io::Result<()> {
        if let Truth::Visit(visit) = truth
            && visit.begins >= self.settled
        {
            self.visits += 1;
            let one_in = self.world.people.len().div_ceil(PEOPLE_A_READING);
            if self.visits.is_multiple_of(one_in) {
                self.wanted.push_back(Wanted::Visit(Box::new(visit)));
            }
        }
        Ok(())
    }

    fn day(&mut self, day: Day, _so_far: &drive::Tally) -> bool {
        if day == engagement_day(&self.world) {
            let people = self.world.people.iter().filter(|person| is_looked_at(&self.world, &person.account));
            self.wanted.extend(people.map(|person| Wanted::Engagement(person.id.0, person.account.clone())));
        }
        true
    }

    fn sent(&mut self, emission: &Emission, consent: Option<Consents>) {
        let world = self.world.clone();
        self.evidence.take(&world, emission, consent);
        let is_page = matches!(emission.feed, Feed::Web | Feed::App);
        if !is_page || self.evidence.may(&emission.claims, consent) {
            self.asks.hear(&world, emission);
        }
    }

    fn shown(&mut self, page: &Page, shown: &[Shown], answer: &[u8], consent: Option<Consents>) {
        for one in shown {
            self.look(page, one, consent);
        }
        if self.evidence.may(&page.claims, consent) {
            self.asks.see(&self.world, page);
        }
        let personalized = shown.iter().filter(|one| one.rule.is_some()).count();
        self.guard("zones of a page", personalized > ZONES, page);
        let Some(device) = page.claims.device.as_ref().filter(|device| picks(device, KEPT_ONE_IN)) else { return };
        let answer: DecideAnswer = serde_json::from_slice(answer).expect("it was read before");
        for decision in &answer.decisions {
            *self.reasons.entry(decision.reason.clone()).or_default() += 1;
        }
        let names = self.names.get(device).map(Vec::as_slice).unwrap_or_default();
        self.judge.look_for_names(&answer.decisions, names, page.at, &mut self.guards);
        if self.decisions.len() < DECISIONS_KEPT {
            let ids = answer.decisions.into_iter().filter_map(|decision| decision.id);
            self.decisions.extend(ids.map(|id| (device.clone(), page.at, id)));
        }
    }

    fn trains(&mut self, day: Day) -> bool {
        self.asks.trains(day)
    }

    fn wanted(&mut self) -> Option<drive::Wanted> {
        let Some(wanted) = self.wanted.pop_front() else {
            return self.asks.wanted().map(|request| drive::Wanted::List(Box::new(request)));
        };
        let person = match &wanted {
            Wanted::Visit(visit) => format!("anonymous_id:{}", visit.device),
            Wanted::Engagement(_, account) => format!("user_id:{account}"),
        };
        self.reading = Some(wanted);
        Some(drive::Wanted::Profile(person))
    }

    fn read(&mut self, answer: Option<&[u8]>, _now: Timestamp) {
        let Some(wanted) = self.reading.take() else { return self.asks.read(answer) };
        let Some(profile) = answer else { return };
        let profile: ProfileAnswer = serde_json::from_slice(profile).expect("the API writes what it says");
        let said = |reading: Option<ProfileReading>| reading.map(|reading| reading.word);
        match wanted {
            Wanted::Visit(visit) => {
                self.stages.push(Reading { truth: visit.stage.slug(), said: said(profile.stage) });
                self.intents.push(Reading { truth: bundle::intent(visit.intent), said: said(profile.aim) });
            }
            Wanted::Engagement(person, _) => {
                self.engagement.extend(profile.scores.get("engagement").map(|score| (person, score.points)));
            }
        }
    }
}

/// The names of those who use each device that is followed.
fn names(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for person in &world.people {
        for device in person.devices.iter().filter(|device| picks(&device.id, KEPT_ONE_IN)) {
            let of_device = names.entry(device.id.clone()).or_default();
            of_device.extend([person.first_name.to_owned(), person.last_name.to_owned()]);
        }
    }
    names
}

/// Of each rule whether it is worth it by what the shop publishes, were it not to bother anybody at all.
fn worthy(world: &World) -> Vec<bool> {
    let documents = shop::documents(world);
    let worth = |rule: &Rule| {
        let worth = &documents["experience"][rule.name().as_str()]["worth"];
        worth["gain_cents"]["low"].as_f64() > worth["cost_cents"].as_f64()
    };
    world.rules.iter().map(worth).collect()
}

/// Whether a device is one of those that are followed: always the same ones.
pub(crate) fn picks(device: &str, one_in: u32) -> bool {
    let sum = device.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    sum % one_in == 0
}

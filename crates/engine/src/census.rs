//! A census: every profile looked at once, tallied into counts that can be added up.
//!
//! It answers what nobody asks of one person: how many customers have something stale, wrong or missing, which source
//! stands apart from the others, which content makes people known. Nothing here decides about anybody; a decision never
//! reads a census. What it needs of a person's history comes in as a [`past::Past`], event by event.
//!
//! Who is a **customer** here: a profile with an identifier that is more than a device. The others are visitors; they
//! count only where it says so.

mod attributes;
mod become_known;
pub mod contact;
pub mod figures;
pub mod past;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{
    identifier::Strength,
    journey::Stage,
    name::{Content, Name, Source, Trait},
    time::{Span, Timestamp},
};
use profile::held::{Held, Hold};
use segment::interests;

use self::{
    attributes::{Standing, standings},
    become_known::known_since,
    past::{Past, SourcePast},
};
use crate::{apply::KEEP, person::Person, plan::Plan, state::Core};

/// How many lessons that the program did not publish a census tells.
pub const UNHEEDED: usize = 100;
/// How many traits a census tells apart: names beyond are only counted.
pub const TRAITS: usize = 2_000;
/// How long a person who was shown something may take to become known, so that it counts for what was shown (COL-13).
pub const KNOWN_WITHIN: Span = Span::DAY.times(30);
/// Showings that began longer ago say nothing of the contents of today.
pub const SHOWN_WITHIN: Span = Span::DAY.times(90);
/// A source that sent nothing for longer than this is silent (COL-16).
pub const SILENT_AFTER: Span = Span::DAY.times(7);
/// A source of which at least this share of the customers stands in no other one is not joined, in thousandths.
pub const APART_PERMILLE: u64 = 500;
/// A trait that no decision read for this long is proposed for deletion (COL-17).
pub const UNREAD_AFTER: Span = Span::DAY.times(90);

/// What a look at every profile came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Census {
    /// The moment that it is taken for: every period ends here.
    pub at: Timestamp,
    /// Profiles with an identifier that is more than a device.
    pub customers: u64,
    /// All other profiles.
    pub visitors: u64,
    /// How many customers each failure concerns.
    pub failures: Failures,
    /// The sources that sent something that is kept.
    pub sources: BTreeMap<Name<Source>, SourceTally>,
    /// The traits that somebody has a value of: at most [`TRAITS`].
    pub traits: BTreeMap<Name<Trait>, TraitTally>,
    /// Values of traits that are not among these.
    pub other_traits: u64,
    /// The published contents that somebody unknown was shown.
    pub contents: BTreeMap<Name<Content>, KnownTally>,
    /// The same by the stage that contents are for.
    pub stages: BTreeMap<Stage, KnownTally>,
    /// What it taught and the program did not publish, because the setting stands by hand: at most [`UNHEEDED`].
    pub unheeded: Vec<Unheeded>,
}

/// What was learned about a setting that stands by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheeded {
    /// The setting.
    pub setting: Arc<str>,
    /// What would have been published, with its figures.
    pub says: Arc<str>,
}

/// How many customers each of the failures concerns of which a person alone tells. Who stands in a source that is not
/// joined follows from all of them: [`Census::apart`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// With a trait that was believed once and is too old for it now.
    pub stale: u64,
    /// With a trait that was denied, corrected, doubted, or on which two sources disagree.
    pub wrong: u64,
    /// Of whom no purchase is kept.
    pub without_purchase: u64,
    /// Of whom all interests rest on one occasion.
    pub assumed: u64,
    /// Who were contacted more often than [`contact`] allows.
    pub over_contacted: u64,
}

/// What is known of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceTally {
    /// When it last sent something: of what is kept, or the day of what was only counted.
    pub last: Option<Timestamp>,
    /// Events that are kept and arrived in the last 7 days.
    pub week: u64,
    /// Events that are kept and arrived in the last 30 days.
    pub month: u64,
    /// Profiles that it said something about.
    pub profiles: u64,
    /// Customers among them.
    pub customers: u64,
    /// Customers among them about whom no other source said anything.
    pub alone: u64,
}

/// What is known of one trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TraitTally {
    /// Profiles with a value.
    pub profiles: u64,
    /// Those whose value was believed once and is too old for it now.
    pub stale: u64,
    /// Those whose values are denied, corrected, doubted, or disagree.
    pub wrong: u64,
    /// The first of the censuses without a gap that found a value.
    pub since: Timestamp,
    /// The last day on which a decision read it, since 1970-01-01, UTC.
    pub read: Option<i64>,
}

/// What became of profiles that were shown something while nobody knew who they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KnownTally {
    /// Profiles that were shown it within [`SHOWN_WITHIN`].
    pub shown: u64,
    /// Those that got a strong identifier within [`KNOWN_WITHIN`].
    pub known: u64,
    /// Those that still may.
    pub waiting: u64,
}

impl Census {
    /// One in which nobody was counted yet.
    pub fn of(at: Timestamp) -> Self {
        Self { at, ..Self::default() }
    }

    /// Counts a person, whose history is `past`, under the plan in force.
    pub fn tally(&mut self, plan: &Plan, person: &Person, past: &Past) {
        let is_customer = is_customer(person);
        *(if is_customer { &mut self.customers } else { &mut self.visitors }) += 1;
        self.tally_sources(person, past, is_customer);
        let attributes = self.tally_traits(plan, person);
        self.tally_shown(plan, person);
        if is_customer {
            self.failures.stale += attributes.stale.min(1);
            self.failures.wrong += attributes.wrong.min(1);
            self.failures.without_purchase += u64::from(!past.bought());
            self.failures.assumed += u64::from(is_assumed(plan, person, self.at));
            self.failures.over_contacted += u64::from(past.contacts().are_too_many());
        }
    }

    /// Takes in what a partition counts beside its profiles.
    pub fn tally_core(&mut self, core: &Core) {
        for key in core.counts.keys() {
            let tally = self.sources.entry(key.source.clone()).or_default();
            tally.last = tally.last.max(Some(Timestamp::EPOCH.plus(Span::DAY.times(key.day))));
        }
        for (name, day) in &core.trait_reads {
            if let Some(tally) = self.traits.get_mut(name) {
                tally.read = tally.read.max(Some(*day));
            }
        }
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.visitors += other.visitors;
        self.failures.add(&other.failures);
        for (name, tally) in &other.sources {
            self.sources.entry(name.clone()).or_default().add(tally);
        }
        for (name, tally) in &other.traits {
            match self.trait_tally(name) {
                Some(known) => known.add(tally),
                None => self.other_traits += tally.profiles,
            }
        }
        self.other_traits += other.other_traits;
        for (name, tally) in &other.contents {
            self.contents.entry(name.clone()).or_default().add(tally);
        }
        for (stage, tally) in &other.stages {
            self.stages.entry(*stage).or_default().add(tally);
        }
    }

    /// Goes on from the census before: since when each trait has values without a gap.
    pub fn follow(&mut self, before: Option<&Self>) {
        for (name, tally) in &mut self.traits {
            let known = before.and_then(|before| before.traits.get(name));
            tally.since = known.map_or(self.at, |known| known.since);
        }
    }

    /// Whether a source stands apart from the others. One that is the only one has nobody to be joined with.
    pub fn is_apart(&self, source: &Name<Source>) -> bool {
        let with_customers = self.sources.values().filter(|tally| tally.customers > 0).count();
        let is_apart = |tally: &SourceTally| {
            tally.customers > 0 && tally.alone * 1_000 >= tally.customers * APART_PERMILLE && with_customers > 1
        };
        self.sources.get(source).is_some_and(is_apart)
    }

    /// Customers who stand in a source that is not joined, and in no other one.
    pub fn apart(&self) -> u64 {
        self.sources.iter().filter(|(name, _)| self.is_apart(name)).map(|(_, tally)| tally.alone).sum()
    }

    /// The traits that have had values for [`UNREAD_AFTER`] and that no decision read for as long, in order of name.
    pub fn unread(&self) -> impl Iterator<Item = (&Name<Trait>, &TraitTally)> {
        let before = self.at.minus(UNREAD_AFTER);
        self.traits
            .iter()
            .filter(move |(_, tally)| tally.profiles > 0 && tally.since <= before && !tally.was_read(before))
    }

    fn tally_sources(&mut self, person: &Person, past: &Past, is_customer: bool) {
        let traits = person.sides.iter().flat_map(|side| side.facts.traits.iter());
        let of_traits = traits.flat_map(|(_, values)| values).map(|value| &value.source);
        let all: BTreeSet<&Name<Source>> = past.sources().map(|(name, _)| name).chain(of_traits).collect();
        for source in &all {
            let tally = self.sources.entry(Name::clone(source)).or_default();
            tally.profiles += 1;
            tally.customers += u64::from(is_customer);
            tally.alone += u64::from(is_customer && all.len() == 1);
        }
        for (name, SourcePast { last, week, month }) in past.sources() {
            let tally = self.sources.entry(name.clone()).or_default();
            tally.last = tally.last.max(Some(*last));
            tally.week += week;
            tally.month += month;
        }
    }

    /// Counts what is known of a person, and says how many traits of theirs there are of each sort.
    fn tally_traits(&mut self, plan: &Plan, person: &Person) -> TraitTally {
        let mut all = TraitTally::default();
        for (name, Standing { has_value, is_stale, is_wrong }) in standings(plan, person, self.at) {
            let one = TraitTally {
                profiles: u64::from(has_value),
                stale: u64::from(is_stale),
                wrong: u64::from(is_wrong),
                ..TraitTally::default()
            };
            all.add(&one);
            match self.trait_tally(name) {
                Some(tally) => tally.add(&one),
                None => self.other_traits += one.profiles,
            }
        }
        all
    }

    /// Each side was a profile of its own when it was shown something.
    fn tally_shown(&mut self, plan: &Plan, person: &Person) {
        if person.sides.iter().all(|side| side.ledger.shown().is_empty()) {
            return;
        }
        for (side, known) in person.sides.iter().zip(known_since(person)) {
            let mut stages = BTreeMap::<Stage, Timestamp>::new();
            for exposure in side.ledger.shown().iter() {
                let Some(content) = plan.decisions.content(exposure.content.as_str()) else { continue };
                if let Some(tally) = self.shown_to_unknown(exposure.first, known) {
                    self.contents.entry(exposure.content.clone()).or_default().add(&tally);
                }
                for stage in &content.stages {
                    let first = stages.entry(*stage).or_insert(exposure.first);
                    *first = exposure.first.min(*first);
                }
            }
            for (stage, first) in stages {
                if let Some(tally) = self.shown_to_unknown(first, known) {
                    self.stages.entry(stage).or_default().add(&tally);
                }
            }
        }
    }

    /// What a first showing counts for; `None` if it is too long ago, or the person was known already.
    fn shown_to_unknown(&self, first: Timestamp, known: Option<Timestamp>) -> Option<KnownTally> {
        if first < self.at.minus(SHOWN_WITHIN) || known.is_some_and(|known| known <= first) {
            return None;
        }
        let in_time = known.is_some_and(|known| known.since(first) <= KNOWN_WITHIN);
        let waits = known.is_none() && self.at.since(first) <= KNOWN_WITHIN;
        Some(KnownTally { shown: 1, known: u64::from(in_time), waiting: u64::from(waits) })
    }

    fn trait_tally(&mut self, name: &Name<Trait>) -> Option<&mut TraitTally> {
        if self.traits.len() >= TRAITS && !self.traits.contains_key(name) {
            return None;
        }
        Some(self.traits.entry(name.clone()).or_default())
    }
}

impl Failures {
    fn add(&mut self, other: &Self) {
        let Self { stale, wrong, without_purchase, assumed, over_contacted } = other;
        self.stale += stale;
        self.wrong += wrong;
        self.without_purchase += without_purchase;
        self.assumed += assumed;
        self.over_contacted += over_contacted;
    }
}

impl SourceTally {
    fn add(&mut self, other: &Self) {
        let Self { last, week, month, profiles, customers, alone } = other;
        self.last = self.last.max(*last);
        self.week += week;
        self.month += month;
        self.profiles += profiles;
        self.customers += customers;
        self.alone += alone;
    }

    /// Whether it sent nothing for too long, as of a moment. Of what was only counted no more than the day is known.
    pub fn is_silent(&self, now: Timestamp) -> bool {
        self.last.is_none_or(|last| now.since(last) > SILENT_AFTER)
    }
}

impl TraitTally {
    fn add(&mut self, other: &Self) {
        let Self { profiles, stale, wrong, since: _, read } = other;
        self.profiles += profiles;
        self.stale += stale;
        self.wrong += wrong;
        self.read = self.read.max(*read);
    }

    /// Whether a decision read it on the day of a moment, or later.
    fn was_read(&self, since: Timestamp) -> bool {
        self.read.is_some_and(|day| day >= since.day())
    }
}

impl KnownTally {
    /// The share that became known.
    pub fn share(&self) -> f64 {
        if self.shown == 0 { 0.0 } else { self.known as f64 / self.shown as f64 }
    }

    /// What the share is at least, with 95 % certainty: the lower end of the score interval of E. B. Wilson (1927),
    /// which is right for few and for none as well.
    pub fn at_least(&self) -> f64 {
        const Z: f64 = 1.959_963_984_540_054;
        let (of, share) = (self.shown as f64, self.share());
        if self.shown == 0 {
            return 0.0;
        }
        let (square, spread) = (Z * Z / of, share * (1.0 - share) / of + Z * Z / (4.0 * of * of));
        ((share + square / 2.0 - Z * spread.sqrt()) / (1.0 + square)).max(0.0)
    }

    fn add(&mut self, other: &Self) {
        let Self { shown, known, waiting } = other;
        self.shown += shown;
        self.known += known;
        self.waiting += waiting;
    }
}

/// Whether interests are all that is known of what somebody cares for, and none of them lasts: each rests on one
/// occasion (requirements D3).
fn is_assumed(plan: &Plan, person: &Person, now: Timestamp) -> bool {
    let interests = person.view(&KEEP, plan, now).interests();
    !interests.is_empty()
        && interests.iter().all(|known| known.interest.standing == interests::reading::Standing::Tentative)
}

/// Whether more than a device is known of somebody.
fn is_customer(person: &Person) -> bool {
    let is_somebody =
        |held: &Held| held.strength > Strength::Device && !matches!(held.hold, Hold::Probable | Hold::Quarantined);
    person.sides.iter().flat_map(|side| side.facts.identifiers.iter()).any(is_somebody)
}

#[cfg(test)]
mod tests;

//! Restraint: how old the main reason of a decision may be, what a decision costs in discomfort, what it must be worth.
//!
//! The table of points is [`price`]; `docs/restraint.md` publishes the same one.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use condition::{Evidence, Facts};
use model::{
    decision::Channel,
    fact::{FactKind, Occurrence},
    journey::Intent,
    name::{Name, Source, Trait},
    time::{Span, Timestamp},
    value::{Finite, Value},
};

/// Evidence about behavior that is older is never the main reason for a decision (requirements D2).
pub const STALE_AFTER: Span = Span::DAY.times(60);

/// How old the same season of last year is: a year, two months around it (requirements D2).
pub const SEASON: (Span, Span) = (Span::DAY.times(305), Span::DAY.times(425));

/// The points that the decisions about one person may cost in [`INTRUSION_PERIOD`] (requirements D7).
pub const INTRUSION_POINTS: u16 = 10;

/// The period of the budget of intrusion, and of what counts as repetition (requirements D7).
pub const INTRUSION_PERIOD: Span = Span::DAY.times(7);

/// What one point of intrusion is reckoned to cost the shop, in cents, unless the shop says otherwise.
pub const POINT_CENTS: i32 = 2;

/// The property of an event that says on which channel it happened, such as `till`.
pub const CHANNEL_PROPERTY: &str = "channel";

/// What a decision costs in discomfort, in points. Of one kind the dearest fact counts, the kinds add up.
pub mod price {
    use model::time::Span;

    /// What the person said, and what the request says by itself.
    pub const DECLARED: u16 = 0;
    /// What the person did.
    pub const OBSERVED: u16 = 1;
    /// What was concluded from that: an interest, a score, what a model says.
    pub const INFERRED: u16 = 2;
    /// The newest of what was observed or concluded is older than [`FRESH`].
    pub const OLD: u16 = 1;
    /// A trait with a purpose of its own is looked at or written.
    pub const SENSITIVE: u16 = 2;
    /// A content writes the person's name.
    pub const NAMED: u16 = 2;
    /// The same experience was decided for the person within [`super::INTRUSION_PERIOD`].
    pub const REPEATED: u16 = 1;
    /// Something became known on another channel than the placement's.
    pub const ELSEWHERE: u16 = 1;
    /// Up to this age a person remembers that the shop can know it.
    pub const FRESH: Span = Span::DAY.times(30);
}

/// What holds the decisions of a plan back.
#[derive(Debug, Clone, PartialEq)]
pub struct Restraint {
    /// Evidence about behavior that is older is never the main reason; `None`: whatever its age.
    pub stale_after: Option<Span>,
    /// The points that one person's decisions may cost in [`INTRUSION_PERIOD`]; `None`: as many as they do.
    pub points: Option<u16>,
    /// What one point costs the shop, in cents; at least 0.
    pub point_cents: Finite,
    /// The channels on which sources learn what they say, where the shop says so.
    pub channels: BTreeMap<Name<Source>, Channel>,
    /// The traits that have a purpose of their own.
    pub sensitive: BTreeSet<Name<Trait>>,
    /// The traits that name the person.
    pub names: BTreeSet<Name<Trait>>,
}

impl Default for Restraint {
    fn default() -> Self {
        Self {
            stale_after: Some(STALE_AFTER),
            points: Some(INTRUSION_POINTS),
            point_cents: Finite::new(f64::from(POINT_CENTS)).unwrap_or_default(),
            channels: BTreeMap::new(),
            sensitive: BTreeSet::new(),
            names: BTreeSet::new(),
        }
    }
}

/// What an experience is expected to bring each time that it is decided, and what it costs, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// The lower bound of the gain; at least 0.
    pub gain_low_cents: Finite,
    /// The gain that is expected; at least the lower bound.
    pub gain_expected_cents: Finite,
    /// What showing it costs, its advantage to the customer included; at least 0.
    pub cost_cents: Finite,
}

impl Worth {
    /// What it costs with so many points of intrusion, in cents.
    pub fn cost_with(&self, points: u16, point_cents: Finite) -> Finite {
        let cost = self.cost_cents.get() + f64::from(points) * point_cents.get();
        Finite::new(cost).unwrap_or(Finite::new(f64::MAX).unwrap_or_default())
    }
}

/// Why a token is delicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delicate {
    /// It names the person.
    pub(crate) names: bool,
    /// It writes a trait with a purpose of its own.
    pub(crate) sensitive: bool,
}

impl Restraint {
    /// Why a token of this trait is delicate, if it is.
    pub(crate) fn delicate(&self, name: &Name<Trait>) -> Option<Delicate> {
        let delicate = Delicate { names: self.names.contains(name), sensitive: self.sensitive.contains(name) };
        (delicate.names || delicate.sensitive).then_some(delicate)
    }
}

/// What an experience may remember beyond [`Restraint::stale_after`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Memory {
    /// What was done in the same season of last year; see [`SEASON`].
    Season,
}

impl Memory {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Season];

    /// The word used in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Season => "season",
        }
    }
}

/// One fact that a decision rests on, its segments taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The fact.
    pub evidence: Evidence,
    /// Of events the channel on which the newest one that counted happened, if it says so.
    pub channel: Option<Channel>,
}

impl Ground {
    /// A fact with its channel. `facts` are those that it was found in.
    pub fn of(evidence: Evidence, facts: &dyn Facts) -> Self {
        let channel = match &evidence {
            Evidence::Events { event, last: Some(last), .. } => channel_at(facts, event, *last),
            _ => None,
        };
        Self { evidence, channel }
    }

    /// How far what was concluded is from what the person said.
    pub(crate) fn distance(&self) -> u16 {
        distance(&self.evidence)
    }

    /// When what was observed or concluded became known; `None` of what the person said, and of what has no date.
    pub(crate) fn noticed(&self) -> Option<Timestamp> {
        noticed(&self.evidence)
    }

    /// When the person did it last, if it is something that the person did.
    pub(crate) fn done(&self) -> Option<Timestamp> {
        done(&self.evidence)
    }

    /// Whether it is the value of a trait with a purpose of its own.
    pub(crate) fn is_sensitive(&self, restraint: &Restraint) -> bool {
        matches!(&self.evidence, Evidence::Trait { name, .. } if restraint.sensitive.contains(name))
    }

    /// Whether it became known on another channel than this. Pages of the web, of the account and of an app are one.
    pub(crate) fn is_from_elsewhere(&self, here: Channel, restraint: &Restraint) -> bool {
        let learned = match &self.evidence {
            Evidence::Trait { value, .. } => restraint.channels.get(&value.source).copied(),
            _ => self.channel,
        };
        learned.is_some_and(|there| there != here && !(there.is_page() && here.is_page()))
    }
}

/// How dear it is to rest on a fact: by how far it is from what the person said, then by its age.
pub fn dearness(evidence: &Evidence) -> (u16, Reverse<Option<Timestamp>>) {
    (distance(evidence), Reverse(noticed(evidence)))
}

fn distance(evidence: &Evidence) -> u16 {
    match evidence {
        Evidence::Trait { value, .. } => match value.kind {
            FactKind::Declared | FactKind::Corrected => price::DECLARED,
            FactKind::Observed => price::OBSERVED,
            FactKind::Inferred => price::INFERRED,
        },
        Evidence::Events { .. } | Evidence::Segment { .. } => price::OBSERVED,
        Evidence::Interest { .. } | Evidence::Score { .. } | Evidence::Reading { says: Some(_), .. } => price::INFERRED,
        Evidence::MissingTrait { .. } | Evidence::Reading { says: None, .. } | Evidence::Request { .. } => {
            price::DECLARED
        }
    }
}

fn noticed(evidence: &Evidence) -> Option<Timestamp> {
    match evidence {
        Evidence::Trait { value, .. } => (distance(evidence) > price::DECLARED).then_some(value.as_of),
        _ => done(evidence),
    }
}

fn done(evidence: &Evidence) -> Option<Timestamp> {
    match evidence {
        Evidence::Events { matched: 1.., last, .. } => *last,
        _ => None,
    }
}

/// How far back one looks for a main reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recall {
    /// The moment from which one looks back.
    pub now: Timestamp,
    /// What is older is too old: [`Restraint::stale_after`].
    pub after: Span,
    /// But for this.
    pub memory: Option<Memory>,
}

impl Recall {
    /// A trail without what is too old, and the first moment at which that is another without a new event.
    pub fn cut<'t>(&self, trail: Cow<'t, [Occurrence]>) -> (Cow<'t, [Occurrence]>, Option<Timestamp>) {
        let turns = trail.iter().flat_map(|occurrence| self.turns(occurrence.at)).min();
        let is_young = |occurrence: &Occurrence| self.now.since(occurrence.at) <= self.after;
        let gone = trail.partition_point(|occurrence| !is_young(occurrence));
        let is_remembered = trail[..gone].iter().any(|occurrence| self.reaches(occurrence.at));
        let cut = match trail {
            Cow::Borrowed(trail) if !is_remembered => Cow::Borrowed(&trail[gone..]),
            trail => Cow::Owned(trail.iter().filter(|occurrence| self.reaches(occurrence.at)).cloned().collect()),
        };
        (cut, turns)
    }

    fn reaches(&self, at: Timestamp) -> bool {
        let age = self.now.since(at);
        age <= self.after || (self.memory.is_some() && (SEASON.0..=SEASON.1).contains(&age))
    }

    /// When what happened then begins to be too old, and to be of the season or no more.
    fn turns(&self, at: Timestamp) -> impl Iterator<Item = Timestamp> + use<> {
        let tick = Span::from_millis(1);
        let season = self.memory.map(|_| [at.plus(SEASON.0), at.plus(SEASON.1).plus(tick)]);
        let (now, all) = (self.now, season.into_iter().flatten().chain([at.plus(self.after).plus(tick)]));
        all.filter(move |turn| *turn > now)
    }
}

/// Whether a content may be shown where a customer pays (requirements DEC-10).
pub const fn suits_a_checkout(intent: Intent) -> bool {
    matches!(intent, Intent::Reassure | Intent::Help)
}

/// The channel of the occurrence of that moment, as its properties say it.
fn channel_at(facts: &dyn Facts, event: &str, at: Timestamp) -> Option<Channel> {
    let trail = facts.trail(event);
    let place = trail.partition_point(|occurrence| occurrence.at < at);
    let here = trail[place..].iter().take_while(|occurrence| occurrence.at == at);
    here.filter_map(|occurrence| occurrence.properties.get(CHANNEL_PROPERTY).and_then(Value::as_text))
        .find_map(Channel::from_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_costs_is_its_cost_and_its_points() {
        let finite = |number: f64| Finite::new(number).unwrap();
        let worth = Worth { gain_low_cents: finite(9.0), gain_expected_cents: finite(40.0), cost_cents: finite(2.5) };
        assert_eq!(worth.cost_with(0, finite(2.0)).get(), 2.5);
        assert_eq!(worth.cost_with(3, finite(2.0)).get(), 8.5);
        assert_eq!(worth.cost_with(u16::MAX, finite(f64::MAX)).get(), f64::MAX);
    }

    #[test]
    fn only_help_and_reassurance_suit_a_checkout() {
        let suits: Vec<Intent> = Intent::ALL.into_iter().filter(|intent| suits_a_checkout(*intent)).collect();
        assert_eq!(suits, [Intent::Help, Intent::Reassure]);
    }
}

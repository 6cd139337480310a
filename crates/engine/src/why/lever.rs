//! What a person can do about what they see: one event each, which any client may send.

use condition::Evidence;
use decide::Decision;
use model::{
    time::{Span, Timestamp},
    value::{Fields, Value},
    wish::{CONTENT_REFUSED, EVIDENCE_REMOVED, INTEREST_REFUSED, TRAIT_DENIED, TRAIT_FIELD, VALUE_FIELD},
};

use super::Why;

/// For how long "less of this" keeps an experience away.
const LESS: Span = Span::DAY.times(30);

/// What a lever does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pull {
    /// A fact that it rested on is used no more.
    Remove,
    /// It is not shown for a while.
    Less,
    /// It is never shown again.
    Never,
}

impl Pull {
    /// The word used in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Less => "less",
            Self::Never => "never",
        }
    }
}

/// An event that changes what the person will see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lever {
    /// What it does.
    pub pull: Pull,
    /// The event's name.
    pub event: &'static str,
    /// Its properties.
    pub properties: Fields,
}

impl Why {
    /// What the person can do about a decision that was made at a moment, the most exact first.
    pub fn levers(&self, decision: &Decision, now: Timestamp) -> Vec<Lever> {
        let Some(experience) = &decision.experience else { return Vec::new() };
        let mut levers: Vec<Lever> = match self {
            Self::Person(facts) => facts.iter().filter_map(removal).collect(),
            Self::Absence | Self::Request(_) | Self::Everybody => Vec::new(),
            Self::Neutral(_) => return Vec::new(),
        };
        let name = || ("experience", Value::from(experience.as_str()));
        let refused = |pull, properties| Lever { pull, event: CONTENT_REFUSED, properties };
        let until = ("until", Value::Time(now.plus(LESS)));
        levers.push(refused(Pull::Less, [name(), until].into_iter().collect()));
        levers.push(refused(Pull::Never, [name()].into_iter().collect()));
        levers
    }
}

impl Lever {
    /// The same for whom no value may be told: it ends what was said so far, whatever that is.
    #[must_use]
    pub fn without_value(self) -> Self {
        let told = self.properties.iter().filter(|(name, _)| ***name != *VALUE_FIELD);
        let told = told.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { properties: Fields::new(told), ..self }
    }
}

/// What takes a fact away, if one can do that by itself. A score, a stage and a group of people follow from other facts.
fn removal(fact: &Evidence) -> Option<Lever> {
    let (event, field, value) = match fact {
        Evidence::Trait { name, value, .. } => {
            let denied = [(TRAIT_FIELD, Value::from(name.as_str())), (VALUE_FIELD, value.value.clone())];
            let properties = denied.into_iter().collect();
            return Some(Lever { pull: Pull::Remove, event: TRAIT_DENIED, properties });
        }
        Evidence::Events { event, .. } => (EVIDENCE_REMOVED, "event", &**event),
        Evidence::Interest { topic, .. } => (INTEREST_REFUSED, "topic", &**topic),
        Evidence::Score { .. }
        | Evidence::Reading { .. }
        | Evidence::Segment { .. }
        | Evidence::MissingTrait { .. }
        | Evidence::Request { .. } => return None,
    };
    let properties = [(field, Value::from(value))].into_iter().collect();
    Some(Lever { pull: Pull::Remove, event, properties })
}

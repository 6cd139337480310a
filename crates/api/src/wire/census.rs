//! What a census tells: the six failures, the health of sources, fields that nothing reads, what makes people known.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// The six ways in which personalization fails most often, as they are in this shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ThermometerAnswer {
    /// The moment of the census.
    pub at: Moment,
    /// Profiles with an identifier that is more than a device.
    pub customers: u64,
    /// All other profiles. The failures are not counted of them.
    pub visitors: u64,
    /// The six failures, always in the same order.
    pub failures: Vec<FailureAnswer>,
    /// The traits that are stale or wrong most often.
    pub traits: Vec<TraitFailures>,
    /// The last census of each day, the oldest first.
    pub trend: Vec<TrendPoint>,
    /// What the census taught about settings that stand by hand, and so was not published; at most 100.
    pub unheeded: Vec<UnheededLesson>,
}

/// What was learned about a setting that stands by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnheededLesson {
    /// The setting: `reliability` or `withdrawn`.
    pub setting: String,
    /// What would have been published, with its figures.
    pub says: String,
}

/// One failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FailureAnswer {
    /// `stale`, `wrong`, `without_purchase`, `assumed`, `over_contacted` or `not_joined`.
    pub name: String,
    /// The customers whom it concerns.
    pub customers: u64,
    /// Of how many.
    pub of: u64,
    /// The one divided by the other, from 0 to 1; absent if there are no customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The same in words.
    pub text: Words,
}

/// A sentence in the languages that the people of the shop read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Words {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

/// How often a trait is stale or wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TraitFailures {
    /// The trait.
    pub name: String,
    /// Profiles with a value, visitors among them.
    pub profiles: u64,
    /// Those whose value was believed once and is too old for it now.
    pub stale: u64,
    /// Those whose values are denied, corrected, doubted, or disagree.
    pub wrong: u64,
}

/// The failures at one moment of the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrendPoint {
    /// The moment of the census.
    pub at: Moment,
    /// Customers.
    pub customers: u64,
    /// With a stale trait.
    pub stale: u64,
    /// With a wrong one.
    pub wrong: u64,
    /// Of whom no purchase is kept.
    pub without_purchase: u64,
    /// Assumed from one occasion.
    pub assumed: u64,
    /// Contacted too often.
    pub over_contacted: u64,
    /// In a source that is not joined, and in no other one.
    pub not_joined: u64,
}

/// How the sources are doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourcesAnswer {
    /// The moment of the census.
    pub at: Moment,
    /// Customers.
    pub customers: u64,
    /// The sources, in order of name. Those that every project has are only among them once they sent something.
    pub sources: Vec<SourceHealth>,
}

/// How one source is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceHealth {
    /// The source.
    pub name: String,
    /// When it last sent something; absent if it never did. Of what was only counted, the beginning of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event: Option<Moment>,
    /// Events that are kept and arrived in the last 7 days.
    pub events_7_days: u64,
    /// Events that are kept and arrived in the last 30 days.
    pub events_30_days: u64,
    /// Profiles that it said something about.
    pub profiles: u64,
    /// Customers among them.
    pub customers: u64,
    /// Customers among them about whom another source said something, too.
    pub joined: u64,
    /// The share of its customers who stand in no other source, from 0 to 1; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_not_joined: Option<f64>,
    /// What is wrong with it.
    pub alarms: Vec<SourceAlarm>,
}

/// Something is wrong with a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceAlarm {
    /// `silent`: it sent nothing for more than 7 days. `not_joined`: half of its customers or more stand in no other
    /// source.
    pub name: String,
    /// The customers whom that affects.
    pub customers: u64,
    /// Their share of all customers, from 0 to 1; absent if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_customers: Option<f64>,
    /// The same in words.
    pub text: Words,
}

/// Traits that hold values and that no decision has read for 90 days: to be deleted, unless the data protection officer
/// knows what they are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadTraits {
    /// The moment of the census.
    pub at: Moment,
    /// The traits, in order of name.
    pub traits: Vec<UnreadTrait>,
}

/// One trait that no decision reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadTrait {
    /// The trait.
    pub name: String,
    /// Profiles with a value.
    pub profiles: u64,
    /// The first census that found values.
    pub since: Moment,
    /// The day on which a decision last read it; absent if none did, or if that is longer ago than events are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read: Option<Moment>,
    /// Whether the schema names it.
    pub defined: bool,
    /// Segments that look at it, though no decision asks for them.
    pub segments: Vec<String>,
    /// What is proposed.
    pub text: Words,
}

/// Which contents make people known: of the profiles that were shown something while nobody knew who they were, how many
/// got a strong identifier within 30 days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IdentificationAnswer {
    /// The moment of the census.
    pub at: Moment,
    /// Contents that somebody unknown was first shown in the last 90 days, the best one first.
    pub contents: Vec<ContentIdentification>,
    /// The same by the stage that contents are for, the best one first. A profile counts once for each stage.
    pub stages: Vec<StageIdentification>,
}

/// How one content makes people known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContentIdentification {
    /// The content.
    pub content: String,
    /// The stages that it is for.
    pub stages: Vec<String>,
    /// How many, and how sure that is.
    #[serde(flatten)]
    pub rate: IdentificationRate,
}

/// How the contents of one stage make people known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StageIdentification {
    /// The stage.
    pub stage: String,
    /// How many, and how sure that is.
    #[serde(flatten)]
    pub rate: IdentificationRate,
}

/// How many of those who were shown something became known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IdentificationRate {
    /// Profiles without a strong identifier that were shown it.
    pub shown: u64,
    /// Those that got one within 30 days.
    pub identified: u64,
    /// Those that still may: their 30 days are not over.
    pub waiting: u64,
    /// The share of those identified so far, from 0 to 1.
    pub share: f64,
    /// What the share is at least, with 95 % certainty (Wilson's interval). The order is by this: one of one is less
    /// sure than 90 of 100.
    pub at_least: f64,
}

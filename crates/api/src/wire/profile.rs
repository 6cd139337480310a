//! One person: read, timeline, export, erasure.

use std::collections::BTreeMap;

use model::{
    event::{Claim, Event, EventKind, Evidence},
    fact::Denial,
    identifier::Strength,
    trust::Trust,
    value::{Fields, Value as Kept},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Moment,
    consent::ConsentState,
    decision::DecisionRecord,
    interest::ProfileInterest,
    measure::{ProfileReading, ProfileScore, ProfileTransition},
    rejected::RejectedEvent,
};
use crate::json::{Json, JsonFields};

/// Everything that is known of one person now, as far as the purpose asked for is granted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileAnswer {
    /// `prf_…`; after a merge, the profile that lives.
    pub id: String,
    /// When it was created.
    pub created_at: Moment,
    /// The identifiers that lead here, and hints that do not.
    pub identifiers: Vec<ProfileIdentifier>,
    /// Each trait with the value that stands, and the others held.
    pub traits: BTreeMap<String, ProfileTrait>,
    /// What the person is interested in, the strongest first: for a purpose at most 200 of them, for the person's own
    /// rights all.
    pub interests: Vec<ProfileInterest>,
    /// The names of the segments that the person is in, in order.
    pub segments: Vec<String>,
    /// The same segments, with their moments.
    pub memberships: Vec<Membership>,
    /// The tags that the person has, with their moments, in order of name.
    pub tags: Vec<Membership>,
    /// The scores by name.
    pub scores: BTreeMap<String, ProfileScore>,
    /// Where the person stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<ProfileReading>,
    /// What the visit is for; absent if none is going on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aim: Option<ProfileReading>,
    /// When stage and aim became others, the oldest first; the last 20 of each.
    pub transitions: Vec<ProfileTransition>,
    /// The latest choice about each purpose.
    pub consents: BTreeMap<String, ConsentState>,
    /// The merges that made this profile, oldest first.
    pub merges: Vec<ProfileMerge>,
    /// How many events are kept.
    pub events: u64,
    /// The moment for which all of this is true.
    pub as_of: Moment,
}

/// One identifier of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileIdentifier {
    /// The namespace.
    pub namespace: String,
    /// The value, normalized.
    pub value: String,
    /// How well it tells persons apart: `device`, `weak`, `strong`.
    pub strength: String,
    /// How firmly the profile has it: `own`, `claimed`, `shared`, `linked`, `probable`, `quarantined`.
    pub hold: String,
    /// When it was first seen here.
    pub since: Moment,
}

/// One trait: the value that is believed, and all that was said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileTrait {
    /// The value that is believed more than any other; null: none is.
    #[schema(value_type = serde_json::Value)]
    pub value: Json,
    /// The probability that it is true, from 0 to 1, in four decimals.
    pub trust: f64,
    /// What it may be used for: `sort`, `show`, `state`; none of these below the floor of the project.
    pub uses: Vec<String>,
    /// Since when the source holds it true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Moment>,
    /// The source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `corrected`, `declared`, `observed` or `inferred`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What was said of it by each source, the better believed first.
    pub statements: Vec<TraitStatement>,
    /// What was said not to be true. Absent if there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<TraitDenial>,
}

/// One thing that was said of a trait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraitStatement {
    /// The value; null: the source took its value back.
    #[schema(value_type = serde_json::Value)]
    pub value: Json,
    /// Since when the source holds it true.
    pub as_of: Moment,
    /// The source.
    pub source: String,
    /// `corrected`, `declared`, `observed` or `inferred`.
    pub kind: String,
    /// What became of it: `counts`; `outweighed` by something of a firmer kind; `replaced` by what its source said
    /// else; `ended` by a correction or a denial.
    pub role: String,
    /// How far it would be believed if nothing else had been said.
    pub alone: f64,
    /// How far its value is believed; absent if it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<f64>,
    /// Why it is probably not true. Absent if nothing speaks against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<TraitDoubt>,
}

/// Why a value is probably not true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraitDoubt {
    /// A stable word, such as `placeholder_date`.
    pub code: String,
    /// A sentence. It never repeats the value.
    pub message: String,
}

/// That a value is not true: "that's not me".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraitDenial {
    /// The value; absent: none that was said until then is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = serde_json::Value)]
    pub value: Option<Json>,
    /// Since when that is known.
    pub as_of: Moment,
    /// The source.
    pub source: String,
}

/// One segment that a person is in, or one tag that a person has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The segment, or the tag.
    pub name: String,
    /// Since when.
    pub since: Moment,
    /// The first moment at which the person could leave with no new event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Moment>,
}

/// One merge, as it can be taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileMerge {
    /// `mrg_…`
    pub id: String,
    /// The profile that ended.
    pub merged: String,
    /// When.
    pub at: Moment,
    /// The rule that joined them.
    pub rule: String,
    /// The namespace of the identifier that both had.
    pub namespace: String,
}

/// A page of a person's history, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelinePage {
    /// The events.
    pub events: Vec<TimelineEvent>,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One event as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEvent {
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// A track's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// A page's or a screen's name, if the client gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A group's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// Unique within its source.
    pub message_id: String,
    /// The source.
    pub source: String,
    /// When it happened.
    pub timestamp: Moment,
    /// When it arrived.
    pub received_at: Moment,
    /// The visit that it was part of, if the client counts visits: `context.sessionId`, or `context.session.id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The identifiers on it.
    pub identifiers: Vec<EventIdentifier>,
    /// The properties or traits.
    #[schema(value_type = serde_json::Value)]
    pub properties: JsonFields,
    /// The context.
    #[schema(value_type = serde_json::Value)]
    pub context: JsonFields,
}

/// One identifier on an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventIdentifier {
    /// The namespace.
    pub namespace: String,
    /// The value, normalized.
    pub value: String,
    /// What speaks for it: `link`, `stated`, `verified`.
    pub evidence: String,
}

/// Everything held on one person (GDPR art. 15 and 20).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExportAnswer {
    /// The version of this form: 1.
    pub format: u32,
    /// When it was made.
    pub exported_at: Moment,
    /// What is known now, whatever its purpose.
    pub profile: ProfileAnswer,
    /// The whole history, oldest first.
    pub events: Vec<TimelineEvent>,
    /// Events that were rejected and kept.
    pub rejected: Vec<RejectedEvent>,
    /// What was decided for the person, with all that each decision rested on, oldest first.
    pub decisions: Vec<DecisionRecord>,
    /// Who read the profile.
    pub accesses: Vec<Access>,
}

/// One read of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Access {
    /// When.
    pub at: Moment,
    /// The key that read.
    pub key_id: String,
    /// Whether consent allowed it.
    pub allowed: bool,
    /// The purpose that it was read for; absent for the person's own rights: access, timeline, export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

/// Reads of a profile, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccessPage {
    /// The reads.
    pub accesses: Vec<Access>,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The certificate of an erasure, given when nothing readable is left in the data folder. It names profiles by ids that lead nowhere now, and no identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EraseCertificate {
    /// When the person was erased.
    pub erased_at: Moment,
    /// The profiles that went, those merged before included.
    pub profiles: Vec<String>,
    /// How many events went.
    pub events: u64,
    /// How many identifiers were released.
    pub identifiers: u64,
}

/// A probability as answers show it: four decimals.
pub fn shown(trust: Trust) -> f64 {
    (trust.get() * 10_000.0).round() / 10_000.0
}

impl From<&Denial> for TraitDenial {
    fn from(denial: &Denial) -> Self {
        Self { value: denial.value.clone().map(Json), as_of: denial.as_of.into(), source: denial.source.to_string() }
    }
}

impl From<&Event> for TimelineEvent {
    fn from(event: &Event) -> Self {
        let (mut track, mut name, mut group_id) = (None, None, None);
        match &event.kind {
            EventKind::Track { name } => track = Some(name.to_string()),
            EventKind::Page { name: given } | EventKind::Screen { name: given } => {
                name = given.as_deref().map(str::to_owned);
            }
            EventKind::Group { group_id: id } => group_id = Some(id.to_string()),
            EventKind::Identify | EventKind::Alias => {}
        }
        Self {
            kind: event.kind.word().to_owned(),
            event: track,
            name,
            group_id,
            message_id: event.message_id.to_string(),
            source: event.source.to_string(),
            timestamp: event.timestamp.into(),
            received_at: event.received_at.into(),
            session: session(&event.context),
            identifiers: event.identifiers.iter().map(EventIdentifier::from).collect(),
            properties: JsonFields(event.properties.clone()),
            context: JsonFields(event.context.clone()),
        }
    }
}

/// The visit's id where clients put it: RudderStack's as a number, others' as a text or an object of its own.
fn session(context: &Fields) -> Option<String> {
    let id = context.get("sessionId").or_else(|| context.at(&["session", "id"]))?;
    match id {
        Kept::Text(id) => Some(id.to_string()),
        Kept::Int(id) => Some(id.to_string()),
        _ => None,
    }
}

impl From<&Claim> for EventIdentifier {
    fn from(claim: &Claim) -> Self {
        let evidence = match claim.evidence {
            Evidence::Link => "link",
            Evidence::Stated => "stated",
            Evidence::Verified => "verified",
        };
        Self {
            namespace: claim.identifier.namespace.to_string(),
            value: claim.identifier.value.to_string(),
            evidence: evidence.to_owned(),
        }
    }
}

/// The word for a strength in answers and definitions.
pub const fn strength_word(strength: Strength) -> &'static str {
    match strength {
        Strength::Device => "device",
        Strength::Weak => "weak",
        Strength::Strong => "strong",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time;

    #[test]
    fn the_visit_is_read_from_where_clients_put_it() {
        let context = |name: &str, value: Kept| Fields::new(vec![(name.into(), value)]);
        let own = Kept::Map(context("id", Kept::Text("v7".into())));
        assert_eq!(session(&context("sessionId", Kept::Int(1_700_000))).as_deref(), Some("1700000"));
        assert_eq!(session(&context("sessionId", Kept::Text("v7".into()))).as_deref(), Some("v7"));
        assert_eq!(session(&context("session", own)).as_deref(), Some("v7"));
        assert_eq!(session(&context("sessionId", Kept::Bool(true))), None);
    }

    #[test]
    fn a_denial_without_a_value_is_of_all_that_was_said() {
        let as_of = time::read("2026-03-02").unwrap();
        let denial = |value| TraitDenial::from(&Denial { value, as_of, source: "web".into() });
        assert_eq!(
            serde_json::to_value([denial(Some(Kept::Int(39))), denial(None)]).unwrap(),
            json!([
                {"value": 39, "as_of": "2026-03-02T00:00:00Z", "source": "web"},
                {"as_of": "2026-03-02T00:00:00Z", "source": "web"},
            ])
        );
    }

    #[test]
    fn a_trust_has_four_decimals() {
        assert_eq!(shown(Trust::new(0.123_45)), 0.1235);
        assert_eq!(shown(Trust::CERTAIN), 1.0);
    }
}

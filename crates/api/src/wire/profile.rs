//! One person: read, timeline, export, erasure.

use std::collections::BTreeMap;

use model::{
    event::{Claim, Event, EventKind, Evidence},
    fact::TraitValue,
    identifier::Strength,
    value::{Fields, Value as Kept},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Moment, consent::ConsentState, decision::DecisionRecord, rejected::RejectedEvent};
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
    /// The names of the segments that the person is in, in order.
    pub segments: Vec<String>,
    /// The same segments, with their moments.
    pub memberships: Vec<Membership>,
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

/// One trait: the value that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileTrait {
    /// The value.
    #[schema(value_type = serde_json::Value)]
    pub value: Json,
    /// Since when the source holds it true.
    pub as_of: Moment,
    /// The source.
    pub source: String,
    /// `declared`, `observed` or `inferred`.
    pub kind: String,
    /// The other values held, of other sources or kinds, the better believed first. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherValue>,
}

/// A value of a trait that another one outweighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OtherValue {
    /// The value.
    #[schema(value_type = serde_json::Value)]
    pub value: Json,
    /// Since when the source holds it true.
    pub as_of: Moment,
    /// The source.
    pub source: String,
    /// `declared`, `observed` or `inferred`.
    pub kind: String,
}

/// One segment that a person is in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The segment.
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

impl ProfileTrait {
    /// The trait whose values are these, the one that stands first.
    pub fn new(stands: &TraitValue, others: &[TraitValue]) -> Self {
        let OtherValue { value, as_of, source, kind } = stands.into();
        Self { value, as_of, source, kind, others: others.iter().map(OtherValue::from).collect() }
    }
}

impl From<&TraitValue> for OtherValue {
    fn from(held: &TraitValue) -> Self {
        Self {
            value: Json(held.value.clone()),
            as_of: held.as_of.into(),
            source: held.source.to_string(),
            kind: held.kind.word().to_owned(),
        }
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
    use model::fact::FactKind;
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
    fn a_trait_shows_the_value_that_stands_and_the_others_beside() {
        let value = |size: i64, source: &str| TraitValue {
            value: Kept::Int(size),
            as_of: time::read("2026-03-02").unwrap(),
            source: source.into(),
            kind: FactKind::Declared,
        };
        let shown = ProfileTrait::new(&value(39, "till"), &[value(40, "web")]);
        assert_eq!(
            serde_json::to_value(shown).unwrap(),
            json!({
                "value": 39, "as_of": "2026-03-02T00:00:00Z", "source": "till", "kind": "declared",
                "others": [{"value": 40, "as_of": "2026-03-02T00:00:00Z", "source": "web", "kind": "declared"}]
            })
        );
    }
}

//! A small project to receive events for.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    json::to_json,
    tracking::{Gpc, Parsed, Problem, Receiver, Route, read},
};
use model::{
    consent::PURPOSES,
    event::Event,
    fact::FactKind,
    identifier::{NamespaceRules, Strength},
    name::{Name, Namespace, Purpose},
    schema::{TraitRules, TraitSchema, TraitType},
    site::Hosts,
    source::{LegalBasis, Party, SourceRules},
    time::Timestamp,
    value::{Fields, Value},
};
use serde_json::{Value as Json, json};

/// 2026-03-02T10:00:00Z, when every body of these tests arrives.
pub(crate) const NOW_MS: i64 = 1_772_445_600_000;

/// Fields as they would be written.
pub(crate) fn json_of(fields: &Fields) -> Json {
    to_json(&Value::Map(fields.clone()))
}

pub(crate) struct Project {
    pub(crate) source: SourceRules,
    pub(crate) gpc: Gpc,
    namespaces: BTreeMap<Name<Namespace>, NamespaceRules>,
    pub(crate) schema: TraitSchema,
    categories: BTreeMap<String, Vec<Name<Purpose>>>,
    purposes: BTreeSet<Name<Purpose>>,
    pub(crate) hosts: Hosts,
}

impl Project {
    /// A shop whose browser sends.
    pub(crate) fn browser() -> Self {
        let namespace = |name: &str, strength, strong_when_verified| {
            let fold_case = name == "email";
            let rules = NamespaceRules {
                strength,
                strong_when_verified,
                one_per_person: false,
                most_per_profile: 50,
                fold_case,
            };
            (Name::from(name), rules)
        };
        let holds = |name: &str, holds| (Name::from(name), TraitRules::usual(name, holds));
        Self {
            source: SourceRules {
                name: "web".into(),
                reliability_permille: 700,
                basis: LegalBasis::Consent { any_of: vec!["site".into()] },
                kind: FactKind::Declared,
                trusted: false,
                party: Party::First,
            },
            gpc: Gpc::Absent,
            namespaces: BTreeMap::from([
                namespace("anonymous_id", Strength::Device, false),
                namespace("user_id", Strength::Strong, true),
                namespace("email", Strength::Weak, true),
                namespace("phone", Strength::Weak, true),
                namespace("loyalty_card", Strength::Strong, true),
                namespace("mobile_id", Strength::Device, false),
                namespace("club_number", Strength::Strong, true),
            ]),
            schema: TraitSchema {
                traits: BTreeMap::from([
                    holds("foot_width", TraitType::Number),
                    holds("children", TraitType::Int),
                    holds("birthday", TraitType::Time),
                    holds("home", TraitType::Place),
                    holds("tier", TraitType::OneOf(vec!["gold".into(), "silver".into()])),
                ]),
            },
            categories: BTreeMap::from([
                ("Advertising".into(), vec!["ads".into(), "partner".into()]),
                ("Functional".into(), vec!["site".into()]),
                ("Analytics".into(), vec!["measurement".into()]),
            ]),
            purposes: PURPOSES.iter().map(|purpose| Name::from(*purpose)).collect(),
            hosts: Hosts::default(),
        }
    }

    /// A shop whose own server sends.
    pub(crate) fn server() -> Self {
        let mut project = Self::browser();
        project.source.trusted = true;
        project
    }

    pub(crate) fn receiver(&self) -> Receiver<'_> {
        Receiver {
            received_at: Timestamp::from_millis(NOW_MS).expect("a moment of 2026"),
            source: &self.source,
            namespaces: &self.namespaces,
            schema: &self.schema,
            consent_categories: &self.categories,
            purposes: &self.purposes,
            hosts: &self.hosts,
            gpc: self.gpc,
            salt: 7,
        }
    }

    pub(crate) fn read(&self, route: Route, body: &Json) -> Parsed {
        read(body.to_string().as_bytes(), route, &self.receiver()).expect("a body that can be read")
    }

    /// The only event of a batch of one; a field that the body lacks is filled so that the event could be taken.
    pub(crate) fn event(&self, event: Json) -> Event {
        let mut parsed = self.read(Route::Batch, &json!({"batch": [filled(event)]}));
        assert!(parsed.refused.is_empty(), "{:?}", parsed.refused);
        parsed.events.pop().expect("one event")
    }

    /// Why the only event of a batch of one is refused.
    pub(crate) fn problem(&self, event: Json) -> Problem {
        let mut parsed = self.read(Route::Batch, &json!({"batch": [filled(event)]}));
        assert!(parsed.events.is_empty(), "{:?}", parsed.events);
        parsed.refused.pop().expect("one refusal").problem
    }
}

fn filled(mut event: Json) -> Json {
    for (name, value) in [("type", "track"), ("event", "Product Viewed"), ("anonymousId", "a-1"), ("messageId", "m-1")]
    {
        if event.get(name).is_none() {
            event[name] = value.into();
        }
    }
    event
}

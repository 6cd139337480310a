//! Decisions: asked for, read again, decided again.

use std::{borrow::Cow, collections::BTreeMap};

use condition::Evidence as Rests;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::value::{RawValue, Value};
use utoipa::ToSchema;

use super::{
    Moment,
    collect::RejectedItem,
    recommend::{RecommendedFrom, RecommendedItem},
};
use crate::json::{Json, JsonFields};

/// What to decide, for whom. With no identifier, only the request speaks.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// The public key, where no header can carry it.
    #[serde(default, alias = "writeKey", skip_serializing_if = "Option::is_none")]
    pub write_key: Option<String>,
    /// The visitor's id.
    #[serde(default, alias = "anonymousId", skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// The account.
    #[serde(default, alias = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// With a public key: the token by which the page proves whose account it names (`POST /v1/identity/tokens`).
    #[serde(default, alias = "identityToken", skip_serializing_if = "Option::is_none")]
    pub identity_token: Option<String>,
    /// Further identifiers by namespace; only with a secret key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identifiers: BTreeMap<String, String>,
    /// The placements, at most 64, each once. Answers come in this order.
    pub placements: Vec<String>,
    /// The channel that all of them must be of, such as `email`; any, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The languages that are read, best first; those of the request, if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Any text that the page keeps in its memory and nowhere else: where nobody is known, the same text draws the
    /// same variants. Without one each call draws anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Events of the tracking protocol, to be applied first, at most 20. Then the answer waits until they are durable.
    /// One that names nobody is of the person whom the call names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Value>)]
    pub events: Vec<Box<RawValue>>,
    /// The context of the tracking protocol: `page`, `userAgent`, `locale`, `timezone`, `campaign`…
    #[serde(default, skip_serializing_if = "JsonFields::is_empty")]
    #[schema(value_type = serde_json::Map<String, Value>)]
    pub context: JsonFields,
    /// The shop's own facts of this request, for conditions `request.shop.NAME`.
    #[serde(default, skip_serializing_if = "JsonFields::is_empty")]
    #[schema(value_type = serde_json::Map<String, Value>)]
    pub attributes: JsonFields,
    /// As what contents are wanted.
    #[serde(default)]
    pub format: DecideFormat,
    /// Whether to say to each answer why it is so, in words for the person, and what the person can do about it.
    #[serde(default)]
    pub why: bool,
    /// Whether to list every candidate that did not win, and why; only with a secret key.
    #[serde(default)]
    pub explain: bool,
    /// Whether somebody only wants to see what would be shown: then nothing is kept, nothing counts for caps, and the
    /// answers have no id. Only with a secret key, and without `events`.
    #[serde(default)]
    pub preview: bool,
}

impl DecideRequest {
    /// Its events, each as it was sent, as a body of `/v1/batch`. One that names nobody is of the visitor and the account
    /// that the call names.
    pub fn batch(&self) -> String {
        let events: Vec<_> = self.events.iter().map(|event| self.of_the_caller(event.get())).collect();
        format!(r#"{{"batch":[{}]}}"#, events.join(","))
    }

    fn of_the_caller<'e>(&self, event: &'e str) -> Cow<'e, str> {
        /// Whom an event names, in any of its fields.
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Named {
            anonymous_id: Option<IgnoredAny>,
            user_id: Option<IgnoredAny>,
            previous_id: Option<IgnoredAny>,
            #[serde(default)]
            context: Context,
        }
        #[derive(Deserialize, Default)]
        #[serde(rename_all = "camelCase", default)]
        struct Context {
            identifiers: Option<IgnoredAny>,
            external_ids: Option<IgnoredAny>,
        }
        let nobody = |event: &str| {
            serde_json::from_str::<Named>(event).is_ok_and(|Named { anonymous_id, user_id, previous_id, context }| {
                let Context { identifiers, external_ids } = context;
                [anonymous_id, user_id, previous_id, identifiers, external_ids].iter().all(Option::is_none)
            })
        };
        let ids = [("anonymousId", &self.anonymous_id), ("userId", &self.user_id)];
        let own: Vec<_> = ids.into_iter().filter_map(|(name, id)| Some((name, id.as_deref()?))).collect();
        match event.trim_end().strip_suffix('}') {
            Some(rest) if !own.is_empty() && nobody(event) => {
                // Behind the others: of a name that comes twice the last one counts, and `null` names nobody.
                let own = own.iter().map(|(name, id)| format!("\"{name}\":{}", Value::from(*id)));
                let end = if rest.trim_end().ends_with('{') { "" } else { "," };
                format!("{rest}{end}{}}}", own.collect::<Vec<_>>().join(",")).into()
            }
            _ => event.into(),
        }
    }
}

/// As what contents are wanted. The decision is the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecideFormat {
    /// The payload as JSON.
    #[default]
    Json,
    /// The texts and numbers of the payload as paragraphs, escaped, in order of name. `data-field` says where each is:
    /// `title`, and inside maps and lists `more.0.alt`.
    Html,
    /// The same as lines.
    Text,
}

/// The decisions of one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecideAnswer {
    /// One for each placement, in their order.
    pub decisions: Vec<DecisionAnswer>,
    /// The plan's revision.
    pub revision: u64,
    /// The events of the call that were refused, by their place in it. Absent if there are none. Those with the code
    /// `OVERLOADED`, `STORAGE_FULL` or `STORAGE_FAILED` may be sent again as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RejectedItem>,
    /// Whether the events of the call were not stored yet when there was no time left, so that everything is neutral.
    /// They are being stored, and must not be sent again; what is refused of them is found under `/v1/rejected`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub events_under_way: bool,
}

/// What one placement shows, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionAnswer {
    /// `dec_…`: impressions and clicks carry it. Absent where there was no time to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The placement.
    pub placement: String,
    /// The experience that won, its control included; absent: neutral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experience: Option<String>,
    /// The variant that was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// What to show, in order.
    pub contents: Vec<DecisionContent>,
    /// Why: a word of the glossary, such as `SPLIT` or `NO_CONSENT`.
    pub reason: String,
    /// With the reason `ERROR`: `UNKNOWN_PLACEMENT`, or `OVERLOADED` where there was no time to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the customer has of it, in their language: for "why do I see this?". Absent beside what is neutral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit: Option<String>,
    /// Why it is so, in words for the person, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<DecisionWhy>,
    /// What is shown rests on what was done long ago, where nothing newer would do: `season` is the same season of last
    /// year. The page says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// For how many seconds the answer stands if nothing new happens.
    pub ttl_s: u32,
    /// With a secret key: more of why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grounds: Option<DecisionGrounds>,
}

/// Why a placement shows what it shows: what would have been shown without one fact after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionWhy {
    /// `person`: without these facts about the person something else would have been shown; `absence`: nothing that is
    /// known of the person speaks against it; `request`: the request alone
    /// decided; `everybody`: only a draw did; `neutral`: it is what everybody sees.
    pub rests_on: String,
    /// One sentence for the person, in English.
    pub en: String,
    /// The same in French.
    pub fr: String,
    /// The fewest facts without which it would have been something else. Only with a secret key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What the person can do about it. Empty beside what everybody sees.
    pub levers: Vec<DecisionLever>,
}

/// Something that a person can do about what they see: send this event, by `/v1/track`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionLever {
    /// `remove`: a fact that it rests on is used no more; `less`: not for 30 days; `never`: never again.
    pub pull: String,
    /// What the person is offered, in English.
    pub en: String,
    /// The same in French.
    pub fr: String,
    /// The name of the event.
    pub event: String,
    /// Its properties.
    #[schema(value_type = serde_json::Map<String, Value>)]
    pub properties: JsonFields,
}

/// One content as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionContent {
    /// Its name.
    pub content: String,
    /// The language of the version.
    pub language: String,
    /// With a secret key: what it is for, `orient`, `inform`, `help`, `reassure` or `reward`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// The payload: an object, or a text where HTML or text is wanted.
    #[schema(value_type = Value)]
    pub payload: Json,
    /// The products that it shows beside that, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<RecommendedItem>,
}

/// More of why: what may only be told to the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionGrounds {
    /// By what the winner is ahead of the next candidate: `alone`, `visit`, `priority`, `score`, `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// The unit that was drawn by, `unt_…`. Absent where nobody is known or nothing may be: there the page's nonce was
    /// drawn by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Where the person stood, as the stage of contents says it. Absent where nothing was personalized or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The chance that this unit had for this experience and variant.
    pub propensity: f64,
    /// What the decision costs the person in discomfort, in points of intrusion.
    #[serde(default)]
    pub points: u16,
    /// What the winner's audience rested on.
    pub evidence: Vec<Evidence>,
    /// What recommenders looked at for the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recommended: Vec<RecommendedFrom>,
    /// The candidates that did not win, best first, if they were asked for; one that is not worth it always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Vec<DecisionRejected>>,
}

/// A candidate that did not win.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionRejected {
    /// The experience.
    pub experience: String,
    /// Why not: `audience`, `refused`, `not_started`, `ended`, `expired`, `no_consent`, `no_data`, `holdout`, `layer`, `traffic`,
    /// `capped`, `page_capped`, `lost`, `disabled`, `minor`, `not_recognized`, `checkout`, `stale`, `intrusive`,
    /// `not_worth`, `unsuited`, `seen`.
    pub why: String,
    /// The moment, experience, variant, content or share that belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// What a false audience rested on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// One fact that an answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A trait that was there.
    Trait {
        /// Its name.
        name: String,
        /// Its value.
        #[schema(value_type = Value)]
        value: Json,
        /// Its source.
        source: String,
        /// Since when the source holds it true.
        as_of: Moment,
        /// The probability that it is true.
        trust: f64,
    },
    /// A trait that was not there, or of which one is not sure enough.
    MissingTrait {
        /// Its name.
        name: String,
    },
    /// Occurrences of an event.
    Events {
        /// The event's name.
        event: String,
        /// How many counted.
        matched: u32,
        /// When the newest of these happened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<Moment>,
    },
    /// A segment.
    Segment {
        /// Its name.
        name: String,
        /// Whether the person is in it.
        member: bool,
    },
    /// How strong an interest is.
    Interest {
        /// Its topic, such as `category:boots`.
        topic: String,
        /// From −1 to 1; 0 if there is none.
        strength: f64,
    },
    /// A score.
    Score {
        /// Its name.
        name: String,
        /// How high it is; 0 if there is none.
        points: f64,
    },
    /// What a model says of the person.
    Reading {
        /// `stage` or `aim`.
        model: String,
        /// What is most probable; absent if the model says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        says: Option<String>,
        /// How probable that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        probability: Option<f64>,
    },
    /// A fact of the request.
    Request {
        /// Its name.
        name: String,
        /// Its value; null if the request does not say.
        #[schema(value_type = Value)]
        value: Json,
    },
}

impl From<&Rests> for Evidence {
    fn from(rests: &Rests) -> Self {
        match rests {
            Rests::Trait { name, value, trust } => Self::Trait {
                name: name.to_string(),
                value: Json(value.value.clone()),
                source: value.source.to_string(),
                as_of: value.as_of.into(),
                trust: trust.get(),
            },
            Rests::MissingTrait { name } => Self::MissingTrait { name: name.to_string() },
            Rests::Events { event, matched, last } => {
                Self::Events { event: event.to_string(), matched: *matched, last: last.map(Into::into) }
            }
            Rests::Segment { name, member } => Self::Segment { name: name.to_string(), member: *member },
            Rests::Interest { topic, strength } => {
                Self::Interest { topic: topic.to_string(), strength: strength.get() }
            }
            Rests::Score { name, points } => Self::Score { name: name.to_string(), points: points.get() },
            Rests::Reading { model, says } => Self::Reading {
                model: model.word().to_owned(),
                says: says.map(|(word, _)| word.to_owned()),
                probability: says.map(|(_, probability)| probability.get()),
            },
            Rests::Request { name, value } => {
                let value = value.clone().unwrap_or(model::value::Value::Null);
                Self::Request { name: name.to_string(), value: Json(value) }
            }
        }
    }
}

/// A decision as it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionRecord {
    /// The answer of then.
    pub decision: DecisionAnswer,
    /// When it was made.
    pub at: Moment,
    /// The plan's revision.
    pub revision: u64,
    /// The version of the engine.
    pub engine: u32,
}

/// What deciding again came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionReplay {
    /// The answer of then; absent if the person was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<DecisionRecord>,
    /// `SAME`; or why not: `ENGINE_CHANGED`, `MODEL_GONE`, `ERASED`, `DIFFERS`.
    pub outcome: String,
    /// Where it differs: the answer of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<DecisionAnswer>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_names_nobody_is_of_whom_the_call_names() {
        let batch = |ids: &str, event: &str| {
            let request = format!(r#"{{"placements": ["home"], "events": [{event}]{ids}}}"#);
            let request: DecideRequest = serde_json::from_str(&request).unwrap();
            serde_json::from_str::<Value>(&request.batch()).unwrap()["batch"][0].clone()
        };
        let ana = r#", "user_id": "a\"na", "anonymous_id": "c1""#;
        let full = serde_json::json!({"event": "Seen", "userId": "a\"na", "anonymousId": "c1"});
        assert_eq!(batch(ana, r#"{"event": "Seen"}"#), full);
        assert_eq!(batch(ana, "{ }"), serde_json::json!({"userId": "a\"na", "anonymousId": "c1"}));
        assert_eq!(batch(ana, r#"{"event": "Seen", "userId": null}"#), full);
        for own in [
            r#"{"userId":"ben"}"#,
            r#"{"event":"x","anonymousId":"c2"}"#,
            r#"{"event":"x","context":{"identifiers":{"email":"b@example.org"}}}"#,
            r#"{"event":"x","context":{"externalIds":[]}}"#,
            r#"{"type":"alias","previousId":"ben"}"#,
            r#"{"event":"x","context":7}"#,
            "7",
            "[]",
        ] {
            assert_eq!(batch(ana, own), serde_json::from_str::<Value>(own).unwrap(), "{own}");
        }
        assert_eq!(batch("", r#"{"event":"Seen"}"#), serde_json::json!({"event": "Seen"}));
    }

    #[test]
    fn what_does_not_fit_is_found_behind_values_of_any_shape() {
        let at = |rest: &str| {
            let request = format!(r#"{{"events": [{{"a": [1]}}], "attributes": {{"b": {{}}}}, {rest}}}"#);
            crate::wire::read::<DecideRequest>(request.as_bytes()).unwrap_err().pointer
        };
        assert_eq!(at(r#""placements": ["home", 7]"#).as_deref(), Some("/placements/1"));
        assert_eq!(at(r#""placements": [], "context": []"#).as_deref(), Some("/context"));
    }

    #[test]
    fn the_events_of_a_call_are_a_batch_as_they_were_sent() {
        let request = r#"{"placements": ["home"], "events": [{"b": 1.10, "a": "\ud83d"} , 7]}"#;
        let request: DecideRequest = serde_json::from_str(request).unwrap();
        assert_eq!(request.batch(), r#"{"batch":[{"b": 1.10, "a": "\ud83d"},7]}"#);
    }
}

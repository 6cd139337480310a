//! The stories of `scenarios/`, played on the engine alone: no storage, no threads, no HTTP.
//!
//! What is different at this stage:
//!
//! | In the story | Here |
//! |---|---|
//! | `crash, restart` and `restart` | all commands are applied again to empty partitions, which must come out equal |
//! | `segment … when` | published, and filled before the next line |
//! | consents, refuses | the event that the consent call makes; it is no part of what a person did, so not counted |
//! | who sends | from a device the source `web`, else the trusted source `server` |
//!
//! Every story runs at this stage.

use definition::{Documents, Kind, compile};
use engine::{
    command::Command,
    outcome::Reply,
    person::{Person, current},
    state::State,
};
use model::{
    consent::{ConsentSignal, Keep, Means, Proof},
    event::{Claim, Event, EventKind, Evidence},
    identifier::{self, Identifier},
    time::{Span, Timestamp},
    value::{Fields, Finite, Value},
};
use profile::resolve;
use serde_json::{Map, Value as Json, json};
use testkit::scenario::{
    check_all, chosen,
    stage::{End, Fault, Seen, Sent, Size, Stage},
    story::{Address, SaidKind},
};

use crate::{check::check, world::World};

/// As many partitions as to make most merges go from one to another.
const PARTITIONS: u16 = 8;
const CONSENT_EVENT: &str = "Consent Updated";

#[test]
fn scenarios() {
    let files = chosen().unwrap();
    assert!(!files.is_empty());
    let failed: Vec<String> = check_all(&files, EngineStage::new)
        .iter()
        .flat_map(|(_, failures)| failures)
        .map(ToString::to_string)
        .collect();
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

struct EngineStage {
    world: World,
    documents: Documents,
    consent_calls: usize,
}

impl EngineStage {
    fn new(start: Timestamp) -> Self {
        let mut documents = Documents::defaults();
        let plan = compile(&mut documents, 0, None).unwrap();
        Self { world: World::new(PARTITIONS, plan, start, 1), documents, consent_calls: 0 }
    }

    fn identifier(&self, namespace: &str, value: &str) -> Result<Identifier, Fault> {
        let plan = self.world.plan();
        let fold_case = plan.namespaces.get(namespace).is_some_and(|rules| rules.fold_case);
        let value = identifier::normalize(value, fold_case).map_err(|why| Fault(format!("{value}: {why:?}")))?;
        Ok(Identifier { namespace: namespace.into(), value })
    }

    /// The identifiers of an event as the API gives them: the strongest first, then by namespace and value.
    fn claims<'a>(
        &self,
        who: impl IntoIterator<Item = (&'a str, &'a str)>,
        evidence: Evidence,
    ) -> Result<Vec<Claim>, Fault> {
        let plan = self.world.plan();
        let mut claims = Vec::new();
        for (namespace, value) in who {
            let evidence =
                if namespace == "user_id" || namespace == "loyalty_card" { evidence } else { Evidence::Stated };
            let identifier = self.identifier(namespace, value)?;
            if let Some(rules) = plan.namespace(&identifier.namespace) {
                claims.push((std::cmp::Reverse(resolve::strength(rules, evidence)), identifier, evidence));
            }
        }
        claims.sort();
        claims.dedup();
        Ok(claims.into_iter().map(|(_, identifier, evidence)| Claim { identifier, evidence }).collect())
    }

    fn ask(&mut self, who: &Address, command: impl FnOnce(model::id::ProfileId) -> Command) -> Result<(), Fault> {
        let who = self.identifier(&who.namespace, &who.value)?;
        let reply = self.world.ask(&who, command);
        self.world.settle();
        match reply {
            None | Some(Reply::NotFound) => Err(Fault(format!("not found: {who}"))),
            Some(_) => Ok(()),
        }
    }

    fn seen(&self, person: &std::sync::Arc<Person>) -> Seen {
        const KEEP: Keep = Keep::for_the_engine();
        let (plan, now) = (self.world.plan(), self.world.now);
        let person = current(&plan, person, now);
        let view = person.view(&KEEP, &plan, now);
        let believed = |name: &str| condition::Facts::trait_value(&view, name).map(|found| json_of(&found.value.value));
        let traits = view.traits().into_iter().map(|(name, _)| name);
        let traits = traits.filter_map(|name| Some((name.to_string(), believed(name.as_str())?)));
        let segments = person.memberships.members().filter_map(|number| plan.segments.by_number(number));
        let consents = person.consents();
        let granted = consents.purposes().filter(|purpose| consents.allows(purpose.as_str(), now));
        let sides = person.sides.iter().filter_map(|side| self.world.history.get(&side.facts.origin));
        let mut events: Vec<_> = sides.flatten().collect();
        events.sort_by_key(|(place, _)| std::cmp::Reverse(**place));
        let names = events.into_iter().map(|(_, event)| event.name()).filter(|name| *name != CONSENT_EVENT);
        Seen {
            id: person.id.to_string(),
            traits: traits.collect(),
            segments: segments.map(|rule| rule.name.to_string()).collect(),
            granted: granted.map(ToString::to_string).collect(),
            events: names.map(str::to_owned).collect(),
        }
    }
}

impl Stage for EngineStage {
    fn advance(&mut self, span: Span) -> Result<(), Fault> {
        self.world.advance(span);
        self.world.settle();
        check(&self.world);
        Ok(())
    }

    fn send(&mut self, sent: &Sent) -> Result<(), Fault> {
        let from_device = sent.anonymous_id.is_some();
        let (source, evidence) = if from_device { ("web", Evidence::Stated) } else { ("server", Evidence::Verified) };
        let ids = [("anonymous_id", &sent.anonymous_id), ("user_id", &sent.user_id), ("user_id", &sent.previous_id)];
        let ids = ids.into_iter().filter_map(|(namespace, value)| Some((namespace, value.as_deref()?)));
        let others = sent.identifiers.iter().map(|id| (id.namespace.as_str(), id.value.as_str()));
        let kind = match &sent.kind {
            SaidKind::Track(name) => EventKind::Track { name: name.as_str().into() },
            SaidKind::Page(name) => EventKind::Page { name: name.as_deref().map(Into::into) },
            SaidKind::Identify => EventKind::Identify,
            SaidKind::Alias => EventKind::Alias,
        };
        let event = Event {
            kind,
            message_id: sent.message_id.as_str().into(),
            source: source.into(),
            timestamp: sent.timestamp,
            received_at: sent.sent_at,
            identifiers: self.claims(ids.chain(others), evidence)?,
            properties: fields(&sent.fields),
            context: Fields::default(),
            consent: None,
        };
        self.world.send(event);
        Ok(())
    }

    fn consent(&mut self, who: &Address, choices: &[(String, bool)]) -> Result<(), Fault> {
        self.consent_calls += 1;
        let at = self.world.now;
        let proof =
            Proof { source: "web".into(), means: Means::Call, wording: Some("v1".into()), language: Some("en".into()) };
        let choices = choices.iter().map(|(purpose, granted)| (purpose.as_str().into(), *granted)).collect();
        let event = Event {
            kind: EventKind::Track { name: CONSENT_EVENT.into() },
            message_id: format!("consent-{}", self.consent_calls).into(),
            source: "web".into(),
            timestamp: at,
            received_at: at,
            identifiers: self.claims([(who.namespace.as_str(), who.value.as_str())], Evidence::Stated)?,
            properties: Fields::default(),
            context: Fields::default(),
            consent: Some(ConsentSignal { choices, at, until: None, proof }),
        };
        self.world.send(event);
        Ok(())
    }

    fn define_segment(&mut self, name: &str, condition: &str) -> Result<(), Fault> {
        let before = self.world.plan();
        let fault = |error| Fault(format!("{error}"));
        self.documents.put(Kind::Segment, name, &json!({"condition": condition})).map_err(fault)?;
        let plan = compile(&mut self.documents, before.revision + 1, Some(&before)).map_err(fault)?;
        self.world.publish(plan);
        self.world.settle();
        Ok(())
    }

    fn unmerge(&mut self, who: &Address) -> Result<(), Fault> {
        self.ask(who, |profile| Command::Unmerge { profile, merge: None })
    }

    fn erase(&mut self, who: &Address) -> Result<(), Fault> {
        self.ask(who, |profile| Command::Erase { profile })
    }

    fn end(&mut self, _: End) -> Result<(), Fault> {
        let replayed = self.world.replayed();
        let same = |(a, b): (&State, &State)| {
            (&a.core, &a.people, &a.directory, &a.timers) == (&b.core, &b.people, &b.directory, &b.timers)
        };
        let pairs = self.world.nodes.iter().zip(&replayed.nodes);
        if !pairs.map(|(a, b)| (&a.state, &b.state)).all(same) || self.world.history != replayed.history {
            return Err(Fault("the replayed log gives another state".into()));
        }
        self.world = replayed;
        Ok(())
    }

    fn look(&mut self, who: &Address) -> Result<Option<Seen>, Fault> {
        check(&self.world);
        let who = self.identifier(&who.namespace, &who.value)?;
        Ok(self.world.find(&who).map(|person| self.seen(person)))
    }

    fn segment_size(&mut self, name: &str) -> Result<Size, Fault> {
        let plan = self.world.plan();
        let rule = plan.segments.by_name(&name.into()).ok_or_else(|| Fault(format!("no segment {name}")))?;
        let members = self.world.nodes.iter().filter_map(|node| node.members.get(&rule.number));
        let filled = self.world.nodes.iter().all(|node| node.state.core.filled_revision == plan.revision);
        Ok(Size { members: members.map(|members| members.len() as u64).sum(), complete: filled })
    }
}

fn fields(map: &Map<String, Json>) -> Fields {
    map.iter().map(|(name, value)| (name.as_str(), value_of(value))).collect()
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64().and_then(Finite::new)) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(number)) => Value::Float(number),
            (None, None) => Value::Null,
        },
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(values) => Value::List(values.iter().map(value_of).collect()),
        Json::Object(map) => Value::Map(fields(map)),
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number.get()),
        Value::Text(text) => json!(&**text),
        Value::Time(at) => json!(testkit::moment::rfc3339(*at)),
        Value::List(values) => values.iter().map(json_of).collect(),
        Value::Map(fields) => fields.iter().map(|(name, value)| (name.to_string(), json_of(value))).collect(),
    }
}

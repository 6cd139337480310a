//! A small shop over a simulated substrate, for tests.

use std::sync::{Arc, atomic::AtomicI64};

use definition::{Author, Kind, Origin};
use engine::{outcome::Reply, person::Person};
use model::{
    consent::{ConsentSignal, Means, Proof},
    event::{Claim, Event, EventKind, Evidence},
    identifier::Identifier,
    name::Name,
    time::{Span, Timestamp},
    value::{Fields, Value},
};
use runtime::{
    clock::Clock,
    handle::{Reading, Runtime, Settings, Taken, Who},
    limits::Limits,
    publishing::Proposal,
};
use store::{
    sim::Machine,
    substrate::{Options, Substrate},
};

/// The moment at which every test starts.
pub(crate) const START: i64 = 1_772_445_600_000; // 2026-03-02T10:00:00Z

pub(crate) struct Shop {
    pub(crate) machine: Machine,
    pub(crate) runtime: Runtime,
    options: Options,
    limits: Limits,
    sent: std::cell::Cell<u64>,
}

impl Shop {
    pub(crate) fn with_partitions(partitions: u16) -> Self {
        Self::with_limits(partitions, Limits::default())
    }

    pub(crate) fn with_limits(partitions: u16, limits: Limits) -> Self {
        let _ = tracing_subscriber::fmt().with_test_writer().with_max_level(tracing::Level::WARN).try_init();
        let machine = Machine::default();
        let options = Options { partitions, tables: record::tables::TABLES, key_seed: Some(7) };
        let runtime = start(Arc::new(machine.start(&options).unwrap()), at(0), limits);
        Self { machine, runtime, options, limits, sent: std::cell::Cell::new(0) }
    }

    /// Ends the program without letting it save, and starts it again on what the machine still has.
    pub(crate) fn crash(&mut self) {
        let now = self.runtime.now();
        self.machine.crash(store::disk::Keep::Nothing);
        self.runtime = start(Arc::new(self.machine.start(&self.options).unwrap()), now, self.limits);
    }

    /// Ends the program in good order and starts it again.
    pub(crate) fn restart(&mut self) {
        let now = self.runtime.now();
        self.runtime.stop().unwrap();
        self.crash_at(now);
    }

    /// Ends the program in good order, puts sides on the erasure list, and starts it again.
    pub(crate) fn erase_on_restart(&mut self, sides: &[model::id::ProfileId]) {
        let now = self.runtime.now();
        self.runtime.stop().unwrap();
        self.machine.crash(store::disk::Keep::Nothing);
        let folder = self.machine.start(&self.options).unwrap();
        let listed: Vec<_> = sides.iter().map(|side| (*side, now)).collect();
        runtime::erasure::add(&folder, &listed).unwrap();
        drop(folder);
        self.crash_at(now);
        assert_eq!(self.runtime.finish_erasures().unwrap(), sides.len());
    }

    fn crash_at(&mut self, now: Timestamp) {
        self.machine.crash(store::disk::Keep::Nothing);
        self.runtime = start(Arc::new(self.machine.start(&self.options).unwrap()), now, self.limits);
    }

    /// A draft of an event from the web, with consent to `site`, unique by its number.
    pub(crate) fn event(&self, name: &str, who: &[(&str, &str)]) -> Event {
        self.sent.set(self.sent.get() + 1);
        let now = self.runtime.now();
        Event {
            kind: EventKind::Track { name: name.into() },
            message_id: format!("m{}", self.sent.get()).into(),
            source: "web".into(),
            timestamp: now,
            received_at: now,
            identifiers: who.iter().map(|(namespace, value)| claim(namespace, value, Evidence::Stated)).collect(),
            properties: Fields::default(),
            context: Fields::default(),
            consent: Some(consent(now, &[("site", true)])),
        }
    }

    pub(crate) fn identify(&self, who: &[(&str, &str)], traits: &[(&str, Value)]) -> Event {
        let properties = traits.iter().map(|(name, value)| (*name, value.clone())).collect();
        Event { kind: EventKind::Identify, properties, ..self.event("", who) }
    }

    pub(crate) fn send(&self, events: Vec<Event>) -> Vec<Taken> {
        self.runtime.collect(events).unwrap().wait().unwrap()
    }

    pub(crate) fn track(&self, name: &str, who: &[(&str, &str)]) -> Taken {
        self.send(vec![self.event(name, who)])[0]
    }

    pub(crate) fn read(&self, namespace: &str, value: &str) -> Option<Reading> {
        self.runtime.read(&who(namespace, value)).wait().unwrap()
    }

    pub(crate) fn person(&self, namespace: &str, value: &str) -> Arc<Person> {
        self.read(namespace, value)
            .unwrap_or_else(|| panic!("no person {namespace}:{value} over {} partitions", self.options.partitions))
            .person
    }

    /// The names of all events in a person's history, oldest first.
    pub(crate) fn history(&self, namespace: &str, value: &str) -> Vec<String> {
        let person = self.person(namespace, value);
        let mut names: Vec<_> =
            self.runtime.history(&person, None, 1_000).unwrap().iter().map(|row| row.event.name().to_owned()).collect();
        names.reverse();
        names
    }

    pub(crate) fn segments(&self, namespace: &str, value: &str) -> Vec<String> {
        let Some(reading) = self.read(namespace, value) else { return Vec::new() };
        let name = |number| reading.plan.segments.by_number(number).unwrap().name.to_string();
        reading.person.memberships.members().map(name).collect()
    }

    pub(crate) fn define(&self, segment: &str, condition: &str) {
        let body = serde_json::json!({ "condition": condition });
        let proposal = Proposal::of(Author::program("a test"), Origin::Document);
        let publishing = self.runtime.publish(proposal, |documents| documents.put(Kind::Segment, segment, &body));
        publishing.unwrap().applied.wait().unwrap();
    }

    pub(crate) fn size(&self, segment: &str) -> (u64, bool) {
        let number = self.runtime.plan().segments.by_name(&Name::from(segment)).unwrap().number;
        let tally = self.runtime.size(&[number]).wait().unwrap();
        (tally.matched, tally.incomplete == 0)
    }

    pub(crate) fn advance(&self, by: Span) {
        self.runtime.advance(by).expect("the clock is a test clock").1.wait().unwrap();
    }

    pub(crate) fn erase(&self, namespace: &str, value: &str) -> Option<Reply> {
        self.runtime.erase(&who(namespace, value)).wait().unwrap()
    }

    pub(crate) fn unmerge(&self, namespace: &str, value: &str) -> Option<Reply> {
        self.runtime.unmerge(&who(namespace, value), None).wait().unwrap()
    }
}

fn start(substrate: Arc<dyn Substrate>, now: Timestamp, limits: Limits) -> Runtime {
    let clock = Clock::Test(AtomicI64::new(now.as_millis()));
    Runtime::start(substrate, Settings { owners: 2, clock, seed: 1, limits }).unwrap()
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(START + ms).unwrap()
}

pub(crate) fn who(namespace: &str, value: &str) -> Who {
    Who::Identifier(Identifier { namespace: namespace.into(), value: value.into() })
}

pub(crate) fn claim(namespace: &str, value: &str, evidence: Evidence) -> Claim {
    Claim { identifier: Identifier { namespace: namespace.into(), value: value.into() }, evidence }
}

pub(crate) fn consent(at: Timestamp, choices: &[(&str, bool)]) -> ConsentSignal {
    let choices = choices.iter().map(|(purpose, granted)| (Name::from(*purpose), *granted)).collect();
    let proof = Proof { source: "web".into(), means: Means::Event, wording: None, language: None };
    ConsentSignal { choices, at, until: None, proof }
}

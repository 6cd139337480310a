//! What a census has to know of a person's history: who sent it, whether anything was bought, who was contacted when.

use std::collections::BTreeMap;

use model::{
    event::Event,
    name::{Name, Source},
    time::{Span, Timestamp},
};

use super::contact::Contacts;

/// The event that is a purchase, in the e-commerce vocabulary's words.
pub const PURCHASE: &str = "Order Completed";

/// The history of one person over all sides, as far as a census looks at it. The order of events does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    now: Timestamp,
    sources: BTreeMap<Name<Source>, SourcePast>,
    bought: bool,
    contacts: Contacts,
}

/// What one source sent about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourcePast {
    /// When the latest of it arrived.
    pub last: Timestamp,
    /// How many events arrived in the last 7 days.
    pub week: u64,
    /// How many events arrived in the last 30 days.
    pub month: u64,
}

impl Past {
    /// A history with nothing in it, looked at from `now`.
    pub fn until(now: Timestamp) -> Self {
        Self { now, sources: BTreeMap::new(), bought: false, contacts: Contacts::until(now) }
    }

    /// Takes an event in.
    pub fn note(&mut self, event: &Event) {
        let arrived = event.received_at;
        let within = |days| u64::from(arrived > self.now.minus(Span::DAY.times(days)) && arrived <= self.now);
        let none = SourcePast { last: arrived, week: 0, month: 0 };
        let source = match self.sources.get_mut(&event.source) {
            Some(source) => source,
            None => self.sources.entry(event.source.clone()).or_insert(none),
        };
        source.last = source.last.max(arrived);
        source.week += within(7);
        source.month += within(30);
        self.bought |= event.name() == PURCHASE;
        self.contacts.note(event);
    }

    /// The sources that sent something, in order of name.
    pub fn sources(&self) -> impl Iterator<Item = (&Name<Source>, &SourcePast)> {
        self.sources.iter()
    }

    /// Whether a purchase is kept.
    pub fn bought(&self) -> bool {
        self.bought
    }

    /// When the person was contacted.
    pub fn contacts(&self) -> &Contacts {
        &self.contacts
    }
}

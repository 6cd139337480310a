//! The chronicle of a side: what conditions look at, in the order in which it became known.

use model::event::{BOT, Event};

use crate::set::SegmentSet;

/// A side's history in the order of `received_at`, as far as conditions look at it: events that leave a trail or say
/// something about topics, and those that say traits. An unmerge follows memberships through it once more. Nobody keeps one: it comes with trails
/// that were rebuilt from history, and goes as soon as the person is put back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chronicle(Vec<(Event, u64)>);

impl Chronicle {
    /// Of a side's whole history, in any order: events with their ties.
    pub fn of<'a>(set: &SegmentSet, history: impl IntoIterator<Item = (&'a Event, u64)>) -> Self {
        let matters = |event: &Event| event.tells_traits() || set.keeps(event);
        let history = history.into_iter().filter(|(event, _)| matters(event));
        let mut events: Vec<_> = history.map(|(event, tie)| (without_person(event), tie)).collect();
        events.sort_by_key(|(event, tie)| (event.received_at, event.timestamp, *tie));
        Self(events)
    }

    /// The events with their ties, the first received first. They have no identifiers, and of their context only whether they
    /// are of a bot.
    pub fn into_events(self) -> Vec<(Event, u64)> {
        self.0
    }
}

fn without_person(event: &Event) -> Event {
    Event {
        kind: event.kind.clone(),
        message_id: event.message_id.clone(),
        source: event.source.clone(),
        timestamp: event.timestamp,
        received_at: event.received_at,
        identifiers: Vec::new(),
        properties: event.properties.clone(),
        context: event.context.get(BOT).map(|bot| (BOT, bot.clone())).into_iter().collect(),
        consent: None,
    }
}

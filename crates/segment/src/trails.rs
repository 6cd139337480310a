//! Trails: the past events of one side, cut down to what published conditions look at; and beside them the digest of
//! what they say about topics.

use std::sync::Arc;

use condition::Window;
use model::{event::Event, fact::Occurrence, time::Timestamp, wish::EVIDENCE_REMOVED};

use crate::{
    chronicle::Chronicle,
    interests::{digest::Digest, heard::heard},
    set::SegmentSet,
};

/// The trails of one side, by event name, each in order of (`at`, `tie`), and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trails {
    /// The trails hold all that the needs of this plan revision ask for; see [`SegmentSet::needs_revision`].
    pub revision: u64,
    trails: Vec<(Arc<str>, Vec<Occurrence>)>,
    digest: Digest,
    /// Only of trails that were rebuilt from history just now.
    chronicle: Option<Box<Chronicle>>,
}

impl Trails {
    /// Trails with nothing in them, complete as of a revision: right for a side without history.
    pub fn empty(revision: u64) -> Self {
        Self { revision, ..Self::default() }
    }

    /// Builds from stored entries.
    pub fn from_entries(revision: u64, mut trails: Vec<(Arc<str>, Vec<Occurrence>)>) -> Self {
        trails.sort_by(|a, b| a.0.cmp(&b.0));
        Self { revision, trails, ..Self::default() }
    }

    /// The same with a digest.
    #[must_use]
    pub fn with_digest(self, digest: Digest) -> Self {
        Self { digest, ..self }
    }

    /// Rebuilds all trails from the side's whole history, in any order; with its chronicle.
    pub fn rebuilt<'a>(set: &SegmentSet, history: impl IntoIterator<Item = (&'a Event, u64)>) -> Self {
        let mut trails = Self::empty(set.needs_revision());
        let history = history.into_iter().inspect(|(event, tie)| {
            trails.add(set, event, *tie);
        });
        let chronicle = Chronicle::of(set, history);
        Self { chronicle: Some(Box::new(chronicle)), ..trails }
    }

    /// Whether the chronicle is at hand.
    pub fn has_chronicle(&self) -> bool {
        self.chronicle.is_some()
    }

    /// The chronicle, which is at hand here no more.
    pub fn take_chronicle(&mut self) -> Chronicle {
        self.chronicle.take().map(|chronicle| *chronicle).unwrap_or_default()
    }

    /// Takes an event in that is not in yet. Says which segments may change by what it says about topics, by place.
    pub fn add(&mut self, set: &SegmentSet, event: &Event, tie: u64) -> Vec<usize> {
        self.follow(set, event, tie);
        if event.name() == EVIDENCE_REMOVED {
            return set.looking_at_interests().to_vec();
        }
        let heard = heard(set.interests(), event);
        if heard.is_empty() {
            return Vec::new();
        }
        self.digest.add(&heard, event.timestamp);
        heard.topics().flat_map(|topic| set.looking_at_topic(topic)).copied().collect()
    }

    /// Adds to the trail of the event's name, if some condition asks for one.
    fn follow(&mut self, set: &SegmentSet, event: &Event, tie: u64) {
        let Some((name, need)) = set.need(event.name()) else { return };
        let occurrence = Occurrence { at: event.timestamp, tie, properties: need.project(&event.properties) };
        let trail = match self.trails.binary_search_by(|(key, _)| key.cmp(name)) {
            Ok(place) => &mut self.trails[place].1,
            Err(place) => {
                self.trails.insert(place, (name.clone(), Vec::with_capacity(1)));
                &mut self.trails[place].1
            }
        };
        let place = trail.partition_point(|old| (old.at, old.tie) < (occurrence.at, occurrence.tie));
        if trail.get(place).is_none_or(|old| (old.at, old.tie) != (occurrence.at, occurrence.tie)) {
            trail.insert(place, occurrence);
        }
    }

    /// What the side said about topics.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The trail of one event name.
    pub fn get(&self, event: &str) -> &[Occurrence] {
        match self.trails.binary_search_by(|(key, _)| (**key).cmp(event)) {
            Ok(place) => &self.trails[place].1,
            Err(_) => &[],
        }
    }

    /// All trails in order of event name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(Arc<str>, Vec<Occurrence>)> {
        self.trails.iter()
    }

    /// Drops what no window can reach any more at `now`, and what no condition asks for. Says whether anything went.
    pub fn prune(&mut self, set: &SegmentSet, now: Timestamp) -> bool {
        let mut dropped = false;
        self.trails.retain_mut(|(name, trail)| {
            let keep = match set.need(name) {
                None => trail.len(),
                Some((_, need)) => match need.window {
                    Window::Lifetime => 0,
                    Window::Within(span) => {
                        let oldest = now.minus(span);
                        trail.iter().take_while(|old| old.at <= oldest).count()
                    }
                },
            };
            dropped |= keep > 0;
            trail.drain(..keep);
            !trail.is_empty()
        });
        dropped
    }

    /// Drops what happened before a moment, because it is kept no longer.
    pub fn drop_before(&mut self, moment: Timestamp) {
        self.trails.retain_mut(|(_, trail)| {
            let gone = trail.partition_point(|old| old.at < moment);
            trail.drain(..gone);
            !trail.is_empty()
        });
        self.digest.drop_before(moment);
    }
}

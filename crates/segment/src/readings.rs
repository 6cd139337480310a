//! What models say of one person, since when, and what they said before.

use condition::{Model, Reading};
use model::{journey::Stage, time::Timestamp, trust::Trust};

/// Transitions that are kept of one person and model: the last ones.
pub const TRANSITIONS: usize = 20;

/// What models say of one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readings {
    held: Vec<Held>,
    transitions: Vec<Transition>,
}

/// What one model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The model.
    pub model: Model,
    /// The word that is most probable, and how probable; `None`: the model says nothing.
    pub says: Option<(&'static str, Trust)>,
    /// Since when it says that word, or nothing.
    pub since: Timestamp,
    /// The first moment at which it could say something else with no new event.
    pub valid_until: Option<Timestamp>,
}

/// A model began to say another word. That it says nothing any more is none; what it says next comes from nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// When.
    pub at: Timestamp,
    /// The model.
    pub model: Model,
    /// What it said before; `None`: nothing.
    pub from: Option<&'static str>,
    /// What it says.
    pub to: &'static str,
    /// How probable that was then.
    pub probability: Trust,
}

impl Readings {
    /// Builds from stored parts: at most one of each model, and transitions in the order in which they happened.
    pub fn from_parts(mut held: Vec<Held>, transitions: Vec<Transition>) -> Self {
        held.sort_by_key(|held| held.model);
        held.dedup_by_key(|held| held.model);
        Self { held, transitions }
    }

    /// What each model says, in order of model.
    pub fn iter(&self) -> std::slice::Iter<'_, Held> {
        self.held.iter()
    }

    /// What one model says.
    pub fn get(&self, model: Model) -> Option<&Held> {
        self.held.iter().find(|held| held.model == model)
    }

    /// The transitions that are kept, the oldest first.
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.transitions.is_empty()
    }

    /// What conditions may know of a model.
    pub fn reading(&self, model: Model) -> Option<Reading> {
        let held = self.get(model)?;
        let (word, probability) = held.says?;
        Some(Reading { word, probability, valid_until: held.valid_until })
    }

    /// The first moment at which any of them could say something else with no new event.
    pub(crate) fn valid_until(&self) -> Option<Timestamp> {
        self.held.iter().filter_map(|held| held.valid_until).min()
    }

    /// Notes what a model says now, and until when.
    pub(crate) fn put(
        &mut self,
        model: Model,
        says: Option<(&'static str, Trust)>,
        (now, valid_until): (Timestamp, Option<Timestamp>),
    ) {
        let place = self.held.binary_search_by_key(&model, |held| held.model);
        let was = place.ok().map(|place| self.held[place]);
        let from = was.and_then(|was| was.says).map(|(word, _)| word);
        let to = says.map(|(word, _)| word);
        let since = was.filter(|_| from == to).map_or(now, |was| was.since);
        if let Some((to, probability)) = says.filter(|(to, _)| from != Some(to) && !is_where_all_begin(from, to)) {
            self.transitions.push(Transition { at: now, model, from, to, probability });
            self.forget_the_oldest(model);
        }
        let held = Held { model, says, since, valid_until };
        match place {
            Ok(place) if says.is_none() && valid_until.is_none() => drop(self.held.remove(place)),
            Ok(place) => self.held[place] = held,
            Err(_) if says.is_none() && valid_until.is_none() => {}
            Err(place) => self.held.insert(place, held),
        }
    }

    /// Drops what models say that are not among these; transitions stay.
    pub(crate) fn keep(&mut self, is_kept: impl Fn(Model) -> bool) {
        self.held.retain(|held| is_kept(held.model));
    }

    fn forget_the_oldest(&mut self, model: Model) {
        let of_model = |transition: &Transition| transition.model == model;
        if self.transitions.iter().filter(|transition| of_model(transition)).count() > TRANSITIONS {
            let oldest = self.transitions.iter().position(of_model);
            oldest.map(|place| self.transitions.remove(place));
        }
    }
}

/// Whether a first word is no news: of everybody of whom nothing is known it is said.
fn is_where_all_begin(from: Option<&str>, to: &str) -> bool {
    from.is_none() && to == Stage::Discovery.word()
}

//! Landings: who searched for what, what they were shown, and whether they went straight back to their search.
//!
//! Nothing of a person is in the counts: a keyword is made of words of the shop's own tags.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use decide::{Landed, Scheme};
use model::{
    limits::LANDINGS,
    name::{Content, Name},
    time::{Span, Timestamp},
};

/// Whoever is back at their search so soon found nothing (requirements DEC-11).
pub const RETURN_WITHIN: Span = Span::SECOND.times(10);

/// Somebody's last landing in the visit that is under way, until they go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// When.
    pub at: Timestamp,
    /// What was searched for.
    pub keyword: Arc<str>,
    /// What was shown first in each placement that chooses by it.
    pub contents: BTreeSet<Name<Content>>,
}

impl Landing {
    /// Whether somebody who went back at that moment found nothing.
    pub fn is_bounced_at(&self, at: Timestamp) -> bool {
        (Span::default()..=RETURN_WITHIN).contains(&at.since(self.at))
    }
}

/// How many landed on which content from which keyword, and how many of them went back: at most [`LANDINGS`] pairs.
/// Beyond, the pair with the fewest landings goes, of several the first by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Landings(BTreeMap<(Name<Content>, Arc<str>), Landed>);

/// A content after a keyword, beside what is neutral after the same keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The content.
    pub content: Name<Content>,
    /// What was searched for.
    pub keyword: Arc<str>,
    /// Those who landed on it.
    pub landed: Landed,
    /// Those who landed on what is neutral.
    pub neutral: Landed,
}

impl Compared {
    /// Whether it makes people leave (see [`Landed::exceeds`]).
    pub fn makes_leave(&self) -> bool {
        self.landed.exceeds(self.neutral)
    }
}

impl Landings {
    /// Builds from what is stored.
    pub fn from_entries(entries: impl IntoIterator<Item = ((Name<Content>, Arc<str>), Landed)>) -> Self {
        Self(entries.into_iter().collect())
    }

    /// All pairs, by content, then by keyword.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&(Name<Content>, Arc<str>), &Landed)> {
        self.0.iter()
    }

    /// Adds what another partition counted, whatever the limit.
    pub fn add(&mut self, other: &Self) {
        for (pair, landed) in &other.0 {
            let known = self.0.entry(pair.clone()).or_default();
            *known = known.and(*landed);
        }
    }

    /// What is shown as chosen, each pair beside what is neutral in the placements that choose by keyword.
    pub fn compared(&self, scheme: &Scheme) -> Vec<Compared> {
        let by_keyword = scheme.placements().filter(|placement| scheme.chooses_by_keyword(&placement.name));
        let neutral: BTreeSet<&Name<Content>> =
            by_keyword.flat_map(|placement| &placement.neutral).map(|content| &content.name).collect();
        let mut neutral_of = BTreeMap::<&Arc<str>, Landed>::new();
        for ((_, keyword), landed) in self.0.iter().filter(|((content, _), _)| neutral.contains(content)) {
            let known = neutral_of.entry(keyword).or_default();
            *known = known.and(*landed);
        }
        let chosen = self.0.iter().filter(|((content, _), _)| !neutral.contains(content));
        let compared = chosen.map(|((content, keyword), landed)| Compared {
            content: content.clone(),
            keyword: keyword.clone(),
            landed: *landed,
            neutral: neutral_of.get(keyword).copied().unwrap_or_default(),
        });
        compared.collect()
    }

    /// Counts a landing.
    pub fn shown(&mut self, landing: &Landing) {
        for content in &landing.contents {
            self.0.entry((content.clone(), landing.keyword.clone())).or_default().shown += 1;
        }
        while self.0.len() > LANDINGS {
            let fewest = self.0.iter().min_by_key(|(_, landed)| landed.shown).map(|(pair, _)| pair.clone());
            let Some(fewest) = fewest else { return };
            self.0.remove(&fewest);
        }
    }

    /// Counts that somebody went back from a landing.
    pub fn bounced(&mut self, landing: &Landing) {
        for content in &landing.contents {
            // A pair that was forgotten meanwhile has nobody who could have gone back.
            if let Some(landed) = self.0.get_mut(&(content.clone(), landing.keyword.clone())) {
                landed.bounced = landed.shown.min(landed.bounced + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn landing(content: &str, keyword: &str) -> Landing {
        Landing { at: Timestamp::EPOCH, keyword: keyword.into(), contents: [content.into()].into() }
    }

    #[test]
    fn a_bounce_is_a_return_within_ten_seconds() {
        let back = |ms| landing("a", "rain").is_bounced_at(Timestamp::saturating_from_millis(ms));
        assert!(back(0) && back(10_000) && !back(10_001) && !back(-1));
    }

    #[test]
    fn nobody_goes_back_who_did_not_land() {
        let mut landings = Landings::default();
        landings.bounced(&landing("a", "rain"));
        assert_eq!(landings.iter().len(), 0);
        landings.shown(&landing("a", "rain"));
        landings.bounced(&landing("a", "rain"));
        landings.bounced(&landing("a", "rain"));
        let known: Vec<_> = landings.iter().map(|(_, landed)| *landed).collect();
        assert_eq!(known, [Landed { shown: 1, bounced: 1 }]);
    }

    #[test]
    fn the_limit_holds_and_the_rarest_pair_goes_first() {
        let mut landings = Landings::default();
        for number in 0..LANDINGS {
            landings.shown(&landing(&format!("c{number:05}"), "rain"));
            landings.shown(&landing(&format!("c{number:05}"), "rain"));
        }
        landings.shown(&landing("c00000", "snow"));
        assert_eq!(landings.iter().len(), LANDINGS);
        assert!(landings.iter().all(|((_, keyword), _)| &**keyword == "rain"));
    }
}

//! The personal order: what a person likes, beside what the text says, by a published formula.
//!
//! ```text
//! pull     = interests · Σ strengths of the hit's topics that the person is interested in
//!          + context   · Σ strengths of the hit's topics that suit the moment
//!          + searched  · Σ strengths of past searches · share of their words that the hit has
//!          + price     · strength, if the price is one that the person pays; minus that, if it is not
//! beside   = pull − average pull of all hits
//! liking   = beside / (ease + |beside|)                                        from −1 to 1
//! order by relevance · (1 + most · liking)
//! ```
//!
//! What all hits have in common says nothing about their order, so it cancels out. A hit passes another only if its
//! relevance is more than (1 − most) / (1 + most) of the other's: what is irrelevant stays below, whatever somebody
//! likes. Without tastes every factor is exactly 1, and the order is the neutral one.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::{DocSet, Term, schema::IndexRecordOption};

use crate::{
    error::SearchError,
    found::{Because, Personal, Taste},
    gather::Ranked,
    limits::{QUERY_CHARS, QUERY_WORDS, TASTES},
    snapshot::Snapshot,
    stems::{Language, is_stop_word},
    topic,
    words::chunks,
};

/// What a person likes, as far as it is known and may be used. Strengths are from −1 to 1; others are cut to that.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tastes {
    /// Interests by topic: `("brand:Lowa", 0.4)`.
    pub interests: Vec<(String, f64)>,
    /// Topics that suit the moment, whoever it is: `("tag:rain", 0.5)`.
    pub context: Vec<(String, f64)>,
    /// What was searched for before, and how much it still counts.
    pub searched: Vec<(String, f64)>,
    /// What the person is used to pay.
    pub price: Option<Prices>,
}

/// Prices that a person pays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// The lowest, in cents.
    pub from_cents: u64,
    /// The highest, in cents.
    pub to_cents: u64,
    /// How certain that is, from 0 to 1.
    pub strength: f64,
}

/// How much each kind of taste says, and how much all of them together may.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    /// By what share the relevance of a hit is raised or lowered at most; from 0 to 1.
    pub most: f64,
    /// The sum at which a liking is one half; above 0.
    pub ease: f64,
    /// The weight of interests.
    pub interests: f64,
    /// The weight of what suits the moment.
    pub context: f64,
    /// The weight of past searches.
    pub searched: f64,
    /// The weight of the price.
    pub price: f64,
}

impl Default for Blend {
    /// A hit passes another from 0.43 of its relevance on.
    fn default() -> Self {
        Self { most: 0.4, ease: 0.3, interests: 1.0, context: 0.5, searched: 1.0, price: 0.5 }
    }
}

impl Tastes {
    /// Whether nothing is known: then the order is the neutral one.
    pub fn is_empty(&self) -> bool {
        self.interests.is_empty() && self.context.is_empty() && self.searched.is_empty() && self.price.is_none()
    }
}

impl Blend {
    /// The order of things of some relevance, best first, for somebody to whom each pulls as strongly as `pulls` says:
    /// the places that they have in the arguments. What is equal keeps its order.
    ///
    /// It is the formula of this module by itself, so that lists which no search made are ordered alike.
    pub fn order(&self, relevances: &[f64], pulls: &[f64]) -> Vec<usize> {
        self.order_liked(relevances, &self.likings(pulls))
    }

    /// The same of likings.
    pub(crate) fn order_liked(&self, relevances: &[f64], likings: &[f64]) -> Vec<usize> {
        let worth: Vec<f64> =
            relevances.iter().zip(likings).map(|(relevance, liking)| relevance * self.factor(*liking)).collect();
        let mut order: Vec<usize> = (0..worth.len()).collect();
        order.sort_by(|one, other| worth[*other].total_cmp(&worth[*one]));
        order
    }

    /// From −1 to 1, what each pull says beside the average.
    pub(crate) fn likings(&self, pulls: &[f64]) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "there are few hits")]
        let average = pulls.iter().sum::<f64>() / pulls.len().max(1) as f64;
        let is_even = pulls.iter().all(|pull| *pull == pulls[0]);
        let liking = |pull: &f64| {
            let beside = if is_even { 0.0 } else { pull - average };
            beside / (self.ease.max(f64::MIN_POSITIVE) + beside.abs())
        };
        pulls.iter().map(liking).collect()
    }

    fn factor(&self, liking: f64) -> f64 {
        1.0 + self.most.clamp(0.0, 1.0) * liking
    }
}

/// What speaks for each of some hits.
pub(crate) struct Pulls {
    points: Vec<Vec<Because>>,
    /// The sums.
    pub(crate) pulls: Vec<f64>,
}

impl Pulls {
    /// What is to be said of one of the hits.
    pub(crate) fn personal(&self, at: usize, liking: f64) -> Personal {
        let mut because = self.points[at].clone();
        because.sort_by(|one, other| other.points.abs().total_cmp(&one.points.abs()));
        because.truncate(3);
        Personal { liking, because }
    }
}

impl Snapshot {
    /// What a person's tastes say of hits. Words of the search itself are left out of past searches: every hit has them.
    pub(crate) fn pulls(
        &self,
        hits: &[Ranked],
        tastes: &Tastes,
        blend: &Blend,
        sought: &BTreeSet<String>,
    ) -> Result<Pulls, SearchError> {
        let mut points = vec![Vec::new(); hits.len()];
        self.topics(hits, &tastes.interests, &mut |at, topic, strength| {
            let what = Taste::Interest(topic.to_owned());
            points[at].push(Because { what, points: blend.interests * strength });
        })?;
        self.topics(hits, &tastes.context, &mut |at, topic, strength| {
            let what = Taste::Context(topic.to_owned());
            points[at].push(Because { what, points: blend.context * strength });
        })?;
        for (text, strength) in tastes.searched.iter().take(TASTES) {
            for (at, share) in
                self.shares(hits, text, sought)?.into_iter().enumerate().filter(|(_, share)| *share > 0.0)
            {
                let what = Taste::Searched(text.clone());
                points[at].push(Because { what, points: blend.searched * bounded(*strength) * share });
            }
        }
        if let Some(prices) = &tastes.price {
            for (hit, points) in hits.iter().zip(&mut points) {
                let price = self.columns[hit.place.segment as usize].price.get_val(hit.place.doc);
                let is_paid = (prices.from_cents..=prices.to_cents).contains(&price);
                let strength = if is_paid { bounded(prices.strength) } else { -bounded(prices.strength) };
                points.push(Because { what: Taste::Price, points: blend.price * strength });
            }
        }
        let pulls = points.iter().map(|points| points.iter().map(|because| because.points).sum()).collect();
        Ok(Pulls { points, pulls })
    }

    /// Tells of each hit which of some topics it has.
    fn topics(
        &self,
        hits: &[Ranked],
        tastes: &[(String, f64)],
        tell: &mut dyn FnMut(usize, &str, f64),
    ) -> Result<(), SearchError> {
        for is_main in [true, false] {
            let of_kind = tastes.iter().take(TASTES).filter(|(topic, _)| {
                topic.split_once(':').is_some_and(|(family, _)| topic::is_main(family) == is_main)
            });
            let keys: Vec<(String, &str, f64)> = of_kind
                .filter_map(|(topic, strength)| Some((topic::key_of(topic)?, &**topic, bounded(*strength))))
                .collect();
            if !keys.is_empty() {
                self.topics_of_kind(hits, &keys, tell)?;
            }
        }
        Ok(())
    }

    /// The same of topics that are in one column.
    fn topics_of_kind(
        &self,
        hits: &[Ranked],
        keys: &[(String, &str, f64)],
        tell: &mut dyn FnMut(usize, &str, f64),
    ) -> Result<(), SearchError> {
        for (segment, columns) in self.columns.iter().enumerate() {
            let mut here = hits.iter().enumerate().filter(|(_, hit)| hit.place.segment as usize == segment).peekable();
            if here.peek().is_none() {
                continue;
            }
            let topics = columns.topics(&keys[0].0[..keys[0].0.find(':').unwrap_or(0)]);
            let mut known: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            for (taste, (key, ..)) in keys.iter().enumerate() {
                for number in topics.between(key, &topic::key_end(key))? {
                    known.entry(number).or_default().push(taste);
                }
            }
            if known.is_empty() {
                continue;
            }
            for (at, hit) in here {
                for taste in topics.each(hit.place.doc).filter_map(|topic| known.get(&topic)).flatten() {
                    tell(at, keys[*taste].1, keys[*taste].2);
                }
            }
        }
        Ok(())
    }

    /// Which share of the words of a past search each hit has, in any form and as any synonym of it.
    fn shares(&self, hits: &[Ranked], text: &str, sought: &BTreeSet<String>) -> Result<Vec<f64>, SearchError> {
        let mut shares = vec![0.0; hits.len()];
        let words = self.past_words(text, sought);
        if words.is_empty() {
            return Ok(shares);
        }
        let mut order: Vec<usize> = (0..hits.len()).collect();
        order.sort_unstable_by_key(|at| hits[*at].place);
        for stems in &words {
            let mut has = vec![false; hits.len()];
            for stem in stems {
                self.mark(hits, &order, stem, &mut has)?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a search has few words")]
            let share = 1.0 / words.len() as f64;
            shares.iter_mut().zip(&has).filter(|(_, has)| **has).for_each(|(sum, _)| *sum += share);
        }
        Ok(shares)
    }

    /// The words of a past search, each with all stems that stand for it.
    fn past_words(&self, text: &str, sought: &BTreeSet<String>) -> Vec<Vec<String>> {
        let said = chunks(text, QUERY_CHARS);
        let words: Vec<&str> = said.iter().flat_map(|chunk| &chunk.parts).map(String::as_str).collect();
        let mut past = Vec::new();
        for at in 0..words.len().min(QUERY_WORDS) {
            if is_stop_word(words[at], Language::Any) {
                continue;
            }
            let mut stems = self.stems.of(words[at], Language::Any);
            let synonyms = self.lexicon.synonyms.at(&words[at..=at], Language::Any, &self.stems);
            let others = synonyms.into_iter().flat_map(|(_, found)| found);
            // Of a synonym that is a phrase no single word stands for the whole.
            stems.extend(others.filter(|phrase| !phrase.contains(' ')).flat_map(|phrase| {
                let words = chunks(phrase, QUERY_CHARS).into_iter().flat_map(|chunk| chunk.parts);
                words.flat_map(|word| self.stems.of(&word, Language::Any)).collect::<Vec<_>>()
            }));
            if !stems.iter().any(|stem| sought.contains(stem)) {
                past.push(stems);
            }
        }
        past
    }

    /// Marks the hits that have a stem; `order` is that of their places.
    fn mark(&self, hits: &[Ranked], order: &[usize], stem: &str, has: &mut [bool]) -> Result<(), SearchError> {
        let term = Term::from_field_text(self.fields.text, stem);
        for here in order.chunk_by(|one, other| hits[*one].place.segment == hits[*other].place.segment) {
            let reader = self.searcher.segment_reader(hits[here[0]].place.segment);
            let index = reader.inverted_index(self.fields.text)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            for at in here {
                let doc = hits[*at].place.doc;
                if postings.doc() < doc {
                    postings.seek(doc);
                }
                has[*at] |= postings.doc() == doc;
            }
        }
        Ok(())
    }
}

fn bounded(strength: f64) -> f64 {
    if strength.is_nan() { 0.0 } else { strength.clamp(-1.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_likes_nothing_or_all_alike_sees_the_neutral_order() {
        let relevances = [1.0, 0.9, 0.9, 0.2];
        for pulls in [[0.0; 4], [0.7; 4], [0.1; 4]] {
            assert_eq!(Blend::default().order(&relevances, &pulls), [0, 1, 2, 3]);
        }
    }

    #[test]
    fn liking_lifts_what_is_about_as_relevant_and_nothing_else() {
        let blend = Blend::default();
        let bound = (1.0 - blend.most) / (1.0 + blend.most);
        let strongest = [-1e9, 1e9];
        assert_eq!(blend.order(&[1.0, bound + 0.001], &strongest), [1, 0]);
        assert_eq!(blend.order(&[1.0, bound - 0.001], &strongest), [0, 1]);
    }

    #[test]
    fn strengths_and_shares_out_of_range_are_cut() {
        assert_eq!(bounded(f64::NAN), 0.0);
        assert_eq!(bounded(7.0), 1.0);
        let wild = Blend { most: 9.0, ease: 0.0, ..Blend::default() };
        assert_eq!(wild.order(&[1.0, 0.5], &[0.0, 1.0]), [1, 0]);
        assert_eq!(wild.order(&[], &[]), [0; 0]);
    }
}

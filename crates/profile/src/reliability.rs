//! How reliable a source turns out to be, from agreements, contradictions and corrections over many persons.
//!
//! Whether a statement was right is not known, but how probable that is, given what others said of the same trait at
//! about the same time: by Bayes' rule as in [`crate::trust`]. So each statement that somebody else's word tests counts
//! as so many right ones and so many wrong ones. What nobody else spoke about tests nothing, and neither does what was
//! said in another time: a value that is out of date was not an error.
//!
//! Only words that are sure by themselves test another: those of a correction, of a source that is believed enough to be
//! stated, of several that agree. Of two who are both often wrong nobody can tell which is right, and where they err about
//! the same persons, as files that were bought do, their agreement looks like reliability: of a partner who is right 55
//! times in a hundred, comparing with an old file alone found 88.
//!
//! The reliability as it was defined is worth [`PRIOR_STRENGTH`] tested statements, and the counts are added to that: the
//! mean of a Beta distribution. This is one round of Dawid and Skene ("Maximum Likelihood Estimation of Observer
//! Error-Rates Using the EM Algorithm", Applied Statistics 28, 1979); the next round weighs with what this one found.

use std::collections::BTreeMap;

use model::{
    fact::FactKind,
    name::{Name, Source},
    schema::TraitRules,
    time::{Span, Timestamp},
};

use crate::trust::{Role, Weighed, is_same};

/// How many tested statements the defined reliability is worth.
pub const PRIOR_STRENGTH: f64 = 200.0;

/// Two statements are of one time if no more than this part of the trait's half-life is between them.
const PART_OF_HALF_LIFE: i64 = 8;

/// How sure the others must be of a value to test one more.
const SURE: f64 = 0.9;

/// No source is believed less or more than this, as in [`crate::trust`].
const LEAST: f64 = 0.001;
const MOST: f64 = 0.999;

/// Statements of one source that the words of others could test.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// How many of them were right, as far as can be known.
    pub right: f64,
    /// How many were wrong.
    pub wrong: f64,
}

impl Tally {
    /// How reliable the source is, where it was defined as `defined`: from 0 to 1.
    pub fn reliability(&self, defined: f64) -> f64 {
        (defined * PRIOR_STRENGTH + self.right) / (PRIOR_STRENGTH + self.right + self.wrong)
    }
}

/// The tallies of all sources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tallies(BTreeMap<Name<Source>, Tally>);

impl Tallies {
    /// The tally of a source.
    pub fn of(&self, source: &Name<Source>) -> Tally {
        self.0.get(source).copied().unwrap_or_default()
    }

    /// Adds what was tallied elsewhere.
    pub fn merge(&mut self, other: &Self) {
        for (source, tally) in &other.0 {
            let known = self.0.entry(source.clone()).or_default();
            known.right += tally.right;
            known.wrong += tally.wrong;
        }
    }

    /// Takes in what was said of one trait of one person, as [`crate::trust::explain`] weighed it, where `believed` says
    /// how far each source is believed now.
    ///
    /// What a correction ended is tested by the correction. What was inferred neither tests nor is tested, because it
    /// follows from what others said; nor what is doubted, which a detector found out and no other source.
    pub fn add(&mut self, weighed: &[Weighed<'_>], rules: &TraitRules, believed: impl Fn(&Name<Source>) -> f64) {
        let said: Vec<_> = weighed.iter().filter(|one| speaks(one)).collect();
        if said.len() < 2 {
            return;
        }
        let alternatives = rules.holds.alternatives().max(said.len()) as f64;
        for one in &said {
            let of_its_time = said.iter().filter(|other| is_of_one_time(one.said.as_of, other.said.as_of, rules));
            let voices: Vec<_> = of_its_time.copied().collect();
            // A correction is asked for what it ends, also where the same form sent both.
            let others: Vec<_> = voices.iter().filter(|other| !is_one_voice(one, other)).copied().collect();
            if one.said.kind == FactKind::Corrected || !are_sure(&others, alternatives, rules, &believed) {
                continue;
            }
            let right = probability(one, &voices, alternatives, rules, &believed);
            let tally = self.0.entry(one.said.source.clone()).or_default();
            tally.right += right;
            tally.wrong += 1.0 - right;
        }
    }
}

/// Whether it tests others and is tested.
fn speaks(one: &Weighed<'_>) -> bool {
    let is_known = matches!(one.role, Role::Counts | Role::Outweighed | Role::Ended);
    is_known && one.doubt.is_none() && one.said.kind > FactKind::Inferred
}

fn is_one_voice(one: &Weighed<'_>, other: &Weighed<'_>) -> bool {
    let corrects = |word: &Weighed<'_>| word.said.kind == FactKind::Corrected;
    one.said.source == other.said.source && corrects(one) == corrects(other)
}

fn is_of_one_time(a: Timestamp, b: Timestamp, rules: &TraitRules) -> bool {
    let between = Span::from_millis(a.since(b).as_millis().abs());
    rules.half_life.is_none_or(|half_life| between.times(PART_OF_HALF_LIFE) <= half_life)
}

/// Whether voices know by themselves which value is right.
fn are_sure(
    voices: &[&Weighed<'_>],
    alternatives: f64,
    rules: &TraitRules,
    believed: &impl Fn(&Name<Source>) -> f64,
) -> bool {
    let is_known = |voice: &Weighed<'_>| probability(voice, voices, alternatives, rules, believed) >= SURE;
    voices.iter().any(|voice| voice.said.kind == FactKind::Corrected) || voices.iter().any(|voice| is_known(voice))
}

/// How probable it is that one of several voices was right.
fn probability(
    one: &Weighed<'_>,
    voices: &[&Weighed<'_>],
    alternatives: f64,
    rules: &TraitRules,
    believed: &impl Fn(&Name<Source>) -> f64,
) -> f64 {
    // What each value's likelihood is, in that of a value that nobody says.
    let mut values: Vec<(&Weighed<'_>, f64)> = Vec::with_capacity(voices.len());
    for voice in voices {
        let reliability = believed(&voice.said.source).clamp(LEAST, MOST);
        let ratio = reliability * (alternatives - 1.0) / (1.0 - reliability);
        match values.iter_mut().find(|(first, _)| is_same(rules, &first.said.value, &voice.said.value)) {
            Some((_, likelihood)) => *likelihood *= ratio,
            None => values.push((voice, ratio)),
        }
    }
    let all: f64 = values.iter().map(|(_, likelihood)| likelihood).sum();
    let its = values.iter().find(|(first, _)| is_same(rules, &first.said.value, &one.said.value));
    its.map_or(0.0, |(_, likelihood)| *likelihood) / (all + alternatives - values.len() as f64)
}

#[cfg(test)]
mod tests {
    use model::{fact::TraitValue, schema::TraitType, trust::Trust, value::Value};

    use super::*;
    use crate::chance::Chance;

    const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

    fn said(source: &str, days_ago: i64, value: i64) -> TraitValue {
        TraitValue {
            value: Value::Int(value),
            as_of: NOW.minus(Span::DAY.times(days_ago)),
            source: source.into(),
            kind: FactKind::Declared,
        }
    }

    fn weighed(said: &TraitValue) -> Weighed<'_> {
        let role = Role::Counts;
        Weighed { said, role, alone: Trust::CERTAIN, doubt: None, trust: None }
    }

    fn rules() -> TraitRules {
        TraitRules::usual("size", TraitType::Int)
    }

    /// Takes in cases with everybody believed by 0.95, but panels by 0.6; right and wrong of each of these sources.
    fn tallied(cases: &[Vec<Weighed<'_>>], sources: &[&str]) -> Vec<(f64, f64)> {
        let mut tallies = Tallies::default();
        let believed = |source: &Name<Source>| if source.as_str().starts_with("panel") { 0.6 } else { 0.95 };
        cases.iter().for_each(|case| tallies.add(case, &rules(), believed));
        let round = |number: f64| (number * 100.0).round() / 100.0;
        let of = |source: &&str| {
            let Tally { right, wrong } = tallies.of(&(*source).into());
            (round(right), round(wrong))
        };
        sources.iter().map(of).collect()
    }

    #[test]
    fn agreement_speaks_for_both_and_contradiction_against_both() {
        let (web, till) = (said("web", 0, 38), said("till", 0, 38));
        assert_eq!(tallied(&[vec![weighed(&web), weighed(&till)]], &["web", "till"]), [(1.0, 0.0), (1.0, 0.0)]);
        let other = said("till", 0, 39);
        assert_eq!(tallied(&[vec![weighed(&web), weighed(&other)]], &["web", "till"]), [(0.49, 0.51), (0.49, 0.51)]);
    }

    #[test]
    fn what_nobody_else_speaks_about_tests_nothing() {
        let (alone, later) = (said("web", 0, 38), said("till", 300, 39));
        let inferred = TraitValue { kind: FactKind::Inferred, ..said("model", 0, 39) };
        for case in
            [vec![weighed(&alone)], vec![weighed(&alone), weighed(&later)], vec![weighed(&alone), weighed(&inferred)]]
        {
            assert_eq!(tallied(&[case], &["web", "till", "model"]), [(0.0, 0.0); 3]);
        }
    }

    #[test]
    fn who_is_often_wrong_tests_nobody_alone() {
        let (panel, other, web) = (said("panel", 0, 38), said("panel-2", 0, 38), said("web", 0, 38));
        assert_eq!(tallied(&[vec![weighed(&panel), weighed(&other)]], &["panel", "panel-2"]), [(0.0, 0.0); 2]);
        let found = tallied(&[vec![weighed(&panel), weighed(&web)]], &["panel", "web"]);
        assert_eq!(found, [(1.0, 0.0), (0.0, 0.0)], "the sure one tests the other, and is not tested by it");
        let found = tallied(&[vec![weighed(&panel), weighed(&other), weighed(&web)]], &["panel", "panel-2", "web"]);
        assert_eq!(found, [(1.0, 0.0); 3], "two that agree are sure together");
    }

    #[test]
    fn a_correction_tests_what_it_ended_whoever_sent_it() {
        let (web, till) = (said("web", 3, 38), said("till", 2, 39));
        let correction = TraitValue { kind: FactKind::Corrected, ..said("web", 0, 39) };
        let ended = |said| Weighed { role: Role::Ended, ..weighed(said) };
        let case = vec![weighed(&correction), ended(&web), ended(&till)];
        let [web, till] = tallied(&[case], &["web", "till"])[..] else { panic!("two were asked for") };
        assert!(web.1 > 0.9 && till.0 > 0.9, "{web:?} {till:?}");
    }

    /// Three sources that were all defined as 0.8, and are not.
    #[test]
    fn rounds_find_how_reliable_sources_are() {
        let sources = [("crm", 0.97), ("web", 0.85), ("panel", 0.55)];
        let mut chance = Chance(7);
        let cases: Vec<Vec<TraitValue>> = (0..8_000)
            .map(|_| {
                let truth = (chance.next() % 10) as i64;
                let tell = |(name, reliability): &(&str, f64)| {
                    let miss = (truth + 1 + (chance.next() % 9) as i64) % 10;
                    said(name, 0, if chance.share() < *reliability { truth } else { miss })
                };
                sources.iter().map(tell).collect()
            })
            .collect();
        let mut believed: BTreeMap<Name<Source>, f64> = sources.iter().map(|(name, _)| ((*name).into(), 0.8)).collect();
        for _ in 0..6 {
            let mut tallies = Tallies::default();
            for case in &cases {
                let case: Vec<_> = case.iter().map(weighed).collect();
                tallies.add(&case, &rules(), |source| believed[source]);
            }
            believed = believed.keys().map(|name| (name.clone(), tallies.of(name).reliability(0.8))).collect();
        }
        for (name, reliability) in sources {
            let found = believed[&Name::from(name)];
            println!("{name}: defined 0.8, true {reliability}, found {found:.3}");
            // What is worth 200 statements pulls at 8,000 of them, in each round anew.
            assert!((found - reliability).abs() < 0.025, "{name}: {found}");
        }
    }
}

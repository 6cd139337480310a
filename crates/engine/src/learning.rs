//! What is learned over all persons: how reliable a source turned out to be, and what makes people leave.
//!
//! Nothing here acts by itself. What was learned is published like a definition, so that every judgement still rests on
//! a person's own facts and the plan (docs/decisions/0009).

use std::collections::{BTreeMap, BTreeSet};

use ledger::landing::{Compared, Landings};
use model::{
    name::{Name, Source},
    schema::{TraitRules, TraitType},
    time::Timestamp,
};
use profile::reliability::Tallies;

use crate::{person::Person, plan::Plan, state::Core, trust};

/// Statements that others must have tested before anything is said of a source.
pub const LEAST_TESTED: f64 = 50.0;

/// By how much, in thousandths, a source must turn out to be better or worse than it is believed. Less is noise, and
/// every publication costs a look at all segments over traits.
pub const LEAST_CHANGE_PERMILLE: u16 = 10;

/// What a look at everybody taught.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lessons {
    voices: Tallies,
    landings: Landings,
}

/// How reliable a source turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The source.
    pub source: Name<Source>,
    /// As it was defined, in thousandths.
    pub defined_permille: u16,
    /// As it was found, in thousandths.
    pub found_permille: u16,
    /// Statements of it that others tested.
    pub tested: u64,
}

impl Lessons {
    /// Takes in what was said of a person.
    pub fn tally(&mut self, plan: &Plan, person: &Person, now: Timestamp) {
        let traits = || person.sides.iter().flat_map(|side| side.facts.traits.iter());
        let mut told = BTreeMap::new();
        traits().for_each(|(name, values)| *told.entry(name).or_insert(0) += values.len());
        // What one voice said alone tests nothing.
        for name in told.into_iter().filter(|(_, values)| *values > 1).map(|(name, _)| name) {
            let usual = || TraitRules::usual(name.as_str(), TraitType::Any);
            let rules = plan.schema.get(name.as_str()).cloned().unwrap_or_else(usual);
            let weighed = trust::Trait { plan, person, name: name.as_str(), now }.explained(|_| true);
            let believed = |source: &Name<Source>| plan.sources.get(source).map_or(0.0, |rules| rules.reliability());
            self.voices.add(&weighed, &rules, believed);
        }
    }

    /// Takes in what a partition counts beside its profiles.
    pub fn tally_core(&mut self, core: &Core) {
        self.landings.add(&core.landings);
    }

    /// Adds what was learned elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.voices.merge(&other.voices);
        self.landings.add(&other.landings);
    }

    /// The sources that turned out to be other than they are believed, in order of name. `defined` says how reliable
    /// each was defined, in thousandths: what was found before is not evidence.
    pub fn found(&self, plan: &Plan, defined: &BTreeMap<Name<Source>, u16>) -> Vec<Found> {
        let found = defined.iter().filter_map(|(source, defined_permille)| {
            let tally = self.voices.of(source);
            let tested = tally.right + tally.wrong;
            let found = tally.reliability(f64::from(*defined_permille) / 1_000.0);
            let found_permille = (found * 1_000.0).round() as u16;
            let believed = plan.sources.get(source)?.reliability_permille;
            let differs = found_permille.abs_diff(believed) >= LEAST_CHANGE_PERMILLE && tested >= LEAST_TESTED;
            let (defined_permille, tested) = (*defined_permille, tested.round() as u64);
            differs.then(|| Found { source: source.clone(), defined_permille, found_permille, tested })
        });
        found.collect()
    }

    /// Contents that make those leave who searched for a keyword, and that are not withdrawn for it yet.
    pub fn make_leave(&self, plan: &Plan) -> Vec<Compared> {
        let withdrawn: BTreeSet<_> =
            plan.decisions.rules().withdrawn.iter().map(|(content, keyword)| (content, keyword)).collect();
        let compared = self.landings.compared(&plan.decisions).into_iter();
        let is_new = |pair: &Compared| !withdrawn.contains(&(&pair.content, &pair.keyword));
        let is_there = |pair: &Compared| plan.decisions.content(pair.content.as_str()).is_some();
        compared.filter(|pair| pair.makes_leave() && is_new(pair) && is_there(pair)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{
        fact::{FactKind, TraitValue},
        id::{Id, ProfileId},
        partition::Partition,
        source::{LegalBasis, Party, SourceRules},
        value::Value,
    };
    use profile::traits::Traits;

    use super::*;

    fn plan() -> Plan {
        let source = |name: &str, reliability_permille| SourceRules {
            name: name.into(),
            reliability_permille,
            basis: LegalBasis::Consent { any_of: Vec::new() },
            kind: FactKind::Declared,
            trusted: false,
            party: Party::First,
        };
        let sources = [("crm", 900), ("till", 950), ("web", 920)];
        let sources = sources.map(|(name, permille)| (Name::from(name), source(name, permille)));
        Plan { sources: sources.into(), ..Plan::default() }
    }

    /// Somebody of whom these sources say a size.
    fn told(plan: &Plan, number: u32, said: &[(&str, i64)]) -> Person {
        let now = Timestamp::EPOCH;
        let mut person = Person::new(ProfileId::mint(Partition(0), number, 0), Id::from_bits(1), now, plan);
        let traits: &mut Traits = Arc::make_mut(&mut person.sides[0].facts.traits);
        for (source, size) in said {
            let value =
                TraitValue { value: Value::Int(*size), as_of: now, source: (*source).into(), kind: FactKind::Declared };
            traits.record(&"size".into(), value);
        }
        person
    }

    #[test]
    fn a_source_that_the_others_contradict_is_found_out() {
        let plan = plan();
        let (mut lessons, mut half) = (Lessons::default(), Lessons::default());
        for number in 0..200 {
            // In one case of four the CRM says another size than the two others.
            let wrong = i64::from(number % 4 == 0);
            let person = told(&plan, number, &[("crm", 38 + wrong), ("till", 38), ("web", 38)]);
            let lessons = if number < 100 { &mut lessons } else { &mut half };
            lessons.tally(&plan, &person, Timestamp::EPOCH);
        }
        lessons.merge(&half);
        let defined = plan.sources.iter().map(|(name, rules)| (name.clone(), rules.reliability_permille)).collect();
        let found = lessons.found(&plan, &defined);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].found_permille < 850 && found[0].tested == 200, "{found:?}");
        assert!(found[1..].iter().all(|found| found.found_permille > found.defined_permille), "{found:?}");
    }

    #[test]
    fn few_tested_statements_and_small_differences_say_nothing() {
        let plan = plan();
        let defined = plan.sources.iter().map(|(name, rules)| (name.clone(), rules.reliability_permille)).collect();
        let mut lessons = Lessons::default();
        for number in 0..49 {
            lessons.tally(&plan, &told(&plan, number, &[("crm", 1), ("till", 2)]), Timestamp::EPOCH);
        }
        assert_eq!(lessons.found(&plan, &defined), []);
        let mut alone = Lessons::default();
        for number in 0..400 {
            alone.tally(&plan, &told(&plan, number, &[("crm", 1)]), Timestamp::EPOCH);
        }
        assert_eq!(alone, Lessons::default());
    }
}

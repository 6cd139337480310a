//! Whether values with trust 0.8 are true 80 times in a hundred: many known cases, from a fixed seed.

use model::{
    fact::FactKind,
    schema::TraitType,
    source::{LegalBasis, Party},
};

use super::*;
use crate::chance::Chance;

const CASES: usize = 20_000;
const HALF_LIFE_DAYS: f64 = 300.0;
const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

/// The truth of one trait of one person, day by day from 1,000 days ago until now.
fn lived(chance: &mut Chance, alternatives: usize) -> Vec<usize> {
    let changes = 1.0 - libm::exp2(-1.0 / HALF_LIFE_DAYS);
    let mut truth = chance.one_of(alternatives);
    let mut days = vec![truth];
    for _ in 0..1_000 {
        if chance.share() < changes {
            truth = chance.one_of(alternatives);
        }
        days.push(truth);
    }
    days
}

fn source(place: usize) -> SourceRules {
    SourceRules {
        name: format!("s{place}").into(),
        reliability_permille: [950, 920, 800, 600, 450][place],
        basis: LegalBasis::Consent { any_of: Vec::new() },
        kind: FactKind::Declared,
        trusted: false,
        party: Party::First,
    }
}

/// What some of the sources said of it, on some days; a source errs towards any of the other values.
fn heard(chance: &mut Chance, truth: &[usize], alternatives: usize) -> Vec<(TraitValue, SourceRules)> {
    let mut all = Vec::new();
    for place in 0..5 {
        let rules = source(place);
        if chance.share() > 0.4 {
            continue;
        }
        let longest = if chance.share() < 0.5 { 30 } else { 1_000 };
        let days_ago = chance.one_of(longest);
        let true_then = truth[1_000 - days_ago];
        let value = if chance.share() < rules.reliability() {
            true_then
        } else {
            (true_then + 1 + chance.one_of(alternatives - 1)) % alternatives
        };
        let said = TraitValue {
            value: Value::Int(value as i64),
            as_of: NOW.minus(Span::DAY.times(days_ago as i64)),
            source: rules.name.clone(),
            kind: FactKind::Declared,
        };
        all.push((said, rules));
    }
    all
}

/// Predicted and true, by tenths of the prediction: how many, sum of trust, how many true.
fn bins(holds: &TraitType) -> [(usize, f64, usize); 10] {
    let half_life = Some(Span::from_millis((HALF_LIFE_DAYS * Span::DAY.as_millis() as f64) as i64));
    let rules = TraitRules { holds: holds.clone(), purpose: None, meaning: None, half_life };
    let own = Own::default();
    let ground = Ground { rules: &rules, own: &own, floors: Floors::default(), now: NOW };
    let mut chance = Chance(20_260_302);
    let mut bins = [(0, 0.0, 0); 10];
    for _ in 0..CASES {
        let truth = lived(&mut chance, holds.alternatives());
        let heard = heard(&mut chance, &truth, holds.alternatives());
        let said = heard.iter().map(|(said, rules)| Statement { said, source: Some(rules), shared: SharedBy::Few });
        let Some(judgement) = believe(said, [], &ground) else { continue };
        let bin = &mut bins[((judgement.trust.get() * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += judgement.trust.get();
        bin.2 += usize::from(judgement.value.value == Value::Int(truth[1_000] as i64));
    }
    bins
}

#[test]
fn a_trust_of_80_percent_is_true_80_times_in_a_hundred() {
    let choices = TraitType::OneOf((0..4).map(|choice| choice.to_string()).collect());
    for holds in [TraitType::Int, choices, TraitType::Bool] {
        let bins = bins(&holds);
        let cases: usize = bins.iter().map(|bin| bin.0).sum();
        println!("{}: {cases} cases", holds.word());
        let mut error = 0.0;
        for (count, trust, right) in bins.iter().filter(|bin| bin.0 > 0) {
            let (predicted, found) = (trust / *count as f64, *right as f64 / *count as f64);
            println!("  trust {predicted:.3}: true {found:.3} of {count}");
            error += (predicted - found).abs() * *count as f64 / cases as f64;
            assert!((predicted - found).abs() < 0.03 || *count < 1_000, "trust {predicted:.3}, true {found:.3}");
        }
        println!("  expected calibration error {error:.4}");
        assert!(cases > CASES / 2 && error < 0.02, "{error}");
    }
}

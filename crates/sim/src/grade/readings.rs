//! Stage, intent and engagement: what the product said at a moment, beside what was true.

use std::collections::{BTreeMap, BTreeSet};

use api::wire::{measure::ProfileTransition, profile::ProfileAnswer};

use model::time::Span;

use super::{
    Asking, Row, Watch,
    sample::Known,
    watch::{Reading, engagement_day},
};
use crate::{
    bundle::{self, BundleError, VisitLine},
    run::SimError,
};

/// Readings below which nothing can be said.
const ENOUGH: u64 = 1_000;
/// Of engaged people, and of those who are not.
const ENOUGH_ENGAGED: u64 = 50;
/// Transitions of a model that a profile keeps.
const KEPT: usize = 20;
/// The stage of which no transition tells: of everybody of whom nothing is known it is said.
const BEGINS: &str = "discovery";

pub(super) fn rows(watch: &Watch, people: &[Known]) -> Vec<Row> {
    let row = |check, readings: &[Reading], mark, least: f64| {
        let (right, all) = (readings.iter().filter(|one| is_right(one)).count(), readings.len());
        let share = right as f64 / all.max(1) as f64;
        let found = format!("{share:.3} of {all}; {}", confusions(readings));
        Row::new("Stage, intent", check, found, mark, share >= least).more(share).unless_below(all as u64, ENOUGH)
    };
    vec![
        row("stage, accuracy", &watch.stages, "≥ 0.75", 0.75),
        transitions(people),
        row("intent, accuracy", &watch.intents, "≥ 0.60", 0.60),
    ]
}

/// Every stage that a profile came to stand in is among its transitions: they lead from where everybody begins to where
/// it stands, without a gap.
fn transitions(people: &[Known]) -> Row {
    let staged = people.iter().flat_map(|known| &known.profiles).filter(|(profile, _)| profile.stage.is_some());
    let (mut cases, mut changes, mut wrong, mut first) = (0u64, 0, 0u64, None::<String>);
    for (profile, _) in staged {
        let told: Vec<_> = profile.transitions.iter().filter(|one| one.model == "stage").collect();
        cases += 1;
        changes += told.len();
        if !hangs_together(profile, &told) {
            wrong += 1;
            first.get_or_insert_with(|| format!(", first {:?} of {}", told, profile.id));
        }
    }
    let first = first.unwrap_or_default();
    let found = format!("{wrong} of {cases} profiles lack one of {changes}{first}");
    Row::new("Stage, intent", "stage, every transition logged", found, "0", wrong == 0)
        .less(wrong as f64)
        .unless_below(cases, 1)
}

fn hangs_together(profile: &ProfileAnswer, told: &[&ProfileTransition]) -> bool {
    let word = profile.stage.as_ref().map_or(BEGINS, |stage| stage.word.as_str());
    let Some((first, last)) = told.first().zip(told.last()) else { return word == BEGINS };
    let begins = told.len() >= KEPT || first.from.as_deref().is_none_or(|from| from == BEGINS);
    let follow = told.windows(2).all(|pair| pair[1].from.as_deref() == Some(pair[0].to.as_str()));
    begins && follow && last.to == word
}

/// Does a score of engagement, which knows no opened mails, tell who truly had to do with the shop within a month from
/// who had not?
pub(super) fn engagement(asking: &Asking<'_>, watch: &Watch) -> Result<Row, SimError> {
    let there = was_there(asking)?;
    let (active, dormant): (Vec<_>, Vec<_>) = watch.engagement.iter().partition(|(person, _)| there.contains(person));
    let area = area_under_curve(&points(&active), &points(&dormant));
    let found = format!("{area:.3} over {} active and {} dormant", active.len(), dormant.len());
    let cases = active.len().min(dormant.len()) as u64;
    Ok(Row::new("Stage, intent", "engagement, area under the curve", found, "≥ 0.80", area >= 0.80)
        .more(area)
        .unless_below(cases, ENOUGH_ENGAGED))
}

fn points(of: &[(u32, f64)]) -> Vec<f64> {
    let mut points: Vec<f64> = of.iter().map(|(_, points)| *points).collect();
    points.sort_by(f64::total_cmp);
    points
}

/// Who visited in the month before engagement was read, on whatever device, known or not.
fn was_there(asking: &Asking<'_>) -> Result<BTreeSet<u32>, BundleError> {
    let until = asking.world.calendar.at(engagement_day(asking.world), 0);
    let from = until.minus(Span::DAY.times(30));
    let mut there = BTreeSet::new();
    bundle::read(asking.bundle, "visits", |visit: VisitLine| {
        if (from.as_millis()..until.as_millis()).contains(&visit.begins_ms) {
            there.insert(visit.person);
        }
    })?;
    Ok(there)
}

/// The chance that one of the first has more points than one of the others, ties counted half (Mann and Whitney, 1947).
/// Both are sorted.
fn area_under_curve(first: &[f64], others: &[f64]) -> f64 {
    let above = |points: &f64| {
        let less = others.partition_point(|other| other < points);
        let equal = others.partition_point(|other| other <= points) - less;
        less as f64 + 0.5 * equal as f64
    };
    first.iter().map(above).sum::<f64>() / (first.len() * others.len()).max(1) as f64
}

fn is_right(reading: &Reading) -> bool {
    reading.said.as_deref() == Some(reading.truth)
}

/// The most frequent mistakes, for whoever wants to mend them.
fn confusions(readings: &[Reading]) -> String {
    let mut wrong: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for reading in readings.iter().filter(|one| !is_right(one)) {
        *wrong.entry((reading.truth, reading.said.as_deref().unwrap_or("nothing"))).or_default() += 1;
    }
    let mut wrong: Vec<_> = wrong.into_iter().collect();
    wrong.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words = wrong.iter().take(3).map(|((truth, said), count)| format!("{truth} taken for {said} {count}×"));
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_chance_to_stand_higher() {
        assert!((area_under_curve(&[2.0, 3.0], &[0.0, 1.0]) - 1.0).abs() < 1e-9);
        assert!((area_under_curve(&[0.0, 1.0], &[2.0, 3.0])).abs() < 1e-9);
        assert!((area_under_curve(&[1.0, 3.0], &[1.0, 2.0]) - 0.625).abs() < 1e-9);
    }
}

//! Stage and intent: what the product said as a visit ended, beside what was true.

use std::collections::BTreeMap;

use super::{Row, Watch, watch::Reading};

/// Readings below which nothing can be said.
const ENOUGH: u64 = 1_000;

pub(super) fn rows(watch: &Watch) -> Vec<Row> {
    let row = |check, readings: &[Reading], mark, least: f64| {
        let (right, all) = (readings.iter().filter(|one| is_right(one)).count(), readings.len());
        let share = right as f64 / all.max(1) as f64;
        let found = format!("{share:.3} of {all}; {}", confusions(readings));
        Row::new("Stage, intent", check, found, mark, share >= least).unless_below(all as u64, ENOUGH)
    };
    vec![row("stage, accuracy", &watch.stages, "≥ 0.75", 0.75), row("intent, accuracy", &watch.intents, "≥ 0.60", 0.60)]
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

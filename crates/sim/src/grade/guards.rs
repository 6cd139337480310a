//! Guards: what must never happen, counted.

use std::collections::BTreeMap;

use api::wire::decision::DecisionRecord;
use model::time::{Span, Timestamp};

use super::{
    Asking, Row, Watch,
    judge::{Guarded, Judge, Tally},
    sample::Known,
};
use crate::{door::DoorError, run::SimError};

/// The budget of intrusion (requirements D7): points, and the window.
const BUDGET: u64 = 10;
const WINDOW: Span = Span::DAY.times(7);

pub(super) async fn rows(asking: &Asking<'_>, watch: &Watch, people: &[Known]) -> Result<Vec<Row>, SimError> {
    let mut guards = watch.guards.clone();
    let (mut minors, judge) = (Guarded::default(), Judge::of(asking.world));
    for record in people.iter().flat_map(|known| &known.as_minor) {
        let tell = || format!("{:?} at {}", record.decision.id, api::time::write(record.at.0));
        minors.count(judge.is_personal(&record.decision), tell);
    }
    guards.insert("minors", minors);
    let unworthy = guards.remove(UNWORTHY).unwrap_or_default();
    let mut rows = rows_of("Guards", &guards);
    rows.push(silence(watch, &unworthy));
    rows.push(budget(asking, watch).await?);
    rows.push(one_purchase(people));
    Ok(rows)
}

/// The guard that nothing is shown that is not worth it.
pub(super) const UNWORTHY: &str = "unworthy";

/// A row for each guard.
pub(super) fn rows_of(area: &'static str, guards: &Tally) -> Vec<Row> {
    guards.iter().map(|(name, guarded)| row(area, name, guarded)).collect()
}

fn row(area: &'static str, check: &'static str, Guarded { cases, violations, first }: &Guarded) -> Row {
    let first = first.as_ref().map(|first| format!(", first {first}")).unwrap_or_default();
    let found = format!("{violations} in {cases} cases{first}");
    Row::new(area, check, found, "0", *violations == 0).less(*violations as f64).unless_below(*cases, 1)
}

/// The share of decisions that stay neutral because no gain is estimated; and nothing without one is shown (requirements
/// SEG-13).
fn silence(watch: &Watch, Guarded { cases, violations, .. }: &Guarded) -> Row {
    let all: u64 = watch.reasons.values().sum();
    let silent = watch.reasons.get("ABSTAIN").copied().unwrap_or(0);
    let share = silent as f64 / all.max(1) as f64;
    let found =
        format!("{:.1} % of {all} decisions; {violations} of {cases} showings had no estimated gain", 100.0 * share);
    Row::new("Guards", "no gain estimated: left neutral", found, "share shown; 0", *violations == 0)
        .more(share)
        .unless_below(all, 1)
}

/// Points of intrusion of those whose decisions were followed: no 7 days may have more than the budget.
async fn budget(asking: &Asking<'_>, watch: &Watch) -> Result<Row, SimError> {
    // Two devices of one person share a budget, so by profile: the record says whom it was about only by its unit.
    let mut spent: BTreeMap<String, Vec<(Timestamp, u64)>> = BTreeMap::new();
    for (_, at, id) in &watch.decisions {
        let path = format!("/v1/decisions/{id}");
        let record: DecisionRecord = match asking.door.ask("GET", &path, asking.secret, None::<&()>).await {
            Ok(record) => record,
            // Taken away with a merge that was taken back, or with the person.
            Err(DoorError::Refused { status: 404 | 410, .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let Some(grounds) = record.decision.grounds else { continue };
        let Some(unit) = grounds.unit else { continue };
        spent.entry(unit).or_default().push((*at, u64::from(grounds.points)));
    }
    Ok(row("Guards", "budget of intrusion", &overspent(&spent)))
}

/// By unit, when how many points were spent: no window of seven days may have more than the budget.
pub(super) fn overspent(spent: &BTreeMap<String, Vec<(Timestamp, u64)>>) -> Guarded {
    let mut guarded = Guarded::default();
    for (unit, decisions) in spent {
        for (at, _) in decisions {
            let window = decisions.iter().filter(|(other, _)| *other <= *at && at.since(*other) < WINDOW);
            let points = window.map(|(_, points)| points).sum::<u64>();
            guarded.count(points > BUDGET, || format!("{points} points of {unit} at {}", api::time::write(*at)));
        }
    }
    guarded
}

/// A lasting interest rests on two days or on a word of the person (requirements D3).
fn one_purchase(people: &[Known]) -> Row {
    let interests = people.iter().flat_map(|known| &known.profiles).flat_map(|(profile, _)| &profile.interests);
    let mut guarded = Guarded::default();
    for interest in interests {
        let is_grounded = interest.days.len() >= 2 || interest.said.is_some();
        guarded.count(interest.standing == "lasting" && !is_grounded, || interest.topic.clone());
    }
    row("Guards", "one purchase is no taste", &guarded)
}

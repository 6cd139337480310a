//! Guards: what must never happen, counted.

use std::collections::BTreeMap;

use api::wire::decision::DecisionRecord;
use model::time::{Span, Timestamp};

use super::{Asking, Row, Watch, sample::Known};
use crate::{door::DoorError, run::SimError};

/// The budget of intrusion (requirements D7): points, and the window.
const BUDGET: u64 = 10;
const WINDOW: Span = Span::DAY.times(7);

pub(super) async fn rows(asking: &Asking<'_>, watch: &Watch, people: &[Known]) -> Result<Vec<Row>, SimError> {
    let mut rows: Vec<Row> =
        watch.guards.iter().map(|(name, guarded)| row(name, guarded.cases, guarded.violations)).collect();
    rows.push(budget(asking, watch).await?);
    rows.push(one_purchase(people));
    Ok(rows)
}

fn row(check: &'static str, cases: u64, violations: u64) -> Row {
    let found = format!("{violations} in {cases} cases");
    Row::new("Guards", check, found, "0", violations == 0).unless_below(cases, 1)
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
    let (mut cases, mut violations) = (0, 0);
    for decisions in spent.values() {
        for (at, _) in decisions {
            let window = decisions.iter().filter(|(other, _)| *other <= *at && at.since(*other) < WINDOW);
            cases += 1;
            violations += u64::from(window.map(|(_, points)| points).sum::<u64>() > BUDGET);
        }
    }
    Ok(row("budget of intrusion", cases, violations))
}

/// A lasting interest rests on two days or on a word of the person (requirements D3).
fn one_purchase(people: &[Known]) -> Row {
    let interests = people.iter().flat_map(|known| &known.profiles).flat_map(|(profile, _)| &profile.interests);
    let (mut cases, mut violations) = (0, 0);
    for interest in interests {
        cases += 1;
        let is_grounded = interest.days.len() >= 2 || interest.said.is_some();
        violations += u64::from(interest.standing == "lasting" && !is_grounded);
    }
    row("one purchase is no taste", cases, violations)
}

//! Quality: is a trust a probability, how much that is wrong is stated, and does the thermometer say what is true?

use std::collections::BTreeMap;

use api::wire::{census::ThermometerAnswer, profile::ProfileTrait};
use serde_json::Value;

use super::{Asking, Row, sample::Known};
use crate::{bundle::PersonLine, run::SimError};

/// Values below which nothing can be said.
const ENOUGH: u64 = 2_000;
/// Bins of the calibration.
const BINS: usize = 10;

/// What is believed, and whether it is true.
struct Belief {
    /// Trait and source, for whoever looks for the mistake.
    of: String,
    trust: f64,
    is_true: bool,
}

pub(super) async fn rows(asking: &Asking<'_>, people: &[Known]) -> Result<Vec<Row>, SimError> {
    let (mut beliefs, mut stated, mut wrongly, mut newest_wrong) = (Vec::new(), 0u64, 0u64, 0u64);
    for known in people {
        for (name, believed) in known.profiles.iter().flat_map(|(profile, _)| &profile.traits) {
            let Some(truth) = truth_of(&known.truth, name, asking.world.calendar.days) else { continue };
            let value = serde_json::to_value(&believed.value).unwrap_or_default();
            if value.is_null() {
                continue;
            }
            let is_true = is_same(&value, truth);
            let of = format!("{name} of {}", believed.source.as_deref().unwrap_or("nobody"));
            beliefs.push(Belief { of, trust: believed.trust, is_true });
            if believed.uses.iter().any(|one| one == "state") {
                stated += 1;
                wrongly += u64::from(!is_true);
            }
            newest_wrong += u64::from(newest(believed).is_some_and(|value| !is_same(&value, truth)));
        }
    }
    let all = beliefs.len() as u64;
    let error = calibration_error(&beliefs);
    let mut rows = vec![
        Row::new(
            "Quality",
            "trust, calibration error",
            format!("{error:.4} over {all} values; {}", farthest(&beliefs)),
            "≤ 0.03",
            error <= 0.03,
        )
        .less(error)
        .unless_below(all, ENOUGH),
        Row::new(
            "Quality",
            "wrong facts stated, beside newest-wins",
            format!("{wrongly} of {stated} stated, {newest_wrong} of {all}"),
            "−90 %",
            wrongly as f64 <= 0.1 * newest_wrong as f64,
        )
        .less(wrongly as f64 / newest_wrong.max(1) as f64)
        .unless_below(newest_wrong, 100),
    ];
    rows.extend(thermometer(asking, people).await?);
    Ok(rows)
}

/// The expected calibration error: over ten bins of trust, how far the mean trust is from the share that is true,
/// weighted by how many values are in the bin (Naeini, Cooper and Hauskrecht, AAAI 2015).
fn calibration_error(beliefs: &[Belief]) -> f64 {
    let mut bins = [(0.0, 0.0, 0u64); BINS];
    for Belief { trust, is_true, .. } in beliefs {
        let bin = &mut bins[((trust * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + trust, bin.1 + f64::from(u8::from(*is_true)), bin.2 + 1);
    }
    let gaps = bins.iter().map(|(trust, truths, _)| (trust - truths).abs());
    gaps.sum::<f64>() / beliefs.len().max(1) as f64
}

/// The traits and sources that are most often believed too much or too little.
fn farthest(beliefs: &[Belief]) -> String {
    let mut sums: BTreeMap<&str, (f64, f64, u64)> = BTreeMap::new();
    for Belief { of, trust, is_true } in beliefs {
        let sum = sums.entry(of).or_default();
        *sum = (sum.0 + trust, sum.1 + f64::from(u8::from(*is_true)), sum.2 + 1);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|(_, one), (_, other)| (other.0 - other.1).abs().total_cmp(&(one.0 - one.1).abs()));
    let words = sums.iter().take(4).map(|(of, (trust, truths, n))| {
        let n = *n as f64;
        format!("{of}: {:.2} believed, {:.2} true of {n}", trust / n, truths / n)
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What is true of somebody on a day.
fn truth_of<'a>(person: &'a PersonLine, name: &str, day: u32) -> Option<&'a Value> {
    let lines = person.traits.iter().filter(|line| line.name == name && line.from_day <= day);
    lines.max_by_key(|line| line.from_day).map(|line| &line.value)
}

/// What a system believes that takes whatever was said last.
fn newest(believed: &ProfileTrait) -> Option<Value> {
    let last = believed.statements.iter().max_by_key(|statement| statement.as_of.0)?;
    serde_json::to_value(&last.value).ok().filter(|value| !value.is_null())
}

/// Whether two values say the same: texts whatever their case, numbers to a hundredth, dates by their day.
fn is_same(value: &Value, truth: &Value) -> bool {
    match (value, truth) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap_or(f64::NAN), other.as_f64().unwrap_or(f64::NAN));
            (one - other).abs() < 0.01
        }
        (Value::String(one), Value::String(other)) => {
            let is_day = other.len() == 10 && other.as_bytes()[4] == b'-';
            let one = if is_day { one.get(..10).unwrap_or(one) } else { one };
            one.to_lowercase() == other.to_lowercase()
        }
        _ => value == truth,
    }
}

/// A failure that the thermometer counts: it says no more than is true, and sees a part of it that must not shrink.
struct Failure {
    name: &'static str,
    check: &'static str,
    mark: &'static str,
    least_seen: f64,
    is_true_of: fn(&PersonLine) -> bool,
}

/// Why the marks are these: `docs/decisions/0012-the-thermometer-counts.md`.
const FAILURES: [Failure; 3] = [
    Failure {
        name: "stale",
        check: "thermometer: stale",
        mark: "≤ true + 3 points, ≥ 40 % of it",
        least_seen: 0.4,
        is_true_of: |line| !line.stale.is_empty(),
    },
    Failure {
        name: "wrong",
        check: "thermometer: wrong",
        mark: "≤ true + 3 points, ≥ 15 % of it",
        least_seen: 0.15,
        is_true_of: |line| !line.wrong.is_empty(),
    },
    Failure {
        name: "not_joined",
        check: "thermometer: not joined",
        mark: "≤ true + 3 points, ≥ 70 % of it",
        least_seen: 0.7,
        is_true_of: |line| line.unjoined.is_some(),
    },
];

/// Shares of customers beside what the thermometer says.
async fn thermometer(asking: &Asking<'_>, people: &[Known]) -> Result<Vec<Row>, SimError> {
    let said: ThermometerAnswer =
        asking.door.ask("GET", "/v1/thermometer?fresh=true", asking.secret, None::<&()>).await?;
    let customers: Vec<&Known> = people.iter().filter(|known| !known.profiles.is_empty()).collect();
    let share = |holds: &fn(&PersonLine) -> bool| {
        customers.iter().filter(|known| holds(&known.truth)).count() as f64 / customers.len().max(1) as f64
    };
    let rows = FAILURES.into_iter().map(|failure| {
        let truth = share(&failure.is_true_of);
        let said = said.failures.iter().find(|one| one.name == failure.name).and_then(|one| one.share).unwrap_or(0.0);
        let text = format!("{:.1} % said, {:.1} % true", 100.0 * said, 100.0 * truth);
        let is_sound = (failure.least_seen * truth..=truth + 0.03).contains(&said);
        Row::new("Quality", failure.check, text, failure.mark, is_sound)
            .more(said / truth)
            .unless_below(customers.len() as u64, 1_000)
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn beliefs_that_are_right_as_often_as_they_say_have_no_error() {
        let of = |trust, truths: u32, all: u32| {
            (0..all).map(move |n| Belief { of: String::new(), trust, is_true: n < truths })
        };
        let fair: Vec<Belief> = of(0.8, 80, 100).chain(of(0.3, 30, 100)).collect();
        assert!(calibration_error(&fair) < 1e-9);
        let proud: Vec<Belief> = of(0.9, 60, 100).collect();
        assert!((calibration_error(&proud) - 0.3).abs() < 1e-9);
    }

    #[test]
    fn the_same_is_the_same_however_it_is_written() {
        assert!(is_same(&json!("PARIS"), &json!("Paris")));
        assert!(is_same(&json!("1980-05-01T00:00:00Z"), &json!("1980-05-01")));
        assert!(is_same(&json!(42), &json!(42.0)));
        assert!(!is_same(&json!("Lyon"), &json!("Paris")));
        assert!(!is_same(&json!("1980-05-02T00:00:00Z"), &json!("1980-05-01")));
    }
}

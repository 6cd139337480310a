//! How many persons a draft condition would hold: a sample at once, then exactly if there is time.

use std::time::{Duration, Instant};

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        segment::{PreviewAnswer, PreviewRequest},
    },
};
use axum::extract::State;
use runtime::handle::Tally;

use crate::{
    answer::{Answer, Json},
    app::{Shared, blocking},
    auth::Secret,
    body::Content,
};

/// Persons that the sample looks at, about.
const SAMPLED: u64 = 2_000;
/// The longest budget.
const BUDGET_MS: u32 = 10_000;
/// The quantile of the normal distribution for an interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Counts those whom a draft matches, within the budget.
#[expect(clippy::disallowed_methods, reason = "a budget is of real time, also where the clock is a test's")]
pub(super) async fn preview(
    State(app): State<Shared>,
    Secret(_): Secret,
    Content(body): Content,
) -> Answer<PreviewAnswer> {
    let start = Instant::now();
    let request: PreviewRequest = wire::read(&body)?;
    if request.budget_ms == 0 || request.budget_ms > BUDGET_MS {
        let message = format!("`budget_ms` must be 1 to {BUDGET_MS}.");
        return Err(ApiError::new(Code::OutOfRange).saying(message).at("/budget_ms").into());
    }
    let budget = Duration::from_millis(request.budget_ms.into());
    let ask = |one_in, within| {
        let condition = request.condition.clone();
        // Compiling parses on a thread with a large stack, and waits for it.
        blocking(&app, move |app| Ok(app.runtime.preview(&condition, one_in, within)?))
    };
    let persons = app.runtime.status().await?.profiles;
    let one_in = u32::try_from(persons / SAMPLED).unwrap_or(u32::MAX);
    let sample = match one_in {
        0 | 1 => None,
        one_in => Some(ask(one_in, budget).await?.await?),
    };
    let exact = ask(1, budget.saturating_sub(start.elapsed())).await?.await?;
    let answer = match sample {
        _ if exact.incomplete == 0 => counted(&exact),
        Some(sample) if sample.seen > 0 => estimated(&sample, persons),
        _ => estimated(&exact, persons),
    };
    Ok(Json(answer))
}

fn counted(tally: &Tally) -> PreviewAnswer {
    let count = tally.matched;
    PreviewAnswer { count, complete: true, low: count, high: count, sampled: tally.seen }
}

/// The Wilson score interval of the share, scaled to all persons (E. B. Wilson, JASA 22, 1927).
fn estimated(tally: &Tally, persons: u64) -> PreviewAnswer {
    let (matched, seen, all) = (tally.matched as f64, tally.seen as f64, persons.max(tally.seen) as f64);
    if tally.seen == 0 {
        return PreviewAnswer { count: 0, complete: false, low: 0, high: persons, sampled: 0 };
    }
    let (share, z2) = (matched / seen, Z * Z);
    let scale = 1.0 + z2 / seen;
    let middle = (share + z2 / (2.0 * seen)) / scale;
    let half = Z / scale * (share * (1.0 - share) / seen + z2 / (4.0 * seen * seen)).sqrt();
    // What was seen is certain: so many match, and so many do not.
    let (least, most) = (matched, all - (seen - matched));
    PreviewAnswer {
        count: (share * all).round() as u64,
        complete: false,
        low: ((middle - half) * all).floor().clamp(least, most) as u64,
        high: ((middle + half) * all).ceil().clamp(least, most) as u64,
        sampled: tally.seen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(matched: u64, seen: u64) -> Tally {
        Tally { matched, seen, persons: 0, incomplete: 1 }
    }

    #[test]
    fn the_interval_is_wilsons() {
        // 10 of 100: 0.0552 to 0.1744, as printed in textbooks.
        let answer = estimated(&tally(10, 100), 1_000_000);
        assert_eq!(answer.count, 100_000);
        assert!((55_100..55_300).contains(&answer.low), "{}", answer.low);
        assert!((174_300..174_500).contains(&answer.high), "{}", answer.high);
    }

    #[test]
    fn the_interval_keeps_to_what_is_certain() {
        let none = estimated(&tally(0, 2_000), 10_000);
        assert_eq!((none.count, none.low), (0, 0));
        assert!(none.high > 0 && none.high <= 8_000);
        let all = estimated(&tally(10, 10), 10);
        assert_eq!((all.low, all.high), (10, 10));
        let nothing = estimated(&tally(0, 0), 7);
        assert_eq!((nothing.low, nothing.high), (0, 7));
    }
}

//! Speed: how long a decision takes, how soon what was said counts, and whether every decision can be made again.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use api::wire::decision::{DecideAnswer, DecisionReplay};
use serde_json::{Value, json};

use super::{Asking, Row, Watch};
use crate::{door::DoorError, run::SimError};

/// Decisions that are timed, and made again.
const DECISIONS: usize = 2_000;
/// Statements that are followed.
const STATEMENTS: usize = 50;

pub(super) async fn rows(asking: &Asking<'_>, watch: &Watch) -> Result<Vec<Row>, SimError> {
    Ok(vec![decision(asking, watch).await?, propagation(asking, watch).await?, replay(asking, watch).await?])
}

#[expect(clippy::disallowed_methods, reason = "how long an answer takes is what is measured")]
fn now() -> Instant {
    Instant::now()
}

async fn decision(asking: &Asking<'_>, watch: &Watch) -> Result<Row, SimError> {
    let mut took: Vec<Duration> = Vec::new();
    for (device, ..) in watch.decisions.iter().cycle().take(DECISIONS.min(watch.decisions.len() * 4)) {
        let body = json!({"anonymous_id": device, "placements": ["home-hero", "home-row"], "preview": true});
        let begun = now();
        asking.door.ask::<DecideAnswer>("POST", "/v1/decide", asking.secret, Some(&body)).await?;
        took.push(begun.elapsed());
    }
    took.sort();
    let (median, late) = (quantile(&took, 0.5), quantile(&took, 0.99));
    let found = format!("p50 {:.2} ms, p99 {:.2} ms of {}", ms(median), ms(late), took.len());
    Ok(Row::new("Speed", "a decision, one after the other", found, "p99 ≤ 10 ms", late <= Duration::from_millis(10))
        .less(ms(late))
        // Of few, one that another program on the machine held up would be the hundredth.
        .unless_below(took.len() as u64, 1_000))
}

/// Of each person something is said that puts it into a segment; then the profile is read.
async fn propagation(asking: &Asking<'_>, watch: &Watch) -> Result<Row, SimError> {
    let (mut slowest, mut missing, mut cases) = (Duration::ZERO, 0, 0);
    for (number, device) in stated_of(watch).into_iter().enumerate() {
        let event = json!({
            "type": "track", "event": "Order Completed", "messageId": format!("propagation-{number}"),
            "anonymousId": device, "properties": {"order_id": format!("p-{number}"), "total": 500.0},
        });
        let begun = now();
        asking.door.ask::<Value>("POST", "/v1/batch", asking.secret, Some(&json!({"batch": [event]}))).await?;
        let path = format!("/v1/profiles/anonymous_id:{device}");
        let profile: Value = match asking.door.ask("GET", &path, asking.secret, None::<&()>).await {
            Ok(profile) => profile,
            // The person has taken the consent back since.
            Err(DoorError::Refused { status: 403 | 404, .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        cases += 1;
        slowest = slowest.max(begun.elapsed());
        let is_in = profile["segments"].as_array().is_some_and(|names| names.iter().any(|name| name == "big-baskets"));
        missing += u64::from(!is_in);
    }
    let found = format!("{:.1} ms at most, {missing} of {cases} missing", ms(slowest));
    let is_reached = missing == 0 && slowest <= Duration::from_secs(1);
    Ok(Row::new("Speed", "what is said counts", found, "≤ 1 s", is_reached).less(ms(slowest)))
}

/// The devices of whose people something is said that they did not do.
pub(super) fn stated_of(watch: &Watch) -> BTreeSet<&str> {
    let devices: BTreeSet<&str> = watch.decisions.iter().map(|(device, ..)| device.as_str()).collect();
    devices.into_iter().take(STATEMENTS).collect()
}

async fn replay(asking: &Asking<'_>, watch: &Watch) -> Result<Row, SimError> {
    let (mut cases, mut different) = (0, 0);
    for (.., id) in watch.decisions.iter().take(DECISIONS) {
        let path = format!("/v1/decisions/{id}/replay");
        match asking.door.ask::<DecisionReplay>("POST", &path, asking.secret, None::<&()>).await {
            Ok(replay) => {
                cases += 1;
                different += u64::from(replay.outcome != "SAME");
            }
            Err(DoorError::Refused { status: 404 | 410, .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let found = format!("{different} of {cases} differ");
    Ok(Row::new("Speed", "decisions made again", found, "byte-equal", different == 0).less(different as f64))
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let place = (share * sorted.len() as f64) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

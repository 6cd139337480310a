//! Recommending: does a list hold what a person then takes, as well as one could that knows everything that is true?
//!
//! *Taken* is what somebody looks at or orders on the site within two weeks of the asking, without the item on the screen:
//! one visit in thirty ends with an order, so orders alone would say nothing for years. The oracle ranks what is sold and
//! in stock by how often it expects each item to be looked at ([`world::visit::Shopper::looks`]): it knows tastes, prices,
//! seasons and needs, and nothing that chance decides later.

mod ask;
mod judged;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use server::inside::Call;
use world::catalog::ItemId;

pub(crate) use self::ask::Asks;
use self::{
    ask::{HYBRID, POPULAR, RECOMMENDERS, SINGLE},
    judged::{Judged, Moment},
};
use super::{Asking, Row, watch::Watch};
use crate::run::SimError;

/// People below which nothing can be said.
const ENOUGH: u64 = 150;
/// In so many orders two items must have been together before it could be known that they belong together.
const TOGETHER: u32 = 8;
/// Pairs below which nothing can be said.
const ENOUGH_PAIRS: u64 = 20;
/// Questions about new items below which nothing can be said.
const ENOUGH_NEW: u64 = 20;

pub(super) async fn rows(asking: &Asking<'_>, watch: &Watch) -> Result<Vec<Row>, SimError> {
    let judged = Judged::of(asking, &watch.asks)?;
    let mut rows = vec![beside_popular(&judged), on_an_item(&judged), of_oracle(&judged), above_best(&judged)];
    rows.push(complements(asking, watch).await?);
    rows.push(new_items(&watch.asks));
    rows.extend(discovery(&judged));
    Ok(rows)
}

/// REC-01, its first half.
fn beside_popular(judged: &Judged) -> Row {
    let (own, popular) = (judged.mean(HYBRID, Moment::Both), judged.mean(POPULAR, Moment::Both));
    let more = own / popular - 1.0;
    let people = judged.people(Moment::Both);
    Row::new(
        "Recommending",
        "NDCG@10 above what is popular",
        format!("+{:.0} %: {own:.4} beside {popular:.4}, of {people} people; {}", 100.0 * more, by_moment(judged)),
        "≥ +30 %",
        more >= 0.3,
    )
    .more(more)
    .unless_below(people, ENOUGH)
}

/// REC-01, its second half, where somebody looks at something.
fn on_an_item(judged: &Judged) -> Row {
    let (own, oracle) = (judged.mean(HYBRID, Moment::Item), judged.oracle(Moment::Item).knowing);
    let share = own / oracle;
    Row::new(
        "Recommending",
        "NDCG@10 on an item's page, of an oracle's",
        format!("{:.1} %: {own:.4} of {oracle:.4}", 100.0 * share),
        "≥ 70 %",
        share >= 0.7,
    )
    .more(share)
    .unless_below(judged.people(Moment::Item), ENOUGH)
}

/// The same of both moments, beside an oracle that knows a need once it was shown by looking at something.
fn of_oracle(judged: &Judged) -> Row {
    let (own, oracle) = (judged.mean(HYBRID, Moment::Both), judged.oracle(Moment::Both));
    let (share, of_knowing) = (own / oracle.shown, own / oracle.knowing);
    Row::new(
        "Recommending",
        "NDCG@10, of an oracle's that knows the needs that were shown",
        format!(
            "{:.1} %: {own:.4} of {:.4}; {:.1} % of one that knows needs that nobody has shown yet",
            100.0 * share,
            oracle.shown,
            100.0 * of_knowing
        ),
        "≥ 70 %",
        share >= 0.7,
    )
    .more(share)
    .unless_below(judged.people(Moment::Both), ENOUGH)
}

/// REC-03: the interval of the paired difference to whichever single algorithm is best, over people.
fn above_best(judged: &Judged) -> Row {
    let told = |moment: Moment| {
        let best = judged.best(SINGLE, moment);
        let (difference, interval) = judged.paired(HYBRID, best, moment);
        (best, difference, interval)
    };
    let (best, difference, (low, high)) = told(Moment::Both);
    let (on_item, by, (from, to)) = told(Moment::Item);
    Row::new(
        "Recommending",
        "NDCG@10 above the best single algorithm",
        format!(
            "{difference:+.4}, 95 % {low:+.4} to {high:+.4}, beside {}; on an item's page {by:+.4}, {from:+.4} to {to:+.4}, beside {}",
            RECOMMENDERS[best], RECOMMENDERS[on_item]
        ),
        "95 % above 0",
        low > 0.0,
    )
    .more(difference)
    .unless_below(judged.people(Moment::Both), ENOUGH)
}

fn by_moment(judged: &Judged) -> String {
    let of = |moment| format!("{:.4} beside {:.4}", judged.mean(HYBRID, moment), judged.mean(POPULAR, moment));
    format!("on the home page {}, on an item's {}", of(Moment::Home), of(Moment::Item))
}

/// REC-04: of the pairs that truly go together and were often enough ordered together, how many are found.
async fn complements(asking: &Asking<'_>, watch: &Watch) -> Result<Row, SimError> {
    let mut together: BTreeMap<(ItemId, ItemId), u32> = BTreeMap::new();
    let agreed = watch.asks.orders.values().filter(|(account, _)| watch.evidence.agreed(account));
    for (_, items) in agreed {
        for one in items {
            items
                .iter()
                .filter(|other| *other != one)
                .for_each(|other| *together.entry((*one, *other)).or_default() += 1);
        }
    }
    // What was ordered since the last training counts too.
    asking.door.ask::<Value>("POST", "/v1/training", asking.secret, Some(&json!({}))).await?;
    let catalog = &asking.world.catalog;
    let last = world::calendar::Day(asking.world.calendar.days.saturating_sub(1));
    let can_be_had = |item: ItemId| world::store::stock(asking.world, item, None, last) > 0;
    let (mut pairs, mut found) = (0, 0);
    for item in &catalog.items {
        let is_known = |other: &&ItemId| together.get(&(item.id, **other)).is_some_and(|times| *times >= TOGETHER);
        let known: Vec<ItemId> = catalog.complements[item.id.0 as usize].iter().filter(is_known).copied().collect();
        let known: Vec<ItemId> = known.into_iter().filter(|other| can_be_had(*other)).collect();
        if known.is_empty() || !can_be_had(item.id) {
            continue;
        }
        let body = serde_json::to_vec(&ask::request("goes-with", Some(item.id))).map_err(std::io::Error::other)?;
        let (path, key) = ("/v1/recommend".to_owned(), asking.secret.to_owned());
        let list = asking.door.call(Call { method: "POST", path, key, user_agent: None, body }).await?;
        let list = ask::items(&list);
        pairs += known.len() as u64;
        found += known.iter().filter(|other| list.contains(other)).count() as u64;
    }
    let share = found as f64 / pairs.max(1) as f64;
    Ok(Row::new(
        "Recommending",
        "what truly goes with an item, among the first five",
        format!("{found} of {pairs} pairs that were in at least {TOGETHER} orders"),
        "≥ 90 %",
        share >= 0.9,
    )
    .more(share)
    .unless_below(pairs, ENOUGH_PAIRS))
}

/// Whether what has just come is found, beside what it may be bought in place of.
fn new_items(asks: &Asks) -> Row {
    let ((questions, found), chance) = (asks.new, asks.new_by_chance);
    // By chance the count is a sum of rare events: Poisson.
    let is_above = poisson_tail(chance, found) < 0.01;
    let text = format!("{found} of {questions} on the day on which it came; {chance:.1} by chance");
    Row::new("Recommending", "a new item, among the first ten beside its like", text, "p < 0.01", is_above)
        .more(found as f64 / questions.max(1) as f64)
        .unless_below(questions, ENOUGH_NEW)
}

/// The chance of at least so many of what comes `mean` times on average.
fn poisson_tail(mean: f64, least: u64) -> f64 {
    let (mut term, mut below) = (libm::exp(-mean), 0.0);
    for count in 0..least {
        below += term;
        term *= mean / (count + 1) as f64;
    }
    (1.0 - below).max(0.0)
}

/// REC-09: a list with discovery beside one without.
fn discovery(judged: &Judged) -> [Row; 2] {
    let found = &judged.discovery;
    let cases = found.lists;
    let (share, plain) = (found.outside / cases.max(1) as f64, found.outside_plain / cases.max(1) as f64);
    let kept = found.earnings / found.earnings_plain;
    [
        Row::new(
            "Recommending",
            "discovery: outside of the person's usual categories",
            format!("{:.1} % of {cases} lists, {:.1} % without it", 100.0 * share, 100.0 * plain),
            "≥ 20 %",
            share >= 0.2,
        )
        .more(share)
        .unless_below(cases, ENOUGH),
        Row::new(
            "Recommending",
            "discovery: expected earnings beside a list without it",
            format!("{:+.2} %", 100.0 * (kept - 1.0)),
            "≥ −2 %",
            kept >= 0.98,
        )
        .more(kept)
        .unless_below(cases, ENOUGH),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_chance_of_as_many_or_more() {
        assert!((poisson_tail(1.0, 0) - 1.0).abs() < 1e-12);
        assert!((poisson_tail(1.0, 1) - (1.0 - libm::exp(-1.0))).abs() < 1e-12);
        assert!(poisson_tail(0.5, 5) < 0.001);
    }
}

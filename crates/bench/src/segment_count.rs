//! `segment-count`: how many persons are in three segments at once, beside `roaring` alone on the same sets.

use std::{hint::black_box, sync::Arc};

use model::{name::Name, partition::Partition};
use roaring::RoaringBitmap;
use runtime::handle::Runtime;
use segment::set::SegmentNumber;

use crate::{
    Failed, Flags, feed, measure,
    report::{Check, Goal, RATIO, Report, median, mib},
    shop::Deed,
    traffic::{Bodies, People, Traffic, When},
};

/// Halves, thirds and quarters of all persons; one in 24 is in all of them.
const SEGMENTS: [(&str, &str); 3] = [
    ("french", r#"profile.country == "FR""#),
    ("francophone", r#"profile.language == "fr""#),
    ("local", r#"profile.city == "Brest""#),
];

/// Measurements of each of the two, in turn.
const REPEATS: usize = 1_001;

/// Members of one page.
const PAGE: usize = 10_000;

/// `segment-count`
pub(crate) fn run(flags: &Flags) -> Result<Report, Failed> {
    let folder = tempfile::tempdir()?;
    let runtime = feed::start(Arc::new(feed::open(&folder.path().join("data"))?))?;
    let segments = SEGMENTS.map(|(name, condition)| (name.to_owned(), condition.to_owned()));
    feed::publish(&runtime, &segments)?;
    let persons: u64 = if flags.quick { 50_000 } else { 1_000_000 };
    let traffic = Traffic {
        events: feed::EVENTS,
        people: People::InTurn,
        when: When::JustNow,
        deed: Some(Deed::Identify),
        first_message: 0,
    };
    feed::feed(&runtime, Bodies::batch(traffic), persons / feed::EVENTS as u64, "creating persons")?;
    let numbers = numbers(&runtime)?;
    let sets = numbers.iter().map(|number| members(&runtime, *number)).collect::<Result<Vec<_>, _>>()?;
    let (mut product_us, mut roaring_us) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let start = measure::now();
        let expected = alone(black_box(&sets));
        roaring_us.push(start.elapsed().as_secs_f64() * 1e6);
        let start = measure::now();
        let tally = runtime.size(&numbers).wait()?;
        product_us.push(start.elapsed().as_secs_f64() * 1e6);
        if (tally.matched, tally.persons, tally.incomplete) != (expected, persons, 0) {
            return Err(format!("{tally:?}, and there are {expected} of {persons}").into());
        }
    }
    let matched = alone(&sets) as f64;
    // Where other programs use the cores, threads wait to be woken; the best time is what it takes when they do not.
    let best = |of: &[f64]| of.iter().copied().fold(f64::INFINITY, f64::min);
    let (product_best_us, roaring_best_us) = (best(&product_us), best(&roaring_us));
    let (product_us, roaring_us) = (median(product_us), median(roaring_us));
    let figures = vec![
        ("product_us", product_us),
        ("roaring_us", roaring_us),
        ("product_best_us", product_best_us),
        ("roaring_best_us", roaring_best_us),
        ("matched", matched),
        ("profiles", persons as f64),
        ("peak_mib", mib(measure::peak_bytes(None)?)),
    ];
    runtime.stop()?;
    let checks = vec![Check { what: RATIO, value: product_us / roaring_us, goal: Goal::AtMost(2.0) }];
    Ok(Report { name: "segment-count", quick: flags.quick, checks, figures })
}

fn numbers(runtime: &Runtime) -> Result<Vec<SegmentNumber>, Failed> {
    let plan = runtime.plan();
    let number = |(name, _)| plan.segments.by_name(&Name::from(name)).map(|rule| rule.number);
    SEGMENTS.into_iter().map(number).collect::<Option<_>>().ok_or_else(|| "a segment is not published".into())
}

/// The members of a segment in one set, numbered without gaps over all partitions, as `roaring` likes it best.
fn members(runtime: &Runtime, segment: SegmentNumber) -> Result<RoaringBitmap, Failed> {
    let (mut members, partitions) = (RoaringBitmap::new(), u32::from(runtime.partitions()));
    for partition in 0..runtime.partitions() {
        let mut from = 0;
        loop {
            let page = runtime.members(segment, Partition(partition), from, PAGE).wait()?;
            members.extend(page.iter().map(|id| id.ordinal() * partitions + u32::from(partition)));
            match page.last() {
                Some(last) if page.len() == PAGE => from = last.ordinal() + 1,
                _ => break,
            }
        }
    }
    Ok(members)
}

/// What `roaring` alone does for the same answer.
fn alone(sets: &[RoaringBitmap]) -> u64 {
    match sets {
        [first, second, third] => (first & second).intersection_len(third),
        _ => 0,
    }
}

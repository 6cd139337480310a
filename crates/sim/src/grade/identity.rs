//! Identity: are the names of one person one profile, and those of two persons two?

use std::collections::BTreeMap;

use super::{
    Asking, Row, Watch,
    evidence::Name,
    sample::{Known, names},
};
use crate::{
    bundle::{self, PersonLine},
    run::SimError,
};

/// Pairs below which nothing can be said.
const ENOUGH: u64 = 1_000;

pub(super) async fn rows(asking: &Asking<'_>, watch: &Watch, people: &[Known]) -> Result<Vec<Row>, SimError> {
    let owners = owners(asking)?;
    let (mut joined, mut rightly) = (0u64, 0u64);
    let (mut due, mut done) = (0u64, 0u64);
    for known in people {
        for (profile, _) in &known.profiles {
            let own = profile.identifiers.iter().filter(|one| matches!(one.hold.as_str(), "own" | "claimed"));
            let whose: Vec<u32> =
                own.filter_map(|one| owners.get(&format!("{}:{}", one.namespace, one.value)).copied()).collect();
            for (place, one) in whose.iter().enumerate() {
                for other in &whose[place + 1..] {
                    joined += 1;
                    rightly += u64::from(one == other);
                }
            }
        }
        let names: Vec<Name> = names(&known.truth).into_iter().filter(|name| is_due(watch, name)).collect();
        for (place, one) in names.iter().enumerate() {
            for other in names[place + 1..].iter().filter(|other| watch.evidence.are_joined(one, other)) {
                due += 1;
                let together = |(_, held): &(_, Vec<Name>)| held.contains(one) && held.contains(other);
                done += u64::from(known.profiles.iter().any(together));
            }
        }
    }
    let share = |part: u64, of: u64| part as f64 / of.max(1) as f64;
    let (precision, recall) = (share(rightly, joined), share(done, due));
    Ok(vec![
        Row::new(
            "Identity",
            "pairwise precision",
            format!("{precision:.4} of {joined} pairs"),
            "≥ 0.995",
            precision >= 0.995,
        )
        .more(precision)
        .unless_below(joined, ENOUGH),
        Row::new(
            "Identity",
            "pairwise recall of what was ever named together",
            format!("{recall:.4} of {due} pairs"),
            "≥ 0.95",
            recall >= 0.95,
        )
        .more(recall)
        .unless_below(due, ENOUGH),
    ])
}

/// A device that is shared leads to nobody, and must not.
fn is_due(watch: &Watch, name: &Name) -> bool {
    watch.evidence.knows(name) && !watch.evidence.is_shared(name)
}

/// Whose each name truly is; of shared devices nobody's.
fn owners(asking: &Asking<'_>) -> Result<BTreeMap<Name, u32>, SimError> {
    let mut owners = BTreeMap::new();
    bundle::read(asking.bundle, "people", |line: PersonLine| {
        owners.extend(names(&line).into_iter().map(|name| (name, line.person)));
    })?;
    Ok(owners)
}

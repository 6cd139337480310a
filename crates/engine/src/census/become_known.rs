//! Since when it was known who somebody is.

use std::collections::HashMap;

use model::{
    identifier::{IdentifierKey, Strength},
    time::Timestamp,
};
use profile::held::{Held, Hold};

use crate::person::Person;

/// Of each side in turn, since when it led to somebody with a strong identifier; `None`: it does not.
///
/// A visitor who logs in stays a side without an account: the login is on the side of the account, with the device. So
/// a side is known from the moment on at which an identifier of its own was first seen on a side that was known then,
/// or became so. Where nothing leads there, as after a merge by an identifier that was shared since, it is known since
/// the last merge.
pub(super) fn known_since(person: &Person) -> Vec<Option<Timestamp>> {
    let of_sides = || person.sides.iter().map(|side| side.facts.identifiers.iter().filter(is_seen));
    let strong = |held: &&Held| held.strength == Strength::Strong;
    let mut known: Vec<_> = of_sides().map(|held| held.filter(strong).map(|held| held.since).min()).collect();
    if known.len() < 2 || known.iter().all(Option::is_none) {
        return known;
    }
    let mut by_key = HashMap::<IdentifierKey, Timestamp>::new();
    // Each round carries the news one side further; there is nothing to carry further than the last one.
    for _ in 0..known.len() {
        let before = known.clone();
        for (known, held) in known.iter().zip(of_sides()) {
            for (held, known) in held.filter_map(|held| Some((held, (*known)?))) {
                let at = known.max(held.since);
                by_key.entry(held.key).and_modify(|first| *first = at.min(*first)).or_insert(at);
            }
        }
        for (known, held) in known.iter_mut().zip(of_sides()) {
            let told = held.filter_map(|held| Some(held.since.max(*by_key.get(&held.key)?))).min();
            *known = [*known, told].into_iter().flatten().min();
        }
        if before == known {
            break;
        }
    }
    let last_merge = person.merges.iter().map(|merge| merge.at).max();
    known.into_iter().map(|known| known.or(last_merge)).collect()
}

/// Whether somebody was really seen with an identifier, and not only with a link that may have been forwarded.
fn is_seen(held: &&Held) -> bool {
    !matches!(held.hold, Hold::Probable | Hold::Quarantined)
}

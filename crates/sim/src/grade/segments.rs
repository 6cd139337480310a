//! Segments: the members that the product lists, beside those computed from what was sent; now, and when a window has
//! moved on with nothing new.

use std::collections::{BTreeMap, BTreeSet};

use api::wire::{segment::MembersPage, system::StatusAnswer};
use model::time::{Span, Timestamp};

use super::{
    Asking, Row, Watch,
    evidence::{Deeds, Name},
    sample::Known,
};
use crate::run::SimError;

/// How far the clock is moved on.
const LATER: Span = Span::DAY.times(5);

/// A segment of the shop, computed from what somebody did.
pub(super) struct Reference {
    pub(super) name: &'static str,
    pub(super) holds: fn(&Deeds, Timestamp) -> bool,
}

pub(super) const REFERENCES: &[Reference] = &[
    Reference { name: "buyers-180", holds: |deeds, now| orders(deeds, now, 180).next().is_some() },
    Reference { name: "loyal", holds: |deeds, now| orders(deeds, now, 365).count() >= 2 },
    Reference { name: "big-baskets", holds: |deeds, now| orders(deeds, now, 90).sum::<u64>() >= 20_000 },
    Reference {
        name: "cart-left",
        holds: |deeds, now| {
            let last = deeds.orders.values().map(|(at, _)| *at).max();
            deeds.added.is_some_and(|added| is_within(added, now, 3) && last.is_none_or(|last| last < added))
        },
    },
    Reference {
        name: "boots-lookers",
        holds: |deeds, now| {
            let days: BTreeSet<i64> =
                deeds.boots.iter().filter(|at| is_within(**at, now, 14)).map(|at| at.day()).collect();
            days.len() >= 2
        },
    },
];

fn is_within(at: Timestamp, now: Timestamp, days: i64) -> bool {
    now.since(at) <= Span::DAY.times(days) && at <= now
}

/// The cents of each order of the last days.
fn orders(deeds: &Deeds, now: Timestamp, days: i64) -> impl Iterator<Item = u64> {
    deeds.orders.values().filter(move |(at, _)| is_within(*at, now, days)).map(|(_, cents)| *cents)
}

pub(super) async fn rows(asking: &Asking<'_>, watch: &Watch, people: &[Known]) -> Result<Vec<Row>, SimError> {
    let by_profile = by_profile(watch, people);
    let (now, mut rows) = (now(asking).await?, Vec::new());
    for (check, at) in [("members, exact", now), ("members when windows moved on by 5 days, exact", now.plus(LATER))] {
        if at != now {
            asking.door.advance(asking.secret, at).await?;
        }
        let (mut cases, mut wrong, mut names) = (0u64, 0u64, Vec::new());
        for Reference { name, holds } in REFERENCES {
            let members = members(asking, name).await?;
            let misses: Vec<_> =
                by_profile.iter().filter(|(id, deeds)| holds(deeds, at) != members.contains(*id)).collect();
            cases += by_profile.len() as u64;
            wrong += misses.len() as u64;
            if let Some((id, deeds)) = misses.first() {
                names.push(format!("{name} {}, first {id} who did {deeds:?}", misses.len()));
            }
        }
        let found = match names.is_empty() {
            true => format!("0 of {cases} memberships differ"),
            false => format!("{wrong} of {cases} memberships differ: {}", names.join(", ")),
        };
        rows.push(Row::new("Segments", check, found, "exact", wrong == 0).less(wrong as f64));
    }
    Ok(rows)
}

/// The product's present moment.
pub(super) async fn now(asking: &Asking<'_>) -> Result<Timestamp, SimError> {
    let status: StatusAnswer = asking.door.ask("GET", "/v1/status", asking.secret, None::<&()>).await?;
    Ok(status.now.0)
}

/// What was done under all names that a profile holds, by profile. Profiles that hold a name which somebody else
/// uses too are left out: what was done under that one is nobody's.
fn by_profile(watch: &Watch, people: &[Known]) -> BTreeMap<String, Deeds> {
    let names: BTreeMap<&Name, &Deeds> = watch.evidence.deeds().collect();
    let mut by_profile = BTreeMap::new();
    for (profile, _) in people.iter().flat_map(|known| &known.profiles) {
        let held: Vec<Name> =
            profile.identifiers.iter().map(|one| format!("{}:{}", one.namespace, one.value)).collect();
        if profile.identifiers.iter().any(|one| one.hold == "shared") {
            continue;
        }
        by_profile.insert(profile.id.clone(), together(held.iter().filter_map(|name| names.get(name).copied())));
    }
    by_profile
}

/// What was done under several names.
pub(super) fn together<'d>(several: impl Iterator<Item = &'d Deeds>) -> Deeds {
    let mut all = Deeds::default();
    for deeds in several {
        all.orders.extend(deeds.orders.iter().map(|(order, what)| (order.clone(), *what)));
        all.added = all.added.max(deeds.added);
        all.boots.extend(&deeds.boots);
    }
    all
}

/// Whom the product lists as members.
pub(super) async fn members(asking: &Asking<'_>, name: &str) -> Result<BTreeSet<String>, SimError> {
    let (mut members, mut cursor) = (BTreeSet::new(), None::<String>);
    loop {
        let after = cursor.map(|cursor| format!("&from={cursor}")).unwrap_or_default();
        let path = format!("/v1/segments/{name}/members?limit=1000{after}");
        let page: MembersPage = asking.door.ask("GET", &path, asking.secret, None::<&()>).await?;
        members.extend(page.members.into_iter().map(|member| member.profile));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(members);
        }
    }
}

//! What holds of every world once nothing is on its way any more.

use std::collections::{BTreeMap, BTreeSet};

use engine::state::{Slot, Standing};
use model::{consent::Keep, id::ProfileId};
use profile::held::Hold;
use segment::{membership::Memberships, trails::Trails};

use crate::world::World;

/// Fails with what does not hold. Timers must have been looked at since the clock moved.
pub(crate) fn check(world: &World) {
    let homes = nobody_lives_twice(world);
    identifiers_lead_to_their_holders(world, &homes);
    events_are_in_one_history(world, &homes);
    totals_add_up(world);
    timers_and_members_are_those_of_the_persons(world);
    memberships_are_exact(world);
}

/// Returns the profile in which each side lives.
fn nobody_lives_twice(world: &World) -> BTreeMap<ProfileId, ProfileId> {
    let mut homes = BTreeMap::new();
    for person in world.people() {
        assert_eq!(person.sides[0].facts.origin, person.id, "a profile's own side comes first");
        for side in &person.sides {
            let earlier = homes.insert(side.facts.origin, person.id);
            assert_eq!(earlier, None, "a side lives twice");
        }
        assert!(person.merges.iter().map(|merge| merge.id).collect::<BTreeSet<_>>().iter().eq(person.ended.keys()));
        assert_eq!(person.merges.len() + 1, person.sides.len(), "each merge joined two");
        for merge in &person.merges {
            assert!(person.side(merge.loser).is_some(), "a merge whose loser is not here could not be taken back");
            assert!(person.side(merge.loser_side).is_some() && person.side(merge.survivor_side).is_some());
            assert!(merge.moved.iter().all(|side| person.side(*side).is_some()));
        }
    }
    for (node, slots) in world.nodes.iter().map(|node| (node, &node.state.people)) {
        for (id, slot) in slots {
            let known = id.ordinal() < node.state.core.next_ordinal;
            match slot {
                Slot::Moved { .. } => assert_eq!(
                    world.living(*id).map(|person| person.id),
                    homes.get(id).copied(),
                    "a profile that moved is found where its side lives"
                ),
                Slot::Unknown => assert!(!known, "a profile was lost"),
                Slot::Here(_) | Slot::Erased => assert!(known),
            }
        }
    }
    homes
}

fn identifiers_lead_to_their_holders(world: &World, homes: &BTreeMap<ProfileId, ProfileId>) {
    for node in &world.nodes {
        for (key, holding) in node.state.directory.iter().filter_map(|(key, holding)| Some((key, (*holding)?))) {
            assert_eq!(key.home(world.nodes.len() as u16), node.state.partition);
            let Some(holder) = holding.holder else {
                assert_ne!(holding.standing, Standing::Held, "held by nobody");
                continue;
            };
            let person = world.living(holder).expect("an identifier leads to somebody who lives");
            assert_eq!(homes.get(&holder), Some(&person.id));
            assert_eq!(person.owner_of(*key), Some(holder), "who is led to knows it");
        }
    }
    for person in world.people() {
        for side in &person.sides {
            for held in side.facts.identifiers.iter() {
                assert_ne!(held.hold, Hold::Claimed, "a claim was never answered");
                if held.hold == Hold::Own {
                    let found = world.find(&held.identifier).map(|found| found.id);
                    assert_eq!(found, Some(person.id), "who owns an identifier is found by it");
                }
            }
        }
    }
}

fn events_are_in_one_history(world: &World, homes: &BTreeMap<ProfileId, ProfileId>) {
    let mut seen = BTreeSet::new();
    for (side, events) in &world.history {
        assert!(events.is_empty() || homes.contains_key(side), "a history without a person");
        for (_, tie) in events.keys() {
            assert!(seen.insert(*tie), "an event is in two histories");
        }
    }
    let removed: u64 = world.nodes.iter().map(|n| n.state.core.expired_events + n.state.core.erased_events).sum();
    assert_eq!(world.kept.len() as u64, seen.len() as u64 + removed, "every event that was kept is there, or removed");
}

fn totals_add_up(world: &World) {
    let cores = || world.nodes.iter().map(|node| &node.state.core);
    let folded: u64 = cores().map(|core| core.events).sum();
    let removed: u64 = cores().map(|core| core.expired_events + core.erased_events).sum();
    let days: u64 = world.people().flat_map(|person| &person.sides).map(|side| side.facts.days.events()).sum();
    let history: usize = world.history.values().map(BTreeMap::len).sum();
    assert_eq!(days, folded - removed, "events = folded − removed");
    assert_eq!(history as u64, days, "history holds what is counted");
    for node in &world.nodes {
        let here = node.state.people.values().filter(|slot| matches!(slot, Slot::Here(_))).count();
        assert_eq!(node.state.core.profiles, here as u64, "as many profiles as are counted");
    }
}

fn timers_and_members_are_those_of_the_persons(world: &World) {
    for node in &world.nodes {
        let (mut timers, mut members) = (BTreeSet::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for slot in node.state.people.values() {
            let Slot::Here(person) = slot else { continue };
            timers.extend(person.due.map(|due| (due, person.id)));
            assert_eq!(person.due, person.next_due(&world.plan()), "the timer is set for what comes next");
            for segment in person.memberships.members() {
                members.entry(segment).or_default().insert(person.id);
            }
        }
        assert_eq!(node.state.timers, timers);
        let noted = node.members.iter().filter(|(_, members)| !members.is_empty());
        assert_eq!(noted.map(|(segment, members)| (*segment, members.clone())).collect::<BTreeMap<_, _>>(), members);
    }
}

/// Invariant 10: what was evaluated step by step equals what all of history gives at this moment.
fn memberships_are_exact(world: &World) {
    const KEEP: Keep = Keep::for_the_engine();
    let plan = world.plan();
    let all = plan.segments.all_places();
    for person in world.people() {
        let mut rebuilt = (**person).clone();
        for side in &mut rebuilt.sides {
            let events = world.history.get(&side.facts.origin).into_iter().flatten();
            let events = events.map(|((_, tie), event)| (event, *tie));
            let trails = Trails::rebuilt(&plan.segments, events);
            assert_eq!(side.trails.digest(), trails.digest(), "a digest followed equals one of all history");
            side.trails = trails.into();
        }
        let mut fresh = Memberships::from_entries(plan.revision, Vec::new());
        fresh.refresh(&plan.segments, &all, &rebuilt.view(&KEEP, &plan, world.now), world.now);
        let members = |memberships: &Memberships| {
            let names = memberships.members().map(|number| plan.segments.by_number(number).unwrap().name.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(members(&person.memberships), members(&fresh), "incremental equals recomputed");
        let said = |memberships: &Memberships| {
            memberships.readings.iter().map(|held| (held.model, held.says, held.valid_until)).collect::<Vec<_>>()
        };
        assert_eq!(said(&person.memberships), said(&fresh), "what models say follows from history");
        let scores = rebuilt.view(&KEEP, &plan, world.now).scores();
        assert_eq!(person.view(&KEEP, &plan, world.now).scores(), scores, "a score follows from history");
        let (kept, exact) = (person.memberships.valid_until(), fresh.valid_until());
        assert!(kept.is_none_or(|until| until > world.now), "a membership past its time");
        let early_enough = exact.is_none_or(|exact| kept.is_some_and(|kept| kept <= exact));
        let late = person.memberships.iter().zip(fresh.iter()).filter(|((_, kept), (_, exact))| {
            exact.valid_until.is_some_and(|exact| kept.valid_until.is_none_or(|kept| kept > exact))
        });
        let late: Vec<_> = late
            .map(|((number, kept), (_, exact))| {
                let name = plan.segments.by_number(*number).map(|rule| rule.name.to_string());
                (name, kept.valid_until, exact.valid_until)
            })
            .collect();
        assert!(early_enough, "a timer that comes too late: {late:?} at {:?}", world.now);
    }
}

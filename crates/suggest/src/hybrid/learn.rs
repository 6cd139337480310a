//! How the weights learn: the last part of the history is taken away, all parts are trained on the rest, and the weights
//! learn what would have told what was looked at and ordered in the part that was taken away. The few dozen weights within
//! the parts are not fitted once more for that; they are those of the whole.

use std::collections::BTreeSet;

use model::time::{Span, Timestamp};
use recommend::{
    choice::{Choice, Chosen},
    habit::Taken,
    history::{Deed, Group, Interaction, Item},
    rank::{Candidate, Why},
};

use super::{
    DEPTH, Weights,
    signal::{FEATURES, HEADS, Known, Lists, Signals, head},
};
use crate::{gather::Gathered, models::Models, source};

/// The share of the deeds that is taken away: one in so many.
const TAKEN_AWAY: usize = 8;

/// No more than so much of the end is taken away.
const LONGEST: Span = Span::DAY.times(30);

/// With fewer deeds than this nothing is learned.
const LEAST_DEEDS: usize = 1_000;

/// On so many choices each head is fitted.
const FITTED_ON: usize = 4_000;

/// So many of a person's visits count, of each its first so many items, and of what followed so many items.
const VISITS: usize = 3;
const CLICKS: usize = 2;
const FOLLOWED: usize = 8;

/// Beside what was taken, a choice is among so many others, evenly over all of them (McFadden, 1978: which of the others
/// are looked at does not change what is found).
const OTHERS: usize = 80;

/// The weights that the end of a history tells, of which these models are; those by rule where it tells too little.
pub(crate) fn weights(gathered: &Gathered, now: Timestamp, models: &Models) -> Weights {
    let Some(cut) = cut(gathered) else { return Weights::default() };
    let models = models.at(gathered, cut);
    let persons = persons(gathered, cut);
    let mut choices = [const { Vec::new() }; HEADS];
    // Persons evenly over all of them, until there are choices enough.
    let step = persons.len().div_ceil(FITTED_ON).max(1);
    for start in 0..step {
        for deeds in persons.iter().skip(start).step_by(step) {
            learn_from(&models, deeds, (cut, now), &mut choices);
        }
        if choices.iter().all(|choices| choices.len() >= FITTED_ON) {
            break;
        }
    }
    let Weights([home, rule, _]) = Weights::default();
    let [at_home, first, later] = choices;
    let home = Choice::fit(&at_home, &home).unwrap_or(home);
    let first = Choice::fit(&first, &rule).unwrap_or(rule);
    // What the first item of a visit taught holds for later ones until they teach something else.
    let later = Choice::fit(&later, &first).unwrap_or_else(|| first.clone());
    Weights([home, first, later])
}

/// The moment at which the part begins that is taken away; none of a short history.
fn cut(gathered: &Gathered) -> Option<Timestamp> {
    let mut moments: Vec<Timestamp> = gathered.history.iter().map(|one| one.at).collect();
    if moments.len() < LEAST_DEEDS {
        return None;
    }
    moments.sort_unstable();
    let cut = moments[moments.len() - moments.len() / TAKEN_AWAY];
    Some(cut.max(moments.last()?.minus(LONGEST)))
}

/// Of each person who did something before and after, everything in order of time.
fn persons(gathered: &Gathered, cut: Timestamp) -> Vec<Vec<Interaction>> {
    let mut of_persons: Vec<Vec<Interaction>> = vec![Vec::new(); gathered.history.persons()];
    gathered.history.iter().for_each(|one| of_persons[one.person.0 as usize].push(one));
    of_persons.iter_mut().for_each(|deeds| deeds.sort_by_key(|one| one.at));
    of_persons.retain(|deeds| deeds.last().is_some_and(|one| one.at >= cut));
    of_persons
}

/// What the visits of a person tell.
fn learn_from(
    models: &Models,
    deeds: &[Interaction],
    (cut, now): (Timestamp, Timestamp),
    choices: &mut [Vec<Chosen<FEATURES>>; HEADS],
) {
    let mut groups: Vec<Group> = Vec::new();
    let is_late = |one: &&Interaction| one.at >= cut && one.at < now;
    for one in deeds.iter().filter(is_late) {
        if !groups.contains(&one.group) {
            groups.push(one.group);
        }
    }
    for group in groups.into_iter().take(VISITS) {
        let Some(first) = deeds.iter().position(|one| one.group == group && one.at >= cut) else { continue };
        let visit: Vec<Item> = deeds[first..].iter().filter(|one| one.group == group).map(|one| one.item).collect();
        let is_order = deeds[first].deed == Deed::Order;
        let clicks = if is_order { 0 } else { CLICKS.min(visit.len()) };
        for seen in 0..=clicks {
            let at = if seen == 0 { first } else { after(deeds, (first, group), seen) };
            let (before, rest) = deeds.split_at(at);
            let moment = if seen == 0 { deeds[first].at } else { before.last().map_or(cut, |one| one.at) };
            let session = &visit[..seen];
            // In a visit what follows in it counts, but for what is on the screen: people go back to the rest.
            let counts = |one: &&Interaction| {
                one.at < now && (seen == 0 || one.group == group) && session.last() != Some(&one.item)
            };
            let wanted: BTreeSet<Item> = rest.iter().filter(counts).map(|one| one.item).collect();
            let all = &mut choices[head(session)];
            if all.len() < FITTED_ON {
                all.extend(chosen(models, (before, session, moment), &wanted));
            }
        }
    }
}

/// The place behind the first so many deeds of a visit.
fn after(deeds: &[Interaction], (first, group): (usize, Group), seen: usize) -> usize {
    let of_visit = (first..deeds.len()).filter(|place| deeds[*place].group == group);
    of_visit.take(seen).last().map_or(first, |place| place + 1)
}

/// The choices that somebody made with what was wanted afterwards.
fn chosen(
    models: &Models,
    (before, session, now): (&[Interaction], &[Item], Timestamp),
    wanted: &BTreeSet<Item>,
) -> Vec<Chosen<FEATURES>> {
    let of = |counts: fn(Deed) -> bool| before.iter().filter(move |one| counts(one.deed));
    let looked: Vec<_> = of(|deed| deed == Deed::View).map(|one| (one.at, one.item)).collect();
    let orders: Vec<Taken> =
        of(|deed| deed == Deed::Order).map(|one| Taken { at: one.at, group: one.group, item: one.item }).collect();
    let newest = orders.last().map(|one| one.group);
    let last_order: Vec<Item> = orders.iter().filter(|one| Some(one.group) == newest).map(|one| one.item).collect();
    let known = Known { now, session, looked: &looked };
    let complements = |of: &[Item]| {
        let complements = models.complements.as_ref();
        let rows = complements.into_iter().flat_map(|known| of.iter().map(|item| (*item, 1.0, known.of(*item))));
        source::merged_by(rows, of, Why::Complements)
    };
    let popular = models.counted.popular.iter().take(DEPTH);
    let lists = Lists {
        session: source::next(models, session, DEPTH),
        with: Vec::new(),
        after: complements(&last_order),
        personal: source::chances(models, &orders, now, DEPTH),
        near: known.near(models),
        popular: popular.map(|one| Candidate { item: one.item, score: one.score, why: Why::Popular }).collect(),
    };
    let signals = Signals::of(models, &known, &lists);
    let candidates = signals.candidates();
    let others: Vec<Item> = candidates.iter().copied().filter(|item| !wanted.contains(item)).collect();
    let step = others.len().div_ceil(OTHERS).max(1);
    let others: Vec<[f32; FEATURES]> = others.iter().step_by(step).map(|item| signals.features(*item)).collect();
    let taken: Vec<&Item> = wanted.iter().filter(|item| candidates.binary_search(item).is_ok()).collect();
    let step = taken.len().div_ceil(FOLLOWED).max(1);
    let choice = |item: &Item| {
        let candidates = std::iter::once(signals.features(*item)).chain(others.iter().copied()).collect();
        Chosen { candidates, taken: 0 }
    };
    taken.into_iter().step_by(step).map(choice).collect()
}

impl Default for Weights {
    /// As simulated shoppers taught them.
    fn default() -> Self {
        let mut weights = [0.0; FEATURES];
        for (place, weight) in [
            (0, 1.5),
            (1, 0.6),
            (2, 1.0),
            (3, 0.3),
            (4, 0.5),
            (5, 0.3),
            (9, 0.2),
            (11, 0.15),
            (12, 3.0),
            (13, 0.8),
            (14, 0.1),
        ] {
            weights[place] = weight;
        }
        Self(std::array::from_fn(|_| Choice::new(weights)))
    }
}

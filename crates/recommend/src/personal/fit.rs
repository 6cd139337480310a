//! How the heads learn: the last part of the history is taken away, the parts are trained on the rest, and the heads
//! learn what would have told them the part that was taken away.

use std::collections::BTreeSet;

use model::time::Timestamp;

use crate::{
    habit::{Past, Takings},
    history::{Item, Person},
    logistic::{Example, Logistic},
    neighbor::Neighbors,
    personal::{LEAST_NEW, Memory, Parts, Question, Training, feature::FEATURES},
};

/// The heads for what a person takes again, and for what is new to them.
pub(super) fn heads(
    takings: &Takings,
    now: Timestamp,
    alike: Option<&Neighbors>,
    training: Training,
) -> (Logistic<FEATURES>, Logistic<FEATURES>) {
    let cut = now.minus(training.ahead);
    let before = takings.before(cut);
    let parts = Parts::train(&before, cut, training);
    let (mut again, mut fresh, mut memory) = (Vec::new(), Vec::new(), Memory::default());
    for person in fitted_on(takings, cut, training.fitted_on) {
        let wanted: BTreeSet<Item> =
            takings.by(person).iter().filter(|one| one.at >= cut && one.at < now).map(|one| one.item).collect();
        let question = Question { taken: before.by(person), now: cut, alike };
        let past = Past::of(question.taken, cut);
        for signals in parts.candidates(&past, &question, LEAST_NEW, &mut memory) {
            let example = Example { features: signals.features(&parts, &past), yes: wanted.contains(&signals.item) };
            if signals.habit.is_some() { &mut again } else { &mut fresh }.push(example);
        }
        memory.clear();
    }
    (Logistic::fit(&again).unwrap_or_else(again_by_rule), Logistic::fit(&fresh).unwrap_or_else(fresh_by_rule))
}

/// Persons with a past and something to tell by, at most so many, evenly over all of them.
fn fitted_on(takings: &Takings, cut: Timestamp, most: usize) -> Vec<Person> {
    let tells = |person: &Person| {
        let taken = takings.by(*person);
        taken.first().is_some_and(|one| one.at < cut) && taken.last().is_some_and(|one| one.at >= cut)
    };
    let all: Vec<Person> = takings.persons().filter(tells).collect();
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.into_iter().step_by(step).collect()
}

/// Where a history is too young to learn from: what is taken often and lately is taken again.
fn again_by_rule() -> Logistic<FEATURES> {
    let mut weights = [0.0; FEATURES];
    [(15, 1.0), (18, 0.7), (19, -0.3), (11, 0.5)].into_iter().for_each(|(place, weight)| weights[place] = weight);
    Logistic::new(-1.5, weights)
}

/// And what goes with a person's items, is like them, or many take lately, is taken next.
fn fresh_by_rule() -> Logistic<FEATURES> {
    let mut weights = [0.0; FEATURES];
    [(2, 2.0), (3, 2.0), (5, 0.5), (6, 1.0), (7, 0.2), (9, 0.3)]
        .into_iter()
        .for_each(|(place, weight)| weights[place] = weight);
    Logistic::new(-6.0, weights)
}

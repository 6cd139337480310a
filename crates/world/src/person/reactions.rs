//! How somebody reacts to what is done for them.

use super::{PersonId, Reactions, Sex};
use crate::{
    Seed,
    draws::{Entity, Purpose},
    rule::{RULES, Rule, Traits, effect},
};

/// Shares of people on whom nothing works, and on whom it works the other way.
const COLD: f64 = 0.25;
const NEGATIVE: f64 = 0.05;

/// How much each channel does on average, in the order of [`super::Channel`].
const APPETITES: [f64; 7] = [0.40, 0.25, 0.30, 0.20, 0.15, 0.60, 0.45];

/// What of a person decides how rules work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nature {
    pub sex: Sex,
    pub is_old_customer: bool,
    pub price_sensitivity: f32,
}

/// The reactions of a person.
pub(super) fn of(seed: Seed, rules: &[Rule], person: PersonId, nature: Nature) -> Reactions {
    let mut draws = seed.draws(Entity::Person(person.0), 0, Purpose::Reaction);
    let kind = draws.unit();
    let (is_cold, is_negative) = (kind < COLD, (COLD..COLD + NEGATIVE).contains(&kind));
    // The mean of u^k is 1/(k+1).
    let appetite = APPETITES.map(|mean| libm::pow(draws.unit(), 1.0 / mean - 1.0) as f32);
    let discomfort = libm::pow(draws.unit(), 1.5) as f32;
    let Nature { sex, is_old_customer, price_sensitivity } = nature;
    let traits = Traits { sex, is_old_customer, price_sensitivity, is_cold, is_negative };
    let mut noises = seed.draws(Entity::Person(person.0), 0, Purpose::Effect);
    // Noise for every number, whether or not there is such a rule: another list leaves the effects of these.
    let effects: [f32; RULES] = std::array::from_fn(|number| {
        let noise = noises.normal() as f32;
        rules.get(number).map_or(0.0, |rule| effect(rule, traits, noise))
    });
    Reactions { appetite, discomfort, is_cold, is_negative, effects }
}

//! Where a taste lies, and how it changes: eight personas, a person's own leaning, slow drift, turns.

use super::PersonId;
use crate::{
    Seed,
    calendar::{Calendar, Day},
    catalog::{DIMENSIONS, Latent, taste},
    draws::{Draws, Entity, Purpose},
};

/// How many personas there are.
pub const PERSONAS: usize = 8;

/// How much each of some words counts.
type Weights = &'static [(&'static str, f32)];

/// What the personas walk for and where, as weights of purposes and terrains, and how usual they are.
const HEARTS: [(Weights, Weights, f64); PERSONAS] = [
    (&[("day-hike", 1.0)], &[("forest", 0.8), ("mountain", 0.4)], 0.26),
    (&[("trek", 1.0), ("day-hike", 0.3)], &[("mountain", 1.0)], 0.14),
    (&[("alpine", 1.0)], &[("mountain", 0.7), ("snow", 0.5)], 0.08),
    (&[("city", 1.0), ("day-hike", 0.2)], &[("forest", 0.3)], 0.12),
    (&[("trail", 1.0)], &[("forest", 0.6), ("mountain", 0.5)], 0.14),
    (&[("day-hike", 0.8), ("trek", 0.4)], &[("coast", 1.0)], 0.12),
    (&[("day-hike", 0.5), ("alpine", 0.5)], &[("snow", 1.0)], 0.06),
    (&[("day-hike", 0.7), ("city", 0.5)], &[("forest", 0.5), ("coast", 0.5)], 0.08),
];

/// How far somebody leans away from the persona: the deviation over all dimensions, where the persona is at 1.
const OWN_SPREAD: f64 = 0.55;

/// How far a persona's style lies from the middle of its named dimensions.
const STYLE_SPREAD: f64 = 0.4;

/// How far a taste drifts in a year, before its length is made 1 again.
const DRIFT_A_YEAR: f32 = 0.25;

/// Share of people whose taste turns in a year.
const TURNS_A_YEAR: f64 = 0.04;

/// The taste of somebody over time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Course {
    pub persona: u8,
    pub taste: Latent,
    pub drift: Latent,
    pub turns: Option<(Day, Latent)>,
}

impl Course {
    /// The taste of a person.
    pub(super) fn of(seed: Seed, calendar: Calendar, person: PersonId) -> Self {
        let mut draws = seed.draws(Entity::Person(person.0), 0, Purpose::Taste);
        let persona = draws.weighted(&HEARTS.map(|(_, _, weight)| weight));
        let taste = leaning(&heart(seed, persona), &mut draws);
        let drift = taste::normalized(noise(1.0, &mut draws));
        let mut turning = seed.draws(Entity::Person(person.0), 0, Purpose::Turn);
        let turns = turning.chance(TURNS_A_YEAR * f64::from(calendar.days) / 365.0).then(|| {
            let day = Day(turning.below(calendar.days as usize) as u32);
            // To one of the seven others.
            let other = (persona + 1 + turning.below(PERSONAS - 1)) % PERSONAS;
            (day, leaning(&heart(seed, other), &mut turning))
        });
        Self { persona: persona as u8, taste, drift, turns }
    }
}

/// A taste on a day after its beginning.
pub(super) fn drifted(from: &Latent, drift: &Latent, day: Day) -> Latent {
    let way = DRIFT_A_YEAR * day.0 as f32 / 365.0;
    taste::normalized(std::array::from_fn(|at| from[at] + way * drift[at]))
}

/// The middle of a persona.
fn heart(seed: Seed, persona: usize) -> Latent {
    let (purposes, terrains, _) = HEARTS[persona];
    let mut draws = seed.draws(Entity::World, persona as u32, Purpose::Taste);
    let mut heart = noise(STYLE_SPREAD, &mut draws);
    let mut add = |place: Latent, weight: f32| (0..DIMENSIONS).for_each(|at| heart[at] += weight * place[at]);
    purposes.iter().for_each(|(purpose, weight)| add(taste::place(purpose, ""), *weight));
    terrains.iter().for_each(|(terrain, weight)| add(taste::place("", terrain), *weight));
    taste::normalized(heart)
}

fn leaning(heart: &Latent, draws: &mut Draws) -> Latent {
    let own = noise(OWN_SPREAD, draws);
    taste::normalized(std::array::from_fn(|at| heart[at] + own[at]))
}

/// Normal in every dimension; of this length on average.
fn noise(length: f64, draws: &mut Draws) -> Latent {
    let deviation = length / libm::sqrt(DIMENSIONS as f64);
    std::array::from_fn(|_| (deviation * draws.normal()) as f32)
}

#[cfg(test)]
mod tests {
    use model::time::Timestamp;

    use super::*;

    const YEAR: Calendar = Calendar { start: Timestamp::EPOCH, days: 365 };

    #[test]
    fn tastes_lie_around_their_personas() {
        let all: Vec<_> = (0..400).map(|i| Course::of(Seed(1), YEAR, PersonId(i))).collect();
        let mean = |same: bool| {
            let mut fits = Vec::new();
            for (i, one) in all.iter().enumerate() {
                let others = all[..i].iter().filter(|other| (other.persona == one.persona) == same);
                fits.extend(others.map(|other| taste::fit(&one.taste, &other.taste)));
            }
            fits.iter().sum::<f32>() / fits.len() as f32
        };
        assert!(mean(true) > mean(false) + 0.25, "{} {}", mean(true), mean(false));
        assert!(all.iter().all(|course| (taste::fit(&course.taste, &course.taste) - 1.0).abs() < 1e-4));
    }

    #[test]
    fn drift_is_slow_and_turns_are_rare_and_large() {
        let all: Vec<_> = (0..5_000).map(|i| Course::of(Seed(1), YEAR, PersonId(i))).collect();
        let after = |course: &Course| taste::fit(&course.taste, &drifted(&course.taste, &course.drift, Day(364)));
        assert!(all.iter().all(|course| (0.93..1.0).contains(&after(course))));
        let turned: Vec<_> = all.iter().filter_map(|course| course.turns.map(|(_, to)| (course.taste, to))).collect();
        assert!((160..240).contains(&turned.len()), "{}", turned.len());
        let fit = turned.iter().map(|(from, to)| taste::fit(from, to)).sum::<f32>() / turned.len() as f32;
        assert!(fit < 0.5, "{fit}");
    }
}

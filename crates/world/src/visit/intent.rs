//! What a visit is for, which nobody is told.

use crate::{
    World,
    content::Stage,
    draws::{Entity, Purpose},
    life::Life,
    truth::Intent,
};

use super::VisitPlan;

/// The intents, in the order of the weights below.
const INTENTS: [Intent; 6] = [Intent::Learn, Intent::Compare, Intent::Buy, Intent::Gift, Intent::Fix, Intent::Return];

/// Draws what a visit is for, by what is needed, what went wrong with an order, and the stage.
pub(super) fn of(world: &World, life: &Life, plan: &VisitPlan) -> Intent {
    let mut draws = world.seed.draws(Entity::Visit(plan.person.0, plan.number), plan.day.0, Purpose::Intent);
    let mut weights: [f64; 6] = match life.stage() {
        Stage::Discovery => [0.66, 0.28, 0.03, 0.0, 0.02, 0.0],
        Stage::Comparison => [0.14, 0.72, 0.10, 0.0, 0.01, 0.0],
        Stage::Conversion => [0.06, 0.30, 0.62, 0.0, 0.01, 0.0],
        Stage::Onboarding => [0.62, 0.20, 0.03, 0.0, 0.10, 0.0],
        Stage::Enrollment => [0.58, 0.34, 0.05, 0.0, 0.02, 0.0],
    };
    match life.need_on(plan.day) {
        // Whoever looks for a gift does that first.
        Some(need) if need.is_gift_of(plan.person) => weights[3] = 1.2,
        Some(need) => {
            weights[1] += 0.2 * f64::from(need.strength);
            weights[2] += 0.1 * f64::from(need.strength);
        }
        None => weights[2] *= 0.4,
    }
    match life.trouble_on(plan.day) {
        Some(Intent::Return) => weights[5] = 1.5,
        Some(Intent::Fix) => weights[4] += 1.5,
        _ => {}
    }
    INTENTS[draws.weighted(&weights)]
}

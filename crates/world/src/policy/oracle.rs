//! The policy that knows everything: what no product can be better than.

use crate::{
    rule::{Place, Rule},
    visit::{Shown, leaves_for_ever},
};

use super::{Policy, Scene};

/// What a customer who leaves for ever would have brought, in cents: two years of what one brings on average.
const LOYALTY_CENTS: f64 = 6_000.0;

/// Shows the treatment that this person in this visit is expected to bring the most with, if it brings more than none:
/// it knows the hidden effects, the chance of buying, what would be bought and whom a rule drives away.
#[derive(Debug, Clone, Copy)]
pub struct Oracle;

impl Policy for Oracle {
    fn show(&self, scene: &Scene<'_>, place: Place) -> Option<Shown> {
        let Scene { world, life, visit, .. } = *scene;
        let neutral = visit.expected_profit(world, life, None);
        let gain = |rule: &Rule| {
            let is_first = life.treatments(rule.id) == 0;
            let lost = if is_first && leaves_for_ever(world, life, rule) { LOYALTY_CENTS } else { 0.0 };
            visit.expected_profit(world, life, Some(rule.id)) - neutral - lost
        };
        let gains = scene.rules(place).map(|rule| (rule, gain(rule))).filter(|(_, gain)| *gain > 0.0);
        let (best, _) = gains.max_by(|one, other| one.1.total_cmp(&other.1))?;
        scene.answer(best, true)
    }
}

//! Whether something is bought: a logit with the effects of what was seen, and one draw that all outcomes share.
//!
//! The draw is of [0, 1) and the same under every policy. It lies below the chance of ordering, or else below that of
//! beginning the checkout, or else below that of filling a cart, or above all three. So an effect that raises the
//! chance turns exactly those visits into orders whose draw lies between the two chances.

use crate::{
    World,
    calendar::Day,
    catalog::ItemId,
    draws::{Entity, Purpose},
    emission::Line,
    life::{Life, earned},
    rule::{RuleId, together},
    truth::Intent,
};

use super::{Shopper, VisitPlan, route::Route};

/// What filling a cart is easier than ordering, in log-odds.
const CART: f64 = 2.5;
/// What beginning the checkout is easier than ordering, in log-odds.
const CHECKOUT: f64 = 1.0;
/// The log-odds of ordering by intent, for something that half of all people find fitting.
const BASE: [f64; 6] = [-5.5, -3.25, -0.4, -0.8, -5.0, -5.0];
/// What it adds that the thing is needed urgently.
const NEEDED: f64 = 2.0;
/// What it adds that it is liked e times as much.
const LIKED: f64 = 0.3;
/// The utility to which the above are measured.
const FITS: f64 = 4.0;
/// What it adds that the shop is known.
const KNOWN: f64 = 0.2;
/// What it adds that all of it costs e times the budget, to whom prices matter on average.
const DEAR: f64 = -0.45;
/// What it adds to have just ordered, for oneself: most of the budget is spent. It fades over [`SPENT_DAYS`].
const SPENT: f64 = -3.7;
/// Days after which what was spent weighs e times less.
const SPENT_DAYS: f64 = 150.0;
/// What it adds that somebody comes e times as often as is usual: who comes all the time looks more than buys.
const FREQUENT: f64 = -1.0;
/// How many visits a day are usual.
const USUAL_VISITS: f64 = 0.08;
/// Share of carts with each thing that goes with what is bought.
const ADDS: f64 = 0.2;
/// Things cheaper than this, in cents, are bought in several pieces now and then.
const CHEAP: u32 = 3_000;
/// The coupon for a first order, and what it takes off.
pub(super) const COUPON: (&str, f32) = ("BIENVENUE10", 0.10);

/// What would be bought.
#[derive(Debug, Clone, Default)]
pub(super) struct Basket {
    pub(super) lines: Vec<Line>,
    pub(super) coupon: Option<&'static str>,
    /// What it comes to, in cents.
    pub(super) total: u32,
    /// What the shop earns by it, in cents, before what rules cost.
    pub(super) worth: i64,
    /// How many of the lines lay in the cart before the visit.
    pub(super) resumed: usize,
}

/// How likely a visit buys, and its draw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odds {
    /// The log-odds of ordering with everything neutral; none if there is nothing that could be ordered.
    neutral: Option<f64>,
    /// What was seen adds this.
    treated: f64,
    /// The draw.
    pub(super) draw: f64,
}

impl Odds {
    /// With nothing seen: the chance of ordering.
    pub(super) fn chance_neutral(&self) -> f64 {
        self.neutral.map_or(0.0, chance)
    }

    /// With what was seen: the chance of ordering.
    pub(super) fn chance(&self) -> f64 {
        self.chance_with(0.0)
    }

    /// With effects of rules that come to `effect`, instead of what was seen: the chance of ordering.
    pub(super) fn chance_if(&self, effect: f64) -> f64 {
        self.neutral.map_or(0.0, |odds| chance(odds + effect))
    }

    /// With what was seen: the chance of something that is easier than ordering, by these log-odds.
    fn chance_with(&self, easier: f64) -> f64 {
        self.chance_if(self.treated + easier)
    }

    pub(super) fn fills_cart(&self) -> bool {
        self.draw < self.chance_with(CART)
    }

    pub(super) fn begins_checkout(&self) -> bool {
        self.draw < self.chance_with(CHECKOUT)
    }

    pub(super) fn orders(&self) -> bool {
        self.draw < self.chance()
    }

    pub(super) fn treat(&mut self, effect: f64) {
        self.treated = effect;
    }
}

/// What all rules seen in a visit add to the log-odds of buying: each as strong as on this day, and what two of them
/// do only together.
pub(super) fn effect(world: &World, life: &Life, seen: &[RuleId], day: Day) -> f64 {
    let reactions = &world.person(life.person()).reactions;
    let alone = seen.iter().map(|rule| {
        let number = usize::from(rule.0);
        reactions.effects[number] * world.rules[number].strength_on(world.calendar, day)
    });
    let both = if reactions.is_cold { 0.0 } else { together(&world.rules, seen) };
    f64::from(alone.sum::<f32>() + both)
}

/// Draws what would be bought at the end of a way, and how likely that is with everything neutral.
pub(super) fn of(world: &World, life: &Life, plan: &VisitPlan, intent: Intent, route: &Route) -> (Basket, Odds) {
    let entity = Entity::Visit(plan.person.0, plan.number);
    let draw = world.seed.draws(entity, plan.day.0, Purpose::Purchase).unit();
    let shopper = Shopper::new(world, life, plan.day);
    let basket = basket(world, life, plan, (intent, route), &shopper);
    let neutral = basket.lines.first().map(|main| {
        let person = world.person(life.person());
        let needed = life.need_on(plan.day).filter(|need| need.category == world.catalog.item(main.item).category);
        let dear = libm::log(f64::from(basket.total.max(100)) / f64::from(person.budget.max(100)));
        BASE[intent as usize]
            + NEEDED * needed.map_or(0.0, |need| 0.4 + f64::from(need.strength))
            + LIKED * (f64::from(shopper.utility(main.item)) - FITS).clamp(-4.0, 4.0)
            + if life.orders() > 0 { KNOWN } else { 0.0 }
            + DEAR * f64::from(person.price_sensitivity) * dear.clamp(-1.5, 2.0)
            + life.days_since_order(plan.day).map_or(0.0, |days| SPENT * libm::exp(-f64::from(days) / SPENT_DAYS))
            + FREQUENT * libm::log(f64::from(person.visits_a_day).max(0.001) / USUAL_VISITS)
    });
    (basket, Odds { neutral, treated: 0.0, draw })
}

fn basket(
    world: &World,
    life: &Life,
    plan: &VisitPlan,
    (intent, route): (Intent, &Route),
    shopper: &Shopper<'_>,
) -> Basket {
    let entity = Entity::Visit(plan.person.0, plan.number);
    let mut draws = world.seed.draws(entity, plan.day.0, Purpose::Cart);
    let [choice, tells, wants_coupon] = std::array::from_fn(|_| draws.unit());
    let is_gift = intent == Intent::Gift;
    let kept = life.cart().iter().filter(|line| world.catalog.item(line.item).is_sold_on(plan.day));
    let mut lines: Vec<Line> = if is_gift || route.legs.len() < 2 { Vec::new() } else { kept.copied().collect() };
    let resumed = lines.len();
    if lines.is_empty() {
        let viewed = route.viewed.iter().rev().copied();
        let Some(main) = shopper.choose(viewed, choice) else { return Basket::default() };
        let add = |item: ItemId, quantity: u32| Line {
            item,
            quantity: quantity.clamp(1, 5) as u8,
            price: price_on(world, item, plan.day),
            // Not everybody says that it is a gift.
            is_gift: is_gift && tells < 0.4,
        };
        let several = |item: ItemId, more: u32| 1 + if world.catalog.item(item).price < CHEAP { more } else { 0 };
        lines.push(add(main, several(main, draws.poisson(0.7))));
        for other in world.catalog.complements[main.0 as usize].iter().take(4) {
            let (is_added, more) = (draws.chance(ADDS), draws.poisson(0.4));
            if is_added && !is_gift && world.catalog.item(*other).is_sold_on(plan.day) {
                lines.push(add(*other, several(*other, more)));
            }
        }
    }
    let is_farmer = world.person(life.person()).is_farmer;
    let has_coupon = is_farmer || (life.orders() == 0 && wants_coupon < 0.3);
    let coupon = has_coupon.then_some(COUPON.0);
    let share = if has_coupon { 1.0 - COUPON.1 } else { 1.0 };
    for line in &mut lines {
        line.price = (price_on(world, line.item, plan.day) as f32 * share) as u32;
    }
    let total = lines.iter().map(|line| u32::from(line.quantity) * line.price).sum();
    let worth = lines.iter().map(|line| earned(world, line)).sum();
    Basket { lines, coupon, total, worth, resumed }
}

/// What an item costs on a day, in cents: less in a promotion of its family.
pub fn price_on(world: &World, item: ItemId, day: Day) -> u32 {
    let item = world.catalog.item(item);
    let promotion = world.calendar.promotion(day);
    let discount = promotion
        .filter(|promotion| promotion.families.is_empty() || promotion.families.contains(&item.family))
        .map_or(0.0, |promotion| promotion.discount);
    (item.price as f32 * (1.0 - discount)) as u32
}

fn chance(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_turns_exactly_the_visits_between_two_chances_into_orders() {
        let (neutral, effect) = (-2.0, 0.5);
        for draw in (0..1_000).map(|thousandth| f64::from(thousandth) / 1_000.0) {
            let mut odds = Odds { neutral: Some(neutral), treated: 0.0, draw };
            let before = odds.orders();
            odds.treat(effect);
            assert_eq!(odds.orders() && !before, draw >= chance(neutral) && draw < chance(neutral + effect));
            // Nobody orders without a checkout, or begins one without a cart.
            assert!(odds.fills_cart() || !odds.begins_checkout());
            assert!(odds.begins_checkout() || !odds.orders());
        }
    }

    #[test]
    fn who_has_looked_at_nothing_buys_nothing() {
        let odds = Odds { neutral: None, treated: 3.0, draw: 0.0 };
        assert!(!odds.fills_cart() && !odds.orders());
    }
}

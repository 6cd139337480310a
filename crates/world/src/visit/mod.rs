//! One person on the site: page after page, in answer to what is shown.
//!
//! A visit proposes a [`Page`]; whoever drives it sends what the page emits, asks the product (or a policy, or nobody)
//! what to show, and tells the visit what was [`Shown`]; the visit goes on from there.
//!
//! The way through the site is drawn when the visit begins, as it would be with everything neutral. What is shown
//! changes what it truly causes and nothing else: the chance of buying, clicks, discomfort, and where too many banners
//! end the way early.

mod choice;
mod expected;
mod intent;
mod pages;
mod purchase;
mod reaction;
mod route;

use model::time::{Span, Timestamp};

use crate::{
    World,
    calendar::Day,
    catalog::{CategoryId, ItemId},
    content::ContentId,
    draws::{Draws, Entity, Purpose},
    emission::{Claims, Emission, Feed},
    life::{Course, Life, Purchase},
    person::{Device, PersonId},
    rule::{Place, RuleId},
    truth::{Intent, Truth, VisitTruth},
};

pub(crate) use self::reaction::leaves_for_ever;
pub use self::{choice::Shopper, expected::Screen, purchase::price_on};
use self::{
    purchase::{Basket, Odds},
    route::{Leg, Route, Step},
};

/// Why a visit begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the person's own wish.
    Wish,
    /// By the link of a mail.
    Mail,
}

/// A visit that will begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitPlan {
    /// Who.
    pub person: PersonId,
    /// On which day.
    pub day: Day,
    /// Its number among the person's visits of the day.
    pub number: u16,
    /// When it begins.
    pub begins: Timestamp,
    /// Why.
    pub way: Way,
}

/// What a page asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// When.
    pub at: Timestamp,
    /// What is sent with it, in order; before the asking.
    pub emits: Vec<Emission>,
    /// Which places it has; empty if it asks nothing.
    pub asks: Vec<Place>,
    /// By which door it asks: [`Feed::Web`] or [`Feed::App`].
    pub feed: Feed,
    /// Who the page can say it is.
    pub claims: Claims,
    /// `/boots`.
    pub path: String,
    /// What was searched for elsewhere, on a landing page.
    pub keyword: Option<String>,
    /// `fr` or `en`.
    pub language: &'static str,
    /// The browser.
    pub user_agent: &'static str,
    /// Kept in the page's memory through the visit.
    pub nonce: String,
    /// Who truly sees it; nobody is told.
    pub person: PersonId,
    /// The item that is on it.
    pub item: Option<ItemId>,
}

/// What a place showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The place.
    pub place: Place,
    /// The rule and whether its treatment was shown (`false`: its control); none if it is neutral for another reason.
    pub rule: Option<(RuleId, bool)>,
    /// What was shown, where it is one of ours; the neutral content is none.
    pub content: Option<ContentId>,
    /// The decision, for impressions and clicks.
    pub decision: Option<String>,
}

/// A visit under way.
#[derive(Debug)]
pub struct Visit {
    plan: VisitPlan,
    intent: Intent,
    /// The place of the device among the person's.
    device: usize,
    /// The page from which on the person is logged in.
    logs_in: Option<usize>,
    is_logged_in: bool,
    route: Route,
    basket: Basket,
    odds: Odds,
    /// For whom it is, if something is bought.
    wearer: PersonId,
    /// What was needed most as it began, and for whom.
    needed: Option<(CategoryId, PersonId)>,
    /// The items that were looked at.
    viewed: Vec<(Timestamp, ItemId)>,
    /// The next leg of the route.
    leg: usize,
    now: Timestamp,
    /// When the last page ends.
    until: Timestamp,
    events: u32,
    pages: u16,
    /// The draws about what is shown: as many for every page, whatever is shown.
    hand: Draws,
    treated: Vec<RuleId>,
    controlled: Vec<RuleId>,
    end: End,
    /// What discomfort came of it, to be written down.
    bother: Vec<Truth>,
}

/// How a visit ends, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Not yet.
    Open,
    /// Too many banners drove the person away.
    Driven,
    /// A cart was filled and left.
    Left,
    /// An order.
    Ordered,
    /// Written down.
    Over,
}

impl Visit {
    /// Begins a visit.
    pub fn open(world: &World, life: &mut Life, plan: &VisitPlan) -> Self {
        let person = world.person(plan.person);
        let entity = Entity::Visit(plan.person.0, plan.number);
        let mut draws = world.seed.draws(entity, plan.day.0, Purpose::Browse);
        let shares: [f64; 4] =
            std::array::from_fn(|at| person.devices.get(at).map_or(0.0, |device| f64::from(device.share)));
        let device = draws.weighted(&shares).min(person.devices.len().saturating_sub(1));
        let habit = if person.devices[device].is_app { 0.9 } else { 0.25 };
        let (is_willing, at_page) = (draws.chance(habit), draws.below(4));
        life.come();
        let intent = intent::of(world, life, plan);
        let route = route::of(world, life, plan, intent, &mut draws);
        let (basket, odds) = purchase::of(world, life, plan, intent, &route);
        let wearer = life.need_on(plan.day).filter(|_| intent == Intent::Gift).map_or(person.id, |need| need.wearer);
        Self {
            plan: *plan,
            intent,
            device,
            logs_in: (is_willing && life.has_account()).then_some(at_page),
            is_logged_in: false,
            route,
            basket,
            odds,
            wearer,
            needed: life.need_on(plan.day).map(|need| (need.category, need.wearer)),
            viewed: Vec::new(),
            leg: 0,
            now: plan.begins,
            until: plan.begins,
            events: 0,
            pages: 0,
            hand: world.seed.draws(entity, plan.day.0, Purpose::Click),
            treated: Vec::new(),
            controlled: Vec::new(),
            end: End::Open,
            bother: Vec::new(),
        }
    }

    /// The next page; none once the visit is over, which writes down what it truly was.
    pub fn next(&mut self, world: &World, life: &mut Life, truths: &mut Vec<Truth>) -> Option<Page> {
        truths.append(&mut self.bother);
        let Some(leg) = self.advance() else {
            self.close(world, life, truths);
            return None;
        };
        self.now = self.until;
        self.until = self.now.plus(Span::from_millis(leg.dwell_ms));
        self.pages += 1;
        Some(self.page(world, life, leg.step))
    }

    /// What was planned of it.
    pub fn plan(&self) -> VisitPlan {
        self.plan
    }

    /// Who.
    pub fn person(&self) -> PersonId {
        self.plan.person
    }

    /// On which day.
    pub fn day(&self) -> Day {
        self.plan.day
    }

    /// What it is for.
    pub fn intent(&self) -> Intent {
        self.intent
    }

    /// The rules whose treatment was seen so far.
    pub fn treated(&self) -> &[RuleId] {
        &self.treated
    }

    /// What the shop expects to earn by this visit if a further treatment is seen, in cents; by none, as it stands.
    /// Only who knows the truth can ask.
    pub fn expected_profit(&self, world: &World, life: &Life, further: Option<RuleId>) -> f64 {
        let mut seen = self.treated.clone();
        seen.extend(further.filter(|rule| !self.treated.contains(rule)));
        let effect = purchase::effect(world, life, &seen, self.plan.day);
        let costs: i64 = seen.iter().map(|rule| i64::from(world.rules[usize::from(rule.0)].cost_cents)).sum();
        self.odds.chance_if(effect) * (self.basket.worth - costs) as f64
    }

    /// The next leg: of the route, then of what the draw makes of it.
    fn advance(&mut self) -> Option<Leg> {
        if self.end != End::Open {
            return None;
        }
        if let Some(leg) = self.route.legs.get(self.leg) {
            self.leg += 1;
            return Some(*leg);
        }
        let after = self.leg - self.route.legs.len();
        self.leg += 1;
        let (step, dwell_ms, goes_on) = match after {
            0 => (Step::Cart, 20_000, self.odds.fills_cart()),
            1 => (Step::Checkout, 90_000, self.odds.begins_checkout()),
            2 => (Step::Thanks, 8_000, self.odds.orders()),
            _ => return None,
        };
        if goes_on {
            self.end = if step == Step::Thanks { End::Ordered } else { self.end };
            return Some(Leg { step, dwell_ms });
        }
        self.end = if after > 0 { End::Left } else { self.end };
        None
    }

    /// Writes down what the visit truly was, once.
    fn close(&mut self, world: &World, life: &mut Life, truths: &mut Vec<Truth>) {
        if self.end == End::Over {
            return;
        }
        let has_bought = self.end == End::Ordered;
        let has_cart = has_bought || self.end == End::Left;
        if self.end == End::Left && self.intent != Intent::Gift {
            life.leave_cart(&self.basket.lines, self.plan.day);
        }
        let course = Course { intent: self.intent, viewed: self.route.viewed.len(), has_cart, has_bought };
        if life.move_on(world, &self.plan, course) {
            truths.push(Truth::Stage(self.plan.person, self.until, life.stage()));
        }
        let costs: i64 = self.treated.iter().map(|rule| i64::from(world.rules[usize::from(rule.0)].cost_cents)).sum();
        let worth = self.basket.worth - costs;
        truths.push(Truth::Visit(VisitTruth {
            person: self.plan.person,
            begins: self.plan.begins,
            ends: self.now,
            device: self.device(world).id.clone(),
            intent: self.intent,
            stage: life.stage(),
            pages: self.pages,
            needed: self.needed,
            about: self.route.about,
            viewed: std::mem::take(&mut self.viewed),
            bought: if has_bought { self.basket.lines.iter().map(|line| line.item).collect() } else { Vec::new() },
            has_cart,
            spent: if has_bought { self.basket.total } else { 0 },
            profit: if has_bought { worth } else { 0 },
            chance: if self.end == End::Driven { 0.0 } else { self.odds.chance() as f32 },
            chance_neutral: self.odds.chance_neutral() as f32,
            draw: self.odds.draw,
            worth_neutral: self.basket.worth,
            treated: std::mem::take(&mut self.treated),
            controlled: std::mem::take(&mut self.controlled),
        }));
        self.end = End::Over;
    }

    /// What an order changes.
    fn buy(&mut self, world: &World, life: &mut Life, order: &str) {
        let purchase = Purchase { order, lines: &self.basket.lines, day: self.plan.day, wearer: self.wearer };
        life.buy(world, &purchase);
        if self.intent != Intent::Gift {
            life.empty_cart();
        }
    }

    fn device<'a>(&self, world: &'a World) -> &'a Device {
        &world.person(self.plan.person).devices[self.device]
    }
}

//! The way through the site that somebody takes if nothing that is shown stops them.

use crate::{
    World,
    catalog::{CategoryId, Family, ItemId},
    content::Stage,
    draws::Draws,
    life::Life,
    truth::Intent,
};

use super::{Shopper, VisitPlan, Way};

/// A page of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The first page of the shop.
    Home,
    /// A guide about a family.
    Guide(Family),
    /// A category.
    List(CategoryId),
    /// What a search for a category's name finds.
    Search(CategoryId),
    /// Ideas for gifts.
    Gifts,
    /// An item.
    Product(ItemId),
    /// Help.
    Help,
    /// How to send something back.
    Returns,
    /// The cart.
    Cart,
    /// The checkout.
    Checkout,
    /// Thanks for the order.
    Thanks,
}

/// Where somebody comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// By typing, or a bookmark.
    Direct,
    /// An unpaid result of a search elsewhere.
    Result,
    /// An advertisement for a word that was searched for.
    Advertisement,
    /// A post.
    Post,
    /// A mail.
    Mail,
}

impl Source {
    /// The referrer.
    pub(super) fn referrer(self) -> Option<&'static str> {
        match self {
            Self::Direct => None,
            Self::Result | Self::Advertisement => Some("https://search.example/"),
            Self::Post => Some("https://social.example/"),
            Self::Mail => Some("https://mail.example/"),
        }
    }
}

/// A page and for how long it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub(super) step: Step,
    pub(super) dwell_ms: i64,
}

/// The whole way.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) source: Source,
    pub(super) legs: Vec<Leg>,
    /// What was looked at, in order.
    pub(super) viewed: Vec<ItemId>,
    /// The category that it is about.
    pub(super) about: CategoryId,
}

/// At most so many pages, before any cart.
const LONGEST: usize = 24;
/// Share of visits that end with the page that they began with, for those who know what they want and those who do not.
const BOUNCES: (f64, f64) = (0.12, 0.34);
/// How likely a visit ends after a page that fits, and how much more likely after one that does not.
const LEAVES: (f64, f64) = (0.09, 0.10);
/// The utility of an item that half of all people find fitting.
pub(super) const FITS: f32 = 2.5;
/// Share of visits that are about something else than what is needed.
pub(super) const STRAYS: f64 = 0.15;
/// From so many items somebody who needs nothing thinks of one.
pub(super) const THOUGHTS: usize = 8;
/// Of the next products the share that may replace the last one, that which goes with it, and that which stands on the
/// second page of the list.
pub(super) const INSTEAD: f64 = 0.15;
pub(super) const BESIDE: f64 = 0.10;
pub(super) const TURNS: f64 = 1.0 / 6.0;

/// Draws the way of a visit.
pub(super) fn of(world: &World, life: &Life, plan: &VisitPlan, intent: Intent, draws: &mut Draws) -> Route {
    let shopper = Shopper::new(world, life, plan.day);
    let about = about(world, life, plan, &shopper, draws);
    let source = source(plan, draws);
    let route = Route { source, legs: Vec::with_capacity(8), viewed: Vec::new(), about };
    let mut walk = Walk { world, life, plan, shopper, intent, route, misfit: 0.5 };
    let landing = walk.landing(draws);
    walk.go(landing, draws);
    let is_set = matches!(intent, Intent::Buy | Intent::Fix | Intent::Return | Intent::Gift);
    if draws.chance(if is_set { BOUNCES.0 } else { BOUNCES.1 }) {
        return walk.route;
    }
    if let Some(step) = walk.entry(draws) {
        walk.go(step, draws);
    }
    while walk.route.legs.len() < LONGEST && !draws.chance(LEAVES.0 + LEAVES.1 * walk.misfit) {
        let step = walk.next(draws);
        walk.go(step, draws);
    }
    walk.route
}

/// The category that a visit is about: mostly of what is needed, else of something that comes to mind.
fn about(world: &World, life: &Life, plan: &VisitPlan, shopper: &Shopper<'_>, draws: &mut Draws) -> CategoryId {
    let strays = draws.chance(STRAYS);
    let items = world.catalog.items.len();
    let thoughts: [ItemId; THOUGHTS] = std::array::from_fn(|_| ItemId(draws.below(items) as u32));
    let choice = draws.unit();
    match life.need_on(plan.day) {
        Some(need) if !strays => need.category,
        _ => {
            let thought = shopper.choose(thoughts.into_iter(), choice).unwrap_or(ItemId(0));
            world.catalog.item(thought).category
        }
    }
}

fn source(plan: &VisitPlan, draws: &mut Draws) -> Source {
    let drawn = draws.weighted(&[0.46, 0.26, 0.16, 0.12]);
    match plan.way {
        Way::Mail => Source::Mail,
        Way::Wish => [Source::Direct, Source::Result, Source::Advertisement, Source::Post][drawn],
    }
}

struct Walk<'a> {
    world: &'a World,
    life: &'a Life,
    plan: &'a VisitPlan,
    shopper: Shopper<'a>,
    intent: Intent,
    route: Route,
    /// How little the last page fitted: 0 wholly, 1 not at all.
    misfit: f64,
}

impl Walk<'_> {
    fn family(&self) -> Family {
        self.world.catalog.category(self.route.about).family
    }

    fn landing(&self, draws: &mut Draws) -> Step {
        let deep = draws.unit();
        match (self.route.source, self.intent) {
            (Source::Direct, _) => Step::Home,
            (Source::Mail | Source::Advertisement, Intent::Gift) => Step::Gifts,
            (Source::Mail | Source::Advertisement, _) => Step::List(self.route.about),
            (Source::Result, Intent::Fix) => Step::Help,
            (Source::Result, Intent::Return) => Step::Returns,
            (Source::Result, Intent::Gift) => Step::Gifts,
            (Source::Result | Source::Post, Intent::Learn) => Step::Guide(self.family()),
            (Source::Result | Source::Post, _) if deep < 0.5 => Step::List(self.route.about),
            _ => Step::Home,
        }
    }

    /// Where somebody goes from the first page; none if that already is it.
    fn entry(&self, draws: &mut Draws) -> Option<Step> {
        let way = draws.unit();
        let step = match self.intent {
            Intent::Learn if way < 0.6 => Step::Guide(self.family()),
            Intent::Gift => Step::Gifts,
            Intent::Fix => Step::Help,
            Intent::Return => Step::Returns,
            _ if way < 0.3 => Step::Search(self.route.about),
            _ => Step::List(self.route.about),
        };
        (self.route.legs.last().map(|leg| leg.step) != Some(step)).then_some(step)
    }

    fn next(&self, draws: &mut Draws) -> Step {
        // Product, list, guide, help, returns, gifts, home.
        let mut weights: [f64; 7] = match self.intent {
            Intent::Learn => [0.22, 0.20, 0.48, 0.04, 0.0, 0.0, 0.06],
            Intent::Compare => [0.72, 0.20, 0.05, 0.01, 0.0, 0.0, 0.02],
            Intent::Buy => [0.72, 0.20, 0.03, 0.03, 0.0, 0.0, 0.02],
            Intent::Gift => [0.60, 0.18, 0.02, 0.01, 0.0, 0.18, 0.01],
            Intent::Fix => [0.10, 0.05, 0.20, 0.60, 0.03, 0.0, 0.02],
            Intent::Return => [0.08, 0.06, 0.0, 0.26, 0.60, 0.0, 0.0],
        };
        // Who only looks around does not weigh one product against another.
        if matches!(self.life.stage(), Stage::Discovery | Stage::Onboarding) {
            weights[0] *= 0.7;
        }
        let (kind, stray, choice) = (draws.weighted(&weights), draws.unit(), draws.unit());
        match kind {
            0 => self.product(stray, choice),
            1 if stray < 0.6 => Step::List(self.route.about),
            1 if stray < 0.8 => Step::Search(self.route.about),
            1 => Step::List(self.neighbor(choice)),
            2 => Step::Guide(self.family()),
            3 => Step::Help,
            4 => Step::Returns,
            5 => Step::Gifts,
            _ => Step::Home,
        }
    }

    /// A product of the list, or one that is like the last or goes with it.
    fn product(&self, stray: f64, choice: f64) -> Step {
        let catalog = &self.world.catalog;
        let day = self.plan.day;
        let last = self.route.viewed.last();
        let beside: &[ItemId] = match last {
            Some(item) if stray < INSTEAD => &catalog.substitutes[item.0 as usize],
            Some(item) if stray < INSTEAD + BESIDE => &catalog.complements[item.0 as usize],
            _ => &[],
        };
        let beside = beside.iter().copied().filter(|item| catalog.item(*item).is_sold_on(day));
        let listed = |page| {
            let unseen = catalog.listed(self.route.about, day, page).filter(|item| !self.route.viewed.contains(item));
            self.shopper.choose_listed(unseen, choice)
        };
        // One in six turns the page.
        let deep = if stray > 1.0 - TURNS { listed(1) } else { None };
        let found = self.shopper.choose_listed(beside, choice).or(deep).or_else(|| listed(0));
        found.map_or(Step::Home, Step::Product)
    }

    /// Another category of the same family, if there is one.
    fn neighbor(&self, choice: f64) -> CategoryId {
        let family = self.family();
        let categories = &self.world.catalog.categories;
        let count = categories.iter().filter(|category| category.family == family).count();
        let wanted = (choice * count as f64) as usize;
        let mut of_family = categories.iter().enumerate().filter(|(_, category)| category.family == family);
        of_family.nth(wanted).map_or(self.route.about, |(number, _)| CategoryId(number as u16))
    }

    fn go(&mut self, step: Step, draws: &mut Draws) {
        let fit = match step {
            Step::Product(item) => {
                self.route.viewed.push(item);
                Some(self.shopper.utility(item))
            }
            _ => None,
        };
        self.misfit = fit.map_or(0.5, |utility| f64::from(1.0 / (1.0 + libm::expf(utility - FITS))));
        let median_ms = match step {
            Step::Guide(_) | Step::Help => 70_000.0,
            Step::Product(_) => 45_000.0,
            _ => 22_000.0,
        };
        let dwell_ms = draws.log_normal(median_ms, 0.8).clamp(2_000.0, 600_000.0) as i64;
        self.route.legs.push(Leg { step, dwell_ms });
    }
}

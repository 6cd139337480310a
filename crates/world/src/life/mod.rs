//! What changes about a person from day to day, and what happens outside the site.

mod arrival;
mod mail;
mod need;
mod parcel;
mod stage;
mod till;

use model::time::Timestamp;

use crate::{
    World,
    calendar::Day,
    catalog::{Family, ItemId},
    content::Stage,
    dirt,
    emission::{Emission, Feed, Happening, Line},
    person::{Consents, Person, PersonId},
    rule::{Audience, RULES, RuleId},
    truth::Truth,
    visit::VisitPlan,
};

pub use self::need::Need;
use self::parcel::Due;
pub(crate) use self::{parcel::earned, stage::Course};

/// How many families there are.
const FAMILIES: usize = 12;
/// For so many days what was looked at, searched or left in a cart counts as lately.
const LATELY_DAYS: u32 = 14;
/// Days after which a fatigue is e times smaller: most of it is gone in ten.
const RECOVERY_DAYS: f32 = 5.0;

/// A person as lived so far.
#[derive(Debug, Clone)]
pub struct Life {
    person: PersonId,
    stage: Stage,
    /// On which day the person came to stand there, or did last what keeps them there.
    staged: Day,
    consents: Consents,
    needs: Vec<Need>,
    owned: Vec<ItemId>,
    orders: u16,
    /// Days from the world's first to that of the last order; less than 0 before it.
    ordered: Option<i64>,
    visits: u16,
    has_account: bool,
    /// Devices whose banner was seen, as bits.
    asked: u8,
    is_gone: bool,
    cart: Vec<Line>,
    left_cart: Option<Day>,
    viewed: [Option<Day>; FAMILIES],
    sought_gift: Option<Day>,
    fatigue: f32,
    fatigued: Day,
    /// In how many visits the treatment of each rule was seen.
    treatments: [u8; RULES],
    due: Vec<Due>,
}

/// An order that was just made.
#[derive(Debug)]
pub(crate) struct Purchase<'a> {
    pub(crate) order: &'a str,
    pub(crate) lines: &'a [Line],
    pub(crate) day: Day,
    /// For whom it is.
    pub(crate) wearer: PersonId,
}

impl Life {
    /// A person on the evening before day 0.
    pub fn begin(world: &World, person: PersonId) -> Self {
        let person = world.person(person);
        let mut life = Self {
            person: person.id,
            stage: Stage::Discovery,
            staged: Day(0),
            consents: person.consents,
            needs: need::all_of(world, person),
            owned: Vec::new(),
            orders: 0,
            ordered: None,
            visits: 0,
            has_account: person.is_old_customer,
            asked: 0,
            is_gone: false,
            cart: Vec::new(),
            left_cart: None,
            viewed: [None; FAMILIES],
            sought_gift: None,
            fatigue: 0.0,
            fatigued: Day(0),
            treatments: [0; RULES],
            due: Vec::new(),
        };
        life.remember(world, person);
        life
    }

    /// Takes what was ordered before day 0: what wears out, and whether somebody already belongs.
    fn remember(&mut self, world: &World, person: &Person) {
        let start = world.calendar.start.day();
        for past in dirt::orders_before(world, person) {
            let day = past.at.day() - start;
            for line in past.lines.iter().filter(|line| !line.is_gift) {
                self.owned.push(line.item);
                self.needs.extend(need::once_worn(world, person, line.item, day));
            }
            self.orders += u16::from(day >= -365);
            self.ordered = self.ordered.max(Some(day));
            if day >= -30 {
                self.stage = Stage::Onboarding;
            }
        }
        self.needs.sort_by_key(|need| need.onset);
        if self.stage == Stage::Discovery {
            self.stage = self.rest();
        }
    }

    /// Lives a day outside the site: mails, tills, parcels, service. Returns the visits of the day in the order of
    /// time.
    pub fn day(
        &mut self,
        world: &World,
        day: Day,
        emissions: &mut Vec<Emission>,
        truths: &mut Vec<Truth>,
    ) -> Vec<VisitPlan> {
        let person = world.person(self.person);
        if self.is_gone || day < person.joins {
            return Vec::new();
        }
        self.lapse(world, day, truths);
        self.settle(world, day, emissions, truths);
        self.go_to_till(world, day, emissions, truths);
        let clicked = self.get_mail(world, day, emissions, truths);
        let mut visits = self.arrivals(world, day);
        visits.extend(clicked);
        visits.sort_by_key(|visit| visit.begins);
        visits
    }

    /// Who.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// Where the person stands.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// What is agreed to now.
    pub fn consents(&self) -> Consents {
        self.consents
    }

    /// Whether the person has left for ever.
    pub fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// What is needed most urgently on a day.
    pub fn need_on(&self, day: Day) -> Option<Need> {
        let felt = self.needs.iter().filter(|need| need.is_felt_on(day));
        felt.max_by(|one, other| one.strength.total_cmp(&other.strength)).copied()
    }

    /// What the person owns that was bought here.
    pub fn owned(&self) -> &[ItemId] {
        &self.owned
    }

    /// What lies in the cart.
    pub fn cart(&self) -> &[Line] {
        &self.cart
    }

    /// How many orders there were, at most a year before day 0.
    pub fn orders(&self) -> u16 {
        self.orders
    }

    /// How many days ago the last order was; none if there was none.
    pub(crate) fn days_since_order(&self, day: Day) -> Option<u32> {
        self.ordered.map(|ordered| u32::try_from(i64::from(day.0) - ordered).unwrap_or(0))
    }

    /// Whether there is an account.
    pub fn has_account(&self) -> bool {
        self.has_account
    }

    /// In how many visits the treatment of a rule was seen.
    pub fn treatments(&self, rule: RuleId) -> u8 {
        self.treatments[usize::from(rule.0)]
    }

    /// Whether the person truly is one of those whom a rule is for.
    pub fn is_in(&self, world: &World, audience: Audience, day: Day) -> bool {
        let lately = |when: Option<Day>| when.is_some_and(|when| day.0.saturating_sub(when.0) < LATELY_DAYS);
        match audience {
            Audience::Everybody => true,
            Audience::Viewed(family) => lately(self.viewed[family as usize]),
            Audience::Bought(family) => self.owned.iter().any(|item| world.catalog.item(*item).family == family),
            Audience::LeftCart => lately(self.left_cart),
            Audience::New => self.orders == 0 && self.visits <= 1,
            Audience::Loyal => self.orders >= 2,
            Audience::Gift => lately(self.sought_gift),
            Audience::Stage(stage) => self.stage == stage,
        }
    }

    /// How tired of being addressed somebody is on a day: 0 not at all.
    pub fn fatigue_on(&self, day: Day) -> f32 {
        self.fatigue * libm::expf(-(day.0.saturating_sub(self.fatigued.0) as f32) / RECOVERY_DAYS)
    }

    pub(crate) fn tire(&mut self, day: Day, by: f32) {
        self.fatigue = self.fatigue_on(day) + by;
        self.fatigued = day;
    }

    /// Whether the banner of a device is seen for the first time.
    pub(crate) fn is_asked_first(&mut self, device: usize) -> bool {
        let is_first = self.asked & (1 << device) == 0;
        self.asked |= 1 << device;
        is_first
    }

    pub(crate) fn come(&mut self) {
        self.visits = self.visits.saturating_add(1);
    }

    pub(crate) fn open_account(&mut self) {
        self.has_account = true;
    }

    pub(crate) fn look_at(&mut self, family: Family, day: Day) {
        self.viewed[family as usize] = Some(day);
    }

    pub(crate) fn seek_gift(&mut self, day: Day) {
        self.sought_gift = Some(day);
    }

    pub(crate) fn leave_cart(&mut self, lines: &[Line], day: Day) {
        self.cart = lines.to_vec();
        self.left_cart = Some(day);
    }

    pub(crate) fn see_treatment(&mut self, rule: RuleId) {
        let count = &mut self.treatments[usize::from(rule.0)];
        *count = count.saturating_add(1);
    }

    /// Refuses to be decided for on the site, and mails.
    pub(crate) fn opt_out(&mut self) {
        self.consents.site = false;
        self.consents.email = false;
    }

    pub(crate) fn leave_for_ever(&mut self) {
        self.is_gone = true;
    }

    /// What changes by an order, wherever it is made.
    pub(crate) fn buy(&mut self, world: &World, purchase: &Purchase<'_>) {
        let person = world.person(self.person);
        self.orders = self.orders.saturating_add(1);
        self.ordered = Some(i64::from(purchase.day.0));
        for line in purchase.lines {
            let item = world.catalog.item(line.item);
            let satisfied =
                self.needs.iter().position(|need| need.category == item.category && need.is_felt_on(purchase.day));
            if let Some(at) = satisfied {
                self.needs.remove(at);
            }
            if purchase.wearer == self.person {
                self.owned.push(line.item);
                self.needs.extend(need::once_worn(world, person, line.item, i64::from(purchase.day.0)));
            }
        }
        self.expect(world, purchase);
    }

    /// Empties the cart: it was bought, or forgotten.
    pub(crate) fn empty_cart(&mut self) {
        self.cart.clear();
        self.left_cart = None;
    }
}

/// The emission of a system that is no browser, about a person whom it knows.
fn outside(world: &World, person: &Person, feed: Feed, at: Timestamp, what: (String, Happening)) -> Emission {
    Emission {
        feed,
        message: what.0,
        says_at: at,
        sent_at: at,
        skew_ms: 0,
        claims: dirt::claims(world, person, feed),
        user_agent: None,
        what: what.1,
        day: world.calendar.day_of(at),
    }
}

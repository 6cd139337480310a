//! What somebody likes, and which of several things they choose.

use crate::{
    World,
    calendar::Day,
    catalog::{CategoryId, Cut, Family, ItemId, Latent, PAGE, taste::fit},
    life::Life,
    person::{Person, PersonId, Sex},
    weather::{Weather, demand},
};

/// What the likeness of taste and item weighs, of which 1 is the most.
const TASTE: f32 = 3.0;
/// What an item's general appeal weighs.
const APPEAL: f32 = 0.45;
/// What it weighs that the item is of the category that is needed.
const NEEDED: f32 = 2.0;
/// What it weighs that the item is cut for somebody else.
const MISCUT: f32 = -2.5;
/// What a price weighs that is e times what is usual in the family, for somebody to whom prices matter on average.
const PRICE: f32 = -0.45;
/// How much less each place of a list is looked at: the share is 1 / (1 + this times the place).
const POSITION: f32 = 0.35;
/// So many places of a list are looked at, at most.
const LOOKED_AT: usize = PAGE;

/// Somebody on a day, about to choose between items.
#[derive(Debug)]
pub struct Shopper<'a> {
    pub(super) world: &'a World,
    person: &'a Person,
    /// The taste of who is to have it.
    taste: Latent,
    sex: Sex,
    pub(super) needed: Option<CategoryId>,
    pub(super) day: Day,
    weather: Weather,
}

impl<'a> Shopper<'a> {
    /// A person as lived so far, on a day: what is needed is for the person or for who gets a gift.
    pub fn new(world: &'a World, life: &Life, day: Day) -> Self {
        let person = world.person(life.person());
        let need = life.need_on(day);
        let shopper = Self::thinking(world, person, need.map_or(person.id, |need| need.wearer), day);
        Self { needed: need.map(|need| need.category), ..shopper }
    }

    /// A person who needs nothing in particular, choosing for `wearer`.
    pub fn thinking(world: &'a World, person: &'a Person, wearer: PersonId, day: Day) -> Self {
        let (taste, sex) = match world.person(wearer) {
            other if wearer == person.id => (other.taste_on(day), other.sex),
            other => (other.taste, other.sex),
        };
        let weather = world.sky.on(person.home_on(day).region, day);
        Self { world, person, taste, sex, needed: None, day, weather }
    }

    /// The same person, who needs something of a category.
    #[must_use]
    pub fn needing(self, category: CategoryId) -> Self {
        Self { needed: Some(category), ..self }
    }

    /// How much an item is liked, everything included but chance: what is chosen is chosen in proportion to its
    /// exponential.
    pub fn utility(&self, id: ItemId) -> f32 {
        let item = self.world.catalog.item(id);
        let is_miscut = match item.cut {
            Cut::Women => self.sex == Sex::Man,
            Cut::Men => self.sex == Sex::Woman,
            Cut::All | Cut::Children => false,
        };
        let price = libm::logf(item.price as f32 / usual_price(item.family));
        TASTE * fit(&self.taste, &item.latent)
            + APPEAL * item.appeal
            + PRICE * self.person.price_sensitivity * price
            + self.world.catalog.season(id, self.day)
            + demand(self.weather, item.family)
            + if self.needed == Some(item.category) { NEEDED } else { 0.0 }
            + if is_miscut { MISCUT } else { 0.0 }
    }

    /// One of several by the multinomial logit; `draw` is of [0, 1). None of none.
    pub fn choose(&self, items: impl Iterator<Item = ItemId>, draw: f64) -> Option<ItemId> {
        self.pick(items, draw, |_| 1.0)
    }

    /// One of a list, whose first places are looked at more often (the examination hypothesis of Craswell et al., "An
    /// experimental comparison of click position-bias models", 2008).
    pub fn choose_listed(&self, items: impl Iterator<Item = ItemId>, draw: f64) -> Option<ItemId> {
        self.pick(items.take(LOOKED_AT), draw, examined)
    }

    fn pick(&self, items: impl Iterator<Item = ItemId>, draw: f64, looked_at: impl Fn(usize) -> f32) -> Option<ItemId> {
        let mut weights = [(ItemId(0), 0.0f32); LOOKED_AT];
        let (mut count, mut total) = (0, 0.0);
        for (place, id) in items.take(LOOKED_AT).enumerate() {
            let weight = looked_at(place) * libm::expf(self.utility(id));
            weights[place] = (id, weight);
            total += weight;
            count = place + 1;
        }
        let mut left = draw as f32 * total;
        for (id, weight) in &weights[..count] {
            left -= weight;
            if left < 0.0 {
                return Some(*id);
            }
        }
        count.checked_sub(1).map(|last| weights[last].0)
    }
}

/// The share in which the place of a list, from 0, is looked at.
pub(super) fn examined(place: usize) -> f32 {
    1.0 / (1.0 + POSITION * place as f32)
}

/// What an item of a family usually costs, in cents: what is dear is dear for its kind.
fn usual_price(family: Family) -> f32 {
    match family {
        Family::Boots => 15_000.0,
        Family::Trail => 11_000.0,
        Family::Socks => 1_800.0,
        Family::Poles | Family::Kids => 6_000.0,
        Family::Packs => 9_500.0,
        Family::Rain | Family::Winter => 13_000.0,
        Family::Care | Family::Maps => 1_300.0,
        Family::Camp => 16_000.0,
        Family::Kitchen => 2_500.0,
    }
}

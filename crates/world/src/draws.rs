//! Chance that can be drawn again: a stream of its own for every entity, day and purpose.

use chacha20::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::seed::Seed;

/// Whose draw it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    /// The world as a whole.
    World,
    /// An item of the catalog, by its number.
    Item(u32),
    /// A customer.
    Person(u32),
    /// A household.
    Household(u32),
    /// A shop in a town.
    Store(u32),
    /// A region with its weather.
    Region(u32),
    /// A content.
    Content(u32),
    /// A rule.
    Rule(u32),
    /// A program that visits the site.
    Bot(u32),
    /// One visit of a person: the person's number and the visit's number of its day.
    Visit(u32, u16),
    /// A message on its way, by a number made of its feed and its id.
    Message(u64),
}

/// What is drawn. A new purpose gets a new number; numbers are never used again, so that other draws stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Purpose {
    /// What an item, person, store or content is.
    Nature = 1,
    /// Names and texts.
    Naming = 2,
    /// Price and margin.
    Price = 3,
    /// Stock.
    Stock = 4,
    /// Tastes.
    Taste = 5,
    /// Households and devices.
    Home = 6,
    /// Consent.
    Consent = 7,
    /// How somebody reacts to what is done for them.
    Reaction = 8,
    /// What begins to be needed, and until when.
    Need = 9,
    /// Whether and when there are visits on a day.
    Arrival = 10,
    /// What a visit is for.
    Intent = 11,
    /// Which page comes next.
    Browse = 12,
    /// What is put into the cart.
    Cart = 13,
    /// Whether it is bought: the draw that potential outcomes share.
    Purchase = 14,
    /// Returns.
    Return = 15,
    /// Gifts.
    Gift = 16,
    /// Mail: delivered, opened, clicked.
    Mail = 17,
    /// Visits of stores.
    Store = 18,
    /// Service: calls, chats, reviews, referrals.
    Service = 19,
    /// What is wrong with an attribute as a system holds it.
    Defect = 20,
    /// What happens to events on their way: late, twice, by a wrong clock.
    Transport = 21,
    /// Weather.
    Weather = 22,
    /// Changes of a life: a move, a new sport.
    Event = 23,
    /// What stays hidden between the items of one person: idiosyncratic utility.
    Whim = 24,
    /// What hurts: discomfort, opt-out, churn.
    Discomfort = 25,
    /// Arrivals and ends of items and contents.
    Lifetime = 26,
    /// The effect of a rule on a person.
    Effect = 27,
    /// Where somebody comes to stand after a visit.
    Stage = 28,
    /// What is looked at and clicked of what is shown.
    Click = 29,
    /// What a policy draws.
    Policy = 30,
    /// What a trial of a rule said.
    Pilot = 31,
    /// What a grader asks at random.
    Asking = 32,
    /// When somebody was born, and how they are made.
    Body = 40,
    /// How often, when and where somebody comes.
    Habit = 41,
    /// Whether and when a taste turns or somebody moves.
    Turn = 42,
    /// Orders of the time before the world began.
    Past = 43,
    /// What systems come to hold about somebody, and when.
    Record = 44,
}

/// A stream of draws.
#[derive(Debug)]
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of a purpose.
    pub fn new(seed: Seed, entity: Entity, day: u32, purpose: Purpose) -> Self {
        let (kind, number, part): (u8, u32, u16) = match entity {
            Entity::World => (0, 0, 0),
            Entity::Item(number) => (1, number, 0),
            Entity::Person(number) => (2, number, 0),
            Entity::Household(number) => (3, number, 0),
            Entity::Store(number) => (4, number, 0),
            Entity::Region(number) => (5, number, 0),
            Entity::Content(number) => (6, number, 0),
            Entity::Rule(number) => (7, number, 0),
            Entity::Bot(number) => (8, number, 0),
            Entity::Visit(number, visit) => (9, number, visit),
            // 48 bits tell messages apart well enough: two that share them share how they fare.
            Entity::Message(number) => (10, number as u32, (number >> 32) as u16),
        };
        // The key is what is drawn for: two streams differ in it, so they have nothing to do with each other.
        let mut key = [0; 32];
        key[0..8].copy_from_slice(&seed.0.to_le_bytes());
        key[8] = kind;
        key[9..13].copy_from_slice(&number.to_le_bytes());
        key[13..15].copy_from_slice(&part.to_le_bytes());
        key[15..19].copy_from_slice(&day.to_le_bytes());
        key[19..21].copy_from_slice(&(purpose as u16).to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 drawn bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number of [0, 1).
    pub fn unit(&mut self) -> f64 {
        // 53 bits are what a number of this type holds.
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number of [from, to).
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// A whole number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // The bias of a product with 64 bits is below 2⁻³² for every list that there is.
        ((u128::from(self.bits()) * end as u128) >> 64) as usize
    }

    /// True in a share `p` of all draws.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of several; none of none.
    pub fn one_of<'a, T>(&mut self, several: &'a [T]) -> Option<&'a T> {
        several.get(self.below(several.len()))
    }

    /// A place in `weights`, drawn by them; the last if all are 0.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        let mut left = self.unit() * total;
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    /// Log-normal with this median; `spread` is the deviation of the logarithm.
    pub fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * self.normal())
    }

    /// How often something happens that happens `mean` times on average (Poisson; by Knuth's product, for small means).
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let (end, mut product, mut count) = (libm::exp(-mean), self.unit(), 0);
        while product > end && count < 1_000 {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// How long until something happens that happens once in `mean` on average.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Gumbel noise: the best of utilities with it is a draw of the multinomial logit.
    pub fn gumbel(&mut self) -> f64 {
        -libm::log(-libm::log(self.unit().max(f64::MIN_POSITIVE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(purpose: Purpose) -> Draws {
        Seed(1).draws(Entity::Person(7), 3, purpose)
    }

    #[test]
    fn a_stream_is_the_same_whenever_it_is_drawn_and_another_for_everything_else() {
        let first = draws(Purpose::Taste).bits();
        assert_eq!(first, draws(Purpose::Taste).bits());
        let others = [
            draws(Purpose::Home).bits(),
            Seed(2).draws(Entity::Person(7), 3, Purpose::Taste).bits(),
            Seed(1).draws(Entity::Person(8), 3, Purpose::Taste).bits(),
            Seed(1).draws(Entity::Item(7), 3, Purpose::Taste).bits(),
            Seed(1).draws(Entity::Person(7), 4, Purpose::Taste).bits(),
            Seed(1).draws(Entity::Visit(7, 1), 3, Purpose::Taste).bits(),
        ];
        assert!(others.iter().all(|other| *other != first));
    }

    /// The bytes that every machine must draw: a change here changes every world.
    #[test]
    fn the_first_draws_are_these() {
        let mut first = draws(Purpose::Nature);
        assert_eq!([first.bits(), first.bits()], EXPECTED);
    }

    const EXPECTED: [u64; 2] = [5_825_534_706_284_351_176, 12_074_039_182_461_130_381];

    #[test]
    fn draws_have_the_moments_that_they_are_named_after() {
        let (mut stream, n) = (draws(Purpose::Whim), 200_000);
        let mean = |draw: &mut dyn FnMut() -> f64| (0..n).map(|_| draw()).sum::<f64>() / f64::from(n);
        assert!((mean(&mut || stream.unit()) - 0.5).abs() < 0.005);
        assert!(mean(&mut || stream.normal()).abs() < 0.01);
        assert!((mean(&mut || libm::pow(stream.normal(), 2.0)) - 1.0).abs() < 0.02);
        assert!((mean(&mut || f64::from(stream.poisson(1.7))) - 1.7).abs() < 0.02);
        assert!((mean(&mut || stream.exponential(3.0)) - 3.0).abs() < 0.05);
        assert!((mean(&mut || stream.gumbel()) - 0.577_2).abs() < 0.02);
        assert!((mean(&mut || stream.weighted(&[1.0, 3.0]) as f64) - 0.75).abs() < 0.005);
        assert!((mean(&mut || stream.below(10) as f64) - 4.5).abs() < 0.03);
    }
}

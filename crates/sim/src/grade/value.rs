//! What the product earns: profit of the same people under the product, under nothing, and under who knows all.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use world::{
    World,
    calendar::Day,
    policy::{self, Coin, Lived, Neutral, Oracle},
};

use super::{Row, sample::Known};
use crate::bundle::{self, BundleError, Turn, TurnLine, VisitLine};

/// Profit by person, in cents, of the same world under four policies: the draws are the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// With everything neutral.
    pub neutral: Vec<f64>,
    /// As the product decided.
    pub product: Vec<f64>,
    /// With a rule drawn by a coin wherever one is for the person: what is shown without any judgement.
    pub coin: Vec<f64>,
    /// Under the policy that knows every effect.
    pub oracle: Vec<f64>,
}

impl Values {
    /// Lives the world under the other policies, from the day on which the product was there, and reads from the truth
    /// what the product earned.
    pub fn of(world: &World, installed: Day, bundle: &Path) -> Result<Self, BundleError> {
        let mut product = vec![0.0; world.people.len()];
        bundle::read(bundle, "visits", |visit: VisitLine| product[visit.person as usize] += visit.profit as f64)?;
        bundle::read(bundle, "turns", |turn: TurnLine| {
            product[turn.person as usize] += match turn.what {
                Turn::TillOrder(profit) => profit as f64,
                Turn::Return(cost) => -cost as f64,
                Turn::Stage(_) | Turn::OptOut | Turn::Churn => 0.0,
            };
        })?;
        let [neutral, coin, oracle] = live(world, installed);
        Ok(Self { neutral, product, coin, oracle })
    }
}

/// The profit of each person under the policies that are compared with, lived on all cores.
fn live(world: &World, installed: Day) -> [Vec<f64>; 3] {
    let people = world.people.len() as u32;
    let next = AtomicU32::new(0);
    let live_some = || {
        let mut lived: Option<Vec<Lived>> = None;
        loop {
            let from = next.fetch_add(LIVED_AT_ONCE, Ordering::Relaxed);
            if from >= people {
                return lived;
            }
            let to = people.min(from + LIVED_AT_ONCE);
            let some = policy::live(world, from..to, installed, &[&Neutral, &Coin, &Oracle]);
            match &mut lived {
                Some(lived) => lived.iter_mut().zip(&some).for_each(|(own, other)| own.add(other)),
                None => lived = Some(some),
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let all = thread::scope(|threads| {
        let living: Vec<_> = (0..cores).map(|_| threads.spawn(live_some)).collect();
        living.into_iter().filter_map(|thread| thread.join().expect("a world is lived to its end")).collect::<Vec<_>>()
    });
    std::array::from_fn(|policy| {
        let mut profit = vec![0.0; people as usize];
        for lived in &all {
            profit.iter_mut().zip(&lived[policy].profit_of).for_each(|(own, other)| *own += other);
        }
        profit
    })
}

/// People that one thread lives before it takes others.
const LIVED_AT_ONCE: u32 = 500;
/// People below which nothing can be said.
const ENOUGH: u64 = 5_000;
/// The quantile of the normal distribution for p < 0.01, two-sided.
const CERTAIN: f64 = 2.576;

/// The quantile for p < 0.05, one-sided.
const PROBABLE: f64 = 1.645;
/// People of whom little is known, below which nothing can be said.
const ENOUGH_SPARSE: u64 = 500;

/// What a shop asks people for about themselves: six fields (requirements PRO-08).
const FIELDS: [&str; 6] = ["first_name", "birth_date", "gender", "city", "language", "shoe_size"];

pub(super) fn rows(values: &Values, sampled: &[Known]) -> Vec<Row> {
    let Values { neutral, product, coin, oracle } = values;
    let people = neutral.len() as u64;
    let (gain, error) = paired(product, neutral);
    let (above, above_error) = paired(product, coin);
    let (most, _) = paired(oracle, neutral);
    let share = gain / most;
    vec![
        Row::new(
            "Policy value",
            "profit above neutral, on the site",
            format!("{:.1} ± {:.1} cents a person", gain, error),
            "p < 0.01",
            gain > CERTAIN * error,
        )
        .more(gain)
        .unless_below(people, ENOUGH),
        Row::new(
            "Policy value",
            "profit above the same rules by a coin",
            format!("{above:.1} ± {above_error:.1} cents a person"),
            "p < 0.01",
            above > CERTAIN * above_error,
        )
        .more(above)
        .unless_below(people, ENOUGH),
        Row::new(
            "Policy value",
            "share of what an oracle gains",
            format!("{:.1} ± {:.1} % of {most:.1} cents a person", 100.0 * share, 100.0 * error / most),
            crate::grade::ORACLE_SHARE_MARK,
            share >= crate::grade::ORACLE_SHARE,
        )
        .more(share)
        .unless_below(people, ENOUGH),
        sparse(values, sampled),
    ]
}

/// Where much is missing: people of whom at most half of the fields are known well enough to choose by them. What is
/// decided by what there is must not be worse for the shop than nothing.
fn sparse(Values { neutral, product, .. }: &Values, sampled: &[Known]) -> Row {
    let of = |values: &[f64]| -> Vec<f64> {
        let sparse = sampled.iter().filter(|known| is_sparse(known));
        sparse.map(|known| values[known.truth.person as usize]).collect()
    };
    let (product, neutral) = (of(product), of(neutral));
    let (gain, error) = paired(&product, &neutral);
    let apart = product.iter().zip(&neutral).filter(|(product, neutral)| product != neutral).count();
    let people = product.len();
    let found =
        format!("{gain:.1} ± {error:.1} cents a person, of {people} people, {apart} of whom did something else");
    let check = "profit above neutral, of whom half is missing";
    Row::new("Policy value", check, found, "not below 0, p < 0.05", gain >= -PROBABLE * error)
        .more(gain)
        .unless_below(people as u64, ENOUGH_SPARSE)
}

/// Whether there is a profile, and at most three of the six fields of it may be used to choose what is shown.
fn is_sparse(known: &Known) -> bool {
    let is_usable = |field: &str| {
        let mut held = known.profiles.iter().filter_map(|(profile, _)| profile.traits.get(field));
        held.any(|one| one.uses.iter().any(|usage| usage == "show"))
    };
    !known.profiles.is_empty() && FIELDS.into_iter().filter(|field| is_usable(field)).count() <= FIELDS.len() / 2
}

/// The mean of the differences by person, and its standard error.
fn paired(one: &[f64], other: &[f64]) -> (f64, f64) {
    let differences: Vec<f64> = one.iter().zip(other).map(|(one, other)| one - other).collect();
    let n = differences.len().max(1) as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|difference| (difference - mean) * (difference - mean)).sum::<f64>() / n;
    (mean, libm::sqrt(variance / n))
}

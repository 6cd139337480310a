//! What the heads look at.

use crate::{
    habit::{Habit, Past},
    history::Item,
    personal::{Because, Parts},
};

/// How many numbers describe a candidate.
pub(super) const FEATURES: usize = 32;

/// A taking counts for 1/e in what speaks lately after so many days.
const FADE_DAYS: f32 = 120.0;

/// Shares of the most that are far below this one are as good as none.
const LEAST_SHARE: f32 = 0.02;

/// So many of the latest items are asked for similar ones.
pub(super) const LIKED: usize = 20;

/// What the parts say of one candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signals<'a> {
    pub(super) item: Item,
    /// What the person did with it, if anything.
    pub(super) habit: Option<&'a Habit>,
    /// EASE over everything that the person took.
    pub(super) all: f32,
    /// EASE over the same, what is long ago weighing less.
    pub(super) recent: f32,
    /// The cosine with what the person took, what is long ago weighing less.
    pub(super) near: f32,
    /// The likeness to the latest items.
    pub(super) alike: f32,
    /// `all`, `recent` and `near` as shares of the most that is said for anything, what the person has included. How much
    /// is said at all changes with the history's length; what is said of one item against another does not.
    pub(super) shares: [f32; 3],
}

/// By how much an item of the past counts now.
pub(super) fn freshness(habit: &Habit) -> f32 {
    libm::expf(-habit.last_days / FADE_DAYS)
}

impl Signals<'_> {
    /// What speaks most for the candidate; which item does is found only for those that are shown.
    pub(super) fn because(&self) -> Because {
        match self.habit {
            Some(_) => Because::Again,
            None if self.recent > 0.02 => Because::GoesWith(self.item),
            None if self.alike > 0.1 => Because::Like(self.item),
            None => Because::Popular,
        }
    }

    /// The numbers that the heads weigh. Counts and days as logarithms: twice as often is a step, once more is not.
    pub(super) fn features(&self, parts: &Parts, past: &Past) -> [f32; FEATURES] {
        let ln = libm::log1pf;
        let root = |value: f32| value.max(0.0).sqrt();
        let [fortnight, month, season] = parts.popularity.lately(self.item).map(ln);
        let share_of = |place: usize| libm::logf(self.shares[place].max(0.0) + LEAST_SHARE);
        let ever = ln(parts.popularity.ever(self.item));
        let again = libm::logf(parts.rhythms.again_share(self.item));
        let baskets = past.baskets as f32;
        let pace = libm::logf((baskets + 0.1) / (past.first_days + 7.0));
        let [times, faded, last, share, due, due_own] = self.habit.map_or([0.0; 6], |habit| {
            let elapsed = libm::logf(habit.last_days + 1.0);
            let against = |gap: Option<f32>| gap.map_or(0.0, |gap| elapsed - libm::logf(gap + 1.0));
            let expected = against(parts.rhythms.gap_days(habit));
            [
                ln(habit.times as f32),
                ln(habit.recent[2]),
                elapsed,
                habit.times as f32 / baskets,
                expected,
                against(habit.gap_days()),
            ]
        });
        let [fresh, warm] = self.habit.map_or([0.0; 2], |habit| [ln(habit.recent[0]), ln(habit.recent[1])]);
        let gap = self.habit.and_then(Habit::gap_days).map_or(6.0, ln);
        [
            self.all,
            self.recent,
            root(self.all),
            root(self.recent),
            self.near,
            root(self.near),
            root(self.alike),
            ever,
            fortnight,
            month,
            season,
            again,
            ln(baskets),
            ln(past.last_days),
            pace,
            times,
            fresh,
            warm,
            faded,
            last,
            share,
            due,
            due * due,
            due_own,
            gap,
            share_of(0),
            share_of(1),
            share_of(2),
            // The longer somebody could have taken what many take and did not, the less it says of them that many do.
            ever * ln(baskets),
            month * ln(baskets),
            share_of(0) * ln(baskets),
            root(self.all) * ln(baskets),
        ]
    }
}

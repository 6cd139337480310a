//! Numbers that fade with time, and when they pass a threshold.

use model::{
    time::{Span, Timestamp},
    value::{Finite, Value},
};

use crate::{number::Number, tree::Compare};

/// A number that changes with nothing but time: a sum of amounts, each halved over its half-life, as a whole perhaps
/// eased into the range from −1 to 1. An interest and a score are such numbers.
///
/// After `wait` it is `s = Σ cut(amountᵢ · 2^(−wait / half_lifeᵢ))`, and `s / (|s| + ease)` if it is eased; and never
/// below or above its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fading {
    /// What it is the sum of.
    pub parts: Vec<Fade>,
    /// The sum at which it is one half; above 0. `None`: it is the sum itself.
    pub ease: Option<Finite>,
    /// The least and the most that it can be.
    pub bounds: Bounds,
    /// The first moment at which, with no new event, it may be another otherwise than by fading: something begins to
    /// count, or counts no more.
    pub steps_at: Option<Timestamp>,
}

/// Between what a number stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// It is never less.
    pub least: Option<Finite>,
    /// It is never more; not below `least`.
    pub most: Option<Finite>,
}

/// One part of a number that fades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fade {
    /// What it is now.
    pub amount: Finite,
    /// After how long it is half of that; above 0. `None`: it does not fade.
    pub half_life: Option<Span>,
    /// It counts for no more than this, and for no less than its negative.
    pub most: Option<Finite>,
}

/// A century: what happens after it is nobody's concern.
const HORIZON_MS: i64 = 36_525 * 86_400_000;

/// Steps by which a number that rises and falls is followed, at most.
const STEPS: usize = 64;

impl Fading {
    /// What it is now.
    pub fn now(&self) -> f64 {
        self.after_ms(0)
    }

    /// What it is after a while.
    pub fn after(&self, wait: Span) -> f64 {
        self.after_ms(wait.as_millis())
    }

    fn after_ms(&self, wait_ms: i64) -> f64 {
        let sum: f64 = self.parts.iter().map(|part| part.after_ms(wait_ms)).sum();
        self.bounds.cut(match self.ease {
            Some(ease) => sum / (sum.abs() + ease.get()),
            None => sum,
        })
    }

    /// Whether the comparison with a threshold holds, which asks for an order, and after how many milliseconds it may
    /// first be otherwise by fading: early only where some parts are above and others below zero, and never late.
    /// Both are compared to 12 decimals, so that a sum that is the threshold by the formula is it in floating point too.
    pub(crate) fn compare(&self, op: Compare, threshold: Number) -> (bool, Option<i64>) {
        let threshold = threshold.as_f64();
        let holds = |wait_ms: i64| op.holds(rounded(self.after_ms(wait_ms)).total_cmp(&rounded(threshold)));
        let answer = holds(0);
        let turned = |wait_ms: i64| holds(wait_ms) != answer;
        let fades = |part: &&Fade| part.half_life.is_some() && part.amount.get() != 0.0;
        let mut fading = self.parts.iter().filter(fades).map(|part| part.amount.get() > 0.0);
        let Some(first) = fading.next() else { return (answer, None) };
        let wait =
            if fading.all(|sign| sign == first) { until(turned, HORIZON_MS) } else { self.followed(threshold, turned) };
        (answer, wait)
    }

    /// Follows a number that may rise and fall, by steps in which it cannot reach the threshold.
    fn followed(&self, threshold: f64, turned: impl Fn(i64) -> bool) -> Option<i64> {
        let mut wait_ms = 0;
        for _ in 0..STEPS {
            let steepest: f64 = self.parts.iter().map(|part| part.slope_after_ms(wait_ms)).sum();
            let sum: f64 = self.parts.iter().map(|part| part.after_ms(wait_ms)).sum();
            let gap = ((sum - self.sum_at(threshold)?).abs() - UNIT).max(0.0);
            let step = if steepest > 0.0 { gap / steepest } else { HORIZON_MS as f64 };
            wait_ms += step.clamp(1.0, HORIZON_MS as f64) as i64;
            if wait_ms >= HORIZON_MS {
                return None;
            }
            if turned(wait_ms) {
                return Some(wait_ms);
            }
        }
        Some(wait_ms)
    }

    /// The sum at which the number is at a threshold; `None` if it never is.
    fn sum_at(&self, threshold: f64) -> Option<f64> {
        match self.ease {
            None => Some(threshold),
            Some(_) if threshold.abs() >= 1.0 => None,
            Some(ease) => Some(threshold * ease.get() / (1.0 - threshold.abs())),
        }
    }
}

impl Bounds {
    fn cut(self, number: f64) -> f64 {
        let number = self.most.map_or(number, |most| number.min(most.get()));
        self.least.map_or(number, |least| number.max(least.get()))
    }
}

impl Fade {
    /// What it counts for now.
    pub fn now(&self) -> f64 {
        self.after_ms(0)
    }

    fn after_ms(&self, wait_ms: i64) -> f64 {
        let amount = self.amount.get() * self.left_ms(wait_ms);
        self.most.map_or(amount, |most| amount.clamp(-most.get().abs(), most.get().abs()))
    }

    /// By how much it falls in a millisecond, at most, from then on.
    fn slope_after_ms(&self, wait_ms: i64) -> f64 {
        let half_life = self.half_life.map_or(f64::INFINITY, |half_life| half_life.as_millis() as f64);
        self.amount.get().abs() * self.left_ms(wait_ms) * std::f64::consts::LN_2 / half_life
    }

    fn left_ms(&self, wait_ms: i64) -> f64 {
        self.half_life.map_or(1.0, |half_life| left(Span::from_millis(wait_ms), half_life))
    }
}

/// To what numbers are compared.
const UNIT: f64 = 1e-12;

fn rounded(number: f64) -> f64 {
    // Above 2⁵³ units the number itself is no finer.
    if number.abs() < 9_000.0 { libm::rint(number / UNIT) * UNIT } else { number }
}

/// What is left of one after `age`, where half is left after `half_life`: 2^(−age / half_life).
pub fn left(age: Span, half_life: Span) -> f64 {
    libm::exp2(-(age.as_millis() as f64) / half_life.as_millis() as f64)
}

/// The first of 1..=`last` at which something is so that stays so from then on; `None` if it is not at `last`.
fn until(is_so: impl Fn(i64) -> bool, last: i64) -> Option<i64> {
    if !is_so(last) {
        return None;
    }
    let (mut before, mut so) = (0, last);
    while so - before > 1 {
        let middle = before + (so - before) / 2;
        if is_so(middle) {
            so = middle;
        } else {
            before = middle;
        }
    }
    Some(so)
}

impl From<&Fading> for Value {
    fn from(fading: &Fading) -> Self {
        Finite::new(fading.now()).map_or(Self::Null, Self::Float)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY_MS: i64 = 86_400_000;

    fn part(amount: f64, half_life_days: i64) -> Fade {
        let half_life = (half_life_days > 0).then(|| Span::DAY.times(half_life_days));
        Fade { amount: Finite::new(amount).unwrap(), half_life, most: None }
    }

    fn number(threshold: f64) -> Number {
        Number::from_f64(threshold).unwrap()
    }

    #[test]
    fn it_halves_and_turns_to_the_millisecond() {
        let fading = Fading { parts: vec![part(8.0, 21)], ease: None, ..Fading::default() };
        assert_eq!(fading.compare(Compare::AtLeast, number(4.0)), (true, Some(21 * DAY_MS + 1)));
        assert_eq!(fading.compare(Compare::More, number(4.0)), (true, Some(21 * DAY_MS)));
        assert_eq!(fading.compare(Compare::Less, number(2.0)).1, Some(42 * DAY_MS + 1));
        assert_eq!(fading.compare(Compare::More, number(9.0)), (false, None));
    }

    #[test]
    fn what_does_not_fade_never_turns() {
        let fading = Fading { parts: vec![part(8.0, 0), part(-3.0, 0)], ease: None, ..Fading::default() };
        assert_eq!(fading.compare(Compare::More, number(4.0)), (true, None));
        let kept = Fading { parts: vec![part(5.0, 0), part(8.0, 1)], ease: None, ..Fading::default() };
        assert_eq!(kept.compare(Compare::More, number(4.0)), (true, None));
    }

    #[test]
    fn an_eased_number_is_one_half_at_its_ease() {
        let ease = Finite::new(3.0);
        let fading = Fading { parts: vec![part(3.0, 21)], ease, ..Fading::default() };
        assert_eq!(fading.now(), 0.5);
        assert_eq!(
            fading.compare(Compare::More, number(0.25)).1,
            Some((21.0 * 1.584_962_500_721_156 * DAY_MS as f64) as i64 + 1)
        );
        assert_eq!(Fading { parts: vec![part(-3.0, 21)], ease, ..Fading::default() }.now(), -0.5);
        assert_eq!(fading.compare(Compare::Less, number(1.0)), (true, None));
    }

    #[test]
    fn a_part_counts_for_no_more_than_its_cap() {
        let capped = Fade { most: Finite::new(10.0), ..part(40.0, 1) };
        let fading = Fading {
            parts: vec![capped, Fade { most: Finite::new(10.0), ..part(-40.0, 1) }],
            ease: None,
            ..Fading::default()
        };
        assert_eq!(fading.now(), 0.0);
        assert_eq!(Fading { parts: vec![capped], ease: None, ..Fading::default() }.after(Span::DAY.times(3)), 5.0);
    }

    proptest! {
        #[test]
        fn an_answer_stands_until_it_says(
            parts in prop::collection::vec((-20.0..20.0f64, 0i64..40, prop::option::of(0.1..10.0f64)), 0..4),
            ease in prop::option::of(0.5..5.0f64),
            threshold in -10i32..10,
            op in prop::sample::select(vec![Compare::Less, Compare::AtMost, Compare::More, Compare::AtLeast]),
            fractions in prop::collection::vec(0.0..1.0f64, 8),
        ) {
            let parts = parts.into_iter().map(|(amount, days, most)| Fade { most: most.and_then(Finite::new), ..part(amount, days) });
            let fading = Fading { parts: parts.collect(), ease: ease.and_then(Finite::new), ..Fading::default() };
            let threshold = f64::from(threshold) / if ease.is_some() { 10.0 } else { 1.0 };
            let (answer, wait) = fading.compare(op, number(threshold));
            let within = wait.unwrap_or(400 * DAY_MS);
            for fraction in fractions {
                let at = (within as f64 * fraction) as i64;
                if at < within {
                    prop_assert_eq!(op.holds(fading.after_ms(at).total_cmp(&number(threshold).as_f64())), answer);
                }
            }
        }
    }
}

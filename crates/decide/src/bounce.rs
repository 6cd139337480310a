//! Whether a content makes those leave who searched for a keyword (requirements DEC-11).

/// How many landed on something, and how many of them went back to their search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Landed {
    /// Those who landed.
    pub shown: u64,
    /// Those of them who went back.
    pub bounced: u64,
}

/// Fewer landings say nothing: with 50 on either side the normal approximation holds for shares that are not extreme.
pub const LEAST_LANDINGS: u64 = 50;

/// How often, of pairs that are no worse, one may be called worse at any time at all.
const FALSE_ALARMS: f64 = 0.05;

/// How far apart two shares typically are where one is worse: the standard deviation of the mixture. The test holds for
/// any; a difference of about this size is found soonest.
const TYPICAL_DIFFERENCE: f64 = 0.2;

impl Landed {
    /// The sum of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { shown: self.shown.saturating_add(other.shown), bounced: self.bounced.saturating_add(other.bounced) }
    }

    /// The share that went back; 0 where nobody landed.
    pub fn share(self) -> f64 {
        if self.shown == 0 { 0.0 } else { self.bounced as f64 / self.shown as f64 }
    }

    /// Whether a larger share goes back than of the neutral ones, with 95 % certainty however often that is asked while
    /// the counts grow.
    ///
    /// A test that is made anew each day finds what is not there sooner or later. This one weighs the difference d, with
    /// the pooled variance V, against none by the likelihood ratio averaged over differences θ above 0, half a normal
    /// distribution of the deviation τ:
    ///
    /// ```text
    /// Λ = √(V / (V + τ²)) · exp(x² / 2) · 2Φ(x)       x = d · τ / √(V · (V + τ²))
    /// ```
    ///
    /// Where nothing is worse, the chance that Λ ever reaches 1 / α is at most α (Ville's inequality): the one-sided
    /// normal mixture of Robbins, as in Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric,
    /// nonasymptotic confidence sequences", Annals of Statistics 49 (2021), proposition 6; for two shares as in Johari,
    /// Koomen, Pekelis and Walsh, "Always valid inference", Operations Research 70 (2022). The variance is estimated, so
    /// it holds for large counts; the tests hold it to that from [`LEAST_LANDINGS`] on.
    pub fn exceeds(self, neutral: Self) -> bool {
        if self.shown.min(neutral.shown) < LEAST_LANDINGS {
            return false;
        }
        let pooled = self.and(neutral).share();
        let variance = pooled * (1.0 - pooled) * (1.0 / self.shown as f64 + 1.0 / neutral.shown as f64);
        if variance <= 0.0 {
            // Where all or none went back there is no difference either.
            return false;
        }
        let with_mixture = variance + TYPICAL_DIFFERENCE * TYPICAL_DIFFERENCE;
        let x = (self.share() - neutral.share()) * TYPICAL_DIFFERENCE / libm::sqrt(variance * with_mixture);
        let twice_phi = libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
        let log_ratio = 0.5 * libm::log(variance / with_mixture) + 0.5 * x * x + libm::log(twice_phi);
        log_ratio >= -libm::log(FALSE_ALARMS)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{
        prelude::Rng,
        test_runner::{RngAlgorithm, TestRng},
    };

    use super::*;

    fn landed(shown: u64, bounced: u64) -> Landed {
        Landed { shown, bounced }
    }

    /// proves DEC-11: on either side of the threshold, worked out apart from this program: with 100 landings each and 20
    /// neutral bounces, 37 give Λ = 15.10 and 38 give 21.55; it takes 20.
    #[test]
    fn a_share_exceeds_the_neutral_one_from_the_threshold_on() {
        assert!(!landed(100, 37).exceeds(landed(100, 20)));
        assert!(landed(100, 38).exceeds(landed(100, 20)));
        assert!(!landed(100, 20).exceeds(landed(100, 38)), "it is one-sided");
    }

    #[test]
    fn few_landings_say_nothing() {
        assert!(landed(50, 40).exceeds(landed(50, 5)));
        assert!(!landed(49, 40).exceeds(landed(50, 5)) && !landed(50, 40).exceeds(landed(49, 5)));
    }

    #[test]
    fn where_all_or_none_go_back_nothing_is_worse() {
        for (one, other) in [((60, 0), (60, 0)), ((60, 60), (60, 60)), ((0, 0), (0, 0))] {
            assert!(!landed(one.0, one.1).exceeds(landed(other.0, other.1)));
        }
        assert!(landed(60, 60).exceeds(landed(60, 0)));
    }

    /// On which of 150 days, each with so many landings on either side, a pair is called worse: of 300 pairs.
    fn blamed(chances: (f64, f64), landings: (u64, u64)) -> Vec<usize> {
        let mut chance = TestRng::deterministic_rng(RngAlgorithm::XorShift);
        let mut day = |landings: u64, share: f64| {
            let below = (share * f64::from(u32::MAX)) as u32;
            landed(landings, (0..landings).filter(|_| chance.next_u32() < below).count() as u64)
        };
        let pairs = (0..300).filter_map(|_| {
            let (mut one, mut neutral) = (landed(0, 0), landed(0, 0));
            (0..150).find(|_| {
                one = one.and(day(landings.0, chances.0));
                neutral = neutral.and(day(landings.1, chances.1));
                one.exceeds(neutral)
            })
        });
        pairs.collect()
    }

    /// Asked each day of 150, a plain z-test blames about three in ten of these.
    #[test]
    fn of_pairs_that_are_no_worse_at_most_one_in_twenty_is_ever_blamed() {
        for (share, landings) in [(0.3, (10, 10)), (0.05, (10, 10)), (0.6, (3, 24)), (0.1, (24, 3)), (0.02, (3, 24))] {
            let wrongly = blamed((share, share), landings).len();
            println!("{share} of {landings:?} landings a day: {wrongly} of 300");
            assert!(wrongly <= 15, "{share} {landings:?}: {wrongly}");
        }
    }

    #[test]
    fn what_is_clearly_worse_is_found_soon() {
        let mut days = blamed((0.4, 0.2), (10, 10));
        days.sort_unstable();
        assert!(days.len() == 300 && days[150] < 15, "{days:?}");
        // Half a chance more, where few go back at all.
        assert!(blamed((0.15, 0.1), (20, 20)).len() > 240);
    }
}

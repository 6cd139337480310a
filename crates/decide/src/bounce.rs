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

/// What a standard normal variable exceeds with a chance of 5 %.
const ONE_SIDED_95: f64 = 1.644_853_626_951_472_2;

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

    /// Whether a larger share goes back than of the neutral ones, with 95 % certainty: the one-sided z-test of two
    /// proportions with their pooled variance (NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3).
    pub fn exceeds(self, neutral: Self) -> bool {
        if self.shown.min(neutral.shown) < LEAST_LANDINGS {
            return false;
        }
        let pooled = self.and(neutral).share();
        let variance = pooled * (1.0 - pooled) * (1.0 / self.shown as f64 + 1.0 / neutral.shown as f64);
        let difference = self.share() - neutral.share();
        // Where all or none went back there is no variance, and no difference either.
        variance > 0.0 && difference > ONE_SIDED_95 * libm::sqrt(variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn landed(shown: u64, bounced: u64) -> Landed {
        Landed { shown, bounced }
    }

    /// proves DEC-11: on either side of the threshold, worked out by hand: with 100 landings each and 20 neutral
    /// bounces, 30 give z = 0.10 / sqrt(0.25 · 0.75 · 0.02) = 1.633, and 31 give 1.785.
    #[test]
    fn a_share_exceeds_the_neutral_one_from_the_threshold_on() {
        assert!(!landed(100, 30).exceeds(landed(100, 20)));
        assert!(landed(100, 31).exceeds(landed(100, 20)));
        assert!(!landed(100, 20).exceeds(landed(100, 31)), "it is one-sided");
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

    /// Of pairs that are no worse than neutral about one in twenty is called worse: over all shares of a binomial, by
    /// the exact distribution.
    #[test]
    fn one_in_twenty_is_blamed_wrongly() {
        let (landings, chance) = (200_u64, 0.3_f64);
        let of = binomial(landings, chance);
        let pairs = (0..=landings).flat_map(|one| (0..=landings).map(move |other| (one, other)));
        let blamed = pairs.filter(|(one, other)| landed(landings, *one).exceeds(landed(landings, *other)));
        let wrongly: f64 = blamed.map(|(one, other)| of[one as usize] * of[other as usize]).sum();
        assert!((0.04..0.06).contains(&wrongly), "{wrongly}");
    }

    /// The chances of 0, 1, 2… successes.
    fn binomial(trials: u64, chance: f64) -> Vec<f64> {
        let mut all = vec![1.0];
        for _ in 0..trials {
            let next = |hits: usize| {
                let (missed, hit) =
                    (all.get(hits).copied(), hits.checked_sub(1).and_then(|hits| all.get(hits)).copied());
                missed.unwrap_or_default() * (1.0 - chance) + hit.unwrap_or_default() * chance
            };
            all = (0..=all.len()).map(next).collect();
        }
        all
    }
}

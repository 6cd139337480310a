//! The time of the world, and that of the product.

use model::time::{Span, Timestamp};

/// Where the world goes faster than life, it is hurried through its nights: whoever watches waits no longer for the next
/// visit than so, or than half an hour of the world lasts.
const LONGEST_WAIT: Span = Span::SECOND.times(8);
/// A night is hurried through so many times as fast as would be enough, since it is looked at again while it shortens.
const HURRY: f64 = 4.0;

/// How the time of the world becomes that of the product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// The product has a test clock, which is moved on.
    Stepped,
    /// The product has the real clock: a moment of the world is that of the product, once `from` of the world is `to`
    /// of the product; behind it the world goes `speed` times as fast.
    Real {
        /// A moment of the world.
        from: Timestamp,
        /// The product's moment of then.
        to: Timestamp,
        /// How many times as fast as life.
        speed: f64,
    },
}

impl Pace {
    /// The product's moment for one of the world: never earlier for a later one.
    pub fn told(self, moment: Timestamp) -> Timestamp {
        match self {
            Self::Stepped => moment,
            Self::Real { from, to, speed } => {
                let behind = moment.since(from).as_millis() as f64;
                // What lies before goes at the pace of life: it is history.
                let behind = if behind > 0.0 { behind / speed } else { behind };
                to.plus(Span::from_millis(behind as i64))
            }
        }
    }

    /// The same up to the product's `present`; from there on at this speed, or as much faster as it takes for the next
    /// visit not to be too far. With a test clock the same for ever.
    pub(super) fn hurried(self, visit: Timestamp, present: Timestamp, speed: f64) -> Self {
        let Self::Real { from, to, speed: so_far } = self else { return self };
        if present < to {
            return self;
        }
        let reached = from.plus(Span::from_millis((present.since(to).as_millis() as f64 * so_far) as i64));
        let longest_ms = (LONGEST_WAIT.as_millis() as f64).max(30.0 * Span::MINUTE.as_millis() as f64 / speed);
        let far = visit.since(reached).as_millis() as f64 / longest_ms;
        let next = if far > speed { HURRY * far } else { speed };
        if next == so_far { self } else { Self::Real { from: reached, to: present, speed: next } }
    }
}

/// The present moment by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "a shop that goes by the real clock has to look at it")]
pub fn wall_clock() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::saturating_from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_clock_is_outrun_from_its_moment_on_and_not_before() {
        let at = Timestamp::saturating_from_millis;
        let pace = Pace::Real { from: at(1_000_000), to: at(5_000_000), speed: 10.0 };
        assert_eq!(pace.told(at(1_000_000)), at(5_000_000));
        assert_eq!(pace.told(at(1_600_000)), at(5_060_000), "ten times as fast");
        assert_eq!(pace.told(at(400_000)), at(4_400_000), "history is as long as it was");
    }

    #[test]
    fn a_night_is_hurried_through_and_the_day_behind_it_is_not() {
        let at = Timestamp::saturating_from_millis;
        let day = Pace::Real { from: at(0), to: at(0), speed: 1_000.0 };
        assert_eq!(day.hurried(at(9_000_000), at(1_000), 1_000.0), day, "the next visit is eight seconds away");
        let night = day.hurried(at(33_000_000), at(1_000), 1_000.0);
        assert_eq!((night.told(at(1_000_000)), night.told(at(33_000_000))), (at(1_000), at(3_000)));
        let dawn = night.hurried(at(33_000_000), at(2_800), 1_000.0);
        assert_eq!(dawn, Pace::Real { from: at(29_800_000), to: at(2_800), speed: 1_000.0 });
    }
}

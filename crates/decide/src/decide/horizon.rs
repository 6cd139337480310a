//! How long an answer stands.

use model::{limits::DECISION_TTL_S, time::Timestamp};

/// The first moment at which something that was looked at changes by itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Horizon {
    first: Option<Timestamp>,
}

impl Horizon {
    /// Notes a moment; `None` is no moment at all.
    pub(super) fn note(&mut self, moment: Option<Timestamp>) {
        self.first = self.first.into_iter().chain(moment).min();
    }

    /// The earlier of both.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.note(other.first);
        self
    }

    /// The whole seconds up to it, at most [`DECISION_TTL_S`].
    pub(super) fn seconds_from(&self, now: Timestamp) -> u32 {
        let Some(first) = self.first else { return DECISION_TTL_S };
        let seconds = first.since(now).as_millis().div_euclid(1_000).max(0);
        u32::try_from(seconds).map_or(DECISION_TTL_S, |seconds| seconds.min(DECISION_TTL_S))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stands_up_to_the_first_change_and_never_over_it() {
        let at = Timestamp::saturating_from_millis;
        let mut horizon = Horizon::default();
        assert_eq!(horizon.seconds_from(at(0)), DECISION_TTL_S);
        horizon.note(Some(at(10_999)));
        horizon.note(None);
        horizon.note(Some(at(20_000)));
        assert_eq!(horizon.seconds_from(at(0)), 10);
        assert_eq!(horizon.seconds_from(at(10_500)), 0);
        assert_eq!(horizon.seconds_from(at(30_000)), 0);
        assert_eq!(Horizon::default().and(&horizon).seconds_from(at(0)), 10);
    }
}

//! Time as data. Nothing below `runtime` reads a clock; the moment comes in as [`Env`].

/// A moment: milliseconds since 1970-01-01T00:00:00Z, within [`Timestamp::MIN`] and [`Timestamp::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z: a birth date or a foundation may lie before the epoch, an event never does.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 1970-01-01T00:00:00.000Z.
    pub const EPOCH: Self = Self(0);
    /// 9999-12-31T23:59:59.999Z, the last moment that RFC 3339 can write.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The moment `ms` milliseconds after the epoch; `None` outside the range.
    pub const fn from_millis(ms: i64) -> Option<Self> {
        if ms < Self::MIN.0 || ms > Self::MAX.0 { None } else { Some(Self(ms)) }
    }

    /// The moment `ms` milliseconds after the epoch, or the nearest end of the range.
    pub const fn saturating_from_millis(ms: i64) -> Self {
        if ms < Self::MIN.0 {
            Self::MIN
        } else if ms > Self::MAX.0 {
            Self::MAX
        } else {
            Self(ms)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The whole UTC day this moment is in, counted from the epoch.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(Span::DAY.0)
    }

    /// This moment plus a span, at most [`Timestamp::MAX`].
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self::saturating_from_millis(self.0.saturating_add(span.0))
    }

    /// This moment minus a span, at least [`Timestamp::MIN`].
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self::saturating_from_millis(self.0.saturating_sub(span.0))
    }

    /// The span from `earlier` to this moment; negative if `earlier` is in fact later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0 - earlier.0)
    }
}

/// A length of time in milliseconds; may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

impl Span {
    /// One second.
    pub const SECOND: Self = Self(1_000);
    /// One minute.
    pub const MINUTE: Self = Self(60_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
    /// Twenty-four hours.
    pub const DAY: Self = Self(86_400_000);

    /// A span of `ms` milliseconds.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// A span of `count` times this one.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// Its length in milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

/// The outside world of one command: stamped once, before the log, and stored with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Env {
    /// The moment at which the command happens. Never goes backwards within a partition.
    pub now: Timestamp,
    /// The only source of chance for this command.
    pub seed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_stays_in_its_range() {
        assert_eq!(Timestamp::from_millis(Timestamp::MIN.0 - 1), None);
        assert_eq!(Timestamp::from_millis(Timestamp::MAX.0 + 1), None);
        assert_eq!(Timestamp::MAX.plus(Span::DAY), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.minus(Span::DAY), Timestamp::MIN);
        assert_eq!(Timestamp::MAX.since(Timestamp::EPOCH).as_millis(), Timestamp::MAX.0);
        assert_eq!(Timestamp(-1).day(), -1);
    }
}

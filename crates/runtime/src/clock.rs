//! The one place below `server` that knows the time, and a clock that stands still until it is told to move.

use std::sync::atomic::{AtomicI64, Ordering};

use model::time::{Span, Timestamp};

/// Where `now` comes from.
#[derive(Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock for tests: frozen until it is advanced.
    Test(AtomicI64),
}

impl Clock {
    /// A test clock that stands at `start`.
    pub fn frozen_at(start: Timestamp) -> Self {
        Self::Test(AtomicI64::new(start.as_millis()))
    }

    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes in")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                Timestamp::saturating_from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Test(now) => Timestamp::saturating_from_millis(now.load(Ordering::SeqCst)),
        }
    }

    /// Moves a test clock on; `None` for the system's clock, which nobody moves.
    pub fn advance(&self, by: Span) -> Option<Timestamp> {
        match self {
            Self::System => None,
            Self::Test(now) => {
                let moved = self.now().plus(by);
                now.store(moved.as_millis(), Ordering::SeqCst);
                Some(moved)
            }
        }
    }
}

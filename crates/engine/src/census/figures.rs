//! What is kept of every census, to see a trend.

use model::time::Timestamp;

use super::{Census, Failures};

/// The figures of one census by which it is compared with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The moment that it was taken for.
    pub at: Timestamp,
    /// Customers.
    pub customers: u64,
    /// Other profiles.
    pub visitors: u64,
    /// How many customers each failure concerned.
    pub failures: Failures,
    /// Customers who stood in a source that was not joined.
    pub apart: u64,
}

impl Census {
    /// Its figures.
    pub fn figures(&self) -> Figures {
        let Self { at, customers, visitors, failures, .. } = *self;
        Figures { at, customers, visitors, failures, apart: self.apart() }
    }
}

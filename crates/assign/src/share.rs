//! Shares in basis points.

use std::fmt;

use crate::BUCKETS;

/// A share of units in basis points, hundredths of a percent: 0 to 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Share(u16);

/// A number that is no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareError {
    /// Below 0 or above 1, or no number.
    OutOfRange,
    /// Finer than a basis point.
    TooFine,
}

impl Share {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Everybody.
    pub const ALL: Self = Self(BUCKETS);

    /// A share of so many basis points; `None` above 10 000.
    pub const fn from_basis_points(basis_points: u16) -> Option<Self> {
        if basis_points > BUCKETS { None } else { Some(Self(basis_points)) }
    }

    /// The share that a number from 0 to 1 says.
    ///
    /// # Errors
    /// A number out of that range, or one with more than four decimals.
    pub fn from_fraction(fraction: f64) -> Result<Self, ShareError> {
        if !(0.0..=1.0).contains(&fraction) {
            return Err(ShareError::OutOfRange);
        }
        let points = fraction * f64::from(BUCKETS);
        let nearest = libm::round(points);
        // 0.07 × 10 000 is 700.0000000000001.
        if (points - nearest).abs() > 1e-6 { Err(ShareError::TooFine) } else { Ok(Self(nearest as u16)) }
    }

    /// Its basis points.
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// As a number from 0 to 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(BUCKETS)
    }

    /// What is left of everybody.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(BUCKETS - self.0)
    }
}

/// As a percentage: `12.5 %`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", f64::from(self.0) / 100.0)
    }
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "a share is between 0 and 1",
            Self::TooFine => "a share has at most four decimals",
        })
    }
}
impl std::error::Error for ShareError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_basis_point_reads_back_from_its_fraction() {
        for points in 0..=BUCKETS {
            let share = Share::from_basis_points(points).unwrap();
            assert_eq!(Share::from_fraction(share.fraction()), Ok(share));
            let written: f64 = format!("{}", share.fraction()).parse().unwrap();
            assert_eq!(Share::from_fraction(written), Ok(share));
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        assert_eq!(Share::from_basis_points(10_001), None);
        for (fraction, error) in [
            (-0.0001, ShareError::OutOfRange),
            (1.0001, ShareError::OutOfRange),
            (f64::NAN, ShareError::OutOfRange),
            (0.00005, ShareError::TooFine),
            (0.12345, ShareError::TooFine),
        ] {
            assert_eq!(Share::from_fraction(fraction), Err(error), "{fraction}");
        }
    }

    #[test]
    fn a_share_is_written_as_a_percentage() {
        assert_eq!(Share::from_basis_points(1_250).unwrap().to_string(), "12.5 %");
        assert_eq!(Share::ALL.to_string(), "100 %");
    }
}

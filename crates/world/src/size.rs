//! How large a world is.

use std::{fmt, str::FromStr};

/// How large a world is. Three sizes have a name; others are written as customers, items and days: `3000x600x90`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    customers: u32,
    items: u32,
    days: u32,
}

impl Size {
    /// For the tests of every change: 200 customers, 200 items, 30 days.
    pub const S: Self = Self::of(200, 200, 30);
    /// For grading: 50,000 customers, 2,000 items, a year.
    pub const M: Self = Self::of(50_000, 2_000, 365);
    /// For load: a million customers, 20,000 items, 30 days.
    pub const L: Self = Self::of(1_000_000, 20_000, 30);

    /// A size without a name.
    pub const fn of(customers: u32, items: u32, days: u32) -> Self {
        Self { customers, items, days }
    }

    /// How many customers there are.
    pub const fn customers(self) -> u32 {
        self.customers
    }

    /// How many items the catalog has over all the time.
    pub const fn items(self) -> u32 {
        self.items
    }

    /// How many days are lived.
    pub const fn days(self) -> u32 {
        self.days
    }
}

/// A size that is none of the three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSize(String);

impl fmt::Display for NoSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no size: there are S, M and L, and customers × items × days such as 3000x600x90", self.0)
    }
}

impl std::error::Error for NoSize {}

impl FromStr for Size {
    type Err = NoSize;

    fn from_str(text: &str) -> Result<Self, NoSize> {
        match text {
            "S" | "s" => Ok(Self::S),
            "M" | "m" => Ok(Self::M),
            "L" | "l" => Ok(Self::L),
            _ => numbers(text).ok_or_else(|| NoSize(text.to_owned())),
        }
    }
}

/// Customers, items and days, none of them 0: `3000x600x90`.
fn numbers(text: &str) -> Option<Size> {
    let numbers: Vec<u32> =
        text.split('x').map(|number| number.parse().ok().filter(|n| *n > 0)).collect::<Option<_>>()?;
    let [customers, items, days] = numbers[..] else { return None };
    Some(Size::of(customers, items, days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_sizes_have_a_name() {
        assert_eq!("M".parse(), Ok(Size::of(50_000, 2_000, 365)));
        assert_eq!("s".parse(), Ok(Size::of(200, 200, 30)));
        assert_eq!("L".parse(), Ok(Size::of(1_000_000, 20_000, 30)));
        assert_eq!("3000x600x90".parse(), Ok(Size::of(3_000, 600, 90)));
        for wrong in ["", "XL", "M ", "200", "200x200", "0x10x10", "1x2x3x4", "1x2x-3"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}

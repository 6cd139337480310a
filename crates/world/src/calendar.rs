//! Days of a world: numbered from its first, in UTC.

use model::time::{Span, Timestamp};

use crate::catalog::Family;

/// A day of the world: 0 is its first. Days before the world began have no number; what was then is history that was
/// brought along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u32);

/// From when to when the world is lived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// The first midnight (UTC).
    pub start: Timestamp,
    /// How many days are lived.
    pub days: u32,
}

impl Calendar {
    /// A moment of a day, `ms` after its midnight.
    pub fn at(&self, day: Day, ms: i64) -> Timestamp {
        self.start.plus(Span::DAY.times(i64::from(day.0))).plus(Span::from_millis(ms))
    }

    /// The day of a moment; none before the first.
    pub fn day_of(&self, moment: Timestamp) -> Option<Day> {
        u32::try_from(moment.day() - self.start.day()).ok().map(Day)
    }

    /// All days that are lived.
    pub fn all(&self) -> impl Iterator<Item = Day> {
        (0..self.days).map(Day)
    }

    /// Year, month and day of a day, in UTC.
    pub fn civil(&self, day: Day) -> (i32, u8, u8) {
        civil(self.start.day() + i64::from(day.0))
    }

    /// The day of the year of a day, from 0; the last of a leap year is 364 too.
    pub fn day_of_year(&self, day: Day) -> u16 {
        let days = self.start.day() + i64::from(day.0);
        let (year, _, _) = civil(days);
        u16::try_from(days - days_to(year, 1, 1)).map_or(364, |number| number.min(364))
    }

    /// The promotion of a day.
    pub fn promotion(&self, _day: Day) -> Option<&'static Promotion> {
        None
    }

    /// How many days later than usual a parcel that is sent on a day arrives.
    pub fn parcel_delay_days(&self, _day: Day) -> u8 {
        0
    }

    /// How much more often gifts are bought on a day than on average.
    pub fn gift_factor(&self, _day: Day) -> f64 {
        1.0
    }
}

/// A promotion: from one day of the year to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Promotion {
    /// Its name.
    pub name: (&'static str, &'static str),
    /// The families whose prices are lower; empty: all.
    pub families: &'static [Family],
    /// By which share prices are lower.
    pub discount: f32,
}

/// Year, month and day of a number of days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
pub fn civil(days: i64) -> (i32, u8, u8) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

/// The number of days since 1970-01-01 of a date; the inverse of [`civil`].
pub fn days_to(year: i32, month: u8, day: u8) -> i64 {
    let (year, month) = (i64::from(year) - i64::from(month <= 2), i64::from(month));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

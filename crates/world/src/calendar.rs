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
    pub fn promotion(&self, day: Day) -> Option<&'static Promotion> {
        let (_, month, of_month) = self.civil(day);
        PROMOTIONS.iter().find(|promotion| promotion.is_on(month, of_month))
    }

    /// How many days later than usual a parcel that is sent on a day arrives.
    pub fn parcel_delay_days(&self, day: Day) -> u8 {
        let (_, month, of_month) = self.civil(day);
        match (month, of_month) {
            // A strike of the carrier.
            (3, 16..=22) => 4,
            // Before Christmas.
            (12, 14..=24) => 2,
            // Holidays.
            (5, 1 | 8) | (8, 14..=16) | (12, 25 | 26) | (1, 1) => 1,
            _ => 0,
        }
    }

    /// How much more often gifts are bought on a day than on average: from mid-November it grows to Christmas.
    pub fn gift_factor(&self, day: Day) -> f64 {
        let (_, month, of_month) = self.civil(day);
        match (month, of_month) {
            (11, 15..=30) => 1.8,
            (12, 1..=23) => 4.0,
            (12, 24) => 2.0,
            (5, 20..=31) | (6, 1..=21) => 1.3,
            _ => GIFTS_OTHERWISE,
        }
    }
}

/// What is left for all other days, so that the mean over a year is 1: 16 days of 1.8, 23 of 4, 1 of 2 and 33 of 1.3
/// leave 198.3 for 292.
const GIFTS_OTHERWISE: f64 = (365.0 - 16.0 * 1.8 - 23.0 * 4.0 - 2.0 - 33.0 * 1.3) / 292.0;

/// A promotion: from one day of the year to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Promotion {
    /// Its name, in French and in English.
    pub name: (&'static str, &'static str),
    /// Its first and its last day: month and day of the month. Within one year.
    pub from_to: ((u8, u8), (u8, u8)),
    /// The families whose prices are lower; empty: all.
    pub families: &'static [Family],
    /// By which share prices are lower.
    pub discount: f32,
}

/// The promotions of a year.
pub const PROMOTIONS: [Promotion; 6] = [
    Promotion {
        name: ("Soldes d’hiver", "Winter sales"),
        from_to: ((1, 8), (2, 4)),
        families: &[Family::Winter, Family::Rain, Family::Boots, Family::Kids],
        discount: 0.25,
    },
    Promotion {
        name: ("Semaine de l’entretien", "Care week"),
        from_to: ((3, 9), (3, 15)),
        families: &[Family::Care, Family::Socks],
        discount: 0.20,
    },
    Promotion {
        name: ("Jours du trek", "Trek days"),
        from_to: ((5, 11), (5, 17)),
        families: &[Family::Boots, Family::Packs, Family::Poles, Family::Camp],
        discount: 0.15,
    },
    Promotion {
        name: ("Soldes d’été", "Summer sales"),
        from_to: ((6, 24), (7, 21)),
        families: &[Family::Trail, Family::Packs, Family::Camp, Family::Kitchen],
        discount: 0.25,
    },
    Promotion {
        name: ("Rentrée des enfants", "Back to school"),
        from_to: ((8, 24), (9, 6)),
        families: &[Family::Kids],
        discount: 0.15,
    },
    Promotion { name: ("Semaine noire", "Black week"), from_to: ((11, 23), (11, 30)), families: &[], discount: 0.20 },
];

impl Promotion {
    /// By which share the prices of a family are lower.
    pub fn discount_of(&self, family: Family) -> f32 {
        if self.families.is_empty() || self.families.contains(&family) { self.discount } else { 0.0 }
    }

    fn is_on(&self, month: u8, day: u8) -> bool {
        (self.from_to.0..=self.from_to.1).contains(&(month, day))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The year 2026 from its first day.
    fn year() -> Calendar {
        Calendar { start: Timestamp::from_millis(1_767_225_600_000).unwrap(), days: 365 }
    }

    #[test]
    fn dates_come_back_as_they_went() {
        for (days, date) in [(0, (1970, 1, 1)), (-1, (1969, 12, 31)), (19_782, (2024, 2, 29)), (20_454, (2026, 1, 1))] {
            assert_eq!(civil(days), date);
            assert_eq!(days_to(date.0, date.1, date.2), days);
        }
        assert!((-40_000..40_000).all(|days| {
            let (year, month, day) = civil(days);
            days_to(year, month, day) == days
        }));
    }

    #[test]
    fn days_are_counted_from_the_first_of_the_world_and_of_the_year() {
        let calendar = year();
        assert_eq!(calendar.civil(Day(31)), (2026, 2, 1));
        assert_eq!([0, 31, 364, 365].map(|day| calendar.day_of_year(Day(day))), [0, 31, 364, 0]);
        assert_eq!(calendar.day_of(calendar.at(Day(12), 5)), Some(Day(12)));
        assert_eq!(calendar.day_of(Timestamp::EPOCH), None);
        let leap = Calendar { start: Timestamp::from_millis(1_704_067_200_000).unwrap(), days: 366 };
        assert_eq!((leap.civil(Day(365)), leap.day_of_year(Day(365))), ((2024, 12, 31), 364));
    }

    #[test]
    fn promotions_lower_the_prices_of_their_families_on_their_days() {
        let on = |month, day| {
            let number = days_to(2026, month, day) - days_to(2026, 1, 1);
            year().promotion(Day(number as u32))
        };
        assert_eq!(on(1, 7), None);
        let winter = on(1, 8).unwrap();
        assert_eq!((winter.discount_of(Family::Winter), winter.discount_of(Family::Maps)), (0.25, 0.0));
        assert_eq!(on(2, 4), Some(winter));
        assert_eq!(on(2, 5), None);
        assert_eq!(on(11, 25).unwrap().discount_of(Family::Maps), 0.20);
        let days = year().all().filter(|day| year().promotion(*day).is_some()).count();
        assert_eq!(days, 28 + 7 + 7 + 28 + 14 + 8);
    }

    #[test]
    fn gifts_are_as_many_as_on_average_over_a_year_and_most_before_christmas() {
        let mean = year().all().map(|day| year().gift_factor(day)).sum::<f64>() / 365.0;
        assert!((mean - 1.0).abs() < 1e-9, "{mean}");
        assert!(year().gift_factor(Day(345)) > 5.0 * year().gift_factor(Day(60)));
    }

    #[test]
    fn parcels_are_late_in_a_strike_and_before_christmas() {
        let late: Vec<u8> = year().all().map(|day| year().parcel_delay_days(day)).collect();
        assert_eq!(late.iter().filter(|days| **days == 4).count(), 7);
        assert_eq!(late.iter().filter(|days| **days == 2).count(), 11);
        assert!(late.iter().filter(|days| **days == 0).count() > 330);
    }
}

//! Days of birth that systems write when they know none, and days on which nobody living was born.

use model::time::{Span, Timestamp};

use super::Doubt;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    year: i64,
    /// From 1.
    month: i64,
    /// From 1.
    day: i64,
}

/// Days that stand for "no date" in widespread systems. Days on which customers were born are spared even where a
/// system counts from them: 1960-01-01 (SAS), 1980-01-01 (FAT), 2000-01-01 (PostgreSQL), 2001-01-01 (Cocoa) are hardly
/// ever written for nothing, and no other first of January is suspect: many people without a birth record got that day.
const PLACEHOLDERS: [Date; 15] = [
    Date::of(1, 1, 1),      // .NET's `DateTime.MinValue`, Go's zero time
    Date::of(1000, 1, 1),   // the first day of MySQL's DATE
    Date::of(1111, 11, 11), // typed by people
    Date::of(1582, 10, 15), // the first Gregorian day: COBOL, SPSS, UUID
    Date::of(1601, 1, 1),   // Windows' FILETIME
    Date::of(1753, 1, 1),   // the first day of SQL Server's `datetime`
    Date::of(1800, 1, 1),   // the first day of many date pickers
    Date::of(1858, 11, 17), // the modified Julian day, VMS
    Date::of(1899, 12, 30), // OLE Automation: Access, Delphi, Google Sheets
    Date::of(1899, 12, 31), // day 0 of Excel
    Date::of(1900, 1, 1),   // day 1 of Excel; what SQL Server makes of an empty text; "no date" of Dynamics
    Date::of(1904, 1, 1),   // classic Mac OS, Excel for Mac
    Date::of(1969, 12, 31), // the epoch of Unix, seen from the Americas
    Date::of(1970, 1, 1),   // the epoch of Unix
    Date::of(9999, 12, 31), // "for ever": SAP, SQL
];

/// Nobody is known to have lived longer, but for one (Jeanne Calment, 122).
const MOST_YEARS: i64 = 120;

/// From this age the first of January is the first choice of a form, not a birthday: fewer than a thousand people alive
/// are so old (Gerontology Research Group), so two or three of them were born on that day. Takes in 1901-01-01 and
/// 1910-01-01.
const SUSPECT_YEARS: i64 = 110;

/// Clocks on earth are at most this far ahead of UTC (Kiribati), so somebody is born tomorrow by UTC.
const MOST_AHEAD: Span = Span::HOUR.times(14);

/// Clocks on earth are at most this far behind UTC.
const MOST_BEHIND: Span = Span::HOUR.times(12);

/// Why that day of birth is probably not true. A child is no reason: children have profiles.
pub(super) fn doubt(born: Date, now: Timestamp, as_of: Option<Timestamp>) -> Option<Doubt> {
    let is_day_of_giving = |at: Timestamp| Date::today_before(at) <= born && born <= Date::today_ahead(at);
    let is_placeholder = PLACEHOLDERS.contains(&born)
        || (born.is_first_of_january() && born.birthday(SUSPECT_YEARS) <= Date::today_ahead(now))
        || as_of.is_some_and(is_day_of_giving);
    if is_placeholder {
        return Some(Doubt::PlaceholderDate);
    }
    let is_unborn = born > Date::today_ahead(now);
    let is_too_old = born.birthday(MOST_YEARS) < Date::today_before(now);
    (is_unborn || is_too_old).then_some(Doubt::ImpossibleAge)
}

/// The first moment after `now` at which the answer could change.
pub(super) fn lasts_until(born: Date, now: Timestamp) -> Option<Timestamp> {
    let birth = born.start().minus(MOST_AHEAD);
    let suspect = born.birthday(SUSPECT_YEARS).start().minus(MOST_AHEAD);
    let too_old = born.birthday(MOST_YEARS).start().plus(Span::DAY).plus(MOST_BEHIND);
    [birth, suspect, too_old].into_iter().filter(|moment| *moment > now).min()
}

impl Date {
    const fn of(year: i64, month: i64, day: i64) -> Self {
        Self { year, month, day }
    }

    /// The day of a moment that stands for a day: of midnight somewhere on earth, so the nearest midnight by UTC.
    pub(super) fn at(moment: Timestamp) -> Self {
        Self::of_day(moment.plus(Span::HOUR.times(12)).day())
    }

    /// Reads a day in the usual notations: 1985-04-12 and what follows it, 1985/4/12, 19850412, 12/04/1985, 12.4.1985,
    /// 04-12-1985. Where day and month could be either, the day comes first; `None` if it is none of these.
    pub(super) fn read(text: &str) -> Option<Self> {
        let day = text.split(|c: char| c == 'T' || c == 't' || c.is_whitespace()).next()?;
        if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
            return Self::new(number(&day[..4])?, number(&day[4..6])?, number(&day[6..])?);
        }
        let mut parts = day.split(['-', '/', '.']);
        let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
        let (a, b, c) = (number(first)?, number(second)?, number(third)?);
        if parts.next().is_some() {
            return None;
        }
        match (first.len(), third.len()) {
            (4, 1..=2) => Self::new(a, b, c),
            (1..=2, 4) if b > 12 => Self::new(c, a, b),
            (1..=2, 4) => Self::new(c, b, a),
            _ => None,
        }
    }

    fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        // 0000-00-00 is how MySQL writes no date; it is the placeholder that is no day.
        if (year, month, day) == (0, 0, 0) {
            return Some(Self::of(1, 1, 1));
        }
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Self::of(year, month, day))
    }

    /// The day that it is where clocks are furthest ahead.
    fn today_ahead(now: Timestamp) -> Self {
        Self::of_day(now.plus(MOST_AHEAD).day())
    }

    /// The day that it is where clocks are furthest behind.
    fn today_before(now: Timestamp) -> Self {
        Self::of_day(now.minus(MOST_BEHIND).day())
    }

    const fn is_first_of_january(self) -> bool {
        self.month == 1 && self.day == 1
    }

    /// The birthday `years` after this day; of the 29 of February that day, where there is none too.
    const fn birthday(self, years: i64) -> Self {
        Self::of(self.year + years, self.month, self.day)
    }

    /// Its first moment in UTC (Howard Hinnant's `days_from_civil`).
    fn start(self) -> Timestamp {
        let shifted = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        Timestamp::saturating_from_millis(day * Span::DAY.as_millis())
    }

    /// The day that is `days` after 1970-01-01 (Howard Hinnant's `civil_from_days`).
    fn of_day(days: i64) -> Self {
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self::of(year, month, of_year - (153 * shifted_month + 2) / 5 + 1)
    }
}

/// Up to four ASCII digits as a number.
fn number(text: &str) -> Option<i64> {
    let is_short = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_short { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Date = Date::of(2026, 11, 20);

    fn judged(text: &str) -> Option<Doubt> {
        let noon = NOW.start().plus(Span::HOUR.times(12));
        doubt(Date::read(text).unwrap_or_else(|| panic!("{text}")), noon, None)
    }

    #[test]
    fn days_that_systems_write_for_none_are_doubted() {
        for text in [
            "1970-01-01",
            "01/01/1970",
            "1.1.1970",
            "1970-01-01T00:00:00Z",
            "1970/01/01",
            "19700101",
            "12/31/1969",
            "31/12/1969",
            "1900-01-01",
            "01/01/1900",
            "1901-01-01",
            "1910-01-01",
            "1916-01-01",
            "1899-12-30",
            "1904-01-01",
            "1753-01-01",
            "0001-01-01",
            "0000-00-00",
            "9999-12-31",
        ] {
            assert_eq!(judged(text), Some(Doubt::PlaceholderDate), "{text}");
        }
    }

    #[test]
    fn ages_that_nobody_has_are_doubted() {
        for text in ["1906-11-19", "1906-11-18", "1850-06-12", "1901-12-13", "2026-11-22", "2027-01-01", "2985-03-04"] {
            assert_eq!(judged(text), Some(Doubt::ImpossibleAge), "{text}");
        }
    }

    #[test]
    fn true_days_of_birth_are_spared() {
        for text in [
            "1906-11-20",
            "1909-08-21",
            "1917-01-01",
            "1920-01-01",
            "1950-01-01",
            "1960-01-01",
            "1969-12-30",
            "1970-01-02",
            "1971-01-01",
            "1980-01-01",
            "1985-04-12",
            "1988-02-29",
            "1990-01-01",
            "1999-12-31",
            "2000-01-01",
            "2001-01-01",
            "2026-08-01",
            "2026-11-20",
            "2026-11-21",
        ] {
            assert_eq!(judged(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_written_as_a_moment_is_the_day_wherever_it_was_midnight() {
        for (hours, day) in [(0, 1), (-1, 1), (-11, 1), (5, 1), (11, 1), (13, 2), (-13, 31)] {
            let moment = Timestamp::saturating_from_millis(hours * Span::HOUR.as_millis());
            assert_eq!(Date::at(moment).day, day, "{hours}");
        }
    }

    #[test]
    fn the_day_on_which_it_was_given_is_what_the_form_showed() {
        let given = Date::of(2020, 5, 17);
        let judged = |born: Date| doubt(born, NOW.start(), Some(given.start().plus(Span::HOUR.times(10))));
        assert_eq!(judged(given), Some(Doubt::PlaceholderDate));
        assert_eq!(judged(Date::of(2020, 5, 10)), None, "a child of a week");
        assert_eq!(judged(Date::of(1980, 5, 17)), None);
    }

    #[test]
    fn what_is_no_day_is_not_read() {
        for text in ["", "1985", "12 April 1985", "1985-13-01", "1985-00-10", "1985-04-12-03", "85-04-12", "٠١/٠١/١٩٧٠"]
        {
            assert_eq!(Date::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn days_and_their_count_are_one(days in -719_000..2_900_000_i64) {
            prop_assert_eq!(Date::of_day(days).start().day(), days);
        }

        #[test]
        fn an_answer_stands_until_the_moment_that_it_names(
            born in -60_000..25_000_i64, now in 0..25_000_i64, later in 0..40_000_i64,
        ) {
            let moment = |days: i64| Timestamp::saturating_from_millis(days * Span::DAY.as_millis());
            let (born, now, later) = (Date::of_day(born), moment(now), moment(now + later));
            if lasts_until(born, now).is_none_or(|until| later < until) {
                prop_assert_eq!(doubt(born, now, None), doubt(born, later, None));
            }
        }
    }
}

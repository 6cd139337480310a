//! Spans, dates and birthdays as conditions write them. Days are UTC days.

use jiff::civil::{Date, date};
use model::{time::Timestamp, value::Value};

/// Milliseconds of one day.
pub(crate) const DAY_MS: i64 = 86_400_000;
const UNITS: [(char, i64); 5] = [('w', 7 * DAY_MS), ('d', DAY_MS), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];
/// The longest span that a condition may name: a hundred years of 365 days.
const LONGEST_MS: i64 = 36_500 * DAY_MS;

/// The milliseconds of a span such as `90d`: a whole number and one of `s m h d w`.
pub(crate) fn parse_span(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    let (_, ms) = UNITS.into_iter().find(|(letter, _)| *letter == unit)?;
    if digits.is_empty() || digits.len() > 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(ms).filter(|ms| *ms <= LONGEST_MS)
}

/// The span in its largest whole unit.
pub(crate) fn print_span(ms: i64) -> String {
    let (letter, unit) = UNITS.into_iter().find(|(_, unit)| ms != 0 && ms % unit == 0).unwrap_or(('s', 1_000));
    format!("{}{letter}", ms / unit)
}

/// The milliseconds since the epoch of an RFC 3339 moment, or of a day's first moment in UTC.
pub(crate) fn parse_moment(text: &str) -> Option<i64> {
    match parse_day(text) {
        Some(day) => Some(i64::from(day.since(date(1970, 1, 1)).ok()?.get_days()) * DAY_MS),
        None => text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond),
    }
}

/// The moment as it is written in a condition: a day if it is one's first moment.
pub(crate) fn print_moment(ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(ms) {
        Ok(moment) if ms.rem_euclid(DAY_MS) == 0 => jiff::tz::Offset::UTC.to_datetime(moment).date().to_string(),
        Ok(moment) => moment.to_string(),
        // No literal and no trait is out of the range of years −9999 to 9999; only arithmetic could be.
        Err(_) => ms.to_string(),
    }
}

/// A calendar day written `2026-03-02`, and nothing longer.
pub(crate) fn parse_day(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// The UTC day of a moment.
pub(crate) fn day_of(ms: i64) -> Option<Date> {
    jiff::Timestamp::from_millisecond(ms).ok().map(|moment| jiff::tz::Offset::UTC.to_datetime(moment).date())
}

/// Full years from a day to the day of `now_ms`, and the first moment at which there is one more. Who was born on a
/// 29 February turns a year older on 1 March in other years.
pub(crate) fn years_between(from: Date, now_ms: i64) -> Option<(i64, i64)> {
    let today = day_of(now_ms)?;
    let had_it = (today.month(), today.day()) >= (from.month(), from.day());
    let years = i64::from(today.year()) - i64::from(from.year()) - i64::from(!had_it);
    let year = today.year().checked_add(i16::from(had_it))?;
    let next = Date::new(year, from.month(), from.day()).or_else(|_| Date::new(year, 3, 1)).ok()?;
    Some((years, i64::from(next.since(date(1970, 1, 1)).ok()?.get_days()) * DAY_MS))
}

/// How many years are full since the day of a value, by the calendar and in UTC as `years_since` counts them, and the
/// first moment at which there is one more. `None` for what is neither a moment nor a day written `2026-03-02`.
pub fn full_years(since: &Value, now: Timestamp) -> Option<(i64, Timestamp)> {
    let day = match since {
        Value::Time(moment) => day_of(moment.as_millis())?,
        Value::Text(text) => parse_day(text.get(..10)?)?,
        _ => return None,
    };
    let (years, next_ms) = years_between(day, now.as_millis())?;
    Some((years, Timestamp::saturating_from_millis(next_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_years_are_counted_from_moments_and_days() {
        let now = Timestamp::saturating_from_millis(1_772_445_600_000); // 2026-03-02T10:00Z
        for (since, years) in [
            (Value::from("2008-03-02"), Some(18)),
            (Value::from("2008-03-03"), Some(17)),
            (Value::from("2008-03-02T23:59:00Z"), Some(18)),
            (Value::Time(Timestamp::EPOCH), Some(56)),
            (Value::from("02/03/2008"), None),
            (Value::from("2008"), None),
            (Value::from("né à Brest"), None),
            (Value::Int(2_008), None),
        ] {
            assert_eq!(full_years(&since, now).map(|(years, _)| years), years, "{since:?}");
        }
        let (_, next) = full_years(&Value::from("2008-03-03"), now).unwrap();
        assert_eq!(next.as_millis(), 1_772_496_000_000, "the birthday of the next day");
    }

    #[test]
    fn spans_are_a_number_and_a_unit() {
        for (text, ms) in [("10s", 10_000), ("30m", 1_800_000), ("1h", 3_600_000), ("2w", 14 * DAY_MS), ("0d", 0)] {
            assert_eq!(parse_span(text), Some(ms), "{text}");
            assert_eq!(parse_span(&print_span(ms)), Some(ms), "{text}");
        }
        for text in ["", "d", "1", "-1d", "1.5h", "1 d", "1y", "36501d", "99999999999w", "１d"] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_days_or_rfc_3339() {
        assert_eq!(parse_moment("1970-01-02"), Some(DAY_MS));
        assert_eq!(parse_moment("1969-12-31"), Some(-DAY_MS));
        assert_eq!(parse_moment("1970-01-01T01:00:00.5+01:00"), Some(500));
        for text in ["2026-02-30", "2026-1-1", "yesterday", "2026-01-01T00:00:00", ""] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
        for ms in [0, DAY_MS, 500, 1_772_445_600_000] {
            assert_eq!(parse_moment(&print_moment(ms)), Some(ms));
        }
    }

    #[test]
    fn years_are_full_at_the_birthday() {
        let at = |text: &str| parse_moment(text).unwrap();
        let born = date(2001, 3, 2);
        assert_eq!(years_between(born, at("2026-03-01T23:59:59Z")), Some((24, at("2026-03-02"))));
        assert_eq!(years_between(born, at("2026-03-02")), Some((25, at("2027-03-02"))));
        assert_eq!(years_between(date(2000, 2, 29), at("2026-02-28")), Some((25, at("2026-03-01"))));
        assert_eq!(years_between(date(2000, 2, 29), at("2027-06-01")), Some((27, at("2028-02-29"))));
        assert_eq!(years_between(date(2030, 1, 1), at("2026-06-01")), Some((-4, at("2027-01-01"))));
    }
}

//! Moments as clients write them, read fast; and as we write them.
//!
//! Every event carries two or three moments, so the reader is by hand: it takes RFC 3339 and the forms around it that
//! real clients send. What it takes means the same as in `jiff` (a property test holds that).

use model::time::Timestamp;

/// Writes RFC 3339 in UTC, with milliseconds where there are any: `2026-03-02T10:00:00Z`.
pub fn write(moment: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(moment.as_millis()).expect("our range lies within jiff's").to_string()
}

/// Reads a moment: RFC 3339 with any offset; without an offset, or a day alone, in UTC. `None` if it is no moment of
/// the years 1970 to 9999. A leap second is read as the second before it; digits below milliseconds are dropped.
pub fn read(text: &str) -> Option<Timestamp> {
    let bytes = text.trim_ascii().as_bytes();
    let day_ms = read_day(bytes.get(..10)?)? * 86_400_000;
    let ms = match bytes.get(10..)? {
        [] => day_ms,
        [b'T' | b't' | b' ', rest @ ..] => day_ms + read_time_ms(rest)?,
        _ => return None,
    };
    Timestamp::from_millis(ms)
}

/// Reads a moment given as a number: seconds since the epoch below 10¹¹ (the year 5138), milliseconds from there on.
pub fn read_number(number: f64) -> Option<Timestamp> {
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    let ms = if number < 1e11 { number * 1e3 } else { number };
    Timestamp::from_millis(ms as i64)
}

/// `YYYY-MM-DD` as days since the epoch (the algorithm is Howard Hinnant's `days_from_civil`).
fn read_day(bytes: &[u8]) -> Option<i64> {
    let [y @ .., b'-', m1, m2, b'-', d1, d2] = bytes else { return None };
    let (year, month, day) = (digits(y)?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let most = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if day == 0 || day > most {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// `hh:mm[:ss[.fff…]][Z|±hh[:]mm]` as milliseconds since midnight UTC; may be negative or beyond a day.
fn read_time_ms(bytes: &[u8]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, rest @ ..] = bytes else { return None };
    let (hour, minute) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    let (second, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (digits(&[*s1, *s2])?, rest),
        _ => (0, rest),
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction_ms, rest) = read_fraction_ms(rest)?;
    let offset_minutes = match rest {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    Some((hour * 3600 + minute * 60 + second.min(59)) * 1000 + fraction_ms - offset_minutes * 60_000)
}

fn read_fraction_ms(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', rest @ ..] = bytes else { return Some((0, bytes)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || length > 12 {
        return None;
    }
    let ms = (0..3).fold(0, |ms, place| ms * 10 + if place < length { i64::from(rest[place] - b'0') } else { 0 });
    Some((ms, &rest[length..]))
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_that_clients_send_are_read() {
        let noon = Some(1_772_445_600_000);
        for text in [
            "2026-03-02T10:00:00Z",
            "2026-03-02T10:00:00.000Z",
            "2026-03-02T10:00:00.000999+00:00",
            "2026-03-02T11:00:00+01:00",
            "2026-03-02T11:00:00+0100",
            "2026-03-02 10:00:00",
            "2026-03-02T10:00",
            " 2026-03-02t10:00:00z ",
        ] {
            assert_eq!(read(text).map(Timestamp::as_millis), noon, "{text}");
        }
        assert_eq!(read("2026-03-02"), read("2026-03-02T00:00:00Z"));
        assert_eq!(read("1970-01-01T00:00:00.5Z").map(Timestamp::as_millis), Some(500));
    }

    #[test]
    fn what_is_no_moment_is_not_read() {
        for text in [
            "",
            "now",
            "30000-01-01T00:00:00Z",
            "+030000-01-01T00:00:00Z",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-03-02T24:00:00Z",
            "2026-03-02T10:61:00Z",
            "2026-03-02T10:00:00.Z",
            "2026-03-02T10:00:00+25:00",
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+01:00",
            "2026-03-02Tééé",
            "２０２６-03-02",
            "2026-03-02T10:00:00ZZ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_seconds_or_milliseconds_by_their_size() {
        assert_eq!(read_number(1_772_445_600.0), read("2026-03-02T10:00:00Z"));
        assert_eq!(read_number(1_772_445_600_250.0), read("2026-03-02T10:00:00.25Z"));
        assert_eq!(read_number(-1.0), None);
        assert_eq!(read_number(f64::NAN), None);
        assert_eq!(read_number(1e30), None);
    }

    proptest! {
        #[test]
        fn reading_agrees_with_jiff(ms in 0..253_402_300_800_000i64, offset_minutes in -1439..1440i32) {
            let moment = Timestamp::saturating_from_millis(ms);
            prop_assert_eq!(read(&write(moment)), Some(moment));
            let offset = jiff::tz::Offset::from_seconds(offset_minutes * 60).unwrap();
            let shown = jiff::Timestamp::from_millisecond(ms).unwrap().display_with_offset(offset).to_string();
            if shown.len() < 32 && !shown.starts_with('-') && !shown.starts_with('+') {
                prop_assert_eq!(read(&shown), Some(moment), "{}", shown);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Some(moment) = read(&text) {
                prop_assert!(moment <= Timestamp::MAX);
            }
        }
    }
}

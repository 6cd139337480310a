//! Moments and spans as people write them in stories, and as the program takes them.

use model::time::{Span, Timestamp};

/// Reads `2026-03-02 10:00` or `2026-03-02 10:00:30`, in UTC.
pub fn parse(date: &str, time: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = date.parse().ok()?;
    let time: jiff::civil::Time = time.parse().ok()?;
    let moment = date.to_datetime(time).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Timestamp::from_millis(moment.timestamp().as_millisecond())
}

/// Reads a span: a whole number and its unit, `ms`, `s`, `m`, `h` or `d`, such as `4h`. Several add up: `1d12h`.
pub fn parse_span(text: &str) -> Option<Span> {
    let mut total = Span::default();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        let unit = match &rest[digits..unit_end] {
            "ms" => Span::from_millis(1),
            "s" => Span::SECOND,
            "m" => Span::MINUTE,
            "h" => Span::HOUR,
            "d" => Span::DAY,
            _ => return None,
        };
        total = Span::from_millis(total.as_millis().saturating_add(unit.times(count).as_millis()));
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(total)
}

/// Writes a moment as RFC 3339 in UTC with milliseconds: `2026-03-02T10:00:00.000Z`.
pub fn rfc3339(moment: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(moment.as_millis()).expect("a Timestamp is within jiff's range");
    format!("{moment:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_and_writes_in_utc() {
        let moment = parse("2026-03-02", "10:00").unwrap();
        assert_eq!(rfc3339(moment), "2026-03-02T10:00:00.000Z");
        assert_eq!(parse("2026-03-32", "10:00"), None);
        assert_eq!(parse("2026-03-02", "25:00"), None);
    }

    #[test]
    fn spans_add_up_and_need_a_unit() {
        assert_eq!(parse_span("1d12h"), Some(Span::HOUR.times(36)));
        assert_eq!(parse_span("90m"), Some(Span::MINUTE.times(90)));
        assert_eq!(parse_span("5ms"), Some(Span::from_millis(5)));
        for wrong in ["", "4", "h", "4 h", "4w"] {
            assert_eq!(parse_span(wrong), None, "{wrong:?}");
        }
    }
}

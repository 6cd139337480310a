//! Days and moments as a shop writes them in schedules: in its own time zone.

use jiff::{civil, tz::TimeZone};
use model::{limits::NAME_BYTES, time::Timestamp};

use crate::{
    error::{Fault, code},
    shape::Shape,
};

/// A moment before it is known in which zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// By the clock on the shop's wall.
    Local(civil::DateTime),
    /// Written with its offset.
    Absolute(Timestamp),
}

/// Which end of a day a day without a time stands for.
#[derive(Clone, Copy)]
pub(crate) enum Edge {
    /// Its first moment: something starts on that day.
    Start,
    /// The first moment of the next: something goes on up to the end of that day.
    End,
}

impl Written {
    /// The moment in a zone. A time that the clock skips is moved on by what it skips; of one that comes twice, the
    /// first is meant (RFC 5545).
    pub(crate) fn in_zone(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Absolute(moment) => moment,
            Self::Local(local) => zone
                .to_timestamp(local)
                .map_or(Timestamp::MAX, |moment| Timestamp::saturating_from_millis(moment.as_millisecond())),
        }
    }
}

/// A field that may be left out: `2026-12-24`, `2026-12-24T18:00`, or with an offset `2026-12-24T18:00:00+01:00`.
pub(crate) fn optional(shape: &mut Shape<'_>, name: &'static str, edge: Edge) -> Result<Option<Written>, Fault> {
    let Some(text) = shape.optional_text(name, NAME_BYTES)? else { return Ok(None) };
    read(text, edge).map(Some).ok_or_else(|| {
        let message = format!("`{text}` is no day and no moment: write 2026-12-24 or 2026-12-24T18:00.");
        Fault::new(code::BAD_MOMENT, shape.pointer_to(name), message)
    })
}

fn read(text: &str, edge: Edge) -> Option<Written> {
    let is_day = text.len() == "2026-12-24".len();
    if is_day {
        let day: civil::Date = text.parse().ok()?;
        let day = match edge {
            Edge::Start => day,
            Edge::End => day.tomorrow().ok()?,
        };
        return Some(Written::Local(day.to_datetime(civil::Time::midnight())));
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Timestamp::from_millis(moment.as_millisecond()).map(Written::Absolute);
    }
    // What names a zone of its own, or ends behind the day, is not what the field promises.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'T' | b':' | b'.'));
    text.parse().ok().filter(|_| is_plain).map(Written::Local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, edge: Edge) -> Option<String> {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let moment = read(text, edge)?.in_zone(&zone);
        Some(jiff::Timestamp::from_millisecond(moment.as_millis()).unwrap().to_string())
    }

    #[test]
    fn a_schedule_runs_by_the_clock_on_the_shops_wall() {
        for (text, edge, expect) in [
            ("2026-12-24", Edge::Start, "2026-12-23T23:00:00Z"),
            ("2026-12-24", Edge::End, "2026-12-24T23:00:00Z"),
            ("2026-07-14T08:30", Edge::Start, "2026-07-14T06:30:00Z"),
            ("2026-07-14T08:30:15", Edge::End, "2026-07-14T06:30:15Z"),
            ("2026-07-14T08:30:00+09:00", Edge::End, "2026-07-13T23:30:00Z"),
            // The clock goes from 2:00 to 3:00, and in autumn from 3:00 back to 2:00.
            ("2026-03-29T02:30", Edge::Start, "2026-03-29T01:30:00Z"),
            ("2026-10-25T02:30", Edge::Start, "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(at(text, edge).as_deref(), Some(expect), "{text}");
        }
        for text in ["", "24/12/2026", "2026-02-30", "2026-12-24T25:00", "tomorrow", "2026-12-24T18:00[Asia/Tokyo]"] {
            assert_eq!(at(text, Edge::Start), None, "{text}");
        }
    }
}

//! What the visitor's own clock shows.

use std::sync::Arc;

use jiff::{
    civil::Weekday,
    tz::{TimeZone, TimeZoneDatabase},
};
use model::time::Timestamp;

/// The hour and the day where the visitor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// The visitor's own time zone (IANA), if it is known; else hour and day are those of the project's zone.
    pub zone: Option<Arc<str>>,
    /// 0 to 23.
    pub hour: u8,
    /// From `monday` to `sunday`.
    pub weekday: &'static str,
}

/// Longest name of a zone there is, with room: `America/Argentina/ComodRivadavia`.
const ZONE_BYTES: usize = 64;

impl Local {
    /// The local time at `now`. `None` only at the far ends of time, which no zone describes.
    pub(crate) fn at(now: Timestamp, visitors: &str, projects: &str, zones: &TimeZoneDatabase) -> Option<Self> {
        let own = zone(visitors, zones);
        let name = own.as_ref().and_then(|zone| zone.iana_name()).map(Into::into);
        let zone = own.or_else(|| zone(projects, zones)).unwrap_or(TimeZone::UTC);
        let local = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?.to_zoned(zone);
        let hour = u8::try_from(local.hour()).ok()?;
        Some(Self { zone: name, hour, weekday: word(local.weekday()) })
    }
}

fn zone(name: &str, zones: &TimeZoneDatabase) -> Option<TimeZone> {
    if name.is_empty() || name.len() > ZONE_BYTES {
        return None;
    }
    zones.get(name).ok()
}

fn word(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now_ms: i64, visitors: &str, projects: &str) -> Option<(Option<String>, u8, &'static str)> {
        let now = Timestamp::from_millis(now_ms).unwrap();
        let local = Local::at(now, visitors, projects, &TimeZoneDatabase::bundled())?;
        Some((local.zone.map(|zone| zone.to_string()), local.hour, local.weekday))
    }

    #[test]
    fn the_hour_is_the_visitors_own() {
        // 2026-03-02T23:30Z, a Monday.
        const NOW: i64 = 1_772_494_200_000;
        let paris = Some("Europe/Paris".to_owned());
        assert_eq!(at(NOW, "Europe/Paris", "UTC"), Some((paris.clone(), 0, "tuesday")));
        assert_eq!(at(NOW, "europe/paris", ""), Some((paris, 0, "tuesday")));
        assert_eq!(at(NOW, "America/Montreal", "").unwrap().1, 18);
        assert_eq!(at(NOW, "", "Asia/Tokyo"), Some((None, 8, "tuesday")), "the project's");
        assert_eq!(at(NOW, "Mars/Olympus", "nonsense"), Some((None, 23, "monday")), "UTC");
        assert_eq!(at(NOW, &"x".repeat(9_999), "").unwrap().1, 23);
    }

    #[test]
    fn summer_time_counts() {
        // 2026-03-29T00:59Z and T01:01Z: clocks in Paris go from 2 to 3.
        assert_eq!(at(1_774_745_940_000, "Europe/Paris", "").unwrap().1, 1);
        assert_eq!(at(1_774_746_060_000, "Europe/Paris", "").unwrap().1, 3);
    }

    #[test]
    fn the_ends_of_time_have_no_hour_or_a_right_one() {
        assert_eq!(at(Timestamp::MAX.as_millis(), "Pacific/Kiritimati", ""), None);
        assert!(at(Timestamp::MIN.as_millis(), "Europe/Paris", "").is_some());
    }
}

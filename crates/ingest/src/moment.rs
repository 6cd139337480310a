//! Moments and days in the formats that a mapping declares, in the zone that it declares.

use jiff::{
    Zoned,
    civil::{Date, DateTime, Time},
    fmt::strtime::{self, BrokenDownTime},
    tz::TimeZone,
};
use model::time::Timestamp;

/// How the moments of a column are written.
#[derive(Debug, Clone)]
pub struct Clock {
    formats: Vec<String>,
    zone: TimeZone,
}

impl Default for Clock {
    /// RFC 3339 and the forms near it, in UTC.
    fn default() -> Self {
        Self { formats: Vec::new(), zone: TimeZone::UTC }
    }
}

impl Clock {
    /// `formats` as in `strptime`, tried in their order: the first that fits is taken. None at all means RFC 3339,
    /// or a day, or a day and a time. `zone` is an IANA name; it counts where the text has no offset.
    ///
    /// # Errors
    /// A sentence that says which of them cannot be.
    pub fn new(formats: Vec<String>, zone: Option<&str>) -> Result<Self, String> {
        let zone = match zone {
            Some(name) => {
                TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone (such as Europe/Paris)"))?
            }
            None => TimeZone::UTC,
        };
        let sample = Zoned::new(jiff::Timestamp::UNIX_EPOCH, TimeZone::UTC);
        for format in &formats {
            strtime::format(format, &sample).map_err(|_| format!("`{format}` is no format (such as %d/%m/%Y)"))?;
        }
        Ok(Self { formats, zone })
    }

    /// The formats in words, with a sample where none is declared.
    pub(crate) fn in_words(&self) -> String {
        match self.formats.as_slice() {
            [] => "such as 2026-03-01, 2026-03-01 10:00 or 2026-03-01T10:00:00Z".to_owned(),
            formats => format!("of the form {}", formats.join(" or ")),
        }
    }

    /// Reads a moment. A day alone is its first moment in the zone; a moment that the zone skips or has twice is the
    /// one that a clock which was not set would show (RFC 5545). `None` if no format fits.
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        if self.formats.is_empty() {
            return self.standard(text);
        }
        self.formats.iter().find_map(|format| {
            let parsed = BrokenDownTime::parse(format, text).ok()?;
            if let Ok(moment) = parsed.to_timestamp() {
                return Timestamp::from_millis(moment.as_millisecond());
            }
            let civil = parsed.to_datetime().or_else(|_| parsed.to_date().map(midnight)).ok()?;
            self.at(civil)
        })
    }

    /// Reads a day, whatever time stands behind it.
    pub fn read_day(&self, text: &str) -> Option<Date> {
        let text = text.trim();
        if self.formats.is_empty() {
            return text.get(..10).filter(|_| text.len() == 10 || text.as_bytes()[10] != b'-')?.parse().ok();
        }
        self.formats.iter().find_map(|format| BrokenDownTime::parse(format, text).ok()?.to_date().ok())
    }

    fn standard(&self, text: &str) -> Option<Timestamp> {
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Timestamp::from_millis(moment.as_millisecond());
        }
        let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(midnight)).ok()?;
        self.at(civil)
    }

    fn at(&self, civil: DateTime) -> Option<Timestamp> {
        Timestamp::from_millis(self.zone.to_timestamp(civil).ok()?.as_millisecond())
    }
}

/// Writes a moment in RFC 3339, in UTC.
pub fn write(moment: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(moment.as_millis()).expect("our range lies within jiff's").to_string()
}

fn midnight(day: Date) -> DateTime {
    day.to_datetime(Time::midnight())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formats: &[&str], zone: Option<&str>, text: &str) -> Option<String> {
        let formats = formats.iter().map(|format| (*format).to_owned()).collect();
        Clock::new(formats, zone).unwrap().read(text).map(write)
    }

    #[test]
    fn without_a_format_the_usual_forms_are_read() {
        for (text, moment) in [
            ("2009-12-01 07:45:00", "2009-12-01T07:45:00Z"),
            ("2009-12-01T07:45", "2009-12-01T07:45:00Z"),
            ("2009-12-01T07:45:00+01:00", "2009-12-01T06:45:00Z"),
            (" 2009-12-01T07:45:00.250Z ", "2009-12-01T07:45:00.25Z"),
            ("2009-12-01", "2009-12-01T00:00:00Z"),
        ] {
            assert_eq!(read(&[], None, text).as_deref(), Some(moment), "{text}");
        }
        for wrong in ["", "01/12/2009", "2009-02-30", "2009-13-01", "today", "20091301x"] {
            assert_eq!(read(&[], None, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_column_may_be_written_in_three_ways() {
        let formats = ["%d/%m/%Y %H:%M", "%d.%m.%Y", "%b %d, %Y"];
        for (text, moment) in [
            ("24/12/2025 18:30", "2025-12-24T18:30:00Z"),
            ("24.12.2025", "2025-12-24T00:00:00Z"),
            ("Dec 24, 2025", "2025-12-24T00:00:00Z"),
        ] {
            assert_eq!(read(&formats, None, text).as_deref(), Some(moment), "{text}");
        }
        assert_eq!(read(&formats, None, "2025-12-24"), None, "only what is declared");
        assert_eq!(read(&["%d/%m/%Y", "%m/%d/%Y"], None, "03/02/2026").as_deref(), Some("2026-02-03T00:00:00Z"));
    }

    #[test]
    fn a_zone_counts_where_the_text_has_no_offset() {
        let paris = |text| read(&[], Some("Europe/Paris"), text);
        assert_eq!(paris("2026-07-01 12:00:00").as_deref(), Some("2026-07-01T10:00:00Z"));
        assert_eq!(paris("2026-07-01").as_deref(), Some("2026-06-30T22:00:00Z"));
        assert_eq!(paris("2026-07-01T12:00:00Z").as_deref(), Some("2026-07-01T12:00:00Z"));
        assert_eq!(paris("2026-03-29 02:30:00").as_deref(), Some("2026-03-29T01:30:00Z"), "an hour that is skipped");
        assert_eq!(
            read(&["%Y-%m-%d %H:%M %z"], Some("Europe/Paris"), "2026-07-01 12:00 -0500").as_deref(),
            Some("2026-07-01T17:00:00Z")
        );
    }

    #[test]
    fn a_day_is_read_whatever_stands_behind_it() {
        let day = |text| Clock::default().read_day(text).map(|day| day.to_string());
        assert_eq!(day("1980-02-29").as_deref(), Some("1980-02-29"));
        assert_eq!(day("1980-02-29T23:00:00-05:00").as_deref(), Some("1980-02-29"));
        assert_eq!(day("1981-02-29"), None);
        assert_eq!(day("29/02/1980"), None);
    }

    #[test]
    fn a_format_or_a_zone_that_is_none_is_refused() {
        assert!(Clock::new(vec!["%!".into()], None).unwrap_err().contains("%!"));
        assert!(Clock::new(Vec::new(), Some("Paris")).unwrap_err().contains("Paris"));
    }
}

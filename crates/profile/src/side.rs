//! A side: what one unmerged profile holds. Also how often it was seen, day by day.

use std::sync::Arc;

use model::{consent::Consents, id::ProfileId, identifier::IdentifierKey, time::Timestamp};

use crate::{held::Identifiers, traits::Traits};

/// What one unmerged profile holds, apart from its trails. The small parts are shared until they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The profile that this side would be alone. Its events are kept under this id for ever.
    pub origin: ProfileId,
    /// When the side came to be.
    pub created_at: Timestamp,
    /// How often its profile was told where it lives: of two words that cross, the one with the greater number counts.
    pub moves: u32,
    /// Its identifiers.
    pub identifiers: Arc<Identifiers>,
    /// Its traits.
    pub traits: Arc<Traits>,
    /// What was said on this side about the use of data.
    pub consents: Arc<Consents>,
    /// Its events, counted by day.
    pub days: Arc<Days>,
    /// Other sides that it met without joining, each with the strong identifier over which they met; sorted.
    pub links: Vec<(ProfileId, IdentifierKey)>,
    /// Sides that it must not be joined with, because an unmerge said so; sorted.
    pub apart: Vec<ProfileId>,
}

impl Side {
    /// A side with nothing in it yet.
    pub fn new(origin: ProfileId, created_at: Timestamp) -> Self {
        Self {
            origin,
            created_at,
            moves: 0,
            identifiers: Arc::default(),
            traits: Arc::default(),
            consents: Arc::default(),
            days: Arc::default(),
            links: Vec::new(),
            apart: Vec::new(),
        }
    }
}

/// How many kept events fall on each UTC day, in order of day. Tells retention what is due without reading history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Days(Vec<(i32, u32)>);

impl Days {
    /// Builds from stored entries.
    pub fn from_entries(mut entries: Vec<(i32, u32)>) -> Self {
        entries.sort_unstable();
        Self(entries)
    }

    /// (day, events) in order of day; day 0 is 1970-01-01.
    pub fn iter(&self) -> std::slice::Iter<'_, (i32, u32)> {
        self.0.iter()
    }

    /// Counts one event.
    pub fn add(&mut self, at: Timestamp) {
        let day = at.day() as i32;
        match self.0.binary_search_by_key(&day, |entry| entry.0) {
            Ok(place) => self.0[place].1 += 1,
            Err(place) => self.0.insert(place, (day, 1)),
        }
    }

    /// How many events there are in all.
    pub fn events(&self) -> u64 {
        self.0.iter().map(|(_, events)| u64::from(*events)).sum()
    }

    /// The first day that has events.
    pub fn first(&self) -> Option<i32> {
        self.0.first().map(|(day, _)| *day)
    }

    /// Drops the days before `day` and says how many events they had.
    pub fn drop_before(&mut self, day: i32) -> u64 {
        let keep = self.0.partition_point(|entry| entry.0 < day);
        self.0.drain(..keep).map(|(_, events)| u64::from(events)).sum()
    }
}

#[cfg(test)]
mod tests {
    use model::time::Span;

    use super::*;

    #[test]
    fn days_count_and_drop() {
        let mut days = Days::default();
        for day in [2, 0, 2, 1] {
            days.add(Timestamp::EPOCH.plus(Span::DAY.times(day)));
        }
        assert_eq!((days.events(), days.first()), (4, Some(0)));
        assert_eq!(days.drop_before(2), 2);
        assert_eq!((days.events(), days.first()), (2, Some(2)));
    }
}

//! What a side holds: identifiers, traits, days, trails; and the memberships that follow.

use std::sync::Arc;

use engine::{
    exposure::{Exposure, Exposures},
    ledger::Ledger,
};
use model::{
    fact::{FactKind, Occurrence, TraitValue},
    name::{Experience, Name, Trait},
    time::Timestamp,
    value::Fields,
};
use profile::{
    held::{Held, Hold, Identifiers},
    side::Days,
    traits::Traits,
};
use segment::{
    membership::{Membership, Memberships},
    set::SegmentNumber,
    trails::Trails,
};

use crate::{
    codec::{Layout, Reader, Writer, layout_fields, layout_words},
    error::Malformed,
};

layout_fields!(Held { identifier, key, strength, since, hold });
layout_words!(Hold, "hold" { Probable = 0, Claimed = 1, Linked = 2, Shared = 3, Quarantined = 4, Own = 5 });
layout_fields!(TraitValue { value, as_of, source, kind });
layout_words!(FactKind, "kind of fact" { Inferred = 0, Observed = 1, Declared = 2 });
layout_fields!(Membership { member, since, valid_until });

impl Layout for Identifiers {
    fn write(&self, to: &mut Writer) {
        to.list(self.iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.rising(|held: &Held| &held.key).map(Self::from_held)
    }
}

impl Layout for Traits {
    fn write(&self, to: &mut Writer) {
        to.list(self.iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.rising(|entry: &(Name<Trait>, Vec<TraitValue>)| &entry.0).map(Self::from_entries)
    }
}

/// The first day, then each day's distance from the one before it.
impl Layout for Days {
    fn write(&self, to: &mut Writer) {
        to.varint(self.iter().len() as u64);
        let mut last = 0;
        for (day, events) in self.iter() {
            to.zigzag(i64::from(*day) - last);
            events.write(to);
            last = i64::from(*day);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        const WRONG: Malformed = Malformed::Impossible { what: "day" };
        let mut last: Option<i32> = None;
        let entries = from.list_of(|from| {
            let day = from.zigzag()?.checked_add(last.map_or(0, i64::from)).ok_or(WRONG)?;
            let day = i32::try_from(day).ok().filter(|day| last.is_none_or(|last| last < *day)).ok_or(WRONG)?;
            last = Some(day);
            Ok::<_, Malformed>((day, u32::read(from)?))
        })?;
        Ok(Self::from_entries(entries))
    }
}

impl Layout for Occurrence {
    fn write(&self, to: &mut Writer) {
        let Self { at, tie, properties } = self;
        at.write(to);
        to.fixed_u64(*tie);
        properties.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { at: Layout::read(from)?, tie: from.fixed_u64()?, properties: Fields::read(from)? })
    }
}

impl Layout for Trails {
    fn write(&self, to: &mut Writer) {
        self.revision.write(to);
        to.list(self.iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let revision = u64::read(from)?;
        let trails = from.rising(|entry: &(Arc<str>, Vec<Occurrence>)| &entry.0)?;
        Ok(Self::from_entries(revision, trails))
    }
}

layout_fields!(Exposure { content, first, last, times });

impl Layout for Ledger {
    fn write(&self, to: &mut Writer) {
        to.list(self.won());
        to.list(self.days().iter());
        to.list(self.shown().iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (won, days) = ledger_v1(from)?;
        let shown = from.rising(|exposure: &Exposure| &exposure.content)?;
        Ok(Self::from_parts(won, days, Exposures::from_entries(shown)))
    }
}

/// What a ledger of the first version held: experiences with the moments at which they won, and days.
type LedgerV1 = (Vec<(Name<Experience>, Vec<Timestamp>)>, Vec<i64>);

/// A ledger of the first version, which knew of no contents.
pub(crate) fn ledger_v1(from: &mut Reader<'_>) -> Result<LedgerV1, Malformed> {
    let won = from.rising(|entry: &(Name<Experience>, Vec<Timestamp>)| &entry.0)?;
    Ok((won, from.rising(|day: &i64| day)?))
}

impl Layout for SegmentNumber {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        u32::read(from).map(Self)
    }
}

impl Layout for Memberships {
    fn write(&self, to: &mut Writer) {
        self.revision.write(to);
        to.list(self.iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let revision = u64::read(from)?;
        let entries = from.rising(|entry: &(SegmentNumber, Membership)| &entry.0)?;
        Ok(Self::from_entries(revision, entries))
    }
}

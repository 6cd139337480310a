//! What a side holds: identifiers, traits, days, trails; and the memberships that follow.

use std::sync::Arc;

use ledger::{
    Ledger,
    exposure::{Exposure, Exposures},
    landing::Landing,
    visit::{Stayed, Visit},
};
use model::{
    fact::{Denial, FactKind, Occurrence, TraitValue},
    name::{Experience, Name, Placement, Trait},
    time::Timestamp,
    value::Fields,
};
use profile::{
    held::{Held, Hold, Identifiers},
    side::Days,
    traits::Traits,
};
use segment::{
    interests::{
        EventMark, Signal,
        digest::{Count, Digest, Told},
    },
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
layout_words!(FactKind, "kind of fact" { Inferred = 0, Observed = 1, Declared = 2, Corrected = 3 });
layout_fields!(Denial { value, as_of, source });
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
        to.list(self.denials());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let said = from.rising(|entry: &(Name<Trait>, Vec<TraitValue>)| &entry.0)?;
        Ok(Self::from_entries(said, from.rising(|entry: &(Name<Trait>, Vec<Denial>)| &entry.0)?))
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
        to.list(self.digest().iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let revision = u64::read(from)?;
        let trails = Self::from_entries(revision, from.rising(|entry: &(Arc<str>, Vec<Occurrence>)| &entry.0)?);
        let digest = from.rising(|entry: &(Arc<str>, Told)| &entry.0)?;
        Ok(trails.with_digest(Digest::from_entries(digest)))
    }
}

layout_words!(Signal, "signal" {
    View = 0,
    List = 1,
    Wishlist = 2,
    Cart = 3,
    Purchase = 4,
    Declaration = 5,
    Removal = 6,
    GivingBack = 7,
    Bounce = 8,
});

/// Counts in order, of each day its distance from the one before it; then what the person said.
impl Layout for Told {
    fn write(&self, to: &mut Writer) {
        let Self { counts, declared, refused } = self;
        to.varint(counts.len() as u64);
        let mut last = 0;
        for Count { day, signal, event, times } in counts {
            to.zigzag(i64::from(*day) - last);
            signal.write(to);
            event.0.write(to);
            times.write(to);
            last = i64::from(*day);
        }
        declared.write(to);
        refused.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        const WRONG: Malformed = Malformed::Impossible { what: "count" };
        let mut last: Option<(i32, Signal, EventMark)> = None;
        let counts = from.list_of(|from| {
            let day = from.zigzag()?.checked_add(last.map_or(0, |(day, ..)| i64::from(day))).ok_or(WRONG)?;
            let day = i32::try_from(day).map_err(|_| WRONG)?;
            let (signal, event) = (Signal::read(from)?, EventMark(u32::read(from)?));
            if last.is_some_and(|last| last >= (day, signal, event)) {
                return Err(WRONG);
            }
            last = Some((day, signal, event));
            Ok(Count { day, signal, event, times: Layout::read(from)? })
        })?;
        Ok(Self { counts, declared: Layout::read(from)?, refused: Layout::read(from)? })
    }
}

layout_fields!(Exposure { content, first, last, times, used });
layout_fields!(Stayed { at, stay });
layout_fields!(Landing { at, keyword, contents });

impl Layout for Visit {
    fn write(&self, to: &mut Writer) {
        self.last.write(to);
        to.list(self.stays.iter());
        self.landing.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let last = Timestamp::read(from)?;
        let stays = from.rising(|entry: &(Name<Placement>, Stayed)| &entry.0)?;
        Ok(Self { last, stays, landing: Layout::read(from)? })
    }
}

impl Layout for Ledger {
    fn write(&self, to: &mut Writer) {
        to.list(self.won());
        to.list(self.days().iter());
        to.list(self.shown().iter());
        self.visit().cloned().write(to);
        to.list(self.spent().iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let won = from.rising(|entry: &(Name<Experience>, Vec<Timestamp>)| &entry.0)?;
        let days = from.rising(|day: &i64| day)?;
        let shown = from.rising(|exposure: &Exposure| &exposure.content)?;
        let visit = Option::<Visit>::read(from)?;
        let spent = from.list_of(<(Timestamp, u16)>::read)?;
        Ok(Self::from_parts(won, days, Exposures::from_entries(shown), visit).with_spent(spent))
    }
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
        self.readings.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let revision = u64::read(from)?;
        let entries = from.rising(|entry: &(SegmentNumber, Membership)| &entry.0)?;
        Ok(Self::from_entries(revision, entries).with_readings(Layout::read(from)?))
    }
}

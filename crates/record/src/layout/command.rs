//! The parts of commands, and of the state, that hold no personal data.

use std::collections::BTreeMap;

use decide::Landed;
use engine::{
    command::{Access, Claiming, Counted, MessageMark, Want},
    content_days::{ContentCount, ContentDay, ContentDays},
    state::{Core, CountKey, Holding, Standing},
};
use ledger::landing::Landings;

use crate::{
    codec::{Layout, Reader, Writer, layout_fields, layout_words},
    error::Malformed,
};

layout_fields!(Counted { source, kind, events });
layout_fields!(Claiming { key, namespace, strength, asserted, want, side, claimant });
layout_fields!(Access { profile, purpose, allowed, by });
layout_words!(Want, "want" { Own = 0, Meet = 1 });
layout_fields!(Holding { holder, standing, claimants });
layout_words!(Standing, "standing" { Held = 0, Shared = 1, Quarantined = 2 });
layout_fields!(CountKey { source, day, kind });
layout_fields!(Core {
    now,
    next_ordinal,
    outbox,
    inbox,
    plan_revision,
    filled_revision,
    counts,
    profiles,
    quarantined,
    expired_events,
    erased_events,
    events,
    trait_reads,
    landings,
    content_days,
});
layout_fields!(Landed { shown, bounced });
layout_fields!(ContentDay { day, content });
layout_fields!(ContentCount { shown, used, orders });

impl Layout for ContentDays {
    fn write(&self, to: &mut Writer) {
        self.entries().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self::from_entries(BTreeMap::read(from)?))
    }
}

impl Layout for Landings {
    fn write(&self, to: &mut Writer) {
        to.varint(self.iter().len() as u64);
        for (pair, landed) in self.iter() {
            pair.write(to);
            landed.write(to);
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self::from_entries(BTreeMap::read(from)?))
    }
}

impl Layout for MessageMark {
    fn write(&self, to: &mut Writer) {
        to.fixed_u128(self.0);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.fixed_u128().map(Self)
    }
}

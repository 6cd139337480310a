//! The parts of commands, and of the state, that hold no personal data.

use engine::{
    command::{Access, Claiming, Counted, MessageMark, Want},
    state::{Core, CountKey, Holding, Standing},
};

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
});

impl Layout for MessageMark {
    fn write(&self, to: &mut Writer) {
        to.fixed_u128(self.0);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.fixed_u128().map(Self)
    }
}

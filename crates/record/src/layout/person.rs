//! What profiles tell each other about themselves: merges and meetings. Ids and keyed hashes only, no value.

use profile::{
    merge::{Cause, MergeRecord, Rule},
    resolve::{Asserted, Meeting, PersonMark, Summary},
};

use crate::codec::{layout_fields, layout_words};

layout_fields!(MergeRecord { id, loser, loser_unit, loser_side, moved, survivor, survivor_side, at, cause });
layout_fields!(Cause { namespace, key, rule });
layout_words!(Rule, "rule" { DeviceLogin = 0, StrongIdentifier = 1, TwoStrongIdentifiers = 2, Alias = 3 });
layout_fields!(Summary { id, created_at, sides, apart, persons });
layout_fields!(PersonMark { key, namespace, one_per_person, strength, own });
layout_fields!(Meeting { key, namespace, strength, asserted, holder, claimant });
layout_words!(Asserted, "assertion" { No = 0, Yes = 1 });

//! What is listed newest first, a page at a time: refused events, and uses of what is kept of a person. A page costs
//! what it shows, wherever in the listing it starts.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use engine::{
    command::{Access, Rejection},
    person::Person,
};
use model::{
    id::{Id, ProfileId, Rejected},
    partition::Partition,
    time::Timestamp,
};
use record::{
    rejected::{RecalledRejection, decode_rejection},
    state, tables,
};
use store::error::StoreError;

use crate::{
    desk::shared::Shared,
    load::{damaged, unwrap_store},
};

/// Where a use stands in the listing of a person's: by moment, then by number, then by the side it was noted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessPlace {
    /// When.
    pub at: Timestamp,
    /// What tells uses of one moment apart.
    pub number: u64,
    /// On which side.
    pub side: ProfileId,
}

/// How many refused events of one partition are read at once: a page takes a few from each.
const FEW: usize = 16;

/// A page of the uses of what is kept of a person, newest first, from behind `before` if it is given.
pub(crate) fn accesses(
    shared: &Shared,
    person: &Person,
    before: Option<AccessPlace>,
    most: usize,
) -> Result<Vec<(AccessPlace, Access)>, StoreError> {
    let mut found = Vec::new();
    for side in person.sides.iter().map(|side| side.facts.origin) {
        let mut range = tables::access_range(side, most).descending();
        if let Some(before) = before {
            let mut end = tables::access_key(side, before.at, before.number).to_vec();
            // Of two sides with a use of the same moment and number, the smaller one stands behind.
            if side < before.side {
                end.push(0);
            }
            range.to = Some(end.into());
        }
        for (key, value) in shared.substrate.range(tables::ACCESSES, range)? {
            let (_, at, number) = tables::access_place(&key).map_err(|_| damaged("accesses"))?;
            let access = state::decode_access(&value).map_err(|_| damaged("accesses"))?;
            found.push((AccessPlace { at, number, side }, access));
        }
    }
    found.sort_by_key(|(place, _)| Reverse(*place));
    found.truncate(most);
    Ok(found)
}

/// A page of the refused events of all partitions, newest first, from behind `before` if it is given. Their ids are in
/// order of time.
pub(crate) fn refused(
    shared: &Shared,
    before: Option<Id<Rejected>>,
    most: usize,
) -> Result<Vec<(Partition, Rejection)>, StoreError> {
    let reader = |partition| Reader { partition, before, rows: VecDeque::new() };
    let mut readers: Vec<_> = partitions(shared).map(reader).collect();
    let mut newest = BinaryHeap::new();
    for (place, reader) in readers.iter_mut().enumerate() {
        newest.extend(reader.newest(shared)?.map(|id| (id, place)));
    }
    let mut found = Vec::new();
    while found.len() < most
        && let Some((_, place)) = newest.pop()
    {
        let reader = &mut readers[place];
        if let Some((_, row)) = reader.rows.pop_front() {
            found.extend(readable(shared, &row)?.map(|rejection| (reader.partition, rejection)));
        }
        newest.extend(reader.newest(shared)?.map(|id| (id, place)));
    }
    Ok(found)
}

/// The refused event of an id, with the partition that keeps it.
pub(crate) fn refused_one(shared: &Shared, id: Id<Rejected>) -> Result<Option<(Partition, Rejection)>, StoreError> {
    for partition in partitions(shared) {
        let row = shared.substrate.get(tables::REJECTED, &tables::rejected_key(partition, id))?;
        let rejection = row.map(|row| readable(shared, &row)).transpose()?.flatten();
        if let Some(rejection) = rejection {
            return Ok(Some((partition, rejection)));
        }
    }
    Ok(None)
}

/// The refused events of one partition, newest first, read a few at a time.
struct Reader {
    partition: Partition,
    /// Those before this one are still to be read; all, if there is none.
    before: Option<Id<Rejected>>,
    rows: VecDeque<(Id<Rejected>, Vec<u8>)>,
}

impl Reader {
    /// The newest one that was not taken yet.
    fn newest(&mut self, shared: &Shared) -> Result<Option<Id<Rejected>>, StoreError> {
        if self.rows.is_empty() {
            let mut range = tables::rejected_range(self.partition, Id::from_bits(0), FEW).descending();
            if let Some(before) = self.before {
                range.to = Some(tables::rejected_key(self.partition, before).to_vec().into());
            }
            for (key, row) in shared.substrate.range(tables::REJECTED, range)? {
                let (_, id) = tables::rejected_place(&key).map_err(|_| damaged("rejected"))?;
                self.rows.push_back((id, row));
                self.before = Some(id);
            }
        }
        Ok(self.rows.front().map(|(id, _)| *id))
    }
}

/// The event of a row; `None` if its person was erased.
fn readable(shared: &Shared, row: &[u8]) -> Result<Option<Rejection>, StoreError> {
    match decode_rejection(row, &|side| shared.key(side)).map_err(unwrap_store("rejected"))? {
        RecalledRejection::Whole(rejection) => Ok(Some(rejection)),
        RecalledRejection::Redacted(_) => Ok(None),
    }
}

fn partitions(shared: &Shared) -> impl Iterator<Item = Partition> + use<> {
    (0..shared.substrate.partitions()).map(Partition)
}

//! What readers may count without asking an owner: who is in which segment, as of the last durable block.
//!
//! Each partition publishes immutable bitmaps together with the moment until which they hold with no new command. A
//! reader takes them if that moment has not come; otherwise it asks the owner, who looks at the timers first.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use model::{partition::Partition, time::Timestamp};
use roaring::RoaringBitmap;
use segment::set::SegmentNumber;

use crate::message::Tally;

/// The bitmaps of all partitions.
#[derive(Debug)]
pub(crate) struct Published {
    partitions: Vec<RwLock<Part>>,
}

/// Those of one partition.
#[derive(Debug, Default)]
struct Part {
    members: BTreeMap<SegmentNumber, Arc<RoaringBitmap>>,
    profiles: u64,
    valid_until: Timestamp,
}

/// What changed of a partition's with one block.
#[derive(Debug)]
pub(crate) struct Publication {
    /// Segments whose members changed; `None`: published no more.
    pub(crate) members: Vec<(SegmentNumber, Option<Arc<RoaringBitmap>>)>,
    /// How many profiles live in the partition.
    pub(crate) profiles: u64,
    /// The first moment at which somebody may enter or leave with no new command.
    pub(crate) valid_until: Timestamp,
}

impl Published {
    pub(crate) fn new(partitions: u16) -> Self {
        Self { partitions: (0..partitions).map(|_| RwLock::default()).collect() }
    }

    pub(crate) fn publish(&self, partition: Partition, publication: Publication) {
        let mut part = self.partitions[usize::from(partition.0)].write().unwrap_or_else(PoisonError::into_inner);
        for (segment, members) in publication.members {
            match members {
                Some(members) => part.members.insert(segment, members),
                None => part.members.remove(&segment),
            };
        }
        (part.profiles, part.valid_until) = (publication.profiles, publication.valid_until);
    }

    /// How many are in all of these segments; `None` if some partition's bitmaps may not hold at `now` any more.
    pub(crate) fn size(&self, segments: &[SegmentNumber], now: Timestamp) -> Option<Tally> {
        let mut tally = Tally::default();
        for part in &self.partitions {
            let part = part.read().unwrap_or_else(PoisonError::into_inner);
            if part.valid_until <= now {
                return None;
            }
            tally.matched += in_all(&part.members, segments);
            tally.persons += part.profiles;
        }
        tally.seen = tally.persons;
        Some(tally)
    }
}

/// How many ordinals are in all of these sets.
pub(crate) fn in_all(members: &BTreeMap<SegmentNumber, Arc<RoaringBitmap>>, segments: &[SegmentNumber]) -> u64 {
    let sets: Option<Vec<&RoaringBitmap>> =
        segments.iter().map(|segment| members.get(segment).map(Arc::as_ref)).collect();
    match sets.as_deref() {
        None | Some([]) => 0,
        Some([one]) => one.len(),
        Some([one, other]) => one.intersection_len(other),
        Some([one, other, more @ ..]) => {
            let mut all = *one & *other;
            let Some((last, middle)) = more.split_last() else { return all.len() };
            middle.iter().for_each(|set| all &= *set);
            all.intersection_len(last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitmaps_count_until_their_moment_and_no_longer() {
        let published = Published::new(2);
        let (a, b) = (SegmentNumber(1), SegmentNumber(2));
        let end = Timestamp::EPOCH.plus(model::time::Span::DAY);
        for number in 0..2 {
            let set = |ordinals: &[u32]| Some(Arc::new(ordinals.iter().copied().collect::<RoaringBitmap>()));
            let members = vec![(a, set(&[1, 2, 3])), (b, set(&[2, 3, 4]))];
            published.publish(Partition(number), Publication { members, profiles: 5, valid_until: end });
        }
        let before = Timestamp::from_millis(end.as_millis() - 1).expect("in range");
        let tally = published.size(&[a, b], before).expect("still valid");
        assert_eq!((tally.matched, tally.persons), (4, 10));
        assert_eq!(published.size(&[a, SegmentNumber(9)], before).map(|tally| tally.matched), Some(0));
        assert_eq!(published.size(&[a], end), None);
    }
}

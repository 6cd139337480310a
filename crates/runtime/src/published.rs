//! What readers may count without asking an owner: who is in which segment, as of the last durable block.
//!
//! With every durable block a partition publishes who entered or left, and the moment until which that holds with no
//! new command. A reader takes what is published if that moment has not come; otherwise it asks the owner, who looks at
//! the timers first.
//!
//! A segment is one set over all partitions, in chunks of 65,536 places; each partition has the same share of every
//! chunk. So a count looks at few full containers, however many partitions there are. A reader holds the lock only while
//! it takes the chunks along; a chunk that somebody still reads is copied before it changes.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use model::{partition::Partition, time::Timestamp};
use roaring::RoaringBitmap;
use segment::set::SegmentNumber;

use crate::message::Tally;

/// The members of all segments over all partitions.
#[derive(Debug)]
pub(crate) struct Published {
    inner: RwLock<Inner>,
}

/// What changed in a partition with one block.
#[derive(Debug)]
pub(crate) struct Publication {
    /// Counts how often the partition was opened: what comes late from before is passed over.
    pub(crate) generation: u64,
    /// In order.
    pub(crate) moves: Vec<Move>,
    /// How many profiles live in the partition.
    pub(crate) profiles: u64,
    /// The first moment at which somebody may enter or leave with no new command.
    pub(crate) valid_until: Timestamp,
}

/// A change of a segment's members in one partition. Profiles go by their ordinals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Enters(SegmentNumber, u32),
    Leaves(SegmentNumber, u32),
    /// The segment is published no more.
    Forgotten(SegmentNumber),
}

#[derive(Debug)]
struct Inner {
    layout: Layout,
    segments: BTreeMap<SegmentNumber, Set>,
    partitions: Vec<Part>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Part {
    /// `None` until it has published something.
    generation: Option<u64>,
    profiles: u64,
    valid_until: Timestamp,
}

/// The members of one segment, chunk by chunk.
#[derive(Debug, Clone, Default)]
struct Set(Arc<Vec<Arc<RoaringBitmap>>>);

/// Where a profile stands: in which chunk, and at which place of it.
#[derive(Debug, Clone, Copy)]
struct Layout {
    /// How many profiles of each partition one chunk has places for.
    share: u32,
}

/// Places of one chunk: those of one container of a bitmap.
const CHUNK: u32 = 1 << 16;

impl Published {
    pub(crate) fn new(partitions: u16) -> Self {
        let layout = Layout { share: CHUNK / u32::from(partitions).next_power_of_two() };
        let partitions = vec![Part::default(); usize::from(partitions)];
        Self { inner: RwLock::new(Inner { layout, segments: BTreeMap::new(), partitions }) }
    }

    /// Publishes what partitions changed, all at once.
    pub(crate) fn publish(&self, publications: Vec<(Partition, Publication)>) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for (partition, publication) in publications {
            inner.publish(partition, publication);
        }
    }

    /// Publishes a partition that was opened: these are its members, whatever was published of it before.
    pub(crate) fn replace(
        &self,
        partition: Partition,
        members: &BTreeMap<SegmentNumber, RoaringBitmap>,
        publication: Publication,
    ) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let Inner { layout, segments, partitions } = &mut *inner;
        let part = &mut partitions[usize::from(partition.0)];
        if part.generation.is_some() {
            segments.values_mut().for_each(|set| set.clear(*layout, partition));
        }
        for (segment, members) in members {
            segments.entry(*segment).or_default().fill(*layout, partition, members);
        }
        part.generation = Some(publication.generation);
        inner.publish(partition, publication);
    }

    /// How many are in all of these segments; `None` if what some partition has published may not hold at `now` any
    /// more.
    pub(crate) fn size(&self, segments: &[SegmentNumber], now: Timestamp) -> Option<Tally> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        if inner.partitions.iter().any(|part| part.valid_until <= now) {
            return None;
        }
        let persons = inner.partitions.iter().map(|part| part.profiles).sum();
        let sets: Option<Vec<Set>> = segments.iter().map(|segment| inner.segments.get(segment).cloned()).collect();
        drop(inner);
        let matched = sets.map_or(0, |sets| in_all_sets(&sets));
        Some(Tally { matched, persons, seen: persons, incomplete: 0 })
    }
}

/// How many ordinals are in all of these segments of one partition.
pub(crate) fn in_all(members: &BTreeMap<SegmentNumber, RoaringBitmap>, segments: &[SegmentNumber]) -> u64 {
    let sets: Option<Vec<_>> = segments.iter().map(|segment| members.get(segment)).collect();
    sets.map_or(0, |sets| intersection(&sets))
}

fn in_all_sets(sets: &[Set]) -> u64 {
    let chunks = sets.iter().map(|set| set.0.len()).min().unwrap_or(0);
    let chunk = |place: usize| sets.iter().map(|set| &*set.0[place]).collect::<Vec<_>>();
    (0..chunks).map(|place| intersection(&chunk(place))).sum()
}

/// The size of an intersection; of no sets, 0.
fn intersection(sets: &[&RoaringBitmap]) -> u64 {
    match sets {
        [] => 0,
        [one] => one.len(),
        [one, other] => one.intersection_len(other),
        [one, other, middle @ .., last] => {
            let mut all = *one & *other;
            middle.iter().for_each(|set| all &= *set);
            all.intersection_len(last)
        }
    }
}

impl Inner {
    fn publish(&mut self, partition: Partition, publication: Publication) {
        let Publication { generation, moves, profiles, valid_until } = publication;
        let part = &mut self.partitions[usize::from(partition.0)];
        if part.generation != Some(generation) {
            return;
        }
        (part.profiles, part.valid_until) = (profiles, valid_until);
        for change in moves {
            match change {
                Move::Enters(segment, ordinal) => {
                    self.segments.entry(segment).or_default().insert(self.layout, partition, ordinal);
                }
                Move::Leaves(segment, ordinal) => {
                    if let Some(set) = self.segments.get_mut(&segment) {
                        set.remove(self.layout, partition, ordinal);
                    }
                }
                Move::Forgotten(segment) => {
                    if let Some(set) = self.segments.get_mut(&segment) {
                        set.clear(self.layout, partition);
                    }
                    self.segments.retain(|number, set| *number != segment || !set.is_empty());
                }
            }
        }
    }
}

impl Layout {
    /// The chunk of a profile, and its place there.
    fn place(self, partition: Partition, ordinal: u32) -> (usize, u32) {
        ((ordinal / self.share) as usize, self.first(partition) + ordinal % self.share)
    }

    /// The first place of a partition in every chunk.
    fn first(self, partition: Partition) -> u32 {
        u32::from(partition.0) * self.share
    }
}

impl Set {
    fn insert(&mut self, layout: Layout, partition: Partition, ordinal: u32) {
        let (chunk, place) = layout.place(partition, ordinal);
        self.chunk(chunk).insert(place);
    }

    fn remove(&mut self, layout: Layout, partition: Partition, ordinal: u32) {
        let (chunk, place) = layout.place(partition, ordinal);
        if chunk < self.0.len() {
            self.chunk(chunk).remove(place);
        }
    }

    /// Adds all members of a partition that has none here.
    fn fill(&mut self, layout: Layout, partition: Partition, members: &RoaringBitmap) {
        let mut places = members.iter().map(|ordinal| layout.place(partition, ordinal)).peekable();
        while let Some((number, _)) = places.peek().copied() {
            let chunk = self.chunk(number);
            while let Some((_, place)) = places.next_if(|(next, _)| *next == number) {
                chunk.insert(place);
            }
        }
    }

    /// Takes all members of a partition out.
    fn clear(&mut self, layout: Layout, partition: Partition) {
        let first = layout.first(partition);
        for chunk in Arc::make_mut(&mut self.0) {
            Arc::make_mut(chunk).remove_range(first..first + layout.share);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|chunk| chunk.is_empty())
    }

    /// A chunk to change; those before it are made too.
    fn chunk(&mut self, number: usize) -> &mut RoaringBitmap {
        let chunks = Arc::make_mut(&mut self.0);
        if chunks.len() <= number {
            chunks.resize_with(number + 1, Arc::default);
        }
        Arc::make_mut(&mut chunks[number])
    }
}

#[cfg(test)]
mod tests {
    use model::time::Span;
    use proptest::prelude::*;

    use super::*;

    const A: SegmentNumber = SegmentNumber(1);
    const B: SegmentNumber = SegmentNumber(2);
    const C: SegmentNumber = SegmentNumber(3);
    const ALWAYS: Timestamp = Timestamp::MAX;

    type Members = BTreeMap<SegmentNumber, RoaringBitmap>;

    fn publication(generation: u64, moves: Vec<Move>) -> Publication {
        Publication { generation, moves, profiles: 5, valid_until: ALWAYS }
    }

    fn opened(partitions: u16) -> Published {
        let published = Published::new(partitions);
        for partition in (0..partitions).map(Partition) {
            published.replace(partition, &Members::new(), publication(0, Vec::new()));
        }
        published
    }

    fn matched(published: &Published, segments: &[SegmentNumber]) -> u64 {
        published.size(segments, Timestamp::EPOCH).expect("valid for ever").matched
    }

    #[test]
    fn what_is_published_counts_until_its_moment_and_no_longer() {
        let published = opened(2);
        let end = Timestamp::EPOCH.plus(Span::DAY);
        for number in 0..2 {
            let enters = |segment, ordinals: [u32; 3]| ordinals.map(|ordinal| Move::Enters(segment, ordinal));
            let moves = enters(A, [1, 2, 3]).into_iter().chain(enters(B, [2, 3, 4])).collect();
            let publication = Publication { valid_until: end, ..publication(0, moves) };
            published.publish(vec![(Partition(number), publication)]);
        }
        let before = Timestamp::from_millis(end.as_millis() - 1).expect("in range");
        let tally = published.size(&[A, B], before).expect("still valid");
        assert_eq!((tally.matched, tally.persons), (4, 10));
        assert_eq!(published.size(&[A, C], before).map(|tally| tally.matched), Some(0));
        assert_eq!(published.size(&[], before).map(|tally| tally.matched), Some(0));
        assert_eq!(published.size(&[A], end), None);
    }

    #[test]
    fn nothing_is_counted_before_every_partition_has_published() {
        let published = Published::new(2);
        published.replace(Partition(0), &Members::new(), publication(0, Vec::new()));
        assert_eq!(published.size(&[A], Timestamp::EPOCH), None);
    }

    #[test]
    fn a_partition_that_was_opened_again_is_replaced_and_what_comes_late_is_passed_over() {
        let published = opened(3);
        let enters = |ordinal| publication(0, vec![Move::Enters(A, ordinal)]);
        published.publish((0..3).map(|number| (Partition(number), enters(70_000))).collect());
        let members = Members::from([(A, RoaringBitmap::from_iter([7, 8]))]);
        published.replace(Partition(1), &members, publication(1, Vec::new()));
        assert_eq!(matched(&published, &[A]), 4);
        published.publish(vec![(Partition(1), enters(9))]);
        assert_eq!(matched(&published, &[A]), 4);
        published.publish(vec![(Partition(1), publication(1, vec![Move::Leaves(A, 7)]))]);
        assert_eq!(matched(&published, &[A]), 3);
    }

    #[test]
    fn a_forgotten_segment_is_gone_once_every_partition_has_forgotten_it() {
        let published = opened(2);
        let enters = || publication(0, vec![Move::Enters(A, 1)]);
        published.publish((0..2).map(|number| (Partition(number), enters())).collect());
        let forgets = || publication(0, vec![Move::Enters(A, 2), Move::Forgotten(A)]);
        published.publish(vec![(Partition(0), forgets())]);
        assert_eq!(matched(&published, &[A]), 1);
        published.publish(vec![(Partition(1), forgets())]);
        assert_eq!(matched(&published, &[A]), 0);
        assert!(published.inner.read().expect("no panic").segments.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Ordinals lie around the ends of chunks: with 5 partitions each has 8,192 places of one.
        #[test]
        fn a_count_over_all_partitions_is_the_sum_of_their_own(
            start in proptest::collection::vec((0_u16..5, 1_u32..4, 8_180_u32..8_200), 0..60),
            moves in proptest::collection::vec((0_u16..5, 1_u32..4, 8_180_u32..8_200, any::<bool>()), 0..200),
        ) {
            let mut own: Vec<Members> = vec![Members::new(); 5];
            for (partition, segment, ordinal) in start {
                own[usize::from(partition)].entry(SegmentNumber(segment)).or_default().insert(ordinal);
            }
            let published = Published::new(5);
            for (number, members) in (0..).zip(&own) {
                published.replace(Partition(number), members, publication(0, Vec::new()));
            }
            for (partition, segment, ordinal, enters) in moves {
                let segment = SegmentNumber(segment);
                let members = own[usize::from(partition)].entry(segment).or_default();
                let change = if enters {
                    members.insert(ordinal);
                    Move::Enters(segment, ordinal)
                } else {
                    members.remove(ordinal);
                    Move::Leaves(segment, ordinal)
                };
                published.publish(vec![(Partition(partition), publication(0, vec![change]))]);
            }
            for segments in [&[A][..], &[A, B], &[A, B, C], &[C, B, A, B]] {
                let sum: u64 = own.iter().map(|members| in_all(members, segments)).sum();
                prop_assert_eq!(matched(&published, segments), sum);
            }
        }
    }
}

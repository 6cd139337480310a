//! The log: one block file for all partitions, cut into segments, so that one write and one sync serve them all.
//!
//! An append is whole or absent: its last frame says so, and an unfinished one at the end of the newest segment is cut
//! when the log is opened. After a failed append the next one goes to a fresh segment, whose header says how much of
//! the previous file counts. So a failed append is never read later, even if the file could not be cut back.

mod frame;
mod rewrite;
mod scan;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use model::partition::{Partition, Position};

use self::frame::{FrameHeader, SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::{
    disk::{Disk, DiskFile},
    error::StoreError,
    limits,
    substrate::{Block, CutTail, StoredBlock},
};

/// The log's folder in the data folder.
pub(crate) const FOLDER: &str = "log";
const SUFFIX: &str = ".seg";
/// Bytes that the writer's buffer may keep between appends.
const BUFFER_KEPT: usize = 4 * 1024 * 1024;

/// The log of all partitions.
pub(crate) struct Log<D: Disk> {
    disk: Arc<D>,
    index: RwLock<Index<D::File>>,
    writer: Mutex<Writer<D::File>>,
    /// Held while segments are rewritten or removed, and while a backup reads them.
    upkeep: Mutex<Upkeep>,
    segment_bytes: u64,
    cut: Option<CutTail>,
}

/// The log while no segment is rewritten or removed.
pub(crate) struct Held<'a, D: Disk> {
    log: &'a Log<D>,
    _upkeep: MutexGuard<'a, Upkeep>,
}

/// One segment file.
pub(crate) struct Segment<F> {
    number: u32,
    /// Relative to the data folder.
    pub(crate) path: String,
    pub(crate) file: F,
}

/// How far each partition's blocks may go.
struct Upkeep {
    trimmable: Vec<Position>,
}

/// Where every block is: 24 bytes each.
struct Index<F> {
    /// Each segment, and how much of it counts.
    segments: BTreeMap<u32, (Arc<Segment<F>>, u64)>,
    blocks: Vec<VecDeque<Place>>,
    ends: Vec<Position>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    first: Position,
    count: u32,
    segment: u32,
    offset: u32,
    len: u32,
}

struct Writer<F> {
    active: Option<Arc<Segment<F>>>,
    /// How much of the active segment counts.
    len: u64,
    /// Where the active segment goes on.
    state: WriterState,
    /// The number of the newest append.
    append: u64,
    buffer: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WriterState {
    Good,
    /// The last write or sync failed: what the file holds behind `len` is not known.
    Failed,
}

impl<D: Disk> Log<D> {
    /// Reads the log. `starts` are the positions from which on each partition's blocks are needed: blocks may only be
    /// missing before them.
    pub(crate) fn open(disk: Arc<D>, starts: &[Position], segment_bytes: u64) -> Result<Self, StoreError> {
        let partitions = u16::try_from(starts.len()).expect("limits::PARTITIONS fits");
        let scan::Scanned { mut index, active, append, cut } = scan::scan(&*disk, partitions)?;
        for (partition, start) in starts.iter().enumerate() {
            let blocks = &index.blocks[partition];
            let first = blocks.front().map_or(*start, |block| block.first);
            let end = blocks.back().map_or(*start, |block| block.end());
            if first > *start || end < *start {
                // The state stands for positions that the log should still have, or never had.
                return Err(StoreError::Corrupt {
                    file: format!("{FOLDER}, partition {partition:04}"),
                    offset: first.0,
                });
            }
            index.ends[partition] = end;
        }
        let len = active.as_ref().map_or(0, |(_, len)| *len);
        let active = active.map(|(segment, _)| segment);
        let writer = Writer { active, len, state: WriterState::Good, append, buffer: Vec::new() };
        let upkeep = Upkeep { trimmable: vec![Position(0); starts.len()] };
        let (index, writer, upkeep) = (RwLock::new(index), Mutex::new(writer), Mutex::new(upkeep));
        Ok(Self { disk, index, writer, upkeep, segment_bytes, cut })
    }

    /// Appends all blocks or none; durable on return. Leases are checked by the caller.
    pub(crate) fn append(&self, blocks: &[Block]) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().expect("no panic while the writer is held");
        self.check(blocks)?;
        if blocks.is_empty() {
            return Ok(());
        }
        let segment = self.ready(&mut writer)?;
        let append = writer.append + 1;
        let mut buffer = std::mem::take(&mut writer.buffer);
        buffer.clear();
        let mut places = Vec::with_capacity(blocks.len());
        for (number, block) in blocks.iter().enumerate() {
            let offset = writer.len + buffer.len() as u64;
            let header = FrameHeader {
                len: u32::try_from(block.bytes.len()).expect("a block is within its limit"),
                partition: block.lease.partition,
                last: number + 1 == blocks.len(),
                count: block.count,
                epoch: block.lease.epoch,
                first: block.first,
                append,
            };
            header.encode(&block.bytes, &mut buffer);
            let offset = u32::try_from(offset).expect("a segment and an append are within their limits");
            places.push(Place {
                first: block.first,
                count: block.count,
                segment: segment.number,
                offset,
                len: header.len,
            });
        }
        writer.state = WriterState::Failed;
        let written = segment.file.write_all_at(&buffer, writer.len).and_then(|()| segment.file.sync());
        let appended = buffer.len() as u64;
        buffer.shrink_to(BUFFER_KEPT);
        writer.buffer = buffer;
        if let Err(error) = written {
            // Gives the space back, if it can; what counts is that the next append goes elsewhere, see `ready`.
            drop(segment.file.set_len(writer.len));
            return Err(StoreError::io(&segment.path, error));
        }
        writer.state = WriterState::Good;
        writer.len += appended;
        writer.append = append;
        self.write_index().extend(segment.number, writer.len, blocks.iter().map(|block| block.lease.partition), places);
        Ok(())
    }

    /// The first position not yet written.
    pub(crate) fn end(&self, partition: Partition) -> Position {
        self.read_index().ends[usize::from(partition.0)]
    }

    /// See [`crate::substrate::Substrate::read`].
    pub(crate) fn read(
        &self,
        partition: Partition,
        from: Position,
        limit_bytes: usize,
    ) -> Result<Vec<StoredBlock>, StoreError> {
        let places = self.read_index().places(partition, from, limit_bytes);
        places.into_iter().map(|(segment, place)| read_block(&segment, partition, place)).collect()
    }

    /// Lets the partition's blocks before a position go, and removes the oldest segments as far as all may go.
    pub(crate) fn trim(&self, partition: Partition, before: Position) -> Result<(), StoreError> {
        let mut upkeep = self.lock_upkeep();
        let trimmable = &mut upkeep.trimmable[usize::from(partition.0)];
        *trimmable = before.max(*trimmable);
        let io = |path: &str| {
            let path = path.to_owned();
            move |error| StoreError::io(&path, error)
        };
        loop {
            // A statement of its own, so that the index is free again below.
            let Some(segment) = self.read_index().removable(&upkeep.trimmable) else { return Ok(()) };
            // One at a time and synced: a crash must not bring back an older segment than one that is gone.
            match self.disk.remove(&segment.path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(&segment.path)(error)),
                Ok(()) | Err(_) => self.disk.sync_folder(FOLDER).map_err(io(FOLDER))?,
            }
            self.write_index().remove_segment(segment.number);
        }
    }

    /// Keeps segments from being rewritten or removed until dropped. Appends go on.
    pub(crate) fn hold(&self) -> Held<'_, D> {
        Held { log: self, _upkeep: self.lock_upkeep() }
    }

    /// Bytes that count, in how many segments.
    pub(crate) fn size(&self) -> (u64, u64) {
        let index = self.read_index();
        (index.segments.values().map(|(_, len)| len).sum(), index.segments.len() as u64)
    }

    /// What was cut when the log was opened.
    pub(crate) fn cut(&self) -> Option<&CutTail> {
        self.cut.as_ref()
    }

    /// Checks sizes, and that every block continues its partition.
    fn check(&self, blocks: &[Block]) -> Result<(), StoreError> {
        let too_large = |what, limit| Err(StoreError::TooLarge { what, limit });
        if blocks.iter().any(|block| block.bytes.is_empty() || block.bytes.len() > limits::BLOCK_BYTES) {
            return too_large("a block of the log", limits::BLOCK_BYTES);
        }
        if blocks.iter().map(|block| block.bytes.len()).sum::<usize>() > limits::APPEND_BYTES {
            return too_large("an append to the log", limits::APPEND_BYTES);
        }
        if blocks.iter().any(|block| block.count == 0) {
            return too_large("the count of a block's commands", u32::MAX as usize);
        }
        let mut ends = self.read_index().ends.clone();
        for block in blocks {
            let partition = block.lease.partition;
            let end = &mut ends[usize::from(partition.0)];
            if block.first != *end {
                return Err(StoreError::WrongPosition { partition, expected: *end });
            }
            *end = end.advanced(u64::from(block.count));
        }
        Ok(())
    }

    /// The segment to append to. After a failure it is one in which nothing of the failed append can be.
    fn ready(&self, writer: &mut Writer<D::File>) -> Result<Arc<Segment<D::File>>, StoreError> {
        match &writer.active {
            Some(active) if writer.state == WriterState::Good && writer.len < self.segment_bytes => Ok(active.clone()),
            Some(active) if writer.len == SEGMENT_HEADER_BYTES as u64 => {
                // Nothing was ever appended to it: emptying it again is as good as a new one.
                let emptied = active.file.set_len(writer.len).and_then(|()| active.file.sync());
                emptied.map_err(|error| StoreError::io(&active.path, error))?;
                writer.state = WriterState::Good;
                Ok(active.clone())
            }
            _ => self.rotate(writer),
        }
    }

    /// Starts the next segment. Until that is durable nothing more may go to the present one.
    fn rotate(&self, writer: &mut Writer<D::File>) -> Result<Arc<Segment<D::File>>, StoreError> {
        writer.state = WriterState::Failed;
        let number = writer.active.as_ref().map_or(1, |active| active.number + 1);
        let path = segment_path(number);
        let header = SegmentHeader { number, previous_len: writer.len, own_len: 0 };
        let create = || {
            let file = self.disk.create(&path)?;
            file.write_all_at(&header.encode(), 0)?;
            file.sync()?;
            self.disk.sync_folder(FOLDER)?;
            Ok(file)
        };
        let file = create().map_err(|error| StoreError::io(&path, error))?;
        let segment = Arc::new(Segment { number, path, file });
        writer.active = Some(segment.clone());
        writer.len = SEGMENT_HEADER_BYTES as u64;
        writer.state = WriterState::Good;
        self.write_index().add_segment(segment.clone(), writer.len);
        Ok(segment)
    }

    fn lock_upkeep(&self) -> MutexGuard<'_, Upkeep> {
        self.upkeep.lock().expect("no panic during upkeep")
    }

    fn read_index(&self) -> RwLockReadGuard<'_, Index<D::File>> {
        self.index.read().expect("no panic while the index is held")
    }

    fn write_index(&self) -> RwLockWriteGuard<'_, Index<D::File>> {
        self.index.write().expect("no panic while the index is held")
    }
}

impl<D: Disk> Held<'_, D> {
    /// Every segment and how much of it counts, oldest first, and the end of every partition in them.
    #[expect(clippy::type_complexity, reason = "a list of pairs and a list")]
    pub(crate) fn segments(&self) -> (Vec<(Arc<Segment<D::File>>, u64)>, Vec<Position>) {
        let index = self.log.read_index();
        (index.segments.values().cloned().collect(), index.ends.clone())
    }
}

impl<F> Index<F> {
    fn new(partitions: u16) -> Self {
        let partitions = usize::from(partitions);
        let blocks = vec![VecDeque::new(); partitions];
        Self { segments: BTreeMap::new(), blocks, ends: vec![Position(0); partitions] }
    }

    fn add_segment(&mut self, segment: Arc<Segment<F>>, len: u64) {
        self.segments.insert(segment.number, (segment, len));
    }

    /// Adds what one append wrote to `segment`, which counts up to `len` now.
    fn extend(&mut self, segment: u32, len: u64, partitions: impl Iterator<Item = Partition>, places: Vec<Place>) {
        for (partition, place) in partitions.zip(places) {
            let partition = usize::from(partition.0);
            self.ends[partition] = place.end();
            self.blocks[partition].push_back(place);
        }
        if let Some((_, old_len)) = self.segments.get_mut(&segment) {
            *old_len = len;
        }
    }

    /// The blocks that end after `from`: one at least if there is one, then as many as fit.
    fn places(&self, partition: Partition, from: Position, limit_bytes: usize) -> Vec<(Arc<Segment<F>>, Place)> {
        let blocks = &self.blocks[usize::from(partition.0)];
        let mut taken = 0;
        let mut places = Vec::new();
        for place in blocks.range(blocks.partition_point(|place| place.end() <= from)..) {
            taken += place.len as usize;
            if taken > limit_bytes && !places.is_empty() {
                break;
            }
            places.push((self.segments[&place.segment].0.clone(), *place));
        }
        places
    }

    fn find(&self, partition: Partition, first: Position) -> Option<Place> {
        let blocks = &self.blocks[usize::from(partition.0)];
        blocks.binary_search_by_key(&first, |place| place.first).ok().map(|at| blocks[at])
    }

    /// The oldest segment, if it is not the newest and all its blocks may go.
    fn removable(&self, trimmable: &[Position]) -> Option<Arc<Segment<F>>> {
        let (number, (segment, _)) = self.segments.first_key_value()?;
        let newest = self.segments.len() == 1;
        let may_go = |(blocks, before): (&VecDeque<Place>, &Position)| {
            let inside = blocks.partition_point(|place| place.segment <= *number);
            inside == 0 || blocks[inside - 1].end() <= *before
        };
        (!newest && self.blocks.iter().zip(trimmable).all(may_go)).then(|| segment.clone())
    }

    fn remove_segment(&mut self, number: u32) {
        for blocks in &mut self.blocks {
            let inside = blocks.partition_point(|place| place.segment <= number);
            blocks.drain(..inside);
        }
        self.segments.remove(&number);
    }
}

impl Place {
    fn end(&self) -> Position {
        self.first.advanced(u64::from(self.count))
    }
}

fn read_block<F: DiskFile>(
    segment: &Segment<F>,
    partition: Partition,
    place: Place,
) -> Result<StoredBlock, StoreError> {
    let mut frame = vec![0; frame::FRAME_HEADER_BYTES + place.len as usize];
    let offset = u64::from(place.offset);
    segment.file.read_exact_at(&mut frame, offset).map_err(|error| StoreError::io(&segment.path, error))?;
    let corrupt = || StoreError::Corrupt { file: segment.path.clone(), offset };
    let (header, _) = FrameHeader::decode(&frame).ok_or_else(corrupt)?;
    if (header.partition, header.first, header.count) != (partition, place.first, place.count) {
        return Err(corrupt());
    }
    frame.drain(..frame::FRAME_HEADER_BYTES);
    Ok(StoredBlock { first: header.first, count: header.count, epoch: header.epoch, bytes: frame })
}

fn segment_path(number: u32) -> String {
    format!("{FOLDER}/{number:08}{SUFFIX}")
}

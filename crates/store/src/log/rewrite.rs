//! Replacing the bytes of blocks: each touched segment is written anew beside the old one and takes its name.

use std::{collections::BTreeMap, sync::Arc};

use model::partition::{Partition, Position};

use super::{
    Index, Log, Segment,
    frame::{FrameHeader, SEGMENT_HEADER_BYTES, SegmentHeader},
};
use crate::{
    disk::{Disk, DiskFile, UNFINISHED},
    error::StoreError,
    limits,
    substrate::Rewrite,
};

/// The new bytes of the blocks of one segment.
type Replacements<'a> = BTreeMap<(Partition, Position), &'a [u8]>;

impl<D: Disk> Log<D> {
    /// See [`crate::substrate::Substrate::rewrite`]. Leases are checked by the caller.
    pub(crate) fn rewrite(&self, rewrites: &[Rewrite]) -> Result<(), StoreError> {
        let _upkeep = self.lock_upkeep();
        let mut by_segment: BTreeMap<u32, Replacements<'_>> = BTreeMap::new();
        for Rewrite { lease, first, bytes } in rewrites {
            if bytes.is_empty() || bytes.len() > limits::BLOCK_BYTES {
                return Err(StoreError::TooLarge { what: "a block of the log", limit: limits::BLOCK_BYTES });
            }
            let (partition, first) = (lease.partition, *first);
            let place = self.read_index().find(partition, first).ok_or(StoreError::NoBlock { partition, first })?;
            by_segment.entry(place.segment).or_default().insert((partition, first), bytes);
        }
        for (number, replacements) in by_segment {
            self.seal(number)?;
            self.rewrite_segment(number, &replacements)?;
        }
        Ok(())
    }

    /// Makes sure that nothing more is appended to the segment, so that appends go on while it is rewritten.
    fn seal(&self, number: u32) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().expect("no panic while the writer is held");
        if writer.active.as_ref().is_some_and(|active| active.number == number) {
            self.rotate(&mut writer)?;
        }
        Ok(())
    }

    fn rewrite_segment(&self, number: u32, replacements: &Replacements<'_>) -> Result<(), StoreError> {
        let (old, len) = self.read_index().segments[&number].clone();
        let io = |error| StoreError::io(&old.path, error);
        let mut old_bytes = vec![0; usize::try_from(len).expect("a segment is within its limit")];
        old.file.read_exact_at(&mut old_bytes, 0).map_err(io)?;
        let (bytes, moved) = replaced(&old.path, &old_bytes, replacements)?;

        let fresh = format!("{}{UNFINISHED}", old.path);
        let file = self.disk.create(&fresh).map_err(io)?;
        file.write_all_at(&bytes, 0).map_err(io)?;
        file.sync().map_err(io)?;
        self.disk.rename(&fresh, &old.path).map_err(io)?;
        let segment = Arc::new(Segment { number, path: old.path.clone(), file });
        self.write_index().replace_segment(segment, bytes.len() as u64, moved);
        self.disk.sync_folder(super::FOLDER).map_err(|error| StoreError::io(super::FOLDER, error))
    }
}

/// Where a block of a rewritten segment is now.
struct Moved {
    partition: Partition,
    first: Position,
    offset: u32,
    len: u32,
}

/// The segment's bytes with the replacements in place, and where its blocks are in them.
fn replaced(path: &str, old: &[u8], replacements: &Replacements<'_>) -> Result<(Vec<u8>, Vec<Moved>), StoreError> {
    let corrupt = |offset: usize| StoreError::Corrupt { file: path.to_owned(), offset: offset as u64 };
    let header = SegmentHeader::decode(old).map_err(|_| corrupt(0))?;
    let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
    let mut moved = Vec::new();
    let mut at = SEGMENT_HEADER_BYTES;
    while at < old.len() {
        let (frame, block) = FrameHeader::decode(&old[at..]).ok_or_else(|| corrupt(at))?;
        at += frame.frame_len();
        let block = replacements.get(&(frame.partition, frame.first)).copied().unwrap_or(block);
        let len = u32::try_from(block.len()).expect("a block is within its limit");
        let offset = u32::try_from(bytes.len())
            .map_err(|_| StoreError::TooLarge { what: "a rewritten segment", limit: u32::MAX as usize })?;
        moved.push(Moved { partition: frame.partition, first: frame.first, offset, len });
        FrameHeader { len, ..frame }.encode(block, &mut bytes);
    }
    let header = SegmentHeader { own_len: bytes.len() as u64, ..header };
    bytes[..SEGMENT_HEADER_BYTES].copy_from_slice(&header.encode());
    Ok((bytes, moved))
}

impl<F> Index<F> {
    fn replace_segment(&mut self, segment: Arc<Segment<F>>, len: u64, moved: Vec<Moved>) {
        for Moved { partition, first, offset, len } in moved {
            let blocks = &mut self.blocks[usize::from(partition.0)];
            if let Ok(at) = blocks.binary_search_by_key(&first, |place| place.first) {
                blocks[at].offset = offset;
                blocks[at].len = len;
            }
        }
        self.add_segment(segment, len);
    }
}

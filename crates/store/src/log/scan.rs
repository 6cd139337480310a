//! Reading segment files when the log is opened: what counts, what is cut, what is damage.

use std::sync::Arc;

use model::partition::Partition;

use super::{
    Index, Place, Segment,
    frame::{BadHeader, FrameHeader, SEGMENT_HEADER_BYTES, SegmentHeader},
    segment_path,
};
use crate::{
    disk::{Disk, DiskFile, UNFINISHED, join, read_whole},
    error::StoreError,
    substrate::CutTail,
};

/// What was found in the log's folder.
pub(super) struct Scanned<F> {
    pub(super) index: Index<F>,
    /// The newest segment and its length; `None` if there is no segment.
    pub(super) active: Option<(Arc<Segment<F>>, u64)>,
    /// The number of the newest whole append.
    pub(super) append: u64,
    pub(super) cut: Option<CutTail>,
}

/// Reads every segment, verifies every checksum, and cuts an unfinished append from the end of the newest.
pub(super) fn scan<D: Disk>(disk: &D, partitions: u16) -> Result<Scanned<D::File>, StoreError> {
    let mut numbers = segment_numbers(disk)?;
    drop_unborn_segment(disk, &mut numbers)?;
    let mut scanned = Scanned { index: Index::new(partitions), active: None, append: 0, cut: None };
    for (place, number) in numbers.iter().enumerate() {
        let path = segment_path(*number);
        let bytes = read_whole(disk, &path)?.unwrap_or_default();
        let header = header_of(&path, *number, &bytes)?;
        let valid_len = match numbers.get(place + 1) {
            None => None,
            Some(_) if header.own_len != 0 => Some(header.own_len),
            Some(next) if *next == number + 1 => Some(previous_len_of(disk, *next)?),
            Some(_) => return Err(corrupt(&segment_path(number + 1), 0)),
        };
        scan_segment(disk, &mut scanned, *number, &bytes, valid_len)?;
    }
    Ok(scanned)
}

fn segment_numbers<D: Disk>(disk: &D) -> Result<Vec<u32>, StoreError> {
    let names = disk.list(super::FOLDER).map_err(|error| StoreError::io(super::FOLDER, error))?;
    let mut numbers = Vec::with_capacity(names.len());
    for name in names {
        let path = join(super::FOLDER, &name);
        if name.ends_with(UNFINISHED) {
            // Left by a rewrite that did not finish. It may hold bytes that are to be forgotten: not kept.
            disk.remove(&path).map_err(|error| StoreError::io(&path, error))?;
            continue;
        }
        let number = name.strip_suffix(super::SUFFIX).and_then(|digits| digits.parse().ok());
        numbers.push(number.ok_or_else(|| corrupt(&path, 0))?);
    }
    Ok(numbers)
}

/// Removes the newest segment if its making was interrupted before any append could go to it.
fn drop_unborn_segment<D: Disk>(disk: &D, numbers: &mut Vec<u32>) -> Result<(), StoreError> {
    let Some(newest) = numbers.last() else { return Ok(()) };
    let path = segment_path(*newest);
    let io = |error| StoreError::io(&path, error);
    let file = disk.open(&path).map_err(io)?;
    let len = usize::try_from(file.size().map_err(io)?).expect("files fit into memory on 64 bits");
    let mut bytes = vec![0; len.min(SEGMENT_HEADER_BYTES)];
    file.read_exact_at(&mut bytes, 0).map_err(io)?;
    if len <= SEGMENT_HEADER_BYTES && SegmentHeader::decode(&bytes) == Err(BadHeader::Damaged) {
        disk.remove(&path).map_err(io)?;
        disk.sync_folder(super::FOLDER).map_err(|error| StoreError::io(super::FOLDER, error))?;
        numbers.pop();
    }
    Ok(())
}

fn header_of(path: &str, number: u32, bytes: &[u8]) -> Result<SegmentHeader, StoreError> {
    match SegmentHeader::decode(bytes) {
        Ok(header) if header.number == number => Ok(header),
        Err(BadHeader::OtherVersion(found)) => {
            Err(StoreError::OtherVersion { found: format!("log {found}"), supported: crate::folder::FORMAT })
        }
        Ok(_) | Err(BadHeader::Damaged) => Err(corrupt(path, 0)),
    }
}

fn previous_len_of<D: Disk>(disk: &D, number: u32) -> Result<u64, StoreError> {
    let path = segment_path(number);
    let file = disk.open(&path).map_err(|error| StoreError::io(&path, error))?;
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    file.read_exact_at(&mut bytes, 0).map_err(|_| corrupt(&path, 0))?;
    Ok(header_of(&path, number, &bytes)?.previous_len)
}

/// Adds one segment's blocks to the index. `valid_len` is how much of it must be whole; `None` for the newest.
fn scan_segment<D: Disk>(
    disk: &D,
    scanned: &mut Scanned<D::File>,
    number: u32,
    bytes: &[u8],
    valid_len: Option<u64>,
) -> Result<(), StoreError> {
    let path = segment_path(number);
    let sealed = match valid_len {
        None => bytes,
        Some(len) => usize::try_from(len)
            .ok()
            .and_then(|len| bytes.get(..len))
            .ok_or_else(|| corrupt(&path, bytes.len() as u64))?,
    };
    let mut whole_len = SEGMENT_HEADER_BYTES;
    let mut unfinished: Vec<(FrameHeader, usize)> = Vec::new();
    let mut at = SEGMENT_HEADER_BYTES;
    while let Some((frame, _)) = FrameHeader::decode(&sealed[at..]) {
        let start = at;
        at += frame.frame_len();
        unfinished.push((frame, start));
        if frame.last {
            for (frame, offset) in unfinished.drain(..) {
                accept(scanned, number, frame, offset).ok_or_else(|| corrupt(&path, offset as u64))?;
            }
            whole_len = at;
        }
    }
    if whole_len < sealed.len() && (valid_len.is_some() || later_append(&sealed[whole_len..], scanned.append)) {
        return Err(corrupt(&path, at as u64));
    }
    let file = disk.open(&path).map_err(|error| StoreError::io(&path, error))?;
    if whole_len < bytes.len() && valid_len.is_none() {
        let cut = || {
            file.set_len(whole_len as u64)?;
            file.sync()
        };
        cut().map_err(|error| StoreError::io(&path, error))?;
        let cut = (bytes.len() - whole_len) as u64;
        scanned.cut = Some(CutTail { file: path.clone(), offset: whole_len as u64, bytes: cut });
    }
    let segment = Arc::new(Segment { number, path, file });
    scanned.index.add_segment(segment.clone(), whole_len as u64);
    scanned.active = Some((segment, whole_len as u64));
    Ok(())
}

/// Takes a frame into the index, if it continues its partition and its append.
fn accept<F>(scanned: &mut Scanned<F>, segment: u32, frame: FrameHeader, offset: usize) -> Option<()> {
    let Partition(partition) = frame.partition;
    let blocks = scanned.index.blocks.get_mut(usize::from(partition))?;
    if frame.count == 0 || blocks.back().is_some_and(|last| last.end() != frame.first) {
        return None;
    }
    if scanned.append != 0 && frame.append != scanned.append && frame.append != scanned.append + 1 {
        return None;
    }
    scanned.append = frame.append;
    let offset = u32::try_from(offset).ok()?;
    blocks.push_back(Place { first: frame.first, count: frame.count, segment, offset, len: frame.len });
    Some(())
}

/// Whether a whole frame of an append later than the unfinished one follows. It was begun only after the unfinished one
/// had been made durable, so then the tail is no torn write but damage to something that was promised to last.
fn later_append(tail: &[u8], newest_whole: u64) -> bool {
    (0..tail.len()).any(|at| {
        let claimed = FrameHeader::claimed_append(&tail[at..]);
        // Far too large numbers are not append numbers; testing them would only cost time.
        let plausible = claimed.is_some_and(|append| (2..1 << 20).contains(&append.wrapping_sub(newest_whole)));
        plausible && FrameHeader::decode(&tail[at..]).is_some()
    })
}

fn corrupt(file: &str, offset: u64) -> StoreError {
    StoreError::Corrupt { file: file.to_owned(), offset }
}

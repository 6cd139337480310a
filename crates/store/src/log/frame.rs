//! The layout of a segment file: a header, then frames. All numbers are little-endian.
//!
//! ```text
//! segment header  magic 8 | version u32 | number u32 | previous_len u64 | own_len u64 | checksum u32 | 0 u32
//! frame           len u32 | checksum u32 | partition u16 | flags u16 | count u32 | epoch u64 | first u64 | append u64 | bytes
//! ```
//!
//! Checksums are CRC-32 (ISO 3309) of what follows them in the frame, and of what precedes in the segment header.

use model::partition::{Partition, Position};

use crate::limits;

/// Bytes before the first frame of a segment.
pub(super) const SEGMENT_HEADER_BYTES: usize = 40;
/// Bytes of a frame before its block.
pub(super) const FRAME_HEADER_BYTES: usize = 40;

const MAGIC: &[u8; 8] = b"PRVNCLOG";
const VERSION: u32 = 1;
const LAST_OF_APPEND: u16 = 1;
/// The checksum starts after `len` and itself, and covers `len` too: see [`FrameHeader::checksum`].
const CHECKED_FROM: usize = 8;

/// How a segment starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// The number in its name.
    pub(super) number: u32,
    /// How much of the segment before it counts. What lies behind are failed appends.
    pub(super) previous_len: u64,
    /// How much of this segment counts, if it was rewritten; else 0, and the next segment says it.
    pub(super) own_len: u64,
}

/// Why a segment's header was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadHeader {
    /// Too short, or not what was written.
    Damaged,
    /// Written by another version.
    OtherVersion(u32),
}

impl SegmentHeader {
    pub(super) fn encode(self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.previous_len.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.own_len.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..32]);
        bytes[32..36].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, BadHeader> {
        let bytes = bytes.get(..SEGMENT_HEADER_BYTES).ok_or(BadHeader::Damaged)?;
        if &bytes[..8] != MAGIC || crc32fast::hash(&bytes[..32]) != u32_at(bytes, 32) {
            return Err(BadHeader::Damaged);
        }
        match u32_at(bytes, 8) {
            VERSION => {
                Ok(Self { number: u32_at(bytes, 12), previous_len: u64_at(bytes, 16), own_len: u64_at(bytes, 24) })
            }
            other => Err(BadHeader::OtherVersion(other)),
        }
    }
}

/// What a frame says about its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) len: u32,
    pub(super) partition: Partition,
    /// Whether the append ends with this frame.
    pub(super) last: bool,
    pub(super) count: u32,
    pub(super) epoch: u64,
    pub(super) first: Position,
    /// The append's number; grows by one with each append that succeeds.
    pub(super) append: u64,
}

impl FrameHeader {
    /// Adds the frame to a buffer.
    pub(super) fn encode(self, block: &[u8], buffer: &mut Vec<u8>) {
        let start = buffer.len();
        buffer.extend_from_slice(&self.len.to_le_bytes());
        buffer.extend_from_slice(&[0; 4]);
        buffer.extend_from_slice(&self.partition.0.to_le_bytes());
        buffer.extend_from_slice(&(if self.last { LAST_OF_APPEND } else { 0 }).to_le_bytes());
        buffer.extend_from_slice(&self.count.to_le_bytes());
        buffer.extend_from_slice(&self.epoch.to_le_bytes());
        buffer.extend_from_slice(&self.first.0.to_le_bytes());
        buffer.extend_from_slice(&self.append.to_le_bytes());
        buffer.extend_from_slice(block);
        let checksum = Self::checksum(&buffer[start..]);
        buffer[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
    }

    /// The frame at the start of `bytes`, if there is a whole and undamaged one.
    pub(super) fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let header = bytes.get(..FRAME_HEADER_BYTES)?;
        let len = u32_at(header, 0);
        if len == 0 || len as usize > limits::BLOCK_BYTES {
            return None;
        }
        let frame = bytes.get(..FRAME_HEADER_BYTES + len as usize)?;
        if Self::checksum(frame) != u32_at(header, 4) {
            return None;
        }
        let header = Self {
            len,
            partition: Partition(u16_at(header, 8)),
            last: u16_at(header, 10) & LAST_OF_APPEND != 0,
            count: u32_at(header, 12),
            epoch: u64_at(header, 16),
            first: Position(u64_at(header, 24)),
            append: u64_at(header, 32),
        };
        Some((header, &frame[FRAME_HEADER_BYTES..]))
    }

    /// The append number that the bytes would have as a frame, before trusting them: a cheap test for searching.
    pub(super) fn claimed_append(bytes: &[u8]) -> Option<u64> {
        bytes.get(..FRAME_HEADER_BYTES).map(|header| u64_at(header, 32))
    }

    /// Bytes of the whole frame.
    pub(super) fn frame_len(self) -> usize {
        FRAME_HEADER_BYTES + self.len as usize
    }

    fn checksum(frame: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&frame[..4]);
        hasher.update(&frame[CHECKED_FROM..]);
        hasher.finalize()
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two bytes"))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Vec<u8> {
        let header = FrameHeader {
            len: 3,
            partition: Partition(7),
            last: true,
            count: 2,
            epoch: 5,
            first: Position(11),
            append: 13,
        };
        let mut bytes = Vec::new();
        header.encode(b"abc", &mut bytes);
        assert_eq!(FrameHeader::decode(&bytes), Some((header, b"abc".as_slice())));
        bytes
    }

    #[test]
    fn a_frame_with_any_byte_changed_or_missing_is_refused() {
        let good = frame();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(FrameHeader::decode(&bad), None, "byte {at} changed");
            assert_eq!(FrameHeader::decode(&good[..at]), None, "{at} bytes left");
        }
    }

    #[test]
    fn a_segment_header_with_any_byte_changed_is_refused() {
        let header = SegmentHeader { number: 2, previous_len: 40, own_len: 0 };
        let good = header.encode();
        assert_eq!(SegmentHeader::decode(&good), Ok(header));
        for at in 0..36 {
            let mut bad = good;
            bad[at] ^= 1;
            assert!(SegmentHeader::decode(&bad).is_err(), "byte {at} changed");
        }
    }

    /// The layout is stored: these bytes must be readable for ever.
    #[test]
    fn the_layout_of_version_1_stays() {
        let hex: String = frame().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(&hex[..8], "03000000");
        assert_eq!(
            &hex[16..],
            "0700010002000000050000000000000\
                                00b000000000000000d00000000000000616263"
        );
    }
}

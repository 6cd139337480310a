//! Limits of what is stored, by name. Each is tested at the limit and one beyond (invariant 7).

/// Bytes of one block of the log.
pub const BLOCK_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of all blocks of one append.
pub const APPEND_BYTES: usize = 64 * 1024 * 1024;
/// Bytes after which the next append starts a new segment file. A segment is at most this plus one append.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of a key in a table. Keys are not empty.
pub const KEY_BYTES: usize = 4 * 1024;
/// Bytes of a value in a table.
pub const VALUE_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of one revision of the definitions.
pub const DEFINITIONS_BYTES: usize = 64 * 1024 * 1024;
/// Bytes in the name of a draft.
pub const DRAFT_NAME_BYTES: usize = 64;
/// Tables of a substrate.
pub const TABLES: usize = 64;

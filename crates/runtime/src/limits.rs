//! Limits of queues and caches, by name (invariant 7).

/// The limits that an operator may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Events that may be under way at once; beyond, collecting answers that it is overloaded.
    pub events_under_way: usize,
    /// Bytes of memory, about, for the profiles and identifiers that are resident in all partitions together; beyond,
    /// those that are saved make room.
    pub resident_bytes: usize,
    /// Decisions that may wait for one owner at once; beyond, deciding answers that it is overloaded.
    pub decisions_waiting: usize,
    /// Milliseconds between two saves of a partition: what a crash has to replay, against what is written twice.
    pub save_every_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events_under_way: 50_000, resident_bytes: 2 << 30, decisions_waiting: 1_000, save_every_ms: 5_000 }
    }
}

/// Messages that an owner takes in before it closes its blocks. A message of events holds at most a body of them, so
/// a block stays far below what the store takes.
pub const MESSAGES_AT_ONCE: usize = 1_024;
/// Bytes of one block, about: it is closed once it is larger.
pub const BLOCK_BYTES: usize = 1024 * 1024;
/// Bytes of the record of one page. What would be larger, a page of many large contents or a person with tens of
/// thousands of events that an audience looks at, is answered neutrally: nothing is shown of which nothing is kept.
pub const RECORD_BYTES: usize = 1024 * 1024;
/// Plans of older revisions that are held compiled: for those who read old decisions, or go through the log.
pub const COMPILED_PLANS: usize = 16;
/// Profiles of which the memory is estimated to know that of all that are resident in a partition.
pub const WEIGHED_PROFILES: usize = 32;
/// Bytes of memory that a resident identifier takes, about: its key, whom it leads to, its place in the table.
pub const IDENTIFIER_BYTES: usize = 96;
/// Profiles that one fill command brings up to the plan.
pub const FILL_PROFILES: u32 = 256;
/// Profiles that a census looks at before it rests.
pub const CENSUS_PROFILES: usize = 256;
/// Deeds of persons with items that are kept to refresh models, 18 bytes each: half a GiB. Of a longer history nothing is
/// kept, and models are trained on all of it each hour.
pub const KEPT_DEEDS: usize = 30_000_000;
/// Items of the catalog that are read at once while it is opened.
pub const SHELF_ITEMS: usize = 1_000;
/// Days of which the figures of a census are kept: a year, and as long as it takes to compare with the one before.
pub const TREND_DAYS: i64 = 400;
/// Times that a message follows moved profiles before it is given up as overload: longer than any chain of merges that
/// identifiers can make, so it is only reached while hops chase each other.
pub const FOLLOWED_MOVES: u16 = 1_000;
/// Milliseconds between two looks at the timers.
pub const TICK_MS: u64 = 100;
/// Milliseconds between two attempts to let go of log that is saved.
pub const TRIM_EVERY_MS: u64 = 10_000;
/// Milliseconds before a failed save or a failed partition is tried again.
pub const RETRY_MS: u64 = 250;
/// Bytes of log read at once while recovering: few, so that the next ones find the memory warm.
pub const RECOVER_BYTES: usize = 128 * 1024;
/// Items whose likeness is taken in before those who ask have a turn.
pub(crate) const LIKENESS_ITEMS: usize = 100;

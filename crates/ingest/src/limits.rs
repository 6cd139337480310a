//! Every limit of an import, by name. They keep its memory flat whatever the file.

/// Bytes of one row, line ends included.
pub const ROW_BYTES: usize = 1024 * 1024;
/// Lines that one quoted row may span.
pub const ROW_LINES: usize = 100;
/// Columns of one file.
pub const COLUMNS: usize = 1_000;
/// Lines of JSON that are looked at to learn which columns there are.
pub const PEEKED_LINES: usize = 100;
/// Bytes of a mapping file.
pub const MAPPING_BYTES: usize = 256 * 1024;
/// Rows of a second file that is joined.
pub const LOOKUP_ROWS: usize = 2_000_000;
/// Bytes of a second file that is joined, as they are kept.
pub const LOOKUP_BYTES: usize = 256 * 1024 * 1024;
/// Groups that may be open at once.
pub const OPEN_GROUPS: usize = 10_000;
/// Bytes of the rows of groups that are open at once.
pub const OPEN_GROUP_BYTES: usize = 64 * 1024 * 1024;
/// Rows of one group.
pub const GROUP_ROWS: usize = 4_000;
/// Rows, at most, between two rows of one group.
pub const GROUP_APART: u64 = 100_000;
/// Closed groups that are remembered, eight bytes each: so that rows which come too late are found.
pub const GROUPS_REMEMBERED: usize = 8_000_000;
/// Rows that are remembered where the mapping names no `message_id`, eight bytes each: so that two equal rows are
/// two facts, and the same row imported twice is one.
pub const ROWS_REMEMBERED: usize = 8_000_000;
/// People who are remembered as granted already, eight bytes each. Beyond, a grant may be sent again; it counts once.
pub const PEOPLE_REMEMBERED: usize = 1_000_000;
/// Events of one request.
pub const BATCH_EVENTS: usize = 500;
/// Bytes of one request, before compression.
pub const BATCH_BYTES: usize = 1024 * 1024;
/// Requests under way at once.
pub const IN_FLIGHT: usize = 4;
/// Requests, at most, that the first one without an answer may lie behind.
pub const AHEAD: u64 = 16;
/// Events of each output, and bad rows of each code, that a dry run shows.
pub const PREVIEWED: usize = 5;
/// Bytes of an event or a row that a dry run shows.
pub const PREVIEW_BYTES: usize = 600;
/// Bytes of one text, tag or remark of a feed in XML. Beyond, the feed is refused: nobody knows where the text would end.
pub const XML_PIECE_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of one field of a feed; an item with a longer one is bad.
pub const FIELD_BYTES: usize = ROW_BYTES;
/// Fields of one item of a feed.
pub const FIELDS: usize = 20_000;
/// Elements of XML inside of each other.
pub const XML_DEPTH: usize = 32;
/// Rows of one item of a feed that has a row for each variant, image or language.
pub const ITEM_ROWS: usize = 4_000;
/// Bytes of a bad item that are kept to show it.
pub const QUARANTINED_BYTES: usize = 4_000;
/// Families that are learned of a feed before it is read: of each variant, the item that it is one of.
pub const FAMILIES: usize = 2_000_000;
/// Share of the items, in percent, by which a full feed may shrink before somebody must approve.
pub const SHRINK_PERCENT: u64 = 20;
/// Items of a full feed, told apart by eight bytes each.
pub const FEED_ITEMS: usize = 8_000_000;
/// Bytes of the body of one webhook.
pub const WEBHOOK_BYTES: usize = 5 * 1024 * 1024;

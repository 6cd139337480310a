//! Cursors: where the next page of a listing starts, opaque to the caller and bound to its listing.

use api::error::{ApiError, Code};
use model::limits;

/// The part of a listing that was asked for.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    from: Option<String>,
    limit: Option<usize>,
}

/// Entries of a page if the caller does not say.
const PAGE: usize = 100;

/// How many entries, of a list that has no pages.
///
/// # Errors
/// `BAD_QUERY`.
pub(crate) fn limit_of(limit: Option<usize>, most: usize) -> Result<usize, ApiError> {
    let limit = limit.unwrap_or(PAGE);
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    let message = format!("The query parameter `limit` has to be from 1 to {most}.");
    Err(ApiError::new(Code::BadQuery).saying(message).at("/limit"))
}

impl Paging {
    /// How many entries: 1 to [`limits::PAGE`].
    ///
    /// # Errors
    /// `BAD_QUERY` for fewer and for more: whoever asked for all must not take a page for all.
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        self.limit_within(limits::PAGE)
    }

    /// How many entries, where a page has fewer than elsewhere.
    ///
    /// # Errors
    /// `BAD_QUERY`.
    pub(crate) fn limit_within(&self, most: usize) -> Result<usize, ApiError> {
        limit_of(self.limit, most)
    }

    /// The numbers in the cursor, if one was sent. `listing` is the word that [`write`] was given.
    ///
    /// # Errors
    /// `BAD_CURSOR` for one of another listing, or one that was altered.
    pub(crate) fn from<const N: usize>(&self, listing: &str) -> Result<Option<[u64; N]>, ApiError> {
        self.from.as_deref().map(|text| read(listing, text)).transpose()
    }
}

/// A cursor for a listing: its word, and numbers that say where.
pub(crate) fn write<const N: usize>(listing: &str, place: [u64; N]) -> String {
    let numbers = place.map(|number| format!("{number:x}")).join(".");
    let check = check(listing, &numbers);
    format!("{numbers}.{check:08x}")
}

/// An id's bits as the two numbers that a cursor holds of it, the high half first.
pub(crate) fn halves(bits: u128) -> [u64; 2] {
    [(bits >> 64) as u64, bits as u64]
}

/// The bits that [`halves`] took apart.
pub(crate) fn whole([high, low]: [u64; 2]) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

fn read<const N: usize>(listing: &str, text: &str) -> Result<[u64; N], ApiError> {
    let bad = || ApiError::new(Code::BadCursor);
    let (numbers, sum) = text.rsplit_once('.').ok_or_else(bad)?;
    if u32::from_str_radix(sum, 16) != Ok(check(listing, numbers)) {
        return Err(bad());
    }
    let numbers: Result<Vec<u64>, _> = numbers.split('.').map(|number| u64::from_str_radix(number, 16)).collect();
    numbers.ok().and_then(|numbers| numbers.try_into().ok()).ok_or_else(bad)
}

fn check(listing: &str, numbers: &str) -> u32 {
    let hash = blake3::hash(format!("{listing}/{numbers}").as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_in_its_own_listing_only() {
        let text = write("timeline", [1, u64::MAX]);
        assert_eq!(read("timeline", &text).unwrap(), [1, u64::MAX]);
        assert_eq!(read::<2>("members", &text).unwrap_err().code, Code::BadCursor);
        assert_eq!(read::<3>("timeline", &text).unwrap_err().code, Code::BadCursor);
        for altered in ["", ".", &text[1..], &format!("2{text}")] {
            assert_eq!(read::<2>("timeline", altered).unwrap_err().code, Code::BadCursor, "{altered}");
        }
    }

    #[test]
    fn an_id_is_whole_again_after_a_cursor() {
        let bits = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210;
        assert_eq!(whole(halves(bits)), bits);
        assert_eq!(halves(1 << 64), [1, 0]);
    }

    #[test]
    fn a_page_has_so_many_entries_as_were_asked_for_or_is_refused() {
        let limit = |limit| Paging { from: None, limit }.limit().map_err(|error| (error.code, error.pointer));
        assert_eq!((limit(None), limit(Some(1)), limit(Some(limits::PAGE))), (Ok(PAGE), Ok(1), Ok(limits::PAGE)));
        for refused in [0, limits::PAGE + 1, usize::MAX] {
            assert_eq!(limit(Some(refused)), Err((Code::BadQuery, Some("/limit".into()))), "{refused}");
        }
    }
}

//! Every limit of a catalog, by name. What is beyond one is refused with a reason and never cut: half a text is wrong.

/// Numbers that a catalog gives, at most. They are never given again, so this counts the items that are gone too.
pub const NUMBERS: usize = 8_000_000;
/// Bytes of the id of an item, a variant or a group.
pub const ID_BYTES: usize = 256;
/// Languages of one item's texts.
pub const LANGUAGES: usize = 50;
/// Bytes of a language tag.
pub const LANGUAGE_BYTES: usize = 35;
/// Bytes of a title in one language.
pub const TITLE_BYTES: usize = 2_000;
/// Bytes of a description in one language.
pub const DESCRIPTION_BYTES: usize = 50_000;
/// Bytes of all own texts of one item together: titles, descriptions, addresses.
pub const ITEM_TEXT_BYTES: usize = 512 * 1024;
/// Bytes of an address of a page or an image.
pub const URL_BYTES: usize = 2_000;
/// Images of one item.
pub const IMAGES: usize = 50;
/// Variants of one item.
pub const VARIANTS: usize = 2_048;
/// Tags of one item.
pub const TAGS: usize = 250;
/// Attributes of one item.
pub const ATTRIBUTES: usize = 500;
/// Bytes of an attribute's text.
pub const ATTRIBUTE_BYTES: usize = 20_000;
/// Entries of an attribute that is a list.
pub const LIST: usize = 100;
/// Category paths of one item.
pub const CATEGORIES: usize = 50;
/// Levels of one category path.
pub const LEVELS: usize = 10;
/// Categories of one catalog.
pub const CATEGORY_NUMBERS: usize = 200_000;
/// Bytes of a word that items may share: a brand, a tag, a size, the name of a category, an attribute or a store.
pub const WORD_BYTES: usize = 256;
/// Words of one catalog. They are kept for ever. Beyond, texts of attributes are kept with their item, and an item that
/// needs any other new word is refused.
pub const WORDS: usize = 4_000_000;
/// Bytes of an attribute's text that is kept as a word; a longer one is hardly shared.
pub const SHARED_TEXT_BYTES: usize = 48;
/// Stores of one shop.
pub const STORES: usize = 10_000;
/// Bytes of a postcode.
pub const POSTCODE_BYTES: usize = 12;
/// Stock that one item has by store and variant, entries.
pub const STORE_STOCKS: usize = 20_000;
/// The highest price: fifty million in a currency such as the euro, in its hundredths. It leaves room for a sofa in
/// rupiahs and none for a price in the wrong unit.
pub const PRICE_CENTS: u64 = 5_000_000_000;
/// The highest count of pieces.
pub const STOCK: u32 = 100_000_000;
/// The longest that an item is expected to last: a hundred years.
pub const EXPECTED_LIFE_DAYS: u32 = 36_525;

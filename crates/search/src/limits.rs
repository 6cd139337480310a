//! Every limit of what is indexed, asked and answered. What is longer is cut, never an error: a search is answered
//! whatever was typed.

/// Characters of a query that are read; what follows is cut.
pub const QUERY_CHARS: usize = 256;
/// Words of a query that are searched for; those behind are cut.
pub const QUERY_WORDS: usize = 16;
/// Characters of one word; a longer one is cut.
pub const WORD_CHARS: usize = 64;
/// Characters of a title, a brand, a category, a tag, a code, an attribute's name or value.
pub const NAME_CHARS: usize = 500;
/// Characters of a description that are indexed.
pub const DESCRIPTION_CHARS: usize = 20_000;
/// Languages of one document.
pub const TEXTS: usize = 50;
/// Attributes of one document, and tags of one.
pub const ATTRIBUTES: usize = 500;
/// Codes of one document.
pub const CODES: usize = 50;
/// Levels of a category's path.
pub const CATEGORY_LEVELS: usize = 20;
/// Hits that one page may have.
pub const PAGE: usize = 200;
/// Hits behind which no page begins.
pub const DEPTH: usize = 10_000;
/// The first hits of a search that are put into a person's order; those behind stay in the neutral one.
pub const PERSONAL_HITS: usize = 1_000;
/// Interests, and words searched before, of one person that are looked at: the first ones.
pub const TASTES: usize = 200;
/// Words that a word being typed may become.
pub const BEGUN_WORDS: usize = 16;
/// Words of each segment that are looked at to find them.
pub const BEGUN_SCAN: usize = 4_000;
/// Words whose stems are kept while items are put in.
pub const KEPT_STEMS: usize = 100_000;
/// Words that a mistyped word may become.
pub const CORRECTIONS: usize = 8;
/// Phrases that are synonyms of something.
pub const SYNONYMS: usize = 10_000;
/// Past queries that autocompletion knows.
pub const POPULAR: usize = 100_000;
/// Categories that autocompletion knows.
pub const CATEGORIES: usize = 20_000;
/// Entries of one list of completions.
pub const COMPLETIONS: usize = 20;
/// Values of one facet that are counted out: the most frequent.
pub const FACET_VALUES: usize = 200;
/// Facets of one search.
pub const FACETS: usize = 50;

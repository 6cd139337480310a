//! Events by which a person says what is to be made of what is known of them, by name. They come in as any others do,
//! so history, merges and rights are exact.

/// What is right of a trait: properties `trait`, `value`.
pub const TRAIT_CORRECTED: &str = "Trait Corrected";
/// "That's not me": properties `trait`, `value` (absent: whatever was said until then). A value that is named does not
/// come back until it is corrected; without one, it does when somebody says it again.
pub const TRAIT_DENIED: &str = "Trait Denied";
/// The property of both that names the trait.
pub const TRAIT_FIELD: &str = "trait";
/// The property of both that holds the value.
pub const VALUE_FIELD: &str = "value";
/// "I like this": property `topic`.
pub const INTEREST_DECLARED: &str = "Interest Declared";
/// "Not interested": property `topic`.
pub const INTEREST_REFUSED: &str = "Interest Refused";
/// "Do not use this": property `event`. What happened by that name up to then counts as if it had not.
pub const EVIDENCE_REMOVED: &str = "Evidence Removed";
/// A content was displayed: property `content`.
pub const CONTENT_VIEWED: &str = "Content Viewed";
/// A content was clicked, opened, read: property `content`.
pub const CONTENT_CLICKED: &str = "Content Clicked";
/// Somebody who landed on a page went straight back to their search.
pub const LANDING_BOUNCED: &str = "Landing Bounced";
/// "Less of this" or "never again": property `experience`, `content` or `tag`, and `until` (absent: for ever).
pub const CONTENT_REFUSED: &str = "Content Refused";

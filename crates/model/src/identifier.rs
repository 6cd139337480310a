//! What tells one person from another: pairs of namespace and value.

use std::{fmt, sync::Arc};

use crate::{
    name::{Name, Namespace},
    partition::Partition,
};

/// A pair (namespace, value) that may point at one person. Its value was normalized by [`normalize`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    /// Which kind of identifier: `anonymous_id`, `user_id`, `email`, or the shop's own.
    pub namespace: Name<Namespace>,
    /// The value, normalized.
    pub value: Arc<str>,
}

/// What an identifier is looked up by: a keyed hash of namespace and value, so that it can be stored where the value
/// itself must not be readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentifierKey(pub u128);

impl IdentifierKey {
    /// The partition that alone grants claims on this identifier, among `partitions`.
    pub const fn home(self, partitions: u16) -> Partition {
        Partition(((self.0 >> 64) as u64 % partitions as u64) as u16)
    }
}

/// The namespaces that every project has.
pub mod namespace {
    /// A browser's or an app installation's own id. A device, not a person.
    pub const ANONYMOUS_ID: &str = "anonymous_id";
    /// The account at the shop.
    pub const USER_ID: &str = "user_id";
    /// An e-mail address.
    pub const EMAIL: &str = "email";
    /// A phone number.
    pub const PHONE: &str = "phone";
    /// A loyalty card.
    pub const LOYALTY_CARD: &str = "loyalty_card";
    /// The id of a mobile device. A device, not a person.
    pub const MOBILE_ID: &str = "mobile_id";
}

/// How well an identifier tells persons apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Belongs to a device or a household: shared by several persons as a matter of course. Never merges persons.
    Device,
    /// Points at a person but proves nothing by itself (an unverified e-mail address). Never merges persons.
    Weak,
    /// Proves the person: an account, a card, a verified address.
    Strong,
}

/// The rules of one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceRules {
    /// How well a value of this namespace tells persons apart, when nothing says that it was verified.
    pub strength: Strength,
    /// Whether a value that was verified counts as [`Strength::Strong`].
    pub strong_when_verified: bool,
    /// Whether a person has at most one: two different values are two persons, until two strong identifiers agree.
    pub one_per_person: bool,
    /// How many values one profile may hold; a further one is not noted on it.
    pub most_per_profile: u16,
    /// Whether case is without meaning, so that values are compared in lower case.
    pub fold_case: bool,
}

/// Why a value identifies nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unidentifying {
    /// Empty, or white space only.
    Empty,
    /// A placeholder such as `null`, `undefined`, `0`, `NaN`, `[object Object]`, or an all-zero UUID.
    Placeholder,
    /// Longer than [`crate::limits::IDENTIFIER_BYTES`].
    TooLong,
    /// Contains control characters.
    Control,
}

/// Texts that broken clients send where an id should be, in lower case.
const PLACEHOLDERS: &[&str] = &[
    "null",
    "undefined",
    "none",
    "nil",
    "nan",
    "n/a",
    "na",
    "-",
    "0",
    "-1",
    "true",
    "false",
    "anonymous",
    "guest",
    "unknown",
    "test",
    "user",
    "userid",
    "user_id",
    "id",
    "[object object]",
    "(not set)",
    "{}",
    "[]",
    "\"\"",
    "00000000-0000-0000-0000-000000000000",
];

/// Trims a value and, where the namespace says so, lowers its case. Refuses what identifies nobody.
pub fn normalize(value: &str, fold_case: bool) -> Result<Arc<str>, Unidentifying> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Unidentifying::Empty);
    }
    if value.len() > crate::limits::IDENTIFIER_BYTES {
        return Err(Unidentifying::TooLong);
    }
    if value.chars().any(char::is_control) {
        return Err(Unidentifying::Control);
    }
    let lower = value.to_lowercase();
    let only_zeros = lower.chars().all(|c| matches!(c, '0' | '-' | '.' | '+' | ' '));
    if only_zeros || PLACEHOLDERS.contains(&lower.as_str()) {
        return Err(Unidentifying::Placeholder);
    }
    Ok(if fold_case { lower.into() } else { value.into() })
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.value)
    }
}
/// Shows the namespace only: an identifier's value is personal and must not reach a log.
impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_nobody_is_refused() {
        for (value, why) in [
            ("", Unidentifying::Empty),
            ("  ", Unidentifying::Empty),
            ("NULL", Unidentifying::Placeholder),
            ("undefined", Unidentifying::Placeholder),
            ("0", Unidentifying::Placeholder),
            ("0000-00", Unidentifying::Placeholder),
            ("[object Object]", Unidentifying::Placeholder),
            ("a\u{0}b", Unidentifying::Control),
        ] {
            assert_eq!(normalize(value, false), Err(why), "{value:?}");
        }
        assert_eq!(normalize(&"x".repeat(257), false), Err(Unidentifying::TooLong));
    }

    #[test]
    fn case_folds_only_where_the_namespace_says_so() {
        assert_eq!(normalize(" Ana@Example.ORG ", true).as_deref(), Ok("ana@example.org"));
        assert_eq!(normalize("CaseMatters", false).as_deref(), Ok("CaseMatters"));
    }

    #[test]
    fn debug_output_hides_the_value() {
        let identifier = Identifier { namespace: "email".into(), value: "ana@example.org".into() };
        assert_eq!(format!("{identifier:?}"), "email:…");
    }
}

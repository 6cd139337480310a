//! Why a catalog refuses what it is told: a stable code, the field, and a sentence.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal;)*) => {
        /// A stable code. Codes are added, never changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])+ $variant,)* }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The text form, such as `ITEM_WITHOUT_ID`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}
codes! {
    /// An item, a variant or an image without the id or address that it needs.
    WithoutId = "ITEM_WITHOUT_ID";
    /// A text with more bytes than it may have.
    TextTooLong = "TEXT_TOO_LONG";
    /// More entries than there may be.
    TooMany = "TOO_MANY";
    /// A text where none may be empty, or with control characters.
    BadText = "BAD_TEXT";
    /// No title in any language.
    WithoutTitle = "ITEM_WITHOUT_TITLE";
    /// Nothing says what it costs.
    WithoutPrice = "ITEM_WITHOUT_PRICE";
    /// A price that no shop asks, or a reduced one above the usual one.
    BadPrice = "BAD_PRICE";
    /// A count of pieces that cannot be.
    BadStock = "BAD_STOCK";
    /// The same id or name twice where it must be once.
    Twice = "TWICE";
    /// A category that is above itself, or beside its parent, or below one that does not exist.
    BadCategory = "BAD_CATEGORY";
    /// The item, variant or inventory that is meant is not there.
    NoSuchItem = "NO_SUCH_ITEM";
    /// A place that is not on Earth, or a postcode that is none.
    BadPlace = "BAD_PLACE";
    /// The catalog is full.
    CatalogFull = "CATALOG_FULL";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// The field, such as `variants[2].gtin`.
    pub field: String,
    /// A sentence.
    pub message: String,
}

impl Fault {
    /// A fault of one field.
    pub fn new(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, field: field.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.code, self.field, self.message)
    }
}
impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_one_form() {
        let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')));
    }
}

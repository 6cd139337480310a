//! Why a row went to quarantine: a stable code, a sentence, and the column.

use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal;)*) => {
        /// A stable code. Codes are added, never changed. Beside these, a row that the server refused carries the
        /// server's own code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])+ $variant,)* }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The text form, such as `COLUMN_COUNT`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}
reasons! {
    /// More or fewer columns than the header.
    ColumnCount = "COLUMN_COUNT";
    /// A quote that is not closed, or text behind a closing quote.
    BrokenQuotes = "BROKEN_QUOTES";
    /// Longer than a row may be.
    RowTooLong = "ROW_TOO_LONG";
    /// Bytes that are not of the file's encoding.
    BadEncoding = "BAD_ENCODING";
    /// A line that is no JSON object.
    BadJson = "BAD_JSON";
    /// A file that is no XML, or declares entities.
    BadXml = "BAD_XML";
    /// An amount of which nothing says the currency.
    NoCurrency = "NO_CURRENCY";
    /// The file ends in the middle of the row, or of the group that the row belongs to.
    FileCut = "FILE_CUT";
    /// A required column is empty.
    ValueMissing = "VALUE_MISSING";
    /// No number.
    NotANumber = "NOT_A_NUMBER";
    /// A number that can be read in two ways, such as `1,234`.
    NumberAmbiguous = "NUMBER_AMBIGUOUS";
    /// An amount in another currency than the column's.
    OtherCurrency = "OTHER_CURRENCY";
    /// A number with a fraction where a whole one must be.
    NotWhole = "NOT_WHOLE";
    /// Neither yes nor no.
    NotABool = "NOT_A_BOOL";
    /// No moment in any of the column's formats.
    NotAMoment = "NOT_A_MOMENT";
    /// A list that cannot be read.
    NotAList = "NOT_A_LIST";
    /// Below the least or above the most.
    OutOfRange = "OUT_OF_RANGE";
    /// None of the values that the column may have.
    NotAllowed = "NOT_ALLOWED";
    /// The row does not prove that the person consented.
    NoConsentProof = "NO_CONSENT_PROOF";
    /// The joined file has no row of that key.
    NoMatch = "NO_MATCH";
    /// No identifier: the row is about nobody.
    NoIdentifier = "NO_IDENTIFIER";
    /// A row of a group that was closed already: the rows of a group lie too far apart.
    GroupScattered = "GROUP_SCATTERED";
    /// A row of a group that names another person than the group's first row.
    GroupDiffers = "GROUP_DIFFERS";
    /// Another row of the same group was bad, and half a group is worse than none.
    GroupIncomplete = "GROUP_INCOMPLETE";
    /// A group with more rows than one may have.
    GroupTooLong = "GROUP_TOO_LONG";
    /// An event larger than the server takes (32 KiB).
    EventTooLarge = "EVENT_TOO_LARGE";
    /// A `message_id` that is empty, too long, or has control characters.
    BadMessageId = "BAD_MESSAGE_ID";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with one row. The sentence may quote a cell, so it goes only where the row itself goes: into quarantine,
/// and onto the screen in a dry run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub reason: Reason,
    /// The column at fault; empty for the row as a whole.
    pub column: String,
    /// A sentence.
    pub message: String,
}

impl Fault {
    /// A fault of the row as a whole.
    pub fn of_row(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, column: String::new(), message: message.into() }
    }

    /// A fault of one column.
    pub fn of_column(reason: Reason, column: &str, message: impl Into<String>) -> Self {
        Self { reason, column: column.to_owned(), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_one_form() {
        let codes: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')));
    }
}

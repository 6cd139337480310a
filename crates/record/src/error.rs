//! What can be wrong with stored bytes.

use store::error::StoreError;

/// Why a record that is sealed in part cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Its bytes are not what they should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A key could not be looked up. Not the same as a key that is gone.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RecordError {
    /// The stable code, for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// Bytes that are not what this program once wrote, or not for this version of it to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end in the middle of something.
    #[error("the record ends too early")]
    Cut,
    /// There are bytes after the end of the record.
    #[error("the record has bytes after its end")]
    Excess,
    /// A number, a tag or an order that no writer produces.
    #[error("the record holds an impossible {what}")]
    Impossible {
        /// The thing, in the glossary's words.
        what: &'static str,
    },
    /// Values nested deeper than [`crate::codec::DEPTH`].
    #[error("the record nests values too deep")]
    TooDeep,
    /// Another version of the program wrote it.
    #[error("the {record} has version {version}, which this program does not read")]
    OtherVersion {
        /// The kind of record.
        record: &'static str,
        /// Its version.
        version: u8,
    },
    /// The key is there but does not open what it should: the bytes were changed, or belong to somebody else.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl Malformed {
    /// The stable code, for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Cut => "RECORD_CUT",
            Self::Excess => "RECORD_EXCESS",
            Self::Impossible { .. } => "RECORD_IMPOSSIBLE",
            Self::TooDeep => "RECORD_TOO_DEEP",
            Self::OtherVersion { .. } => "RECORD_OTHER_VERSION",
            Self::Unreadable(_) => "RECORD_UNREADABLE",
        }
    }
}

/// Sealed bytes that the key does not open. Says nothing about what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes do not belong to this key and place")]
pub struct Unreadable;

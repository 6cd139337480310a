//! What can go wrong with an index. No variant carries what anybody searched for.

/// Why an index could not be opened, written or read. [`SearchError::code`] is stable; the sentence may change.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The folder was written by another version: make it anew from the catalog.
    #[error("the search index was written by another version of the program")]
    OtherVersion,
    /// Another process writes to the folder.
    #[error("the search index is in use by another process")]
    InUse,
    /// The disk fails or is full, or the index is damaged: make it anew from the catalog.
    #[error("the search index cannot be read or written: {0}")]
    Unusable(String),
}

impl SearchError {
    /// A stable name of the error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherVersion => "search_version",
            Self::InUse => "search_in_use",
            Self::Unusable(_) => "search_unusable",
        }
    }
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::SchemaError(_) | tantivy::TantivyError::IncompatibleIndex(_) => Self::OtherVersion,
            tantivy::TantivyError::LockFailure(..) => Self::InUse,
            other => Self::Unusable(other.to_string()),
        }
    }
}

impl From<std::io::Error> for SearchError {
    fn from(error: std::io::Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

//! Words that mean the same in a shop.

use std::sync::Arc;

/// One thing that a shop says of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Synonym {
    /// Who searches for one of these finds what the others say: `gtx` and `gore tex`.
    Same(Vec<Arc<str>>),
    /// Who searches for one thing also finds others, and not the other way round: `shoes` and `sandals`.
    Includes {
        /// What is searched for.
        sought: Arc<str>,
        /// What is found too.
        found: Vec<Arc<str>>,
    },
}

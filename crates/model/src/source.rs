//! Who sends: a source, how far it is believed, and on which legal basis its data may be kept.

use crate::{
    fact::FactKind,
    name::{Name, Purpose, Source},
};

/// The rules of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRules {
    /// Its name.
    pub name: Name<Source>,
    /// Probability, in thousandths, that a value it gives is true: 0 to 1000.
    pub reliability_permille: u16,
    /// Why its data may be kept.
    pub basis: LegalBasis,
    /// How the traits that it brings came to be known.
    pub kind: FactKind,
    /// Whether it may say that an identifier is verified: a server of the shop may, a browser never.
    pub trusted: bool,
}

/// Why a source's data may be kept (GDPR art. 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegalBasis {
    /// The person's consent to at least one of these purposes. Always so for browsers and apps.
    Consent {
        /// Any one of them, granted, lets the event be kept.
        any_of: Vec<Name<Purpose>>,
    },
    /// Another basis that the shop wrote down: a contract, a legal duty.
    Written {
        /// The shop's words, such as `contract`.
        basis: String,
        /// The purposes that the data may serve on this basis.
        serves: Vec<Name<Purpose>>,
    },
}

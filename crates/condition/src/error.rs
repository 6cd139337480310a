//! Why a text is not a condition.

use thiserror::Error;

/// Why a text is not a condition, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ConditionError {
    /// A stable code, one of [`code`].
    pub code: &'static str,
    /// A sentence for the person who wrote the condition.
    pub message: String,
    /// Characters (not bytes) before the offending one.
    pub at: usize,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal;)*) => {
        $($(#[doc = $doc])* pub const $name: &str = $code;)*
        /// Every one of them.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

/// The stable codes of [`ConditionError`].
pub mod code {
    codes! {
        /// More bytes or tokens than a condition may have.
        TOO_LONG = "CONDITION_TOO_LONG";
        /// Nested deeper than a condition may be.
        TOO_DEEP = "CONDITION_TOO_DEEP";
        /// Not CEL.
        SYNTAX = "CONDITION_SYNTAX";
        /// A value of the wrong type, or a function used the wrong way.
        TYPE = "CONDITION_TYPE";
        /// A literal that says nothing: a span, a date, a number, a choice that the trait does not have.
        VALUE = "CONDITION_VALUE";
        /// A trait that the schema does not have.
        UNKNOWN_TRAIT = "CONDITION_UNKNOWN_TRAIT";
        /// A segment that the project does not have.
        UNKNOWN_SEGMENT = "CONDITION_UNKNOWN_SEGMENT";
        /// A score that the project does not have.
        UNKNOWN_SCORE = "CONDITION_UNKNOWN_SCORE";
        /// A tag that the project gives to no person.
        UNKNOWN_TAG = "CONDITION_UNKNOWN_TAG";
        /// A name or a function that the language does not have.
        UNKNOWN_NAME = "CONDITION_UNKNOWN_NAME";
        /// A fact of the request in a condition that has no request.
        REQUEST = "CONDITION_REQUEST_IN_SEGMENT";
        /// The machine could not start the thread that parses.
        UNAVAILABLE = "CONDITION_UNAVAILABLE";
    }
}

/// An error at a byte of the text; [`Fault::locate`] turns the byte into a character.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) byte: usize,
}

impl Fault {
    pub(crate) fn new(code: &'static str, byte: usize, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), byte }
    }

    pub(crate) fn locate(self, text: &str) -> ConditionError {
        let at = text.char_indices().take_while(|(byte, _)| *byte < self.byte).count();
        ConditionError { code: self.code, message: self.message, at }
    }
}

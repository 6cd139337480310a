//! Why a definition was refused, and where.

use std::{fmt, path::PathBuf};

use crate::kind::Kind;

/// Why a document, or all of them together, cannot be published. Made to be shown beside the field it points at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DefinitionError {
    /// A stable code: one of [`code`]; for what is wrong inside a condition one of `condition::code`, inside a text
    /// with tokens one of `decide::code`.
    pub code: &'static str,
    /// A sentence for the person who wrote the definition.
    pub message: Box<str>,
    /// The kind of the definition at fault, if it is one.
    pub kind: Option<Kind>,
    /// The name of the definition at fault, if it is one.
    pub name: Option<String>,
    /// The field at fault as a JSON pointer (RFC 6901) into the document: `/any_of/1`. Empty: the document as a whole.
    pub pointer: String,
    /// Where `pointer` leads to a condition: characters (not bytes) before the offending one.
    pub at: Option<usize>,
    /// Another definition without which this were no fault, such as the one that shows a content where it may not be.
    pub beside: Option<Box<(Kind, String)>>,
    /// The file at fault, where definitions were read from files.
    pub place: Option<Box<FilePlace>>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// The file, or the folder that could not be read.
    pub path: PathBuf,
    /// The line, from 1, if it is known.
    pub line: Option<usize>,
}

/// `file:line`, or `file` alone.
impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// `file:line: kind name: message`, with what is known of it.
impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if let (Some(kind), Some(name)) = (self.kind, &self.name) {
            write!(f, "{kind} {name}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// What is wrong inside one document, before it is said which.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) pointer: String,
    pub(crate) at: Option<usize>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), pointer: pointer.into(), at: None }
    }

    pub(crate) fn of(self, kind: Kind, name: &str) -> DefinitionError {
        let Self { code, message, pointer, at } = self;
        let (kind, name) = (Some(kind), Some(name.to_owned()));
        DefinitionError { code, message: message.into(), kind, name, pointer, at, beside: None, place: None }
    }

    /// A fault of no definition: of the stored bytes, or of a file.
    pub(crate) fn of_all(self) -> DefinitionError {
        let Self { code, message, pointer, at } = self;
        let (kind, name) = (None, None);
        DefinitionError { code, message: message.into(), kind, name, pointer, at, beside: None, place: None }
    }
}

impl Fault {
    /// What is wrong in the condition of a field.
    pub(crate) fn in_condition(pointer: &str, error: condition::ConditionError) -> Self {
        Self { at: Some(error.at), ..Self::new(error.code, pointer, error.message) }
    }
}

impl From<condition::ConditionError> for Fault {
    fn from(error: condition::ConditionError) -> Self {
        Self::in_condition("/condition", error)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {
        $($(#[doc = $doc])* pub const $name: &str = stringify!($name);)*
        /// Every code of this crate with what it means, for the reference documentation.
        pub const ALL: &[(&str, &str)] = &[$(($name, concat!($($doc),*).trim_ascii())),*];
    };
}

/// The stable codes of [`DefinitionError`].
pub mod code {
    codes! {
        /// A field that this kind of definition does not have.
        UNKNOWN_FIELD;
        /// A field that is required is not there.
        MISSING_FIELD;
        /// A value of another JSON type than the field has.
        WRONG_TYPE;
        /// A text that is not one of the words that the field knows.
        UNKNOWN_WORD;
        /// A number outside the field's range.
        OUT_OF_RANGE;
        /// A list with more entries, or a project with more definitions of a kind, than there may be.
        TOO_MANY;
        /// A text with more bytes than it may have.
        TOO_LONG;
        /// A text or a list with nothing in it.
        EMPTY;
        /// The same entry twice in a list.
        TWICE;
        /// A field that does not go with another field of the same document.
        CONTRADICTION;
        /// A browser or an app on another basis than consent.
        CONSENT_REQUIRED;
        /// A browser or an app that would say that identifiers are verified.
        CANNOT_VERIFY;
        /// A name that this kind of definition cannot have.
        BAD_NAME;
        /// A kind of definition that does not exist.
        UNKNOWN_KIND;
        /// A purpose that the project does not have.
        UNKNOWN_PURPOSE;
        /// A placement that the project does not have.
        UNKNOWN_PLACEMENT;
        /// A content that the project does not have.
        UNKNOWN_CONTENT;
        /// A recommender that the project does not have.
        UNKNOWN_RECOMMENDER;
        /// A source that the project does not have.
        UNKNOWN_SOURCE;
        /// A layer that the project does not have.
        UNKNOWN_LAYER;
        /// A trait, or a fact of the request, in a token that there is not.
        UNKNOWN_FACT;
        /// A time zone that does not exist.
        UNKNOWN_ZONE;
        /// A text that is no day and no moment.
        BAD_MOMENT;
        /// A text that is no language.
        BAD_LANGUAGE;
        /// A content that is not written in any language, or not in the one it falls back to.
        NO_LANGUAGE;
        /// A content that does not say for which stages it is.
        NO_STAGE;
        /// A content that does not say what it is for.
        NO_INTENT;
        /// A placement or an experience with nothing neutral to show.
        NO_NEUTRAL;
        /// A neutral content that expires.
        NEUTRAL_EXPIRES;
        /// A neutral content that rewards.
        NEUTRAL_REWARDS;
        /// A trait or a namespace of biometric data.
        BIOMETRIC_DATA;
        /// A trait of a special category (GDPR article 9) without a purpose of its own; or what concludes or targets by
        /// one.
        SPECIAL_CATEGORY;
        /// A segment or an audience of likely minors.
        TARGETS_MINORS;
        /// An experience without a control.
        NO_CONTROL;
        /// An experience whose control is smaller than the least share, with no reason given.
        CONTROL_TOO_SMALL;
        /// Shares of variants that do not add up to everybody.
        SHARES_DO_NOT_ADD_UP;
        /// An experience that does not say in French and in English what the customer has of it.
        NO_BENEFIT;
        /// A person's name in a text that others can read over the shoulder: a page of the site or the app.
        NAME_IN_PUBLIC;
        /// A content that neither reassures nor helps, where a customer pays.
        CHECKOUT_INTENT;
        /// A token for a trait that is neither a text nor a number.
        TOKEN_TYPE;
        /// Two experiences that claim the same part of a layer at the same time.
        LAYER_OVERLAP;
        /// Two experiences draw by one salt: who is in the one is not drawn for the other by chance.
        SALT_TWICE;
        /// A definition that is to be removed, or to be read, and is not there.
        NOT_DEFINED;
        /// A definition that every project has and that cannot be removed.
        BUILT_IN;
        /// A definition that another one names and that therefore cannot be removed.
        IN_USE;
        /// Segments or tags that name each other in a circle.
        SEGMENT_CIRCLE;
        /// A score that feeds itself, through a segment or another score.
        SCORE_CIRCLE;
        /// Stored definitions, or a file of definitions, that cannot be read as such.
        UNREADABLE;
        /// Stored definitions written by another version of the program.
        UNKNOWN_VERSION;
        /// The same definition in two files of a folder.
        DEFINED_TWICE;
        /// Segment numbers are used up: 2³² segments were published in this project.
        NUMBERS_USED_UP;
    }
}

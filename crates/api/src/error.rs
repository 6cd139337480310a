//! The error catalogue: every code that a caller can meet, stable, each with its status and its meaning.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// A request that was not served: what a caller can act on. No personal data in `message`, ever.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The stable code.
    pub code: Code,
    /// A sentence for the person who reads it.
    pub message: String,
    /// JSON pointer to the field at fault, if it is one field's fault.
    pub pointer: Option<String>,
    /// Where the field holds a condition: characters (not bytes) before the offending one.
    pub at: Option<usize>,
    /// Definitions that the error is about.
    pub documents: Box<[DocumentName]>,
    /// Seconds after which to try again: the `Retry-After` header. At least 1; clients cap it at 300.
    pub retry_after_s: Option<u32>,
}

impl ApiError {
    /// An error with the catalogue's own sentence.
    pub fn new(code: Code) -> Self {
        let (message, retry_after_s) = (code.sentence().to_owned(), code.retry_after_s());
        Self { code, message, pointer: None, at: None, documents: Box::default(), retry_after_s }
    }

    /// The same error with a sentence that says more.
    #[must_use]
    pub fn saying(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// The same error, pointing at a field.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), ..self }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.code.status()
    }

    /// The body of the answer.
    pub fn body(&self) -> ErrorBody {
        let detail = ErrorDetail {
            code: self.code.as_str().to_owned(),
            message: self.message.clone(),
            pointer: self.pointer.clone(),
            at: self.at,
            documents: self.documents.to_vec(),
        };
        ErrorBody { code: detail.code.clone(), message: detail.message.clone(), error: detail }
    }
}

/// The JSON pointer (RFC 6901) to a field of what `parent` points to.
pub fn pointer(parent: &str, field: &str) -> String {
    format!("{parent}/{}", field.replace('~', "~0").replace('/', "~1"))
}

/// The JSON of an error. `code` and `message` stand twice: Segment's Python client reads them at the top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
    /// The same code.
    pub code: String,
    /// The same sentence.
    pub message: String,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// The stable code, such as `UNKNOWN_KEY`.
    pub code: String,
    /// A sentence for the person who reads it.
    pub message: String,
    /// JSON pointer to the field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Where the field holds a condition: characters (not bytes) before the offending one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// Definitions that the error is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentName>,
}

/// Which definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentName {
    /// Its kind, as it stands in a path.
    pub kind: String,
    /// Its name.
    pub name: String,
}

macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $status:literal, $sentence:literal;)*) => {
        /// A stable code. Codes are added, never changed; the text form is what goes over the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)* }

        impl Code {
            /// The whole catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The text form, such as `UNKNOWN_KEY`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The HTTP status of an answer with this code. For one event of a batch: the status it would have alone.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }

            /// The sentence used where nothing more precise can be said.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence),* }
            }

            /// When and why the code is given, for the reference documentation.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+)),* }
            }
        }
    };
}
catalogue! {
    /// The body is not JSON. The message gives line and column.
    BadJson = "BAD_JSON", 400, "The body is not valid JSON.";
    /// The body is JSON, but not of the shape that the endpoint takes.
    BadBody = "BAD_BODY", 400, "The body does not have the shape that this endpoint takes.";
    /// The body is not UTF-8.
    InvalidUtf8 = "INVALID_UTF8", 400, "The body is not UTF-8.";
    /// The body says that it is gzip, and is not, or ends too early.
    BadGzip = "BAD_GZIP", 400, "The body is not valid gzip.";
    /// A query parameter cannot be read.
    BadQuery = "BAD_QUERY", 400, "A query parameter cannot be read.";
    /// A header cannot be read.
    BadHeader = "BAD_HEADER", 400, "A header cannot be read.";
    /// A cursor of another listing, or one that was altered.
    BadCursor = "BAD_CURSOR", 400, "The cursor does not belong to this listing.";
    /// No key was sent, or one that is not known.
    UnknownKey = "UNKNOWN_KEY", 401, "The key is not known.";
    /// The key was revoked, or its overlap with its successor is over.
    RevokedKey = "REVOKED_KEY", 401, "The key was revoked.";
    /// The signature of a webhook is missing, or is not what its secret makes of the body.
    BadSignature = "BAD_SIGNATURE", 401, "The signature does not fit the body.";
    /// A public key was used where a secret one is needed, or the other way round.
    KeyKind = "KEY_KIND", 403, "This kind of key may not call this endpoint.";
    /// The person did not grant the purpose that the call needs.
    NoConsent = "NO_CONSENT", 403, "The person has not granted the purpose that this needs.";
    /// The identity token was altered, is another project's or a link's; or a choice needs one and has none that is good.
    BadToken = "BAD_TOKEN", 403, "The token is not valid.";
    /// Nothing is there.
    NotFound = "NOT_FOUND", 404, "Nothing is there.";
    /// The program was started without a test clock.
    TestClockOff = "TEST_CLOCK_OFF", 404, "There is no test clock: the program was started without --test-clock.";
    /// The program was given no script for Segment's classic snippet.
    ScriptOff = "SCRIPT_OFF", 404, "There is no script to serve: the setting `collect.analytics_js` names none.";
    /// The program was given no secret for the webhooks of that sender.
    WebhookOff = "WEBHOOK_OFF", 404, "There is no secret to check these webhooks by: the setting `webhooks` names none.";
    /// The path exists, the method does not.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, "The path does not take this method.";
    /// The thing changed since it was read, or its name is taken.
    Conflict = "CONFLICT", 409, "The thing changed since it was read.";
    /// Something that the draft changes was published differently since the draft's base revision. `documents` names it.
    DraftConflict = "DRAFT_CONFLICT", 409, "Something that the draft changes was published differently since.";
    /// The definition is named by others, which must go first.
    InUse = "IN_USE", 409, "Other definitions use this one.";
    /// The feed is at work; it can be sent, dropped and approved when it is done.
    FeedBusy = "FEED_BUSY", 409, "The feed is at work.";
    /// Only a feed that is held can be approved.
    FeedNotHeld = "FEED_NOT_HELD", 409, "The feed is not held.";
    /// The body is larger than 5 MiB, after decompression.
    BodyTooLarge = "BODY_TOO_LARGE", 413, "The body is too large.";
    /// More events in one body than are read one by one.
    TooManyEvents = "TOO_MANY_EVENTS", 413, "The body holds too many events.";
    /// A content encoding other than gzip or identity.
    UnsupportedEncoding = "UNSUPPORTED_ENCODING", 415, "Only gzip and plain bodies are read.";
    /// A field has a value that it cannot have. The pointer names it.
    Validation = "VALIDATION", 422, "A field has a value that it cannot have.";
    /// A field that is needed is missing.
    MissingField = "MISSING_FIELD", 422, "A field is missing.";
    /// A field that is not known, where unknown fields are refused.
    UnknownField = "UNKNOWN_FIELD", 422, "A field is not known.";
    /// More requests than the key may make.
    RateLimited = "RATE_LIMITED", 429, "Too many requests with this key.";
    /// A bug of ours. The log has the details under the request's id.
    Internal = "INTERNAL", 500, "Something went wrong on our side.";
    /// More work than can be taken now. 429 and not 503, since that costs the clients none of their counted retries.
    Overloaded = "OVERLOADED", 429, "Too busy; try again.";
    /// The disk is full. Nothing of the request was kept.
    StorageFull = "STORAGE_FULL", 503, "The disk is full; nothing was kept.";
    /// The disk refused a write. Nothing of the request was kept.
    StorageFailed = "STORAGE_FAILED", 503, "The storage failed; nothing was kept.";
    /// The program starts or stops.
    NotReady = "NOT_READY", 503, "Not ready yet; try again.";

    /// The event is not an object, or one of its parts is not.
    NotAnObject = "NOT_AN_OBJECT", 422, "This must be an object.";
    /// A value that cannot be kept: a number beyond the range of a double.
    BadValue = "BAD_VALUE", 422, "The event holds a value that cannot be kept.";
    /// A type other than track, identify, page, screen, group and alias.
    UnknownType = "UNKNOWN_TYPE", 422, "The type must be track, identify, page, screen, group or alias.";
    /// More events in the batch than are read (2,500).
    BatchTooLong = "BATCH_TOO_LONG", 422, "The batch has more than 2500 events; this one lies beyond.";
    /// An event larger than 32 KiB, the context of its batch included.
    EventTooLarge = "EVENT_TOO_LARGE", 422, "The event is larger than 32 KiB.";
    /// Nested deeper than 16 levels.
    TooDeep = "TOO_DEEP", 422, "The values are nested deeper than 16 levels.";
    /// More than 4,096 values.
    TooManyValues = "TOO_MANY_VALUES", 422, "There are more than 4096 values.";
    /// A track event without a name.
    EventNameMissing = "EVENT_NAME_MISSING", 422, "A track event needs a name in `event`.";
    /// A name longer than 200 bytes, or with control characters.
    EventNameInvalid = "EVENT_NAME_INVALID", 422, "The name must have at most 200 bytes and no control characters.";
    /// A group event without a group.
    GroupIdMissing = "GROUP_ID_MISSING", 422, "A group event needs a `groupId`.";
    /// Longer than 100 bytes.
    MessageIdTooLong = "MESSAGE_ID_TOO_LONG", 422, "The messageId is longer than 100 bytes.";
    /// Not a text or number, or with control characters.
    MessageIdInvalid = "MESSAGE_ID_INVALID", 422, "The messageId must be a text without control characters.";
    /// Not a moment between 1970 and 9999.
    TimestampInvalid = "TIMESTAMP_INVALID", 422, "The timestamp must be RFC 3339, between the years 1970 and 9999.";
    /// More than 24 hours ahead of the server's clock.
    TimestampFuture = "TIMESTAMP_FUTURE", 422, "The timestamp lies more than 24 hours in the future.";
    /// Nothing says whom the event is about.
    NoIdentifier = "NO_IDENTIFIER", 422, "The event carries no identifier that identifies anybody.";
    /// The project demands that a page proves whose account it names (the setting `identity_tokens`), the page proved
    /// nothing, and the event carries no other identifier. The shop's server may send the event.
    IdentityNotProven = "IDENTITY_NOT_PROVEN", 422, "The page does not prove the account, and nothing else says whose the event is.";
    /// More than 16 identifiers in an event, or in a call that names a person.
    TooManyIdentifiers = "TOO_MANY_IDENTIFIERS", 422, "The event carries more than 16 identifiers.";
    /// A namespace of identifiers that the project does not have.
    UnknownNamespace = "UNKNOWN_NAMESPACE", 422, "The project has no such namespace of identifiers.";
    /// A trait that breaks the project's schema.
    TraitType = "TRAIT_TYPE", 422, "The trait does not hold what the schema says.";
    /// A profile that holds as many traits as it can.
    TooManyTraits = "TOO_MANY_TRAITS", 422, "The profile holds as many traits as it can.";
    /// An identifier that would join too many profiles.
    Quarantined = "QUARANTINED", 422, "The identifier was seen on too many profiles and is quarantined.";

    /// A condition that cannot be parsed. The pointer and the message say where.
    ConditionSyntax = "CONDITION_SYNTAX", 422, "The condition cannot be parsed.";
    /// A condition whose types do not fit.
    ConditionType = "CONDITION_TYPE", 422, "The types in the condition do not fit.";
    /// A condition longer than 16 kB or 1,000 tokens.
    ConditionTooLong = "CONDITION_TOO_LONG", 422, "The condition is longer than 16 kB or 1000 tokens.";
    /// A condition nested deeper than it may be.
    ConditionTooDeep = "CONDITION_TOO_DEEP", 422, "The condition is nested too deep.";
    /// A literal that says nothing: a span, a date, a choice that the trait does not have.
    ConditionValue = "CONDITION_VALUE", 422, "A literal in the condition says nothing.";
    /// A condition that names a trait which the schema does not have.
    ConditionUnknownTrait = "CONDITION_UNKNOWN_TRAIT", 422, "The condition names a trait that does not exist.";
    /// A condition that names a segment which the project does not have.
    ConditionUnknownSegment = "CONDITION_UNKNOWN_SEGMENT", 422, "The condition names a segment that does not exist.";
    /// A condition that names a score which the project does not have.
    ConditionUnknownScore = "CONDITION_UNKNOWN_SCORE", 422, "The condition names a score that does not exist.";
    /// A condition that names a tag which the project gives to no person.
    ConditionUnknownTag = "CONDITION_UNKNOWN_TAG", 422, "The condition names a tag that nobody gets.";
    /// A condition that names a function or a variable which the language does not have.
    ConditionUnknownName = "CONDITION_UNKNOWN_NAME", 422, "The condition names something that does not exist.";
    /// A segment that asks for what only a request knows: hour, device.
    ConditionRequest = "CONDITION_REQUEST_IN_SEGMENT", 422, "A segment cannot depend on facts of a request.";
    /// The machine could not start the thread that parses conditions.
    ConditionUnavailable = "CONDITION_UNAVAILABLE", 503, "Conditions cannot be parsed now; try again.";
    /// A value of another JSON type than the field has.
    WrongType = "WRONG_TYPE", 422, "The value is not of the type that the field has.";
    /// A text that is not one of the words that the field knows.
    UnknownWord = "UNKNOWN_WORD", 422, "The field does not know this word.";
    /// A number outside the field's range.
    OutOfRange = "OUT_OF_RANGE", 422, "The number is outside the field's range.";
    /// A text, a list or a kind of definition with more in it than its limit.
    TooMany = "TOO_MANY", 422, "There is more in it than its limit.";
    /// A text with more bytes than it may have.
    TooLong = "TOO_LONG", 422, "The text is longer than its limit.";
    /// A text or a list with nothing in it.
    Empty = "EMPTY", 422, "There must be something in it.";
    /// The same entry twice in a list.
    Twice = "TWICE", 422, "The same entry is in the list twice.";
    /// A field that does not go with another field of the same document.
    Contradiction = "CONTRADICTION", 422, "The field does not go with another one of the document.";
    /// A browser or an app on another basis than consent.
    ConsentRequired = "CONSENT_REQUIRED", 422, "What a browser or an app sends is kept on consent only.";
    /// A browser or an app that would say that identifiers are verified.
    CannotVerify = "CANNOT_VERIFY", 422, "A browser or an app cannot verify an identifier.";
    /// A name that this kind of definition cannot have.
    BadName = "BAD_NAME", 422, "This kind of definition cannot have that name.";
    /// A kind of definition that does not exist.
    UnknownKind = "UNKNOWN_KIND", 404, "There is no such kind of definition.";
    /// A purpose that the project does not have.
    UnknownPurpose = "UNKNOWN_PURPOSE", 422, "The project has no such purpose.";
    /// A placement that the project does not have.
    UnknownPlacement = "UNKNOWN_PLACEMENT", 422, "The project has no such placement.";
    /// Asked for in a call.
    UnknownRecommender = "UNKNOWN_RECOMMENDER", 422, "The project has no such recommender.";
    /// Asked for in a call.
    UnknownFinder = "UNKNOWN_FINDER", 422, "The project has no such finder.";
    /// A definition names a category that no item ever stood in.
    UnknownCategory = "UNKNOWN_CATEGORY", 422, "The catalog has no such category.";
    /// A content that the project does not have.
    UnknownContent = "UNKNOWN_CONTENT", 422, "The project has no such content.";
    /// A layer that the project does not have.
    UnknownLayer = "UNKNOWN_LAYER", 422, "The project has no such layer.";
    /// A trait, or a fact of the request, in a token that there is not.
    UnknownFact = "UNKNOWN_FACT", 422, "The token names something that is not known.";
    /// A time zone that does not exist.
    UnknownZone = "UNKNOWN_ZONE", 422, "There is no such time zone.";
    /// A text that is no day and no moment.
    BadMoment = "BAD_MOMENT", 422, "The text is no day and no moment.";
    /// A text that is no language.
    BadLanguage = "BAD_LANGUAGE", 422, "The text is no language.";
    /// A content that is not written in any language, or not in the one it falls back to.
    NoLanguage = "NO_LANGUAGE", 422, "The content is not written in that language.";
    /// A placement or an experience with nothing neutral to show.
    NoNeutral = "NO_NEUTRAL", 422, "There must be something neutral to show.";
    /// A neutral content that expires.
    NeutralExpires = "NEUTRAL_EXPIRES", 422, "A neutral content must not expire.";
    /// An experience without a control.
    NoControl = "NO_CONTROL", 422, "An experience needs a control.";
    /// An experience whose control is smaller than the least share, with no reason given.
    ControlTooSmall = "CONTROL_TOO_SMALL", 422, "The control is too small to prove an effect.";
    /// Shares of variants that do not add up to everybody.
    SharesDoNotAddUp = "SHARES_DO_NOT_ADD_UP", 422, "The shares of the variants do not add up to 1.";
    /// An experience that does not say in French and in English what the customer has of it.
    NoBenefit = "NO_BENEFIT", 422, "The benefit to the customer must be stated in French and English.";
    /// A content that neither reassures nor helps, where a customer pays.
    CheckoutIntent = "CHECKOUT_INTENT", 422, "Where a customer pays, only contents that reassure or help are shown.";
    /// A source that the project does not have.
    UnknownSource = "UNKNOWN_SOURCE", 422, "There is no source of this name.";
    /// A person's name in a text that others can read over the shoulder: a page of the site or the app.
    NameInPublic = "NAME_IN_PUBLIC", 422, "A page does not call anybody by name.";
    /// What stands between two braces is no token.
    TokenSyntax = "TOKEN_SYNTAX", 422, "The token cannot be read.";
    /// A token that says nothing for those of whom the value is not known.
    TokenWithoutNeutral = "TOKEN_WITHOUT_NEUTRAL", 422, "The token has no neutral form.";
    /// With its neutral form the text has a gap: a space before a comma or a full stop, two spaces, or nothing at all.
    TokenLeavesGap = "TOKEN_LEAVES_GAP", 422, "With the neutral form the text has a gap.";
    /// More tokens in one text than there may be.
    TokenTooMany = "TOKEN_TOO_MANY", 422, "The text has too many tokens.";
    /// A content that does not say for which stages it is.
    NoStage = "NO_STAGE", 422, "The content does not say for which stages it is.";
    /// A content that does not say what it is for.
    NoIntent = "NO_INTENT", 422, "The content does not say what it is for.";
    /// A neutral content that rewards.
    NeutralRewards = "NEUTRAL_REWARDS", 422, "A neutral content must not be a reward.";
    /// Data that tell a person by their body or voice: a field, an event, a namespace or a trait that says so by its
    /// name. Of such an event nothing is kept but its type, its name, its ids and its moment.
    BiometricData = "BIOMETRIC_DATA", 422, "Biometric data are not taken; a flag such as `device_owner_confirmed` is.";
    /// What somebody did on the sites of others: a field or an event that says so by its name, or a page of a host that
    /// is not among the setting `site_hosts`. Nothing more is kept of it than of biometric data.
    BrowsingElsewhere = "BROWSING_ELSEWHERE", 422, "What somebody does on the sites of others is not taken.";
    /// A special category of personal data (GDPR article 9): a trait that is not declared for a purpose of its own, or
    /// a definition that would infer it or target people by it.
    SpecialCategory = "SPECIAL_CATEGORY", 422, "Special categories of data are neither inferred nor targeted.";
    /// A segment or an audience of persons who are likely to be minors.
    TargetsMinors = "TARGETS_MINORS", 422, "Likely minors are not targeted.";
    /// A token for a trait that is neither a text nor a number.
    TokenType = "TOKEN_TYPE", 422, "The token is for a trait that is no text and no number.";
    /// Two experiences that claim the same part of a layer at the same time.
    LayerOverlap = "LAYER_OVERLAP", 422, "Two experiences want the same part of a layer at the same time.";
    /// Two experiences draw by one salt: who is in the one is not drawn for the other by chance.
    SaltTwice = "SALT_TWICE", 422, "Two experiences draw by the same salt.";
    /// A definition that is to be removed, or to be read, and is not there.
    NotDefined = "NOT_DEFINED", 404, "There is no such definition.";
    /// A definition that every project has and that cannot be removed.
    BuiltIn = "BUILT_IN", 409, "Every project has this definition; it cannot be removed.";
    /// A score that feeds itself, through a segment or another score.
    ScoreCircle = "SCORE_CIRCLE", 422, "A score feeds itself.";
    /// Segments or tags that name each other in a circle.
    SegmentCircle = "SEGMENT_CIRCLE", 422, "Segments name each other in a circle.";
    /// Definitions, in a file or as stored, that cannot be read as such.
    Unreadable = "UNREADABLE", 422, "The definitions cannot be read.";
    /// Stored definitions written by another version of the program.
    UnknownVersion = "UNKNOWN_VERSION", 500, "The definitions were written by another version of the program.";
    /// The same definition in two files of a folder.
    DefinedTwice = "DEFINED_TWICE", 422, "The same definition stands in two files.";
    /// Segment numbers are used up: 2³² segments were published in this project.
    NumbersUsedUp = "NUMBERS_USED_UP", 422, "No further segment can be published in this project.";
    /// The fix to a rejected event is rejected too.
    StillRejected = "STILL_REJECTED", 422, "The corrected event is rejected too.";
}

impl Code {
    /// The code of that text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Seconds to wait before trying again, where trying again makes sense.
    const fn retry_after_s(self) -> Option<u32> {
        match self.status() {
            429 | 503 => Some(1),
            _ => None,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_documented_and_speak_in_sentences() {
        let texts: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            let (text, sentence) = (code.as_str(), code.sentence());
            assert!(text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'), "{text}");
            assert!(sentence.ends_with('.') && sentence.len() > 10, "{text}: {sentence}");
            assert!(code.doc().trim().ends_with('.') && code.doc().len() > 15, "{text}: {}", code.doc());
            assert!((400..=503).contains(&code.status()), "{text}");
            assert_eq!(Code::parse(text), Some(*code));
        }
        assert_eq!(Code::parse("unknown_key"), None);
    }

    #[test]
    fn an_error_says_its_code_at_the_top_and_in_the_detail() {
        let error = ApiError::new(Code::Validation).saying("`price` must be a number.").at("/price");
        assert_eq!(
            serde_json::to_value(error.body()).unwrap(),
            serde_json::json!({
                "error": {"code": "VALIDATION", "message": "`price` must be a number.", "pointer": "/price"},
                "code": "VALIDATION",
                "message": "`price` must be a number.",
            })
        );
        assert_eq!(error.status(), 422);
    }

    #[test]
    fn what_will_pass_says_when_to_try_again() {
        for code in [Code::RateLimited, Code::Overloaded, Code::StorageFull, Code::StorageFailed] {
            assert!(ApiError::new(code).retry_after_s.is_some_and(|s| (1..=300).contains(&s)), "{code}");
        }
        assert_eq!(ApiError::new(Code::UnknownKey).retry_after_s, None);
    }
}

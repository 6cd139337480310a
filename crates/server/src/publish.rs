//! Publishing over HTTP: who and why, on top of what, and what is answered.

use api::{
    error::{ApiError, Code, DocumentName},
    wire::{
        self,
        definition::DefinitionKind,
        publication::{Advice, ChangeWord, ChangedDocument, DifferenceAnswer, PublishRequest, PublishedAnswer},
    },
};
use axum::http::{HeaderMap, HeaderName, header};
use definition::{Author, Change, Changed, Difference, Finding, Kind, Origin};
use model::limits;
use runtime::publishing::{Outlook, Proposal, Publishing};
use serde::Deserialize;

use crate::{answer::Refusal, app::Shared, keys::Key};

/// The query parameters of whatever publishes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wishes {
    #[serde(default)]
    pub(crate) wait: bool,
    #[serde(default)]
    pub(crate) dry_run: bool,
    pub(crate) by: Option<String>,
    pub(crate) why: Option<String>,
}

/// The query parameters of what may wait until the segments are filled.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiting {
    #[serde(default)]
    pub(crate) wait: bool,
}

/// Who publishes with which key, and why; with `If-Match`, having seen that revision.
///
/// # Errors
/// A text that is empty, too long or has control characters; `BAD_HEADER` for an `If-Match` that is no revision.
pub(crate) fn proposal(
    key: &Key,
    headers: &HeaderMap,
    PublishRequest { by, why }: PublishRequest,
    origin: Origin,
) -> Result<Proposal, ApiError> {
    let by = by.map_or_else(|| Ok(named(key)), |by| text(by, "/by", limits::AUTHOR_CHARS))?;
    let why = why.map(|why| text(why, "/why", limits::REASON_CHARS)).transpose()?;
    let author = Author { by, key: Some(key.id().to_string()), why };
    Ok(Proposal { author, origin, seen: seen(headers)? })
}

/// The revision that whoever publishes has seen: `If-Match: "18"`, with or without the quotes.
fn seen(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
    let mut sent = headers.get_all(header::IF_MATCH).iter();
    let Some(first) = sent.next() else { return Ok(None) };
    let number = |text: &str| {
        let text = text.trim();
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        bare.bytes().all(|digit| digit.is_ascii_digit()).then(|| bare.parse().ok()).flatten()
    };
    let revision = first.to_str().ok().and_then(number).filter(|_| sent.next().is_none());
    let misread = || {
        let message = "`If-Match` holds one revision, as it is read with a definition: 18 or \"18\".";
        ApiError::new(Code::BadHeader).saying(message)
    };
    revision.map(Some).ok_or_else(misread)
}

/// The `ETag` of what a revision made.
pub(crate) fn tag(revision: u64) -> [(HeaderName, String); 1] {
    [(header::ETAG, format!("\"{revision}\""))]
}

/// Reads who and why from a body, which may be empty.
pub(crate) fn request(body: &[u8]) -> Result<PublishRequest, ApiError> {
    if body.is_empty() { Ok(PublishRequest::default()) } else { wire::read(body) }
}

/// What is answered once every partition applies the plan.
pub(crate) async fn published(app: &Shared, publishing: Publishing, wait: bool) -> Result<PublishedAnswer, Refusal> {
    let Publishing { plan, differences, applied } = publishing;
    applied.await?;
    let complete = is_filled(app, wait).await?;
    Ok(PublishedAnswer {
        revision: plan.revision,
        published: !differences.is_empty(),
        changes: changes(&differences),
        advice: advice(definition::advice(&plan, app.runtime.now())),
        complete,
    })
}

/// What is answered to a dry run.
pub(crate) async fn foreseen(app: &Shared, outlook: Outlook) -> Result<PublishedAnswer, Refusal> {
    let revision = app.runtime.plan().revision;
    let (changes, complete) = (changes(&outlook.differences), is_filled(app, false).await?);
    let advice = advice(definition::advice(&outlook.plan, app.runtime.now()));
    Ok(PublishedAnswer { revision, published: false, changes, advice, complete })
}

async fn is_filled(app: &Shared, wait: bool) -> Result<bool, Refusal> {
    if wait {
        app.runtime.filled().await?;
    }
    Ok(app.runtime.status().await?.filling == 0)
}

/// What is probably not meant, as it goes over the wire.
pub(crate) fn advice(findings: Vec<Finding>) -> Vec<Advice> {
    let told = |Finding { code, message, kind, name, pointer }| Advice {
        code: code.to_owned(),
        message,
        kind: shown(kind),
        name,
        pointer: pointer.to_owned(),
    };
    findings.into_iter().map(told).collect()
}

/// The kind of a word in a path.
pub(crate) fn kind_of(word: &str) -> Result<Kind, ApiError> {
    Kind::from_word(word).ok_or_else(|| ApiError::new(Code::UnknownKind))
}

/// A kind as it goes over the wire.
pub(crate) fn shown(kind: Kind) -> DefinitionKind {
    DefinitionKind::parse(kind.word()).expect("a test holds the two lists of kinds together")
}

/// Which documents, as an error or a check names them.
pub(crate) fn names(documents: Vec<(Kind, String)>) -> Vec<DocumentName> {
    documents.into_iter().map(|(kind, name)| DocumentName { kind: kind.word().to_owned(), name }).collect()
}

/// What changed, in short.
pub(crate) fn changes(differences: &[Difference]) -> Vec<ChangedDocument> {
    differences.iter().map(|difference| changed(difference.changed())).collect()
}

/// What changed, in full.
pub(crate) fn differences(differences: Vec<Difference>) -> Vec<DifferenceAnswer> {
    let shown = |difference: Difference| {
        let (ChangedDocument { kind, name, change }, fields) = (changed(difference.changed()), difference.fields());
        DifferenceAnswer { kind, name, change, before: difference.before, after: difference.after, fields }
    };
    differences.into_iter().map(shown).collect()
}

/// One changed document as it goes over the wire.
pub(crate) fn changed(Changed { kind, name, change }: Changed) -> ChangedDocument {
    let change = match change {
        Change::Added => ChangeWord::Added,
        Change::Changed => ChangeWord::Changed,
        Change::Removed => ChangeWord::Removed,
    };
    ChangedDocument { kind: shown(kind), name, change }
}

/// What a key is called: its title, else its id.
fn named(key: &Key) -> String {
    let title: String = key.title.trim().chars().take(limits::AUTHOR_CHARS).collect();
    if title.is_empty() { key.id().to_string() } else { title }
}

fn text(text: String, pointer: &str, most: usize) -> Result<String, ApiError> {
    let code = match text.chars().count() {
        0 => Code::Empty,
        chars if chars > most => Code::TooMany,
        _ if text.chars().any(char::is_control) => Code::Validation,
        _ => return Ok(text),
    };
    Err(ApiError::new(code).at(pointer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_of_kinds_are_the_same() {
        for kind in Kind::ALL {
            assert!(DefinitionKind::parse(kind.word()).is_some(), "{kind}");
        }
        for kind in DefinitionKind::ALL {
            assert!(Kind::from_word(kind.word()).is_some(), "{}", kind.word());
        }
    }

    #[test]
    fn one_revision_is_read_from_if_match_and_nothing_else() {
        let read = |sent: &[&str]| {
            let mut headers = HeaderMap::new();
            sent.iter().for_each(|text| _ = headers.append(header::IF_MATCH, text.parse().unwrap()));
            seen(&headers).map_err(|error| error.code)
        };
        assert_eq!(read(&[]), Ok(None));
        for right in ["18", " 18 ", "\"18\""] {
            assert_eq!(read(&[right]), Ok(Some(18)), "{right}");
        }
        for wrong in ["", "abc", "\"18", "W/\"18\"", "*", "-1", "+18", "18, 19", "99999999999999999999"] {
            assert_eq!(read(&[wrong]), Err(Code::BadHeader), "{wrong}");
        }
        assert_eq!(read(&["18", "18"]), Err(Code::BadHeader));
    }

    #[test]
    fn a_reason_has_so_many_characters_and_not_one_more() {
        let read = |chars: usize| text("é".repeat(chars), "/why", limits::REASON_CHARS).map_err(|error| error.code);
        assert!(read(limits::REASON_CHARS).is_ok());
        assert_eq!(read(limits::REASON_CHARS + 1), Err(Code::TooMany));
        assert_eq!(read(0), Err(Code::Empty));
        assert_eq!(text("a\nb".into(), "/why", 9).unwrap_err().code, Code::Validation);
    }
}

//! Definitions: read, publish, take away.

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        definition::{DefinitionAnswer, DefinitionKind, DefinitionList, PublishedAnswer},
    },
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use definition::{DefinitionError, Documents, Kind};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Answer, Refusal},
    app::Shared,
    auth::Secret,
    body::Content,
    request::{InPath, InQuery},
};

/// All definitions.
pub(super) async fn list(State(app): State<Shared>, Secret(_): Secret) -> Answer<DefinitionList> {
    let (revision, documents) = snapshot(&app);
    let definitions =
        documents.list(None).into_iter().map(|(kind, name, document)| shown(kind, name, revision, document));
    Ok(Json(DefinitionList { revision, definitions: definitions.collect() }))
}

/// One definition.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath((kind, name)): InPath<(String, String)>,
) -> Answer<DefinitionAnswer> {
    let (revision, documents) = snapshot(&app);
    let kind = kind_of(&kind)?;
    let document = documents.get(kind, &name).ok_or(Code::NotDefined)?;
    Ok(Json(shown(kind, name, revision, document)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    #[serde(default)]
    wait: bool,
}

/// Publishes a definition.
pub(super) async fn publish(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath((kind, name)): InPath<(String, String)>,
    InQuery(Waiting { wait }): InQuery<Waiting>,
    (headers, Content(body)): (HeaderMap, Content),
) -> Answer<PublishedAnswer> {
    let kind = kind_of(&kind)?;
    let document: Value = wire::read(&body)?;
    let revision = change(&app, &headers, move |documents| documents.put(kind, &name, &document)).await?;
    Ok(Json(PublishedAnswer { revision, complete: is_filled(&app, wait).await? }))
}

/// Takes a definition away.
pub(super) async fn remove(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath((kind, name)): InPath<(String, String)>,
    headers: HeaderMap,
) -> Answer<PublishedAnswer> {
    let kind = kind_of(&kind)?;
    let revision = change(&app, &headers, move |documents| documents.remove(kind, &name)).await?;
    Ok(Json(PublishedAnswer { revision, complete: is_filled(&app, false).await? }))
}

/// Publishes a change; with `If-Match`, only if the plan is still at that revision.
async fn change(
    app: &Shared,
    headers: &HeaderMap,
    change: impl FnOnce(&mut Documents) -> Result<(), DefinitionError> + Send + 'static,
) -> Result<u64, Refusal> {
    let expected = match headers.get(header::IF_MATCH) {
        None => None,
        Some(wanted) => {
            let (revision, documents) = snapshot(app);
            let wanted = wanted.to_str().unwrap_or_default().trim().trim_matches('"');
            if wanted != revision.to_string() {
                return Err(Code::Conflict.into());
            }
            Some(documents)
        }
    };
    let publishing = {
        let app = app.clone();
        tokio::task::spawn_blocking(move || {
            app.runtime.publish(|documents| match expected {
                Some(expected) if *documents != expected => Err(conflict()),
                _ => change(documents),
            })
        })
    };
    let (plan, published) = publishing.await??;
    published.await?;
    Ok(plan.revision)
}

fn conflict() -> DefinitionError {
    DefinitionError {
        code: Code::Conflict.as_str(),
        message: Code::Conflict.sentence().to_owned(),
        kind: None,
        name: None,
        pointer: String::new(),
        at: None,
        place: None,
    }
}

async fn is_filled(app: &Shared, wait: bool) -> Result<bool, Refusal> {
    if wait {
        app.runtime.filled().await?;
    }
    Ok(app.runtime.status().await?.filling == 0)
}

/// The documents and the revision that they make.
fn snapshot(app: &Shared) -> (u64, Documents) {
    loop {
        let revision = app.runtime.plan().revision;
        let documents = app.runtime.documents();
        if app.runtime.plan().revision == revision {
            return (revision, documents);
        }
    }
}

fn kind_of(word: &str) -> Result<Kind, ApiError> {
    Kind::from_word(word).ok_or_else(|| ApiError::new(Code::UnknownKind))
}

fn shown(kind: Kind, name: String, revision: u64, document: Value) -> DefinitionAnswer {
    let kind = DefinitionKind::parse(kind.word()).expect("a test holds the two lists of kinds together");
    DefinitionAnswer { kind, name, revision, document }
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
}

//! Definitions: read, publish, take away.

use std::{collections::BTreeMap, sync::Arc};

use api::{
    error::{Code, pointer},
    wire::{
        self,
        definition::{DefinitionAnswer, DefinitionList},
        publication::{PublishRequest, PublishedAnswer},
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName},
};
use definition::{DefinitionError, Documents, Kind, Origin};
use runtime::publishing::PlanError;
use serde_json::Value;

use crate::{
    answer::{Answer, Json, Refusal},
    app::{App, Shared, blocking},
    auth::Secret,
    body::Content,
    keys::Key,
    publish::{Wishes, foreseen, kind_of, proposal, published, shown, tag},
    request::{InPath, InQuery},
};

/// An answer with the `ETag` of the revision that made it.
type Tagged<T> = Result<([(HeaderName, String); 1], Json<T>), Refusal>;

/// All definitions.
pub(super) async fn list(State(app): State<Shared>, Secret(_): Secret) -> Tagged<DefinitionList> {
    let (plan, documents) = app.runtime.published();
    let revision_of = |kind, name: &str| documents.changed_in(kind, name).unwrap_or(plan.revision);
    let definitions = documents.list(None).into_iter().map(|(kind, name, document)| DefinitionAnswer {
        kind: shown(kind),
        revision: revision_of(kind, &name),
        name,
        document,
    });
    let list = DefinitionList { revision: plan.revision, definitions: definitions.collect() };
    Ok((tag(plan.revision), Json(list)))
}

/// One definition.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath((kind, name)): InPath<(String, String)>,
) -> Tagged<DefinitionAnswer> {
    let (plan, documents) = app.runtime.published();
    let kind = kind_of(&kind)?;
    let document = documents.get(kind, &name).ok_or(Code::NotDefined)?;
    let revision = documents.changed_in(kind, &name).unwrap_or(plan.revision);
    Ok((tag(revision), Json(DefinitionAnswer { kind: shown(kind), name, revision, document })))
}

/// Publishes a definition.
pub(super) async fn publish(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath((kind, name)): InPath<(String, String)>,
    InQuery(wishes): InQuery<Wishes>,
    (headers, Content(body)): (HeaderMap, Content),
) -> Answer<PublishedAnswer> {
    let kind = kind_of(&kind)?;
    let document: Value = wire::read(&body)?;
    let put = move |documents: &mut Documents| documents.put(kind, &name, &document);
    change(&app, &headers, (wishes, key, Origin::Document), put, |error| error).await
}

/// Publishes many definitions at once. What the body does not name stays as it is.
pub(super) async fn publish_all(
    State(app): State<Shared>,
    Secret(key): Secret,
    InQuery(wishes): InQuery<Wishes>,
    (headers, Content(body)): (HeaderMap, Content),
) -> Answer<PublishedAnswer> {
    let by_word: BTreeMap<String, BTreeMap<String, Value>> = wire::read(&body)?;
    let mut bodies = BTreeMap::new();
    for (word, of_kind) in by_word {
        let kind = kind_of(&word).map_err(|error| error.at(pointer("", &word)))?;
        bodies.extend(of_kind.into_iter().map(|(name, document)| ((kind, name), document)));
    }
    let bodies = Arc::new(bodies);
    let named = bodies.clone();
    let put = move |documents: &mut Documents| {
        bodies.iter().try_for_each(|((kind, name), document)| documents.put(*kind, name, document))
    };
    change(&app, &headers, (wishes, key, Origin::Documents), put, move |error| within(&named, error)).await
}

/// Takes a definition away.
pub(super) async fn remove(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath((kind, name)): InPath<(String, String)>,
    InQuery(wishes): InQuery<Wishes>,
    headers: HeaderMap,
) -> Answer<PublishedAnswer> {
    let kind = kind_of(&kind)?;
    let remove = move |documents: &mut Documents| documents.remove(kind, &name);
    change(&app, &headers, (wishes, key, Origin::Document), remove, |error| error).await
}

/// Publishes a change, or says what that would come to. `place` says where in the body an error is.
async fn change(
    app: &Shared,
    headers: &HeaderMap,
    (Wishes { wait, dry_run, by, why }, key, origin): (Wishes, Key, Origin),
    change: impl FnOnce(&mut Documents) -> Result<(), DefinitionError> + Send + 'static,
    place: impl FnOnce(DefinitionError) -> DefinitionError + Send + 'static,
) -> Answer<PublishedAnswer> {
    let proposal = proposal(&key, headers, PublishRequest { by, why }, origin)?;
    let placed = |error| match error {
        PlanError::Definition(error) => PlanError::Definition(place(error)),
        error => error,
    };
    if dry_run {
        let preview = move |app: &App| Ok(app.runtime.preview_publication(proposal.seen, change).map_err(placed)?);
        return Ok(Json(foreseen(app, blocking(app, preview).await?).await?));
    }
    let publishing = blocking(app, move |app| Ok(app.runtime.publish(proposal, change).map_err(placed)?)).await?;
    Ok(Json(published(app, publishing, wait).await?))
}

/// Points into a body of many definitions, if the definition at fault is one of them.
fn within(bodies: &BTreeMap<(Kind, String), Value>, error: DefinitionError) -> DefinitionError {
    match (error.kind, &error.name) {
        (Some(kind), Some(name)) if bodies.contains_key(&(kind, name.clone())) => {
            let definition = pointer(&pointer("", kind.word()), name);
            DefinitionError { pointer: definition + &error.pointer, ..error }
        }
        _ => error,
    }
}

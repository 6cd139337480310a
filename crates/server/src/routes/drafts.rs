//! Drafts: changes that are worked on, checked and published together.

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        publication::{
            CheckAnswer, DefinitionProblem, DraftAnswer, DraftList, DraftRequest, DraftSummary, PublishedAnswer,
        },
    },
};
use axum::{extract::State, http::HeaderMap};
use definition::{DefinitionError, Draft, Origin};
use runtime::publishing::PlanError;
use serde_json::Value;

use crate::{
    answer::{Answer, Json},
    app::{Shared, blocking},
    auth::Secret,
    body::Content,
    publish::{self, Waiting, kind_of, proposal, published, shown},
    request::{InPath, InQuery},
};

/// All drafts.
pub(super) async fn list(State(app): State<Shared>, Secret(_): Secret) -> Answer<DraftList> {
    let drafts = blocking(&app, |app| {
        let mut drafts = Vec::new();
        for name in app.runtime.drafts()? {
            // One that was dropped meanwhile is none any more.
            drafts.extend(app.runtime.draft(&name)?.map(|draft| summary(name, &draft)));
        }
        Ok(drafts)
    });
    Ok(Json(DraftList { drafts: drafts.await? }))
}

/// One draft, against what is published.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
) -> Answer<DraftAnswer> {
    let read = blocking(&app, move |app| {
        let draft = app.runtime.draft(&name)?.ok_or(PlanError::NoDraft)?;
        let check = app.runtime.check_draft(&draft)?;
        Ok(DraftAnswer {
            draft: name,
            base_revision: draft.base,
            revision: check.revision,
            differences: publish::differences(check.differences),
            conflicts: publish::names(check.conflicts),
        })
    });
    Ok(Json(read.await?))
}

/// Begins a draft on a revision, or sets it on another.
pub(super) async fn base(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
    Content(body): Content,
) -> Answer<DraftSummary> {
    let DraftRequest { base_revision } = wire::read(&body)?;
    check_name(&name)?;
    let based =
        blocking(&app, move |app| Ok(app.runtime.base_draft(&name, base_revision)?.map(|draft| summary(name, &draft))));
    let unknown = || ApiError::new(Code::Validation).saying("There is no such revision.").at("/base_revision");
    Ok(Json(based.await?.ok_or_else(unknown)?))
}

/// Drops a draft.
pub(super) async fn discard(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
) -> Answer<DraftSummary> {
    let dropped = blocking(&app, move |app| {
        let draft = app.runtime.drop_draft(&name)?.ok_or(PlanError::NoDraft)?;
        Ok(summary(name, &draft))
    });
    Ok(Json(dropped.await?))
}

/// Puts a definition in a draft.
pub(super) async fn put(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath((draft, kind, name)): InPath<(String, String, String)>,
    Content(body): Content,
) -> Answer<DraftSummary> {
    let kind = kind_of(&kind)?;
    let document: Value = wire::read(&body)?;
    check_name(&draft)?;
    let changed = blocking(&app, move |app| {
        let changed = app.runtime.change_draft(&draft, |draft, base| draft.put(base, kind, &name, &document))?;
        Ok(summary(draft, &changed))
    });
    Ok(Json(changed.await?))
}

/// Marks a definition in a draft as taken away.
pub(super) async fn remove(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath((draft, kind, name)): InPath<(String, String, String)>,
) -> Answer<DraftSummary> {
    let kind = kind_of(&kind)?;
    check_name(&draft)?;
    let changed = blocking(&app, move |app| {
        let changed = app.runtime.change_draft(&draft, |draft, base| draft.remove(base, kind, &name))?;
        Ok(summary(draft, &changed))
    });
    Ok(Json(changed.await?))
}

/// What publishing a draft would come to.
pub(super) async fn check(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
) -> Answer<CheckAnswer> {
    let check = blocking(&app, move |app| {
        let draft = app.runtime.draft(&name)?.ok_or(PlanError::NoDraft)?;
        Ok(app.runtime.check_draft(&draft)?)
    });
    let check = check.await?;
    Ok(Json(CheckAnswer {
        revision: check.revision,
        valid: check.error.is_none() && check.conflicts.is_empty(),
        changes: publish::changes(&check.differences),
        conflicts: publish::names(check.conflicts),
        advice: publish::advice(check.advice),
        errors: check.error.map(problem).into_iter().collect(),
    }))
}

/// Publishes a draft.
pub(super) async fn publish(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath(name): InPath<String>,
    InQuery(Waiting { wait }): InQuery<Waiting>,
    (headers, Content(body)): (HeaderMap, Content),
) -> Answer<PublishedAnswer> {
    let request = publish::request(&body)?;
    let proposal = proposal(&key, &headers, request, Origin::Draft(name.clone()))?;
    let publishing = blocking(&app, move |app| Ok(app.runtime.publish_draft(proposal, &name)?)).await?;
    Ok(Json(published(&app, publishing, wait).await?))
}

fn summary(name: String, draft: &Draft) -> DraftSummary {
    DraftSummary { draft: name, base_revision: draft.base, changes: draft.len() }
}

fn check_name(name: &str) -> Result<(), ApiError> {
    if Draft::is_name(name) {
        return Ok(());
    }
    let rule = "The name of a draft has 1 to 64 of a-z, 0-9, _ and -, and starts with a letter.";
    Err(ApiError::new(Code::BadName).saying(rule))
}

fn problem(error: DefinitionError) -> DefinitionProblem {
    let message = error.to_string();
    let DefinitionError { code, kind, name, pointer, at, .. } = error;
    let pointer = (!pointer.is_empty()).then_some(pointer);
    DefinitionProblem { code: code.to_owned(), message, kind: kind.map(shown), name, pointer, at }
}

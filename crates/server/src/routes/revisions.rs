//! Revisions: who published what, when and why; and the way back.

use api::{
    error::{ApiError, Code},
    wire::publication::{OriginWord, PublishedAnswer, RevisionAnswer, RevisionPage, RevisionSummary},
};
use axum::{extract::State, http::HeaderMap};
use definition::{Origin, Publication};

use crate::{
    answer::{Answer, Json},
    app::{Shared, blocking},
    auth::Secret,
    body::Content,
    cursor::{self, Paging},
    publish::{self, Waiting, proposal, published},
    request::{InPath, InQuery},
};

/// Revisions of one page, at most: each is read from its file.
const PAGE: usize = 100;
/// The listing's word in its cursors.
const LISTING: &str = "revisions";

/// Revisions, newest first. The one that a project begins with is not among them: nobody published it.
pub(super) async fn list(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(paging): InQuery<Paging>,
) -> Answer<RevisionPage> {
    let newest = app.runtime.plan().revision;
    let from = paging.from(LISTING)?.map_or(newest, |[from]| from.min(newest));
    let most = paging.limit_within(PAGE)? as u64;
    let after = from.saturating_sub(most);
    let page = blocking(&app, move |app| {
        let summaries = (after + 1..=from).rev().map(|number| Ok(summary(number, app.runtime.publication(number)?)));
        summaries.collect()
    });
    let next = (after > 0).then(|| cursor::write(LISTING, [after]));
    Ok(Json(RevisionPage { revisions: page.await?, next }))
}

/// One revision, with what it changed.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(number): InPath<u64>,
) -> Answer<RevisionAnswer> {
    let revision = blocking(&app, move |app| Ok(app.runtime.revision(number)?)).await?.ok_or_else(unknown)?;
    let differences = publish::differences(revision.differences);
    Ok(Json(RevisionAnswer { publication: summary(number, revision.publication), differences }))
}

/// Publishes the definitions of an earlier revision as a new one.
pub(super) async fn roll_back(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath(number): InPath<u64>,
    InQuery(Waiting { wait }): InQuery<Waiting>,
    (headers, Content(body)): (HeaderMap, Content),
) -> Answer<PublishedAnswer> {
    let request = publish::request(&body)?;
    let proposal = proposal(&key, &headers, request, Origin::Rollback(number))?;
    let publishing = blocking(&app, move |app| Ok(app.runtime.roll_back(proposal, number)?)).await?;
    let publishing = publishing.ok_or_else(unknown)?;
    Ok(Json(published(&app, publishing, wait).await?))
}

fn unknown() -> ApiError {
    ApiError::new(Code::NotFound).saying("There is no such revision.")
}

fn summary(revision: u64, publication: Option<Publication>) -> RevisionSummary {
    let mut summary = RevisionSummary {
        revision,
        at: None,
        by: None,
        key: None,
        why: None,
        origin: None,
        draft: None,
        rolled_back_to: None,
        changes: Vec::new(),
    };
    let Some(Publication { at, author, origin, changes }) = publication else { return summary };
    summary.at = Some(at.into());
    (summary.by, summary.key, summary.why) = (Some(author.by), author.key, author.why);
    summary.changes = changes.into_iter().map(publish::changed).collect();
    summary.origin = Some(match origin {
        Origin::Document => OriginWord::Document,
        Origin::Documents => OriginWord::Documents,
        Origin::Start => OriginWord::Start,
        Origin::Draft(name) => {
            summary.draft = Some(name);
            OriginWord::Draft
        }
        Origin::Rollback(revision) => {
            summary.rolled_back_to = Some(revision);
            OriginWord::Rollback
        }
        Origin::Learned => OriginWord::Learned,
    });
    summary
}

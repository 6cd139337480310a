//! Decisions: asked for, read again, decided again.

use std::sync::Arc;

use ::decide::Explain;
use api::{
    error::{ApiError, Code},
    wire::{
        self,
        decision::{DecideAnswer, DecideRequest, DecisionRecord, DecisionReplay, DecisionWhy},
        key::KeyKind,
    },
};
use axum::{Json, extract::State};
use engine::decided::Decided;
use model::id::{Decision, Id};
use runtime::deciding::{Recorded, Replay};

use super::collect::sender;
use crate::{
    answer::{Answer, Refusal},
    app::{App, Shared, blocking},
    auth::{self, Secret},
    body::{Content, Sent},
    decide::{self, Applied, Caller, Outcome},
    decision::{Told, Wording, as_recorded, recorded, why},
    intake::Sender,
    request::InPath,
};

/// Decides what placements show.
pub(super) async fn decide(State(app): State<Shared>, Sent { headers, body, peer }: Sent) -> Answer<DecideAnswer> {
    let key = auth::writer(&app, &headers, &body)?;
    let request: DecideRequest = wire::read(&body)?;
    let ip = app.config.client_address(peer, &headers);
    let proof = request.identity_token.as_deref().map(Arc::from);
    let sender = Sender { proof, ..sender(&app, &key, &headers) };
    let caller = Caller { key: &key, headers: &headers, ip, sender };
    let asked = decide::understand(&app, &caller, &request, &app.runtime.plan())?;
    let until = decide::deadline(&app);
    let applied = decide::apply_events(&app, &caller, &request, until).await?;
    let events_under_way = matches!(applied, Applied::UnderWay);
    let (outcome, refused) = match applied {
        Applied::Taken(refused) => (decide::decide(&app, &caller.sender, asked, until).await, refused),
        Applied::NotTaken(refused) => (decide::without_its_events(&app, &asked), refused),
        Applied::UnderWay => (decide::without_its_events(&app, &asked), Vec::new()),
    };
    let (Outcome::Decided(_, plan) | Outcome::Neutral(_, plan)) = &outcome;
    let explain = if request.explain { Explain::Yes } else { Explain::No };
    let names_an_account = request.user_id.is_some() && request.identity_token.is_none();
    let reason = match (request.why, key.kind) {
        (false, _) => Wording::Untold,
        (true, KeyKind::Public) if names_an_account => Wording::Guarded,
        (true, _) => Wording::Told,
    };
    let told = Told { kind: key.kind, format: request.format, explain, reason, plan, languages: &[] };
    let mut decisions: Vec<_> = match &outcome {
        Outcome::Decided(decided, _) => {
            let told = Told { languages: &decided.page.languages, ..told };
            decided.decisions.iter().map(|decision| told.decision(decided, decision)).collect()
        }
        Outcome::Neutral(decisions, _) => decisions.iter().map(|decision| told.neutral(decision)).collect(),
    };
    if request.preview {
        // Nothing can be looked up, and no impression belongs to it.
        decisions.iter_mut().for_each(|decision| decision.id = None);
    }
    Ok(Json(DecideAnswer { decisions, revision: plan.revision, refused, events_under_way }))
}

/// Reads a decision as it was recorded.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
) -> Answer<DecisionRecord> {
    let (id, found) = find(&app, &id).await?;
    let Recorded::Kept(decided, _) = found else { return Err(gone()) };
    let told = blocking(&app, move |app| {
        let plan = app.runtime.plan_of(decided.revision)?;
        let decision = decided.decision(id).ok_or(Code::NotFound)?;
        Ok(recorded(&plan, &decided, decision))
    });
    Ok(Json(told.await?))
}

/// Tells why a decision was made, in words for the person.
pub(super) async fn reason(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
) -> Answer<DecisionWhy> {
    let (id, found) = find(&app, &id).await?;
    let Recorded::Kept(decided, _) = found else { return Err(gone()) };
    let told = blocking(&app, move |app| {
        let plan = app.runtime.plan_of(decided.revision)?;
        let decision = decided.decision(id).ok_or(Code::NotFound)?;
        Ok(why(&plan, &decided, decision).ok_or(Code::NotFound)?)
    });
    Ok(Json(told.await?))
}

/// Decides again what was decided, from its record alone.
pub(super) async fn replay(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
    // Says nothing, but a body that nobody reads ends its connection.
    Content(_): Content,
) -> Answer<DecisionReplay> {
    let (id, found) = find(&app, &id).await?;
    let Recorded::Kept(decided, _) = found else {
        return Ok(Json(DecisionReplay { recorded: None, outcome: "ERASED".to_owned(), again: None }));
    };
    Ok(Json(blocking(&app, move |app| replayed(app, &decided, id)).await?))
}

fn replayed(app: &App, decided: &Decided, id: Id<Decision>) -> Result<DecisionReplay, Refusal> {
    let plan = app.runtime.plan_of(decided.revision)?;
    let decision = decided.decision(id).ok_or(Code::NotFound)?;
    let (outcome, again) = match app.runtime.replay(decided, id)? {
        Replay::Same => ("SAME", None),
        Replay::EngineChanged(again) => ("ENGINE_CHANGED", again),
        Replay::Differs(again) => ("DIFFERS", Some(again)),
    };
    let again = again.map(|again| as_recorded(&plan, decided, &again));
    let record = recorded(&plan, decided, decision);
    Ok(DecisionReplay { recorded: Some(record), outcome: outcome.to_owned(), again })
}

async fn find(app: &Shared, text: &str) -> Result<(Id<Decision>, Recorded), Refusal> {
    let id: Id<Decision> =
        text.parse().map_err(|_| ApiError::new(Code::NotFound).saying("That is no decision's id."))?;
    app.listable().await;
    match blocking(app, move |app| Ok(app.runtime.decision(id)?)).await? {
        Some(found) => Ok((id, found)),
        None => {
            let why = "Nothing is kept of that decision: it was about nobody, or about somebody who did not consent; \
                       it has expired; or it looked at two persons whose merge was taken back.";
            Err(ApiError::new(Code::NotFound).saying(why).into())
        }
    }
}

fn gone() -> Refusal {
    ApiError::new(Code::NotFound).saying("The person of this decision was erased.").into()
}

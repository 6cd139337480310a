//! Decisions: asked for, read again, decided again.

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        decision::{DecideAnswer, DecideRequest, DecisionRecord, DecisionReplay, DecisionWhy},
        recommend::{RecommendAnswer, RecommendRequest, RefreshDone, TrainingAnswer, TrainingDone},
    },
};
use axum::extract::State;
use engine::decided::Decided;
use model::id::{Decision, Id};
use runtime::{
    deciding::{Recorded, Replay},
    training::{Progress, Refreshed, Trained},
};

use crate::{
    answer::{Answer, Json, Refusal},
    app::{App, Shared, blocking},
    auth::{self, Secret},
    body::{Content, Sent},
    decide::{self, Caller},
    decision::{as_recorded, recorded, why},
    request::InPath,
};

/// Decides what placements show.
pub(super) async fn decide(State(app): State<Shared>, Sent { headers, body, peer }: Sent) -> Answer<DecideAnswer> {
    let key = auth::writer(&app, &headers, &body)?;
    let request: DecideRequest = wire::read(&body)?;
    let caller = Caller::new(&app, &key, &headers, peer, &request);
    let made = decide::make(&app, &caller, &request).await?;
    Ok(Json(made.answer(&app, key.kind, &request)))
}

/// Asks one recommender.
pub(super) async fn recommend(
    State(app): State<Shared>,
    Sent { headers, body, peer }: Sent,
) -> Answer<RecommendAnswer> {
    let key = auth::writer(&app, &headers, &body)?;
    let request: RecommendRequest = wire::read(&body)?;
    if !app.runtime.plan().recommenders.contains_key(request.recommender.as_str()) {
        let why = format!("There is no recommender `{}`.", request.recommender);
        return Err(ApiError::new(Code::UnknownRecommender).saying(why).at("/recommender").into());
    }
    let request = request.into_page();
    let caller = Caller::new(&app, &key, &headers, peer, &request);
    let made = decide::make(&app, &caller, &request).await?;
    let DecideAnswer { decisions, revision, refused, .. } = made.answer(&app, key.kind, &request);
    let decision = decisions.into_iter().next().expect("every placement that is asked for is answered");
    Ok(Json(RecommendAnswer {
        id: decision.id,
        items: decision.contents.into_iter().flat_map(|content| content.items).collect(),
        is_personal: decision.experience.is_some(),
        reason: decision.reason,
        benefit: decision.benefit,
        ttl_s: decision.ttl_s,
        revision,
        refused,
    }))
}

/// Says how the models of recommenders are trained.
pub(super) async fn training(State(app): State<Shared>, Secret(_): Secret) -> Answer<TrainingAnswer> {
    Ok(Json(trained(&app)))
}

/// Trains them now.
pub(super) async fn train(
    State(app): State<Shared>,
    Secret(_): Secret,
    // Says nothing, but a body that nobody reads ends its connection.
    Content(_): Content,
) -> Answer<TrainingAnswer> {
    let told = blocking(&app, |app| {
        app.runtime.train()?;
        Ok(trained(app))
    });
    Ok(Json(told.await?))
}

fn trained(app: &App) -> TrainingAnswer {
    let (last, refreshed, under_way) = app.runtime.training();
    let done = |last: Trained| TrainingDone {
        model: last.version,
        at: last.at.into(),
        took_ms: last.took.as_millis() as u64,
        persons: last.persons as u64,
        deeds: last.deeds as u64,
        bytes: last.bytes as u64,
    };
    let refresh = |last: Refreshed| RefreshDone {
        model: last.version,
        at: last.at.into(),
        took_ms: last.took.as_millis() as u64,
        persons: last.persons as u64,
        came: last.came as u64,
        went: last.went as u64,
        bytes: last.bytes as u64,
    };
    let share = |progress: Progress| progress.read as f64 / progress.of.max(1) as f64;
    TrainingAnswer { last: last.map(done), refreshed: refreshed.map(refresh), under_way: under_way.map(share) }
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
        Ok(recorded((&plan, &app.runtime.catalog()), &decided, decision))
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
    let catalog = app.runtime.catalog();
    let again = again.map(|again| as_recorded((&plan, &catalog), decided, &again));
    let record = recorded((&plan, &catalog), decided, decision);
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

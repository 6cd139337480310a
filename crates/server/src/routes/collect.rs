//! The tracking protocol: every path that a client sends events to.

use api::{
    error::{ApiError, Code},
    tracking::{Kind, Route},
    wire::{collect::CollectAnswer, key::KeyKind},
};
use axum::{Router, extract::State, routing::post};

use crate::{
    answer::{Answer, Json},
    app::{App, Shared},
    auth,
    body::Sent,
    intake::{self, sender},
    request::InPath,
};

/// The last segments of the paths under `/v1`.
const PATHS: [&str; 14] =
    ["batch", "b", "track", "t", "page", "p", "screen", "s", "identify", "i", "group", "g", "alias", "a"];

/// The routes of all of them.
pub(super) fn routes() -> Router<Shared> {
    let mut router = Router::new();
    for name in PATHS {
        let route = Route::of(name).expect("a test reads the table of paths");
        let handler = post(async move |State(app): State<Shared>, sent: Sent| collect(&app, route, &sent).await);
        router = router.route(&format!("/v1/{name}"), handler);
    }
    router.route("/v1/import", post(import)).route("/api/s/{type}", post(jitsu))
}

/// As `/v1/batch`; the shop's own side is told what became of all events.
async fn import(State(app): State<Shared>, Sent { headers, body, .. }: Sent) -> Answer<CollectAnswer> {
    let key = auth::writer(&app, &headers, &body)?;
    let (refused, counts) = intake::take_counting(&app, &sender(&app, &key, &headers), Route::Batch, &body).await?;
    let counts = (key.kind == KeyKind::Secret).then_some(counts);
    Ok(Json(CollectAnswer { counts, ..CollectAnswer::new(&refused) }))
}

/// As Jitsu's clients send: one event, its type in the path.
async fn jitsu(State(app): State<Shared>, InPath(kind): InPath<String>, sent: Sent) -> Answer<CollectAnswer> {
    let kind = Kind::of(&kind).ok_or_else(|| ApiError::new(Code::NotFound).saying("There is no such event type."))?;
    collect(&app, Route::One(kind), &sent).await
}

async fn collect(app: &App, route: Route, Sent { headers, body, .. }: &Sent) -> Answer<CollectAnswer> {
    let key = auth::writer(app, headers, body)?;
    let refused = intake::take(app, &sender(app, &key, headers), route, body).await?;
    Ok(Json(CollectAnswer::new(&refused)))
}

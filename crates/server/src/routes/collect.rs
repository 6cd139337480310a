//! The tracking protocol: every path that a client sends events to.

use std::sync::Arc;

use api::{
    error::{ApiError, Code},
    tracking::{Gpc, Kind, Route},
    wire::{collect::CollectAnswer, key::KeyKind},
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, header::USER_AGENT},
    routing::post,
};

use crate::{
    answer::Answer,
    app::{App, Shared},
    auth,
    body::Sent,
    intake::{self, Sender},
    keys::Key,
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

/// Who sends with this key, now.
pub(super) fn sender(app: &App, key: &Key, headers: &HeaderMap) -> Sender {
    let gpc = match headers.get("sec-gpc").map(|value| value.as_bytes()) {
        Some(b"1") => Gpc::Present,
        _ => Gpc::Absent,
    };
    // A shop's server says what it is itself, and not what its visitor is.
    let user_agent = headers.get(USER_AGENT).filter(|_| key.kind == KeyKind::Public);
    let user_agent = user_agent.and_then(|value| value.to_str().ok()).map(Arc::from);
    Sender { source: key.source(), received_at: app.runtime.now(), gpc, kind: key.kind, proof: None, user_agent }
}

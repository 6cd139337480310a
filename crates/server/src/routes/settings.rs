//! What browser clients ask for before they send anything.

use api::{
    error::Code,
    settings::{self, Reach, RudderSource},
    wire::collect::CollectAnswer,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Answer, Json},
    app::{App, Shared},
    body::Content,
    keys::Key,
    request::{InPath, InQuery, peer},
};

/// Segment's script asks where to send.
pub(super) async fn segment(
    State(app): State<Shared>,
    InPath(write_key): InPath<String>,
    request: Request,
) -> Answer<Value> {
    app.keys.find(&write_key, app.runtime.now())?;
    let reached = Reached::of(&app, &request);
    Ok(Json(settings::segment(&reached.reach(&app, &write_key))))
}

#[derive(Debug, Deserialize)]
pub(super) struct WriteKey {
    #[serde(rename = "writeKey")]
    write_key: Option<String>,
}

/// RudderStack's script asks whether its source is on. It adds parameters of its own, which say nothing to us.
pub(super) async fn rudderstack(
    State(app): State<Shared>,
    InQuery(query): InQuery<WriteKey>,
    request: Request,
) -> Answer<Value> {
    let sent = query.write_key.or_else(|| basic_user(request.headers()));
    let write_key = sent.ok_or(Code::UnknownKey)?;
    let key: Key = app.keys.find(&write_key, app.runtime.now())?;
    let reached = Reached::of(&app, &request);
    let source = RudderSource { id: &key.id().to_string(), name: &key.source, workspace_id: "prevenance" };
    Ok(Json(settings::rudderstack(&reached.reach(&app, &write_key), &source)))
}

/// Segment's script tells how it is itself: read, and forgotten.
pub(super) async fn client_metrics(Content(_): Content) -> Answer<CollectAnswer> {
    Ok(Json(CollectAnswer::new(&[])))
}

fn basic_user(headers: &HeaderMap) -> Option<String> {
    crate::auth::authorization(headers)
}

/// How the page reached us.
struct Reached {
    host: String,
    protocol: &'static str,
}

impl Reached {
    /// From the request itself; what a proxy says counts only if the proxy is trusted.
    fn of(app: &App, request: &Request) -> Self {
        let peer = peer(request.extensions());
        let trusted = peer.is_some_and(|ip| app.config.trusted_proxies.contains(&ip));
        let said = |name: &str| {
            let value = request.headers().get(name).filter(|_| trusted)?;
            value.to_str().ok()?.split(',').next().map(|value| value.trim().to_owned())
        };
        let own = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = said("x-forwarded-host").or_else(|| own.map(str::to_owned));
        Self {
            host: host.unwrap_or_else(|| app.config.listen.clone()),
            protocol: if said("x-forwarded-proto").as_deref() == Some("https") { "https" } else { "http" },
        }
    }

    fn reach<'a>(&'a self, app: &'a App, write_key: &'a str) -> Reach<'a> {
        Reach { write_key, host: &self.host, protocol: self.protocol, prefix: &app.config.prefix }
    }
}

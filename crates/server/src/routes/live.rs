//! The live stream.

use axum::{extract::State, response::Response};

use crate::{app::Shared, auth::Secret};

/// Streams what arrives from now on, as server-sent events.
pub(super) async fn stream(State(app): State<Shared>, Secret(_): Secret) -> Response {
    app.live.stream()
}

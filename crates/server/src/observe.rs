//! What every request leaves behind: its id on the answer and on its lines in the log, and a count.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use model::id::{self, Id};

use crate::{answer::Cause, app::App};

/// The header that names a request: taken from the caller, and on every answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of an id that a caller gives, at most.
const GIVEN_BYTES: usize = 64;

/// Serves a request, counts and logs it: the endpoint, never the path itself, which may hold an identifier.
#[expect(clippy::disallowed_methods, reason = "how long a request took is for the operator only")]
pub(crate) async fn observed<S: Future<Output = Response>>(
    app: &App,
    request: Request,
    serve: impl FnOnce(Request) -> S,
) -> Response {
    let start = Instant::now();
    let path = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let path = path.to_owned();
    let method = request.method().clone();
    let given = given(request.headers()).cloned();
    let id = given.unwrap_or_else(|| app.request_ids.draw());
    let mut response = serve(request).await;
    let (status, took) = (response.status(), start.elapsed());
    app.metrics.request(&path, status.as_u16(), took);
    let request_id = id.to_str().unwrap_or_default();
    match response.extensions_mut().remove() {
        Some(Cause(error)) if status == StatusCode::INTERNAL_SERVER_ERROR => {
            tracing::error!(request_id, %method, path, error, "a request failed on our side");
        }
        Some(Cause(error)) => tracing::warn!(request_id, %method, path, error, "the storage failed"),
        None => {}
    }
    let (status, took_us) = (status.as_u16(), took.as_micros() as u64);
    tracing::info!(request_id, %method, path, status, took_us, "request");
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Draws the ids of requests that bring none: not to be guessed, and the same in two runs of a test.
#[derive(Debug)]
pub(crate) struct RequestIds {
    salt: u64,
    drawn: AtomicU64,
}

impl RequestIds {
    /// Ids that follow from `salt`, one after the other.
    pub(crate) fn new(salt: u64) -> Self {
        Self { salt, drawn: AtomicU64::new(0) }
    }

    fn draw(&self) -> HeaderValue {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        let material = [self.salt.to_le_bytes(), number.to_le_bytes()].concat();
        let hash = blake3::derive_key("prevenance request id", &material);
        let mut bits = [0; 16];
        bits.copy_from_slice(&hash[..16]);
        let id: Id<id::Request> = Id::from_bits(u128::from_be_bytes(bits));
        HeaderValue::try_from(id.to_string()).expect("an id is ASCII")
    }
}

/// The id that the caller gave, if it is short and plain. There is no `@` in it, so that nobody's address gets into the
/// log this way.
fn given(headers: &HeaderMap) -> Option<&HeaderValue> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=+/".contains(byte);
    let id = headers.get(REQUEST_ID)?;
    ((1..=GIVEN_BYTES).contains(&id.len()) && id.as_bytes().iter().all(plain)).then_some(id)
}

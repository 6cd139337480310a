//! Cross-origin requests: pages of any origin may send, with the headers that the clients add.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// What browsers may send: the key, the types, a retry's count, and RudderStack's own.
const ALLOWED_HEADERS: &str = "authorization, content-type, content-encoding, x-write-key, x-retry-count, anonymousid, \
                               sentat, sec-gpc";
const ALLOWED_METHODS: &str = "GET, POST, OPTIONS";
/// How long a browser may remember the answer to a preflight: two hours, the most that Chrome takes.
const MAX_AGE_S: &str = "7200";

/// Answers preflights, and lets pages read the answers of everything else, `Retry-After` included.
pub(crate) async fn cross_origin(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = match (request.method(), &origin) {
        (&Method::OPTIONS, _) => preflight(),
        _ => next.run(request).await,
    };
    if let Some(origin) = origin {
        allow(response.headers_mut(), origin);
    }
    response
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Echoes the origin. `sendBeacon` always sends with credentials, which `*` would forbid.
fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

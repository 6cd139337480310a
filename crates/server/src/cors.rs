//! Cross-origin requests: pages of any origin may send, with the headers that the clients add.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// What clients are known to send: the key, the types, RudderStack's own, Jitsu's own, and what both add to a retry.
/// One answer names them all, so that a retry needs no preflight of its own.
const KNOWN_HEADERS: &str = "authorization, content-type, content-encoding, x-write-key, x-retry-count, anonymousid, \
                             sentat, sec-gpc, x-enable-debug, x-ip-policy, rsa-recovered, rsa-retry-attempt, \
                             rsa-retry-reason, rsa-since-first-attempt, rsa-since-last-attempt";
const ALLOWED_METHODS: &str = "GET, POST, OPTIONS";
/// How long a browser may remember the answer to a preflight: two hours, the most that Chrome takes.
const MAX_AGE_S: &str = "7200";

/// Answers preflights, and lets pages read the answers of everything else, `Retry-After` and the request's id included.
pub(crate) async fn cross_origin(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = match (request.method(), &origin) {
        (&Method::OPTIONS, _) => preflight(request.headers()),
        _ => next.run(request).await,
    };
    if let Some(origin) = origin {
        allow(response.headers_mut(), origin);
    }
    response
}

/// Allows the known headers and whatever is asked for besides. No header opens anything here, the key rides on any
/// request; but one that a new version of a client adds, and that is refused, loses every event of that client.
fn preflight(asking: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(ALLOWED_METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(KNOWN_HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE_S));
    if let Some(asked) = asking.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.append(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        headers.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    }
    response
}

/// Echoes the origin. `sendBeacon` always sends with credentials, which `*` would forbid.
fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, X-Request-Id"));
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

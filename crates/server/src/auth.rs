//! Who calls: the key of a request.

use api::{
    error::{ApiError, Code},
    tracking,
    wire::key::KeyKind,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    answer::Refusal,
    app::{App, Shared},
    keys::Key,
};

/// A request with a secret key.
#[derive(Debug)]
pub(crate) struct Secret(pub(crate) Key);

impl FromRequestParts<Shared> for Secret {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Refusal> {
        let text = authorization(&parts.headers).ok_or_else(no_key)?;
        let key = app.keys.find(&text, app.runtime.now())?;
        if key.kind != KeyKind::Secret {
            return Err(Code::KeyKind.into());
        }
        app.limiter.pass(key.id())?;
        Ok(Self(key))
    }
}

/// The key of a call that takes a public key, and so a secret one too.
///
/// From `Authorization`; else from the body's `write_key` or `writeKey`, else from `X-Write-Key`, whichever is known:
/// Jitsu's clients mask the one in the body.
pub(crate) fn writer(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Key, ApiError> {
    let now = app.runtime.now();
    let key = match authorization(headers) {
        Some(text) => app.keys.find(&text, now)?,
        None => {
            let header = headers.get("x-write-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let (id, secret) = header.split_once(':').unwrap_or((header, ""));
            let sent = tracking::peek_write_key(body);
            let candidates = sent.iter().map(String::as_str).chain([id, secret]).filter(|text| !text.is_empty());
            let mut unknown = Err(no_key());
            for text in candidates {
                match app.keys.find(text, now) {
                    Err(error) if error.code == Code::UnknownKey => unknown = Err(error),
                    found => {
                        unknown = found;
                        break;
                    }
                }
            }
            unknown?
        }
    };
    app.limiter.pass(key.id())?;
    Ok(key)
}

/// What somebody is told who sent no key, or none that can be read.
fn no_key() -> ApiError {
    ApiError::new(Code::UnknownKey)
        .saying("No key came with the call: it is the user name of Basic authentication, or the token of Bearer.")
}

/// The user of Basic authentication, or the token of Bearer.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<String> {
    let (scheme, value) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    let text = match scheme.to_ascii_lowercase().as_str() {
        "basic" => {
            let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
            decoded.split_once(':').map_or(decoded.as_str(), |(name, _)| name).to_owned()
        }
        "bearer" => value.trim().to_owned(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_as_basic_user_or_as_bearer_token() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            authorization(&headers)
        };
        assert_eq!(read("Basic cGtfMTo=").as_deref(), Some("pk_1"));
        assert_eq!(read("basic cGtfMTpz").as_deref(), Some("pk_1"));
        assert_eq!(read("Bearer pk_1").as_deref(), Some("pk_1"));
        for nothing in ["Basic Og==", "Basic %%%", "Digest x", "Bearer", "Basic /w=="] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}

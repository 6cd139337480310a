//! Reading the other parts of a request, with errors in our own form.

use std::net::{IpAddr, SocketAddr};

use api::error::{ApiError, Code, pointer};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Path, Query},
    http::{Extensions, Uri, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::answer::Refusal;

/// The address that a request came from, if it came over a socket.
pub(crate) fn peer(request: &Extensions) -> Option<IpAddr> {
    request.get().map(|ConnectInfo::<SocketAddr>(address)| address.ip())
}

/// The parameters in the path.
#[derive(Debug)]
pub(crate) struct InPath<T>(pub(crate) T);

/// The query parameters.
#[derive(Debug)]
pub(crate) struct InQuery<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(path) = Path::from_request_parts(parts, state).await.map_err(|_| Refusal::new(Code::NotFound))?;
        Ok(Self(path))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for InQuery<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = Query::try_from_uri(&parts.uri).map_err(|error| misread::<T>(&parts.uri, &error.to_string()));
        let Query(query) = query?;
        Ok(Self(query))
    }
}

/// Which parameter cannot be read, and what belongs there. Each is tried alone, since none needs another; if all can be
/// read, one of them is there twice. A value is not repeated, since it may be personal.
fn misread<T: DeserializeOwned>(uri: &Uri, text: &str) -> ApiError {
    let alone = |part: &str| {
        let uri = Uri::builder().path_and_query(format!("/?{part}")).build().ok()?;
        let text = Query::<T>::try_from_uri(&uri).err()?.to_string();
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
        Some((pairs.into_iter().next()?.0, text))
    };
    let Some((name, text)) = uri.query().unwrap_or_default().split('&').find_map(alone) else {
        let name = text.split('`').nth(1).unwrap_or_default();
        let twice = format!("The query parameter `{name}` is there twice.");
        return ApiError::new(Code::BadQuery).saying(twice).at(pointer("", name));
    };
    let message = if text.contains("unknown field") {
        format!("There is no query parameter `{name}` here.")
    } else if text.contains("`true` or `false`") {
        format!("The query parameter `{name}` has to be `true` or `false`.")
    } else if text.contains("too large") {
        format!("The query parameter `{name}` has to be a smaller number.")
    } else {
        format!("The query parameter `{name}` has to be a whole number from 0.")
    };
    ApiError::new(Code::BadQuery).saying(message).at(pointer("", &name))
}

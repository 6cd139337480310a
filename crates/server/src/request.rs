//! Reading the other parts of a request, with errors in our own form.

use std::net::{IpAddr, SocketAddr};

use api::error::{ApiError, Code, pointer};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Path, Query},
    http::{Extensions, request::Parts},
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
        let query = Query::try_from_uri(&parts.uri).map_err(|error| {
            let known = error.to_string();
            let name = known.split('`').nth(1).filter(|_| known.contains("unknown field"));
            match name {
                Some(name) => ApiError::new(Code::BadQuery)
                    .saying(format!("There is no query parameter `{name}` here."))
                    .at(pointer("", name)),
                None => ApiError::new(Code::BadQuery),
            }
        });
        let Query(query) = query?;
        Ok(Self(query))
    }
}

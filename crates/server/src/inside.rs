//! The API without a socket: for whoever lives in the same process, such as a simulation.

use std::net::{Ipv4Addr, SocketAddr};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{Request, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::{app::Shared, routes};

/// Bytes of an answer at most.
const ANSWER_BYTES: usize = 256 * 1_024 * 1_024;

/// One call, as a client of the HTTP API would make it.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// `GET`, `POST`, `PUT`, `DELETE`.
    pub method: &'static str,
    /// The path with its query: `/v1/batch`.
    pub path: String,
    /// The key; none where it is empty.
    pub key: String,
    /// The browser, where it is one.
    pub user_agent: Option<&'static str>,
    /// JSON; none where it is empty.
    pub body: Vec<u8>,
}

/// A call that could not be made, or whose answer could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CallError(String);

/// The whole API of a program in this process.
#[derive(Debug, Clone)]
pub struct Inside {
    router: Router,
}

impl Inside {
    /// The API over the state of the program.
    pub fn new(app: Shared) -> Self {
        Self { router: routes::router(app) }
    }

    /// Makes a call: status and body. Everything happens that happens to a call from outside, but for the socket.
    pub async fn call(&self, call: Call) -> Result<(u16, Bytes), CallError> {
        let mut request = Request::builder().method(call.method).uri(call.path);
        request = request.header(header::CONTENT_TYPE, "application/json");
        if !call.key.is_empty() {
            request = request.header(header::AUTHORIZATION, basic(&call.key));
        }
        if let Some(user_agent) = call.user_agent {
            request = request.header(header::USER_AGENT, user_agent);
        }
        let request = request
            .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
            .body(Body::from(call.body))
            .map_err(|error| CallError(error.to_string()))?;
        let Ok(response) = TowerToHyperService::new(self.router.clone()).call(request).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), ANSWER_BYTES).await.map_err(|error| CallError(error.to_string()))?;
        Ok((status, body))
    }
}

/// How a key is sent, as the value of `Authorization`.
pub fn basic(key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{key}:")))
}

//! How the product is reached: in this process or over HTTP. The same bytes go in and out.

use std::time::Duration;

use model::time::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use server::inside::{Call, Inside};
use ureq::Agent;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes of an answer at most.
const ANSWER_BYTES: u64 = 256 * 1_024 * 1_024;
/// How often a call is made to a product that is too busy.
const TRIES: u32 = 10;
/// The first wait between two tries; each is longer by as much.
const WAIT: Duration = Duration::from_millis(200);
/// Characters of a refusal that are told.
const TOLD: usize = 400;

/// A way to the product.
#[derive(Debug, Clone)]
pub enum Door {
    /// In this process.
    Inside(Inside),
    /// A running program.
    Http {
        /// `http://127.0.0.1:8080`.
        base: String,
        /// Its connections.
        agent: Agent,
    },
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// Nobody answered.
    #[error("{call}: {why}")]
    Silent {
        /// Method and path.
        call: String,
        /// What was seen.
        why: String,
    },
    /// It was refused.
    #[error("{call} was answered {status}: {body}")]
    Refused {
        /// Method and path.
        call: String,
        /// The status of HTTP.
        status: u16,
        /// How the answer begins.
        body: String,
    },
    /// The answer is not what the API says.
    #[error("{call}: the answer cannot be read: {why}")]
    Strange {
        /// Method and path.
        call: String,
        /// What is strange.
        why: String,
    },
}

impl Door {
    /// The way to a running program.
    pub fn http(base: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        Self::Http { base: base.trim_end_matches('/').to_owned(), agent: config.build().into() }
    }

    /// Makes a call and gives its answer. A product that is too busy is asked again.
    pub async fn call(&self, call: Call) -> Result<Vec<u8>, DoorError> {
        for tried in 1..TRIES {
            match self.call_once(call.clone()).await {
                Err(DoorError::Refused { status: 429 | 503, .. }) => tokio::time::sleep(WAIT * tried).await,
                answered => return answered,
            }
        }
        self.call_once(call).await
    }

    async fn call_once(&self, call: Call) -> Result<Vec<u8>, DoorError> {
        let (method, path) = (call.method, call.path.clone());
        let named = || format!("{method} {path}");
        let silent = |why: String| DoorError::Silent { call: named(), why };
        let (status, body) = match self {
            Self::Inside(inside) => {
                let (status, body) = inside.call(call).await.map_err(|error| silent(error.to_string()))?;
                (status, Vec::from(body))
            }
            Self::Http { base, agent } => {
                let (base, agent) = (base.clone(), agent.clone());
                let answered = tokio::task::spawn_blocking(move || over_http(&agent, &base, call)).await;
                answered.map_err(|error| silent(error.to_string()))?.map_err(|error| silent(error.to_string()))?
            }
        };
        if status >= 300 {
            let body = String::from_utf8_lossy(&body).chars().take(TOLD).collect();
            return Err(DoorError::Refused { call: named(), status, body });
        }
        Ok(body)
    }

    /// Sends a value as JSON and reads the answer.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        path: &str,
        key: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, DoorError> {
        let named = format!("{method} {path}");
        let strange = |why: serde_json::Error| DoorError::Strange { call: named.clone(), why: why.to_string() };
        let body = body.map(serde_json::to_vec).transpose().map_err(strange)?.unwrap_or_default();
        let call = Call { method, path: path.to_owned(), key: key.to_owned(), user_agent: None, body };
        serde_json::from_slice(&self.call(call).await?).map_err(strange)
    }

    /// Moves the product's test clock on to a moment; everything that is due by then is done when this returns.
    pub async fn advance(&self, key: &str, to: Timestamp) -> Result<(), DoorError> {
        let body = serde_json::json!({ "to": api::time::write(to) });
        self.ask::<serde_json::Value>("POST", "/v1/test/clock", key, Some(&body)).await.map(drop)
    }
}

fn over_http(agent: &Agent, base: &str, call: Call) -> Result<(u16, Vec<u8>), ureq::Error> {
    let mut request = ureq::http::Request::builder()
        .method(call.method)
        .uri(format!("{base}{}", call.path))
        .header("content-type", "application/json");
    if !call.key.is_empty() {
        request = request.header("authorization", server::inside::basic(&call.key));
    }
    if let Some(user_agent) = call.user_agent {
        request = request.header("user-agent", user_agent);
    }
    let request = request.body(call.body)?;
    let mut response = agent.run(request)?;
    let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec()?;
    Ok((response.status().as_u16(), body))
}

//! A running program, called over its own HTTP API with one key.

use std::{io::Write, thread, time::Duration};

use api::error::ErrorBody;
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde::de::DeserializeOwned;
use ureq::{Agent, http::Request};

/// How long an answer may take. A batch is answered when it is durable.
const PATIENCE: Duration = Duration::from_secs(120);
/// The first wait between two tries; each is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait between two tries, if the program names none.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The longest wait that the program may ask for.
const LONGEST_ASKED_WAIT: Duration = Duration::from_secs(300);
/// Bodies of more bytes are compressed.
const PLAIN_BYTES: usize = 1_024;

/// A running program, called with one key.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    authorization: String,
    tries: u32,
}

/// What a call was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

/// Why there is no answer, or not the one that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CallError(String);

impl Client {
    /// The program at `base` (`http://127.0.0.1:8088`). Each call is tried once.
    pub(crate) fn new(base: &str, key: &str) -> Result<Self, CallError> {
        if !base.starts_with("http://") {
            return Err(CallError(format!(
                "`{base}` must begin with http://; run this beside the program, or through a tunnel"
            )));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        Ok(Self {
            agent: Agent::new_with_config(config),
            base: base.trim_end_matches('/').to_owned(),
            authorization: format!("Basic {}", STANDARD.encode(format!("{key}:"))),
            tries: 1,
        })
    }

    /// The same, which tries a call so many times while nobody answers, or the program says that it cannot take it now.
    /// Only for calls that may arrive twice.
    pub(crate) fn trying(self, tries: u32) -> Self {
        Self { tries, ..self }
    }

    /// Calls until there is an answer that stands, or no try is left.
    ///
    /// # Errors
    /// That nobody answers.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, CallError> {
        let mut wait = FIRST_WAIT;
        let mut left = self.tries;
        loop {
            left = left.saturating_sub(1);
            let asked = match self.call_once(method, path, body) {
                Ok(answer) if left == 0 || !answer.is_for_now() => return Ok(answer),
                Err(why) if left == 0 => return Err(CallError(format!("nobody answers at {}: {why}", self.base))),
                Ok(answer) => answer.retry_after.map(|asked| asked.min(LONGEST_ASKED_WAIT)),
                Err(_) => None,
            };
            pause(asked.unwrap_or(wait));
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn call_once(&self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        request = request.header("authorization", &self.authorization).header("content-type", "application/json");
        let mut answer = match body {
            None => self.agent.run(request.body(())?)?,
            Some(body) if body.len() > PLAIN_BYTES => {
                self.agent.run(request.header("content-encoding", "gzip").body(gzip(body)?)?)?
            }
            Some(body) => self.agent.run(request.body(body)?)?,
        };
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Answer {
            status: answer.status().as_u16(),
            retry_after: retry_after.map(Duration::from_secs),
            body: answer.body_mut().read_to_vec()?,
        })
    }
}

impl Answer {
    /// What a call that was served is answered.
    ///
    /// # Errors
    /// Why it was not served; or that the answer is another one than this program knows.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        if self.status != 200 {
            return Err(self.refusal());
        }
        let strange = |why| CallError(format!("the program gives an answer of another version than this one: {why}"));
        serde_json::from_slice(&self.body).map_err(strange)
    }

    /// Why the call was not served.
    pub(crate) fn refusal(&self) -> CallError {
        let advice = match self.status {
            401 => " Give a key of this program with --key or PREVENANCE_KEY.",
            403 => " Give a secret key.",
            _ => "",
        };
        let status = self.status;
        CallError(match serde_json::from_slice::<ErrorBody>(&self.body) {
            Ok(ErrorBody { code, message, .. }) => format!("the program answers {status} {code}: {message}{advice}"),
            Err(_) => format!("what answers is not this program: status {status}.{advice}"),
        })
    }

    /// Whether the same call may be answered otherwise in a while. A fault of the program (500) stays.
    fn is_for_now(&self) -> bool {
        matches!(self.status, 429 | 502..=504)
    }
}

#[expect(clippy::disallowed_methods, reason = "a command waits for a program: nothing comes through any channel")]
fn pause(span: Duration) {
    thread::sleep(span);
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

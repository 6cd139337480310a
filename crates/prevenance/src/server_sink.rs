//! A running program as the place where imported events go: its own HTTP API.

use std::{
    io::Write,
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use ingest::{
    deliver::{Refused, Sink, SinkError},
    moment::Clock,
};
use serde_json::{Value, json};
use ureq::{Agent, http::Request};

/// How long an answer may take. A batch is answered when it is durable.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a request is sent again while nobody answers, or the answer is that it cannot be taken now.
const TRIES: u32 = 30;
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long events are kept where no setting says it.
const RETENTION_DAYS: i64 = 760;

/// A running program, called with one key.
#[derive(Debug)]
pub(crate) struct Server {
    agent: Agent,
    base: String,
    authorization: String,
    /// Never signaled: waiting on it is how a thread waits.
    pause: (Mutex<()>, Condvar),
}

/// What a call was answered.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Value,
}

/// A key that was made for one import.
#[derive(Debug)]
pub(crate) struct MadeKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Server {
    /// The program at `base` (`http://127.0.0.1:8088`).
    pub(crate) fn new(base: &str, key: &str) -> Result<Self, SinkError> {
        if !base.starts_with("http://") {
            return Err(SinkError(format!(
                "`{base}` must begin with http://; run the import beside the program, or through a tunnel"
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
            pause: (Mutex::new(()), Condvar::new()),
        })
    }

    /// The definition of a source.
    pub(crate) fn source(&self, name: &str) -> Result<Value, SinkError> {
        let answer = self.call("GET", &format!("/v1/definitions/source/{name}"), None)?;
        match answer.status {
            200 => Ok(answer.body["document"].clone()),
            404 => Err(SinkError(format!("there is no source `{name}`: define it first"))),
            _ => Err(answer.refusal()),
        }
    }

    /// The moment, in milliseconds since 1970, before which the program keeps no events; `None` if it does not say.
    pub(crate) fn kept_since(&self) -> Result<Option<i64>, SinkError> {
        let status = self.call("GET", "/v1/status", None)?;
        let setting = self.call("GET", "/v1/definitions/setting/retention_days", None)?;
        let now = status.body["now"].as_str().and_then(|now| Clock::default().read(now));
        let days = setting.body["document"]["value"].as_i64().unwrap_or(RETENTION_DAYS);
        Ok(now.map(|now| now.as_millis() - days * 86_400_000))
    }

    /// Makes a key for a source.
    pub(crate) fn make_key(&self, source: &str) -> Result<MadeKey, SinkError> {
        let wanted = json!({"kind": "public", "source": source, "title": "import"});
        let answer = self.call("POST", "/v1/keys", Some(wanted.to_string().as_bytes()))?;
        let text = |pointer: &str| answer.body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match (answer.status, text("/key/id"), text("/secret")) {
            (200, Some(id), Some(secret)) => Ok(MadeKey { id, secret }),
            _ => Err(answer.refusal()),
        }
    }

    /// Ends a key.
    pub(crate) fn end_key(&self, id: &str) -> Result<(), SinkError> {
        let answer = self.call("DELETE", &format!("/v1/keys/{id}"), None)?;
        if matches!(answer.status, 200 | 404) { Ok(()) } else { Err(answer.refusal()) }
    }

    /// Calls until there is an answer that stands: waits while the program starts, is busy, or has no room.
    fn call(&self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, SinkError> {
        let mut wait = Duration::from_millis(200);
        let mut last = String::new();
        for _ in 0..TRIES {
            match self.call_once(method, path, body) {
                Ok(answer) if matches!(answer.status, 429 | 500..=599) => {
                    last = answer.refusal().0;
                    self.pause(answer.retry_after.unwrap_or(wait));
                }
                Ok(answer) => return Ok(answer),
                Err(why) => {
                    last = format!("nobody answers at {}: {why}", self.base);
                    self.pause(wait);
                }
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        Err(SinkError(format!("{last} (tried {TRIES} times)")))
    }

    fn call_once(&self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        request = request.header("authorization", &self.authorization).header("content-type", "application/json");
        let mut answer = match body {
            None => self.agent.run(request.body(())?)?,
            Some(body) if body.len() > 1_024 => {
                self.agent.run(request.header("content-encoding", "gzip").body(gzip(body)?)?)?
            }
            Some(body) => self.agent.run(request.body(body)?)?,
        };
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let text = answer.body_mut().read_to_vec()?;
        Ok(Answer {
            status: answer.status().as_u16(),
            retry_after: retry_after.map(Duration::from_secs),
            body: serde_json::from_slice(&text).unwrap_or_default(),
        })
    }

    fn pause(&self, span: Duration) {
        let (lock, never) = &self.pause;
        let held = lock.lock().unwrap_or_else(PoisonError::into_inner);
        _ = never.wait_timeout(held, span);
    }
}

impl Answer {
    fn refusal(&self) -> SinkError {
        let said = |field: &str| self.body[field].as_str().unwrap_or_default().to_owned();
        let advice = match self.status {
            401 => " Give a key of this program with --key or PREVENANCE_IMPORT_KEY.",
            403 => " Give a secret key, or a key of the source.",
            _ => "",
        };
        SinkError(format!("the program answers {} {}: {}{advice}", self.status, said("code"), said("message")))
    }
}

impl Sink for Server {
    fn send(&self, body: &[u8]) -> Result<Vec<Refused>, SinkError> {
        let answer = self.call("POST", "/v1/import", Some(body))?;
        if answer.status != 200 {
            return Err(answer.refusal());
        }
        let rejected = answer.body["rejected"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |item: &Value, field: &str| item[field].as_str().unwrap_or_default().to_owned();
        let refused = rejected.iter().filter_map(|item| {
            let index = usize::try_from(item["index"].as_u64()?).ok()?;
            Some(Refused { index, code: text(item, "code"), message: text(item, "message") })
        });
        Ok(refused.collect())
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

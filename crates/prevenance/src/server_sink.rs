//! A running program as the place where imported events go.

use api::wire::{collect::CollectAnswer, definition::DefinitionAnswer, key::KeyCreated, system::StatusAnswer};
use ingest::deliver::{Refused, Sink, SinkError};
use serde_json::{Value, json};

use crate::client::{CallError, Client};

/// How often a call is tried. All of an import's calls may arrive twice.
const TRIES: u32 = 30;
/// How long events are kept where no setting says it.
const RETENTION_DAYS: i64 = 760;
const DAY_MS: i64 = 86_400_000;

/// A running program that takes events in, called with one key.
#[derive(Debug)]
pub(crate) struct Server(Client);

impl From<CallError> for SinkError {
    fn from(error: CallError) -> Self {
        Self(error.to_string())
    }
}

impl Server {
    /// The program at `base`.
    pub(crate) fn new(base: &str, key: &str) -> Result<Self, CallError> {
        Ok(Self(Client::new(base, key)?.trying(TRIES)))
    }

    /// The definition of a source.
    pub(crate) fn source(&self, name: &str) -> Result<Value, SinkError> {
        let answer = self.0.call("GET", &format!("/v1/definitions/source/{name}"), None)?;
        if answer.status == 404 {
            return Err(SinkError(format!("there is no source `{name}`: define it first")));
        }
        Ok(answer.read::<DefinitionAnswer>()?.document)
    }

    /// The moment, in milliseconds since 1970, before which the program keeps no events.
    pub(crate) fn kept_since_ms(&self) -> Result<i64, SinkError> {
        let status: StatusAnswer = self.0.call("GET", "/v1/status", None)?.read()?;
        let setting = self.0.call("GET", "/v1/definitions/setting/retention_days", None)?;
        let days = match setting.status {
            404 => None,
            _ => setting.read::<DefinitionAnswer>()?.document["value"].as_i64(),
        };
        Ok(status.now.0.as_millis() - days.unwrap_or(RETENTION_DAYS) * DAY_MS)
    }

    /// Makes a key for a source. A secret one: what comes with a public key anybody may have written, so that the
    /// program may believe none of the accounts that it names.
    pub(crate) fn make_key(&self, source: &str) -> Result<KeyCreated, CallError> {
        let wanted = json!({"kind": "secret", "source": source, "title": "import"});
        self.0.call("POST", "/v1/keys", Some(wanted.to_string().as_bytes()))?.read()
    }

    /// Ends a key.
    pub(crate) fn end_key(&self, id: &str) -> Result<(), CallError> {
        let answer = self.0.call("DELETE", &format!("/v1/keys/{id}"), None)?;
        if matches!(answer.status, 200 | 404) { Ok(()) } else { Err(answer.refusal()) }
    }
}

impl Sink for Server {
    fn send(&self, body: &[u8]) -> Result<Vec<Refused>, SinkError> {
        let answer: CollectAnswer = self.0.call("POST", "/v1/import", Some(body))?.read()?;
        let refused = |item: api::wire::collect::RejectedItem| Refused {
            index: item.index,
            code: item.code,
            message: item.message,
        };
        Ok(answer.rejected.into_iter().map(refused).collect())
    }
}

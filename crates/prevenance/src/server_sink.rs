//! A running program as the place where imported events go.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use api::wire::{collect::CollectAnswer, definition::DefinitionAnswer, key::KeyCreated, system::StatusAnswer};
use indicatif::ProgressBar;
use ingest::deliver::{Receipt, Refused, Sink, SinkError};
use serde_json::{Value, json};

use crate::client::{CallError, Client, Patience};

/// How long the key of an import is good if nobody ends it.
const KEY_LIFETIME: Duration = Duration::from_secs(3_600);
/// The age at which another one takes its place.
const RENEWED_AFTER: Duration = Duration::from_secs(1_200);
/// How long the replaced one goes on: longer than a request may be under way.
const OVERLAP: Duration = Duration::from_secs(600);

/// A running program, called with the key that the caller gave.
#[derive(Debug)]
pub(crate) struct Server {
    url: String,
    client: Client,
}

impl From<CallError> for SinkError {
    fn from(error: CallError) -> Self {
        Self(error.to_string())
    }
}

impl Server {
    /// The program at `url`.
    pub(crate) fn new(url: &str, key: &str) -> Result<Self, CallError> {
        Ok(Self { url: url.to_owned(), client: Client::new(url, key)?.with(Patience::SHORT) })
    }

    /// The definition of a source.
    pub(crate) fn source(&self, name: &str) -> Result<Value, SinkError> {
        let answer = self.client.call("GET", &format!("/v1/definitions/source/{name}"), None)?;
        if answer.status == 404 {
            return Err(SinkError(format!("there is no source `{name}`: define it first")));
        }
        Ok(answer.read::<DefinitionAnswer>()?.document)
    }

    /// The moment, in milliseconds since 1970, before which the program keeps no events.
    pub(crate) fn kept_since_ms(&self) -> Result<i64, SinkError> {
        let status: StatusAnswer = self.client.call("GET", "/v1/status", None)?.read()?;
        Ok(status.kept_since.0.as_millis())
    }

    /// Ends a key.
    pub(crate) fn end_key(&self, id: &str) -> Result<(), CallError> {
        let answer = self.client.call("DELETE", &format!("/v1/keys/{id}"), None)?;
        if matches!(answer.status, 200 | 404) { Ok(()) } else { Err(answer.refusal()) }
    }

    /// Makes a key for a source, which takes the place of another. A secret one: what comes with a public key anybody
    /// may have written, so that the program may believe none of the accounts that it names.
    fn make_key(&self, source: &str, replaced: Option<&str>) -> Result<KeyCreated, CallError> {
        let mut wanted = json!({
            "kind": "secret", "source": source, "title": "import", "lifetime_s": KEY_LIFETIME.as_secs(),
        });
        if let Some(id) = replaced {
            (wanted["replaces"], wanted["overlap_s"]) = (json!(id), json!(OVERLAP.as_secs()));
        }
        self.client.call("POST", "/v1/keys", Some(wanted.to_string().as_bytes()))?.read()
    }
}

/// An import into a running program, with a key of its own that is never good for much longer than it is used.
#[derive(Debug)]
pub(crate) struct Session {
    server: Server,
    source: String,
    bar: ProgressBar,
    renewed_after: Duration,
    key: Mutex<Arc<Key>>,
}

#[derive(Debug)]
struct Key {
    id: String,
    made_at: Instant,
    client: Client,
}

impl Session {
    /// Makes a key for a source. That the program is waited for is told beside the bar.
    pub(crate) fn begin(server: Server, source: &str, bar: &ProgressBar) -> Result<Self, CallError> {
        Self::renewing(server, source, bar, RENEWED_AFTER)
    }

    fn renewing(server: Server, source: &str, bar: &ProgressBar, renewed_after: Duration) -> Result<Self, CallError> {
        let key = Mutex::new(Arc::new(key(&server, source, bar, None)?));
        Ok(Self { server, source: source.to_owned(), bar: bar.clone(), renewed_after, key })
    }

    /// The id of the key.
    pub(crate) fn key_id(&self) -> String {
        self.held().id.clone()
    }

    /// Ends the key. Nothing is sent from now on, as long as what is returned lives.
    pub(crate) fn end(&self) -> Result<impl Drop, CallError> {
        let held = self.held();
        self.server.end_key(&held.id)?;
        Ok(held)
    }

    fn held(&self) -> MutexGuard<'_, Arc<Key>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key to send with. One that was ended by hand is not replaced: somebody wants the import to stop. As long as
    /// no other can be had the old one goes on: the program may be away, and whoever sends waits for it.
    fn fresh(&self) -> Arc<Key> {
        let mut held = self.held();
        if held.made_at.elapsed() >= self.renewed_after
            && let Ok(made) = key(&self.server, &self.source, &self.bar, Some(&held.id))
        {
            *held = Arc::new(made);
        }
        held.clone()
    }
}

impl Sink for Session {
    fn send(&self, body: &[u8]) -> Result<Receipt, SinkError> {
        let answer: CollectAnswer = self.fresh().client.call("POST", "/v1/import", Some(body))?.read()?;
        let refused = |item: api::wire::collect::RejectedItem| Refused {
            index: item.index,
            code: item.code,
            message: item.message,
        };
        let counts = answer.counts.unwrap_or_default();
        let refused = answer.rejected.into_iter().map(refused).collect();
        Ok(Receipt { refused, known: counts.known, counted: counts.counted })
    }
}

#[expect(clippy::disallowed_methods, reason = "the age of a key is this process's own affair")]
fn key(server: &Server, source: &str, bar: &ProgressBar, replaced: Option<&str>) -> Result<Key, CallError> {
    let made_at = Instant::now();
    let made = server.make_key(source, replaced)?;
    let client = Client::new(&server.url, &made.secret)?.with(Patience::LONG).telling(bar);
    Ok(Key { id: made.key.id, made_at, client })
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::TcpListener,
        thread::{self, JoinHandle},
    };

    use super::*;

    /// A program that gives these answers, one a connection; in the end, what it was asked.
    fn program(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let one = move |body: String| {
            let mut reader = BufReader::new(listener.accept().unwrap().0);
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let start = head.len();
                reader.read_line(&mut head).unwrap();
                if let Some(text) = head[start..].to_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
            }
            let mut sent = vec![0; length];
            reader.read_exact(&mut sent).unwrap();
            let answer =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            format!("{head}{}", String::from_utf8(sent).unwrap())
        };
        (url, thread::spawn(move || answers.into_iter().map(one).collect()))
    }

    fn made(number: u32) -> String {
        json!({
            "secret": format!("sk_{number}"),
            "key": {"id": format!("key_{number}"), "kind": "secret", "title": "import", "hint": "sk_",
                    "created_at": "2026-03-02T10:00:00Z"},
        })
        .to_string()
    }

    #[test]
    fn a_key_that_grows_old_is_replaced_while_the_import_runs_and_a_young_one_is_not() {
        let taken = || json!({"success": true, "counts": {"kept": 1, "known": 2, "counted": 3}}).to_string();
        let sent = |renewed_after, answers| {
            let (url, program) = program(answers);
            let (server, bar) = (Server::new(&url, "sk_mine").unwrap(), ProgressBar::hidden());
            let session = Session::renewing(server, "till", &bar, renewed_after).unwrap();
            let receipt = session.send(b"{}").unwrap();
            assert_eq!((receipt.known, receipt.counted), (2, 3));
            program.join().unwrap()
        };
        let young = sent(RENEWED_AFTER, vec![made(1), taken()]);
        assert!(young[0].contains("\"lifetime_s\":3600") && !young[0].contains("replaces"), "{young:?}");
        let old = sent(Duration::ZERO, vec![made(1), made(2), taken()]);
        assert!(old[1].contains("\"replaces\":\"key_1\"") && old[1].contains("\"overlap_s\":600"), "{old:?}");
        // `sk_2:` as the name and password of a basic authorization.
        let none_to_be_had = sent(Duration::ZERO, vec![made(1), "{}".to_owned(), taken()]);
        assert!(none_to_be_had[2].contains("Basic c2tfMTo="), "{none_to_be_had:?}");
        assert!(old[2].contains("POST /v1/import") && old[2].contains("Basic c2tfMjo="), "{old:?}");
    }
}

//! A running program, called over its own HTTP API with one key.

use std::{
    io::{Read, Write},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use api::error::ErrorBody;
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use indicatif::ProgressBar;
use serde::de::DeserializeOwned;
use ureq::{
    Agent, SendBody,
    http::{Request, Response, request::Builder},
};

/// How often a call is tried, and how long each time. Only what may arrive twice is tried more than once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    tries: u32,
    answer: Duration,
    /// The longest wait between two tries that the program may ask for.
    asked: Duration,
}

impl Patience {
    /// A person waits for the answer.
    pub(crate) const ONCE: Self = Self { tries: 1, answer: Duration::from_secs(120), asked: Duration::ZERO };
    /// Nothing has begun: whether there is a program at all is told soon.
    pub(crate) const SHORT: Self = Self { tries: 3, answer: Duration::from_secs(10), asked: Duration::from_secs(2) };
    /// Work is under way: the program may start again meanwhile, or be busy. A batch is answered when it is durable.
    pub(crate) const LONG: Self = Self { tries: 30, answer: Duration::from_secs(120), asked: Duration::from_secs(300) };
}

/// How long it may take until somebody takes the call.
const CONNECTING: Duration = Duration::from_secs(3);
/// Tries that fail before anything is said of it.
const QUIET_TRIES: u32 = 2;
/// The first wait between two tries; each is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait between two tries, if the program names none.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Bodies of more bytes are compressed.
const PLAIN_BYTES: usize = 1_024;

/// A running program, called with one key.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    authorization: String,
    patience: Patience,
    /// Where it is told that a call waits for its answer, and whether it is told at present.
    told: Option<ProgressBar>,
    is_told: AtomicBool,
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
        Ok(Self {
            agent: agent(Patience::ONCE),
            base: base.trim_end_matches('/').to_owned(),
            authorization: format!("Basic {}", STANDARD.encode(format!("{key}:"))),
            patience: Patience::ONCE,
            told: None,
            is_told: AtomicBool::new(false),
        })
    }

    /// The same, which tries calls again while nobody answers, or the program says that it cannot take them now.
    pub(crate) fn with(self, patience: Patience) -> Self {
        Self { agent: agent(patience), patience, ..self }
    }

    /// The same, which tells beside this bar, on standard error, that it waits.
    pub(crate) fn telling(self, bar: &ProgressBar) -> Self {
        Self { told: Some(bar.clone()), ..self }
    }

    /// Calls until there is an answer that stands, or no try is left.
    ///
    /// # Errors
    /// That nobody answers.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, CallError> {
        let (mut wait, mut failed) = (FIRST_WAIT, 0);
        loop {
            let (why, asked) = match self.call_once(method, path, body) {
                Ok(answer) if !answer.is_for_now() => {
                    self.tell_answered();
                    return Ok(answer);
                }
                Ok(answer) if failed + 1 >= self.patience.tries => return Ok(answer),
                Ok(answer) => (answer.refusal(), answer.retry_after.map(|asked| asked.min(self.patience.asked))),
                Err(why) => (CallError(format!("nobody answers at {}: {why}", self.base)), None),
            };
            failed += 1;
            if failed >= self.patience.tries {
                return Err(why);
            }
            if failed > QUIET_TRIES {
                self.tell_waiting(&why);
            }
            pause(asked.unwrap_or(wait));
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Sends a body of any size as it is read: once, since it cannot be read again.
    ///
    /// # Errors
    /// That nobody answers.
    pub(crate) fn send(&self, method: &str, path: &str, body: impl Read + 'static) -> Result<Answer, CallError> {
        let request = self.request(method, path).header("content-type", "application/octet-stream");
        // However long it takes: the bar shows that it goes on.
        let agent = agent_within(None);
        let sent = request.body(SendBody::from_owned_reader(body)).map_err(ureq::Error::from);
        let answer = sent.and_then(|request| agent.run(request)).and_then(Answer::of);
        answer.map_err(|error| CallError(format!("nobody answers at {}: {error}", self.base)))
    }

    /// Tells that it waits: once, however many calls do.
    fn tell_waiting(&self, why: &CallError) {
        if let Some(bar) = &self.told
            && !self.is_told.swap(true, Ordering::Relaxed)
        {
            bar.suspend(|| eprintln!("{why}; trying again"));
        }
    }

    /// Tells that it waits no longer, if that was told.
    fn tell_answered(&self) {
        if let Some(bar) = &self.told
            && self.is_told.swap(false, Ordering::Relaxed)
        {
            bar.suspend(|| eprintln!("{} answers again", self.base));
        }
    }

    fn call_once(&self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, ureq::Error> {
        let request = self.request(method, path).header("content-type", "application/json");
        let answer = match body {
            None => self.agent.run(request.body(())?)?,
            Some(body) if body.len() > PLAIN_BYTES => {
                self.agent.run(request.header("content-encoding", "gzip").body(gzip(body)?)?)?
            }
            Some(body) => self.agent.run(request.body(body)?)?,
        };
        Answer::of(answer)
    }

    fn request(&self, method: &str, path: &str) -> Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        request.header("authorization", &self.authorization)
    }
}

impl Answer {
    fn of(mut answer: Response<ureq::Body>) -> Result<Self, ureq::Error> {
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Self {
            status: answer.status().as_u16(),
            retry_after: retry_after.map(Duration::from_secs),
            body: answer.body_mut().read_to_vec()?,
        })
    }

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

fn agent(patience: Patience) -> Agent {
    agent_within(Some(patience.answer))
}

fn agent_within(answer: Option<Duration>) -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
    let config = config.timeout_connect(Some(CONNECTING)).timeout_global(answer);
    Agent::new_with_config(config.build())
}

#[expect(clippy::disallowed_methods, reason = "a command waits for a program: nothing comes through any channel")]
pub(crate) fn pause(span: Duration) {
    thread::sleep(span);
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

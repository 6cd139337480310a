//! Events from a shop's files into a data folder that no program holds.

use std::{io, thread, time::Duration};

use api::{
    error::Code,
    tracking::{Gpc, Refused, Route},
    wire::{collect::CollectCounts, key::KeyKind},
};
use model::{
    name::{Name, Source},
    time::Timestamp,
};
use runtime::handle::Runtime;
use serde_json::Value;

use crate::{
    app::{App, AppError, Shared},
    config::Config,
    intake::{self, Sender},
    serve::{self, Fixed, ServeError},
};

/// An open data folder that takes events of one source in.
#[derive(Debug)]
pub struct Door {
    app: Shared,
    threads: tokio::runtime::Runtime,
    source: Name<Source>,
    definition: Value,
}

/// Why the folder takes nothing in.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// It cannot be opened, or not closed cleanly.
    #[error(transparent)]
    Serve(Box<ServeError>),
    /// What belongs to the edge cannot be had.
    #[error(transparent)]
    App(#[from] AppError),
    /// There is no such source.
    #[error("there is no source `{0}`: define it first")]
    UnknownSource(String),
    /// A body cannot be taken in.
    #[error("{0}")]
    Refused(String),
}

impl From<ServeError> for DoorError {
    fn from(error: ServeError) -> Self {
        Self::Serve(Box::new(error))
    }
}

/// What became of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// The events that were refused.
    pub refused: Vec<Refusal>,
    /// The others.
    pub counts: CollectCounts,
}

/// An event that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its place in the body, from 0.
    pub index: usize,
    /// The stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let Refused { index, problem, .. } = refused;
        Self { index, code: problem.code.as_str().to_owned(), message: problem.message }
    }
}

/// Calls `stop` on a thread of its own when the process is told to stop (SIGTERM, SIGINT), which from now on does not
/// end it by itself.
///
/// # Errors
/// What the system said.
pub fn when_told_to_stop(stop: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let waiting = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let signals = waiting.block_on(async { serve::wait_for_signal() })?;
    let wait = move || {
        waiting.block_on(signals);
        stop();
    };
    thread::Builder::new().name("signals".into()).spawn(wait).map(drop)
}

/// How long to wait when too much is under way.
const BREATH: Duration = Duration::from_millis(50);

impl Door {
    /// Opens the data folder for a source. The configured definitions are published, as when it is served.
    pub fn open(config: &Config, fixed: Fixed, source: &str) -> Result<Self, DoorError> {
        let substrate = serve::open(config, fixed).map_err(ServeError::from)?;
        let runtime = Runtime::start(substrate, serve::settings(config, fixed)).map_err(ServeError::from)?;
        runtime.finish_erasures().map_err(ServeError::from)?;
        if let Some(folder) = &config.definitions {
            serve::publish_folder(&runtime, folder)?;
        }
        let unknown = || DoorError::UnknownSource(source.to_owned());
        let definition = runtime.documents().get(definition::Kind::Source, source).ok_or_else(unknown)?;
        let app = App::new(runtime, config.clone(), &config.data, fixed.seed)?;
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let threads = threads.map_err(|error| ServeError::Io { what: "threads".into(), source: error })?;
        Ok(Self { app, threads, source: source.into(), definition })
    }

    /// The source's definition.
    pub fn source(&self) -> &Value {
        &self.definition
    }

    /// The clock's moment.
    pub fn now(&self) -> Timestamp {
        self.app.runtime.now()
    }

    /// Takes a body of the batch endpoint in; what became of it, when all that was not refused is durable. Waits where
    /// too much is under way. May be called from several threads.
    pub fn take(&self, body: &[u8]) -> Result<Came, DoorError> {
        self.threads.block_on(async {
            loop {
                let sender = Sender {
                    source: self.source.clone(),
                    received_at: self.now(),
                    gpc: Gpc::Absent,
                    kind: KeyKind::Secret,
                    proof: None,
                    user_agent: None,
                };
                match intake::take_counting(&self.app, &sender, Route::Batch, body).await {
                    Ok((refused, counts)) => {
                        return Ok(Came { refused: refused.into_iter().map(Refusal::from).collect(), counts });
                    }
                    Err(refusal) if refusal.error().code == Code::Overloaded => tokio::time::sleep(BREATH).await,
                    Err(refusal) => return Err(DoorError::Refused(refusal.error().to_string())),
                }
            }
        })
    }

    /// Closes the folder: everything that was taken in is saved.
    pub fn close(self) -> Result<(), DoorError> {
        let Self { app, threads, .. } = self;
        threads.shutdown_background();
        Ok(app.stop().map_err(ServeError::Stop)?)
    }
}

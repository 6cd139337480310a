//! What every handler has: the runtime, and what belongs to the edge.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use context::{Places, Recognizer, Settings};
use merchandise::{
    demand::Demand,
    feeds::Feeds,
    indexing::{Indexer, Searching},
};
use runtime::{handle::Runtime, ticket::Failure};

use crate::{
    answer::Refusal,
    config::{Config, Webhooks},
    keys::{Keys, KeysError},
    link::{self, LinkTokens, PageTokens},
    live::Live,
    metrics::Metrics,
    observe::RequestIds,
    random,
    rate::Limiter,
    script::{ScriptError, Scripts},
};

/// How long a listing waits for the tables that it is read from.
const LISTED_WITHIN: Duration = Duration::from_secs(5);

/// The state behind the router.
#[derive(Debug)]
pub struct App {
    pub(crate) runtime: Runtime,
    pub(crate) keys: Keys,
    pub(crate) limiter: Limiter,
    pub(crate) links: LinkTokens,
    pub(crate) page_tokens: PageTokens,
    pub(crate) live: Live,
    pub(crate) metrics: Metrics,
    pub(crate) config: Config,
    /// What Segment's classic snippet loads, if it is configured.
    pub(crate) scripts: Option<Scripts>,
    pub(crate) folder: PathBuf,
    /// Goes into ids that are drawn here: of events that bring none, of rejected events.
    pub(crate) salt: u64,
    pub(crate) request_ids: RequestIds,
    /// What requests say by themselves.
    pub(crate) recognizer: Recognizer,
    pub(crate) feeds: Feeds,
    pub(crate) searching: Searching,
    pub(crate) demand: Demand,
    indexing: Mutex<Option<JoinHandle<()>>>,
    pub(crate) webhook_secrets: WebhookSecrets,
    stopping: AtomicBool,
}

/// By what webhooks are signed.
pub(crate) struct WebhookSecrets {
    pub(crate) shopify: Option<String>,
    pub(crate) woocommerce: Option<String>,
}

impl std::fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecrets(…)")
    }
}

impl WebhookSecrets {
    fn read(config: &Webhooks) -> Result<Self, AppError> {
        let read = |path: &Option<PathBuf>, setting| path.as_deref().map(|path| secret(path, setting)).transpose();
        Ok(Self {
            shopify: read(&config.shopify_secret, "webhooks.shopify_secret")?,
            woocommerce: read(&config.woocommerce_secret, "webhooks.woocommerce_secret")?,
        })
    }
}

/// The state as handlers have it.
pub type Shared = Arc<App>;

/// Why the edge cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The keys cannot be had.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A file beside the store cannot be read or written.
    #[error("{file}: {source}")]
    File {
        /// Its name in the data folder.
        file: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The script that is configured cannot be served.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// The file of a secret that is configured cannot be used.
    #[error("{setting}, {file}: {why}")]
    Secret {
        /// The setting.
        setting: &'static str,
        /// Its path.
        file: String,
        /// Why.
        why: String,
    },
    /// The database of places that is configured cannot be read.
    #[error("context.geoip, {file}: {why}")]
    Places {
        /// Its path.
        file: String,
        /// Why.
        why: String,
    },
}

fn secret(path: &Path, setting: &'static str) -> Result<String, AppError> {
    let failed = |why: &str| AppError::Secret { setting, file: path.display().to_string(), why: why.to_owned() };
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error.to_string()))?;
    let secret = text.trim();
    if secret.is_empty() { Err(failed("there is nothing in it")) } else { Ok(secret.to_owned()) }
}

fn places(path: &Path) -> Result<Places, AppError> {
    let failed =
        |why: &dyn std::fmt::Display| AppError::Places { file: path.display().to_string(), why: why.to_string() };
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    Places::new(bytes).map_err(|error| failed(&error))
}

impl App {
    /// Puts the edge around a runtime. `folder` holds the keys; `seed` fixes what is drawn, for repeatable tests.
    pub fn new(runtime: Runtime, config: Config, folder: &Path, seed: Option<u64>) -> Result<Shared, AppError> {
        let salt = seed.unwrap_or_else(|| u64::from_le_bytes(random::bytes()));
        let (links, page_tokens) = link::open(folder, seed)?;
        Ok(Arc::new(Self {
            keys: Keys::open(folder, seed)?,
            limiter: Limiter::new(config.rate),
            links,
            page_tokens,
            live: Live::new(),
            metrics: Metrics::default(),
            folder: folder.to_owned(),
            recognizer: Recognizer::new(Settings {
                places: config.context.geoip.as_deref().map(places).transpose()?,
                own_hosts: config.context.own_hosts.clone(),
            }),
            feeds: Feeds::open(folder).map_err(|source| AppError::File { file: "feeds", source })?,
            searching: Searching::default(),
            demand: Demand::open(folder).map_err(|source| AppError::File { file: "demand", source })?,
            indexing: Mutex::default(),
            webhook_secrets: WebhookSecrets::read(&config.webhooks)?,
            scripts: config.collect.analytics_js.as_deref().map(Scripts::read).transpose()?,
            runtime,
            config,
            salt,
            request_ids: RequestIds::new(salt),
            stopping: AtomicBool::new(false),
        }))
    }

    /// Keeps the search index of the catalog up, on a thread of its own, until the program stops.
    pub fn keep_index(self: &Arc<Self>) {
        let mut indexer = Indexer::open(&self.folder, &self.searching);
        let app = Arc::downgrade(self);
        let keep_up = move || {
            // Whoever lets go of the program without stopping it is not held up.
            while let Some(app) = app.upgrade().filter(|app| !app.runtime.is_stopping()) {
                indexer.step(&app.runtime, &app.searching);
            }
            indexer.close();
        };
        *self.indexing.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::thread::spawn(keep_up));
    }

    /// Keeps up which items are alike, on a thread of its own, until the program stops.
    pub fn keep_likeness(self: &Arc<Self>) {
        /// How long to wait for a change before looking whether to stop.
        const LOOK: Duration = Duration::from_secs(1);
        let app = Arc::downgrade(self);
        std::thread::spawn(move || {
            while let Some(app) = app.upgrade().filter(|app| !app.runtime.is_stopping()) {
                app.runtime.keep_likeness(LOOK);
            }
        });
    }

    /// Saves everything and ends the threads of the program. Blocking.
    pub fn stop(&self) -> Result<(), Failure> {
        let stopped = self.runtime.stop();
        self.save_demand();
        let indexing = self.indexing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if indexing.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the search index failed");
        }
        stopped
    }

    /// Writes what searches could not be met since the last time. Blocking.
    pub(crate) fn save_demand(&self) {
        if let Err(error) = self.demand.save() {
            tracing::warn!(%error, "unmet demand could not be written; it is tried again");
        }
    }

    /// Makes ready what the first request would wait for, on a thread of its own.
    pub fn warm_up(self: &Arc<Self>) {
        let app = self.clone();
        std::thread::spawn(move || app.recognizer.warm());
    }

    /// The keys, to bring some or to make the first.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The runtime behind.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Takes no more requests as far as readiness goes.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.live.end();
    }

    /// Waits until what was answered so far is in the tables that listings are read from. A disk that cannot be written
    /// keeps no list from being read: after a while it is shown as of the last save.
    pub(crate) async fn listable(&self) {
        _ = tokio::time::timeout(LISTED_WITHIN, self.runtime.saved()).await;
    }

    /// Whether the program was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// Does what blocks, such as reading a disk or parsing a long text, off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    app: &Shared,
    work: impl FnOnce(&App) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let app = app.clone();
    tokio::task::spawn_blocking(move || work(&app)).await?
}

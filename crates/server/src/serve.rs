//! The running program: opened, listening, stopped cleanly.

use std::{io::ErrorKind, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use api::wire::key::KeyKind;
use definition::{Author, DefinitionError, Documents, Origin};
use model::time::Timestamp;
use runtime::{
    clock::Clock,
    erasure::ErasureError,
    handle::{LoadError, Runtime, Settings, folder_options},
    limits::Limits,
    publishing::{PlanError, Proposal},
    ticket::Failure,
    training::{Refreshed, Trained},
};
use store::{error::StoreError, local::Local, substrate::Substrate};
use tokio::{net::TcpListener, sync::oneshot};
use tracing_subscriber::EnvFilter;

use crate::{
    app::{App, AppError, Shared, blocking},
    config::{Config, ConfigError, Log, LogFormat},
    connections,
    keys::{KeysError, NewKey, SERVER_SOURCE, WEB_SOURCE},
    memory, random, routes,
};

/// What a test fixes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fixed {
    /// The clock stands here until it is moved.
    pub clock: Option<Timestamp>,
    /// Ids and draws come from this number.
    pub seed: Option<u64>,
}

impl Fixed {
    /// Reads what flags say; the clock in RFC 3339.
    pub fn read(clock: Option<&str>, seed: Option<u64>) -> Result<Self, ConfigError> {
        let moment = |text: &str| {
            let why = "must be RFC 3339, such as 2026-03-02T10:00:00Z".to_owned();
            api::time::read(text).ok_or(ConfigError::Invalid { place: "--test-clock".to_owned(), why })
        };
        Ok(Self { clock: clock.map(moment).transpose()?, seed })
    }
}

/// Keys that the installation brings along; what is missing is made at the first start.
#[derive(Debug, Clone, Default)]
pub struct Bootstrap {
    /// A secret key.
    pub secret_key: Option<String>,
    /// A public key, for the source `web`.
    pub write_key: Option<String>,
}

/// Why the program cannot start, or did not stop cleanly.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it holds cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An erasure that was under way cannot be finished.
    #[error(transparent)]
    Erasure(#[from] ErasureError),
    /// The definitions of the configured folder are not right.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// They could not be published.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The edge cannot start.
    #[error(transparent)]
    App(#[from] AppError),
    /// The keys cannot be written.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A key that was brought along is too short to be one.
    #[error("a key that is brought along must have at least {KEY_BYTES} bytes")]
    ShortKey,
    /// Something else listens at the address already.
    #[error("something else listens at {0} already: stop it, or name another address with --listen")]
    AddressTaken(String),
    /// It cannot listen, or wait for signals.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The end was not clean.
    #[error("not everything could be saved: {0}")]
    Stop(#[from] Failure),
}

/// Bytes of a key that is brought along, at least.
const KEY_BYTES: usize = 16;
/// How often somebody looks whether it is time to train or refresh, which costs nothing.
const TRAINING_LOOK: Duration = Duration::from_secs(5);
/// How long it is left alone after it failed.
const TRAINING_REST: Duration = Duration::from_secs(30);
/// How often somebody looks whether a census is due.
const CENSUS_LOOK: Duration = Duration::from_secs(10);
/// How often unmet demand is written.
const DEMAND_SAVE: Duration = Duration::from_secs(3);
/// How long open requests may take to end when the program stops.
const GRACE: Duration = Duration::from_secs(20);

/// Opens the data folder.
pub fn open(config: &Config, fixed: Fixed) -> Result<Arc<dyn Substrate>, StoreError> {
    Ok(Arc::new(Local::open(&config.data, &folder_options(config.partitions, fixed.seed))?))
}

/// The same of data that are there already, for commands that read them.
pub fn open_existing(config: &Config) -> Result<Arc<dyn Substrate>, StoreError> {
    Ok(Arc::new(Local::open_existing(&config.data, &folder_options(config.partitions, None))?))
}

/// How the runtime is to be started.
pub fn settings(config: &Config, fixed: Fixed) -> Settings {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Settings {
        owners: if config.owners == 0 { cores } else { config.owners },
        clock: fixed.clock.map_or(Clock::System, Clock::frozen_at),
        seed: fixed.seed.unwrap_or_else(|| u64::from_le_bytes(random::bytes())),
        limits: Limits {
            events_under_way: config.limits.events_under_way,
            resident_bytes: memory::resident_bytes(config.limits.resident_mib),
            decisions_waiting: config.limits.decisions_waiting,
            save_every_ms: config.limits.save_every_ms,
        },
    }
}

/// Opens everything: the data folder, the runtime, the configured definitions, the keys. Blocking. Keys that were
/// made are printed once.
pub fn start(config: Config, fixed: Fixed, bootstrap: &Bootstrap) -> Result<Shared, ServeError> {
    let substrate = open(&config, fixed)?;
    let runtime = Runtime::start(substrate, settings(&config, fixed))?;
    runtime.finish_erasures()?;
    if let Some(folder) = &config.definitions {
        publish_folder(&runtime, folder)?;
    }
    let folder = config.data.clone();
    let app = App::new(runtime, config, &folder, fixed.seed)?;
    app.warm_up();
    app.keep_index();
    app.keep_likeness();
    bring_keys(&app, bootstrap)?;
    Ok(app)
}

/// Publishes what a folder says beyond what every project has.
pub fn publish_folder(runtime: &Runtime, folder: &Path) -> Result<(), ServeError> {
    let (documents, defaults) = (definition::read_folder(folder)?, Documents::defaults());
    let own = documents
        .list(None)
        .into_iter()
        .filter(|(kind, name, document)| defaults.get(*kind, name).is_none_or(|default| default != *document));
    let proposal = Proposal::of(Author::program("the configured folder"), Origin::Start);
    let publishing = runtime.publish(proposal, |documents| {
        own.into_iter().try_for_each(|(kind, name, document)| documents.put(kind, &name, &document))
    })?;
    Ok(publishing.applied.wait()?)
}

fn bring_keys(app: &App, bootstrap: &Bootstrap) -> Result<(), ServeError> {
    let now = app.runtime.now();
    let new =
        |kind, source: &str, title: &str| NewKey { kind, source: source.into(), title: title.into(), lifetime: None };
    let secret = || new(KeyKind::Secret, SERVER_SOURCE, "the first secret key");
    let public = || new(KeyKind::Public, WEB_SOURCE, "the first write key");
    let brought = [(&bootstrap.secret_key, secret()), (&bootstrap.write_key, public())];
    for (text, new) in brought {
        let Some(text) = text else { continue };
        if text.len() < KEY_BYTES {
            return Err(ServeError::ShortKey);
        }
        app.keys.add(text, new, now)?;
    }
    if app.keys.is_empty() {
        let (secret, _) = app.keys.create(secret(), now)?;
        let (public, _) = app.keys.create(public(), now)?;
        println!("These keys are shown this once:\n  secret key  {secret}\n  write key   {public}");
    }
    Ok(())
}

/// Whether one can listen at an address, before anything is opened for it: who is told at once has nothing to clean up.
pub fn check_address(wanted: &str) -> Result<(), ServeError> {
    std::net::TcpListener::bind(wanted).map(drop).map_err(|source| no_address(wanted, source))
}

fn no_address(wanted: &str, source: std::io::Error) -> ServeError {
    match source.kind() {
        ErrorKind::AddrInUse => ServeError::AddressTaken(wanted.to_owned()),
        _ => ServeError::Io { what: wanted.to_owned(), source },
    }
}

/// Listens until a signal to stop comes (SIGTERM, SIGINT), then lets the open requests end. `ready` is told the
/// address. Does not stop the runtime.
pub async fn listen(app: Shared, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let io = |what: &str| {
        let what = what.to_owned();
        move |source| ServeError::Io { what, source }
    };
    let wanted = app.config.listen.clone();
    let listener = TcpListener::bind(&wanted).await.map_err(|source| no_address(&wanted, source))?;
    let address = listener.local_addr().map_err(io(&wanted))?;
    let (stop, stopped) = oneshot::channel();
    let signals = wait_for_signal().map_err(io("signals"))?;
    let header_within = Duration::from_millis(app.config.limits.header_within_ms);
    let end = async move { _ = stopped.await };
    tokio::spawn(take_censuses(app.clone()));
    tokio::spawn(train(app.clone()));
    tokio::spawn(save_demand(app.clone()));
    for feed in app.feeds.waiting() {
        tokio::spawn(routes::catalog::read_feed(app.clone(), feed));
    }
    let serving = connections::serve(listener, routes::router(app.clone()), header_within, end);
    ready(address);
    let stopping = async move {
        signals.await;
        app.begin_to_stop();
        _ = stop.send(());
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = serving => {}
        () = stopping => {}
    }
    Ok(())
}

/// Takes a census whenever one is due, until the program stops.
async fn take_censuses(app: Shared) {
    let mut looks = tokio::time::interval(CENSUS_LOOK);
    while !app.is_stopping() {
        looks.tick().await;
        let taken = blocking(&app, |app| {
            if app.runtime.is_census_due()? {
                app.runtime.take_census()?;
            }
            Ok(())
        });
        if let Err(refusal) = taken.await
            && !app.is_stopping()
        {
            tracing::warn!(code = refusal.error().code.as_str(), "no census could be taken; it is tried again");
        }
    }
}

/// Trains or refreshes the models of recommenders whenever it is time, until the program stops.
async fn train(app: Shared) {
    let mut looks = tokio::time::interval(TRAINING_LOOK);
    while !app.is_stopping() {
        looks.tick().await;
        let trained = blocking(&app, |app| {
            if app.runtime.is_training_due() {
                let Trained { version, persons, deeds, took, .. } = app.runtime.train()?;
                let took_ms = took.as_millis() as u64;
                tracing::info!(model = version, persons, deeds, took_ms, "recommenders were trained");
            } else if app.runtime.is_refresh_due()
                && let Some(Refreshed { version, persons, took, .. }) = app.runtime.refresh()?
            {
                let took_ms = took.as_millis() as u64;
                tracing::info!(model = version, persons, took_ms, "recommenders were refreshed");
            }
            Ok(())
        });
        if let Err(refusal) = trained.await
            && !app.is_stopping()
        {
            tracing::warn!(
                code = refusal.error().code.as_str(),
                "recommenders could not be trained; it is tried again"
            );
            tokio::time::sleep(TRAINING_REST).await;
        }
    }
}

/// Writes unmet demand, again and again until the program stops.
async fn save_demand(app: Shared) {
    let mut saves = tokio::time::interval(DEMAND_SAVE);
    while !app.is_stopping() {
        saves.tick().await;
        let saved = blocking(&app, |app| {
            app.save_demand();
            Ok(())
        });
        _ = saved.await;
    }
}

/// Waits for SIGTERM or SIGINT; both are caught from now on. Within a runtime of tokio.
pub(crate) fn wait_for_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Serves until a signal comes: everything from opening to the clean end.
pub fn run(config: Config, fixed: Fixed, bootstrap: &Bootstrap) -> Result<(), ServeError> {
    log(&config.log);
    let app = start(config, fixed, bootstrap)?;
    let threads = threads()?;
    let served = threads.block_on(listen(app.clone(), |address| println!("listening on http://{address}")));
    threads.shutdown_background();
    served.and(app.stop().map_err(ServeError::Stop))
}

/// The threads on which a program serves.
pub fn threads() -> Result<tokio::runtime::Runtime, ServeError> {
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    threads.map_err(|source| ServeError::Io { what: "threads".into(), source })
}

/// Logs to standard error from here on. A level that cannot be read is `warn`.
pub fn log(log: &Log) {
    // A level alone is for what is ours; the libraries below have nothing to say to an operator unless they warn.
    let directives = match log.level.as_str() {
        level @ ("info" | "debug" | "trace") => format!("warn,server={level},runtime={level},store={level}"),
        directives => directives.to_owned(),
    };
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first one's log.
    let _ = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.try_init(),
    };
}

//! A server in process: the real router on a socket, with a machine in memory below it.

use std::{path::Path, sync::Arc, thread::JoinHandle, time::Duration};

use api::wire::key::KeyKind;
use model::time::Timestamp;
use runtime::{
    clock::Clock,
    handle::{Runtime, Settings},
};
use serde_json::{Value, json};
use server::{
    app::{App, Shared},
    config::Config,
    connections,
    keys::NewKey,
    routes,
};
use store::{disk::Keep, sim::Machine};
use tempfile::TempDir;
use testkit::{
    client::{Answer, Client},
    process::{SECRET_KEY, WRITE_KEY},
    scenario::{http::Host, stage::End},
};
use tokio::{net::TcpListener, sync::oneshot};

/// Where the clock of a test stands: Monday, 2 March 2026, 10:00 UTC.
pub(crate) const START_MS: i64 = 1_772_445_600_000;

pub(crate) struct Shop {
    pub(crate) machine: Machine,
    config: Config,
    folder: TempDir,
    running: Option<Running>,
}

struct Running {
    url: String,
    app: Shared,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        Self::at(config, Timestamp::saturating_from_millis(START_MS))
    }

    pub(crate) fn at(config: Config, now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let backups = folder.path().join("backups");
        let config = Config { backup: server::config::Backup { folder: backups }, ..config };
        let mut shop = Self { machine: Machine::default(), config, folder, running: None };
        shop.start(now);
        shop
    }

    pub(crate) fn start(&mut self, now: Timestamp) {
        let options = runtime::handle::folder_options(4, Some(1));
        let substrate = Arc::new(self.machine.start(&options).unwrap());
        let settings =
            Settings { owners: 2, clock: Clock::frozen_at(now), seed: 1, limits: runtime::limits::Limits::default() };
        let runtime = Runtime::start(substrate, settings).unwrap();
        runtime.finish_erasures().unwrap();
        let app = App::new(runtime, self.config.clone(), self.folder.path(), Some(1)).unwrap();
        for (text, kind, source) in [(SECRET_KEY, KeyKind::Secret, "server"), (WRITE_KEY, KeyKind::Public, "web")] {
            app.keys()
                .add(text, NewKey { kind, source: source.into(), title: String::new(), lifetime: None }, now)
                .unwrap();
        }
        self.running = Some(serve(app, self.config.limits.header_within_ms));
    }

    /// Ends as if the power failed, or cleanly.
    pub(crate) fn end(&mut self, how: End) {
        let Some(running) = self.running.take() else { return };
        if how == End::Stop {
            running.app.runtime().stop().unwrap();
        }
        running.app.begin_to_stop();
        running.stop.send(()).unwrap();
        running.thread.join().unwrap();
        if how == End::Crash {
            self.machine.crash(Keep::Nothing);
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.running.as_ref().expect("it runs").url
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn nobody(&self) -> Client {
        Client::new(self.url())
    }

    pub(crate) fn secret(&self) -> Client {
        self.nobody().with_key(SECRET_KEY)
    }

    pub(crate) fn write(&self) -> Client {
        self.nobody().with_key(WRITE_KEY)
    }

    /// Grants purposes to whoever is at a device.
    pub(crate) fn consent(&self, anonymous_id: &str, purposes: &[&str]) {
        let purposes: Value = purposes.iter().map(|purpose| ((*purpose).to_owned(), json!(true))).collect();
        let body = json!({"anonymous_id": anonymous_id, "purposes": purposes, "wording": "v1", "language": "en"});
        _ = self.write().post("/v1/consent", &body).expect(200);
    }

    /// Sends a batch with the public key.
    pub(crate) fn send(&self, events: &Value) -> Answer {
        self.write().post("/v1/batch", &json!({ "batch": events })).expect(200)
    }

    pub(crate) fn advance_ms(&self, ms: i64) {
        _ = self.secret().post("/v1/test/clock", &json!({ "advance_ms": ms })).expect(200);
    }

    /// The names of the events kept of a person, newest first; nothing if there is no such person.
    pub(crate) fn events(&self, person: &str) -> Vec<String> {
        let answer = self.secret().get(&format!("/v1/profiles/{person}/timeline?limit=1000"));
        if answer.status == 404 {
            return Vec::new();
        }
        let page = answer.expect(200).json();
        let name = |event: &Value| event["event"].as_str().or(event["type"].as_str()).unwrap().to_owned();
        page["events"].as_array().unwrap().iter().map(name).collect()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.end(End::Crash);
    }
}

impl Host for Shop {
    fn secret(&self) -> Client {
        Shop::secret(self)
    }

    fn write(&self) -> Client {
        Shop::write(self)
    }

    fn end(&mut self, how: End, now: Timestamp) {
        Shop::end(self, how);
        self.start(now);
    }
}

fn serve(app: Shared, header_within_ms: u64) -> Running {
    let (stop, stopped) = oneshot::channel();
    let (tell, told) = std::sync::mpsc::channel();
    let router = routes::router(app.clone());
    let header_within = Duration::from_millis(header_within_ms);
    let thread = std::thread::spawn(move || {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        threads.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            // Dropped, not shut down: clients keep their connections open.
            tokio::select! {
                () = connections::serve(listener, router, header_within, std::future::pending()) => {}
                _ = stopped => {}
            }
        });
        threads.shutdown_background();
    });
    Running { url: format!("http://{}", told.recv().unwrap()), app, stop, thread }
}

/// The stable code of an error answer.
pub(crate) fn code(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    assert_eq!(body["code"], body["error"]["code"], "{answer:?}");
    assert_eq!(body["message"], body["error"]["message"], "{answer:?}");
    (answer.status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// `(422, "VALIDATION")` as [`code`] gives it.
pub(crate) fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

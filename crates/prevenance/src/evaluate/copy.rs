//! A private copy of the program: on a free port, on data of its own that go away with it, by a clock that is moved.

use std::{
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use api::{time, wire::Moment};
use server::command::import::when_told_to_stop;
use tempfile::TempDir;

use crate::client::{CallError, Client, Patience};

/// What a process that was stopped by hand ends with, as a shell has it: 128 and the number of SIGINT.
const STOPPED: i32 = 130;
/// What the copy does otherwise than a shop's own program: it has no other callers, and no page waits.
const SETTINGS: [(&str, &str); 3] = [
    ("PREVENANCE__RATE__REQUESTS_PER_S", "1000000"),
    ("PREVENANCE__RATE__BURST", "1000000"),
    ("PREVENANCE__DECIDE__GIVE_UP_MS", "60000"),
];

/// A copy that runs. Ended with its data when dropped, and when the process is told to stop.
pub(super) struct Copy {
    running: Arc<Mutex<Option<Running>>>,
    pub(super) client: Client,
    // The pipe stays open: the program may say more.
    _said: Lines<BufReader<ChildStdout>>,
}

struct Running {
    child: Child,
    // Last, so that the folder outlives the process that writes to it.
    _folder: TempDir,
}

impl Copy {
    /// Starts one whose clock stands at a moment.
    pub(super) fn start(at: Moment, seed: u64) -> Result<Self, Box<dyn Error>> {
        let running = Arc::new(Mutex::new(None::<Running>));
        let stopped = Arc::clone(&running);
        when_told_to_stop(move || {
            // Held to the end: who finds that the copy is gone waits here, and does not end the process before its data
            // are gone.
            let mut held = stopped.lock().unwrap_or_else(PoisonError::into_inner);
            drop(held.take());
            eprintln!("stopped; nothing is kept");
            std::process::exit(STOPPED);
        })?;
        let folder = TempDir::with_prefix("prevenance-evaluate-")?;
        let log = folder.path().join("log");
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data"]);
        command.arg(folder.path().join("data"));
        command.args(["--test-clock", &time::write(at.0), "--test-seed", &seed.to_string()]);
        // Neither the shop's configuration nor its variables are meant for this one.
        command.current_dir(folder.path());
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PREVENANCE_") {
                command.env_remove(name);
            }
        }
        command.envs(SETTINGS).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let mut child = command.spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or("the copy has no output")?).lines();
        let begun = Running { child, _folder: folder };
        *running.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        let (mut key, mut url) = (None, None);
        while let Some(Ok(line)) = said.next() {
            key = key.or_else(|| Some(line.trim().strip_prefix("secret key")?.trim().to_owned()));
            url = line.strip_prefix("listening on ").map(|url| url.trim().to_owned());
            if url.is_some() {
                break;
            }
        }
        let (Some(key), Some(url)) = (key, url) else {
            let said = fs::read_to_string(&log);
            drop(take(&running));
            return Err(format!("the copy did not start: {}", said?.trim()).into());
        };
        let client = Client::new(&url, &key)?.with(Patience::LONG);
        Ok(Self { running, client, _said: said })
    }

    /// Moves its clock on.
    pub(super) fn is_at(&self, at: Moment) -> Result<(), CallError> {
        let body = serde_json::json!({ "to": at }).to_string();
        let answer = self.client.call("POST", "/v1/test/clock", Some(body.as_bytes()))?;
        if answer.status == 200 { Ok(()) } else { Err(answer.refusal()) }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        drop(take(&self.running));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn take(running: &Mutex<Option<Running>>) -> Option<Running> {
    running.lock().unwrap_or_else(PoisonError::into_inner).take()
}

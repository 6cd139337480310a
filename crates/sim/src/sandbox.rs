//! A private copy of the program: on a free port, on data of its own that go away with it, by a clock that is moved.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use api::time;
use model::time::Timestamp;
use server::command::import::when_told_to_stop;
use tempfile::TempDir;

/// What a process that was stopped by hand ends with, as a shell has it: 128 and the number of SIGINT.
const STOPPED: i32 = 130;
/// What the copy does otherwise than a shop's own program: it has no other callers, and no page waits.
const SETTINGS: [(&str, &str); 3] = [
    ("PREVENANCE__RATE__REQUESTS_PER_S", "1000000"),
    ("PREVENANCE__RATE__BURST", "1000000"),
    ("PREVENANCE__DECIDE__GIVE_UP_MS", "60000"),
];

/// A copy that runs. Ended with its data when dropped, and when the process is told to stop.
pub struct Sandbox {
    /// Where it listens.
    pub url: String,
    /// A secret key of it.
    pub key: String,
    running: Arc<Mutex<Option<Running>>>,
    // The pipe stays open: the program may say more.
    _said: Lines<BufReader<ChildStdout>>,
}

struct Running {
    child: Child,
    // Last, so that the folder outlives the process that writes to it.
    _folder: TempDir,
}

impl Sandbox {
    /// Starts the program that this process is, with its clock at a moment.
    ///
    /// # Errors
    /// What the system or the copy said.
    pub fn start(at: Timestamp, seed: u64) -> io::Result<Self> {
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
        command.args(["--test-clock", &time::write(at), "--test-seed", &seed.to_string()]);
        // Neither the shop's configuration nor its variables are meant for this one.
        command.current_dir(folder.path());
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PREVENANCE_") {
                command.env_remove(name);
            }
        }
        command.envs(SETTINGS).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let mut child = command.spawn()?;
        let mut said =
            BufReader::new(child.stdout.take().ok_or_else(|| io::Error::other("the copy has no output"))?).lines();
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
            return Err(io::Error::other(format!("the copy did not start: {}", said?.trim())));
        };
        Ok(Self { url, key, running, _said: said })
    }
}

impl Drop for Sandbox {
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

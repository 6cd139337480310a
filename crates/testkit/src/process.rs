//! The real program as a child process: started, watched, killed, started again on the same data folder.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use model::time::Timestamp;
use tempfile::TempDir;

use crate::{client::Client, moment};

/// How long the program may take to say that it listens, or to stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// The secret key that the harness gives to every program it starts.
pub const SECRET_KEY: &str = "sk_test_0123456789abcdefghjkmnpqrstvwxyz";
/// The public write key that the harness gives to every program it starts.
pub const WRITE_KEY: &str = "pk_test_0123456789abcdefghjkmnpqrstvwxyz";

/// How the program is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Freezes the program's clock at this moment (`--test-clock`).
    pub clock: Option<Timestamp>,
    /// Fixes the program's ids and draws (`--test-seed`).
    pub seed: Option<u64>,
    /// Further arguments of `prevenance serve`.
    pub args: Vec<String>,
    /// Environment variables, beside the test's own.
    pub env: Vec<(String, String)>,
    /// The data folder; a temporary one if there is none here.
    pub folder: Option<PathBuf>,
    /// What may be on standard error.
    pub noise: Noise,
}

/// What the program may write to standard error before the test fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Noise {
    /// Only JSON log lines below the level of a warning.
    #[default]
    Silent,
    /// Anything: the test provokes it.
    Expected,
}

/// One program with its data folder. Killed when dropped; then complains of what was on standard error.
pub struct Server {
    binary: PathBuf,
    options: Options,
    folder: PathBuf,
    running: Option<Running>,
    log: Log,
    base: String,
    // Last, so that the folder outlives the process that writes to it.
    _temporary: Option<TempDir>,
}

/// The process and the stream of lines it prints; the stream ends when the process does.
struct Running {
    child: Child,
    printed: Receiver<String>,
}

type Log = Arc<Mutex<Vec<Line>>>;

#[derive(Debug, Clone)]
struct Line {
    stream: Stream,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

impl Server {
    /// Starts `binary serve` on a free port and waits until it says where it listens.
    /// Panics with its output if it ends before that.
    pub fn start(binary: impl Into<PathBuf>, options: Options) -> Self {
        let (folder, temporary) = match &options.folder {
            Some(folder) => (folder.clone(), None),
            None => {
                let temporary = TempDir::new().expect("a temporary folder can be made");
                (temporary.path().join("data"), Some(temporary))
            }
        };
        let (binary, log) = (binary.into(), Log::default());
        let mut server =
            Self { binary, options, folder, running: None, log, base: String::new(), _temporary: temporary };
        server.start_again();
        server
    }

    /// Starts the program again on the same folder, after [`Server::kill9`] or [`Server::stop`]. The port changes.
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "the program still runs");
        let mut child = self.command().spawn().unwrap_or_else(|error| panic!("{}: {error}", self.binary.display()));
        let (print, printed) = channel();
        let out = child.stdout.take().expect("standard output is piped");
        let err = child.stderr.take().expect("standard error is piped");
        // Both readers hold the channel, so that it closes only when both streams have ended.
        let held = print.clone();
        follow(out, Stream::Out, Arc::clone(&self.log), move |line| _ = print.send(line));
        follow(err, Stream::Err, Arc::clone(&self.log), move |_| _ = &held);
        self.running = Some(Running { child, printed });
        self.base = self.wait_until_it_listens();
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The id of the process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// A client without a key.
    pub fn nobody(&self) -> Client {
        Client::new(&self.base)
    }

    /// A client with the secret key.
    pub fn secret(&self) -> Client {
        self.nobody().with_key(SECRET_KEY)
    }

    /// A client with the public write key.
    pub fn write(&self) -> Client {
        self.nobody().with_key(WRITE_KEY)
    }

    /// The clock at which the next start begins; for programs started with a frozen one.
    pub fn set_clock(&mut self, now: Timestamp) {
        self.options.clock = Some(now);
    }

    /// Kills the program at once, as a power cut would (`SIGKILL`).
    pub fn kill9(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        running.child.kill().expect("our own child can be killed");
        running.child.wait().expect("our own child can be awaited");
        drain(&running.printed);
    }

    /// Asks the program to stop (`SIGTERM`) and waits until it has. Panics if it does not stop cleanly.
    pub fn stop(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        let status = terminate(&mut running);
        assert!(status.is_some_and(|status| status.success()), "no clean stop: {status:?}\n{}", self.log());
    }

    /// All that the program printed so far, over all starts; lines of standard error are marked with `!`.
    pub fn log(&self) -> String {
        let mut text = String::new();
        for line in self.lines() {
            let mark = if line.stream == Stream::Err { "!" } else { " " };
            _ = writeln!(text, "  {mark} {}", line.text);
        }
        text
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&self.folder);
        command.args(["--bootstrap-secret-key", SECRET_KEY, "--bootstrap-write-key", WRITE_KEY]);
        if let Some(clock) = self.options.clock {
            command.args(["--test-clock", &moment::rfc3339(clock)]);
        }
        if let Some(seed) = self.options.seed {
            command.args(["--test-seed", &seed.to_string()]);
        }
        command.args(&self.options.args);
        command.envs(self.options.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn wait_until_it_listens(&mut self) -> String {
        loop {
            let running = self.running.as_ref().expect("the program was just started");
            match running.printed.recv_timeout(PATIENCE) {
                Ok(line) => {
                    if let Some(base) = listening(&line) {
                        return base;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("it does not say that it listens:\n{}", self.log()),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended before it listened:\n{}", self.log()),
            }
        }
    }

    fn lines(&self) -> Vec<Line> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        if thread::panicking() {
            eprintln!("what the program printed:\n{}", self.log());
            return;
        }
        let noise = self.lines().into_iter().find(|line| line.stream == Stream::Err && !is_quiet(&line.text));
        if let (Noise::Silent, Some(noise)) = (self.options.noise, noise) {
            panic!("unexpected on standard error: {}\n{}", noise.text, self.log());
        }
    }
}

/// The address in `listening on http://127.0.0.1:PORT`, wherever in a line it stands.
fn listening(line: &str) -> Option<String> {
    let (_, address) = line.split_once("listening on ")?;
    let end = address.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(address.len());
    address[..end].starts_with("http://").then(|| address[..end].to_owned())
}

/// Whether a line of standard error is a JSON log line below the level of a warning.
fn is_quiet(line: &str) -> bool {
    let level = serde_json::from_str::<serde_json::Value>(line)
        .ok()
        .and_then(|line| line["level"].as_str().map(str::to_lowercase));
    level.is_some_and(|level| matches!(level.as_str(), "info" | "debug" | "trace"))
}

/// Reads a stream to its end on a thread of its own, into the log and to `tell`.
fn follow(stream: impl Read + Send + 'static, kind: Stream, log: Log, tell: impl Fn(String) + Send + 'static) {
    thread::spawn(move || {
        for text in BufReader::new(stream).lines().map_while(Result::ok) {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(Line { stream: kind, text: text.clone() });
            tell(text);
        }
    });
}

/// Sends `SIGTERM` and waits for the end; after [`PATIENCE`] kills, and returns `None`.
fn terminate(running: &mut Running) -> Option<ExitStatus> {
    let pid = running.child.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("`kill` is there");
    assert!(sent.success(), "`kill -TERM {pid}` failed");
    loop {
        match running.printed.recv_timeout(PATIENCE) {
            Ok(_) => {}
            Err(RecvTimeoutError::Disconnected) => return running.child.wait().ok(),
            Err(RecvTimeoutError::Timeout) => {
                running.child.kill().expect("our own child can be killed");
                running.child.wait().expect("our own child can be awaited");
                return None;
            }
        }
    }
}

/// Waits until the reader of standard output has seen the end, so that the log is complete.
fn drain(printed: &Receiver<String>) {
    while printed.recv_timeout(PATIENCE).is_ok() {}
}

#[cfg(test)]
mod tests {
    use std::{fs, panic::catch_unwind};

    use super::*;

    /// A shell script that stands in for the program.
    fn stand_in(script: &str) -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        let (text, path) = (folder.path().join("text"), folder.path().join("stand-in"));
        fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
        // Another process writes what is to be run: ours may be forked by another test while it holds the file open for
        // writing, and such a file cannot be run ("text file busy").
        let status = Command::new("install").args(["-m", "755"]).args([&text, &path]).status().unwrap();
        assert!(status.success());
        (folder, path)
    }

    const LISTEN: &str = "echo started; echo listening on http://127.0.0.1:1; exec tail -f /dev/null";

    #[test]
    fn a_start_waits_for_the_address_and_a_kill_ends_the_process() {
        let (_folder, program) = stand_in(LISTEN);
        let mut server = Server::start(program, Options::default());
        assert_eq!(server.url(), "http://127.0.0.1:1");
        assert!(server.log().contains("started"));
        let pid = server.pid().unwrap();
        server.kill9();
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
        server.start_again();
        assert_ne!(server.pid(), Some(pid));
    }

    #[test]
    fn the_program_is_told_its_folder_port_keys_clock_and_seed() {
        let (_folder, program) = stand_in(&format!("echo \"$@\"; {LISTEN}"));
        let clock = moment::parse("2026-03-02", "10:00");
        let server = Server::start(program, Options { clock, seed: Some(7), ..Options::default() });
        let expected = format!("serve --listen 127.0.0.1:0 --data {}", server.folder().display());
        assert!(server.log().contains(&expected), "{}", server.log());
        assert!(server.log().contains("--test-clock 2026-03-02T10:00:00.000Z --test-seed 7"), "{}", server.log());
    }

    #[test]
    fn a_clean_stop_is_told_from_a_broken_one() {
        let (_folder, program) =
            stand_in("trap 'exit 0' TERM; echo listening on http://127.0.0.1:1; while :; do sleep 0.05; done");
        let mut server = Server::start(program, Options::default());
        server.stop();
        assert_eq!(server.pid(), None);
        let (_folder, program) = stand_in(LISTEN);
        let outcome = catch_unwind(|| Server::start(program, Options::default()).stop());
        assert!(outcome.is_err(), "ended by the signal itself");
    }

    #[test]
    fn an_early_end_and_noise_fail_the_test() {
        let (_folder, program) = stand_in("echo no such folder >&2; exit 1");
        assert!(catch_unwind(|| Server::start(program, Options::default())).is_err());
        let (_folder, program) = stand_in(&format!("echo oops >&2; {LISTEN}"));
        assert!(catch_unwind(|| drop(Server::start(&program, Options::default()))).is_err());
        drop(Server::start(&program, Options { noise: Noise::Expected, ..Options::default() }));
    }

    #[test]
    fn log_lines_below_a_warning_are_quiet() {
        assert!(is_quiet(r#"{"level":"INFO","message":"ready"}"#));
        assert!(!is_quiet(r#"{"level":"WARN","message":"slow disk"}"#));
        assert!(!is_quiet("thread 'main' panicked"));
    }

    #[test]
    fn the_address_is_found_in_plain_and_json_lines() {
        let base = Some("http://127.0.0.1:80".to_owned());
        assert_eq!(listening("listening on http://127.0.0.1:80"), base);
        assert_eq!(listening(r#"{"message":"listening on http://127.0.0.1:80"}"#), base);
        assert_eq!(listening("listening"), None);
    }
}

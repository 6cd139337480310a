//! `prevenance demo`: a shop that lives, says what to try, ends cleanly, and goes on where it was.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use testkit::client::Client;

use crate::shop::PROGRAM;

/// How long the demo may take to say something, and to move.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long it may take to end.
const END: Duration = Duration::from_secs(20);
/// The demo's secret key, which is none.
const SECRET_KEY: &str = "sk_demo_0123456789abcdef";

#[test]
fn the_demo_lives_ends_within_seconds_and_goes_on_where_it_was() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().join("data");
    let mut demo = Demo::start(&data, &["--size", "S", "--seed", "7", "--speed", "20000"]);
    let said = demo.said_until("listening on http://");
    assert!(said.contains("is running: 200 customers") && said.contains("20000 times as fast as life"), "{said}");
    let client = client(&said);
    let begun = events(&client);
    assert!(begun > 1_000, "the past is there: {begun}");
    until(|| events(&client) > begun + 50 && decided(&client) > 20);
    let (left, profiles) = (events(&client), client.get("/v1/status").json()["profiles"].clone());
    demo.interrupt();

    let keys = keys(&data);
    let mut again = Demo::start(&data, &["--speed", "0"]);
    let said = again.said_until("listening on http://");
    assert!(said.contains("goes on where it was") && said.contains("Nobody comes"), "{said}");
    let client = self::client(&said);
    let (found, now) = (events(&client), client.get("/v1/status").json()["profiles"].clone());
    // What came between the last look and the end.
    assert!((left..left + 500).contains(&found), "{found} after {left}");
    assert!(now.as_u64() >= profiles.as_u64() && now.as_u64() < profiles.as_u64().map(|count| count + 50));
    assert_eq!(self::keys(&data), keys, "its systems keep their keys");
    again.interrupt();
    let mut once_more = Demo::start(&data, &["--speed", "0"]);
    assert_eq!(events(&self::client(&once_more.said_until("listening on http://"))), found, "nothing is sent twice");
    once_more.interrupt();

    let other = run(&["demo", "--data", &data.display().to_string(), "--seed", "8"]);
    let why = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(!other.status.success() && why.contains("holds the demo of seed 7 with 200 customers"), "{why}");
    assert_eq!(why.lines().count(), 1, "{why}");
}

/// What the demo says to try is typed as it stands: its program is on nobody's path.
#[test]
fn what_the_demo_says_to_try_works() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut demo = Demo::start(&folder.path().join("data"), &["--size", "S", "--speed", "0"]);
    let said = demo.said_until("listening on http://");
    let (_, tries) = said.split_once("Try, in another terminal:").unwrap();
    let (tries, _) = tries.split_once("\n\nEverything").unwrap();
    let joined = tries.replace("\\\n", " ");
    let commands: Vec<&str> = joined.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let answers: Vec<String> = commands.iter().map(|command| typed(command)).collect();
    let [segments, person, decided, thermometer] = &answers[..] else { panic!("four commands: {said}") };

    let segments: Value = serde_json::from_str(segments).unwrap();
    let size = |name: &str| {
        let found = segments["segments"].as_array().unwrap().iter().find(|segment| segment["name"] == name);
        found.unwrap()["size"].as_u64().unwrap()
    };
    assert!(size("buyers-180") > 10 && size("asleep") > 10 && size("boot-finders") == 0, "{segments}");
    let person: Value = serde_json::from_str(person).unwrap();
    assert!(person["stage"]["word"].is_string() && person["traits"]["first_name"]["value"].is_string(), "{person}");
    assert!(!person["interests"].as_array().unwrap().is_empty(), "{person}");
    let (before, after) = decided.split_once("After one more event, Boot Finder Used").unwrap();
    assert!(!before.contains("home-hero: boots-for-your-walks"), "{decided}");
    assert!(after.contains("home-hero: boots-for-your-walks / found"), "{decided}");
    assert!(after.contains("became boots-for-your-walks / found"), "{decided}");
    // The health of the shop that was filled in, not of the empty one before.
    let thermometer: Value = serde_json::from_str(thermometer).unwrap();
    assert!(thermometer["customers"].as_u64().unwrap() > 50, "{thermometer}");
    let stale = thermometer["failures"].as_array().unwrap().iter().find(|failure| failure["name"] == "stale").unwrap();
    assert!(stale["share"].as_f64().unwrap() > 0.05, "{thermometer}");
}

#[test]
fn a_folder_that_is_not_of_a_demo_is_refused_in_one_sentence_and_left_alone() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("keys.json"), "{}").unwrap();
    let refused = run(&["demo", "--data", &folder.path().display().to_string()]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && why.contains("holds data that is not of a demo"), "{why}");
    assert_eq!(why.lines().count(), 1, "{why}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_flag_that_makes_no_sense_says_what_would() {
    for (flag, value, expected) in [
        ("--seed", "seven", "`seven` is no seed: a seed is a number"),
        ("--seed", "-1", "`-1` is no seed"),
        ("--size", "XL", "`XL` is no size: there are S, M and L"),
        ("--speed", "fast", "must be a number from 0 to 100000"),
        ("--speed", "-1", "must be a number from 0 to 100000"),
        ("--speed", "NaN", "must be a number from 0 to 100000"),
    ] {
        for refused in [run(&["demo", &format!("{flag}={value}")]), run(&["demo", flag, value])] {
            let why = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && why.contains(expected), "{flag} {value}: {why}");
        }
    }
}

#[test]
fn an_address_that_is_taken_is_told_in_one_sentence_before_anything_is_begun() {
    let (other, folder) = (TcpListener::bind("127.0.0.1:0").unwrap(), tempfile::TempDir::new().unwrap());
    let (taken, data) = (other.local_addr().unwrap().to_string(), folder.path().join("data"));
    for more in [vec![], vec!["--data", data.to_str().unwrap()]] {
        let refused = run(&[vec!["demo", "--listen", &taken], more].concat());
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && why.contains(&taken) && why.contains("--listen"), "{why}");
        assert_eq!(why.lines().count(), 1, "{why}");
    }
    assert!(!data.exists());
}

/// The demo, running until it is dropped.
struct Demo {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Demo {
    fn start(data: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(more);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (print, lines) = mpsc::channel();
        thread::spawn(move || printed.for_each(|line| _ = print.send(line)));
        Self { child, lines }
    }

    /// What it printed up to a line with this in it.
    fn said_until(&mut self, last: &str) -> String {
        let mut said = String::new();
        while !said.contains(last) {
            said.push_str(&self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("only {said}")));
            said.push('\n');
        }
        said
    }

    /// Presses Ctrl-C, and waits until it has ended.
    fn interrupt(&mut self) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let begun = now();
        // What it prints ends with it.
        while self.lines.recv_timeout(END).is_ok() {}
        assert!(self.child.wait().unwrap().success());
        assert!(begun.elapsed() < END, "{:?}", begun.elapsed());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// Types a command in a shell: what it printed.
fn typed(command: &str) -> String {
    let script = command.replace("curl -s", "curl -sf");
    let output = Command::new("bash").args(["-c", &script]).env("no_proxy", "*").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A client of the demo that said where it listens.
fn client(said: &str) -> Client {
    let (_, address) = said.split_once("listening on ").unwrap();
    Client::new(address.trim()).with_key(SECRET_KEY)
}

fn events(client: &Client) -> u64 {
    client.get("/v1/status").json()["events"].as_u64().unwrap()
}

/// How many pages were decided since the program started.
fn decided(client: &Client) -> u64 {
    let figures = client.get("/metrics").text();
    let count = figures.lines().find_map(|line| line.strip_prefix("prevenance_pages_total{outcome=\"decided\"} "));
    count.unwrap().parse().unwrap()
}

/// Asks again and again until it is so.
fn until(mut is_so: impl FnMut() -> bool) {
    let begun = now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it does not move");
    }
}

fn keys(data: &Path) -> Value {
    let memory: Value = serde_json::from_slice(&fs::read(data.join("demo.json")).unwrap()).unwrap();
    assert!(memory["keys"].as_object().unwrap().len() == 8, "{memory}");
    memory["keys"].clone()
}

#[expect(clippy::disallowed_methods, reason = "how long the real program takes is what is asked")]
fn now() -> Instant {
    Instant::now()
}

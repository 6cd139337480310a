//! What the commands that call a running program make of answers that are not what they asked for.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Command, Output},
    thread,
};

use crate::shop::PROGRAM;

const MAPPING: &str = r#"
timestamp = "at"
[identifiers]
user_id = "customer"
[contract]
basis = "contract"
purposes = ["site"]
columns.at = { type = "moment" }
[[event]]
name = { value = "Order Completed" }
"#;

const FAULT: &str = r#"{"code": "INTERNAL", "message": "Oh.", "error": {"code": "INTERNAL", "message": "Oh."}}"#;

/// Something at a port that gives these answers, head lines and body, one to each call. Says where.
fn answering(answers: &'static [(&str, &str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for (head, body) in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            _ = reader.by_ref().take(length).read_to_end(&mut Vec::new()).unwrap();
            let length = body.len();
            let answer = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

fn decide(url: &str) -> Output {
    Command::new(PROGRAM).args(["decide", "user_id:ana", "home", "--key", "sk_x", "--to", url]).output().unwrap()
}

/// Imports one row. The first call asks for the source.
fn import(url: &str) -> Output {
    run_import(&["--source", "till", "--key", "sk_x", "--to", url])
}

fn run_import(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let (mapping, rows) = (folder.path().join("mapping.toml"), folder.path().join("rows.csv"));
    fs::write(&mapping, MAPPING).unwrap();
    fs::write(&rows, "customer,at\nana,2026-03-01\n").unwrap();
    let mut command = Command::new(PROGRAM);
    command.arg("import").args(arguments);
    command.arg("--mapping").arg(&mapping).arg(&rows).output().unwrap()
}

#[track_caller]
fn failed(output: &Output, expected: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(expected), "{said}{}", String::from_utf8_lossy(&output.stdout));
}

/// One tries the very command that one is about to run.
#[test]
fn a_dry_run_says_nothing_to_the_program_that_it_names() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let output = run_import(&["--source", "till", "--key", "sk_x", "--to", &url, "--dry-run"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("Order Completed"), "{output:?}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody called");
}

/// A fault does not go away by itself: nobody waits minutes to hear of it.
#[test]
fn a_fault_of_the_program_ends_an_import_at_once() {
    let url = answering(&[("500 Internal Server Error", FAULT), ("404 Not Found", FAULT)]);
    failed(&import(&url), "the program answers 500 INTERNAL: Oh.");
}

#[test]
fn an_import_asks_again_until_there_is_an_answer_that_stands() {
    let url = answering(&[
        ("503 Service Unavailable\r\nretry-after: 0", FAULT),
        ("429 Too Many Requests\r\nretry-after: 0", FAULT),
        ("404 Not Found", FAULT),
    ]);
    failed(&import(&url), "there is no source `till`");
}

/// Better no answer than blanks for what is not there.
#[test]
fn an_answer_of_another_form_is_told() {
    let url = answering(&[("200 OK", r#"{"decisions": [{"place": "home", "shows": []}], "revision": 1}"#)]);
    failed(&decide(&url), "missing field `placement`");
}

/// The key goes to whom it was meant for, and nowhere else.
#[test]
fn nobody_is_sent_on_to_another_address() {
    let url = answering(&[
        ("307 Temporary Redirect\r\nlocation: /elsewhere", ""),
        ("200 OK", r#"{"decisions": [], "revision": 1}"#),
    ]);
    failed(&decide(&url), "what answers is not this program: status 307");
    failed(&decide("https://shop.example"), "must begin with http://");
}

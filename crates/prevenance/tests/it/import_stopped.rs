//! An import that finds no program, waits for one, or is stopped by hand.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    thread,
};

use serde_json::Value;
use testkit::process::SECRET_KEY;

use crate::shop::{PROGRAM, Shop};

const MAPPING: &str = "timestamp = 'at'\n[identifiers]\nuser_id = 'customer'\n[contract]\nbasis = 'contract'\n\
                       purposes = ['site']\ncolumns.at = { type = 'moment' }\n\
                       [[event]]\nname = { value = 'Order Completed' }\n";

/// Stands between an import and the program, and lets bodies of events through only while it is open.
struct Gate {
    url: String,
    is_open: Arc<AtomicBool>,
    turned_away: Receiver<()>,
}

impl Gate {
    fn closed(shop: &Shop) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let behind = shop.server.url().strip_prefix("http://").unwrap().to_owned();
        let (is_open, (tell, turned_away)) = (Arc::new(AtomicBool::new(false)), channel());
        let lets_in = is_open.clone();
        thread::spawn(move || {
            for caller in listener.incoming() {
                let (mut caller, mut begin) = (caller.unwrap(), [0; 64]);
                let length = caller.read(&mut begin).unwrap_or_default();
                if begin.starts_with(b"POST /v1/import") && !lets_in.load(Ordering::SeqCst) {
                    _ = tell.send(());
                    continue;
                }
                let mut program = TcpStream::connect(&behind).unwrap();
                program.write_all(&begin[..length]).unwrap();
                pass_on(caller.try_clone().unwrap(), program.try_clone().unwrap());
                pass_on(program, caller);
            }
        });
        Self { url, is_open, turned_away }
    }

    fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        _ = io::copy(&mut from, &mut to);
        _ = to.shutdown(Shutdown::Write);
    });
}

fn import(shop: &Shop, to: &str) -> Child {
    let (mapping, rows) = (shop.path("mapping.toml"), shop.path("orders.csv"));
    fs::write(&mapping, MAPPING).unwrap();
    if !rows.exists() {
        fs::write(&rows, "customer,at\nana,2026-03-01\n").unwrap();
    }
    let mut command = Command::new(PROGRAM);
    command.args(["import", "--source", "till", "--to", to, "--mapping"]).arg(mapping).arg(rows);
    command.env("PREVENANCE_KEY", SECRET_KEY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The key of the import as it is listed.
fn key(shop: &Shop) -> Value {
    let keys = shop.secret.get("/v1/keys").expect(200).json();
    keys["keys"].as_array().unwrap().iter().find(|key| key["title"] == "import").unwrap().clone()
}

#[test]
fn an_address_at_which_nobody_listens_is_told_at_once() {
    let shop = Shop::open();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = import(&shop, &format!("http://{free}")).wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.starts_with(&format!("prevenance: nobody answers at http://{free}: ")), "{said}");
}

#[test]
fn while_the_program_is_away_the_import_says_that_it_waits() {
    let shop = Shop::open();
    let gate = Gate::closed(&shop);
    let mut running = import(&shop, &gate.url);
    let mut said = BufReader::new(running.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waits = said.next().unwrap();
    assert!(waits.starts_with(&format!("nobody answers at {}", gate.url)), "{waits}");
    assert!(waits.ends_with("; trying again"), "{waits}");
    gate.open();
    assert_eq!(said.next().unwrap(), format!("{} answers again", gate.url));
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", said.collect::<Vec<_>>());
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 1);
}

#[test]
fn an_import_that_is_stopped_by_hand_ends_its_key_and_says_how_to_go_on() {
    let shop = Shop::open();
    let gate = Gate::closed(&shop);
    let running = import(&shop, &gate.url);
    gate.turned_away.recv().unwrap();
    assert_eq!(key(&shop)["ends_at"], "2026-03-02T11:00:00Z", "within an hour, should nobody end it");
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.ends_with("stopped; the same command goes on from here\n"), "{said}");
    assert_eq!(key(&shop)["ends_at"], "2026-03-02T10:00:00Z");
    gate.open();
    assert!(import(&shop, &gate.url).wait_with_output().unwrap().status.success());
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 1);
}

/// What was taken, known already and refused is told apart, and an import of which nothing is left is none.
#[test]
fn the_end_says_what_was_taken_and_fails_if_nothing_was() {
    let shop = Shop::open();
    let url = shop.server.url().to_owned();
    let imported = |rows: &str| {
        fs::write(shop.path("orders.csv"), format!("customer,at\n{rows}")).unwrap();
        let output = import(&shop, &url).wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, said, _) = imported("ana,2026-03-01\nbob,2027-01-01\n");
    assert_eq!(code, Some(0));
    assert!(said.starts_with("in quarantine, with the reasons: "), "{said}");
    assert!(said.contains("\n2 rows: 2 events\n") && said.contains("\n  1 of them taken\n"), "{said}");
    assert!(
        said.contains("  1 refused, in quarantine: TIMESTAMP_FUTURE\n    They lie more than a day ahead"),
        "{said}"
    );
    let (code, said, _) = imported("ana,2026-03-01\n");
    assert_eq!(code, Some(0), "what is known already is in");
    assert!(said.contains("  0 of them taken\n  1 known already\n"), "{said}");
    let (code, said, why) = imported("ana,2027-03-01\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("  0 of them taken\n  1 refused, in quarantine: TIMESTAMP_FUTURE\n"), "{said}");
    assert!(why.contains("prevenance: nothing was taken"), "{why}");
    let (code, said, why) = imported("");
    assert_eq!((code, said.as_str()), (Some(0), "0 rows: nothing to import\n"));
    assert!(why.ends_with("orders.csv has no rows\n"), "{why}");
    let (_, _, why) = imported("ana,2009-03-01\n");
    assert!(why.starts_with("all events are older than the program keeps"), "{why}");
}

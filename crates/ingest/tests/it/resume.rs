//! An import that is stopped goes on where it was, and nothing is lost or counted twice.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use ingest::{
    deliver::{DeliverError, Receipt, Refused, Sink, SinkError, Totals, deliver},
    input::BytesRead,
    ledger::{Answers, Ledger, fingerprint},
    mapping::Mapping,
    steps::Steps,
};
use serde_json::Value;

use crate::folder::Folder;

const MAPPING: &str = "timestamp = 'at'\n[identifiers]\nuser_id = 'id'\n[contract]\nbasis = 'contract'\n\
                       purposes = ['site']\ncolumns.at = { type = 'moment' }\ncolumns.n = { type = 'int' }\n\
                       [[event]]\nname = { value = 'Seen' }\nproperties.n = 'n'\n\
                       [grant]\npurpose = 'site'\nshare = 0.5\nby = 'hash'\nsalt = 's'\n";

/// A server that keeps each event once, refuses those of one person, and dies after some bodies.
#[derive(Default)]
struct Kept {
    events: Mutex<BTreeMap<String, Value>>,
    sent: AtomicUsize,
    dies_after: usize,
}

impl Sink for Kept {
    fn send(&self, body: &[u8]) -> Result<Receipt, SinkError> {
        let before = self.sent.fetch_add(1, Ordering::SeqCst);
        if before > self.dies_after {
            return Err(SinkError("gone".into()));
        }
        let body: Value = serde_json::from_slice(body).unwrap();
        let mut receipt = Receipt::default();
        for (index, event) in body["batch"].as_array().unwrap().iter().enumerate() {
            if event["context"]["identifiers"]["user_id"] == "13" {
                receipt.refused.push(Refused { index, code: "TRAIT_TYPE".into(), message: "No.".into() });
                continue;
            }
            let id = event["messageId"].as_str().unwrap().to_owned();
            let known = self.events.lock().unwrap().insert(id, event.clone()).is_some();
            receipt.known += u64::from(known);
        }
        // The last body is kept, and the answer is lost on its way.
        if before == self.dies_after { Err(SinkError("gone".into())) } else { Ok(receipt) }
    }
}

/// Rows of a hundred people; every fiftieth is bad.
fn file(folder: &Folder) -> std::path::PathBuf {
    let mut text = "id,at,n\n".to_owned();
    for row in 0..3_000 {
        let n = if row % 50 == 7 { "many".to_owned() } else { (row % 3).to_string() };
        text.push_str(&format!("{},2026-03-02T10:00:00Z,{n}\n", row % 100));
    }
    folder.write("rows.csv", text)
}

fn import(path: &Path, quarantine: &Path, sink: &Kept) -> Result<Totals, DeliverError> {
    import_as(MAPPING, path, quarantine, sink)
}

fn import_as(mapping: &str, path: &Path, quarantine: &Path, sink: &Kept) -> Result<Totals, DeliverError> {
    let mapping = Mapping::read(mapping).unwrap();
    let mut steps = Steps::open(&mapping, "shop", &[path.to_owned()], &BTreeMap::new(), BytesRead::default())?;
    let told = fingerprint(mapping.fingerprint(), "shop", "here", steps.files())?;
    let mut ledger = Ledger::open(quarantine, &told)?;
    let totals = deliver(&mut steps, sink, &mut ledger, |_| {})?;
    ledger.finish()?;
    Ok(totals)
}

#[test]
fn killed_anywhere_it_ends_as_if_it_never_was() {
    let folder = Folder::new();
    let path = file(&folder);
    let whole = Kept { dies_after: usize::MAX, ..Kept::default() };
    let expected = import(&path, &folder.path("whole.jsonl"), &whole).unwrap();
    assert_eq!(expected.counts.rows, 3_000);
    assert_eq!(expected.quarantined["NOT_A_NUMBER"], 60);
    // SHA-256 of "s:user_id:13" begins with cd: no grant to 13 is refused beside the rows.
    assert_eq!((expected.answers.refused["TRAIT_TYPE"], expected.answers.known), (30, 0));
    assert_eq!(expected.taken(), expected.made() - 30);
    let lines = |name: &str| -> Vec<String> {
        fs::read_to_string(folder.path(name)).unwrap().lines().map(str::to_owned).collect()
    };
    let events = whole.events.lock().unwrap();
    for first in [0, 2, 4] {
        let quarantine = folder.path(&format!("killed-{first}.jsonl"));
        let mut sink = Kept { dies_after: first, ..Kept::default() };
        let mut deaths = 0;
        let totals = loop {
            match import(&path, &quarantine, &sink) {
                Ok(totals) => break totals,
                Err(DeliverError::Sink(_)) => deaths += 1,
                Err(error) => panic!("{error}"),
            }
            let so_far = std::mem::take(&mut sink.events);
            sink = Kept { events: so_far, dies_after: first + 2 * deaths, ..Kept::default() };
        };
        assert!(deaths > 0);
        assert_eq!(
            totals.taken() + totals.answers.known,
            expected.taken(),
            "what was sent twice is known the second time"
        );
        assert!((1..3_000).contains(&totals.skipped_rows));
        let answers = Answers { known: 0, ..totals.answers };
        assert_eq!(Totals { skipped_rows: 0, answers, ..totals }, expected, "after {deaths} deaths");
        assert_eq!(*sink.events.lock().unwrap(), *events);
        assert_eq!(lines(&format!("killed-{first}.jsonl")), lines("whole.jsonl"), "each bad row once, in order");
    }
}

#[test]
fn a_joined_file_that_changed_begins_the_import_anew() {
    let folder = Folder::new();
    let path = file(&folder);
    let mapping = format!(
        "{MAPPING}[join.kinds]\nfile = 'kinds.csv'\non = 'n'\nkey = 'n'\ncolumns = ['kind']\notherwise = 'quarantine'\n"
    );
    let quarantine = folder.path("q.jsonl");
    folder.write("kinds.csv", "n,kind\n0,a\n1,b\n");
    let mut sink = Kept { dies_after: 2, ..Kept::default() };
    assert!(import_as(&mapping, &path, &quarantine, &sink).is_err());
    folder.write("kinds.csv", "n,kind\n0,a\n1,b\n2,c\n");
    sink.dies_after = usize::MAX;
    let totals = import_as(&mapping, &path, &quarantine, &sink).unwrap();
    assert_eq!(totals.quarantined.get("NO_MATCH"), Some(&60), "rows whose `n` is no number");
    let whole = Kept { dies_after: usize::MAX, ..Kept::default() };
    import_as(&mapping, &path, &folder.path("whole.jsonl"), &whole).unwrap();
    assert_eq!(*sink.events.lock().unwrap(), *whole.events.lock().unwrap(), "none is left out");
}

#[test]
fn importing_twice_counts_once() {
    let folder = Folder::new();
    let path = file(&folder);
    let sink = Kept { dies_after: usize::MAX, ..Kept::default() };
    let first = import(&path, &folder.path("q.jsonl"), &sink).unwrap();
    let kept = sink.events.lock().unwrap().clone();
    let again = import(&path, &folder.path("q.jsonl"), &sink).unwrap();
    assert_eq!((again.made(), again.taken(), again.answers.known), (first.made(), 0, first.taken()));
    assert_eq!(*sink.events.lock().unwrap(), kept);
}

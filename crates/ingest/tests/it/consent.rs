//! A choice of a person is delivered before what needs it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use ingest::{
    deliver::{Receipt, Sink, SinkError, deliver},
    input::BytesRead,
    ledger::Ledger,
    mapping::Mapping,
    steps::Steps,
};
use serde_json::Value;

use crate::folder::{Folder, read, read_text};

const MEMBERS: &str = "timestamp = 'at'\n[identifiers]\nuser_id = 'id'\nemail = 'mail'\n[contract]\nbasis = 'contract'\n\
                       purposes = ['site']\ncolumns.at = { type = 'moment' }\ncolumns.ok = { type = 'bool' }\n\
                       columns.n = { type = 'int' }\n\
                       [[traits]]\nset.place = 'town'\nset.n = 'n'\n[[consent]]\npurposes = { location = 'ok' }\n";

const GRANT: &str = "[grant]\npurpose = 'site'\nshare = 1.0\nby = 'hash'\nsalt = 's'\nof = 'email'\n";

fn word(event: &Value) -> String {
    let choices = &event["context"]["consent"]["categoryPreferences"];
    if choices.is_null() { event["type"].as_str().unwrap().to_owned() } else { choices.to_string() }
}

#[test]
fn of_a_row_the_choice_and_the_grant_come_before_the_traits() {
    let text = "id,mail,at,town,ok,n\nana,a@x.example,2026-03-02,Brest,yes,1\nana,a@x.example,2026-03-02,Lyon,,2\n";
    let outcome = read_text(&format!("{MEMBERS}{GRANT}"), text);
    let words: Vec<String> = outcome.events.iter().map(word).collect();
    assert_eq!(words, [r#"{"site":true}"#, r#"{"location":true}"#, "identify", "identify"]);
    let who = |event: &Value| event["context"]["identifiers"].clone();
    assert_eq!(who(&outcome.events[0]), who(&outcome.events[2]), "the grant goes where the row goes");
}

#[test]
fn a_bad_row_costs_nobody_the_grant() {
    let text = "id,mail,at,town,ok,n\nana,a@x.example,2026-03-02,Brest,,many\nana,a@x.example,2026-03-02,Brest,,1\n";
    let outcome = read_text(&format!("{MEMBERS}{GRANT}"), text);
    assert_eq!(outcome.bad, ["2 NOT_A_NUMBER n"]);
    let words: Vec<String> = outcome.events.iter().map(word).collect();
    assert_eq!(words, [r#"{"site":true}"#, "identify"]);
}

/// Notes whether traits or events came while a choice sent before them was not answered yet.
#[derive(Default)]
struct Watching {
    choices_begun: AtomicUsize,
    choices_answered: AtomicUsize,
    overtaken: AtomicBool,
}

impl Sink for Watching {
    fn send(&self, body: &[u8]) -> Result<Receipt, SinkError> {
        let text = String::from_utf8(body.to_vec()).unwrap();
        if (text.contains("identify") || text.contains("Bought"))
            && self.choices_answered.load(Ordering::SeqCst) < self.choices_begun.load(Ordering::SeqCst)
        {
            self.overtaken.store(true, Ordering::SeqCst);
        }
        if text.contains("categoryPreferences") {
            self.choices_begun.fetch_add(1, Ordering::SeqCst);
            // Long enough for another thread to come in between, if any may.
            (0..200_000).for_each(|_| std::thread::yield_now());
            self.choices_answered.fetch_add(1, Ordering::SeqCst);
        }
        Ok(Receipt::default())
    }
}

#[test]
fn traits_and_events_wait_for_the_choices_of_earlier_rows() {
    let bought = "[[event]]\nname = { value = 'Bought' }\nmessage_id = 'b-{n}'\nwhere = 'has(event.n)'\n";
    for (mapping, town, bought) in
        [(MEMBERS.to_owned(), "Brest", false), (format!("{}{bought}", MEMBERS.replace("set.n = 'n'\n", "")), "", true)]
    {
        let folder = Folder::new();
        let mut text = "id,mail,at,town,ok,n\n".to_owned();
        (0..600).for_each(|id| text.push_str(&format!("{id},,2026-03-02,,yes,\n")));
        let number = |id: i32| if bought { id.to_string() } else { String::new() };
        (0..2_000).for_each(|id| text.push_str(&format!("{id},,2026-03-02,{town},,{}\n", number(id))));
        let path = folder.write("members.csv", text);
        let mapping = Mapping::read(&mapping).unwrap();
        let mut steps = Steps::open(&mapping, "shop", &[path], &BTreeMap::new(), BytesRead::default()).unwrap();
        let mut ledger = Ledger::open(&folder.path("q.jsonl"), "one").unwrap();
        let sink = Watching::default();
        let totals = deliver(&mut steps, &sink, &mut ledger, |_| {}).unwrap();
        assert_eq!((totals.consents, totals.events), (600, if bought { 2_000 } else { 0 }));
        assert!(sink.choices_answered.load(Ordering::SeqCst) > 1);
        assert!(!sink.overtaken.load(Ordering::SeqCst), "{town}");
    }
}

#[test]
fn what_a_person_is_or_chose_has_a_moment() {
    let undated = MEMBERS.replace("timestamp = 'at'\n", "");
    let folder = Folder::new();
    let refused = read(&undated, &[folder.write("m.csv", "id,mail,at,town,ok,n\n")]).err().unwrap().to_string();
    assert!(refused.contains("traits[0]: say when it was so: `timestamp`"), "{refused}");
    let text = "id,mail,at,town,ok,n\nana,,,Brest,,\nbob,,2026-03-02,Brest,,\n";
    let outcome = read_text(MEMBERS, text);
    assert_eq!((outcome.bad, outcome.events.len()), (vec!["2 VALUE_MISSING at".to_owned()], 1));
}

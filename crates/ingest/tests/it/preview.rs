//! What is told of an import: a dry run, and the lines at its end.

use std::collections::BTreeMap;

use ingest::{
    deliver::{Totals, rehearse},
    input::BytesRead,
    ledger::Answers,
    mapping::Mapping,
    preview::Preview,
    report,
    step::Counts,
    steps::Steps,
};

use crate::folder::{Folder, read};

const MAPPING: &str = "timestamp = 'at'\n[identifiers]\nuser_id = 'id'\n[contract]\nbasis = 'contract'\n\
                       purposes = ['site']\ncolumns.at = { type = 'moment' }\ncolumns.n = { type = 'int' }\n\
                       [[event]]\nname = { value = 'Ordered' }\nproperties.n = { sum = ['n'] }\n\
                       [event.group]\nby = 'order'\napart = 50\n\
                       [[traits]]\nset.town = 'town'\n\
                       [grant]\npurpose = 'site'\nshare = 1.0\nby = 'hash'\nsalt = 's'\n";

#[test]
fn a_dry_run_shows_the_first_of_each_output_however_late_they_come() {
    let folder = Folder::new();
    let mut text = "id,at,order,n,town\n".to_owned();
    (0..100).for_each(|row| text.push_str(&format!("p{row},2026-03-02,o{row},1,Brest\n")));
    (0..9).for_each(|row| text.push_str(&format!("p{row},2026-03-02,x,many,Brest\n")));
    let mapping = Mapping::read(MAPPING).unwrap();
    let path = folder.write("rows.csv", text);
    let mut steps = Steps::open(&mapping, "shop", &[path], &BTreeMap::new(), BytesRead::default()).unwrap();
    let (mut preview, mut lines) = (Preview::new(&mapping), Vec::new());
    let totals = rehearse(&mut steps, |step, _| lines.extend(preview.show(step))).unwrap();
    for what in [", event[0]: {", ", traits[0]: {", ", grant: {", ": NOT_A_NUMBER `n` is no number: \"many\".\n  p0,"] {
        assert!(lines.iter().any(|line| line.contains(what)), "{what}: {lines:#?}");
    }
    assert_eq!(lines.iter().filter(|line| line.contains("event[0]")).count(), 5);
    assert_eq!(lines.len(), 20, "{lines:#?}");
    assert_eq!((totals.events, totals.traits, totals.consents, totals.grants), (100, 100, 0, 100));
    let made = report::made(&totals);
    assert!(made.starts_with("109 rows: 100 events, 100 statements of traits, 100 grants drawn\n"), "{made}");
    assert!(!made.contains("passed over") && made.contains("  9 in quarantine: NOT_A_NUMBER\n"), "{made}");
}

#[test]
fn the_end_tells_what_was_new_known_refused_and_when_it_came_to_nothing() {
    let refused =
        |count: u64| Answers { refused: [("TIMESTAMP_FUTURE".to_owned(), count)].into(), ..Answers::default() };
    let sent = |answers| Totals { counts: Counts { rows: 9, passed_over: 0 }, events: 9, answers, ..Totals::default() };
    let some = sent(Answers { known: 3, counted: 1, ..refused(2) });
    let text = report::answered(&some);
    assert!(text.starts_with("  3 of them taken\n  3 known already\n  1 counted only"), "{text}");
    assert!(text.contains("  2 refused, in quarantine: TIMESTAMP_FUTURE\n") && text.contains("clock"), "{text}");
    assert_eq!(report::came_to_nothing(&some), None);
    assert!(report::came_to_nothing(&sent(refused(9))).unwrap().contains("nothing was taken"));
    assert_eq!(report::came_to_nothing(&sent(Answers { known: 9, ..Answers::default() })), None, "imported again");
    assert!(report::came_to_nothing(&sent(Answers { counted: 9, ..Answers::default() })).unwrap().contains("consent"));
    let bad = Totals { quarantined: [("COLUMN_COUNT".to_owned(), 1)].into(), ..Totals::default() };
    assert!(report::came_to_nothing(&bad).is_some());
    assert_eq!(report::came_to_nothing(&Totals::default()), None, "a quiet day's file has no rows");
    let one = Totals { counts: Counts { rows: 1, passed_over: 1 }, grants: 1, ..Totals::default() };
    assert_eq!(report::made(&one), "1 row: 1 grant drawn\n  1 row passed over\n");
    assert_eq!(
        (report::made(&Totals::default()), report::answered(&Totals::default())),
        ("0 rows: nothing to import\n".into(), String::new())
    );
}

#[test]
fn a_file_without_rows_is_told() {
    let folder = Folder::new();
    let header = "id,at,order,n,town\n";
    let paths = [folder.write("a.csv", header), folder.write("b.csv", format!("{header}p,2026-03-02,o,1,Brest\n"))];
    assert_eq!(read(MAPPING, &paths).unwrap().without_rows, 1);
}

#[test]
fn a_mapping_that_cannot_be_does_not_blame_the_file() {
    let folder = Folder::new();
    let mapping = MAPPING.replace("columns.n = { type = 'int' }\n", "");
    let refused = read(&mapping, &[folder.write("rows.csv", "id,at,order,n,town\n")]).err().unwrap().to_string();
    assert_eq!(
        refused,
        "MAPPING_VALUE: event[0].properties.n: `n` must be of the type `number` or `int`: say so in contract.columns"
    );
}

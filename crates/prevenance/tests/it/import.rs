//! `prevenance import`: the real program reads files into a running one, and into a data folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use testkit::process::{SECRET_KEY, WRITE_KEY};

use crate::shop::{PROGRAM, Shop};

const PARTNER: &str = r#"
timestamp = "at"
[identifiers]
email = "mail"
[contract]
basis = "consent"
purposes = ["partner", "site"]
proof = { column = "agreed", granted = ["yes"] }
columns.at = { type = "moment", formats = ["%d/%m/%Y"], required = true }
columns.boots = { type = "number", max = 100 }
[[traits]]
message_id = "partner-{mail}"
set.boots_owned = "boots"
"#;

const ORDERS: &str = r#"
timestamp = "at"
[identifiers]
user_id = "customer"
[contract]
basis = "contract"
purposes = ["site"]
columns.at = { type = "moment", required = true }
columns.price = { type = "number", required = true }
[grant]
purpose = "site"
share = 1.0
by = "hash"
salt = "x"
[[event]]
name = { value = "Order Completed" }
properties.total = "price"
"#;

/// Runs `prevenance import`; `rest` are further arguments, the files at their end.
fn import(shop: &Shop, mapping: &str, source: &str, rest: &[&str]) -> Output {
    let path = shop.path("mapping.toml");
    fs::write(&path, mapping).unwrap();
    let mut command = Command::new(PROGRAM);
    command.arg("import").arg("--mapping").arg(&path).args(["--source", source]).args(rest);
    command.env("PREVENANCE_KEY", SECRET_KEY).output().unwrap()
}

fn write(shop: &Shop, name: &str, text: &str) -> PathBuf {
    let path = shop.path(name);
    fs::write(&path, text).unwrap();
    path
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", printed(output));
    printed(output)
}

/// The code of each line of a quarantine file, with the line that it is about.
fn quarantined(path: &Path) -> Vec<(u64, String)> {
    let text = fs::read_to_string(path).unwrap();
    let entry = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        (entry["line"].as_u64().unwrap(), entry["code"].as_str().unwrap().to_owned())
    };
    text.lines().map(entry).collect()
}

fn partner_shop() -> Shop {
    let shop = Shop::open();
    let partner = json!({"kind": "partner", "reliability": 0.6, "basis": "consent", "any_of": ["partner"]});
    shop.define("source", "panel", &partner);
    shop
}

/// proves COL-14: given a source contract, a row that breaks it and a partner row without proof of consent are
/// quarantined with the reason and never reach a profile.
#[test]
fn col_14_a_row_that_breaks_the_contract_is_quarantined_and_never_in_profiles() {
    let shop = partner_shop();
    let rows = "mail,agreed,at,boots\n\
                ana@shop.example,yes,01/03/2026,3\n\
                bob@shop.example,no,01/03/2026,4\n\
                cat@shop.example,,01/03/2026,5\n\
                dan@shop.example,yes,soon,6\n\
                eve@shop.example,yes,01/03/2026,700\n\
                fay@shop.example,yes,01/03/2026\n\
                gus@shop.example,yes,01/03/2026,7\n";
    let path = write(&shop, "panel.csv", rows);
    let (url, file) = (shop.server.url().to_owned(), path.display().to_string());
    let said = succeeded(&import(&shop, PARTNER, "panel", &["--to", &url, &file]));
    assert!(said.contains("2 in quarantine: NO_CONSENT_PROOF"), "{said}");
    let codes = quarantined(&shop.path("panel.csv.mapping.panel.quarantine.jsonl"));
    let expected = [
        (3, "NO_CONSENT_PROOF"),
        (4, "NO_CONSENT_PROOF"),
        (5, "NOT_A_MOMENT"),
        (6, "OUT_OF_RANGE"),
        (7, "COLUMN_COUNT"),
    ];
    assert_eq!(codes, expected.map(|(line, code)| (line, code.to_owned())));
    let quarantine = fs::read_to_string(shop.path("panel.csv.mapping.panel.quarantine.jsonl")).unwrap();
    assert!(quarantine.contains("bob@shop.example,no,01/03/2026,4"), "the row itself, to be corrected");
    for (who, boots) in [("ana", 3), ("gus", 7)] {
        let export = shop.export(&format!("email:{who}@shop.example"));
        assert!(export["profile"].to_string().contains("boots_owned"), "{who}: {boots}: {export}");
    }
    for who in ["bob", "cat", "dan", "eve", "fay"] {
        assert!(!shop.knows(&format!("email:{who}@shop.example")), "{who}");
    }
    assert_eq!(shop.status()["profiles"], 2);
    assert!(shop.rejected().is_empty(), "bad rows do not even reach the program");
}

/// A partner's rows cannot come in on another basis, whatever the mapping says.
#[test]
fn a_contract_that_does_not_fit_its_source_is_refused_before_the_first_row() {
    let shop = partner_shop();
    let path = write(&shop, "orders.csv", "customer,at,price\nana,2026-03-01,5\n").display().to_string();
    let url = shop.server.url().to_owned();
    let refused = |mapping: &str, source: &str, rest: &[&str]| {
        let output = import(&shop, mapping, source, &[&["--to", &url], rest, &[path.as_str()]].concat());
        assert!(!output.status.success());
        printed(&output)
    };
    assert!(refused(ORDERS, "panel", &[]).contains("SOURCE_NEEDS_PROOF"));
    assert!(refused(ORDERS, "server", &[]).contains("SOURCE_BASIS"));
    assert!(refused(ORDERS, "nobody", &[]).contains("there is no source `nobody`"));
    assert!(refused(ORDERS, "till", &["--key", "sk_wrong_wrong_wrong"]).contains("401 UNKNOWN_KEY"));
    let typo = refused(&ORDERS.replace("\"price\"\n", "\"prize\"\n"), "till", &[]);
    assert!(typo.contains("there is no column `prize` (event[0].properties.total)"), "{typo}");
    assert!(typo.contains("the file has: customer, at, price"), "{typo}");
    assert!(refused(&ORDERS.replace("salt", "sault"), "till", &[]).contains("unknown field `sault`"));
    assert_eq!(shop.status()["profiles"], 0);
    let keys = shop.secret.get("/v1/keys").expect(200).json();
    assert!(!keys.to_string().contains("\"import\""), "no key was made: {keys}");
}

/// A dry run shows the rows as they are understood, counts what breaks the contract, and needs no program.
#[test]
fn a_dry_run_shows_and_sends_nothing() {
    let shop = Shop::open();
    let path = write(&shop, "orders.csv", "customer;at;price\nana;2026-03-01;24,90 €\nbob;2026-03-01;cheap\n");
    let said = succeeded(&import(&shop, ORDERS, "till", &["--dry-run", &path.display().to_string()]));
    assert!(said.contains("\"total\":24.9"), "{said}");
    assert!(said.contains("line 3: NOT_A_NUMBER") && said.contains("1 in quarantine: NOT_A_NUMBER"), "{said}");
    assert_eq!(shop.status()["profiles"], 0);
    assert!(!shop.path("orders.csv.mapping.till.quarantine.jsonl").exists());
}

/// The importing process dies in the middle; the same command goes on, and each row counts once.
#[test]
fn an_import_that_is_killed_goes_on_and_counts_each_row_once() {
    let shop = Shop::open();
    let mut rows = "customer,at,price\n".to_owned();
    (0..6_000).for_each(|row| rows.push_str(&format!("c{},2026-03-01T10:00:00Z,{}\n", row % 40, row % 3)));
    let path = write(&shop, "orders.csv", &rows);
    let state = shop.path("orders.csv.mapping.till.quarantine.jsonl.state");
    let mapping = write(&shop, "mapping.toml", ORDERS);
    let mut command = Command::new(PROGRAM);
    command
        .arg("import")
        .arg("--mapping")
        .arg(&mapping)
        .args(["--source", "till", "--to", shop.server.url()])
        .arg(&path);
    let mut child = command.env("PREVENANCE_KEY", SECRET_KEY).spawn().unwrap();
    // As soon as something is noted as done; if it is over by then, the second run imports all of it again.
    let noted = || fs::read_to_string(&state).is_ok_and(|state| !state.contains("\"steps\":0,"));
    while !noted() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    _ = child.kill();
    child.wait().unwrap();
    let was_stopped = noted();
    let url = shop.server.url().to_owned();
    let said = succeeded(&import(&shop, ORDERS, "till", &["--to", &url, &path.display().to_string()]));
    assert!(said.contains("6000 events"), "{said}");
    assert_eq!(said.contains("going on where the import stopped"), was_stopped, "{said}");
    let status = shop.status();
    assert_eq!((&status["profiles"], &status["events"]), (&json!(40), &json!(6_040)), "with one consent each");
    assert_eq!(shop.count("user_id:c7", "Order Completed"), 150);
    assert_eq!(shop.read("user_id:c7", "?purpose=site").status, 200, "the grant holds");
    assert!(!state.exists());
    // Once more: nothing counts twice, and no key is left behind.
    succeeded(&import(&shop, ORDERS, "till", &["--to", &url, &path.display().to_string()]));
    assert_eq!(shop.status()["events"], 6_040);
    let keys = shop.secret.get("/v1/keys").expect(200).json();
    let open = |key: &&Value| key["title"] == "import" && key.get("ends_at").is_none();
    assert_eq!(keys["keys"].as_array().unwrap().iter().filter(open).count(), 0, "{keys}");
}

/// A data folder that no program holds takes rows in as a running program does.
#[test]
fn rows_go_into_a_data_folder_as_well() {
    let mut shop = Shop::open();
    let path = write(&shop, "orders.csv", "customer,at,price\nana,2026-03-01T10:00:00Z,5\nbob,2027-01-01,5\n");
    let folder = shop.folder().display().to_string();
    let file = path.display().to_string();
    let arguments = ["--data", folder.as_str(), "--test-clock", "2026-03-02T10:00:00Z", file.as_str()];
    let held = import(&shop, ORDERS, "till", &arguments);
    assert!(!held.status.success(), "the program holds the folder: {}", printed(&held));
    shop.server.stop();
    let said = succeeded(&import(&shop, ORDERS, "till", &arguments));
    assert!(said.contains("2 refused, in quarantine: TIMESTAMP_FUTURE"), "the order and the grant of its day: {said}");
    shop.start_again_at(crate::shop::at(crate::shop::START));
    assert_eq!(shop.profile("user_id:ana")["id"], shop.id("user_id:ana"));
    assert!(!shop.knows("user_id:bob") || shop.count("user_id:bob", "Order Completed") == 0);
}

/// Events that the program is about to drop for their age do not go there unsaid.
#[test]
fn events_older_than_the_program_keeps_are_told() {
    let shop = Shop::open();
    let path = write(&shop, "orders.csv", "customer,at,price\nana,2009-12-01,5\nana,2026-03-01,5\n");
    let (url, file) = (shop.server.url().to_owned(), path.display().to_string());
    let said = succeeded(&import(&shop, ORDERS, "till", &["--to", &url, &file]));
    assert!(said.contains("from 2009-12-01T00:00:00Z to 2026-03-01T00:00:00Z"), "{said}");
    assert!(said.contains("older than the program keeps"), "{said}");
}

/// A page's word about an account is doubted where the shop says so; the shop's own files are not. A public key, with
/// which all rows would be doubted in silence, is refused.
#[test]
fn a_shops_own_rows_are_believed_where_pages_must_prove_an_account() {
    let shop = Shop::open();
    shop.define("setting", "identity_tokens", &json!({"value": "required"}));
    let path = write(&shop, "orders.csv", "customer,at,price\nana,2026-03-01T10:00:00Z,5\n");
    let (url, file) = (shop.server.url().to_owned(), path.display().to_string());
    succeeded(&import(&shop, ORDERS, "till", &["--to", &url, &file]));
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 1);
    let refused = import(&shop, ORDERS, "web", &["--to", &url, "--key", WRITE_KEY, &file]);
    assert!(!refused.status.success());
    assert!(printed(&refused).contains("KEY_KIND") && printed(&refused).contains("Give a secret key"));
}

/// A row may grant a purpose and state a trait that needs it.
#[test]
fn a_trait_is_kept_on_the_consent_of_its_own_row() {
    let shop = Shop::open();
    shop.define("trait", "place", &json!({"holds": "text", "purpose": "location"}));
    let mapping = r#"
timestamp = "at"
[identifiers]
user_id = "customer"
[contract]
basis = "contract"
purposes = ["site"]
columns.at = { type = "moment" }
columns.ok = { type = "bool" }
[[traits]]
set.place = "town"
[[consent]]
purposes = { location = "ok" }
"#;
    let path = write(&shop, "members.csv", "customer,at,town,ok\nana,2026-03-01,Brest,yes\nbob,2026-03-01,Lyon,no\n");
    let (url, file) = (shop.server.url().to_owned(), path.display().to_string());
    succeeded(&import(&shop, mapping, "till", &["--to", &url, &file]));
    assert!(shop.export("user_id:ana")["profile"].to_string().contains("Brest"));
    assert!(!shop.export("user_id:bob").to_string().contains("Lyon"));
}

/// Tomorrow's file may have the name of today's: the rows in quarantine may be the only copy.
#[test]
fn what_an_earlier_import_left_in_quarantine_is_kept() {
    let shop = Shop::open();
    let path = write(&shop, "orders.csv", "customer,at,price\nana,2026-03-01,5\nbob,2026-03-01,many\n");
    let (url, file) = (shop.server.url().to_owned(), path.display().to_string());
    succeeded(&import(&shop, ORDERS, "till", &["--to", &url, &file]));
    let own = shop.path("orders.csv.mapping.till.quarantine.jsonl");
    assert_eq!(quarantined(&own), [(3, "NOT_A_NUMBER".to_owned())]);
    let said = succeeded(&import(&shop, ORDERS, "till", &["--to", &url, &file]));
    assert!(said.contains("are now in") && said.contains("quarantine.jsonl.1"), "{said}");
    let aside = shop.path("orders.csv.mapping.till.quarantine.jsonl.1");
    assert_eq!(quarantined(&aside), quarantined(&own));
}

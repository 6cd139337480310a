//! What rows become, and which of them go to quarantine.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use crate::folder::{Folder, read, read_text};

const ORDERS: &str = r#"
timestamp = "at"
[identifiers]
user_id = "customer"
[contract]
basis = "contract"
purposes = ["site"]
columns.at = { type = "moment", required = true, formats = ["%Y-%m-%d %H:%M", "%d/%m/%Y", "%d.%m.%Y"] }
columns.quantity = { type = "int", required = true, min = 1 }
columns.price = { type = "number", required = true, currency = "EUR" }
[[event]]
name = { value = "Order Completed" }
message_id = "order-{order}"
properties.order_id = "order"
properties.total = { sum = ["quantity", "price"] }
properties.lines = { count = true }
properties.currency = { value = "EUR" }
[event.group]
by = "order"
list = "products"
each.product_id = "sku"
each.quantity = "quantity"
each.price = "price"
"#;

/// A mapping of single events, with `rest` in its contract.
fn signals(rest: &str) -> String {
    format!(
        "timestamp = 'at'\n[identifiers]\nuser_id = 'id'\nemail = 'email'\n[contract]\nbasis = 'contract'\n\
         purposes = ['site']\ncolumns.at = {{ type = 'moment' }}\ncolumns.email = {{ optional = true }}\n{rest}\n\
         [[event]]\nname = {{ value = 'Seen' }}\nproperties.what = 'what'\n"
    )
}

#[test]
fn rows_of_one_order_become_one_event_with_exact_sums() {
    let text = "order;at;customer;sku;quantity;price\n\
                7;2026-03-02 10:05;ana;boot;2;24,90 €\n\
                7;02/03/2026;ana;sock;1;0,10 €\n\
                8;02.03.2026;bob;tent;1;1 234,50\n";
    let outcome = read_text(ORDERS, text);
    assert_eq!(outcome.bad, Vec::<String>::new());
    let expected = json!({
        "type": "track",
        "event": "Order Completed",
        "messageId": "order-7",
        "timestamp": "2026-03-02T00:00:00Z",
        "context": {"identifiers": {"user_id": "ana"}},
        "properties": {
            "currency": "EUR",
            "order_id": "7",
            "lines": 2,
            "total": 49.9,
            "products": [
                {"product_id": "boot", "quantity": 2, "price": 24.9},
                {"product_id": "sock", "quantity": 1, "price": 0.1},
            ],
        },
    });
    assert_eq!(outcome.events[0], expected);
    assert_eq!(outcome.events[1]["properties"]["total"], 1234.5);
}

#[test]
fn half_an_order_is_worse_than_none() {
    let text = "order,at,customer,sku,quantity,price\n\
                7,2026-03-02 10:05,ana,boot,2,10\n\
                7,2026-03-02 10:05,ana,sock,zero,5\n\
                8,2026-03-02 10:06,bob,tent,1,99\n\
                9,2026-03-02 10:07,cat,tent,1,99\n\
                9,2026-03-02 10:07,dog,tent,1,99\n\
                8,2026-03-02 10:08,bob,peg,1,1\n";
    let outcome = read_text(ORDERS, text);
    assert_eq!(
        outcome.bad,
        ["3 NOT_A_NUMBER quantity", "2 GROUP_INCOMPLETE", "6 GROUP_DIFFERS", "7 GROUP_SCATTERED", "5 GROUP_INCOMPLETE"]
    );
    assert_eq!(outcome.events.len(), 1);
    assert_eq!(outcome.events[0]["messageId"], "order-8");
}

#[test]
fn rows_that_lie_apart_are_gathered_as_far_as_the_mapping_says() {
    let text = "order,at,customer,sku,quantity,price\n\
                7,2026-03-02 10:05,ana,boot,1,10\n\
                8,2026-03-02 10:05,bob,tent,1,99\n\
                7,2026-03-02 10:05,ana,sock,1,5\n";
    let apart = ORDERS.replace("by = \"order\"", "by = \"order\"\napart = 1");
    let outcome = read_text(&apart, text);
    assert_eq!(outcome.bad, Vec::<String>::new());
    let totals: Vec<_> = outcome.events.iter().map(|event| &event["properties"]["total"]).collect();
    assert_eq!(totals, [99, 15]);
}

#[test]
fn a_file_that_is_cut_in_an_order_keeps_the_order_back_until_it_is_whole() {
    let mut whole = "order,at,customer,sku,quantity,price\n".to_owned();
    for order in 0..2_000 {
        let sku = order * 7_919 % 10_007;
        whole
            .push_str(&format!("{order},2026-03-02 10:05,c{sku},s{sku},1,10\n{order},2026-03-02 10:05,c{sku},x,1,5\n"));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(whole.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let folder = Folder::new();
    let cut = folder.write("cut.csv.gz", &packed[..packed.len() * 2 / 3]);
    let outcome = read(ORDERS, &[cut]).unwrap();
    assert_eq!(outcome.cut, 1);
    assert!(outcome.bad.last().unwrap().contains("FILE_CUT"), "{:?}", outcome.bad);
    assert!((100..2_000).contains(&outcome.events.len()));
    let again = read(ORDERS, &[folder.write("whole.csv.gz", &packed)]).unwrap();
    assert_eq!((again.cut, again.events.len()), (0, 2_000));
    assert_eq!(again.events[..outcome.events.len()], outcome.events, "what was imported is the same, to the id");
}

#[test]
fn equal_rows_are_two_facts_and_the_order_of_columns_does_not_matter() {
    let ids = |text: &str| {
        let outcome = read_text(&signals(""), text);
        assert_eq!(outcome.bad, Vec::<String>::new());
        outcome.events.iter().map(|event| event["messageId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = ids("id,at,what,email\n1,2026-03-02,x,\n1,2026-03-02,x,\n2,2026-03-02,x,\n");
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    let turned = ids("what;email;at;id\nx;;2026-03-02;1\nx;;2026-03-02;1\nx;;2026-03-02;2\n");
    assert_eq!(first, turned);
}

#[test]
fn json_lines_latin_1_and_missing_columns_are_read() {
    let outcome =
        read_text(&signals(""), "{\"id\":1,\"at\":\"2026-03-02\",\"what\":\"a\"}\n{\"id\":2,\"at\":null}\n{\"id\"");
    assert_eq!(outcome.events.len(), 2);
    assert_eq!(outcome.events[0]["context"]["identifiers"], json!({"user_id": "1"}));
    assert_eq!(outcome.events[1].get("timestamp"), None);
    assert_eq!((outcome.bad, outcome.cut), (vec!["3 FILE_CUT".to_owned()], 1));
    let outcome = read_text(&signals(""), b"\xef\xbb\xbfid,at,what\n1,2026-03-02,caf\xc3\xa9\n".as_slice());
    assert_eq!(outcome.events[0]["properties"]["what"], "café");
    let outcome = read_text(&signals(""), b"id;at;what\n1;2026-03-02;caf\xe9 \x80\n".as_slice());
    assert_eq!(outcome.events[0]["properties"]["what"], "café €");
}

#[test]
fn a_number_of_json_has_one_reading() {
    let mapping = signals("columns.n = { type = 'number' }") + "properties.n = 'n'\n";
    let outcome = read_text(
        &mapping,
        "{\"id\":1,\"at\":\"2026-03-02\",\"what\":1.234,\"n\":1.234}\n{\"id\":1,\"n\":\"1.234\"}\n",
    );
    assert_eq!(outcome.events[0]["properties"], json!({"what": "1.234", "n": 1.234}));
    assert_eq!(outcome.bad, ["2 NUMBER_AMBIGUOUS n"]);
}

#[test]
fn each_kind_of_bad_row_has_its_code_and_the_rest_goes_on() {
    let rest =
        "columns.n = { type = 'number', max = 10, optional = true }\ncolumns.k = { one_of = ['a'], optional = true }";
    let text = "id,at,what,n,k\n\
                1,2026-03-02,ok,1,a\n\
                2,soon,x,1,a\n\
                3,2026-03-02,x,11,a\n\
                4,2026-03-02,x,1,b\n\
                5,2026-03-02,x\n\
                6,2026-03-02,\"x,1,a\n\
                ,2026-03-02,x,1,a\n\
                8,2026-03-02,x,\"1,234\",a\n\
                9,2026-03-02,ok,1,a\n";
    let mapping = signals(rest) + "properties.n = 'n'\nproperties.k = 'k'\n";
    let outcome = read_text(&mapping, text);
    assert_eq!(
        outcome.bad,
        [
            "3 NOT_A_MOMENT at",
            "4 OUT_OF_RANGE n",
            "5 NOT_ALLOWED k",
            "6 COLUMN_COUNT",
            "7 BROKEN_QUOTES",
            "8 NO_IDENTIFIER",
            "9 NUMBER_AMBIGUOUS n",
        ]
    );
    let sent: Vec<_> = outcome.events.iter().map(|event| &event["properties"]["what"]).collect();
    assert_eq!(sent, ["ok", "ok"]);
}

#[test]
fn a_row_that_does_not_prove_its_consent_never_becomes_an_event() {
    let mapping = "[identifiers]\nemail = 'mail'\n[contract]\nbasis = 'consent'\npurposes = ['partner']\n\
                   proof = { column = 'agreed', granted = ['Yes'] }\n\
                   [[traits]]\ntimestamp = { value = '2026-03-01' }\nset.city = 'city'\n";
    let outcome =
        read_text(mapping, "mail,agreed,city\na@x.example,yes,Brest\nb@x.example,no,Brest\nc@x.example,,Brest\n");
    assert_eq!(outcome.bad, ["3 NO_CONSENT_PROOF agreed", "4 NO_CONSENT_PROOF agreed"]);
    assert_eq!(outcome.events.len(), 1);
    assert_eq!(outcome.events[0]["context"]["consent"], json!({"categoryPreferences": {"partner": true}}));
    assert_eq!(outcome.events[0]["traits"], json!({"city": "Brest"}));
}

#[test]
fn consents_and_traits_are_stated_by_rows() {
    let mapping = "timestamp = 'at'\n[identifiers]\nuser_id = 'id'\n[contract]\nbasis = 'contract'\npurposes = ['site']\n\
                   columns.at = { type = 'moment' }\ncolumns.mail = { type = 'bool' }\ncolumns.post = { type = 'bool' }\n\
                   [[traits]]\nset.city = 'city'\n[[consent]]\npurposes = { email = 'mail', post = 'post' }\n";
    let text = "id,at,city,mail,post\n1,2026-03-02,Brest,oui,0\n2,2026-03-02,,,1\n3,2026-03-02,,,\n";
    let outcome = read_text(mapping, text);
    let kinds: Vec<_> = outcome.events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["track", "identify", "track"]);
    let said = [0, 2].map(|index| &outcome.events[index]["context"]["consent"]["categoryPreferences"]);
    assert_eq!(said, [&json!({"email": true, "post": false}), &json!({"post": true})]);
    assert_eq!(outcome.passed_over, 1, "a row that says nothing is passed over");
}

#[test]
fn a_grant_goes_once_to_a_fixed_share_of_people() {
    let grant = "[grant]\npurpose = 'site'\nshare = 0.7\nby = 'hash'\nsalt = 's'\nof = 'user_id'\n";
    let mapping = signals("") + grant;
    let mut text = "id,at,what\n".to_owned();
    (0..2_000).for_each(|row| text.push_str(&format!("{},2026-03-02,x\n", row % 1_000)));
    let granted = |text: &str| -> Vec<String> {
        let choices = |event: &serde_json::Value| event["event"] == "Segment Consent Preference Updated";
        let events = read_text(&mapping, text).events;
        let granted = events.iter().filter(|event| choices(event));
        granted.map(|event| event["context"]["identifiers"]["user_id"].as_str().unwrap().to_owned()).collect()
    };
    let people = granted(&text);
    assert!((650..750).contains(&people.len()), "{}", people.len());
    // SHA-256 of "s:user_id:0" begins with f0, of "s:user_id:5" with a4, as `sha256sum` says; 0.7 × 256 is b3.
    assert!(people.contains(&"5".to_owned()) && !people.contains(&"0".to_owned()), "{people:?}");
    assert_eq!(granted("id,at,what\n0,2026-03-02,x\n5,2026-03-02,x\n"), ["5"], "whoever else is in the file");
}

#[test]
fn a_second_file_adds_its_columns() {
    let folder = Folder::new();
    folder.write("products.csv", "sku,category\nboot,shoes\n");
    let rows = folder.write("rows.csv", "id,at,what\n1,2026-03-02,boot\n2,2026-03-02,tent\n");
    let join = "[join.products]\nfile = 'products.csv'\non = 'what'\nkey = 'sku'\ncolumns = ['category']\n";
    let mapping = signals("") + "properties.category = 'products.category'\n" + join;
    let outcome = read(&mapping, std::slice::from_ref(&rows)).unwrap();
    assert_eq!(outcome.events[0]["properties"]["category"], "shoes");
    assert_eq!(outcome.events[1]["properties"].get("category"), None);
    let strict = mapping + "otherwise = 'quarantine'\n";
    assert_eq!(read(&strict, &[rows]).unwrap().bad, ["3 NO_MATCH what"]);
}

#[test]
fn a_column_that_is_not_there_is_refused_before_the_first_row_of_any_file() {
    let folder = Folder::new();
    let paths =
        [folder.write("a.csv", "id,at,what\n1,2026-03-02,x\n"), folder.write("b.csv", "id,at,wat\n1,2026-03-02,x\n")];
    let error = read(&signals(""), &paths).err().unwrap().to_string();
    assert!(error.contains("b.csv: NO_SUCH_COLUMN: there is no column `what` (event[0].properties.what)"), "{error}");
    assert!(error.ends_with("the file has: id, at, wat"), "{error}");
}

#[test]
fn an_event_that_the_server_would_not_take_stays_here() {
    let long = "x".repeat(40_000);
    let outcome = read_text(&signals(""), format!("id,at,what\n1,2026-03-02,{long}\n"));
    assert_eq!(outcome.bad, ["2 EVENT_TOO_LARGE"]);
}

//! Files that are cut, garbled or of two minds: nothing of them is taken for more than it is, and nothing goes unsaid.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use ingest::limits;

use crate::folder::{Folder, Outcome, read, read_text};

const HEADER: &str = "order,at,customer,sku,quantity,price\n";

/// Orders of which rows may lie `apart` others from each other.
fn orders(apart: u64) -> String {
    format!(
        "[identifiers]\nuser_id = 'customer'\n[contract]\nbasis = 'contract'\npurposes = ['site']\n\
         columns.quantity = {{ type = 'int', required = true }}\ncolumns.price = {{ type = 'number', required = true }}\n\
         [[event]]\nname = {{ value = 'Order Completed' }}\nmessage_id = 'order-{{order}}'\n\
         properties.total = {{ sum = ['quantity', 'price'] }}\n\
         [event.group]\nby = 'order'\napart = {apart}\nlist = 'products'\neach.product_id = 'sku'\n"
    )
}

fn ids(outcome: &Outcome) -> Vec<&str> {
    outcome.events.iter().map(|event| event["messageId"].as_str().unwrap()).collect()
}

/// Compressed without compression, so that what can be read of a cut one ends at a byte of choice.
fn packed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_file_cut_at_any_byte_of_its_last_row_keeps_the_order_back() {
    let last = "7,2026-03-02,ana,chaussée,1,5\n";
    let before = format!("{HEADER}6,2026-03-02,bob,été,1,9\n7,2026-03-02,ana,forêt,2,10\n");
    let whole = format!("{before}{last}").into_bytes();
    assert_eq!(ids(&read_text(&orders(0), &whole)), ["order-6", "order-7"]);
    let folder = Folder::new();
    // Of a plain file, a cut in its last cell does not show.
    let last_cell = before.len() + last.rfind(',').unwrap();
    for length in before.len() + 1..whole.len() - 1 {
        let at_end = (whole.len() - length) as u64;
        let gzip = packed(&whole);
        // Behind the text stand eight bytes of checksum and length.
        let cut = folder.write("cut.csv.gz", &gzip[..gzip.len() - 8 - at_end as usize]);
        let outcome = read(&orders(0), &[cut]).unwrap();
        assert_eq!((ids(&outcome), outcome.cut), (vec!["order-6"], 1), "{length}: {:?}", outcome.bad);
        if length <= last_cell {
            let outcome = read_text(&orders(0), &whole[..length]);
            assert_eq!((ids(&outcome), outcome.cut), (vec!["order-6"], 1), "{length}: {:?}", outcome.bad);
        }
    }
}

#[test]
fn a_row_that_is_too_long_and_cut_is_cut() {
    let mut text = format!("{HEADER}7,2026-03-02,ana,boot,1,5\n7,2026-03-02,ana,").into_bytes();
    text.resize(text.len() + limits::ROW_BYTES + 10, b'x');
    let gzip = packed(&text);
    let folder = Folder::new();
    let outcome = read(&orders(0), &[folder.write("cut.csv.gz", &gzip[..gzip.len() - 9])]).unwrap();
    assert_eq!((outcome.events.len(), outcome.cut), (0, 1), "{:?}", outcome.bad);
}

#[test]
fn a_row_that_cannot_be_read_spoils_its_order_and_no_other() {
    let long = "x".repeat(limits::ROW_BYTES);
    let cases: [(&[u8], &str); 6] = [
        (b"7,2026-03-02,ana,\"boot\",2,24,90", "COLUMN_COUNT"),
        (b"7,2026-03-02,ana,boot,2", "COLUMN_COUNT"),
        (b"7,2026-03-02,ana,\"bo\"ot,2,5", "BROKEN_QUOTES"),
        (b"7,2026-03-02,ana,\"boot,2,5", "BROKEN_QUOTES"),
        (b"7,2026-03-02,caf\xe9,boot,2,5", "BAD_ENCODING"),
        (&[b"7,2026-03-02,ana,", long.as_bytes(), b",2,5"].concat(), "ROW_TOO_LONG"),
    ];
    for (row, code) in cases {
        for apart in [0, 2] {
            let good = |order: u32| format!("{order},2026-03-02,ana,café,1,9\n").into_bytes();
            let text = [HEADER.as_bytes(), &good(6), &good(7), row, b"\n", &good(7), &good(8), b"9,x,ana,\"a\",1,1\n"]
                .concat();
            let outcome = read_text(&orders(apart), &text);
            assert_eq!(ids(&outcome), ["order-6", "order-8", "order-9"], "{code}, {apart}: {:?}", outcome.bad);
            let mut bad = outcome.bad;
            bad.sort();
            assert_eq!(bad, ["3 GROUP_INCOMPLETE", &format!("4 {code}"), "5 GROUP_INCOMPLETE"], "{apart}");
        }
    }
}

#[test]
fn a_bad_first_row_spoils_the_rows_behind_it() {
    let good = |order: u32| format!("{order},2026-03-02,ana,boot,1,9\n");
    let text = format!("{HEADER}{}7,2026-03-02,ana,boot,2,24,90\n{}{}", good(6), good(7), good(8));
    let outcome = read_text(&orders(3), &text);
    assert_eq!(ids(&outcome), ["order-6", "order-8"]);
    assert_eq!(outcome.bad, ["3 COLUMN_COUNT", "4 GROUP_INCOMPLETE"]);
}

#[test]
fn the_column_that_names_the_order_may_stand_behind_the_fault() {
    let mapping = orders(3);
    let text = "price,quantity,at,customer,sku,order\n9,1,x,ana,boot,6\n9,1,x,ana,boot,7\n24,90,1,x,ana,boot,7\n\
                9,1,x,ana,boot,8\n";
    let outcome = read_text(&mapping, text);
    assert_eq!(ids(&outcome), ["order-6", "order-8"]);
    assert_eq!(outcome.bad, ["4 COLUMN_COUNT", "3 GROUP_INCOMPLETE"]);
}

#[test]
fn a_row_of_which_nothing_can_be_read_spoils_every_order_that_it_may_be_of() {
    let row =
        |order: u32| format!("{{\"order\":{order},\"customer\":\"ana\",\"sku\":\"x\",\"quantity\":1,\"price\":1}}\n");
    let text = |orders: [u32; 6]| {
        let [a, b, c, d, e, f] = orders.map(row);
        format!("{a}{b}{c}{{\"order\": broken\n{d}{e}{f}")
    };
    let outcome = read_text(&(orders(0) + "each.at = 'sku'\n"), text([5, 6, 6, 7, 7, 8]));
    assert_eq!(ids(&outcome), ["order-5", "order-8"], "what touches it may be incomplete");
    let outcome = read_text(&orders(1), text([4, 5, 6, 7, 8, 9]));
    assert_eq!(ids(&outcome), ["order-4", "order-9"], "what is no further than one row from it may be");
}

#[test]
fn a_cut_cell_of_several_lines_is_no_rows() {
    for (text, line) in [
        ("id,what\n1,a\n2,\"hello\nfoo, ba", "3 FILE_CUT"),
        ("id,what\n1,a\n2,\"hello\nfoo\nbar\n", "3 FILE_CUT"),
        ("id,what,n\n1,a,1\n2,\"hello\nfoo\"", "3 FILE_CUT"),
        ("id,what\n1,é\n2,\"hello\nfoo,\u{e9}", "3 FILE_CUT"),
    ] {
        let mapping = "[identifiers]\nuser_id = 'id'\n[contract]\nbasis = 'contract'\npurposes = ['site']\n\
                       [[event]]\nname = { value = 'Said' }\nproperties.what = 'what'\n";
        let outcome = read_text(mapping, text);
        assert_eq!((outcome.events.len(), outcome.cut), (1, 1), "{text}: {:?}", outcome.bad);
        assert_eq!(outcome.bad, [line], "{text}");
        let gzip = packed(text.as_bytes());
        let folder = Folder::new();
        let outcome = read(mapping, &[folder.write("cut.csv.gz", &gzip[..gzip.len() - 8])]).unwrap();
        assert_eq!((outcome.events.len(), outcome.cut), (1, 1), "{text}: {:?}", outcome.bad);
    }
}

#[test]
fn a_column_of_json_that_first_shows_late_is_read_if_the_mapping_says_that_it_may_lack() {
    let mapping = |optional: bool| {
        format!(
            "[identifiers]\nuser_id = 'id'\n[contract]\nbasis = 'contract'\npurposes = ['site']\n\
             columns.'offer.coupon' = {{ optional = {optional} }}\n\
             [[event]]\nname = {{ value = 'Seen' }}\nproperties.coupon = 'offer.coupon'\n"
        )
    };
    let mut text: String = (0..300).map(|id| format!("{{\"id\":{id}}}\n")).collect();
    text += "{\"id\":300,\"offer\":{\"coupon\":\"TEN\"}}\n";
    let outcome = read_text(&mapping(true), &text);
    assert_eq!((outcome.events.len(), outcome.bad.len()), (301, 0));
    assert_eq!(outcome.events[300]["properties"]["coupon"], "TEN");
    let folder = Folder::new();
    let refused = read(&mapping(false), &[folder.write("rows.jsonl", &text)]).err().unwrap().to_string();
    assert!(refused.contains("NO_SUCH_COLUMN: there is no column `offer.coupon`"), "{refused}");
}

#[test]
fn a_file_of_two_encodings_is_not_guessed_silently() {
    let mapping = "[identifiers]\nuser_id = 'id'\n[contract]\nbasis = 'contract'\npurposes = ['site']\n\
                   [[event]]\nname = { value = 'Seen' }\nproperties.what = 'what'\n";
    let text = b"id,what\n1,caf\xe9\n2,caf\xc3\xa9\n3,tea\n4,caf\xe9\n";
    let outcome = read_text(mapping, text);
    assert_eq!(outcome.bad, ["3 BAD_ENCODING"]);
    let said = |outcome: &Outcome| -> Vec<String> {
        outcome.events.iter().map(|event| event["properties"]["what"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(said(&outcome), ["café", "tea", "café"]);
    let declared = |encoding: &str| read_text(&format!("{mapping}[file]\nencoding = '{encoding}'\n"), text);
    assert_eq!(said(&declared("latin-1")), ["café", "cafÃ©", "tea", "café"]);
    let utf_8 = declared("utf-8");
    assert_eq!((said(&utf_8), utf_8.bad.len()), (vec!["café".to_owned(), "tea".to_owned()], 2));
}

#[test]
fn groups_held_open_have_a_limit_of_number_and_of_bytes() {
    let folder = Folder::new();
    let import = |apart: u64, rows: usize, at: &str| {
        let text: String = (0..rows).map(|order| format!("{order},{at},ana,x,1,9\n")).collect();
        read(&orders(apart), &[folder.write("rows.csv", format!("{HEADER}{text}"))])
    };
    let (groups, most) = (limits::OPEN_GROUPS + 10, limits::OPEN_GROUPS as u64);
    assert_eq!(import(most - 1, groups, "").unwrap().events.len(), groups);
    let refused = import(most, groups, "").err().unwrap().to_string();
    assert!(refused.contains("`apart`"), "{refused}");
    let long = "x".repeat(limits::ROW_BYTES - 100);
    let rows = limits::OPEN_GROUP_BYTES / limits::ROW_BYTES;
    assert_eq!(import(1_000, rows, &long).unwrap().events.len(), rows);
    assert!(import(1_000, rows + 1, &long).is_err());
}

#[test]
fn a_row_that_does_not_say_its_order_spoils_those_that_touch_it() {
    let good = |order: &str| format!("{order},2026-03-02,ana,boot,1,9\n");
    let text = [HEADER, &good("5"), &good("6"), &good(""), &good("7"), &good("8")].concat();
    let outcome = read_text(&orders(0), text);
    assert_eq!(ids(&outcome), ["order-5", "order-8"]);
    assert_eq!(outcome.bad, ["4 VALUE_MISSING order", "3 GROUP_INCOMPLETE", "5 GROUP_INCOMPLETE"]);
}

#[test]
fn a_condition_on_a_cell_that_cannot_be_read_passes_nothing_over() {
    let mapping = orders(0).replace("[event.group]", "where = 'quantity > 0'\n[event.group]");
    let text = format!("{HEADER}7,x,ana,boot,1,9\n7,x,ana,boot,one,9\n8,x,ana,boot,0,9\n");
    for mapping in [&mapping, &format!("where = 'quantity > 0'\n{}", orders(0))] {
        let outcome = read_text(mapping, &text);
        assert_eq!((ids(&outcome), outcome.passed_over), (vec![], 1));
        assert_eq!(outcome.bad, ["3 NOT_A_NUMBER quantity", "2 GROUP_INCOMPLETE"]);
    }
}

#[test]
fn json_that_is_not_written_line_by_line_is_refused_with_advice() {
    let mapping = "[identifiers]\nuser_id = '[id]'\n[contract]\nbasis = 'contract'\npurposes = ['site']\n\
                   [[event]]\nname = { value = 'Seen' }\n";
    let folder = Folder::new();
    for text in ["[{\"id\": \"ana\"}]", "[\n{\"id\": \"ana\"}\n]\n", "{\n  \"orders\": []\n}\n", "[]"] {
        let refused = read(mapping, &[folder.write("rows.json", text)]).err().unwrap().to_string();
        assert!(refused.contains("one object a line"), "{text}: {refused}");
    }
    let table = read(mapping, &[folder.write("rows.csv", "[id],at\nana,2026-03-02\n")]).unwrap();
    assert_eq!(table.events.len(), 1, "a table may call its columns so");
}

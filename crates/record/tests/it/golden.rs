//! Bytes of every record, so that no layout changes unnoticed. Whoever changes one raises its version and puts a new file
//! in the place of the old one: what was stored under another version is refused and never misread.

use std::{fs, path::PathBuf};

use engine::state::Slot;
use record::{
    catalog, census,
    decided::open_decided,
    history::{open_event, seal_event},
    log::{Logged, Recalled},
    rejected::{RecalledRejection, decode_rejection, encode_rejection},
    state,
};

use crate::{
    block::{commands_of, whole},
    keys::{every, key_of, none},
    sample,
};

#[test]
fn blocks() {
    let expected: Vec<_> = sample::commands().into_iter().map(|command| whole(sample::ENV, command)).collect();
    assert_eq!(commands_of(&golden("block.v1"), &every).unwrap(), expected);
    assert_eq!(sample::block(&sample::commands(), &every), golden("block.v1"));
}

#[test]
fn a_redacted_block() {
    let read = commands_of(&golden("block-redacted.v1"), &every).unwrap();
    let redacted = Recalled::RedactedEvent { person: sample::SIDE, side: sample::SIDE };
    assert_eq!(read, [Logged { env: sample::ENV, command: redacted, sealed: None }]);
    assert_eq!(sample::block(&sample::commands()[..1], &none), golden("block-redacted.v1"));
}

#[test]
fn events() {
    let bytes = golden("event.v1");
    assert_eq!(open_event(&key_of(sample::SIDE), sample::SIDE, &bytes), Ok(sample::event()));
    assert_eq!(*seal_event(&key_of(sample::SIDE), sample::SIDE, &sample::event()).0, bytes);
}

#[test]
fn decisions() {
    let bytes = golden("decided.v1");
    assert_eq!(open_decided(&key_of(sample::SIDE), sample::SIDE, &bytes), Ok(crate::decided::sample_decided()));
    assert_eq!(*sample::decided_bytes(), bytes);
}

#[test]
fn slots() {
    for (name, slot) in slots_by_name() {
        assert_eq!(state::decode_slot(&golden(name), &every).unwrap(), slot);
        assert_eq!(state::encode_slot(&slot, &every).unwrap(), golden(name));
    }
}

#[test]
fn ledgers() {
    let read = |name| state::decode_ledger(sample::SIDE, &golden(name), &every).unwrap();
    assert_eq!(read("ledger.v2"), sample::ledger());
    let row = state::encode_ledger(sample::SIDE, &sample::ledger(), &every).unwrap();
    assert_eq!(row, Some(golden("ledger.v2")));
}

#[test]
fn plain_records() {
    assert_eq!(state::decode_holding(&golden("holding.v1")), Ok(sample::holding()));
    assert_eq!(state::encode_holding(&sample::holding()), golden("holding.v1"));
    assert_eq!(state::decode_core(&golden("core.v2")), Ok(sample::core()));
    assert_eq!(state::encode_core(&sample::core()), golden("core.v2"));
    assert_eq!(state::decode_access(&golden("access.v1")), Ok(sample::access()));
    assert_eq!(state::encode_access(&sample::access()), golden("access.v1"));
    assert_eq!(state::decode_erasure(&golden("erasure.v1")), Ok(sample::NOW));
    assert_eq!(state::encode_erasure(sample::NOW), golden("erasure.v1"));
}

#[test]
fn censuses() {
    assert_eq!(census::decode_census(&golden("census.v2")), Ok(sample::census()));
    assert_eq!(census::encode_census(&sample::census()), golden("census.v2"));
    assert_eq!(census::decode_figures(&golden("figures.v1")), Ok(sample::census().figures()));
    assert_eq!(census::encode_figures(&sample::census().figures()), golden("figures.v1"));
}

#[test]
fn what_the_shop_sells() {
    assert_eq!(catalog::decode_item(&golden("item.v1")), Ok(sample::item()));
    assert_eq!(catalog::encode_item(&sample::item()), golden("item.v1"));
    assert_eq!(catalog::decode_stores(&golden("stores.v2")), Ok(sample::stores()));
    assert_eq!(catalog::encode_stores(&sample::stores()), golden("stores.v2"));
    let mut before = sample::stores();
    before.iter_mut().for_each(|store| store.address = None);
    assert_eq!(catalog::decode_stores(&golden("stores.v1")), Ok(before), "as it was before stores had addresses");
}

#[test]
fn effects() {
    let read = |name| state::decode_effect(&golden(name), &every).unwrap();
    assert_eq!(read("effect.v2"), sample::effect());
    assert_eq!(state::encode_effect(&sample::effect(), &every).unwrap(), golden("effect.v2"));
}

#[test]
fn refused_events() {
    let read = decode_rejection(&golden("rejected.v1"), &every).unwrap();
    assert_eq!(read, RecalledRejection::Whole(sample::rejection()));
    assert_eq!(encode_rejection(&sample::rejection(), &every).unwrap(), golden("rejected.v1"));
}

/// Writes the files that are not there yet. Run it after a version was added; it never changes a file.
#[test]
#[ignore = "writes files"]
fn write_missing_files() {
    let mut files = vec![
        ("block.v1", sample::block(&sample::commands(), &every)),
        ("block-redacted.v1", sample::block(&sample::commands()[..1], &none)),
        ("decided.v1", sample::decided_bytes().to_vec()),
        ("event.v1", seal_event(&key_of(sample::SIDE), sample::SIDE, &sample::event()).0.to_vec()),
        ("ledger.v2", state::encode_ledger(sample::SIDE, &sample::ledger(), &every).unwrap().unwrap()),
        ("holding.v1", state::encode_holding(&sample::holding())),
        ("core.v2", state::encode_core(&sample::core())),
        ("access.v1", state::encode_access(&sample::access())),
        ("census.v2", census::encode_census(&sample::census())),
        ("item.v1", catalog::encode_item(&sample::item())),
        ("stores.v2", catalog::encode_stores(&sample::stores())),
        ("figures.v1", census::encode_figures(&sample::census().figures())),
        ("erasure.v1", state::encode_erasure(sample::NOW)),
        ("effect.v2", state::encode_effect(&sample::effect(), &every).unwrap()),
        ("rejected.v1", encode_rejection(&sample::rejection(), &every).unwrap()),
    ];
    files.extend(slots_by_name().map(|(name, slot)| (name, state::encode_slot(&slot, &every).unwrap())));
    for (name, bytes) in files.into_iter().filter(|(name, _)| !path(name).exists()) {
        fs::write(path(name), hex(&bytes)).unwrap();
    }
}

fn slots_by_name() -> [(&'static str, Slot); 4] {
    [
        ("slot-here.v2", sample::slot()),
        ("slot-moved.v1", Slot::Moved { to: sample::OTHER_SIDE, moves: 3 }),
        ("slot-erased.v1", Slot::Erased),
        ("slot-unknown.v1", Slot::Unknown),
    ]
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.hex"))
}

fn golden(name: &str) -> Vec<u8> {
    let text = fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{}: {error}", path(name).display()));
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).expect("two hexadecimal digits");
    digits.chunks(2).map(byte).collect()
}

/// 32 bytes a line.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            text.push_str(&format!("{byte:02x}"));
        }
        text.push('\n');
    }
    text
}

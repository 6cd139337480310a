//! A crash at every call of a whole story: what was promised is there, what was not is whole or absent.

use model::partition::{Partition, Position};
use store::{
    disk::{Fault, Keep},
    error::StoreError,
    sim::{Machine, Sim},
    substrate::{Options, Rewrite, Save, Substrate, Write},
};

use crate::rig::{SMALL, block, options, read};

const SEGMENT_BYTES: u64 = 300;
const DESTROYED: u32 = 3;

/// What the story was promised before the machine stopped.
#[derive(Debug, Default)]
struct Promised {
    appends: u64,
    rewritten: bool,
    revision: u64,
    key: Option<[u8; 32]>,
    destroyed: bool,
    persisted: u64,
}

fn seeded() -> Options {
    Options { key_seed: Some(1), ..options(2) }
}

/// What append number `n` writes for each of two partitions.
fn bytes(n: u64, partition: u16) -> Vec<u8> {
    vec![n as u8 + 1; 20 + usize::from(partition) * 10]
}

fn story(machine: &Machine, promised: &mut Promised) -> Result<(), StoreError> {
    let store = machine.start_with_segments(&seeded(), SEGMENT_BYTES)?;
    let leases = store.claim(&[Partition(0), Partition(1)])?;
    for n in 0..6 {
        let blocks: Vec<_> = leases.iter().map(|lease| block(*lease, n, &bytes(n, lease.partition.0))).collect();
        store.append(&blocks)?;
        promised.appends = n + 1;
        let write = Write { table: SMALL, key: b"folded".to_vec(), value: Some(vec![n as u8]) };
        store.save(vec![Save { lease: leases[0], position: Position(n + 1), writes: vec![write] }])?;
    }
    let rewrite = Rewrite { lease: leases[1], first: Position(1), bytes: b"redacted".to_vec() };
    store.rewrite(&[rewrite])?;
    promised.rewritten = true;
    promised.revision = store.define(promised.revision, b"plan")?;
    promised.key = store.key(Partition(0), 0)?;
    store.destroy_key(Partition(0), DESTROYED)?;
    promised.destroyed = true;
    store.trim(Partition(0), Position(3))?;
    promised.persisted = promised.appends;
    store.save(vec![Save { lease: leases[1], position: Position(3), writes: Vec::new() }])?;
    store.trim(Partition(1), Position(3))
}

fn check(store: &Sim, promised: &Promised) {
    let ends = [store.end(Partition(0)).unwrap().0, store.end(Partition(1)).unwrap().0];
    assert_eq!(ends[0], ends[1], "an append is whole or absent");
    assert!(
        (promised.appends..=promised.appends + 1).contains(&ends[0]),
        "{} promised, {} kept",
        promised.appends,
        ends[0]
    );
    for partition in [0, 1] {
        let saved = store.saved(Partition(partition)).unwrap().0;
        let found = store.read(Partition(partition), Position(saved), usize::MAX).unwrap();
        assert_eq!(found.len() as u64, ends[0] - saved, "all that the replay needs");
        for block in store.read(Partition(partition), Position(0), usize::MAX).unwrap() {
            let written = bytes(block.first.0, partition);
            let may_be_new = partition == 1 && block.first.0 == 1;
            assert!(block.bytes == written || may_be_new && block.bytes == b"redacted", "{block:?}");
            assert!(!(may_be_new && promised.rewritten) || block.bytes == b"redacted");
        }
    }
    let saved = store.saved(Partition(0)).unwrap().0;
    assert!(saved >= promised.persisted);
    let folded = store.get(SMALL, b"folded").unwrap();
    assert_eq!(folded, saved.checked_sub(1).map(|n| vec![n as u8]), "state and position belong together");
    assert!(store.revision() >= promised.revision);
    assert_eq!(store.definitions(store.revision()).unwrap().is_some(), store.revision() > 0);
    let key = store.key(Partition(0), 0).unwrap();
    assert!(key.is_some() && (promised.key.is_none() || key == promised.key));
    assert!(!promised.destroyed || store.key(Partition(0), DESTROYED).unwrap().is_none());
    assert!(store.key(Partition(0), 4_095).unwrap().is_some(), "no slot is lost");
}

#[test]
fn a_crash_at_any_call_keeps_what_was_promised() {
    let whole = Machine::default();
    story(&whole, &mut Promised::default()).unwrap();
    let calls = whole.disk().calls();
    assert!(calls > 60, "the story must reach rotation, rewrite and trim: {calls} calls");
    for keep in [Keep::Nothing, Keep::Half, Keep::Everything] {
        for call in 0..calls {
            let machine = Machine::default();
            machine.disk().fail(call, Fault::Die);
            let mut promised = Promised::default();
            story(&machine, &mut promised).unwrap_err();
            machine.crash(keep);
            let store = machine.start_with_segments(&seeded(), SEGMENT_BYTES);
            let store = store.unwrap_or_else(|error| panic!("call {call}, {keep:?}: {error}"));
            check(&store, &promised);
            // The next owner goes on.
            let leases = store.claim(&[Partition(0), Partition(1)]).unwrap();
            let end = store.end(Partition(0)).unwrap().0;
            store.append(&[block(leases[0], end, b"next"), block(leases[1], end, b"next")]).unwrap();
            machine.crash(Keep::Nothing);
            let store = machine.start_with_segments(&seeded(), SEGMENT_BYTES).unwrap();
            assert_eq!(read(&store, 1).last().unwrap(), b"next");
        }
    }
}

#[test]
fn a_process_from_before_the_crash_writes_nothing_more() {
    let machine = Machine::default();
    let old = machine.start(&seeded()).unwrap();
    let lease = old.claim(&[Partition(0)]).unwrap()[0];
    machine.crash(Keep::Everything);
    let new = machine.start(&seeded()).unwrap();
    assert!(old.append(&[block(lease, 0, b"late")]).is_err());
    assert!(old.save(vec![Save { lease, position: Position(0), writes: Vec::new() }]).is_err());
    assert_eq!(new.end(Partition(0)).unwrap(), Position(0));
}

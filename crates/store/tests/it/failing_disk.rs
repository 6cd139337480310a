//! A disk that fails or is full, with the process still there: nothing is lost or doubled, and it recovers by itself.

use std::path::Path;

use model::partition::{Partition, Position};
use store::{
    disk::{Fault, Keep},
    kv::KvFault,
    local::Local,
    sim::Machine,
    substrate::{Block, Lease, Save, Substrate, Write},
};

use crate::rig::{SMALL, block, claim, options, read, save};

/// How the write or the sync of an append fails: which call from the append on, and how.
const FAILURES: [(u64, Fault); 4] = [(0, Fault::Fail), (0, Fault::FailAfter), (1, Fault::Fail), (1, Fault::FailAfter)];

#[test]
fn a_failed_append_is_never_read_and_the_next_one_takes_its_place() {
    for (step, fault) in FAILURES {
        for keep in [Keep::Nothing, Keep::Half, Keep::Everything] {
            let machine = Machine::default();
            let store = machine.start(&options(2)).unwrap();
            let lease = claim(&store, 0);
            store.append(&[block(lease, 0, b"zero")]).unwrap();
            machine.disk().fail(machine.disk().calls() + step, fault);
            let error = store.append(&[block(lease, 1, b"failed")]).unwrap_err();
            assert_eq!((error.code(), store.health().failing), ("storage_failure", Some("storage_failure")));
            assert_eq!(store.end(Partition(0)).unwrap(), Position(1));
            assert_eq!(read(&store, 0), [b"zero"]);

            store.append(&[block(lease, 1, b"one")]).unwrap();
            assert_eq!((store.health().failing, store.health().failed_appends), (None, 1));
            machine.crash(keep);
            let store = machine.start(&options(2)).unwrap();
            assert_eq!(read(&store, 0), [b"zero".as_slice(), b"one"], "{step} {fault:?} {keep:?}");
        }
    }
}

#[test]
fn a_failed_append_that_could_not_be_cut_back_is_not_read_either() {
    let machine = Machine::default();
    let store = machine.start(&options(1)).unwrap();
    let lease = claim(&store, 0);
    store.append(&[block(lease, 0, b"zero")]).unwrap();
    // The bytes reach the file, then the process sees a failure, and cutting fails too.
    machine.disk().fail(machine.disk().calls(), Fault::FailAfter);
    machine.disk().fail(machine.disk().calls() + 1, Fault::Fail);
    store.append(&[block(lease, 1, b"failed")]).unwrap_err();
    store.append(&[block(lease, 1, b"one")]).unwrap();
    machine.crash(Keep::Everything);
    let store = machine.start(&options(1)).unwrap();
    assert!(String::from_utf8_lossy(&machine.disk().bytes()).contains("failed"), "the bytes were left in the file");
    assert_eq!(read(&store, 0), [b"zero".as_slice(), b"one"]);
}

#[test]
fn any_failing_call_of_an_append_heals() {
    for call in 0..12 {
        let machine = Machine::default();
        let store = machine.start_with_segments(&options(1), 60).unwrap();
        let lease = claim(&store, 0);
        machine.disk().fail(machine.disk().calls() + call, Fault::Fail);
        let mut first = 0;
        let mut failed = 0;
        while first < 4 {
            match store.append(&[block(lease, first, &[first as u8; 50])]) {
                Ok(()) => first += 1,
                Err(_) => failed += 1,
            }
        }
        assert!(failed <= 1, "call {call} failed {failed} appends");
        machine.crash(Keep::Nothing);
        let store = machine.start(&options(1)).unwrap();
        assert_eq!(read(&store, 0), (0..4u8).map(|n| vec![n; 50]).collect::<Vec<_>>(), "call {call}");
    }
}

#[test]
fn a_full_disk_is_told_and_recovers_without_littering() {
    let machine = Machine::default();
    let store = machine.start(&options(1)).unwrap();
    let lease = claim(&store, 0);
    store.append(&[block(lease, 0, b"zero")]).unwrap();
    for room in [0, 10, 100] {
        machine.disk().set_room(Some(room));
        for _ in 0..5 {
            assert_eq!(store.append(&[block(lease, 1, &[1; 200])]).unwrap_err().code(), "disk_full");
        }
        assert_eq!(store.health().failing, Some("disk_full"));
        assert!(store.health().log_segments <= 2, "{:?}", store.health());
    }
    assert_eq!(store.key(Partition(0), 0).unwrap_err().code(), "disk_full");
    assert_eq!(store.define(0, &[0; 200]).unwrap_err().code(), "disk_full");
    machine.disk().set_room(None);
    store.append(&[block(lease, 1, b"one")]).unwrap();
    assert_eq!(store.define(0, b"plan").unwrap(), 1);
    assert!(store.key(Partition(0), 0).unwrap().is_some());
    machine.crash(Keep::Nothing);
    assert_eq!(read(&machine.start(&options(1)).unwrap(), 0), [b"zero".as_slice(), b"one"]);
}

#[test]
fn a_save_that_fails_is_whole_or_absent() {
    for (fault, there) in [(KvFault::Refuse, false), (KvFault::Cut, true), (KvFault::Die, false)] {
        let machine = Machine::default();
        let store = machine.start(&options(1)).unwrap();
        let lease = claim(&store, 0);
        store.append(&[block(lease, 0, b"zero")]).unwrap();
        machine.saves().fail(machine.saves().writes(), fault);
        let error = store.save(vec![save(lease, 1, b"k", Some(b"v"))]).unwrap_err();
        assert!(error.is_passing() && store.health().failed_saves == 1);
        assert_eq!(store.get(SMALL, b"k").unwrap().is_some(), there);
        assert_eq!(store.saved(Partition(0)).unwrap(), Position(u64::from(there)));
        machine.saves().heal();
        store.save(vec![save(lease, 1, b"k", Some(b"v"))]).unwrap();
        assert_eq!(store.health().failing, None);
    }
}

/// Mounts a disk of a few megabytes, if this process may; unmounts when dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mount =
            std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(at).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let unmounted = std::process::Command::new("umount").arg("-l").arg(self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

fn try_both(store: &Local, lease: Lease, first: u64) -> [Result<(), &'static str>; 2] {
    let append = store.append(&[Block { bytes: vec![1; 64 * 1024], ..block(lease, first, b"") }]);
    // Bytes that no compression makes smaller.
    let mut value = vec![0; 64 * 1024];
    blake3::Hasher::new().finalize_xof().fill(&mut value);
    let write = Write { table: SMALL, key: first.to_be_bytes().to_vec(), value: Some(value) };
    let saved = store.saved(lease.partition).unwrap();
    let save = store.save(vec![Save { lease, position: saved, writes: vec![write] }]);
    [append, save].map(|result| result.map_err(|error| error.code()))
}

#[test]
fn a_real_full_disk_is_told_and_recovers_by_itself() {
    let mount_point = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(mount_point.path()) else {
        println!("skipped: mounting a small disk is not allowed here");
        return;
    };
    let folder = mount_point.path().join("data");
    let store = Local::open(&folder, &options(1)).unwrap();
    let lease = claim(&store, 0);
    store.append(&[block(lease, 0, b"zero")]).unwrap();
    store.save(vec![save(lease, 1, b"k", Some(b"v"))]).unwrap();
    let ballast = mount_point.path().join("ballast");
    // Fills what is left; the failure at the end is the point.
    assert!(std::fs::write(&ballast, vec![0; 8 << 20]).is_err());

    for _ in 0..3 {
        let [append, save] = try_both(&store, lease, 1);
        assert_eq!(append, Err("disk_full"));
        assert_eq!(save, Err("disk_full"));
        assert_eq!(store.get(SMALL, b"k").unwrap(), Some(b"v".to_vec()), "reads go on");
    }
    std::fs::remove_file(ballast).unwrap();
    assert_eq!(try_both(&store, lease, 1), [Ok(()), Ok(())]);
    assert_eq!(store.health().failing, None);
    drop(store);

    let store = Local::open(&folder, &options(1)).unwrap();
    assert_eq!(read(&store, 0), [b"zero".to_vec(), vec![1; 64 * 1024]]);
    assert_eq!(store.get(SMALL, b"k").unwrap(), Some(b"v".to_vec()));
    assert_eq!(store.saved(Partition(0)).unwrap(), Position(1));
}

//! A backup while serving, and what is restored from it.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use model::partition::{Partition, Position};
use store::{
    backup,
    local::Local,
    sim::Machine,
    substrate::{KeyRange, Save, Substrate, Write},
};

use crate::rig::{LARGE, SMALL, block, claim, options, read, save};

fn fill(store: &dyn Substrate) {
    let (a, b) = (claim(store, 0), claim(store, 3));
    for first in 0..20 {
        store.append(&[block(a, first, &[first as u8; 300]), block(b, first, b"b")]).unwrap();
    }
    store.save(vec![save(a, 12, b"k", Some(b"v"))]).unwrap();
    let writes =
        (0..2_500u32).map(|n| Write { table: LARGE, key: n.to_be_bytes().to_vec(), value: Some(vec![7; 900]) });
    store.save(vec![Save { lease: b, position: Position(20), writes: writes.collect() }]).unwrap();
    store.trim(Partition(0), Position(12)).unwrap();
    store.define(0, b"plan").unwrap();
    store.keep_draft("spring", b"draft").unwrap();
    store.key(Partition(0), 0).unwrap();
    store.destroy_key(Partition(0), 9).unwrap();
}

fn same(left: &dyn Substrate, right: &dyn Substrate) {
    for number in 0..4 {
        let partition = Partition(number);
        assert_eq!(left.end(partition).unwrap(), right.end(partition).unwrap());
        assert_eq!(left.saved(partition).unwrap(), right.saved(partition).unwrap());
        assert_eq!(read(left, number), read(right, number));
    }
    for table in [SMALL, LARGE] {
        let all = |store: &dyn Substrate| store.range(table, KeyRange::prefix(b"", usize::MAX)).unwrap();
        assert_eq!(all(left), all(right));
    }
    assert_eq!(left.definitions(1).unwrap(), right.definitions(1).unwrap());
    assert_eq!(right.draft("spring").unwrap(), Some(b"draft".to_vec()));
    assert_eq!((left.revision(), left.secret()), (right.revision(), right.secret()));
    for slot in [0, 9] {
        assert_eq!(left.key(Partition(0), slot).unwrap(), right.key(Partition(0), slot).unwrap());
    }
}

fn quiet(_: u64, _: u64) {}

#[test]
fn a_restored_backup_equals_what_was_backed_up() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::open_with_segments(&folder.path().join("data"), &options(4), 2_000).unwrap();
    let sim = Machine::default().start_with_segments(&options(4), 2_000).unwrap();
    for (name, store) in [("local", &local as &dyn Substrate), ("sim", &sim)] {
        fill(store);
        let (copy, target) = (folder.path().join(name), folder.path().join(format!("{name}-restored")));
        let mut last = (0, 0);
        store.backup(&copy, &mut |done, total| last = (done, total)).unwrap();
        assert!(last.0 == last.1 && last.0 > 2_500 * 900);
        backup::verify(&copy).unwrap();
        backup::restore(&copy, &target, &mut quiet).unwrap();
        let restored = Local::open(&target, &options(4)).unwrap();
        same(store, &restored);
        let lease = claim(&restored, 0);
        assert!(lease.epoch > 1, "the old owner's lease is outdated");
        restored.append(&[block(lease, 20, b"goes on")]).unwrap();
    }
}

#[test]
fn a_backup_taken_while_appending_is_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let store = Local::open_with_segments(&folder.path().join("data"), &options(4), 4_000).unwrap();
    let lease = claim(&store, 0);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for first in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                store.append(&[block(lease, first, &first.to_be_bytes())]).unwrap();
                store.save(vec![save(lease, first + 1, b"count", Some(&(first + 1).to_be_bytes()))]).unwrap();
                store.trim(Partition(0), Position(first / 2)).unwrap();
            }
        });
        for round in 0..5 {
            let copy = folder.path().join(format!("copy{round}"));
            store.backup(&copy, &mut quiet).unwrap();
            let target = folder.path().join(format!("restored{round}"));
            backup::restore(&copy, &target, &mut quiet).unwrap();
            let restored = Local::open(&target, &options(4)).unwrap();
            let saved = restored.saved(Partition(0)).unwrap();
            let count = restored.get(SMALL, b"count").unwrap().map_or(0, |v| u64::from_be_bytes(v.try_into().unwrap()));
            assert_eq!(saved, Position(count), "state and position are of one moment");
            let tail = restored.read(Partition(0), saved, usize::MAX).unwrap();
            let end = restored.end(Partition(0)).unwrap();
            assert_eq!(tail.len() as u64, end.0 - saved.0, "all that the replay needs");
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_damaged_backup_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = Machine::default().start(&options(4)).unwrap();
    fill(&store);
    let (copy, target) = (folder.path().join("copy"), folder.path().join("target"));
    store.backup(&copy, &mut quiet).unwrap();
    for name in
        ["MANIFEST", "log/00000001.seg", "keys/0000", "definitions/00000001", "epochs", "secret", "state/02-000000"]
    {
        let path = copy.join(name);
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        std::fs::write(&path, bad).unwrap();
        assert_eq!(backup::restore(&copy, &target, &mut quiet).unwrap_err().code(), "data_corrupt", "{name}");
        std::fs::remove_file(&path).unwrap();
        assert!(backup::restore(&copy, &target, &mut quiet).is_err(), "{name} is missing");
        assert!(!target.exists());
        std::fs::write(&path, good).unwrap();
    }
    backup::restore(&copy, &target, &mut quiet).unwrap();
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = Machine::default().start(&options(4)).unwrap();
    let full = folder.path().join("full");
    std::fs::create_dir(&full).unwrap();
    std::fs::write(full.join("letter.txt"), "dear").unwrap();
    assert_eq!(store.backup(&full, &mut quiet).unwrap_err().code(), "folder_not_empty");
    let copy = folder.path().join("copy");
    store.backup(&copy, &mut quiet).unwrap();
    let restore = |to: &Path| backup::restore(&copy, to, &mut quiet).map_err(|error| error.code());
    assert_eq!(restore(&full), Err("folder_not_empty"));
    assert_eq!(restore(&copy), Err("folder_not_empty"));
}

#[test]
fn an_unfinished_restore_is_no_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    drop(Local::open(folder.path(), &options(1)).unwrap());
    std::fs::write(folder.path().join("RESTORING"), "").unwrap();
    assert_eq!(Local::open(folder.path(), &options(1)).err().unwrap().code(), "not_a_data_folder");
}

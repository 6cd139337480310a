//! Files that are not what was written: a torn end is cut, anything else is told with its place.

use std::path::{Path, PathBuf};

use model::partition::Partition;
use store::{
    error::StoreError,
    local::Local,
    substrate::{Rewrite, Substrate},
};
use tempfile::TempDir;

use crate::rig::{block, claim, options, read};

const SEGMENT: &str = "log/00000001.seg";

/// A data folder with two appends of two blocks each; the length of its segment after each append.
fn written() -> (TempDir, PathBuf, [usize; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = Local::open(&data, &options(2)).unwrap();
    let leases = store.claim(&[Partition(0), Partition(1)]).unwrap();
    let lens = [0, 1].map(|first| {
        store.append(&[block(leases[0], first, b"left"), block(leases[1], first, b"right")]).unwrap();
        std::fs::metadata(data.join(SEGMENT)).unwrap().len() as usize
    });
    (folder, data, lens)
}

fn open(data: &Path) -> Result<Local, StoreError> {
    Local::open(data, &options(2))
}

#[test]
fn a_log_torn_at_any_byte_of_its_last_append_loses_that_append_alone() {
    let (_folder, data, [first, second]) = written();
    let whole = std::fs::read(data.join(SEGMENT)).unwrap();
    assert_eq!(whole.len(), second);
    for len in first..second {
        std::fs::write(data.join(SEGMENT), &whole[..len]).unwrap();
        let store = open(&data).unwrap();
        assert_eq!((read(&store, 0), read(&store, 1)), (vec![b"left".to_vec()], vec![b"right".to_vec()]), "{len}");
        let cut = store.health().cut.map(|cut| (cut.offset as usize, cut.bytes as usize));
        assert_eq!(cut, (len > first).then_some((first, len - first)));
        let lease = claim(&store, 0);
        store.append(&[block(lease, 1, b"next")]).unwrap();
        drop(store);
        assert_eq!(read(&open(&data).unwrap(), 0), [b"left".as_slice(), b"next"]);
    }
}

#[test]
fn any_changed_byte_of_the_last_append_cuts_it_and_any_earlier_one_is_told() {
    let (_folder, data, [first, second]) = written();
    let whole = std::fs::read(data.join(SEGMENT)).unwrap();
    for at in 0..second {
        let mut bad = whole.clone();
        bad[at] ^= 0x10;
        std::fs::write(data.join(SEGMENT), bad).unwrap();
        match open(&data) {
            Ok(store) if at >= first => {
                assert_eq!(read(&store, 1), [b"right"]);
                assert!(store.health().cut.is_some());
            }
            // Four bytes of the segment's header mean nothing yet.
            Ok(store) => assert!((36..40).contains(&at) && read(&store, 0).len() == 2, "byte {at}"),
            Err(StoreError::Corrupt { file, .. }) => assert!(at < first && file == SEGMENT, "byte {at}"),
            Err(error) => panic!("byte {at}: {error}"),
        }
    }
}

#[test]
fn damage_in_an_older_segment_is_told_with_file_and_offset() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Local::open_with_segments(folder.path(), &options(1), 100);
    let store = open().unwrap();
    let lease = claim(&store, 0);
    for first in 0..3 {
        store.append(&[block(lease, first, &[1; 100])]).unwrap();
    }
    drop(store);
    let path = folder.path().join(SEGMENT);
    let whole = std::fs::read(&path).unwrap();
    for bad in [&whole[..whole.len() - 1], &whole[..40], &whole[..0]] {
        std::fs::write(&path, bad).unwrap();
        let error = open().err().unwrap();
        assert!(matches!(&error, StoreError::Corrupt { file, .. } if file == SEGMENT), "{error}");
    }
    std::fs::write(&path, &whole).unwrap();
    std::fs::remove_file(folder.path().join("log/00000002.seg")).unwrap();
    let error = open().err().unwrap();
    assert!(matches!(&error, StoreError::Corrupt { file, .. } if file == "log/00000002.seg"), "{error}");
}

#[test]
fn a_rewritten_or_redacted_block_leaves_no_bytes_behind() {
    let (_folder, data, _) = written();
    let store = open(&data).unwrap();
    let lease = claim(&store, 1);
    let rewrite = Rewrite { lease, first: model::partition::Position(0), bytes: b"gone".to_vec() };
    let again = Rewrite { first: model::partition::Position(1), ..rewrite.clone() };
    store.rewrite(&[rewrite, again]).unwrap();
    for entry in std::fs::read_dir(data.join("log")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"right"));
    }
    // A rewrite that never finished leaves a file that is not kept.
    std::fs::write(data.join("log/00000001.seg.new"), b"right").unwrap();
    drop(store);
    let store = open(&data).unwrap();
    assert_eq!(read(&store, 1), [b"gone", b"gone"]);
    assert!(!data.join("log/00000001.seg.new").exists());
}

#[test]
fn a_damaged_definition_draft_or_list_of_epochs_is_told() {
    let (_folder, data, _) = written();
    let store = open(&data).unwrap();
    store.define(0, b"plan").unwrap();
    let definition = data.join("definitions/00000001");
    std::fs::write(&definition, b"short").unwrap();
    store.keep_draft("spring", b"draft").unwrap();
    std::fs::write(data.join("drafts/spring"), [7; 40]).unwrap();
    assert_eq!(store.definitions(1).unwrap_err().code(), "data_corrupt");
    assert_eq!(store.draft("spring").unwrap_err().code(), "data_corrupt");
    drop(store);
    let mut epochs = std::fs::read(data.join("epochs")).unwrap();
    epochs[0] ^= 1;
    std::fs::write(data.join("epochs"), epochs).unwrap();
    assert_eq!(open(&data).err().unwrap().code(), "data_corrupt");
}

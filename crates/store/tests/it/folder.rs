//! The data folder itself: who may use it, and what is refused.

use std::os::unix::fs::PermissionsExt;

use store::{error::StoreError, local::Local, substrate::Substrate};

use crate::rig::options;

#[test]
fn a_folder_in_use_is_refused_until_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let store = Local::open(folder.path(), &options(1)).unwrap();
    assert_eq!(Local::open(folder.path(), &options(1)).err().unwrap().code(), "data_in_use");
    drop(store);
    Local::open(folder.path(), &options(1)).unwrap();
}

#[test]
fn a_folder_of_another_version_is_refused_naming_both() {
    let folder = tempfile::tempdir().unwrap();
    drop(Local::open(folder.path(), &options(1)).unwrap());
    std::fs::write(folder.path().join("VERSION"), "format 7\npartitions 1\n").unwrap();
    let error = Local::open(folder.path(), &options(1)).err().unwrap();
    assert!(matches!(error, StoreError::OtherVersion { .. }));
    assert_eq!(error.to_string(), "the data folder has format 7, this program reads format 2");
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), "dear").unwrap();
    assert_eq!(Local::open(folder.path(), &options(1)).err().unwrap().code(), "not_a_data_folder");
}

#[test]
fn who_only_reads_begins_no_data() {
    let folder = tempfile::tempdir().unwrap();
    let (absent, begun) = (folder.path().join("absent"), folder.path().join("begun"));
    assert_eq!(Local::open_existing(&absent, &options(1)).err().unwrap().code(), "no_data");
    assert_eq!(Local::open_existing(folder.path(), &options(1)).err().unwrap().code(), "no_data");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    drop(Local::open(&begun, &options(1)).unwrap());
    Local::open_existing(&begun, &options(1)).unwrap();
}

#[test]
fn nobody_else_may_look_into_the_folder() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let store = Local::open(&folder, &options(1)).unwrap();
    store.key(model::partition::Partition(0), 0).unwrap();
    let mode = |path: &str| std::fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("log"), mode("keys")], [0o700; 3]);
    assert_eq!([mode("secret"), mode("keys/0000"), mode("epochs")], [0o600; 3]);
}

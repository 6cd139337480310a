//! What is readable in a folder: a search of every byte of every file.

use std::{path::Path, process::Command};

/// The files below the folder in which any of the texts stands, in small letters or capitals; `None` if there is none.
pub(crate) fn found(folder: &Path, texts: &[&str]) -> Option<String> {
    // `grep` is there on every system that the tests run on, and fast where a debug build is not.
    let mut grep = Command::new("grep");
    grep.env("LC_ALL", "C").args(["-rlaiF"]);
    texts.iter().for_each(|text| _ = grep.args(["-e", text]));
    let output = grep.arg(folder).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let files = String::from_utf8_lossy(&output.stdout).trim().replace('\n', ", ");
    (!files.is_empty()).then_some(files)
}

#[test]
fn a_text_is_found_in_the_middle_of_any_file_however_deep() {
    let folder = tempfile::TempDir::new().unwrap();
    let deep = folder.path().join("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("c"), b"\0\xff\0ana@example.org\0\n\xfe").unwrap();
    let there = found(folder.path(), &["nobody", "Ana@Example"]);
    assert!(there.is_some_and(|files| files.ends_with("a/b/c")));
    assert_eq!(found(folder.path(), &["nobody", "anna@example"]), None);
}

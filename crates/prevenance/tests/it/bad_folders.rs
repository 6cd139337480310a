//! Data folders that must not be opened: each with a sentence, and left as it is.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::json;

use crate::shop::{PROGRAM, Shop, at, track};

fn serve(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder).args(more).output().unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A stopped shop with one event in it.
fn closed() -> Shop {
    let mut shop = Shop::open();
    shop.grant("anonymous_id:c1", &["site"]);
    shop.page_sends(&[track("Product Viewed", "m1", &json!({"anonymousId": "c1"}), &json!({}))]);
    shop.server.stop();
    shop
}

#[test]
fn a_folder_in_use_is_refused_and_its_owner_goes_on() {
    let shop = Shop::open();
    shop.grant("anonymous_id:c1", &["site"]);
    let said = complaint(&serve(shop.folder(), &[]));
    assert!(said.contains("in use"), "{said}");
    shop.page_sends(&[track("Product Viewed", "m1", &json!({"anonymousId": "c1"}), &json!({}))]);
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 1);
}

#[test]
fn a_folder_of_another_version_is_refused_and_opens_again_with_its_own() {
    let mut shop = closed();
    let version = shop.folder().join("VERSION");
    let own = fs::read_to_string(&version).unwrap();
    fs::write(&version, own.replace('2', "7")).unwrap();
    let said = complaint(&serve(shop.folder(), &[]));
    assert!(said.contains("format") && said.contains('7'), "{said}");
    fs::write(&version, own).unwrap();
    shop.start_again_at(at("2026-03-02 10:01"));
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 1);
}

#[test]
fn another_number_of_partitions_and_a_folder_of_something_else_are_refused() {
    let shop = closed();
    let said = complaint(&serve(shop.folder(), &["--partitions", "2"]));
    assert!(said.contains("64 partitions"), "{said}");
    let other = shop.path("photos");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("holiday.jpg"), b"x").unwrap();
    let said = complaint(&serve(&other, &[]));
    assert!(said.contains("not empty"), "{said}");
    let names: Vec<_> = fs::read_dir(&other).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| name == "holiday.jpg" || name == "LOCK"), "{names:?}");
    assert_eq!(fs::read(other.join("holiday.jpg")).unwrap(), b"x");
}

#[test]
fn commands_that_read_data_say_when_there_are_none() {
    let (shop, outside) = (closed(), tempfile::tempdir().unwrap());
    let (absent, copy) = (outside.path().join("absent"), outside.path().join("copy"));
    let (backup, restored) = (outside.path().join("backup"), outside.path().join("restored"));
    let run = |arguments: &[&std::ffi::OsStr]| Command::new(PROGRAM).args(arguments).output().unwrap();
    let made = run(&["backup".as_ref(), "--data".as_ref(), shop.folder().as_ref(), backup.as_ref()]);
    assert!(made.status.success(), "{made:?}");
    for arguments in [
        vec!["export".as_ref(), "--data".as_ref(), absent.as_os_str()],
        vec!["backup".as_ref(), "--data".as_ref(), absent.as_os_str(), copy.as_ref()],
        // Whoever was erased since would be there again.
        vec!["restore".as_ref(), "--erasures".as_ref(), absent.as_os_str(), backup.as_ref(), restored.as_ref()],
    ] {
        let said = complaint(&run(&arguments));
        assert!(said.contains("there are no data in") && said.contains("absent"), "{said}");
    }
    assert!(!absent.exists() && !copy.exists() && !restored.exists());
}

#[test]
fn an_address_that_is_taken_is_told_with_the_flag_that_changes_it() {
    let (shop, other) = (Shop::open(), tempfile::tempdir().unwrap());
    let taken = shop.server.url().strip_prefix("http://").unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--listen", taken, "--data"]).arg(other.path().join("data"));
    let said = complaint(&command.output().unwrap());
    assert!(said.contains(taken) && said.contains("already") && said.contains("--listen"), "{said}");
}

/// Who works from a folder is told what a publication over the API would say.
#[test]
fn a_check_of_a_folder_tells_all_that_is_wrong_and_what_is_probably_not_meant() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        fs::write(folder.path().join("shop.toml"), text).unwrap();
        Command::new(PROGRAM).args(["check", "--definitions"]).arg(folder.path()).output().unwrap()
    };
    let vip = "[segment.vip]\ncondition = 'has(profile.city)'\n\n[segment.nobody]\n";
    let output = check(&format!("{vip}condition = 'segment(\"vip\") && !segment(\"vip\")'\n"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("definitions, all valid"), "{said}");
    let advice = said.lines().find(|line| line.starts_with("# probably not meant: ")).unwrap();
    assert!(advice.contains("shop.toml:5: segment nobody: ") && advice.contains("[SEGMENT_NEVER_MATCHES /condition]"));

    let said =
        complaint(&check(&format!("{vip}conditon = 'true'\n\n[placement.p]\nchannel = 'web'\nneutral = 'gone'\n")));
    for (line, code) in [(4, "MISSING_FIELD /condition"), (9, "UNKNOWN_CONTENT /neutral")] {
        let told = |told: &str| told.contains(&format!("shop.toml:{line}: ")) && told.ends_with(&format!("[{code}]"));
        assert!(said.lines().any(told), "{code}: {said}");
    }
}

#[test]
fn an_unknown_key_in_the_configuration_is_refused_by_name() {
    let shop = closed();
    let config = shop.path("shop.toml");
    fs::write(&config, "listn = \"127.0.0.1:0\"\n").unwrap();
    let said = complaint(&serve(shop.folder(), &["--config", config.to_str().unwrap()]));
    assert!(said.contains("listn") && said.contains("shop.toml"), "{said}");
}

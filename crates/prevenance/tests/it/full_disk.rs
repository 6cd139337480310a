//! A disk that fills up while the program serves: a clear answer, nothing lost, and no need to start it again.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use testkit::process::{Noise, Options};

use crate::shop::{Shop, track};

/// A small file system of its own, gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where the tests may not mount one.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=96m", "tmpfs"]).arg(at).output();
        mount.is_ok_and(|output| output.status.success()).then(|| Self(at.to_owned()))
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Takes all the space that is left.
    fn fill(&self) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.filler()).unwrap();
        for size in [1 << 20, 4096, 1] {
            let block = vec![b'x'; size];
            while file.write_all(&block).is_ok() {}
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

#[test]
fn a_full_disk_answers_503_loses_nothing_and_recovers_by_itself() {
    let place = tempfile::TempDir::new().unwrap();
    let Some(disk) = SmallDisk::mount(&place.path().join("disk")) else {
        println!("skipped: this user may not mount a small file system");
        return;
    };
    let folder = Some(disk.0.join("data"));
    let env = vec![("PREVENANCE__PARTITIONS".to_owned(), "2".to_owned())];
    let mut shop =
        Shop::open_with(Options { folder, env, noise: Noise::Expected, seed: Some(1), ..Options::default() });
    shop.grant("anonymous_id:c1", &["site"]);
    let event = |number: usize| {
        let properties = json!({"text": "x".repeat(10_000)});
        track("Product Viewed", &format!("m{number}"), &json!({"anonymousId": "c1"}), &properties)
    };
    shop.page_sends(&[event(0)]);
    disk.fill();
    // Some more may fit into what the files have already; then there is no more.
    let mut answered = vec![0];
    let refused = (1..2_000).find_map(|number| {
        let answer = shop.web.post("/v1/batch", &json!({"batch": [event(number)]}));
        if answer.status == 200 {
            answered.push(number);
            return None;
        }
        Some((number, answer))
    });
    let (first_refused, answer) = refused.expect("the disk is full");
    let error = answer.clone().expect(503).json();
    assert_eq!(error["code"], "STORAGE_FULL", "{error}");
    assert!(
        answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok_and(|s| s >= 1)),
        "{answer:?}"
    );
    assert_eq!(shop.server.nobody().get("/health").status, 200);

    fs::remove_file(disk.filler()).unwrap();
    let retried =
        (0..600).any(|_| shop.web.post("/v1/batch", &json!({"batch": [event(first_refused)]})).status == 200 || wait());
    assert!(retried, "there is space again");
    answered.push(first_refused);
    let once = |shop: &Shop| {
        let timeline = shop.timeline("anonymous_id:c1");
        let ids: Vec<&Value> = timeline.iter().map(|event| &event["message_id"]).collect();
        for number in &answered {
            let id = json!(format!("m{number}"));
            assert_eq!(ids.iter().filter(|seen| ***seen == id).count(), 1, "{id}");
        }
        assert_eq!(ids.len(), answered.len() + 1, "and the consent");
    };
    once(&shop);
    shop.server.kill9();
    shop.start_again_at(crate::shop::at("2026-03-02 10:01"));
    once(&shop);
    shop.server.stop();
}

/// Gives the program a moment before the next try, as a client does.
fn wait() -> bool {
    let (_keep, never) = std::sync::mpsc::channel::<()>();
    _ = never.recv_timeout(std::time::Duration::from_millis(100));
    false
}

//! Stories: text files in `scenarios/` that say what happens to a shop's people and what must then be so.
//!
//! One story runs unchanged at each boundary that has a [`stage::Stage`]: the engine, the server in process, the real
//! program. A line is one step; `#` begins a comment; indentation is free.
//!
//! ```text
//! at 2026-03-02 10:00                      the story's clock starts here (UTC)
//!   segment lapsed when events("Order Completed").within("180d").count() == 0
//!   ana@phone  consents site email         a person at a device (its name is the anonymous_id)
//!   ana@phone  refuses email               a withdrawal
//!   ana@phone  track "Product Added" item=boot-42 price=129.00
//!   ana@phone  track "Order Completed" total=40 id:m1 ago:2d   a message_id of its own, happened two days ago
//!   ana@phone  page "Home"
//!   ana@phone  identify user_id=ana first_name=Ana   from here on both ids ride on what ana sends from there
//!   ana@phone  alias previous=old-device
//!   ana        track "Order Completed" total=90 loyalty_card:K1   no device: the shop's server (secret key), user_id=ana
//! at +4h                                   moves the clock; `at +1s  crash, restart` may share the line
//!   crash, restart                         SIGKILL, and a start on the same folder; `restart` alone stops cleanly
//!   unmerge ana                            takes apart the latest merge of the profile
//!   erase ana
//!   expect ana        segment lapsed       also: no segment lapsed
//!   expect ana        trait first_name=Ana also: no trait first_name
//!   expect ana        consent site         also: no consent email
//!   expect ana        events 3             all on the timeline; `events 1 of "Order Completed"`
//!   expect ana@phone  is ana               one profile; `is not ben` two
//!   expect ben@phone  unknown              nothing kept
//!   expect segment lapsed size 1
//! ```
//!
//! Whom a line means: `ana` is the person by the `user_id` last given (else by the name itself), `ana@phone` is
//! whoever is found under the device's `anonymous_id`, `email:ana@example.org` names any identifier.

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use model::time::Timestamp;

use self::{run::Failure, stage::Stage};

pub mod http;
pub mod parse;
pub mod run;
pub mod stage;
pub mod story;

/// The environment variable in which `cargo x scenario` names the story to the tests of a crate.
pub const CHOSEN: &str = "PREVENANCE_SCENARIO";

/// The files of the project's story that [`CHOSEN`] names; of all stories if it names none.
pub fn chosen() -> io::Result<Vec<PathBuf>> {
    #[expect(clippy::disallowed_methods, reason = "cargo passes a test no arguments; this only narrows what runs")]
    let name = std::env::var(CHOSEN).unwrap_or_else(|_| "all".to_owned());
    find(Path::new(STORIES), &name)
}

/// The folder of the project's stories.
const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");

/// Reads and runs each story file on a stage of its own, made by `stage` for the moment at which the story starts.
/// Returns, for each file in order, what failed; a story that does not parse fails too.
pub fn check_all<S: Stage>(files: &[PathBuf], mut stage: impl FnMut(Timestamp) -> S) -> Vec<(PathBuf, Vec<Failure>)> {
    let mut outcomes = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let failures = match parse::story(&name, &text) {
            // A stage that cannot start, or complains when it ends, fails its own story only.
            Ok(story) => catch_unwind(AssertUnwindSafe(|| run::run(&story, &mut stage(story.start))))
                .unwrap_or_else(|_| vec![Failure::panicked(&name)]),
            Err(mistake) => vec![Failure::mistake(&name, &mistake)],
        };
        outcomes.push((file.clone(), failures));
    }
    outcomes
}

/// The story files under `folder`, in order of path, whose path without `.txt` ends with `name`; `all` means every one.
pub fn find(folder: &Path, name: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "txt") {
                files.push(path);
            }
        }
    }
    files.retain(|file| name == "all" || file.with_extension("").ends_with(name));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_story_of_the_project_parses_and_expects_something() {
        let files = find(Path::new(STORIES), "all").unwrap();
        assert!(files.len() >= 10, "{files:?}");
        for file in files {
            let name = file.display().to_string();
            let story = parse::story(&name, &fs::read_to_string(&file).unwrap());
            let story = story.unwrap_or_else(|mistake| panic!("{name}: {mistake}"));
            assert!(story.steps.iter().any(|step| step.text.starts_with("expect")), "{name} expects nothing");
        }
    }

    #[test]
    fn a_story_is_found_by_its_name_with_or_without_folder() {
        let folder = tempfile::TempDir::new().unwrap();
        let sub = folder.path().join("identity");
        fs::create_dir(&sub).unwrap();
        for file in ["login.txt", "late-login.txt", "notes.md"] {
            fs::write(sub.join(file), "").unwrap();
        }
        assert_eq!(find(folder.path(), "login").unwrap(), [sub.join("login.txt")]);
        assert_eq!(find(folder.path(), "identity/login").unwrap(), [sub.join("login.txt")]);
        assert_eq!(find(folder.path(), "all").unwrap().len(), 2);
        assert!(find(folder.path(), "none").unwrap().is_empty());
    }
}

//! What an import leaves on disk: the rows in quarantine, and how far it came.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{deliver::Receipt, step::Place};

/// What the program answered to the events that were sent to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Events that it had already.
    pub known: u64,
    /// Events of people who consented to nothing that lets them be kept: they were counted.
    pub counted: u64,
    /// Events that it refused, by code.
    pub refused: BTreeMap<String, u64>,
}

/// The quarantine file and, beside it, the state from which a stopped import goes on.
///
/// The quarantine file has one JSON object a line: `file`, `line`, `code`, `column`, `message`, and `row`, the text of
/// the row or the refused event. It holds personal data and is readable by its owner only. The state is written
/// whenever the server has answered for everything up to a step; it is removed when the import is over. While it is
/// open no other import can open it.
#[derive(Debug)]
pub struct Ledger {
    quarantine: File,
    quarantine_path: PathBuf,
    kept_aside: Option<PathBuf>,
    state_path: PathBuf,
    state: State,
}

/// How far an import came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// Of the mapping, the files, the source and the target: another import starts over.
    import: String,
    /// Steps that are done: sent and durable, or in quarantine.
    steps: u64,
    /// Bytes of the quarantine file that belong to them.
    quarantine_bytes: u64,
    /// What the program answered to them.
    answers: Answers,
    /// A key that was made for this import, to be ended with it.
    key_id: Option<String>,
}

/// One line of the quarantine file.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    file: &'a str,
    line: u64,
    code: &'a str,
    column: &'a str,
    message: &'a str,
    row: &'a str,
}

impl Ledger {
    /// Opens the ledger of an import; `import` tells it from others. If a state of the same import is there, it goes on
    /// from it, else everything starts over, and rows that another import left in the file are kept in a file beside it.
    ///
    /// # Errors
    /// What the system said; also that another import has it open.
    pub fn open(quarantine: &Path, import: &str) -> io::Result<Self> {
        let mut file = open_alone(quarantine)?;
        let state_path = beside(quarantine, ".state");
        let found = fs::read(&state_path).ok().and_then(|bytes| serde_json::from_slice::<State>(&bytes).ok());
        let length = file.metadata()?.len();
        let mut kept_aside = None;
        let state = match found {
            // A quarantine that lacks lines which the state counts on was taken away, or lost with the power.
            Some(found) if found.import == import && found.quarantine_bytes <= length => found,
            other => {
                if length > 0 {
                    let aside = free_name(quarantine);
                    fs::rename(quarantine, &aside)?;
                    kept_aside = Some(aside);
                    file = open_alone(quarantine)?;
                }
                // Whatever import the key was made for, it is not used any more.
                let key_id = other.and_then(|other| other.key_id);
                State { import: import.to_owned(), steps: 0, quarantine_bytes: 0, answers: Answers::default(), key_id }
            }
        };
        file.set_len(state.quarantine_bytes)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { quarantine: file, quarantine_path: quarantine.to_owned(), kept_aside, state_path, state })
    }

    /// Where the rows are now that an earlier import left in the quarantine file, if there were any.
    pub fn kept_aside(&self) -> Option<&Path> {
        self.kept_aside.as_deref()
    }

    /// Steps that are done already.
    pub fn steps(&self) -> u64 {
        self.state.steps
    }

    /// What the program answered so far.
    pub fn answers(&self) -> &Answers {
        &self.state.answers
    }

    /// The id of the key that was made for this import, if it is still to be ended.
    pub fn key_id(&self) -> Option<&str> {
        self.state.key_id.as_deref()
    }

    /// Notes the key that was made for this import.
    ///
    /// # Errors
    /// What the system said.
    pub fn note_key(&mut self, key_id: Option<String>) -> io::Result<()> {
        self.state.key_id = key_id;
        self.save()
    }

    /// Notes that everything up to `steps` is done, with the lines that this brings into quarantine and what the
    /// program answered.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn commit(&mut self, steps: u64, lines: &[u8], receipt: &Receipt) -> io::Result<()> {
        self.quarantine.write_all(lines)?;
        self.state.quarantine_bytes += lines.len() as u64;
        self.state.steps = steps;
        let answers = &mut self.state.answers;
        answers.known += receipt.known;
        answers.counted += receipt.counted;
        for refused in &receipt.refused {
            *answers.refused.entry(refused.code.clone()).or_insert(0) += 1;
        }
        self.save()
    }

    /// Ends the ledger: the import is over. An empty quarantine file is removed; says whether one is left.
    ///
    /// # Errors
    /// What the system said.
    pub fn finish(self) -> io::Result<bool> {
        self.quarantine.sync_all()?;
        match fs::remove_file(&self.state_path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if self.state.quarantine_bytes > 0 {
            return Ok(true);
        }
        fs::remove_file(&self.quarantine_path)?;
        Ok(false)
    }

    fn save(&self) -> io::Result<()> {
        let new = beside(&self.state_path, ".new");
        fs::write(&new, serde_json::to_vec(&self.state)?)?;
        fs::rename(&new, &self.state_path)
    }
}

/// Opens a file for its owner only, and for this process only.
fn open_alone(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::new(io::ErrorKind::ResourceBusy, "another import is writing this file"))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The path with the first number behind it that no file has.
fn free_name(path: &Path) -> PathBuf {
    let mut number = 1;
    loop {
        let name = beside(path, &format!(".{number}"));
        if !name.exists() {
            return name;
        }
        number += 1;
    }
}

/// Writes the line of a row that is put into quarantine.
pub(crate) fn write_line(out: &mut Vec<u8>, place: &Place, (code, column, message): (&str, &str, &str), row: &str) {
    let entry = Entry { file: &place.file, line: place.line, code, column, message, row };
    serde_json::to_writer(&mut *out, &entry).expect("texts are always JSON, and memory takes them");
    out.push(b'\n');
}

/// What tells one import from another: what is read, how and by which version, for whom and to where. Of files, joined
/// ones included, their path, length and moment of change.
///
/// # Errors
/// What the system said of a file.
pub fn fingerprint(mapping: &[u8; 32], source: &str, target: &str, paths: &[PathBuf]) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new_derive_key("prevenance import");
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(env!("CARGO_PKG_VERSION").as_bytes());
    add(mapping);
    add(source.as_bytes());
    add(target.as_bytes());
    for path in paths {
        let (whole, about) = (fs::canonicalize(path)?, fs::metadata(path)?);
        add(whole.as_os_str().as_encoded_bytes());
        add(&about.len().to_le_bytes());
        let changed = about.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        add(&changed.as_nanos().to_le_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::Refused;

    #[test]
    fn a_ledger_goes_on_where_it_was_and_forgets_lines_that_were_not_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.jsonl");
        let mut ledger = Ledger::open(&path, "one").unwrap();
        let refused = Refused { index: 0, code: "TRAIT_TYPE".into(), message: "No.".into() };
        ledger.commit(10, b"{}\n", &Receipt { refused: vec![refused], known: 3, counted: 2 }).unwrap();
        ledger.quarantine.write_all(b"half a li").unwrap();
        drop(ledger);
        let ledger = Ledger::open(&path, "one").unwrap();
        let answers = Answers { known: 3, counted: 2, refused: [("TRAIT_TYPE".to_owned(), 1)].into() };
        assert_eq!((ledger.steps(), ledger.answers()), (10, &answers));
        assert_eq!(fs::read(&path).unwrap(), b"{}\n");
        assert!(ledger.finish().unwrap());
        assert_eq!(Ledger::open(&path, "one").unwrap().steps(), 0, "what is over starts over");
    }

    #[test]
    fn another_import_or_a_lost_quarantine_starts_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.jsonl");
        Ledger::open(&path, "one").unwrap().commit(10, b"{}\n", &Receipt::default()).unwrap();
        fs::write(&path, b"").unwrap();
        assert_eq!(Ledger::open(&path, "one").unwrap().steps(), 0);
        Ledger::open(&path, "one").unwrap().commit(10, b"{}\n", &Receipt::default()).unwrap();
        let other = Ledger::open(&path, "two").unwrap();
        assert_eq!(other.steps(), 0);
        assert!(!other.finish().unwrap() && !path.exists(), "an empty quarantine leaves nothing behind");
    }

    #[test]
    fn rows_of_an_earlier_import_are_kept_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.jsonl");
        for (import, expected) in [("one", None), ("two", Some("q.jsonl.1")), ("two", Some("q.jsonl.2"))] {
            let mut ledger = Ledger::open(&path, import).unwrap();
            assert_eq!(ledger.kept_aside(), expected.map(|name| folder.path().join(name)).as_deref());
            ledger.commit(1, format!("\"{import}\"\n").as_bytes(), &Receipt::default()).unwrap();
            assert!(ledger.finish().unwrap());
        }
        let texts = ["q.jsonl.1", "q.jsonl.2", "q.jsonl"].map(|name| fs::read_to_string(folder.path().join(name)));
        assert_eq!(texts.map(Result::unwrap), ["\"one\"\n", "\"two\"\n", "\"two\"\n"]);
    }

    #[test]
    fn two_imports_cannot_write_one_quarantine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.jsonl");
        let first = Ledger::open(&path, "one").unwrap();
        assert_eq!(Ledger::open(&path, "two").err().unwrap().kind(), io::ErrorKind::ResourceBusy);
        drop(first);
        assert!(Ledger::open(&path, "two").is_ok());
    }

    #[test]
    fn a_key_is_not_forgotten_with_the_import_that_it_was_made_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.jsonl");
        Ledger::open(&path, "one").unwrap().note_key(Some("key_1".into())).unwrap();
        assert_eq!(Ledger::open(&path, "two").unwrap().key_id(), Some("key_1"));
    }
}

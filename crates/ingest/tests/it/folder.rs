//! A folder with files to import, and what came of them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use ingest::{
    input::BytesRead,
    mapping::Mapping,
    step::Step,
    steps::{ImportError, Steps},
};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with files to import.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// All steps of an import: events as JSON, bad rows as `LINE CODE column`.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) events: Vec<Value>,
    pub(crate) bad: Vec<String>,
    pub(crate) passed_over: u64,
    pub(crate) cut: usize,
    pub(crate) without_rows: usize,
}

/// Reads files under a mapping.
pub(crate) fn read(mapping: &str, paths: &[PathBuf]) -> Result<Outcome, ImportError> {
    let mapping = Mapping::read(mapping).map_err(|error| ImportError::Mapping { error })?;
    let mut steps = Steps::open(&mapping, "shop", paths, &BTreeMap::new(), BytesRead::default())?;
    let mut outcome = Outcome::default();
    while let Some(step) = steps.advance()? {
        match step {
            Step::Event(event) => outcome.events.push(serde_json::from_str(&event.json).unwrap()),
            Step::Quarantined(bad) => {
                let text = format!("{} {} {}", bad.place.line, bad.fault.reason, bad.fault.column);
                outcome.bad.push(text.trim().to_owned());
            }
        }
    }
    (outcome.passed_over, outcome.cut) = (steps.counts().passed_over, steps.cut().len());
    outcome.without_rows = steps.without_rows().len();
    Ok(outcome)
}

/// Reads one file under a mapping.
pub(crate) fn read_text(mapping: &str, text: impl AsRef<[u8]>) -> Outcome {
    let folder = Folder::new();
    let path = folder.write("rows.csv", text);
    read(mapping, &[path]).unwrap()
}

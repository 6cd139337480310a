//! What a backup consists of, as text with a checksum at its end.

use std::fmt::Write as _;

use model::partition::{Partition, Position};

use super::{MANIFEST, Positions};
use crate::{
    disk::Disk,
    error::StoreError,
    folder::{FORMAT, Folder},
    kv::Kv,
    substrate::{Substrate, Values},
};

/// The list of everything in a backup.
pub(super) struct Manifest {
    pub(super) partitions: u16,
    /// The tables in the order of their numbers, the store's own first.
    pub(super) tables: Vec<(String, Values)>,
    pub(super) positions: Vec<Positions>,
    pub(super) files: Vec<File>,
}

/// One file of a backup.
pub(super) struct File {
    /// Relative to the backup, with `/`.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) hash: blake3::Hash,
}

impl Manifest {
    pub(super) fn new<D: Disk, K: Kv>(from: &Folder<D, K>) -> Self {
        let tables = from.tables().to_vec();
        Self { partitions: from.partitions(), tables, positions: Vec::new(), files: Vec::new() }
    }

    pub(super) fn add(&mut self, path: &str, bytes: &[u8]) {
        self.files.push(File { path: path.to_owned(), bytes: bytes.len() as u64, hash: blake3::hash(bytes) });
    }

    pub(super) fn encode(&self) -> String {
        let mut text = format!("prevenance backup {FORMAT}\npartitions {}\n", self.partitions);
        let mut line = |line: std::fmt::Arguments<'_>| text.write_fmt(line).expect("a String takes any text");
        for (name, values) in &self.tables {
            line(format_args!("table {} {name}\n", values_word(*values)));
        }
        for (partition, Position(saved), Position(end)) in &self.positions {
            line(format_args!("position {partition} saved {saved} end {end}\n"));
        }
        for File { path, bytes, hash } in &self.files {
            line(format_args!("file {hash} {bytes} {path}\n"));
        }
        let hash = blake3::hash(text.as_bytes());
        format!("{text}end {hash}\n")
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let corrupt = |offset: usize| StoreError::Corrupt { file: MANIFEST.to_owned(), offset: offset as u64 };
        let text = std::str::from_utf8(bytes).map_err(|error| corrupt(error.valid_up_to()))?;
        let found = text.lines().next().and_then(|line| line.strip_prefix("prevenance backup ")).ok_or(corrupt(0))?;
        if found != FORMAT.to_string() {
            return Err(StoreError::OtherVersion { found: format!("backup {found}"), supported: FORMAT });
        }
        let end = text.rfind("end ").ok_or_else(|| corrupt(text.len()))?;
        if text[end..] != format!("end {}\n", blake3::hash(&bytes[..end])) {
            return Err(corrupt(end));
        }
        let mut manifest = Self { partitions: 0, tables: Vec::new(), positions: Vec::new(), files: Vec::new() };
        let mut offset = 0;
        for line in text[..end].split_inclusive('\n') {
            if offset > 0 {
                manifest.read_line(line.trim_end()).ok_or_else(|| corrupt(offset))?;
            }
            offset += line.len();
        }
        Ok(manifest)
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split(' ').collect();
        match *words {
            ["partitions", number] => self.partitions = number.parse().ok()?,
            ["table", values, name] => self.tables.push((name.to_owned(), values_from(values)?)),
            ["position", partition, "saved", saved, "end", end] => {
                let position = |text: &str| text.parse().ok().map(Position);
                self.positions.push((Partition(partition.parse().ok()?), position(saved)?, position(end)?));
            }
            ["file", hash, bytes, path] if is_inside(path) => {
                let hash = blake3::Hash::from_hex(hash).ok()?;
                self.files.push(File { path: path.to_owned(), bytes: bytes.parse().ok()?, hash });
            }
            _ => return None,
        }
        Some(())
    }
}

/// Whether the path names a file of the backup, not one elsewhere.
fn is_inside(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

fn values_word(values: Values) -> &'static str {
    match values {
        Values::Small => "small",
        Values::Large => "large",
    }
}

fn values_from(word: &str) -> Option<Values> {
    [Values::Small, Values::Large].into_iter().find(|values| values_word(*values) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> String {
        let mut manifest =
            Manifest { partitions: 2, tables: vec![("t".to_owned(), Values::Large)], positions: vec![], files: vec![] };
        manifest.positions.push((Partition(1), Position(3), Position(5)));
        manifest.add("log/00000001.seg", b"bytes");
        manifest.encode()
    }

    #[test]
    fn a_manifest_reads_back() {
        let text = manifest();
        assert_eq!(Manifest::decode(text.as_bytes()).unwrap().encode(), text);
    }

    #[test]
    fn a_manifest_with_any_byte_changed_or_missing_is_refused() {
        let text = manifest();
        for at in 0..text.len() {
            let mut bad = text.clone().into_bytes();
            bad[at] ^= 1;
            assert!(Manifest::decode(&bad).is_err(), "byte {at} changed");
            assert!(Manifest::decode(&text.as_bytes()[..at]).is_err(), "{at} bytes left");
        }
    }

    #[test]
    fn a_path_out_of_the_backup_is_refused() {
        for path in ["../secret", "/etc/passwd", "log/../../x", "", "log//x"] {
            assert!(!is_inside(path), "{path}");
        }
        assert!(is_inside("log/00000001.seg"));
    }
}

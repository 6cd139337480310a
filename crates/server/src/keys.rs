//! API keys: shown once, stored as hashes in `keys.json` in the data folder.
//!
//! A key is 256 random bits behind its kind, so one fast hash is enough: there is nothing to guess.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use api::{
    error::{ApiError, Code},
    wire::{
        Moment,
        key::{KeyKind, KeySummary},
    },
};
use model::{
    id::{ApiKey, Id},
    name::{Name, Source},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use store::secret_file;

use crate::random;

/// The file in the data folder.
pub const FILE: &str = "keys.json";
/// The source of a secret key that names none.
pub const SERVER_SOURCE: &str = "server";
/// The source of the first public key.
pub const WEB_SOURCE: &str = "web";

/// All keys of a project.
#[derive(Debug)]
pub struct Keys {
    file: PathBuf,
    by_hash: RwLock<Arc<BTreeMap<String, Key>>>,
    /// Held by whoever changes the file.
    changing: Mutex<()>,
    draws: Draws,
}

/// Where the bits of new keys come from.
#[derive(Debug)]
enum Draws {
    Chance,
    /// For repeatable tests: the seed, and the number of the next draw.
    Seed(u64, AtomicU64),
}

/// One key, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    hash: String,
    /// What it may do.
    pub kind: KeyKind,
    /// The source that it writes for.
    pub source: String,
    /// What it is for.
    pub title: String,
    hint: String,
    created_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<Moment>,
}

/// A key to make.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it may do.
    pub kind: KeyKind,
    /// The source that it writes for.
    pub source: String,
    /// What it is for.
    pub title: String,
    /// How long it is good; for ever, if nothing is said.
    pub lifetime: Option<Span>,
}

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("{FILE}: {0}")]
    Io(#[from] io::Error),
    /// The file is not what was written.
    #[error("{FILE} cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The file was written by another version.
    #[error("{FILE} has version {0}, this program reads {VERSION}")]
    OtherVersion(u32),
}

const VERSION: u32 = 1;
/// Letters of the key that are kept to tell it from others, its prefix included.
const HINT_CHARS: usize = 8;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    keys: Vec<Key>,
}

impl Key {
    /// Its id, drawn from its hash.
    pub fn id(&self) -> Id<ApiKey> {
        let hash = blake3::derive_key("prevenance API key id", self.hash.as_bytes());
        let mut bits = [0; 16];
        bits.copy_from_slice(&hash[..16]);
        Id::from_bits(u128::from_be_bytes(bits))
    }

    /// The source that it writes for.
    pub fn source(&self) -> Name<Source> {
        self.source.as_str().into()
    }

    /// As it is listed.
    pub fn summary(&self) -> KeySummary {
        KeySummary {
            id: self.id().to_string(),
            kind: self.kind,
            source: Some(self.source.clone()),
            title: self.title.clone(),
            hint: self.hint.clone(),
            created_at: self.created_at,
            ends_at: self.ends_at,
        }
    }

    fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|Moment(end)| end <= now)
    }
}

impl Keys {
    /// Reads the keys of a data folder; none if there is no file yet. With a seed new ones are drawn from that: for
    /// repeatable tests.
    pub fn open(folder: &Path, seed: Option<u64>) -> Result<Self, KeysError> {
        let file = folder.join(FILE);
        let keys = match secret_file::read(&file)? {
            None => Vec::new(),
            Some(bytes) => {
                let stored: Stored = serde_json::from_slice(&bytes)?;
                if stored.version != VERSION {
                    return Err(KeysError::OtherVersion(stored.version));
                }
                stored.keys
            }
        };
        // Keys are never removed, so that a number is not drawn again after a restart.
        let draws = seed.map_or(Draws::Chance, |seed| Draws::Seed(seed, AtomicU64::new(keys.len() as u64)));
        let by_hash = keys.into_iter().map(|key| (key.hash.clone(), key)).collect();
        Ok(Self { file, by_hash: RwLock::new(Arc::new(by_hash)), changing: Mutex::default(), draws })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    /// The key of this text.
    ///
    /// # Errors
    /// `UNKNOWN_KEY`, `REVOKED_KEY`.
    pub fn find(&self, text: &str, now: Timestamp) -> Result<Key, ApiError> {
        match self.all().get(&hash(text)) {
            None => Err(ApiError::new(Code::UnknownKey)),
            Some(key) if key.has_ended(now) => Err(ApiError::new(Code::RevokedKey)),
            Some(key) => Ok(key.clone()),
        }
    }

    /// The key of this id.
    pub fn get(&self, id: Id<ApiKey>) -> Option<Key> {
        self.all().values().find(|key| key.id() == id).cloned()
    }

    /// All keys, the oldest first.
    pub fn list(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.all().values().cloned().collect();
        keys.sort_by_key(|key| (key.created_at, key.id()));
        keys
    }

    /// Makes a key from chance. The text is returned this once.
    pub fn create(&self, new: NewKey, now: Timestamp) -> Result<(String, Key), KeysError> {
        let bits = self.draws.draw();
        let prefix = match new.kind {
            KeyKind::Public => "pk",
            KeyKind::Secret => "sk",
        };
        let text = format!("{prefix}_{}", blake3::Hash::from_bytes(bits).to_hex());
        let key = self.add(&text, new, now)?;
        Ok((text, key))
    }

    /// Takes a text as a key, if it is none yet: for tests and for installations that bring their own.
    pub fn add(&self, text: &str, new: NewKey, now: Timestamp) -> Result<Key, KeysError> {
        let NewKey { kind, source, title, lifetime } = new;
        let ends_at = lifetime.map(|lifetime| Moment(now.plus(lifetime)));
        let hint = text.chars().take(HINT_CHARS).collect();
        let key = Key { hash: hash(text), kind, source, title, hint, created_at: now.into(), ends_at };
        self.change(|keys| keys.entry(key.hash.clone()).or_insert(key).clone())
    }

    /// Ends a key, now or after an overlap; `None` if there is no such key. An earlier end stands.
    pub fn end(&self, id: Id<ApiKey>, overlap: Span, now: Timestamp) -> Result<Option<Key>, KeysError> {
        let end = Moment(now.plus(overlap));
        self.change(|keys| {
            let key = keys.values_mut().find(|key| key.id() == id)?;
            key.ends_at = Some(key.ends_at.map_or(end, |earlier| earlier.min(end)));
            Some(key.clone())
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Key>) -> T) -> Result<T, KeysError> {
        let _changing: MutexGuard<'_, ()> = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.all();
        let mut keys = (*before).clone();
        let result = change(&mut keys);
        if keys != *before {
            let mut stored = Stored { version: VERSION, keys: keys.values().cloned().collect() };
            stored.keys.sort_by_key(|key| (key.created_at, key.id()));
            secret_file::replace(&self.file, &serde_json::to_vec_pretty(&stored)?)?;
            *self.by_hash.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        }
        Ok(result)
    }

    fn all(&self) -> Arc<BTreeMap<String, Key>> {
        self.by_hash.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Draws {
    fn draw(&self) -> [u8; 32] {
        match self {
            Self::Chance => random::bytes(),
            Self::Seed(seed, next) => {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let material = [seed.to_le_bytes(), number.to_le_bytes()].concat();
                blake3::derive_key("prevenance API key of a test", &material)
            }
        }
    }
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::saturating_from_millis(1_000_000);

    fn public() -> NewKey {
        NewKey { kind: KeyKind::Public, source: WEB_SOURCE.into(), title: String::new(), lifetime: None }
    }

    #[test]
    fn a_key_is_found_again_after_a_restart_and_its_text_is_not_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (text, key) = Keys::open(folder.path(), None).unwrap().create(public(), NOW).unwrap();
        assert!(text.starts_with("pk_") && text.len() == 67, "{text}");
        let again = Keys::open(folder.path(), None).unwrap();
        assert_eq!(again.find(&text, NOW).unwrap(), key);
        let file = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(!file.contains(&text) && file.contains(&key.hint));
    }

    #[test]
    fn keys_of_a_seed_are_the_same_in_two_runs_and_never_twice_in_one() {
        let make = |folder: &Path| Keys::open(folder, Some(7)).unwrap().create(public(), NOW).unwrap().0;
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = make(one.path());
        assert_eq!(first, make(other.path()));
        assert_ne!(first, make(one.path()), "the second start goes on where the first one ended");
    }

    #[test]
    fn a_replaced_key_goes_on_for_its_overlap_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::open(folder.path(), None).unwrap();
        let (text, key) = keys.create(public(), NOW).unwrap();
        keys.end(key.id(), Span::MINUTE, NOW).unwrap().unwrap();
        keys.end(key.id(), Span::HOUR, NOW).unwrap().unwrap();
        let late = NOW.plus(Span::MINUTE);
        assert!(keys.find(&text, late.minus(Span::from_millis(1))).is_ok());
        assert_eq!(keys.find(&text, late).unwrap_err().code, Code::RevokedKey);
        assert_eq!(keys.find("pk_other", NOW).unwrap_err().code, Code::UnknownKey);
        assert_eq!(keys.end(Id::from_bits(1), Span::HOUR, NOW).unwrap(), None);
    }

    #[test]
    fn a_key_with_a_lifetime_ends_by_itself_and_not_later() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::open(folder.path(), None).unwrap();
        let (text, key) = keys.create(NewKey { lifetime: Some(Span::HOUR), ..public() }, NOW).unwrap();
        keys.end(key.id(), Span::DAY, NOW).unwrap().unwrap();
        let end = NOW.plus(Span::HOUR);
        assert!(keys.find(&text, end.minus(Span::from_millis(1))).is_ok());
        assert_eq!(keys.find(&text, end).unwrap_err().code, Code::RevokedKey);
    }

    #[test]
    fn the_same_text_brought_twice_is_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::open(folder.path(), None).unwrap();
        let first = keys.add("pk_0123456789abcdef", public(), NOW).unwrap();
        assert_eq!(keys.add("pk_0123456789abcdef", public(), NOW.plus(Span::DAY)).unwrap(), first);
        assert_eq!(keys.list().len(), 1);
    }
}

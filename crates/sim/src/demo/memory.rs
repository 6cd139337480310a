//! What the folder of a demo remembers beside the data: which world it is, and how far it was lived.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path};

use model::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use world::{Seed, Size};

use super::DemoError;

/// The file, in the product's folder.
const FILE: &str = "demo.json";

/// Which world a demo is, and how far it was lived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    seed: u64,
    customers: u32,
    items: u32,
    /// Days that were over when the demo was begun.
    past_days: u32,
    /// The first midnight, in milliseconds of the epoch.
    start_ms: i64,
    /// Days that are not to be sent again.
    pub(super) lived: u32,
    /// The keys of the shop's systems by source; none before the shop was published.
    pub(super) keys: BTreeMap<String, String>,
}

/// What was asked for; what was not may be what it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    pub(super) seed: Option<Seed>,
    pub(super) size: Option<Size>,
}

impl Memory {
    /// Of the demo in a folder, or of a new one for a new or empty folder, whose past ends with the present day. It is not
    /// kept yet: a store begins in an empty folder.
    pub(super) fn of(folder: &Path, wanted: Wanted, now: Timestamp) -> Result<Self, DemoError> {
        let named = folder.display().to_string();
        match fs::read(folder.join(FILE)) {
            Ok(bytes) => {
                let memory: Self = serde_json::from_slice(&bytes).map_err(|_| DemoError::Used(named.clone()))?;
                let is_other = |size: Size| size != memory.size();
                if wanted.seed.is_some_and(|seed| seed != memory.seed()) || wanted.size.is_some_and(is_other) {
                    return Err(DemoError::Other { folder: named, seed: memory.seed(), customers: memory.customers });
                }
                Ok(memory)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
                    return Err(DemoError::Used(named));
                }
                Ok(Self::new(wanted, now))
            }
            Err(error) => Err(std::io::Error::new(error.kind(), format!("{named}: {error}")).into()),
        }
    }

    fn new(wanted: Wanted, now: Timestamp) -> Self {
        let (Seed(seed), size) = (wanted.seed.unwrap_or(super::SEED), wanted.size.unwrap_or(super::SIZE));
        let today = Timestamp::EPOCH.plus(Span::DAY.times(now.day()));
        Self {
            seed,
            customers: size.customers(),
            items: size.items(),
            past_days: size.days(),
            start_ms: today.minus(Span::DAY.times(i64::from(size.days()))).as_millis(),
            lived: 0,
            keys: BTreeMap::new(),
        }
    }

    /// Writes it down, whole or not at all.
    pub(super) fn keep(&self, folder: &Path) -> Result<(), DemoError> {
        let half = folder.join("demo.json.new");
        fs::write(&half, serde_json::to_vec_pretty(self).map_err(std::io::Error::from)?)?;
        Ok(fs::rename(half, folder.join(FILE))?)
    }

    pub(super) fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    /// The size that was asked for: its days are those that were over when the demo began.
    pub(super) fn size(&self) -> Size {
        Size::of(self.customers, self.items, self.past_days)
    }

    pub(super) fn start(&self) -> Timestamp {
        Timestamp::saturating_from_millis(self.start_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::saturating_from_millis(1_790_000_000_000);

    #[test]
    fn a_demo_is_found_again_as_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = Wanted { seed: Some(Seed(7)), size: Some(Size::S) };
        let mut memory = Memory::of(folder.path(), wanted, NOW).unwrap();
        assert!(folder.path().read_dir().unwrap().next().is_none());
        assert_eq!(
            memory.start(),
            NOW.minus(Span::from_millis(NOW.as_millis() % 86_400_000)).minus(Span::DAY.times(30))
        );
        memory.lived = 12;
        memory.keys.insert("web".to_owned(), "pk_1".to_owned());
        memory.keep(folder.path()).unwrap();
        let later = NOW.plus(Span::DAY.times(3));
        assert_eq!(Memory::of(folder.path(), Wanted::default(), later).unwrap(), memory);
        assert_eq!(Memory::of(folder.path(), wanted, later).unwrap(), memory);
    }

    #[test]
    fn another_demo_and_another_program_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        Memory::of(folder.path(), Wanted::default(), NOW).unwrap().keep(folder.path()).unwrap();
        for wanted in [Wanted { seed: Some(Seed(2)), size: None }, Wanted { seed: None, size: Some(Size::S) }] {
            let refused = Memory::of(folder.path(), wanted, NOW);
            assert!(matches!(refused, Err(DemoError::Other { .. })), "{refused:?}");
        }
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("keys.json"), "{}").unwrap();
        assert!(matches!(Memory::of(other.path(), Wanted::default(), NOW), Err(DemoError::Used(_))));
    }
}

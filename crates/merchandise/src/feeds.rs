//! Feeds that were sent whole: kept as files, read in the background, one after the other.
//!
//! In the folder `feeds` of the data folder, `NAME.feed` is what came last, `NAME.json` what became of it, and
//! `NAME.bad.jsonl` what in it is no item. A feed that was at work when the program ended is read again from its
//! beginning: of each part of an item the latest word stands, so what was told before is told for nothing.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use api::wire::{
    Moment,
    catalog::{CatalogCounts, FeedAnswer, FeedState, RefusedItem},
};
use catalog::money::Currency;
use ingest::{
    feed::{FeedFormat, Settings},
    number::DecimalSign,
};
use runtime::{handle::Runtime, ticket::Failure};
use serde::{Deserialize, Serialize};

use crate::reading::{Broken, Ended, Reading};

/// Their folder in the data folder.
const FOLDER: &str = "feeds";

/// How the names begin under which what webhooks told is in quarantine.
pub const WEBHOOK: &str = "webhook-";
/// Bytes of what webhooks told that is no item; beyond, the older half goes.
const WEBHOOK_BYTES: u64 = 16 * 1024 * 1024;

/// How the names of files end while their bytes come.
const PART: &str = "part";

/// All feeds of a project.
#[derive(Debug)]
pub struct Feeds {
    folder: PathBuf,
    known: Mutex<BTreeMap<String, Known>>,
    /// Held by whoever reads a feed: one at a time.
    working: Mutex<()>,
    /// Held by whoever adds to what webhooks told that is no item: it waits for no feed.
    quarantining: Mutex<()>,
    /// Numbers what comes.
    coming: AtomicU64,
}

#[derive(Debug, Clone)]
struct Known {
    kept: Kept,
    progress: Arc<Progress>,
}

/// What is kept of a feed beside its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    said: Said,
    bytes: u64,
    state: FeedState,
    approved: bool,
    format: Option<String>,
    #[serde(default)]
    counts: CatalogCounts,
    code: Option<String>,
    message: Option<String>,
    done_at: Option<Moment>,
}

/// What is said of a feed that it does not say itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Said {
    /// What it does not name is sold no more.
    pub full: bool,
    /// Its format, as a word of [`FeedFormat`]; none: it is guessed.
    pub format: Option<String>,
    /// The currency of prices that say none (ISO 4217).
    pub currency: Option<String>,
    /// The language of texts that say none (BCP 47).
    pub language: String,
    /// What stands before decimals.
    pub decimal: Option<DecimalSign>,
    /// The moment of which it is true.
    pub told_at: Moment,
}

/// How far a feed is that is at work.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Bytes read in this pass.
    pub(crate) read: Arc<AtomicU64>,
    now: Mutex<(Option<FeedState>, CatalogCounts, Option<FeedFormat>)>,
}

/// The bytes of a feed that come. Those that were not taken go: half a feed is of no use to anybody.
#[derive(Debug)]
pub struct Part(pub PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // What was taken is not there any more.
        _ = fs::remove_file(&self.0);
    }
}

/// Why something cannot be done with a feed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// There is none of that name.
    #[error("there is no such feed")]
    Unknown,
    /// It is at work.
    #[error("it is at work")]
    Busy,
    /// It is not held.
    #[error("it is not held")]
    NotHeld,
    /// The disk says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What to do after a feed was looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum Then {
    /// It is done with, or waits for somebody.
    Rest,
    /// The disk could not take it: try again in a while.
    TryAgain,
}

impl Progress {
    pub(crate) fn begin(&self, state: FeedState) {
        let mut now = self.now();
        (now.0, now.1) = (Some(state), CatalogCounts::default());
    }

    pub(crate) fn count(&self, counts: CatalogCounts) {
        self.now().1 = counts;
    }

    pub(crate) fn note_format(&self, format: FeedFormat) {
        self.now().2 = Some(format);
    }

    fn now(&self) -> MutexGuard<'_, (Option<FeedState>, CatalogCounts, Option<FeedFormat>)> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feeds {
    /// Reads what is kept of feeds in a data folder.
    pub fn open(data: &Path) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        let mut known = BTreeMap::new();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => Some(entries),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        for entry in entries.into_iter().flatten() {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == PART) {
                // It was still coming when the program ended.
                fs::remove_file(&path)?;
            }
            let name = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
            let Some(name) = name.filter(|_| path.extension().is_some_and(|extension| extension == "json")) else {
                continue;
            };
            let kept = serde_json::from_slice(&fs::read(&path)?).map_err(io::Error::from)?;
            known.insert(name, Known { kept, progress: Arc::default() });
        }
        Ok(Self {
            folder,
            known: Mutex::new(known),
            working: Mutex::default(),
            quarantining: Mutex::default(),
            coming: AtomicU64::default(),
        })
    }

    /// The feeds that wait to be read, such as those that were at work when the program ended.
    pub fn waiting(&self) -> Vec<String> {
        let known = self.known();
        known.iter().filter(|(_, known)| known.kept.state.is_at_work()).map(|(name, _)| name.clone()).collect()
    }

    /// Where the bytes of a feed go while they come: a place of their own. The folder is there.
    ///
    /// # Errors
    /// `Busy`; what the disk says.
    pub fn begin(&self, name: &str) -> Result<Part, FeedError> {
        if self.known().get(name).is_some_and(|known| known.kept.state.is_at_work()) {
            return Err(FeedError::Busy);
        }
        fs::create_dir_all(&self.folder)?;
        let number = self.coming.fetch_add(1, Ordering::Relaxed);
        Ok(Part(self.file(name, &format!("{number}.{PART}"))))
    }

    /// Takes the bytes that came for a feed, in place of what came for it before.
    pub fn take(&self, name: &str, part: &Part, said: Said) -> Result<FeedAnswer, FeedError> {
        let mut known = self.known();
        if known.get(name).is_some_and(|known| known.kept.state.is_at_work()) {
            return Err(FeedError::Busy);
        }
        let bytes = fs::metadata(&part.0)?.len();
        let state = FeedState::Waiting;
        let (counts, format) = (CatalogCounts::default(), said.format.clone());
        let kept =
            Kept { said, bytes, state, approved: false, format, counts, code: None, message: None, done_at: None };
        fs::rename(&part.0, self.file(name, "feed"))?;
        self.keep(name, &kept)?;
        let known = known.entry(name.to_owned()).insert_entry(Known { kept, progress: Arc::default() });
        Ok(known.get().answer(name))
    }

    /// Lets a feed that is held be applied.
    pub fn approve(&self, name: &str) -> Result<FeedAnswer, FeedError> {
        self.change(name, |kept| {
            if kept.state != FeedState::Held {
                return Err(FeedError::NotHeld);
            }
            (kept.state, kept.approved) = (FeedState::Waiting, true);
            (kept.code, kept.message) = (None, None);
            Ok(())
        })
    }

    /// Forgets a feed; what it told stays.
    pub fn forget(&self, name: &str) -> Result<FeedAnswer, FeedError> {
        let mut all = self.known();
        let known = all.get(name).ok_or(FeedError::Unknown)?.clone();
        if known.kept.state.is_at_work() {
            return Err(FeedError::Busy);
        }
        for ending in ["json", "feed", "bad.jsonl"] {
            match fs::remove_file(self.file(name, ending)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        all.remove(name);
        Ok(known.answer(name))
    }

    /// A feed.
    pub fn feed(&self, name: &str) -> Result<FeedAnswer, FeedError> {
        self.known().get(name).map(|known| known.answer(name)).ok_or(FeedError::Unknown)
    }

    /// All feeds, in order of name.
    pub fn all(&self) -> Vec<FeedAnswer> {
        self.known().iter().map(|(name, known)| known.answer(name)).collect()
    }

    /// What in a feed is no item, from a line on. Blocking.
    pub fn quarantine(&self, name: &str, from: usize, most: usize) -> Result<Vec<RefusedItem>, FeedError> {
        if !name.starts_with(WEBHOOK) {
            self.feed(name)?;
        }
        let mut lines = Vec::new();
        for ending in ["old.jsonl", "bad.jsonl"] {
            match fs::File::open(self.file(name, ending)) {
                Ok(file) => lines.push(BufReader::new(file).lines()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        // The last line may be half written, now or by a program that was killed.
        let whole = |line: io::Result<String>| line.map(|line| serde_json::from_str(&line).ok()).transpose();
        let items = lines.into_iter().flatten().filter_map(whole).skip(from).take(most);
        Ok(items.collect::<io::Result<_>>()?)
    }

    /// Keeps what a webhook told that is no item. Blocking.
    pub fn quarantine_webhook(&self, name: &str, refused: &[RefusedItem]) -> Result<(), FeedError> {
        if refused.is_empty() {
            return Ok(());
        }
        let _quarantining = self.quarantining.lock().unwrap_or_else(PoisonError::into_inner);
        fs::create_dir_all(&self.folder)?;
        let path = self.file(name, "bad.jsonl");
        if fs::metadata(&path).is_ok_and(|file| file.len() > WEBHOOK_BYTES / 2) {
            fs::rename(&path, self.file(name, "old.jsonl"))?;
        }
        let mut lines = Vec::new();
        for item in refused {
            serde_json::to_writer(&mut lines, item).map_err(io::Error::from)?;
            lines.push(b'\n');
        }
        Ok(OpenOptions::new().create(true).append(true).open(path)?.write_all(&lines)?)
    }

    /// Reads a feed that waits. Blocking, for as long as that takes; others wait until it is done.
    pub fn work(&self, runtime: &Runtime, name: &str, is_stopping: &dyn Fn() -> bool) -> Then {
        let _working = self.working.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = self.known().get(name).filter(|known| known.kept.state.is_at_work()).cloned() else {
            return Then::Rest;
        };
        let Known { kept, progress } = known;
        let settings = kept.said.settings();
        let (path, quarantine) = (self.file(name, "feed"), self.file(name, "bad.jsonl"));
        let reading = Reading {
            runtime,
            path: &path,
            quarantine: &quarantine,
            format: kept.said.format.as_deref().and_then(FeedFormat::of_word),
            settings: &settings,
            progress: &progress,
            is_stopping,
        };
        let ended = if kept.said.full { reading.full(kept.approved) } else { reading.partial() };
        let now = Moment(runtime.now());
        let (_, counts, format) = *progress.now();
        let changed = self.change(name, |kept| {
            kept.format = format.map(|format| format.word().to_owned()).or(kept.format.take());
            kept.end(ended, counts, now);
            Ok(())
        });
        *progress.now() = (None, counts, format);
        match changed {
            Ok(feed) if feed.state.is_at_work() && !is_stopping() => Then::TryAgain,
            Ok(_) => Then::Rest,
            Err(error) => {
                tracing::warn!(%error, "what became of a feed could not be kept");
                Then::TryAgain
            }
        }
    }

    fn change(
        &self,
        name: &str,
        change: impl FnOnce(&mut Kept) -> Result<(), FeedError>,
    ) -> Result<FeedAnswer, FeedError> {
        let mut all = self.known();
        let known = all.get_mut(name).ok_or(FeedError::Unknown)?;
        let mut kept = known.kept.clone();
        change(&mut kept)?;
        self.keep(name, &kept)?;
        known.kept = kept;
        Ok(known.answer(name))
    }

    fn keep(&self, name: &str, kept: &Kept) -> io::Result<()> {
        store::secret_file::replace(&self.file(name, "json"), &serde_json::to_vec(kept)?)
    }

    fn file(&self, name: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ending}"))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn answer(&self, name: &str) -> FeedAnswer {
        let (state, counts, format) = *self.progress.now();
        let kept = &self.kept;
        let is_at_work = kept.state.is_at_work();
        FeedAnswer {
            name: name.to_owned(),
            state: state.filter(|_| is_at_work).unwrap_or(kept.state),
            full: kept.said.full,
            format: format.map(|format| format.word().to_owned()).or(kept.format.clone()),
            told_at: kept.said.told_at,
            bytes: kept.bytes,
            read: self.progress.read.load(Ordering::Relaxed).min(kept.bytes),
            counts: if is_at_work { counts } else { kept.counts },
            code: kept.code.clone(),
            message: kept.message.clone(),
            done_at: kept.done_at,
        }
    }
}

impl Kept {
    /// Notes how reading ended, having counted so much.
    fn end(&mut self, ended: Result<Ended, Broken>, counted: CatalogCounts, now: Moment) {
        let (state, counts, why) = match ended {
            Ok(Ended::Applied(counts)) => (FeedState::Applied, counts, None),
            Ok(Ended::Held(counts)) => {
                let message = format!(
                    "It would remove {} items and add {}: more than a fifth would be gone. Approve it, or send it again.",
                    counts.removed, counts.added
                );
                (FeedState::Held, counts, Some(("FEED_SHRANK".to_owned(), message)))
            }
            Ok(Ended::Refused(counts, bad)) => (FeedState::Refused, counts, Some((bad.code, bad.message))),
            Err(Broken::File(error)) => {
                let message = format!("It cannot be read: {error}.");
                (FeedState::Refused, counted, Some(("BAD_FEED".to_owned(), message)))
            }
            // It is read again when the program starts.
            Err(Broken::Failure(Failure::Stopping)) => return,
            Err(error @ (Broken::Failure(_) | Broken::Io(_))) => {
                let message = format!("It waits for the disk: {error}.");
                (FeedState::Waiting, counted, Some(("STORAGE_FAILED".to_owned(), message)))
            }
        };
        (self.state, self.counts) = (state, counts);
        (self.code, self.message) = why.unzip();
        self.done_at = (!state.is_at_work()).then_some(now);
    }
}

impl Said {
    fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.told_at.0, self.language.clone());
        settings.currency = self.currency.as_deref().and_then(Currency::new);
        settings.decimal = self.decimal;
        settings
    }
}

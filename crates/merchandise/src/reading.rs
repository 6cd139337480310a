//! Reading a feed from its first item to its last: compared with the catalog first if it is full, then told.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::{Arc, atomic::Ordering},
};

use api::wire::catalog::{CatalogAnswer, CatalogCounts, FeedState, RefusedItem};
use catalog::catalog::Catalog;
use ingest::{
    feed::{
        BadItem, Fed, Feed, FeedFormat, Settings, Told,
        plan::{Counts, FeedPlan, Planned, Verdict},
    },
    records::FileError,
};
use runtime::{handle::Runtime, ticket::Failure};

use crate::{
    feeds::Progress,
    tell::{refused, tell_all},
};

/// Items that are told at once.
const TOLD_AT_ONCE: usize = 1_000;
/// What is bad in one feed is kept so far; beyond, it is counted.
const QUARANTINED: u64 = 100_000;

/// How reading a feed ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// All of it counts.
    Applied(CatalogCounts),
    /// It would do so much that somebody has to approve it; nothing is changed.
    Held(CatalogCounts),
    /// It cannot be read to its end.
    Refused(CatalogCounts, Box<RefusedItem>),
}

/// Why a feed is not read on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// The file, or what is kept beside it, cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file as a whole is no feed.
    #[error(transparent)]
    File(FileError),
    /// The catalog cannot be changed now.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// A feed to be read.
pub(crate) struct Reading<'r> {
    pub(crate) runtime: &'r Runtime,
    pub(crate) path: &'r Path,
    /// Where what is bad goes, one JSON object a line.
    pub(crate) quarantine: &'r Path,
    /// Its format, if somebody said it.
    pub(crate) format: Option<FeedFormat>,
    pub(crate) settings: &'r Settings,
    pub(crate) progress: &'r Arc<Progress>,
    /// Asked between items: whether to stop.
    pub(crate) is_stopping: &'r dyn Fn() -> bool,
}

impl Reading<'_> {
    /// Reads a feed that says everything there is. One that was not approved is held if it would remove too much.
    pub(crate) fn full(&self, is_approved: bool) -> Result<Ended, Broken> {
        let catalog = self.runtime.catalog();
        let planned = match self.compare(&catalog)? {
            Verdict::Refused(bad) => return Ok(Ended::Refused(CatalogCounts::default(), Box::new(refused(bad)))),
            Verdict::Held(planned) if !is_approved => return Ok(Ended::Held(shown(planned.counts))),
            Verdict::Held(planned) | Verdict::Apply(planned) => planned,
        };
        self.progress.begin(FeedState::Applying);
        let mut plan = FeedPlan::new(&catalog);
        let mut answer = self.tell(&mut |fed| plan.see(fed))?.0;
        self.remove(&catalog, &planned, &mut answer)?;
        Ok(Ended::Applied(answer.counts))
    }

    /// Reads a feed that says what changed.
    pub(crate) fn partial(&self) -> Result<Ended, Broken> {
        self.progress.begin(FeedState::Applying);
        let bad = |fed: &Fed| match fed {
            Fed::Bad(bad) | Fed::Cut(bad) => Some(bad.clone()),
            Fed::Told(_) | Fed::End => None,
        };
        let (answer, cut) = self.tell(&mut |fed| bad(fed))?;
        Ok(match cut {
            Some(cut) => Ended::Refused(answer.counts, Box::new(cut)),
            None => Ended::Applied(answer.counts),
        })
    }

    fn compare(&self, catalog: &Catalog) -> Result<Verdict, Broken> {
        self.progress.begin(FeedState::Comparing);
        let mut plan = FeedPlan::new(catalog);
        let mut bad = Quarantine::new(self.quarantine)?;
        self.each(|fed| {
            if let Some(item) = plan.see(&fed) {
                bad.add(&refused(item))?;
            }
            self.progress.count(shown(plan.counts()));
            Ok(())
        })?;
        bad.finish()?;
        Ok(plan.verdict())
    }

    /// Tells every item of which `bad` says nothing. With it comes where the feed is cut.
    fn tell(
        &self,
        bad: &mut dyn FnMut(&Fed) -> Option<BadItem>,
    ) -> Result<(CatalogAnswer, Option<RefusedItem>), Broken> {
        let (mut answer, mut cut) = (CatalogAnswer::default(), None);
        let mut quarantine = Quarantine::new(self.quarantine)?;
        let mut waiting: Vec<Told> = Vec::with_capacity(TOLD_AT_ONCE);
        self.each(|fed| {
            if let Some(item) = bad(&fed) {
                answer.refuse(refused(item));
                cut = matches!(fed, Fed::Cut(_)).then(|| answer.refused.last().cloned()).flatten();
            } else if let Fed::Told(told) = fed {
                waiting.push(told);
            }
            if waiting.len().max(answer.refused.len()) >= TOLD_AT_ONCE {
                self.tell_waiting(&mut waiting, &mut answer, &mut quarantine)?;
            }
            Ok(())
        })?;
        self.tell_waiting(&mut waiting, &mut answer, &mut quarantine)?;
        quarantine.finish()?;
        Ok((answer, cut))
    }

    fn tell_waiting(
        &self,
        waiting: &mut Vec<Told>,
        answer: &mut CatalogAnswer,
        quarantine: &mut Quarantine,
    ) -> Result<(), Broken> {
        tell_all(self.runtime, std::mem::take(waiting), answer)?;
        for item in answer.refused.drain(..) {
            quarantine.add(&item)?;
        }
        self.progress.count(answer.counts);
        Ok(())
    }

    /// Removes what the feed does not name.
    fn remove(&self, catalog: &Catalog, planned: &Planned, answer: &mut CatalogAnswer) -> Result<(), Broken> {
        let removals = planned.removals(catalog).map(|change| (self.settings.told_at, change));
        let removals: Vec<_> = removals.collect();
        for some in removals.chunks(TOLD_AT_ONCE) {
            let told = some.iter().map(|(as_of, change)| Told { record: 0, change: change.clone(), as_of: *as_of });
            tell_all(self.runtime, told.collect(), answer)?;
            self.progress.count(answer.counts);
        }
        Ok(())
    }

    /// Reads the feed to its end, or to where it is cut.
    fn each(&self, mut see: impl FnMut(Fed) -> Result<(), Broken>) -> Result<(), Broken> {
        let read = self.progress.read.clone();
        read.store(0, Ordering::Relaxed);
        let opened = Feed::open(self.path, self.format, self.settings.clone(), read);
        let mut feed = opened.map_err(broken)?;
        self.progress.note_format(feed.format());
        loop {
            if (self.is_stopping)() {
                return Err(Failure::Stopping.into());
            }
            let fed = feed.read().map_err(|error| broken(error.into()))?;
            let is_last = matches!(fed, Fed::End | Fed::Cut(_));
            see(fed)?;
            if is_last {
                return Ok(());
            }
        }
    }
}

/// Whether the file is to blame, or the disk that it is on.
fn broken(error: FileError) -> Broken {
    use io::ErrorKind::{InvalidData, InvalidInput, NotFound, UnexpectedEof};
    match error {
        FileError::Io(error) if !matches!(error.kind(), InvalidData | InvalidInput | NotFound | UnexpectedEof) => {
            Broken::Io(error)
        }
        of_the_file => Broken::File(of_the_file),
    }
}

/// What is bad in a feed, one JSON object a line.
struct Quarantine {
    file: BufWriter<File>,
    room: u64,
}

impl Quarantine {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(File::create(path)?), room: QUARANTINED })
    }

    fn add(&mut self, item: &RefusedItem) -> io::Result<()> {
        if self.room > 0 {
            self.room -= 1;
            serde_json::to_writer(&mut self.file, item)?;
            self.file.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn shown(counts: Counts) -> CatalogCounts {
    let Counts { added, changed, unchanged, removed, bad } = counts;
    CatalogCounts { added, changed, unchanged, removed, bad }
}

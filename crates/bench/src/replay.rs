//! Looks decisions up in a data folder after a `kill -9`, and decides each again from its record.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, available_parallelism},
};

use model::id::{Decision, Id};
use runtime::{
    deciding::{Recorded, Replay},
    handle::Runtime,
};

use crate::{Failed, child::Child, feed, load, measure, pages::ID_BYTES};

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replayed {
    /// Pages whose record was looked for.
    pub(crate) pages: u64,
    /// Pages without a record.
    pub(crate) lost: u64,
    /// Decisions made again.
    pub(crate) replays: u64,
    /// Of these, those that came out otherwise.
    pub(crate) different: u64,
    /// How long looking up and deciding took, over all cores.
    pub(crate) seconds: f64,
}

/// How the child says what came of it.
const CAME: &str = "replayed ";

/// Counts of all threads.
#[derive(Debug, Default)]
struct Counts {
    lost: AtomicU64,
    replays: AtomicU64,
    different: AtomicU64,
}

/// Has a process of its own look up the pages of these ids in a data folder that nobody has open, and decide them
/// again until there are so many replays.
pub(crate) fn replay(data: &Path, ids: &[[u8; ID_BYTES]], replays: u64) -> Result<Replayed, Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("ids");
    std::fs::write(&file, ids.concat())?;
    let named = |path: &Path| path.to_str().map(str::to_owned).ok_or("the folder's name is no UTF-8");
    let child = Child::part("replay", &[&named(data)?, &named(&file)?, &replays.to_string()])?;
    let line = child.line_with(CAME)?;
    child.finished()?;
    let mut numbers = line.split_whitespace();
    let mut next = || numbers.next().ok_or_else(|| format!("not as expected: {line}"));
    let (lost, replays, different) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
    Ok(Replayed { pages: ids.len() as u64, lost, replays, different, seconds: next()?.parse()? })
}

/// The part of [`replay`] that is a process of its own.
pub(crate) fn run(data: &Path, ids: &Path, replays: u64) -> Result<(), Failed> {
    let ids = std::fs::read(ids)?;
    let ids = ids.chunks_exact(ID_BYTES).map(|id| Ok(std::str::from_utf8(id)?.parse()?));
    let ids = ids.collect::<Result<Vec<Id<Decision>>, Failed>>()?;
    let runtime = feed::start(Arc::new(feed::open(data)?))?;
    runtime.saved().wait()?;
    let counts = Counts::default();
    let progress = load::progress(replays, "deciding again");
    let begun = measure::now();
    let threads = available_parallelism()?.get();
    let enough = replays / threads as u64 + 1;
    thread::scope(|scope| {
        let parts = ids.chunks(ids.len().div_ceil(threads).max(1));
        let running: Vec<_> =
            parts.map(|ids| scope.spawn(|| again(&runtime, ids, enough, &counts, &progress))).collect();
        running.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread failed")?)
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    progress.finish_and_clear();
    let [lost, replays, different] =
        [&counts.lost, &counts.replays, &counts.different].map(|count| count.load(Ordering::Relaxed));
    println!("{CAME}{lost} {replays} {different} {seconds}");
    Ok(runtime.stop()?)
}

/// Looks each page up once at least, and goes on from the first one until there are enough replays.
fn again(
    runtime: &Runtime,
    ids: &[Id<Decision>],
    enough: u64,
    counts: &Counts,
    progress: &indicatif::ProgressBar,
) -> Result<(), Failed> {
    let mut done = 0;
    for (turn, id) in ids.iter().cycle().enumerate() {
        if turn >= ids.len() && (done >= enough || done == 0) {
            return Ok(());
        }
        match runtime.decision(*id)? {
            Some(Recorded::Kept(decided, _)) => {
                for decision in &decided.decisions {
                    let replay = runtime.replay(&decided, decision.id)?;
                    counts.different.fetch_add(u64::from(replay != Replay::Same), Ordering::Relaxed);
                }
                let replays = decided.decisions.len() as u64;
                counts.replays.fetch_add(replays, Ordering::Relaxed);
                done += replays;
                progress.inc(replays);
            }
            Some(Recorded::Erased) | None => _ = counts.lost.fetch_add(1, Ordering::Relaxed),
        }
    }
    Ok(())
}

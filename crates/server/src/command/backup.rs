//! Backup and restore: the store's copy, with the keys beside it.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use model::{id::ProfileId, partition::Partition};
use record::tables;
use runtime::{
    handle::{LoadError, Runtime, Who},
    ticket::Failure,
};
use store::{error::StoreError, substrate::Substrate};

use super::{bytes_bar, count_bar};
use crate::{
    config::Config,
    keys, link, secret_file,
    serve::{self, Fixed},
};

/// Why a backup or a restore did not work.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The restored folder does not start.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A file beside the store cannot be copied.
    #[error("{file}: {source}")]
    File {
        /// Its name.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Erasing again did not work.
    #[error("a person could not be erased again: {0}")]
    Erase(#[from] Failure),
    /// The erasure list is not what was written.
    #[error("the erasure list cannot be read")]
    ErasureList,
}

/// Entries of the erasure list that are read at a time.
const PAGE: usize = 1_000;

/// Writes a backup of a running program into an empty folder. Blocking; `progress` gets bytes done and in total.
pub fn write(runtime: &Runtime, data: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), BackupError> {
    runtime.backup(to, progress)?;
    copy_beside(data, to)
}

/// Writes a backup of a data folder that no program holds.
pub fn run(config: &Config, to: &Path) -> Result<(), BackupError> {
    let substrate = serve::open(config, Fixed::default())?;
    let bar = bytes_bar("backup");
    substrate.backup(to, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    copy_beside(&config.data, to)
}

/// Makes a data folder from a backup, and erases again whom `erasures`, a data folder with a newer list, has erased
/// since. Returns how many persons that were.
pub fn restore(config: &Config, from: &Path, to: &Path, erasures: Option<&Path>) -> Result<usize, BackupError> {
    let erased = match erasures {
        Some(folder) => erased_sides(serve::open(&at(config, folder), Fixed::default())?.as_ref())?,
        None => Vec::new(),
    };
    let bar = bytes_bar("restore");
    store::backup::restore(from, to, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    copy_beside(from, to)?;
    if erased.is_empty() {
        return Ok(0);
    }
    let substrate: Arc<dyn Substrate> = serve::open(&at(config, to), Fixed::default())?;
    erase_again(substrate, config, &erased)
}

fn at(config: &Config, data: &Path) -> Config {
    Config { data: PathBuf::from(data), ..config.clone() }
}

/// The sides that were erased, over all partitions.
fn erased_sides(substrate: &dyn Substrate) -> Result<Vec<ProfileId>, BackupError> {
    let mut sides = Vec::new();
    for partition in (0..substrate.partitions()).map(Partition) {
        let mut range = tables::erasure_range(partition, PAGE);
        loop {
            let pairs = substrate.range(tables::ERASURES, range.clone())?;
            for (key, _) in &pairs {
                sides.push(tables::profile_of(key).map_err(|_| BackupError::ErasureList)?);
            }
            match pairs.last() {
                Some((last, _)) if pairs.len() == PAGE => range.from = [last.as_slice(), &[0]].concat().into(),
                _ => break,
            }
        }
    }
    Ok(sides)
}

/// The one place where an erasure list is applied again.
fn erase_again(substrate: Arc<dyn Substrate>, config: &Config, sides: &[ProfileId]) -> Result<usize, BackupError> {
    let runtime = Runtime::start(substrate, serve::settings(config, Fixed::default()))?;
    let bar = count_bar("erase again").with_position(0);
    bar.set_length(sides.len() as u64);
    let mut persons = 0;
    for side in sides {
        persons += usize::from(runtime.erase(&Who::Profile(*side)).wait()?.is_some());
        bar.inc(1);
    }
    bar.finish_and_clear();
    runtime.stop()?;
    Ok(persons)
}

/// The keys are not the store's, and must come along.
fn copy_beside(from: &Path, to: &Path) -> Result<(), BackupError> {
    for file in [keys::FILE, link::FILE] {
        let wrap = |source| BackupError::File { file, source };
        if let Some(bytes) = secret_file::read(&from.join(file)).map_err(wrap)? {
            secret_file::replace(&to.join(file), &bytes).map_err(wrap)?;
        }
    }
    Ok(())
}

//! Backup and restore: the store's copy, with the keys beside it.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use runtime::{
    erasure::{self, ErasureError},
    handle::{LoadError, Runtime},
    ticket::Failure,
};
use store::{error::StoreError, secret_file, substrate::Substrate};

use super::bytes_bar;
use crate::{
    config::Config,
    keys, link,
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
    /// Somebody could not be erased again.
    #[error(transparent)]
    Erasure(#[from] ErasureError),
    /// The restored folder did not stop cleanly.
    #[error(transparent)]
    Stop(#[from] Failure),
}

/// Writes a backup of a running program into an empty folder. Blocking; `progress` gets bytes done and in total.
pub fn write(runtime: &Runtime, data: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), BackupError> {
    runtime.backup(to, progress)?;
    copy_beside(data, to)
}

/// Writes a backup of a data folder that no program holds.
pub fn run(config: &Config, to: &Path) -> Result<(), BackupError> {
    let substrate = serve::open_existing(config)?;
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
        Some(folder) => erasure::list(serve::open_existing(&at(config, folder))?.as_ref())?,
        None => Vec::new(),
    };
    let bar = bytes_bar("restore");
    store::backup::restore(from, to, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    copy_beside(from, to)?;
    let substrate: Arc<dyn Substrate> = serve::open(&at(config, to), Fixed::default())?;
    erasure::add(substrate.as_ref(), &erased)?;
    let runtime = Runtime::start(substrate, serve::settings(config, Fixed::default()))?;
    let erased = runtime.finish_erasures()?;
    runtime.stop()?;
    Ok(erased)
}

fn at(config: &Config, data: &Path) -> Config {
    Config { data: PathBuf::from(data), ..config.clone() }
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

//! Everything held on one person, or on all, as one JSON object a line.

use std::{io::Write, path::Path};

use api::error::ApiError;
use model::partition::Partition;
use runtime::{
    handle::{LoadError, Runtime},
    publishing::PlanError,
    ticket::Failure,
};
use store::error::StoreError;

use super::count_bar;
use crate::{
    config::Config,
    copy, named,
    serve::{self, Fixed},
};

/// Why an export did not work.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A plan under which something was decided cannot be had.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The data folder does not start.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The runtime stopped.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The text names nobody.
    #[error("{}", .0.message)]
    Who(ApiError),
    /// There is no such person.
    #[error("there is no such person")]
    Nobody,
    /// The output cannot be written.
    #[error("{0}")]
    Output(#[from] std::io::Error),
}

/// Profiles that are listed at a time.
const PAGE: usize = 1_000;

/// Writes everything held on a person, named by `prf_…` or `namespace:value`, or on all, of a data folder that no
/// program holds. Returns how many persons that were.
pub fn run(config: &Config, person: Option<&str>, to: Option<&Path>) -> Result<u64, ExportError> {
    let substrate = serve::open_existing(config)?;
    let runtime = Runtime::start(substrate, serve::settings(config, Fixed::default()))?;
    let mut output: Box<dyn Write> = match to {
        Some(path) => Box::new(std::io::BufWriter::new(std::fs::File::create_new(path)?)),
        None => Box::new(std::io::stdout().lock()),
    };
    let exported = match person {
        Some(text) => {
            let who = named::person(&runtime.plan(), text).map_err(ExportError::Who)?;
            let reading = runtime.read(&who).wait()?.ok_or(ExportError::Nobody)?;
            line(&mut output, &runtime, &reading)?;
            1
        }
        None => all(&mut output, &runtime)?,
    };
    output.flush()?;
    drop(output);
    runtime.stop()?;
    Ok(exported)
}

fn all(output: &mut dyn Write, runtime: &Runtime) -> Result<u64, ExportError> {
    let bar = count_bar("export");
    bar.set_length(runtime.status().wait()?.profiles);
    let mut exported = 0;
    runtime.saved().wait()?;
    for partition in (0..runtime.partitions()).map(Partition) {
        let mut next = 0;
        loop {
            let page = runtime.profile_ids(partition, next, PAGE)?;
            for id in &page {
                next = id.ordinal().saturating_add(1);
                let reading = runtime.read(&runtime::handle::Who::Profile(*id)).wait()?;
                // A profile that another one took in is read with that one.
                if let Some(reading) = reading.filter(|reading| reading.person.id == *id) {
                    line(output, runtime, &reading)?;
                    exported += 1;
                    bar.inc(1);
                }
            }
            if page.len() < PAGE {
                break;
            }
        }
    }
    bar.finish_and_clear();
    Ok(exported)
}

fn line(output: &mut dyn Write, runtime: &Runtime, reading: &runtime::handle::Reading) -> Result<(), ExportError> {
    let copy = copy::everything(runtime, reading)?;
    serde_json::to_writer(&mut *output, &copy).map_err(std::io::Error::from)?;
    Ok(output.write_all(b"\n")?)
}

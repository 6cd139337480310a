//! The command line. Flags stand over the environment, which stands over the file.

use std::path::PathBuf;

use clap::{Args, Parser};
use server::{
    config::{Config, ConfigError},
    serve::{Bootstrap, Fixed},
};

/// An open, self-hosted personalization engine for shops.
#[derive(Debug, Parser)]
#[command(name = "prevenance", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) subcommand: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Serve a shop.
    Serve(Serve),
    /// Serve a small sample shop, and say what to try.
    Demo {
        /// Where to listen.
        #[arg(long)]
        listen: Option<String>,
        /// Keep the data in this folder; otherwise it goes away at the end.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Copy a data folder that no program holds. Of a running program: POST /v1/backup.
    Backup {
        #[command(flatten)]
        place: Place,
        /// An empty or new folder.
        to: PathBuf,
    },
    /// Make a data folder from a backup, every byte verified.
    Restore {
        #[command(flatten)]
        place: Place,
        /// The backup.
        from: PathBuf,
        /// An empty or new folder.
        to: PathBuf,
        /// A data folder with a newer erasure list: whoever was erased there since is erased again.
        #[arg(long)]
        erasures: Option<PathBuf>,
    },
    /// Write everything held on one person, or on all, as one JSON object a line.
    Export {
        #[command(flatten)]
        place: Place,
        /// The person: prf_… or namespace:value. All, if left out.
        #[arg(long)]
        person: Option<String>,
        /// A new file; standard output, if left out.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Print the effective configuration and validate the definitions.
    Check(Place),
    /// Print the description of the HTTP API (OpenAPI 3.1).
    Openapi,
}

/// Where the configuration and the data are.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The configuration; prevenance.toml, if it is there and nothing is named.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The data folder.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Partitions of a new data folder.
    #[arg(long)]
    partitions: Option<u16>,
    /// A folder of definitions.
    #[arg(long)]
    definitions: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    place: Place,
    /// Where to listen: address and port; port 0 takes a free one.
    #[arg(long)]
    listen: Option<String>,
    /// What is logged: error, warn, info, debug.
    #[arg(long)]
    log_level: Option<String>,
    /// A secret key to take, beside those that were made.
    #[arg(long, value_name = "KEY")]
    bootstrap_secret_key: Option<String>,
    /// A write key to take, for the source `web`.
    #[arg(long, value_name = "KEY")]
    bootstrap_write_key: Option<String>,
    /// For tests: freeze the clock at this moment; POST /v1/test/clock moves it.
    #[arg(long, value_name = "RFC3339")]
    test_clock: Option<String>,
    /// For tests: draw ids and chance from this number.
    #[arg(long, value_name = "NUMBER")]
    test_seed: Option<u64>,
}

impl Place {
    /// The configuration with these flags over it.
    pub(crate) fn config(&self) -> Result<Config, ConfigError> {
        let mut config = load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        if let Some(partitions) = self.partitions {
            config.partitions = partitions;
        }
        if self.definitions.is_some() {
            config.definitions.clone_from(&self.definitions);
        }
        config.checked()
    }
}

impl Serve {
    /// The configuration with these flags over it.
    pub(crate) fn config(&self) -> Result<Config, ConfigError> {
        let mut config = self.place.config()?;
        if let Some(listen) = &self.listen {
            config.listen.clone_from(listen);
        }
        if let Some(level) = &self.log_level {
            config.log.level.clone_from(level);
        }
        config.checked()
    }

    /// What a test fixes.
    pub(crate) fn fixed(&self) -> Result<Fixed, ConfigError> {
        Fixed::read(self.test_clock.as_deref(), self.test_seed)
    }

    /// The keys that are brought along.
    pub(crate) fn bootstrap(&self) -> Bootstrap {
        Bootstrap { secret_key: self.bootstrap_secret_key.clone(), write_key: self.bootstrap_write_key.clone() }
    }
}

/// The configuration of the sample shop.
pub(crate) fn demo_config(listen: Option<String>) -> Result<Config, ConfigError> {
    let mut config = load(None)?;
    if let Some(listen) = listen {
        config.listen = listen;
    }
    config.checked()
}

fn load(file: Option<&std::path::Path>) -> Result<Config, ConfigError> {
    // What is not Unicode is no variable of ours.
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Config::load(file, variables)
}

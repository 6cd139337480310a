//! The program that is measured, as a process with a data folder of its own.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use server::{
    config::{Config, Rate},
    serve::{Bootstrap, Fixed},
};
use tempfile::TempDir;

use crate::{Failed, Flags, child::Child, load::Connection, pages, shop, suggest};

const SECRET_KEY: &str = "sk_bench_0123456789abcdefghjkmnpqrstvwxyz";
const WRITE_KEY: &str = "pk_bench_0123456789abcdefghjkmnpqrstvwxyz";

/// Requests a second that no bench reaches.
const UNLIMITED: u32 = 1_000_000;

/// What the program has published when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// What a new project has.
    Defaults,
    /// Also the segments of [`shop::segments`].
    Segments,
    /// Also the experiences of [`pages::definitions`] and what these need.
    Experiences,
    /// The recommenders of [`suggest::definitions`].
    Recommenders,
}

impl Published {
    fn definitions(self) -> Option<Value> {
        match self {
            Self::Defaults => None,
            Self::Segments => Some(shop::definitions()),
            Self::Experiences => Some(pages::definitions()),
            Self::Recommenders => Some(suggest::definitions()),
        }
    }
}

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    /// The process.
    pub(crate) child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    // Behind the process, so that the folder outlives it.
    folder: TempDir,
}

/// Serves as `prevenance serve` does, until it is killed.
pub(crate) fn serve(folder: &Path, definitions: Option<PathBuf>) -> Result<(), Failed> {
    let config = Config {
        listen: "127.0.0.1:0".to_owned(),
        data: folder.to_owned(),
        definitions,
        rate: Rate { requests_per_s: UNLIMITED, burst: UNLIMITED },
        ..Config::default()
    };
    let bootstrap = Bootstrap { secret_key: Some(SECRET_KEY.into()), write_key: Some(WRITE_KEY.into()) };
    Ok(server::serve::run(config, Fixed::default(), &bootstrap)?)
}

impl Program {
    /// Starts the program on an empty data folder, with no limit on what one key may send.
    pub(crate) fn start(flags: &Flags, published: Published) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let data = data_in(&folder);
        let definitions = folder.path().join("definitions");
        let mut command = match &flags.program {
            Some(program) => named(program),
            None => Child::part_command("serve")?,
        };
        command.arg("--data").arg(&data);
        if let Some(published) = published.definitions() {
            std::fs::create_dir(&definitions)?;
            std::fs::write(definitions.join("shop.json"), published.to_string())?;
            command.arg("--definitions").arg(&definitions);
        }
        let child = Child::start(command)?;
        let address = child.line_with("listening on http://")?.parse()?;
        Ok(Self { child, address, folder })
    }

    /// Its data folder, which outlives it.
    pub(crate) fn data(&self) -> PathBuf {
        data_in(&self.folder)
    }

    /// One of its metrics that has no labels.
    pub(crate) async fn metric(&self, name: &str) -> Result<f64, Failed> {
        let mut connection = Connection::open(self.address).await?;
        let text = connection.call(b"GET /metrics HTTP/1.1\r\nhost: bench\r\n\r\n").await?;
        let mut values =
            std::str::from_utf8(text)?.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(values.next().ok_or_else(|| format!("there is no metric {name}"))?.parse()?)
    }

    /// How many events it has kept so far.
    pub(crate) async fn events(&self) -> Result<u64, Failed> {
        let request = format!("GET /v1/status HTTP/1.1\r\nhost: bench\r\n{}\r\n", authorization(SECRET_KEY));
        let mut connection = Connection::open(self.address).await?;
        let status: Value = serde_json::from_slice(connection.call(request.as_bytes()).await?)?;
        status["events"].as_u64().ok_or_else(|| "the status says nothing of events".into())
    }
}

fn data_in(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}

/// A program named by the caller: an older version, or one built otherwise.
fn named(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    command.args(["--bootstrap-secret-key", SECRET_KEY, "--bootstrap-write-key", WRITE_KEY]);
    let unlimited = UNLIMITED.to_string();
    command.env("PREVENANCE__RATE__REQUESTS_PER_S", &unlimited).env("PREVENANCE__RATE__BURST", &unlimited);
    command
}

/// The header with which events are sent.
pub(crate) fn write_authorization() -> String {
    authorization(WRITE_KEY)
}

/// The header with which the shop's server asks.
pub(crate) fn secret_authorization() -> String {
    authorization(SECRET_KEY)
}

fn authorization(key: &str) -> String {
    format!("authorization: Basic {}\r\n", STANDARD.encode(format!("{key}:")))
}

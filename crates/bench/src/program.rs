//! The program that is measured: built, started with a data folder of its own.

use std::{net::SocketAddr, path::PathBuf, process::Command};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Failed, Flags, child::Child, load::Connection, shop};

const SECRET_KEY: &str = "sk_bench_0123456789abcdefghjkmnpqrstvwxyz";
const WRITE_KEY: &str = "pk_bench_0123456789abcdefghjkmnpqrstvwxyz";

/// What the program has published when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// What a new project has.
    Defaults,
    /// Also the segments of [`shop::segments`].
    Segments,
}

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    /// The process.
    pub(crate) child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    // Behind the process, so that the folder outlives it.
    _folder: TempDir,
}

/// The program named, or the one that cargo builds.
pub(crate) fn find(flags: &Flags) -> Result<PathBuf, Failed> {
    if let Some(program) = &flags.program {
        return Ok(program.clone());
    }
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet", "--release", "-p", "prevenance", "--message-format=json"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(std::process::Stdio::inherit()).output()?;
    let messages = String::from_utf8(output.stdout)?;
    let binary = |message: Value| {
        let is_ours = message["target"]["name"] == "prevenance" && message["target"]["kind"][0] == "bin";
        message["executable"].as_str().filter(|_| is_ours).map(PathBuf::from)
    };
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(binary).next_back().ok_or_else(|| "cargo built no program `prevenance`".into())
}

impl Program {
    /// Starts the program on an empty data folder, with no limit on what one key may send.
    pub(crate) fn start(flags: &Flags, published: Published) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(find(flags)?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path().join("data"));
        command.args(["--bootstrap-secret-key", SECRET_KEY, "--bootstrap-write-key", WRITE_KEY]);
        command.env("PREVENANCE__RATE__REQUESTS_PER_S", "1000000").env("PREVENANCE__RATE__BURST", "1000000");
        if published == Published::Segments {
            let definitions = folder.path().join("definitions");
            std::fs::create_dir(&definitions)?;
            std::fs::write(definitions.join("segments.json"), shop::definitions().to_string())?;
            command.env("PREVENANCE__DEFINITIONS", &definitions);
        }
        let child = Child::start(command)?;
        let address = child.line_with("listening on http://")?.parse()?;
        Ok(Self { child, address, _folder: folder })
    }

    /// How many events it has kept so far.
    pub(crate) async fn events(&self) -> Result<u64, Failed> {
        let request = format!("GET /v1/status HTTP/1.1\r\nhost: bench\r\n{}\r\n", authorization(SECRET_KEY));
        let mut connection = Connection::open(self.address).await?;
        let status: Value = serde_json::from_slice(connection.call(request.as_bytes()).await?)?;
        status["events"].as_u64().ok_or_else(|| "the status says nothing of events".into())
    }
}

/// The header with which events are sent.
pub(crate) fn write_authorization() -> String {
    authorization(WRITE_KEY)
}

fn authorization(key: &str) -> String {
    format!("authorization: Basic {}\r\n", STANDARD.encode(format!("{key}:")))
}

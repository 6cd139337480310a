//! The built program, for what must be seen on it.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

use crate::project::{Failed, cargo, output};

/// Builds `prevenance` (debug) and returns where it is.
pub(crate) fn build() -> Result<PathBuf, Failed> {
    built(&[])
}

/// Builds it for release and returns where it is.
pub(crate) fn build_optimized() -> Result<PathBuf, Failed> {
    built(&["--release"])
}

fn built(flags: &[&str]) -> Result<PathBuf, Failed> {
    let mut command = cargo(&["build", "--quiet", "-p", "prevenance", "--message-format=json"]);
    let messages = output(command.args(flags))?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let binary = |message: Value| {
        let is_ours = message["target"]["name"] == "prevenance" && message["target"]["kind"][0] == "bin";
        message["executable"].as_str().filter(|_| is_ours).map(PathBuf::from)
    };
    messages.filter_map(binary).next_back().ok_or_else(|| "cargo built no program `prevenance`".to_owned())
}

/// What `prevenance SUBCOMMAND --help` prints; `None` if there is no such subcommand.
pub(crate) fn help(program: &PathBuf, subcommand: &str) -> Option<String> {
    output(Command::new(program).args([subcommand, "--help"])).ok()
}

/// The OpenAPI document that the program prints, ending in one line break.
pub(crate) fn openapi(program: &PathBuf) -> Result<String, Failed> {
    let printed = output(Command::new(program).arg("openapi"))?;
    let document: Value = serde_json::from_str(&printed).map_err(|error| format!("`prevenance openapi`: {error}"))?;
    if !document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")) {
        return Err("`prevenance openapi` prints no OpenAPI 3.1 document".to_owned());
    }
    Ok(format!("{}\n", printed.trim_end()))
}

//! The files that are generated and committed.

use std::fs;

use crate::{
    program,
    project::{Failed, path},
};

/// Where the OpenAPI document is kept.
pub(crate) const OPENAPI: &str = "docs/openapi.json";

/// Writes them all.
pub(crate) fn run() -> Result<(), Failed> {
    let document = program::openapi(&program::build()?)?;
    fs::write(path(OPENAPI), document).map_err(|error| format!("{OPENAPI}: {error}"))?;
    println!("{OPENAPI} written");
    Ok(())
}

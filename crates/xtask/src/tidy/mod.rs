//! What the tree is held to, beyond what the compiler sees. Each rule is a file here, and returns its problems.

use std::fmt;

use crate::{
    program,
    project::{Failed, sources},
};

mod fresh;
mod layers;
pub(crate) mod proofs;
mod sizes;
mod words;

/// Something that must be changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// The file, from the root.
    path: String,
    /// The line, from 1; 0 for the file as a whole.
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

impl Problem {
    fn new(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, message } = self;
        if *line == 0 { write!(f, "{path}: {message}") } else { write!(f, "{path}:{line}: {message}") }
    }
}

/// Checks every rule; prints every problem.
pub(crate) fn run() -> Result<(), Failed> {
    let sources = sources()?;
    let mut problems = layers::check(&layers::metadata()?);
    problems.extend(layers::check_handlers(&sources));
    problems.extend(words::check(&sources));
    problems.extend(sizes::check(&sources));
    problems.extend(proofs::check(&sources));
    problems.extend(fresh::check(&sources, &program::build()));
    problems.sort();
    for problem in &problems {
        println!("{problem}");
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("tidy: {} problems", problems.len())) }
}

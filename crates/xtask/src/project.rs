//! The project's tree: where it is, which files belong to it, how commands run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Why a daily command failed, as it is printed.
pub(crate) type Failed = String;

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("xtask lives in crates/xtask")
}

/// One file that belongs to the project.
pub(crate) struct Source {
    /// Its path from the root, with `/`.
    pub(crate) path: String,
    /// Its text; files that are no UTF-8 are not listed.
    pub(crate) text: String,
}

impl Source {
    /// The crate whose code the file is, if it lies in a crate's `src`.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        rest.starts_with("src/").then_some(name)
    }

    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// All files that are tracked, or new and not ignored, in order of path.
pub(crate) fn sources() -> Result<Vec<Source>, Failed> {
    let listed = output(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]))?;
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    // A file that is listed and gone is a deletion not yet committed.
    let read = |path: &&str| fs::read_to_string(root().join(path)).ok().map(|text| (path.to_string(), text));
    Ok(paths.iter().filter_map(read).map(|(path, text)| Source { path, text }).collect())
}

/// Runs a command in the root with its output shown; fails if it does.
pub(crate) fn run(command: &mut Command) -> Result<(), Failed> {
    let shown = show(command);
    let status = command.current_dir(root()).status().map_err(|error| format!("{shown}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{shown}: {status}")) }
}

/// Runs a command in the root and returns what it prints; fails if it does.
pub(crate) fn output(command: &mut Command) -> Result<String, Failed> {
    let shown = show(command);
    let output =
        command.current_dir(root()).stdin(Stdio::null()).output().map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{shown}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{shown}: printed bytes that are no UTF-8"))
}

/// A cargo command with these arguments.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments);
    command
}

/// The path of a file of the project.
pub(crate) fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

fn show(command: &Command) -> String {
    let mut shown = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        shown.push(' ');
        shown.push_str(&argument.to_string_lossy());
    }
    shown
}

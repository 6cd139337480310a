//! Definitions as files in a folder. The only place of this crate that does I/O.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    documents::Documents,
    error::{DefinitionError, Fault, code},
    file::{self, Definition},
    kind::Kind,
};

/// Reads all `*.toml` and `*.json` files of a folder (not of folders in it) over what a new project has.
///
/// Each file holds any number of definitions, grouped by kind and name: `[segment.cart-abandoned]` in TOML,
/// `{"segment": {"cart-abandoned": {…}}}` in JSON. Files that begin with a dot are passed over.
///
/// # Errors
/// What [`Documents::put`] refuses; `UNREADABLE` for what is no TOML or JSON or cannot be opened; `DEFINED_TWICE`.
/// The message begins with the file's name and, in TOML, the line.
pub fn read_folder(path: &Path) -> Result<Documents, DefinitionError> {
    let mut documents = Documents::defaults();
    let mut seen = BTreeMap::new();
    for file in files_of(path).map_err(|error| unreadable(path, &error))? {
        let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
        read_file(&mut documents, &mut seen, &File { path: &file, text: &text })?;
    }
    Ok(documents)
}

/// Where each definition stands that was read so far.
type Seen = BTreeMap<(Kind, String), PathBuf>;

/// A file that is being read.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn is_json(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "json")
    }

    /// Puts file and line before the message of an error about the value at `path`.
    fn locate<'p>(&self, mut error: DefinitionError, path: impl IntoIterator<Item = &'p str>) -> DefinitionError {
        let line = if self.is_json() { None } else { file::line_of(self.text, path) };
        let line = line.map_or_else(String::new, |line| format!("{line}:"));
        error.message = format!("{}:{line} {}", self.path.display(), error.message);
        error
    }
}

fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let named = path.extension().is_some_and(|extension| extension == "toml" || extension == "json");
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if named && !hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(documents: &mut Documents, seen: &mut Seen, file: &File<'_>) -> Result<(), DefinitionError> {
    let definitions = if file.is_json() { file::read_json(file.text) } else { file::read_toml(file.text) };
    let definitions = definitions.map_err(|fault| {
        let parts = parts(&fault.pointer);
        file.locate(fault.of_all(), parts.iter().map(String::as_str))
    })?;
    for Definition { kind, name, body } in definitions {
        let put = match seen.insert((kind, name.clone()), file.path.to_owned()) {
            None => documents.put(kind, &name, &body),
            Some(other) => {
                let message = format!("It is defined in {} too.", other.display());
                Err(Fault::new(code::DEFINED_TWICE, "", message).of(kind, &name))
            }
        };
        put.map_err(|error| {
            let parts = parts(&error.pointer);
            file.locate(error, [kind.word(), &name].into_iter().chain(parts.iter().map(String::as_str)))
        })?;
    }
    Ok(())
}

/// The parts of a JSON pointer.
fn parts(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

fn unreadable(path: &Path, error: &io::Error) -> DefinitionError {
    Fault::new(code::UNREADABLE, "", format!("{}: {error}", path.display())).of_all()
}

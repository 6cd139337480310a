//! Definitions as files in a folder. The only place of this crate that does I/O.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    compile::compile,
    documents::Documents,
    error::{DefinitionError, Fault, FilePlace, code},
    file::{self, Definition, FileFault},
    kind::Kind,
};

/// Reads all `*.toml` and `*.json` files of a folder (not of folders in it) over what a new project has, and makes
/// sure that they compile.
///
/// Each file holds any number of definitions, grouped by kind and name: `[segment.cart-abandoned]` in TOML,
/// `{"segment": {"cart-abandoned": {…}}}` in JSON. Files that begin with a dot are passed over.
///
/// # Errors
/// What [`Documents::put`] or [`crate::compile()`] refuses; `UNREADABLE` for what is no TOML or JSON or cannot be
/// opened; `DEFINED_TWICE`. All name the file, and in TOML the line.
pub fn read_folder(path: &Path) -> Result<Documents, DefinitionError> {
    let mut files = Vec::new();
    for path in files_of(path).map_err(|error| unreadable(path, &error))? {
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        files.push(File { path, text });
    }
    let mut documents = Documents::defaults();
    let mut places = Places::new();
    for file in &files {
        read_file(&mut documents, &mut places, file)?;
    }
    // The memory of a publication belongs to the project that publishes, so a clone is compiled.
    match compile(&mut documents.clone(), 0, None) {
        Ok(_) => Ok(documents),
        Err(error) => Err(locate_in(&places, error)),
    }
}

/// Where each definition stands that was read so far.
type Places<'f> = BTreeMap<(Kind, String), &'f File>;

/// A file that was read.
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn is_json(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "json")
    }

    fn place(&self, line: Option<usize>) -> Option<Box<FilePlace>> {
        Some(Box::new(FilePlace { path: self.path.clone(), line }))
    }

    /// Adds the place of what an error points at.
    fn locate(&self, error: DefinitionError) -> DefinitionError {
        let own = error.kind.map(Kind::word).into_iter().chain(error.name.as_deref());
        let pointer: Vec<String> =
            error.pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        let path = own.chain(pointer.iter().map(String::as_str));
        let line = if self.is_json() { None } else { file::line_of(&self.text, path) };
        DefinitionError { place: self.place(line), ..error }
    }
}

fn locate_in(places: &Places<'_>, error: DefinitionError) -> DefinitionError {
    let key = error.kind.zip(error.name.clone());
    match key.and_then(|key| places.get(&key)) {
        Some(file) => file.locate(error),
        None => error,
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

fn read_file<'f>(documents: &mut Documents, places: &mut Places<'f>, file: &'f File) -> Result<(), DefinitionError> {
    let definitions = if file.is_json() { file::read_json(&file.text) } else { file::read_toml(&file.text) };
    let definitions = definitions.map_err(|FileFault { fault, line }| match line {
        Some(line) => DefinitionError { place: file.place(Some(line)), ..fault.of_all() },
        None => file.locate(fault.of_all()),
    })?;
    for Definition { kind, name, body } in definitions {
        if let Some(other) = places.insert((kind, name.clone()), file) {
            let message = format!("It is defined in {} too.", other.path.display());
            return Err(file.locate(Fault::new(code::DEFINED_TWICE, "", message).of(kind, &name)));
        }
        documents.put(kind, &name, &body).map_err(|error| file.locate(error))?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> DefinitionError {
    let place = Some(Box::new(FilePlace { path: path.to_owned(), line: None }));
    DefinitionError { place, ..Fault::new(code::UNREADABLE, "", format!("This cannot be read: {error}.")).of_all() }
}

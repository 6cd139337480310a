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
    references,
};

/// Some editors begin a file with it (U+FEFF); it says nothing.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Errors of a folder that are told at once.
const ERRORS: usize = 50;

/// A folder of definitions that was read and compiles.
#[derive(Debug)]
pub struct Folder {
    documents: Documents,
    files: Vec<File>,
    places: Places,
}

impl Folder {
    /// Reads all `*.toml` and `*.json` files of a folder (not of folders in it) over what a new project has, and makes
    /// sure that they compile.
    ///
    /// Each file holds any number of definitions, grouped by kind and name: `[segment.cart-abandoned]` in TOML,
    /// `{"segment": {"cart-abandoned": {…}}}` in JSON. Files that begin with a dot are passed over, and so is a byte
    /// order mark.
    ///
    /// # Errors
    /// At least one: the first of every definition that is wrong by itself, so that all can be mended at once. What
    /// rests on such a definition is not judged, and nothing is if a whole file cannot be read. What
    /// [`Documents::put`] or [`crate::compile()`] refuses; `UNREADABLE` for what is no TOML or JSON or cannot be
    /// opened; `DEFINED_TWICE`. All name the file, and in TOML the line.
    pub fn read(path: &Path) -> Result<Self, Vec<DefinitionError>> {
        let mut reading = Reading::new();
        let paths = files_of(path).map_err(|error| vec![unreadable(path, &error)])?;
        for path in paths {
            reading.file(path);
        }
        if reading.whole {
            reading.compile();
        }
        let Reading { documents, files, places, mut errors, .. } = reading;
        // In the order in which they are mended.
        errors.sort_by(|one, other| place_of(one).cmp(&place_of(other)));
        if errors.is_empty() { Ok(Self { documents, files, places }) } else { Err(errors) }
    }

    /// What the folder says, over what a new project has.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Where a field of a definition stands, if it stands in this folder.
    pub fn place(&self, kind: Kind, name: &str, pointer: &str) -> Option<FilePlace> {
        let file = *self.places.get(&(kind, name.to_owned()))?;
        Some(self.files[file].place_of(Some(kind), Some(name), pointer))
    }
}

/// The same where only the definitions are asked for.
///
/// # Errors
/// The first of [`Folder::read`].
pub fn read_folder(path: &Path) -> Result<Documents, DefinitionError> {
    match Folder::read(path) {
        Ok(folder) => Ok(folder.documents),
        Err(errors) => Err(errors.into_iter().next().expect("a folder that is refused has an error")),
    }
}

/// In which of the files each definition stands.
type Places = BTreeMap<(Kind, String), usize>;

/// A folder that is being read.
struct Reading {
    documents: Documents,
    files: Vec<File>,
    places: Places,
    errors: Vec<DefinitionError>,
    /// Whether every file was understood, so that a definition that is not there is missing.
    whole: bool,
}

impl Reading {
    fn new() -> Self {
        Self {
            documents: Documents::defaults(),
            files: Vec::new(),
            places: Places::new(),
            errors: Vec::new(),
            whole: true,
        }
    }

    fn file(&mut self, path: PathBuf) {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => return self.lacks(unreadable(&path, &error)),
        };
        let file = File::new(path, text);
        let definitions = match file.definitions() {
            Ok(definitions) => definitions,
            Err(error) => return self.lacks(error),
        };
        let place = self.files.len();
        for Definition { kind, name, body } in definitions {
            let key = (kind, name);
            if let Some(other) = self.places.get(&key) {
                let message = format!("It is defined in {} too.", self.files[*other].path.display());
                let twice = Fault::new(code::DEFINED_TWICE, "", message).of(kind, &key.1);
                self.errors.push(file.locate(twice));
                continue;
            }
            if let Err(error) = self.documents.put(kind, &key.1, &body) {
                self.errors.push(file.locate(error));
                self.documents.take_away(kind, &key.1);
            }
            self.places.insert(key, place);
        }
        self.files.push(file);
    }

    /// Notes why a file is not read.
    fn lacks(&mut self, error: DefinitionError) {
        self.errors.push(error);
        self.whole = false;
    }

    /// Compiles everything; what is refused is taken out with all that rests on it, and the rest is compiled again.
    fn compile(&mut self) {
        let mut judged = self.documents.clone();
        for (kind, name) in self.places.keys().filter(|(kind, name)| self.documents.get(*kind, name).is_none()) {
            take_out(&mut judged, *kind, name);
        }
        while self.errors.len() < ERRORS {
            // The memory of a publication belongs to the project that publishes, so a clone is compiled.
            let Err(error) = compile(&mut judged.clone(), 0, None) else { return };
            let at_fault = error.kind.zip(error.name.clone());
            let file = at_fault.as_ref().and_then(|key| self.places.get(key)).map(|file| &self.files[*file]);
            self.errors.push(match file {
                Some(file) => file.locate(error),
                None => error,
            });
            let Some((kind, name)) = at_fault else { return };
            take_out(&mut judged, kind, &name);
        }
    }
}

/// File and line, for sorting.
fn place_of(error: &DefinitionError) -> Option<(&Path, Option<usize>)> {
    error.place.as_deref().map(|place| (place.path.as_path(), place.line))
}

/// Takes a definition out with all that name it, and all that name those.
fn take_out(documents: &mut Documents, kind: Kind, name: &str) {
    documents.take_away(kind, name);
    while let Some((naming, by)) = references::naming(documents, kind, name) {
        let by = by.to_owned();
        take_out(documents, naming, &by);
    }
}

/// A file that was read.
#[derive(Debug)]
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn new(path: PathBuf, text: String) -> Self {
        let text = text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text);
        Self { path, text }
    }

    fn is_json(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "json")
    }

    fn definitions(&self) -> Result<Vec<Definition>, DefinitionError> {
        let definitions = if self.is_json() { file::read_json(&self.text) } else { file::read_toml(&self.text) };
        definitions.map_err(|FileFault { fault, line }| match line {
            Some(_) => {
                let place = FilePlace { path: self.path.clone(), line };
                DefinitionError { place: Some(Box::new(place)), ..fault.of_all() }
            }
            None => self.locate(fault.of_all()),
        })
    }

    /// Adds the place of what an error points at.
    fn locate(&self, error: DefinitionError) -> DefinitionError {
        let place = self.place_of(error.kind, error.name.as_deref(), &error.pointer);
        DefinitionError { place: Some(Box::new(place)), ..error }
    }

    /// Where a field stands; without a kind the pointer leads into the whole file.
    fn place_of(&self, kind: Option<Kind>, name: Option<&str>, pointer: &str) -> FilePlace {
        let own = kind.map(Kind::word).into_iter().chain(name);
        let pointer: Vec<String> =
            pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        let path = own.chain(pointer.iter().map(String::as_str));
        let line = if self.is_json() { None } else { file::line_of(&self.text, path) };
        FilePlace { path: self.path.clone(), line }
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

fn unreadable(path: &Path, error: &io::Error) -> DefinitionError {
    let place = Some(Box::new(FilePlace { path: path.to_owned(), line: None }));
    DefinitionError { place, ..Fault::new(code::UNREADABLE, "", format!("This cannot be read: {error}.")).of_all() }
}

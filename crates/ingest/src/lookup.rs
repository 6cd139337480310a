//! A second file in memory, looked up by key, within limits.

use std::{collections::HashMap, io, path::Path};

use crate::{
    document::{FileDocument, JoinDocument, Otherwise},
    input::BytesRead,
    limits,
    records::{FileError, Read, Record, Records},
};

/// The table of one joined file.
#[derive(Debug)]
pub struct Lookup {
    /// Where the texts of a key begin in `texts`.
    places: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    width: usize,
    pub(crate) otherwise: Otherwise,
}

/// Why a file cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The file cannot be read.
    #[error("{file}: {error}")]
    File {
        /// Its name.
        file: String,
        /// Why.
        error: FileError,
    },
    /// It has no such column.
    #[error("{file} has no column `{column}`; it has: {}", .columns.join(", "))]
    NoSuchColumn {
        /// Its name.
        file: String,
        /// The column that is named.
        column: String,
        /// Those that there are.
        columns: Vec<String>,
    },
    /// A row of it is bad. A second file has no quarantine: what it lacks would be missing everywhere.
    #[error("{file}, line {line}: {why}")]
    BadRow {
        /// Its name.
        file: String,
        /// The line.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// More than can be kept in memory.
    #[error("{0} is too large to be looked up in: it may have {rows} rows and {bytes} bytes", rows = limits::LOOKUP_ROWS, bytes = limits::LOOKUP_BYTES)]
    TooLarge(String),
}

impl Lookup {
    /// Reads the columns that a mapping asks for.
    ///
    /// # Errors
    /// What is wrong with the file; also a key that comes twice.
    pub fn read(path: &Path, join: &JoinDocument) -> Result<Self, LookupError> {
        let file = path.display().to_string();
        let wrong = |error| LookupError::File { file: file.clone(), error };
        let mut records = Records::open(path, &FileDocument::default(), BytesRead::default()).map_err(wrong)?;
        let columns = records.columns().to_vec();
        let place = |name: &String| {
            let missing =
                || LookupError::NoSuchColumn { file: file.clone(), column: name.clone(), columns: columns.clone() };
            columns.iter().position(|column| column == name).ok_or_else(missing)
        };
        let (key, wanted) = (place(&join.key)?, join.columns.iter().map(place).collect::<Result<Vec<_>, _>>()?);
        let mut table =
            Self { places: HashMap::new(), texts: Vec::new(), width: wanted.len(), otherwise: join.otherwise };
        let (mut record, mut bytes) = (Record::default(), 0);
        loop {
            let bad = |line, why: &str| LookupError::BadRow { file: file.clone(), line, why: why.to_owned() };
            match records.read(&mut record).map_err(|error: io::Error| wrong(error.into()))? {
                Read::End => return Ok(table),
                Read::Bad(fault) | Read::Cut(fault) => return Err(bad(record.line, &fault.message)),
                Read::Row => {}
            }
            let key = record.cells.get(key).trim();
            if key.is_empty() {
                continue;
            }
            let place = u32::try_from(table.texts.len()).map_err(|_| LookupError::TooLarge(file.clone()))?;
            if table.places.insert(key.into(), place).is_some() {
                return Err(bad(record.line, "its key is there already"));
            }
            bytes += key.len();
            for column in &wanted {
                let text = record.cells.get(*column).trim();
                bytes += text.len();
                table.texts.push(text.into());
            }
            if table.places.len() > limits::LOOKUP_ROWS || bytes > limits::LOOKUP_BYTES {
                return Err(LookupError::TooLarge(file));
            }
        }
    }

    /// The texts of a key, in the order of the mapping's columns; `None` if the file has no such key.
    pub(crate) fn get(&self, key: &str) -> Option<&[Box<str>]> {
        let place = *self.places.get(key)? as usize;
        self.texts.get(place..place + self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Lookup, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("products.csv");
        std::fs::write(&path, text).unwrap();
        let join = "file = 'products.csv'\non = 'sku'\nkey = 'id'\ncolumns = ['brand', 'category']";
        Lookup::read(&path, &toml::from_str(join).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_leads_to_its_columns() {
        let table = read("id,category,x,brand\n7,BREAD,,Private\n8,,,\n").unwrap();
        assert_eq!(table.get("7").unwrap(), [Box::from("Private"), Box::from("BREAD")]);
        assert_eq!(table.get("8").unwrap(), [Box::from(""), Box::from("")]);
        assert_eq!(table.get("9"), None);
    }

    #[test]
    fn a_second_file_must_be_in_order() {
        assert!(read("id,brand\n").unwrap_err().contains("no column `category`; it has: id, brand"));
        assert!(read("id,brand,category\n7,a,b\n7,c,d\n").unwrap_err().contains("line 3"));
        assert!(read("id,brand,category\n7,a\n").unwrap_err().contains("line 2"));
    }
}

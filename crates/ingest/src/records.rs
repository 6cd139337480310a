//! The rows of one file, whatever its format: good ones as cells, bad ones with why, and the run goes on.

use std::{collections::HashMap, io, path::Path};

use serde_json::{Map, Value};

use crate::{
    cells::{Cells, Split, guess_delimiter},
    document::{FileDocument, Format},
    input::{BytesRead, Line, LineEnd, Lines},
    limits,
    reason::{Fault, Reason},
    text::Decoder,
};

/// One row.
#[derive(Debug, Default)]
pub struct Record {
    /// The number of its first line in the file, from 1.
    pub line: u64,
    /// Its text, as it stands in the file.
    pub raw: String,
    /// Its cells, one for each of [`Records::columns`]. Of a bad row, those that could be read, from its start.
    pub cells: Cells,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A row.
    Row,
    /// Something that is no row.
    Bad(Fault),
    /// Something that is no row, and the file stops there though it should not.
    Cut(Fault),
    /// The end of the file.
    End,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system said no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// There is no header.
    #[error("the file is empty: there is no header")]
    NoHeader,
    /// The header cannot be read.
    #[error("the header cannot be read: {0}")]
    BadHeader(&'static str),
    /// One JSON value over the whole file.
    #[error("it is one JSON value over the whole file: write one object a line, as `jq -c '.[]'` does of a list")]
    NotLines,
    /// A column comes twice.
    #[error("the column `{0}` is there twice")]
    Twice(String),
}

/// Reads one file row by row.
pub struct Records {
    lines: Lines,
    decoder: Decoder,
    columns: Vec<String>,
    shape: Shape,
}

enum Shape {
    Table { delimiter: char },
    Json { places: HashMap<String, usize> },
}

impl Records {
    /// Opens a file and reads its header. Of JSON lines, the columns are the keys of the first
    /// [`limits::PEEKED_LINES`] objects, with those that [`Self::may_have`] adds; a key of an inner object has its path
    /// as name: `address.city`.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn open(path: &Path, file: &FileDocument, read: BytesRead) -> Result<Self, FileError> {
        let (mut lines, mut decoder) = (Lines::open(path, read)?, Decoder::new(file.encoding));
        let first = lines.read()?.ok_or(FileError::NoHeader)?;
        if first.end == LineEnd::Cut {
            return Err(FileError::BadHeader("the file stops in it"));
        }
        let header = decoder.decode(&first.bytes).ok_or(FileError::BadHeader("it is not UTF-8"))?.into_owned();
        let is_json = match file.format {
            Some(format) => format == Format::Jsonl,
            None => header.trim_start().starts_with('{'),
        };
        if (is_json || file.format.is_none()) && goes_on_as_json(&header) {
            return Err(FileError::NotLines);
        }
        if is_json {
            lines.give_back([first].into_iter());
            let columns = peek(&mut lines, decoder)?;
            let places = columns.iter().cloned().zip(0..).collect();
            return Ok(Self { lines, decoder, columns, shape: Shape::Json { places } });
        }
        let delimiter = match (file.delimiter, file.format) {
            (Some(delimiter), _) => delimiter,
            (None, Some(Format::Tsv)) => '\t',
            (None, _) => guess_delimiter(&header),
        };
        let mut records = Self { lines, decoder, columns: Vec::new(), shape: Shape::Table { delimiter } };
        records.columns = match &file.columns {
            Some(columns) => {
                records.lines.give_back([first].into_iter());
                columns.clone()
            }
            None => {
                let mut cells = Cells::default();
                if cells.split(&header, delimiter) != Split::Whole {
                    return Err(FileError::BadHeader("its quotes are broken"));
                }
                cells.iter().map(|name| name.trim().to_owned()).collect()
            }
        };
        check_columns(&records.columns)?;
        Ok(records)
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Says that rows may have these columns as well. Of JSON lines they are read wherever they come; a table has the
    /// columns of its header.
    pub(crate) fn may_have<'n>(&mut self, columns: impl Iterator<Item = &'n str>) {
        let Shape::Json { places } = &mut self.shape else { return };
        for name in columns {
            if !places.contains_key(name) {
                places.insert(name.to_owned(), self.columns.len());
                self.columns.push(name.to_owned());
            }
        }
    }

    /// Reads the next row into `record`. Of a bad one, `record` holds the line and the text.
    ///
    /// # Errors
    /// What the system said.
    pub fn read(&mut self, record: &mut Record) -> io::Result<Read> {
        loop {
            let Some(line) = self.lines.read()? else { return Ok(Read::End) };
            record.line = line.number;
            record.raw.clear();
            record.cells.reset(0);
            let text = self.decoder.decode(&line.bytes);
            let is_decoded = text.is_some();
            record.raw.push_str(&text.unwrap_or_else(|| String::from_utf8_lossy(&line.bytes)));
            // Before all else: what is wrong with half a row is that it is half a row.
            if line.end == LineEnd::Cut || line.end == LineEnd::EndOfFile && self.decoder.stops_in_letter(&line.bytes) {
                return Ok(cut(CUT_ROW));
            }
            if !is_decoded {
                self.split_bad(record);
                let why =
                    "The row is not in the encoding of the rows before it; say `encoding = \"utf-8\"` or \"latin-1\".";
                return Ok(Read::Bad(Fault::of_row(Reason::BadEncoding, why)));
            }
            if line.end == LineEnd::TooLong {
                self.split_bad(record);
                record.cells.drop_last();
                record.raw.truncate(record.raw.floor_char_boundary(1_000));
                let why = format!("The row has more than {} bytes.", limits::ROW_BYTES);
                return Ok(Read::Bad(Fault::of_row(Reason::RowTooLong, why)));
            }
            // An empty line says nothing, as it does to other readers.
            if record.raw.trim().is_empty() {
                continue;
            }
            return match &self.shape {
                Shape::Table { delimiter } => {
                    let delimiter = *delimiter;
                    self.table_row(line, delimiter, record)
                }
                Shape::Json { places } => Ok(match json_row(places, record) {
                    Read::Bad(_) if line.end == LineEnd::EndOfFile => cut(CUT_ROW),
                    read => read,
                }),
            };
        }
    }

    /// Splits a row, with further lines if a quote is open. A quote that is never closed, or closed in the middle of a
    /// cell, is a stray one: only the first line is bad, and the others are read again by themselves. But an open quote
    /// at the end of a file shows that the file is cut, unless all lines behind it are rows.
    fn table_row(&mut self, first: Line, delimiter: char, record: &mut Record) -> io::Result<Read> {
        let first_length = record.raw.len();
        let (mut split, mut more) = (record.cells.split(&record.raw, delimiter), Vec::<Line>::new());
        let (mut whole, mut last_end) = (first.bytes, Some(first.end));
        while split == Split::Open && more.len() + 1 < limits::ROW_LINES && whole.len() < limits::ROW_BYTES {
            let Some(line) = self.lines.read()? else {
                last_end = last_end.filter(|end| *end != LineEnd::Newline);
                break;
            };
            last_end = Some(line.end);
            whole.push(b'\n');
            whole.extend_from_slice(&line.bytes);
            more.push(line);
            let Some(text) = self.decoder.decode(&whole).map(std::borrow::Cow::into_owned) else { break };
            split = record.cells.split(&text, delimiter);
            record.raw = text;
            if last_end != Some(LineEnd::Newline) {
                break;
            }
        }
        let (expected, count) = (self.columns.len(), record.cells.len());
        let has_no_line_end = matches!(last_end, Some(LineEnd::EndOfFile | LineEnd::Cut));
        match split {
            Split::Whole if last_end == Some(LineEnd::Cut) => return Ok(cut(CUT_ROW)),
            Split::Whole if count == expected => return Ok(Read::Row),
            Split::Whole if count < expected && has_no_line_end => return Ok(cut(CUT_ROW)),
            Split::Whole => {
                let why = format!("The row has {count} columns; the header has {expected}.");
                return Ok(Read::Bad(Fault::of_row(Reason::ColumnCount, why)));
            }
            Split::Open if has_no_line_end || last_end.is_none() && !self.are_rows(&more, delimiter) => {
                return Ok(cut("The file stops in the middle of a quote."));
            }
            Split::Open | Split::Broken => {}
        }
        self.lines.give_back(more.into_iter());
        record.raw.truncate(first_length);
        self.split_bad(record);
        let why = match split {
            Split::Whole | Split::Open => "A quote in this row is never closed.",
            Split::Broken => "Text stands behind a closing quote; a quote inside of a quoted cell must be doubled.",
        };
        Ok(Read::Bad(Fault::of_row(Reason::BrokenQuotes, why)))
    }

    /// Whether each of these lines is a row by itself.
    fn are_rows(&mut self, lines: &[Line], delimiter: char) -> bool {
        let mut cells = Cells::default();
        lines.iter().all(|line| {
            let text = self.decoder.decode(&line.bytes);
            text.is_some_and(|text| cells.split(&text, delimiter) == Split::Whole && cells.len() == self.columns.len())
        })
    }

    /// Splits the text of a bad row, and keeps the cells in front of what is broken.
    fn split_bad(&self, record: &mut Record) {
        let Shape::Table { delimiter } = &self.shape else { return };
        if record.cells.split(&record.raw, *delimiter) != Split::Whole {
            record.cells.drop_last();
        }
    }
}

const CUT_ROW: &str = "The file stops in the middle of this row.";

fn cut(why: &str) -> Read {
    Read::Cut(Fault::of_row(Reason::FileCut, why))
}

/// Whether a file that begins with this line is one JSON value: a list, or an object over several lines.
fn goes_on_as_json(header: &str) -> bool {
    let header = header.trim();
    // A table may call a column `[id]`.
    let list =
        header.strip_prefix('[').is_some_and(|rest| matches!(rest.trim_start().chars().next(), None | Some('{' | ']')));
    list || header == "{"
}

fn check_columns(columns: &[String]) -> Result<(), FileError> {
    if columns.len() > limits::COLUMNS {
        return Err(FileError::BadHeader("it has more than 1000 columns"));
    }
    let mut seen = std::collections::HashSet::new();
    match columns.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
        Some(twice) => Err(FileError::Twice(twice.clone())),
        None => Ok(()),
    }
}

/// The keys of the first objects, in order of appearance. The lines are read again.
fn peek(lines: &mut Lines, mut decoder: Decoder) -> Result<Vec<String>, FileError> {
    let (mut columns, mut peeked) = (Vec::new(), Vec::new());
    while peeked.len() < limits::PEEKED_LINES {
        let Some(line) = lines.read()? else { break };
        if let Some(object) = decoder.decode(&line.bytes).and_then(|text| object(&text)) {
            flatten("", &object, &mut |path, _| {
                if columns.len() < limits::COLUMNS && !columns.iter().any(|known| known == path) {
                    columns.push(path.to_owned());
                }
            });
        }
        peeked.push(line);
    }
    lines.give_back(peeked.into_iter());
    Ok(columns)
}

fn json_row(places: &HashMap<String, usize>, record: &mut Record) -> Read {
    let Some(object) = object(&record.raw) else {
        return Read::Bad(Fault::of_row(Reason::BadJson, "The line is no JSON object."));
    };
    record.cells.reset(places.len());
    flatten("", &object, &mut |path, value| {
        let Some(place) = places.get(path) else { return };
        match value {
            Value::Null => {}
            Value::String(text) => record.cells.set(*place, text),
            Value::Number(number) => record.cells.set_number(*place, &number.to_string()),
            other => record.cells.set(*place, &other.to_string()),
        }
    });
    Read::Row
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

/// Visits every value by its path. A list is one value.
fn flatten(parent: &str, object: &Map<String, Value>, visit: &mut impl FnMut(&str, &Value)) {
    for (name, value) in object {
        let path = if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
        match value {
            Value::Object(inner) => flatten(&path, inner, visit),
            value => visit(&path, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row as its cells joined by `|`, or the code of what is wrong, with its line.
    fn rows(bytes: &[u8], file: &FileDocument) -> Vec<(u64, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let mut records = Records::open(&path, file, BytesRead::default()).unwrap();
        let (mut record, mut all) = (Record::default(), Vec::new());
        loop {
            let text = match records.read(&mut record).unwrap() {
                Read::Row => record.cells.iter().collect::<Vec<_>>().join("|"),
                Read::Bad(fault) => fault.reason.to_string(),
                Read::Cut(fault) => format!("{} and over", fault.reason),
                Read::End => return all,
            };
            all.push((record.line, text));
        }
    }

    fn read(bytes: &[u8]) -> Vec<(u64, String)> {
        rows(bytes, &FileDocument::default())
    }

    fn own(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
        rows.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn a_row_with_other_columns_is_bad_and_the_next_one_is_read() {
        let found = read(b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n10,11,12\n");
        assert_eq!(found, own(&[(2, "1|2|3"), (3, "COLUMN_COUNT"), (4, "COLUMN_COUNT"), (6, "10|11|12")]));
    }

    #[test]
    fn a_stray_quote_costs_one_row() {
        let found = read(b"a,b\n1,\"open\n2,x\n3,\"y\"\n4,z\n");
        assert_eq!(found, own(&[(2, "BROKEN_QUOTES"), (3, "2|x"), (4, "3|y"), (5, "4|z")]));
        let found = read(b"a,b\n1,\"x\"y\n2,\"two\nlines\"\n5,\"z\"\n");
        assert_eq!(found, own(&[(2, "BROKEN_QUOTES"), (3, "2|two\nlines"), (5, "5|z")]));
        let found = read(b"a,b\n1,\"two\nlines\",3\n4,5\n");
        assert_eq!(found, own(&[(2, "COLUMN_COUNT"), (4, "4|5")]), "the second line is no row");
        let many: String = (0..300).map(|number| format!("{number},x\n")).collect();
        let found = read(format!("a,b\n0,\"never closed\n{many}").as_bytes());
        assert_eq!((found.len(), found[0].1.as_str()), (301, "BROKEN_QUOTES"));
    }

    #[test]
    fn a_file_that_is_cut_says_so_in_its_last_row() {
        assert_eq!(read(b"a,b\n1,2\n3"), own(&[(2, "1|2"), (3, "FILE_CUT and over")]));
        assert_eq!(read(b"a,b\n1,2\n3,\"x"), own(&[(2, "1|2"), (3, "FILE_CUT and over")]));
        assert_eq!(read(b"a,b\n1,2\n3,4"), own(&[(2, "1|2"), (3, "3|4")]), "no line end is needed");
    }

    #[test]
    fn latin_1_and_semicolons_are_guessed() {
        assert_eq!(read(b"nom;prix\ncaf\xe9;24,90 \x80\n"), own(&[(2, "café|24,90 €")]));
        let declared = FileDocument { columns: Some(vec!["x".into(), "y".into()]), ..FileDocument::default() };
        assert_eq!(rows(b"1,2\n3,4\n", &declared), own(&[(1, "1|2"), (2, "3|4")]));
    }

    #[test]
    fn json_lines_have_their_keys_as_columns() {
        let found =
            read(b"{\"a\":1,\"b\":{\"c\":\"x\"}}\n{\"b\":{\"c\":null},\"a\":2.50}\nnot json\n[1]\n{\"a\":[1,2]}\n");
        assert_eq!(found, own(&[(1, "1|x"), (2, "2.5|"), (3, "BAD_JSON"), (4, "BAD_JSON"), (5, "[1,2]|")]));
    }

    #[test]
    fn a_file_without_a_header_or_with_a_column_twice_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let refused = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Records::open(&path, &FileDocument::default(), BytesRead::default()).err().unwrap().to_string()
        };
        assert!(refused(b"").contains("empty"));
        assert!(refused(b"a,b,a\n").contains("`a`"));
    }
}

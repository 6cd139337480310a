//! Feeds in XML, record by record. Nothing is expanded: a file that declares entities is refused.

use std::{
    io::{self, BufRead, Read},
    path::Path,
};

use quick_xml::{
    Error as XmlError, Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{Fed, Settings, Told, Wrong, fields, fields::Fields, google, plain, prestashop};
use crate::{
    input::{self, BytesRead},
    limits,
    reason::Reason,
    records::FileError,
};

/// Whose words the records are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Google,
    PrestaShop,
}

/// Reads one feed in XML.
pub(crate) struct XmlFeed {
    records: XmlRecords,
    kind: Kind,
    settings: Settings,
}

impl XmlFeed {
    pub(crate) fn open(path: &Path, kind: Kind, settings: Settings, read: BytesRead) -> Result<Self, FileError> {
        let names: &[&str] = match kind {
            Kind::Google => &["item", "entry"],
            Kind::PrestaShop => prestashop::RECORDS,
        };
        Ok(Self { records: XmlRecords::open(path, names, read)?, kind, settings })
    }

    pub(crate) fn read(&mut self) -> io::Result<Fed> {
        loop {
            let record = match self.records.read()? {
                XmlRead::End => return Ok(Fed::End),
                XmlRead::Broken(wrong) => return Ok(Fed::Cut(wrong.at(self.records.count, ""))),
                XmlRead::Bad(wrong) => {
                    return Ok(Fed::Bad(wrong.at(self.records.count, &self.records.fields.raw())));
                }
                XmlRead::Record => self.records.count,
            };
            let fields = &self.records.fields;
            let change = match self.kind {
                Kind::Google => google::item(fields, &self.settings).map(Some),
                Kind::PrestaShop => prestashop::change(&self.records.name, fields, &self.settings),
            };
            match change {
                Ok(Some(change)) => return Ok(Fed::Told(Told { record, change, as_of: self.settings.told_at })),
                Ok(None) => {}
                Err(wrong) => return Ok(Fed::Bad(wrong.at(record, &fields.raw()))),
            }
        }
    }
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum XmlRead {
    /// A record: [`XmlRecords::fields`].
    Record,
    /// A record that is too large.
    Bad(Wrong),
    /// Nothing behind can be read.
    Broken(Wrong),
    End,
}

/// The records of a file in XML: elements of certain names, with the texts inside of them by their path.
pub(crate) struct XmlRecords {
    reader: Reader<Budget>,
    names: &'static [&'static str],
    buffer: Vec<u8>,
    /// The elements that are open in the record, below it: the path, and where each begins in it.
    path: String,
    begins: Vec<usize>,
    /// The text of the innermost one.
    text: String,
    depth: usize,
    record_depth: Option<usize>,
    has_root: bool,
    is_over: bool,
    is_bad: Option<Wrong>,
    /// How many records were begun.
    pub(crate) count: u64,
    /// The name of the record.
    pub(crate) name: String,
    /// Its texts.
    pub(crate) fields: Fields,
}

impl XmlRecords {
    pub(crate) fn open(path: &Path, names: &'static [&'static str], read: BytesRead) -> Result<Self, FileError> {
        let input = Budget { input: input::open(path, read)?, left: limits::XML_PIECE_BYTES };
        let mut reader = Reader::from_reader(input);
        // Feeds have `&` where `&amp;` should be, in addresses above all; what is meant is plain.
        reader.config_mut().allow_dangling_amp = true;
        Ok(Self {
            reader,
            names,
            buffer: Vec::new(),
            path: String::new(),
            begins: Vec::new(),
            text: String::new(),
            depth: 0,
            record_depth: None,
            has_root: false,
            is_over: false,
            is_bad: None,
            count: 0,
            name: String::new(),
            fields: Fields::default(),
        })
    }

    /// Reads on to the end of the next record.
    pub(crate) fn read(&mut self) -> io::Result<XmlRead> {
        if self.is_over {
            return Ok(XmlRead::End);
        }
        self.fields = Fields::default();
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = loop {
            buffer.clear();
            self.reader.get_mut().left = limits::XML_PIECE_BYTES;
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => break self.broken(error)?,
            };
            if let Some(read) = self.take(&event) {
                break read;
            }
        };
        self.buffer = buffer;
        self.is_over |= matches!(read, XmlRead::Broken(_) | XmlRead::End);
        Ok(read)
    }

    fn take(&mut self, event: &Event<'_>) -> Option<XmlRead> {
        match event {
            Event::DocType(text) if text.contains(['[', '<']) => {
                let why = "It declares entities or elements of its own, which are not read.";
                return Some(XmlRead::Broken(Wrong::new(Reason::BadXml, "", why)));
            }
            Event::Start(start) => return self.begin(start),
            Event::Empty(start) => return self.begin(start).or_else(|| self.end()),
            Event::End(_) => return self.end(),
            Event::Text(text) => self.add(text),
            Event::CData(text) => self.add(text),
            Event::GeneralRef(name) => {
                let mut letters = String::new();
                if !plain::push_entity(name, &mut letters) {
                    letters = format!("&{};", &**name);
                }
                self.add(&letters);
            }
            Event::Eof if self.depth > 0 => return Some(cut()),
            Event::Eof if !self.has_root => {
                return Some(XmlRead::Broken(Wrong::new(Reason::BadXml, "", "It is no XML: nothing begins in it.")));
            }
            Event::Eof => return Some(XmlRead::End),
            _ => {}
        }
        None
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Option<XmlRead> {
        self.depth += 1;
        self.has_root = true;
        if self.depth > limits::XML_DEPTH {
            let why = format!("It has more than {} elements inside of each other.", limits::XML_DEPTH);
            return Some(XmlRead::Broken(Wrong::new(Reason::BadXml, "", why)));
        }
        let name = fields::name(start.local_name().as_ref());
        if self.record_depth.is_none() {
            if self.depth > 1 && self.names.contains(&name.as_str()) {
                (self.record_depth, self.name) = (Some(self.depth), name);
                self.count += 1;
                self.path.clear();
                self.begins.clear();
                self.attributes(start);
            }
            return None;
        }
        self.begins.push(self.path.len());
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(&name);
        self.text.clear();
        self.attributes(start);
        None
    }

    fn end(&mut self) -> Option<XmlRead> {
        let is_record = self.record_depth == Some(self.depth);
        self.depth = self.depth.saturating_sub(1);
        if is_record {
            self.record_depth = None;
            return Some(self.is_bad.take().map_or(XmlRead::Record, XmlRead::Bad));
        }
        let begin = self.begins.pop().filter(|_| self.record_depth.is_some())?;
        let text = std::mem::take(&mut self.text);
        self.push(self.path.clone(), &text);
        self.path.truncate(begin);
        None
    }

    fn attributes(&mut self, start: &BytesStart<'_>) {
        for attribute in start.attributes().flatten() {
            let name = fields::name(attribute.key.local_name().as_ref());
            if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
                self.push(format!("{}@{name}", self.path), &value);
            }
        }
    }

    fn add(&mut self, text: &str) {
        if self.record_depth.is_none() || self.begins.is_empty() {
            return;
        }
        // One byte more than may be shows that it is too long.
        let room = (limits::FIELD_BYTES + 1).saturating_sub(self.text.len());
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
        if text.len() > room {
            self.note_too_large();
        }
    }

    fn push(&mut self, path: String, text: &str) {
        if !self.fields.push(path, text) {
            self.note_too_large();
        }
    }

    fn note_too_large(&mut self) {
        let why =
            format!("It has a text of more than {} bytes, or more than {} texts.", limits::FIELD_BYTES, limits::FIELDS);
        self.is_bad.get_or_insert_with(|| Wrong::new(Reason::RowTooLong, &self.path, why));
    }

    /// What an error means. Only the system's own is passed on.
    fn broken(&mut self, error: XmlError) -> io::Result<XmlRead> {
        Ok(match error {
            XmlError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let why = format!("It has a piece of more than {} bytes.", limits::XML_PIECE_BYTES);
                XmlRead::Broken(Wrong::new(Reason::RowTooLong, &self.path, why))
            }
            XmlError::Io(error) if input::is_cut(&error) => cut(),
            XmlError::Io(error) => return Err(io::Error::new(error.kind(), error.to_string())),
            // Something began and did not end before the file did.
            XmlError::Syntax(_) if self.reader.get_mut().is_at_end() => cut(),
            XmlError::Encoding(_) => {
                XmlRead::Broken(Wrong::new(Reason::BadEncoding, &self.path, "It is not UTF-8; save it as UTF-8."))
            }
            other => {
                let why = format!("It is no XML from here on: {other}.");
                XmlRead::Broken(Wrong::new(Reason::BadXml, &self.path, why))
            }
        })
    }
}

fn cut() -> XmlRead {
    XmlRead::Broken(Wrong::new(Reason::FileCut, "", "The file stops before its first element ends."))
}

/// A file that fails rather than give more bytes at once than one piece of XML may have.
struct Budget {
    input: Box<dyn BufRead + Send>,
    left: usize,
}

impl Budget {
    /// Whether nothing comes any more, be it that the system says so or that it fails.
    fn is_at_end(&mut self) -> bool {
        self.input.fill_buf().map_or(true, <[u8]>::is_empty)
    }
}

impl Read for Budget {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Budget {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.input.consume(amount);
    }
}

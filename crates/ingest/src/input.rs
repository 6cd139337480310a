//! A file as lines: plain or gzip by its first bytes, each line within a limit, and some of them read again.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::bufread::MultiGzDecoder;

use crate::limits;

/// Bytes that were read from disk, over all files; for progress.
pub type BytesRead = Arc<AtomicU64>;

/// One line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Its bytes without the line end; what is beyond [`limits::ROW_BYTES`] is left out.
    pub bytes: Vec<u8>,
    /// How it ended.
    pub end: LineEnd,
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// With a line end.
    Newline,
    /// The file ended behind it, properly.
    EndOfFile,
    /// The file was cut in it: the compressed data stops short.
    Cut,
    /// It is longer than a row may be; the rest was passed over.
    TooLong,
}

/// The lines of one file.
pub struct Lines {
    input: Box<dyn BufRead + Send>,
    next_number: u64,
    // Lines that are read again, in their order.
    again: VecDeque<Line>,
    is_over: bool,
}

/// How gzip begins (RFC 1952).
const GZIP: &[u8] = &[0x1f, 0x8b];
const BUFFER_BYTES: usize = 64 * 1024;
/// How a file of truth begins that a simulation wrote about its people.
const TRUTH: &[u8] = b"{\"prevenance_truth\"";

impl Lines {
    /// Opens a file. A byte order mark is passed over.
    ///
    /// # Errors
    /// What the system said; `InvalidData` for UTF-16, which is not read, and for the truth of a simulation, which is
    /// for its grader.
    pub fn open(path: &Path, read: BytesRead) -> io::Result<Self> {
        let input = open(path, read)?;
        Ok(Self { input, next_number: 1, again: VecDeque::new(), is_over: false })
    }

    /// The next line; `None` behind the last one.
    ///
    /// # Errors
    /// What the system said. Compressed data that stops short or is broken is no error but [`LineEnd::Cut`].
    pub fn read(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        if self.is_over {
            return Ok(None);
        }
        let (mut bytes, mut passed_over) = (Vec::new(), false);
        let end = loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if is_cut(&error) => break LineEnd::Cut,
                Err(error) => return Err(error),
            };
            let newline = buffer.iter().position(|byte| *byte == b'\n');
            let length = newline.unwrap_or(buffer.len());
            let room = limits::ROW_BYTES.saturating_sub(bytes.len());
            bytes.extend_from_slice(&buffer[..length.min(room)]);
            passed_over |= length > room;
            let is_empty = buffer.is_empty();
            self.input.consume(length + usize::from(newline.is_some()));
            if newline.is_some() {
                break LineEnd::Newline;
            }
            if is_empty {
                break LineEnd::EndOfFile;
            }
        };
        self.is_over = end != LineEnd::Newline;
        if self.is_over && bytes.is_empty() && end == LineEnd::EndOfFile {
            return Ok(None);
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        let number = self.next_number;
        self.next_number += 1;
        // That the file is cut matters more than that the row would have been too long anyway.
        let end = if passed_over && end != LineEnd::Cut { LineEnd::TooLong } else { end };
        Ok(Some(Line { number, bytes, end }))
    }

    /// Gives lines back, to be read again before all others.
    pub fn give_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        lines.rev().for_each(|line| self.again.push_front(line));
    }
}

/// Opens a file, plain or gzip by its first bytes. A byte order mark is passed over.
///
/// # Errors
/// As [`Lines::open`].
pub(crate) fn open(path: &Path, read: BytesRead) -> io::Result<Box<dyn BufRead + Send>> {
    let file = Counted { file: File::open(path)?, read };
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, file);
    let mut input: Box<dyn BufRead + Send> = if raw.fill_buf()?.starts_with(GZIP) {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(raw)))
    } else {
        Box::new(raw)
    };
    // A cut right behind the header of the compression shows when the first line is read.
    let begin = input.fill_buf().unwrap_or_default();
    if begin.starts_with(&[0xff, 0xfe]) || begin.starts_with(&[0xfe, 0xff]) {
        let why = "it is in UTF-16, which is not read; save it as UTF-8";
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    if begin.starts_with(TRUTH) {
        let why = "TRUTH: it is the truth of a simulation; what the product must find out, it is not told";
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    if begin.starts_with(&[0xef, 0xbb, 0xbf]) {
        input.consume(3);
    }
    Ok(input)
}

/// Whether compressed data stops short, or is not what it should be.
pub(crate) fn is_cut(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
}

struct Counted {
    file: File,
    read: BytesRead,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(u64, String, LineEnd)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let mut lines = Lines::open(&path, BytesRead::default()).unwrap();
        let mut all = Vec::new();
        while let Some(line) = lines.read().unwrap() {
            all.push((line.number, String::from_utf8_lossy(&line.bytes).into_owned(), line.end));
        }
        all
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn lines_end_in_any_way_and_a_mark_is_passed_over() {
        let expected = [(1, "a".into(), LineEnd::Newline), (2, "b".into(), LineEnd::EndOfFile)];
        assert_eq!(lines(b"\xef\xbb\xbfa\r\nb"), expected);
        assert_eq!(lines(&gzip(b"\xef\xbb\xbfa\nb")), expected);
        assert_eq!(lines(b"a\n\n").len(), 2);
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn gzip_that_stops_short_is_a_cut_and_not_an_end() {
        let text: String = (0..20_000).map(|number| format!("line {}\n", number * 7_919 % 20_011)).collect();
        let whole = gzip(text.as_bytes());
        for length in [20, whole.len() / 2, whole.len() - 4] {
            let read = lines(&whole[..length]);
            assert_eq!(read.last().unwrap().2, LineEnd::Cut, "{length}");
            assert!(read[..read.len() - 1].iter().all(|(_, text, _)| text.starts_with("line ")));
        }
        // Two archives one after the other are one file.
        assert_eq!(lines(&[gzip(b"a\n"), gzip(b"b\n")].concat()).len(), 2);
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let mut long = vec![b'x'; limits::ROW_BYTES + 1];
        long.extend_from_slice(b"\nnext\n");
        let read = lines(&long);
        assert_eq!((read[0].1.len(), read[0].2), (limits::ROW_BYTES, LineEnd::TooLong));
        assert_eq!(read[1].1, "next");
        let packed = gzip(&long);
        assert_eq!(lines(&packed[..packed.len() / 2])[0].2, LineEnd::Cut);
    }

    #[test]
    fn the_truth_of_a_simulation_is_refused_packed_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.jsonl");
        let truth = b"{\"prevenance_truth\":1,\"holds\":\"people\"}\n";
        for bytes in [truth.to_vec(), gzip(truth)] {
            std::fs::write(&path, bytes).unwrap();
            let refused = Lines::open(&path, BytesRead::default()).err().unwrap().to_string();
            assert!(refused.starts_with("TRUTH"), "{refused}");
        }
    }

    #[test]
    fn utf_16_is_refused_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"\xff\xfea\0").unwrap();
        assert!(Lines::open(&path, BytesRead::default()).err().unwrap().to_string().contains("UTF-8"));
    }
}

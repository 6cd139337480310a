//! The cells of one row, split from its text; and the delimiter, where nobody says it.

/// The texts of one row's cells. Cleared and filled again, row after row, without new memory.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    texts: Vec<String>,
    count: usize,
    /// Places of the cells that a program wrote as numbers, as JSON has them.
    numbers: Vec<usize>,
}

/// Who wrote a number: of a person's `1.234` nobody knows what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// Perhaps a person.
    Anybody,
    /// A program, with a point before the decimals.
    Program,
}

/// How the text of a row came apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// Into cells.
    Whole,
    /// It ends inside of a quote: more lines belong to it.
    Open,
    /// Text stands behind a closing quote.
    Broken,
}

impl Cells {
    /// The text of a cell; empty if there is none.
    pub fn get(&self, index: usize) -> &str {
        if index < self.count { &self.texts[index] } else { "" }
    }

    /// How many cells the row has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts[..self.count].iter().map(String::as_str)
    }

    /// Makes it `count` empty cells.
    pub(crate) fn reset(&mut self, count: usize) {
        self.count = 0;
        self.numbers.clear();
        (0..count).for_each(|_| _ = self.begin());
    }

    /// Takes the last cell away.
    pub(crate) fn drop_last(&mut self) {
        self.count = self.count.saturating_sub(1);
    }

    /// Sets the text of a cell that is there.
    pub(crate) fn set(&mut self, index: usize, text: &str) {
        let cell = &mut self.texts[..self.count][index];
        cell.clear();
        cell.push_str(text);
    }

    /// Sets a cell to a number that a program wrote.
    pub(crate) fn set_number(&mut self, index: usize, text: &str) {
        self.set(index, text);
        self.numbers.push(index);
    }

    /// Who wrote the number in a cell, if there is one.
    pub(crate) fn writer(&self, index: usize) -> Writer {
        if self.numbers.contains(&index) { Writer::Program } else { Writer::Anybody }
    }

    /// Splits a row (RFC 4180). A quote inside of a cell that does not begin with one is a character like any other.
    pub(crate) fn split(&mut self, text: &str, delimiter: char) -> Split {
        self.count = 0;
        if !text.contains('"') {
            text.split(delimiter).for_each(|cell| self.begin().push_str(cell));
            return Split::Whole;
        }
        let mut rest = text;
        loop {
            let cell = self.begin();
            let Some(mut quoted) = rest.strip_prefix('"') else {
                let (text, behind) = rest.split_once(delimiter).map_or((rest, None), |(a, b)| (a, Some(b)));
                cell.push_str(text);
                match behind {
                    Some(behind) => rest = behind,
                    None => return Split::Whole,
                }
                continue;
            };
            loop {
                let Some((inside, behind)) = quoted.split_once('"') else { return Split::Open };
                cell.push_str(inside);
                match behind.strip_prefix('"') {
                    Some(after) => {
                        cell.push('"');
                        quoted = after;
                    }
                    None => {
                        rest = behind;
                        break;
                    }
                }
            }
            match rest.strip_prefix(delimiter) {
                Some(behind) => rest = behind,
                None if rest.is_empty() => return Split::Whole,
                None => return Split::Broken,
            }
        }
    }

    fn begin(&mut self) -> &mut String {
        if self.count == self.texts.len() {
            self.texts.push(String::new());
        }
        self.count += 1;
        let cell = &mut self.texts[self.count - 1];
        cell.clear();
        cell
    }
}

/// The delimiter of a header: of comma, semicolon, tab and bar the one that comes most often outside of quotes.
pub(crate) fn guess_delimiter(header: &str) -> char {
    let unquoted: String = header.split('"').step_by(2).collect();
    let count = |delimiter: &char| unquoted.matches(*delimiter).count();
    // The first one wins a tie.
    [',', ';', '\t', '|'].into_iter().rev().max_by_key(count).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Split, Vec<String>) {
        let mut cells = Cells::default();
        let split = cells.split(text, ',');
        (split, cells.iter().map(str::to_owned).collect())
    }

    #[test]
    fn a_row_is_split_as_rfc_4180_says() {
        let whole = |text| {
            let (split, cells) = split(text);
            assert_eq!(split, Split::Whole, "{text}");
            cells
        };
        assert_eq!(whole("a,b,c"), ["a", "b", "c"]);
        assert_eq!(whole(""), [""]);
        assert_eq!(whole("a,,"), ["a", "", ""]);
        assert_eq!(whole(r#""a,b",c"#), ["a,b", "c"]);
        assert_eq!(whole(r#""say ""hi""",c"#), [r#"say "hi""#, "c"]);
        assert_eq!(whole("\"two\nlines\",\"\""), ["two\nlines", ""]);
        assert_eq!(whole(r#"12" pipe,c"#), [r#"12" pipe"#, "c"]);
        assert_eq!(whole(r#"a,"b""#), ["a", "b"]);
    }

    #[test]
    fn broken_quotes_are_told_from_open_ones() {
        assert_eq!(split(r#"a,"b"#).0, Split::Open);
        assert_eq!(split(r#"a,"b""#).0, Split::Whole);
        assert_eq!(split(r#"a,"b"""#).0, Split::Open);
        assert_eq!(split(r#"a,"b"c,d"#).0, Split::Broken);
    }

    #[test]
    fn the_delimiter_is_the_one_that_comes_most_often() {
        assert_eq!(guess_delimiter("a,b;c,d"), ',');
        assert_eq!(guess_delimiter("\"a,b,c,d\";e;f"), ';');
        assert_eq!(guess_delimiter("a\tb\tc"), '\t');
        assert_eq!(guess_delimiter("a|b"), '|');
        assert_eq!(guess_delimiter("alone"), ',');
    }

    #[test]
    fn cells_are_used_again() {
        let mut cells = Cells::default();
        cells.split("a,b,c", ',');
        cells.split("d", ',');
        assert_eq!((cells.len(), cells.get(0), cells.get(1)), (1, "d", ""));
        cells.reset(2);
        cells.set(1, "x");
        assert_eq!((cells.get(0), cells.get(1)), ("", "x"));
    }
}

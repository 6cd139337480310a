//! A mapping held against the columns of one file: what is read of a row, and what is made of it.

use std::collections::BTreeMap;

use model::{time::Timestamp, value::Value};
use sha2::{Digest, Sha256};

use crate::{
    cells::{Cells, Writer},
    column::{ColumnType, Typed},
    document::Otherwise,
    filter::Filter,
    lookup::Lookup,
    number::Decimal,
    reason::{Fault, Reason},
    records::Record,
    template::Template,
};

/// What is read of a row, and what is made of it.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub(crate) columns: Vec<Column>,
    pub(crate) joins: Vec<Join>,
    pub(crate) empty: Vec<String>,
    pub(crate) filter: Option<Filter>,
    pub(crate) proof: Option<Proof>,
    pub(crate) grant: Option<Grant>,
    /// Namespaces with the places of their columns.
    pub(crate) identifiers: Vec<(String, usize)>,
    pub(crate) outputs: Vec<Output>,
    /// The places of the file's own columns in the order of their names: what a row says, whatever the order of its
    /// columns.
    content: Vec<usize>,
}

/// A column that is read.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) holds: ColumnType,
}

/// Where the text of a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A cell of the row.
    Cell(usize),
    /// A column of a joined file.
    Joined { join: usize, column: usize },
    /// The file does not have it.
    Absent,
}

/// A second file, and the cell that leads to its rows.
#[derive(Debug, Clone)]
pub(crate) struct Join {
    pub(crate) name: String,
    pub(crate) on: usize,
    pub(crate) column: String,
}

/// The column that proves a consent.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    pub(crate) column: usize,
    pub(crate) granted: Vec<String>,
    pub(crate) purposes: Vec<String>,
}

/// A consent that a share of people is given.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) purpose: String,
    /// Whose hash is below is given it; 2⁶⁴ is everybody.
    pub(crate) below: u128,
    pub(crate) salt: String,
    pub(crate) of: String,
}

/// What a row becomes.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) kind: Kind,
    pub(crate) filter: Option<Filter>,
    pub(crate) when: Option<When>,
    pub(crate) message_id: Option<Template>,
    pub(crate) fields: Vec<(String, Take)>,
    pub(crate) sums: Vec<SumOf>,
    pub(crate) group: Option<Group>,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Event { word: &'static str, name: Option<NameOf> },
    Traits,
    Consent { purposes: Vec<(String, usize)> },
}

/// Where an event's name comes from.
#[derive(Debug, Clone)]
pub(crate) enum NameOf {
    Column(usize),
    Mapped(usize, BTreeMap<String, String>),
    Fixed(String),
}

/// When it happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    Column(usize),
    Fixed(Timestamp),
}

/// How rows make one event.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) key: usize,
    pub(crate) apart: u64,
    pub(crate) list: Option<String>,
    pub(crate) each: Vec<(String, Take)>,
}

/// A sum over the rows of a group, of the product of these columns.
#[derive(Debug, Clone)]
pub(crate) struct SumOf {
    pub(crate) columns: Vec<usize>,
    pub(crate) times: Decimal,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(crate) enum Take {
    Column(usize),
    Times(usize, Decimal),
    Mapped(usize, BTreeMap<String, String>),
    /// JSON.
    Fixed(Vec<u8>),
    /// The place among the output's sums.
    Sum(usize),
    Count,
}

/// To which groups a bad row may belong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Suspects {
    /// Their keys, as far as the row tells.
    pub(crate) keys: Vec<String>,
    /// Whether the key may be what the row lacks.
    pub(crate) may_lack_key: bool,
}

/// What was read of one row.
#[derive(Debug)]
pub struct Row<'a> {
    /// One value for each column of the plan; nothing where the cell is bad.
    pub(crate) values: Vec<Typed<'a>>,
    /// What is wrong with the first bad cell.
    pub(crate) fault: Option<Fault>,
    /// The columns of the bad cells.
    bad: Vec<usize>,
}

impl Plan {
    /// To be called when all columns are known.
    pub(crate) fn seal(&mut self) {
        let own = |place: &usize| matches!(self.columns[*place].origin, Origin::Cell(_));
        let mut content: Vec<usize> = (0..self.columns.len()).filter(own).collect();
        content.sort_by(|a, b| self.columns[*a].name.cmp(&self.columns[*b].name));
        self.content = content;
    }

    /// Reads the columns of a row. `lookups` are those of the joins, in their order.
    pub(crate) fn read<'a>(&self, record: &'a Record, lookups: &'a [Lookup]) -> Row<'a> {
        let mut fault = None;
        let matches: Vec<Option<&[Box<str>]>> = self
            .joins
            .iter()
            .zip(lookups)
            .map(|(join, lookup)| {
                let found = lookup.get(record.cells.get(join.on).trim());
                if found.is_none() && lookup.otherwise == Otherwise::Quarantine {
                    let why = format!("`{}` has no row for this `{}`.", join.name, join.column);
                    fault.get_or_insert(Fault::of_column(Reason::NoMatch, &join.column, why));
                }
                found
            })
            .collect();
        let (mut values, mut bad) = (Vec::with_capacity(self.columns.len()), Vec::new());
        for column in &self.columns {
            let (text, writer) = match column.origin {
                Origin::Cell(cell) => (record.cells.get(cell), record.cells.writer(cell)),
                Origin::Joined { join, column } => (matches[join].map_or("", |texts| &*texts[column]), Writer::Anybody),
                Origin::Absent => ("", Writer::Anybody),
            };
            values.push(self.read_cell(column, text, writer).unwrap_or_else(|why| {
                fault.get_or_insert(why);
                bad.push(values.len());
                Typed::Missing
            }));
        }
        Row { values, fault, bad }
    }

    fn read_cell<'a>(&self, column: &Column, text: &'a str, writer: Writer) -> Result<Typed<'a>, Fault> {
        let text = if self.empty.iter().any(|empty| empty == text.trim()) { "" } else { text };
        column.holds.read(&column.name, text, writer)
    }

    /// To which groups a bad row may belong, as far as its cells tell. `columns` is how many a good row has.
    pub(crate) fn suspects(&self, group: &Group, cells: &Cells, columns: usize, reason: Reason) -> Suspects {
        let column = &self.columns[group.key];
        let Origin::Cell(place) = column.origin else { return Suspects::default() };
        let key = |place: usize| {
            let typed = self.read_cell(column, cells.get(place), Writer::Anybody).ok()?;
            let text = typed.to_text();
            (!text.is_empty() && !text.contains(char::REPLACEMENT_CHARACTER)).then(|| text.into_owned())
        };
        // The fault of a row with other columns lies in front of the key or behind it; any other lies behind all cells
        // that were read.
        let counted = (reason == Reason::ColumnCount).then(|| (place + cells.len()).checked_sub(columns));
        let keys = [Some(place), counted.flatten()].into_iter().flatten().filter_map(key).collect();
        Suspects { keys, may_lack_key: counted.is_some() && cells.len() < columns }
    }

    /// What a row says, hashed: the file's own columns that the mapping reads, by name.
    pub(crate) fn content(&self, record: &Record, hasher: &mut blake3::Hasher) {
        for place in &self.content {
            let Column { name, origin: Origin::Cell(cell), .. } = &self.columns[*place] else { continue };
            for text in [name.as_str(), record.cells.get(*cell).trim()] {
                hasher.update(&(text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
        }
    }
}

impl Row<'_> {
    /// Whether a condition is true of the row.
    pub(crate) fn satisfies(&self, filter: Option<&Filter>) -> bool {
        filter.is_none_or(|filter| filter.holds(|place| self.value(place)))
    }

    /// Whether a condition is true of the row, or would perhaps be if the cells that it looks at could be read.
    pub(crate) fn may_satisfy(&self, filter: Option<&Filter>) -> bool {
        self.satisfies(filter) || filter.is_some_and(|filter| filter.looks_at(&self.bad))
    }

    fn value(&self, place: usize) -> Option<Value> {
        self.values[place].as_value()
    }
}

impl Grant {
    /// Whether a person is among those chosen.
    pub(crate) fn chooses(&self, value: &str) -> bool {
        let hash = Sha256::digest(format!("{}:{}:{value}", self.salt, self.of).as_bytes());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash[..8]);
        u128::from(u64::from_be_bytes(bytes)) < self.below
    }
}

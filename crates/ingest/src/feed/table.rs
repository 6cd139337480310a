//! Feeds in rows: Google's columns, and the exports of Shopify, WooCommerce and Magento. Rows of one item that follow
//! each other are gathered.

use std::{io, path::Path};

use super::{Fed, FeedFormat, Settings, Told, Wrong, fields, fields::Fields, google, magento, shopify, woocommerce};
use crate::{
    document::FileDocument,
    input::BytesRead,
    limits,
    reason::Reason,
    records::{FileError, Read, Record, Records},
};

/// Reads one feed in rows.
pub(crate) struct TableFeed {
    rows: Rows,
    shape: Shape,
    settings: Settings,
    /// A row that was read and belongs to the next item.
    waiting: Option<Row>,
    /// What came behind the rows of an item.
    then: Option<Fed>,
}

enum Shape {
    /// A row is an item.
    Google,
    WooCommerce(woocommerce::Families),
    /// Rows with the same key that follow each other are an item.
    Shopify,
    Magento(magento::Families),
}

/// A row of a feed.
pub(crate) struct Row {
    /// Its first line.
    pub(crate) line: u64,
    /// As it stands in the file.
    pub(crate) raw: String,
    /// Its cells by the names of their columns.
    pub(crate) fields: Fields,
}

/// The rows of a file.
pub(crate) struct Rows {
    records: Records,
    record: Record,
    names: Vec<String>,
}

/// What was read.
pub(crate) enum RowRead {
    Row(Row),
    Bad(Fed),
    End,
}

impl Rows {
    pub(crate) fn open(path: &Path, read: BytesRead) -> Result<Self, FileError> {
        let records = Records::open(path, &FileDocument::default(), read)?;
        let names = records.columns().iter().map(|column| fields::name(column)).collect();
        Ok(Self { records, record: Record::default(), names })
    }

    /// Whether there is a column.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    pub(crate) fn read(&mut self) -> io::Result<RowRead> {
        let read = self.records.read(&mut self.record)?;
        let (line, raw) = (self.record.line, &self.record.raw);
        Ok(match read {
            Read::End => RowRead::End,
            Read::Bad(fault) => RowRead::Bad(Fed::Bad(Wrong::from(fault).at(line, raw))),
            Read::Cut(fault) => RowRead::Bad(Fed::Cut(Wrong::from(fault).at(line, raw))),
            Read::Row => {
                let mut fields = Fields::default();
                // A row has no more bytes than a field may have, and no more columns than fields.
                self.names
                    .iter()
                    .zip(self.record.cells.iter())
                    .for_each(|(name, text)| _ = fields.push(name.clone(), text));
                RowRead::Row(Row { line, raw: raw.clone(), fields })
            }
        })
    }
}

impl TableFeed {
    pub(crate) fn open(
        path: &Path,
        format: FeedFormat,
        settings: Settings,
        read: BytesRead,
    ) -> Result<Self, FileError> {
        // What is read ahead does not count as progress.
        let ahead = || Rows::open(path, BytesRead::default());
        let shape = match format {
            FeedFormat::ShopifyCsv => Shape::Shopify,
            FeedFormat::WooCommerceCsv => Shape::WooCommerce(woocommerce::Families::learn(ahead()?)?),
            FeedFormat::MagentoCsv => Shape::Magento(magento::Families::learn(ahead()?)?),
            _ => Shape::Google,
        };
        Ok(Self { rows: Rows::open(path, read)?, shape, settings, waiting: None, then: None })
    }

    pub(crate) fn read(&mut self) -> io::Result<Fed> {
        loop {
            if let Some(then) = self.then.take() {
                return Ok(then);
            }
            let first = match self.waiting.take() {
                Some(row) => row,
                None => match self.rows.read()? {
                    RowRead::Row(row) => row,
                    RowRead::Bad(fed) => return Ok(fed),
                    RowRead::End => return Ok(Fed::End),
                },
            };
            let (rows, is_whole) = self.gather(first)?;
            let (line, raw) = (rows[0].line, rows[0].raw.as_str());
            // Of an item with a bad row nothing is taken: half of its variants would be all of them.
            let change = match is_whole {
                false => Err(Wrong::new(Reason::GroupIncomplete, "", "Another row of the same item is bad.")),
                true if rows.len() > limits::ITEM_ROWS => {
                    let why = format!("The item has more than {} rows.", limits::ITEM_ROWS);
                    Err(Wrong::new(Reason::GroupTooLong, "", why))
                }
                true => match &self.shape {
                    Shape::Google => google::item(&rows[0].fields, &self.settings).map(Some),
                    Shape::Shopify => shopify::item(&rows, &self.settings),
                    Shape::WooCommerce(families) => woocommerce::item(&rows[0].fields, families, &self.settings),
                    Shape::Magento(families) => magento::item(&rows, families, &self.settings),
                },
            };
            match change {
                Ok(Some(change)) => return Ok(Fed::Told(Told { record: line, change, as_of: self.settings.told_at })),
                Ok(None) => {}
                Err(wrong) => return Ok(Fed::Bad(wrong.at(line, raw))),
            }
        }
    }

    /// The rows of an item from its first one on, and whether all of them could be read.
    fn gather(&mut self, first: Row) -> io::Result<(Vec<Row>, bool)> {
        let key = match &self.shape {
            Shape::Google | Shape::WooCommerce(_) => return Ok((vec![first], true)),
            Shape::Shopify => "handle",
            Shape::Magento(_) => "sku",
        };
        let mut rows = vec![first];
        loop {
            match self.rows.read()? {
                RowRead::Row(row)
                    if row.fields.get(key).is_none() || row.fields.get(key) == rows[0].fields.get(key) =>
                {
                    // One more than may be shows that there are too many.
                    if rows.len() <= limits::ITEM_ROWS {
                        rows.push(row);
                    }
                }
                RowRead::Row(row) => {
                    self.waiting = Some(row);
                    return Ok((rows, true));
                }
                RowRead::Bad(bad) => {
                    // It may be a row of this item as well as of the next.
                    self.then = Some(bad);
                    return Ok((rows, false));
                }
                RowRead::End => {
                    self.then = Some(Fed::End);
                    return Ok((rows, true));
                }
            }
        }
    }
}

//! Feeds: what the shop sells, item by item, in the formats of the trade.
//!
//! [`Feed::open`] guesses the format by the first bytes and reads one item after the other, with flat memory. What is no
//! item is a [`BadItem`] with the reason, and the others go on. A feed that says everything there is (a *full* one)
//! first goes through a [`plan::FeedPlan`], which finds what it would remove: a feed that was cut, or that shrank too
//! much, is applied to nothing.

use std::{collections::BTreeMap, io, path::Path};

use catalog::{change::Change, fault, item::CategoryPath, money::Currency};
use model::time::Timestamp;
use serde_json::Value;

use crate::{
    input::BytesRead,
    moment::Clock,
    number::DecimalSign,
    reason::{self, Reason},
    records::FileError,
};

pub mod plain;
pub mod plan;
pub mod prestashop;
pub mod written;

mod fields;
mod google;
mod guess;
mod json;
mod magento;
mod money;
mod product;
mod schema_org;
mod shopify;
mod table;
mod woocommerce;
mod xml;

pub(crate) use shopify::webhook as shopify_webhook;
pub(crate) use woocommerce::webhook as woocommerce_webhook;

use self::{json::JsonFeed, table::TableFeed, xml::XmlFeed};

/// The format of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedFormat {
    /// Google Merchant, in RSS 2.0 or Atom.
    GoogleXml,
    /// Google Merchant, in columns with any delimiter; also any table with its names of columns.
    GoogleTable,
    /// One JSON object a line: our own (`docs/feeds.md`), or schema.org's `Product`.
    JsonLines,
    /// Products as Shopify exports them, in CSV.
    ShopifyCsv,
    /// Products as WooCommerce exports them, in CSV.
    WooCommerceCsv,
    /// Products as Magento exports them, in CSV.
    MagentoCsv,
    /// Answers of PrestaShop's web service: products, combinations, stocks.
    PrestaShopXml,
}

impl FeedFormat {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::GoogleXml,
        Self::GoogleTable,
        Self::JsonLines,
        Self::ShopifyCsv,
        Self::WooCommerceCsv,
        Self::MagentoCsv,
        Self::PrestaShopXml,
    ];

    /// The word for it, such as `google_xml`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GoogleXml => "google_xml",
            Self::GoogleTable => "google_table",
            Self::JsonLines => "json_lines",
            Self::ShopifyCsv => "shopify_csv",
            Self::WooCommerceCsv => "woocommerce_csv",
            Self::MagentoCsv => "magento_csv",
            Self::PrestaShopXml => "prestashop_xml",
        }
    }

    /// The format of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }
}

/// What a feed does not say itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The moment of which it is true.
    pub told_at: Timestamp,
    /// The currency of amounts that name none.
    pub currency: Option<Currency>,
    /// The sign before decimals, where it can be read in two ways.
    pub decimal: Option<DecimalSign>,
    /// In which unit amounts are.
    pub unit: PriceUnit,
    /// The language of texts of which nothing says it (BCP 47).
    pub language: String,
    /// The language of each of the shop's own: PrestaShop's languages by id, Magento's store views by code.
    pub languages: BTreeMap<String, String>,
    /// The path of each category that is told by id ([`prestashop::categories`]).
    pub categories: BTreeMap<String, CategoryPath>,
    /// How moments without an offset are read.
    pub clock: Clock,
}

/// In which unit amounts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PriceUnit {
    /// In the currency's unit: `24.90`.
    #[default]
    Whole,
    /// In its hundredths: `2490`.
    Hundredths,
}

/// What was read of a feed.
#[derive(Debug, Clone, PartialEq)]
pub enum Fed {
    /// What one item, or one message about it, says.
    Told(Told),
    /// Something that is none.
    Bad(BadItem),
    /// The feed stops here though it should not: cut, or broken so that nothing behind can be read. A full feed must not
    /// be applied at all.
    Cut(BadItem),
    /// The end of the feed.
    End,
}

/// A change, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The first line in the file, or the number of the record in XML; from 1.
    pub record: u64,
    /// What is told.
    pub change: Change,
    /// The moment of which it is true.
    pub as_of: Timestamp,
}

/// Something in a feed that is no item, for quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadItem {
    /// As [`Told::record`].
    pub record: u64,
    /// A stable code, of [`Reason`] or [`fault::Code`].
    pub code: &'static str,
    /// The field; empty for the item as a whole.
    pub field: String,
    /// A sentence.
    pub message: String,
    /// How the item begins, as it stands in the feed.
    pub raw: String,
}

/// Reads one feed.
pub struct Feed {
    format: FeedFormat,
    reader: Reader,
}

enum Reader {
    Table(TableFeed),
    Json(JsonFeed),
    Xml(XmlFeed),
}

impl Feed {
    /// Opens a feed. `format` is guessed if it is not named. A CSV of WooCommerce or Magento is read twice: what belongs
    /// together there lies apart.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn open(
        path: &Path,
        format: Option<FeedFormat>,
        settings: Settings,
        read: BytesRead,
    ) -> Result<Self, FileError> {
        let format = match format {
            Some(format) => format,
            None => guess::format(path)?,
        };
        let reader = match format {
            FeedFormat::GoogleXml => Reader::Xml(XmlFeed::open(path, xml::Kind::Google, settings, read)?),
            FeedFormat::PrestaShopXml => Reader::Xml(XmlFeed::open(path, xml::Kind::PrestaShop, settings, read)?),
            FeedFormat::JsonLines => Reader::Json(JsonFeed::open(path, settings, read)?),
            FeedFormat::GoogleTable | FeedFormat::ShopifyCsv | FeedFormat::WooCommerceCsv | FeedFormat::MagentoCsv => {
                Reader::Table(TableFeed::open(path, format, settings, read)?)
            }
        };
        Ok(Self { format, reader })
    }

    /// What a value says of items that did not come in a file, in our own shape or schema.org's. `record` says where it
    /// stands.
    pub fn of_json(value: &Value, record: u64, settings: &Settings) -> Vec<Fed> {
        json::told(value, record, &value.to_string(), settings)
    }

    /// Its format.
    pub fn format(&self) -> FeedFormat {
        self.format
    }

    /// Reads on.
    ///
    /// # Errors
    /// What the system said.
    pub fn read(&mut self) -> io::Result<Fed> {
        match &mut self.reader {
            Reader::Table(feed) => feed.read(),
            Reader::Json(feed) => feed.read(),
            Reader::Xml(feed) => feed.read(),
        }
    }
}

impl Settings {
    /// Settings for a feed that is true as of a moment, in a language.
    pub fn new(told_at: Timestamp, language: impl Into<String>) -> Self {
        Self {
            told_at,
            currency: None,
            decimal: None,
            unit: PriceUnit::Whole,
            language: language.into(),
            languages: BTreeMap::new(),
            categories: BTreeMap::new(),
            clock: Clock::default(),
        }
    }
}

/// What is wrong with an item, before it is known where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) code: &'static str,
    pub(crate) field: String,
    pub(crate) message: String,
}

impl Wrong {
    pub(crate) fn new(reason: Reason, field: &str, message: impl Into<String>) -> Self {
        Self { code: reason.as_str(), field: field.to_owned(), message: message.into() }
    }

    /// As the catalog words it.
    pub(crate) fn of_catalog(code: fault::Code, field: &str, message: impl Into<String>) -> Self {
        Self { code: code.as_str(), field: field.to_owned(), message: message.into() }
    }

    /// Says where it stands. `raw` is what stands there.
    pub(crate) fn at(self, record: u64, raw: &str) -> BadItem {
        let raw = &raw[..raw.floor_char_boundary(crate::limits::QUARANTINED_BYTES)];
        BadItem { record, code: self.code, field: self.field, message: self.message, raw: raw.to_owned() }
    }
}

impl From<fault::Fault> for Wrong {
    fn from(fault: fault::Fault) -> Self {
        Self { code: fault.code.as_str(), field: fault.field, message: fault.message }
    }
}
impl From<reason::Fault> for Wrong {
    fn from(fault: reason::Fault) -> Self {
        Self { code: fault.reason.as_str(), field: fault.column, message: fault.message }
    }
}

/// An item whose every word is checked, as the change that puts it.
pub(crate) fn checked(item: catalog::item::Item) -> Result<Change, Wrong> {
    item.check()?;
    Ok(Change::Put(Box::new(item)))
}

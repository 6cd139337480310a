//! A mapping as it is written: TOML, unknown keys refused. What it means against a file's columns is in `plan`.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{number::DecimalSign, text::Encoding};

/// A mapping file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingDocument {
    /// What it is for, for those who read it later.
    pub description: Option<String>,
    /// How the file is written.
    #[serde(default)]
    pub file: FileDocument,
    /// What is promised about the rows, and why they may be kept.
    pub contract: ContractDocument,
    /// Rows of which this condition is not true are passed over.
    pub r#where: Option<String>,
    /// When what the row says happened.
    pub timestamp: Option<Given>,
    /// Whom the row is about: columns by namespace.
    pub identifiers: BTreeMap<String, String>,
    /// A consent that a share of all people is given, for trials with real files.
    pub grant: Option<GrantDocument>,
    /// Second files whose columns are added to the rows.
    #[serde(default)]
    pub join: BTreeMap<String, JoinDocument>,
    /// Events that a row is, or is part of.
    #[serde(default)]
    pub event: Vec<EventDocument>,
    /// Traits that a row states.
    #[serde(default)]
    pub traits: Vec<TraitsDocument>,
    /// Consent choices that a row states.
    #[serde(default)]
    pub consent: Vec<ConsentDocument>,
}

/// How a file is written. What is left out is guessed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDocument {
    /// Its format.
    pub format: Option<Format>,
    /// What parts the columns.
    pub delimiter: Option<char>,
    /// Its encoding.
    pub encoding: Option<Encoding>,
    /// The names of the columns, where the file has no header.
    pub columns: Option<Vec<String>>,
    /// Texts that mean that there is no value, beside the empty one: `NA`, `NULL`.
    #[serde(default)]
    pub empty: Vec<String>,
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Rows with a delimiter.
    Csv,
    /// Rows with tabs.
    Tsv,
    /// One JSON object a line.
    Jsonl,
}

/// What is promised about the rows, and why they may be kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractDocument {
    /// `consent`, or the shop's words, such as `contract`.
    pub basis: String,
    /// The purposes that the data may serve; with `consent`, those that each row's person granted.
    pub purposes: Vec<String>,
    /// With `consent`: the column that proves it.
    pub proof: Option<ProofDocument>,
    /// What the columns hold. A column that is not here holds a text.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnDocument>,
}

/// The column that proves a consent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofDocument {
    /// The column.
    pub column: String,
    /// What it says where the person consented, case aside.
    pub granted: Vec<String>,
}

/// What a column holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDocument {
    /// Its type.
    #[serde(default)]
    pub r#type: TypeDocument,
    /// Whether a row without a value is bad.
    #[serde(default)]
    pub required: bool,
    /// Whether the file may lack the column.
    #[serde(default)]
    pub optional: bool,
    /// Of numbers: the least.
    pub min: Option<f64>,
    /// Of numbers: the most.
    pub max: Option<f64>,
    /// The texts it may hold.
    pub one_of: Option<Vec<String>>,
    /// Of numbers: the sign before the decimals.
    pub decimal: Option<DecimalSign>,
    /// Of numbers: the currency.
    pub currency: Option<String>,
    /// Of moments and days: the formats, as in `strptime`.
    #[serde(default)]
    pub formats: Vec<String>,
    /// Of moments: the time zone of texts without an offset.
    pub zone: Option<String>,
    /// Of bools: further texts that mean yes.
    #[serde(default)]
    pub yes: Vec<String>,
    /// Of bools: further texts that mean no.
    #[serde(default)]
    pub no: Vec<String>,
    /// Of lists: what parts the entries; a list of JSON needs none.
    pub separator: Option<String>,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeDocument {
    /// Any text.
    #[default]
    Text,
    /// A number.
    Number,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// A moment.
    Moment,
    /// A day.
    Day,
    /// Texts.
    List,
}

/// A consent that a fixed share of all people is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantDocument {
    /// The purpose.
    pub purpose: String,
    /// The share of people: 0 to 1.
    pub share: f64,
    /// How they are chosen: by `hash`.
    pub by: GrantBy,
    /// Goes into the hash.
    pub salt: String,
    /// The namespace whose identifier goes into the hash; can be left out where there is only one.
    pub of: Option<String>,
}

/// How people are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GrantBy {
    /// By the first eight bytes of SHA-256 over `salt:namespace:value`, read as a number: below `share` × 2⁶⁴.
    Hash,
}

/// A second file whose columns are added to the rows as `NAME.column`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinDocument {
    /// The file, from the folder of the file that is imported.
    pub file: String,
    /// The column of the rows.
    pub on: String,
    /// The column of the second file that it is looked up in.
    pub key: String,
    /// The columns that are added.
    pub columns: Vec<String>,
    /// What becomes of a row without a match.
    #[serde(default)]
    pub otherwise: Otherwise,
}

/// What becomes of a row without a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// The added columns are empty.
    #[default]
    Empty,
    /// The row is bad.
    Quarantine,
}

/// An event that a row is, or is part of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventDocument {
    /// The event's name; of a track event it must be there.
    pub name: Option<Given>,
    /// The event's type.
    #[serde(default)]
    pub r#type: EventType,
    /// Rows of which this is not true make no such event.
    pub r#where: Option<String>,
    /// As of the mapping, for this event.
    pub timestamp: Option<Given>,
    /// The event's id, with columns in braces: `order-{Invoice}`. Without it, a hash of what the row says.
    pub message_id: Option<String>,
    /// The event's properties.
    #[serde(default)]
    pub properties: BTreeMap<String, Given>,
    /// How several rows make one event.
    pub group: Option<GroupDocument>,
}

/// The type of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventType {
    /// Something was done.
    #[default]
    Track,
    /// A page was seen.
    Page,
    /// A screen of an app was seen.
    Screen,
}

/// How several rows make one event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupDocument {
    /// The column whose value the rows share.
    pub by: String,
    /// How many other rows may lie between two of them; none, if left out.
    #[serde(default)]
    pub apart: u64,
    /// The property that lists the rows.
    pub list: Option<String>,
    /// What of each row is in the list.
    #[serde(default)]
    pub each: BTreeMap<String, Given>,
}

/// Traits that a row states.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraitsDocument {
    /// Rows of which this is not true state none.
    pub r#where: Option<String>,
    /// As of the mapping, for these traits.
    pub timestamp: Option<Given>,
    /// As of events.
    pub message_id: Option<String>,
    /// The traits.
    pub set: BTreeMap<String, Given>,
}

/// Consent choices that a row states.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentDocument {
    /// Rows of which this is not true state none.
    pub r#where: Option<String>,
    /// When the person chose.
    pub timestamp: Option<Given>,
    /// As of events.
    pub message_id: Option<String>,
    /// Columns of the type `bool` by purpose. An empty one says nothing.
    pub purposes: BTreeMap<String, String>,
}

/// Where a value comes from: the name of a column, or one of the forms of [`GivenTable`].
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// The value of a column.
    Column(String),
    /// Another form.
    Table(GivenTable),
}

/// Where a value comes from: `{ value = … }`, `{ column = …, times = … }`, `{ column = …, values = {…} }`,
/// `{ sum = […], times = … }`, `{ count = true }`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenTable {
    /// Always this.
    pub value: Option<toml::Value>,
    /// The value of a column.
    pub column: Option<String>,
    /// What the column's texts become; another text is bad.
    pub values: Option<BTreeMap<String, String>>,
    /// The number is multiplied by this.
    pub times: Option<f64>,
    /// Of a group: the sum of the column's numbers; of several columns, of their products row by row.
    pub sum: Option<Vec<String>>,
    /// Of a group: how many rows it has.
    pub count: Option<bool>,
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Given;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the name of a column, or a table such as { value = \"EUR\" }")
            }
            fn visit_str<E>(self, column: &str) -> Result<Given, E> {
                Ok(Given::Column(column.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Given, A::Error> {
                GivenTable::deserialize(MapAccessDeserializer::new(map)).map(Given::Table)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

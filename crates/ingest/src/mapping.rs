//! A mapping: read from TOML, checked in itself, and held against the columns of a file.

use std::collections::{BTreeMap, HashMap};

use model::limits as events;

use crate::{
    column::{ColumnType, write_text},
    document::{
        ColumnDocument, ConsentDocument, ContractDocument, EventDocument, EventType, FileDocument, Given, GivenTable,
        GrantDocument, GroupDocument, JoinDocument, MappingDocument, TraitsDocument, TypeDocument,
    },
    filter::Filter,
    limits, moment,
    number::{Decimal, DecimalSign, Writing},
    plan::{Column, Grant, Group, Join, Kind, NameOf, Origin, Output, Plan, Proof, SumOf, Take, When},
    template::Template,
};

/// A mapping that was read. What it names is checked by [`Mapping::bind`], when the columns are known.
#[derive(Debug, Clone)]
pub struct Mapping {
    document: MappingDocument,
    fingerprint: blake3::Hash,
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// It is no TOML, or has a key or a value that no mapping has.
    #[error("{0}")]
    Syntax(String),
    /// A part of it says something that cannot be.
    #[error("{place}: {why}")]
    Value {
        /// The part, such as `event[0].group`.
        place: String,
        /// Why.
        why: String,
    },
    /// It names columns that the file does not have.
    #[error("{}; the file has: {}", said(.missing), .columns.join(", "))]
    NoSuchColumns {
        /// Each with the part that names it.
        missing: Vec<(String, String)>,
        /// Those that there are.
        columns: Vec<String>,
    },
}

fn said(missing: &[(String, String)]) -> String {
    let one = |(column, place): &(String, String)| format!("there is no column `{column}` ({place})");
    missing.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl MappingError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "MAPPING_SYNTAX",
            Self::Value { .. } => "MAPPING_VALUE",
            Self::NoSuchColumns { .. } => "NO_SUCH_COLUMN",
        }
    }

    fn value(place: &str, why: impl Into<String>) -> Self {
        Self::Value { place: place.to_owned(), why: why.into() }
    }
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// What in it cannot be, as far as that shows without the file.
    pub fn read(text: &str) -> Result<Self, MappingError> {
        if text.len() > limits::MAPPING_BYTES {
            let most = limits::MAPPING_BYTES;
            return Err(MappingError::Syntax(format!("the mapping has more than {most} bytes")));
        }
        let wrong = |error: toml::de::Error| MappingError::Syntax(error.to_string().trim_end().to_owned());
        let document: MappingDocument = toml::from_str(text).map_err(wrong)?;
        check(&document)?;
        Ok(Self { document, fingerprint: blake3::hash(text.as_bytes()) })
    }

    /// How the file is written.
    pub fn file(&self) -> &FileDocument {
        &self.document.file
    }

    /// What is promised about the rows, and why they may be kept.
    pub fn contract(&self) -> &ContractDocument {
        &self.document.contract
    }

    /// Columns that the file may lack.
    pub(crate) fn optional_columns(&self) -> impl Iterator<Item = &str> {
        let columns = self.document.contract.columns.iter();
        columns.filter(|(_, column)| column.optional).map(|(name, _)| name.as_str())
    }

    /// The second files, by name.
    pub fn joins(&self) -> &BTreeMap<String, JoinDocument> {
        &self.document.join
    }

    /// What an output is called in errors and in a dry run: `event[0]`. They are counted over events, traits and
    /// consents.
    pub fn output_name(&self, output: usize) -> String {
        let MappingDocument { event, traits, .. } = &self.document;
        match output.checked_sub(event.len()) {
            None => format!("event[{output}]"),
            Some(rest) => match rest.checked_sub(traits.len()) {
                None => format!("traits[{rest}]"),
                Some(rest) => format!("consent[{rest}]"),
            },
        }
    }

    /// Differs where the text differs.
    pub fn fingerprint(&self) -> &[u8; 32] {
        self.fingerprint.as_bytes()
    }

    /// Holds the mapping against the columns of a file.
    ///
    /// # Errors
    /// All columns that are named and are not there, with those that are; or what else cannot be.
    pub fn bind(&self, columns: &[String]) -> Result<Plan, MappingError> {
        let mut binder = Binder {
            document: &self.document,
            columns,
            plan: Plan::default(),
            known: HashMap::new(),
            missing: Vec::new(),
        };
        binder.bind()?;
        if !binder.missing.is_empty() {
            let columns = columns.iter().filter(|name| !name.is_empty()).cloned().collect();
            return Err(MappingError::NoSuchColumns { missing: binder.missing, columns });
        }
        Ok(binder.plan)
    }
}

/// What can be said of a mapping without a file.
fn check(document: &MappingDocument) -> Result<(), MappingError> {
    let contract = &document.contract;
    if contract.purposes.is_empty() {
        return Err(MappingError::value("contract.purposes", "say what the data may serve"));
    }
    let by_consent = contract.basis == "consent";
    if by_consent != contract.proof.is_some() {
        let why = if by_consent {
            "on the basis of consent, name the column that proves it"
        } else {
            "only consent is proved by a column"
        };
        return Err(MappingError::value("contract.proof", why));
    }
    if contract.basis.is_empty() || contract.basis.len() > events::BASIS_BYTES {
        return Err(MappingError::value("contract.basis", "say why the rows may be kept: `consent`, `contract`, …"));
    }
    if document.identifiers.is_empty() || document.identifiers.len() > events::EVENT_IDENTIFIERS {
        return Err(MappingError::value("identifiers", "name 1 to 16 columns"));
    }
    if document.event.is_empty() && document.traits.is_empty() && document.consent.is_empty() {
        return Err(MappingError::value("event", "say what a row is: [[event]], [[traits]] or [[consent]]"));
    }
    let Some(grant) = &document.grant else { return Ok(()) };
    if by_consent {
        return Err(MappingError::value("grant", "what people consented to stands in the file, and is not drawn"));
    }
    if !(0.0..=1.0).contains(&grant.share) {
        return Err(MappingError::value("grant.share", "must be 0 to 1"));
    }
    Ok(())
}

/// Holds a mapping against columns. Columns that are not there are gathered, so that all of them are told at once.
struct Binder<'a> {
    document: &'a MappingDocument,
    columns: &'a [String],
    plan: Plan,
    known: HashMap<String, usize>,
    missing: Vec<(String, String)>,
}

impl Binder<'_> {
    fn bind(&mut self) -> Result<(), MappingError> {
        let document = self.document;
        self.plan.empty.clone_from(&document.file.empty);
        for (name, join) in &document.join {
            let on = self.columns.iter().position(|column| *column == join.on);
            if on.is_none() {
                self.missing.push((join.on.clone(), format!("join.{name}.on")));
            }
            self.plan.joins.push(Join { name: name.clone(), on: on.unwrap_or_default(), column: join.on.clone() });
        }
        for (name, column) in &document.contract.columns {
            self.place(name, "contract.columns", Some(column))?;
        }
        if let Some(proof) = &document.contract.proof {
            let column = self.place(&proof.column, "contract.proof", None)?;
            let granted = proof.granted.iter().map(|text| text.to_lowercase()).collect();
            self.plan.proof = Some(Proof { column, granted, purposes: document.contract.purposes.clone() });
        }
        for (namespace, column) in &document.identifiers {
            let place = self.place(column, "identifiers", None)?;
            self.plan.identifiers.push((namespace.clone(), place));
        }
        self.plan.filter = self.filter(document.r#where.as_deref(), "where")?;
        if let Some(grant) = &document.grant {
            self.plan.grant = Some(self.grant(grant)?);
        }
        for (index, event) in document.event.iter().enumerate() {
            let output = self.event(event, &format!("event[{index}]"))?;
            self.plan.outputs.push(output);
        }
        for (index, traits) in document.traits.iter().enumerate() {
            let output = self.traits(traits, &format!("traits[{index}]"))?;
            self.plan.outputs.push(output);
        }
        for (index, consent) in document.consent.iter().enumerate() {
            let output = self.consent(consent, &format!("consent[{index}]"))?;
            self.plan.outputs.push(output);
        }
        self.plan.seal();
        Ok(())
    }

    /// The place of a column among those that are read. Without a document of its own it holds what the contract says.
    fn place(&mut self, name: &str, by: &str, column: Option<&ColumnDocument>) -> Result<usize, MappingError> {
        if let Some(place) = self.known.get(name) {
            return Ok(*place);
        }
        let default = ColumnDocument::default();
        let column = column.or_else(|| self.document.contract.columns.get(name)).unwrap_or(&default);
        let joined = name.split_once('.').and_then(|(join, added)| {
            let (index, (_, join)) = self.document.join.iter().enumerate().find(|(_, (name, _))| *name == join)?;
            Some((index, join.columns.iter().position(|column| column == added)?))
        });
        let origin = match (self.columns.iter().position(|known| known == name), joined) {
            (Some(index), _) => Origin::Cell(index),
            (None, Some((join, column))) => Origin::Joined { join, column },
            (None, None) if column.optional => Origin::Absent,
            (None, None) => {
                self.missing.push((name.to_owned(), by.to_owned()));
                Origin::Absent
            }
        };
        let holds =
            ColumnType::new(column).map_err(|why| MappingError::value(&format!("contract.columns.{name}"), why))?;
        self.known.insert(name.to_owned(), self.plan.columns.len());
        self.plan.columns.push(Column { name: name.to_owned(), origin, holds });
        Ok(self.plan.columns.len() - 1)
    }

    fn of_type(&mut self, name: &str, by: &str, wanted: TypeDocument) -> Result<usize, MappingError> {
        let declared = self.document.contract.columns.get(name).map(|column| column.r#type).unwrap_or_default();
        let fits = declared == wanted || wanted == TypeDocument::Number && declared == TypeDocument::Int;
        let place = self.place(name, by, None)?;
        if fits || self.missing.iter().any(|(missing, _)| missing == name) {
            return Ok(place);
        }
        let wanted = match wanted {
            TypeDocument::Number => "`number` or `int`".to_owned(),
            other => format!("`{other:?}`").to_lowercase(),
        };
        Err(MappingError::value(by, format!("`{name}` must be of the type {wanted}: say so in contract.columns")))
    }

    fn filter(&mut self, text: Option<&str>, by: &str) -> Result<Option<Filter>, MappingError> {
        let Some(text) = text else { return Ok(None) };
        let place = |name: &str| self.place(name, by, None).map_err(|error| error.to_string());
        Filter::new(text, place).map(Some).map_err(|why: String| MappingError::value(by, why))
    }

    fn grant(&mut self, grant: &GrantDocument) -> Result<Grant, MappingError> {
        let of = match (&grant.of, self.plan.identifiers.as_slice()) {
            (None, [(only, _)]) => only.clone(),
            (Some(of), identifiers) if identifiers.iter().any(|(namespace, _)| namespace == of) => of.clone(),
            _ => return Err(MappingError::value("grant.of", "name the namespace whose identifier is hashed")),
        };
        // 2⁶⁴ itself is no u64, so that a share of 1 takes everybody.
        let below = (grant.share * 18_446_744_073_709_551_616.0) as u128;
        Ok(Grant { purpose: grant.purpose.clone(), below, salt: grant.salt.clone(), of })
    }

    fn event(&mut self, event: &EventDocument, by: &str) -> Result<Output, MappingError> {
        let mut output =
            self.output(event.r#where.as_deref(), event.timestamp.as_ref(), event.message_id.as_deref(), by)?;
        let name = match &event.name {
            Some(name) => Some(self.name(name, &format!("{by}.name"), &mut output)?),
            None if event.r#type == EventType::Track => {
                return Err(MappingError::value(by, "a track event needs a `name`"));
            }
            None => None,
        };
        output.kind = match event.r#type {
            EventType::Track => Kind::Event { word: "track", name },
            EventType::Page => Kind::Event { word: "page", name },
            EventType::Screen => Kind::Event { word: "screen", name },
        };
        if let Some(group) = &event.group {
            self.group(group, by, &mut output)?;
        }
        for (property, from) in &event.properties {
            let take = self.take(from, &format!("{by}.properties.{property}"), &mut output)?;
            output.fields.push((property.clone(), take));
        }
        Ok(output)
    }

    fn name(&mut self, from: &Given, by: &str, output: &mut Output) -> Result<NameOf, MappingError> {
        let no_text = || MappingError::value(by, "a name is a column or a text");
        match self.take(from, by, output)? {
            Take::Column(place) => Ok(NameOf::Column(place)),
            Take::Mapped(place, values) => Ok(NameOf::Mapped(place, values)),
            Take::Fixed(json) => {
                let text = serde_json::from_slice(&json).ok().filter(|text: &String| !text.is_empty());
                text.map(NameOf::Fixed).ok_or_else(no_text)
            }
            Take::Times(..) | Take::Sum(_) | Take::Count => Err(no_text()),
        }
    }

    fn group(&mut self, group: &GroupDocument, by: &str, output: &mut Output) -> Result<(), MappingError> {
        let place = format!("{by}.group");
        if group.apart > limits::GROUP_APART {
            return Err(MappingError::value(&place, format!("`apart` is at most {}", limits::GROUP_APART)));
        }
        if group.list.is_some() == group.each.is_empty() {
            return Err(MappingError::value(&place, "`list` names the property, and `each` says what is in it"));
        }
        let key = self.place(&group.by, &place, None)?;
        let mut each = Vec::new();
        for (property, from) in &group.each {
            let by = format!("{place}.each.{property}");
            each.push((property.clone(), self.take(from, &by, output)?));
        }
        output.group = Some(Group { key, apart: group.apart, list: group.list.clone(), each });
        Ok(())
    }

    fn traits(&mut self, traits: &TraitsDocument, by: &str) -> Result<Output, MappingError> {
        let mut output =
            self.output(traits.r#where.as_deref(), traits.timestamp.as_ref(), traits.message_id.as_deref(), by)?;
        output.kind = Kind::Traits;
        if traits.set.is_empty() {
            return Err(MappingError::value(by, "say which traits: `set`"));
        }
        for (name, from) in &traits.set {
            let take = self.take(from, &format!("{by}.set.{name}"), &mut output)?;
            output.fields.push((name.clone(), take));
        }
        dated(&output, by)?;
        Ok(output)
    }

    fn consent(&mut self, consent: &ConsentDocument, by: &str) -> Result<Output, MappingError> {
        let (r#where, timestamp) = (consent.r#where.as_deref(), consent.timestamp.as_ref());
        let mut output = self.output(r#where, timestamp, consent.message_id.as_deref(), by)?;
        let mut purposes = Vec::new();
        for (purpose, column) in &consent.purposes {
            let place = self.of_type(column, &format!("{by}.purposes.{purpose}"), TypeDocument::Bool)?;
            purposes.push((purpose.clone(), place));
        }
        if purposes.is_empty() {
            return Err(MappingError::value(by, "say which purposes: `purposes`"));
        }
        output.kind = Kind::Consent { purposes };
        dated(&output, by)?;
        Ok(output)
    }

    fn output(
        &mut self,
        r#where: Option<&str>,
        timestamp: Option<&Given>,
        message_id: Option<&str>,
        by: &str,
    ) -> Result<Output, MappingError> {
        let when = match timestamp.or(self.document.timestamp.as_ref()) {
            None => None,
            Some(Given::Column(column)) => {
                Some(When::Column(self.of_type(column, &format!("{by}.timestamp"), TypeDocument::Moment)?))
            }
            Some(Given::Table(GivenTable { value: Some(value), .. })) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let read = moment::Clock::default().read(&text);
                Some(When::Fixed(read.ok_or_else(|| MappingError::value(by, "the timestamp is no moment"))?))
            }
            Some(Given::Table(_)) => return Err(MappingError::value(by, "a timestamp is a column or a value")),
        };
        let filter = self.filter(r#where, &format!("{by}.where"))?;
        let message_id = match message_id {
            None => None,
            Some(text) => {
                let place = format!("{by}.message_id");
                let column = |name: &str| self.place(name, &place, None).map_err(|error| error.to_string());
                Some(Template::new(text, column).map_err(|why: String| MappingError::value(&place, why))?)
            }
        };
        Ok(Output { kind: Kind::Traits, filter, when, message_id, fields: Vec::new(), sums: Vec::new(), group: None })
    }

    /// Where a value comes from. A sum or a count needs the group, which an output has once what it takes of each row is
    /// read.
    fn take(&mut self, from: &Given, by: &str, output: &mut Output) -> Result<Take, MappingError> {
        let table = match from {
            Given::Column(column) => return Ok(Take::Column(self.place(column, by, None)?)),
            Given::Table(table) => table.clone(),
        };
        let times = match table.times {
            Some(times) => Some(exact(times).ok_or_else(|| MappingError::value(by, "`times` is no number"))?),
            None => None,
        };
        if output.group.is_none() && (table.sum.is_some() || table.count.is_some()) {
            return Err(MappingError::value(by, "a sum and a count are of a whole `group`, not of one row"));
        }
        match table {
            GivenTable { value: Some(value), column: None, values: None, times: None, sum: None, count: None } => {
                Ok(Take::Fixed(json(&value).ok_or_else(|| MappingError::value(by, "this value cannot be JSON"))?))
            }
            GivenTable { value: None, column: Some(column), values: None, sum: None, count: None, .. } => match times {
                None => Ok(Take::Column(self.place(&column, by, None)?)),
                Some(times) => Ok(Take::Times(self.of_type(&column, by, TypeDocument::Number)?, times)),
            },
            GivenTable {
                value: None,
                column: Some(column),
                values: Some(values),
                times: None,
                sum: None,
                count: None,
            } => Ok(Take::Mapped(self.place(&column, by, None)?, values)),
            GivenTable { value: None, column: None, values: None, sum: Some(sum), count: None, .. } => {
                let columns = sum.iter().map(|column| self.of_type(column, by, TypeDocument::Number));
                let columns = columns.collect::<Result<Vec<_>, _>>()?;
                output.sums.push(SumOf { columns, times: times.unwrap_or(Decimal::whole(1)) });
                Ok(Take::Sum(output.sums.len() - 1))
            }
            GivenTable { value: None, column: None, values: None, times: None, sum: None, count: Some(true) } => {
                Ok(Take::Count)
            }
            _ => Err(MappingError::value(by, "one of `value`, `column`, `sum`, `count = true`, and what goes with it")),
        }
    }
}

/// Of two statements about one person the later one stands, so that each needs its moment: the moment of receipt would
/// be a matter of chance.
fn dated(output: &Output, by: &str) -> Result<(), MappingError> {
    let why = "say when it was so: `timestamp`, the name of a column or { value = \"2026-03-01\" }";
    output.when.map(|_| ()).ok_or_else(|| MappingError::value(by, why))
}

fn exact(number: f64) -> Option<Decimal> {
    let writing = Writing { decimal: Some(DecimalSign::Point), currency: None };
    Decimal::read(&number.to_string(), &writing).ok()
}

/// A value of TOML as JSON. A moment becomes a text.
fn json(value: &toml::Value) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match value {
        toml::Value::Datetime(moment) => write_text(&mut out, &moment.to_string()),
        value => serde_json::to_writer(&mut out, value).ok()?,
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "[contract]\nbasis = 'contract'\npurposes = ['site']\n[identifiers]\nuser_id = 'id'\n";

    fn bound(text: &str) -> Result<Plan, MappingError> {
        let columns = ["id", "at", "total", "kind"].map(str::to_owned);
        Mapping::read(text)?.bind(&columns)
    }

    fn refused(rest: &str) -> String {
        let error = bound(&format!("{START}{rest}")).err().unwrap();
        format!("{}: {error}", error.code())
    }

    #[test]
    fn columns_that_are_not_there_are_told_all_at_once_with_those_that_are() {
        let error =
            refused("[[event]]\nname = 'kindd'\nproperties = { total = 'sum', x = 'total' }\nwhere = 'totl > 1'");
        assert!(error.starts_with("NO_SUCH_COLUMN: "), "{error}");
        for part in ["`kindd` (event[0].name)", "`sum` (event[0].properties.total)", "`totl`", "id, at, total, kind"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        let optional = "[contract.columns.gone]\noptional = true\n[[event]]\nname = 'kind'\nproperties.x = 'gone'";
        assert!(bound(&format!("{START}{optional}")).is_ok());
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        for (rest, part) in [
            ("", "event: say what a row is"),
            ("[[event]]\nnam = 'kind'", "unknown field `nam`"),
            ("[[event]]\nname = { valu = 'x' }", "unknown field `valu`"),
            ("[[event]]\nname = 3", "the name of a column, or a table"),
            ("[[event]]\nname = { value = '' }", "event[0].name: a name is a column or a text"),
            ("[[event]]\nname = { value = 3 }", "event[0].name: a name is a column or a text"),
            (
                "[contract.columns.total]\ntype = 'number'\n[[event]]\nname = { column = 'total', times = 2.0 }",
                "event[0].name: a name is a column or a text",
            ),
            ("[[event]]\nproperties = {}", "a track event needs a `name`"),
            ("[[event]]\nname = 'kind'\ntimestamp = 'at'", "`at` must be of the type `moment`"),
            (
                "[[event]]\nname = 'kind'\ngroup = { by = 'id' }\nproperties.t = { sum = ['total'] }",
                "`total` must be of the type `number` or `int`",
            ),
            (
                "[[event]]\nname = 'kind'\nproperties.t = { count = true }",
                "event[0].properties.t: a sum and a count are",
            ),
            ("[[traits]]\nset.total = { sum = ['total'] }", "traits[0].set.total: a sum and a count are"),
            (
                "[[event]]\nname = 'kind'\n[event.group]\nby = 'id'\nlist = 'x'\neach.n = { count = true }",
                "event[0].group.each.n: a sum and a count are",
            ),
            ("[[event]]\nname = 'kind'\nproperties.t = { value = 1, column = 'id' }", "one of `value`"),
            ("[[event]]\nname = 'kind'\nmessage_id = 'all'", "names no column"),
            ("[[event]]\nname = 'kind'\ngroup = { by = 'id', list = 'x' }", "`each` says"),
            ("[[event]]\nname = 'kind'\nwhere = 'total >'", "event[0].where"),
            ("[contract.columns.total]\ntype = 'money'\n[[event]]\nname = 'kind'", "unknown variant `money`"),
            ("[contract.columns.total]\ntype = 'text'\nmin = 1\n[[event]]\nname = 'kind'", "`min` says nothing"),
            ("[[event]]\nname = 'kind'\n[grant]\npurpose = 'site'\nshare = 2.0\nby = 'hash'\nsalt = 'x'", "0 to 1"),
            ("[[consent]]\npurposes = { site = 'kind' }", "`kind` must be of the type `bool`"),
        ] {
            let error = refused(rest);
            assert!(error.contains(part), "{rest}: {error}");
        }
    }

    #[test]
    fn consent_needs_a_column_that_proves_it() {
        let text = "[contract]\nbasis = 'consent'\npurposes = ['partner']\n[identifiers]\nuser_id = 'id'\n[[event]]\nname = 'kind'\n";
        assert!(bound(text).unwrap_err().to_string().contains("name the column that proves it"));
        let proof = "[contract.proof]\ncolumn = 'kind'\ngranted = ['yes']\n";
        assert!(bound(&format!("{text}{proof}")).is_ok());
    }
}

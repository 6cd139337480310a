//! The whole way of the rows: read, checked, mapped, gathered; out come events and what goes to quarantine, one after
//! the other and in the same order every time. So an import that was stopped goes on where it was by counting steps.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

use model::time::Timestamp;

use crate::{
    event::{Draft, Whole, identifiers, moment_of},
    group::{Addition, Closed, Groups, Member, TooMany, first_eight},
    input::BytesRead,
    limits,
    lookup::{Lookup, LookupError},
    mapping::{Mapping, MappingError},
    plan::{Kind, Output, Plan, Row, Suspects, When},
    reason::{Fault, Reason},
    records::{FileError, Read, Record, Records},
    step::{Counts, Place, Prepared, PreparedKind, Quarantined, Step},
};

/// Why an import cannot begin, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping cannot be used.
    #[error("{}: {error}", error.code())]
    Mapping {
        /// Why.
        error: MappingError,
    },
    /// The mapping cannot be used with this file.
    #[error("{file}: {}: {error}", error.code())]
    Columns {
        /// The file.
        file: String,
        /// Why.
        error: MappingError,
    },
    /// A file cannot be read.
    #[error("{file}: {error}")]
    File {
        /// The file.
        file: String,
        /// Why.
        error: FileError,
    },
    /// A joined file cannot be used.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// No file is named.
    #[error("no file is named")]
    NoFile,
    /// More groups than can be remembered.
    #[error("there are more than {} groups: cut the file in two", limits::GROUPS_REMEMBERED)]
    TooManyGroups,
    /// More groups at once than can be held in memory.
    #[error(
        "more than {} groups are open at once, or they have more than {} bytes: lower `apart`, or sort the file",
        limits::OPEN_GROUPS,
        limits::OPEN_GROUP_BYTES
    )]
    TooManyOpenGroups,
    /// More rows without an id of their own than can be remembered.
    #[error("there are more than {} rows without a `message_id`: name one, made of columns", limits::ROWS_REMEMBERED)]
    TooManyRows,
}

/// The steps of an import.
pub struct Steps<'m> {
    mapping: &'m Mapping,
    source: String,
    files: Vec<PathBuf>,
    lookups: Vec<Lookup>,
    waiting: VecDeque<PathBuf>,
    reading: Option<Reading>,
    read: BytesRead,
    record: Record,
    ready: VecDeque<Step>,
    counts: Counts,
    cut: Vec<String>,
    without_rows: Vec<String>,
    groups: Vec<Groups>,
    people: HashSet<u64>,
    rows_seen: HashSet<u64>,
    rows_again: HashMap<u64, u32>,
}

struct Reading {
    file: Arc<str>,
    records: Records,
    plan: Arc<Plan>,
    /// Rows of the files before it.
    rows_before: u64,
}

/// What is done with one row, until all of it is known to be good.
struct RowWork<'r> {
    plan: &'r Plan,
    row: &'r Row<'r>,
    place: Place,
    raw: &'r str,
    identifiers: Vec<u8>,
    choices: Vec<(String, bool)>,
}

/// What an output makes of a row.
enum Made {
    Nothing,
    Something,
}

impl<'m> Steps<'m> {
    /// Opens an import of `paths` for `source`. `joined` names joined files that are not where the mapping says.
    /// Nothing is read but headers and joined files: what the mapping names and a file lacks is refused here.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub fn open(
        mapping: &'m Mapping,
        source: &str,
        paths: &[PathBuf],
        joined: &BTreeMap<String, PathBuf>,
        read: BytesRead,
    ) -> Result<Self, ImportError> {
        let first = paths.first().ok_or(ImportError::NoFile)?;
        for path in paths {
            open(mapping, path, BytesRead::default())?;
        }
        let beside = first.parent().unwrap_or(Path::new(""));
        let (mut files, mut lookups) = (paths.to_vec(), Vec::new());
        for (name, join) in mapping.joins() {
            let path = joined.get(name).cloned().unwrap_or_else(|| beside.join(&join.file));
            lookups.push(Lookup::read(&path, join)?);
            files.push(path);
        }
        Ok(Self {
            mapping,
            source: source.to_owned(),
            files,
            lookups,
            waiting: paths.iter().cloned().collect(),
            reading: None,
            read,
            record: Record::default(),
            ready: VecDeque::new(),
            counts: Counts::default(),
            cut: Vec::new(),
            without_rows: Vec::new(),
            groups: Vec::new(),
            people: HashSet::new(),
            rows_seen: HashSet::new(),
            rows_again: HashMap::new(),
        })
    }

    /// All files that it reads: those of the rows, and those that are joined.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What was read so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The files that stopped short.
    pub fn cut(&self) -> &[String] {
        &self.cut
    }

    /// The files that were read to their end and have no row.
    pub fn without_rows(&self) -> &[String] {
        &self.without_rows
    }

    /// The next step; `None` behind the last one.
    ///
    /// # Errors
    /// Why it cannot go on.
    pub fn advance(&mut self) -> Result<Option<Step>, ImportError> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Ok(Some(step));
            }
            let Some(mut reading) = self.reading.take() else {
                match self.waiting.pop_front() {
                    Some(path) => {
                        let mut next = open(self.mapping, &path, self.read.clone())?;
                        next.rows_before = self.counts.rows;
                        self.groups.resize_with(next.plan.outputs.len(), Groups::default);
                        self.reading = Some(next);
                        continue;
                    }
                    None => return Ok(None),
                }
            };
            let mut record = std::mem::take(&mut self.record);
            let read = reading.records.read(&mut record);
            let read = read.map_err(|error| file_error(&reading.file, error.into()))?;
            let goes_on = self.take(&reading, &record, read)?;
            self.record = record;
            if goes_on {
                self.reading = Some(reading);
                continue;
            }
            if self.counts.rows == reading.rows_before {
                self.without_rows.push(reading.file.to_string());
            }
            if self.waiting.is_empty() {
                self.close_groups(&reading.plan, None)?;
            }
        }
    }

    /// Takes in what was read; says whether the file goes on.
    fn take(&mut self, reading: &Reading, record: &Record, read: Read) -> Result<bool, ImportError> {
        if read == Read::End {
            return Ok(false);
        }
        self.counts.rows += 1;
        let place = Place { file: reading.file.clone(), line: record.line, row: self.counts.rows };
        match read {
            Read::End => {}
            Read::Row => self.row(&reading.plan, record, place)?,
            Read::Bad(fault) => {
                let (plan, columns) = (&reading.plan, reading.records.columns().len());
                for (output, groups) in plan.outputs.iter().zip(&mut self.groups) {
                    let Some(group) = &output.group else { continue };
                    let suspects = plan.suspects(group, &record.cells, columns, fault.reason);
                    groups.taint_suspects(&suspects, output, place.row);
                }
                self.quarantine(place, fault, &record.raw);
            }
            Read::Cut(fault) => {
                // The rows before it are not all of their groups, for all that can be known.
                for member in self.groups.iter_mut().flat_map(Groups::drop_open) {
                    let why = "The file stops in the middle of the group that this row belongs to.";
                    self.ready.push_back(Step::Quarantined(Quarantined {
                        place: member.place,
                        fault: Fault::of_row(Reason::FileCut, why),
                        raw: member.raw,
                    }));
                }
                self.quarantine(place, fault, &record.raw);
                self.cut.push(reading.file.to_string());
                return Ok(false);
            }
        }
        self.close_groups(&reading.plan, Some(self.counts.rows))?;
        Ok(true)
    }

    fn row(&mut self, plan: &Plan, record: &Record, place: Place) -> Result<(), ImportError> {
        let lookups = std::mem::take(&mut self.lookups);
        let row = plan.read(record, &lookups);
        let done = self.row_read(plan, &row, record, place);
        self.lookups = lookups;
        done
    }

    fn row_read(&mut self, plan: &Plan, row: &Row<'_>, record: &Record, place: Place) -> Result<(), ImportError> {
        if !row.may_satisfy(plan.filter.as_ref()) {
            self.counts.passed_over += 1;
            return Ok(());
        }
        let before = self.ready.len();
        match self.outputs(plan, row, record, &place)? {
            Ok(0) => self.counts.passed_over += 1,
            Ok(_) => {}
            Err(fault) => {
                self.ready.truncate(before);
                for (output, groups) in plan.outputs.iter().zip(&mut self.groups) {
                    let Some(group) = &output.group else { continue };
                    if row.may_satisfy(output.filter.as_ref()) {
                        let keys = vec![row.values[group.key].to_text().into_owned()];
                        let keys = keys.into_iter().filter(|key| !key.is_empty()).collect();
                        groups.taint_suspects(&Suspects { keys, may_lack_key: false }, output, place.row);
                    }
                }
                self.quarantine(place, fault, &record.raw);
            }
        }
        Ok(())
    }

    /// Makes what the outputs make of a row; how many made anything, or what is wrong with the row.
    fn outputs(
        &mut self,
        plan: &Plan,
        row: &Row<'_>,
        record: &Record,
        place: &Place,
    ) -> Result<Result<usize, Fault>, ImportError> {
        let checked = match &row.fault {
            Some(fault) => Err(fault.clone()),
            None => proved(plan, row).and_then(|choices| Ok((choices, identifiers(plan, row)?))),
        };
        let (choices, identifiers) = match checked {
            Ok(checked) => checked,
            Err(fault) => return Ok(Err(fault)),
        };
        let work = RowWork { plan, row, place: place.clone(), raw: &record.raw, identifiers, choices };
        let content = self.content_id(plan, record)?;
        let (mut made, mut at, before) = (0, None, self.ready.len());
        // What needs a choice comes behind it.
        let outputs = || plan.outputs.iter().enumerate();
        let is_choice = |(_, output): &(usize, &Output)| matches!(output.kind, Kind::Consent { .. });
        for (index, output) in outputs().filter(is_choice).chain(outputs().filter(|one| !is_choice(one))) {
            if !row.satisfies(output.filter.as_ref()) {
                continue;
            }
            match self.output(&work, index, output, &content) {
                Ok(Made::Nothing) => {}
                Ok(Made::Something) => {
                    made += 1;
                    at = at.or(moment_of(output, row));
                }
                Err(fault) => return Ok(Err(fault)),
            }
        }
        if made > 0
            && let Some(grant) = self.grant(&work, at)
        {
            self.ready.insert(before, Step::Event(grant));
        }
        Ok(Ok(made))
    }

    /// Makes what one output makes of a row. `content` is the row's id, where it needs one.
    fn output(&mut self, work: &RowWork<'_>, index: usize, output: &Output, content: &str) -> Result<Made, Fault> {
        let value = |place: usize| work.row.values[place].to_text();
        let key = output.group.as_ref().map(|group| value(group.key));
        let message_id = |steps: &Self| match (&output.message_id, &key) {
            (Some(template), _) => template.fill(value).ok_or_else(|| {
                Fault::of_row(Reason::BadMessageId, "A column that the message_id is made of is empty.")
            }),
            (None, Some(key)) => Ok(steps.id(&["group", &index.to_string(), key])),
            (None, None) => Ok(format!("{content}-{index}")),
        };
        let draft = |steps: &Self| Draft::of(output, work.row, message_id(steps)?, &work.identifiers, &work.choices);
        if let (Some(group), Some(key)) = (&output.group, &key) {
            if key.is_empty() {
                let column = &work.plan.columns[group.key].name;
                return Err(Fault::of_column(
                    Reason::ValueMissing,
                    column,
                    "The row does not say to which group it belongs.",
                ));
            }
            let draft = if self.groups[index].knows(key) { None } else { draft(self)? };
            let addition = Addition {
                row: work.row,
                draft,
                identifiers: &work.identifiers,
                at: moment_of(output, work.row),
                member: Member { place: work.place.clone(), raw: work.raw.to_owned() },
            };
            self.groups[index].add(key, (output, group), addition)?;
            return Ok(Made::Something);
        }
        let Some(draft) = draft(self)? else { return Ok(Made::Nothing) };
        let at = draft.at;
        if let (None, Kind::Traits | Kind::Consent { .. }, Some(When::Column(column))) = (at, &output.kind, output.when)
        {
            let why = "What a person is or chose needs a moment: the later one stands.";
            return Err(Fault::of_column(Reason::ValueMissing, &work.plan.columns[column].name, why));
        }
        let json = draft.json(Some(output), &Whole::default())?;
        let kind = match output.kind {
            Kind::Event { .. } => PreparedKind::Event,
            Kind::Traits => PreparedKind::Traits,
            Kind::Consent { .. } => PreparedKind::Consent,
        };
        let (place, output) = (work.place.clone(), Some(index));
        self.ready.push_back(Step::Event(Prepared { place, kind, output, at, json }));
        Ok(Made::Something)
    }

    /// Grants a purpose to the row's person, if the person is among those chosen and was not granted it before.
    fn grant(&mut self, work: &RowWork<'_>, at: Option<Timestamp>) -> Option<Prepared> {
        let grant = work.plan.grant.as_ref()?;
        let (_, place) = work.plan.identifiers.iter().find(|(namespace, _)| *namespace == grant.of)?;
        let value = work.row.values[*place].to_text();
        if value.is_empty() {
            return None;
        }
        if self.people.len() >= limits::PEOPLE_REMEMBERED {
            self.people.clear();
        }
        if !self.people.insert(first_eight(&blake3::hash(value.as_bytes()))) || !grant.chooses(&value) {
            return None;
        }
        let message_id = self.id(&["grant", &grant.purpose, &grant.salt, &grant.of, &value]);
        // Of the whole row's identifiers, so that it goes where the row's events go.
        let draft = Draft::grant(message_id, at, work.identifiers.clone(), &grant.purpose);
        let json = draft.json(None, &Whole::default()).ok()?;
        Some(Prepared { place: work.place.clone(), kind: PreparedKind::Consent, output: None, at, json })
    }

    /// The id of a row without one: what it says, and how many equal rows came before.
    fn content_id(&mut self, plan: &Plan, record: &Record) -> Result<String, ImportError> {
        if plan.outputs.iter().all(|output| output.message_id.is_some() || output.group.is_some()) {
            return Ok(String::new());
        }
        let mut hasher = blake3::Hasher::new_derive_key("prevenance import row");
        hasher.update(self.source.as_bytes());
        hasher.update(&[0]);
        plan.content(record, &mut hasher);
        let hash = hasher.finalize();
        let short = first_eight(&hash);
        let before = if self.rows_seen.insert(short) {
            0
        } else {
            let again = self.rows_again.entry(short).or_insert(0);
            *again += 1;
            *again
        };
        if self.rows_seen.len() > limits::ROWS_REMEMBERED {
            return Err(ImportError::TooManyRows);
        }
        Ok(format!("row-{}-{before}", &hash.to_hex()[..32]))
    }

    fn id(&self, parts: &[&str]) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("prevenance import id");
        for part in [self.source.as_str()].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        format!("{}-{}", parts.first().copied().unwrap_or("id"), &hasher.finalize().to_hex()[..32])
    }

    /// Closes the groups to which no row behind `row` can belong; all of them, without one.
    fn close_groups(&mut self, plan: &Plan, row: Option<u64>) -> Result<(), ImportError> {
        let mut closed_by = Vec::new();
        for (index, (output, groups)) in plan.outputs.iter().zip(&mut self.groups).enumerate() {
            let Some(group) = &output.group else { continue };
            let mut closed = Vec::new();
            let done = match row {
                Some(row) => groups.close_before(row, (output, group), &mut closed),
                None => groups.close_all((output, group), &mut closed),
            };
            done.map_err(|too_many| match too_many {
                TooMany::Closed => ImportError::TooManyGroups,
                TooMany::Open => ImportError::TooManyOpenGroups,
            })?;
            closed_by.extend(closed.into_iter().map(|closed| (index, closed)));
        }
        for (index, Closed { members, at, event }) in closed_by {
            match (event, members.first()) {
                (Ok(json), Some(first)) => {
                    let place = first.place.clone();
                    let (kind, output) = (PreparedKind::Event, Some(index));
                    self.ready.push_back(Step::Event(Prepared { place, kind, output, at, json }));
                }
                (Ok(_), None) => {}
                (Err(fault), _) => {
                    for member in members {
                        let fault = fault.clone();
                        self.ready.push_back(Step::Quarantined(Quarantined {
                            place: member.place,
                            fault,
                            raw: member.raw,
                        }));
                    }
                }
            }
        }
        Ok(())
    }

    fn quarantine(&mut self, place: Place, fault: Fault, raw: &str) {
        self.ready.push_back(Step::Quarantined(Quarantined { place, fault, raw: raw.to_owned() }));
    }
}

fn open(mapping: &Mapping, path: &Path, read: BytesRead) -> Result<Reading, ImportError> {
    let file: Arc<str> = path.display().to_string().into();
    let mut records = Records::open(path, mapping.file(), read).map_err(|error| file_error(&file, error))?;
    records.may_have(mapping.optional_columns());
    let plan = mapping.bind(records.columns());
    let plan = plan.map_err(|error| match error {
        MappingError::NoSuchColumns { .. } => ImportError::Columns { file: file.to_string(), error },
        error => ImportError::Mapping { error },
    })?;
    Ok(Reading { file, records, plan: Arc::new(plan), rows_before: 0 })
}

fn file_error(file: &str, error: FileError) -> ImportError {
    ImportError::File { file: file.to_owned(), error }
}

/// What a row proves about consent.
fn proved(plan: &Plan, row: &Row<'_>) -> Result<Vec<(String, bool)>, Fault> {
    let Some(proof) = &plan.proof else { return Ok(Vec::new()) };
    let said = row.values[proof.column].to_text().to_lowercase();
    if !proof.granted.contains(&said) {
        let column = &plan.columns[proof.column].name;
        let why = format!("`{column}` does not prove that the person consented.");
        return Err(Fault::of_column(Reason::NoConsentProof, column, why));
    }
    Ok(proof.purposes.iter().map(|purpose| (purpose.clone(), true)).collect())
}

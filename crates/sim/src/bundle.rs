//! The truth bundle: a folder beside the product's, which the product never reads.
//!
//! Every file is JSON Lines and begins with a line that says what it is; an import that is given one refuses it by
//! that line. `people.jsonl` is who everybody is, `visits.jsonl` what each visit truly was, `turns.jsonl` what else
//! happened: stages, opt-outs, orders at tills.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use model::time::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use world::{
    Seed, World,
    dirt::{self, Planted},
    person::{Date, Person, Sex, Tongue},
    truth::{Intent, Truth, VisitTruth},
};

/// The field by which every file of truth begins.
pub const MARK: &str = "prevenance_truth";

/// Of which world a bundle tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    #[serde(rename = "prevenance_truth")]
    pub version: u32,
    /// What the file holds: `people`, `visits`, `turns`.
    pub holds: String,
    /// The seed of the world.
    pub seed: u64,
    /// Its customers, items and days.
    pub size: [u32; 3],
    /// Its first midnight, in milliseconds of the epoch.
    pub start_ms: i64,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonLine {
    /// The number.
    pub person: u32,
    /// The household.
    pub household: u32,
    /// `anonymous_id`s that are this person's alone.
    pub devices: Vec<String>,
    /// `anonymous_id`s that others use too.
    pub shared: Vec<String>,
    /// `user_id`.
    pub account: String,
    /// `email`.
    pub email: String,
    /// `phone`.
    pub phone: String,
    /// `loyalty_card`.
    pub card: Option<String>,
    /// Traits as they truly are, by the product's names, from the day given on.
    pub traits: Vec<TraitLine>,
    /// The traits of which a system holds what was true years ago.
    pub stale: Vec<String>,
    /// The traits of which a system holds what was never true.
    pub wrong: Vec<String>,
    /// Before this moment all orders are lost, in milliseconds of the epoch.
    pub lost_before_ms: Option<i64>,
    /// The source that names an identifier which nobody else sends.
    pub unjoined: Option<String>,
    /// Whether the one order of the time before says nothing about the taste.
    pub has_decoy: bool,
}

/// A trait as it truly is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraitLine {
    /// Its name in the product.
    pub name: String,
    /// Its value.
    pub value: serde_json::Value,
    /// The first day on which it is so.
    pub from_day: u32,
}

/// What a visit truly was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitLine {
    /// Who.
    pub person: u32,
    /// From when, in milliseconds of the epoch.
    pub begins_ms: i64,
    /// Until when.
    pub ends_ms: i64,
    /// The device.
    pub device: String,
    /// What for, in the product's words for `aim`.
    pub intent: String,
    /// Where the person stood at its end, in the product's words for `stage`.
    pub stage: String,
    /// Pages seen.
    pub pages: u16,
    /// What was needed most as it began: the number of the category, and of who is to have it.
    pub needed: Option<(u16, u32)>,
    /// The number of the category that it was about.
    pub about: u16,
    /// What was looked at: moments in milliseconds of the epoch, and numbers of items.
    pub viewed: Vec<(i64, u32)>,
    /// What was ordered, by the numbers of the items.
    pub bought: Vec<u32>,
    /// Whether something was put into a cart.
    pub has_cart: bool,
    /// What was bought, in cents.
    pub spent: u32,
    /// What was earned, in cents.
    pub profit: i64,
    /// How likely it was to buy, with what was shown.
    pub chance: f32,
    /// How likely with everything neutral; the same draw decides.
    pub chance_neutral: f32,
    /// The rules whose treatment was seen.
    pub treated: Vec<u8>,
    /// The rules whose control was seen.
    pub controlled: Vec<u8>,
}

/// What else happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnLine {
    /// Who.
    pub person: u32,
    /// When, in milliseconds of the epoch.
    pub at_ms: i64,
    /// What.
    pub what: Turn,
}

/// Something that happened outside visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The person came to stand in this stage.
    Stage(String),
    /// An order at a till, with its profit in cents.
    TillOrder(i64),
    /// A return, with what it cost in cents.
    Return(i64),
    /// The person refuses from now on.
    OptOut,
    /// The person left for ever.
    Churn,
}

/// Why a bundle cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The disk.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not what the format says.
    #[error("{}: line {line}: {why}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The product could read it there.
    #[error("{}: the truth must lie outside of the product's data folder {}", truth.display(), data.display())]
    Beside {
        /// The folder of truth.
        truth: PathBuf,
        /// The product's.
        data: PathBuf,
    },
}

/// A bundle that is being written.
#[derive(Debug)]
pub struct Bundle {
    visits: Lines,
    turns: Lines,
}

/// A file that is being written line by line.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Lines {
    fn create(folder: &Path, header: &Header) -> Result<Self, BundleError> {
        let path = folder.join(format!("{}.jsonl", header.holds));
        let file = File::create(&path).map_err(|source| BundleError::Io { path: path.clone(), source })?;
        let mut lines = Self { path, file: BufWriter::new(file) };
        lines.add(header)?;
        Ok(lines)
    }

    fn add(&mut self, line: &impl Serialize) -> Result<(), BundleError> {
        let written = serde_json::to_writer(&mut self.file, line).map_err(io::Error::from);
        written.and_then(|()| self.file.write_all(b"\n")).map_err(|source| self.failed(source))
    }

    fn finish(mut self) -> Result<(), BundleError> {
        self.file.flush().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> BundleError {
        BundleError::Io { path: self.path.clone(), source }
    }
}

impl Bundle {
    /// Begins a bundle in a folder, which is made; `data` is the product's folder, if it is on this machine.
    pub fn create(folder: &Path, data: Option<&Path>, world: &World) -> Result<Self, BundleError> {
        let io = |source| BundleError::Io { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(io)?;
        if let Some(data) = data {
            let (truth, place) = (folder.canonicalize().map_err(io)?, data.canonicalize().unwrap_or(data.to_owned()));
            if truth.starts_with(&place) {
                return Err(BundleError::Beside { truth, data: place });
            }
        }
        let header = |holds: &str| header(world, holds);
        let mut people = Lines::create(folder, &header("people"))?;
        for person in &world.people {
            people.add(&person_line(world, person))?;
        }
        people.finish()?;
        Ok(Self { visits: Lines::create(folder, &header("visits"))?, turns: Lines::create(folder, &header("turns"))? })
    }

    /// Writes down what is true.
    pub fn add(&mut self, truth: &Truth) -> Result<(), BundleError> {
        let turn = |person: world::person::PersonId, at: Timestamp, what| TurnLine {
            person: person.0,
            at_ms: at.as_millis(),
            what,
        };
        let line = match truth {
            Truth::Visit(visit) => return self.visits.add(&visit_line(visit)),
            Truth::Stage(person, at, to) => turn(*person, *at, Turn::Stage(to.slug().to_owned())),
            Truth::TillOrder(person, at, profit) => turn(*person, *at, Turn::TillOrder(*profit)),
            Truth::Return(person, at, cost) => turn(*person, *at, Turn::Return(*cost)),
            Truth::OptOut(person, at) => turn(*person, *at, Turn::OptOut),
            Truth::Churn(person, at) => turn(*person, *at, Turn::Churn),
        };
        self.turns.add(&line)
    }

    /// Ends the bundle: everything is on disk.
    pub fn finish(self) -> Result<(), BundleError> {
        self.visits.finish()?;
        self.turns.finish()
    }
}

/// Reads a file of a bundle: its header and each line, in order. `holds` says which: `people`, `visits`, `turns`.
pub fn read<T: DeserializeOwned>(folder: &Path, holds: &str, mut take: impl FnMut(T)) -> Result<Header, BundleError> {
    let path = folder.join(format!("{holds}.jsonl"));
    let io = |source| BundleError::Io { path: path.clone(), source };
    let wrong = |line: usize, why: String| BundleError::Line { path: path.clone(), line, why };
    let mut lines = BufReader::new(File::open(&path).map_err(io)?).lines();
    let first = lines.next().transpose().map_err(io)?.unwrap_or_default();
    let header: Header = serde_json::from_str(&first).map_err(|error| wrong(1, error.to_string()))?;
    if header.holds != holds {
        return Err(wrong(1, format!("this file holds {}, not {holds}", header.holds)));
    }
    for (place, line) in lines.enumerate() {
        let line = line.map_err(io)?;
        take(serde_json::from_str(&line).map_err(|error| wrong(place + 2, error.to_string()))?);
    }
    Ok(header)
}

fn header(world: &World, holds: &str) -> Header {
    let Seed(seed) = world.seed;
    let size = [world.size.customers(), world.size.items(), world.size.days()];
    Header { version: 2, holds: holds.to_owned(), seed, size, start_ms: world.calendar.start.as_millis() }
}

fn person_line(world: &World, person: &Person) -> PersonLine {
    let Planted { stale, wrong, lost_before, unjoined, decoy } = dirt::planted(world, person);
    let devices = |is_shared: bool| {
        let own = person.devices.iter().filter(move |device| device.is_shared == is_shared);
        own.map(|device| device.id.clone()).collect()
    };
    let names = |names: Vec<&'static str>| names.into_iter().map(str::to_owned).collect();
    PersonLine {
        person: person.id.0,
        household: person.household.0,
        devices: devices(false),
        shared: devices(true),
        account: person.account.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        card: person.card.clone(),
        traits: traits(person),
        stale: names(stale),
        wrong: names(wrong),
        lost_before_ms: lost_before.map(Timestamp::as_millis),
        unjoined: unjoined.map(|feed| feed.source().to_owned()),
        has_decoy: decoy.is_some(),
    }
}

fn traits(person: &Person) -> Vec<TraitLine> {
    let line = |name: &str, value: serde_json::Value, from_day| TraitLine { name: name.to_owned(), value, from_day };
    let Date(year, month, day) = person.born;
    let mut lines = vec![
        line("email", person.email.clone().into(), 0),
        line("phone", person.phone.clone().into(), 0),
        line("first_name", person.first_name.into(), 0),
        line("last_name", person.last_name.into(), 0),
        line("birth_date", format!("{year:04}-{month:02}-{day:02}").into(), 0),
        line("gender", if person.sex == Sex::Woman { "woman" } else { "man" }.into(), 0),
        line("language", if person.tongue == Tongue::French { "fr" } else { "en" }.into(), 0),
        line("shoe_size", person.shoe_size.into(), 0),
        line("foot_width", person.foot_width.into(), 0),
    ];
    let homes = std::iter::once((0, &person.home)).chain(person.moves.iter().map(|(day, home)| (day.0, home)));
    for (from, home) in homes {
        lines.push(line("country", home.country.into(), from));
        lines.push(line("city", home.city.into(), from));
        lines.push(line("postal_code", home.postal_code.clone().into(), from));
    }
    lines
}

fn visit_line(visit: &VisitTruth) -> VisitLine {
    VisitLine {
        person: visit.person.0,
        begins_ms: visit.begins.as_millis(),
        ends_ms: visit.ends.as_millis(),
        device: visit.device.clone(),
        intent: intent(visit.intent).to_owned(),
        stage: visit.stage.slug().to_owned(),
        pages: visit.pages,
        needed: visit.needed.map(|(category, wearer)| (category.0, wearer.0)),
        about: visit.about.0,
        viewed: visit.viewed.iter().map(|(at, item)| (at.as_millis(), item.0)).collect(),
        bought: visit.bought.iter().map(|item| item.0).collect(),
        has_cart: visit.has_cart,
        spent: visit.spent,
        profit: visit.profit,
        chance: visit.chance,
        chance_neutral: visit.chance_neutral,
        treated: visit.treated.iter().map(|rule| rule.0).collect(),
        controlled: visit.controlled.iter().map(|rule| rule.0).collect(),
    }
}

/// An intent in the product's word for `aim`.
pub(crate) const fn intent(intent: Intent) -> &'static str {
    match intent {
        Intent::Learn => "learn",
        Intent::Compare => "compare",
        Intent::Buy => "buy",
        Intent::Gift => "gift",
        Intent::Fix => "fix",
        Intent::Return => "return",
    }
}

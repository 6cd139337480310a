//! A shop's history as one table, kept in memory to be looked at as a whole: who did what with which item, and when; or
//! which items sessions looked at.

use std::{collections::HashMap, io, path::Path, sync::atomic::Ordering};

use model::time::{Span, Timestamp};
use serde_json::{Value, json};

use crate::{
    document::FileDocument,
    input::BytesRead,
    moment::{self, Clock},
    records::{FileError, Read, Record, Records},
};

/// The event that says that items were taken.
const ORDERED: &str = "Order Completed";
/// The event that says that an item was looked at.
const VIEWED: &str = "Product Viewed";
/// Bad rows that are told with their reasons.
const TOLD: usize = 5;
/// Lines that one event names at most; a longer order is several.
const LINES: usize = 500;
/// Rows between two looks at the bar.
const WATCHED: u64 = 1_000;
/// The columns that are read, the needed ones first. Of sessions the first one is called otherwise.
const COLUMNS: [&str; 7] = ["user", "item", "at", "event", "basket", "title", "category"];
const NEEDED: usize = 3;

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rows {
    /// What known persons did, mostly orders: columns `user`, `item`, `at`; perhaps `event`, `basket`, `title`,
    /// `category`.
    #[default]
    Deeds,
    /// Items that were looked at by nobody knows whom: columns `session`, `item`, `at`; perhaps `title`, `category`.
    Clicks,
}

/// What files say.
#[derive(Debug, Default)]
pub struct Past {
    of: Rows,
    /// The persons, or the sessions, by number.
    pub persons: Numbers,
    /// The items, by number.
    pub items: Numbers,
    /// Title and category of each item; empty where nothing is said.
    about: Vec<[String; 2]>,
    /// What happened, in order of time.
    pub events: Vec<Done>,
    /// Rows that were read.
    pub rows: u64,
    /// Those of them that are behind the period that is looked at.
    pub later: u64,
    /// Those that say nothing.
    pub bad: u64,
    /// The first of these, each with its line and why.
    pub told: Vec<String>,
}

/// What somebody did at once.
#[derive(Debug)]
pub struct Done {
    /// The person's number.
    pub person: usize,
    /// When.
    pub at: Timestamp,
    /// The name of the event.
    name: String,
    /// The items' numbers.
    pub items: Vec<u32>,
}

/// Numbers without gaps for names, in the order in which they come.
#[derive(Debug, Default)]
pub struct Numbers {
    of: HashMap<String, usize>,
    /// The names, each at the place of its number.
    pub names: Vec<String>,
}

/// Why a file is no history.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A column is missing.
    #[error("there is no column `{column}`; there are {there}")]
    NoColumn {
        /// The column.
        column: &'static str,
        /// Those that are there.
        there: String,
    },
    /// No row is good.
    #[error("of {rows} rows none says what somebody did{first}")]
    Nothing {
        /// How many there are.
        rows: u64,
        /// What is wrong with the first.
        first: String,
    },
}

impl From<io::Error> for PastError {
    fn from(error: io::Error) -> Self {
        Self::File(error.into())
    }
}

impl Numbers {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.get(name) {
            return number;
        }
        self.of.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    /// The number of a name.
    pub fn get(&self, name: &str) -> Option<usize> {
        self.of.get(name).copied()
    }
}

impl Past {
    /// Reads a table of events up to a moment; `watch` is told, now and then, how many rows and bytes were read. Bad
    /// rows are counted.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn read(path: &Path, of: Rows, until: Option<Timestamp>, watch: impl Fn(u64, u64)) -> Result<Self, PastError> {
        let mut past = Self { of, ..Self::default() };
        past.add(path, "", until, watch)?;
        Ok(past)
    }

    /// Reads one more table. Its events stand behind all that are known, whenever they happened, in an order of time of
    /// their own; `called` is put before the number of a bad line.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn add(
        &mut self,
        path: &Path,
        called: &str,
        until: Option<Timestamp>,
        watch: impl Fn(u64, u64),
    ) -> Result<(), PastError> {
        let read = BytesRead::default();
        let mut records = Records::open(path, &FileDocument::default(), read.clone())?;
        let mut columns = COLUMNS;
        if self.of == Rows::Clicks {
            columns[0] = "session";
        }
        let place = |name| records.columns().iter().position(|column| column.trim().eq_ignore_ascii_case(name));
        let places = columns.map(place);
        if let Some(missing) = (0..NEEDED).find(|column| places[*column].is_none()) {
            return Err(PastError::NoColumn { column: columns[missing], there: records.columns().join(", ") });
        }
        let (known, before) = (self.events.len(), (self.rows, self.told.len()));
        let (mut orders, mut record) = (HashMap::new(), Record::default());
        loop {
            let why = match records.read(&mut record)? {
                Read::End => break,
                Read::Bad(fault) | Read::Cut(fault) => Some(fault.message),
                Read::Row => {
                    let cell = |place: Option<usize>| place.map_or("", |place| record.cells.get(place).trim());
                    self.take(places.map(cell), until, &mut orders).err()
                }
            };
            self.rows += 1;
            if let Some(why) = why {
                self.bad += 1;
                if self.told.len() < TOLD {
                    self.told.push(format!("{called}line {}: {why}", record.line));
                }
            }
            if self.rows.is_multiple_of(WATCHED) {
                watch(self.rows, read.load(Ordering::Relaxed));
            }
        }
        if self.events.len() == known {
            let first = self.told.get(before.1).map_or_else(String::new, |first| format!("; {first}"));
            return Err(PastError::Nothing { rows: self.rows - before.0, first });
        }
        self.events[known..].sort_by_key(|event| event.at);
        Ok(())
    }

    /// Takes a row, whose cells are in the order of [`COLUMNS`]; why not, if it says nothing.
    fn take(
        &mut self,
        [person, item, at, event, basket, title, category]: [&str; COLUMNS.len()],
        until: Option<Timestamp>,
        orders: &mut HashMap<(usize, String), usize>,
    ) -> Result<(), String> {
        let who = if self.of == Rows::Clicks { "session" } else { "user" };
        for (name, cell) in [(who, person), ("item", item)] {
            if cell.is_empty() {
                return Err(format!("`{name}` is empty"));
            }
        }
        let at = Clock::default().read(at).ok_or("`at` is no day and no moment such as 2026-03-02T10:00:00Z")?;
        if until.is_some_and(|until| at >= until) {
            self.later += 1;
            return Ok(());
        }
        let (person, item) = (self.persons.number(person), self.items.number(item));
        self.about.resize(self.items.names.len(), Default::default());
        for (known, said) in self.about[item].iter_mut().zip([title, category]) {
            if known.is_empty() {
                said.clone_into(known);
            }
        }
        let name = match self.of {
            Rows::Clicks => VIEWED,
            Rows::Deeds if event.is_empty() => ORDERED,
            Rows::Deeds => event,
        };
        let new = Done { person, at, name: name.to_owned(), items: vec![item as u32] };
        if name != ORDERED {
            self.events.push(new);
            return Ok(());
        }
        let basket = if basket.is_empty() { moment::write(at) } else { basket.to_owned() };
        let next = self.events.len();
        let order = *orders.entry((person, basket.clone())).or_insert(next);
        if order == next {
            self.events.push(new);
        } else if self.events[order].items.len() < LINES {
            let known = &mut self.events[order];
            known.at = known.at.min(at);
            known.items.push(item as u32);
        } else {
            orders.insert((person, basket), next);
            self.events.push(new);
        }
        Ok(())
    }

    /// An item as the catalog is told of it. It can be had, and costs 1: the file does not say what it costs.
    pub fn item(&self, number: usize) -> Value {
        let (id, [title, category]) = (&self.items.names[number], &self.about[number]);
        let title = if title.is_empty() { id } else { title };
        let mut item = json!({"id": id, "title": {"en": title}, "price": 1, "stock": 1});
        if !category.is_empty() {
            item["categories"] = json!([category.split('>').map(str::trim).collect::<Vec<_>>()]);
        }
        item
    }

    /// A click of a session that is lived again, so many seconds before a moment, as a page sends it; the first one, of
    /// `place` 0, grants the purpose of web pages.
    pub fn click(&self, session: usize, (place, item): (usize, u32), seconds: usize, before: Timestamp) -> Value {
        let session = &self.persons.names[session];
        let at = before.minus(Span::SECOND.times(i64::try_from(seconds).unwrap_or(i64::MAX)));
        let mut sent = json!({
            "type": "track", "event": VIEWED, "anonymousId": session, "timestamp": moment::write(at),
            "messageId": format!("evaluate-{session}-{place}"),
            "properties": {"product_id": self.items.names[item as usize]},
        });
        if place == 0 {
            sent["context"] = granted();
        }
        sent
    }

    /// An event as it is sent; the first of a person grants the purpose of web pages.
    pub fn sent(&self, number: usize, grants: &mut [bool]) -> Value {
        let Done { person, at, name, items } = &self.events[number];
        let id = |item: &u32| &self.items.names[*item as usize];
        let properties = if name == ORDERED {
            json!({"products": items.iter().map(|item| json!({"product_id": id(item)})).collect::<Vec<_>>()})
        } else {
            json!({"product_id": items.first().map(id)})
        };
        let who = if self.of == Rows::Clicks { "anonymousId" } else { "userId" };
        let mut sent = json!({
            "type": "track", "event": name, who: self.persons.names[*person], "timestamp": moment::write(*at),
            "messageId": format!("evaluate-{number}"), "properties": properties,
        });
        if !std::mem::replace(&mut grants[*person], true) {
            sent["context"] = granted();
        }
        sent
    }
}

/// What says that pages may be made for somebody.
fn granted() -> Value {
    json!({"consent": {"categoryPreferences": {"site": true}}})
}

impl Done {
    /// Whether its items were taken.
    pub fn is_order(&self) -> bool {
        self.name == ORDERED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_events_in_order_of_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("past.tsv");
        let rows = "at\tuser\titem\tevent\tbasket\ttitle\n2026-01-03\ta\ty\t\to1\t\n2026-01-02\ta\tx\t\to1\tThe x\n\
                    2026-01-02 12:00\ta\tx\tProduct Viewed\t\t\n2026-01-01\tb\tx\t\to1\t\nnever\tb\tx\t\t\t\n\
                    2026-02-01\tb\tx\t\t\t\n";
        std::fs::write(&path, rows).unwrap();
        let until = Clock::default().read("2026-02-01");
        let past = Past::read(&path, Rows::Deeds, until, |_, _| {}).unwrap();
        assert_eq!((past.rows, past.bad, past.later), (6, 1, 1));
        assert!(past.told[0].starts_with("line 6: `at`"), "{:?}", past.told);
        let events: Vec<_> = past.events.iter().map(|one| (one.person, one.is_order(), one.items.len())).collect();
        assert_eq!(
            events,
            [(1, true, 1), (0, true, 2), (0, false, 1)],
            "an order is one person's, and of its first row"
        );
        assert_eq!(past.item(1), json!({"id": "x", "title": {"en": "The x"}, "price": 1, "stock": 1}));
        let (mut grants, granted) = (vec![false; 2], json!({"consent": {"categoryPreferences": {"site": true}}}));
        let sent: Vec<Value> = (0..3).map(|number| past.sent(number, &mut grants)).collect();
        assert_eq!((&sent[1]["context"], &sent[2]["context"]), (&granted, &Value::Null), "the first event grants");
        assert_eq!(sent[1]["properties"], json!({"products": [{"product_id": "y"}, {"product_id": "x"}]}));
        assert_eq!((&sent[2]["event"], &sent[2]["properties"]["product_id"]), (&json!("Product Viewed"), &json!("x")));
    }

    #[test]
    fn clicks_of_a_second_table_stand_behind_those_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let [known, tested] = ["known.csv", "tested.csv"].map(|name| folder.path().join(name));
        std::fs::write(&known, "session,item,at,event\ns2,y,2026-01-02,Signed Up\ns1,x,2026-01-01,\n").unwrap();
        std::fs::write(&tested, "session,item,at\n,x,2026-01-01\ns3,y,2026-01-01\n").unwrap();
        let mut past = Past::read(&known, Rows::Clicks, None, |_, _| {}).unwrap();
        past.add(&tested, "tested.csv, ", None, |_, _| {}).unwrap();
        let events: Vec<_> = past.events.iter().map(|one| (one.person, one.items[0], one.is_order())).collect();
        assert_eq!(events, [(1, 1, false), (0, 0, false), (2, 0, false)]);
        assert_eq!((past.rows, past.told.as_slice()), (4, &["tested.csv, line 2: `session` is empty".to_owned()][..]));
        let sent = past.sent(2, &mut [false; 3]);
        assert_eq!(
            (&sent["anonymousId"], &sent["event"], &sent["userId"]),
            (&json!("s3"), &json!(VIEWED), &Value::Null)
        );
        let lived = past.click(2, (1, 0), 3, Clock::default().read("2026-01-02").unwrap());
        assert_eq!(lived["timestamp"], json!("2026-01-01T23:59:57Z"));
        assert_eq!((&lived["messageId"], &lived["context"]), (&json!("evaluate-s3-1"), &Value::Null));
        std::fs::write(&tested, "session,item,at\ns3,,2026-01-01\n").unwrap();
        let why = past.add(&tested, "tested.csv, ", None, |_, _| {}).unwrap_err().to_string();
        assert_eq!(why, "of 1 rows none says what somebody did; tested.csv, line 2: `item` is empty");
        std::fs::write(&tested, "user,item,at\n").unwrap();
        let why = past.add(&tested, "", None, |_, _| {}).unwrap_err().to_string();
        assert_eq!(why, "there is no column `session`; there are user, item, at");
    }
}

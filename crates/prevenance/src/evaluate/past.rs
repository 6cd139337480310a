//! A shop's history as a file: who did what with which item, and when.

use std::{collections::HashMap, error::Error, fs, path::Path, sync::atomic::Ordering};

use api::wire::Moment;
use indicatif::ProgressBar;
use ingest::{
    document::FileDocument,
    input::BytesRead,
    records::{Read, Record, Records},
};
use serde_json::{Value, json};

use super::bar;

/// The event that says that items were taken.
const ORDERED: &str = "Order Completed";
/// Bad rows that are told with their reasons.
const TOLD: usize = 5;
/// Lines that one event names at most; a longer order is several.
const LINES: usize = 500;
/// Rows between two looks at the bar.
const WATCHED: u64 = 1_000;
/// The columns that are read, the needed ones first.
const COLUMNS: [&str; 7] = ["user", "item", "at", "event", "basket", "title", "category"];
const NEEDED: usize = 3;

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) persons: Numbers,
    pub(super) items: Numbers,
    /// Title and category of each item; empty where nothing is said.
    about: Vec<[String; 2]>,
    /// In order of time.
    pub(super) events: Vec<Event>,
    pub(super) rows: u64,
    /// Rows behind the period that is looked at.
    pub(super) later: u64,
    pub(super) bad: u64,
    /// The first bad rows, with their lines.
    pub(super) told: Vec<String>,
}

/// What somebody did at once.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) person: usize,
    pub(super) at: Moment,
    name: String,
    pub(super) items: Vec<u32>,
}

/// Numbers without gaps for names, in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    of: HashMap<String, usize>,
    pub(super) names: Vec<String>,
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

    pub(super) fn get(&self, name: &str) -> Option<usize> {
        self.of.get(name).copied()
    }
}

impl Past {
    /// Reads a table of events up to a moment. Bad rows are counted; the file as a whole fails where a column is missing
    /// or no row is good.
    pub(super) fn read(path: &Path, until: Option<Moment>) -> Result<Self, Box<dyn Error>> {
        let named = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let read = BytesRead::default();
        let bar = bar(fs::metadata(path).map_err(|why| named(&why))?.len(), "read", "{bytes}/{total_bytes}");
        let mut records = Records::open(path, &FileDocument::default(), read.clone()).map_err(|why| named(&why))?;
        let place = |name| records.columns().iter().position(|column| column.trim().eq_ignore_ascii_case(name));
        let places = COLUMNS.map(place);
        if let Some(missing) = (0..NEEDED).find(|column| places[*column].is_none()) {
            let (missing, there) = (COLUMNS[missing], records.columns().join(", "));
            return Err(named(&format!("there is no column `{missing}`; there are {there}")).into());
        }
        let (mut past, mut orders, mut record) = (Self::default(), HashMap::new(), Record::default());
        loop {
            let why = match records.read(&mut record).map_err(|why| named(&why))? {
                Read::End => break,
                Read::Bad(fault) | Read::Cut(fault) => Some(fault.message),
                Read::Row => {
                    let cells: Vec<&str> = record.cells.iter().map(str::trim).collect();
                    let row = places.map(|place| place.and_then(|place| cells.get(place)).copied().unwrap_or_default());
                    past.take(row, until, &mut orders).err()
                }
            };
            past.rows += 1;
            if let Some(why) = why {
                past.bad += 1;
                if past.told.len() < TOLD {
                    past.told.push(format!("line {}: {why}", record.line));
                }
            }
            watch(&bar, past.rows, &read);
        }
        bar.finish_and_clear();
        if past.events.is_empty() {
            let told = past.told.first().map_or(String::new(), |first| format!("; {first}"));
            return Err(named(&format!("of {} rows none says what somebody did{told}", past.rows)).into());
        }
        past.events.sort_by_key(|event| event.at);
        Ok(past)
    }

    /// Takes a row, whose cells are in the order of [`COLUMNS`]; why not, if it says nothing.
    fn take(
        &mut self,
        [person, item, at, event, basket, title, category]: [&str; COLUMNS.len()],
        until: Option<Moment>,
        orders: &mut HashMap<(usize, String), usize>,
    ) -> Result<(), String> {
        for (name, cell) in [("user", person), ("item", item)] {
            if cell.is_empty() {
                return Err(format!("`{name}` is empty"));
            }
        }
        let at = api::time::read(at).map(Moment);
        let at = at.ok_or("`at` is no day and no moment such as 2026-03-02T10:00:00Z")?;
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
        let name = if event.is_empty() { ORDERED } else { event };
        let new = Event { person, at, name: name.to_owned(), items: vec![item as u32] };
        if name != ORDERED {
            self.events.push(new);
            return Ok(());
        }
        let basket = if basket.is_empty() { api::time::write(at.0) } else { basket.to_owned() };
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
    pub(super) fn item(&self, number: usize) -> Value {
        let (id, [title, category]) = (&self.items.names[number], &self.about[number]);
        let title = if title.is_empty() { id } else { title };
        let mut item = json!({"id": id, "title": {"en": title}, "price": 1, "stock": 1});
        if !category.is_empty() {
            item["categories"] = json!([category.split('>').map(str::trim).collect::<Vec<_>>()]);
        }
        item
    }

    /// An event as it is sent; the first of a person grants the purpose of web pages.
    pub(super) fn sent(&self, number: usize, grants: &mut [bool]) -> Value {
        let Event { person, at, name, items } = &self.events[number];
        let id = |item: &u32| &self.items.names[*item as usize];
        let properties = if name == ORDERED {
            json!({"products": items.iter().map(|item| json!({"product_id": id(item)})).collect::<Vec<_>>()})
        } else {
            json!({"product_id": items.first().map(id)})
        };
        let mut sent = json!({
            "type": "track", "event": name, "userId": self.persons.names[*person], "timestamp": at,
            "messageId": format!("evaluate-{number}"), "properties": properties,
        });
        if !std::mem::replace(&mut grants[*person], true) {
            sent["context"] = json!({"consent": {"categoryPreferences": {"site": true}}});
        }
        sent
    }
}

impl Event {
    /// Whether its items were taken.
    pub(super) fn is_order(&self) -> bool {
        self.name == ORDERED
    }
}

fn watch(bar: &ProgressBar, rows: u64, read: &BytesRead) {
    if rows.is_multiple_of(WATCHED) {
        bar.set_position(read.load(Ordering::Relaxed));
        bar.set_message(format!("{rows} rows"));
    }
}

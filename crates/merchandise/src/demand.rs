//! What people search for and the shop does not have, counted by day.
//!
//! Of a search that could not be met only its key is counted, with a text that was typed for it: no person, no moment
//! but the day. In the folder `demand` of the data folder, `2026-03-02.json` is one day. What changed is written every
//! few seconds ([`Demand::save`]); the counts of the last seconds may be lost with the program.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use api::{
    time,
    wire::demand::{DemandNow, NearestItem, UnmetDemand, UnmetDemandAnswer},
};
use catalog::{catalog::Catalog, number::ItemNumber, view::ItemView};
use model::time::{Span, Timestamp};
use search::{Count, Filters, Found, Grade, Language, LastWord, Page, Request, SearchError, Snapshot, Sort, Stock};
use serde::{Deserialize, Serialize};

use crate::limits;

/// Its folder in the data folder.
const FOLDER: &str = "demand";
/// Digits, with nothing but separators between them, from which on a text may be a telephone number.
const PHONE_DIGITS: usize = 7;

/// What could not be had, by day.
#[derive(Debug)]
pub struct Demand {
    folder: PathBuf,
    days: Mutex<Days>,
    /// Held by whoever writes.
    saving: Mutex<()>,
}

/// Why a search could not be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Nothing is found.
    Nothing,
    /// What is found cannot be had.
    OutOfStock,
    /// Something is found only after words have been left out.
    SomeWords,
}

/// A page of the report.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Over how many days, today among them.
    pub days: i64,
    /// How many entries.
    pub entries: usize,
}

#[derive(Debug, Default)]
struct Days {
    by_day: BTreeMap<i64, Day>,
    /// Numbers the searches, so that of those that are as frequent the latest stay.
    seen: u64,
}

#[derive(Debug, Default)]
struct Day {
    keys: BTreeMap<String, Counted>,
    is_changed: bool,
}

/// One key on one day.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Counted {
    text: String,
    /// By how many this text leads before others (Boyer and Moore's majority vote): what more than half typed stands.
    lead: u64,
    nothing: u64,
    out_of_stock: u64,
    some_words: u64,
    #[serde(skip)]
    last: u64,
}

/// A line of a day's file.
#[derive(Serialize, Deserialize)]
struct Row {
    key: String,
    #[serde(flatten)]
    counted: Counted,
}

impl Demand {
    /// Reads what was counted. A day that cannot be read is left out, and told in the log: nothing rests on it.
    pub fn open(data: &Path) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        let mut days = Days::default();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => Some(entries),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        for entry in entries.into_iter().flatten() {
            let path = entry?.path();
            let day = path.file_name().and_then(|name| day_of(name.to_str()?.strip_suffix(".json")?));
            let Some(day) = day else { continue };
            let rows: Result<Vec<Row>, _> = serde_json::from_slice(&fs::read(&path)?);
            match rows {
                Ok(rows) => {
                    let keys = rows.into_iter().map(|row| (row.key, row.counted)).collect();
                    days.by_day.insert(day, Day { keys, is_changed: false });
                }
                Err(error) => tracing::warn!(%error, "a day of unmet demand cannot be read and is left out"),
            }
        }
        Ok(Self { folder, days: Mutex::new(days), saving: Mutex::default() })
    }

    /// Looks at a search that was answered, and counts it if it is finished and what was searched for cannot be had. The
    /// same is searched without the filters, for what these leave out is there.
    pub fn look(
        &self,
        (snapshot, catalog): (&Snapshot, &Catalog),
        request: &Request<'_>,
        found: &Found,
        now: Timestamp,
    ) -> Result<(), SearchError> {
        let is_first_page = request.page.offset == 0 && request.page.size > 0;
        if request.last_word == LastWord::Whole && is_first_page && may_be_kept(request.text, &found.reading.key) {
            let is_met = found.hits.iter().any(|hit| hit.grade != Grade::SomeWords && is_in(catalog, hit.number));
            if !is_met && let Some(lack) = lack(snapshot, catalog, request.text, request.language)?.0 {
                self.count(&found.reading.key, request.text, lack, now.day());
            }
        }
        Ok(())
    }

    fn count(&self, key: &str, text: &str, lack: Lack, day: i64) {
        let text = plain(text);
        let mut days = self.days();
        days.seen += 1;
        let seen = days.seen;
        let today = days.by_day.entry(day).or_default();
        today.is_changed = true;
        let counted = today.keys.entry(key.to_owned()).or_default();
        counted.last = seen;
        counted.vote(text);
        *match lack {
            Lack::Nothing => &mut counted.nothing,
            Lack::OutOfStock => &mut counted.out_of_stock,
            Lack::SomeWords => &mut counted.some_words,
        } += 1;
        if today.keys.len() > limits::DEMANDS_A_DAY {
            today.thin_out();
        }
        let oldest = day - limits::DEMAND_DAYS + 1;
        days.by_day.retain(|day, _| *day >= oldest);
    }

    /// Writes what changed: durable on return. Blocking.
    pub fn save(&self) -> io::Result<()> {
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Vec::new();
        let oldest = {
            let mut days = self.days();
            for (number, day) in days.by_day.iter_mut().filter(|(_, day)| day.is_changed) {
                let row = |(key, counted): (&String, &Counted)| Row { key: key.clone(), counted: counted.clone() };
                let rows: Vec<Row> = day.keys.iter().map(row).collect();
                changed.push((*number, serde_json::to_vec(&rows)?));
                day.is_changed = false;
            }
            days.by_day.keys().next().copied()
        };
        if changed.is_empty() {
            return Ok(());
        }
        let written = self.write(&changed, oldest);
        if written.is_err() {
            let mut days = self.days();
            for (number, _) in &changed {
                days.by_day.entry(*number).and_modify(|day| day.is_changed = true);
            }
        }
        written
    }

    fn write(&self, changed: &[(i64, Vec<u8>)], oldest: Option<i64>) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        for (day, bytes) in changed {
            store::secret_file::replace(&self.folder.join(format!("{}.json", day_text(*day))), bytes)?;
        }
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let day = path.file_stem().and_then(|name| day_of(name.to_str()?));
            if day.is_some_and(|day| oldest.is_some_and(|oldest| day < oldest)) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// What could not be had in the last days, what was searched for most first; each with what is there instead.
    /// Blocking.
    pub fn report(
        &self,
        snapshot: Option<&Snapshot>,
        catalog: &Catalog,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<UnmetDemandAnswer, SearchError> {
        let (from, to) = (now.day() - wanted.days + 1, now.day());
        let listed = self.list(from, to);
        let total = listed.len() as u64;
        let mut demands: Vec<UnmetDemand> = listed.into_iter().take(wanted.entries).collect();
        for demand in demands.iter_mut() {
            let Some(snapshot) = snapshot else { break };
            let (lack, nearest) = lack(snapshot, catalog, &demand.text, Language::Any)?;
            demand.now = Some(lack.map_or(DemandNow::Met, DemandNow::from));
            demand.nearest = nearest;
        }
        let (from, to) = (day_text(from), day_text(to));
        Ok(UnmetDemandAnswer { from, to, listed_from: limits::LISTED_DEMAND, total, demands })
    }

    fn list(&self, from: i64, to: i64) -> Vec<UnmetDemand> {
        let mut by_key: BTreeMap<String, (Counted, i64, i64)> = BTreeMap::new();
        for (number, day) in self.days().by_day.range(from..=to) {
            for (key, counted) in &day.keys {
                let (sum, _, last) =
                    by_key.entry(key.clone()).or_insert_with(|| (Counted::default(), *number, *number));
                sum.add(counted);
                *last = *number;
            }
        }
        let listed = by_key.into_iter().filter(|(_, (sum, ..))| sum.searches() >= limits::LISTED_DEMAND);
        let demand = |(key, (sum, first, last)): (String, (Counted, i64, i64))| UnmetDemand {
            key,
            searches: sum.searches(),
            text: sum.text,
            nothing: sum.nothing,
            out_of_stock: sum.out_of_stock,
            some_words: sum.some_words,
            first_day: day_text(first),
            last_day: day_text(last),
            now: None,
            nearest: None,
        };
        let mut listed: Vec<UnmetDemand> = listed.map(demand).collect();
        // Keys came in their order, and equals stay in it.
        listed.sort_by_key(|demand| Reverse(demand.searches));
        listed
    }

    fn days(&self) -> MutexGuard<'_, Days> {
        self.days.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Day {
    /// Lets go of the least frequent quarter; of those that are as frequent, of what was not searched for of late.
    fn thin_out(&mut self) {
        let mut ranks: Vec<(u64, u64)> = self.keys.values().map(|counted| (counted.searches(), counted.last)).collect();
        ranks.sort_unstable();
        let least = ranks[ranks.len() / 4];
        self.keys.retain(|_, counted| (counted.searches(), counted.last) >= least);
    }
}

impl Counted {
    fn searches(&self) -> u64 {
        self.nothing + self.out_of_stock + self.some_words
    }

    fn vote(&mut self, text: String) {
        if self.text == text {
            self.lead += 1;
        } else if self.lead == 0 {
            (self.text, self.lead) = (text, 1);
        } else {
            self.lead -= 1;
        }
    }

    fn add(&mut self, other: &Self) {
        self.nothing += other.nothing;
        self.out_of_stock += other.out_of_stock;
        self.some_words += other.some_words;
        if self.text.is_empty() || other.lead > self.lead {
            (self.text, self.lead) = (other.text.clone(), other.lead);
        }
    }
}

impl From<Lack> for DemandNow {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Nothing => Self::Nothing,
            Lack::OutOfStock => Self::OutOfStock,
            Lack::SomeWords => Self::SomeWords,
        }
    }
}

/// What a text lacks in the whole catalog, if anything, and the item that comes nearest to it.
fn lack(
    snapshot: &Snapshot,
    catalog: &Catalog,
    text: &str,
    language: Language,
) -> Result<(Option<Lack>, Option<NearestItem>), SearchError> {
    let page = Page { offset: 0, size: limits::DEMAND_HITS };
    let request = Request { page, count: Count::Shown, sort: Sort::Relevance, ..Request::of(text, language) };
    let found = snapshot.search(&request)?;
    let Some(first) = found.hits.first() else { return Ok((Some(Lack::Nothing), None)) };
    let mut nearest = found.hits.iter().find(|hit| is_in(catalog, hit.number));
    let filters = Filters { stock: Stock::InStock, ..Filters::NONE };
    let further;
    if nearest.is_none() && found.total > found.hits.len() as u64 {
        further = snapshot.search(&Request { filters: &filters, ..request })?;
        nearest = further.hits.iter().find(|hit| hit.grade <= first.grade && is_in(catalog, hit.number));
    }
    let lack = match nearest {
        _ if first.grade == Grade::SomeWords => Some(Lack::SomeWords),
        // What has some of the words does not stand for what has all.
        Some(hit) if hit.grade != Grade::SomeWords => None,
        _ => Some(Lack::OutOfStock),
    };
    let item = |hit: &search::Hit| Some((catalog.item(ItemNumber(hit.number))?, hit.grade));
    Ok((lack, item(nearest.unwrap_or(first)).map(|(item, grade)| shown(&item, grade))))
}

fn shown(item: &ItemView<'_>, grade: Grade) -> NearestItem {
    NearestItem {
        id: item.id().to_owned(),
        title: item.best_texts(&[]).map_or_else(String::new, |texts| texts.title.to_owned()),
        in_stock: item.stock().is_in(),
        found_by: grade.word().to_owned(),
    }
}

fn is_in(catalog: &Catalog, number: u32) -> bool {
    catalog.item(ItemNumber(number)).is_some_and(|item| item.stock().is_in())
}

/// Whether a search may be kept: it says something, is short, and is neither an address nor a telephone number.
fn may_be_kept(text: &str, key: &str) -> bool {
    let is_short =
        key.chars().nth(limits::DEMAND_KEY_CHARS).is_none() && text.chars().nth(limits::DEMAND_TEXT_CHARS).is_none();
    is_short && !key.is_empty() && !says_who(text)
}

/// Whether a text may say who somebody is: by an address or a telephone number.
pub(crate) fn says_who(text: &str) -> bool {
    text.contains(['@', '＠']) || may_be_phone(text)
}

/// Whether as many digits stand together as a telephone number has, with only separators between them.
fn may_be_phone(text: &str) -> bool {
    let mut digits = 0;
    for sign in text.chars() {
        if sign.is_numeric() {
            digits += 1;
        } else if sign.is_alphabetic() {
            digits = 0;
        }
        if digits >= PHONE_DIGITS {
            return true;
        }
    }
    false
}

/// A text as it is shown: in lower case, single spaces, no signs that a screen obeys.
fn plain(text: &str) -> String {
    let shown = |sign: char| if sign.is_alphanumeric() || "'’-&+.,/%".contains(sign) { sign } else { ' ' };
    let text: String = text.chars().map(shown).flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn day_text(day: i64) -> String {
    let mut text = time::write(Timestamp::saturating_from_millis(day.saturating_mul(Span::DAY.as_millis())));
    text.truncate("2026-03-02".len());
    text
}

fn day_of(text: &str) -> Option<i64> {
    (text.len() == "2026-03-02".len()).then(|| time::read(text).map(Timestamp::day))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(folder: &Path) -> Demand {
        Demand::open(folder).unwrap()
    }

    #[test]
    fn what_may_be_personal_is_not_kept() {
        for kept in ["hiking boots", "boots 42 2026", "tent 3-4 persons", "4x4"] {
            assert!(may_be_kept(kept, "key"), "{kept}");
        }
        let long = "b".repeat(limits::DEMAND_TEXT_CHARS + 1);
        for personal in
            ["ana@example.com", "ana＠example.com", "06 12 34 56 78", "+33 (0)6.12.34.56.78", "call 5550199", &long]
        {
            assert!(!may_be_kept(personal, "key"), "{personal}");
        }
        assert!(!may_be_kept("boots", &"k".repeat(limits::DEMAND_KEY_CHARS + 1)) && !may_be_kept("!!", ""));
    }

    #[test]
    fn the_least_frequent_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let demand = demand(folder.path());
        for number in 0..2 * limits::DEMANDS_A_DAY {
            demand.count(&format!("once {number}"), "once", Lack::Nothing, 1);
            if number % 400 == 0 {
                demand.count("often", "Often ", Lack::Nothing, 1);
            }
        }
        let days = demand.days();
        let keys = &days.by_day[&1].keys;
        assert!(keys.len() <= limits::DEMANDS_A_DAY && keys["often"].nothing == 10, "{}", keys.len());
        assert!(keys.contains_key(&format!("once {}", 2 * limits::DEMANDS_A_DAY - 1)));
    }

    #[test]
    fn days_are_kept_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = demand(folder.path());
        for day in 100..=100 + limits::DEMAND_DAYS {
            for text in ["Tent", "tents", "TENT"] {
                first.count("tent", text, Lack::OutOfStock, day);
            }
            first.save().unwrap();
        }
        let last = 100 + limits::DEMAND_DAYS;
        let again = demand(folder.path());
        assert_eq!(again.list(last, last), first.list(last, last));
        let listed = again.list(0, last).remove(0);
        assert_eq!((&*listed.text, &*listed.first_day), ("tent", &*day_text(101)));
        assert_eq!(listed.searches, 3 * limits::DEMAND_DAYS.unsigned_abs());
        assert!(again.list(last + 1, last + 7).is_empty());
    }

    #[test]
    fn a_broken_day_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        fs::write(folder.path().join(FOLDER).join("2026-03-02.json"), b"[{").unwrap();
        let demand = demand(folder.path());
        let day = day_of("2026-03-02").unwrap();
        for _ in 0..3 {
            demand.count("tent", "tent", Lack::Nothing, day);
        }
        demand.save().unwrap();
        assert_eq!(self::demand(folder.path()).list(day, day).len(), 1);
    }
}

//! `prevenance evaluate`: how well recommenders foretell what a shop's own customers took, or clicked on next, through
//! the public API of a private copy of the program.

mod copy;
mod orders;
mod sessions;
mod table;

use std::{
    collections::HashSet,
    error::Error,
    fmt::Display,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    thread,
};

use api::{time, wire::Moment};
use indicatif::{ProgressBar, ProgressStyle};
use ingest::past::{Past, PastError, Rows};
use recommend::history::Item;
use serde_json::{Map, Value, json};

/// What is evaluated, and by what.
#[derive(Debug)]
pub(crate) struct Evaluate {
    pub(crate) file: PathBuf,
    pub(crate) rows: Rows,
    /// Where what is foretold begins.
    pub(crate) cut: Cut,
    pub(crate) until: Option<Moment>,
    /// The algorithms; the usual ones if there are none.
    pub(crate) recommenders: Vec<String>,
    pub(crate) count: u16,
    pub(crate) json: Option<PathBuf>,
    pub(crate) lists: Option<PathBuf>,
    /// So many users or sessions are tested at most.
    pub(crate) most: Option<usize>,
    pub(crate) seed: u64,
}

/// Where what is foretold begins.
#[derive(Debug)]
pub(crate) enum Cut {
    /// At a moment.
    At(Moment),
    /// With what is in a file of its own.
    File(PathBuf),
}

type Failed = Box<dyn Error>;

/// What the others are compared with.
const BASE: &str = "popular";

/// Evaluates, prints tables, and writes the same as JSON.
pub(crate) fn run(evaluate: &Evaluate) -> Result<(), Failed> {
    if let (Some(until), Cut::At(from)) = (evaluate.until, &evaluate.cut)
        && until <= *from
    {
        return Err("--until must be after --from".into());
    }
    let (past, cut) = evaluate.read()?;
    if past.bad > 0 {
        eprintln!("{} of {} rows are bad:\n  {}", past.bad, past.rows, past.told.join("\n  "));
    }
    // Before the work, lest it be in vain.
    let create = |path: &PathBuf| File::create(path).map_err(|why| named(path, why));
    let json = evaluate.json.as_ref().map(create).transpose()?;
    let mut lists = Lists(evaluate.lists.as_ref().map(create).transpose()?.map(BufWriter::new));
    let mut found = match evaluate.rows {
        Rows::Deeds => orders::find(evaluate, &past, cut, &mut lists)?,
        Rows::Clicks => sessions::find(evaluate, &past, cut, &mut lists)?,
    };
    if let Value::Object(found) = &mut found {
        found.extend(evaluate.told(&past));
    }
    lists.0.map_or(Ok(()), |mut lists| lists.flush())?;
    print!(
        "{}",
        match evaluate.rows {
            Rows::Deeds => table::of_orders(&found),
            Rows::Clicks => table::of_sessions(&found),
        }
    );
    json.map_or(Ok(()), |json| Ok(serde_json::to_writer_pretty(json, &found)?))
}

impl Evaluate {
    /// The history, and the place of the first event that is foretold.
    fn read(&self) -> Result<(Past, usize), Failed> {
        let until = self.until.map(|until| until.0);
        let past = watched(&self.file, |watch| Past::read(&self.file, self.rows, until, watch));
        let mut past = past.map_err(|why| named(&self.file, why))?;
        let cut = match &self.cut {
            Cut::At(from) => past.events.partition_point(|event| event.at < from.0),
            Cut::File(path) => {
                let cut = past.events.len();
                let called = format!("{}, ", path.display());
                watched(path, |watch| past.add(path, &called, until, watch)).map_err(|why| named(path, why))?;
                cut
            }
        };
        if cut == 0 {
            return Err(self.nothing(&past, "nothing happened before"));
        }
        Ok((past, cut))
    }

    /// Why there is nothing to foretell, or nothing to learn from.
    fn nothing(&self, past: &Past, what: &str) -> Failed {
        match &self.cut {
            Cut::File(path) => format!("{}: {what} those of {}", path.display(), self.file.display()).into(),
            Cut::At(from) => {
                let first = time::write(past.events[0].at);
                let from = time::write(from.0);
                format!("{what} {from}: choose another --from (the first event is of {first})").into()
            }
        }
    }

    /// When what is learned from ends.
    fn now(&self, past: &Past, cut: usize) -> Moment {
        match self.cut {
            Cut::At(from) => from,
            Cut::File(_) => past.events[cut - 1].at.into(),
        }
    }

    /// The algorithms, each once; what the others are compared with comes first.
    fn names<'a>(&'a self, usual: &[&'a str]) -> Vec<&'a str> {
        let asked: Vec<&str> = self.recommenders.iter().map(String::as_str).collect();
        let asked = if asked.is_empty() { usual } else { &asked };
        let (mut names, mut seen) = (vec![BASE], HashSet::from([BASE]));
        names.extend(asked.iter().copied().filter(|name| seen.insert(name)));
        names
    }

    /// What was asked for, and what was read.
    fn told(&self, past: &Past) -> Map<String, Value> {
        let (from, test) = match &self.cut {
            Cut::At(from) => (Some(from), None),
            Cut::File(path) => (None, Some(path.display().to_string())),
        };
        let told = json!({
            "file": self.file.display().to_string(), "from": from, "test": test, "until": self.until,
            "seed": self.seed, "count": self.count, "items": past.items.names.len(),
            "rows": {"read": past.rows, "bad": past.bad, "later": past.later, "told": past.told},
        });
        if let Value::Object(told) = told { told } else { Map::new() }
    }
}

/// Where lists are written as they were shown, one JSON object a line; nowhere if nobody asked for them.
struct Lists(Option<BufWriter<File>>);

impl Lists {
    /// Writes one, beside what says whose it is.
    fn write(&mut self, past: &Past, mut whose: Value, list: &[Item]) -> Result<(), Failed> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        whose["items"] = list.iter().map(|item| past.items.names[item.index()].as_str()).collect();
        serde_json::to_writer(&mut *file, &whose)?;
        Ok(file.write_all(b"\n")?)
    }
}

/// Reads a file, showing how far that is.
fn watched<R>(path: &Path, read: impl FnOnce(&dyn Fn(u64, u64)) -> Result<R, PastError>) -> Result<R, PastError> {
    let bar = bar(fs::metadata(path).map_or(0, |file| file.len()), "read", "{bytes}/{total_bytes}");
    let done = read(&|rows, bytes| {
        bar.set_position(bytes);
        bar.set_message(format!("{rows} rows"));
    });
    bar.finish_and_clear();
    done
}

/// Does something for all of these, on as many threads as there are cores; the answers in their order.
fn on_all_cores<T: Sync, A: Send, E: Send>(all: &[T], each: impl Fn(&T) -> Result<A, E> + Sync) -> Result<Vec<A>, E> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let some = all.chunks(all.len().div_ceil(threads).max(1));
    let each = &each;
    thread::scope(|scope| {
        let working: Vec<_> = some.map(|some| scope.spawn(move || some.iter().map(each).collect::<Vec<_>>())).collect();
        working.into_iter().flat_map(|working| working.join().expect("nothing in it panics")).collect()
    })
}

/// A bar of a kind of work.
fn bar(of: u64, what: &str, how_far: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{what} {{wide_bar}} {how_far} {{msg}} {{eta}}"));
    ProgressBar::new(of).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn named(path: &Path, why: impl Display) -> String {
    format!("{}: {why}", path.display())
}

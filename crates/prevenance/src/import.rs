//! `prevenance import`: a shop's files into a running program, or into a data folder.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use ingest::{
    contract,
    deliver::{Receipt, Refused, Sink, SinkError, Totals, deliver, rehearse},
    input::BytesRead,
    ledger::{Ledger, fingerprint},
    mapping::Mapping,
    preview::Preview,
    report,
    steps::{ImportError, Steps},
};
use server::{
    command::import::{Came, Door, when_told_to_stop},
    config::Config,
    serve::Fixed,
};

use crate::{
    client::CallError,
    server_sink::{Server, Session},
};

/// What is imported, and how.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) mapping: PathBuf,
    pub(crate) source: String,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) quarantine: Option<PathBuf>,
    /// Joined files that are not where the mapping says.
    pub(crate) joined: BTreeMap<String, PathBuf>,
    pub(crate) target: Target,
}

/// Where the events go.
#[derive(Debug)]
pub(crate) enum Target {
    /// Nowhere: the rows are shown as they are understood.
    Nowhere,
    /// To a running program.
    Server { url: String, key: String },
    /// Into a data folder that no program holds.
    Folder { config: Box<Config>, fixed: Fixed },
}

/// Steps of a dry run between two looks at the bar.
const WATCHED_STEPS: usize = 500;

/// What a process that was stopped by hand ends with, as a shell has it: 128 and the number of SIGINT.
const STOPPED: i32 = 130;

/// Imports, and prints what became of the rows.
pub(crate) fn run(import: &Import) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(&import.mapping).map_err(|error| named(&import.mapping, &error))?;
    let mapping =
        Mapping::read(&text).map_err(|error| format!("{}: {}: {error}", import.mapping.display(), error.code()))?;
    let read = BytesRead::default();
    let steps = Steps::open(&mapping, &import.source, &import.paths, &import.joined, read.clone());
    let mut steps = steps.map_err(|error| match error {
        ImportError::Mapping { .. } => named(&import.mapping, &error),
        error => error.to_string(),
    })?;
    let bar = bar(&import.paths);
    let watch = |totals: &Totals| {
        bar.set_position(read.load(Ordering::Relaxed));
        let rows = totals.counts.rows - totals.skipped_rows;
        if rows == 0 {
            bar.reset_elapsed();
        }
        let per_s = rows as f64 / bar.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!("{} rows, {per_s:.0} rows/s", totals.counts.rows));
    };
    let work = Work { import, mapping: &mapping, bar: &bar };
    let totals = match &import.target {
        Target::Nowhere => work.show(&mut steps, watch)?,
        Target::Server { url, key } => work.send_to_server(&mut steps, (url, key), watch)?,
        Target::Folder { config, fixed } => work.put_into_folder(&mut steps, config, *fixed, watch)?,
    };
    let took = bar.elapsed();
    bar.finish_and_clear();
    print!("{}", report::made(&totals));
    if !matches!(import.target, Target::Nowhere) {
        print!("{}", report::answered(&totals));
    }
    if totals.counts.rows > totals.skipped_rows {
        println!("{}", pace(&totals, took));
    }
    for file in steps.without_rows() {
        eprintln!("{file} has no rows");
    }
    if !steps.cut().is_empty() {
        let cut = steps.cut().join(", ");
        let why = "What was whole is imported; import the whole file again, nothing counts twice";
        return Err(format!("stopped short: {cut}. {why}").into());
    }
    report::came_to_nothing(&totals).map_or(Ok(()), |why| Err(why.into()))
}

/// An import that is under way.
struct Work<'a> {
    import: &'a Import,
    mapping: &'a Mapping,
    bar: &'a ProgressBar,
}

impl Work<'_> {
    /// Shows the first steps of each kind, and reads the others.
    fn show(&self, steps: &mut Steps<'_>, watch: impl Fn(&Totals)) -> Result<Totals, Box<dyn Error>> {
        let (mut preview, mut seen) = (Preview::new(self.mapping), 0);
        let totals = rehearse(steps, |step, totals| {
            if let Some(text) = preview.show(step) {
                self.bar.suspend(|| println!("{text}"));
            }
            seen += 1;
            if seen % WATCHED_STEPS == 0 {
                watch(totals);
            }
        });
        Ok(totals?)
    }

    fn send_to_server(
        &self,
        steps: &mut Steps<'_>,
        (url, key): (&str, &str),
        watch: impl Fn(&Totals),
    ) -> Result<Totals, Box<dyn Error>> {
        let admin = Server::new(url, key)?;
        contract::check(&admin.source(&self.import.source)?, self.mapping.contract())?;
        let kept_since_ms = admin.kept_since_ms()?;
        let mut ledger = self.ledger(url, steps.files())?;
        if let Some(old) = ledger.key_id() {
            admin.end_key(old)?;
        }
        let session = Arc::new(Session::begin(admin, &self.import.source, self.bar)?);
        ledger.note_key(Some(session.key_id()))?;
        let (stopped, bar) = (session.clone(), self.bar.clone());
        when_told_to_stop(move || {
            // The key is kept from whoever sends until the process is gone.
            let ended = stopped.end();
            stop(&bar, ended.as_ref().err());
        })?;
        let sent = deliver(steps, &*session, &mut ledger, watch);
        let ended = session.end().map(drop);
        let totals = sent?;
        ended?;
        if let Some((_, newest)) = totals.span.filter(|(oldest, _)| oldest.as_millis() < kept_since_ms) {
            let which = if newest.as_millis() < kept_since_ms { "all" } else { "some" };
            eprintln!(
                "{which} events are older than the program keeps, and it drops them: raise the setting `retention_days`, \
                 or start the program for a trial with --test-clock soon after the last row"
            );
        }
        finish(totals, ledger, self.import)
    }

    fn put_into_folder(
        &self,
        steps: &mut Steps<'_>,
        config: &Config,
        fixed: Fixed,
        watch: impl Fn(&Totals),
    ) -> Result<Totals, Box<dyn Error>> {
        let door = Door::open(config, fixed, &self.import.source)?;
        let bar = self.bar.clone();
        when_told_to_stop(move || stop(&bar, None))?;
        let sent = || -> Result<Totals, Box<dyn Error>> {
            contract::check(door.source(), self.mapping.contract())?;
            let mut ledger = self.ledger(&config.data.display().to_string(), steps.files())?;
            let totals = deliver(steps, &Folder(&door), &mut ledger, watch)?;
            finish(totals, ledger, self.import)
        }();
        door.close()?;
        sent
    }

    fn ledger(&self, target: &str, files: &[PathBuf]) -> Result<Ledger, Box<dyn Error>> {
        let told = fingerprint(self.mapping.fingerprint(), &self.import.source, target, files)?;
        let path = quarantine(self.import);
        let why = "say with --quarantine FILE where rows that break the contract go";
        let ledger = Ledger::open(&path, &told).map_err(|error| format!("{}; {why}", named(&path, &error)))?;
        if ledger.steps() > 0 {
            eprintln!("going on where the import stopped: {} events and rows are done", ledger.steps());
        }
        if let Some(aside) = ledger.kept_aside() {
            eprintln!("the rows that an earlier import left in quarantine are now in {}", aside.display());
        }
        Ok(ledger)
    }
}

/// A data folder as the place where events go.
struct Folder<'a>(&'a Door);

impl Sink for Folder<'_> {
    fn send(&self, body: &[u8]) -> Result<Receipt, SinkError> {
        let Came { refused, counts } = self.0.take(body).map_err(|error| SinkError(error.to_string()))?;
        let each = |item: server::command::import::Refusal| Refused {
            index: item.index,
            code: item.code,
            message: item.message,
        };
        let refused = refused.into_iter().map(each).collect();
        Ok(Receipt { refused, known: counts.known, counted: counts.counted })
    }
}

/// Ends the process between two steps. What is done is noted at any moment, and a data folder is whole at any moment.
fn stop(bar: &ProgressBar, key_is_left: Option<&CallError>) {
    bar.finish_and_clear();
    if let Some(error) = key_is_left {
        eprintln!("the key of this import ends by itself, within an hour: {error}");
    }
    eprintln!("stopped; the same command goes on from here");
    std::process::exit(STOPPED);
}

/// Where bad rows go. One file may be imported under several mappings, and each has a quarantine of its own.
fn quarantine(import: &Import) -> PathBuf {
    import.quarantine.clone().unwrap_or_else(|| {
        let mut path = import.paths.first().map(|path| path.as_os_str().to_owned()).unwrap_or_default();
        let mapping = import.mapping.file_stem().unwrap_or_default().display();
        path.push(format!(".{mapping}.{}.quarantine.jsonl", import.source));
        path.into()
    })
}

fn finish(totals: Totals, ledger: Ledger, import: &Import) -> Result<Totals, Box<dyn Error>> {
    if ledger.finish()? {
        println!("in quarantine, with the reasons: {}", quarantine(import).display());
    }
    Ok(totals)
}

fn bar(paths: &[PathBuf]) -> ProgressBar {
    let bytes = paths.iter().filter_map(|path| fs::metadata(path).ok()).map(|about| about.len()).sum();
    let style = ProgressStyle::with_template("import {wide_bar} {bytes}/{total_bytes} {msg} {eta}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// How long it took, and at which pace: of what was read anew.
fn pace(totals: &Totals, took: Duration) -> String {
    let (rows, seconds) = ((totals.counts.rows - totals.skipped_rows) as f64, took.as_secs_f64().max(0.001));
    let mut text = format!("  {seconds:.1} s, {:.0} rows/s", rows / seconds);
    if let Some(cpu) = cpu_seconds().filter(|cpu| *cpu > 0.0 && totals.skipped_rows == 0) {
        _ = write!(text, "; {:.0} rows for a CPU second", rows / cpu);
    }
    text
}

/// CPU time of this process, user and system; `None` where the system does not tell it this way.
fn cpu_seconds() -> Option<f64> {
    /// Ticks of `/proc/PID/stat` in a second; Linux reports them at this rate on every machine.
    const TICKS_PER_S: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_S)
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

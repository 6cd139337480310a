//! `prevenance import`: a shop's files into a running program, or into a data folder.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use ingest::{
    contract,
    deliver::{Refused, Sink, SinkError, Totals, deliver, rehearse},
    input::BytesRead,
    ledger::{Ledger, fingerprint},
    limits,
    mapping::Mapping,
    moment,
    step::Step,
    steps::Steps,
};
use server::{command::import::Door, config::Config, serve::Fixed};

use crate::server_sink::Server;

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

/// Bytes of a step that a dry run shows.
const SHOWN_BYTES: usize = 400;

/// Steps of a dry run between two looks at the bar.
const WATCHED_STEPS: usize = 500;

/// Imports, and prints what became of the rows.
pub(crate) fn run(import: &Import) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(&import.mapping).map_err(|error| named(&import.mapping, &error))?;
    let mapping =
        Mapping::read(&text).map_err(|error| format!("{}: {}: {error}", import.mapping.display(), error.code()))?;
    let read = BytesRead::default();
    let mut steps = Steps::open(&mapping, &import.source, &import.paths, &import.joined, read.clone())?;
    let bar = bar(&import.paths);
    let watch = |totals: &Totals| {
        bar.set_position(read.load(Ordering::Relaxed));
        let per_s = totals.counts.rows as f64 / bar.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!("{} rows, {per_s:.0} rows/s", totals.counts.rows));
    };
    let work = Work { import, mapping: &mapping };
    let totals = match &import.target {
        Target::Nowhere => show(&mut steps, &bar, watch)?,
        Target::Server { url, key } => work.send_to_server(&mut steps, (url, key), watch)?,
        Target::Folder { config, fixed } => work.put_into_folder(&mut steps, config, *fixed, watch)?,
    };
    let took = bar.elapsed();
    bar.finish_and_clear();
    print!("{}", summary(&totals, took));
    match steps.cut() {
        [] => Ok(()),
        cut => Err(format!(
            "stopped short: {}. What was whole is imported; import the whole file again, nothing counts twice",
            cut.join(", ")
        )
        .into()),
    }
}

/// Shows the first steps, and reads the others.
fn show(steps: &mut Steps<'_>, bar: &ProgressBar, watch: impl Fn(&Totals)) -> Result<Totals, Box<dyn Error>> {
    let mut seen = 0;
    let totals = rehearse(steps, |step, totals| {
        if seen < limits::PREVIEW_ROWS {
            bar.suspend(|| println!("{}", preview(step)));
        }
        seen += 1;
        if seen % WATCHED_STEPS == 0 {
            watch(totals);
        }
    });
    Ok(totals?)
}

/// An import that is under way.
struct Work<'a> {
    import: &'a Import,
    mapping: &'a Mapping,
}

impl Work<'_> {
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
        let made = admin.make_key(&self.import.source)?;
        ledger.note_key(Some(made.key.id.clone()))?;
        let sent = deliver(steps, &Server::new(url, &made.secret)?, &mut ledger, watch);
        let ended = admin.end_key(&made.key.id);
        let totals = sent?;
        ended?;
        if totals.span.is_some_and(|(oldest, _)| oldest.as_millis() < kept_since_ms) {
            eprintln!("some events are older than the program keeps (the setting `retention_days`): it drops them");
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
    fn send(&self, body: &[u8]) -> Result<Vec<Refused>, SinkError> {
        let refused = self.0.take(body).map_err(|error| SinkError(error.to_string()))?;
        let each = |item: server::command::import::Refusal| Refused {
            index: item.index,
            code: item.code,
            message: item.message,
        };
        Ok(refused.into_iter().map(each).collect())
    }
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

/// A step as a dry run shows it.
fn preview(step: &Step) -> String {
    let short = |text: &str| match text.char_indices().nth(SHOWN_BYTES) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    };
    match step {
        Step::Event(event) => format!("line {}: {}", event.place.line, short(&event.json)),
        Step::Quarantined(bad) => {
            format!("line {}: {} {}\n  {}", bad.place.line, bad.fault.reason, bad.fault.message, short(&bad.raw))
        }
    }
}

fn summary(totals: &Totals, took: Duration) -> String {
    let Totals { counts, events, traits, consents, span, quarantined } = totals;
    let (rows, seconds) = (counts.rows as f64, took.as_secs_f64().max(0.001));
    let mut text = format!("{} rows in {seconds:.1} s, {:.0} rows/s", counts.rows, rows / seconds);
    if let Some(cpu) = cpu_seconds().filter(|cpu| *cpu > 0.0) {
        _ = write!(text, "; {:.0} rows for a CPU second", rows / cpu);
    }
    _ = writeln!(text, "\n  {events} events, {traits} statements of traits, {consents} of consent");
    if let Some((oldest, newest)) = span {
        _ = writeln!(text, "  from {} to {}", moment::write(*oldest), moment::write(*newest));
    }
    _ = writeln!(text, "  {} rows passed over", counts.passed_over);
    for (code, count) in quarantined {
        _ = writeln!(text, "  {count} in quarantine: {code}");
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

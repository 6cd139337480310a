//! Events on their way: a few batches at a time, each answered for before the state says so.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io,
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, Sender, SyncSender},
    },
    thread,
};

use model::time::Timestamp;

use crate::{
    ledger::{Answers, Ledger, write_line},
    limits,
    step::{Counts, Place, Prepared, PreparedKind, Quarantined, Step},
    steps::{ImportError, Steps},
};

/// Where events go: a server, or a data folder.
pub trait Sink: Sync {
    /// Delivers a body of the tracking protocol's batch endpoint. Returns when what it holds is durable, but for the
    /// events that were refused. Waits and tries again as long as there is hope. Called from several threads.
    ///
    /// # Errors
    /// Why there is no hope.
    fn send(&self, body: &[u8]) -> Result<Receipt, SinkError>;
}

/// What became of the events of one body. Those that it does not speak of are new and kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Events that were refused.
    pub refused: Vec<Refused>,
    /// Events that were there already.
    pub known: u64,
    /// Events that were only counted, for want of consent.
    pub counted: u64,
}

/// An event that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// The stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// Why nothing can be delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// What became of the rows so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// What was read.
    pub counts: Counts,
    /// Rows that an earlier run of the same import was done with.
    pub skipped_rows: u64,
    /// Events that were made.
    pub events: u64,
    /// Statements of traits that were made.
    pub traits: u64,
    /// Statements of consent that were made, grants apart.
    pub consents: u64,
    /// Grants that were drawn.
    pub grants: u64,
    /// When the oldest and the newest of them happened.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Rows in quarantine, by code.
    pub quarantined: BTreeMap<String, u64>,
    /// What the program answered to what was made.
    pub answers: Answers,
}

/// Why an import ended early. What was done is noted: the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The rows cannot be read on.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The events cannot be delivered.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The ledger cannot be written.
    #[error("quarantine: {0}")]
    Ledger(#[from] io::Error),
}

/// Reads all steps and sends none. `show` sees each of them.
///
/// # Errors
/// Why the rows cannot be read on.
pub fn rehearse(steps: &mut Steps<'_>, mut show: impl FnMut(&Step, &Totals)) -> Result<Totals, ImportError> {
    let mut totals = Totals::default();
    while let Some(step) = steps.advance()? {
        totals.count(&step);
        totals.counts = steps.counts();
        show(&step, &totals);
    }
    totals.counts = steps.counts();
    Ok(totals)
}

/// Sends all steps that the ledger has not seen done, and notes them there. `watch` is told when those are behind it,
/// and after each batch.
///
/// # Errors
/// Why it ended early.
pub fn deliver(
    steps: &mut Steps<'_>,
    sink: &dyn Sink,
    ledger: &mut Ledger,
    mut watch: impl FnMut(&Totals),
) -> Result<Totals, DeliverError> {
    let mut totals = Totals::default();
    let done = ledger.steps();
    for _ in 0..done {
        match steps.advance()? {
            Some(step) => totals.count(&step),
            None => break,
        }
    }
    totals.counts = steps.counts();
    totals.skipped_rows = totals.counts.rows;
    watch(&totals);
    let (jobs, taken) = mpsc::sync_channel(limits::IN_FLIGHT);
    let (taken, (tell, results)) = (Mutex::new(taken), mpsc::channel());
    thread::scope(|scope| {
        for _ in 0..limits::IN_FLIGHT {
            let (taken, tell) = (&taken, tell.clone());
            scope.spawn(move || work(taken, sink, &tell));
        }
        let mut in_flight =
            InFlight { jobs, results, count: 0, answered: BTreeMap::new(), has_choices: false, next: 0, ledger };
        let mut batch = Batch::new(0, done);
        while let Some(step) = steps.advance()? {
            totals.count(&step);
            batch.add(step);
            if batch.is_full() {
                let next = Batch::new(batch.number + 1, batch.steps);
                in_flight.send(std::mem::replace(&mut batch, next))?;
                totals.counts = steps.counts();
                watch(&totals);
            }
        }
        in_flight.send(batch)?;
        in_flight.drain()
    })?;
    totals.answers = ledger.answers().clone();
    totals.counts = steps.counts();
    Ok(totals)
}

impl Totals {
    /// What was made of the rows: events and statements.
    pub fn made(&self) -> u64 {
        self.events + self.traits + self.consents + self.grants
    }

    /// What of it the program took in that it did not have.
    pub fn taken(&self) -> u64 {
        let Answers { known, counted, refused } = &self.answers;
        self.made().saturating_sub(known + counted + refused.values().sum::<u64>())
    }

    fn count(&mut self, step: &Step) {
        match step {
            Step::Event(Prepared { kind, output, at, .. }) => {
                match (kind, output) {
                    (_, None) => self.grants += 1,
                    (PreparedKind::Event, _) => self.events += 1,
                    (PreparedKind::Traits, _) => self.traits += 1,
                    (PreparedKind::Consent, _) => self.consents += 1,
                }
                if let Some(at) = *at {
                    let (oldest, newest) = self.span.unwrap_or((at, at));
                    self.span = Some((oldest.min(at), newest.max(at)));
                }
            }
            Step::Quarantined(Quarantined { fault, .. }) => {
                *self.quarantined.entry(fault.reason.to_string()).or_insert(0) += 1;
            }
        }
    }
}

/// Why the server refuses what must not be kept anywhere.
const MUST_NOT_BE_KEPT: [&str; 3] = ["BIOMETRIC_DATA", "BROWSING_ELSEWHERE", "SPECIAL_CATEGORY"];

/// Events that go together, with the rows in quarantine that came between them.
#[derive(Debug)]
struct Batch {
    number: u64,
    /// Steps that are done when this batch is.
    steps: u64,
    body: Vec<u8>,
    /// Of each event: where it comes from, and where in the body it is.
    events: Vec<(Place, std::ops::Range<usize>)>,
    has_choices: bool,
    has_others: bool,
    lines: Vec<u8>,
}

impl Batch {
    fn new(number: u64, steps: u64) -> Self {
        Self {
            number,
            steps,
            body: b"{\"batch\":[".to_vec(),
            events: Vec::new(),
            has_choices: false,
            has_others: false,
            lines: Vec::new(),
        }
    }

    fn add(&mut self, step: Step) {
        self.steps += 1;
        match step {
            Step::Event(Prepared { place, kind, json, .. }) => {
                self.has_choices |= kind == PreparedKind::Consent;
                self.has_others |= kind != PreparedKind::Consent;
                if !self.events.is_empty() {
                    self.body.push(b',');
                }
                let start = self.body.len();
                self.body.extend_from_slice(json.as_bytes());
                self.events.push((place, start..self.body.len()));
            }
            Step::Quarantined(Quarantined { place, fault, raw }) => {
                let what = (fault.reason.as_str(), fault.column.as_str(), fault.message.as_str());
                write_line(&mut self.lines, &place, what, &raw);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= limits::BATCH_EVENTS || self.body.len().max(self.lines.len()) >= limits::BATCH_BYTES
    }

    /// Puts what the server refused into quarantine, the event in the place of the row.
    fn quarantine(&mut self, refused: &[Refused]) {
        for Refused { index, code, message } in refused {
            let Some((place, range)) = self.events.get(*index) else { continue };
            // What must not be taken is not copied either: file and line say where it is.
            let event = match MUST_NOT_BE_KEPT.contains(&code.as_str()) {
                true => Cow::Borrowed(""),
                false => String::from_utf8_lossy(&self.body[range.clone()]),
            };
            write_line(&mut self.lines, place, (code, "", message), &event);
        }
    }
}

type Answered = (Batch, Result<Receipt, SinkError>);

/// One of the threads that send.
fn work(taken: &Mutex<Receiver<Batch>>, sink: &dyn Sink, tell: &Sender<Answered>) {
    loop {
        let job = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut batch) = job else { return };
        let answer = if batch.events.is_empty() {
            Ok(Receipt::default())
        } else {
            batch.body.extend_from_slice(b"]}");
            sink.send(&batch.body)
        };
        if tell.send((batch, answer)).is_err() {
            return;
        }
    }
}

/// The batches in flight, at most so many at a time, and those that were answered before an earlier one: they are noted
/// in order.
struct InFlight<'l> {
    jobs: SyncSender<Batch>,
    results: Receiver<Answered>,
    count: usize,
    answered: BTreeMap<u64, (Batch, Receipt)>,
    /// Whether one of them may state a choice.
    has_choices: bool,
    /// The number of the batch that is noted next.
    next: u64,
    ledger: &'l mut Ledger,
}

impl InFlight<'_> {
    fn send(&mut self, batch: Batch) -> Result<(), DeliverError> {
        // An event, or a trait that needs a purpose, is kept only behind the choice that lets it be.
        if self.has_choices && batch.has_others {
            self.drain()?;
            self.has_choices = false;
        }
        self.has_choices |= batch.has_choices;
        // Nor may many wait, answered, for one that is slow: they would fill the memory.
        let is_ahead = |all: &Self| batch.number >= all.next + limits::AHEAD;
        while self.count >= limits::IN_FLIGHT || is_ahead(self) {
            self.receive()?;
        }
        // The threads end only when this channel does.
        _ = self.jobs.send(batch);
        self.count += 1;
        Ok(())
    }

    fn drain(&mut self) -> Result<(), DeliverError> {
        while self.count > 0 {
            self.receive()?;
        }
        Ok(())
    }

    /// Waits for an answer, and notes what is done without a gap.
    fn receive(&mut self) -> Result<(), DeliverError> {
        let gone = |_| SinkError("the threads that send are gone".to_owned());
        let (batch, answer) = self.results.recv().map_err(gone)?;
        self.count -= 1;
        self.answered.insert(batch.number, (batch, answer?));
        while let Some((mut batch, receipt)) = self.answered.remove(&self.next) {
            batch.quarantine(&receipt.refused);
            self.ledger.commit(batch.steps, &batch.lines, &receipt)?;
            self.next += 1;
        }
        Ok(())
    }
}

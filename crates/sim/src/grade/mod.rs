//! The grade: truth beside what the product says, row by row, against the marks of `docs/simulator.md`.
//!
//! A [`Watch`] listens to the run and keeps what only the moment knows: what was sent, what was shown, a reading now
//! and then. The rest is asked of the product when the run is over. A row of a part that is not built says so.

mod baits;
mod evidence;
mod guards;
mod identity;
mod judge;
mod pages;
mod quality;
mod readings;
mod recommending;
mod sample;
mod seeds;
mod segments;
mod speed;
mod unmerge;
mod value;
mod watch;

use std::{fmt, path::Path};

use serde::Serialize;
use world::World;

use crate::{door::Door, run::SimError};

pub use seeds::Seeds;
pub use value::Values;
pub use watch::Watch;

/// The share of an oracle's gain that the product must reach. Calibrated once, see `docs/simulator.md`; it only rises.
const ORACLE_SHARE: f64 = 0.15;
/// The same, for the table.
const ORACLE_SHARE_MARK: &str = "≥ 15 %";

/// How a row came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The mark is reached.
    Passed,
    /// It is not.
    Missed,
    /// The size of this world says nothing about it.
    TooSmall,
    /// The product has no such part yet.
    NotBuilt,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Missed => "MISSED",
            Self::TooSmall => "too small",
            Self::NotBuilt => "not built",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The area, such as `Identity`.
    pub area: &'static str,
    /// What is looked at.
    pub check: &'static str,
    /// What came out.
    pub found: String,
    /// The number that this rests on, where it is one.
    pub value: Option<f64>,
    /// The mark.
    pub mark: &'static str,
    /// How it stands to it.
    pub verdict: Verdict,
    /// Of two numbers the worse one.
    #[serde(skip)]
    pub(crate) worse: Worse,
}

/// Which of two numbers is the worse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worse {
    /// The lower one: it is a share that is right, a gain.
    Lower,
    /// The higher one: it is an error, a time, a count of violations.
    Higher,
}

impl Row {
    /// A row with its mark reached or not.
    pub(crate) fn new(
        area: &'static str,
        check: &'static str,
        found: impl Into<String>,
        mark: &'static str,
        is_reached: bool,
    ) -> Self {
        let verdict = if is_reached { Verdict::Passed } else { Verdict::Missed };
        Self { area, check, found: found.into(), value: None, mark, verdict, worse: Worse::Lower }
    }

    /// The same with its number, of which more is better.
    #[must_use]
    pub(crate) fn more(self, value: f64) -> Self {
        Self { value: Some(value), worse: Worse::Lower, ..self }
    }

    /// The same with its number, of which less is better.
    #[must_use]
    pub(crate) fn less(self, value: f64) -> Self {
        Self { value: Some(value), worse: Worse::Higher, ..self }
    }

    /// The same, of which a world below `enough` cases says nothing.
    #[must_use]
    pub(crate) fn unless_below(self, cases: u64, enough: u64) -> Self {
        if cases >= enough { self } else { Self { verdict: Verdict::TooSmall, ..self } }
    }

    fn not_built(area: &'static str, check: &'static str) -> Self {
        let (found, mark, verdict) = (String::new(), "", Verdict::NotBuilt);
        Self { area, check, found, value: None, mark, verdict, worse: Worse::Lower }
    }
}

/// The rows of parts that are not built yet.
const NOT_BUILT: &[(&str, &str)] = &[
    ("Segments", "propensity, error per decile"),
    ("Effects", "A/A alarms, coverage, opposite effects, Qini"),
    ("Rules", "losing retired, paying kept, creepy and novelty caught"),
    ("Policy value", "contacts, opt-outs of mail"),
    ("What-if", "predicted against realized profit"),
];

/// All rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grade {
    /// In the order of the table.
    pub rows: Vec<Row>,
}

impl Grade {
    /// Asks the finished product, and joins its answers with the truth and with what was watched.
    pub async fn of(asking: Asking<'_>, watch: Watch, values: Option<Values>) -> Result<Self, SimError> {
        let people = sample::people(&asking, &watch.evidence).await?;
        let mut rows = identity::rows(&asking, &watch, &people).await?;
        let identity_ends = rows.len();
        rows.extend(quality::rows(&asking, &people).await?);
        rows.extend(segments::rows(&asking, &watch, &people).await?);
        rows.extend(readings::rows(&watch, &people));
        rows.push(readings::engagement(&asking, &watch)?);
        rows.extend(recommending::rows(&asking, &watch).await?);
        rows.extend(guards::rows(&asking, &watch, &people).await?);
        rows.extend(speed::rows(&asking, &watch).await?);
        rows.extend(values.map(|values| value::rows(&values, &people)).unwrap_or_default());
        rows.extend(pages::rows(&asking, &people).await?);
        // The last, because it takes people apart who are one.
        let parted = unmerge::row(&asking, &watch, &people).await?;
        rows.insert(identity_ends, parted);
        rows.extend(NOT_BUILT.iter().map(|(area, check)| Row::not_built(area, check)));
        Ok(Self { rows })
    }

    /// Whether no mark is missed.
    pub fn is_passed(&self) -> bool {
        self.rows.iter().all(|row| row.verdict != Verdict::Missed)
    }
}

/// Where truth and the product are asked.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The world that was lived.
    pub world: &'a World,
    /// The way to the product.
    pub door: &'a Door,
    /// A secret key of it.
    pub secret: &'a str,
    /// The key of its pages.
    pub page_key: &'a str,
    /// The folder of the truth.
    pub bundle: &'a Path,
    /// How many decisions are asked for at random when the world is lived.
    pub decisions: u64,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Row) -> usize| self.rows.iter().map(of).max().unwrap_or(0);
        let (area, check) = (width(|row| row.area.chars().count()), width(|row| row.check.chars().count()));
        let found = width(|row| row.found.chars().count());
        for row in &self.rows {
            let Row { area: of, check: what, found: came, mark, verdict, .. } = row;
            let verdict = verdict.word();
            writeln!(f, "{of:<area$}  {what:<check$}  {verdict:<9}  {came:<found$}  {mark}")?;
        }
        Ok(())
    }
}

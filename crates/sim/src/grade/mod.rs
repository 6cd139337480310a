//! The grade: truth beside what the product says, row by row, against the marks of `docs/simulator.md`.
//!
//! A [`Watch`] listens to the run and keeps what only the moment knows: what was sent, what was shown, a reading now
//! and then. The rest is asked of the product when the run is over. A row of a part that is not built says so.

mod evidence;
mod guards;
mod identity;
mod quality;
mod readings;
mod sample;
mod segments;
mod speed;
mod value;
mod watch;

use std::{fmt, path::Path};

use serde::Serialize;
use world::World;

use crate::{door::Door, run::SimError};

pub use value::Values;
pub use watch::Watch;

/// The share of an oracle's gain that the product must reach. Calibrated once, see `docs/simulator.md`; it only rises.
const ORACLE_SHARE: f64 = 0.0;
/// The same, for the table.
const ORACLE_SHARE_MARK: &str = "≥ 0 %";

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

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The area, such as `Identity`.
    pub area: &'static str,
    /// What is looked at.
    pub check: &'static str,
    /// What came out.
    pub found: String,
    /// The mark.
    pub mark: &'static str,
    /// How it stands to it.
    pub verdict: Verdict,
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
        Self { area, check, found: found.into(), mark, verdict }
    }

    /// The same, of which a world below `enough` cases says nothing.
    #[must_use]
    pub(crate) fn unless_below(self, cases: u64, enough: u64) -> Self {
        if cases >= enough { self } else { Self { verdict: Verdict::TooSmall, ..self } }
    }

    const fn not_built(area: &'static str, check: &'static str) -> Self {
        Self { area, check, found: String::new(), mark: "", verdict: Verdict::NotBuilt }
    }
}

/// The rows of parts that are not built yet.
const NOT_BUILT: &[(&str, &str)] = &[
    ("Segments", "propensity, error per decile"),
    ("Recommendation", "NDCG@10, complements, cold items, discovery"),
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
        rows.extend(quality::rows(&asking, &people).await?);
        rows.extend(segments::rows(&asking, &watch, &people).await?);
        rows.extend(readings::rows(&watch));
        rows.push(readings::engagement(&asking, &watch)?);
        rows.extend(guards::rows(&asking, &watch, &people).await?);
        rows.extend(speed::rows(&asking, &watch).await?);
        rows.extend(values.map(|values| value::rows(&values)).unwrap_or_default());
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
    /// The folder of the truth.
    pub bundle: &'a Path,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Row) -> usize| self.rows.iter().map(of).max().unwrap_or(0);
        let (area, check) = (width(|row| row.area.chars().count()), width(|row| row.check.chars().count()));
        let found = width(|row| row.found.chars().count());
        for row in &self.rows {
            let verdict = match row.verdict {
                Verdict::Passed => "passed",
                Verdict::Missed => "MISSED",
                Verdict::TooSmall => "too small",
                Verdict::NotBuilt => "not built",
            };
            let Row { area: of, check: what, found: came, mark, .. } = row;
            writeln!(f, "{of:<area$}  {what:<check$}  {verdict:<9}  {came:<found$}  {mark}")?;
        }
        Ok(())
    }
}

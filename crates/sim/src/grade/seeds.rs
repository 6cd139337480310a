//! Several worlds, one after the other: of each row the mean and the worst of the number that it rests on.

use std::{cmp::Reverse, fmt};

use serde::Serialize;
use world::Seed;

use super::{Grade, Row, Verdict, Worse};

/// The grades of several worlds, row by row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seeds {
    /// In the order of the table.
    pub rows: Vec<SeedsRow>,
}

/// One row over several worlds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeedsRow {
    /// The mean of the numbers, if the row rests on one.
    pub mean: Option<f64>,
    /// The worst of them.
    pub worst: Option<f64>,
    /// The seed of the worst world.
    pub seed: u64,
    /// How the row came out there.
    #[serde(flatten)]
    pub row: Row,
}

impl Seeds {
    /// Of grades of worlds of one size, at least one.
    pub fn of(grades: &[(Seed, Grade)]) -> Self {
        let count = grades.iter().map(|(_, grade)| grade.rows.len()).min().unwrap_or(0);
        Self { rows: (0..count).filter_map(|place| SeedsRow::of(grades, place)).collect() }
    }

    /// Whether no mark is missed in any world.
    pub fn is_passed(&self) -> bool {
        self.rows.iter().all(|one| one.row.verdict != Verdict::Missed)
    }
}

impl SeedsRow {
    fn of(grades: &[(Seed, Grade)], place: usize) -> Option<Self> {
        let rows = || grades.iter().map(|(seed, grade)| (*seed, &grade.rows[place]));
        let values: Vec<f64> = rows().filter_map(|(_, row)| row.value).collect();
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        // A mark that is missed is worse than any number; of several such, and of none, the number says which.
        let (seed, row) = rows().min_by(|(_, one), (_, other)| {
            let rank = |row: &Row| Reverse(badness(row.verdict));
            rank(one).cmp(&rank(other)).then(goodness(one).total_cmp(&goodness(other)))
        })?;
        let worst = values.into_iter().reduce(|one, other| match row.worse {
            Worse::Lower => one.min(other),
            Worse::Higher => one.max(other),
        });
        Some(Self { mean, worst, seed: seed.0, row: row.clone() })
    }
}

fn badness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Passed => 0,
        Verdict::NotBuilt => 1,
        Verdict::TooSmall => 2,
        Verdict::Missed => 3,
    }
}

/// The lower the worse.
fn goodness(row: &Row) -> f64 {
    let value = row.value.unwrap_or(0.0);
    if row.worse == Worse::Lower { value } else { -value }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Row) -> usize| self.rows.iter().map(|one| of(&one.row)).max().unwrap_or(0);
        let (area, check) = (width(|row| row.area.chars().count()), width(|row| row.check.chars().count()));
        for SeedsRow { mean, worst, seed, row } in &self.rows {
            let Row { area: of, check: what, found, mark, verdict, .. } = row;
            let number = |value: &Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
            let (mean, worst, verdict) = (number(mean), number(worst), verdict.word());
            writeln!(
                f,
                "{of:<area$}  {what:<check$}  {verdict:<9}  mean {mean:>11}  worst {worst:>11}  {mark}  seed {seed}: {found}"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(share: f64, wrong: f64, is_reached: bool) -> Grade {
        let rows = vec![
            Row::new("A", "share", "", "≥ 0.5", is_reached).more(share),
            Row::new("A", "wrong", "", "0", wrong == 0.0).less(wrong),
            Row::new("A", "nothing", "", "", true),
        ];
        Grade { rows }
    }

    #[test]
    fn the_worst_is_the_lowest_share_and_the_highest_count_and_a_missed_mark_is_missed() {
        let seeds = Seeds::of(&[
            (Seed(1), grade(0.7, 0.0, true)),
            (Seed(2), grade(0.9, 3.0, true)),
            (Seed(3), grade(0.5, 0.0, true)),
        ]);
        let gist: Vec<_> = seeds.rows.iter().map(|one| (one.mean, one.worst, one.seed, one.row.verdict)).collect();
        assert_eq!(gist[0], (Some((0.7 + 0.9 + 0.5) / 3.0), Some(0.5), 3, Verdict::Passed));
        assert_eq!(gist[1], (Some(1.0), Some(3.0), 2, Verdict::Missed));
        assert_eq!((gist[2].0, gist[2].1), (None, None));
        assert!(!seeds.is_passed());
        assert!(Seeds::of(&[(Seed(1), grade(0.7, 0.0, true))]).is_passed());
    }

    #[test]
    fn a_missed_mark_is_worse_than_a_lower_number() {
        let seeds = Seeds::of(&[(Seed(1), grade(0.1, 0.0, true)), (Seed(2), grade(0.9, 0.0, false))]);
        assert_eq!((seeds.rows[0].row.verdict, seeds.rows[0].worst), (Verdict::Missed, Some(0.1)));
    }
}

//! EASE: for every item the weights of all others that predict it best (Steck, "Embarrassingly shallow autoencoders
//! for sparse data", WWW 2019). With X the persons by items, G = XᵀX + λI and P = G⁻¹, the weight of item i for item j
//! is −P_ij / P_jj.

use model::time::Timestamp;

use crate::{
    habit::Takings,
    history::Item,
    scored::{Scored, Sums, best},
    solve::Symmetric,
    sparse::Sparse,
};

mod persons;
mod wide;

/// How it is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The λ: more draws weights towards none. Of some thousand persons 300 to 2,000 are as good where each takes fifty
    /// items; where each takes a hundred and more, 1,000 is better than 300.
    pub penalty: f32,
    /// How many weights for an item are kept, the largest by amount: those of the items that predict it. Of what it
    /// predicts as many would be kept for what everybody takes as for what hardly anybody does.
    pub kept: usize,
    /// The largest matrix that is inverted, in rows; never more than [`MOST_ROWS`]. Beyond it each item is predicted from
    /// its nearest ones only.
    pub exact_rows: usize,
}

/// A matrix of this many rows takes 1.6 GB; a larger one is never made.
pub const MOST_ROWS: usize = 20_000;

impl Default for Settings {
    fn default() -> Self {
        Self { penalty: 1_000.0, kept: 400, exact_rows: 8_000 }
    }
}

/// Item to item weights; negative ones too.
#[derive(Debug, Clone, PartialEq)]
pub struct Ease {
    rows: Sparse,
}

impl Ease {
    /// Trains on who took what before a moment.
    pub fn train(takings: &Takings, now: Timestamp, settings: Settings) -> Self {
        Self::of_pairs(&takings.pairs(now, |_| true), settings)
    }

    pub(crate) fn of_pairs(pairs: &Sparse, settings: Settings) -> Self {
        let by_item = pairs.transposed();
        let active = (0..pairs.rows()).filter(|person| !pairs.columns(*person).is_empty()).count();
        let taken = (0..by_item.rows()).filter(|item| !by_item.columns(*item).is_empty()).count();
        let exact_rows = settings.exact_rows.min(MOST_ROWS);
        let rows = if active < taken && active <= exact_rows {
            persons::rows(pairs, &by_item, settings)
        } else if taken <= exact_rows {
            by_items(pairs, &by_item, settings)
        } else {
            wide::rows(pairs, &by_item, settings)
        };
        Self { rows }
    }

    /// What an item speaks for, and how much.
    pub fn weights(&self, item: Item) -> impl Iterator<Item = Scored> + '_ {
        self.rows.row(item.index()).map(|(item, score)| Scored { item: Item(item), score })
    }

    /// The best items for one who took these, which may be among them.
    pub fn best_for(&self, taken: &[Item], count: usize) -> Vec<Scored> {
        let mut sums = Sums::default();
        sums.fit(self.rows.width());
        taken.iter().for_each(|item| self.add(*item, 1.0, &mut sums));
        best(sums.scored(), count)
    }

    /// Adds what an item speaks for, `weight` times.
    pub(crate) fn add(&self, item: Item, weight: f32, sums: &mut Sums) {
        for (other, value) in self.rows.row(item.index()) {
            sums.add(other, weight * value);
        }
    }
}

/// Numbers without gaps for the rows that hold something.
struct Numbering {
    number: Vec<u32>,
    row: Vec<usize>,
}

impl Numbering {
    fn of(rows: &Sparse) -> Self {
        let row: Vec<usize> = (0..rows.rows()).filter(|row| !rows.columns(*row).is_empty()).collect();
        let mut number = vec![u32::MAX; rows.rows()];
        row.iter().enumerate().for_each(|(place, row)| number[*row] = place as u32);
        Self { number, row }
    }
}

/// By the items' matrix: G has a row an item.
fn by_items(pairs: &Sparse, by_item: &Sparse, settings: Settings) -> Sparse {
    let items = Numbering::of(by_item);
    let inverse = gram(pairs, &items, settings.penalty).inverted();
    let mut row = vec![0.0; items.row.len()];
    let mut cells = Cells::new(settings.kept);
    for number in 0..items.row.len() {
        inverse.copy_row(number, &mut row);
        cells.keep(number, &items, (&row, -inverse.at(number, number)));
    }
    cells.sparse(by_item.rows())
}

/// How often two columns of `rows` are in one row, λ more on the diagonal.
fn gram(rows: &Sparse, numbering: &Numbering, penalty: f32) -> Symmetric {
    let mut gram = Symmetric::scaled_unit(numbering.row.len(), penalty);
    for row in 0..rows.rows() {
        let columns = rows.columns(row);
        for (place, column) in columns.iter().enumerate() {
            let number = numbering.number[*column as usize] as usize;
            for other in &columns[..=place] {
                *gram.at_mut(number, numbering.number[*other as usize] as usize) += 1.0;
            }
        }
    }
    gram
}

/// What speaks for each item, of which only the largest weights are kept.
struct Cells {
    kept: usize,
    /// Which items were told, and where in the others each begins.
    items: Vec<(u32, usize)>,
    others: Vec<u32>,
    weights: Vec<f32>,
    row: Vec<(f32, u32)>,
}

/// So many times as many weights as are kept are held before those are let go that are not among the largest.
const HELD: usize = 4;

/// So many weights are looked at at once for one that may be among the largest.
const CHUNK: usize = 16;

impl Cells {
    fn new(kept: usize) -> Self {
        Self { kept, items: Vec::new(), others: Vec::new(), weights: Vec::new(), row: Vec::new() }
    }

    /// Takes in what speaks for an item: every other item, whose weight is its entry of `row` divided by `by`.
    fn keep(&mut self, number: usize, items: &Numbering, (row, by): (&[f32], f32)) {
        self.row.clear();
        let mut least = 0.0;
        for (first, values) in (0..).step_by(CHUNK).zip(row.chunks(CHUNK)) {
            if values.iter().fold(0.0_f32, |most, value| most.max(value.abs())) < least {
                continue;
            }
            for (other, value) in (first..).zip(values) {
                if value.abs() >= least && other != number {
                    self.row.push((*value, items.row[other] as u32));
                }
            }
            if self.row.len() >= HELD * self.kept.max(1) {
                self.cut();
                least = self.row.last().map_or(f32::INFINITY, |last| last.0.abs());
            }
        }
        self.cut();
        self.items.push((items.row[number] as u32, self.others.len()));
        for (value, other) in self.row.iter().filter(|(value, _)| *value != 0.0) {
            self.others.push(*other);
            self.weights.push(*value / by);
        }
    }

    /// Lets go of all but the largest; the least of these is the last then.
    fn cut(&mut self) {
        let larger = |a: &(f32, u32), b: &(f32, u32)| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1));
        if self.row.len() > self.kept {
            if let Some(last) = self.kept.checked_sub(1) {
                self.row.select_nth_unstable_by(last, larger);
            }
            self.row.truncate(self.kept);
        }
    }

    /// Rows of what each item speaks for.
    fn sparse(self, items: usize) -> Sparse {
        let mut starts = vec![0; items + 1];
        let ends = self.items.iter().skip(1).map(|(_, start)| *start).chain([self.others.len()]);
        self.items.iter().zip(ends).for_each(|((item, start), end)| starts[*item as usize + 1] = end - start);
        (0..items).for_each(|item| starts[item + 1] += starts[item]);
        Sparse::transposed_from(&starts, (&self.others, &self.weights), items)
    }
}

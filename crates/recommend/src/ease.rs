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
            by_persons(pairs, &by_item, settings)
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
    for (number, item) in items.row.iter().enumerate() {
        inverse.copy_row(number, &mut row);
        let pivot = inverse.at(number, number);
        cells.keep(*item, &items, |other| if other == number { 0.0 } else { -row[other] / pivot });
    }
    cells.sparse(by_item.rows())
}

/// By the persons' matrix, where there are fewer persons than items: with K = XXᵀ + λI and Y = K⁻¹X, Woodbury's identity
/// says λP = I − XᵀY; the λ falls out of the weights. The same weights, for persons³ instead of items³.
fn by_persons(pairs: &Sparse, by_item: &Sparse, settings: Settings) -> Sparse {
    let (persons, items) = (Numbering::of(pairs), Numbering::of(by_item));
    let inverse = gram(by_item, &persons, settings.penalty).inverted();
    let width = items.row.len();
    let mut half = vec![0.0; persons.row.len() * width];
    let mut row = vec![0.0; persons.row.len()];
    for (number, out) in half.chunks_exact_mut(width).enumerate() {
        inverse.copy_row(number, &mut row);
        for (factor, person) in row.iter().zip(&persons.row) {
            for item in pairs.columns(*person) {
                out[items.number[*item as usize] as usize] += factor;
            }
        }
    }
    drop(inverse);
    let takers =
        |number: usize| by_item.columns(items.row[number]).iter().map(|one| persons.number[*one as usize] as usize);
    let rest = |number: usize| 1.0 - takers(number).map(|person| half[person * width + number]).sum::<f32>();
    let mut cells = Cells::new(settings.kept);
    let mut row = vec![0.0_f32; width];
    for (number, item) in items.row.iter().enumerate() {
        row.fill(0.0);
        for person in takers(number) {
            row.iter_mut().zip(&half[person * width..]).for_each(|(sum, value)| *sum += value);
        }
        let rest = rest(number);
        cells.keep(*item, &items, |other| if other == number { 0.0 } else { row[other] / rest });
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
    cells: Vec<(u32, u32, f32)>,
    row: Vec<(f32, u32)>,
}

impl Cells {
    fn new(kept: usize) -> Self {
        Self { kept, cells: Vec::new(), row: Vec::new() }
    }

    /// Takes in what speaks for an item: every other item by its weight.
    fn keep(&mut self, item: usize, items: &Numbering, weight: impl Fn(usize) -> f32) {
        self.row.clear();
        self.row.extend(items.row.iter().enumerate().map(|(number, other)| (weight(number), *other as u32)));
        if self.row.len() > self.kept {
            let larger = |a: &(f32, u32), b: &(f32, u32)| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1));
            self.row.select_nth_unstable_by(self.kept, larger);
            self.row.truncate(self.kept);
        }
        let cells = self.row.iter().filter(|(weight, _)| *weight != 0.0);
        self.cells.extend(cells.map(|(weight, other)| (*other, item as u32, *weight)));
    }

    fn sparse(self, items: usize) -> Sparse {
        Sparse::from_cells(items, items, self.cells)
    }
}

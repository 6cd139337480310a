//! EASE by the persons' matrix, where there are fewer persons than items: with K = XXᵀ + λI and Y = K⁻¹X, Woodbury's
//! identity says λP = I − XᵀY; the λ falls out of the weights. The same weights, for persons³ instead of items³.

use crate::{
    ease::{Cells, Numbering, Settings, gram},
    solve::Symmetric,
    sparse::Sparse,
};

/// So many items side by side of Y: what all persons have of them stays in a cache.
const TILE: usize = 512;

/// For so many items at once the weights of all others are added up, so that Y is read from memory that seldom.
const BLOCK: usize = 256;

pub(super) fn rows(pairs: &Sparse, by_item: &Sparse, settings: Settings) -> Sparse {
    let (persons, items) = (Numbering::of(pairs), Numbering::of(by_item));
    let takers =
        |item: &usize| by_item.columns(*item).iter().map(|one| persons.number[*one as usize] as usize).collect();
    let takers: Vec<Vec<usize>> = items.row.iter().map(takers).collect();
    let half = Half::of(&gram(by_item, &persons, settings.penalty).inverted(), &takers, persons.row.len());
    let (width, mut cells) = (items.row.len(), Cells::new(settings.kept));
    let mut sums = vec![0.0_f32; BLOCK * width];
    for first in (0..width).step_by(BLOCK) {
        let block = &takers[first..(first + BLOCK).min(width)];
        half.add_up(block, &mut sums, width);
        for (number, row) in (first..).zip(sums.chunks_exact(width).take(block.len())) {
            let rest = 1.0 - takers[number].iter().map(|person| half.at(*person, number)).sum::<f32>();
            cells.keep(number, &items, (row, rest));
        }
    }
    cells.sparse(by_item.rows())
}

/// Y, a row a person and a column an item, in tiles of some columns, each row by row.
struct Half {
    tiles: Vec<Vec<f32>>,
    persons: usize,
}

impl Half {
    /// The product of the inverse and X: a column is the sum of those of an item's takers.
    fn of(inverse: &Symmetric, takers: &[Vec<usize>], persons: usize) -> Self {
        let mut full = vec![0.0_f32; persons * persons];
        full.chunks_exact_mut(persons).enumerate().for_each(|(person, row)| inverse.copy_row(person, row));
        let mut column = vec![0.0_f32; persons];
        let mut tile = |takers: &[Vec<usize>]| {
            let mut tile = vec![0.0_f32; persons * takers.len()];
            for (place, takers_of_one) in takers.iter().enumerate() {
                sum_rows(&mut column, takers_of_one, |person| &full[person * persons..]);
                let cells = tile.iter_mut().skip(place).step_by(takers.len());
                cells.zip(&column).for_each(|(cell, value)| *cell = *value);
            }
            tile
        };
        Self { tiles: takers.chunks(TILE).map(&mut tile).collect(), persons }
    }

    fn at(&self, person: usize, item: usize) -> f32 {
        let tile = &self.tiles[item / TILE];
        tile[person * (tile.len() / self.persons) + item % TILE]
    }

    /// Into a row for each of some items: for every item the sum over the takers of this one.
    fn add_up(&self, takers: &[Vec<usize>], sums: &mut [f32], width: usize) {
        for (tile, first) in self.tiles.iter().zip((0..width).step_by(TILE)) {
            let wide = TILE.min(width - first);
            for (takers_of_one, row) in takers.iter().zip(sums.chunks_exact_mut(width)) {
                let row = &mut row[first..first + wide];
                sum_rows(row, takers_of_one, |person| &tile[person * wide..]);
            }
        }
    }
}

/// Puts the sum of rows into the target, added up one after the other, four at a time so that the target is read and
/// written rarely. There is one row at least; `of` may be longer than the target.
fn sum_rows<'a>(target: &mut [f32], rows: &[usize], of: impl Fn(usize) -> &'a [f32]) {
    let length = target.len();
    let Some((first, rest)) = rows.split_first() else { return target.fill(0.0) };
    target.copy_from_slice(&of(*first)[..length]);
    let fours = rest.chunks_exact(4);
    let last = fours.remainder();
    for four in fours {
        let [a, b, c, d] = [four[0], four[1], four[2], four[3]].map(|row| &of(row)[..length]);
        for (place, out) in target.iter_mut().enumerate() {
            *out = *out + a[place] + b[place] + c[place] + d[place];
        }
    }
    match *last {
        [a, b, c] => {
            let [a, b, c] = [a, b, c].map(|row| &of(row)[..length]);
            target.iter_mut().enumerate().for_each(|(place, out)| *out = *out + a[place] + b[place] + c[place]);
        }
        [a, b] => {
            let [a, b] = [a, b].map(|row| &of(row)[..length]);
            target.iter_mut().enumerate().for_each(|(place, out)| *out = *out + a[place] + b[place]);
        }
        _ => last.iter().for_each(|row| target.iter_mut().zip(of(*row)).for_each(|(out, value)| *out += value)),
    }
}

//! EASE for more items than a matrix should have: each item is predicted from its nearest ones only.

use crate::{ease::Settings, solve::solve, sparse::Sparse};

/// From how many of its nearest items an item is predicted.
const NEAREST: usize = 96;

/// How many companions of an item are remembered.
const COMPANIONS: usize = 320;

/// Persons with more items than this are cut down to their first ones when companions are counted: one reseller would
/// cost as much as thousands of customers.
const MOST_ITEMS: usize = 1_000;

/// For item j and its nearest items S, the weights are the ridge regression of j on S: (G_SS + λI)⁻¹ G_Sj. With all items
/// in S that is EASE; with a few it is what Steck calls a sparse approximation ("Markov random fields for collaborative
/// filtering", NeurIPS 2019). Memory: the companions, 8 bytes each.
pub(super) fn rows(pairs: &Sparse, by_item: &Sparse, settings: Settings) -> Sparse {
    let together = companions(pairs, by_item);
    let mut cells = Vec::new();
    for item in 0..by_item.rows() {
        let near = nearest(&together, by_item, item);
        let (size, count) = (near.len(), |row: usize, other: u32| together.get(row, other));
        let mut matrix = vec![0.0; size * size];
        for (row, one) in near.iter().enumerate() {
            for (column, other) in near.iter().enumerate().take(row) {
                matrix[row * size + column] = f64::from(count(*one as usize, *other).max(count(*other as usize, *one)));
            }
            matrix[row * size + row] = by_item.columns(*one as usize).len() as f64 + f64::from(settings.penalty);
        }
        let right: Vec<f64> = near.iter().map(|other| f64::from(count(item, *other))).collect();
        let weights = solve(&matrix, &right);
        cells.extend(near.iter().zip(weights).map(|(other, weight)| (*other, item as u32, weight as f32)));
    }
    Sparse::from_cells(by_item.rows(), by_item.rows(), cells)
}

/// How many persons took each item together with its most frequent companions.
fn companions(pairs: &Sparse, by_item: &Sparse) -> Sparse {
    let (mut counts, mut touched, mut cells) = (vec![0_u32; by_item.rows()], Vec::new(), Vec::new());
    for item in 0..by_item.rows() {
        for person in by_item.columns(item) {
            for other in pairs.columns(*person as usize).iter().take(MOST_ITEMS) {
                let count = &mut counts[*other as usize];
                if *count == 0 {
                    touched.push(*other);
                }
                *count += 1;
            }
        }
        let mut row: Vec<(u32, u32)> =
            touched.drain(..).map(|other| (std::mem::take(&mut counts[other as usize]), other)).collect();
        row.retain(|(_, other)| *other as usize != item);
        row.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        cells.extend(row.into_iter().take(COMPANIONS).map(|(count, other)| (item as u32, other, count as f32)));
    }
    Sparse::from_cells(by_item.rows(), by_item.rows(), cells)
}

/// The items with the largest cosine.
fn nearest(together: &Sparse, by_item: &Sparse, item: usize) -> Vec<u32> {
    let cosine = |(other, count): (u32, f32)| (count / (by_item.columns(other as usize).len() as f32).sqrt(), other);
    let mut near: Vec<(f32, u32)> = together.row(item).map(cosine).collect();
    near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    near.into_iter().take(NEAREST).map(|(_, other)| other).collect()
}

//! Sparse rows, and how persons and items meet in them.

/// Rows of (column, value), one behind the other. A row's columns rise.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sparse {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    width: usize,
}

impl Sparse {
    /// Rows from cells in any order; values of the same cell are added up.
    pub(crate) fn from_cells(rows: usize, width: usize, cells: Vec<(u32, u32, f32)>) -> Self {
        let mut starts = vec![0; rows + 1];
        cells.iter().for_each(|(row, _, _)| starts[*row as usize + 1] += 1);
        (0..rows).for_each(|row| starts[row + 1] += starts[row]);
        let (mut next, mut placed) = (starts.clone(), vec![(0, 0.0); cells.len()]);
        for (row, column, value) in cells {
            let place = &mut next[row as usize];
            placed[*place] = (column, value);
            *place += 1;
        }
        let (mut columns, mut values) = (Vec::with_capacity(placed.len()), Vec::with_capacity(placed.len()));
        for row in 0..rows {
            let cells = &mut placed[starts[row]..starts[row + 1]];
            cells.sort_by_key(|(column, _)| *column);
            starts[row] = columns.len();
            for same in cells.chunk_by(|a, b| a.0 == b.0) {
                columns.push(same[0].0);
                values.push(same[1..].iter().fold(same[0].1, |sum, cell| sum + cell.1));
            }
        }
        starts[rows] = columns.len();
        Self { starts, columns, values, width }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many columns there may be.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The columns of a row that hold something; none beyond the last row.
    pub(crate) fn columns(&self, row: usize) -> &[u32] {
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(start), Some(end)) => &self.columns[*start..*end],
            _ => &[],
        }
    }

    /// The cells of a row.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let start = self.starts.get(row).copied().unwrap_or_default();
        self.columns(row).iter().enumerate().map(move |(place, column)| (*column, self.values[start + place]))
    }

    /// The value of a cell; 0 where there is none.
    pub(crate) fn get(&self, row: usize, column: u32) -> f32 {
        let place = self.columns(row).binary_search(&column);
        place.map_or(0.0, |place| self.values[self.starts[row] + place])
    }

    /// Rows as columns.
    pub(crate) fn transposed(&self) -> Self {
        Self::transposed_from(&self.starts, (&self.columns, &self.values), self.width)
    }

    /// Rows as columns, of rows that begin at these places and whose columns are in any order.
    pub(crate) fn transposed_from(from: &[usize], (others, weights): (&[u32], &[f32]), width: usize) -> Self {
        let mut starts = vec![0; width + 1];
        others.iter().for_each(|column| starts[*column as usize + 1] += 1);
        (0..width).for_each(|column| starts[column + 1] += starts[column]);
        let (mut next, mut columns, mut values) = (starts.clone(), vec![0; others.len()], vec![0.0; weights.len()]);
        for (row, ends) in (0..).zip(from.windows(2)) {
            for place in ends[0]..ends[1] {
                let to = &mut next[others[place] as usize];
                (columns[*to], values[*to]) = (row, weights[place]);
                *to += 1;
            }
        }
        Self { starts, columns, values, width: from.len() - 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns_and_come_back() {
        let cells = vec![(1, 2, 1.0), (0, 1, 2.0), (1, 0, 3.0), (1, 2, 0.5)];
        let rows = Sparse::from_cells(3, 4, cells);
        assert_eq!(rows.row(1).collect::<Vec<_>>(), [(0, 3.0), (2, 1.5)]);
        assert_eq!((rows.columns(2), rows.columns(9)), (&[][..], &[][..]));
        let columns = rows.transposed();
        assert_eq!((columns.rows(), columns.columns(2)), (4, &[1][..]));
        assert_eq!(columns.transposed(), rows);
    }
}

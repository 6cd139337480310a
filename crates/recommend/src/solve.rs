//! Linear algebra: the inverse of a large positive definite matrix, and small systems solved.
//!
//! Written here and not taken from a library, because libraries choose their instructions by the processor: the last
//! bits of a model would differ from machine to machine.

/// Rows that are swept at once: a panel of them stays in the second cache.
const PANEL: usize = 64;

/// So many rows and columns of a product are added up at once: their sums fill half of the registers.
const ROWS: usize = 4;
const COLUMNS: usize = 8;

/// A symmetric matrix of `size` × `size`, of which only the lower half is kept: row i holds columns 0 to i.
#[derive(Debug, Clone)]
pub(crate) struct Symmetric {
    size: usize,
    /// Row by row, each `size` long; what is above the diagonal is never looked at.
    cells: Vec<f32>,
}

impl Symmetric {
    /// The unit matrix times `diagonal`.
    pub(crate) fn scaled_unit(size: usize, diagonal: f32) -> Self {
        let mut cells = vec![0.0; size * size];
        (0..size).for_each(|place| cells[place * size + place] = diagonal);
        Self { size, cells }
    }

    /// The value at a row and a column.
    pub(crate) fn at(&self, row: usize, column: usize) -> f32 {
        self.cells[row.max(column) * self.size + row.min(column)]
    }

    /// The value at a row and a column that is not larger, to change.
    pub(crate) fn at_mut(&mut self, row: usize, column: usize) -> &mut f32 {
        debug_assert!(column <= row, "only the lower half is kept");
        &mut self.cells[row * self.size + column]
    }

    /// Row `row`, all columns, into `full`.
    pub(crate) fn copy_row(&self, row: usize, full: &mut [f32]) {
        full[..=row].copy_from_slice(&self.cells[row * self.size..=row * self.size + row]);
        for (column, value) in full.iter_mut().enumerate().skip(row + 1) {
            *value = self.cells[column * self.size + row];
        }
    }

    /// The inverse; the matrix must be positive definite. Takes about size³ / 2 multiplications.
    ///
    /// The sweep operator, a panel of rows at a time (Goodnight, "A tutorial on the SWEEP operator", 1979): with the
    /// panel K and B = A_KK⁻¹, A_IJ loses A_IK·B·A_KJ, A_IK becomes A_IK·B and A_KK becomes −B. When all rows are swept,
    /// the matrix is the negative of its inverse.
    pub(crate) fn inverted(mut self) -> Self {
        for start in (0..self.size).step_by(PANEL) {
            self.sweep(start, (start + PANEL).min(self.size));
        }
        self.cells.iter_mut().for_each(|value| *value = -*value);
        self
    }

    fn sweep(&mut self, start: usize, end: usize) {
        let (size, width) = (self.size, end - start);
        let mut panel = vec![0.0; width * size];
        for (row, full) in panel.chunks_exact_mut(size).enumerate() {
            self.copy_row(start + row, full);
        }
        let mut block = vec![0.0; width * width];
        for row in 0..width {
            for column in 0..width {
                block[row * width + column] = f64::from(panel[row * size + start + column]);
            }
        }
        let inverse: Vec<f32> = small_inverse(&block, width).into_iter().map(|value| value as f32).collect();
        let mut scaled = vec![0.0; width * size];
        for (row, out) in scaled.chunks_exact_mut(size).enumerate() {
            for (column, full) in panel.chunks_exact(size).enumerate() {
                let factor = inverse[row * width + column];
                out.iter_mut().zip(full).for_each(|(out, value)| *out += factor * value);
            }
        }
        self.subtract_product(&panel, &scaled, start..end);
        for row in 0..width {
            for column in 0..=row {
                self.cells[(start + row) * size + start + column] = -inverse[row * width + column];
            }
        }
        for (row, values) in scaled.chunks_exact(size).enumerate() {
            let swept = start + row;
            self.cells[swept * size..swept * size + start].copy_from_slice(&values[..start]);
            for (column, value) in values.iter().enumerate().skip(end) {
                self.cells[column * size + swept] = *value;
            }
        }
    }

    /// Takes panelᵀ · scaled from all rows but those of the panel, lower half only; what it does above is never looked at.
    fn subtract_product(&mut self, panel: &[f32], scaled: &[f32], swept: std::ops::Range<usize>) {
        let (size, width) = (self.size, swept.len());
        // The same as `scaled`, but what is needed together stands together.
        let blocks = size / COLUMNS;
        let mut packed = vec![[0.0_f32; COLUMNS]; blocks * width];
        for (place, columns) in packed.iter_mut().enumerate() {
            let first = place % width * size + place / width * COLUMNS;
            columns.copy_from_slice(&scaled[first..first + COLUMNS]);
        }
        let rows: Vec<usize> = (0..size).filter(|row| !swept.contains(row)).collect();
        let mut factors = vec![[0.0_f32; ROWS]; width];
        for some in rows.chunks(ROWS) {
            for (factors, full) in factors.iter_mut().zip(panel.chunks_exact(size)) {
                factors.iter_mut().zip(some).for_each(|(factor, row)| *factor = full[*row]);
            }
            let last = some.last().copied().unwrap_or_default();
            for block in 0..blocks.min(last / COLUMNS + 1) {
                let sums = product(&factors, &packed[block * width..(block + 1) * width]);
                for (row, sums) in some.iter().zip(&sums) {
                    let target = &mut self.cells[row * size + block * COLUMNS..][..COLUMNS];
                    target.iter_mut().zip(sums).for_each(|(out, sum)| *out -= sum);
                }
            }
            for column in blocks * COLUMNS..=last {
                for (place, row) in some.iter().enumerate() {
                    let sum = (0..width).map(|k| factors[k][place] * scaled[k * size + column]).sum::<f32>();
                    self.cells[row * size + column] -= sum;
                }
            }
        }
    }
}

/// Some rows by some columns of a product, which stay in registers while it is added up.
fn product(factors: &[[f32; ROWS]], columns: &[[f32; COLUMNS]]) -> [[f32; COLUMNS]; ROWS] {
    let mut sums = [[0.0; COLUMNS]; ROWS];
    for (factors, columns) in factors.iter().zip(columns) {
        for (sums, factor) in sums.iter_mut().zip(factors) {
            sums.iter_mut().zip(columns).for_each(|(sum, value)| *sum += factor * value);
        }
    }
    sums
}

/// The lower factor L of a small positive definite matrix A = L·Lᵀ (row by row, `size` wide). A pivot that rounding
/// made no longer positive is taken as a tiny one, which makes the unknown of that row vanish.
fn factor(matrix: &[f64], size: usize) -> Vec<f64> {
    let mut lower = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let (left, right) =
                (&lower[row * size..row * size + column], &lower[column * size..column * size + column]);
            let sum = matrix[row * size + column] - left.iter().zip(right).map(|(a, b)| a * b).sum::<f64>();
            lower[row * size + column] = if row == column {
                if sum > 1e-12 { sum.sqrt() } else { 1e6 }
            } else {
                sum / lower[column * size + column]
            };
        }
    }
    lower
}

/// The x of A·x = b for a small positive definite A (row by row; the lower half counts).
pub(crate) fn solve(matrix: &[f64], right: &[f64]) -> Vec<f64> {
    let size = right.len();
    back(&factor(matrix, size), right.to_vec())
}

fn back(lower: &[f64], mut x: Vec<f64>) -> Vec<f64> {
    let size = x.len();
    for row in 0..size {
        let known: f64 = lower[row * size..row * size + row].iter().zip(&x).map(|(a, b)| a * b).sum();
        x[row] = (x[row] - known) / lower[row * size + row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|below| lower[below * size + row] * x[below]).sum();
        x[row] = (x[row] - known) / lower[row * size + row];
    }
    x
}

fn small_inverse(matrix: &[f64], size: usize) -> Vec<f64> {
    let lower = factor(matrix, size);
    let columns = (0..size).map(|column| {
        let mut unit = vec![0.0; size];
        unit[column] = 1.0;
        back(&lower, unit)
    });
    columns.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A positive definite matrix of any size: a kernel of distances, with a ridge.
    fn kernel(size: usize) -> Symmetric {
        let mut matrix = Symmetric::scaled_unit(size, 2.0);
        for row in 0..size {
            for column in 0..row {
                *matrix.at_mut(row, column) = 1.0 / (1.0 + (row - column) as f32);
            }
        }
        matrix
    }

    #[test]
    fn a_matrix_times_its_inverse_is_the_unit_matrix() {
        for size in [1, 7, PANEL, PANEL + 1, 100, 8 * PANEL + 43] {
            let (matrix, inverse) = (kernel(size), kernel(size).inverted());
            for (row, column) in [(0, 0), (size - 1, 0), (size / 2, size / 3), (size - 1, size - 1)] {
                let cell: f32 = (0..size).map(|k| matrix.at(row, k) * inverse.at(k, column)).sum();
                let expected = if row == column { 1.0 } else { 0.0 };
                assert!((cell - expected).abs() < 1e-4, "{size}: {cell} at {row}, {column}");
            }
        }
    }

    #[test]
    fn a_small_system_is_solved() {
        let x = solve(&[4.0, 0.0, 2.0, 3.0], &[8.0, 8.0]);
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12, "{x:?}");
    }

    #[test]
    fn an_unknown_that_nothing_determines_is_zero() {
        let x = solve(&[1.0, 0.0, 1.0, 1.0], &[3.0, 3.0]);
        assert!((x[0] - 3.0).abs() < 1e-6 && x[1].abs() < 1e-6, "{x:?}");
    }
}

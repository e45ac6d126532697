//! Edit distance along a band around the diagonal.

/// Cells on either side of the diagonal.
const BAND: usize = 25;

/// The cost of a cell outside the band.
const UNREACHED: u32 = u32::MAX / 2;

/// What is done to the restored words to get the original ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Keep,
    Replace,
    /// A restored word goes.
    Delete,
    /// An original word comes.
    Insert,
}

type Cell = (u32, Edit);

/// Costs of leading the first words of a restoration to those of the original:
/// a row for each restored word, filled by [`Matrix::fill`].
#[derive(Clone)]
pub(crate) struct Matrix<'w> {
    original: &'w [u32],
    rows: usize,
    /// Original words to a restored one.
    slope: f64,
    /// Half the width of the band.
    band: usize,
    /// Rows of `2 * band` cells from [`Matrix::columns`] on; the first row, in
    /// which every word is inserted, is not stored.
    cells: Vec<Cell>,
}

impl<'w> Matrix<'w> {
    /// For restorations of `rows` words of an original that is not empty.
    pub(crate) fn new(original: &'w [u32], rows: usize) -> Self {
        let slope = if rows == 0 { 1.0 } else { original.len() as f64 / rows as f64 };
        // Where the original is far longer, the bands of neighbouring rows must meet.
        let steep = (BAND as f64) < slope / 2.0;
        let band = if steep { (slope / 2.0 + BAND as f64).ceil() as usize } else { BAND };
        let cells = vec![(UNREACHED, Edit::Insert); 2 * band * rows];
        Self { original, rows, slope, band, cells }
    }

    /// The edits it takes to get the original.
    pub(crate) fn distance(&self) -> u32 {
        self.cell(self.rows, self.original.len()).0
    }

    /// The edits themselves, in order.
    pub(crate) fn edits(&self) -> Vec<Edit> {
        let (mut i, mut j) = (self.rows, self.original.len());
        let mut edits = Vec::with_capacity(i + j);
        while i > 0 || j > 0 {
            let (_, edit) = self.cell(i, j);
            i -= usize::from(edit != Edit::Insert);
            j -= usize::from(edit != Edit::Delete);
            edits.push(edit);
        }
        edits.reverse();
        edits
    }

    /// Takes over row `row` of a matrix of the same shape.
    pub(crate) fn copy_row(&mut self, other: &Matrix, row: usize) {
        if row > 0 {
            let cells = 2 * self.band * (row - 1)..2 * self.band * row;
            self.cells[cells.clone()].copy_from_slice(&other.cells[cells]);
        }
    }

    /// Fills the rows after row `from`, which holds what `words` up to it need.
    pub(crate) fn fill(&mut self, words: &[u32], from: usize) {
        for i in from + 1..=self.rows {
            let (low, high) = self.columns(i);
            let mut left = (UNREACHED, Edit::Insert);
            for j in low..high {
                let mut best = (self.cell(i - 1, j).0 + 1, Edit::Delete);
                if j > 0 {
                    let keeps = words[i - 1] == self.original[j - 1];
                    let edit = if keeps { Edit::Keep } else { Edit::Replace };
                    let diagonal = self.cell(i - 1, j - 1).0 + u32::from(!keeps);
                    if diagonal <= best.0 {
                        best = (diagonal, edit);
                    }
                    if left.0 + 1 < best.0 {
                        best = (left.0 + 1, Edit::Insert);
                    }
                }
                best.0 = best.0.min(UNREACHED);
                self.cells[2 * self.band * (i - 1) + j - low] = best;
                left = best;
            }
        }
    }

    /// The columns of row `i` inside the band.
    fn columns(&self, i: usize) -> (usize, usize) {
        let diagonal = (i as f64 * self.slope).floor() as usize;
        let all = self.original.len() + 1;
        let high = if i == self.rows { all } else { all.min(diagonal + self.band) };
        (diagonal.saturating_sub(self.band), high)
    }

    fn cell(&self, i: usize, j: usize) -> Cell {
        if i == 0 {
            return (j as u32, Edit::Insert);
        }
        let (low, high) = self.columns(i);
        if (low..high).contains(&j) {
            self.cells[2 * self.band * (i - 1) + j - low]
        } else {
            (UNREACHED, Edit::Insert)
        }
    }
}

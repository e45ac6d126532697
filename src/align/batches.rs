//! Work on numbered chunks, in parallel, results in order.

use crate::error::Result;
use rayon::prelude::*;

/// Chunks whose results are in memory at a time, fixed so that no thread count shows.
const BATCH: usize = 32;

/// Maps every chunk with what `start` makes a thread, and hands the results on in
/// order, batch by batch, while the next batch is under work.
pub(crate) fn in_order<W, R: Send>(
    chunks: usize,
    start: impl Fn() -> W + Sync + Send,
    of_chunk: impl Fn(&mut W, usize) -> Result<R> + Sync + Send,
    mut collect: impl FnMut(Vec<R>) -> Result<()> + Send,
) -> Result<()> {
    let batch = |first: usize| -> Result<Vec<R>> {
        let batch = (first..chunks.min(first + BATCH)).into_par_iter();
        batch.map_init(&start, &of_chunk).collect()
    };
    let mut ready = batch(0)?;
    for first in (BATCH..chunks).step_by(BATCH) {
        let done = std::mem::take(&mut ready);
        let (collected, next) = rayon::join(|| collect(done), || batch(first));
        collected?;
        ready = next?;
    }
    collect(ready)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn results_come_in_order_and_errors_end_it() {
        for chunks in [0, 1, BATCH, 3 * BATCH + 5] {
            let mut seen = Vec::new();
            let square = |_: &mut (), index: usize| Ok(index * index);
            let collect = |squares: Vec<usize>| {
                seen.extend(squares);
                Ok(())
            };
            in_order(chunks, || (), square, collect).unwrap();
            assert!(seen.into_iter().eq((0..chunks).map(|index| index * index)));
        }
        let fails = |_: &mut (), index: usize| {
            if index == 40 { Err(Error::config("forty")) } else { Ok(index) }
        };
        assert!(in_order(100, || (), fails, |_| Ok(())).is_err());
        let full = |_: Vec<usize>| Err(Error::config("full"));
        assert!(in_order(100, || (), |_: &mut (), index| Ok(index), full).is_err());
    }
}

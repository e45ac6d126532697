//! A file of few bytes can claim very much: what would take all memory is refused.

use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A page of lists may have so many values, and so may a row that goes over pages.
pub(super) const MOST_VALUES: usize = 1 << 22;
/// In a dictionary, the length of a string takes so many bytes.
const LENGTH: usize = 4;

/// Hands on the pages of a column of strings.
pub(super) struct Pages {
    pub(super) inner: Box<dyn PageReader>,
    /// How many values of lists may come until the next row begins.
    pub(super) left: Arc<AtomicUsize>,
    /// Whether the column holds lists. A row is read whole, and a run of one value takes no
    /// room in the file.
    pub(super) lists: bool,
}

impl Pages {
    fn check(&self, page: &Page) -> Result<()> {
        let values = page.num_values() as usize;
        match page {
            Page::DictionaryPage { buf, .. } if values > buf.len() / LENGTH => {
                let message =
                    "is damaged (a dictionary has fewer bytes than it says): write the file anew";
                Err(ParquetError::General(message.into()))
            }
            Page::DataPage { .. } | Page::DataPageV2 { .. } if self.lists => {
                let left = self.left.load(Ordering::Relaxed);
                if values > left.min(MOST_VALUES) {
                    let message = format!(
                        "a page or a row has more than {MOST_VALUES} values: write the file anew with shorter lists"
                    );
                    return Err(ParquetError::General(message));
                }
                self.left.store(left - values, Ordering::Relaxed);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

// A dictionary that is passed over is read like any other page, so that it is checked.
impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.inner.get_next_page()?;
        page.iter().try_for_each(|page| self.check(page))?;
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.inner.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.inner.at_record_boundary()
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::basic::Encoding;

    struct Nothing;

    impl PageReader for Nothing {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            Ok(None)
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Ok(None)
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Ok(())
        }
    }

    impl Iterator for Nothing {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Self::Item> {
            None
        }
    }

    #[test]
    fn claims_are_held_against_bytes_and_limits() {
        let dictionary = |bytes: usize, num_values| Page::DictionaryPage {
            buf: vec![0; bytes].into(),
            num_values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let data = |values: usize| Page::DataPage {
            buf: Default::default(),
            num_values: values as u32,
            encoding: Encoding::PLAIN,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let pages = |lists| {
            let left = Arc::new(AtomicUsize::new(MOST_VALUES));
            Pages { inner: Box::new(Nothing), left, lists }
        };
        let table: &[(bool, &[Page], bool)] = &[
            (false, &[dictionary(0, 0), dictionary(8, 2)], true),
            (false, &[dictionary(7, 2)], false),
            (true, &[dictionary(400, u32::MAX)], false),
            (false, &[data(1 << 31), data(1 << 31)], true),
            (true, &[data(MOST_VALUES - 1), data(1)], true),
            (true, &[data(MOST_VALUES), data(1)], false),
            (true, &[data(MOST_VALUES + 1)], false),
        ];
        for (at, (lists, given, pass)) in table.iter().enumerate() {
            let pages = pages(*lists);
            let checked = given.iter().try_for_each(|page| pages.check(page));
            assert_eq!(checked.is_ok(), *pass, "{at}");
        }
    }
}

//! Word classes by exchange: words that stand between alike words share a class.

use super::count::Counts;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::text::vocabulary::{END, UNKNOWN};
use rayon::prelude::*;

/// The most classes, the marks' apart.
pub(crate) const MOST: usize = 512;
/// The number of the first class, after those of the marks.
const FIRST: u32 = END + 1;
/// Words whose best classes are looked for at a time, under the same counts; fixed,
/// so that no thread count shows.
const CHUNK: usize = 128;
/// Passes end when fewer than one of so many words moves.
const SETTLED: usize = 1000;
/// A gain in likelihood that rounding might have made.
const LEAST_GAIN: f64 = 1e-6;

/// The class of each word; the marks and unknown words are classes of their own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Classes {
    /// By word number: 0 to 2 for the marks, then from 3.
    pub(crate) of: Vec<u32>,
    /// Log probability of each word in its class.
    pub(crate) probs: Vec<f32>,
}

impl Classes {
    /// Finds at most `size` classes that maximise the likelihood of a bigram model of
    /// classes (Martin, Liermann & Ney, 1998), from bigram counts of a text: in each
    /// pass every word, the commonest first, goes to the class where it gains most.
    /// The best classes of a few words are looked for in parallel; each move is then
    /// weighed again before it is made.
    ///
    /// # Errors
    ///
    /// If the number of classes is not in 1 to 512 or there are no bigrams.
    pub(crate) fn learn(
        counts: &Counts,
        size: usize,
        passes: usize,
        progress: &dyn Progress,
    ) -> Result<Self> {
        if !(1..=MOST).contains(&size) || counts.trie.order() < 2 {
            return Err(Error::config(format!("no {size} word classes: 1 to {MOST} of bigrams")));
        }
        let mut exchange = Exchange::new(counts, size);
        for _ in 0..passes {
            let moved = exchange.pass();
            progress.advance(moved as u64);
            if moved * SETTLED < exchange.order.len() {
                break;
            }
        }
        let Exchange { of, totals, classes, .. } = exchange;
        let mut members = vec![0.0; classes];
        of.iter()
            .zip(&totals)
            .for_each(|(class, total)| members[*class as usize] += total.max(0.5));
        let share = |(class, total): (&u32, &f64)| (total.max(0.5) / members[*class as usize]).ln();
        let mut probs: Vec<f32> = of.iter().zip(&totals).map(|pair| share(pair) as f32).collect();
        probs[..FIRST as usize].fill(0.0);
        Ok(Self { of, probs })
    }

    /// A sentence as classes.
    pub(crate) fn map(&self, sentence: &[u32]) -> Vec<u32> {
        let class = |word: &u32| self.of.get(*word as usize).copied().unwrap_or(UNKNOWN);
        sentence.iter().map(class).collect()
    }
}

/// The search: classes, and bigram counts of words and of classes.
struct Exchange {
    classes: usize,
    of: Vec<u32>,
    totals: Vec<f64>,
    /// Words that may move, the commonest first.
    order: Vec<u32>,
    before: Neighbours,
    after: Neighbours,
    /// Class bigrams, a row for each first class.
    pairs: Vec<f64>,
    class_totals: Vec<f64>,
}

/// The words next to each word, with counts.
struct Neighbours {
    first: Vec<u32>,
    words: Vec<(u32, u32)>,
}

impl Neighbours {
    fn new(words: usize, bigrams: impl Iterator<Item = (u32, u32, u32)> + Clone) -> Self {
        let mut first = vec![0; words + 1];
        bigrams.clone().for_each(|(word, _, _)| first[word as usize + 1] += 1);
        (0..words).for_each(|word| first[word + 1] += first[word]);
        let mut next = first.clone();
        let mut all = vec![(0, 0); first[words] as usize];
        for (word, other, count) in bigrams {
            all[next[word as usize] as usize] = (other, count);
            next[word as usize] += 1;
        }
        Self { first, words: all }
    }

    fn of(&self, word: u32) -> &[(u32, u32)] {
        let word = word as usize;
        &self.words[self.first[word] as usize..self.first[word + 1] as usize]
    }
}

/// A word's bigrams with the classes around it, the word itself apart.
struct Around {
    before: Vec<(usize, f64)>,
    after: Vec<(usize, f64)>,
    /// How often the word follows itself.
    twice: f64,
    total: f64,
    class: usize,
}

impl Exchange {
    fn new(counts: &Counts, size: usize) -> Self {
        let trie = &counts.trie;
        let words = counts.vocab_len as usize;
        let bigrams: Vec<(u32, u32, u32)> = (0..trie.len(0))
            .flat_map(|node| trie.children(0, node).map(move |child| (node, child)))
            .map(|(node, child)| {
                let (first, second) = (trie.levels[1].words[child], trie.levels[0].words[node]);
                (first, second, counts.counts[1][child])
            })
            .collect();
        let before = bigrams.iter().map(|&(first, second, count)| (second, first, count));
        let (before, after) =
            (Neighbours::new(words, before), Neighbours::new(words, bigrams.iter().copied()));
        let mut totals = vec![0.0; words];
        for (&word, &count) in trie.levels[0].words.iter().zip(&counts.counts[0]) {
            totals[word as usize] = f64::from(count);
        }
        let mut order: Vec<u32> = (FIRST..words as u32).collect();
        order.sort_by(|a, b| totals[*b as usize].total_cmp(&totals[*a as usize]).then(a.cmp(b)));
        let mut of: Vec<u32> = (0..words as u32).collect();
        for (rank, &word) in order.iter().enumerate() {
            of[word as usize] = FIRST + (rank % size) as u32;
        }
        order.retain(|word| totals[*word as usize] > 0.0);
        let classes = FIRST as usize + size;
        let (pairs, class_totals) = (vec![0.0; classes * classes], vec![0.0; classes]);
        let mut exchange = Self { classes, of, totals, order, before, after, pairs, class_totals };
        for (first, second, count) in bigrams {
            let (first, second) = (exchange.class(first), exchange.class(second));
            exchange.pairs[first * classes + second] += f64::from(count);
        }
        for word in 0..words {
            let class = exchange.class(word as u32);
            exchange.class_totals[class] += exchange.totals[word];
        }
        exchange
    }

    fn class(&self, word: u32) -> usize {
        self.of[word as usize] as usize
    }

    /// Moves words, and returns how many moved.
    fn pass(&mut self) -> usize {
        let mut moved = 0;
        for chunk in self.order.clone().chunks(CHUNK) {
            let best: Vec<usize> = chunk.par_iter().map(|word| self.best(*word)).collect();
            for (&word, best) in chunk.iter().zip(best) {
                let around = self.around(word);
                let gain = self.gain(&around, best) - self.gain(&around, around.class);
                if gain > LEAST_GAIN {
                    self.shift(&around, around.class, -1.0);
                    self.shift(&around, best, 1.0);
                    self.of[word as usize] = best as u32;
                    moved += 1;
                }
            }
        }
        moved
    }

    /// The class where the word gains most; of equal ones its own, then the first.
    fn best(&self, word: u32) -> usize {
        let around = self.around(word);
        let mut best = (around.class, self.gain(&around, around.class) + LEAST_GAIN);
        for class in FIRST as usize..self.classes {
            let gain = self.gain(&around, class);
            if class != around.class && gain > best.1 {
                best = (class, gain);
            }
        }
        best.0
    }

    fn around(&self, word: u32) -> Around {
        let mut twice = 0.0;
        let mut sum = |neighbours: &Neighbours| {
            let mut sums = vec![0.0; self.classes];
            for &(other, count) in neighbours.of(word) {
                match other == word {
                    true => twice = f64::from(count),
                    false => sums[self.class(other)] += f64::from(count),
                }
            }
            sums.into_iter().enumerate().filter(|(_, count)| *count > 0.0).collect()
        };
        let (before, after) = (sum(&self.before), sum(&self.after));
        let (total, class) = (self.totals[word as usize], self.class(word));
        Around { before, after, twice, total, class }
    }

    /// What the log likelihood gains by putting the word, taken out of its class,
    /// into `class`.
    fn gain(&self, around: &Around, class: usize) -> f64 {
        let Around { before, after, twice, total, class: own } = around;
        let count = |first: usize, second: usize| self.pairs[first * self.classes + second];
        let added = |count: f64, more: f64| term(count + more) - term(count);
        let (mut gain, mut inside) = (0.0, (0.0, 0.0));
        // What the word's own bigrams add to its class counts no more.
        for &(other, more) in after {
            if other == class {
                inside.0 = more;
                continue;
            }
            let counted = class == *own;
            let as_first = if counted { more } else { 0.0 };
            let as_second = if other == *own { of(before, class) } else { 0.0 };
            gain += added(count(class, other) - as_first - as_second, more);
        }
        for &(other, more) in before {
            if other == class {
                inside.1 = more;
                continue;
            }
            let counted = class == *own;
            let as_second = if counted { more } else { 0.0 };
            let as_first = if other == *own { of(after, class) } else { 0.0 };
            gain += added(count(other, class) - as_first - as_second, more);
        }
        let more = inside.0 + inside.1 + twice;
        let (counted, members) = match class == *own {
            true => (more, *total),
            false => (0.0, 0.0),
        };
        gain += added(count(class, class) - counted, more);
        gain - 2.0 * added(self.class_totals[class] - members, *total)
    }

    /// Adds the word's bigrams to those of `class`, or takes them away.
    fn shift(&mut self, around: &Around, class: usize, sign: f64) {
        let classes = self.classes;
        for &(other, count) in &around.after {
            self.pairs[class * classes + other] += sign * count;
        }
        for &(other, count) in &around.before {
            self.pairs[other * classes + class] += sign * count;
        }
        self.pairs[class * classes + class] += sign * around.twice;
        self.class_totals[class] += sign * around.total;
    }
}

/// The count of one class.
fn of(counts: &[(usize, f64)], class: usize) -> f64 {
    counts.binary_search_by_key(&class, |pair| pair.0).map_or(0.0, |at| counts[at].1)
}

/// n ln n, a count's part of a log likelihood.
#[inline]
fn term(count: f64) -> f64 {
    if count > 0.0 { count * count.ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::count::Counter;
    use super::super::reference;
    use super::*;
    use crate::progress::Silent;
    use crate::text::vocabulary::BEGIN;
    use proptest::prelude::*;

    fn counts(text: &[Vec<u32>], vocab: usize) -> Counts {
        let mut counter = Counter::new(2, vocab).unwrap();
        text.iter().for_each(|sentence| counter.add(sentence));
        counter.finish().unwrap()
    }

    impl Exchange {
        /// The log likelihood, but for what no exchange changes.
        fn likelihood(&self) -> f64 {
            let pairs: f64 = self.pairs.iter().map(|count| term(*count)).sum();
            let members = &self.class_totals[FIRST as usize..];
            pairs - 2.0 * members.iter().map(|count| term(*count)).sum::<f64>()
        }
    }

    proptest! {
        #[test]
        fn gains_are_differences_of_likelihood(text in reference::text(), size in 1usize..5) {
            let counts = counts(&text, reference::VOCAB);
            let mut exchange = Exchange::new(&counts, size);
            for &word in &exchange.order.clone() {
                for class in FIRST as usize..exchange.classes {
                    let around = exchange.around(word);
                    let gain = exchange.gain(&around, class) - exchange.gain(&around, around.class);
                    let before = exchange.likelihood();
                    exchange.shift(&around, around.class, -1.0);
                    exchange.shift(&around, class, 1.0);
                    exchange.of[word as usize] = class as u32;
                    let difference = exchange.likelihood() - before;
                    prop_assert!((gain - difference).abs() < 1e-6, "{gain} {difference}");
                }
            }
            let before = exchange.likelihood();
            exchange.pass();
            prop_assert!(exchange.likelihood() >= before - 1e-6);
        }
    }

    #[test]
    fn alike_words_share_a_class() {
        // Three kinds of words in turn, of some more words than of others.
        let kinds = [(3, 11), (14, 6), (20, 3)];
        let word = |i: u32, (first, size): (u32, u32)| {
            first + (i.wrapping_mul(2_654_435_761) >> 13) % size
        };
        let text: Vec<Vec<u32>> = (0..400)
            .map(|i| (0..9).map(|at| word(i * 9 + at, kinds[at as usize % 3])).collect())
            .collect();
        let counts = counts(&text, 23);
        let classes = Classes::learn(&counts, 3, 20, &Silent).unwrap();
        for (first, size) in kinds {
            let own = &classes.of[first as usize..(first + size) as usize];
            assert!(own.iter().all(|class| *class == own[0]), "{:?}", classes.of);
        }
        let mass: f32 = classes.probs[3..14].iter().map(|prob| prob.exp()).sum();
        assert!((mass - 1.0).abs() < 1e-5, "{mass}");
        assert_eq!(classes.map(&[3, 99]), [classes.of[3], UNKNOWN]);
        assert_eq!(classes.of[BEGIN as usize], BEGIN);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Classes::learn(&counts, 5, 9, &Silent).unwrap())
        };
        assert_eq!(with(1), with(2));
        assert_eq!(with(1), with(8));
        assert!(Classes::learn(&counts, 0, 1, &Silent).is_err());
        assert!(Classes::learn(&counts, 513, 1, &Silent).is_err());
    }
}

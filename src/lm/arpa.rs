//! The ARPA text format, in which other tools read and write back-off models.

use super::model::{BackoffModel, NEVER};
use super::trie::Trie;
use super::{MAX_ORDER, bits_per_word};
use crate::error::{Error, Result};
use crate::text::vocabulary::{BEGIN, UNKNOWN};
use std::collections::BTreeMap;
use std::f32::consts::LN_10;
use std::io::{BufRead, Write};
use std::path::Path;

/// The decimal log probability of `<unk>` in a file that has none.
const UNSEEN: f32 = -100.0;

impl BackoffModel {
    /// Writes the model; `push_word` appends the word of a number, as
    /// [`Vocabulary::push_word`](crate::text::Vocabulary::push_word) does.
    pub(crate) fn write_arpa(
        &self,
        out: &mut impl Write,
        push_word: impl Fn(u32, &mut String),
    ) -> std::io::Result<()> {
        writeln!(out, "\\data\\")?;
        for (level, size) in self.sizes().iter().enumerate() {
            writeln!(out, "ngram {}={size}", level + 1)?;
        }
        let mut parents: Vec<Vec<u32>> = vec![Vec::new()];
        let mut line = String::new();
        for level in 0..self.order() {
            writeln!(out, "\n\\{}-grams:", level + 1)?;
            if level > 0 {
                parents.push(self.trie.parents(level));
            }
            for node in 0..self.trie.len(level) {
                line.clear();
                let mut at = node;
                for level in (0..=level).rev() {
                    line.push(if line.is_empty() { '\t' } else { ' ' });
                    push_word(self.trie.levels[level].words[at], &mut line);
                    at = parents[level].get(at).map_or(0, |parent| *parent as usize);
                }
                write!(out, "{}{line}", self.probs[level][node] / LN_10)?;
                match self.backoffs.get(level) {
                    Some(weights) => writeln!(out, "\t{}", weights[node] / LN_10)?,
                    None => writeln!(out)?,
                }
            }
        }
        writeln!(out, "\n\\end\\")
    }

    /// Reads a model over a vocabulary of `vocab_len` words, whose numbers `id`
    /// gives; n-grams with words outside are left out, those that others need and
    /// the file lacks are put in with the probability that backing off gives them.
    ///
    /// # Errors
    ///
    /// If reading fails or a line is not what the format allows; `path` is for the
    /// message.
    pub(crate) fn read_arpa(
        input: impl BufRead,
        path: &Path,
        vocab_len: usize,
        id: impl Fn(&str) -> Option<u32>,
    ) -> Result<Self> {
        let mut reader = Reader { path, bits: bits_per_word(vocab_len), vocab_len, ngrams: vec![] };
        reader.read(input, id)?;
        reader.finish()
    }
}

/// The n-grams of one length by their packed words, the last word highest.
type Ngrams = BTreeMap<u128, (f32, f32)>;

struct Reader<'p> {
    path: &'p Path,
    bits: u32,
    vocab_len: usize,
    ngrams: Vec<Ngrams>,
}

impl Reader<'_> {
    fn read(&mut self, input: impl BufRead, id: impl Fn(&str) -> Option<u32>) -> Result<()> {
        let mut order = 0;
        let mut ended = false;
        let mut last = 0;
        for (line, number) in input.lines().zip(1..) {
            let line = line.map_err(|source| Error::io(self.path, source))?;
            let bad = |message: String| Error::data(self.path, number, message);
            let line = line.trim();
            last = number;
            if line == "\\end\\" {
                ended = true;
                break;
            } else if let Some(section) = line.strip_suffix("-grams:") {
                let named = section.strip_prefix('\\').and_then(|n| n.parse().ok());
                if named != Some(order + 1) || order == MAX_ORDER {
                    let expected = format!("n-grams of length {}, at most {MAX_ORDER}", order + 1);
                    return Err(bad(format!("expected {expected}, got {line:?}")));
                }
                order += 1;
                self.ngrams.push(Ngrams::new());
                if order * self.bits as usize > 128 {
                    return Err(bad(format!("{order}-grams of so many words do not fit")));
                }
            } else if order > 0 && !line.is_empty() {
                let entry = self.entry(line, order, &id);
                if let Some((key, values)) = entry.map_err(|message| bad(message.into()))? {
                    self.ngrams[order - 1].insert(key, values);
                }
            }
        }
        let whole = ended && order > 0;
        whole.then_some(()).ok_or_else(|| Error::data(self.path, last, "no \\end\\: cut short?"))
    }

    /// Words and values of a line; nothing if a word is outside the vocabulary.
    #[expect(clippy::type_complexity)]
    fn entry(
        &self,
        line: &str,
        order: usize,
        id: impl Fn(&str) -> Option<u32>,
    ) -> Result<Option<(u128, (f32, f32))>, &'static str> {
        let mut fields = line.split_ascii_whitespace();
        let value = |field: &str| match field.parse::<f32>() {
            Ok(value) if value.is_finite() => Ok(value.max(-1e4) * LN_10),
            _ => Err("expected a decimal logarithm"),
        };
        let prob = value(fields.next().unwrap_or_default())?;
        if prob > 0.0 {
            return Err("a probability is above 1");
        }
        let mut key = Some(0);
        for place in 0..order {
            let word = match fields.next().ok_or("words are missing")? {
                "<unk>" => Some(UNKNOWN),
                word => id(word).filter(|word| (*word as usize) < self.vocab_len),
            };
            let shifted = word.map(|word| u128::from(word) << (place as u32 * self.bits));
            key = key.zip(shifted).map(|(key, word)| key | word);
        }
        let backoff = fields.next().map_or(Ok(0.0), value)?;
        match fields.next() {
            None => Ok(key.map(|key| (key, (prob, backoff)))),
            Some(_) => Err("more fields than the n-gram's length allows"),
        }
    }

    /// Closes the set of n-grams and gives the added ones their values.
    fn finish(self) -> Result<BackoffModel> {
        let Self { bits, vocab_len, mut ngrams, .. } = self;
        const ADDED: (f32, f32) = (f32::NAN, 0.0);
        for len in (2..=ngrams.len()).rev() {
            let mask = (1u128 << (bits as usize * (len - 1))) - 1;
            let (below, above) = ngrams.split_at_mut(len - 1);
            for key in above[0].keys() {
                below[len - 2].entry(key >> bits).or_insert(ADDED);
                below[len - 2].entry(key & mask).or_insert(ADDED);
            }
        }
        ngrams[0].entry(UNKNOWN.into()).or_insert((UNSEEN * LN_10, 0.0));
        ngrams[0].entry(BEGIN.into()).or_insert((NEVER, 0.0)).0 = NEVER;
        let keys: Vec<Vec<u128>> = ngrams.iter().map(|map| map.keys().copied().collect()).collect();
        let trie = Trie::from_sorted(&keys, bits);
        let values = |pick: fn(&(f32, f32)) -> f32| {
            move |map: &Ngrams| map.values().map(pick).collect::<Vec<f32>>()
        };
        let mut probs: Vec<Vec<f32>> = ngrams.iter().map(values(|v| v.0)).collect();
        let backoffs: Vec<Vec<f32>> =
            ngrams[..ngrams.len() - 1].iter().map(values(|v| v.1)).collect();
        let unknown = probs[0][UNKNOWN as usize];
        probs[0].iter_mut().filter(|p| p.is_nan()).for_each(|p| *p = unknown);
        let mut contexts = Vec::new();
        for level in 1..trie.order() {
            contexts = trie.contexts_above(level, &contexts);
            let (below, own) = probs.split_at_mut(level);
            for (parent, low) in below[level - 1].iter().enumerate() {
                for node in trie.children(level - 1, parent) {
                    if own[0][node].is_nan() {
                        own[0][node] = low + backoffs[level - 1][contexts[node] as usize];
                    }
                }
            }
        }
        let shares = probs[0].clone();
        Ok(BackoffModel { vocab_len: vocab_len as u32, trie, probs, backoffs, shares })
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::EstimateConfig;
    use super::super::reference::{self, VOCAB};
    use super::*;
    use proptest::prelude::*;

    fn push_word(id: u32, out: &mut String) {
        *out +=
            &["<unk>", "<s>", "</s>"].get(id as usize).map_or(format!("w{id}"), |m| m.to_string());
    }

    fn id(word: &str) -> Option<u32> {
        (0..VOCAB as u32).find(|&id| {
            let mut other = String::new();
            push_word(id, &mut other);
            other == word
        })
    }

    fn read(text: &str) -> Result<BackoffModel> {
        BackoffModel::read_arpa(text.as_bytes(), Path::new("a.arpa"), VOCAB, id)
    }

    proptest! {
        #[test]
        fn round_trip(text in reference::text(), order in 1usize..=4) {
            let model = reference::model(&text, order, &EstimateConfig::default());
            let mut arpa = Vec::new();
            model.write_arpa(&mut arpa, push_word).unwrap();
            let read = read(std::str::from_utf8(&arpa).unwrap()).unwrap();
            prop_assert_eq!(&read.trie, &model.trie);
            let values = |m: &BackoffModel| [&m.probs[..], &m.backoffs[..]].concat().concat();
            for (a, b) in values(&read).into_iter().zip(values(&model)) {
                prop_assert!((a - b).abs() < 1e-5 * b.abs().max(1.0));
            }
        }
    }

    #[test]
    fn missing_parts_are_put_in() {
        let text = "\\data\\\nngram 1=4\n\n\\1-grams:\n-1\t<unk>\t0\n-99 <s> -0.5\n-0.7 </s>\n\
                    -0.6 w3 -0.25\n\\2-grams:\n\\3-grams:\n-0.1 <s> w3 </s>\n-0.2 w3 zzz w3\n\\end\\\n";
        let model = read(text).unwrap();
        assert_eq!(model.sizes(), [4, 2, 1]);
        let score = |context: &[u32], word| model.score(context, word) / LN_10;
        assert!((score(&[BEGIN, 3], 2) + 0.1).abs() < 1e-6);
        assert!((score(&[3], 2) + 0.95).abs() < 1e-6);
        assert!((score(&[BEGIN], 3) + 1.1).abs() < 1e-6);
        assert!((score(&[BEGIN, 3], 3) + 0.85).abs() < 1e-6);
        assert!((score(&[3], 9) + 1.25).abs() < 1e-6);
    }

    #[test]
    fn bad_lines_are_named() {
        let table = [
            ("", "a.arpa:0"),
            ("\\data\\\n\\1-grams:\n-1 w3\n", "a.arpa:3: no \\end\\"),
            ("\\2-grams:\n", "a.arpa:1: expected n-grams of length 1"),
            ("\\1-grams:\nnan w3\n", "a.arpa:2: expected a decimal"),
            ("\\1-grams:\n0.5 w3\n", "a.arpa:2: a probability"),
            ("\\1-grams:\n-1\n", "a.arpa:2: words"),
            ("\\1-grams:\n-1 w3 -1 w4\n", "a.arpa:2: more"),
        ];
        for (text, expected) in table {
            let message = read(text).map(|_| ()).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}

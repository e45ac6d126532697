//! The ARPA text format, in which other tools read and write back-off models.

use super::model::{BackoffModel, NEVER};
use super::trie::Trie;
use super::{MAX_ORDER, bits_per_word};
use crate::corpus::{Line, Lines};
use crate::error::{Error, Result};
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use rayon::prelude::*;
use std::f32::consts::LN_10;
use std::io::Write;

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
    /// If reading fails or a line is not what the format allows.
    pub(crate) fn read_arpa(
        lines: Lines,
        vocab_len: usize,
        id: impl Fn(&str) -> Option<u32>,
    ) -> Result<Self> {
        let mut reader = Reader { bits: bits_per_word(vocab_len), vocab_len, ngrams: vec![] };
        reader.read(lines, id)?;
        Ok(reader.finish())
    }
}

/// The words of a model's unigrams, `<s>`, `</s>` and `<unk>` not among them.
///
/// # Errors
///
/// If reading fails before the longer n-grams begin.
pub(crate) fn words(mut lines: Lines) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut inside = false;
    while let Some(line) = text(&mut lines)? {
        if line.starts_with('\\') {
            if inside {
                break;
            }
            inside = line == "\\1-grams:";
        } else if let Some(word) = fields(line).nth(1)
            && inside
            && !MARKS.contains(&word)
        {
            words.push(word.to_string());
        }
    }
    Ok(words)
}

/// What the marks are called.
pub(crate) const MARKS: [&str; 4] = ["<unk>", "<UNK>", "<s>", "</s>"];

/// The next line without the space around it.
fn text<'l>(lines: &'l mut Lines<'_>) -> Result<Option<&'l str>> {
    match lines.next()? {
        Some((Line::Text(text), _)) => Ok(Some(text.trim_matches([' ', '\t', '\r']))),
        Some((Line::Unreadable(_, error), _)) => Err(error),
        None => Ok(None),
    }
}

fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '\t']).filter(|field| !field.is_empty())
}

/// An n-gram's packed words, the last word highest, its probability and back-off
/// weight.
type Entry = (u128, f32, f32);

struct Reader {
    bits: u32,
    vocab_len: usize,
    /// The n-grams of each length.
    ngrams: Vec<Vec<Entry>>,
}

impl Reader {
    fn read(&mut self, mut lines: Lines, id: impl Fn(&str) -> Option<u32>) -> Result<()> {
        let path = lines.path().to_path_buf();
        let mut order = 0;
        let mut number = 0;
        while let Some(line) = text(&mut lines)? {
            number += 1;
            let bad = |message: String| Error::data(&path, number, message);
            if line == "\\end\\" && order > 0 {
                return Ok(());
            } else if let Some(section) = line.strip_suffix("-grams:") {
                let named = section.strip_prefix('\\').and_then(|n| n.parse().ok());
                if named != Some(order + 1) || order == MAX_ORDER {
                    let expected = format!("n-grams of length {}, at most {MAX_ORDER}", order + 1);
                    return Err(bad(format!("expected {expected}, got {line:?}")));
                }
                order += 1;
                self.ngrams.push(Vec::new());
                if order * self.bits as usize > 128 {
                    return Err(bad(format!("{order}-grams of so many words do not fit")));
                }
            } else if order > 0 && !line.is_empty() {
                let entry = self.entry(line, order, &id);
                let entry = entry.map_err(|message| bad(message.into()))?;
                self.ngrams[order - 1].extend(entry);
            }
        }
        Err(Error::data(&path, number, "no \\end\\: cut short, or not an ARPA file?"))
    }

    /// Words and values of a line; nothing if a word is outside the vocabulary.
    fn entry(
        &self,
        line: &str,
        order: usize,
        id: impl Fn(&str) -> Option<u32>,
    ) -> Result<Option<Entry>, &'static str> {
        let mut fields = fields(line);
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
                "<unk>" | "<UNK>" => Some(UNKNOWN),
                "<s>" => Some(BEGIN),
                "</s>" => Some(END),
                word => id(word).filter(|word| (*word as usize) < self.vocab_len),
            };
            let shifted = word.map(|word| u128::from(word) << (place as u32 * self.bits));
            key = key.zip(shifted).map(|(key, word)| key | word);
        }
        let backoff = fields.next().map_or(Ok(0.0), value)?;
        match fields.next() {
            None => Ok(key.map(|key| (key, prob, backoff))),
            Some(_) => Err("more fields than the n-gram's length allows"),
        }
    }

    /// Closes the set of n-grams and gives the added ones their values.
    fn finish(self) -> BackoffModel {
        let Self { bits, vocab_len, mut ngrams, .. } = self;
        ngrams[0].push((UNKNOWN.into(), UNSEEN * LN_10, 0.0));
        ngrams[0].push((BEGIN.into(), NEVER, 0.0));
        for len in (1..=ngrams.len()).rev() {
            let (below, above) = ngrams.split_at_mut(len - 1);
            // Of equal n-grams the first stands: the sort is stable.
            above[0].par_sort_by_key(|entry| entry.0);
            above[0].dedup_by_key(|entry| entry.0);
            if let Some(below) = below.last_mut() {
                let mask = (1u128 << (bits as usize * (len - 1))) - 1;
                let mut needed: Vec<u128> =
                    above[0].par_iter().flat_map_iter(|e| [e.0 >> bits, e.0 & mask]).collect();
                needed.par_sort_unstable();
                needed.dedup();
                below.par_sort_by_key(|entry| entry.0);
                let own = below.len();
                for key in needed {
                    if below[..own].binary_search_by_key(&key, |entry| entry.0).is_err() {
                        below.push((key, f32::NAN, 0.0));
                    }
                }
            }
        }
        let keys: Vec<Vec<u128>> =
            ngrams.iter().map(|entries| entries.iter().map(|entry| entry.0).collect()).collect();
        let trie = Trie::from_sorted(&keys, bits);
        drop(keys);
        let values = |pick: fn(&Entry) -> f32| {
            move |entries: &Vec<Entry>| entries.iter().map(pick).collect::<Vec<f32>>()
        };
        let mut probs: Vec<Vec<f32>> = ngrams.iter().map(values(|entry| entry.1)).collect();
        let backoffs: Vec<Vec<f32>> =
            ngrams[..ngrams.len() - 1].iter().map(values(|entry| entry.2)).collect();
        drop(ngrams);
        probs[0][BEGIN as usize] = NEVER;
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
        let shares = shares(&trie, &probs[0]);
        BackoffModel { vocab_len: vocab_len as u32, trie, probs, backoffs, shares }
    }
}

/// The best that unigrams can tell of words' shares in the text; as many sentences
/// begin as end.
pub(super) fn shares(trie: &Trie, probs: &[f32]) -> Vec<f32> {
    let mut shares = probs.to_vec();
    if let Some(end) = trie.unigram(END) {
        shares[BEGIN as usize] = probs[end];
    }
    shares
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
        BackoffModel::read_arpa(Lines::new("a.arpa", text.as_bytes()), VOCAB, id)
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

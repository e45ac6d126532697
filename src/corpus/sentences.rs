//! A text as the numbers of its words.

/// Sentences as word numbers, in the order of the text.
#[derive(Default)]
pub(crate) struct Sentences {
    words: Vec<u32>,
    ends: Vec<usize>,
}

impl Sentences {
    pub(crate) fn push(&mut self, sentence: &[u32]) {
        self.words.extend_from_slice(sentence);
        self.ends.push(self.words.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The words of all of them, one after the other.
    pub(crate) fn words(&self) -> &[u32] {
        &self.words
    }

    /// How often each of `vocabulary` words stands in them.
    pub(crate) fn counts(&self, vocabulary: usize) -> Vec<u32> {
        let mut counts = vec![0; vocabulary];
        self.words.iter().for_each(|&word| counts[word as usize] += 1);
        counts
    }

    pub(crate) fn get(&self, index: usize) -> &[u32] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start..self.ends[index]]
    }
}

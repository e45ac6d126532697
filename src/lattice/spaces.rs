//! Spaces that were lost at links, or put where none belongs: *OpenAIrepeatedly*, *Musk , who*.

use super::Kind;
use super::features::Feature;
use super::sentence::Sentence;
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::vocabulary::UNKNOWN;
use crate::text::{Token, normalize};

/// Shorter words are not worth a split.
const SHORTEST_GLUED: usize = 6;
/// Splits offered for one word.
const MOST_SPLITS: usize = 3;

impl Sentence<'_> {
    /// Finds what is wrong with the spaces at a token, which is not protected, and before the
    /// `next` one if it is not.
    pub(super) fn find_spaces(
        &mut self,
        model: &Model,
        around: &Surroundings,
        at: usize,
        next: Option<&Token>,
    ) {
        let (word, id) = (self.tokens[at].of(self.text), self.ids[at]);
        if stands_apart(self.text, self.tokens, at) {
            self.repair(at..at + 1, Kind::Attached, vec![id], &[(Feature::Attached, 1.0)]);
        }
        if let Some(id) = next.and_then(|_| self.cut_in_two(model, at)) {
            let fit = model.context.fit(&around.of(at, at + 2), id);
            let features = [(Feature::Joined, 1.0), (Feature::Context, fit)];
            self.repair(at..at + 2, Kind::Joined, vec![id], &features);
        }
        if may_be_glued(word, id) {
            // The language model cannot judge a glued word: it counts as its parts do
            // without their context, so that the context alone decides.
            let alone = model.lm.score(&model.lm.context(model.lm.empty()), id).0;
            for (byte, words, parts) in splits(model, word) {
                let named = f32::from(parts_a_name(word, byte) || meets_a_name(word, byte));
                let features = [
                    (Feature::Split, 1.0),
                    (Feature::SplitName, named),
                    (Feature::Lm, alone - parts),
                ];
                self.repair(at..at + 1, Kind::Split(byte as u16), words, &features);
            }
        }
    }

    /// The word whose parts a token and the next one are, at least one of which is no word.
    fn cut_in_two(&self, model: &Model, at: usize) -> Option<u32> {
        let [left, right] = [self.tokens[at], self.tokens[at + 1]];
        let [first, second] = [left.of(self.text), right.of(self.text)];
        let ends = second.chars().all(char::is_lowercase) && first.chars().all(char::is_alphabetic);
        let broken = self.ids[at] == UNKNOWN || self.ids[at + 1] == UNKNOWN;
        if !(ends && broken) || &self.text[left.end..right.start] != " " {
            return None;
        }
        let mut form = String::new();
        normalize(first, &mut form);
        normalize(second, &mut form);
        model.vocabulary.id(&form)
    }
}

/// True for a mark behind a space in a sentence that has its other marks at their words.
fn stands_apart(text: &str, tokens: &[Token], at: usize) -> bool {
    let closes = |at: usize| matches!(tokens[at].of(text), "," | "." | ";" | ":" | "!" | "?");
    let apart = |at: usize| &text[tokens[at - 1].end..tokens[at].start] == " ";
    // Another mark or a figure behind it, as in *:)* or *.5*, makes it something else.
    let ends = |at: usize| tokens.get(at + 1).is_none_or(|next| tokens[at].end < next.start);
    let marks = || (1..tokens.len()).filter(|&mark| closes(mark));
    at > 0
        && closes(at)
        && apart(at)
        && ends(at)
        && 2 * marks().filter(|&mark| apart(mark)).count() <= marks().count()
}

/// True for a word that may be two which lost their space.
fn may_be_glued(word: &str, id: u32) -> bool {
    id == UNKNOWN && word.len() >= SHORTEST_GLUED && word.len() <= 48
}

/// Where a space may be missing: the byte that it belongs before, the words on both
/// sides with the mark between them, and their log probability without context; the
/// likeliest first.
fn splits(model: &Model, word: &str) -> Vec<(usize, Vec<u32>, f32)> {
    let mut found: Vec<(f32, usize, Vec<u32>)> = Vec::new();
    let mut form = String::new();
    let mut known = |part: &str| {
        form.clear();
        normalize(part, &mut form);
        let letters = form.chars().all(char::is_alphabetic);
        let long = part.chars().count() > 1 || matches!(part, "a" | "A" | "I");
        if letters && long { model.vocabulary.id(&form) } else { None }
    };
    // A name whose last part is a word is whole: `SoundCloud` is not `SoundClo` and *ud*.
    let is_name = hump(word).is_some_and(|hump| known(hump).is_some());
    for (at, c) in word.char_indices().skip(1) {
        let mark = matches!(c, ',' | '.').then_some(c);
        let byte = at + mark.map_or(0, char::len_utf8);
        let (left, right) = (&word[..at], &word[byte..]);
        // A name in capitals may be unknown: what follows it in lower case is not.
        let named = !is_name && !left.ends_with([',', '.']) && parts_a_name(word, byte);
        let named = named && hump(left).is_none_or(|hump| known(hump).is_some());
        let left = known(left).or(named.then_some(UNKNOWN));
        let meets = mark == Some(',') && meets_a_name(word, byte);
        let right = known(right).or(meets.then_some(UNKNOWN));
        let (Some(left), Some(right)) = (left, right) else {
            continue;
        };
        let mut words = vec![left];
        words.extend(mark.and_then(|mark| model.vocabulary.id(mark.encode_utf8(&mut [0; 4]))));
        words.push(right);
        let nowhere = model.lm.context(model.lm.empty());
        let score = words.iter().map(|&word| model.lm.score(&nowhere, word).0).sum();
        found.push((score, byte, words));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate(MOST_SPLITS);
    found.into_iter().map(|(score, at, words)| (at, words, score)).collect()
}

/// True if a space before this byte parts a name with capitals inside from a word in small
/// letters: `OpenAIrepeatedly`, `SoundCloudrepeatedly`, `OpenAI.repeatedly`.
fn parts_a_name(word: &str, byte: usize) -> bool {
    let (left, right) = word.split_at(byte);
    let left = left.strip_suffix([',', '.']).unwrap_or(left);
    let is_name = ends_in_capitals(left) || hump(left).is_some();
    is_name && !right.is_empty() && right.chars().all(char::is_lowercase)
}

/// True if a space before this byte, behind a mark, is lost before a name: `weblog,NimbusSoft`.
fn meets_a_name(word: &str, byte: usize) -> bool {
    let (left, right) = word.split_at(byte);
    // Names of programs hold full stops: `ASP.Net`.
    let ends = left.ends_with(',') || (left.ends_with('.') && left.starts_with(char::is_lowercase));
    let is_name = right.starts_with(char::is_uppercase) && right.chars().all(char::is_alphabetic);
    ends && is_name && right.chars().count() > 1
}

/// True for `OpenAI` and `NASA`: at least two capitals at the end.
fn ends_in_capitals(word: &str) -> bool {
    word.chars().rev().take(2).filter(|c| c.is_uppercase()).count() == 2
}

/// The last word of those that a name is put together of: `Cloud` of `SoundCloud`.
fn hump(name: &str) -> Option<&str> {
    let at = name.rfind(char::is_uppercase)?;
    let follows = name[..at].ends_with(char::is_lowercase);
    (follows && name[at..].chars().count() > 1).then(|| &name[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::MODEL;
    use crate::lattice::{Lattice, Manner};
    use crate::text::tokenize;

    #[test]
    fn marks_by_table() {
        let table: &[(&str, &[usize])] = &[
            ("Musk , who left, said no.", &[1]),
            ("Musk, who left , said no !", &[]),
            ("Musk , who left", &[]),
            ("It grew by .5, he said , to 1.5.", &[8]),
            ("Well :) he left.", &[]),
            (", he said.", &[]),
        ];
        for &(text, expected) in table {
            let tokens = tokenize(text);
            let apart = (0..tokens.len()).filter(|&at| stands_apart(text, &tokens, at));
            assert_eq!(apart.collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn repairs_are_choices_that_write_the_spaces_right() {
        let word = (0..MODEL.vocabulary.len() as u32).map(|id| MODEL.vocabulary.word(id));
        let word = word.into_iter().find(|word| {
            word.len() > 7
                && word.chars().all(char::is_alphabetic)
                && MODEL.vocabulary.id(&word[..3]).is_none()
        });
        let word = word.expect("a long word");
        let (left, right) = word.split_at(3);
        let text = format!("{left} {right} , he said.");
        let tokens = tokenize(&text);
        let sentence = Sentence::read(&MODEL, &text, &tokens, None);
        let mut lattice = Lattice::default();
        lattice.build(&MODEL, &sentence, Manner::default());
        let choices = |at| lattice.starting_at(at).map(|number| lattice.choice(number));
        let joined = choices(0).find(|choice| choice.kind == Kind::Joined).expect("the word");
        assert_eq!(joined.span(), 0..2);
        assert_eq!(MODEL.vocabulary.word(lattice.words(joined)[0]), word);
        assert!(choices(2).any(|choice| choice.kind == Kind::Attached));
    }

    #[test]
    fn whole_names_stay() {
        let model = crate::Model::english().unwrap();
        let parts = |word| splits(&model, word).into_iter().map(|(at, ..)| word.split_at(at));
        assert_eq!(
            parts("NimbusSoftrepeatedly").collect::<Vec<_>>(),
            [("NimbusSoft", "repeatedly")]
        );
        assert!(!parts("NimbusSoft").any(|(_, right)| right == "ft"));
        assert_eq!(
            parts("NimbusSoft.repeatedly").collect::<Vec<_>>(),
            [("NimbusSoft.", "repeatedly")]
        );
        assert_eq!(parts("weblog,NimbusSoft").collect::<Vec<_>>(), [("weblog,", "NimbusSoft")]);
    }

    #[test]
    fn names_by_table() {
        let table = [
            ("OpenAInow", 6, true, false),
            ("OpenAInow", 4, false, false),
            ("OpenAI.now", 7, true, false),
            ("SoundCloud,now", 11, true, false),
            ("SoundCloudnow", 10, true, false),
            ("SoundCloudnow", 5, false, false),
            ("Cloudnow", 5, false, false),
            ("seanow", 3, false, false),
            ("weblog,NimbusSoft", 7, false, true),
            ("Dongguan,China", 9, false, true),
            ("left.Microsoft", 5, false, true),
            ("ASP.Net", 4, false, false),
            ("weblog,nimbus", 7, false, false),
            ("weblogNimbus", 6, false, false),
            ("plan,B", 5, false, false),
        ];
        for (word, byte, parts, meets) in table {
            assert_eq!(parts_a_name(word, byte), parts, "{word} {byte}");
            assert_eq!(meets_a_name(word, byte), meets, "{word} {byte}");
        }
    }
}

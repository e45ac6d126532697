//! Function words: closed sets whose members stand in for one another.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Words of a set turn into one another far more often than into any other word.
const SETS: [&str; 9] = [
    "the a an this that these those its their his her our my your some any each every no such \
     another all both 's",
    "of in on at by for with from to into onto upon over under about against between through \
     during before after above below among amid within throughout toward towards across along \
     around behind beside besides near until till via per without despite since regarding \
     concerning",
    "i me we us you he him she her they them it one himself herself themselves itself myself \
     ourselves",
    "who whom whose which what that when where how why",
    "am is are was were be been being 's 're 'm has have had having 've do does did doing done",
    "will would shall should can could may might must 'll 'd cannot",
    "and or but nor so yet because if while although though whereas unless as than however \
     thus therefore hence also too",
    "not n't never no nothing none neither",
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty \
     sixty seventy eighty ninety hundred thousand million billion first second third",
];

/// For each function word the sets that it is in, a bit each.
static WORDS: LazyLock<FxHashMap<&str, u16>> = LazyLock::new(|| {
    let mut words = FxHashMap::default();
    for (number, set) in SETS.iter().enumerate() {
        for word in set.split_ascii_whitespace() {
            *words.entry(word).or_default() |= 1 << number;
        }
    }
    words
});

/// The sets that a word is in, a bit each; none for words of content.
pub(super) fn sets(word: &str) -> u16 {
    WORDS.get(word).copied().unwrap_or(0)
}

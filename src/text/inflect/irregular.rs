//! What no rule makes: irregular verbs and nouns.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Base, past and participle, in the order of bases; `|` parts two ways to write one.
pub(super) const VERBS: &[(&str, &str, &str)] = &[
    ("arise", "arose", "arisen"),
    ("awake", "awoke|awakened", "awoken|awakened"),
    ("babysit", "babysat", "babysat"),
    ("bear", "bore", "borne|born"),
    ("beat", "beat", "beaten"),
    ("become", "became", "become"),
    ("beget", "begot", "begotten"),
    ("begin", "began", "begun"),
    ("bend", "bent", "bent"),
    ("bet", "bet", "bet"),
    ("bid", "bid", "bid"),
    ("bind", "bound", "bound"),
    ("bite", "bit", "bitten"),
    ("bleed", "bled", "bled"),
    ("blow", "blew", "blown"),
    ("break", "broke", "broken"),
    ("breed", "bred", "bred"),
    ("bring", "brought", "brought"),
    ("broadcast", "broadcast", "broadcast"),
    ("build", "built", "built"),
    ("burn", "burned|burnt", "burned|burnt"),
    ("burst", "burst", "burst"),
    ("buy", "bought", "bought"),
    ("cast", "cast", "cast"),
    ("catch", "caught", "caught"),
    ("choose", "chose", "chosen"),
    ("cling", "clung", "clung"),
    ("come", "came", "come"),
    ("cost", "cost", "cost"),
    ("creep", "crept", "crept"),
    ("cut", "cut", "cut"),
    ("deal", "dealt", "dealt"),
    ("dig", "dug", "dug"),
    ("dive", "dived|dove", "dived"),
    ("do", "did", "done"),
    ("draw", "drew", "drawn"),
    ("dream", "dreamed|dreamt", "dreamed|dreamt"),
    ("drink", "drank", "drunk"),
    ("drive", "drove", "driven"),
    ("dwell", "dwelt|dwelled", "dwelt|dwelled"),
    ("eat", "ate", "eaten"),
    ("fall", "fell", "fallen"),
    ("feed", "fed", "fed"),
    ("feel", "felt", "felt"),
    ("fight", "fought", "fought"),
    ("find", "found", "found"),
    ("flee", "fled", "fled"),
    ("fling", "flung", "flung"),
    ("fly", "flew", "flown"),
    ("forbid", "forbade", "forbidden"),
    ("forecast", "forecast", "forecast"),
    ("forget", "forgot", "forgotten"),
    ("forgive", "forgave", "forgiven"),
    ("forgo", "forwent", "forgone"),
    ("forsake", "forsook", "forsaken"),
    ("freeze", "froze", "frozen"),
    ("get", "got", "got|gotten"),
    ("give", "gave", "given"),
    ("go", "went", "gone"),
    ("grind", "ground", "ground"),
    ("grow", "grew", "grown"),
    ("hang", "hung|hanged", "hung|hanged"),
    ("have", "had", "had"),
    ("hear", "heard", "heard"),
    ("hide", "hid", "hidden"),
    ("hit", "hit", "hit"),
    ("hold", "held", "held"),
    ("hurt", "hurt", "hurt"),
    ("input", "input", "input"),
    ("keep", "kept", "kept"),
    ("kneel", "knelt|kneeled", "knelt|kneeled"),
    ("knit", "knitted|knit", "knitted|knit"),
    ("know", "knew", "known"),
    ("lay", "laid", "laid"),
    ("lead", "led", "led"),
    ("lean", "leaned|leant", "leaned|leant"),
    ("leap", "leaped|leapt", "leaped|leapt"),
    ("learn", "learned|learnt", "learned|learnt"),
    ("leave", "left", "left"),
    ("lend", "lent", "lent"),
    ("let", "let", "let"),
    ("lie", "lay|lied", "lain|lied"),
    ("light", "lit|lighted", "lit|lighted"),
    ("lose", "lost", "lost"),
    ("make", "made", "made"),
    ("mean", "meant", "meant"),
    ("meet", "met", "met"),
    ("melt", "melted", "melted|molten"),
    ("mow", "mowed", "mown|mowed"),
    ("overcome", "overcame", "overcome"),
    ("partake", "partook", "partaken"),
    ("pay", "paid", "paid"),
    ("plead", "pleaded|pled", "pleaded|pled"),
    ("prove", "proved", "proved|proven"),
    ("put", "put", "put"),
    ("quit", "quit", "quit"),
    ("read", "read", "read"),
    ("rend", "rent", "rent"),
    ("rid", "rid", "rid"),
    ("ride", "rode", "ridden"),
    ("ring", "rang", "rung"),
    ("rise", "rose", "risen"),
    ("run", "ran", "run"),
    ("saw", "sawed", "sawn|sawed"),
    ("say", "said", "said"),
    ("see", "saw", "seen"),
    ("seek", "sought", "sought"),
    ("sell", "sold", "sold"),
    ("send", "sent", "sent"),
    ("set", "set", "set"),
    ("sew", "sewed", "sewn|sewed"),
    ("shake", "shook", "shaken"),
    ("shear", "sheared", "shorn|sheared"),
    ("shed", "shed", "shed"),
    ("shine", "shone|shined", "shone|shined"),
    ("shoot", "shot", "shot"),
    ("show", "showed", "shown|showed"),
    ("shrink", "shrank|shrunk", "shrunk"),
    ("shut", "shut", "shut"),
    ("sing", "sang", "sung"),
    ("sink", "sank|sunk", "sunk"),
    ("sit", "sat", "sat"),
    ("slay", "slew", "slain"),
    ("sleep", "slept", "slept"),
    ("slide", "slid", "slid"),
    ("sling", "slung", "slung"),
    ("slit", "slit", "slit"),
    ("smell", "smelled|smelt", "smelled|smelt"),
    ("sow", "sowed", "sown|sowed"),
    ("speak", "spoke", "spoken"),
    ("speed", "sped|speeded", "sped|speeded"),
    ("spell", "spelled|spelt", "spelled|spelt"),
    ("spend", "spent", "spent"),
    ("spill", "spilled|spilt", "spilled|spilt"),
    ("spin", "spun", "spun"),
    ("spit", "spat|spit", "spat|spit"),
    ("split", "split", "split"),
    ("spoil", "spoiled|spoilt", "spoiled|spoilt"),
    ("spread", "spread", "spread"),
    ("spring", "sprang|sprung", "sprung"),
    ("stand", "stood", "stood"),
    ("steal", "stole", "stolen"),
    ("stick", "stuck", "stuck"),
    ("sting", "stung", "stung"),
    ("stink", "stank", "stunk"),
    ("strew", "strewed", "strewn|strewed"),
    ("stride", "strode", "stridden"),
    ("strike", "struck", "struck|stricken"),
    ("string", "strung", "strung"),
    ("strive", "strove|strived", "striven|strived"),
    ("sublet", "sublet", "sublet"),
    ("swear", "swore", "sworn"),
    ("sweep", "swept", "swept"),
    ("swell", "swelled", "swollen|swelled"),
    ("swim", "swam", "swum"),
    ("swing", "swung", "swung"),
    ("take", "took", "taken"),
    ("teach", "taught", "taught"),
    ("tear", "tore", "torn"),
    ("tell", "told", "told"),
    ("think", "thought", "thought"),
    ("thrive", "thrived|throve", "thrived|thriven"),
    ("throw", "threw", "thrown"),
    ("thrust", "thrust", "thrust"),
    ("tread", "trod", "trodden"),
    ("wake", "woke|waked", "woken|waked"),
    ("waylay", "waylaid", "waylaid"),
    ("wear", "wore", "worn"),
    ("weave", "wove", "woven"),
    ("wed", "wed|wedded", "wed|wedded"),
    ("weep", "wept", "wept"),
    ("wet", "wet|wetted", "wet|wetted"),
    ("win", "won", "won"),
    ("wind", "wound", "wound"),
    ("wring", "wrung", "wrung"),
    ("write", "wrote", "written"),
];

/// What stands before an irregular verb without touching its forms.
pub(super) const PREFIXES: &[&str] = &[
    "be", "down", "fore", "inter", "mis", "off", "out", "over", "pre", "re", "type", "un", "under",
    "up", "with",
];

/// Regular verbs that look like a prefix and an irregular one.
const REGULAR: &[&str] =
    &["behave", "belay", "belie", "prebend", "relay", "relive", "repress", "rewed", "unwed"];

/// The prefix of an irregular verb, mostly empty, and the row it follows.
pub(super) fn verb(base: &str) -> Option<(&str, (&str, &str, &str))> {
    let row = |base: &str| VERBS.binary_search_by_key(&base, |row| row.0).ok().map(|at| VERBS[at]);
    if let Some(row) = row(base) {
        return Some(("", row));
    }
    if REGULAR.contains(&base) {
        return None;
    }
    let split = |prefix: &&str| {
        let row = row(base.strip_prefix(*prefix)?)?;
        Some((&base[..prefix.len()], row))
    };
    PREFIXES.iter().find_map(split)
}

/// Forms of verbs that no row has.
const ODD: [&str; 3] =
    ["be am is are was were been being", "have has had having", "do does did done doing"];

/// A number, from 1 on, that the forms of an irregular verb or noun share; 0 for all
/// other words. Of a word that may belong to several it is the first one's.
pub(crate) fn family(word: &str) -> u16 {
    static WORDS: LazyLock<FxHashMap<&str, u16>> = LazyLock::new(|| {
        let rows = ODD.iter().map(|row| row.split(' ').collect::<Vec<_>>());
        let verbs = VERBS.iter().map(|row| {
            [row.0].into_iter().chain(row.1.split('|')).chain(row.2.split('|')).collect()
        });
        let nouns = NOUNS.iter().map(|row| [row.0].into_iter().chain(row.1.split('|')).collect());
        let mut words = FxHashMap::default();
        for (number, row) in (1..).zip(rows.chain(verbs).chain(nouns)) {
            for word in row {
                words.entry(word).or_insert(number);
            }
        }
        words
    });
    WORDS.get(word).copied().unwrap_or(0)
}

/// Singular and plurals, in the order of singulars; `|` parts two ways to write one.
pub(super) const NOUNS: &[(&str, &str)] = &[
    ("addendum", "addenda"),
    ("alga", "algae"),
    ("alumna", "alumnae"),
    ("alumnus", "alumni"),
    ("antenna", "antennas|antennae"),
    ("appendix", "appendices|appendixes"),
    ("axis", "axes"),
    ("bacillus", "bacilli"),
    ("bacterium", "bacteria"),
    ("brother-in-law", "brothers-in-law"),
    ("bureau", "bureaus|bureaux"),
    ("cactus", "cacti|cactuses"),
    ("child", "children"),
    ("codex", "codices"),
    ("corpus", "corpora|corpuses"),
    ("criterion", "criteria"),
    ("curriculum", "curricula|curriculums"),
    ("datum", "data"),
    ("die", "dice"),
    ("erratum", "errata"),
    ("foot", "feet"),
    ("formula", "formulas|formulae"),
    ("fungus", "fungi|funguses"),
    ("ganglion", "ganglia"),
    ("genus", "genera"),
    ("goose", "geese"),
    ("hanger-on", "hangers-on"),
    ("index", "indexes|indices"),
    ("larva", "larvae"),
    ("locus", "loci"),
    ("looker-on", "lookers-on"),
    ("louse", "lice"),
    ("matrix", "matrices|matrixes"),
    ("medium", "media|mediums"),
    ("memorandum", "memoranda|memorandums"),
    ("mitochondrion", "mitochondria"),
    ("mouse", "mice"),
    ("nebula", "nebulae|nebulas"),
    ("nucleus", "nuclei"),
    ("ox", "oxen"),
    ("passer-by", "passers-by"),
    ("passerby", "passersby"),
    ("person", "people|persons"),
    ("phenomenon", "phenomena"),
    ("phylum", "phyla"),
    ("plateau", "plateaus|plateaux"),
    ("quantum", "quanta"),
    ("quiz", "quizzes"),
    ("radius", "radii|radiuses"),
    ("runner-up", "runners-up"),
    ("serum", "serums|sera"),
    ("spectrum", "spectra|spectrums"),
    ("stimulus", "stimuli"),
    ("stratum", "strata"),
    ("syllabus", "syllabi|syllabuses"),
    ("symposium", "symposiums|symposia"),
    ("thesaurus", "thesauri|thesauruses"),
    ("tooth", "teeth"),
    ("vertebra", "vertebrae"),
    ("vertex", "vertices|vertexes"),
    ("vortex", "vortices|vortexes"),
];

/// The plurals of an irregular noun.
pub(super) fn noun(singular: &str) -> Option<&'static str> {
    let at = NOUNS.binary_search_by_key(&singular, |row| row.0).ok()?;
    Some(NOUNS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(VERBS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(NOUNS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(VERBS.len() > 150 && NOUNS.len() > 60);
    }
}

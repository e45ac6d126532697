//! Spins documents as an engine would, seeded and with the alignment kept.

use super::config::SpinConfig;
use super::draws::Draws;
use super::habits;
use super::lexicon::Lexicon;
use super::manner::{Engine, Manner};
use super::misspelling::slips;
use super::names::shouted;
use super::plan::{Part, Plan};
use super::sentence::{self, Piece, SpunSentence};
use super::table::{Kind, Phrase, Table, Words, number};
use super::touches::{damage, put_articles_right, written};
use crate::error::{Error, Result};
use crate::text::{sentences, tokenize};

/// A habit that a document has shows at this share of the places for it.
const HABITUAL: f64 = 0.8;

/// Spins documents; immutable, so that threads may share it.
pub(crate) struct Spinner {
    config: SpinConfig,
    words: Words,
    engines: Vec<Engine>,
    /// Weights of the engines, each added to those before it.
    until: Vec<f64>,
}

impl Spinner {
    /// Builds the phrase tables of every family of the lexicon.
    pub(crate) fn new(lexicon: &Lexicon, config: SpinConfig) -> Result<Self> {
        config.check(lexicon.families.iter().map(|family| family.name.as_str()))?;
        let mut words = Words::default();
        let (mut engines, mut until, mut total) = (Vec::new(), Vec::new(), 0.0);
        for family in &lexicon.families {
            let config = config.engine(&family.name);
            total += config.weight;
            until.push(total);
            let table = Table::new(&family.entries, config.wordiness, &mut words);
            engines.push(Engine { config, table });
        }
        if total <= 0.0 || engines.len() > usize::from(u16::MAX) {
            return Err(Error::config("the lexicon has no engine family of a weight above 0"));
        }
        Ok(Self { config, words, engines, until })
    }

    /// Spins document `index`: the same sentences for the same settings, lexicon,
    /// index and text, whatever was spun before.
    pub(crate) fn spin_document<T: AsRef<str>>(
        &self,
        index: u64,
        paragraphs: &[T],
    ) -> Vec<SpunSentence> {
        let mut draws = Draws::new(self.config.seed, index);
        if draws.chance(self.config.innocent) {
            return paragraphs.iter().flat_map(|text| innocent(text.as_ref(), index)).collect();
        }
        let draw = draws.uniform() * self.until.last().copied().unwrap_or_default();
        let family = self.until.partition_point(|until| *until <= draw).min(self.until.len() - 1);
        let mut manner = Manner::draw(&self.engines[family], &mut draws);
        let mut plans = Vec::new();
        for text in paragraphs {
            let text = text.as_ref();
            let tokens = tokenize(text);
            for range in sentences(text, &tokens) {
                plans.push(Plan::new(text, tokens[range].to_vec(), &self.words, &manner));
            }
        }
        manner.settle(&plans);
        let slips = match self.config.misspelt {
            0.0 => Vec::new(),
            share => slips(&plans, share, &self.words, &mut draws),
        };
        let spin = |(number, plan): (usize, &Plan)| {
            let mut pieces = self.pieces(plan, &manner, &mut draws);
            for slip in slips.iter().filter(|slip| slip.sentence == number) {
                let alone = slip.token..slip.token + 1;
                let piece = pieces.iter_mut().find(|piece| piece.tokens == alone);
                piece.into_iter().for_each(|piece| piece.text = Some(slip.text.clone()));
            }
            let (original, spun, edits) =
                sentence::write(plan.text, &plan.tokens, &pieces, manner.lower_case);
            SpunSentence { original, spun, document: index, family: Some(family as u16), edits }
        };
        plans.iter().enumerate().map(spin).collect()
    }

    /// Draws what becomes of each part of a sentence.
    fn pieces(&self, plan: &Plan, manner: &Manner, draws: &mut Draws) -> Vec<Piece> {
        let surfaces: Vec<&str> = plan.tokens.iter().map(|token| token.of(plan.text)).collect();
        let curly = plan.text.contains('’');
        let mut pieces: Vec<Piece> = Vec::with_capacity(plan.tokens.len());
        for Part { tokens, phrase } in &plan.parts {
            let under = &surfaces[tokens.clone()];
            let words = match phrase {
                Some((node, phrase)) => self.spin(*node, phrase, manner, draws),
                None => None,
            };
            let Some(mut words) = words else {
                for at in tokens.clone() {
                    let mut piece = Piece::copy(at);
                    if manner.hyphens && !plan.known(at) && !plan.names[at] {
                        piece.text = self.hyphened(surfaces[at], manner, draws);
                    }
                    pieces.push(piece);
                }
                continue;
            };
            let content = phrase.is_some_and(|(_, phrase)| phrase.kind == Kind::Content);
            if content && tokens.start > 0 && draws.chance(manner.engine.config.padding) {
                words.insert(0, draws.pick(habits::FILLERS));
            }
            let mut text = written(under, &words, tokens.start == 0, shouted(&surfaces));
            if curly {
                text = text.replace('\'', "’");
            }
            pieces.push(Piece { tokens: tokens.clone(), text: Some(text), glued: false });
        }
        if manner.articles {
            put_articles_right(&mut pieces, &surfaces);
        }
        if manner.damage {
            damage(&mut pieces, plan, &surfaces, draws);
        }
        pieces
    }

    /// The words written for a phrase, none if it stays.
    fn spin<'e>(
        &self,
        node: u32,
        phrase: &Phrase,
        manner: &Manner<'e>,
        draws: &mut Draws,
    ) -> Option<Vec<&'e str>> {
        let probability = match phrase.kind {
            Kind::Content => manner.content,
            Kind::Function => manner.function,
            Kind::Full => HABITUAL * f64::from(u8::from(manner.contracts)),
            Kind::Contraction => HABITUAL * f64::from(u8::from(manner.expands)),
            Kind::Number => HABITUAL * f64::from(u8::from(manner.numbers)),
        };
        let spun = match manner.steady_phrases {
            true => draws.steady(u64::from(node) << 1),
            false => draws.uniform(),
        };
        if spun >= probability {
            return None;
        }
        let choice = match manner.steady_choices {
            true => draws.steady(u64::from(node) << 1 | 1),
            false => draws.uniform(),
        };
        Some(manner.engine.table.choose(phrase, choice).iter().map(|word| &**word).collect())
    }

    /// A hyphened word with some of its parts spun: `decision-making`, `choice-making`.
    fn hyphened(&self, word: &str, manner: &Manner, draws: &mut Draws) -> Option<String> {
        let parts: Vec<&str> = word.split('-').collect();
        if parts.len() < 2 || parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let table = &manner.engine.table;
        let mut changed = false;
        let mut spun = Vec::with_capacity(parts.len());
        for part in parts {
            let id = number(&self.words, part);
            let phrase = table.longest(&[id]).filter(|(.., phrase)| phrase.kind == Kind::Content);
            let draw = (draws.uniform(), draws.uniform());
            let word = phrase.filter(|_| draw.0 < manner.content);
            let word = word.and_then(|(.., phrase)| table.choose_word(phrase, draw.1));
            changed |= word.is_some();
            spun.push(word.unwrap_or(part));
        }
        changed.then(|| spun.join("-"))
    }
}

fn innocent(text: &str, index: u64) -> impl Iterator<Item = SpunSentence> {
    let tokens = tokenize(text);
    sentences(text, &tokens).into_iter().map(move |range| {
        let sentence = &text[tokens[range.start].start..tokens[range.end - 1].end];
        SpunSentence {
            original: sentence.to_owned(),
            spun: sentence.to_owned(),
            document: index,
            family: None,
            edits: Vec::new(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spin::sentence::Edit;
    use crate::text::token;
    use proptest::prelude::*;
    use rayon::prelude::*;

    const LEXICON: &str = "\
        take\tv\tcarry off|grab*3\nbig\tadj\tlarge|massive\nhouse\tn\tresidence*2|home\n\
        because\t-\tas a result of\nin the\t-\twithin the\naccording to\t-\tin keeping with\n\
        best\t-\tfinest\nbuy\tv\tpurchase\nless\t-\tmuch less\nidea\tn\tthought\nmaking\t-\tforming";

    fn spinner(config: &str) -> Spinner {
        let lexicon = Lexicon::parse(&[("one", LEXICON), ("two", "big\tadj\tgreat")]).unwrap();
        Spinner::new(&lexicon, toml::from_str(config).unwrap()).unwrap()
    }

    /// One engine that spins all it can and nothing by habit.
    const EAGER: &str = "innocent = 0.0\n[engines.two]\nweight = 0.0\n[engines.one]\n\
        rate = { lowest = 1.0, highest = 1.0 }\nfunction_words = 1.0\nnames = 0.0\n\
        contractions = 0.0\nnumbers = 0.0\nhyphens = 0.0\npadding = 0.0\ndamage = 0.0\n\
        articles = 1.0\nsteady_phrases = 0.0\nsteady_choices = 0.0\n";

    /// Follows the edits from the original to the spun sentence.
    fn follow(sentence: &SpunSentence) {
        let original = token::words(&sentence.original);
        let spun = token::words(&sentence.spun);
        let (mut i, mut j) = (0, 0);
        let end = Edit { original: original.len()..original.len(), spun: spun.len()..spun.len() };
        for edit in sentence.edits.iter().chain([&end]) {
            assert_eq!(original[i..edit.original.start], spun[j..edit.spun.start], "{sentence:?}");
            assert!(*edit == end || (!edit.original.is_empty() && !edit.spun.is_empty()));
            (i, j) = (edit.original.end, edit.spun.end);
        }
    }

    /// Every spun form of `text` among 60 documents.
    fn outcomes(spinner: &Spinner, text: &str) -> Vec<String> {
        let all = (0..60).flat_map(|index| spinner.spin_document(index, &[text]));
        let mut all: Vec<String> = all.inspect(follow).map(|sentence| sentence.spun).collect();
        all.sort();
        all.dedup();
        all
    }

    #[test]
    fn a_name_is_misspelt_once() {
        let spinner = spinner(&format!("misspelt = 1.0\n{EAGER}"));
        let text = "We saw that Tesla there. They like what Tesla makes. So then Tesla went on. \
                    It was said of Tesla again.";
        let mut slips = 0;
        for index in 0..40 {
            let sentences = spinner.spin_document(index, &[text]);
            sentences.iter().for_each(follow);
            let right = sentences.iter().filter(|sentence| sentence.spun.contains("Tesla")).count();
            let changed = sentences.iter().filter(|s| s.spun != s.original).count();
            assert!(right >= 3 && changed <= 1, "{sentences:?}");
            slips += changed;
        }
        assert!(slips > 20, "{slips}");
    }

    #[test]
    fn spins_by_table() {
        let table: &[(&str, &[&str])] = &[
            ("Because it rained.", &["As a result of it rained.", "Because it rained."]),
            ("the house’s end", &["the home’s end", "the house’s end", "the residence’s end"]),
            ("It fell in the sea", &["It fell in the sea", "It fell within the sea"]),
            ("a big one", &["a big one", "a large one", "a massive one"]),
            ("an idea", &["a thought", "an idea"]),
            ("People who shop at Best Buy", &["People who shop at Best Buy"]),
            ("No word known 4 times, don't", &["No word known 4 times, don't"]),
            ("", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(&outcomes(&spinner(EAGER), text), expected);
        }
    }

    #[test]
    fn habits_show_where_they_are_drawn() {
        let table = [
            ("names = 1.0", "People who shop at Best Buy", "People who shop at Finest Purchase"),
            ("numbers = 1.0", "It is 4 days or five", "It is four days or 5"),
            ("contractions = 1.0", "so they do not go", "so they don't go"),
            ("contractions = 1.0", "so I'm there", "so I am there"),
            ("hyphens = 1.0", "he likes idea-making most", "he likes thought-forming most"),
            ("damage = 1.0", "what OpenAI said there", "what OpenAIsaid there"),
            ("damage = 1.0", "it is a thing", "it is A thing"),
            ("padding = 1.0", "it is big now", "it is really massive now"),
            ("lower_case = 1.0", "The House is less so", "the house is much less so"),
        ];
        for (setting, text, expected) in table {
            let name = setting.split(' ').next().unwrap();
            let lines = EAGER.lines().filter(|line| !line.starts_with(name));
            let config = format!("{}\n{setting}", lines.collect::<Vec<_>>().join("\n"));
            let found = outcomes(&spinner(&config), text);
            assert!(found.iter().any(|spun| spun == expected), "{expected}: {found:?}");
        }
    }

    #[test]
    fn damage_writes_few_words_twice() {
        let lines = EAGER.lines().filter(|line| !line.starts_with("damage"));
        let config = format!("{}\ndamage = 1.0", lines.collect::<Vec<_>>().join("\n"));
        let spinner = spinner(&config);
        let twice = (0..2000).filter(|&index| {
            spinner.spin_document(index, &["so it was then"])[0].spun == "so it it was then"
        });
        assert!((1..40).contains(&twice.count()));
    }

    #[test]
    fn steady_documents_repeat_themselves() {
        let steady = EAGER.replace("steady_phrases = 0.0", "steady_phrases = 1.0");
        let steady = spinner(&steady.replace("steady_choices = 0.0", "steady_choices = 1.0"));
        let text = "house one house two house three house four house five";
        for index in 0..40 {
            let spun = &steady.spin_document(index, &[text])[0].spun;
            let kinds = ["house", "residence", "home"].iter().filter(|word| spun.contains(*word));
            assert_eq!(kinds.count(), 1, "{spun}");
        }
    }

    #[test]
    fn documents_are_the_same_on_any_thread() {
        let spinner = spinner("seed = 7\ninnocent = 0.5");
        let text =
            ["The house is big because of less. It took the best idea.", "Buy it in the end."];
        let spin = |index: u32| spinner.spin_document(index.into(), &text);
        let mut serial: Vec<_> = (0..200u32).rev().map(spin).collect();
        serial.reverse();
        for threads in [1, 2, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let parallel: Vec<_> = pool.install(|| (0..200u32).into_par_iter().map(spin).collect());
            assert_eq!(serial, parallel);
        }
        let innocent = serial.iter().filter(|document| document[0].family.is_none()).count();
        assert!((70..130).contains(&innocent), "{innocent}");
        let untouched = |s: &SpunSentence| s.spun == s.original && s.edits.is_empty();
        assert!(serial.iter().flatten().filter(|s| s.family.is_none()).all(untouched));
        assert!(serial.iter().flatten().all(|s| s.document < 200));
    }

    #[test]
    fn the_rate_is_met_on_average() {
        let config = EAGER.replace("lowest = 1.0, highest = 1.0", "lowest = 0.12, highest = 0.12");
        let spinner = spinner(&config);
        let text = "a house and an idea that was big, then we buy it once more for all of us";
        let (mut tokens, mut changed) = (0, 0);
        for index in 0..2000 {
            for sentence in spinner.spin_document(index, &[text]) {
                tokens += token::words(&sentence.original).len();
                // Articles put right come on top of what was drawn.
                let article = |e: &&Edit| !matches!(e.original.start, 0 | 3);
                changed += sentence.edits.iter().filter(article).count();
            }
        }
        let rate = changed as f64 / tokens as f64;
        assert!((rate - 0.12).abs() < 0.005, "{rate}");
    }

    #[test]
    fn refuses_what_it_cannot_spin_with() {
        let lexicon = Lexicon::parse(&[("one", LEXICON)]).unwrap();
        for config in ["innocent = 2.0", "[engines.one]\nweight = 0.0", "[engines.absent]"] {
            assert!(Spinner::new(&lexicon, toml::from_str(config).unwrap()).is_err(), "{config}");
        }
        assert!(Spinner::new(&Lexicon::default(), SpinConfig::default()).is_err());
    }

    proptest! {
        #[test]
        fn edits_hold_on_any_text(
            text in "((the|The|a|an|big|house|House's|Best|Buy|in|because|idea-making|İ|US|it's|\\$|5|:|’|“|-|\\.|,|I)( |  |)){0,30}|\\PC{0,60}",
            index in 0..1000u64,
        ) {
            let all = "names = 0.5\nnumbers = 0.5\ncontractions = 0.5\nhyphens = 0.5\n\
                padding = 0.2\ndamage = 0.5\nlower_case = 0.2";
            let config = format!("innocent = 0.1\n[engines.one]\n{all}\n[engines.two]\n{all}");
            for sentence in spinner(&config).spin_document(index, &[&text]) {
                follow(&sentence);
                prop_assert!(text.contains(&sentence.original));
            }
        }
    }
}

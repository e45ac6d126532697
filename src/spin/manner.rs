//! How one document is spun: what is drawn for it as a whole.

use super::config::EngineConfig;
use super::draws::Draws;
use super::plan::Plan;
use super::table::{Kind, Table};

/// No phrase of content is spun more readily, however high the document's rate.
const MOST_CONTENT: f64 = 0.92;
/// The same for phrases of function words, which no engine hunts down.
const MOST_FUNCTION: f64 = 0.4;

/// An engine family, ready to spin.
pub(super) struct Engine {
    pub(super) config: EngineConfig,
    pub(super) table: Table,
}

/// What was drawn for one document.
pub(super) struct Manner<'e> {
    pub(super) engine: &'e Engine,
    /// Share of its tokens to be changed.
    rate: f64,
    pub(super) names: bool,
    pub(super) contracts: bool,
    pub(super) expands: bool,
    pub(super) numbers: bool,
    pub(super) hyphens: bool,
    pub(super) articles: bool,
    pub(super) damage: bool,
    pub(super) lower_case: bool,
    pub(super) steady_phrases: bool,
    pub(super) steady_choices: bool,
    /// Probability that a phrase of content is spun.
    pub(super) content: f64,
    /// Probability that a phrase of function words is spun.
    pub(super) function: f64,
}

impl<'e> Manner<'e> {
    /// Draws how `engine` spins a document; its probabilities wait for [`Manner::settle`].
    pub(super) fn draw(engine: &'e Engine, draws: &mut Draws) -> Self {
        let config = &engine.config;
        let rate = &config.rate;
        let rate = (rate.mean + rate.spread * draws.normal()).clamp(rate.lowest, rate.highest);
        let flips = draws.chance(config.contractions);
        let direction = draws.uniform();
        Self {
            engine,
            rate,
            names: draws.chance(config.names),
            contracts: flips && direction < 0.6,
            expands: flips && direction > 0.4,
            numbers: draws.chance(config.numbers),
            hyphens: draws.chance(config.hyphens),
            articles: draws.chance(config.articles),
            damage: draws.chance(config.damage),
            lower_case: draws.chance(config.lower_case),
            steady_phrases: draws.chance(config.steady_phrases),
            steady_choices: draws.chance(config.steady_choices),
            content: 0.0,
            function: 0.0,
        }
    }

    /// Sets the probabilities so that the document's rate comes out as drawn.
    ///
    /// Solved by bisection, since each probability has its bound; a rate that the
    /// lexicon cannot reach on this text falls short.
    pub(super) fn settle(&mut self, plans: &[Plan]) {
        let (mut content, mut function, mut tokens) = (0.0, 0.0, 0);
        for plan in plans {
            tokens += plan.tokens.len();
            for (_, phrase) in plan.parts.iter().filter_map(|part| part.phrase) {
                match phrase.kind {
                    Kind::Content => content += phrase.changed,
                    Kind::Function => function += phrase.changed,
                    _ => {}
                }
            }
        }
        let favour = self.engine.config.function_words;
        let (mut low, mut high) = (0.0, 1.0 + 1.0 / favour.max(0.01));
        for _ in 0..30 {
            let middle = (low + high) / 2.0;
            self.content = f64::min(MOST_CONTENT, middle);
            self.function = f64::min(MOST_FUNCTION, middle * favour);
            let reached = content * self.content + function * self.function;
            if reached < self.rate * tokens as f64 { low = middle } else { high = middle }
        }
    }
}

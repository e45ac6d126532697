//! Settings of the spinner: how often an engine does what.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Settings of the forward spinner.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpinConfig {
    /// Every draw follows from this number and the document's index.
    pub seed: u64,
    /// Share of documents that are left as they are, since most text is innocent.
    pub innocent: f64,
    /// Share of the names that a spun document has often which it once writes otherwise.
    pub misspelt: f64,
    /// Settings by engine family; a family of the lexicon that is not named here
    /// takes what is known of it.
    pub engines: BTreeMap<String, EngineConfig>,
}

impl Default for SpinConfig {
    fn default() -> Self {
        Self { seed: 1, innocent: 0.3, misspelt: 0.0, engines: BTreeMap::new() }
    }
}

impl SpinConfig {
    /// The settings of a family.
    pub(crate) fn engine(&self, family: &str) -> EngineConfig {
        self.engines.get(family).cloned().unwrap_or_else(|| EngineConfig::named(family))
    }

    /// Says which setting lies outside its range, or names no family of `families`.
    pub(crate) fn check<'f>(&self, families: impl Iterator<Item = &'f str> + Clone) -> Result<()> {
        share("innocent", self.innocent)?;
        share("misspelt", self.misspelt)?;
        for (name, engine) in &self.engines {
            if !families.clone().any(|family| family == name) {
                return Err(Error::config(format!("the lexicon has no engine family {name:?}")));
            }
            engine.check(name)?;
        }
        Ok(())
    }
}

/// How one engine family spins. Shares and probabilities lie between 0 and 1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// How many documents it spins, against the other families.
    pub weight: f64,
    /// Share of a document's tokens that it changes.
    pub rate: Rate,
    /// How readily it changes a phrase of function words alone, against any other.
    pub function_words: f64,
    /// What the weight of a choice longer than its original is multiplied by.
    pub wordiness: f64,
    /// Share of documents in which it takes names for common words.
    pub names: f64,
    /// Share of documents in which contractions are flipped.
    pub contractions: f64,
    /// Share of documents in which small numbers are written out, or back.
    pub numbers: f64,
    /// Share of documents in which the parts of hyphened words are spun.
    pub hyphens: f64,
    /// Share of documents in which `a` and `an` are put right after a substitution.
    pub articles: f64,
    /// Probability of a filler before a word of content.
    pub padding: f64,
    /// Share of documents in which a phrase is spun always or never.
    pub steady_phrases: f64,
    /// Share of documents in which a phrase is always spun in the same way.
    pub steady_choices: f64,
    /// Share of documents with damage at links: lost spaces, stray capitals.
    pub damage: f64,
    /// Share of documents that come out in lower case.
    pub lower_case: f64,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            weight: 1.0,
            rate: Rate::default(),
            function_words: 0.2,
            wordiness: 0.8,
            names: 0.1,
            contractions: 0.3,
            numbers: 0.1,
            hyphens: 0.2,
            articles: 0.5,
            padding: 0.002,
            steady_phrases: 0.4,
            steady_choices: 0.6,
            damage: 0.1,
            lower_case: 0.0,
        }
    }
}

impl EngineConfig {
    /// What is known of the families of the project's own lexicon; the default for others.
    pub(crate) fn named(family: &str) -> Self {
        let default = Self::default();
        match family {
            "dictionary" => Self { weight: 3.0, names: 0.2, damage: 0.2, ..default },
            "spinbot" => Self {
                weight: 2.0,
                rate: Rate { mean: 0.33, highest: 0.48, ..Rate::default() },
                function_words: 0.15,
                padding: 0.0,
                ..default
            },
            "access" => Self {
                weight: 2.0,
                rate: Rate { mean: 0.26, ..Rate::default() },
                names: 0.2,
                hyphens: 0.6,
                lower_case: 0.15,
                ..default
            },
            "thesaurus" => Self { rate: Rate { mean: 0.15, ..Rate::default() }, ..default },
            "academic" => {
                Self { function_words: 0.1, hyphens: 0.4, padding: 0.0, damage: 0.02, ..default }
            }
            _ => default,
        }
    }

    fn check(&self, name: &str) -> Result<()> {
        let shares = [
            ("names", self.names),
            ("contractions", self.contractions),
            ("numbers", self.numbers),
            ("hyphens", self.hyphens),
            ("articles", self.articles),
            ("padding", self.padding),
            ("steady_phrases", self.steady_phrases),
            ("steady_choices", self.steady_choices),
            ("damage", self.damage),
            ("lower_case", self.lower_case),
            ("rate.lowest", self.rate.lowest),
            ("rate.mean", self.rate.mean),
            ("rate.highest", self.rate.highest),
            ("rate.spread", self.rate.spread),
        ];
        for (setting, value) in shares {
            share(&format!("{name}.{setting}"), value)?;
        }
        for (setting, value) in [
            ("weight", self.weight),
            ("function_words", self.function_words),
            ("wordiness", self.wordiness),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(Error::config(format!("{name}.{setting} is {value}, below 0")));
            }
        }
        if self.rate.lowest > self.rate.highest {
            return Err(Error::config(format!("{name}.rate.lowest is above {name}.rate.highest")));
        }
        Ok(())
    }
}

fn share(setting: &str, value: f64) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::config(format!("{setting} is {value}, expected 0 to 1")))
}

/// Share of a document's tokens that are changed: near normal, cut at both ends.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rate {
    /// No document is changed less.
    pub lowest: f64,
    /// The middle of the range.
    pub mean: f64,
    /// Standard deviation before the cut.
    pub spread: f64,
    /// No document is changed more.
    pub highest: f64,
}

impl Default for Rate {
    fn default() -> Self {
        Self { lowest: 0.07, mean: 0.24, spread: 0.06, highest: 0.42 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_recipes_with_defaults() {
        let text = "innocent = 0.5\n[engines.a]\nweight = 2.0\nrate = { mean = 0.3 }\n";
        let config: SpinConfig = toml::from_str(text).unwrap();
        assert_eq!(config.engine("a").weight, 2.0);
        assert_eq!(config.engine("a").rate.mean, 0.3);
        assert_eq!(config.engine("a").rate.lowest, Rate::default().lowest);
        assert_eq!(config.engine("b"), EngineConfig::default());
        assert!(config.check(["a", "b"].into_iter()).is_ok());
        assert!(config.check(["b"].into_iter()).is_err());
        assert!(toml::from_str::<SpinConfig>("inocent = 0.5").is_err());
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        for text in [
            "innocent = 1.5",
            "[engines.a]\nnames = -0.1",
            "[engines.a]\nweight = -1.0",
            "[engines.a]\nweight = inf",
            "[engines.a]\npadding = nan",
            "[engines.a]\nrate = { lowest = 0.5 }",
        ] {
            let config: SpinConfig = toml::from_str(text).unwrap();
            assert!(config.check(["a"].into_iter()).is_err(), "{text}");
        }
    }
}

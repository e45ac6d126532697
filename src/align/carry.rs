//! What a pass knows as bytes, so that pairs are counted by it elsewhere.

use super::AlignConfig;
use super::hmm::{Jumps, Transitions};
use super::lexicon::Lexicon;
use super::worker::{LONGEST_GAP, Model};
use crate::error::{Error, Result};
use crate::model::section::{SectionReader, SectionWriter};

/// Settings take no more bytes.
const LIMIT: usize = 1 << 12;

impl Model {
    pub(crate) fn write(&self, writer: &mut SectionWriter) -> Result<()> {
        let limit = bincode::config::standard().with_limit::<LIMIT>();
        let config = bincode::serde::encode_to_vec(&self.config, limit).map_err(Error::config)?;
        writer.array(config);
        self.lexicon.write(writer);
        let weights = self.transitions.iter().flatten().flat_map(Transitions::weights);
        writer.array(weights.copied());
        Ok(())
    }

    /// What was written, for `words` in the same order.
    pub(crate) fn read(reader: &mut SectionReader, words: &[String]) -> Result<Self> {
        let bytes = reader.array::<u8>()?;
        let limit = bincode::config::standard().with_limit::<LIMIT>();
        let (config, read): (AlignConfig, usize) =
            bincode::serde::decode_from_slice(bytes.as_slice(), limit).map_err(Error::config)?;
        reader.check(read == bytes.len(), format!("{} bytes", bytes.len()), read)?;
        config.check()?;
        let lexicon = Lexicon::read(reader, &config, words)?;
        let weights = reader.array::<f32>()?;
        let mut both = <[Jumps; 2]>::default();
        let all = both.as_flattened().len();
        let sound = [0, all].contains(&weights.len())
            && weights.iter().all(|weight| weight.is_finite() && weight >= 0.0);
        reader.check(sound, format!("{all} weights of jumps, or none"), weights.len())?;
        let stored = both.as_flattened_mut().iter_mut().zip(weights.iter());
        stored.for_each(|(weight, stored)| *weight = stored);
        let transitions = (weights.len() > 0)
            .then(|| both.map(|weights| Transitions::new(&weights, LONGEST_GAP)));
        Ok(Self { config, lexicon, transitions })
    }
}

//! Small facts about a model: provenance, recipe, weights.

use crate::error::{Error, Result};
use crate::lattice::features::NamedWeight;
use serde::{Deserialize, Serialize};

/// No model has more metadata, in bytes.
const LIMIT: usize = 1 << 20;
const REMEDY: &str = "the file is damaged: copy it again or train it anew";

/// What a model was made of, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The version of unspin that trained it.
    pub version: String,
    /// The files that it was trained on.
    pub sources: Vec<SourceRecord>,
    /// The recipe, as TOML.
    pub recipe: String,
    /// Figures of training, by name.
    pub figures: Vec<(String, f64)>,
    /// Weights of the features.
    pub weights: Vec<NamedWeight>,
}

/// One file that a model was trained on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// The file's name, without folders.
    pub name: String,
    /// What it served for: `text`, `pairs`, `list`, `lexicon` or `dev`.
    pub kind: String,
    /// Rows or lines that were used.
    pub rows: u64,
    /// xxh3 of the rows that were used.
    pub checksum: u64,
}

impl Metadata {
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        bincode::serde::encode_to_vec(self, bincode::config::standard().with_limit::<LIMIT>())
            .map_err(|error| Error::config(format!("metadata cannot be stored: {error}")))
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let config = bincode::config::standard().with_limit::<LIMIT>();
        let (metadata, read) = bincode::serde::decode_from_slice(bytes, config)
            .map_err(|error| Error::model("section \"meta\"", "metadata", error, REMEDY))?;
        if read != bytes.len() {
            let (expected, got) = (format!("{} bytes", bytes.len()), format!("{read} bytes"));
            return Err(Error::model("section \"meta\"", expected, got, REMEDY));
        }
        Ok(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_damage() {
        let source =
            SourceRecord { name: "a.tsv".into(), kind: "pairs".into(), rows: 3, checksum: 9 };
        let weights = vec![NamedWeight { name: "lm".into(), weight: 1.5 }];
        let metadata = Metadata { sources: vec![source], weights, ..Metadata::default() };
        let bytes = metadata.encode().unwrap();
        assert_eq!(Metadata::decode(&bytes).unwrap(), metadata);
        for cut in 0..bytes.len() {
            assert!(Metadata::decode(&bytes[..cut]).is_err());
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(Metadata::decode(&longer).unwrap_err().to_string().contains("bytes"));
        assert!(Metadata::decode(&[0xff; 40]).is_err());
    }
}

//! `unspin lm build`: from text to a model.

use super::files::{OutputArgs, PruneArgs};
use super::text::{Quiet, Text};
use crate::cli::progress::Terminal;
use crate::cli::{Outcome, use_threads};
use crate::error::{Error, Result};
use crate::lm::MAX_ORDER;
use crate::lm::count::Counter;
use crate::lm::discount::{BadDiscount, Discount};
use crate::lm::estimate::{EstimateConfig, estimate};
use crate::lm::stream;
use crate::progress::Progress;
use std::path::PathBuf;

/// Estimate a model from text: interpolated modified Kneser-Ney
///
/// The text may be packed as .gz, .xz or .zst; it is read twice. The same text
/// gives the same bytes at any number of threads and any memory.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin lm build --order 5 --text news.txt.xz --output news.lm
  unspin lm build --order 3 --text tokens.txt --pretokenized --prune 0 0 1 --arpa tokens.arpa")]
pub(super) struct Args {
    /// Plain English text, a paragraph a line
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    text: Vec<PathBuf>,
    /// Take words as they stand between spaces, and a line as a sentence
    #[arg(long)]
    pretokenized: bool,
    /// The longest n-grams, 1 to 7
    #[arg(long, value_name = "N", default_value_t = 5)]
    order: usize,
    #[command(flatten)]
    output: OutputArgs,
    /// Keep this many words, the commonest; the others become unknown [default: all]
    #[arg(long, value_name = "N")]
    vocab_size: Option<usize>,
    /// Drop n-grams that stand in the text at most so often, a number for each
    /// length; the last holds for all longer ones
    #[arg(long, value_name = "COUNT", num_args = 1.., default_values_t = [0])]
    prune: Vec<u32>,
    #[command(flatten)]
    entropy: PruneArgs,
    /// Count, sort and estimate within this much memory, such as 500M or 2G, the rest
    /// in temporary files. Words come on top, about 100 bytes each; for --output,
    /// --ngrams and --entropy so does the model, 16 to 30 bytes an n-gram, for --arpa
    /// alone it does not [default: what it takes]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory: Option<usize>,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    args.output.check()?;
    args.entropy.check()?;
    if !(1..=MAX_ORDER).contains(&args.order) {
        return Err(Error::usage(format!("--order {} is not in 1..={MAX_ORDER}", args.order)));
    }
    if !args.prune.is_sorted() {
        return Err(Error::usage(format!("--prune {:?} must not fall", args.prune)));
    }
    use_threads(args.threads)?;
    let progress = Terminal::new();
    let text = Text { files: &args.text, pretokenized: args.pretokenized };
    progress.stage("read words, lines", None);
    let (vocabulary, outcome) = text.vocabulary(args.vocab_size, &progress)?;
    progress.note(&format!("{} words", vocabulary.len() - 3));

    progress.stage("count n-grams, lines", None);
    let index = vocabulary.index();
    let mut counter = Counter::new(args.order, vocabulary.len())?;
    if let Some(memory) = args.memory {
        counter = counter.within(memory);
    }
    let mut tokens = 0;
    // What is passed over was named in the first pass.
    text.numbered(&index, &Quiet(&progress), false, &mut |lines| {
        for sentence in lines.iter().flatten() {
            tokens += sentence.len();
            counter.add(sentence);
        }
        Ok(())
    })?;
    drop(index);
    progress.note(&format!("{tokens} tokens"));

    progress.stage("estimate", None);
    let config =
        EstimateConfig { prune: args.prune, whole_vocabulary: false, ..Default::default() };
    let tell = |discounts: &[Discount], warnings: &[BadDiscount]| {
        for (discount, order) in discounts.iter().zip(1..) {
            progress.note(&format!("{order}-grams: discounts {:.6?}", discount.0));
        }
        warnings.iter().for_each(|warning| progress.warn(&warning.to_string()));
    };
    let model = if args.memory.is_some() {
        let streamed = stream::estimate(counter, &config)?;
        tell(&streamed.discounts, &streamed.warnings);
        if !args.entropy.any() && !args.output.packs() {
            args.output.save_streamed(&vocabulary, streamed, &progress)?;
            progress.finish();
            return Ok(outcome);
        }
        streamed.into_model()?
    } else {
        let estimate = estimate(&counter.finish()?, &config)?;
        tell(&estimate.discounts, &estimate.warnings);
        estimate.model
    };
    let model = args.entropy.prune(model, &progress);
    args.output.save(&vocabulary, &model, &progress)?;
    progress.finish();
    Ok(outcome)
}

/// A number of bytes with an optional unit.
pub(in crate::cli) fn bytes(text: &str) -> Result<usize, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[number.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "K" | "KB" | "KIB" => 1024.0,
        "M" | "MB" | "MIB" => 1024.0 * 1024.0,
        "G" | "GB" | "GIB" => 1024.0 * 1024.0 * 1024.0,
        other => return Err(format!("{other:?} is no unit of memory: use K, M or G")),
    };
    match number.parse::<f64>() {
        Ok(number) if number > 0.0 && number * unit <= usize::MAX as f64 => {
            Ok((number * unit) as usize)
        }
        _ => Err(format!("{number:?} is no amount of memory")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn amounts_of_memory() {
        let table =
            [("1", 1), ("2k", 2048), ("1.5M", 3 << 19), ("2GiB", 2 << 30), ("3gb", 3 << 30)];
        table.iter().for_each(|(text, expected)| assert_eq!(super::bytes(text), Ok(*expected)));
        ["", "G", "-1", "0", "1T", "nan", "1e99"].iter().for_each(|text| {
            assert!(super::bytes(text).is_err(), "{text}");
        });
    }
}

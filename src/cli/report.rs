//! `unspin report`: a page with the evidence.

use super::sureness::SurenessArgs;
use super::{ModelArgs, Outcome};
use crate::batch::same_file;
use crate::decode::{DecodeConfig, Decoder};
use crate::error::{Error, Result};
use crate::formats::Format;
use crate::output;
use crate::progress::say;
use crate::report::{Agreement, Provenance, Reader, page};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Make a page of evidence: spun and restored side by side
///
/// One HTML file that needs nothing else: every change marked, with its alternatives and
/// their probabilities, a slider that takes and leaves changes, and buttons that copy
/// the restored text and search queries for finding the original.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin report article.txt --output report.html
  unspin report page1.html page2.html --output report.html
  unspin report article.txt --original original.txt --output report.html")]
pub(super) struct Args {
    /// Articles: text, pages, Markdown, or records of tables
    #[arg(value_name = "ARTICLE", required = true)]
    articles: Vec<PathBuf>,
    /// The page
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The true original of the one article, shown beside it with what agrees
    #[arg(long, value_name = "FILE")]
    original: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    sureness: SurenessArgs,
    /// Format of the articles [default: by the name of the file]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Field or column with the text
    #[arg(long, value_name = "NAME", default_value = "text")]
    field: String,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    if args.original.is_some() && args.articles.len() > 1 {
        return Err(Error::usage("--original belongs to one article: name just that one"));
    }
    let inputs = args.articles.iter().chain(&args.original);
    if let Some(input) = inputs.into_iter().find(|input| same_file(input, &args.output)) {
        let message = format!("{} would be written over: name another output", input.display());
        return Err(Error::usage(message));
    }
    let model = args.model.open()?;
    let decoder = Decoder::with_config(&model, DecodeConfig::default())?;
    let (format, field) = (args.format, args.field);
    let reader = Reader { model: &model, decoder, format, field };
    let (mut articles, mut outcome) = (Vec::new(), Outcome::Done);
    for path in &args.articles {
        for article in reader.read(path)? {
            for refusal in &article.refusals {
                say!("unspin: {}: {}", refusal.place, refusal.reason);
                outcome = Outcome::Partial;
            }
            articles.push((article, None));
        }
    }
    if let Some(path) = &args.original {
        let original = fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
        let [(article, agreement)] = &mut articles[..] else {
            return Err(Error::usage("--original belongs to one article: name a file with one"));
        };
        *agreement = Some(Agreement::new(article, &original));
    }
    let identity = super::identity(args.model.model.as_deref())?;
    let provenance = Provenance {
        model: &identity,
        built_in: args.model.model.is_none(),
        min_confidence: args.sureness.least(&model)?,
    };
    let page = page(&model, &articles, &provenance);
    output::write(&args.output, |mut file| file.write_all(page.as_bytes()))?;
    Ok(outcome)
}

//! Kills batches at random moments, hundreds of times, and holds what they leave
//! against undisturbed runs.
//!
//! ```sh
//! cargo build --release && cargo run --release --example kill -- target/release/unspin 100
//! ```
//!
//! The arguments are the program, the kills of each format, and a model if it is not to
//! be the one that is built in.

#[path = "../tests/common/kill.rs"]
mod kill;

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [binary, kills, model @ ..] = &arguments[..] else {
        eprintln!("kill PROGRAM KILLS [MODEL]");
        std::process::exit(2);
    };
    let kills: usize = kills.parse().expect("a number of kills");
    let article = std::fs::read_to_string("training/sample/article.txt").expect("the sample");
    let lines: Vec<String> = article.lines().map(str::to_string).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let mut draws = kill::Draws(1);
    let mut all = 0;
    for input in kill::inputs(folder.path(), &lines, 2 << 20) {
        let model = model.first().map(Path::new);
        let outcome = kill::kill(Path::new(binary), model, &input, kills, &mut draws);
        println!("{}: {outcome:?}", input.file_name().expect("a name").to_string_lossy());
        all += outcome.kills;
    }
    println!("{all} kills, every output as without them");
}

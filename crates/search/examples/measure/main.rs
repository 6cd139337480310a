//! Measures search beside `tantivy` alone: `cargo run --release --example measure -p search -- quality 2`, and
//! `... -- speed 1000000`. Reads the catalog of electronics in `../shared/data`; the numbers behind are the seed of the
//! generated queries and the size of the generated catalog.

mod catalog;
mod quality;
mod queries;
mod reference;
mod speed;

use std::{env, error::Error, process::ExitCode};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let number = words.get(1).and_then(|word| word.parse::<u32>().ok());
    let done = match (words.first().map(String::as_str), number) {
        (Some("quality"), Some(seed)) => quality::run(seed),
        (Some("speed"), Some(items)) => speed::run(items),
        _ => {
            eprintln!("usage: measure quality SEED | measure speed ITEMS");
            return ExitCode::FAILURE;
        }
    };
    done.map_or_else(failed, |()| ExitCode::SUCCESS)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_or_else` gives")]
fn failed(error: Box<dyn Error>) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

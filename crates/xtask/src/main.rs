//! The daily commands of the project, as `cargo x COMMAND`.
//!
//! This program must not know how the product works: it runs cargo, git and the built program, and reads files.
//! Start reading at [`Command`]; what `tidy` holds the tree to is in `tidy/`.

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

mod ci;
mod generate;
mod program;
mod project;
mod tests;
mod tidy;

/// The daily commands of the project.
#[derive(Parser)]
#[command(name = "cargo x", bin_name = "cargo x")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything that must pass before a change lands, with a summary at the end.
    Ci,
    /// Dependency directions, banned names, size budgets, headers, generated files, portability.
    Tidy,
    /// Which test proves which requirement.
    Requirements,
    /// Plays one story, or all, and shows what came out differently.
    Scenario {
        /// The story's file name without `.txt`, with its folder if need be; or `all`.
        name: String,
        /// Where to play it.
        #[arg(long, value_enum, default_value = "binary")]
        at: Boundary,
    },
    /// Runs one benchmark beside its reference, or all.
    Bench {
        /// The benchmark's name, or `all`.
        name: String,
        /// A short run that shows that it works; its figures mean little.
        #[arg(long)]
        quick: bool,
        /// One JSON object a line instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Lives the demo shop with known truth through the product, and grades the product; `cargo x sim --help` says how.
    #[command(disable_help_flag = true)]
    Sim {
        /// Passed on: `--seed N --size S|M|L` and more.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Kills the program while it is written to, and looks for what was lost or doubled.
    Crash {
        /// How often to kill it.
        #[arg(long, default_value_t = 20)]
        rounds: usize,
        /// Draws the kill points.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Writes the generated files: `docs/openapi.json`.
    Gen,
    /// Sends events with the unmodified client libraries and counts what arrived.
    Clients,
    /// Replays a year of real orders and compares the segments on them with pandas.
    Retail,
    /// Grades recommendations beside others' recommenders on public data: some minutes, and no part of `ci`.
    #[command(disable_help_flag = true)]
    Peers {
        /// Passed on: `retail`, `journey`, `serenade`, `--validate`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Imports real files, decides for everybody in them, and compares segments and decisions with pandas.
    Imported,
}

/// Where a story is played.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Boundary {
    /// `engine::apply` alone.
    Engine,
    /// The server in this process.
    Server,
    /// The real program.
    Binary,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Ci => ci::run(),
        Command::Tidy => tidy::run(),
        Command::Requirements => tidy::proofs::list(),
        Command::Scenario { name, at } => tests::scenario(&name, at),
        Command::Bench { name, quick, json } => {
            let flags = [(quick, "--quick"), (json, "--json")];
            tests::bench(&name, &flags.into_iter().filter_map(|(on, flag)| on.then_some(flag)).collect::<Vec<_>>())
        }
        Command::Sim { arguments } => tests::sim(&arguments),
        Command::Crash { rounds, seed } => tests::crash(rounds, seed),
        Command::Gen => generate::run(),
        Command::Clients => tests::clients(),
        Command::Retail => tests::retail(),
        Command::Peers { arguments } => tests::peers(&arguments),
        Command::Imported => tests::imported(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

//! Benchmarks: the product beside a reference that does only what cannot be left out, measured in the same run.
//!
//! Absolute times mean little on small shared machines, so every bench ends in a ratio with a goal. A goal that is
//! missed is a finding, not a failure: the run ends well. `docs/benchmarks.md` holds figures and says how to repeat
//! them. This program must not know how the product works inside: it speaks HTTP to the real program, or uses the door
//! of `runtime`; only `guards` asks the engine itself, and `lists` the recommenders. Start reading at [`Command`], then [`report`]; each bench is a
//! module of its own.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

mod child;
mod collect;
mod decide;
mod feed;
mod guards;
mod lists;
mod load;
mod measure;
mod memory;
mod nearest;
mod pace;
mod pages;
mod program;
mod recover;
mod reference;
mod replay;
mod report;
mod segment_count;
mod shop;
mod stall;
mod suggest;
mod traffic;

/// Why a bench could not be run, as it is printed.
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Measures the product beside a reference.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// One event a request over 256 connections, durable before the answer.
    CollectSingle(Flags),
    /// 100 events a request, with 200 segments.
    CollectBatch(Flags),
    /// Pages decided for visitors, with 20 experiences and 50 conditions.
    Decide(Flags),
    /// Lists that a recommender proposes, with filters and without.
    Suggest(Flags),
    /// What a list costs in process, by the visit and by all that is known.
    Lists(Flags),
    /// What each guard of a decision costs, in process.
    Guards(Flags),
    /// The size of an intersection of three segments.
    SegmentCount(Flags),
    /// Start after `kill -9`, with the last minute not saved.
    Recover(Flags),
    /// Resident memory with a year of events.
    Memory(Flags),
    /// All of them, each in a process of its own.
    All(Flags),
    /// What the benches run as processes of their own.
    #[command(subcommand, hide = true)]
    Part(Part),
}

/// How a bench is run.
#[derive(Args, Clone, Debug)]
struct Flags {
    /// A short run that shows that it works; its figures mean little.
    #[arg(long)]
    quick: bool,
    /// One JSON object a line instead of text.
    #[arg(long)]
    json: bool,
    /// Another build of `prevenance` to measure over HTTP, instead of the server as this program was built with it.
    #[arg(long)]
    program: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Part {
    /// The product's server.
    Serve {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// A folder of definitions.
        #[arg(long)]
        definitions: Option<PathBuf>,
    },
    /// The server that collecting is measured against: parses, appends, syncs, answers.
    Reference {
        /// Where it appends.
        folder: PathBuf,
    },
    /// The server that deciding is measured against: parses, answers with what is in a file.
    Echo {
        /// The file.
        answer: PathBuf,
    },
    /// Looks decisions up in a data folder, and decides them again.
    Replay {
        /// The data folder.
        folder: PathBuf,
        /// A file of their ids, one behind the other.
        ids: PathBuf,
        /// How many replays.
        replays: u64,
    },
    /// Fills a data folder with persons and stops in good order.
    Grow {
        /// The data folder.
        folder: PathBuf,
        /// How many persons.
        persons: u64,
    },
    /// Takes events in without ever saving, until it is killed.
    Unsaved {
        /// The data folder.
        folder: PathBuf,
        /// How many persons are in it.
        persons: u64,
        /// How many events.
        events: u64,
    },
    /// Starts the engine on a data folder, says how long it took, and waits to be killed.
    Start {
        /// The data folder.
        folder: PathBuf,
    },
    /// Opens a data folder, reads the tail of its log, says how long it took, and waits to be killed.
    Read {
        /// The data folder.
        folder: PathBuf,
    },
}

/// A sixth of the CPU went into the system's allocator when events were collected.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failed> {
    let (report, flags) = match command {
        Command::CollectSingle(flags) => (collect::single(&flags)?, flags),
        Command::CollectBatch(flags) => (collect::batch(&flags)?, flags),
        Command::Decide(flags) => (decide::run(&flags)?, flags),
        Command::Suggest(flags) => (suggest::run(&flags)?, flags),
        Command::Lists(flags) => (lists::run(&flags)?, flags),
        Command::Guards(flags) => (guards::run(&flags)?, flags),
        Command::SegmentCount(flags) => (segment_count::run(&flags)?, flags),
        Command::Recover(flags) => (recover::run(&flags)?, flags),
        Command::Memory(flags) => (memory::run(&flags)?, flags),
        Command::All(flags) => return all(&flags),
        Command::Part(part) => return run_part(part),
    };
    println!("{}", if flags.json { report.json() } else { report.text() });
    Ok(())
}

fn run_part(part: Part) -> Result<(), Failed> {
    match part {
        Part::Serve { data, definitions } => program::serve(&data, definitions),
        Part::Reference { folder } => reference::serve(&folder),
        Part::Echo { answer } => reference::echo(&answer),
        Part::Replay { folder, ids, replays } => replay::run(&folder, &ids, replays),
        Part::Grow { folder, persons } => recover::grow(&folder, persons),
        Part::Unsaved { folder, persons, events } => recover::leave_unsaved(&folder, persons, events),
        Part::Start { folder } => recover::start(&folder),
        Part::Read { folder } => recover::read(&folder),
    }
}

/// Each bench in a process of its own, so that the peak memory that it reports is its own.
fn all(flags: &Flags) -> Result<(), Failed> {
    let benches = [
        "collect-single",
        "collect-batch",
        "decide",
        "suggest",
        "lists",
        "guards",
        "segment-count",
        "recover",
        "memory",
    ];
    for name in benches {
        let mut command = std::process::Command::new(std::env::current_exe()?);
        command.arg(name);
        if let Some(program) = &flags.program {
            command.arg("--program").arg(program);
        }
        command.args([(flags.quick, "--quick"), (flags.json, "--json")].iter().filter(|(on, _)| *on).map(|(_, f)| f));
        let status = command.status()?;
        if !status.success() {
            return Err(format!("{name}: {status}").into());
        }
    }
    Ok(())
}

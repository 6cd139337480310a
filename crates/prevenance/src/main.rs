//! The program: one binary, whose subcommands are functions of `server`.
//!
//! It reads arguments, prints results, and says in one sentence what went wrong. Start reading at [`arguments`].

mod arguments;
mod client;
mod decide;
mod evaluate;
mod feed;
mod import;
mod server_sink;

use std::{error::Error, io::Write, process::ExitCode};

use clap::Parser;
use server::{
    command::{backup, check, export},
    serve,
};

use crate::arguments::{Arguments, Subcommand};

/// A sixth of the CPU went into the system's allocator when events were collected.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("prevenance: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    match arguments.subcommand {
        Subcommand::Serve(serve) => {
            let config = serve.config()?;
            serve::run(config, serve.fixed()?, &serve.bootstrap())?;
        }
        Subcommand::Demo(demo) => sim::demo::run(&demo.demo()?)?,
        Subcommand::Backup { place, to } => {
            backup::run(&place.config()?, &to)?;
            println!("backup written to {}", to.display());
        }
        Subcommand::Restore { place, from, to, erasures } => {
            let erased = backup::restore(&place.config()?, &from, &to, erasures.as_deref())?;
            println!("restored to {}; {erased} persons erased again", to.display());
        }
        Subcommand::Export { place, person, to } => {
            let exported = export::run(&place.config()?, person.as_deref(), to.as_deref())?;
            if let Some(to) = to {
                println!("{exported} persons written to {}", to.display());
            }
        }
        Subcommand::Import(arguments) => import::run(&arguments.import()?)?,
        Subcommand::Feed(arguments) => feed::run(&arguments.feed()?)?,
        Subcommand::Decide(arguments) => decide::run(&arguments.decide()?)?,
        Subcommand::Evaluate(arguments) => evaluate::run(&arguments.evaluate()?)?,
        Subcommand::Check(place) => {
            let checked = check::run(&place.config()?)?;
            print!("{}", checked.config);
            match checked.definitions {
                Some(count) => println!("# {count} definitions, all valid"),
                None => println!("# no folder of definitions is configured"),
            }
            for advice in checked.advice {
                println!("# probably not meant: {advice}");
            }
        }
        // Not `println!`, which panics where the reader has seen enough and closed the pipe.
        Subcommand::Openapi => writeln!(std::io::stdout().lock(), "{}", server::openapi())?,
    }
    Ok(())
}

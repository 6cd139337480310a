//! `cargo x sim`: lives the demo shop through the product, and grades the product.
//!
//! It reads arguments and prints the table; what it does is the library's. Start reading at [`sim::run`].

use std::{
    fmt,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use model::time::Timestamp;
use sim::{
    drive::Tally,
    grade::{self, Asking, Grade, Seeds, Watch},
    run::{self, Options, Product, SimError},
};
use world::{Seed, Size, World, emission::Feed};

/// As in the product: a sixth of the CPU went into the system's allocator otherwise.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lives a hiking shop with known truth through the product, and grades the product.
#[derive(Debug, Parser)]
#[command(name = "cargo x sim", bin_name = "cargo x sim")]
struct Arguments {
    /// What the world is drawn from: a number.
    #[arg(long, default_value = "1")]
    seed: Seed,
    /// How many worlds are lived, one after the other, from this seed on; each in a folder that goes away. The table then
    /// says of each row the mean and the worst.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000), conflicts_with_all = ["at", "record"])]
    seeds: u64,
    /// How large it is: S (200 customers, 30 days), M (50,000 customers, a year), L (1,000,000 customers, 30 days).
    #[arg(long, default_value = "S")]
    size: Size,
    /// The first day, such as 2025-10-01.
    #[arg(long, default_value = "2025-10-01")]
    start: String,
    /// A new or empty folder for the product; a temporary one that goes away at the end, if left out.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A folder for the truth; a temporary one, if left out.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// A running program with a test clock, instead of one in this process: http://127.0.0.1:8080.
    #[arg(long, requires = "key")]
    at: Option<String>,
    /// Its secret key.
    #[arg(long)]
    key: Option<String>,
    /// On how many days, the last ones, the product is there; before, the shop sold without it and brings its books
    /// along.
    #[arg(long, default_value_t = 28)]
    live: u32,
    /// Calls under way at once. With 1, two runs send the same bytes.
    #[arg(long, default_value_t = 64)]
    width: usize,
    /// A file for everything that is sent, one body a line: for comparing two runs.
    #[arg(long)]
    record: Option<PathBuf>,
    /// How many decisions to ask for at random when the world is lived, each held against the guards.
    #[arg(long, default_value_t = 0)]
    decisions: u64,
    /// Do not live the world under other policies to compare with.
    #[arg(long)]
    no_policies: bool,
    /// The table as one JSON object.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match live(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(why) => {
            eprintln!("sim: {why}");
            ExitCode::FAILURE
        }
    }
}

fn live(arguments: &Arguments) -> Result<bool, SimError> {
    run::check_memory(arguments.size)?;
    let start = api::time::read(&format!("{}T00:00:00Z", arguments.start))
        .ok_or_else(|| std::io::Error::other(format!("`{}` is no day such as 2025-10-01", arguments.start)))?;
    let temporary = std::env::temp_dir().join(format!("prevenance-sim-{}", std::process::id()));
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let graded = match arguments.seeds {
        1 => threads.block_on(through(arguments, &options(arguments, start, &temporary, None))).and_then(|grade| {
            tell_grade(arguments, &grade)?;
            Ok(grade.is_passed())
        }),
        _ => threads.block_on(several(arguments, start, &temporary)),
    };
    if arguments.data.is_none() || arguments.truth.is_none() {
        // What is left of it is of no value.
        let _ = std::fs::remove_dir_all(&temporary);
    }
    graded
}

/// What to live and where; of one of several worlds in folders of its own.
fn options(arguments: &Arguments, start: Timestamp, temporary: &Path, one: Option<Seed>) -> Options {
    let folder = |given: &Option<PathBuf>, name: &str| {
        let folder = given.clone().unwrap_or_else(|| temporary.join(name));
        one.map_or(folder.clone(), |seed| folder.join(format!("seed-{seed}")))
    };
    Options {
        seed: one.unwrap_or(arguments.seed),
        size: arguments.size,
        start,
        data: folder(&arguments.data, "data"),
        truth: folder(&arguments.truth, "truth"),
        live: arguments.live,
        width: arguments.width,
        record: arguments.record.clone(),
    }
}

/// Lives one world after the other.
async fn several(arguments: &Arguments, start: Timestamp, temporary: &Path) -> Result<bool, SimError> {
    let mut grades = Vec::new();
    for seed in (0..arguments.seeds).map(|more| Seed(arguments.seed.0.wrapping_add(more))) {
        eprintln!("seed {seed}");
        let options = options(arguments, start, temporary, Some(seed));
        let grade = through(arguments, &options).await;
        for folder in [&options.data, &options.truth] {
            std::fs::remove_dir_all(folder).ok();
        }
        grades.push((seed, grade?));
    }
    let seeds = Seeds::of(&grades);
    tell_grade(arguments, &seeds)?;
    Ok(seeds.is_passed())
}

/// The table, as it is wanted.
fn tell_grade(arguments: &Arguments, grade: &(impl serde::Serialize + fmt::Display)) -> Result<(), SimError> {
    match arguments.json {
        true => println!("{}", serde_json::to_string(grade).map_err(std::io::Error::from)?),
        false => print!("{grade}"),
    }
    Ok(())
}

async fn through(arguments: &Arguments, options: &Options) -> Result<Grade, SimError> {
    let world = Arc::new(World::new(options.seed, options.size, options.start));
    let mut watch = Watch::new(world.clone(), options.installed());
    let (door, keys, product) = match (&arguments.at, &arguments.key) {
        (Some(base), Some(key)) => {
            let (door, keys) = run::join(base, key, &world).await?;
            (door, keys, None)
        }
        _ => {
            let product = Product::start(options, &world).await?;
            (product.door.clone(), product.keys.clone(), Some(product))
        }
    };
    let begun = now();
    let tally = run::live(&world, &door, &keys, options, &mut watch).await?;
    tell(&tally, begun.elapsed());
    let values =
        (!arguments.no_policies).then(|| grade::Values::of(&world, options.installed(), &options.truth)).transpose()?;
    let (secret, page_key, bundle) = (&keys.secret, keys.of(Feed::Web), options.truth.as_path());
    let asking = Asking { world: &world, door: &door, secret, page_key, bundle, decisions: arguments.decisions };
    let grade = Grade::of(asking, watch, values).await?;
    if let Some(product) = product {
        product.stop().await?;
    }
    Ok(grade)
}

/// Says on standard error how the run went.
fn tell(tally: &Tally, took: Duration) {
    let Tally { events, asked, visits, .. } = tally;
    let (seconds, memory) = (took.as_secs_f64(), run::resident().unwrap_or(0));
    eprintln!(
        "{events} events and {asked} pages of {visits} visits in {seconds:.0} s; {memory} MiB resident, world included"
    );
}

#[expect(clippy::disallowed_methods, reason = "how long a run takes is for the reader of the terminal")]
fn now() -> Instant {
    Instant::now()
}

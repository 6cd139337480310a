//! A whole run: a product of its own, empty; the world lived through it; the truth written aside.

use std::{
    fs::File,
    io::BufWriter,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use indicatif::{ProgressBar, ProgressStyle};
use model::time::Timestamp;
use server::{
    app::Shared,
    config::Config,
    inside::Inside,
    serve::{self, Bootstrap, Fixed, ServeError},
};
use world::{
    Seed, Size, World,
    calendar::Day,
    emission::Emission,
    person::Consents,
    truth::Truth,
    visit::{Page, Shown},
};

use crate::{
    bundle::{Bundle, BundleError},
    door::{Door, DoorError},
    drive::{Driver, Listener, RunError, Tally, Wanted},
    shop::{self, Keys},
};

/// The key of the product that a run begins. It holds nothing real.
pub const SECRET_KEY: &str = "sk_sim_0123456789abcdef";

/// How long a decision may take. How long it does take is measured.
const GIVE_UP_MS: u64 = 60_000;

/// Days of a world at most: nobody in it is born or dies.
const LONGEST_DAYS: u32 = 3_650;

/// MiB for the product's resident profiles: a small shop's machine holds them beside all else within one GiB.
const RESIDENT_MIB: usize = 128;

/// What to live, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the world is drawn from.
    pub seed: Seed,
    /// How large it is.
    pub size: Size,
    /// Its first midnight.
    pub start: Timestamp,
    /// The product's folder; new or empty.
    pub data: PathBuf,
    /// Where the truth goes.
    pub truth: PathBuf,
    /// On how many days, the last ones, the product is there; before, the shop had none.
    pub live: u32,
    /// Calls under way at once.
    pub width: usize,
    /// Where everything that is sent is written down.
    pub record: Option<PathBuf>,
}

impl Options {
    /// The first day on which the product is there.
    pub fn installed(&self) -> Day {
        Day(self.size.days().saturating_sub(self.live))
    }
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The product did not start, or did not stop cleanly.
    #[error("{0}")]
    Serve(Box<ServeError>),
    /// A call failed.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The run ended before its time.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The truth cannot be written or read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// There is something in the folder, or in the product.
    #[error("{0} holds data already: a simulation begins with an empty product")]
    NotEmpty(String),
    /// It would not fit.
    #[error(
        "a world of this size needs about {needed} MiB of memory, and {available} MiB are free: take a smaller size"
    )]
    NoMemory {
        /// What it needs.
        needed: u64,
        /// What there is.
        available: u64,
    },
    /// It would not end.
    #[error("a world lasts at most {most} days, and this one would last {days}")]
    TooLong {
        /// What was wished for.
        days: u32,
        /// What there is.
        most: u32,
    },
    /// The disk.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A product in this process, with the shop published.
pub struct Product {
    /// The way to it.
    pub door: Door,
    /// Its keys.
    pub keys: Keys,
    app: Shared,
}

impl Product {
    /// Starts one on an empty folder, its clock on the first morning of the world.
    pub async fn start(options: &Options, world: &World) -> Result<Self, SimError> {
        let is_used = options.data.read_dir().is_ok_and(|mut entries| entries.next().is_some());
        if is_used {
            return Err(SimError::NotEmpty(options.data.display().to_string()));
        }
        let mut config = Config { data: options.data.clone(), ..Config::default() };
        // Nobody shares this product: what protects it from its callers would only slow them down.
        config.rate.requests_per_s = u32::MAX;
        config.rate.burst = u32::MAX;
        config.limits.resident_mib = RESIDENT_MIB;
        // What a machine that does other things too gives up for want of time would be another world.
        config.decide.give_up_ms = GIVE_UP_MS;
        let fixed = Fixed { clock: Some(options.start), seed: Some(options.seed.0) };
        let bootstrap = Bootstrap { secret_key: Some(SECRET_KEY.to_owned()), write_key: None };
        let start = move || serve::start(config, fixed, &bootstrap).map_err(Box::new).map_err(SimError::Serve);
        let app = tokio::task::spawn_blocking(start).await.map_err(std::io::Error::other)??;
        let door = Door::Inside(Inside::new(app.clone()));
        let keys = shop::open(&door, SECRET_KEY, world).await?;
        Ok(Self { door, keys, app })
    }

    /// Ends it cleanly.
    pub async fn stop(self) -> Result<(), SimError> {
        let stopped = tokio::task::spawn_blocking(move || self.app.stop()).await;
        stopped.map_err(std::io::Error::other)?.map_err(|failure| SimError::Serve(Box::new(failure.into())))?;
        Ok(())
    }
}

/// A product that is running already, with the shop published: it must be empty, and its clock must be a test clock.
pub async fn join(base: &str, secret: &str, world: &World) -> Result<(Door, Keys), SimError> {
    let door = Door::http(base);
    let status: serde_json::Value = door.ask("GET", "/v1/status", secret, None::<&()>).await?;
    // Whoever publishes first has it: a second simulator finds the shop's definitions there.
    if status["profiles"] != 0 || status["revision"].as_u64().unwrap_or(0) > 1 {
        return Err(SimError::NotEmpty(base.to_owned()));
    }
    door.advance(secret, world.calendar.start).await?;
    let keys = shop::open(&door, secret, world).await?;
    Ok((door, keys))
}

/// Lives a world, writes its truth and shows how far it is.
pub async fn live(
    world: &World,
    door: &Door,
    keys: &Keys,
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Tally, SimError> {
    let bundle = Bundle::create(&options.truth, Some(&options.data), world)?;
    let mut writing = Writing { bundle, bar: bar(world), stop: stop_on_signal(), under: listener };
    let mut driver = Driver::new(world, door, keys, options.width);
    if let Some(record) = &options.record {
        driver.record(Box::new(BufWriter::new(File::create(record)?)));
    }
    let tally = driver.run(options.installed(), &mut writing).await?;
    writing.bar.finish_and_clear();
    writing.bundle.finish()?;
    Ok(tally)
}

/// Writes the truth, shows progress, and passes everything on.
struct Writing<'a> {
    bundle: Bundle,
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    under: &'a mut dyn Listener,
}

impl Listener for Writing<'_> {
    fn truth(&mut self, truth: Truth) -> std::io::Result<()> {
        self.bundle.add(&truth).map_err(std::io::Error::other)?;
        self.under.truth(truth)
    }

    fn day(&mut self, day: Day, so_far: &Tally) -> bool {
        self.bar.set_position(u64::from(day.0));
        self.bar.set_message(format!("{} events, {} decisions", so_far.events, so_far.asked));
        !self.stop.load(Ordering::Relaxed) && self.under.day(day, so_far)
    }

    fn sent(&mut self, emission: &Emission, consent: Option<Consents>) {
        self.under.sent(emission, consent);
    }

    fn shown(&mut self, page: &Page, shown: &[Shown], answer: &[u8], consent: Option<Consents>) {
        self.under.shown(page, shown, answer, consent);
    }

    fn trains(&mut self, day: Day) -> bool {
        self.under.trains(day)
    }

    fn wanted(&mut self) -> Option<Wanted> {
        self.under.wanted()
    }

    fn read(&mut self, answer: Option<&[u8]>, now: Timestamp) {
        self.under.read(answer, now);
    }
}

fn bar(world: &World) -> ProgressBar {
    let style = ProgressStyle::with_template("day {pos}/{len} {wide_bar} {msg} {eta}");
    ProgressBar::new(u64::from(world.calendar.days)).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// True once somebody pressed Ctrl-C: the day is ended first.
fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            told.store(true, Ordering::Relaxed);
        }
    });
    stop
}

/// Refuses a world that would not fit into what is free, as Linux tells it.
pub fn check_memory(size: Size) -> Result<(), SimError> {
    if size.days() > LONGEST_DAYS {
        return Err(SimError::TooLong { days: size.days(), most: LONGEST_DAYS });
    }
    // A person with the life that is led: 1.5 KiB; an item with its texts: 1 KiB; the product keeps at most what its
    // configuration says.
    let needed = 300 + (u64::from(size.customers()) * 3 / 2 + u64::from(size.items())) / 1_024;
    let Some(available) = kernel_mib("/proc/meminfo", "MemAvailable:") else { return Ok(()) };
    if needed > available { Err(SimError::NoMemory { needed, available }) } else { Ok(()) }
}

/// MiB of memory that this process has, as Linux tells it.
pub fn resident() -> Option<u64> {
    kernel_mib("/proc/self/status", "VmRSS:")
}

/// MiB of a line of one of the kernel's own tables.
fn kernel_mib(table: &str, line: &str) -> Option<u64> {
    let text = std::fs::read_to_string(table).ok()?;
    let found = text.lines().find_map(|one| one.strip_prefix(line))?;
    found.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1_024)
}

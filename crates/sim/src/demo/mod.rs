//! `prevenance demo`: the shop of a small world, with its past already there and its present going on.
//!
//! The past is lived day by day with nothing shown, and sent in one go; then people come at a pace, ask what to show, and
//! react. The world is drawn from a seed, so a demo that is started again lives its days once more in silence and goes
//! on where it was. Start reading at [`run`].

mod guest;
mod memory;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use server::{
    app::Shared,
    config::Config,
    inside::Inside,
    serve::{self, Bootstrap, Fixed, ServeError},
};
use tokio::sync::oneshot;
use world::{Seed, Size, World, calendar::Day, truth::Truth};

use self::memory::{Memory, Wanted};
use crate::{
    door::{Door, DoorError},
    drive::{Driver, Listener, Pace, RunError, Tally, wall_clock},
    run::{self, SimError},
    shop::{self, Keys},
};

/// The demo's keys. They are no secret: the demo holds nothing real.
const SECRET_KEY: &str = "sk_demo_0123456789abcdef";
const WRITE_KEY: &str = "pk_demo_0123456789abcdef";

/// From which number the world is drawn if none is named.
pub const SEED: Seed = Seed(1);
/// How large the world is if nothing is said: its days are the past that is filled in at the start, within seconds.
pub const SIZE: Size = Size::of(1_500, 600, 60);
/// So many days the world goes on after the one on which the demo was begun.
const DAYS_AHEAD: u32 = 365;
/// Of so many days before the present one there are pages and mails too; of those before, orders and what else every
/// shop has in its books.
const DAYS_OF_PAGES: u32 = 60;
/// So many visits come in a minute, about, if no speed is named.
const VISITS_A_MINUTE: f64 = 15.0;
/// Calls under way at once.
const WIDTH: usize = 32;

/// What is written for the demo alone.
const WRITTEN: &str = include_str!("../../demo.toml");

/// How a demo is run.
#[derive(Debug)]
pub struct Demo {
    /// Where to listen, limits, logging. Its folders are not used.
    pub config: Config,
    /// The data folder; a temporary one that goes away at the end, if left out.
    pub data: Option<PathBuf>,
    /// How large: customers, items, days of the past.
    pub size: Option<Size>,
    /// What the world is drawn from.
    pub seed: Option<Seed>,
    /// How many times as fast as life it goes on; 0: not at all. About fifteen visits a minute, if left out.
    pub speed: Option<f64>,
}

/// Why a demo cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder is another program's.
    #[error("{0} holds data that is not of a demo: name a new folder, or one of a demo that is to go on")]
    Used(String),
    /// The folder is another demo's.
    #[error(
        "{folder} holds the demo of seed {seed} with {customers} customers: leave --seed and --size out to go on with it, or name a new folder"
    )]
    Other {
        /// The folder.
        folder: String,
        /// Its seed.
        seed: Seed,
        /// How many customers it has.
        customers: u32,
    },
    /// It does not fit into memory, or cannot be lived.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// The product cannot be opened, or not served.
    #[error("{0}")]
    Serve(Box<ServeError>),
    /// The disk.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<ServeError> for DemoError {
    fn from(error: ServeError) -> Self {
        Self::Serve(Box::new(error))
    }
}

impl From<DoorError> for DemoError {
    fn from(error: DoorError) -> Self {
        Self::Sim(error.into())
    }
}

impl From<RunError> for DemoError {
    fn from(error: RunError) -> Self {
        Self::Sim(error.into())
    }
}

/// Serves the living shop until a signal comes. Without a folder, in a temporary one that goes away at the end.
pub fn run(demo: &Demo) -> Result<(), DemoError> {
    let temporary = std::env::temp_dir().join(format!("prevenance-demo-{}", std::process::id()));
    let folder = demo.data.clone().unwrap_or_else(|| temporary.clone());
    let ran = serve_in(&folder, demo);
    if demo.data.is_none() {
        // What is left of a demo is of no value, and the folder for temporary files is emptied anyway.
        let _ = std::fs::remove_dir_all(&temporary);
    }
    ran
}

fn serve_in(folder: &Path, demo: &Demo) -> Result<(), DemoError> {
    let wanted = Wanted { seed: demo.seed, size: demo.size };
    run::check_memory(wanted.size.unwrap_or(SIZE))?;
    let memory = Memory::of(folder, wanted, wall_clock())?;
    let mut config = Config { data: folder.to_owned(), definitions: None, ..demo.config.clone() };
    // What protects a shop from its callers would only slow its own systems down.
    (config.rate.requests_per_s, config.rate.burst) = (u32::MAX, u32::MAX);
    serve::check_address(&config.listen)?;
    serve::log(&config.log);
    let bootstrap = Bootstrap { secret_key: Some(SECRET_KEY.into()), write_key: Some(WRITE_KEY.into()) };
    let app = serve::start(config, Fixed::default(), &bootstrap)?;
    memory.keep(folder)?;
    let threads = serve::threads()?;
    let served = threads.block_on(serve_and_live(&app, Living { folder, speed: demo.speed, memory }));
    threads.shutdown_background();
    served.and(app.stop().map_err(|failure| ServeError::Stop(failure).into()))
}

/// Serves, and lives the shop on this thread, until a signal comes.
async fn serve_and_live(app: &Shared, living: Living<'_>) -> Result<(), DemoError> {
    let (tell, told) = oneshot::channel();
    let mut serving = tokio::spawn(serve::listen(app.clone(), move |address| _ = tell.send(address)));
    let ended = |served: Result<Result<(), ServeError>, tokio::task::JoinError>| match served {
        Ok(served) => served.map_err(DemoError::from),
        Err(error) => Err(std::io::Error::other(error).into()),
    };
    let Ok(address) = told.await else { return ended(serving.await) };
    tokio::select! {
        served = &mut serving => return ended(served),
        lived = living.live(app, address) => match lived {
            Err(why) if !app.is_stopping() => eprintln!("nobody comes to the shop any more: {why}"),
            _ => {}
        }
    }
    ended(serving.await)
}

/// A demo that is served.
struct Living<'a> {
    folder: &'a Path,
    speed: Option<f64>,
    memory: Memory,
}

impl Living<'_> {
    async fn live(mut self, app: &Shared, address: SocketAddr) -> Result<(), DemoError> {
        let (size, start) = (self.memory.size(), self.memory.start());
        let lived = Size::of(size.customers(), size.items(), size.days().saturating_add(DAYS_AHEAD));
        let world = World::new(self.memory.seed(), lived, start);
        let door = Door::Inside(Inside::new(app.clone()));
        let keys = self.open(&door, &world).await?;
        let mut driver = Driver::new(&world, &door, &keys, WIDTH);
        let is_new = self.memory.lived == 0;
        println!("http://{address} answers already; the past of the shop is filled in.");
        let reached = self.fill(&mut driver, &world).await?;
        app.runtime().filled().await.map_err(|failure| DemoError::from(ServeError::Stop(failure)))?;
        let visits_a_day = driver.tally().visits as f64 / f64::from(reached.0.max(1));
        let speed = self.speed.unwrap_or_else(|| (VISITS_A_MINUTE * 1_440.0 / visits_a_day.max(1.0)).max(1.0));
        let guest = guest::choose(&door, SECRET_KEY, &world, &driver).await?;
        // The first census of the program found an empty shop.
        door.ask::<Value>("GET", "/v1/thermometer?fresh=true", SECRET_KEY, None::<&()>).await?;
        let status: Value = door.ask("GET", "/v1/status", SECRET_KEY, None::<&()>).await?;
        let pace = Told { is_new, speed, visits_a_minute: speed * visits_a_day / 1_440.0 };
        welcome(address, &world, &status, guest.as_deref(), &pace);
        if speed > 0.0 {
            self.go_on(&mut driver, &world, (reached, speed)).await?;
        }
        Ok(())
    }

    /// The keys of the shop's systems. A new shop is published first.
    async fn open(&mut self, door: &Door, world: &World) -> Result<Keys, DemoError> {
        if self.memory.keys.is_empty() {
            let keys = shop::open_with(door, SECRET_KEY, &documents(world)).await?;
            self.memory.keys = keys.by_source();
            self.memory.keep(self.folder)?;
        }
        Ok(Keys::kept(SECRET_KEY, &self.memory.keys))
    }

    /// Lives everything up to the present moment, and sends what was not sent before. Returns the day on which to go on:
    /// the present one, or a later one where an earlier run came further.
    async fn fill(&mut self, driver: &mut Driver<'_>, world: &World) -> Result<Day, DemoError> {
        let now = wall_clock();
        // The past lies where it lay.
        driver.keep_pace(Pace::Real { from: now, to: now, speed: 1.0 });
        if self.memory.lived == 0 {
            driver.history(&mut Nobody).await?;
        }
        let today = world.calendar.day_of(now).map_or(world.calendar.days, |day| day.0);
        let bar = bar(today.max(self.memory.lived));
        for day in world.calendar.all().take_while(|day| day.0 < self.memory.lived) {
            driver.again(day, &mut Nobody)?;
            bar.inc(1);
            // Whoever calls meanwhile, or wants to end it, is heard.
            tokio::task::yield_now().await;
        }
        for day in (self.memory.lived..today.saturating_add(1)).map(Day).take_while(|day| day.0 < world.calendar.days) {
            if day.0 + DAYS_OF_PAGES < today {
                driver.books(day, &mut Nobody).await?;
            } else {
                driver.past(day, now, &mut Nobody).await?;
            }
            if day.0 < today {
                self.memory.lived = day.0 + 1;
                self.memory.keep(self.folder)?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(Day(self.memory.lived))
    }

    /// Lives on, so many times as fast as life, until the world ends.
    async fn go_on(
        &mut self,
        driver: &mut Driver<'_>,
        world: &World,
        (from, speed): (Day, f64),
    ) -> Result<(), DemoError> {
        let now = wall_clock();
        // What an earlier run lived may lie ahead of the clock.
        let reached = now.max(world.calendar.at(from, 0));
        driver.keep_pace(Pace::Real { from: reached, to: now, speed });
        for day in (from.0..world.calendar.days).map(Day) {
            self.memory.lived = day.0 + 1;
            self.memory.keep(self.folder)?;
            driver.day(day, &mut Nobody).await?;
        }
        println!("The year of this shop is over: nobody comes any more. A new folder begins another.");
        Ok(())
    }
}

/// Nobody keeps the truth of a demo.
struct Nobody;

impl Listener for Nobody {
    fn truth(&mut self, _truth: Truth) -> std::io::Result<()> {
        Ok(())
    }

    fn day(&mut self, _day: Day, _so_far: &Tally) -> bool {
        true
    }
}

/// All definitions by kind and name: the shop's, and what a newcomer can see change. What rules are worth is left out:
/// a newcomer is to see what they show, and most of them are not worth a showing.
fn documents(world: &World) -> Value {
    let mut documents = shop::documents(world);
    let experiences = documents["experience"].as_object_mut().expect("experiences are a table");
    for rule in experiences.values_mut().filter_map(Value::as_object_mut) {
        rule.remove("worth");
    }
    shop::add_written(documents.as_object_mut().expect("documents are a table"), WRITTEN);
    documents
}

fn bar(days: u32) -> ProgressBar {
    let style = ProgressStyle::with_template("day {pos}/{len} {wide_bar} {eta}");
    ProgressBar::new(u64::from(days)).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// How it goes on.
struct Told {
    is_new: bool,
    speed: f64,
    visits_a_minute: f64,
}

fn welcome(address: SocketAddr, world: &World, status: &Value, guest: Option<&str>, told: &Told) {
    let (url, program) = (format!("http://{address}"), own_name());
    let begun = if told.is_new { "is running" } else { "goes on where it was" };
    println!(
        "\nSentiers & Cimes / Trails & Peaks, a hiking shop, {begun}: {} customers, {} profiles, {} events up to now.",
        world.people.len(),
        status["profiles"],
        status["events"],
    );
    if told.speed > 0.0 {
        let (visits, speed) = (told.visits_a_minute.round(), told.speed.round());
        println!("People come: about {visits} visits a minute, {speed} times as fast as life.");
    } else {
        println!("Nobody comes: the speed is 0.");
    }
    println!("\n  secret key  {SECRET_KEY}\n  write key   {WRITE_KEY}\n\nTry, in another terminal:\n");
    println!("  curl -s -u {SECRET_KEY}: {url}/v1/segments");
    if let Some(guest) = guest {
        println!(
            "  curl -s -u {SECRET_KEY}: {url}/v1/profiles/user_id:{guest}\n  \
             {program} decide user_id:{guest} home-hero home-row --to {url} --key {SECRET_KEY} \\\n    \
             --event 'Boot Finder Used' --property terrain=mountain --language en"
        );
    }
    println!(
        "  curl -s -u {SECRET_KEY}: {url}/v1/thermometer\n\n\
         Everything that can be called: {url}/openapi.json. What grows meanwhile: {url}/v1/status.\nlistening on {url}"
    );
}

/// How a shell runs this very program, from any folder: after `cargo run` it is on nobody's path.
fn own_name() -> String {
    let name = std::env::current_exe().map_or_else(|_| "prevenance".to_owned(), |path| path.display().to_string());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if name.chars().all(is_plain) { name } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use model::time::Timestamp;

    use super::*;

    #[test]
    fn what_is_written_for_the_demo_stands_beside_what_the_shop_has() {
        let world = World::new(SEED, Size::of(2, 20, 2), Timestamp::EPOCH);
        let (all, shop) = (documents(&world), shop::documents(&world));
        assert_eq!(all["experience"].as_object().unwrap().len(), shop["experience"].as_object().unwrap().len() + 1);
        let is_reckoned = |rule: &Value| rule.get("worth").is_some();
        assert!(shop["experience"].as_object().unwrap().values().all(is_reckoned));
        assert!(!all["experience"].as_object().unwrap().values().any(is_reckoned));
        assert_eq!(all["setting"]["restraint"]["points"], 100);
        assert_eq!(all["segment"]["loyal"], shop["segment"]["loyal"]);
    }
}

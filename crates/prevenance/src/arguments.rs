//! The command line. Flags stand over the environment, which stands over the file.

use std::{collections::BTreeMap, path::PathBuf};

use api::wire::Moment;
use clap::{Args, Parser};
use ingest::past::Rows;
use server::{
    config::{Config, ConfigError},
    serve::{Bootstrap, Fixed},
};
use sim::demo::Demo;
use world::{Seed, Size};

use crate::{
    decide::Decide,
    evaluate::{Cut, Evaluate},
    feed::SentFeed,
    import::{Import, Target},
};

/// So many times as fast as life at most: a day in less than a second.
const FASTEST: f64 = 100_000.0;

/// An open, self-hosted personalization engine for shops.
#[derive(Debug, Parser)]
#[command(name = "prevenance", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) subcommand: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Serve a shop.
    Serve(Serve),
    /// Serve a living hiking shop, and say what to try.
    Demo(DemoArguments),
    /// Copy a data folder that no program holds. Of a running program: POST /v1/backup.
    Backup {
        #[command(flatten)]
        place: Place,
        /// An empty or new folder.
        to: PathBuf,
    },
    /// Make a data folder from a backup, every byte verified.
    Restore {
        #[command(flatten)]
        place: Place,
        /// The backup.
        from: PathBuf,
        /// An empty or new folder.
        to: PathBuf,
        /// A data folder with a newer erasure list: whoever was erased there since is erased again.
        #[arg(long)]
        erasures: Option<PathBuf>,
    },
    /// Write everything held on one person, or on all, as one JSON object a line.
    Export {
        #[command(flatten)]
        place: Place,
        /// The person: prf_… or namespace:value. All, if left out.
        #[arg(long)]
        person: Option<String>,
        /// A new file; standard output, if left out.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Import a shop's own files as events, traits and consents.
    Import(ImportArguments),
    /// Send a feed of what the shop sells to a running program, and say what became of it.
    Feed(FeedArguments),
    /// Ask a running program what one person is shown and why, and what changes after one more event.
    Decide(DecideArguments),
    /// Say how well recommenders would have foretold what a shop's own customers took.
    ///
    /// Tells a private copy of the program, on temporary data, what happened before --from, trains it, asks each recommender
    /// for everybody who came back, and compares the lists with what they then took. A shop's own data are not touched. Two
    /// questions: "new" (items that the person never took before) and "any" (repeats too).
    Evaluate(EvaluateArguments),
    /// Print the effective configuration; tell what is wrong in the definitions, and what is probably not meant.
    Check(Place),
    /// Print the description of the HTTP API (OpenAPI 3.1).
    Openapi,
}

/// Reads Google Merchant (XML, TSV, CSV), JSON Lines, the exports of Shopify, WooCommerce and Magento, and PrestaShop's
/// answers, plain or gzip (docs/feeds.md). What is no item goes to quarantine with the reason.
#[derive(Debug, Args)]
pub(crate) struct FeedArguments {
    /// The file.
    file: PathBuf,
    /// What the feed is called; the name of the file, if left out.
    #[arg(long)]
    name: Option<String>,
    /// It says everything there is: what it does not name is sold no more. One that shrank by over 20 % is held.
    #[arg(long)]
    full: bool,
    /// If it is held, apply it all the same.
    #[arg(long)]
    approve: bool,
    /// Its format, such as google_xml; guessed, if left out.
    #[arg(long)]
    format: Option<String>,
    /// The currency of prices that name none, such as EUR.
    #[arg(long)]
    currency: Option<String>,
    /// The language of texts that name none; en, if left out.
    #[arg(long)]
    language: Option<String>,
    /// The sign before decimals where it is not clear: point or comma.
    #[arg(long)]
    decimal: Option<String>,
    /// The configuration that says where the program listens; prevenance.toml, if it is there and nothing is named.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The running program: http://127.0.0.1:8088.
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// A secret key of it; or set PREVENANCE_KEY.
    #[arg(long)]
    key: Option<String>,
}

/// Where the configuration and the data are.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The configuration; prevenance.toml, if it is there and nothing is named.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The data folder.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Partitions of a new data folder.
    #[arg(long)]
    partitions: Option<u16>,
    /// A folder of definitions.
    #[arg(long)]
    definitions: Option<PathBuf>,
}

/// A simulated hiking shop: its past is there within seconds, then people come, are shown what is decided, and react.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Where to listen: address and port; port 0 takes a free one.
    #[arg(long)]
    listen: Option<String>,
    /// Keep the data in this folder, and go on with what is in it; otherwise it goes away at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How large the shop is: S (200 customers, a month of the past), M (50,000, a year: minutes to fill in), L
    /// (1,000,000, a month), or customers, items and days such as 3000x600x90. 1500x600x60, if left out.
    #[arg(long)]
    size: Option<Size>,
    /// What the shop and its people are drawn from: a number.
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<Seed>,
    /// How many times as fast as life people come; 0: nobody comes. About 15 visits a minute, if left out.
    #[arg(long, value_name = "TIMES", value_parser = speed, allow_negative_numbers = true)]
    speed: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    place: Place,
    /// Where to listen: address and port; port 0 takes a free one.
    #[arg(long)]
    listen: Option<String>,
    /// What is logged: error, warn, info, debug.
    #[arg(long)]
    log_level: Option<String>,
    /// A secret key to take, beside those that were made.
    #[arg(long, value_name = "KEY")]
    bootstrap_secret_key: Option<String>,
    /// A write key to take, for the source `web`.
    #[arg(long, value_name = "KEY")]
    bootstrap_write_key: Option<String>,
    /// For tests: freeze the clock at this moment; POST /v1/test/clock moves it.
    #[arg(long, value_name = "RFC3339")]
    test_clock: Option<String>,
    /// For tests: draw ids and chance from this number.
    #[arg(long, value_name = "NUMBER")]
    test_seed: Option<u64>,
}

/// Reads CSV, TSV or JSON Lines, plain or gzip, as a mapping says (docs/import.md). Rows that break its contract go to a
/// quarantine file with the reason. Importing twice counts once; an import that was stopped goes on where it was when the
/// same command is given again.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// What a row means (TOML).
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The source that the rows come from, as the project defines it.
    #[arg(long, value_name = "NAME")]
    source: String,
    /// Show the first rows as they are understood and check them all; send nothing, wherever to.
    #[arg(long)]
    dry_run: bool,
    /// The running program that takes the events in; the one that the configuration describes, if left out.
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    to: Option<String>,
    /// A secret key of that program; better in the variable PREVENANCE_KEY.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Where bad rows go, with the state of the import beside; beside the first file, if left out.
    #[arg(long, value_name = "FILE")]
    quarantine: Option<PathBuf>,
    /// Where a joined file is, if not beside the first file.
    #[arg(long, value_name = "NAME=FILE", value_parser = joined)]
    join: Vec<(String, PathBuf)>,
    /// With --data, for tests: the clock stands at this moment.
    #[arg(long, value_name = "RFC3339", requires = "data")]
    test_clock: Option<String>,
    /// With --data, import into a data folder that no program holds.
    #[command(flatten)]
    place: Place,
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
}

/// Shows the decision of each placement with its reason, what it rests on, and every experience that did not win. Nothing
/// is kept of it, and nothing counts for caps (docs/deciding.md).
#[derive(Debug, Args)]
pub(crate) struct DecideArguments {
    /// The person: namespace:value, such as user_id:ana.
    person: String,
    /// The placements.
    #[arg(required = true, value_name = "PLACEMENT")]
    placements: Vec<String>,
    /// Then send this event of the person, which is kept, and show what changes by it.
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// A property of that event; may be given several times.
    #[arg(long = "property", value_name = "NAME=VALUE", value_parser = property, requires = "event")]
    properties: Vec<(String, String)>,
    /// The language that the person reads (BCP 47).
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The configuration; prevenance.toml, if it is there and nothing is named.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The running program; the one that the configuration describes, if left out.
    #[arg(long, value_name = "URL", conflicts_with = "config")]
    to: Option<String>,
    /// A secret key of that program; better in the variable PREVENANCE_KEY.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArguments {
    /// CSV or TSV with a header, plain or gzip: columns user, item, at (a day or RFC 3339); perhaps event (Order
    /// Completed, if empty; Product Viewed, …), basket (lines of one order), title and category (Shoes > Boots).
    file: PathBuf,
    /// What happened before this is learned from; what was taken from it on is foretold.
    #[arg(long, value_name = "DATE", value_parser = moment, required_unless_present = "test")]
    from: Option<Moment>,
    /// The rows are items that sessions looked at: columns session, item, at; perhaps title and category. What is foretold
    /// is the next item, after each click of the sessions that begin from then on.
    #[arg(long)]
    sessions: bool,
    /// The sessions to be foretold, in a table of their own; all of the first one is learned from.
    #[arg(long, value_name = "FILE", requires = "sessions", conflicts_with = "from")]
    test: Option<PathBuf>,
    /// What happened from this on is left out.
    #[arg(long, value_name = "DATE", value_parser = moment)]
    until: Option<Moment>,
    /// The algorithms (docs/recommenders.md); popular is always among them. If nothing is said also_bought, personal and
    /// hybrid; of sessions viewed_together, session and hybrid.
    #[arg(long = "recommender", value_name = "NAME", num_args = 1..)]
    recommenders: Vec<String>,
    /// How many items a list has.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=48))]
    count: u16,
    /// Write what was found to this file as well, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write every list that was graded to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    lists: Option<PathBuf>,
    /// Ask for so many of the users, or in so many of the sessions, only; drawn by the seed.
    #[arg(long, value_name = "NUMBER")]
    users: Option<usize>,
    /// What is drawn by: users, and the samples for the intervals.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl EvaluateArguments {
    /// What is evaluated.
    pub(crate) fn evaluate(self) -> Result<Evaluate, &'static str> {
        let Self { file, from, sessions, test, until, recommenders, count, json, lists, users: most, seed } = self;
        let cut = from.map(Cut::At).or(test.map(Cut::File)).ok_or("--from or --test says where the test begins")?;
        let rows = if sessions { Rows::Clicks } else { Rows::Deeds };
        Ok(Evaluate { file, rows, cut, until, recommenders, count, json, lists, most, seed })
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    let why = || "must be a day or RFC 3339, such as 2026-03-02T10:00:00Z".to_owned();
    api::time::read(text).map(Moment).ok_or_else(why)
}

impl DecideArguments {
    /// What is asked, of whom.
    pub(crate) fn decide(self) -> Result<Decide, ConfigError> {
        let Self { person, placements, event, properties, language, config, to, key: flag } = self;
        let to = match to {
            Some(to) => to,
            None => format!("http://{}", load(config.as_deref())?.listen),
        };
        Ok(Decide { to, key: key(flag), person, placements, language, event: event.map(|name| (name, properties)) })
    }
}

impl FeedArguments {
    /// What is sent, and where to.
    pub(crate) fn feed(self) -> Result<SentFeed, ConfigError> {
        let Self { file, name, full, approve, format, currency, language, decimal, config, to, key: flag } = self;
        let to = match to {
            Some(to) => to,
            None => format!("http://{}", load(config.as_deref())?.listen),
        };
        let said = [("format", format), ("currency", currency), ("language", language), ("decimal", decimal)];
        Ok(SentFeed { file, name, full, approve, said, to, key: key(flag) })
    }
}

/// The key of a running program: the flag, or the variable.
fn key(flag: Option<String>) -> String {
    let of_environment = || std::env::var_os("PREVENANCE_KEY")?.into_string().ok();
    flag.or_else(of_environment).unwrap_or_default()
}

fn property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn joined(text: &str) -> Result<(String, PathBuf), String> {
    let (name, file) = text.split_once('=').ok_or("must be NAME=FILE")?;
    Ok((name.to_owned(), file.into()))
}

impl ImportArguments {
    /// What is imported, and where to.
    pub(crate) fn import(self) -> Result<Import, ConfigError> {
        let target = if self.dry_run {
            Target::Nowhere
        } else if self.place.data.is_some() {
            let fixed = Fixed::read(self.test_clock.as_deref(), None)?;
            Target::Folder { config: Box::new(self.place.config()?), fixed }
        } else {
            let url = match self.to {
                Some(url) => url,
                None => format!("http://{}", self.place.config()?.listen),
            };
            Target::Server { url, key: key(self.key) }
        };
        let joined: BTreeMap<String, PathBuf> = self.join.into_iter().collect();
        let Self { mapping, source, paths, quarantine, .. } = self;
        Ok(Import { mapping, source, paths, quarantine, joined, target })
    }
}

impl Place {
    /// The configuration with these flags over it.
    pub(crate) fn config(&self) -> Result<Config, ConfigError> {
        let mut config = load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        if let Some(partitions) = self.partitions {
            config.partitions = partitions;
        }
        if self.definitions.is_some() {
            config.definitions.clone_from(&self.definitions);
        }
        config.checked()
    }
}

impl Serve {
    /// The configuration with these flags over it.
    pub(crate) fn config(&self) -> Result<Config, ConfigError> {
        let mut config = self.place.config()?;
        if let Some(listen) = &self.listen {
            config.listen.clone_from(listen);
        }
        if let Some(level) = &self.log_level {
            config.log.level.clone_from(level);
        }
        config.checked()
    }

    /// What a test fixes.
    pub(crate) fn fixed(&self) -> Result<Fixed, ConfigError> {
        Fixed::read(self.test_clock.as_deref(), self.test_seed)
    }

    /// The keys that are brought along.
    pub(crate) fn bootstrap(&self) -> Bootstrap {
        Bootstrap { secret_key: self.bootstrap_secret_key.clone(), write_key: self.bootstrap_write_key.clone() }
    }
}

impl DemoArguments {
    /// What is to be run.
    pub(crate) fn demo(self) -> Result<Demo, ConfigError> {
        let Self { listen, data, size, seed, speed } = self;
        let mut config = load(None)?;
        if let Some(listen) = listen {
            config.listen = listen;
        }
        Ok(Demo { config: config.checked()?, data, size, seed, speed })
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.0..=FASTEST).contains(speed));
    speed.ok_or(format!("must be a number from 0 to {FASTEST}"))
}

fn load(file: Option<&std::path::Path>) -> Result<Config, ConfigError> {
    // What is not Unicode is no variable of ours.
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Config::load(file, variables)
}

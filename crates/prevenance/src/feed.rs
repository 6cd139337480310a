//! `prevenance feed`: a feed of the catalog into a running program, watched until it is done with.

use std::{
    error::Error,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    time::Duration,
};

use api::wire::catalog::{CatalogCounts, FeedAnswer, FeedList, FeedState, QuarantinePage};
use indicatif::{ProgressBar, ProgressStyle};

use crate::client::{Client, Patience, pause};

/// What is sent, and where to.
#[derive(Debug)]
pub(crate) struct SentFeed {
    pub(crate) file: PathBuf,
    pub(crate) name: Option<String>,
    pub(crate) full: bool,
    /// Whether to apply it though it would be held.
    pub(crate) approve: bool,
    /// What the file does not say itself, by the name of the query parameter.
    pub(crate) said: [(&'static str, Option<String>); 4],
    pub(crate) to: String,
    pub(crate) key: String,
}

/// Between two looks at how far it is.
const LOOK: Duration = Duration::from_millis(100);
/// Entries in quarantine that are printed.
const PRINTED: usize = 10;

/// Sends it, waits until it is done with, and prints what became of it.
pub(crate) fn run(sent: &SentFeed) -> Result<(), Box<dyn Error>> {
    let name = sent.name();
    let path = format!("/v1/catalog/feeds/{}", encoded(&name));
    let file = File::open(&sent.file).map_err(|error| format!("{}: {error}", sent.file.display()))?;
    let bytes = file.metadata()?.len();
    // Where nobody answers, or the key is wrong, that is told before the whole file is sent.
    let client = Client::new(&sent.to, &sent.key)?.with(Patience::SHORT);
    _ = client.call("GET", "/v1/catalog/feeds", None)?.read::<FeedList>()?;
    let client = client.with(Patience::LONG);

    let bar = bar(bytes, "send");
    let watched = Watched { file, bar: bar.clone() };
    let began: FeedAnswer = client.send("PUT", &format!("{path}?{}", sent.query()), watched)?.read()?;
    bar.finish_and_clear();
    let mut feed = watch(&client, &path, began)?;
    if feed.state == FeedState::Held && sent.approve {
        feed = watch(&client, &path, client.call("POST", &format!("{path}/approve"), None)?.read()?)?;
    }
    println!("{}", told(&feed));
    if feed.counts.bad > 0 {
        let page: QuarantinePage = client.call("GET", &format!("{path}/quarantine?limit={PRINTED}"), None)?.read()?;
        for bad in &page.refused {
            let field = if bad.field.is_empty() { String::new() } else { format!(" {}:", bad.field) };
            println!("  record {}: {}:{field} {}", bad.record, bad.code, bad.message);
        }
        if feed.counts.bad as usize > page.refused.len() {
            println!("  and more: GET {path}/quarantine");
        }
    }
    match feed.state {
        FeedState::Applied => Ok(()),
        FeedState::Held => Err(format!(
            "it is held: {} Send it again with --approve, or POST {path}/approve",
            feed.message.unwrap_or_default()
        )
        .into()),
        _ => Err(format!("it is refused: {}", feed.message.unwrap_or_default()).into()),
    }
}

impl SentFeed {
    /// The name given, or what of the file's name a feed can be called.
    fn name(&self) -> String {
        let of_file = || {
            let stem = self.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let stem = stem.split('.').next().unwrap_or_default().to_ascii_lowercase();
            let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
            let name: String = stem.chars().map(plain).take(64).collect();
            if name.is_empty() { "feed".to_owned() } else { name }
        };
        self.name.clone().unwrap_or_else(of_file)
    }

    fn query(&self) -> String {
        let said = self.said.iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_ref()?))));
        std::iter::once(format!("full={}", self.full)).chain(said).collect::<Vec<_>>().join("&")
    }
}

/// Waits until a feed is done with, or held.
fn watch(client: &Client, path: &str, mut feed: FeedAnswer) -> Result<FeedAnswer, Box<dyn Error>> {
    let bar = bar(feed.bytes, "read");
    while feed.state.is_at_work() {
        bar.set_position(feed.read);
        let CatalogCounts { added, changed, unchanged, bad, .. } = feed.counts;
        let bad = if bad > 0 { format!(", {bad} bad") } else { String::new() };
        // Such as that it waits for the disk.
        let why = feed.message.take().map_or_else(String::new, |why| format!("; {why}"));
        bar.set_message(format!("{} items{bad}{why}", added + changed + unchanged));
        pause(LOOK);
        feed = client.call("GET", path, None)?.read()?;
    }
    bar.finish_and_clear();
    Ok(feed)
}

fn told(feed: &FeedAnswer) -> String {
    let CatalogCounts { added, changed, unchanged, removed, bad } = feed.counts;
    let would = if feed.state == FeedState::Held { "would be " } else { "" };
    let format = feed.format.as_deref().unwrap_or("unknown format");
    format!(
        "{}, {format}: {would}{added} added, {changed} changed, {unchanged} unchanged, {removed} removed; {bad} bad",
        feed.name
    )
}

/// A text as it stands in a query.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A file that shows how much of it was read.
struct Watched {
    file: File,
    bar: ProgressBar,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}

fn bar(bytes: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{what} {{wide_bar}} {{bytes}}/{{total_bytes}} {{msg}} {{eta}}"));
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

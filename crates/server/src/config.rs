//! Configuration: one TOML file, over it the environment, over it the flags. Unknown keys are refused by name.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// The file that is read if none is named and it is there.
pub const DEFAULT_FILE: &str = "prevenance.toml";
/// How environment variables begin; sections are divided by two underscores: `PREVENANCE__LOG__LEVEL`.
pub const ENV_PREFIX: &str = "PREVENANCE__";

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen: address and port.
    pub listen: String,
    /// The data folder.
    pub data: PathBuf,
    /// Partitions of a new data folder, 1 to 1024. Fixed once it is created.
    pub partitions: u16,
    /// Threads that own partitions; 0: as many as cores.
    pub owners: usize,
    /// A folder of definitions that are published at start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definitions: Option<PathBuf>,
    /// A further path under which the tracking endpoints are served, against ad blockers: `/abc`.
    pub prefix: String,
    /// Addresses of the proxies whose `X-Forwarded-For`, `X-Forwarded-Host` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// What is served to the clients that send events.
    pub collect: Collect,
    /// How decisions are answered.
    pub decide: Decide,
    /// How requests are recognized.
    pub context: Context,
    /// What shops' systems tell by themselves.
    pub webhooks: Webhooks,
    /// How often a key may call.
    pub rate: Rate,
    /// How much may be under way and in memory.
    pub limits: Limits,
    /// What is logged.
    pub log: Log,
    /// Where backups made over HTTP go.
    pub backup: Backup,
}

/// What is served to the clients that send events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Collect {
    /// The script for Segment's classic snippet: `dist/umd/standalone.js` of the npm package `@segment/analytics-next`.
    /// The parts beside it are served too. It is read when the program starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics_js: Option<PathBuf>,
}

/// How decisions are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decide {
    /// Milliseconds after which a decision is answered neutrally (requirements D9). The durable append of events that
    /// come with the call is not counted.
    pub give_up_ms: u64,
}

/// How requests are recognized.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Context {
    /// A database of places in MaxMind's format (MMDB), read at start; without one no place is guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geoip: Option<PathBuf>,
    /// Domains of the shop: a referrer there, or below, is internal.
    pub own_hosts: Vec<String>,
}

/// What shops' systems tell by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// A file with the secret by which Shopify signs. Read at start; without one its webhooks are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shopify_secret: Option<PathBuf>,
    /// The same of WooCommerce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub woocommerce_secret: Option<PathBuf>,
    /// The currency of their prices, which they do not name.
    pub currency: String,
    /// The language of their texts (BCP 47).
    pub language: String,
}

/// How often a key may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub requests_per_s: u32,
    /// Requests at once.
    pub burst: u32,
}

/// How much may be under way and in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Events that may be under way at once; beyond, collecting answers that it is overloaded.
    pub events_under_way: usize,
    /// MiB of memory, about, for the profiles that were seen lately. The others are read when they come. 0: half of what
    /// is free when the program starts.
    pub resident_mib: usize,
    /// Decisions that may wait for one owner thread at once; beyond, they are answered neutrally.
    pub decisions_waiting: usize,
    /// Milliseconds between two saves of a partition: what a crash has to replay, against what is written twice.
    pub save_every_ms: u64,
    /// Milliseconds in which the header of a request must be complete; a connection may be idle for as long.
    pub header_within_ms: u64,
}

/// What is logged, to standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or directives such as `warn,server=info`. Every request is logged at `info`.
    pub level: String,
    /// One JSON object a line, or text for people.
    pub format: LogFormat,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Where backups made over HTTP go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// The folder in which each backup gets a folder of its own.
    pub folder: PathBuf,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no TOML, has an unknown key, or a value that its key cannot have.
    #[error("{place}: {why}")]
    Invalid {
        /// The file, the variable or the key.
        place: String,
        /// Why.
        why: String,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8088".into(),
            data: "prevenance-data".into(),
            partitions: 64,
            owners: 0,
            definitions: None,
            prefix: String::new(),
            trusted_proxies: Vec::new(),
            collect: Collect::default(),
            decide: Decide::default(),
            context: Context::default(),
            webhooks: Webhooks::default(),
            rate: Rate::default(),
            limits: Limits::default(),
            log: Log::default(),
            backup: Backup::default(),
        }
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        Self { shopify_secret: None, woocommerce_secret: None, currency: "EUR".into(), language: "en".into() }
    }
}

impl Default for Rate {
    fn default() -> Self {
        Self { requests_per_s: 20_000, burst: 20_000 }
    }
}

impl Default for Decide {
    fn default() -> Self {
        Self { give_up_ms: 50 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let runtime::limits::Limits { events_under_way, decisions_waiting, save_every_ms, .. } = Default::default();
        Self {
            events_under_way,
            resident_mib: 0,
            decisions_waiting,
            save_every_ms,
            // Proxies keep idle connections for 60 s; whoever ends one first must not be the server.
            header_within_ms: 75_000,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "warn".into(), format: LogFormat::Json }
    }
}

impl Default for Backup {
    fn default() -> Self {
        Self { folder: "prevenance-backups".into() }
    }
}

impl Config {
    /// The address that a request comes from: of the peer, or what a trusted proxy says of it.
    pub(crate) fn client_address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer?;
        if !self.trusted_proxies.contains(&peer) {
            return Some(peer);
        }
        // The last one that is no proxy of ours: what stands before it, anybody may have written.
        let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<IpAddr> =
            forwarded.flat_map(|value| value.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
        hops.into_iter().rev().find(|hop| !self.trusted_proxies.contains(hop)).or(Some(peer))
    }

    /// Reads the file named, or [`DEFAULT_FILE`] if it is there, and lays the variables over it.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ConfigError::Unreadable { file: path.display().to_string(), source }),
        };
        let place = path.display().to_string();
        // Read for itself first, so that an error names the line.
        toml::from_str::<Self>(&text).map_err(|error| invalid(&place, &error))?;
        let mut table: Table = text.parse().map_err(|error| invalid(&place, &error))?;
        for (name, value) in variables {
            if let Some(path) = name.strip_prefix(ENV_PREFIX) {
                let keys: Vec<String> = path.split("__").map(str::to_lowercase).collect();
                overlay(&mut table, &keys, &value).map_err(|why| ConfigError::Invalid { place: name.clone(), why })?;
                Self::deserialize(table.clone()).map_err(|error| invalid(&name, &error))?;
            }
        }
        Self::deserialize(table).map_err(|error| invalid(&place, &error))?.checked()
    }

    /// The same configuration if its values make sense.
    ///
    /// # Errors
    /// The key whose value is out of its range.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let refuse = |key: &str, why: &str| Err(ConfigError::Invalid { place: key.to_owned(), why: why.to_owned() });
        if self.partitions == 0 || self.partitions > model::limits::PARTITIONS {
            return refuse("partitions", "must be 1 to 1024");
        }
        if self.rate.requests_per_s == 0 || self.rate.burst == 0 {
            return refuse("rate", "must be at least 1");
        }
        let Limits { events_under_way, header_within_ms, .. } = self.limits;
        if events_under_way == 0 || header_within_ms == 0 {
            return refuse("limits", "must be at least 1");
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
        if !self.prefix.is_empty()
            && (!self.prefix.starts_with('/') || self.prefix.ends_with('/') || !self.prefix.chars().all(plain))
        {
            return refuse("prefix", "must be like /abc: letters, digits, - and _, with no slash at its end");
        }
        if catalog::money::Currency::new(&self.webhooks.currency).is_none() {
            return refuse("webhooks.currency", "must be three capital letters, such as EUR");
        }
        if self.listen.parse::<std::net::SocketAddr>().is_err() {
            return refuse("listen", "must be an address and a port, such as 127.0.0.1:8088");
        }
        Ok(self)
    }

    /// The effective configuration as TOML.
    pub fn print(&self) -> String {
        toml::to_string(self).expect("a configuration is always TOML")
    }
}

fn invalid(place: &str, error: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Invalid { place: place.to_owned(), why: error.to_string().trim_end().to_owned() }
}

/// Sets one value. Its type is that of the default: a number, a list divided by commas, else a text.
fn overlay(table: &mut Table, keys: &[String], text: &str) -> Result<(), String> {
    let (last, sections) = keys.split_last().ok_or("names no key")?;
    let (mut target, mut known) = (table, Table::try_from(Config::default()).ok());
    for section in sections {
        known = known.and_then(|known| known.get(section)?.as_table().cloned());
        let entry = target.entry(section.clone()).or_insert_with(|| Value::Table(Table::new()));
        target = entry.as_table_mut().ok_or_else(|| format!("`{section}` is no section"))?;
    }
    let value = match known.as_ref().and_then(|known| known.get(last)) {
        Some(Value::Integer(_)) => Value::Integer(text.trim().parse().map_err(|_| "must be a whole number")?),
        Some(Value::Array(_)) => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Value::Array(entries.map(|entry| Value::String(entry.to_owned())).collect())
        }
        _ => Value::String(text.to_owned()),
    };
    target.insert(last.clone(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.toml");
        fs::write(&file, text).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Some(&file), variables).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_stands_over_the_file_and_the_file_over_the_defaults() {
        let config = load(
            "listen = \"0.0.0.0:80\"\n[log]\nlevel = \"info\"",
            &[
                ("PREVENANCE__LOG__LEVEL", "debug"),
                ("PREVENANCE__PARTITIONS", "2"),
                ("PREVENANCE__TRUSTED_PROXIES", "10.0.0.1, ::1"),
                ("PREVENANCE__DEFINITIONS", "defs"),
                ("PREVENANCE__COLLECT__ANALYTICS_JS", "standalone.js"),
                ("PREVENANCE_BINARY", "x"),
            ],
        )
        .unwrap();
        assert_eq!((config.listen.as_str(), config.log.level.as_str(), config.partitions), ("0.0.0.0:80", "debug", 2));
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.definitions.as_deref(), Some(Path::new("defs")));
        assert_eq!(config.collect.analytics_js.as_deref(), Some(Path::new("standalone.js")));
        assert_eq!(config.rate, Rate::default());
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        for (text, variables, name) in [
            ("listn = 1", &[][..], "listn"),
            ("[log]\nlevels = \"info\"", &[], "levels"),
            ("", &[("PREVENANCE__LOG__LEVELS", "x")], "PREVENANCE__LOG__LEVELS"),
            ("", &[("PREVENANCE__PARTITIONS", "many")], "PREVENANCE__PARTITIONS"),
            ("partitions = 0", &[], "partitions"),
            ("prefix = \"abc/\"", &[], "prefix"),
            ("listen = \"80\"", &[], "listen"),
        ] {
            let error = load(text, variables).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn what_is_printed_reads_back() {
        let collect = Collect { analytics_js: Some("standalone.js".into()) };
        let config = Config { definitions: Some("defs".into()), collect, ..Config::default() };
        assert_eq!(load(&config.print(), &[]).unwrap(), config);
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let missing = Config::load(Some(Path::new("no-such-file.toml")), []);
        assert!(matches!(missing, Err(ConfigError::Unreadable { .. })));
    }
}

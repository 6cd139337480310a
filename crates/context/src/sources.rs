//! The services that visitors come from, by host.

use std::collections::BTreeMap;

use crate::referrer::ReferrerKind;

const LIST: &str = include_str!("../data/referrers.txt");

/// One service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) kind: ReferrerKind,
    pub(crate) name: &'static str,
    /// Parameters of its URLs that hold what was searched for.
    pub(crate) keywords: Vec<&'static str>,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Sources {
    services: Vec<Service>,
    hosts: BTreeMap<&'static str, usize>,
    /// Hosts under any top-level domain.
    stems: BTreeMap<&'static str, usize>,
}

/// The first of two parts of a top-level domain, as in `co.uk` or `com.br`.
const SECOND_LEVEL: &[&str] = &["co", "com", "ne", "net", "or", "org", "ac", "edu", "gov"];

impl Sources {
    /// The list that the crate is compiled with. A line of another shape is passed over; a test finds none.
    pub(crate) fn builtin() -> Self {
        let mut sources = Self { services: Vec::new(), hosts: BTreeMap::new(), stems: BTreeMap::new() };
        for (service, hosts) in LIST.lines().filter_map(line) {
            let at = sources.services.len();
            sources.services.push(service);
            for host in hosts {
                match host.strip_suffix(".*") {
                    Some(stem) => sources.stems.insert(stem, at),
                    None => sources.hosts.insert(host, at),
                };
            }
        }
        sources
    }

    /// The service at a host or above it; the longest that fits.
    pub(crate) fn at(&self, host: &str) -> Option<&Service> {
        let starts = std::iter::once(0).chain(host.match_indices('.').map(|(dot, _)| dot + 1));
        let at = starts
            .map(|start| &host[start..])
            .find_map(|part| self.hosts.get(part).or_else(|| stems(part).find_map(|stem| self.stems.get(stem))))?;
        self.services.get(*at)
    }
}

/// A host without its top-level domain, of one part or of two.
fn stems(host: &str) -> impl Iterator<Item = &str> {
    let one = host.rsplit_once('.').map(|(stem, _)| stem);
    let two = one.and_then(|stem| stem.rsplit_once('.')).filter(|(_, second)| SECOND_LEVEL.contains(second));
    one.into_iter().chain(two.map(|(stem, _)| stem))
}

fn line(line: &'static str) -> Option<(Service, impl Iterator<Item = &'static str>)> {
    let line = line.split('#').next().unwrap_or_default();
    let mut columns = line.split('|').map(str::trim);
    let (kind, name, hosts, keywords) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    let list = |column: &'static str| column.split(',').map(str::trim).filter(|word| !word.is_empty());
    let kind = [ReferrerKind::Search, ReferrerKind::Social, ReferrerKind::AiAssistant, ReferrerKind::Email]
        .into_iter()
        .find(|known| known.word() == kind)?;
    Some((Service { kind, name, keywords: list(keywords).collect() }, list(hosts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood_and_no_host_stands_twice() {
        let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (mut hosts, mut names) = (Vec::new(), Vec::new());
        for text in lines {
            let (service, of) = line(text).unwrap_or_else(|| panic!("{text}"));
            assert!(service.kind != ReferrerKind::Search || !service.keywords.is_empty(), "{text}");
            names.push(service.name);
            hosts.extend(of);
        }
        assert!(hosts.iter().all(|host| *host == host.to_lowercase()));
        for all in [&mut hosts, &mut names] {
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count);
        }
        let sources = Sources::builtin();
        let count = |kind| sources.services.iter().filter(|service| service.kind == kind).count();
        assert!(count(ReferrerKind::Search) >= 60 && count(ReferrerKind::Social) >= 40);
        assert!(count(ReferrerKind::AiAssistant) >= 19);
    }

    #[test]
    fn the_longest_host_decides() {
        let sources = Sources::builtin();
        let table = [
            ("www.google.com", Some("Google")),
            ("www.google.co.uk", Some("Google")),
            ("google.com.au", Some("Google")),
            ("mail.google.com", Some("Gmail")),
            ("gemini.google.com", Some("Gemini")),
            ("fr.search.yahoo.com", Some("Yahoo!")),
            ("mail.yahoo.com", Some("Yahoo! Mail")),
            ("m.facebook.com", Some("Facebook")),
            ("com.google.android.gm", Some("Gmail")),
            ("google.evil.example", None),
            ("notgoogle.com", None),
            ("google", None),
            ("", None),
            (".", None),
        ];
        for (host, name) in table {
            assert_eq!(sources.at(host).map(|service| service.name), name, "{host}");
        }
    }
}

//! Where an address seems to be: a guess by a database that the operator names, never a fact about a person.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use maxminddb::{PathElement, Reader, path};
use thiserror::Error;

use crate::{limits, text};

/// A coarse place. Databases disagree, and whole companies and phone networks leave the net in one town.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The country (ISO 3166-1, two capital letters).
    pub country: Option<Arc<str>>,
    /// The region: its code with the country's (ISO 3166-2, `FR-BRE`) where the database has codes, else its name.
    pub region: Option<Arc<str>>,
    /// The town, by its English name.
    pub city: Option<Arc<str>>,
}

/// A database of places in the MaxMind DB format: GeoLite2, DB-IP and the like (`country.iso_code`), or flat records
/// (`country_code`).
pub struct Places(Reader<Vec<u8>>);

/// The bytes are no MaxMind DB.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("The file is no database of places in the MaxMind DB format: {why}")]
pub struct NotAPlaceDatabase {
    why: String,
}

impl Places {
    /// Takes the bytes of a database file. They are held in memory as they are.
    pub fn new(bytes: Vec<u8>) -> Result<Self, NotAPlaceDatabase> {
        Reader::from_source(bytes).map(Self).map_err(|error| NotAPlaceDatabase { why: error.to_string() })
    }

    /// The database's own name for its kind, such as `GeoLite2-City`.
    pub fn kind(&self) -> &str {
        &self.0.metadata().database_type
    }

    /// When the database was built, in seconds since 1970.
    pub fn built_at_s(&self) -> u64 {
        self.0.metadata().build_epoch
    }

    /// The place of an address. Empty for one that is not on the public net, or not in the database.
    pub fn at(&self, ip: IpAddr) -> Place {
        let Some(record) = public(ip).and_then(|ip| self.0.lookup(ip).ok()) else { return Place::default() };
        let at = |path: &[PathElement<'_>]| {
            let text = record.decode_path::<&str>(path).ok().flatten()?;
            text::clean(text, limits::TEXT_BYTES)
        };
        let country =
            at(&path!["country", "iso_code"]).or_else(|| at(&path!["country_code"])).or_else(|| at(&path!["country"]));
        let country = country.filter(|code| code.len() == 2 && code.chars().all(|c| c.is_ascii_alphabetic()));
        let country: Option<Arc<str>> = country.map(|code| code.to_ascii_uppercase().into());
        let code = at(&path!["subdivisions", 0, "iso_code"]).zip(country.as_ref());
        let region = code.map(|(code, country)| format!("{country}-{code}").into());
        Place {
            region: region
                .or_else(|| at(&path!["subdivisions", 0, "names", "en"]))
                .or_else(|| at(&path!["state1"]))
                .or_else(|| at(&path!["region"])),
            city: at(&path!["city", "names", "en"]).or_else(|| at(&path!["city"])),
            country,
        }
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Places").field(&self.kind()).finish()
    }
}

/// The address if it is one of the public net, an embedded IPv4 address as itself. Databases name countries even for
/// networks that are reserved.
fn public(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(four) => is_public_v4(four).then_some(ip),
        IpAddr::V6(six) => match embedded(six) {
            Some(four) => is_public_v4(four).then_some(IpAddr::V4(four)),
            // 2000::/3 is what is given out, less the documentation's 2001:db8::/32 and 3fff::/20.
            None => {
                let [first, second, ..] = six.segments();
                let is_documentation = first == 0x2001 && second == 0xdb8 || first == 0x3fff && second < 0x1000;
                (first & 0xe000 == 0x2000 && !is_documentation).then_some(ip)
            }
        },
    }
}

/// The IPv4 address inside `::ffff:0:0/96` (a socket that takes both) or `64:ff9b::/96` (NAT64).
fn embedded(six: Ipv6Addr) -> Option<Ipv4Addr> {
    match six.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        _ => None,
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_carriers = a == 100 && b & 0xc0 == 64; // 100.64.0.0/10, RFC 6598
    let is_benchmark = a == 198 && b & 0xfe == 18; // 198.18.0.0/15, RFC 2544
    let is_protocol = a == 192 && b == 0 && c == 0; // 192.0.0.0/24, RFC 6890
    let is_reserved = a == 0 || a >= 224;
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || is_carriers
        || is_benchmark
        || is_protocol
        || is_reserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_net_has_places() {
        for ip in [
            "10.0.0.1",
            "172.16.9.9",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "203.0.113.7",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "::ffff:10.0.0.1",
            "64:ff9b::192.168.0.1",
        ] {
            assert_eq!(public(ip.parse().unwrap()), None, "{ip}");
        }
        for ip in ["8.8.8.8", "100.63.255.255", "100.128.0.1", "198.20.0.1", "2a01:e0a::1", "2001:4860::8888"] {
            assert_eq!(public(ip.parse().unwrap()), Some(ip.parse().unwrap()), "{ip}");
        }
        assert_eq!(public("::ffff:8.8.8.8".parse().unwrap()), Some("8.8.8.8".parse().unwrap()));
    }
}

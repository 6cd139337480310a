//! The shop's own sites, told by the hosts in the addresses of pages.

use std::sync::Arc;

/// The hosts that are the shop's. None at all: nobody said, and every host counts as its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hosts(Vec<Host>);

/// One host, or all below one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Host {
    /// Lower case, without a dot at the end.
    name: Arc<str>,
    /// Whether those below it are meant, and not the host itself.
    below: bool,
}

impl Hosts {
    /// Reads patterns, `shop.example` or `*.shop.example`.
    ///
    /// # Errors
    /// The place of the first that is none.
    pub fn read(patterns: &[&str]) -> Result<Self, usize> {
        let read = |pattern: &&str| {
            let (below, name) = pattern.strip_prefix("*.").map_or((false, *pattern), |name| (true, name));
            is_host(name).then(|| Host { name: name.to_ascii_lowercase().into(), below })
        };
        let all = patterns.iter().enumerate().map(|(place, pattern)| read(pattern).ok_or(place));
        Ok(Self(all.collect::<Result<_, _>>()?))
    }

    /// Whether an address is on one of the shop's sites. One without a host, such as `/boots`, is; everything is, where
    /// no host is known.
    pub fn admits(&self, url: &str) -> bool {
        let Some(host) = host_of(url).filter(|_| !self.0.is_empty()) else { return true };
        self.0.iter().any(|own| {
            let above = host.len().checked_sub(own.name.len()).filter(|above| host.is_char_boundary(*above));
            let ends = above.is_some_and(|above| host[above..].eq_ignore_ascii_case(&own.name));
            match (ends, own.below, above) {
                (true, false, Some(0)) => true,
                (true, true, Some(above)) => above > 1 && host.as_bytes()[above - 1] == b'.',
                _ => false,
            }
        })
    }
}

/// The host in an address as browsers read it: behind `scheme://` or `//`, without the name and the port that may stand
/// beside it. `None` if there is none.
fn host_of(url: &str) -> Option<&str> {
    let url = url.trim();
    let is_slash = |c: char| matches!(c, '/' | '\\');
    let behind = match url.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        _ => url,
    };
    let rest = behind.strip_prefix(is_slash)?.strip_prefix(is_slash)?;
    let authority = rest.split(|c| is_slash(c) || matches!(c, '?' | '#')).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(address) => address.split_once(']')?.0,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    };
    Some(host.strip_suffix('.').unwrap_or(host)).filter(|host| !host.is_empty())
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Names as they stand in addresses, numbers of both kinds included; what is not ASCII is written as browsers write it
/// (`xn--…`).
fn is_host(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_name = name.len() <= 253 && name.split('.').all(is_part);
    let is_address = name.contains(':') && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    is_name || is_address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_own_addresses_are_told_from_those_of_others() {
        let hosts = Hosts::read(&["shop.example", "*.shop.example", "Pay.example", "::1"]).unwrap();
        for url in [
            "https://shop.example/boots",
            "https://SHOP.example:8443/boots?ref=https://other.example",
            "https://shop.example.",
            "//shop.example/x",
            "http://a.b.shop.example",
            "https://pay.example/cart",
            "https://ana:secret@shop.example/",
            "http://[::1]:8080/",
            "/boots",
            "boots?from=//other.example",
            "?q=1",
            "",
            "about:blank",
            "data:text/html,//other.example",
            "mailto:ana@other.example",
        ] {
            assert!(hosts.admits(url), "{url}");
        }
        for url in [
            "https://other.example/boots",
            "https://evilshop.example",
            "https://.shop.example",
            "https://shop.example.other.example",
            "https://shop.example@other.example/",
            "https://www.pay.example",
            "//other.example/shop.example",
            "https:\\\\other.example",
            "  https://other.example",
            "HTTPS://OTHER.EXAMPLE",
            "https://boutique-été.example",
            "http://[::2]/",
        ] {
            assert!(!hosts.admits(url), "{url}");
        }
        assert!(Hosts::default().admits("https://other.example"), "where nobody said which are the shop's");
    }

    #[test]
    fn a_pattern_is_a_host_or_all_below_one() {
        for (patterns, refused) in [
            (&["shop.example", "localhost", "127.0.0.1", "xn--t-9fa.example", "*.a.b"][..], None),
            (&["shop.example", "https://shop.example"], Some(1)),
            (&["shop.example/"], Some(0)),
            (&["*"], Some(0)),
            (&["a.*.b"], Some(0)),
            (&["été.example"], Some(0)),
            (&["a..b"], Some(0)),
            (&[""], Some(0)),
            (&["shop.example:443"], Some(0)),
        ] {
            assert_eq!(Hosts::read(patterns).err(), refused, "{patterns:?}");
        }
    }
}

//! A URL cut into what is needed of it. Lenient: what browsers and scripts send is read, the rest is no address.

use std::{borrow::Cow, sync::Arc};

use crate::{limits, text};

/// A URL's parts. No user, password, port or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// In lower case, without a dot at its end.
    pub(crate) host: Cow<'a, str>,
    /// From its first `/`; `/` if there is none.
    pub(crate) path: &'a str,
    query: &'a str,
}

impl<'a> Address<'a> {
    /// Reads an absolute URL of the web or of an Android app; `None` if it is none.
    pub(crate) fn read(url: &'a str) -> Option<Self> {
        let url = url.trim();
        if url.len() > limits::URL_BYTES {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        if !["https", "http", "android-app"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let host = host(authority)?;
        Some(Self { host, path: if path.is_empty() { "/" } else { path }, query })
    }

    /// The query's parameters in order, decoded.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        form_urlencoded::parse(self.query.as_bytes()).take(limits::PARAMETERS)
    }

    /// The first parameter with one of these names that says something.
    pub(crate) fn parameter(&self, names: &[impl AsRef<str>]) -> Option<Arc<str>> {
        let (_, value) = self.parameters().find(|(name, value)| {
            let is_readable = !value.trim().is_empty() && !value.contains(char::REPLACEMENT_CHARACTER);
            is_readable && names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted.as_ref()))
        })?;
        text::clean(&value, limits::TEXT_BYTES)
    }
}

/// Whether two hosts are one site: the same, or one with `www.` in front.
pub(crate) fn same_site(a: &str, b: &str) -> bool {
    bare(a) == bare(b)
}

/// Whether `host` is `domain` or lies below it.
pub(crate) fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

fn host(authority: &str) -> Option<Cow<'_, str>> {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((six, _)) => six,
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_name = |c: char| c.is_alphanumeric() || "-._:".contains(c);
    if host.is_empty() || host.len() > limits::HOST_BYTES || !host.chars().all(is_name) {
        return None;
    }
    let is_lower = !host.contains(char::is_uppercase);
    Some(if is_lower { host.into() } else { host.to_lowercase().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_into_parts() {
        let table = [
            ("https://Shop.Example:8443/a/b?q=1#x", Some(("shop.example", "/a/b", "q=1"))),
            ("http://u:p@shop.example./", Some(("shop.example", "/", ""))),
            ("https://shop.example?utm_source=a", Some(("shop.example", "/", "utm_source=a"))),
            ("https://[2001:db8::1]:80/x", Some(("2001:db8::1", "/x", ""))),
            ("android-app://com.google.android.gm/", Some(("com.google.android.gm", "/", ""))),
            ("https://bücher.example/é", Some(("bücher.example", "/é", ""))),
            ("https://", None),
            ("https:///path", None),
            ("https://a b/", None),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("/relative", None),
            ("", None),
        ];
        for (url, parts) in table {
            let read = Address::read(url);
            assert_eq!(read.as_ref().map(|a| (&*a.host, a.path, a.query)), parts, "{url}");
        }
    }

    #[test]
    fn a_url_is_read_up_to_its_limit() {
        let url = |bytes: usize| format!("https://a.example/{}", "x".repeat(bytes - 18));
        assert!(Address::read(&url(limits::URL_BYTES)).is_some());
        assert!(Address::read(&url(limits::URL_BYTES + 1)).is_none());
    }

    #[test]
    fn a_parameter_that_cannot_be_read_is_none() {
        let of = |query: &str| {
            Address::read(&format!("https://a.example/?{query}"))
                .unwrap()
                .parameter(&["q"])
                .as_deref()
                .map(str::to_owned)
        };
        assert_eq!(of("q=caf%C3%A9+noir").as_deref(), Some("café noir"));
        assert_eq!(of("Q=a").as_deref(), Some("a"));
        assert_eq!(of("q=%20&q=b").as_deref(), Some("b"));
        assert_eq!(of("q=%FF"), None, "another encoding than UTF-8");
        assert_eq!(of(&format!("{}q=b", "x=1&".repeat(limits::PARAMETERS))), None);
    }
}

//! Which languages the visitor reads, most wanted first.

use std::sync::Arc;

use model::language::base;

use crate::{limits, text};

/// Language tags (BCP 47) in order of preference, each once, such as `fr-CH`, `fr`, `en`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Languages(Vec<Arc<str>>);

impl Languages {
    /// Reads `context.locale` (`fr_CH`, `fr-CH`), then `Accept-Language` (RFC 9110, 12.5.4). What is no tag, or not
    /// wanted (`q=0`), is left out.
    pub(crate) fn read(locale: &str, accepted: &str) -> Self {
        let mut found = Vec::new();
        // `en_US.UTF-8@euro`, as servers name it.
        let locale = locale.split(['.', '@']).next().unwrap_or_default();
        let mut wanted: Vec<(u16, &str)> =
            text::cut(accepted, limits::LANGUAGE_BYTES).split(',').filter_map(range).collect();
        wanted.sort_by_key(|(thousandths, _)| std::cmp::Reverse(*thousandths));
        for tag in std::iter::once(locale).chain(wanted.into_iter().map(|(_, tag)| tag)).filter_map(tag) {
            if found.len() < limits::LANGUAGES && !found.contains(&tag) {
                found.push(tag);
            }
        }
        Self(found)
    }

    /// The most wanted, such as `fr-CH`.
    pub fn first(&self) -> Option<&Arc<str>> {
        self.0.first()
    }

    /// The language of the most wanted without its region, such as `fr`.
    pub fn primary(&self) -> Option<&str> {
        self.first().map(|tag| base(tag))
    }

    /// All of them, most wanted first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.0.iter()
    }
}

/// One entry of the header with its weight in thousandths.
fn range(entry: &str) -> Option<(u16, &str)> {
    let mut parts = entry.split(';');
    let tag = parts.next()?.trim();
    let weight = parts.find_map(|part| part.trim().strip_prefix("q=").or_else(|| part.trim().strip_prefix("Q=")));
    let weight = match weight {
        None => 1.0,
        Some(weight) => weight.trim().parse::<f64>().ok().filter(|weight| (0.0..=1.0).contains(weight))?,
    };
    let thousandths = (weight * 1_000.0) as u16;
    (thousandths > 0).then_some((thousandths, tag))
}

/// A tag in its usual spelling: `zh-hant_tw` is `zh-Hant-TW`.
fn tag(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    if text.is_empty() || text.len() > 35 {
        return None;
    }
    let mut tag = String::with_capacity(text.len());
    for (at, part) in text.split(['-', '_']).enumerate() {
        let is_word = part.chars().all(|c| c.is_ascii_alphabetic());
        let fits = match at {
            0 => is_word && (2..=8).contains(&part.len()),
            _ => (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()),
        };
        if !fits {
            return None;
        }
        if at > 0 {
            tag.push('-');
        }
        match (at, part.len()) {
            (1.., 2) => tag.push_str(&part.to_ascii_uppercase()),
            (1.., 4) if is_word => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
    }
    // What a server says that has no language set.
    (tag != "posix").then(|| tag.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(locale: &str, accepted: &str) -> Vec<String> {
        Languages::read(locale, accepted).iter().map(|tag| tag.to_string()).collect()
    }

    #[test]
    fn preferences_are_in_order_of_weight_then_of_mention() {
        assert_eq!(read("", "en;q=0.5, fr-CH, fr;q=0.9, *;q=0.1"), ["fr-CH", "fr", "en"]);
        assert_eq!(read("", "de, en-us;q=0.8, zh-hant-tw;q=0.8"), ["de", "en-US", "zh-Hant-TW"]);
        assert_eq!(read("fr_CH", "en, fr-ch"), ["fr-CH", "en"]);
        assert_eq!(read("en_US.UTF-8", ""), ["en-US"]);
        assert_eq!(read("", "es-419;Q=0.3"), ["es-419"]);
    }

    #[test]
    fn what_is_no_language_is_left_out() {
        let none: [&str; 0] = [];
        for bad in ["", "*", "C", "POSIX", ";;q", "fr;q=0", "fr;q=2", "fr;q=x", "f", "français", "en--us", ",,,"] {
            assert_eq!(read(bad, bad), none, "{bad}");
        }
        assert_eq!(read(&"a".repeat(9_999), &"en,".repeat(9_999)), ["en"]);
        let many: Vec<String> = (b'a'..=b'z').map(|c| format!("x{}", c as char)).collect();
        assert_eq!(read("", &many.join(",")).len(), limits::LANGUAGES);
    }
}

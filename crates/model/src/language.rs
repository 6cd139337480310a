//! Which of the languages that there are somebody reads best.

use std::{collections::BTreeMap, sync::Arc};

/// What is offered in the language that suits best, with its tag (BCP 47). For each wanted one in turn, most wanted
/// first: the same, then one that is less exact (`fr` for `fr-CH`; RFC 4647, 3.4), then another form of the same
/// language (`fr-CA` for `fr-CH`). `None` if none of them is read.
pub fn best<'o, T>(wanted: &[Arc<str>], offered: &'o BTreeMap<Arc<str>, T>) -> Option<(&'o Arc<str>, &'o T)> {
    wanted.iter().find_map(|wanted| {
        let mut range = &**wanted;
        loop {
            if let Some(found) = offered.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(range)) {
                return Some(found);
            }
            let Some(end) = range.rfind('-') else { break };
            range = &range[..end];
        }
        offered.iter().find(|(tag, _)| base(tag).eq_ignore_ascii_case(range))
    })
}

/// The first part of a tag: `fr` of `fr-CH`.
pub fn base(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_what_is_offered() {
        let best_of = |wanted: &[&str], offered: &[&str]| {
            let wanted: Vec<Arc<str>> = wanted.iter().copied().map(Arc::from).collect();
            let offered: BTreeMap<Arc<str>, ()> = offered.iter().map(|tag| (Arc::from(*tag), ())).collect();
            best(&wanted, &offered).map(|(tag, ())| tag.to_string())
        };
        for (wanted, offered, expected) in [
            (&["fr-CH", "de"][..], &["de", "fr", "fr-CH"][..], Some("fr-CH")),
            (&["fr-CH", "de"], &["de", "fr"], Some("fr")),
            (&["fr-CH", "de"], &["de", "fr-CA"], Some("fr-CA")),
            (&["fr-CH", "de"], &["en", "DE"], Some("DE")),
            (&["fr-CH", "de"], &["en"], None),
            (&["zh-Hant-TW"], &["zh", "zh-Hans", "zh-Hant"], Some("zh-Hant")),
            (&[], &["en"], None),
            (&[""], &["en"], None),
        ] {
            assert_eq!(best_of(wanted, offered).as_deref(), expected, "{wanted:?} of {offered:?}");
        }
    }
}

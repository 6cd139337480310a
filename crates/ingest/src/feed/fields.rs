//! One item of a feed as named texts, whatever the format.

use crate::limits;

/// Named texts in their order. A name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
}

impl Fields {
    /// Adds a text; one without letters says nothing. `false` if there are too many or it is too long.
    pub(crate) fn push(&mut self, name: String, text: &str) -> bool {
        let text = text.trim();
        if text.is_empty() {
            return true;
        }
        let fits = self.pairs.len() < limits::FIELDS && text.len() <= limits::FIELD_BYTES;
        if fits {
            self.pairs.push((name, text.to_owned()));
        }
        fits
    }

    /// The first text of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first text of the first of these names that has one.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    /// All texts of a name.
    pub(crate) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// All names and texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// What it says, for quarantine.
    pub(crate) fn raw(&self) -> String {
        let mut raw = String::new();
        for (name, text) in self.iter() {
            if raw.len() > limits::QUARANTINED_BYTES {
                break;
            }
            raw.push_str(&format!("{name}: {}\n", &text[..text.floor_char_boundary(limits::QUARANTINED_BYTES)]));
        }
        raw
    }
}

/// A name as all formats may write it: `g:Image Link` and `image_link` are one.
pub(crate) fn name(written: &str) -> String {
    let local = written.rsplit_once(':').map_or(written, |(_, local)| local);
    local.trim().to_lowercase().replace([' ', '-'], "_")
}

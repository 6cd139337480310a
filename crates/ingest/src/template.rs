//! Ids made of columns: `order-{Invoice}`.

/// A text with columns in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Column(usize),
}

impl Template {
    /// Reads a template. `place` finds a column by its name and returns its place. A brace is written twice.
    ///
    /// # Errors
    /// What `place` says, or a sentence.
    pub(crate) fn new<E: From<String>>(text: &str, mut place: impl FnMut(&str) -> Result<usize, E>) -> Result<Self, E> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = behind;
                continue;
            }
            let (name, behind) = match (brace, rest.split_once('}')) {
                ("{", Some(parted)) => parted,
                _ => return Err(E::from(format!("a brace is not closed in `{text}`"))),
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Column(place(name)?));
            rest = behind;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        if !parts.iter().any(|part| matches!(part, Part::Column(_))) {
            return Err(E::from(format!("`{text}` names no column, so all rows would have the same id")));
        }
        Ok(Self { parts })
    }

    /// The text with the columns' values in it; `None` if one of them has none.
    pub(crate) fn fill<'v>(&self, value: impl Fn(usize) -> std::borrow::Cow<'v, str>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Column(place) => {
                    let value = value(*place);
                    if value.is_empty() {
                        return None;
                    }
                    text.push_str(&value);
                }
            }
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<Option<String>, String> {
        let place = |name: &str| match name {
            "a" => Ok(0),
            "b c" => Ok(1),
            "none" => Ok(2),
            other => Err(format!("no column `{other}`")),
        };
        Ok(Template::new(text, place)?.fill(|place| ["1", "x", ""][place].into()))
    }

    #[test]
    fn columns_stand_in_braces() {
        assert_eq!(filled("order-{a}/{b c}"), Ok(Some("order-1/x".into())));
        assert_eq!(filled("{{{a}}}"), Ok(Some("{1}".into())));
        assert_eq!(filled("{a}{none}"), Ok(None), "an id of which a part is missing is none");
        for wrong in ["plain", "{a", "a}", "{d}", ""] {
            assert!(filled(wrong).is_err(), "{wrong}");
        }
    }
}

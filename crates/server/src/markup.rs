//! Texts as HTML, in which nothing that was sent becomes markup; and the texts of a payload.

use api::json::to_json;
use model::value::{Fields, Value};

/// A text that is safe in HTML, between tags and within the quotes of an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The texts of a payload as paragraphs, each of which says where it is.
pub(crate) fn paragraphs(payload: &Fields) -> String {
    let paragraph =
        |(path, text): (String, String)| format!("<p data-field=\"{}\">{}</p>", escaped(&path), escaped(&text));
    texts(payload).into_iter().map(paragraph).collect()
}

/// The same as lines.
pub(crate) fn lines(payload: &Fields) -> String {
    texts(payload).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

/// The texts of a payload with where each is, in order of name: `title`, and inside maps and lists `more.0.alt`. Numbers
/// are texts here.
fn texts(payload: &Fields) -> Vec<(String, String)> {
    fn walk(path: String, value: &Value, into: &mut Vec<(String, String)>) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Text(text) => into.push((path, text.to_string())),
            Value::Int(_) | Value::Float(_) | Value::Time(_) => {
                let shown = to_json(value);
                into.push((path, shown.as_str().map_or_else(|| shown.to_string(), str::to_owned)));
            }
            Value::List(values) => {
                values.iter().enumerate().for_each(|(place, value)| walk(format!("{path}.{place}"), value, into));
            }
            Value::Map(fields) => {
                fields.iter().for_each(|(name, value)| walk(format!("{path}.{name}"), value, into));
            }
        }
    }
    let mut found = Vec::new();
    payload.iter().for_each(|(name, value)| walk(name.to_string(), value, &mut found));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_found_inside() {
        let inner: Fields = [("b", Value::from("x\" onload='y"))].into_iter().collect();
        let payload: Fields =
            [("title", Value::from("<b>Boots & poles</b>")), ("more", Value::Map(inner)), ("price", Value::Int(3))]
                .into_iter()
                .collect();
        assert_eq!(
            paragraphs(&payload),
            "<p data-field=\"more.b\">x&quot; onload=&#39;y</p><p data-field=\"price\">3</p>\
             <p data-field=\"title\">&lt;b&gt;Boots &amp; poles&lt;/b&gt;</p>"
        );
        assert_eq!(lines(&payload), "x\" onload='y\n3\n<b>Boots & poles</b>");
    }
}

//! The copy of everything held on one person, as a page for people. One file, nothing loaded from anywhere.

use std::fmt::Write;

use api::wire::profile::ExportAnswer;
use serde_json::Value;

use crate::markup::escaped;

/// The page. Every text in it is escaped.
pub(crate) fn html(copy: &ExportAnswer) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Everything held on you</title>\
         <style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
         table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3em .5em;text-align:left;\
         vertical-align:top;overflow-wrap:anywhere}</style><h1>Everything held on you</h1>",
    );
    let copy = serde_json::to_value(copy).expect("a copy is always JSON");
    _ = write!(page, "<p>As of {}.</p>", escaped(&text(&copy["exported_at"])));
    let profile = &copy["profile"];
    _ = write!(
        page,
        "<p>Profile {}, since {}.</p>",
        escaped(&text(&profile["id"])),
        escaped(&text(&profile["created_at"]))
    );
    table(&mut page, "How you are recognized", &profile["identifiers"], &["namespace", "value", "hold", "since"]);
    named(
        &mut page,
        "What is known of you",
        &profile["traits"],
        &["value", "source", "kind", "as_of", "trust", "statements", "denied"],
    );
    named(
        &mut page,
        "What you allowed and refused",
        &profile["consents"],
        &["granted", "at", "until", "source", "means", "wording", "language"],
    );
    table(
        &mut page,
        "What you seem to be interested in",
        &profile["interests"],
        &["topic", "strength", "standing", "days", "said"],
    );
    table(&mut page, "Segments you are in", &profile["memberships"], &["name", "since", "valid_until"]);
    table(&mut page, "Tags you have", &profile["tags"], &["name", "since", "valid_until"]);
    named(&mut page, "Scores", &profile["scores"], &["points", "parts"]);
    let said: Vec<Value> = ["stage", "aim"].into_iter().filter_map(|model| said(profile, model)).collect();
    table(
        &mut page,
        "Where you seem to stand, and what your visit is for",
        &said.into(),
        &["model", "word", "probability", "since", "valid_until", "words", "features"],
    );
    table(
        &mut page,
        "Where you seemed to stand before",
        &profile["transitions"],
        &["at", "model", "from", "to", "probability"],
    );
    table(&mut page, "Profiles found to be you", &profile["merges"], &["merged", "at", "rule", "namespace"]);
    table(
        &mut page,
        "What happened",
        &copy["events"],
        &["timestamp", "type", "event", "name", "source", "properties", "context"],
    );
    table(&mut page, "What was refused", &copy["rejected"], &["received_at", "source", "code", "message", "event"]);
    let decisions = copy["decisions"].as_array().into_iter().flatten().map(decision).collect();
    table(&mut page, "What you were shown, and why", &decisions, &DECISION);
    table(&mut page, "Who looked", &copy["accesses"], &["at", "key_id", "purpose", "allowed"]);
    page.push_str("</html>\n");
    page
}

/// What a model says, as one row; `None` if it says nothing.
fn said(profile: &Value, model: &str) -> Option<Value> {
    let mut row = profile.get(model)?.clone();
    row["model"] = model.into();
    Some(row)
}

/// What is told of a decision, in its columns.
const DECISION: [&str; 8] = ["at", "placement", "experience", "variant", "reason", "benefit", "rested_on", "contents"];

/// A decision of the record as one row.
fn decision(record: &Value) -> Value {
    let mut row = record["decision"].clone();
    row["at"] = record["at"].clone();
    row["rested_on"] = record["decision"]["grounds"]["evidence"].clone();
    row
}

/// A section with one row for each entry of a list.
fn table(page: &mut String, title: &str, rows: &Value, columns: &[&str]) {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    section(page, title, columns, rows.iter().map(|row| (None, row)));
}

/// A section with one row for each entry of an object; the name is the first column.
fn named(page: &mut String, title: &str, rows: &Value, columns: &[&str]) {
    let rows = rows.as_object().into_iter().flatten();
    section(page, title, columns, rows.map(|(name, row)| (Some(name.as_str()), row)));
}

fn section<'a>(
    page: &mut String,
    title: &str,
    columns: &[&str],
    rows: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
) {
    _ = write!(page, "<h2>{}</h2>", escaped(title));
    let mut any = false;
    for (name, row) in rows {
        if !any {
            page.push_str("<table><tr>");
            if name.is_some() {
                page.push_str("<th>name</th>");
            }
            columns.iter().for_each(|column| _ = write!(page, "<th>{}</th>", escaped(column)));
            page.push_str("</tr>");
            any = true;
        }
        page.push_str("<tr>");
        if let Some(name) = name {
            _ = write!(page, "<td>{}</td>", escaped(name));
        }
        columns.iter().for_each(|column| _ = write!(page, "<td>{}</td>", escaped(&text(&row[*column]))));
        page.push_str("</tr>");
    }
    page.push_str(if any { "</table>" } else { "<p>Nothing.</p>" });
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_become_markup() {
        let mut page = String::new();
        let rows = serde_json::json!({"<b>": {"value": "<script>alert(1)</script>"}});
        named(&mut page, "T", &rows, &["value"]);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>") && !page.contains("<b>"), "{page}");
    }

    #[test]
    fn an_empty_section_says_so() {
        let mut page = String::new();
        table(&mut page, "T", &Value::Null, &["a"]);
        assert_eq!(page, "<h2>T</h2><p>Nothing.</p>");
    }
}

//! What one person is shown, why, and what changes after one more event: asked of a running program, told to people.

use std::{error::Error, fmt::Write as _};

use serde_json::{Map, Value, json};

use crate::client::Client;

/// What to ask, of whom.
#[derive(Debug)]
pub(crate) struct Decide {
    pub(crate) to: String,
    pub(crate) key: String,
    /// `namespace:value`.
    pub(crate) person: String,
    pub(crate) placements: Vec<String>,
    pub(crate) language: Option<String>,
    /// An event and its properties, to be sent before the second asking.
    pub(crate) event: Option<(String, Vec<(String, String)>)>,
}

/// Asks, and asks again after the event; prints both and the difference.
pub(crate) fn run(decide: &Decide) -> Result<(), Box<dyn Error>> {
    let (namespace, value) =
        decide.person.split_once(':').ok_or("name the person as namespace:value, such as user_id:ana")?;
    let mut asked = json!({"placements": decide.placements, "explain": true});
    match namespace {
        "user_id" | "anonymous_id" => asked[namespace] = value.into(),
        _ => asked["identifiers"] = json!({ namespace: value }),
    }
    asked["languages"] = decide.language.iter().cloned().collect::<Vec<_>>().into();
    let client = Client::new(&decide.to, &decide.key)?;
    let before = call(&client, &asked)?;
    print!("{}", told(&before));
    if let Some((name, properties)) = &decide.event {
        let properties: Map<String, Value> =
            properties.iter().map(|(name, value)| (name.clone(), property(value))).collect();
        let mut event = json!({"type": "track", "event": name, "properties": properties});
        match namespace {
            "user_id" => event["userId"] = value.into(),
            "anonymous_id" => event["anonymousId"] = value.into(),
            _ => event["context"] = json!({"externalIds": [{"type": namespace, "id": value}]}),
        }
        asked["events"] = json!([event]);
        let after = call(&client, &asked)?;
        println!("\nAfter one more event, {name} {}:\n", Value::Object(properties));
        print!("{}{}", told(&after), changed(&before, &after));
    }
    Ok(())
}

fn call(client: &Client, asked: &Value) -> Result<Value, Box<dyn Error>> {
    let body: Value = client.call("POST", "/v1/decide", Some(asked.to_string().as_bytes()))?.read()?;
    if let Some(refused) = body["refused"].get(0) {
        return Err(format!("the event was refused: {}", refused["message"].as_str().unwrap_or_default()).into());
    }
    Ok(body)
}

/// A number where JSON writes it so, a text otherwise: `007` and `nan` are texts.
fn property(text: &str) -> Value {
    serde_json::from_str(text).ok().filter(Value::is_number).unwrap_or_else(|| text.into())
}

fn told(answer: &Value) -> String {
    let mut told = String::new();
    for decision in list(&answer["decisions"]) {
        _ = writeln!(
            told,
            "{}: {}, because {}",
            text(decision, "placement"),
            shown(decision),
            text(decision, "reason")
        );
        for content in list(&decision["contents"]) {
            _ = writeln!(
                told,
                "  shows      {} ({}): {}",
                text(content, "content"),
                text(content, "language"),
                content["payload"]
            );
        }
        for evidence in list(&decision["grounds"]["evidence"]) {
            _ = writeln!(told, "  rests on   {}", rests_on(evidence));
        }
        if let Some(benefit) = decision["benefit"].as_str() {
            _ = writeln!(told, "  benefit    {benefit}");
        }
        _ = writeln!(told, "  chance     {}", decision["grounds"]["propensity"]);
        for rejected in list(&decision["grounds"]["rejected"]) {
            let detail = rejected.get("detail").map(|detail| format!(" {detail}")).unwrap_or_default();
            _ = writeln!(told, "  not        {}: {}{detail}", text(rejected, "experience"), text(rejected, "why"));
            for evidence in list(&rejected["evidence"]) {
                _ = writeln!(told, "               {}", rests_on(evidence));
            }
        }
    }
    told
}

/// The experience and the variant, or that it is neutral.
fn shown(decision: &Value) -> String {
    match (decision["experience"].as_str(), decision["variant"].as_str()) {
        (Some(experience), Some(variant)) => format!("{experience} / {variant}"),
        _ => "neutral".to_owned(),
    }
}

fn rests_on(evidence: &Value) -> String {
    let Some((kind, fact)) = evidence.as_object().and_then(|one| one.iter().next()) else { return String::new() };
    match kind.as_str() {
        "trait" => format!("{} is {}, said by {}", text(fact, "name"), fact["value"], text(fact, "source")),
        "missing_trait" => format!("{} is not known", text(fact, "name")),
        "events" => match fact["last"].as_str() {
            Some(last) => format!("{}: {} counted, the last at {last}", text(fact, "event"), fact["matched"]),
            None => format!("{}: none counted", text(fact, "event")),
        },
        "segment" if fact["member"] == true => format!("is in the segment {}", text(fact, "name")),
        "segment" => format!("is not in the segment {}", text(fact, "name")),
        _ => format!("the request's {} is {}", text(fact, "name"), fact["value"]),
    }
}

fn changed(before: &Value, after: &Value) -> String {
    let mut changed = String::new();
    for (was, is) in list(&before["decisions"]).iter().zip(list(&after["decisions"])) {
        if shown(was) != shown(is) {
            _ = writeln!(changed, "\n{}: {} became {}", text(is, "placement"), shown(was), shown(is));
        }
    }
    if changed.is_empty() { "\nNothing changed.\n".to_owned() } else { changed }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

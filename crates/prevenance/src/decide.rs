//! What one person is shown, why, and what changes after one more event: asked of a running program, told to people.

use std::{error::Error, fmt::Write as _};

use api::{
    time,
    wire::decision::{DecideAnswer, DecisionAnswer, DecisionContent, DecisionGrounds, DecisionRejected, Evidence},
};
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

fn call(client: &Client, asked: &Value) -> Result<DecideAnswer, Box<dyn Error>> {
    let answer: DecideAnswer = client.call("POST", "/v1/decide", Some(asked.to_string().as_bytes()))?.read()?;
    match answer.refused.first() {
        Some(refused) => Err(format!("the event was refused: {}", refused.message).into()),
        None => Ok(answer),
    }
}

/// A number where JSON writes it so, a text otherwise: `007` and `nan` are texts.
fn property(text: &str) -> Value {
    serde_json::from_str(text).ok().filter(Value::is_number).unwrap_or_else(|| text.into())
}

fn told(answer: &DecideAnswer) -> String {
    let mut told = String::new();
    for decision in &answer.decisions {
        let DecisionAnswer { placement, contents, reason, benefit, grounds, .. } = decision;
        _ = writeln!(told, "{placement}: {}, because {reason}", shown(decision));
        for DecisionContent { content, language, payload } in contents {
            _ = writeln!(told, "  shows      {content} ({language}): {payload}");
        }
        for evidence in grounds.iter().flat_map(|grounds| &grounds.evidence) {
            _ = writeln!(told, "  rests on   {}", rests_on(evidence));
        }
        if let Some(benefit) = benefit {
            _ = writeln!(told, "  benefit    {benefit}");
        }
        let Some(DecisionGrounds { propensity, rejected, .. }) = grounds else { continue };
        _ = writeln!(told, "  chance     {propensity}");
        for DecisionRejected { experience, why, detail, evidence } in rejected.iter().flatten() {
            let detail = detail.as_ref().map(|detail| format!(" {detail}")).unwrap_or_default();
            _ = writeln!(told, "  not        {experience}: {why}{detail}");
            for evidence in evidence {
                _ = writeln!(told, "               {}", rests_on(evidence));
            }
        }
    }
    told
}

/// The experience and the variant, or that it is neutral.
fn shown(decision: &DecisionAnswer) -> String {
    match (&decision.experience, &decision.variant) {
        (Some(experience), Some(variant)) => format!("{experience} / {variant}"),
        _ => "neutral".to_owned(),
    }
}

fn rests_on(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Trait { name, value, source, .. } => format!("{name} is {value}, said by {source}"),
        Evidence::MissingTrait { name } => format!("{name} is not known"),
        Evidence::Events { event, matched, last: Some(last) } => {
            format!("{event}: {matched} counted, the last at {}", time::write(last.0))
        }
        Evidence::Events { event, last: None, .. } => format!("{event}: none counted"),
        Evidence::Segment { name, member: true } => format!("is in the segment {name}"),
        Evidence::Segment { name, member: false } => format!("is not in the segment {name}"),
        Evidence::Request { name, value } => format!("the request's {name} is {value}"),
    }
}

fn changed(before: &DecideAnswer, after: &DecideAnswer) -> String {
    let mut changed = String::new();
    for (was, is) in before.decisions.iter().zip(&after.decisions) {
        if shown(was) != shown(is) {
            _ = writeln!(changed, "\n{}: {} became {}", is.placement, shown(was), shown(is));
        }
    }
    if changed.is_empty() { "\nNothing changed.\n".to_owned() } else { changed }
}

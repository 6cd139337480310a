//! What one person is shown, why, and what changes after one more event: asked of a running program, told to people.

use std::{error::Error, fmt::Write as _};

use api::{
    time,
    wire::{
        collect::CollectAnswer,
        decision::{DecideAnswer, DecisionAnswer, DecisionContent, DecisionGrounds, DecisionRejected, Evidence},
    },
};
use serde_json::{Map, Value, json};

use crate::client::{CallError, Client};

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

/// Asks, and asks again after the event; prints both and the difference. Of the asking nothing is kept: who looks at a
/// person takes none of what their caps allow.
pub(crate) fn run(decide: &Decide) -> Result<(), Box<dyn Error>> {
    let (namespace, value) =
        decide.person.split_once(':').ok_or("name the person as namespace:value, such as user_id:ana")?;
    let mut asked = json!({"placements": decide.placements, "explain": true, "preview": true});
    match namespace {
        "user_id" | "anonymous_id" => asked[namespace] = value.into(),
        _ => asked["identifiers"] = json!({ namespace: value }),
    }
    asked["languages"] = decide.language.iter().cloned().collect::<Vec<_>>().into();
    let client = Client::new(&decide.to, &decide.key)?;
    let before = call(&client, &asked)?;
    print!("{}", told(&before));
    undecided(&before)?;
    if let Some((name, properties)) = &decide.event {
        let properties: Map<String, Value> =
            properties.iter().map(|(name, value)| (name.clone(), property(value))).collect();
        let mut event = json!({"type": "track", "event": name, "properties": properties});
        match namespace {
            "user_id" => event["userId"] = value.into(),
            "anonymous_id" => event["anonymousId"] = value.into(),
            _ => event["context"] = json!({"externalIds": [{"type": namespace, "id": value}]}),
        }
        send(&client, &event)?;
        let after = call(&client, &asked)?;
        println!("\nAfter one more event, {name} {}:\n", Value::Object(properties));
        print!("{}{}", told(&after), changed(&before, &after));
        undecided(&after)?;
    }
    Ok(())
}

fn call(client: &Client, asked: &Value) -> Result<DecideAnswer, CallError> {
    client.call("POST", "/v1/decide", Some(asked.to_string().as_bytes()))?.read()
}

/// Sends an event, which is durable and counts when this returns.
fn send(client: &Client, event: &Value) -> Result<(), Box<dyn Error>> {
    let batch = json!({ "batch": [event] }).to_string();
    let answer: CollectAnswer = client.call("POST", "/v1/batch", Some(batch.as_bytes()))?.read()?;
    match answer.rejected.first() {
        Some(refused) => Err(format!("the event was refused: {}", refused.message).into()),
        None => Ok(()),
    }
}

/// What could not be decided, and what to do about it.
fn undecided(answer: &DecideAnswer) -> Result<(), String> {
    let failed = |decision: &&DecisionAnswer| decision.error.is_some();
    let Some(DecisionAnswer { placement, error, .. }) = answer.decisions.iter().find(failed) else { return Ok(()) };
    Err(match error.as_deref() {
        Some("UNKNOWN_PLACEMENT") => format!("no placement `{placement}` is published"),
        _ => format!("the program had no time to decide `{placement}`; ask again"),
    })
}

/// A number where JSON writes it so, a text otherwise: `007` and `nan` are texts.
fn property(text: &str) -> Value {
    serde_json::from_str(text).ok().filter(Value::is_number).unwrap_or_else(|| text.into())
}

fn told(answer: &DecideAnswer) -> String {
    let mut told = String::new();
    for decision in &answer.decisions {
        let DecisionAnswer { placement, contents, reason, error, benefit, memory, grounds, .. } = decision;
        let error = error.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        _ = writeln!(told, "{placement}: {}, because {reason}{error}", shown(decision));
        for DecisionContent { content, language, payload, .. } in contents {
            _ = writeln!(told, "  shows      {content} ({language}): {payload}");
        }
        for evidence in grounds.iter().flat_map(|grounds| &grounds.evidence) {
            _ = writeln!(told, "  rests on   {}", rests_on(evidence));
        }
        if let Some(benefit) = benefit {
            _ = writeln!(told, "  benefit    {benefit}");
        }
        if let Some(memory) = memory {
            _ = writeln!(told, "  remembers  the same {memory} of last year");
        }
        let Some(DecisionGrounds { propensity, points, rejected, .. }) = grounds else { continue };
        let unit = if *points == 1 { "point" } else { "points" };
        _ = writeln!(told, "  costs      {points} {unit} of intrusion");
        _ = writeln!(told, "  chance     {propensity} {}", chance_of(decision));
        for rejected in rejected.iter().flatten() {
            _ = writeln!(told, "  not        {}: {}", rejected.experience, why_not(rejected));
            for evidence in &rejected.evidence {
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

/// Of what the propensity is the chance.
fn chance_of(decision: &DecisionAnswer) -> &'static str {
    match (&decision.variant, decision.reason.as_str()) {
        (Some(_), _) => "to draw this variant",
        (None, "HOLDOUT") => "to be among those who are kept out of everything",
        (None, _) => "to get this answer",
    }
}

/// Why a candidate did not win, as a sentence. A word of a newer program is told as it is.
fn why_not(rejected: &DecisionRejected) -> String {
    let detail = rejected.detail.as_ref();
    let text = |detail: Option<&Value>| match detail {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let (said, inner) = (text(detail), |name: &str| text(detail.and_then(|detail| detail.get(name))));
    match rejected.why.as_str() {
        "audience" => "its audience does not hold".to_owned(),
        "not_started" => format!("it starts at {said}"),
        "ended" => format!("it ended at {said}"),
        "expired" => format!("its content {said} has expired"),
        "no_consent" => "it asks about the person, who did not grant the purpose of this placement".to_owned(),
        "no_data" => "it asks about the person, and nobody is known".to_owned(),
        "holdout" => format!("kept out of everything; the variant would have been {said}"),
        "layer" => "drawn into another part of its layer".to_owned(),
        "traffic" => format!("drawn outside of its traffic of {said}"),
        "capped" => format!("shown as often as its caps allow, until {said}"),
        "checkout" => format!("a customer pays here, and its content {said} neither reassures nor helps"),
        "stale" => format!("what it rests on is too old to be the main reason: the newest is of {said}"),
        "intrusive" => {
            format!("it costs {} points of intrusion, and {} are left", inner("points"), inner("left"))
        }
        "not_worth" => {
            let (gain, cost) = (inner("gain_cents"), inner("cost_cents"));
            format!("not worth it: only {gain} cents of gain are sure, and {cost} cents of cost")
        }
        "page_capped" => "enough placements of this page are personalized".to_owned(),
        "lost" => format!("{} is ahead of it by {}", inner("to"), inner("by")),
        "disabled" => "it is switched off".to_owned(),
        other => format!("{other} {said}"),
    }
}

fn rests_on(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Trait { name, value, source, trust, .. } => {
            format!("{name} is {value}, said by {source}, {:.0} % sure", trust * 100.0)
        }
        Evidence::MissingTrait { name } => format!("{name} is not known, or not surely enough"),
        Evidence::Events { event, matched, last: Some(last) } => {
            format!("{event}: {matched} counted, the last at {}", time::write(last.0))
        }
        Evidence::Events { event, last: None, .. } => format!("{event}: none counted"),
        Evidence::Segment { name, member: true } => format!("is in the segment {name}"),
        Evidence::Segment { name, member: false } => format!("is not in the segment {name}"),
        Evidence::Interest { topic, strength } => format!("the interest in {topic} is {strength:.2}"),
        Evidence::Score { name, points } => format!("the score {name} is {points:.2}"),
        Evidence::Reading { model, says: Some(says), probability } => {
            format!("the {model} is {says}, {:.0} % sure", probability.unwrap_or_default() * 100.0)
        }
        Evidence::Reading { model, says: None, .. } => format!("the {model} is not known"),
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

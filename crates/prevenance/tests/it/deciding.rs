//! What pages ask, and what shops publish to answer them.

use serde_json::{Map, Value, json};
use testkit::{
    client::{Answer, Client, Request},
    process::Options,
};

use crate::shop::{Shop, with};

/// A shop in which nothing is given up for want of time, because the machine of a test may be slow, and in which nobody
/// is held out, unless the test publishes something else.
pub(crate) fn open() -> Shop {
    open_with(Options { seed: Some(1), ..Options::default() })
}

/// The same with options.
pub(crate) fn open_with(options: Options) -> Shop {
    let mut env = options.env;
    env.push(("PREVENANCE__DECIDE__GIVE_UP_MS".into(), "60000".into()));
    let shop = Shop::open_with(Options { env, ..options });
    publish(
        &shop,
        &json!({
            "setting": {"holdout_share": {"value": 0}},
            "content": {
                "welcome": content(&json!({"fr": {"title": "Bienvenue"}, "en": {"title": "Welcome"}})),
                "boots": content(&json!({"fr": {"title": "Bottes"}, "en": {"title": "Boots"}})),
                "tents": content(&json!({"fr": {"title": "Tentes"}, "en": {"title": "Tents"}})),
            },
            "placement": {"home": placement("web", "welcome")},
        }),
    );
    shop
}

/// Publishes many definitions at once and waits until they are filled.
pub(crate) fn publish(shop: &Shop, definitions: &Value) -> Value {
    let published = shop.secret.put("/v1/definitions?wait=true", definitions).expect(200).json();
    assert_eq!(published["complete"], true, "{published}");
    published
}

/// Publishes one experience.
pub(crate) fn experience(shop: &Shop, name: &str, document: &Value) {
    publish(shop, &json!({"experience": {name: document}}));
}

/// The document of a content that informs whoever is there to discover something.
pub(crate) fn content(languages: &Value) -> Value {
    json!({"stage": "discovery", "intent": "inform", "languages": languages})
}

/// The document of a placement.
pub(crate) fn placement(channel: &str, neutral: &str) -> Value {
    json!({"channel": channel, "neutral": neutral})
}

/// The document of an experience at `home` that shows one content to everybody in its audience: half-half is for tests
/// about shares.
pub(crate) fn showing(content: &str, audience: &str, more: &Value) -> Value {
    let document = json!({
        "placements": "home",
        "audience": audience,
        "benefit": {"fr": format!("Pour vous : {content}."), "en": format!("For you: {content}.")},
        "small_control": "The test wants to know what is shown.",
        "variants": {"control": {"share": 0.0001}, "a": {"share": 0.9999, "contents": content}},
    });
    with(&document, more)
}

/// What a call for decisions is answered.
pub(crate) fn call(client: &Client, body: &Value) -> Answer {
    client.post("/v1/decide", body)
}

/// The same, where all is well.
pub(crate) fn decide(client: &Client, body: &Value) -> Value {
    call(client, body).expect(200).json()
}

/// The decision for `home`, or for the first of the placements that the body names.
pub(crate) fn one(client: &Client, body: &Value) -> Value {
    let body = with(&json!({"placements": ["home"]}), body);
    decide(client, &body)["decisions"][0].clone()
}

/// The same, asked with headers of a browser.
pub(crate) fn one_from(client: &Client, headers: &[(&str, &str)], body: &Value) -> Value {
    let body = with(&json!({"placements": ["home"]}), body).to_string();
    let request = Request { method: "POST", path: "/v1/decide", headers, body: Some(body.as_bytes()) };
    client.call(&request).expect(200).json()["decisions"][0].clone()
}

/// The names of the contents of a decision.
pub(crate) fn shown(decision: &Value) -> Vec<&str> {
    decision["contents"].as_array().unwrap().iter().map(|content| content["content"].as_str().unwrap()).collect()
}

/// What a decision is about: experience, variant and reason, with `-` for what it has not.
pub(crate) fn gist(decision: &Value) -> String {
    let text = |field: &str| decision[field].as_str().unwrap_or("-").to_owned();
    format!("{}/{} because {}", text("experience"), text("variant"), text("reason"))
}

/// Why each candidate of a decision did not win, by its name.
pub(crate) fn rejected(decision: &Value) -> Map<String, Value> {
    let rejected = decision["grounds"]["rejected"].as_array().unwrap_or_else(|| panic!("{decision}"));
    rejected.iter().map(|one| (one["experience"].as_str().unwrap().to_owned(), one["why"].clone())).collect()
}

/// A decision's id.
pub(crate) fn id(decision: &Value) -> &str {
    decision["id"].as_str().unwrap_or_else(|| panic!("{decision}"))
}

/// A decision as it is in its record.
pub(crate) fn record(shop: &Shop, id: &str) -> Value {
    shop.secret.get(&format!("/v1/decisions/{id}")).expect(200).json()
}

/// What deciding again comes to: the outcome's word.
pub(crate) fn replay(shop: &Shop, id: &str) -> String {
    let replay = shop.secret.post(&format!("/v1/decisions/{id}/replay"), &json!({})).expect(200).json();
    replay["outcome"].as_str().unwrap().to_owned()
}

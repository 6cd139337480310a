//! What must not be taken, whoever sends it.

use api::{
    error::Code,
    tracking::{Kind, Route},
};
use model::{
    fact::FactKind,
    name::Name,
    schema::{TraitRules, TraitType},
    site::Hosts,
};
use serde_json::{Value as Json, json};

use crate::project::Project;

fn refused(project: &Project, event: Json) -> (Code, String) {
    let problem = project.problem(event);
    (problem.code, problem.pointer)
}

/// A track event with these fields, called `Login` if they do not say otherwise.
fn track(mut fields: Json) -> Json {
    if fields.get("event").is_none() {
        fields["event"] = json!("Login");
    }
    fields["type"] = json!("track");
    fields["userId"] = json!("ana");
    fields
}

/// proves IDN-05: wherever a field, an event or an identifier says that it is biometric, the event is refused, and
/// nothing of it is in what would be kept.
#[test]
fn biometric_data_are_refused_wherever_they_stand() {
    let shop = Project::server();
    for (event, at) in [
        (track(json!({"properties": {"face_template": "AAEC"}})), "/properties/face_template"),
        (track(json!({"properties": {"a": [{"b": {"voicePrint": [0.1, 0.2]}}]}})), "/properties/a/0/b/voicePrint"),
        (track(json!({"properties": {"fingerprint": null}})), "/properties/fingerprint"),
        (track(json!({"properties": {"empreinte_digitale": "AAEC"}})), "/properties/empreinte_digitale"),
        (track(json!({"context": {"device": {"faceID": "AAEC"}}})), "/context/device/faceID"),
        (track(json!({"context": {"traits": {"iris_scan": "AAEC"}}})), "/context/traits/iris_scan"),
        (track(json!({"context": {"identifiers": {"voice_print": "AAEC"}}})), "/context/identifiers/voice_print"),
        (
            track(
                json!({"context": {"externalIds": [{"type": "email", "id": "a@b.fr"}, {"type": "face_id", "id": "AAEC"}]}}),
            ),
            "/context/externalIds/1/type",
        ),
        (
            json!({"type": "identify", "userId": "ana", "traits": {"reconnaissance faciale": "AAEC"}}),
            "/traits/reconnaissance faciale",
        ),
        (
            json!({"type": "group", "userId": "ana", "groupId": "g", "traits": {"biometrics": "AAEC"}}),
            "/traits/biometrics",
        ),
        (
            track(json!({"event": "Trait Corrected", "properties": {"trait": "voicePrint", "value": "AAEC"}})),
            "/properties/trait",
        ),
        (track(json!({"event": "Face Recognized", "properties": {"score": "AAEC"}})), "/event"),
        (
            json!({"type": "screen", "name": "Fingerprint Scanned", "userId": "ana", "properties": {"x": "AAEC"}}),
            "/name",
        ),
    ] {
        assert_eq!(refused(&shop, event.clone()), (Code::BiometricData, at.to_owned()), "{event}");
        let parsed = shop.read(Route::Batch, &json!({"batch": [event]}));
        let raw = &parsed.refused[0].raw;
        assert!(!raw.contains("AAEC") && !raw.contains("0.1"), "{raw}");
    }
}

#[test]
fn what_a_passkey_says_is_taken_and_so_is_what_only_sounds_like_a_body() {
    let shop = Project::server();
    let event = shop.event(track(json!({"properties": {
        "device_owner_confirmed": true, "face_cream": 1, "device_fingerprint": "x", "voice_search": "boots",
    }})));
    assert_eq!(event.properties.len(), 4);
}

#[test]
fn a_template_in_an_event_that_is_refused_for_something_else_is_not_kept_either() {
    let shop = Project::server();
    for event in [
        track(json!({"properties": {"face_template": "AAEC".repeat(10_000)}})),
        json!({"type": "party", "userId": "ana", "properties": {"face_template": "AAEC"}}),
        json!({"type": "track", "event": "Login", "properties": {"face_template": "AAEC"}}),
    ] {
        let parsed = shop.read(Route::Batch, &json!({"batch": [event]}));
        assert!(!parsed.refused[0].raw.contains("AAEC"), "{}", parsed.refused[0].raw);
    }
    let whole = json!({"type": "party", "userId": "ana", "properties": {"boots": 1}});
    let parsed = shop.read(Route::Batch, &json!({"batch": [whole]}));
    assert_eq!(parsed.refused[0].raw, whole.to_string(), "others can be corrected and sent again");
}

/// The context beside a batch belongs to each event of it.
#[test]
fn what_stands_beside_a_batch_is_in_every_event_of_it() {
    let shop = Project::server();
    let body = json!({"batch": [track(json!({}))], "context": {"face_template": "AAEC"}});
    let parsed = shop.read(Route::Batch, &body);
    assert_eq!(parsed.refused[0].problem.code, Code::BiometricData);
    let body = json!({"type": "track", "event": "Login", "userId": "ana", "properties": {"face_id": "AAEC"}});
    let parsed = shop.read(Route::One(Kind::Track), &body);
    assert_eq!((parsed.refused[0].problem.code, parsed.events.len()), (Code::BiometricData, 0));
}

/// proves CHN-18: what somebody looked at on the sites of others is refused, and where they come from is not.
#[test]
fn pages_of_others_are_refused() {
    let mut shop = Project::browser();
    let page = |url: &str| json!({"type": "page", "anonymousId": "a1", "properties": {"url": url, "referrer": "https://other.example/"}});
    for (event, at) in [
        (track(json!({"properties": {"external_url": "https://other.example"}})), "/properties/external_url"),
        (track(json!({"properties": {"browsing_history": []}})), "/properties/browsing_history"),
        (track(json!({"context": {"thirdPartyHistory": []}})), "/context/thirdPartyHistory"),
        (track(json!({"event": "External Page Viewed"})), "/event"),
    ] {
        assert_eq!(refused(&shop, event.clone()), (Code::BrowsingElsewhere, at.to_owned()), "{event}");
    }
    // Where the shop did not say which hosts are its own, nobody can tell.
    _ = shop.event(page("https://other.example/boots"));
    shop.hosts = Hosts::read(&["shop.example", "*.shop.example"]).unwrap();
    for own in ["https://shop.example/boots", "https://www.shop.example", "/boots"] {
        _ = shop.event(page(own));
    }
    let products = |url: &str| {
        track(json!({"event": "Product Viewed", "properties": {"products": [{"url": "/a"}, {"url": url}]}}))
    };
    _ = shop.event(products("https://shop.example/b"));
    let seen_at = |url: &str| track(json!({"context": {"page": {"url": url, "referrer": "https://other.example/"}}}));
    _ = shop.event(seen_at("https://shop.example/?from=other.example"));
    for (event, at) in [
        (page("https://other.example/boots"), "/properties/url"),
        (seen_at("https://other.example/boots"), "/context/page/url"),
        (products("https://other.example/boots"), "/properties/products/1/url"),
    ] {
        assert_eq!(refused(&shop, event.clone()), (Code::BrowsingElsewhere, at.to_owned()), "{event}");
        let parsed = shop.read(Route::Batch, &json!({"batch": [event]}));
        assert!(!parsed.refused[0].raw.contains("other.example"), "{}", parsed.refused[0].raw);
    }
}

/// proves GOV-08: a special category is taken as the person declared it, for a trait with a purpose of its own, and not
/// otherwise.
#[test]
fn special_categories_are_taken_only_as_declared() {
    let mut shop = Project::server();
    let rules = TraitRules { purpose: Some("chaplaincy".into()), ..TraitRules::usual("religion", TraitType::Text) };
    shop.schema.traits.insert(Name::from("religion"), rules);
    let identify = |traits: Json| json!({"type": "identify", "userId": "ana", "traits": traits});
    _ = shop.event(identify(json!({"religion": "Buddhist"})));
    for kind in [FactKind::Inferred, FactKind::Observed] {
        shop.source.kind = kind;
        let problem = refused(&shop, identify(json!({"city": "Brest", "religion": "Buddhist"})));
        assert_eq!(problem, (Code::SpecialCategory, "/traits/religion".to_owned()));
        _ = shop.event(identify(json!({"religion": null})));
        _ = shop.event(identify(json!({"health_and_beauty": true})));
    }
    shop.source.kind = FactKind::Declared;
    let event = identify(json!({"politicalOpinion": "AAEC"}));
    assert_eq!(refused(&shop, event.clone()), (Code::SpecialCategory, "/traits/politicalOpinion".to_owned()));
    let parsed = shop.read(Route::Batch, &json!({"batch": [event]}));
    assert!(!parsed.refused[0].raw.contains("AAEC"));
    let event = json!({"type": "identify", "userId": "ana", "context": {"traits": {"état_de_santé": "x"}}});
    assert_eq!(refused(&shop, event), (Code::SpecialCategory, "/context/traits/état_de_santé".to_owned()));
}

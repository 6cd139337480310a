//! One person: read for a purpose, timeline, copy, erasure, links.

use serde_json::{Value, json};
use testkit::client::Request;

use crate::shop::{Shop, code, is};

/// Ana: consent on a device, traits by two sources, an account.
fn shop_with_ana() -> Shop {
    let shop = Shop::new();
    shop.consent("ana-phone", &["site"]);
    shop.advance_ms(1);
    shop.send(&json!([
        {"type": "track", "event": "Product Viewed", "messageId": "m1", "anonymousId": "ana-phone"},
        {"type": "identify", "messageId": "m2", "anonymousId": "ana-phone", "userId": "ana",
         "traits": {"first_name": "Ana", "city": "Brest"}},
    ]));
    shop.advance_ms(1_000);
    let batch =
        json!({"batch": [{"type": "identify", "messageId": "m3", "userId": "ana", "traits": {"city": "Quimper"}}]});
    _ = shop.secret().post("/v1/batch", &batch).expect(200);
    shop
}

#[test]
fn a_profile_shows_traits_with_their_sources_and_conflicting_values() {
    let shop = shop_with_ana();
    let profile = shop.secret().get("/v1/profiles/user_id:ana").expect(200).json();
    assert_eq!(profile["traits"]["first_name"]["value"], "Ana");
    let city = &profile["traits"]["city"];
    assert_eq!((&city["value"], &city["source"]), (&json!("Quimper"), &json!("server")));
    assert_eq!((&city["statements"][1]["value"], &city["statements"][1]["source"]), (&json!("Brest"), &json!("web")));
    assert_eq!((&profile["events"], &profile["as_of"]), (&json!(4), &json!("2026-03-02T10:00:01.001Z")));
    let namespaces: Vec<_> = profile["identifiers"].as_array().unwrap().iter().map(|id| &id["namespace"]).collect();
    assert_eq!(namespaces, ["anonymous_id", "user_id"]);
    let id = profile["id"].as_str().unwrap();
    assert_eq!(shop.secret().get(&format!("/v1/profiles/{id}")).expect(200).json(), profile);
    for (nobody, expected) in [
        ("user_id:ben", is(404, "NOT_FOUND")),
        ("user_id:null", is(404, "NOT_FOUND")),
        ("nonsense", is(404, "NOT_FOUND")),
        ("wat:x", is(422, "UNKNOWN_NAMESPACE")),
    ] {
        assert_eq!(code(&shop.secret().get(&format!("/v1/profiles/{nobody}"))), expected);
    }
}

#[test]
fn a_reading_names_a_purpose_and_is_noted_allowed_or_not() {
    let shop = shop_with_ana();
    let secret = shop.secret();
    _ = secret.get("/v1/profiles/user_id:ana?purpose=site").expect(200);
    assert_eq!(code(&secret.get("/v1/profiles/user_id:ana?purpose=email")), is(403, "NO_CONSENT"));
    assert_eq!(code(&secret.get("/v1/profiles/user_id:ana?purpose=world")), is(422, "UNKNOWN_PURPOSE"));
    // What is noted is written behind; a copy made after a clean end shows all of it.
    let mut shop = shop;
    shop.end(testkit::scenario::stage::End::Stop);
    shop.start(model::time::Timestamp::saturating_from_millis(crate::shop::START_MS + 5_000));
    let page = shop.secret().get("/v1/profiles/user_id:ana/accesses").expect(200).json();
    let noted: Vec<_> = page["accesses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["purpose"].clone(), one["allowed"].clone()))
        .collect();
    assert_eq!(noted, [(json!("email"), json!(false)), (json!("site"), json!(true))]);
    assert!(page["accesses"][0]["key_id"].as_str().unwrap().starts_with("key_"));
}

#[test]
fn who_read_is_paged_through_once_while_more_read() {
    let shop = shop_with_ana();
    let secret = shop.secret();
    let profile = || _ = secret.get("/v1/profiles/user_id:ana").expect(200);
    // Two sides: what was noted on either is the person's.
    shop.consent("b2", &["site"]);
    (0..3).for_each(|_| _ = secret.get("/v1/profiles/anonymous_id:b2").expect(200));
    shop.send(&json!([{"type": "identify", "anonymousId": "b2", "userId": "ana", "messageId": "joins"}]));
    for number in 0..9 {
        shop.advance_ms(number % 2);
        profile();
    }
    let page = |query: &str| {
        let page = secret.get(&format!("/v1/profiles/user_id:ana/accesses?{query}")).expect(200).json();
        (page["accesses"].as_array().unwrap().clone(), page["next"].as_str().map(str::to_owned))
    };
    let (all, next) = page("limit=1000");
    assert_eq!((all.len(), next), (12, None));
    let at = |access: &Value| access["at"].as_str().unwrap().to_owned();
    assert!(all.is_sorted_by_key(|access| std::cmp::Reverse(at(access))), "newest first: {all:?}");
    let (mut paged, mut next) = page("limit=5");
    while let Some(from) = next {
        profile();
        let (here, then) = page(&format!("limit=5&from={from}"));
        paged.extend(here);
        next = then;
    }
    assert_eq!(paged, all);
}

#[test]
fn a_trait_with_a_purpose_of_its_own_and_a_source_that_serves_others_stay_closed() {
    let shop = Shop::new();
    let secret = shop.secret();
    _ = secret.put("/v1/definitions/trait/place", &json!({"holds": "text", "purpose": "location"})).expect(200);
    let source = json!({"kind": "file", "reliability": 1.0, "basis": "contract", "serves": ["email"]});
    _ = secret.put("/v1/definitions/source/cards", &source).expect(200);
    let made = secret.post("/v1/keys", &json!({"kind": "secret", "source": "cards"})).expect(200).json();
    let cards = shop.nobody().with_key(made["secret"].as_str().unwrap());
    shop.consent("a1", &["site", "email", "location"]);
    shop.send(&json!([{"type": "identify", "anonymousId": "a1", "userId": "u1", "traits": {"place": "here"}}]));
    _ = cards.post("/v1/identify", &json!({"userId": "u1", "traits": {"tier": "gold"}})).expect(200);
    let traits = |purpose: &str| {
        let profile = secret.get(&format!("/v1/profiles/user_id:u1?purpose={purpose}")).expect(200).json();
        profile["traits"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(traits("site"), ["place"]);
    assert_eq!(traits("email"), ["place", "tier"]);
    shop.advance_ms(1);
    _ = shop.write().post("/v1/consent", &json!({"anonymous_id": "a1", "purposes": {"location": false}})).expect(200);
    assert_eq!(traits("email"), ["tier"]);
    let copy = secret.get("/v1/profiles/user_id:u1/export").expect(200).json();
    assert_eq!(copy["profile"]["traits"].as_object().unwrap().len(), 2, "the person's own copy has everything");
}

#[test]
fn a_timeline_pages_through_everything_once_newest_first() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    for n in 0..7 {
        shop.advance_ms(if n % 2 == 0 { 1_000 } else { 0 });
        shop.send(
            &json!([{"type": "track", "event": format!("E{n}"), "anonymousId": "a1", "messageId": format!("m{n}")}]),
        );
    }
    let (mut seen, mut from) = (Vec::new(), String::new());
    loop {
        let page =
            shop.secret().get(&format!("/v1/profiles/anonymous_id:a1/timeline?limit=3{from}")).expect(200).json();
        let events = page["events"].as_array().unwrap().clone();
        assert!(events.len() <= 3);
        seen.extend(events);
        match page["next"].as_str() {
            Some(next) => from = format!("&from={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 8);
    let moments: Vec<&str> = seen.iter().map(|event| event["timestamp"].as_str().unwrap()).collect();
    assert!(moments.windows(2).all(|pair| pair[0] >= pair[1]), "{moments:?}");
    let mut ids: Vec<&str> = seen.iter().map(|event| event["message_id"].as_str().unwrap()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

/// GOV-01: the copy holds every part, for machines and for people.
#[test]
fn a_copy_holds_everything_and_is_readable_by_people() {
    let shop = shop_with_ana();
    shop.send(&json!([{"type": "track", "anonymousId": "ana-phone", "userId": "ana", "messageId": "broken"}]));
    let mut shop = shop;
    shop.end(testkit::scenario::stage::End::Stop);
    shop.start(model::time::Timestamp::saturating_from_millis(crate::shop::START_MS + 5_000));
    let copy = shop.secret().get("/v1/profiles/user_id:ana/export").expect(200).json();
    let mut events: Vec<_> =
        copy["events"].as_array().unwrap().iter().map(|event| event["message_id"].as_str().unwrap()).collect();
    assert_eq!(events.pop(), Some("m3"), "the newest is last");
    // Events of one moment have an order of their own.
    events[1..].sort_unstable();
    assert!(events[0].starts_with("consent-") && events[1..] == ["m1", "m2"], "{events:?}");
    assert_eq!(copy["rejected"][0]["code"], "EVENT_NAME_MISSING");
    assert_eq!(copy["profile"]["consents"]["site"]["wording"], "v1");
    let headers = [("accept", "text/html,application/xhtml+xml")];
    let path = "/v1/profiles/user_id:ana/export";
    let page = shop.secret().call(&Request { method: "GET", path, headers: &headers, body: None }).expect(200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    for text in ["Ana", "Brest", "Quimper", "Product Viewed", "EVENT_NAME_MISSING", "ana-phone"] {
        assert!(page.text().contains(text), "{text}");
    }
}

/// GOV-03: whoever is erased is gone, with everything, and stays gone over a crash.
#[test]
fn an_erased_person_is_gone() {
    let mut shop = shop_with_ana();
    let certificate = shop.secret().delete("/v1/profiles/user_id:ana").expect(200).json();
    assert_eq!((&certificate["events"], &certificate["identifiers"]), (&json!(4), &json!(2)));
    assert!(!certificate["profiles"].as_array().unwrap().is_empty());
    assert!(!certificate.to_string().contains("ana"), "{certificate}");
    let gone = |shop: &Shop| {
        for path in ["", "/timeline", "/export"] {
            assert_eq!(shop.secret().get(&format!("/v1/profiles/user_id:ana{path}")).status, 404);
        }
        assert_eq!(shop.secret().delete("/v1/profiles/anonymous_id:ana-phone").status, 404);
    };
    gone(&shop);
    shop.end(testkit::scenario::stage::End::Crash);
    shop.start(model::time::Timestamp::saturating_from_millis(crate::shop::START_MS + 5_000));
    gone(&shop);
    let status = shop.secret().get("/v1/status").expect(200).json();
    assert_eq!((&status["events"], &status["erased_events"]), (&json!(4), &json!(4)), "totals stand");
}

#[test]
fn a_merge_is_taken_back_by_its_id() {
    let shop = shop_with_ana();
    shop.consent("other-phone", &["site"]);
    shop.send(&json!([{"type": "identify", "anonymousId": "other-phone", "userId": "ana", "messageId": "m9"}]));
    let profile = shop.secret().get("/v1/profiles/user_id:ana").expect(200).json();
    let merge = &profile["merges"].as_array().unwrap().last().expect("the second phone joined")["id"];
    let answer =
        shop.secret().post("/v1/profiles/user_id:ana/unmerge", &json!({ "merge_id": merge })).expect(200).json();
    assert_eq!((&answer["merge_id"], &answer["kept"]), (merge, &profile["id"]));
    let other = shop.secret().get("/v1/profiles/anonymous_id:other-phone").expect(200).json();
    assert_eq!(other["id"], answer["restored"]);
    let again = shop.secret().post("/v1/profiles/user_id:ana/unmerge", &json!({ "merge_id": merge }));
    assert_eq!(code(&again), is(404, "NOT_FOUND"));
}

/// IDN-07: who opens a signed link is that person only probably: nothing personal is shown, nothing merges.
#[test]
fn a_link_makes_its_identity_probable_until_it_ends() {
    let shop = Shop::new();
    shop.consent("ana-phone", &["site"]);
    shop.send(
        &json!([{"type": "identify", "anonymousId": "ana-phone", "userId": "ana", "traits": {"first_name": "Ana"}}]),
    );
    let request = json!({"person": "user_id:ana", "ttl_s": 60});
    let link = shop.secret().post("/v1/identity/links", &request).expect(200).json();
    assert_eq!(link["expires_at"], "2026-03-02T10:01:00Z");
    let open = |device: &str| {
        shop.consent(device, &["site"]);
        let context = json!({"identity_link": link["token"]});
        shop.send(&json!([{"type": "page", "anonymousId": device, "context": context}]));
        shop.secret().get(&format!("/v1/profiles/anonymous_id:{device}")).expect(200).json()
    };
    let hold = |profile: &Value| {
        let identifiers = profile["identifiers"].as_array().unwrap();
        identifiers.iter().find(|id| id["namespace"] == "user_id").map(|id| id["hold"].clone())
    };
    let opened = open("new-phone");
    assert_eq!(hold(&opened), Some(json!("probable")));
    assert_eq!(opened["traits"], json!({}));
    let page = shop.secret().get("/v1/profiles/anonymous_id:new-phone/timeline").expect(200).text();
    assert!(!page.contains("identity_link"), "the token is not kept: {page}");
    shop.advance_ms(60_000);
    assert_eq!(hold(&open("late-phone")), None);
    assert_eq!(hold(&shop.secret().get("/v1/profiles/user_id:ana").expect(200).json()), Some(json!("own")));
}

//! Publishing: drafts, many definitions at once, who and why, the way back, and two who publish at once.

use std::{fs, process::Command, thread};

use model::limits;
use serde_json::{Value, json};
use testkit::{
    client::{Answer, Client, Request},
    process::{SECRET_KEY, WRITE_KEY},
};

use crate::{
    readme::blocks,
    shop::{START, Shop, at, granting, track},
};

fn segment(condition: &str) -> Value {
    json!({ "condition": condition })
}

fn revision(shop: &Shop) -> u64 {
    shop.secret.get("/v1/definitions").expect(200).json()["revision"].as_u64().unwrap()
}

fn condition_of(shop: &Shop, name: &str) -> Option<String> {
    let answer = shop.secret.get(&format!("/v1/definitions/segment/{name}"));
    (answer.status == 200).then(|| answer.json()["document"]["condition"].as_str().unwrap().to_owned())
}

/// Kind, name and change of each entry.
fn changes(answer: &Value) -> Vec<String> {
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    let entries = answer.as_array().unwrap().iter();
    entries.map(|entry| ["kind", "name", "change"].map(|field| text(entry, field)).join(" ")).collect()
}

/// Puts a definition having seen a revision.
fn put_if(client: &Client, name: &str, condition: &str, revision: u64) -> Answer {
    having_seen(client, "PUT", &format!("/v1/definitions/segment/{name}"), &revision.to_string(), &segment(condition))
}

/// A call with `If-Match`.
fn having_seen(client: &Client, method: &str, path: &str, seen: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", seen)];
    client.call(&Request { method, path, headers: &headers, body: Some(body.to_string().as_bytes()) })
}

/// The revision that a segment was last changed by, as its body and its `ETag` say it.
fn read_revision(shop: &Shop, name: &str) -> u64 {
    let answer = shop.secret.get(&format!("/v1/definitions/segment/{name}")).expect(200);
    let revision = answer.json()["revision"].as_u64().unwrap();
    assert_eq!(answer.header("etag"), Some(format!("\"{revision}\"").as_str()));
    revision
}

/// The names of the definitions that were overtaken.
fn overtaken(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    assert_eq!((answer.status, &body["code"]), (409, &json!("CONFLICT")), "{body}");
    let documents = body["error"]["documents"].as_array().cloned().unwrap_or_default();
    documents.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// The half of GOV-15 that is about who, when and why: whoever looks later finds it, also after a restart.
#[test]
fn gov_15_a_changed_policy_says_who_changed_it_when_and_why() {
    let mut shop = Shop::open();
    shop.define("setting", "retention_days", &json!({"value": 90}));
    let before = revision(&shop);
    shop.advance("1h");
    let path = "/v1/definitions/setting/retention_days?by=Ana&why=The%20audit%20of%20March";
    let changed = shop.secret.put(path, &json!({"value": 30})).expect(200).json();
    assert_eq!((&changed["revision"], &changed["published"]), (&json!(before + 1), &json!(true)));
    assert_eq!(changes(&changed["changes"]), ["setting retention_days changed"]);

    let look = |shop: &Shop| shop.secret.get(&format!("/v1/revisions/{}", before + 1)).expect(200).json();
    let found = look(&shop);
    let publication = &found["publication"];
    assert_eq!((&publication["by"], &publication["why"]), (&json!("Ana"), &json!("The audit of March")));
    assert_eq!((&publication["at"], &publication["origin"]), (&json!("2026-03-02T11:00:00Z"), &json!("document")));
    assert!(publication["key"].as_str().unwrap().starts_with("key_"), "{publication}");
    let difference = &found["differences"][0];
    assert_eq!((&difference["before"]["value"], &difference["after"]["value"]), (&json!(90), &json!(30)));
    assert_eq!(difference["fields"], json!(["/value"]));

    // Who says nothing is named by the key.
    let unnamed = shop.secret.get(&format!("/v1/revisions/{before}")).expect(200).json();
    assert_eq!(unnamed["publication"]["by"], "the first secret key");
    assert!(unnamed["publication"].get("why").is_none());

    shop.server.kill9();
    shop.start_again_at(at(START));
    assert_eq!(look(&shop), found);
}

#[test]
fn a_draft_is_published_as_one_and_survives_a_restart() {
    let mut shop = Shop::open();
    shop.segment("old", "true");
    let base = revision(&shop);
    let draft = "/v1/drafts/spring";
    // Neither of the two makes sense without the other.
    shop.secret.put(&format!("{draft}/definitions/segment/vip"), &segment(r#"segment("rich")"#)).expect(200).json();
    let refused = shop.secret.post(&format!("{draft}/publish"), &json!({})).expect(422).json();
    assert_eq!(
        (&refused["code"], &refused["error"]["pointer"]),
        (&json!("CONDITION_UNKNOWN_SEGMENT"), &json!("/condition"))
    );
    assert_eq!(refused["error"]["documents"], json!([{"kind": "segment", "name": "vip"}]));
    let check = shop.secret.post(&format!("{draft}/check"), &json!({})).expect(200).json();
    assert_eq!(check["valid"], false);
    let error = &check["errors"][0];
    assert_eq!(
        (&error["kind"], &error["name"], &error["pointer"]),
        (&json!("segment"), &json!("vip"), &json!("/condition"))
    );

    shop.secret.put(&format!("{draft}/definitions/segment/rich"), &segment("true")).expect(200).json();
    shop.secret.delete(&format!("{draft}/definitions/segment/old")).expect(200).json();
    // A shape that is wrong is refused at once, and the draft stays as it was.
    let wrong = shop.secret.put(&format!("{draft}/definitions/segment/rich"), &json!({"conditions": "true"}));
    assert_eq!(wrong.expect(422).json()["error"]["pointer"], "/condition");
    assert_eq!((revision(&shop), condition_of(&shop, "rich")), (base, None));

    shop.server.kill9();
    shop.start_again_at(at(START));
    let drafts = shop.secret.get("/v1/drafts").expect(200).json();
    assert_eq!(drafts["drafts"], json!([{"draft": "spring", "base_revision": base, "changes": 3}]));
    let found = shop.secret.get(draft).expect(200).json();
    let expected = ["segment old removed", "segment rich added", "segment vip added"];
    assert_eq!(changes(&found["differences"]), expected);
    assert_eq!(found["differences"][0]["before"], segment("true"));
    assert_eq!(shop.secret.post(&format!("{draft}/check"), &json!({})).expect(200).json()["valid"], true);

    let body = json!({"by": "Ana", "why": "Spring"});
    let published = shop.secret.post(&format!("{draft}/publish?wait=true"), &body).expect(200).json();
    assert_eq!((&published["revision"], &published["complete"]), (&json!(base + 1), &json!(true)));
    assert_eq!(changes(&published["changes"]), expected);
    assert_eq!((condition_of(&shop, "old"), condition_of(&shop, "rich").as_deref()), (None, Some("true")));
    let newest = shop.secret.get("/v1/revisions?limit=1").expect(200).json();
    let newest = &newest["revisions"][0];
    assert_eq!(
        (&newest["origin"], &newest["draft"], &newest["by"]),
        (&json!("draft"), &json!("spring"), &json!("Ana"))
    );
    assert_eq!(shop.secret.get(draft).status, 404);
}

#[test]
fn a_draft_that_somebody_overtook_is_refused_until_it_is_set_on_what_was_published() {
    let shop = Shop::open();
    shop.segment("vip", "true");
    shop.segment("calm", "true");
    let draft = "/v1/drafts/spring";
    let put = |name: &str| shop.secret.put(&format!("{draft}/definitions/segment/{name}"), &segment("1 == 2"));
    _ = (put("vip").expect(200), put("calm").expect(200));
    shop.segment("vip", "2 == 2");
    shop.segment("other", "true");
    let refused = shop.secret.post(&format!("{draft}/publish"), &json!({})).expect(409).json();
    assert_eq!(refused["code"], "DRAFT_CONFLICT");
    assert_eq!(refused["error"]["documents"], json!([{"kind": "segment", "name": "vip"}]));
    let check = shop.secret.post(&format!("{draft}/check"), &json!({})).expect(200).json();
    assert_eq!((&check["valid"], &check["conflicts"]), (&json!(false), &refused["error"]["documents"]));
    assert_eq!(
        (condition_of(&shop, "vip").as_deref(), condition_of(&shop, "calm").as_deref()),
        (Some("2 == 2"), Some("true"))
    );

    let unknown = shop.secret.put(draft, &json!({"base_revision": 99})).expect(422).json();
    assert_eq!(unknown["error"]["pointer"], "/base_revision");
    let based = shop.secret.put(draft, &json!({"base_revision": revision(&shop)})).expect(200).json();
    assert_eq!(based["changes"], 2);
    _ = shop.secret.post(&format!("{draft}/publish"), &json!({})).expect(200);
    assert_eq!(condition_of(&shop, "vip").as_deref(), Some("1 == 2"));
}

#[test]
fn many_definitions_are_published_together_or_not_at_all() {
    let shop = Shop::open();
    shop.segment("kept", "true");
    let before = revision(&shop);
    let body = json!({"segment": {"rich": segment("true"), "vip": segment(r#"segment("rich")"#)}});
    let dry = shop.secret.put("/v1/definitions?dry_run=true", &body).expect(200).json();
    assert_eq!((&dry["revision"], &dry["published"]), (&json!(before), &json!(false)));
    assert_eq!(changes(&dry["changes"]), ["segment rich added", "segment vip added"]);
    assert_eq!((revision(&shop), condition_of(&shop, "vip")), (before, None));

    let wrong = json!({"segment": {"rich": segment("true"), "vip": segment("profile.nothing == 1")}});
    for path in ["/v1/definitions?dry_run=true", "/v1/definitions"] {
        let refused = shop.secret.put(path, &wrong).expect(422).json();
        assert_eq!(refused["error"]["pointer"], "/segment/vip/condition");
        assert_eq!((revision(&shop), condition_of(&shop, "rich")), (before, None));
    }
    let unknown = shop.secret.put("/v1/definitions", &json!({"planet": {}})).expect(404).json();
    assert_eq!((&unknown["code"], &unknown["error"]["pointer"]), (&json!("UNKNOWN_KIND"), &json!("/planet")));

    let published = shop.secret.put("/v1/definitions?wait=true&why=Both", &body).expect(200).json();
    assert_eq!((&published["revision"], &published["complete"]), (&json!(before + 1), &json!(true)));
    assert_eq!(condition_of(&shop, "kept").as_deref(), Some("true"));
    // The same again changes nothing, and makes no revision.
    let again = shop.secret.put("/v1/definitions", &body).expect(200).json();
    assert_eq!((&again["revision"], &again["published"]), (&json!(before + 1), &json!(false)));
}

#[test]
fn of_two_who_publish_at_once_one_wins_and_nothing_is_lost() {
    let shop = Shop::open();
    shop.segment("shared", "true");
    for round in 0..10 {
        let base = revision(&shop);
        let condition = |who: usize| format!("{round} == {who}");
        let answers: Vec<Answer> = thread::scope(|scope| {
            let put = |who| {
                let (condition, client) = (condition(who), shop.server.secret());
                scope.spawn(move || put_if(&client, "shared", &condition, base))
            };
            let threads: Vec<_> = (0..4).map(put).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let won: Vec<usize> = (0..4).filter(|who| answers[*who].status == 200).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!((lost.status, &lost.json()["code"]), (409, &json!("CONFLICT")));
        }
        assert_eq!(revision(&shop), base + 1);
        assert_eq!(condition_of(&shop, "shared"), Some(condition(won[0])));
    }
}

#[test]
fn a_publisher_is_overtaken_by_what_happened_to_the_same_definition_and_by_nothing_else() {
    let mut shop = Shop::open();
    for name in ["care", "other"] {
        shop.segment(name, "true");
    }
    let (care, other) = (read_revision(&shop, "care"), read_revision(&shop, "other"));
    assert_eq!(other, care + 1);
    let client = shop.server.secret();
    _ = put_if(&client, "other", "1 == 1", other).expect(200);
    assert_eq!((read_revision(&shop, "care"), read_revision(&shop, "other")), (care, other + 1));
    // `care` did not change, and a restart forgets nothing of that.
    shop.server.kill9();
    shop.start_again_at(at(START));
    let client = shop.server.secret();
    assert_eq!(read_revision(&shop, "care"), care);
    _ = put_if(&client, "care", "2 == 2", care).expect(200);
    assert_eq!(overtaken(&put_if(&client, "care", "3 == 3", care)), ["care"]);
    assert_eq!(condition_of(&shop, "care").as_deref(), Some("2 == 2"));
    // What changes nothing overtakes nobody, and is not overtaken.
    assert_eq!(put_if(&client, "care", "2 == 2", care).expect(200).json()["published"], false);
    // Whoever has seen all has seen `care`; what nobody can have seen yet is no revision.
    _ = put_if(&client, "care", "4 == 4", revision(&shop)).expect(200);
    let ahead = put_if(&client, "care", "5 == 5", revision(&shop) + 1);
    assert_eq!((overtaken(&ahead), ahead.json()["message"].as_str().unwrap().contains("no revision")), (vec![], true));

    // Taken away and added: the same.
    let seen = read_revision(&shop, "care");
    let delete =
        |seen: u64| having_seen(&client, "DELETE", "/v1/definitions/segment/care", &seen.to_string(), &json!({}));
    assert_eq!(overtaken(&delete(seen - 1)), ["care"]);
    _ = delete(seen).expect(200);
    assert_eq!(overtaken(&put_if(&client, "care", "6 == 6", seen)), ["care"], "it was taken away since");
    let empty = revision(&shop);
    _ = put_if(&client, "fresh", "1 == 1", empty).expect(200);
    assert_eq!(overtaken(&put_if(&client, "fresh", "2 == 2", empty)), ["fresh"], "somebody else brought it");
}

#[test]
fn many_definitions_and_the_way_back_are_overtaken_by_any_of_those_that_they_change() {
    let shop = Shop::open();
    ["a", "b", "c"].iter().for_each(|name| shop.segment(name, "true"));
    let (client, seen) = (shop.server.secret(), revision(&shop));
    shop.segment("c", "false");
    let put = |query: &str, names: &[&str], seen: u64| {
        let bodies: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), segment("9 == 9"))).collect();
        let path = format!("/v1/definitions{query}");
        having_seen(&client, "PUT", &path, &seen.to_string(), &json!({ "segment": bodies }))
    };
    assert_eq!(overtaken(&put("?dry_run=true", &["a", "b", "c"], seen)), ["c"]);
    assert_eq!(overtaken(&put("", &["a", "b", "c"], seen)), ["c"]);
    assert_eq!(condition_of(&shop, "a").as_deref(), Some("true"), "none is published");
    _ = put("", &["a", "b"], seen).expect(200);
    let back = |seen: u64, to: u64| {
        having_seen(&client, "POST", &format!("/v1/revisions/{to}/rollback"), &seen.to_string(), &json!({}))
    };
    assert_eq!(overtaken(&back(seen, seen)), ["a", "b", "c"]);
    _ = back(revision(&shop), seen).expect(200);
    assert_eq!(read_revision(&shop, "a"), revision(&shop), "the way back is a change too");
    // A draft has its base revision; what is sent beside it holds as well.
    let seen = revision(&shop);
    shop.segment("b", "7 == 7");
    for (draft, name) in [("one", "b"), ("two", "a")] {
        let path = format!("/v1/drafts/{draft}/definitions/segment/{name}");
        _ = shop.secret.put(&path, &segment("8 == 8")).expect(200);
    }
    let publish = |draft: &str| {
        having_seen(&client, "POST", &format!("/v1/drafts/{draft}/publish"), &seen.to_string(), &json!({}))
    };
    assert_eq!(overtaken(&publish("one")), ["b"]);
    _ = publish("two").expect(200);
    for wrong in ["abc", "*", "1, 2", "W/\"1\""] {
        let refused = having_seen(&client, "PUT", "/v1/definitions/segment/a", wrong, &segment("true")).expect(400);
        let body = refused.json();
        assert_eq!(body["code"], "BAD_HEADER", "{wrong}");
        assert!(body["message"].as_str().unwrap().starts_with("`If-Match` holds one revision"), "{body}");
    }
}

#[test]
fn publishers_of_different_definitions_keep_each_other_s() {
    let shop = Shop::open();
    let base = revision(&shop);
    thread::scope(|scope| {
        for who in 0..4 {
            let client = shop.server.secret();
            scope.spawn(move || {
                for number in 0..5 {
                    let path = format!("/v1/definitions/segment/s{who}-{number}");
                    _ = client.put(&path, &segment("true")).expect(200);
                }
            });
        }
    });
    assert_eq!(revision(&shop), base + 20);
    for (who, number) in (0..4).flat_map(|who| (0..5).map(move |number| (who, number))) {
        assert_eq!(condition_of(&shop, &format!("s{who}-{number}")).as_deref(), Some("true"));
    }
}

#[test]
fn two_drafts_over_one_definition_end_with_one_of_them() {
    let shop = Shop::open();
    shop.segment("shared", "true");
    for draft in ["a", "b"] {
        let path = format!("/v1/drafts/{draft}/definitions/segment/shared");
        _ = shop.secret.put(&path, &segment(&format!(r#""{draft}" == "x""#))).expect(200);
    }
    let answers: Vec<Answer> = thread::scope(|scope| {
        let publish = |draft: &'static str| {
            let client = shop.server.secret();
            scope.spawn(move || client.post(&format!("/v1/drafts/{draft}/publish"), &json!({})))
        };
        let threads = ["a", "b"].map(publish);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let left = shop.secret.get("/v1/drafts").expect(200).json();
    assert_eq!(left["drafts"].as_array().unwrap().len(), 1, "the draft that lost is still there: {left}");
}

#[test]
fn a_rollback_publishes_an_earlier_revision_as_a_new_one() {
    let shop = Shop::open();
    shop.segment("vip", "true");
    shop.segment("gone", "true");
    let good = revision(&shop);
    shop.segment("vip", "false");
    _ = shop.secret.delete("/v1/definitions/segment/gone").expect(200);
    shop.segment("new", "true");
    let context = json!({"userId": "ana", "context": granting(&["site"])});
    shop.page_sends(&[track("Seen", "m1", &context, &json!({}))]);
    assert_eq!(shop.segments_of("user_id:ana").into_iter().collect::<Vec<_>>(), ["new"]);
    let bad = revision(&shop);

    let body = json!({"by": "Ana", "why": "The sale is over"});
    let answer = shop.secret.post(&format!("/v1/revisions/{good}/rollback?wait=true"), &body).expect(200).json();
    assert_eq!(answer["revision"], bad + 1);
    let expected = ["segment gone added", "segment new removed", "segment vip changed"];
    assert_eq!(changes(&answer["changes"]), expected);
    // The segment that came back is no heir of the one that took a number meanwhile.
    assert_eq!(shop.segments_of("user_id:ana").into_iter().collect::<Vec<_>>(), ["gone", "vip"]);
    assert_eq!((shop.size("gone"), shop.size("vip")), (1, 1));
    let found = shop.secret.get(&format!("/v1/revisions/{}", bad + 1)).expect(200).json();
    let publication = &found["publication"];
    assert_eq!((&publication["origin"], &publication["rolled_back_to"]), (&json!("rollback"), &json!(good)));
    assert_eq!(shop.secret.post("/v1/revisions/99/rollback", &json!({})).expect(404).json()["code"], "NOT_FOUND");
    // Back to what every project begins with.
    let first = shop.secret.post("/v1/revisions/0/rollback", &json!({})).expect(200).json();
    assert_eq!(changes(&first["changes"]), ["segment gone removed", "segment vip removed"]);
}

#[test]
fn revisions_are_listed_newest_first_page_by_page() {
    let shop = Shop::open();
    (0..5).for_each(|number| shop.segment("vip", &format!("{number} == 1")));
    let newest = revision(&shop);
    let (mut listed, mut from) = (Vec::new(), String::new());
    loop {
        let page = shop.secret.get(&format!("/v1/revisions?limit=2{from}")).expect(200).json();
        let numbers = page["revisions"].as_array().unwrap().iter();
        listed.extend(numbers.map(|revision| revision["revision"].as_u64().unwrap()));
        match page["next"].as_str() {
            Some(next) => from = format!("&from={next}"),
            None => break,
        }
    }
    assert_eq!(listed, (1..=newest).rev().collect::<Vec<_>>());
    assert_eq!(shop.secret.get("/v1/revisions?from=1.00000000").expect(400).json()["code"], "BAD_CURSOR");
    assert_eq!(shop.secret.get("/v1/revisions/99").status, 404);
    assert_eq!(shop.secret.get("/v1/revisions/one").status, 404);
    let first = shop.secret.get("/v1/revisions/0").expect(200).json();
    assert_eq!(first, json!({"publication": {"revision": 0, "changes": []}, "differences": []}));
}

#[test]
fn a_project_has_so_many_drafts_and_no_more() {
    let shop = Shop::open();
    let begin = |name: &str| shop.secret.put(&format!("/v1/drafts/{name}"), &json!({"base_revision": 0}));
    for number in 0..limits::DRAFTS {
        _ = begin(&format!("d{number}")).expect(200);
    }
    assert_eq!(begin("one-more").expect(422).json()["code"], "TOO_MANY");
    _ = begin("d0").expect(200);
    _ = shop.secret.delete("/v1/drafts/d0").expect(200);
    _ = begin("one-more").expect(200);
    assert_eq!(begin("Not-A-Name").expect(422).json()["code"], "BAD_NAME");
    assert_eq!(shop.secret.delete("/v1/drafts/d0").expect(404).json()["code"], "NOT_FOUND");
    assert_eq!(shop.secret.post("/v1/drafts/d0/publish", &json!({})).expect(404).json()["code"], "NOT_FOUND");
}

#[test]
fn who_and_why_end_at_their_limits() {
    let shop = Shop::open();
    let rollback = |body: Value| shop.secret.post("/v1/revisions/0/rollback", &body);
    let (by, why) = ("é".repeat(limits::AUTHOR_CHARS), "é".repeat(limits::REASON_CHARS));
    _ = rollback(json!({"by": by, "why": why})).expect(200);
    for (body, pointer) in [(json!({"by": format!("{by}e")}), "/by"), (json!({"why": format!("{why}e")}), "/why")] {
        let refused = rollback(body).expect(422).json();
        assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("TOO_MANY"), &json!(pointer)));
    }
    assert_eq!(rollback(json!({"because": "x"})).expect(422).json()["code"], "UNKNOWN_FIELD");
    let refused = shop.secret.put("/v1/definitions/segment/a?why=", &segment("true")).expect(422).json();
    assert_eq!((&refused["code"], revision(&shop)), (&json!("EMPTY"), 0));
}

/// The page on definitions, typed as it stands.
#[test]
fn the_page_on_definitions_works_as_it_is_written() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/definitions.md")).unwrap();
    let shop = Shop::open();
    let environment = [("SECRET", SECRET_KEY), ("WRITE", WRITE_KEY), ("PREVENANCE", shop.server.url())];
    let mut said = String::new();
    let calls = blocks(&page);
    assert!(calls.len() >= 6, "{calls:?}");
    for call in calls {
        let script = format!("set -e\n{}", call.replace("curl -s", "curl -sf"));
        let output =
            Command::new("bash").args(["-c", &script]).envs(environment).env("no_proxy", "*").output().unwrap();
        assert!(output.status.success(), "{call}\n{}", String::from_utf8_lossy(&output.stderr));
        said.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    for expected in [r#""valid":true"#, r#""by":"Ana""#, r#""origin":"rollback""#, r#""dormant""#] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

/// What is published and probably not meant is told, and does not hinder.
#[test]
fn a_publication_lists_what_can_never_match_and_what_can_never_win() {
    let shop = Shop::open();
    let experience = |audience: &str, priority: i64| {
        json!({
            "placements": "home", "audience": audience, "priority": priority,
            "benefit": {"fr": "Pour vous.", "en": "For you."},
            "variants": {"control": {"share": 0.5}, "shown": {"share": 0.5, "contents": "welcome"}},
        })
    };
    let never = r#"request.device == "phone" && request.device == "desktop""#;
    let all = json!({
        "content": {"welcome": crate::deciding::content(&json!({"en": {"title": "Welcome"}}))},
        "placement": {"home": {"channel": "web", "neutral": "welcome"}},
        "experience": {
            "everybody": experience("true", 2), "nobody": experience(never, 3), "second": experience("true", 1),
        },
    });
    let codes = |answer: &Value| -> Vec<String> {
        let advice = answer["advice"].as_array().unwrap().iter();
        advice.map(|one| format!("{} {}", one["name"].as_str().unwrap(), one["code"].as_str().unwrap())).collect()
    };
    let foreseen = shop.secret.put("/v1/definitions?dry_run=true", &all).expect(200).json();
    assert_eq!(codes(&foreseen), ["nobody AUDIENCE_NEVER_MATCHES", "second ALWAYS_OUTRANKED"]);
    let published = shop.secret.put("/v1/definitions", &all).expect(200).json();
    assert_eq!((&published["published"], &published["advice"]), (&json!(true), &foreseen["advice"]));

    _ = shop.secret.put("/v1/drafts/mend/definitions/experience/nobody", &experience("true", 0)).expect(200);
    let check = shop.secret.post("/v1/drafts/mend/check", &json!({})).expect(200).json();
    assert_eq!(codes(&check), ["second ALWAYS_OUTRANKED", "nobody ALWAYS_OUTRANKED"]);
}

//! Whom an event is about.

use model::event::Evidence;
use serde_json::json;

use crate::project::Project;

fn claims(project: &Project, event: serde_json::Value) -> Vec<String> {
    let show = |evidence| match evidence {
        Evidence::Link => "?",
        Evidence::Stated => "",
        Evidence::Verified => "!",
    };
    project
        .event(event)
        .identifiers
        .iter()
        .map(|claim| format!("{}{}", claim.identifier, show(claim.evidence)))
        .collect()
}

#[test]
fn identifiers_come_strongest_first() {
    let event = json!({
        "type": "identify", "userId": "u-1", "anonymousId": "a-1",
        "traits": {"email": "Ana@Example.org", "phone": "+33612345678", "loyaltyCard": 900123, "email_verified": true},
        "context": {"device": {"id": "d-1", "advertisingId": "never"}, "identifiers": {"club_number": "c-9"}}
    });
    assert_eq!(
        claims(&Project::browser(), event.clone()),
        [
            "club_number:c-9",
            "loyalty_card:900123",
            "user_id:u-1",
            "email:ana@example.org",
            "phone:+33612345678",
            "anonymous_id:a-1",
            "mobile_id:d-1"
        ],
        "a browser's word verifies nothing"
    );
    assert_eq!(
        claims(&Project::server(), event),
        [
            "club_number:c-9!",
            "email:ana@example.org!",
            "loyalty_card:900123!",
            "user_id:u-1!",
            "phone:+33612345678",
            "anonymous_id:a-1",
            "mobile_id:d-1!"
        ]
    );
}

#[test]
fn what_identifies_nobody_is_passed_over() {
    let project = Project::browser();
    for nobody in
        [json!("null"), json!("undefined"), json!("0"), json!(0), json!(""), json!(null), json!(true), json!([])]
    {
        assert_eq!(claims(&project, json!({"userId": nobody})), ["anonymous_id:a-1"], "{nobody}");
        let problem = project.problem(json!({"userId": nobody, "anonymousId": nobody}));
        assert_eq!((problem.code.as_str(), &*problem.pointer), ("NO_IDENTIFIER", ""), "{nobody}");
    }
    assert_eq!(claims(&project, json!({"userId": "Zoë-ß-寿"})), ["user_id:Zoë-ß-寿", "anonymous_id:a-1"]);
}

#[test]
fn an_address_counts_where_it_is_the_persons_own() {
    let project = Project::browser();
    let with = |event: &str| claims(&project, json!({"event": event, "properties": {"email": "b@x.org"}}));
    assert_eq!(with("Order Completed"), ["email:b@x.org", "anonymous_id:a-1"]);
    assert_eq!(with("Completed Order"), ["email:b@x.org", "anonymous_id:a-1"]);
    assert_eq!(with("Product Shared"), ["anonymous_id:a-1"], "the recipient's address");
    let riding = json!({"context": {"traits": {"email": "b@x.org"}}});
    assert_eq!(claims(&project, riding), ["email:b@x.org", "anonymous_id:a-1"]);
    let group = json!({"type": "group", "groupId": "g", "traits": {"email": "office@x.org"}});
    assert_eq!(claims(&project, group), ["anonymous_id:a-1"], "the group's address");
}

#[test]
fn an_id_that_rode_on_a_link_is_only_probable() {
    let project = Project::browser();
    let on = |page: serde_json::Value| {
        claims(&project, json!({"userId": "u 1", "anonymousId": "a-1", "context": {"page": page}}))
    };
    assert_eq!(on(json!({"search": "?utm=x&ajs_uid=u%201"})), ["anonymous_id:a-1", "user_id:u 1?"]);
    assert_eq!(on(json!({"url": "https://shop.example/?ajs_uid=u+1#top"})), ["anonymous_id:a-1", "user_id:u 1?"]);
    assert_eq!(on(json!({"referrer": "https://shop.example/?ajs_aid=a-1"})), ["user_id:u 1", "anonymous_id:a-1?"]);
    assert_eq!(on(json!({"search": "?ajs_uid=other&ajs_x=u%201"})), ["user_id:u 1", "anonymous_id:a-1"]);
    assert_eq!(on(json!({"search": "?ajs_uid=%zz%"})), ["user_id:u 1", "anonymous_id:a-1"]);
}

#[test]
fn an_alias_carries_both_ids_and_to_itself_it_carries_one() {
    let alias = |user: &str, previous: &str, anonymous: serde_json::Value| {
        claims(
            &Project::browser(),
            json!({"type": "alias", "userId": user, "previousId": previous, "anonymousId": anonymous}),
        )
    };
    assert_eq!(alias("new", "old", json!(null)), ["user_id:new", "user_id:old"]);
    assert_eq!(alias("new", "a-7", json!("a-7")), ["user_id:new", "anonymous_id:a-7"]);
    assert_eq!(alias("new", "new", json!(null)), ["user_id:new"]);
    assert_eq!(alias("new", "null", json!(null)), ["user_id:new"]);
}

#[test]
fn external_ids_of_the_projects_namespaces_are_read_and_others_passed_over() {
    let ids = json!([
        {"id": "c-9", "type": "club_number", "collection": "users", "encoding": "none"},
        {"id": "GA1", "type": "ga_client_id", "collection": "users", "encoding": "none"},
        {"id": "c-8", "type": "club_number", "collection": "accounts", "encoding": "none"},
        {"id": 77, "type": "loyalty_card"}, "odd", {"id": null, "type": "phone"}
    ]);
    let event = json!({"context": {"externalIds": ids}});
    assert_eq!(claims(&Project::browser(), event), ["club_number:c-9", "loyalty_card:77", "anonymous_id:a-1"]);
}

#[test]
fn a_namespace_that_the_project_lacks_is_pointed_at() {
    let problem = Project::browser().problem(json!({"context": {"identifiers": {"passport/no": "x"}}}));
    assert_eq!((problem.code.as_str(), &*problem.pointer), ("UNKNOWN_NAMESPACE", "/context/identifiers/passport~1no"));
}

#[test]
fn a_browser_brings_one_value_of_a_namespace_and_a_server_may_bring_sixteen_in_all() {
    let cards = |count: usize| {
        let ids: Vec<_> = (1..=count).map(|n| json!({"id": format!("card{n}"), "type": "loyalty_card"})).collect();
        json!({"anonymousId": null, "context": {"externalIds": ids}})
    };
    assert_eq!(claims(&Project::browser(), cards(3)), ["loyalty_card:card1"]);
    assert_eq!(claims(&Project::server(), cards(16)).len(), 16);
    assert_eq!(Project::server().problem(cards(17)).code.as_str(), "TOO_MANY_IDENTIFIERS");
}

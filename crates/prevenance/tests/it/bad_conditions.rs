//! Conditions and definitions that must not be published: each says where it is wrong, and what stood before stands.

use serde_json::{Value, json};

use crate::shop::Shop;

fn refused(shop: &Shop, condition: &str) -> Value {
    let answer = shop.secret.put("/v1/definitions/segment/draft", &json!({"condition": condition}));
    let error = answer.expect(422).json()["error"].clone();
    assert_eq!(error["pointer"], "/condition", "{error}");
    // A preview refuses the same for the same reason.
    let preview = shop.secret.post("/v1/conditions/preview", &json!({"condition": condition})).expect(422).json();
    assert_eq!(preview["code"], error["code"]);
    error
}

#[test]
fn conditions_beyond_the_limits_are_refused_before_they_are_parsed() {
    let shop = Shop::open();
    let deep = format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000));
    let code = refused(&shop, &deep)["code"].clone();
    assert!(code == "CONDITION_TOO_LONG" || code == "CONDITION_TOO_DEEP", "{code}");
    let less_deep = format!("{}true{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(refused(&shop, &less_deep)["code"], "CONDITION_TOO_DEEP");
    assert_eq!(refused(&shop, &vec!["true"; 100_001].join(" || "))["code"], "CONDITION_TOO_LONG");
    assert_eq!(refused(&shop, &format!("{}true", "!".repeat(100_000)))["code"], "CONDITION_TOO_LONG");
    assert_eq!(refused(&shop, &format!("1{} > 0", " + 1".repeat(100_000)))["code"], "CONDITION_TOO_LONG");
    // Just below the limits is fine, and answers.
    shop.segment("wide", &vec!["false"; 400].join(" || "));
    assert_eq!(shop.size("wide"), 0);
}

#[test]
fn a_condition_that_is_wrong_says_at_which_character() {
    let shop = Shop::open();
    let error = refused(&shop, r#"profile.country == "JP" && profile.citty == "Brest""#);
    assert_eq!(
        (&error["code"], &error["at"]),
        (&json!("CONDITION_UNKNOWN_TRAIT"), &json!(35)),
        "the name itself: {error}"
    );
    assert_eq!(refused(&shop, "profile.country == 3")["code"], "CONDITION_TYPE");
    assert_eq!(refused(&shop, r#"events("a").within("3 parsecs").count() > 0"#)["code"], "CONDITION_VALUE");
    assert_eq!(refused(&shop, "profile.country ==")["code"], "CONDITION_SYNTAX");
    assert_eq!(refused(&shop, r#"segment("nobody")"#)["code"], "CONDITION_UNKNOWN_SEGMENT");
    assert_eq!(refused(&shop, "request.hour > 12")["code"], "CONDITION_REQUEST_IN_SEGMENT");
}

#[test]
fn segments_that_name_each_other_in_a_circle_are_refused() {
    let shop = Shop::open();
    shop.segment("a", r#"profile.country == "JP""#);
    shop.segment("b", r#"segment("a")"#);
    shop.segment("c", r#"!segment("b")"#);
    let circle = json!({"condition": r#"segment("c")"#});
    let error = shop.secret.put("/v1/definitions/segment/a", &circle).expect(422).json();
    assert_eq!(error["code"], "SEGMENT_CIRCLE");
    let own = json!({"condition": r#"segment("d")"#});
    let error = shop.secret.put("/v1/definitions/segment/d", &own).expect(422).json();
    assert!(error["code"] == "SEGMENT_CIRCLE" || error["code"] == "CONDITION_UNKNOWN_SEGMENT", "{error}");
    // What stood stands, and what others name cannot go.
    let kept = shop.secret.get("/v1/definitions/segment/a").expect(200).json();
    assert_eq!(kept["document"]["condition"], r#"profile.country == "JP""#);
    assert_eq!(shop.secret.delete("/v1/definitions/segment/b").expect(409).json()["code"], "IN_USE");
}

#[test]
fn a_definition_with_an_unknown_field_or_of_an_old_revision_is_refused() {
    let shop = Shop::open();
    let error =
        shop.secret.put("/v1/definitions/segment/a", &json!({"condition": "true", "limit": 3})).expect(422).json();
    assert_eq!((&error["code"], &error["error"]["pointer"]), (&json!("UNKNOWN_FIELD"), &json!("/limit")), "{error}");
    assert_eq!(shop.secret.put("/v1/definitions/planet/a", &json!({})).expect(404).json()["code"], "UNKNOWN_KIND");
    shop.segment("a", "true");
    let body = json!({"condition": "false"}).to_string().into_bytes();
    let old = testkit::client::Request {
        method: "PUT",
        path: "/v1/definitions/segment/a",
        headers: &[("if-match", "\"0\"")],
        body: Some(&body),
    };
    assert_eq!(shop.secret.call(&old).expect(409).json()["code"], "CONFLICT");
}

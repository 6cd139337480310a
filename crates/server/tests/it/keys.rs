//! Keys: made, shown once, replaced with overlap, ended.

use serde_json::{Value, json};
use testkit::client::Answer;

use crate::shop::{Shop, code, is};

#[test]
fn a_key_is_shown_once_and_ends_after_its_overlap() {
    let shop = Shop::new();
    let secret = shop.secret();
    let request = json!({"kind": "public", "source": "app", "title": "Android"});
    let made = secret.post("/v1/keys", &request).expect(200).json();
    let (text, id) = (made["secret"].as_str().unwrap(), made["key"]["id"].as_str().unwrap());
    let list = secret.get("/v1/keys").expect(200);
    assert!(!list.text().contains(text) && list.text().contains(id));
    let track = || shop.nobody().with_key(text).post("/v1/t", &json!({"event": "E", "anonymousId": "a"}));
    assert_eq!(track().status, 200);
    let replacement = json!({"kind": "public", "source": "app", "replaces": id, "overlap_s": 60});
    let newer = secret.post("/v1/keys", &replacement).expect(200).json();
    assert_ne!(newer["key"]["id"], id);
    assert_eq!(track().status, 200);
    shop.advance_ms(60_000);
    assert_eq!(code(&track()), is(401, "REVOKED_KEY"));
}

#[test]
fn a_revoked_key_is_told_from_an_unknown_one() {
    let shop = Shop::new();
    let secret = shop.secret();
    let made = secret.post("/v1/keys", &json!({"kind": "secret"})).expect(200).json();
    let other = shop.nobody().with_key(made["secret"].as_str().unwrap());
    assert_eq!(made["key"]["source"], "server");
    _ = other.get("/v1/keys").expect(200);
    _ = secret.delete(&format!("/v1/keys/{}", made["key"]["id"].as_str().unwrap())).expect(200);
    assert_eq!(code(&other.get("/v1/keys")), is(401, "REVOKED_KEY"));
    assert_eq!(code(&shop.nobody().with_key("sk_never_made").get("/v1/keys")), is(401, "UNKNOWN_KEY"));
    // Who forgot the key, or named it wrongly, is told how it is sent; who sent another one is not.
    let said = |answer: Answer| answer.json()["message"].as_str().unwrap().contains("user name of Basic");
    assert!(said(shop.nobody().get("/v1/keys")) && said(shop.nobody().post("/v1/track", &json!({"event": "x"}))));
    assert!(!said(shop.nobody().with_key("sk_never_made").get("/v1/keys")));
    assert!(!said(shop.nobody().post("/v1/track", &json!({"event": "x", "writeKey": "pk_other"}))));
    assert_eq!(code(&secret.delete("/v1/keys/key_x")), is(404, "NOT_FOUND"));
    let source: Value = json!({"kind": "public", "source": "nowhere"});
    assert_eq!(code(&secret.post("/v1/keys", &source)), is(422, "VALIDATION"));
}

#[test]
fn a_key_whose_source_is_gone_says_so() {
    let shop = Shop::new();
    let secret = shop.secret();
    let source = json!({"kind": "server", "reliability": 0.9, "any_of": ["site"]});
    _ = secret.put("/v1/definitions/source/erp", &source).expect(200);
    let made = secret.post("/v1/keys", &json!({"kind": "secret", "source": "erp"})).expect(200).json();
    _ = secret.delete("/v1/definitions/source/erp").expect(200);
    let erp = shop.nobody().with_key(made["secret"].as_str().unwrap());
    let answer = erp.post("/v1/t", &json!({"event": "E", "anonymousId": "a"}));
    assert_eq!(code(&answer), is(401, "UNKNOWN_KEY"));
    assert!(answer.json()["message"].as_str().unwrap().contains("source"), "{answer:?}");
}

//! By what a decision was drawn: told to the shop's server, where a person was drawn by.

use serde_json::json;

use crate::deciding::{decide, experience, id, one, open, placement, publish, record, showing};

#[test]
fn the_unit_is_told_to_a_secret_key_where_the_purpose_was_granted() {
    let shop = open();
    publish(&shop, &json!({"placement": {"letter": placement("email", "welcome")}}));
    experience(&shop, "walk", &showing("boots", "true", &json!({"placements": ["home", "letter"]})));
    shop.grant("anonymous_id:c1", &["site"]);
    shop.grant("anonymous_id:c2", &["site"]);
    let (ana, ben) = (json!({"anonymous_id": "c1"}), json!({"anonymous_id": "c2"}));

    let decided = one(&shop.secret, &ana);
    let unit = decided["grounds"]["unit"].as_str().unwrap_or_else(|| panic!("{decided}"));
    assert!(unit.starts_with("unt_"), "{unit}");
    assert_eq!(one(&shop.secret, &ana)["grounds"]["unit"], unit, "a person keeps the unit");
    assert_ne!(one(&shop.secret, &ben)["grounds"]["unit"], unit);
    assert_eq!(record(&shop, id(&decided))["decision"]["grounds"]["unit"], unit, "the record says it again");

    // For the letter nothing was granted, so the page's nonce was drawn by; for nobody it always is.
    let page = decide(&shop.secret, &json!({"anonymous_id": "c1", "placements": ["home", "letter"]}));
    assert_eq!(page["decisions"][0]["grounds"]["unit"], unit);
    assert_eq!(page["decisions"][1]["grounds"].get("unit"), None, "{page}");
    assert_eq!(one(&shop.secret, &json!({"nonce": "n"}))["grounds"].get("unit"), None);
    assert_eq!(one(&shop.web, &ana).get("grounds"), None);
}

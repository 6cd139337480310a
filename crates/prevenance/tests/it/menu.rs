//! A menu in the order of habit.

use serde_json::{Value, json};

use crate::{
    deciding::{decide, experience, id, one, open, publish, replay, showing, shown},
    pools::tagged,
    shop::{Shop, track, with},
};

const LISTED: [&str; 4] = ["menu-home", "menu-boots", "menu-trail", "menu-sale"];

fn menu() -> Shop {
    let shop = open();
    publish(
        &shop,
        &json!({
            "content": {
                "menu-home": tagged("Home", &["home"]), "menu-boots": tagged("Boots", &["category:boots"]),
                "menu-trail": tagged("Trail", &["trail"]), "menu-sale": tagged("Sale", &["sale"]),
            },
            "placement": {"menu": {"channel": "web", "neutral": LISTED, "most_contents": 4}},
        }),
    );
    let menu = json!({"contents": LISTED, "fixed": ["menu-home"]});
    let variants = json!({"control": {"share": 0.0001}, "a": {"share": 0.9999, "menu": menu}});
    experience(&shop, "by-habit", &showing("boots", "true", &json!({"placements": "menu", "variants": variants})));
    shop.grant("anonymous_id:c1", &["site"]);
    shop
}

/// Somebody goes to a department.
fn visits(shop: &Shop, message: &str, properties: &Value) {
    shop.page_sends(&[track("Product Viewed", message, &json!({"anonymousId": "c1"}), properties)]);
}

/// proves DEC-03: given somebody who often goes to "trail", in a new session trail comes first behind the fixed entry;
/// in one session the order changes once at most; and the answer lists every entry, so that the page needs no script.
#[test]
fn dec_03_the_menu_is_in_the_order_of_habit() {
    let shop = menu();
    let asked = || {
        let decision = one(&shop.web, &json!({"anonymous_id": "c1", "placements": ["menu"]}));
        assert_eq!(replay(&shop, id(&decision)), "SAME");
        shown(&decision).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let order = |second: &str| {
        let rest = LISTED.into_iter().skip(1).filter(|entry| *entry != second);
        ["menu-home", second].into_iter().chain(rest).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(asked(), LISTED, "before anything is known, as it is listed");
    for (day, message) in ["t1", "t2", "t3"].into_iter().enumerate() {
        visits(&shop, message, &json!({"product_id": format!("shoe-{day}"), "tags": ["trail"]}));
        shop.advance("24h");
    }
    // A new session: what is used most is first, behind what is fixed.
    assert_eq!(asked(), order("menu-trail"));
    // Within it the order changes once, for a good reason, and then no more.
    let says = |event: &str, message: &str, topic: &str| {
        shop.page_sends(&[track(event, message, &json!({"anonymousId": "c1"}), &json!({"topic": topic}))]);
    };
    says("Interest Refused", "r1", "tag:trail");
    says("Interest Declared", "d1", "category:boots");
    let changed = asked();
    assert_eq!(changed[..2], order("menu-boots")[..2]);
    says("Interest Declared", "d2", "tag:sale");
    says("Interest Refused", "r2", "category:boots");
    assert_eq!(asked(), changed, "a second change waits");
    shop.advance("31m");
    assert_eq!(asked()[..2], order("menu-sale")[..2], "for the next session");
    // Whoever renders it on the server has every entry with what it says, in order.
    let body = json!({"anonymous_id": "c1", "placements": ["menu"], "format": "html"});
    let rendered = decide(&shop.secret, &body)["decisions"][0].clone();
    let paragraphs = rendered["contents"].as_array().unwrap().iter().map(|entry| entry["payload"].clone());
    assert!(paragraphs.clone().all(|text| text.as_str().unwrap().starts_with("<p data-field=\"title\">")));
    assert_eq!(paragraphs.count(), LISTED.len());
    let nobody = with(&body, &json!({"anonymous_id": null}));
    assert_eq!(shown(&decide(&shop.secret, &nobody)["decisions"][0]), LISTED);
}

//! The order of a search for one person: by earlier searches, and by what suits the moment.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    recommend::{grant, item, ordered, tell, train},
    shop::Shop,
};

/// Three boots, of which `c` alone is waterproof, and a placement `search` in the order of the person.
fn boots_in_the_order_of_a_person(shop: &Shop) {
    let boot = |id: &str, title: &str, more: &str| {
        json!({"id": id, "title": {"en": title}, "price": 100, "stock": 5, "description": {"en": more},
               "categories": [["Shoes", "Boots"]]})
    };
    let boots = [
        boot("a", "Trail boots", "Light and quick."),
        boot("b", "Forest boots", "Light and warm."),
        boot("c", "River boots", "Light and waterproof."),
    ];
    tell(shop, &boots);
    let order = json!({"languages": {"en": {"note": "In your order"}}, "stage": "comparison", "intent": "help",
                       "items": "personal_order"});
    let plain = json!({"languages": {"en": {"note": "All boots"}}, "stage": "comparison", "intent": "help"});
    shop.define("content", "all", &plain);
    shop.define("content", "yours", &order);
    shop.define("placement", "search", &json!({"channel": "web", "neutral": "all"}));
    let benefit = json!({"en": "Find it sooner", "fr": "Trouver plus vite"});
    let half = json!({"control": {"share": 0.1}, "yours": {"share": 0.9, "contents": "yours"}});
    shop.define("setting", "holdout_share", &json!({"value": 0}));
    let ordered = json!({"placements": "search", "audience": "true", "benefit": benefit, "variants": half});
    shop.define("experience", "order", &ordered);
}

/// proves DEC-02: history "waterproof", then "boots": what is waterproof comes up; a name is never reordered.
#[test]
fn a_search_is_in_the_order_of_earlier_searches() {
    let shop = Shop::open();
    boots_in_the_order_of_a_person(&shop);
    let search = |who: &str, query: &str| {
        let request = json!({"query": query, "language": "en", "placement": "search", "user_id": who});
        shop.secret.post("/v1/search", &request).expect(200).json()
    };
    for _ in 0..200 {
        if search("nobody", "boots")["total"] == 3 {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let hits = |answer: &Value| -> Vec<String> {
        answer["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
    };
    let neutral = hits(&search("nobody", "boots"));
    assert_ne!(neutral[0], "c");
    let mut seen = [0, 0];
    for n in 0..30 {
        let who = format!("ana-{n}");
        grant(&shop, &who, "site");
        assert_eq!(hits(&search(&who, "boots")), neutral, "nothing is known yet");
        let searched = json!({"type": "track", "event": "Products Searched", "userId": who,
                              "properties": {"query": "waterproof"}});
        shop.server_sends(&[searched]);
        let answer = search(&who, "boots");
        let is_control = answer["decision"]["variant"] == "control";
        seen[usize::from(is_control)] += 1;
        if is_control {
            assert_eq!(hits(&answer), neutral, "{answer}");
            continue;
        }
        assert_eq!(hits(&answer)[0], "c", "{answer}");
        assert_eq!(answer["hits"][0]["personal"]["because"], json!(["searched waterproof"]), "{answer}");
        assert!(answer["decision"]["id"].is_string() && answer["decision"]["benefit"] == "Find it sooner", "{answer}");
        let typed = json!({"query": "boots", "typing": true, "placement": "search", "user_id": who});
        let typed = shop.secret.post("/v1/search", &typed).expect(200).json();
        assert_eq!((typed.get("decision"), hits(&typed)), (None, neutral.clone()), "no decision a keystroke");
        let named = search(&who, "Trail boots");
        assert_eq!((hits(&named)[0].as_str(), &named["reading"]["exact"]), ("a", &json!("name")), "{named}");
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    grant(&shop, "bo", "email");
    let stranger = search("bo", "boots");
    assert_eq!((hits(&stranger), &stranger["decision"]["reason"]), (neutral, &json!("NO_CONSENT")), "{stranger}");
}

/// What is taken in a country stands higher there for whoever has an order of their own, and says why.
#[test]
fn a_search_is_in_the_order_of_the_moment_too() {
    let shop = Shop::open();
    boots_in_the_order_of_a_person(&shop);
    let boot = |id: &str, category: &str| item(id, "Snow boots", &["Shoes", category], 100.0);
    shop.advance("1m");
    tell(&shop, &[boot("a", "Trail"), boot("b", "City"), boot("c", "Snow")]);
    for (country, item) in [("CA", "a"), ("FR", "b")] {
        for n in 0..6 {
            let who = format!("{country}-{n}");
            grant(&shop, &who, "site");
            let order = |_| {
                let mut order = ordered(&who, &[item]);
                order["context"] = json!({"locale": format!("fr-{country}")});
                order
            };
            shop.server_sends(&(0..20).map(order).collect::<Vec<_>>());
        }
    }
    train(&shop);
    let searched = json!({"type": "track", "event": "Products Searched", "userId": "ana",
                          "properties": {"query": "shoelaces"}});
    grant(&shop, "ana", "site");
    shop.server_sends(&[searched]);
    let first = |language: &str| {
        let request = json!({"query": "boots", "language": language, "placement": "search", "user_id": "ana"});
        let answer = shop.secret.post("/v1/search", &request).expect(200).json();
        assert_eq!(answer["decision"]["variant"], "yours", "{answer}");
        answer["hits"][0].clone()
    };
    let is_there = || {
        std::thread::park_timeout(Duration::from_millis(50));
        first("en-FR")["id"] == "b"
    };
    assert!((0..200).any(|_| is_there()), "{}", first("en-FR"));
    assert_eq!(first("en-CA")["id"], "a");
    assert_eq!(first("en-FR")["personal"]["because"][0], "context path:Shoes > City");
}

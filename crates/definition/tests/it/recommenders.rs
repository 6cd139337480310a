//! Recommenders: what they may say, and what they compile to.

use decide::Items;
use definition::{Documents, Kind, code, compile};
use model::name::Name;
use serde_json::{Value, json};
use suggest::{Algorithm, WhenBought};

fn published(definitions: &[(Kind, &str, Value)]) -> Result<engine::plan::Plan, (&'static str, String)> {
    let mut documents = Documents::defaults();
    for (kind, name, document) in definitions {
        documents.put(*kind, name, document).map_err(|error| (error.code, error.pointer))?;
    }
    compile(&mut documents, 1, None).map_err(|error| (error.code, error.pointer))
}

fn content(items: &Value) -> Value {
    json!({"languages": {"en": {"title": "For you"}}, "stage": "comparison", "intent": "help", "items": items})
}

#[test]
fn a_recommender_says_what_it_wants_of_a_list() {
    let row = json!({
        "algorithms": ["also_bought", "popular"], "count": 6, "least": 2, "bought": "always",
        "only": "price < 100 && brand == 'Lowa' && stock.paris > 0", "exclude": ["b9"], "price": {"from": 0.5, "to": 2},
        "pins": [{"place": 1, "item": "b1"}], "boosts": [{"only": "on_sale == true", "by": 1.5}],
        "most_per_brand": 3, "discovery": 0.2, "floor": 0.1, "least_margin": 0.2,
    });
    let plan = published(&[(Kind::Recommender, "row", row)]).unwrap();
    let row = &plan.recommenders[&Name::from("row")];
    assert_eq!(row.algorithms, [Algorithm::AlsoBought, Algorithm::Popular]);
    assert_eq!((row.count, row.least, row.most_per_brand, row.most_per_category), (6, 2, Some(3), None));
    assert_eq!((row.pins[0].place, &*row.pins[0].item, row.boosts[0].by), (0, "b1", 1.5));
    assert_eq!((row.filters.in_stock, row.filters.bought), (true, WhenBought::Always));
    assert_eq!((row.filters.price_from, row.filters.price_to), (Some(0.5), Some(2.0)));
    assert!(row.filters.only.as_ref().unwrap().print().contains("stock.paris > 0"));
    assert!(plan.segments.needs().contains_key("Order Completed"), "trails are kept for it");
    let usual = published(&[(Kind::Recommender, "row", json!({"algorithms": "similar"}))]).unwrap();
    let usual = &usual.recommenders[&Name::from("row")];
    assert_eq!((usual.count, usual.least, usual.filters.bought), (8, 1, WhenBought::UsedUp));
}

#[test]
fn what_is_wrong_with_a_recommender_is_pointed_at() {
    let refused = |more: Value| {
        let mut document = json!({"algorithms": "similar"});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        published(&[(Kind::Recommender, "row", document)]).map(drop).unwrap_err()
    };
    let at = |code, pointer: &str| (code, pointer.to_owned());
    assert_eq!(refused(json!({"algorithms": "magic"})), at(code::UNKNOWN_WORD, "/algorithms"));
    assert_eq!(refused(json!({"algorithms": ["similar", "similar"]})).1, "/algorithms/1");
    assert_eq!(refused(json!({"count": 49})).1, "/count");
    assert_eq!(refused(json!({"bought": "maybe"})), at(code::UNKNOWN_WORD, "/bought"));
    assert_eq!(refused(json!({"count": 2, "least": 3})), at(code::CONTRADICTION, "/least"));
    assert_eq!(refused(json!({"only": "price <"})).1, "/only");
    assert_eq!(refused(json!({"only": "prize < 3"})), at(code::UNKNOWN_FACT, "/only"));
    assert_eq!(refused(json!({"only": "events(\"page\").count() > 1"})).1, "/only");
    assert_eq!(refused(json!({"boosts": [{"only": "price < 3", "by": 0}]})), at(code::OUT_OF_RANGE, "/boosts/0/by"));
    assert_eq!(refused(json!({"boosts": [{"only": "x.y == 1", "by": 2}]})), at(code::UNKNOWN_FACT, "/boosts/0/only"));
    let twice = json!({"pins": [{"place": 1, "item": "a"}, {"place": 1, "item": "b"}]});
    assert_eq!(refused(twice), at(code::TWICE, "/pins/1/place"));
    assert_eq!(refused(json!({"pins": [{"place": 0, "item": "a"}]})), at(code::OUT_OF_RANGE, "/pins/0/place"));
    assert_eq!(refused(json!({"price": {"from": 2, "to": 1}})), at(code::CONTRADICTION, "/price/to"));
    assert_eq!(refused(json!({"size_of": "shoe"})), at(code::UNKNOWN_FACT, "/size_of"));
    assert_eq!(refused(json!({"benefit": {"fr": "Trouver"}})).0, code::NO_BENEFIT);
    assert_eq!(refused(json!({"purpose": "none"})), at(code::UNKNOWN_PURPOSE, "/purpose"));
    assert_eq!(refused(json!({"more": 1})).1, "/more");
}

#[test]
fn a_content_shows_what_a_recommender_proposes() {
    let row = (Kind::Recommender, "row", json!({"algorithms": "hybrid"}));
    let plan = published(&[row.clone(), (Kind::Content, "you", content(&json!({"recommender": "row"})))]).unwrap();
    let items = plan.decisions.content("you").unwrap().items.clone();
    assert_eq!(items, Some(Items::Recommended("row".into())));
    let unknown = published(&[(Kind::Content, "you", content(&json!({"recommender": "row"})))]).map(drop);
    assert_eq!(unknown.unwrap_err(), (code::UNKNOWN_RECOMMENDER, "/items/recommender".to_owned()));
    assert!(published(&[(Kind::Content, "you", content(&json!("personal_order")))]).is_ok());
    assert_eq!(published(&[(Kind::Content, "you", content(&json!("mine")))]).map(drop).unwrap_err().1, "/items");
    let mut documents = Documents::defaults();
    documents.put(row.0, row.1, &row.2).unwrap();
    documents.put(Kind::Content, "you", &content(&json!({"recommender": "row"}))).unwrap();
    assert_eq!(documents.remove(Kind::Recommender, "row").unwrap_err().code, code::IN_USE);
}

#[test]
fn asked_alone_a_recommender_is_personal_only_with_a_benefit() {
    let plan = |document: Value| published(&[(Kind::Recommender, "row", document)]).unwrap();
    let experience = Name::from("recommend/row");
    let plain = plan(json!({"algorithms": "hybrid"}));
    assert!(plain.decisions.placement("recommend/row").is_some());
    assert!(plain.decisions.experience(&experience).is_none());
    let benefit = json!({"en": "Find what goes with it", "fr": "Trouver ce qui va avec"});
    let stated = plan(json!({"algorithms": "hybrid", "benefit": benefit}));
    assert!(stated.decisions.experience(&experience).is_some());
}

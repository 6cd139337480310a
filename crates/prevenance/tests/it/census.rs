//! What a census tells of the whole shop: the six failures, silent and unjoined sources, fields that nothing reads, and
//! which content makes people known.

use serde_json::{Value, json};

use crate::{
    deciding::{content, experience, one, open, publish, showing, shown},
    shop::{Shop, granting, identify, track, with},
};

/// What a report says after a census of this very moment.
fn fresh(shop: &Shop, report: &str) -> Value {
    shop.secret.get(&format!("/v1/{report}?fresh=true")).expect(200).json()
}

/// An order of a customer, as the till tells it.
fn order(shop: &Shop, customer: &str) {
    let message = format!("order-{customer}");
    let who = json!({"userId": customer, "context": granting(&["site"])});
    shop.server_sends(&[track("Order Completed", &message, &who, &json!({"total": 20}))]);
}

/// What a report says of the entry of a name.
fn named<'a>(entries: &'a Value, name: &str) -> &'a Value {
    let found = entries.as_array().unwrap().iter().find(|entry| entry["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {entries}"))
}

/// The customers whom each failure concerns.
fn failures(thermometer: &Value) -> Vec<(String, u64)> {
    let all = thermometer["failures"].as_array().unwrap().iter();
    all.map(|one| (one["name"].as_str().unwrap().to_owned(), one["customers"].as_u64().unwrap())).collect()
}

/// proves ANA-05: given this shop, when the thermometer is opened, then it shows its own six numbers and their trend.
#[test]
fn ana_05_a_shop_has_its_own_six_numbers_and_their_trend() {
    let shop = open();
    shop.define(
        "source",
        "esp",
        &json!({"kind": "server", "reliability": 0.9, "basis": "consent", "any_of": ["site"]}),
    );
    let esp = shop.key_for("secret", "esp");
    let customers = ["stale", "wrong", "buyer", "browser", "mailed", "doubtful"];
    for name in customers {
        shop.grant(&format!("user_id:{name}"), &["site"]);
    }
    let of = |name: &str| json!({"userId": name});
    shop.page_sends(&[identify("1", &of("stale"), &json!({"shoe_size": "39"}))]);
    shop.grant("anonymous_id:nobody", &["site"]);
    let before = fresh(&shop, "thermometer");
    assert_eq!((&before["customers"], &before["visitors"]), (&json!(6), &json!(1)), "{before}");
    assert_eq!(failures(&before)[..2], [("stale".into(), 0), ("wrong".into(), 0)]);

    // Nobody said the size again: after 300 days it is believed by less than the floor.
    shop.advance("300d");
    shop.page_sends(&[
        identify("2", &of("wrong"), &json!({"city": "Brest"})),
        identify("3", &of("doubtful"), &json!({"first_name": "aaaaaa"})),
        track("Product Viewed", "4", &of("browser"), &json!({"product_id": "b-1", "category": "boots"})),
    ]);
    shop.server_sends(&[identify("5", &of("wrong"), &json!({"city": "Lille"}))]);
    order(&shop, "buyer");
    for message in ["6", "7"] {
        let mail = track("Email Delivered", message, &of("mailed"), &json!({}));
        assert_eq!(esp.post("/v1/batch", &json!({"batch": [mail]})).expect(200).json()["success"], true);
    }

    let thermometer = fresh(&shop, "thermometer");
    let expected = [
        ("stale", 1),
        ("wrong", 2),
        ("without_purchase", 5),
        ("assumed", 1),
        ("over_contacted", 1),
        // Consent was given on the site: so the buyer and the one who was mailed stand in two sources.
        ("not_joined", 3),
    ];
    assert_eq!(failures(&thermometer), expected.map(|(name, count)| (name.to_owned(), count)), "{thermometer}");
    let bought = named(&thermometer["failures"], "without_purchase");
    assert_eq!((&bought["of"], bought["share"].as_f64().unwrap()), (&json!(6), 5.0 / 6.0));
    assert_eq!(bought["text"]["en"], "5 of 6 customers (83.3 %) have no purchase on record.");
    assert_eq!(bought["text"]["fr"], "5 clients sur 6 (83,3 %) n'ont aucun achat conservé.");
    assert_eq!(named(&thermometer["traits"], "shoe_size")["stale"], 1, "{thermometer}");

    let trend = thermometer["trend"].as_array().unwrap();
    let stale: Vec<_> = trend.iter().map(|day| (day["customers"].clone(), day["stale"].clone())).collect();
    assert_eq!(stale, [(json!(6), json!(0)), (json!(6), json!(1))], "{thermometer}");
    assert_eq!(trend[1]["at"], thermometer["at"]);
    let again = shop.secret.get("/v1/thermometer").expect(200).json();
    assert_eq!(again, thermometer, "until the next census");
}

/// proves COL-16: given several sources, when one is silent for more than 7 days, or not joined with the others, then an
/// alarm tells the share of the customers whom that affects.
#[test]
fn col_16_a_source_that_is_silent_or_not_joined_raises_an_alarm_with_the_share_of_customers() {
    let shop = open();
    let contract = json!({"kind": "till", "reliability": 0.9, "basis": "contract", "serves": ["site"]});
    for source in ["card", "club", "never"] {
        shop.define("source", source, &contract);
    }
    let (card, club) = (shop.key_for("secret", "card"), shop.key_for("secret", "club"));
    for customer in 0..3 {
        let name = format!("c{customer}");
        shop.grant(&format!("user_id:{name}"), &["site"]);
        let bought = |at: &str| track("Order Completed", &format!("{at}-{name}"), &json!({"userId": name}), &json!({}));
        shop.page_sends(&[bought("web")]);
        assert_eq!(club.post("/v1/batch", &json!({"batch": [bought("club")]})).expect(200).json()["success"], true);
    }
    let bought = track("Order Completed", "card-1", &json!({}), &json!({"loyalty_card": "card-1"}));
    assert_eq!(card.post("/v1/batch", &json!({"batch": [bought]})).expect(200).json()["success"], true);

    let alarms = |report: &Value, source: &str| -> Vec<String> {
        let alarms = named(&report["sources"], source)["alarms"].as_array().unwrap().clone();
        alarms.iter().map(|alarm| alarm["name"].as_str().unwrap().to_owned()).collect()
    };
    shop.advance("7d");
    let report = fresh(&shop, "sources/health");
    assert_eq!(report["customers"], 4);
    assert_eq!(alarms(&report, "card"), ["not_joined"], "{report}");
    assert_eq!((alarms(&report, "club"), alarms(&report, "web"), alarms(&report, "never")), Default::default());
    let apart = &named(&report["sources"], "card")["alarms"][0];
    assert_eq!((&apart["customers"], &apart["share_of_customers"]), (&json!(1), &json!(0.25)));
    let of_card = named(&report["sources"], "card");
    assert_eq!((&of_card["events_7_days"], &of_card["events_30_days"]), (&json!(0), &json!(1)));
    assert_eq!((&of_card["joined"], &of_card["share_not_joined"]), (&json!(0), &json!(1.0)));
    assert!(!report["sources"].as_array().unwrap().iter().any(|source| source["name"] == "app"), "{report}");

    shop.page_sends(&[track("page seen", "later", &json!({"userId": "c0"}), &json!({}))]);
    shop.advance("1s");
    let report = fresh(&shop, "sources/health");
    assert_eq!(
        (alarms(&report, "card"), alarms(&report, "club")),
        (vec!["silent".into(), "not_joined".into()], vec!["silent".into()])
    );
    assert_eq!((alarms(&report, "web"), alarms(&report, "never")), (vec![], vec!["silent".into()]));
    let silent = &named(&report["sources"], "club")["alarms"][0];
    assert_eq!((&silent["customers"], &silent["share_of_customers"]), (&json!(3), &json!(0.75)));
    assert_eq!(silent["text"]["en"], "The source club has been silent for 7 days; it told of 3 customers.");
}

/// proves COL-17: given a field that no decision used for 90 days, when the census is taken, then it is proposed for
/// deletion, and what a decision read is not, whether itself or within a segment.
#[test]
fn col_17_a_field_that_no_decision_read_for_90_days_is_proposed_for_deletion() {
    let shop = open();
    shop.define("trait", "shoe", &json!({"holds": "text"}));
    shop.define("trait", "height", &json!({"holds": "int"}));
    shop.segment("breton", r#"profile.city == "Brest""#);
    shop.segment("tall", "profile.height > 190");
    let tents = showing("tents", r#"segment("breton") || profile.shoe == "41""#, &json!({}));
    experience(&shop, "tents", &tents);
    shop.grant("user_id:ana", &["site"]);
    let born = "1980-05-05T00:00:00Z";
    let traits = json!({"city": "Rennes", "shoe": "39", "height": 170, "hobby": "chess", "birth_date": born});
    shop.page_sends(&[identify("1", &json!({"userId": "ana"}), &traits)]);
    assert_eq!(fresh(&shop, "traits/unused")["traits"], json!([]), "nothing has been here for long");

    let names = |report: &Value| -> Vec<String> {
        let traits = report["traits"].as_array().unwrap().iter();
        traits.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    shop.advance("89d");
    assert_eq!(shown(&one(&shop.secret, &json!({"user_id": "ana"}))), ["welcome"]);
    assert_eq!(names(&fresh(&shop, "traits/unused")), [""; 0], "a day is missing");
    shop.advance("1d");
    let report = fresh(&shop, "traits/unused");
    // The birth date says of every page that she is no minor.
    assert_eq!(names(&report), ["height", "hobby"], "{report}");
    let height = named(&report["traits"], "height");
    assert_eq!(
        (&height["profiles"], &height["segments"], &height["defined"]),
        (&json!(1), &json!(["tall"]), &json!(true))
    );
    assert_eq!((&height["since"], height.get("last_read")), (&json!("2026-03-02T10:00:00Z"), None));
    let text = "hobby is kept of 1 profiles, and no decision has read it for 90 days: it is proposed for deletion.";
    assert_eq!(named(&report["traits"], "hobby")["text"]["en"], text);

    // The program is killed: what decisions read, and since when fields have values, is known all the same.
    let mut shop = shop;
    shop.server.kill9();
    shop.start_again_at(crate::shop::at("2026-05-31 10:00"));
    shop.advance("88d");
    let report = fresh(&shop, "traits/unused");
    assert_eq!(names(&report), ["height", "hobby"], "{report}");
    shop.advance("2d");
    let report = fresh(&shop, "traits/unused");
    assert_eq!(names(&report), ["birth_date", "city", "height", "hobby", "shoe"], "{report}");
    assert_eq!(named(&report["traits"], "shoe")["last_read"], "2026-05-30T00:00:00Z");
}

/// proves COL-13: given 30 days of traffic, when the report is opened, then it ranks contents and stages by the share of
/// the unknown that they made known.
#[test]
fn col_13_contents_and_stages_are_ranked_by_how_many_people_they_make_known() {
    let shop = open();
    let guide =
        with(&content(&json!({"en": {"title": "Guide"}, "fr": {"title": "Guide"}})), &json!({"stage": "comparison"}));
    publish(&shop, &json!({"content": {"guide": guide}, "trait": {"wants": {"holds": "text"}}}));
    experience(&shop, "guide", &showing("guide", r#"profile.wants == "guide""#, &json!({})));
    // Two of three who saw the guide log in, one of four who saw only the welcome; who was known before does not count.
    let visitors = [
        ("g1", true, true),
        ("g2", true, true),
        ("g3", true, false),
        ("w1", false, true),
        ("w2", false, false),
        ("w3", false, false),
        ("w4", false, false),
    ];
    for (device, wants_guide, _) in visitors {
        shop.grant(&format!("anonymous_id:{device}"), &["site"]);
        if wants_guide {
            let wants =
                identify(&format!("wants-{device}"), &json!({"anonymousId": device}), &json!({"wants": "guide"}));
            shop.page_sends(&[wants]);
        }
        let expected = if wants_guide { "guide" } else { "welcome" };
        assert_eq!(shown(&one(&shop.web, &json!({"anonymous_id": device}))), [expected]);
    }
    shop.grant("user_id:known", &["site"]);
    assert_eq!(shown(&one(&shop.secret, &json!({"user_id": "known"}))), ["welcome"]);
    shop.advance("10d");
    for (device, ..) in visitors.iter().filter(|(_, _, logs_in)| *logs_in) {
        let who = json!({"anonymousId": device, "userId": format!("account-{device}")});
        shop.page_sends(&[identify(&format!("login-{device}"), &who, &json!({}))]);
    }
    shop.advance("20d");
    let report = fresh(&shop, "reports/identification");
    let row = |entry: &Value, name: &str| {
        let count = |field: &str| entry[field].as_u64().unwrap();
        (entry[name].as_str().unwrap().to_owned(), count("shown"), count("identified"), count("waiting"))
    };
    let contents: Vec<_> = report["contents"].as_array().unwrap().iter().map(|one| row(one, "content")).collect();
    assert_eq!(contents, [("guide".into(), 3, 2, 1), ("welcome".into(), 4, 1, 3)], "{report}");
    let stages: Vec<_> = report["stages"].as_array().unwrap().iter().map(|one| row(one, "stage")).collect();
    assert_eq!(stages, [("comparison".into(), 3, 2, 1), ("discovery".into(), 4, 1, 3)], "{report}");
    assert_eq!(report["contents"][0]["share"].as_f64().unwrap(), 2.0 / 3.0);
    // Wilson (1927) for two of three.
    assert!((report["contents"][0]["at_least"].as_f64().unwrap() - 0.207_66).abs() < 1e-5, "{report}");

    // A day later their 30 days are over: a login is too late to count.
    shop.advance("1d");
    let who = json!({"anonymousId": "g3", "userId": "account-g3"});
    shop.page_sends(&[identify("login-late", &who, &json!({}))]);
    let report = fresh(&shop, "reports/identification");
    assert_eq!(row(&report["contents"][0], "content"), ("guide".into(), 3, 2, 0), "{report}");
}

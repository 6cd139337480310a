//! Section E of the requirements: what is chosen for a person, with its reason, else what is neutral.

use serde_json::{Value, json};

use crate::{
    deciding::{content, experience, gist, id, one, open, publish, record, rejected, showing, shown},
    shop::{granting, identify, track, with},
};

/// proves DEC-01: given eligible rules, the home page gets what was chosen, with its reason, else what is neutral.
#[test]
fn dec_01_the_home_page_gets_what_was_chosen_with_its_reason_or_what_is_neutral() {
    let shop = open();
    shop.segment("hikers", r#"events("Product Viewed").where(category == "boots").count() > 0"#);
    experience(&shop, "hello", &showing("tents", r#"profile.city == "Brest""#, &json!({"priority": 5})));
    experience(&shop, "walk", &showing("boots", r#"segment("hikers")"#, &json!({})));
    let ana = json!({"anonymous_id": "c1"});
    shop.grant("anonymous_id:c1", &["site"]);

    let nothing = one(&shop.secret, &ana);
    assert_eq!((gist(&nothing), shown(&nothing)), ("-/- because NOT_ELIGIBLE".into(), vec!["welcome"]));
    let who = json!({"anonymousId": "c1"});
    shop.page_sends(&[track("Product Viewed", "v1", &who, &json!({"category": "boots"}))]);
    let boots = one(&shop.secret, &ana);
    assert_eq!((gist(&boots), shown(&boots)), ("walk/a because SPLIT".into(), vec!["boots"]));
    assert_eq!(boots["contents"][0]["payload"], json!({"title": "Boots"}));
    assert_eq!(boots["grounds"]["evidence"], json!([{"segment": {"name": "hikers", "member": true}}]));
    // A welcome by the town, which is ahead by its priority.
    shop.page_sends(&[identify("i1", &who, &json!({"city": "Brest"}))]);
    let hello = one(&shop.secret, &ana);
    assert_eq!((gist(&hello), shown(&hello)), ("hello/a because SPLIT".into(), vec!["tents"]));
    assert_eq!(hello["grounds"]["standing"], "priority");
    let evidence = &hello["grounds"]["evidence"][0]["trait"];
    assert_eq!(
        (&evidence["name"], &evidence["value"], &evidence["source"]),
        (&json!("city"), &json!("Brest"), &json!("web"))
    );
    // What was answered is what is recorded.
    let record = record(&shop, id(&hello));
    assert_eq!((&record["decision"], &record["at"]), (&hello, &json!("2026-03-02T10:00:00Z")));
    // Somebody else gets what is neutral, and so does nobody.
    shop.grant("anonymous_id:c2", &["site"]);
    assert_eq!(gist(&one(&shop.secret, &json!({"anonymous_id": "c2"}))), "-/- because NOT_ELIGIBLE");
    assert_eq!(gist(&one(&shop.secret, &json!({}))), "-/- because NO_DATA");
}

/// proves DEC-06: given a page about boots and then the home page of one session, the home page shows what goes with
/// boots on that very request.
#[test]
fn dec_06_the_page_just_seen_changes_the_answer_of_the_same_call() {
    let shop = open();
    experience(
        &shop,
        "walk",
        &showing(
            "boots",
            r#"events("Product Viewed").where(category == "boots").within("30m").count() > 0"#,
            &json!({}),
        ),
    );
    shop.grant("anonymous_id:c1", &["site"]);
    let view = |device: &str, id: &str| {
        track("Product Viewed", id, &json!({"anonymousId": device}), &json!({"category": "boots"}))
    };
    assert_eq!(shown(&one(&shop.web, &json!({"anonymous_id": "c1"}))), ["welcome"]);
    let home = one(&shop.web, &json!({"anonymous_id": "c1", "events": [view("c1", "v1")]}));
    assert_eq!((gist(&home), shown(&home)), ("walk/a because SPLIT".into(), vec!["boots"]));
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 1);
    // Sent again, it is the same event; and the session ends.
    assert_eq!(shown(&one(&shop.web, &json!({"anonymous_id": "c1", "events": [view("c1", "v1")]}))), ["boots"]);
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 1);
    shop.advance("30m");
    assert_eq!(shown(&one(&shop.web, &json!({"anonymous_id": "c1"}))), ["welcome"]);
    // A visitor's first call may bring the consent, and what it is for.
    let first = with(&view("c2", "v2"), &json!({"context": granting(&["site"])}));
    assert_eq!(shown(&one(&shop.web, &json!({"anonymous_id": "c2", "events": [first]}))), ["boots"]);
    // Without one, the event is only counted.
    let silent = one(&shop.web, &json!({"anonymous_id": "c3", "events": [view("c3", "v3")]}));
    assert_eq!((gist(&silent), shown(&silent)), ("-/- because NO_DATA".into(), vec!["welcome"]));
    assert!(!shop.knows("anonymous_id:c3"));
}

/// proves DEC-20: given one door for decisions, asked for JSON, HTML and text it gives the same variant and the same
/// record.
#[test]
fn dec_20_every_format_has_the_same_variant_and_the_same_record() {
    let shop = open();
    let split = json!({"variants": {
        "control": {"share": 0.2}, "a": {"share": 0.4, "contents": "rich"}, "b": {"share": 0.4, "contents": "tents"},
    }});
    let rich = json!({"title": "Boots & <poles>", "price": 129, "more": ["wool", {"alt": "a \"boot\""}]});
    publish(&shop, &json!({"content": {"rich": content(&json!({"en": rich}))}}));
    experience(&shop, "split", &showing("rich", "true", &split));
    let mut variants = Vec::new();
    for number in 0..12 {
        let device = format!("c{number}");
        shop.grant(&format!("anonymous_id:{device}"), &["site"]);
        let ask = |format: &str| one(&shop.secret, &json!({"anonymous_id": device, "format": format}));
        let (json, html, text) = (ask("json"), ask("html"), ask("text"));
        assert_eq!((gist(&json), shown(&json)), (gist(&html), shown(&html)));
        assert_eq!((gist(&json), shown(&json)), (gist(&text), shown(&text)));
        let logged = |decision: &Value| with(&record(&shop, id(decision))["decision"], &json!({"id": ""}));
        assert_eq!(logged(&json), logged(&html));
        assert_eq!(logged(&json), logged(&text));
        let payload = |decision: &Value| decision["contents"][0]["payload"].clone();
        if json["variant"] == "a" {
            assert_eq!(payload(&json), rich);
            let html_of_rich = "<p data-field=\"more.0\">wool</p><p data-field=\"more.1.alt\">a &quot;boot&quot;</p>\
                                <p data-field=\"price\">129</p>\
                                <p data-field=\"title\">Boots &amp; &lt;poles&gt;</p>";
            assert_eq!(payload(&html), html_of_rich);
            assert_eq!(payload(&text), "wool\na \"boot\"\n129\nBoots & <poles>");
        }
        variants.push(json["variant"].as_str().unwrap().to_owned());
    }
    ["control", "a", "b"].iter().for_each(|arm| assert!(variants.iter().any(|one| one == arm), "{variants:?}"));
}

/// proves DEC-21: given a rule without a stated benefit to the customer, publishing is refused; the benefit's text is
/// what "why do I see this?" says.
#[test]
fn dec_21_the_benefit_is_stated_and_is_what_the_customer_reads() {
    let shop = open();
    let benefit = json!({
        "fr": "Vos bottes durent plus longtemps.", "en": "Your boots last longer.", "pt-BR": "Suas botas duram mais.",
    });
    let whole = showing("boots", "true", &json!({"benefit": benefit}));
    for (benefit, pointer) in [
        (json!(null), "/benefit"),
        (json!({}), "/benefit/fr"),
        (json!({"fr": "Plus longtemps."}), "/benefit/en"),
        (json!({"fr": "", "en": "Longer."}), "/benefit/fr"),
        (json!({"fr": "Plus longtemps.", "en": " "}), "/benefit/en"),
    ] {
        let mut without = whole.clone();
        match benefit {
            Value::Null => drop(without.as_object_mut().unwrap().remove("benefit")),
            benefit => without["benefit"] = benefit,
        }
        let refused = shop.secret.put("/v1/definitions/experience/care", &without).expect(422).json();
        assert_eq!(refused["error"]["pointer"], pointer, "{refused}");
        assert_eq!(refused["code"], "NO_BENEFIT", "{refused}");
    }
    assert_eq!(shown(&one(&shop.web, &json!({}))), ["welcome"], "nothing of it is in force");

    experience(&shop, "care", &whole);
    shop.grant("anonymous_id:c1", &["site"]);
    for who in [json!({"anonymous_id": "c1"}), json!({"nonce": "page"})] {
        for (languages, expected) in [
            (json!(["fr-CH", "en"]), &benefit["fr"]),
            (json!(["en"]), &benefit["en"]),
            (json!(["de", "fr"]), &benefit["fr"]),
            (json!(["pt-BR"]), &benefit["pt-BR"]),
            (json!(["pt-PT", "en"]), &benefit["pt-BR"]),
            (json!(["de"]), &benefit["en"]),
        ] {
            let decision = one(&shop.web, &with(&who, &json!({"languages": languages})));
            assert_eq!(&decision["benefit"], expected, "{languages}");
        }
    }
    // Whoever reads neither is told in the language of what is shown.
    publish(&shop, &json!({"setting": {"language": {"value": "fr"}}}));
    let german = one(&shop.web, &json!({"anonymous_id": "c1", "languages": ["de"]}));
    assert_eq!((&german["contents"][0]["language"], &german["benefit"]), (&json!("fr"), &benefit["fr"]));
    // What is neutral needs no excuse: neither in a control, nor where the experience is off.
    let mut control = whole.clone();
    control["variants"] = json!({"control": {"share": 0.9999}, "a": {"share": 0.0001, "contents": "boots"}});
    experience(&shop, "care", &control);
    let drawn = one(&shop.web, &json!({"anonymous_id": "c1"}));
    assert_eq!((gist(&drawn).as_str(), shown(&drawn)), ("care/control because SPLIT", vec!["welcome"]));
    assert_eq!(drawn.get("benefit"), None);
    let mut off = whole;
    off["enabled"] = json!(false);
    experience(&shop, "care", &off);
    let neutral = one(&shop.web, &json!({"anonymous_id": "c1"}));
    assert_eq!((gist(&neutral).as_str(), &neutral["benefit"]), ("-/- because DISABLED", &Value::Null));
}

/// proves EXP-01: given a rule without a control, publishing is refused; with one, the control shows what is neutral.
#[test]
fn exp_01_there_is_always_a_control_that_shows_what_is_neutral() {
    let shop = open();
    let variants = |variants: Value| showing("boots", "true", &json!({"variants": variants}));
    let all = json!({"share": 1, "contents": "boots"});
    let most = json!({"share": 0.95, "contents": "boots"});
    for (document, code, pointer) in [
        (variants(json!({"a": all})), "NO_CONTROL", "/variants"),
        (
            variants(json!({"a": {"share": 0.5, "contents": "boots"}, "b": {"share": 0.5, "contents": "tents"}})),
            "NO_CONTROL",
            "/variants",
        ),
        (variants(json!({"control": {"share": 1}})), "EMPTY", "/variants"),
        (
            variants(json!({"control": {"share": 0.5, "contents": "tents"}, "a": {"share": 0.5, "contents": "boots"}})),
            "CONTRADICTION",
            "/variants/control/contents",
        ),
    ] {
        let refused = shop.secret.put("/v1/definitions/experience/walk", &document).expect(422).json();
        assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!(code), &json!(pointer)), "{refused}");
    }
    let mut small = variants(json!({"control": {"share": 0.05}, "a": most}));
    small.as_object_mut().unwrap().remove("small_control");
    let refused = shop.secret.put("/v1/definitions/experience/walk", &small).expect(422).json();
    assert_eq!(
        (&refused["code"], &refused["error"]["pointer"]),
        (&json!("CONTROL_TOO_SMALL"), &json!("/variants/control/share"))
    );
    assert_eq!(shop.secret.get("/v1/definitions/experience/walk").status, 404);

    experience(&shop, "walk", &variants(json!({"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "boots"}})));
    let arms: Vec<(String, String)> = (0..40)
        .map(|number| {
            let decision = one(&shop.secret, &json!({"nonce": format!("page-{number}")}));
            assert_eq!((&decision["experience"], &decision["grounds"]["propensity"]), (&json!("walk"), &json!(0.5)));
            (decision["variant"].as_str().unwrap().to_owned(), shown(&decision)[0].to_owned())
        })
        .collect();
    let count = |arm: &str, content: &str| arms.iter().filter(|(a, c)| a == arm && c == content).count();
    let (controls, others) = (count("control", "welcome"), count("a", "boots"));
    assert_eq!(controls + others, 40, "{arms:?}");
    assert!(controls.min(others) >= 8, "{controls} of 40 are a half");
}

/// proves SEG-06: given five segments that overlap, one wins, the same one each time, and it is said why.
#[test]
fn seg_06_of_five_that_overlap_one_wins_and_it_is_said_by_what() {
    let shop = open();
    let segments = ["buyers", "keen", "local", "loyal", "women"];
    for (segment, condition) in segments.iter().zip([
        r#"events("Order Completed").count() > 0"#,
        r#"events("Product Viewed").count() > 1"#,
        r#"profile.city == "Brest""#,
        r#"events("Order Completed").sum(total) >= 100"#,
        r#"profile.gender == "female""#,
    ]) {
        shop.segment(segment, condition);
        publish(&shop, &json!({"content": {segment.to_owned(): content(&json!({"en": {"title": segment}}))}}));
        let audience = format!("segment({segment:?})");
        experience(&shop, &format!("for-{segment}"), &showing(segment, &audience, &json!({})));
    }
    shop.grant("user_id:ana", &["site"]);
    let who = json!({"userId": "ana"});
    shop.page_sends(&[
        identify("i", &who, &json!({"city": "Brest", "gender": "female"})),
        track("Product Viewed", "v1", &who, &json!({})),
        track("Product Viewed", "v2", &who, &json!({})),
        track("Order Completed", "o1", &who, &json!({"total": 120})),
    ]);
    assert_eq!(shop.segments_of("user_id:ana").len(), 5);
    let winner = |by: &str| {
        // A new visit: within one, what won before stays ahead of its equals.
        shop.advance("30m");
        let asked = json!({"user_id": "ana", "explain": true});
        let decision = one(&shop.secret, &asked);
        let again = one(&shop.secret, &asked);
        // But for the points: who meets it again is restrained sooner.
        let grounds = |decision: &Value| with(&decision["grounds"], &json!({"points": 0}));
        assert_eq!((gist(&decision), grounds(&decision)), (gist(&again), grounds(&again)), "it is always the same");
        assert_eq!((&decision["reason"], &decision["grounds"]["standing"]), (&json!("SPLIT"), &json!(by)));
        let others = decision["grounds"]["rejected"].as_array().unwrap();
        assert_eq!(others.len(), 4);
        for other in others {
            assert_eq!((&other["why"], &other["detail"]["to"]), (&json!("lost"), &decision["experience"]));
        }
        (decision["experience"].as_str().unwrap().to_owned(), others.clone())
    };
    let order = |others: &[Value]| -> Vec<String> {
        others.iter().map(|other| other["experience"].as_str().unwrap().to_owned()).collect()
    };
    let (first, others) = winner("name");
    assert_eq!(
        (first.as_str(), order(&others)),
        ("for-buyers", ["for-keen", "for-local", "for-loyal", "for-women"].map(str::to_owned).to_vec())
    );
    experience(&shop, "for-loyal", &showing("loyal", r#"segment("loyal")"#, &json!({"score": 0.5})));
    let (first, others) = winner("score");
    assert_eq!((first.as_str(), &others[0]["detail"]["by"]), ("for-loyal", &json!("score")));
    experience(&shop, "for-women", &showing("women", r#"segment("women")"#, &json!({"priority": 1})));
    let (first, others) = winner("priority");
    assert_eq!((first.as_str(), order(&others)[0].as_str()), ("for-women", "for-loyal"));
    // The one that was ahead falls away, and the next one stands.
    shop.page_sends(&[identify("i2", &who, &json!({"gender": "other"}))]);
    let decision = one(&shop.secret, &json!({"user_id": "ana", "explain": true}));
    assert_eq!(gist(&decision), "for-loyal/a because SPLIT");
    assert_eq!(rejected(&decision)["for-women"], "audience");
}

/// proves SEG-06 (at design time): whoever designs for a combination in which nobody can be is told, before anything is
/// published.
#[test]
fn seg_06_impossible_combinations_are_listed_when_they_are_designed() {
    let shop = open();
    shop.segment("women", r#"profile.gender == "female""#);
    let both = json!({
        "segment": {"men": {"condition": r#"profile.gender == "male""#}},
        "experience": {"for-both": showing("boots", r#"segment("women") && segment("men")"#, &json!({}))},
    });
    let foreseen = shop.secret.put("/v1/definitions?dry_run=true", &both).expect(200).json();
    let advice: Vec<(&str, &str)> = foreseen["advice"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["code"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect();
    assert!(advice.contains(&("AUDIENCE_NEVER_MATCHES", "for-both")), "{advice:?}");
    assert!(advice.contains(&("SEGMENTS_EXCLUDE_EACH_OTHER", "for-both")), "{advice:?}");
    assert_eq!(publish(&shop, &both)["advice"], foreseen["advice"]);
}

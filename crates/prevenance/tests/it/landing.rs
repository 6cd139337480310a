//! Pages that people land on: what they searched for, what comes next, and what stays as it is.

use serde_json::{Value, json};

use crate::{
    deciding::{
        decide, experience, gist, id, one, one_from, open, placement, publish, rejected, replay, showing, shown,
    },
    pools::{choosing, tagged},
    shop::{Shop, track, with},
};

const CRAWLER: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// The context of somebody who lands from an ad on a keyword.
fn from_ad(keyword: &str) -> Value {
    json!({"campaign": {"source": "google", "medium": "cpc", "term": keyword}})
}

/// Guides at a placement of two contents, and a placement for the next step.
fn guides() -> Shop {
    let shop = open();
    let guide = |title: &str, tags: &[&str], stage: &str, intent: &str| {
        with(&tagged(title, tags), &json!({"stage": stage, "intent": intent}))
    };
    publish(
        &shop,
        &json!({
            "content": {
                "sore-feet": guide("Sore feet? Three causes", &["sore-feet", "category:boots"], "discovery", "help"),
                "rain-boots": guide("Dry in the rain", &["rain", "category:boots"], "comparison", "inform"),
                "pole-guide": guide("Poles", &["category:poles"], "comparison", "inform"),
                "boot-sale": guide("Boots −20 %", &["category:boots"], "conversion", "inform"),
            },
            "placement": {
                "landing": placement("web", "welcome"),
                "next-step": placement("web", "welcome"),
            },
        }),
    );
    let pool = json!({"contents": ["boot-sale", "pole-guide", "rain-boots", "sore-feet"], "order": ["keyword", "stage", "interest"]});
    experience(&shop, "landing", &choosing("true", &pool, &json!({"placements": "landing"})));
    let next =
        json!({"contents": ["boot-sale", "pole-guide", "rain-boots", "sore-feet"], "order": ["interest", "stage"]});
    experience(&shop, "next", &choosing("true", &next, &json!({"placements": "next-step"})));
    shop.grant("anonymous_id:c1", &["site"]);
    shop
}

fn lands(shop: &Shop, device: &str, keyword: &str) -> Vec<String> {
    let body = json!({"anonymous_id": device, "placements": ["landing", "next-step"], "context": from_ad(keyword)});
    let decisions = decide(&shop.secret, &body)["decisions"].clone();
    let decisions = decisions.as_array().unwrap();
    decisions.iter().for_each(|decision| assert_eq!(replay(shop, id(decision)), "SAME"));
    decisions.iter().map(|decision| shown(decision)[0].to_owned()).collect()
}

/// proves DEC-04: given a keyword, the landing page shows a content that is tagged with it, and beside it a next step
/// from what is known.
#[test]
fn dec_04_the_page_matches_the_search_and_then_guides_on() {
    let shop = guides();
    let who = json!({"anonymousId": "c1"});
    shop.page_sends(&[track("Interest Declared", "d1", &who, &json!({"topic": "category:poles"}))]);
    assert_eq!(lands(&shop, "c1", "RAIN boots, cheap"), ["rain-boots", "pole-guide"]);
    // Without consent only the search speaks.
    let nobody = json!({"placements": ["landing"], "context": from_ad("rain")});
    assert_eq!(shown(&one(&shop.web, &nobody)), ["rain-boots"]);
    // A keyword of a thousand characters is cut, and harms nobody.
    let long = json!({"placements": ["landing"], "context": from_ad(&"€ rain".repeat(200))});
    assert_eq!(shown(&one(&shop.web, &long)).len(), 1);
}

/// proves CON-05: given somebody who searched for "sore feet after walks", the landing page names the problem and
/// pushes no price.
#[test]
fn con_05_an_irritant_is_met_by_a_guide_and_no_price() {
    let shop = guides();
    let body = json!({"anonymous_id": "c1", "placements": ["landing"], "context": from_ad("sore feet after walks")});
    let decision = one(&shop.secret, &body);
    let content = &decision["contents"][0];
    assert_eq!((shown(&decision), &content["intent"]), (vec!["sore-feet"], &json!("help")));
    assert_eq!(content["payload"]["title"], "Sore feet? Three causes");
    assert!(decision["contents"].as_array().unwrap().iter().all(|content| content["content"] != "boot-sale"));
}

/// proves CON-06: given somebody who looked at three boots, when they return they see a comparison of these three.
#[test]
fn con_06_three_boots_that_were_viewed_are_compared() {
    let shop = open();
    let compare =
        with(&tagged("Side by side", &[]), &json!({"items": "viewed", "stage": "comparison", "intent": "help"}));
    publish(&shop, &json!({"content": {"compare": compare}}));
    experience(&shop, "compare", &showing("compare", "true", &json!({})));
    shop.grant("anonymous_id:c1", &["site"]);
    let ask = || one(&shop.secret, &json!({"anonymous_id": "c1", "explain": true}));
    let nothing = ask();
    assert_eq!(
        (gist(&nothing), rejected(&nothing)["compare"].clone()),
        ("-/- because NOT_ELIGIBLE".into(), json!("unsuited"))
    );
    for (number, (category, product)) in
        [("boots", "b1"), ("boots", "b2"), ("poles", "p1"), ("boots", "b3"), ("boots", "b1")].into_iter().enumerate()
    {
        let what = json!({"category": category, "product_id": product});
        shop.page_sends(&[track("Product Viewed", &format!("v{number}"), &json!({"anonymousId": "c1"}), &what)]);
        shop.advance("1m");
    }
    shop.advance("48h");
    let decision = ask();
    assert_eq!((gist(&decision), shown(&decision)), ("compare/a because SPLIT".into(), vec!["compare"]));
    let compared = ["b1", "b3", "b2"].map(|id| json!({"id": id}));
    assert_eq!(decision["contents"][0]["items"], json!(compared));
    assert_eq!(replay(&shop, id(&decision)), "SAME");
    shop.advance("40d");
    assert_eq!(shown(&ask()), ["welcome"], "what was looked at long ago is not being compared");
}

/// proves CON-07: given somebody who chose a size and hesitates, the page reassures about delivery and returns, and no
/// other zone distracts.
#[test]
fn con_07_who_hesitates_is_reassured_and_not_distracted() {
    let shop = open();
    let at_checkout = |intent: &str| with(&tagged(intent, &[]), &json!({"stage": "conversion", "intent": intent}));
    let zone = json!({"channel": "web", "neutral": "how-to-pay", "checkout": true});
    publish(
        &shop,
        &json!({
            "content": {"returns": at_checkout("reassure"), "how-to-pay": at_checkout("help")},
            "placement": {"cart-top": zone, "cart-side": zone},
        }),
    );
    let hesitates =
        r#"events("Size Chosen").within("1d").count() > 0 && !(events("Order Completed").within("1d").count() > 0)"#;
    experience(&shop, "reassure", &showing("returns", hesitates, &json!({"placements": "cart-top", "priority": 1})));
    let ideas = json!({"contents": ["tents", "boots", "how-to-pay"], "repeat": "allowed"});
    experience(&shop, "ideas", &choosing("true", &ideas, &json!({"placements": ["home", "cart-top", "cart-side"]})));
    shop.grant("anonymous_id:c1", &["site"]);
    let page = || {
        let body = json!({"anonymous_id": "c1", "placements": ["home", "cart-top", "cart-side"], "explain": true});
        decide(&shop.secret, &body)["decisions"].clone()
    };
    let zones = |page: &Value| [0, 1, 2].map(|place| shown(&page[place])[0].to_owned());
    assert_eq!(zones(&page()), ["tents", "how-to-pay", "how-to-pay"], "an idea is no help where a customer pays");
    shop.page_sends(&[track("Size Chosen", "s1", &json!({"anonymousId": "c1"}), &json!({"size": 42}))]);
    let hesitating = page();
    assert_eq!(zones(&hesitating)[1..], ["returns", "how-to-pay"]);
    assert_eq!(hesitating[1]["contents"][0]["intent"], "reassure");
    let intents = hesitating[2]["contents"].as_array().unwrap().iter().map(|content| content["intent"].clone());
    assert_eq!(intents.collect::<Vec<_>>(), ["help"], "of the ideas none is left here");
}

/// proves DEC-17: given the same page twice in a session, it is rendered the same; what somebody just did changes what is
/// inside a zone at once, and something more urgent takes its place at once.
#[test]
fn dec_17_a_page_stays_as_it_is_within_a_session() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "content": {"a": tagged("A", &["ideas"]), "b": tagged("B", &["ideas", "category:boots"])},
            "placement": {"side": placement("web", "welcome"), "foot": placement("web", "welcome")},
        }),
    );
    experience(&shop, "ideas", &choosing("true", &json!({"tags": ["ideas"]}), &json!({})));
    experience(&shop, "at-side", &showing("tents", "true", &json!({"placements": "side"})));
    let did = |event: &str| format!(r#"events("{event}").within("1d").count() > 0"#);
    // Once somebody did it, these would be ahead: by their score, on another place of the page, by their priority.
    experience(&shop, "scored", &showing("boots", &did("Liked"), &json!({"score": 9})));
    experience(&shop, "at-foot", &showing("boots", &did("Liked"), &json!({"placements": "foot", "priority": 3})));
    experience(&shop, "urgent", &showing("tents", &did("Called"), &json!({"priority": 5})));
    shop.grant("anonymous_id:c1", &["site"]);
    let page = || {
        let body = json!({"anonymous_id": "c1", "placements": ["home", "side", "foot"]});
        let decisions = decide(&shop.secret, &body)["decisions"].clone();
        decisions.as_array().unwrap().iter().for_each(|decision| assert_eq!(replay(&shop, id(decision)), "SAME"));
        decisions
    };
    let zones = |page: &Value| {
        let decisions = page.as_array().unwrap().iter();
        decisions.map(|decision| format!("{} {}", gist(decision), shown(decision)[0])).collect::<Vec<_>>()
    };
    let does = |event: &str, properties: &Value| {
        let message = format!("{event}-{properties}");
        shop.page_sends(&[track(event, &message, &json!({"anonymousId": "c1"}), properties)]);
    };
    let (ideas, side, foot) =
        ("ideas/a because SPLIT", "at-side/a because SPLIT tents", "-/- because NOT_ELIGIBLE welcome");
    let first = page();
    assert_eq!(zones(&first), [format!("{ideas} a"), side.into(), foot.into()]);
    shop.advance("10m");
    assert_eq!(zones(&page()), zones(&first), "the same page again is the same page");
    does("Liked", &json!({}));
    let liked = page();
    let capped = "-/- because CAPPED welcome";
    assert_eq!(zones(&liked), [format!("{ideas} a"), side.into(), capped.into()], "the layout stays");
    assert_eq!(liked[0]["grounds"]["standing"], "visit");
    does("Interest Declared", &json!({"topic": "category:boots"}));
    assert_eq!(zones(&page())[0], format!("{ideas} b"), "what is inside a zone changes at once");
    does("Called", &json!({}));
    assert_eq!(zones(&page())[0], "urgent/a because SPLIT tents", "and so does the zone, where it is urgent");
    // A new session begins afresh.
    shop.advance("30m");
    assert_eq!(zones(&page())[2], "at-foot/a because SPLIT boots");
}

/// proves DEC-11: given a content that is withdrawn for a keyword, whoever searches for that gets another one; others
/// still get it.
#[test]
fn dec_11_a_withdrawn_pair_is_not_shown() {
    let shop = guides();
    let search = |keyword: &str| {
        let body = json!({"placements": ["landing"], "context": from_ad(keyword)});
        shown(&one(&shop.web, &body))[0].to_owned()
    };
    assert_eq!((search("rain boots"), search("rain")), ("rain-boots".to_owned(), "rain-boots".to_owned()));
    let pairs = json!([{"content": "rain-boots", "keyword": "Boots, rain!"}]);
    publish(&shop, &json!({"setting": {"withdrawn": {"value": pairs}}}));
    assert_eq!((search("rain boots"), search("rain")), ("boot-sale".to_owned(), "rain-boots".to_owned()));
}

/// Of 240 visitors who land on `landing` after a search for rain boots, one half is shown a content after which half of
/// them go back at once, the other what is neutral, after which one in eight does. How many were shown which.
fn many_leave(shop: &Shop) -> (usize, usize) {
    let pool = json!({"contents": ["rain-boots", "pole-guide"]});
    let halves = json!({"control": {"share": 0.5}, "a": {"share": 0.5, "pool": pool}});
    experience(shop, "landing", &showing("boots", "true", &json!({"placements": "landing", "variants": halves})));
    // Bots land too, and half of them say that they went back: they count nowhere.
    for number in 0..60 {
        let device = format!("bot{number}");
        _ = searches(shop, &device, &[("user-agent", CRAWLER)]);
        if number % 2 == 0 {
            returns(shop, &device, &json!({"userAgent": CRAWLER}));
        }
    }
    let mut seen = (0, 0);
    for number in 0..240 {
        let device = format!("v{number}");
        let (of, leave) =
            if searches(shop, &device, &[]) == "rain-boots" { (&mut seen.0, 2) } else { (&mut seen.1, 8) };
        *of += 1;
        if *of % leave == 0 {
            returns(shop, &device, &json!({}));
        }
    }
    assert!(seen.0 > 80 && seen.1 > 80, "{seen:?}");
    seen
}

/// What somebody with consent is shown who searched for rain boots.
fn searches(shop: &Shop, device: &str, headers: &[(&str, &str)]) -> String {
    shop.grant(&format!("anonymous_id:{device}"), &["site"]);
    let body = json!({"anonymous_id": device, "placements": ["landing"], "context": from_ad("rain boots")});
    shown(&one_from(&shop.web, headers, &body))[0].to_owned()
}

fn returns(shop: &Shop, device: &str, context: &Value) {
    let who = json!({"anonymousId": device, "context": context});
    shop.page_sends(&[track("Landing Bounced", &format!("b-{device}"), &who, &json!({}))]);
}

/// Takes a census, and says what it taught that was not published.
fn taught(shop: &Shop) -> Value {
    shop.secret.get("/v1/thermometer?fresh=true").expect(200).json()["unheeded"].clone()
}

/// proves DEC-11: given people who are back at their search within ten seconds, that is counted against the content and
/// the keyword; once more leave than of those who saw what is neutral, with 95 % certainty, the pair is withdrawn, by the
/// program itself and for all to see.
#[test]
fn dec_11_what_makes_people_leave_is_withdrawn() {
    let shop = guides();
    let seen = many_leave(&shop);
    let withdrawn = || shop.secret.get("/v1/definitions/setting/withdrawn");
    assert_eq!(withdrawn().status, 404, "nothing is concluded before it is looked at");
    assert_eq!(taught(&shop), json!([]));
    let pairs = withdrawn().expect(200).json();
    let pair = json!([{"content": "rain-boots", "keyword": "boot rain"}]);
    assert_eq!(pairs["document"], json!({"by": "learning", "value": pair}));
    let revisions = shop.secret.get("/v1/revisions?limit=1").expect(200).json();
    let said = revisions["revisions"][0].clone();
    let why = said["why"].as_str().unwrap();
    assert!(why.starts_with("rain-boots after \"boot rain\": ") && why.contains("left, of neutral 12."), "{said}");
    assert!(why.contains(&format!(" of {} left", seen.0)), "{said}");
    // Whoever would have been shown it gets the next one; who was not, what is neutral as before.
    let mut shown_now: Vec<String> = (0..40).map(|number| searches(&shop, &format!("w{number}"), &[])).collect();
    shown_now.sort();
    shown_now.dedup();
    assert_eq!(shown_now, ["pole-guide", "welcome"]);
}

#[test]
fn what_a_person_takes_back_of_what_was_learned_stays_so_until_it_is_handed_back() {
    let shop = guides();
    _ = many_leave(&shop);
    let revision = || shop.secret.get("/v1/revisions?limit=1").expect(200).json()["revisions"][0]["revision"].clone();
    let before = revision();
    assert_eq!(taught(&shop), json!([]));
    let setting = "/v1/definitions/setting/withdrawn";
    let withdrawn = || shop.secret.get(setting).expect(200).json()["document"].clone();
    let learned = withdrawn();
    _ = shop.secret.post(&format!("/v1/revisions/{before}/rollback?wait=true"), &json!({})).expect(200);
    let by_hand = json!({"by": "hand", "value": []});
    assert_eq!(withdrawn(), by_hand);
    // The figures stand; the next census says so and changes nothing.
    let at = revision();
    let unheeded = taught(&shop);
    assert_eq!((withdrawn(), revision()), (by_hand.clone(), at));
    assert_eq!((unheeded.as_array().unwrap().len(), &unheeded[0]["setting"]), (1, &json!("withdrawn")));
    assert!(unheeded[0]["says"].as_str().unwrap().starts_with("rain-boots after \"boot rain\""), "{unheeded}");
    // Handed back, it is learned again; taken away then, it stands by hand.
    _ = shop.secret.delete(setting).expect(200);
    assert_eq!((taught(&shop), withdrawn()), (json!([]), learned));
    _ = shop.secret.delete(setting).expect(200);
    assert_eq!((taught(&shop).as_array().unwrap().len(), withdrawn()), (1, by_hand));
}

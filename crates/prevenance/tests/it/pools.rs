//! Contents of a pool: each person gets what their own evidence speaks for, and nobody the same twice.

use serde_json::{Value, json};

use crate::{
    deciding::{
        content, experience, gist, id, one, open, placement, publish, record, rejected, replay, showing, shown,
    },
    shop::{Shop, granting, identify, send, track, with},
};

/// A content with these tags.
pub(crate) fn tagged(title: &str, tags: &[&str]) -> Value {
    with(&content(&json!({"fr": {"title": title}, "en": {"title": title}})), &json!({"tags": tags}))
}

/// An experience at `home` for everybody in its audience, which shows the best of a pool.
pub(crate) fn choosing(audience: &str, pool: &Value, more: &Value) -> Value {
    let variants = json!({"control": {"share": 0.0001}, "a": {"share": 0.9999, "pool": pool}});
    with(&showing("boots", audience, &json!({"variants": variants})), more)
}

/// Says that somebody likes a topic, or dislikes it.
fn says(shop: &Shop, device: &str, event: &str, topic: &str) {
    let message = format!("{device}-{event}-{topic}");
    shop.page_sends(&[track(event, &message, &json!({"anonymousId": device}), &json!({"topic": topic}))]);
}

/// proves SEG-10: given two members of one segment, on the same page they get different contents where their own
/// evidence differs.
#[test]
fn seg_10_two_of_one_segment_get_different_contents() {
    let shop = open();
    shop.segment("walkers", r#"has(profile.city)"#);
    publish(
        &shop,
        &json!({"content": {"boot-care": tagged("Boots", &["category:boots"]), "pole-care": tagged("Poles", &["poles"])}}),
    );
    let pool = json!({"contents": ["boot-care", "pole-care"], "repeat": "allowed"});
    experience(&shop, "care", &choosing(r#"segment("walkers")"#, &pool, &json!({})));
    for device in ["c1", "c2", "c3"] {
        shop.grant(&format!("anonymous_id:{device}"), &["site"]);
        let who = json!({"anonymousId": device});
        shop.page_sends(&[identify(&format!("i-{device}"), &who, &json!({"city": "Brest"}))]);
    }
    says(&shop, "c1", "Interest Declared", "category:boots");
    says(&shop, "c2", "Interest Declared", "tag:poles");
    let first = |device: &str| {
        let decision = one(&shop.secret, &json!({"anonymous_id": device}));
        assert_eq!(gist(&decision), "care/a because SPLIT");
        assert_eq!(replay(&shop, id(&decision)), "SAME");
        shown(&decision)[0].to_owned()
    };
    assert_eq!((first("c1"), first("c2")), ("boot-care".to_owned(), "pole-care".to_owned()));
    assert_eq!(first("c3"), "boot-care", "as listed, where nothing speaks for either");
    // In vivo: what is said on the page counts on the very next request.
    says(&shop, "c3", "Interest Declared", "tag:poles");
    assert_eq!(first("c3"), "pole-care");
}

/// proves CON-02: given two contents that share a tag, of which one was read, the other is shown and the first is not
/// repeated.
#[test]
fn con_02_after_one_was_read_the_other_on_the_subject_is_shown() {
    let shop = open();
    publish(&shop, &json!({"content": {"part-1": tagged("One", &["lacing"]), "part-2": tagged("Two", &["lacing"])}}));
    experience(&shop, "series", &choosing("true", &json!({"tags": ["lacing"]}), &json!({})));
    shop.grant("anonymous_id:c1", &["site"]);
    let ask = || one(&shop.secret, &json!({"anonymous_id": "c1", "explain": true}));
    assert_eq!(shown(&ask()), ["part-1"]);
    assert_eq!(shown(&ask()), ["part-1"], "asked for again, the page is the same");
    let read = |content: &str| {
        let who = json!({"anonymousId": "c1"});
        shop.page_sends(&[track("Content Clicked", content, &who, &json!({"content": content}))]);
    };
    read("part-1");
    assert_eq!(shown(&ask()), ["part-2"]);
    read("part-2");
    let over = ask();
    assert_eq!((gist(&over), shown(&over)), ("series/a because SPLIT".to_owned(), vec!["welcome"]));
    assert_eq!(over["benefit"], Value::Null, "what is neutral promises nothing");
    assert_eq!(rejected(&over)["series"], "seen");
    assert_eq!(replay(&shop, id(&over)), "SAME");
    // Somebody who was not shown them begins at the first.
    shop.grant("anonymous_id:c2", &["site"]);
    assert_eq!(shown(&one(&shop.secret, &json!({"anonymous_id": "c2"}))), ["part-1"]);
}

/// proves CON-13: given the ledger of exposures, when a newsletter is built, contents that the person has not seen and
/// that have not expired fill it; nobody sees the same twice unless it is allowed.
#[test]
fn con_13_a_newsletter_is_filled_with_what_was_not_seen() {
    let shop = open();
    let expiring = with(&tagged("Now", &["news"]), &json!({"expires": "2026-03-05"}));
    publish(
        &shop,
        &json!({
            "content": {
                "news-1": tagged("One", &["news"]), "news-2": tagged("Two", &["news"]),
                "news-3": tagged("Three", &["news"]), "news-4": tagged("Four", &["news"]), "news-0": expiring,
            },
            "placement": {"letter": with(&placement("email", "welcome"), &json!({"most_contents": 2}))},
        }),
    );
    let pool = json!({"tags": ["news"]});
    experience(&shop, "news", &choosing("true", &pool, &json!({"placements": ["home", "letter"]})));
    let granted = ["c1", "c2"].map(|device| format!("anonymous_id:{device}"));
    granted.iter().for_each(|who| shop.grant(who, &["site", "email"]));
    let letter = |device: &str| {
        let decision =
            one(&shop.secret, &json!({"anonymous_id": device, "placements": ["letter"], "channel": "email"}));
        assert_eq!(replay(&shop, id(&decision)), "SAME");
        shown(&decision).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // On the site one of them saw the first two.
    for content in ["news-0", "news-1"] {
        assert_eq!(shown(&one(&shop.web, &json!({"anonymous_id": "c1"}))), [content]);
        let who = json!({"anonymousId": "c1"});
        shop.page_sends(&[track("Content Clicked", content, &who, &json!({"content": content}))]);
    }
    assert_eq!((letter("c1"), letter("c2")), (strings(&["news-2", "news-3"]), strings(&["news-0", "news-1"])));
    // A week later what is left fills the next one, what has expired does not, and then there is nothing more.
    shop.advance("7d");
    assert_eq!((letter("c1"), letter("c2")), (strings(&["news-4"]), strings(&["news-2", "news-3"])));
    shop.advance("1h");
    assert_eq!((letter("c1"), letter("c2")), (strings(&["welcome"]), strings(&["news-4"])));
    // What another system sent counts when it is told.
    shop.grant("anonymous_id:c3", &["site", "email"]);
    let sent = track("Content Viewed", "s1", &json!({"anonymousId": "c3"}), &json!({"content": "news-1"}));
    shop.server_sends(&[sent]);
    assert_eq!(letter("c3"), ["news-2", "news-3"]);
    // Where it is allowed, what was shown longest ago comes again.
    let allowed = json!({"tags": ["news"], "repeat": "allowed"});
    experience(&shop, "news", &choosing("true", &allowed, &json!({"placements": ["home", "letter"]})));
    shop.advance("1h");
    assert_eq!(letter("c1"), ["news-1", "news-2"]);
}

/// Given a pool that repeats nothing, when all of it was seen, then whoever saw it is in the experiment as before, like
/// those who drew the control and never see any of it: or the arms would not be of the same people.
#[test]
fn a_pool_that_is_used_up_leaves_both_arms_as_they_are() {
    let shop = open();
    publish(&shop, &json!({"content": {"only": tagged("Only", &["lacing"])}}));
    let pool = json!({"contents": ["only"]});
    let arms = json!({"variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "pool": pool}}});
    experience(&shop, "series", &choosing("true", &pool, &arms));
    experience(&shop, "next", &showing("boots", "true", &json!({"priority": -1})));
    let devices: Vec<String> = (0..24).map(|number| format!("c{number}")).collect();
    devices.iter().for_each(|device| shop.grant(&format!("anonymous_id:{device}"), &["site"]));
    let turn = || {
        let ask = |device: &String| {
            let decision = one(&shop.secret, &json!({"anonymous_id": device}));
            assert_eq!(replay(&shop, id(&decision)), "SAME");
            (gist(&decision), decision["grounds"]["propensity"].to_string(), shown(&decision)[0].to_owned())
        };
        devices.iter().map(ask).collect::<Vec<_>>()
    };
    let first = turn();
    shop.advance("31m");
    let second = turn();
    let (mut treated, mut controls) = (0, 0);
    for (one, other) in first.iter().zip(&second) {
        assert_eq!((&one.0, &one.1), (&other.0, &other.1), "the same experience, variant, reason and chance");
        assert_eq!(other.2, "welcome", "nobody sees it twice");
        match one.0.as_str() {
            "series/a because SPLIT" => {
                assert_eq!(one.2, "only");
                treated += 1;
            }
            _ => controls += usize::from(one.0 == "series/control because SPLIT"),
        }
    }
    assert!(treated > 3 && controls > 3, "{first:?}");
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// proves CON-17: given an attribute of which one is sure, the picture that matches is shown; else the neutral one, and
/// never that of the majority.
#[test]
fn con_17_the_picture_matches_or_is_neutral() {
    let shop = open();
    shop.define("trait", "drives_as", &json!({"holds": "text"}));
    let picture = |word: &str| {
        let suits = format!(r#"profile.drives_as == "{word}""#);
        with(&tagged(word, &["driving"]), &json!({"suits": suits}))
    };
    publish(&shop, &json!({"content": {"driving-woman": picture("woman"), "driving-man": picture("man")}}));
    experience(&shop, "driving", &choosing("true", &json!({"tags": ["driving"], "repeat": "allowed"}), &json!({})));
    let says = |device: &str, word: &str| {
        let who = json!({"anonymousId": device});
        shop.page_sends(&[identify(&format!("i-{device}"), &who, &json!({"drives_as": word}))]);
    };
    // Most are men.
    for device in ["m1", "m2", "m3", "m4", "w1", "x1"] {
        shop.grant(&format!("anonymous_id:{device}"), &["site"]);
    }
    ["m1", "m2", "m3", "m4"].iter().for_each(|device| says(device, "man"));
    says("w1", "woman");
    let sees = |device: &str| {
        let decision = one(&shop.web, &json!({"anonymous_id": device}));
        shown(&decision)[0].to_owned()
    };
    assert_eq!((sees("w1"), sees("m1")), ("driving-woman".to_owned(), "driving-man".to_owned()));
    let unknown = one(&shop.secret, &json!({"anonymous_id": "x1", "explain": true}));
    assert_eq!((gist(&unknown), shown(&unknown)), ("-/- because NOT_ELIGIBLE".to_owned(), vec!["welcome"]));
    assert_eq!(rejected(&unknown)["driving"], "unsuited");
    assert_eq!(shown(&one(&shop.web, &json!({}))), ["welcome"], "and nobody is no majority either");
}

/// proves CON-10: given a stage and what a visit is for, the decision's record states the intent of what was chosen; a
/// reward is only for customers whom the shop recognizes.
#[test]
fn con_10_the_record_states_the_chosen_intent() {
    let shop = open();
    let thanks = with(&tagged("Thanks", &["club"]), &json!({"intent": "reward", "stage": "enrollment"}));
    let help = with(&tagged("Help", &["club"]), &json!({"intent": "help", "stage": "discovery"}));
    publish(&shop, &json!({"content": {"club-thanks": thanks, "how-to-choose": help}}));
    experience(&shop, "club", &choosing("true", &json!({"tags": ["club"], "repeat": "allowed"}), &json!({})));
    shop.grant("anonymous_id:c1", &["site"]);
    let chosen = |body: &Value| {
        let decision = one(&shop.secret, body);
        let logged = record(&shop, id(&decision))["decision"].clone();
        assert_eq!(logged["contents"], decision["contents"]);
        let chosen = &logged["contents"][0];
        (chosen["content"].as_str().unwrap().to_owned(), chosen["intent"].as_str().unwrap().to_owned(), logged)
    };
    let (content, intent, _) = chosen(&json!({"anonymous_id": "c1"}));
    assert_eq!((content.as_str(), intent.as_str()), ("how-to-choose", "help"));
    // The same person, recognized: the reward is listed first.
    let context = granting(&["site"]);
    let who = json!({"anonymousId": "c1", "userId": "u1", "context": context});
    shop.server_sends(&[identify("i1", &who, &json!({"city": "Brest"}))]);
    let (content, intent, logged) = chosen(&json!({"user_id": "u1"}));
    assert_eq!((content.as_str(), intent.as_str()), ("club-thanks", "reward"), "{logged}");
}

/// proves PRO-06: given a value that is believed at 0.5, of rules from 0.4, 0.6 and 0.9 on only sorting uses it.
#[test]
fn pro_06_a_half_believed_value_only_sorts() {
    let shop = open();
    let condition = r#"profile.city == "Brest""#;
    let speaks = |title: &str| json!({"title": format!("{title} {{{{ profile.city | \"Anywhere\" }}}}")});
    publish(
        &shop,
        &json!({
            "content": {
                "first": with(&tagged("First", &[]), &json!({"prefer": condition})),
                "only": with(&tagged("Only", &[]), &json!({"suits": condition})),
                "states": content(&json!({"fr": speaks("Pour"), "en": speaks("For")})),
                "other": tagged("Other", &[]),
            },
            "placement": {"home": {"channel": "web", "neutral": "welcome", "most_contents": 4}},
        }),
    );
    let pool = json!({"contents": ["only", "other", "first", "states"], "repeat": "allowed"});
    experience(&shop, "all", &choosing("true", &pool, &json!({})));
    let sees = |source: &str, reliability: f64| {
        let document = json!({"kind": "server", "reliability": reliability, "basis": "consent", "any_of": ["site"]});
        shop.define("source", source, &document);
        let device = format!("anonymous_id:{source}");
        shop.grant(&device, &["site"]);
        let says = identify(&format!("i-{source}"), &json!({"anonymousId": source}), &json!({"city": "Brest"}));
        send(&shop.key_for("secret", source), &[says]);
        assert_eq!(shop.profile(&device)["traits"]["city"]["trust"], reliability);
        let decision = one(&shop.secret, &json!({"anonymous_id": source}));
        assert_eq!(replay(&shop, id(&decision)), "SAME");
        let contents = decision["contents"].as_array().unwrap();
        let states = contents.iter().find(|content| content["content"] == "states").unwrap();
        (strings(&shown(&decision)), states["payload"]["title"].as_str().unwrap().to_owned())
    };
    let (unused, sorted) = (["other", "first", "states"], ["first", "other", "states"]);
    let shown = ["first", "only", "other", "states"];
    assert_eq!(sees("guess", 0.3), (strings(&unused), "For Anywhere".to_owned()));
    assert_eq!(sees("half", 0.5), (strings(&sorted), "For Anywhere".to_owned()));
    assert_eq!(sees("good", 0.7), (strings(&shown), "For Anywhere".to_owned()));
    assert_eq!(sees("sure", 0.95), (strings(&shown), "For Brest".to_owned()));
}

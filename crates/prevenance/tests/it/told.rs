//! `prevenance decide`: one person's decision as people read it, and what one more event changes.

use std::process::{Command, Output};

use crate::shop::{PROGRAM, Shop};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/definitions");

fn decide(shop: &Shop, more: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(["decide", "--to", shop.server.url(), "--language", "en"]).args(more);
    command.env("PREVENANCE_KEY", testkit::process::SECRET_KEY).output().unwrap()
}

fn shop() -> Shop {
    let shop = Shop::open_with(testkit::process::Options {
        seed: Some(1),
        env: vec![
            ("PREVENANCE__DEFINITIONS".into(), SHOP.into()),
            ("PREVENANCE__DECIDE__GIVE_UP_MS".into(), "60000".into()),
        ],
        ..Default::default()
    });
    _ = shop.secret.put("/v1/definitions/setting/holdout_share", &serde_json::json!({"value": 0})).expect(200);
    let consent = serde_json::json!({"user_id": "ana", "purposes": {"site": true}});
    _ = shop.secret.post("/v1/consent", &consent).expect(200);
    shop
}

#[test]
fn it_tells_what_is_shown_and_why_and_what_one_more_event_changes() {
    let shop = shop();
    let output = decide(
        &shop,
        &["user_id:ana", "home-hero", "home-row", "--event", "Product Viewed", "--property", "category=tents"],
    );
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let (before, after) = said.split_once("After one more event, Product Viewed {\"category\":\"tents\"}:").unwrap();
    assert!(before.contains("home-hero: neutral, because NOT_ELIGIBLE"), "{before}");
    assert!(before.contains("is not in the segment boot-owners"), "{before}");
    assert!(before.contains("the request's hour is 11"), "the shop's clock is that of Paris: {before}");
    assert!(after.contains("home-hero: tent-guide / "), "{after}");
    assert!(after.contains("Product Viewed: 1 counted, the last at 2026-03-02T10:00:00Z"), "{after}");
    assert!(after.contains("benefit    You find the tent that suits you, not the dearest."), "{after}");
    assert!(after.contains("home-hero: neutral became tent-guide / "), "{after}");
}

#[test]
fn it_says_in_one_sentence_what_went_wrong() {
    let shop = shop();
    for (arguments, expected) in [
        (&["ana", "home-hero"][..], "namespace:value"),
        (&["shoe:42", "home-hero"], "UNKNOWN_NAMESPACE"),
        (&["user_id:ana", "home-hero", "home-hero"], "asked for twice"),
        (&["user_id:ana", "home-hero", "--key", "pk_wrong"], "PREVENANCE_KEY"),
    ] {
        let output = decide(&shop, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected), "{arguments:?}: {said}");
    }
}

/// What is not there is no neutral answer like another: whoever mistypes a name is told.
#[test]
fn a_placement_that_is_not_published_is_an_error() {
    let shop = shop();
    let output = decide(&shop, &["user_id:ana", "home-row", "home-heroe", "--event", "Product Viewed"]);
    let (said, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(said.contains("home-heroe: neutral, because ERROR (UNKNOWN_PLACEMENT)"), "{said}");
    assert!(said.contains("home-row: neutral, because NOT_ELIGIBLE\n"), "{said}");
    assert!(!output.status.success() && complaint.contains("no placement `home-heroe` is published"), "{complaint}");
    assert!(!said.contains("After one more event"), "{said}");
    assert_eq!(shop.status()["events"], 1, "the consent, and no event for a question that had no answer");
}

/// Support staff read sentences, not fields.
#[test]
fn each_experience_that_did_not_win_is_told_as_a_sentence() {
    let shop = shop();
    let everybody = |more: serde_json::Value| {
        let document = serde_json::json!({
            "placements": "home-hero", "audience": "true", "benefit": {"fr": "Pour vous.", "en": "For you."},
            "variants": {"control": {"share": 0.5}, "shown": {"share": 0.5, "contents": "boot-care"}},
        });
        crate::shop::with(&document, &more)
    };
    for (name, more) in [
        ("first", serde_json::json!({"priority": 100, "caps": [{"most": 1, "per": "7d"}]})),
        ("second", serde_json::json!({"priority": 90})),
        ("third", serde_json::json!({"priority": 80})),
        ("over", serde_json::json!({"ends": "2026-01-31"})),
        ("later", serde_json::json!({"starts": "2027-01-31"})),
        ("off", serde_json::json!({"enabled": false})),
        ("nobody", serde_json::json!({"traffic": 0})),
    ] {
        shop.define("experience", name, &everybody(more));
    }
    let shown = serde_json::json!({"user_id": "ana", "placements": ["home-hero"]});
    _ = shop.secret.post("/v1/decide", &shown).expect(200);
    let said = String::from_utf8(decide(&shop, &["user_id:ana", "home-hero"]).stdout).unwrap();
    for expected in [
        "home-hero: second / ",
        "because SPLIT",
        "chance     0.5 to draw this variant",
        "not        first: shown as often as its caps allow, until 2026-03-09T10:00:00Z",
        "not        third: second is ahead of it by priority",
        "not        over: it ended at 2026-01-31T23:00:00Z",
        "not        later: it starts at 2027-01-30T23:00:00Z",
        "not        off: it is switched off",
        "not        nobody: drawn outside of its traffic of 0.0",
        "not        boot-care: its audience does not hold",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let bob = String::from_utf8(decide(&shop, &["user_id:bob", "home-hero"]).stdout).unwrap();
    assert!(bob.contains("not        boot-care: it asks about the person, and nobody is known"), "{bob}");

    for (name, _) in [("first", 0), ("second", 0), ("third", 0)] {
        _ = shop.secret.delete(&format!("/v1/definitions/experience/{name}?wait=true")).expect(200);
    }
    shop.define("experience", "tent-guide", &everybody(serde_json::json!({})));
    shop.define("setting", "holdout_share", &serde_json::json!({"value": 0.5}));
    let held = (0..40).map(|number| format!("user_id:p{number}")).find_map(|who| {
        shop.grant(&who, &["site"]);
        let said = String::from_utf8(decide(&shop, &[&who, "home-hero"]).stdout).unwrap();
        said.contains("because HOLDOUT").then_some(said)
    });
    let held = held.expect("of forty people half are held out");
    assert!(held.contains("chance     0.5 to be among those who are kept out of everything"), "{held}");
    assert!(held.contains("not        tent-guide: kept out of everything; the variant would have been "), "{held}");
}

/// Whoever looks why somebody sees something must not change what they see.
#[test]
fn looking_keeps_nothing_and_takes_nothing_of_what_caps_allow() {
    let shop = shop();
    let once = serde_json::json!({
        "placements": "home-hero", "audience": "true", "benefit": {"fr": "Pour vous.", "en": "For you."},
        "variants": {"control": {"share": 0.5}, "shown": {"share": 0.5, "contents": "boot-care"}},
        "caps": [{"most": 1, "per": "7d"}], "priority": 100,
    });
    shop.define("experience", "once", &once);
    for _ in 0..3 {
        let said = String::from_utf8(decide(&shop, &["user_id:ana", "home-hero"]).stdout).unwrap();
        assert!(said.contains("home-hero: once / "), "{said}");
    }
    assert_eq!(shop.export("user_id:ana")["decisions"].as_array().map(Vec::len), Some(0));
}

/// A product may be called `nan`, and a code of digits is no number.
#[test]
fn a_property_is_a_number_where_json_writes_it_so() {
    let shop = shop();
    let mut arguments = vec!["user_id:ana", "home-hero", "--event", "Product Viewed"];
    for property in ["a=nan", "b=007", "c=+5", "d=.5", "e=5", "f=-2.5", "g=true", "h=1e400"] {
        arguments.extend(["--property", property]);
    }
    let said = String::from_utf8(decide(&shop, &arguments).stdout).unwrap();
    let sent = r#"{"a":"nan","b":"007","c":"+5","d":".5","e":5,"f":-2.5,"g":"true","h":"1e400"}"#;
    assert!(said.contains(&format!("Product Viewed {sent}:")), "{said}");
}

#[test]
fn the_configuration_says_which_program_is_asked() {
    let shop = shop();
    let config = shop.path("prevenance.toml");
    std::fs::write(&config, format!("listen = \"{}\"\n", shop.server.url().strip_prefix("http://").unwrap())).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["decide", "user_id:ana", "home-hero", "--config"]).arg(config);
    let output = command.env("PREVENANCE_KEY", testkit::process::SECRET_KEY).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("home-hero: neutral"));
}

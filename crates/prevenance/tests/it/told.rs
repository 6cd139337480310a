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

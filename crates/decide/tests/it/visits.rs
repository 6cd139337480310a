//! What a visit keeps as it is: menus, who personalizes a placement, which placements are personalized.

use std::sync::Arc;

use condition::{Fade, Fading};
use decide::{Content, Decision, Experience, Menu, Rejection, Scheme, Shows, Standing, Stay};
use model::{
    decision::Reason,
    name::Name,
    time::Span,
    value::{Finite, Value},
};

use crate::shop::{Somebody, at, audience, certain, content, expiring, scheme};

/// A menu of `home`, which is fixed, `boots`, `trail` and `sale`, of which two fit a placement that does not list all.
fn menu() -> Scheme {
    let entry = |name: &str| Arc::new(Content { tags: vec![name.into()], ..Content::clone(&content(name, name)) });
    let entries = ["home", "boots", "trail", "sale"].map(entry).to_vec();
    let mut built = Experience { placements: vec!["menu".into()], ..certain("menu-order") };
    built.variants[0].shows = Shows::Menu(Menu { entries, fixed: vec!["home".into()] });
    scheme(vec![built])
}

fn liking(topic: &'static str) -> Somebody {
    let part = Fade { amount: Finite::ONE, half_life: Some(Span::DAY), most: None };
    let mut somebody = Somebody::new(1);
    somebody.interests.insert(topic, Fading { parts: vec![part], ..Fading::default() });
    somebody
}

fn names(decision: &Decision) -> Vec<&str> {
    decision.contents.iter().map(|served| served.content.as_str()).collect()
}

fn stay(experience: &str, contents: &[&str], reordered: bool) -> Stay {
    let contents = contents.iter().map(|name| Name::from(*name)).collect();
    Stay { experience: experience.into(), variant: "a".into(), contents, reordered, undrawn: Vec::new() }
}

/// proves DEC-03: what is used most comes first, the fixed entry keeps its place, and all entries are there.
#[test]
fn a_menu_is_in_the_order_of_habit_and_complete() {
    let menu = menu();
    assert_eq!(names(&Somebody::new(1).sees(&menu, "menu")), ["home", "boots", "trail", "sale"]);
    assert_eq!(names(&liking("tag:trail").sees(&menu, "menu")), ["home", "trail", "boots", "sale"]);
}

/// What somebody never wants to see is no entry of a menu either, whatever it is known by.
#[test]
fn what_is_refused_is_left_out_of_a_menu() {
    let menu = menu();
    let refusing = |refused: &[(&str, &str)]| {
        let said = refused.iter().map(|(what, name)| (at(-9), [(*what, Value::from(*name))].into_iter().collect()));
        Somebody::new(1).did_with("Content Refused", said.collect())
    };
    assert_eq!(names(&refusing(&[("content", "boots")]).sees(&menu, "menu")), ["home", "trail", "sale"]);
    assert_eq!(names(&refusing(&[("tag", "sale"), ("tag", "home")]).sees(&menu, "menu")), ["boots", "trail"]);
    let all = ["home", "boots", "trail", "sale"].map(|tag| ("tag", tag));
    assert_eq!(refusing(&all).sees(&menu, "menu").rejected[0].why, Rejection::Unsuited);
}

/// proves DEC-03: in one visit the order changes once at most.
#[test]
fn the_order_of_a_menu_changes_once_a_visit() {
    let menu = menu();
    let first = ["home", "boots", "trail", "sale"];
    let mut ana = liking("tag:sale");
    ana.stays.insert("menu".into(), stay("menu-order", &first, false));
    assert_eq!(names(&ana.sees(&menu, "menu")), ["home", "sale", "boots", "trail"], "the first change");
    ana.stays.insert("menu".into(), stay("menu-order", &first, true));
    assert_eq!(names(&ana.sees(&menu, "menu")), first, "and no other");
    ana.stays.insert("menu".into(), stay("menu-order", &["home", "trail", "boots"], true));
    assert_eq!(names(&ana.sees(&menu, "menu")), ["home", "trail", "boots", "sale"], "a new entry is last");
    ana.stays.insert("menu".into(), stay("another", &first, true));
    assert_eq!(names(&ana.sees(&menu, "menu"))[1], "sale", "what another experience showed is no menu");
}

#[test]
fn an_expired_entry_leaves_the_menu_and_the_fixed_stay_where_they_are_listed() {
    let entries = vec![content("home", ""), expiring("over", at(0)), content("help", "")];
    let mut built = Experience { placements: vec!["menu".into()], ..certain("menu-order") };
    built.variants[0].shows = Shows::Menu(Menu { entries, fixed: vec!["help".into()] });
    assert_eq!(names(&Somebody::new(1).sees(&scheme(vec![built]), "menu")), ["home", "help"]);
}

/// proves DEC-17: what personalized a placement stays, though another one of its priority would be ahead by now.
#[test]
fn what_personalized_a_placement_stays_for_the_visit() {
    let old = certain("old");
    let better = Experience { score: Finite::ONE, ..certain("better") };
    let scheme = scheme(vec![old, better]);
    let mut ana = Somebody::new(1);
    assert_eq!(ana.sees(&scheme, "hero").experience, Some("better".into()));
    ana.stays.insert("hero".into(), stay("old", &["idea"], false));
    let kept = ana.sees(&scheme, "hero");
    assert_eq!((kept.experience, kept.standing), (Some("old".into()), Some(Standing::Visit)));
    assert_eq!(kept.rejected[0].why, Rejection::Lost { to: "old".into(), by: Standing::Visit });
}

/// What is more urgent, and what is no longer for the person, changes a page at once.
#[test]
fn a_higher_priority_or_a_lost_audience_changes_it_at_once() {
    let old = Experience { audience: audience(r#"!segment("lapsed")"#), ..certain("old") };
    let urgent = Experience { priority: 5, audience: audience(r#"segment("vip")"#), ..certain("urgent") };
    let scheme = scheme(vec![old, urgent, certain("rest")]);
    let sees = |somebody: Somebody| {
        let mut somebody = somebody;
        somebody.stays.insert("hero".into(), stay("old", &["idea"], false));
        somebody.sees(&scheme, "hero").experience.unwrap().to_string()
    };
    assert_eq!(sees(Somebody::new(1)), "old");
    assert_eq!(sees(Somebody::new(1).member("vip", None)), "urgent");
    assert_eq!(sees(Somebody::new(1).member("lapsed", None)), "rest");
}

/// proves DEC-17: of a page's placements those stay personalized that were so earlier in the visit.
#[test]
fn the_placements_that_were_personalized_keep_their_place_on_the_page() {
    let only =
        |name: &str, place: &str, priority| Experience { placements: vec![place.into()], priority, ..certain(name) };
    let scheme = scheme(vec![only("a", "hero", 1), only("b", "menu", 2), only("c", "foot", 3)]);
    let reasons = |somebody: &Somebody| {
        let page = somebody.sees_all(&scheme, &["hero", "menu", "foot"]);
        page.iter().map(|decision| decision.reason).collect::<Vec<_>>()
    };
    let mut ana = Somebody::new(1);
    assert_eq!(reasons(&ana), [Reason::Capped, Reason::TargetingMatch, Reason::TargetingMatch]);
    ana.stays.insert("hero".into(), stay("a", &["idea"], false));
    assert_eq!(reasons(&ana), [Reason::TargetingMatch, Reason::Capped, Reason::TargetingMatch]);
}

//! Several placements at once.

use decide::{Cap, Experience, Rejection, Rules};
use model::{decision::Reason, name::Name, time::Span};

use crate::shop::{Somebody, certain, experience, scheme, scheme_under, share};

fn everywhere(name: &str, priority: i32) -> Experience {
    let placements = ["hero", "menu", "foot", "mail"].map(Name::from).into();
    Experience { placements, priority, ..certain(name) }
}

fn only(name: &str, place: &str, priority: i32) -> Experience {
    Experience { placements: vec![place.into()], priority, ..certain(name) }
}

/// proves DEC-12: of three placements that could be personalized two are, the best ones; the rest is neutral.
#[test]
fn two_placements_of_a_page_are_personalized_and_no_more() {
    let scheme = scheme(vec![only("low", "hero", 1), only("high", "menu", 9), only("middle", "foot", 5)]);
    let decisions = Somebody::new(1).sees_all(&scheme, &["hero", "menu", "foot"]);
    let reasons: Vec<Reason> = decisions.iter().map(|decision| decision.reason).collect();
    assert_eq!(reasons, [Reason::Capped, Reason::TargetingMatch, Reason::TargetingMatch]);
    assert_eq!(decisions[0].rejected[0].why, Rejection::PageCapped);
    assert_eq!(decisions[0].contents[0].content.as_str(), "neutral");
    let two = Somebody::new(1).sees_all(&scheme, &["hero", "menu"]);
    assert!(two.iter().all(|decision| decision.reason == Reason::TargetingMatch));
}

#[test]
fn the_number_is_a_setting_and_counts_pages_only() {
    let rules = |most| Rules { holdout: share(0), personal_placements_per_page: most, ..Rules::default() };
    let somebody = Somebody::new(1).granting("email", None);
    for most in 0..4 {
        let scheme = scheme_under(rules(most), vec![everywhere("idea", 0)]);
        let decisions = somebody.sees_all(&scheme, &["mail", "hero", "menu", "foot"]);
        let personal = decisions.iter().filter(|decision| decision.experience.is_some()).count();
        assert_eq!(personal, usize::from(most) + 1, "an e-mail is no page");
        assert!(decisions[0].experience.is_some());
    }
}

/// What else is on the page must not depend on the arm, or the arms could not be compared.
#[test]
fn a_control_takes_its_place_on_the_page_too() {
    let tested = Experience { placements: vec!["hero".into()], priority: 9, ..experience("tested") };
    let scheme = scheme(vec![tested, only("b", "menu", 5), only("c", "foot", 1)]);
    for unit in 0..20 {
        let decisions = Somebody::new(unit).sees_all(&scheme, &["hero", "menu", "foot"]);
        let won: Vec<bool> = decisions.iter().map(|decision| decision.experience.is_some()).collect();
        assert_eq!(won, [true, true, false], "whichever variant {unit} drew");
    }
}

#[test]
fn a_cap_counts_what_was_won_on_the_same_page() {
    let mut once = everywhere("once", 9);
    once.caps = vec![Cap { most: 1, within: Span::DAY }];
    let scheme = scheme(vec![once, everywhere("else", 0)]);
    let decisions = Somebody::new(1).sees_all(&scheme, &["hero", "menu"]);
    let won: Vec<_> = decisions.iter().map(|decision| decision.experience.as_ref().unwrap().as_str()).collect();
    assert_eq!(won, ["once", "else"]);
}

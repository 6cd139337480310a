//! Several placements at once.

use decide::{Cap, Content, Experience, INTRUSION_POINTS, Pool, Rejection, Repeat, Rules, Scheme, Shows};
use model::{
    decision::{Channel, Reason},
    name::Name,
    time::Span,
};

use crate::shop::{NOW, Somebody, at, audience, certain, content, experience, placement, scheme, scheme_under, share};

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

/// What a placement would have shown, had there not been enough on the page already, takes nothing from the others: no
/// points of intrusion, no part of a cap, no content.
#[test]
fn what_is_too_much_for_the_page_counts_for_nothing_on_it() {
    let page = ["hero", "menu", "foot", "mail"];
    let low = || {
        let caps = vec![Cap { most: 1, within: Span::DAY }];
        let audience = audience(r#"events("Product Viewed").count() > 0"#);
        Experience { placements: vec!["hero".into(), "mail".into()], audience, caps, ..certain("low") }
    };
    let idea_or_other = || {
        let contents = vec![content("idea", "An idea"), content("other", "Another")];
        let mut built = only("menu", "menu", 5);
        built.variants[0].shows = Shows::Pool(Pool { contents, order: Vec::new(), repeat: Repeat::No });
        built
    };
    let scheme = scheme(vec![low(), idea_or_other(), only("foot", "foot", 5)]);
    let mut somebody = Somebody::new(1).granting("email", None).did("Product Viewed", &[NOW]);
    // One point is left, and a page and an e-mail cost one each.
    somebody.spent = vec![(at(-1), INTRUSION_POINTS - 1)];
    let decisions = somebody.sees_all(&scheme, &page);
    let won: Vec<_> = decisions.iter().map(|decision| decision.experience.as_ref().map(Name::as_str)).collect();
    assert_eq!(won, [None, Some("menu"), Some("foot"), Some("low")]);
    assert_eq!((decisions[0].reason, &decisions[0].rejected[0].why), (Reason::Capped, &Rejection::PageCapped));
    assert_eq!(decisions.iter().map(|decision| decision.points).collect::<Vec<_>>(), [0, 0, 0, 1]);
    let shown: Vec<_> = decisions[1].contents.iter().map(|served| served.content.as_str()).collect();
    assert_eq!(shown, ["idea", "other"]);
}

/// Where what is freed lets something better win further down, that is what the page shows.
#[test]
fn a_page_is_capped_by_what_is_on_it_in_the_end() {
    let viewed = || audience(r#"events("Product Viewed").count() > 0"#);
    let low = Experience { audience: viewed(), ..only("low", "hero", 1) };
    let high = Experience { audience: viewed(), ..only("high", "mail", 9) };
    let best = Experience { audience: viewed(), ..only("best", "foot", 9) };
    let rules = Rules { holdout: share(0), personal_placements_per_page: 1, ..Rules::default() };
    let scheme = scheme_under(rules, vec![low, only("middle", "menu", 5), best, high]);
    let mut somebody = Somebody::new(1).granting("email", None).did("Product Viewed", &[NOW]);
    somebody.spent = vec![(at(-1), INTRUSION_POINTS - 1)];
    let decisions = somebody.sees_all(&scheme, &["hero", "menu", "foot", "mail"]);
    let won: Vec<_> = decisions.iter().map(|decision| decision.experience.as_ref().map(Name::as_str)).collect();
    assert_eq!(won, [None, None, Some("best"), None], "the point that is left is spent on the best");
    let why = |place: usize| &decisions[place].rejected[0].why;
    assert_eq!((why(0), why(1)), (&Rejection::PageCapped, &Rejection::PageCapped));
    assert_eq!(why(3), &Rejection::Intrusive { points: 1, left: 0 });
}

/// What is freed may win one placement further down each time: the page is not decided again for every one of them.
#[test]
fn a_page_of_many_placements_is_decided_a_few_times_only() {
    let names: Vec<String> = (10..50).map(|number| format!("p{number}")).collect();
    let placements = || names.iter().map(|name| placement(name, Channel::Web));
    let once = Experience {
        placements: names[..39].iter().map(|name| Name::from(name.as_str())).collect(),
        caps: vec![Cap { most: 1, within: Span::DAY }],
        ..certain("once")
    };
    let rules = Rules { holdout: share(0), personal_placements_per_page: 1, ..Rules::default() };
    let scheme = Scheme::new(rules, placements(), [], vec![once, only("best", "p49", 9)]);
    let somebody = Somebody::new(1);
    let decisions = somebody.sees_all(&scheme, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let won: Vec<_> = decisions.iter().filter_map(|decision| decision.experience.as_ref().map(Name::as_str)).collect();
    assert_eq!(won, ["best"]);
    assert!(somebody.counts.get() <= 5 * 40, "{}", somebody.counts.get());
}

/// Whom contents suit is found out once, however many placements, variants and arms ask.
#[test]
fn what_a_content_asks_is_asked_once_a_page() {
    let looks = |places: &[&str]| {
        let suits = |number: usize| Content {
            suits: Some(audience(&format!("events(\"Product Viewed\").count() > {number}"))),
            ..(*content(&format!("c{number}"), "One")).clone()
        };
        let contents: Vec<_> = (0..30).map(|number| suits(number).into()).collect();
        let mut pool = Experience { placements: ["hero", "menu", "foot"].map(Name::from).into(), ..certain("pool") };
        pool.variants[0].shows = Shows::Pool(Pool { contents, order: Vec::new(), repeat: Repeat::Allowed });
        let somebody = Somebody::new(1).did("Product Viewed", &[NOW; 40]);
        somebody.sees_all(&scheme(vec![pool]), places);
        somebody.looks.get()
    };
    let (one, three) = (looks(&["hero"]), looks(&["hero", "menu", "foot"]));
    assert!(three <= one + 10, "{one} looks for one placement, {three} for three");
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

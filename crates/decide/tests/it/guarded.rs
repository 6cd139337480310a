//! Whom a reward is for, and who is left in peace.

use std::collections::BTreeSet;

use decide::{Absent, Experience, Rejection, Scheme, Shows, decide_recorded};
use model::{decision::Reason, name::Name};

use crate::shop::{
    ENV, NOW, Somebody, at, audience, certain, content, experience, nobody_sees, page, rewarding, scheme,
};

/// Half control, half a reward for everybody.
fn thanks() -> Experience {
    let mut experience = experience("thanks");
    experience.variants[1].shows = Shows::Contents(vec![content("idea", "An idea"), rewarding("gift")]);
    experience
}

fn recognized(unit: u128) -> Somebody {
    Somebody { recognized: true, ..Somebody::new(unit) }
}

/// A decision, made again from what it looked at, is the same.
fn replays(somebody: &Somebody, scheme: &Scheme) {
    let names = [Name::from("hero"), Name::from("mail")];
    let asked = page(&names, &|_| None);
    let (decisions, seen) = decide_recorded(scheme, &asked, &somebody.whom(), &ENV);
    assert_eq!(seen.decide(scheme, &asked, &ENV), decisions);
}

#[test]
fn a_reward_is_for_whom_the_shop_recognizes_whichever_variant_is_drawn() {
    let scheme = scheme(vec![thanks()]);
    let mut drawn = BTreeSet::new();
    for unit in 0..50 {
        let decision = Somebody::new(unit).sees(&scheme, "hero");
        assert_eq!((decision.reason, &decision.experience), (Reason::NotEligible, &None));
        assert_eq!(decision.rejected[0].why, Rejection::NotRecognized);
        let decision = recognized(unit).sees(&scheme, "hero");
        assert_eq!(decision.reason, Reason::Split);
        drawn.insert(decision.variant);
        replays(&Somebody::new(unit), &scheme);
        replays(&recognized(unit), &scheme);
    }
    assert_eq!(drawn.len(), 2);
    // Who may not be known is not recognized.
    let unknown = Somebody { recognized: true, unit: 1, ..Somebody::default() };
    assert_eq!(unknown.sees(&scheme, "hero").rejected[0].why, Rejection::NotRecognized);
    assert_eq!(nobody_sees(&scheme, Absent::Unknown, 1).rejected[0].why, Rejection::NotRecognized);
}

#[test]
fn for_a_minor_nothing_that_is_known_is_used() {
    let about = Experience { audience: audience("has(profile.city)"), priority: 1, ..certain("about") };
    let only = scheme(vec![about.clone()]);
    let both = scheme(vec![about, experience("idea")]);
    let grown = Somebody::new(1).with("city", "Brest");
    let minor = Somebody { minor_until: Some(at(30_000)), ..grown.clone() };
    assert_eq!(grown.sees(&only, "hero").reason, Reason::TargetingMatch);
    let decision = minor.sees(&only, "hero");
    assert_eq!((decision.reason, decision.ttl_s), (Reason::NotEligible, 30), "until that could change");
    assert_eq!(decision.rejected[0].why, Rejection::Minor);
    replays(&minor, &only);
    replays(&minor, &both);
    // What asks nothing about the person is drawn by the page, as for nobody, and names no town.
    for unit in 0..50 {
        let decision = Somebody { unit, ..minor.clone() }.sees(&both, "hero");
        assert_eq!(decision.variant, nobody_sees(&both, Absent::Unknown, 99).variant);
        assert!(!format!("{:?}", decision.contents).contains("Brest"));
    }
    // Without consent nobody says why else.
    let silent = Somebody { unit: 1, minor_until: Some(at(1)), ..Somebody::default() };
    assert_eq!(silent.sees(&only, "hero").reason, Reason::NoConsent);
}

#[test]
fn what_was_decided_for_a_minor_was_drawn_by_nobody() {
    let names = [Name::from("hero")];
    let drawn_by = |somebody: &Somebody| {
        let (_, seen) =
            decide_recorded(&scheme(vec![certain("idea")]), &page(&names, &|_| None), &somebody.whom(), &ENV);
        seen.drawn_by(&"site".into(), NOW).map(|unit| unit.bits())
    };
    assert_eq!(drawn_by(&Somebody::new(5)), Some(5));
    assert_eq!(drawn_by(&Somebody { minor_until: Some(at(1)), ..Somebody::new(5) }), None);
    assert_eq!(drawn_by(&Somebody { unit: 5, ..Somebody::default() }), None);
}

//! When a decision stays silent although there is something for the person.

use decide::{
    Content, Decision, Experience, INTRUSION_PERIOD, INTRUSION_POINTS, Memory, Pool, Rejection, Repeat, Restraint,
    Rules, Scheme, Shows, Stay, Variant, Worth,
};
use model::{
    decision::{Channel, Reason},
    fact::FactKind,
    journey::Intent,
    name::Name,
    time::{Env, Span, Timestamp},
    value::{Finite, Value},
};
use proptest::prelude::*;
use std::sync::Arc;

use crate::shop::{
    ENV, NOW, Somebody, at, audience, certain, content, experience, page, placement, scheme, scheme_under, share,
};

fn days_ago(days: i64) -> Timestamp {
    NOW.minus(Span::DAY.times(days))
}

fn why<'d>(decision: &'d Decision, experience: &str) -> Option<&'d Rejection> {
    decision.rejected.iter().find(|rejected| rejected.experience.as_str() == experience).map(|rejected| &rejected.why)
}

fn won(decision: &Decision) -> Option<&str> {
    decision.experience.as_ref().map(Name::as_str)
}

fn to(intent: Intent, name: &str) -> Arc<Content> {
    Arc::new(Content { intent, ..Content::clone(&content(name, name)) })
}

fn showing(name: &str, shows: Shows) -> Experience {
    let variants = vec![Variant { name: "a".into(), share: share(10_000), shows }];
    Experience { placements: vec!["pay".into(), "hero".into()], variants, ..certain(name) }
}

/// A scheme with a checkout.
fn till(experiences: Vec<Experience>) -> Scheme {
    let hero = placement("hero", Channel::Web);
    let pay = decide::Placement { is_checkout: true, ..placement("pay", Channel::Web) };
    let rules = Rules { holdout: share(0), ..Rules::default() };
    Scheme::new(rules, [hero, pay], [], experiences)
}

/// proves DEC-10: where a customer pays only contents that reassure or help are shown.
#[test]
fn at_a_checkout_only_reassurance_and_help_are_shown() {
    for intent in Intent::ALL {
        let scheme = till(vec![showing("idea", Shows::Contents(vec![to(intent, "it")]))]);
        let somebody = Somebody { recognized: true, ..Somebody::new(1) };
        let suits = matches!(intent, Intent::Help | Intent::Reassure);
        let (pay, hero) = (somebody.sees(&scheme, "pay"), somebody.sees(&scheme, "hero"));
        assert_eq!((won(&pay).is_some(), won(&hero)), (suits, Some("idea")), "{intent:?}");
        if !suits {
            let unfit = Rejection::Checkout { content: "it".into() };
            assert_eq!((pay.reason, why(&pay, "idea")), (Reason::NotEligible, Some(&unfit)));
            assert_eq!(pay.contents[0].content.as_str(), "neutral");
        }
    }
    let contents = vec![to(Intent::Inform, "news"), to(Intent::Help, "sizes"), to(Intent::Orient, "map")];
    let pool = Shows::Pool(Pool { contents, order: Vec::new(), repeat: Repeat::Allowed });
    let scheme = till(vec![showing("best", pool)]);
    let shown = |place: &str| {
        let decision = Somebody::new(1).sees(&scheme, place);
        decision.contents.iter().map(|served| served.content.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((shown("pay"), shown("hero")), (vec!["sizes".to_owned()], vec!["news".to_owned(), "sizes".to_owned()]));
}

fn asking(text: &str) -> Experience {
    Experience { audience: audience(text), ..certain("idea") }
}

/// proves DEC-15: what was viewed 61 days ago is not the main reason; what was viewed 60 days ago may be.
#[test]
fn what_was_done_months_ago_is_not_the_main_reason() {
    const VIEWED: &str = r#"events("Product Viewed").count() > 0"#;
    let ever = scheme(vec![asking(VIEWED)]);
    let viewed = |moments: &[Timestamp]| Somebody::new(1).did("Product Viewed", moments);
    let old = viewed(&[days_ago(400), days_ago(61)]).sees(&ever, "hero");
    assert_eq!((old.reason, why(&old, "idea")), (Reason::NotEligible, Some(&Rejection::Stale { last: days_ago(61) })));
    assert_eq!(won(&viewed(&[days_ago(400), days_ago(60)]).sees(&ever, "hero")), Some("idea"));
    // It turns too old to the millisecond, and the answer stands up to there.
    let edge = days_ago(60).plus(Span::SECOND.times(30)).minus(Span::from_millis(1));
    let soon = viewed(&[edge]).sees(&ever, "hero");
    assert_eq!((won(&soon), soon.ttl_s), (Some("idea"), 30));

    let sees = |text: &str, somebody: &Somebody| won(&somebody.sees(&scheme(vec![asking(text)]), "hero")).is_some();
    let long_ago = viewed(&[days_ago(90)]).with("city", "Brest").member("vip", None);
    for (text, expected) in [
        // What is not needed does not matter.
        (r#"events("Product Viewed").count() < 3"#, true),
        (r#"profile.city == "Brest" || events("Product Viewed").count() > 0"#, true),
        // What is needed does, beside what is fresh or said.
        (r#"profile.city == "Brest" && events("Product Viewed").count() > 0"#, false),
        (r#"events("Product Viewed").older_than("80d").count() > 0"#, false),
        (r#"events("Product Viewed").count() > 0 && events("Order Completed").count() == 0"#, false),
        (r#"events("Order Completed").count() == 0"#, true),
        (r#"segment("vip")"#, false),
        // Who is in a segment for long is no newcomer to it because that is long ago.
        (r#"!segment("vip") || events("Product Viewed").count() > 0"#, false),
        (r#"events("Product Viewed").count() == 0 || segment("vip")"#, false),
        (r#"!segment("vip") || profile.city == "Brest""#, true),
    ] {
        let rests_on = [("vip".into(), "Product Viewed")].into();
        assert_eq!(sees(text, &Somebody { rests_on, ..long_ago.clone() }), expected, "{text}");
    }
    let today = long_ago.did("Order Completed", &[days_ago(1)]);
    assert!(sees(r#"events("Product Viewed").count() > 0 && events("Order Completed").count() > 0"#, &today));
    // Nobody knows what this segment rests on: it is no behavior.
    assert!(sees(r#"segment("vip")"#, &today));
}

/// proves DEC-15: the same season of last year is remembered where the experience says so, and then labelled.
#[test]
fn a_season_is_remembered_and_labelled() {
    let text = r#"events("Product Viewed").count() > 0"#;
    let season = Experience { memory: Some(Memory::Season), ..asking(text) };
    let (with, without) = (scheme(vec![season]), scheme(vec![asking(text)]));
    for (days, remembered) in [(304, false), (305, true), (365, true), (425, true), (426, false), (100, false)] {
        let somebody = Somebody::new(1).did("Product Viewed", &[days_ago(days)]);
        let decision = somebody.sees(&with, "hero");
        assert_eq!(decision.memory, remembered.then_some(Memory::Season), "{days}");
        assert_eq!(won(&decision).is_some(), remembered, "{days}");
        assert_eq!(won(&somebody.sees(&without, "hero")), None, "{days}");
    }
    let recent = Somebody::new(1).did("Product Viewed", &[days_ago(365), days_ago(3)]);
    assert_eq!((won(&recent.sees(&with, "hero")), recent.sees(&with, "hero").memory), (Some("idea"), None));
}

/// proves DEC-15: what does not speak for an audience does not make it young.
#[test]
fn a_recent_return_does_not_keep_old_purchases_young() {
    let text = r#"events("Order Completed").count() > events("Order Returned").count()"#;
    let bought = |days| Somebody::new(1).did("Order Completed", &[days_ago(days), days_ago(days - 1)]);
    let returned = |days| bought(days).did("Order Returned", &[days_ago(2)]);
    let (plain, season) = (asking(text), Experience { memory: Some(Memory::Season), ..asking(text) });
    assert_eq!(won(&bought(30).sees(&scheme(vec![plain.clone()]), "hero")), Some("idea"));
    let late = returned(100).sees(&scheme(vec![plain]), "hero");
    assert_eq!(why(&late, "idea"), Some(&Rejection::Stale { last: days_ago(99) }));
    // What was bought since does not take the season away.
    let both = Somebody::new(1).did("Order Completed", &[days_ago(366), days_ago(365), days_ago(120)]);
    let both = both.did("Order Returned", &[days_ago(2)]).sees(&scheme(vec![season.clone()]), "hero");
    assert_eq!((won(&both), both.memory), (Some("idea"), Some(Memory::Season)));
    let remembered = returned(366).sees(&scheme(vec![season]), "hero");
    assert_eq!((won(&remembered), remembered.memory), (Some("idea"), Some(Memory::Season)));
}

/// proves DEC-15: a score is no younger than what gives its points.
#[test]
fn a_score_of_old_events_is_no_main_reason() {
    let scheme = scheme(vec![asking(r#"score("zeal") > 1"#)]);
    let reviewed = |days| Somebody::new(1).did("Product Reviewed", &[days_ago(days)]);
    assert_eq!(won(&reviewed(60).sees(&scheme, "hero")), Some("idea"));
    let late = reviewed(61).sees(&scheme, "hero");
    assert_eq!(why(&late, "idea"), Some(&Rejection::Stale { last: days_ago(61) }));
}

fn suiting(name: &str, text: &str) -> Arc<Content> {
    Arc::new(Content { suits: Some(audience(text)), ..Content::clone(&content(name, name)) })
}

/// proves DEC-15: whom a content suits, and whom it is preferred for, is asked of what is not too old either.
#[test]
fn no_content_suits_anybody_by_what_is_old() {
    let viewed = r#"events("Product Viewed").count() > 0"#;
    let prefer = Some(crate::shop::preference(viewed));
    let preferred = Arc::new(Content { prefer, ..Content::clone(&content("last", "last")) });
    let contents = vec![suiting("boots", viewed), content("any", "any"), preferred];
    let pool = Pool { contents, order: vec![decide::Criterion::Preferred], repeat: Repeat::Allowed };
    let scheme = scheme(vec![showing("best", Shows::Pool(pool))]);
    let shown = |days| {
        let decision = Somebody::new(1).did("Product Viewed", &[days_ago(days)]).sees(&scheme, "hero");
        decision.contents.iter().map(|served| served.content.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(shown(60), ["last", "boots"]);
    assert_eq!(shown(61), ["any", "last"]);
}

/// Under a restraint that knows which traits are delicate.
fn strict(experiences: Vec<Experience>) -> Scheme {
    let restraint = Restraint {
        sensitive: ["age", "spent"].map(Name::from).into(),
        names: ["first_name".into()].into(),
        channels: [("till-3".into(), Channel::Till)].into(),
        ..Restraint::default()
    };
    scheme_under(Rules { holdout: share(0), restraint, ..Rules::default() }, experiences)
}

fn trait_of(kind: FactKind, source: &str, as_of: Timestamp) -> model::fact::TraitValue {
    model::fact::TraitValue { value: Value::from("Brest"), as_of, source: source.into(), kind }
}

/// proves GOV-06: the points are those of the published table.
#[test]
fn points_are_those_of_the_table() {
    let city = |kind, source: &str, days| {
        let mut somebody = Somebody::new(1);
        somebody.traits.insert("city".into(), trait_of(kind, source, days_ago(days)));
        somebody
    };
    let (declared, observed, inferred) = (FactKind::Declared, FactKind::Observed, FactKind::Inferred);
    let in_brest = r#"profile.city == "Brest""#;
    let viewed = r#"events("Product Viewed").count() > 0"#;
    let did = |days| Somebody::new(1).did("Product Viewed", &[days_ago(days)]);
    let again = |mut somebody: Somebody, days| {
        somebody.won = [("idea".into(), vec![days_ago(days)])].into();
        somebody
    };
    for (what, text, somebody, expected) in [
        ("everybody", "true", Somebody::new(1), 0),
        ("everybody again", "true", again(Somebody::new(1), 1), 0),
        ("declared", in_brest, city(declared, "web", 400), 0),
        ("declared, again", in_brest, again(city(declared, "web", 1), 6), 1),
        ("declared, again after a week", in_brest, again(city(declared, "web", 1), 7), 0),
        ("declared at a till", in_brest, city(declared, "till-3", 1), 1),
        ("observed", in_brest, city(observed, "web", 1), 1),
        ("observed long ago", in_brest, city(observed, "web", 31), 2),
        ("inferred", in_brest, city(inferred, "web", 1), 2),
        ("done", viewed, did(30), 1),
        ("done a while ago", viewed, did(31), 2),
        ("delicate", "profile.age > 30", Somebody::new(1).with("age", 40), 2),
        ("never done", r#"events("Order Completed").count() == 0"#, did(1), 0),
        ("in no segment", r#"!segment("vip")"#, did(1), 0),
        ("done and in no segment", r#"events("Product Viewed").count() > 0 && !segment("vip")"#, did(1), 1),
        (
            "the cheaper of two",
            r#"profile.city == "Brest" || events("Product Viewed").count() > 0"#,
            { city(inferred, "web", 1).did("Product Viewed", &[days_ago(1)]) },
            1,
        ),
        (
            "the younger of two",
            r#"events("page").count() > 0 || events("Product Viewed").count() > 0"#,
            { did(1).did("page", &[days_ago(40)]) },
            1,
        ),
        ("by a score", r#"score("zeal") > 1"#, Somebody::new(1).did("Product Reviewed", &[days_ago(1)]), 2),
        (
            "by a score of a while ago",
            r#"score("zeal") > 1"#,
            { Somebody::new(1).did("Product Reviewed", &[days_ago(40)]) },
            3,
        ),
        ("by a delicate score", r#"score("zeal") > 0"#, Somebody::new(1).with("spent", 40), 4),
        (
            "the worst",
            "profile.age > 30 && profile.city == \"Brest\"",
            again(city(inferred, "till-3", 60).with("age", 40), 1),
            7,
        ),
    ] {
        let decision = somebody.sees(&strict(vec![asking(text)]), "hero");
        assert_eq!((won(&decision), decision.points), (Some("idea"), expected), "{what}");
    }
}

/// proves GOV-06: whom contents suit counts as an audience does, whichever is shown; what puts them in order only where it
/// is delicate.
#[test]
fn what_is_shown_costs_points_too() {
    let viewed = r#"events("Product Viewed").count() > 0"#;
    let did = |days| Somebody::new(1).did("Product Viewed", &[days_ago(days)]);
    let showing = |content: Arc<Content>| strict(vec![showing("idea", Shows::Contents(vec![content]))]);
    let preferring = |text: &str| {
        let prefer = Some(crate::shop::preference(text));
        showing(Arc::new(Content { prefer, ..Content::clone(&content("it", "it")) }))
    };
    for (scheme, somebody, expected) in [
        (showing(suiting("it", viewed)), did(31), 2),
        (showing(suiting("it", "profile.age > 30")), did(1).with("age", 40), 2),
        (preferring(viewed), did(1), 0),
        (preferring("profile.age > 30"), did(1).with("age", 40), 2),
        (preferring("profile.age > 30"), did(1).with("age", 20), 0),
    ] {
        let decision = somebody.sees(&scheme, "hero");
        assert_eq!((won(&decision), decision.points), (Some("idea"), expected));
    }
    let boot = |id: &str| [("product_id", Value::from(id)), ("category", Value::from("boots"))].into_iter().collect();
    let views = ["b1", "b2"].map(|id| (days_ago(1), boot(id)));
    let compared = Content { items: Some(decide::Items::Viewed), ..Content::clone(&content("it", "it")) };
    let compared = Somebody::new(1).did_with("Product Viewed", views.into()).sees(&showing(Arc::new(compared)), "hero");
    assert_eq!((won(&compared), compared.points), (Some("idea"), 1), "what they viewed is shown");
    // The name is in the text of a content, and known.
    let named = Shows::Contents(vec![content("named", "Hello {{ profile.first_name | \"you\" }}")]);
    let control = Variant { name: "control".into(), share: share(5_000), shows: Shows::Neutral };
    let shown = Variant { name: "a".into(), share: share(5_000), shows: named };
    let scheme = strict(vec![Experience { variants: vec![control, shown], ..certain("idea") }]);
    assert_eq!(Somebody::new(1).sees(&scheme, "hero").points, 0);
    let arms: Vec<Decision> =
        (0..20).map(|unit| Somebody::new(unit).with("first_name", "Ana").sees(&scheme, "hero")).collect();
    assert!(arms.iter().all(|decision| decision.points == 2), "the same in every arm");
    assert!(arms.iter().any(|decision| decision.variant.as_ref().is_some_and(|variant| variant.as_str() == "control")));
}

/// proves GOV-06: what does not fit the rest of the budget is not shown, whichever variant would be drawn.
#[test]
fn a_spent_budget_makes_the_page_neutral() {
    let scheme = scheme(vec![Experience {
        audience: audience(r#"events("Product Viewed").count() > 0"#),
        ..experience("idea")
    }]);
    for unit in 0..10 {
        let fresh = Somebody::new(unit).did("Product Viewed", &[NOW]);
        let spent = |points: u16, ms: i64| Somebody { spent: vec![(at(ms), points)], ..fresh.clone() };
        let week = INTRUSION_PERIOD.as_millis();
        assert_eq!(won(&spent(9, -1).sees(&scheme, "hero")), Some("idea"));
        let full = spent(10, 60_000 - week).sees(&scheme, "hero");
        let why = why(&full, "idea");
        assert_eq!((full.reason, why), (Reason::Capped, Some(&Rejection::Intrusive { points: 1, left: 0 })));
        assert_eq!((full.ttl_s, full.points, full.contents[0].content.as_str()), (60, 0, "neutral"));
        assert_eq!(won(&spent(10, -week).sees(&scheme, "hero")), Some("idea"), "a week ago");
    }
}

/// proves GOV-06: what a placement keeps in a visit was paid for when it was first shown there; elsewhere it costs.
#[test]
fn a_page_asked_for_again_in_a_visit_costs_nothing_more() {
    let viewed = audience(r#"events("Product Viewed").count() > 0"#);
    let placements = ["hero", "menu"].map(Name::from).into();
    let scheme = scheme(vec![Experience { audience: viewed, placements, ..experience("idea") }]);
    for unit in 0..10 {
        let mut somebody = Somebody::new(unit).did("Product Viewed", &[NOW]);
        somebody.won.insert("idea".into(), vec![at(-60_000)]);
        assert_eq!(somebody.sees(&scheme, "hero").points, 2, "again within a week");
        somebody.spent = vec![(at(-60_000), INTRUSION_POINTS)];
        assert_eq!(won(&somebody.sees(&scheme, "hero")), None);
        let stay = |experience: &str| Stay {
            experience: experience.into(),
            variant: "a".into(),
            contents: vec!["idea".into()],
            reordered: false,
            undrawn: Vec::new(),
        };
        somebody.stays.insert("hero".into(), stay("another"));
        assert_eq!(won(&somebody.sees(&scheme, "hero")), None);
        somebody.stays.insert("hero".into(), stay("idea"));
        let page = somebody.sees_all(&scheme, &["hero", "menu"]);
        assert_eq!((won(&page[0]), page[0].points), (Some("idea"), 0));
        assert_eq!(page[1].rejected[0].why, Rejection::Intrusive { points: 2, left: 0 });
    }
}

/// proves DEC-13: where the lower bound of the gain is not above cost and intrusion nothing is shown, and that is logged.
#[test]
fn what_is_not_worth_it_is_not_shown() {
    let finite = |number: f64| Finite::new(number).unwrap();
    let worth = |gain: f64, cost: f64| Worth {
        gain_low_cents: finite(gain),
        gain_expected_cents: finite(gain * 2.0),
        cost_cents: finite(cost),
    };
    let viewer = Somebody::new(1).did("Product Viewed", &[NOW]);
    // One point of intrusion costs two cents.
    for (gain, cost, shown) in
        [(5.0, 3.0, false), (5.1, 3.0, true), (2.0, 0.0, false), (2.1, 0.0, true), (0.0, 0.0, false)]
    {
        let valued = Experience { worth: Some(worth(gain, cost)), ..asking(r#"events("Product Viewed").count() > 0"#) };
        let scheme = scheme(vec![valued]);
        for explain in [decide::Explain::Yes, decide::Explain::No] {
            let names = [Name::from("hero")];
            let page = decide::Page { explain, ..page(&names, &|_| None) };
            let decision = decide::decide(&scheme, &page, &viewer.whom(), &ENV).remove(0);
            assert_eq!(won(&decision).is_some(), shown, "{gain} {cost}");
            if !shown {
                let expected = Rejection::NotWorth { gain: finite(gain), cost: finite(cost + 2.0) };
                assert_eq!((decision.reason, why(&decision, "idea")), (Reason::Abstain, Some(&expected)));
                assert_eq!(decision.contents[0].content.as_str(), "neutral");
            }
        }
    }
    // Who is nobody costs no points.
    let scheme = scheme(vec![Experience { worth: Some(worth(0.1, 0.0)), ..certain("idea") }]);
    assert_eq!(won(&crate::shop::nobody_sees(&scheme, decide::Absent::Unknown, 1)), Some("idea"));
}

const AUDIENCES: &[&str] = &[
    "true",
    r#"profile.city == "Brest""#,
    "profile.age > 30",
    r#"events("Product Viewed").count() > 0"#,
    r#"segment("vip") || events("Product Viewed").within("40d").count() > 1"#,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// proves GOV-06: over random decisions the budget is never exceeded in any seven days.
    #[test]
    fn the_budget_is_never_exceeded(
        audiences in prop::collection::vec((0..AUDIENCES.len(), -2..3i32), 1..5),
        kind in prop::sample::select(vec![FactKind::Declared, FactKind::Observed, FactKind::Inferred]),
        viewed in prop::collection::vec(-60..0i64, 0..4),
        waits_h in prop::collection::vec(0..40i64, 1..40),
        places in prop::sample::subsequence(vec!["hero", "menu", "foot", "mail"], 1..=4),
    ) {
        let all = audiences.iter().enumerate().map(|(number, (text, priority))| Experience {
            audience: audience(AUDIENCES[*text]),
            priority: *priority,
            placements: ["hero", "menu", "foot", "mail"].map(Name::from).into(),
            ..certain(&format!("e{number}"))
        });
        let scheme = strict(all.collect());
        let mut viewed: Vec<Timestamp> = viewed.into_iter().map(|day| days_ago(-day)).collect();
        viewed.sort_unstable();
        let mut somebody = Somebody::new(3).granting("email", None).with("age", 40).did("Product Viewed", &viewed);
        somebody.traits.insert("city".into(), trait_of(kind, "till-3", days_ago(2)));
        let names: Vec<_> = places.iter().map(|place| Name::from(*place)).collect();
        let (mut now, mut costs) = (NOW, Vec::new());
        for wait in waits_h {
            now = now.plus(Span::HOUR.times(wait));
            let page = page(&names, &|_| None);
            let decisions = decide::decide(&scheme, &page, &somebody.whom(), &Env { now, seed: 0 });
            for decision in decisions {
                if let Some(experience) = decision.experience {
                    somebody.won.entry(experience).or_default().push(now);
                }
                if decision.points > 0 {
                    somebody.spent.push((now, decision.points));
                    costs.push((now, decision.points));
                }
            }
        }
        for (last, _) in &costs {
            let week = costs.iter().filter(|(at, _)| at <= last && *at > last.minus(INTRUSION_PERIOD));
            let spent: u16 = week.map(|(_, points)| points).sum();
            prop_assert!(spent <= INTRUSION_POINTS, "{spent} up to {last:?}: {costs:?}");
        }
    }
}

//! One placement: what is shown, and why.

use std::collections::BTreeMap;

use assign::{Part, Share};
use condition::{Evidence, Verdict};
use decide::{Absent, Cap, Decision, Rejection, Rules, Shows, Standing, Stay, Variant, Whom, decide, neutral};
use model::{
    decision::{Channel, Reason},
    limits::{DECISION_TTL_S, ERROR_TTL_S},
    name::{Experience as ExperienceName, Name, Variant as VariantName},
    time::{Env, Span},
    value::{Finite, Value},
};

use crate::shop::{
    ENV, NOW, Somebody, at, audience, certain, content, experience, expiring, nobody_sees, page, placement, scheme,
    scheme_under, share, text,
};

fn won(decision: &Decision) -> Option<&str> {
    decision.experience.as_ref().map(Name::as_str)
}

#[test]
fn a_placement_without_experiences_is_static_and_never_blank() {
    let decision = Somebody::new(1).sees(&scheme(vec![]), "hero");
    assert_eq!((decision.reason, won(&decision), text(&decision)), (Reason::Static, None, "Hello!"));
    assert_eq!((decision.revision, decision.ttl_s, decision.propensity.get()), (3, DECISION_TTL_S, 1.0));
    assert_eq!(decision.id.bits(), 1_000);
    let nowhere = Somebody::new(1).sees(&scheme(vec![]), "nowhere");
    assert_eq!((nowhere.reason, nowhere.contents.len()), (Reason::Error, 0));
}

#[test]
fn what_was_answered_for_want_of_something_is_soon_asked_again() {
    let names = ["hero", "nowhere"].map(Name::from);
    for decision in neutral(&scheme(vec![certain("idea")]), &page(&names, &|_| None), &ENV) {
        assert_eq!((decision.reason, decision.ttl_s), (Reason::Error, ERROR_TTL_S));
    }
    let decided = Somebody::new(1).sees_all(&scheme(vec![certain("idea")]), &["hero", "nowhere"]);
    assert_eq!([decided[0].ttl_s, decided[1].ttl_s], [DECISION_TTL_S, ERROR_TTL_S]);
}

/// proves DEC-01: a chosen content with its reason and what it rests on, else the neutral one.
#[test]
fn an_audience_that_holds_wins_with_its_evidence() {
    let for_brest = decide::Experience { audience: audience(r#"profile.city == "Brest""#), ..certain("brest") };
    let scheme = scheme(vec![for_brest]);
    let decision = Somebody::new(1).with("city", "Brest").sees(&scheme, "hero");
    assert_eq!((decision.reason, won(&decision)), (Reason::TargetingMatch, Some("brest")));
    assert_eq!((text(&decision), decision.standing), ("An idea for Brest", Some(Standing::Alone)));
    assert!(matches!(&decision.evidence[..], [Evidence::Trait { value, .. }] if value.value == Value::from("Brest")));

    let decision = Somebody::new(1).sees(&scheme, "hero");
    assert_eq!((decision.reason, text(&decision)), (Reason::NotEligible, "Hello!"));
    let why = &decision.rejected[0].why;
    assert!(matches!(why, Rejection::Audience { evidence } if matches!(evidence[..], [Evidence::MissingTrait { .. }])));
}

#[test]
fn a_variant_is_drawn_and_the_control_shows_what_is_neutral() {
    let scheme = scheme(vec![experience("idea")]);
    let mut found = [0, 0];
    for unit in 0..400 {
        let decision = Somebody::new(unit).with("first_name", "Ana").sees(&scheme, "hero");
        assert_eq!((decision.reason, won(&decision)), (Reason::Split, Some("idea")));
        assert_eq!(decision.propensity.get(), 0.5);
        match decision.variant.as_ref().map(Name::as_str) {
            Some("control") => {
                found[0] += 1;
                assert_eq!(text(&decision), "Hello!", "the same for everybody, though the name is known");
            }
            variant => {
                found[1] += 1;
                assert_eq!((variant, text(&decision)), (Some("a"), "An idea"));
            }
        }
        let again = Somebody::new(unit).with("first_name", "Ana").sees(&scheme, "hero");
        assert_eq!(again, decision);
    }
    assert!(found.iter().all(|found| (160..240).contains(found)), "{found:?}");
}

/// proves CON-14: what has expired is never shown, by whatever channel.
#[test]
fn expired_contents_are_never_shown() {
    let shows = |contents: Vec<_>| Variant { name: "a".into(), share: Share::ALL, shows: Shows::Contents(contents) };
    let places = ["hero", "mail", "agent"];
    let of = |contents: Vec<_>| decide::Experience {
        placements: places.map(Name::from).into(),
        variants: vec![shows(contents)],
        ..certain("sale")
    };
    let somebody = Somebody::new(1).granting("email", None);
    let names =
        |decision: &Decision| decision.contents.iter().map(|shown| shown.content.to_string()).collect::<Vec<_>>();
    for (contents, expect, ttl_s) in [
        (vec![expiring("sale", NOW)], vec!["neutral"], DECISION_TTL_S),
        (vec![expiring("sale", at(-1)), expiring("older", at(-2))], vec!["neutral"], DECISION_TTL_S),
        (vec![expiring("sale", at(1))], vec!["sale"], 0),
        (vec![expiring("sale", at(5_000))], vec!["sale"], 5),
        (vec![expiring("sale", NOW), content("care", "Care")], vec!["care"], DECISION_TTL_S),
        (vec![expiring("sale", at(9_000)), content("care", "Care")], vec!["sale", "care"], 9),
    ] {
        let scheme = scheme(vec![of(contents)]);
        for decision in somebody.sees_all(&scheme, &places) {
            assert_eq!(
                (names(&decision), decision.ttl_s),
                (expect.iter().map(|name| name.to_string()).collect(), ttl_s)
            );
            assert_eq!(decision.reason == Reason::NotEligible, expect == ["neutral"]);
        }
    }
}

#[test]
fn a_schedule_starts_to_the_millisecond_and_limits_how_long_an_answer_stands() {
    for (starts, ends, reason, ttl_s) in [
        (Some(at(1)), None, Reason::NotEligible, 0),
        (Some(at(10_000)), None, Reason::NotEligible, 10),
        (Some(NOW), None, Reason::TargetingMatch, DECISION_TTL_S),
        (None, Some(at(1)), Reason::TargetingMatch, 0),
        (None, Some(at(30_000)), Reason::TargetingMatch, 30),
        (None, Some(NOW), Reason::NotEligible, DECISION_TTL_S),
    ] {
        let scheme = scheme(vec![decide::Experience { starts, ends, ..certain("idea") }]);
        let decision = Somebody::new(1).sees(&scheme, "hero");
        assert_eq!((decision.reason, decision.ttl_s), (reason, ttl_s), "{starts:?} {ends:?}");
    }
}

#[test]
fn what_is_known_is_used_for_the_purpose_that_was_granted_and_for_no_other() {
    let personal = |name: &str, place: &str| decide::Experience {
        placements: vec![place.into()],
        audience: audience(r#"profile.city == "Brest""#),
        ..certain(name)
    };
    let scheme = scheme(vec![personal("on-site", "hero"), personal("by-mail", "mail")]);
    let reasons = |somebody: &Somebody| {
        somebody.sees_all(&scheme, &["hero", "mail"]).into_iter().map(|decision| decision.reason).collect::<Vec<_>>()
    };
    let somebody = Somebody { unit: 1, ..Somebody::default() }.with("city", "Brest");
    assert_eq!(reasons(&somebody), [Reason::NoConsent, Reason::NoConsent]);
    let somebody = somebody.granting("email", None);
    assert_eq!(reasons(&somebody), [Reason::NoConsent, Reason::TargetingMatch]);
    let ends_soon = somebody.granting("site", Some(at(20_000)));
    assert_eq!(reasons(&ends_soon), [Reason::TargetingMatch, Reason::TargetingMatch]);
    assert_eq!(ends_soon.sees(&scheme, "hero").ttl_s, 20, "no longer than the grant");
}

/// proves DEC-09: hour and device change what is shown, for the same person, and are in the evidence.
#[test]
fn the_request_alone_needs_no_person_and_no_consent() {
    let evening = decide::Experience { audience: audience("request.hour >= 18"), ..certain("evening") };
    let about = decide::Experience { audience: audience("has(profile.city)"), priority: 1, ..certain("about") };
    let scheme = scheme(vec![evening, about]);
    let at_hour = |hour| Somebody { request: [("hour", Value::Int(hour))].into(), ..Somebody::default() };
    let decision = at_hour(20).sees(&scheme, "hero");
    assert_eq!((won(&decision), text(&decision)), (Some("evening"), "An idea"));
    assert!(matches!(&decision.evidence[..], [Evidence::Request { value: Some(Value::Int(20)), .. }]));
    assert_eq!(decision.rejected[0].why, Rejection::NoConsent);
    assert_eq!(at_hour(10).sees(&scheme, "hero").reason, Reason::NoConsent);
    assert_eq!(nobody_sees(&scheme, Absent::Unknown, 1).reason, Reason::NoData);
    assert_eq!(nobody_sees(&scheme, Absent::NoConsent, 1).reason, Reason::NoConsent);
}

#[test]
fn an_answer_by_the_clock_stands_until_the_clock_may_show_something_else() {
    let by = |text: &str| decide::Experience { audience: audience(text), ..certain("idea") };
    let saying = |text| {
        let shows = Shows::Contents(vec![content("idea", text)]);
        decide::Experience { variants: vec![Variant { name: "a".into(), share: Share::ALL, shows }], ..certain("idea") }
    };
    let names = [Name::from("hero")];
    let request = |name: &str| match name {
        "hour" => Some(Value::Int(10)),
        "weekday" => Some(Value::from("monday")),
        "device" => Some(Value::from("phone")),
        _ => None,
    };
    // NOW is ten o'clock.
    for (experience, ms, ttl_s) in [
        (by("request.hour >= 18"), 0, DECISION_TTL_S),
        (by("request.hour >= 18"), 10 * 60_000, 300),
        (by("request.hour < 18"), 59 * 60_000 + 50_000, 10),
        (by("request.weekday == 'sunday'"), 59 * 60_000 + 59_500, 0),
        (by("request.device == 'phone'"), 59 * 60_000 + 50_000, DECISION_TTL_S),
        (by("request.city == 'Brest' && request.hour < 18"), 59 * 60_000 + 50_000, DECISION_TTL_S),
        (saying("Good {{ request.weekday | \"day\" }}"), 59 * 60_000 + 50_000, 10),
        (saying("On your {{ request.device | \"device\" }}"), 59 * 60_000 + 50_000, DECISION_TTL_S),
    ] {
        let asked = page(&names, &request);
        let scheme = scheme(vec![experience]);
        let decision = decide(&scheme, &asked, &Whom::Nobody(Absent::Unknown), &Env { now: at(ms), ..ENV }).remove(0);
        assert_eq!(decision.ttl_s, ttl_s, "{} at {ms}", scheme.experiences()[0].audience.text());
    }
}

#[test]
fn without_consent_the_page_draws_and_not_the_person() {
    let scheme = scheme(vec![experience("idea")]);
    let of_nonce = |nonce| nobody_sees(&scheme, Absent::NoConsent, nonce).variant;
    assert!((0..50).any(|nonce| of_nonce(nonce) != of_nonce(0)), "another page draws anew");
    let drawn = |unit| Somebody { unit, ..Somebody::default() }.sees(&scheme, "hero").variant;
    assert!((0..50).all(|unit| drawn(unit) == of_nonce(99)), "whoever it is");
}

/// proves SEG-06: of five that overlap one wins, for everybody the same one, and it is said by what.
#[test]
fn of_overlapping_experiences_one_wins_and_says_by_what() {
    let ranked = |name: &str, priority, score| decide::Experience {
        audience: audience(r#"segment("vip")"#),
        priority,
        score: Finite::new(score).unwrap(),
        ..certain(name)
    };
    let all = [ranked("e", 0, 9.0), ranked("d", 1, 0.5), ranked("c", 1, 0.7), ranked("b", 1, 0.7), ranked("a", 0, 1.0)];
    let orders = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]];
    for order in orders {
        let scheme = scheme(order.map(|place: usize| all[place].clone()).into());
        let decision = Somebody::new(1).member("vip", None).sees(&scheme, "hero");
        assert_eq!((won(&decision), decision.standing), (Some("b"), Some(Standing::Name)));
        let lost = |by| Rejection::Lost { to: "b".into(), by };
        let rejected: Vec<_> = decision.rejected.iter().map(|other| (other.experience.as_str(), &other.why)).collect();
        let priority = lost(Standing::Priority);
        let expect = [("c", &lost(Standing::Name)), ("d", &lost(Standing::Score)), ("e", &priority), ("a", &priority)];
        assert_eq!(rejected, expect);
    }
}

#[test]
fn a_cap_holds_for_its_period_and_frees_the_next_one() {
    let caps = vec![Cap { most: 2, within: Span::HOUR }, Cap { most: 3, within: Span::DAY }];
    let often = decide::Experience { caps, priority: 1, ..certain("often") };
    let hour = Span::HOUR.as_millis();
    for (before, free_in_ms) in [
        (vec![], None),
        (vec![-1_000], None),
        (vec![-2 * hour, -1_000], None),
        (vec![-hour, -1_000], None),
        (vec![1 - hour, -1_000], Some(1)),
        (vec![-3_000, -2_000, -1_000], Some(24 * hour - 3_000)),
        (vec![-20 * hour, -3 * hour, -2 * hour], Some(4 * hour)),
    ] {
        let mut somebody = Somebody::new(1);
        somebody.won.insert("often".into(), before.iter().map(|ms| at(*ms)).collect());
        let alone = somebody.sees(&scheme(vec![often.clone()]), "hero");
        let both = somebody.sees(&scheme(vec![often.clone(), certain("other")]), "hero");
        match free_in_ms {
            None => assert_eq!((won(&alone), won(&both)), (Some("often"), Some("often")), "{before:?}"),
            Some(ms) => {
                assert_eq!((alone.reason, won(&both)), (Reason::Capped, Some("other")), "{before:?}");
                assert_eq!(alone.rejected[0].why, Rejection::Capped { until: at(ms) }, "{before:?}");
                assert_eq!(i64::from(alone.ttl_s), (ms / 1_000).min(i64::from(DECISION_TTL_S)));
            }
        }
    }
}

#[test]
fn the_holdout_is_kept_out_of_everything_and_of_nothing_else() {
    let rules = Rules { holdout: share(500), ..Rules::default() };
    let for_vip = decide::Experience { audience: audience(r#"segment("vip")"#), ..experience("idea") };
    let scheme = scheme_under(rules, vec![for_vip]);
    let held = (0..2_000).filter(|unit| {
        let decision = Somebody::new(*unit).member("vip", None).sees(&scheme, "hero");
        let held = decision.reason == Reason::Holdout;
        assert_eq!(decision.propensity.get(), if held { 0.05 } else { 0.95 * 0.5 });
        assert!(!held || matches!(decision.rejected[0].why, Rejection::Holdout { .. }));
        assert!(!held || text(&decision) == "Hello!");
        assert_eq!(Somebody::new(*unit).sees(&scheme, "hero").reason, Reason::NotEligible, "held out of nothing");
        held
    });
    let held = held.count();
    assert!((60..140).contains(&held), "{held} of 2,000");
}

/// The stated chance is the frequency: over many units each outcome comes as often as it says.
#[test]
fn a_propensity_is_how_often_it_happens() {
    let part = |from, to| Part::new("tests".into(), share(from), share(to));
    let rules = Rules { holdout: share(1_000), ..Rules::default() };
    let experiences = vec![
        decide::Experience { part: part(0, 3_000), priority: 3, ..experience("first") },
        decide::Experience { part: part(3_000, 6_000), traffic: share(5_000), priority: 2, ..experience("second") },
        decide::Experience { traffic: share(2_500), priority: 1, ..experience("third") },
        decide::Experience { part: part(6_000, 10_000), traffic: share(8_000), ..experience("fourth") },
    ];
    let scheme = scheme_under(rules, experiences);
    let mut found = Frequencies::default();
    (0..20_000).for_each(|unit| found.count(Somebody::new(unit << 7).sees(&scheme, "hero")));
    found.are_as_stated();
    assert_eq!(found.0.len(), 10, "four times two variants, the holdout, and nothing");
}

/// It is so with every page of a visit too: what stays came there by the draws of the first one.
#[test]
fn a_propensity_is_how_often_it_happens_later_in_a_visit_too() {
    let scored = |name: &str, score, traffic| decide::Experience {
        score: Finite::new(score).unwrap(),
        traffic: share(traffic),
        ..experience(name)
    };
    let part = |from, to| Part::new("tests".into(), share(from), share(to));
    let rules = Rules { holdout: share(1_000), ..Rules::default() };
    let first = decide::Experience { part: part(0, 3_000), ..scored("first", 4.0, 10_000) };
    let second = decide::Experience { audience: audience(r#"segment("vip")"#), ..scored("second", 3.0, 5_000) };
    let fourth = decide::Experience { part: part(3_000, 9_000), ..scored("fourth", 1.0, 8_000) };
    let urgent = audience(r#"segment("lapsed")"#);
    let urgent = decide::Experience { priority: 1, audience: urgent, ..scored("urgent", 0.0, 4_000) };
    let scheme = scheme_under(rules, vec![first, second, scored("third", 2.0, 2_500), fourth, urgent]);
    // In which segments they are on the pages of a visit, one after the other.
    for visit in [
        [&["vip"][..], &["vip"], &["vip"]],
        [&["vip"], &[], &[]],
        [&["vip"], &["vip"], &["vip", "lapsed"]],
        [&["vip", "lapsed"], &["vip", "lapsed"], &["vip", "lapsed"]],
    ] {
        let mut pages = [(); 3].map(|()| Frequencies::default());
        for unit in 0..1_500 {
            let mut somebody = Somebody::new(unit << 7);
            for (segments, page) in visit.iter().zip(&mut pages) {
                let verdict = Verdict { value: true, valid_until: None };
                somebody.segments = segments.iter().map(|segment| (Name::from(*segment), verdict)).collect();
                let decision = somebody.sees(&scheme, "hero");
                if let (Some(experience), Some(variant)) = (&decision.experience, &decision.variant) {
                    let (experience, variant, undrawn) =
                        (experience.clone(), variant.clone(), decision.undrawn.clone());
                    let stay = Stay { experience, variant, contents: Vec::new(), reordered: false, undrawn };
                    somebody.stays.insert("hero".into(), stay);
                }
                page.count(decision);
            }
        }
        pages.iter().for_each(Frequencies::are_as_stated);
    }
}

/// What stays is as likely as it was when it came there, whatever else could have come there since.
#[test]
fn what_became_possible_later_in_a_visit_does_not_change_the_chance_of_what_stays() {
    let vip = audience(r#"segment("vip")"#);
    let late = decide::Experience { audience: vip, traffic: share(5_000), score: Finite::ONE, ..experience("late") };
    let scheme = scheme(vec![late, experience("old")]);
    for unit in 0..20 {
        let mut somebody = Somebody::new(unit);
        let first = somebody.sees(&scheme, "hero");
        assert_eq!((won(&first), first.propensity.get()), (Some("old"), 0.5));
        let (variant, undrawn) = (first.variant.clone().unwrap(), first.undrawn);
        let stay = Stay { experience: "old".into(), variant, contents: Vec::new(), reordered: false, undrawn };
        somebody.stays.insert("hero".into(), stay);
        let second = somebody.member("vip", None).sees(&scheme, "hero");
        assert_eq!(
            (won(&second), second.propensity.get()),
            (Some("old"), 0.5),
            "whether or not {unit} drew the late one"
        );
    }
}

/// How often each outcome came, with the chance that it says it had.
#[derive(Default)]
struct Frequencies(BTreeMap<Drawn, (Finite, u32)>);

type Drawn = (Reason, Option<Name<ExperienceName>>, Option<Name<VariantName>>);

impl Frequencies {
    fn count(&mut self, decision: Decision) {
        let outcome = (decision.reason, decision.experience, decision.variant);
        let (propensity, count) = self.0.entry(outcome).or_insert((decision.propensity, 0));
        assert_eq!(*propensity, decision.propensity, "one outcome has one chance");
        *count += 1;
    }

    fn are_as_stated(&self) {
        let total: f64 = self.0.values().map(|(propensity, _)| propensity.get()).sum();
        assert!((total - 1.0).abs() < 1e-9, "{total}: {:?}", self.0);
        let units: u32 = self.0.values().map(|(_, count)| count).sum();
        for (outcome, (propensity, count)) in &self.0 {
            let expected = propensity.get() * f64::from(units);
            let deviation = (f64::from(*count) - expected).abs() / expected.sqrt();
            assert!(deviation < 4.0, "{outcome:?}: {count} of {expected}");
        }
    }
}

#[test]
fn what_is_switched_off_says_so() {
    let off = decide::Experience { enabled: false, ..certain("off") };
    let decision = Somebody::new(1).sees(&scheme(vec![off.clone()]), "hero");
    assert_eq!((decision.reason, &decision.rejected[0].why), (Reason::Disabled, &Rejection::Disabled));
    let missed = decide::Experience { audience: audience("has(profile.city)"), ..certain("missed") };
    assert_eq!(Somebody::new(1).sees(&scheme(vec![off, missed]), "hero").reason, Reason::NotEligible);
}

#[test]
fn an_answer_stands_no_longer_than_what_it_rests_on() {
    let member = decide::Experience { audience: audience(r#"segment("vip")"#), ..certain("vip") };
    let recent = audience(r#"events("Order Completed").within("1h").count() > 0"#);
    let recent = decide::Experience { audience: recent, priority: 1, ..certain("recent") };
    let scheme = scheme(vec![member, recent]);
    let somebody = Somebody::new(1).member("vip", Some(at(40_000)));
    assert_eq!(somebody.sees(&scheme, "hero").ttl_s, 40);
    let buyer = somebody.did("Order Completed", &[at(25_000 - Span::HOUR.as_millis())]);
    let decision = buyer.sees(&scheme, "hero");
    assert_eq!((won(&decision), decision.ttl_s), (Some("recent"), 25));
}

#[test]
fn every_channel_asks_for_its_own_purpose() {
    for channel in Channel::ALL {
        let here = placement("here", channel);
        let for_all = decide::Experience {
            placements: vec!["here".into()],
            audience: audience("has(profile.city)"),
            ..certain("idea")
        };
        let rules = Rules { holdout: Share::NONE, ..Rules::default() };
        let scheme = decide::Scheme::new(rules, [here], [], vec![for_all]);
        let nobody = Somebody::default().with("city", "Brest");
        assert_eq!(nobody.sees(&scheme, "here").reason, Reason::NoConsent, "{channel:?}");
        let granted = nobody.granting(channel.purpose(), None);
        assert_eq!(granted.sees(&scheme, "here").reason, Reason::TargetingMatch, "{channel:?}");
    }
}

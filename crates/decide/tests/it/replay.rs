//! A decision made again from what it looked at.

use std::{cell::Cell, sync::Arc};

use assign::{Part, Share};
use condition::{Facts, Fade, Fading, Reading, Verdict};
use decide::{
    Absent, Cap, Content, Criterion, Experience, Explain, Ground, Items, Ledger, Memory, Menu, Opens, Page, Person,
    Pool, Recall, Recognized, Rejection, Repeat, RequestFacts, Restraint, Rules, Scheme, Showing, Shows, Stay,
    Suggested, Tastes, Whom, Worth, decide, decide_recorded,
};
use model::{
    consent::{Consents, GrantedName},
    id::Id,
    journey::Stage,
    name::{
        Content as ContentName, Experience as ExperienceName, Name, Placement as PlacementName, Recommender, Score,
        Segment,
    },
    time::{Span, Timestamp},
    trust::Trust,
    value::{Finite, Value},
};
use proptest::prelude::*;

use crate::shop::{
    ENV, NOW, Somebody, at, audience, certain, content, experience, expiring, page, preference, rewarding, scheme,
    scheme_under, share,
};

const AUDIENCES: &[&str] = &[
    "true",
    "request.hour >= 12",
    r#"profile.city == "Brest""#,
    r#"score("zeal") > 1 || events("page").count() > 1"#,
    "!has(profile.city) || profile.age > 30",
    r#"segment("vip") && !segment("lapsed")"#,
    r#"events("Order Completed").within("1d").count() > 1"#,
    r#"events("page").count() > 2 && request.device == "phone""#,
    "profile.spent > 10.5 || request.hour < 6",
];

const PLACES: &[&str] = &["hero", "menu", "foot", "mail", "agent"];

/// Contents that look at all that contents can look at.
fn choice() -> Vec<Arc<Content>> {
    let plain = |name: &str| Content::clone(&content(name, name));
    let suits = Some(audience(r#"profile.city == "Brest""#));
    let prefer = Some(preference(r#"segment("vip")"#));
    let (tags, items) = (vec!["rain".into()], Some(Items::Viewed));
    let all = [
        Content { suits, ..plain("brest") },
        Content { items, ..plain("compare") },
        Content { items: Some(Items::Recommended("row".into())), ..plain("row") },
        Content { items: Some(Items::PersonalOrder), ..plain("order") },
        Content { tags, ..plain("rain") },
        Content { prefer, stages: vec![Stage::Comparison], ..plain("vip") },
    ];
    all.into_iter().map(Arc::new).collect()
}

prop_compose! {
    fn experiences()(
        name in "[a-c]",
        places in prop::sample::subsequence(PLACES, 1..4),
        audience_at in 0..AUDIENCES.len(),
        (priority, score) in (-1..2i32, 0..3i32),
        caps in prop::collection::vec((1..4u16, 1..48i64), 0..2),
        (starts, ends) in (prop::option::of(-5_000..5_000i64), prop::option::of(-5_000..50_000i64)),
        traffic in 4_000..10_000u16,
        (enabled, rewards) in (prop::bool::weighted(0.9), prop::bool::weighted(0.2)),
        expires in prop::option::of(-2_000..9_000i64),
        (memory, worth) in (prop::option::of(Just(Memory::Season)), prop::option::of((0..9u8, 0..5u8))),
        (number, kind) in (any::<u16>(), 0..4u8),
    ) -> Experience {
        let mut built = experience(&format!("{name}{number}"));
        if let Some(ms) = expires {
            built.variants[1].shows = Shows::Contents(vec![expiring("sale", at(ms))]);
        }
        built.variants[1].shows = match kind {
            0 => Shows::Pool(Pool { contents: choice(), order: Criterion::ALL.to_vec(), repeat: Repeat::No }),
            1 => Shows::Pool(Pool { contents: choice(), order: vec![Criterion::Unseen], repeat: Repeat::Allowed }),
            2 => Shows::Menu(Menu { entries: choice(), fixed: vec!["compare".into()] }),
            _ => built.variants[1].shows.clone(),
        };
        if rewards {
            built.variants[1].shows = Shows::Contents(vec![rewarding("gift")]);
        }
        Experience {
            placements: places.into_iter().map(Name::from).collect(),
            audience: audience(AUDIENCES[audience_at]),
            priority,
            score: Finite::new(f64::from(score)).unwrap(),
            caps: caps.into_iter().map(|(most, hours)| Cap { most, within: Span::HOUR.times(hours) }).collect(),
            starts: starts.map(at),
            ends: ends.map(at),
            traffic: share(traffic),
            enabled,
            memory,
            worth: worth.map(|(gain, cost)| {
                let (gain, cost_cents) = (Finite::new(f64::from(gain)).unwrap(), Finite::new(f64::from(cost)).unwrap());
                Worth { gain_low_cents: gain, gain_expected_cents: gain, cost_cents }
            }),
            ..built
        }
    }
}

prop_compose! {
    fn schemes()(
        all in prop::collection::vec((experiences(), prop::option::of(0..1_250u16)), 0..8),
        most in 0..4u16,
        holdout in 0..2_000u16,
        points in prop::option::of(1..10u16),
    ) -> Scheme {
        // In a layer one excludes the other: each has its own eighth, or less.
        let in_layer = |(place, (experience, after)): (u16, (Experience, Option<u16>))| {
            let part = after.map(|after| (share(1_250 * place + after), share(1_250 * (place + 1))));
            let part = part.and_then(|(from, to)| Part::new("tests".into(), from, to));
            Experience { part, ..experience }
        };
        let all = (0..).zip(all).map(in_layer).collect();
        // Two days are long ago, and a town is not everybody's business.
        let (stale_after, sensitive) = (Some(Span::DAY.times(2)), ["city".into()].into());
        let restraint = Restraint { stale_after, points, sensitive, ..Restraint::default() };
        let rules = Rules { holdout: share(holdout), personal_placements_per_page: most, restraint, ..Rules::default() };
        scheme_under(rules, all)
    }
}

prop_compose! {
    fn people()(
        (unit, recognized, minor) in (any::<u128>(), any::<bool>(), prop::option::weighted(0.2, 1..60_000i64)),
        grants in prop::sample::subsequence(vec![("site", None), ("email", Some(5_000)), ("push", None)], 0..=3),
        city in prop::option::of("Brest|Paris"),
        age in prop::option::of(20..50i64),
        orders in prop::collection::vec(-200_000_000..1_000i64, 0..4),
        pages in prop::collection::vec(-9_000..0i64, 0..5),
        segments in prop::sample::subsequence(vec!["vip", "lapsed"], 0..=2),
        until in prop::option::of(1..90_000i64),
        won in prop::collection::vec(-90_000_000..0i64, 0..5),
        spent in prop::collection::vec((-700_000_000..0i64, 1..4u16), 0..4),
        hour in prop::option::of(0..24i64),
        (likes, stage) in (prop::option::of(-3..3i32), any::<bool>()),
        (shown, used) in (prop::sample::subsequence(vec!["brest", "compare", "rain", "vip"], 0..=4), any::<bool>()),
        stayed in prop::option::of((prop::sample::subsequence(vec!["vip", "rain"], 0..=2), any::<bool>())),
        (viewed, searched) in (prop::sample::subsequence(vec!["b1", "b2", "b3"], 0..=3), any::<bool>()),
    ) -> Somebody {
        let sorted = |mut moments: Vec<i64>| {
            moments.sort_unstable();
            moments.into_iter().map(at).collect::<Vec<_>>()
        };
        let mut somebody = Somebody { unit, recognized, minor_until: minor.map(at), ..Somebody::default() };
        for (purpose, until) in grants {
            somebody = somebody.granting(purpose, until.map(at));
        }
        somebody = somebody.did("Order Completed", &sorted(orders)).did("page", &sorted(pages));
        somebody = city.iter().fold(somebody, |somebody, city| somebody.with("city", city.as_str()));
        somebody = age.iter().fold(somebody, |somebody, age| somebody.with("age", *age));
        somebody = segments.iter().fold(somebody, |somebody, name| somebody.member(name, until.map(at)));
        somebody.won = [(Name::from("a1"), sorted(won))].into();
        somebody.rests_on = [("vip".into(), "Order Completed"), ("lapsed".into(), "page")].into();
        somebody.spent = spent.into_iter().map(|(ms, points)| (at(ms), points)).collect();
        somebody.spent.sort_unstable();
        somebody.interests = likes.map(|amount| ("tag:rain", liking(amount))).into_iter().collect();
        somebody.stage = stage.then_some(Reading { word: "comparison", probability: Trust::CERTAIN, valid_until: None });
        let showing = Showing { last: at(-5), times: 1, used: used.then(|| at(-2)) };
        somebody.shown = shown.into_iter().map(|name| (name.into(), showing)).collect();
        let stay = stayed.map(|(contents, reordered)| Stay {
            experience: "a1".into(),
            variant: "a".into(),
            contents: contents.into_iter().map(Name::from).collect(),
            reordered,
            undrawn: vec!["a1".into()],
        });
        somebody.stays = stay.into_iter().map(|stay| (Name::from("hero"), stay)).collect();
        let boot = |id: &str| [("product_id", Value::from(id)), ("category", Value::from("boots"))].into_iter().collect();
        let views = viewed.into_iter().map(|id| (at(-7), boot(id)));
        somebody = somebody.did_with("Product Viewed", views.collect());
        somebody.request = hour.into_iter().map(|hour| ("hour", Value::Int(hour))).collect();
        if searched {
            somebody.request.insert("keyword", Value::from("rain boots"));
        }
        somebody
    }
}

fn liking(amount: i32) -> Fading {
    let part = Fade { amount: Finite::new(f64::from(amount)).unwrap(), half_life: Some(Span::HOUR), most: None };
    Fading { parts: vec![part], ..Fading::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Deciding on what was recorded gives the same bytes as deciding on the facts; and recording changes nothing.
    #[test]
    fn what_was_seen_decides_the_same(
        scheme in schemes(),
        mut somebody in people(),
        places in prop::sample::subsequence(PLACES, 0..=5),
        explain in any::<bool>(),
    ) {
        // The ledger speaks of an experience that there is.
        if let Some(first) = scheme.experiences().first() {
            let won = somebody.won.remove("a1").unwrap();
            somebody.won.insert(first.name.clone(), won);
            somebody.stays.values_mut().for_each(|stay| stay.experience = first.name.clone());
        }
        let names: Vec<_> = places.into_iter().map(Name::from).collect();
        let request = |name: &str| somebody.request.get(name).cloned();
        let explain = if explain { Explain::Yes } else { Explain::No };
        let page = Page { explain, ..page(&names, &request) };
        let live = decide(&scheme, &page, &somebody.whom(), &ENV);
        let (recorded, seen) = decide_recorded(&scheme, &page, &somebody.whom(), &ENV);
        prop_assert_eq!(&recorded, &live);
        let elsewhere = Page { request: &|_| panic!("the request is gone"), ..page };
        prop_assert_eq!(&seen.decide(&scheme, &elsewhere, &ENV), &live);

        for decision in &live {
            prop_assert!(!decision.contents.is_empty(), "never a blank");
            prop_assert!((0.0..=1.0).contains(&decision.propensity.get()));
            prop_assert_eq!(decision.experience.is_some(), decision.standing.is_some());
        }
        // Less is said, and nothing else is decided, where nobody asks why.
        let brief = decide(&scheme, &Page { explain: Explain::No, ..page }, &somebody.whom(), &ENV);
        for (brief, full) in brief.iter().zip(&live) {
            prop_assert_eq!(&brief.experience, &full.experience);
            prop_assert_eq!((&brief.contents, brief.reason, brief.standing), (&full.contents, full.reason, full.standing));
            let told = brief.rejected.iter().all(|one| matches!(one.why, Rejection::NotWorth { .. }));
            prop_assert!(told);
        }
    }

    /// Until its time to live is over nothing changes, if nothing happens.
    #[test]
    fn an_answer_stands_as_long_as_it_says(scheme in schemes(), somebody in people(), wait_ms in 0..600_000i64) {
        let names = [Name::from("hero"), Name::from("mail")];
        let request = |name: &str| somebody.request.get(name).cloned();
        let page = page(&names, &request);
        let now = decide(&scheme, &page, &somebody.whom(), &ENV);
        let later = model::time::Env { now: at(wait_ms), ..ENV };
        let then = decide(&scheme, &page, &somebody.whom(), &later);
        for (now, then) in now.iter().zip(&then) {
            if wait_ms < i64::from(now.ttl_s) * 1_000 {
                prop_assert_eq!((&now.experience, &now.variant, &now.contents), (&then.experience, &then.variant, &then.contents));
            }
        }
    }
}

/// Counts how often it is opened, and for what.
struct Guarded<'a> {
    somebody: &'a Somebody,
    opened: Cell<u32>,
}

impl Opens for Guarded<'_> {
    fn open(&self, token: &GrantedName) -> &dyn Facts {
        assert_eq!(token.purpose().as_str(), "email", "only this was granted");
        self.opened.set(self.opened.get() + 1);
        self.somebody
    }

    fn beneath(&self, token: &GrantedName, segment: &Name<Segment>) -> Vec<Ground> {
        self.opened.set(self.opened.get() + 1);
        self.somebody.beneath(token, segment)
    }

    fn segment_lately(&self, token: &GrantedName, segment: &Name<Segment>, recall: Recall) -> Verdict {
        self.opened.set(self.opened.get() + 1);
        self.somebody.segment_lately(token, segment, recall)
    }

    fn beneath_score(&self, token: &GrantedName, score: &Name<Score>) -> Vec<Ground> {
        self.opened.set(self.opened.get() + 1);
        self.somebody.beneath_score(token, score)
    }

    fn score_lately(&self, token: &GrantedName, score: &Name<Score>, recall: Recall) -> Option<Fading> {
        self.opened.set(self.opened.get() + 1);
        self.somebody.score_lately(token, score, recall)
    }

    fn suggest(&self, token: &GrantedName, recommender: &Name<Recommender>, request: &RequestFacts<'_>) -> Suggested {
        self.opened.set(self.opened.get() + 1);
        self.somebody.suggest(token, recommender, request)
    }

    fn tastes(&self, token: &GrantedName) -> Tastes {
        self.opened.set(self.opened.get() + 1);
        self.somebody.tastes(token)
    }
}

impl Ledger for Guarded<'_> {
    fn spent(&self) -> std::borrow::Cow<'_, [(Timestamp, u16)]> {
        self.opened.set(self.opened.get() + 1);
        std::borrow::Cow::Borrowed(&[])
    }

    fn won(&self, _experience: &Name<ExperienceName>) -> std::borrow::Cow<'_, [Timestamp]> {
        self.opened.set(self.opened.get() + 1);
        std::borrow::Cow::Borrowed(&[])
    }

    fn shown(&self, _content: &Name<ContentName>) -> Option<Showing> {
        self.opened.set(self.opened.get() + 1);
        None
    }

    fn stay(&self, _placement: &Name<PlacementName>) -> Option<&Stay> {
        self.opened.set(self.opened.get() + 1);
        None
    }
}

#[test]
fn without_a_grant_nothing_is_opened_and_nothing_is_kept() {
    let mut capped = certain("idea");
    capped.placements = PLACES.iter().map(|place| Name::from(*place)).collect();
    capped.caps = vec![Cap { most: 1, within: Span::DAY }];
    let personal = Experience { audience: audience("has(profile.city)"), priority: 1, ..capped.clone() };
    let scheme = scheme(vec![capped, Experience { name: "personal".into(), ..personal }]);
    let known = Somebody::new(5).with("city", "Brest");
    for (consents, places, opens) in [
        (Consents::default(), vec!["hero", "mail"], false),
        (known.consents.clone(), vec!["mail"], false),
        (Somebody::default().granting("email", None).consents, vec!["hero", "mail"], true),
    ] {
        let guarded = Guarded { somebody: &known, opened: Cell::new(0) };
        let person = Person {
            unit: Id::from_bits(5),
            consents: &consents,
            facts: &guarded,
            ledger: &guarded,
            recognized: Recognized::No,
            minor_until: None,
        };
        let names: Vec<_> = places.into_iter().map(Name::from).collect();
        let (decisions, seen) = decide_recorded(&scheme, &page(&names, &|_| None), &Whom::Person(person), &ENV);
        assert_eq!(guarded.opened.get() > 0, opens);
        assert_eq!(seen.unit, if opens { Ok(Id::from_bits(5)) } else { Err(Absent::NoConsent) });
        assert_eq!(seen.consents != Consents::default(), opens);
        assert_eq!((seen.facts.is_empty(), seen.won.is_empty()), (!opens, !opens));
        assert_eq!(seen.decide(&scheme, &page(&names, &|_| None), &ENV), decisions);
    }
}

#[test]
fn only_what_was_looked_at_is_kept() {
    let by_city =
        Experience { audience: audience(r#"profile.city == "Brest" && profile.age > 30"#), ..certain("idea") };
    let scheme = scheme(vec![by_city]);
    let somebody = Somebody::new(1).with("city", "Paris").with("age", 40).with("first_name", "Ana").did("page", &[NOW]);
    let names = [Name::from("hero")];
    let (_, seen) = decide_recorded(&scheme, &page(&names, &|_| None), &somebody.whom(), &ENV);
    let facts = &seen.facts["site"];
    let traits: Vec<&str> = facts.traits.keys().map(Name::as_str).collect();
    assert_eq!(traits, ["city"], "the age did not matter any more");
    assert!(facts.trails.is_empty() && facts.segments.is_empty() && seen.won.is_empty() && seen.request.is_empty());
    // Who wins is asked what they refused: that is kept where they ever did.
    let winning = Somebody::new(1).with("city", "Brest").with("age", 40);
    for (somebody, kept) in [(winning.clone(), 0), (winning.did("Content Refused", &[NOW]), 1)] {
        let (decisions, seen) = decide_recorded(&scheme, &page(&names, &|_| None), &somebody.whom(), &ENV);
        assert_eq!((decisions[0].experience.is_some(), seen.facts["site"].trails.len()), (true, kept));
    }
    assert_eq!(seen.consents.purposes().count(), 1);
    assert_eq!(Share::ALL, scheme.experiences()[0].traffic);
}

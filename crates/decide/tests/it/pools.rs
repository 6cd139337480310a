//! Contents of a pool: which fit, in which order.

use std::sync::Arc;

use condition::{Fade, Fading, Reading};
use decide::{Content, Criterion, Decision, Experience, Items, Pool, Rejection, Repeat, Rules, Showing, Shows, Stay};
use model::{
    decision::Reason,
    journey::{Intent, Stage},
    name::Name,
    time::{Span, Timestamp},
    trust::Trust,
    value::{Fields, Finite, Value},
};

use crate::shop::{
    Somebody, at, audience, certain, content, experience, expiring, preference, rewarding, scheme, scheme_under, share,
};

fn tagged(name: &str, tags: &[&str]) -> Arc<Content> {
    let mut tags: Vec<Arc<str>> = tags.iter().map(|tag| Arc::from(*tag)).collect();
    tags.sort();
    Arc::new(Content { tags, ..Content::clone(&content(name, name)) })
}

fn suiting(name: &str, condition: &str) -> Arc<Content> {
    Arc::new(Content { suits: Some(audience(condition)), ..Content::clone(&content(name, name)) })
}

fn pool(contents: Vec<Arc<Content>>, order: &[Criterion], repeat: Repeat) -> Shows {
    Shows::Pool(Pool { contents, order: order.to_vec(), repeat })
}

/// For everybody, in `hero` and `menu`, with nothing but this pool.
fn choosing(contents: Vec<Arc<Content>>, order: &[Criterion], repeat: Repeat) -> Experience {
    let mut built = certain("choice");
    built.placements = vec!["hero".into(), "menu".into()];
    built.variants[0].shows = pool(contents, order, repeat);
    built
}

fn usual(contents: Vec<Arc<Content>>) -> Experience {
    choosing(contents, &Criterion::USUAL, Repeat::No)
}

fn names(decision: &Decision) -> Vec<&str> {
    decision.contents.iter().map(|served| served.content.as_str()).collect()
}

fn likes(amount: f64, half_life_days: i64) -> Fading {
    let amount = Finite::new(amount).unwrap();
    let half_life = Some(Span::DAY.times(half_life_days));
    Fading { parts: vec![Fade { amount, half_life, most: None }], ..Fading::default() }
}

fn shown(last: Timestamp) -> Showing {
    Showing { last, times: 1, used: None }
}

fn stay(contents: &[&str]) -> Stay {
    let contents = contents.iter().map(|name| Name::from(*name)).collect();
    Stay { experience: "choice".into(), variant: "a".into(), contents, reordered: false, undrawn: Vec::new() }
}

/// proves DEC-04: what is tagged with the words that were searched for comes first, then what the person likes.
#[test]
fn the_keyword_comes_first_and_interest_says_what_is_next() {
    let contents = vec![tagged("news", &["news"]), tagged("poles", &["poles"]), tagged("care", &["sore-feet"])];
    let scheme = scheme(vec![usual(contents)]);
    let mut ana = Somebody::new(1);
    ana.interests.insert("tag:poles", likes(0.4, 21));
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["poles", "news"]);
    ana.request.insert("keyword", Value::from("SORE feet after walks"));
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["care", "poles"]);
    ana.request.insert("campaign.term", Value::from("news"));
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["news", "poles"], "what was paid for says more");
}

/// proves SEG-10: two of one segment see different contents where their own evidence differs.
#[test]
fn each_of_a_segment_sees_what_their_own_evidence_says() {
    let contents = vec![tagged("boots", &["category:boots"]), tagged("poles", &["category:poles"])];
    let scheme = scheme(vec![Experience { audience: audience(r#"segment("vip")"#), ..usual(contents) }]);
    let who = |unit, topic| {
        let mut somebody = Somebody::new(unit).member("vip", None);
        somebody.interests.insert(topic, likes(0.5, 21));
        names(&somebody.sees(&scheme, "hero"))[0].to_owned()
    };
    assert_eq!((who(1, "category:boots"), who(1, "category:poles")), ("boots".to_owned(), "poles".to_owned()));
}

/// proves CON-13, CON-02: nobody sees the same twice, wherever it was shown; when all was seen what is neutral is shown.
#[test]
fn what_was_seen_is_not_shown_again() {
    let scheme = scheme(vec![usual(vec![tagged("a", &[]), tagged("b", &[]), tagged("c", &[])])]);
    let mut ana = Somebody::new(1);
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["a", "b"]);
    ana.shown.insert("a".into(), shown(at(-1)));
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["b", "c"]);
    ana.shown.insert("b".into(), shown(at(-1)));
    ana.shown.insert("c".into(), shown(at(-1)));
    let all_seen = ana.sees(&scheme, "hero");
    assert_eq!((all_seen.reason, names(&all_seen)), (Reason::TargetingMatch, vec!["neutral"]));
    assert_eq!((all_seen.shows_neutral, &all_seen.rejected[0].why), (true, &Rejection::Seen));
}

#[test]
fn where_repeating_is_allowed_the_unseen_comes_first_then_what_was_shown_longest_ago() {
    let contents = || vec![tagged("a", &[]), tagged("b", &[]), tagged("c", &[])];
    let scheme = scheme(vec![choosing(contents(), &Criterion::USUAL, Repeat::Allowed)]);
    let mut ana = Somebody::new(1);
    ana.shown.extend([("a".into(), shown(at(-10))), ("b".into(), shown(at(-20)))]);
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["c", "b"]);
}

/// proves DEC-17: what a placement showed earlier in the visit stays there until it is used; elsewhere it was seen.
#[test]
fn a_page_asked_for_again_in_a_visit_stays_as_it_is() {
    let scheme = scheme(vec![usual(vec![tagged("a", &[]), tagged("b", &[]), tagged("c", &[])])]);
    let mut ana = Somebody::new(1);
    ana.shown.extend([("a".into(), shown(at(-5))), ("b".into(), shown(at(-5)))]);
    ana.stays.insert("hero".into(), stay(&["a", "b"]));
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["a", "b"]);
    assert_eq!(names(&ana.sees(&scheme, "menu")), ["c"]);
    ana.shown.insert("a".into(), Showing { used: Some(at(-1)), ..shown(at(-5)) });
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["b", "c"], "what was read makes room");
}

#[test]
fn one_page_shows_nothing_twice() {
    let scheme = scheme(vec![usual(vec![tagged("a", &[]), tagged("b", &[]), tagged("c", &[])])]);
    let page = Somebody::new(1).sees_all(&scheme, &["hero", "menu", "foot"]);
    assert_eq!((names(&page[0]), names(&page[1])), (vec!["a", "b"], vec!["c"]));
    let allowed = choosing(vec![tagged("a", &[])], &[Criterion::Listed], Repeat::Allowed);
    let page = Somebody::new(1).sees_all(&super::shop::scheme(vec![allowed]), &["hero", "menu"]);
    assert_eq!((names(&page[0]), names(&page[1])), (vec!["a"], vec!["a"]));
}

/// Only whoever did not draw the control can have seen all. Who is in an experiment must not say which arm it was.
#[test]
fn whoever_has_seen_all_stays_in_the_experiment() {
    let mut tested = Experience { priority: 1, ..experience("tested") };
    tested.variants[1].shows = pool(vec![tagged("a", &[])], &[], Repeat::No);
    let scheme = scheme(vec![tested, certain("next")]);
    let mut arms = std::collections::BTreeSet::new();
    for unit in 0..20 {
        let mut somebody = Somebody::new(unit);
        let first = somebody.sees(&scheme, "hero");
        somebody.shown.insert("a".into(), shown(at(-1)));
        let second = somebody.sees(&scheme, "hero");
        let drawn = |decision: &Decision| {
            (decision.experience.clone(), decision.variant.clone(), decision.reason, decision.propensity)
        };
        assert_eq!(drawn(&second), drawn(&first));
        assert_eq!((first.experience, names(&second)), (Some("tested".into()), vec!["neutral"]));
        arms.insert(second.variant);
    }
    assert_eq!(arms.len(), 2);
}

/// What the draw of one experience puts on a page does not change who is in another one further down.
#[test]
fn the_arm_of_one_experience_does_not_put_anybody_out_of_another() {
    let in_place = |name: &str, place: &str| {
        let mut built = Experience { placements: vec![place.into()], ..experience(name) };
        built.variants[1].shows = pool(vec![tagged("a", &[])], &[], Repeat::No);
        built
    };
    let scheme = scheme(vec![in_place("above", "hero"), in_place("below", "menu")]);
    let mut met = std::collections::BTreeSet::new();
    for unit in 0..40 {
        let page = Somebody::new(unit).sees_all(&scheme, &["hero", "menu"]);
        assert_eq!(page[1].experience, Some("below".into()));
        let own = page.iter().map(|decision| !decision.shows_neutral).collect::<Vec<_>>();
        assert!(own != [true, true], "one page shows nothing twice");
        met.insert(page.into_iter().map(|decision| decision.variant).collect::<Vec<_>>());
    }
    assert_eq!(met.len(), 4, "both arms of each met both of the other");
}

/// Whoever drew the control could have met what the others meet, or nobody could compare them.
#[test]
fn a_variant_that_suits_nobody_here_puts_the_control_out_too() {
    let mut tested = experience("tested");
    tested.variants[1].shows = pool(vec![suiting("a", "has(profile.city)"), rewarding("b")], &[], Repeat::No);
    let scheme = scheme(vec![tested]);
    for unit in 0..20 {
        assert_eq!(Somebody::new(unit).sees(&scheme, "hero").reason, Reason::NotEligible);
        assert_eq!(Somebody::new(unit).with("city", "Brest").sees(&scheme, "hero").reason, Reason::Split);
    }
}

/// proves CON-17: the picture that suits is shown to whom it is known to suit; to others what is neutral, and never
/// the picture of the majority.
#[test]
fn a_content_is_shown_to_whom_it_suits_and_nobody_else() {
    let portraits = || vec![suiting("woman", r#"profile.city == "f""#), suiting("man", r#"profile.city == "m""#)];
    for shows in [Shows::Contents(portraits()), pool(portraits(), &Criterion::USUAL, Repeat::Allowed)] {
        let mut built = certain("choice");
        built.variants[0].shows = shows;
        let scheme = scheme(vec![built]);
        let sees = |somebody: Somebody| {
            let decision = somebody.sees(&scheme, "hero");
            (names(&decision)[0].to_owned(), decision.reason)
        };
        assert_eq!(sees(Somebody::new(1).with("city", "f")), ("woman".to_owned(), Reason::TargetingMatch));
        assert_eq!(sees(Somebody::new(1).with("city", "m")), ("man".to_owned(), Reason::TargetingMatch));
        assert_eq!(sees(Somebody::new(1)), ("neutral".to_owned(), Reason::NotEligible));
        let closed = Somebody { consents: Default::default(), ..Somebody::new(1) }.with("city", "f");
        assert_eq!(sees(closed), ("neutral".to_owned(), Reason::NotEligible), "without a grant nothing is known");
    }
}

/// proves PRO-06: a value that is believed at 0.5 puts contents in order; it does not choose whom they are shown.
#[test]
fn a_value_that_is_half_believed_only_sorts() {
    let condition = r#"profile.city == "f""#;
    let first = Arc::new(Content { prefer: Some(preference(condition)), ..Content::clone(&content("woman", "")) });
    let sorted = scheme(vec![usual(vec![tagged("neither", &[]), first])]);
    let suited = scheme(vec![usual(vec![tagged("neither", &[]), suiting("woman", condition)])]);
    for (trust, sorts, shows) in [(0.3, false, false), (0.5, true, false), (0.7, true, true)] {
        let ana = Somebody::new(1).believing("city", "f", trust);
        assert_eq!(names(&ana.sees(&sorted, "hero"))[0] == "woman", sorts, "{trust}");
        assert_eq!(names(&ana.sees(&suited, "hero")).contains(&"woman"), shows, "{trust}");
    }
}

#[test]
fn listed_contents_keep_their_order_but_for_what_is_preferred() {
    let condition = r#"profile.city == "Brest""#;
    let first = Arc::new(Content { prefer: Some(preference(condition)), ..Content::clone(&content("brest", "")) });
    let mut built = certain("choice");
    built.variants[0].shows = Shows::Contents(vec![tagged("all", &[]), first]);
    let scheme = scheme(vec![built]);
    assert_eq!(names(&Somebody::new(1).sees(&scheme, "hero")), ["all", "brest"]);
    assert_eq!(names(&Somebody::new(1).with("city", "Brest").sees(&scheme, "hero")), ["brest", "all"]);
}

#[test]
fn what_is_for_the_persons_stage_comes_first_then_what_is_for_the_next() {
    let for_stage = |name: &str, stage| Arc::new(Content { stages: vec![stage], ..Content::clone(&content(name, "")) });
    let contents = vec![
        for_stage("join", Stage::Enrollment),
        for_stage("returns", Stage::Conversion),
        for_stage("guide", Stage::Comparison),
    ];
    let scheme = scheme(vec![choosing(contents, &[Criterion::Stage], Repeat::No)]);
    let mut ana = Somebody::new(1);
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["join", "returns"], "as listed, where nobody knows");
    let until = at(90_000);
    let probability = Trust::new(0.6);
    ana.stage = Some(Reading { word: "comparison", probability, valid_until: Some(until) });
    let decision = ana.sees(&scheme, "hero");
    assert_eq!(names(&decision), ["guide", "returns"]);
    assert_eq!((decision.stage, decision.ttl_s), (Some(Stage::Comparison), 90));
}

#[test]
fn what_has_expired_is_no_part_of_a_pool() {
    let scheme = scheme(vec![usual(vec![expiring("over", at(0)), expiring("soon", at(7_000)), tagged("a", &[])])]);
    let decision = Somebody::new(1).sees(&scheme, "hero");
    assert_eq!((names(&decision), decision.ttl_s), (vec!["soon", "a"], 7));
    let over = super::shop::scheme(vec![usual(vec![expiring("over", at(0))])]);
    assert_eq!(Somebody::new(1).sees(&over, "hero").rejected[0].why, Rejection::Expired { content: "over".into() });
}

/// What fades faster falls behind: the answer stands up to that moment and not over it.
#[test]
fn an_answer_stands_until_the_order_changes_by_itself() {
    let scheme = scheme(vec![usual(vec![tagged("slow", &["slow"]), tagged("fast", &["fast"])])]);
    let mut ana = Somebody::new(1);
    let half_life = Fade { amount: Finite::new(2.0).unwrap(), half_life: Some(Span::MINUTE.times(4)), most: None };
    ana.interests.insert("tag:fast", Fading { parts: vec![half_life], ..Fading::default() });
    let level = Fade { amount: Finite::ONE, half_life: None, most: None };
    ana.interests.insert("tag:slow", Fading { parts: vec![level], ..Fading::default() });
    let decision = ana.sees(&scheme, "hero");
    assert_eq!((names(&decision), decision.ttl_s), (vec!["fast", "slow"], 240));
}

#[test]
fn a_reward_of_a_pool_is_for_those_who_are_recognized() {
    let scheme = scheme(vec![usual(vec![rewarding("thanks"), tagged("a", &[])])]);
    let mut ana = Somebody::new(1);
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["a"]);
    ana.recognized = true;
    let decision = ana.sees(&scheme, "hero");
    assert_eq!(names(&decision), ["thanks", "a"]);
    assert_eq!(decision.contents[0].intent, Intent::Reward);
}

/// proves CON-06: whoever looked at three boots is shown a comparison of these.
#[test]
fn a_comparison_lists_what_was_looked_at() {
    let comparison = Content { items: Some(Items::Viewed), ..Content::clone(&content("compare", "")) };
    let mut built = certain("choice");
    built.variants[0].shows = Shows::Contents(vec![Arc::new(comparison)]);
    let scheme = scheme(vec![built]);
    let viewed = |boots: &[&str]| {
        let fields = |boot: &&str| {
            [("product_id", Value::from(*boot)), ("category", Value::from("boots"))].into_iter().collect::<Fields>()
        };
        let when: Vec<(Timestamp, Fields)> = boots.iter().map(|boot| (at(-9_000), fields(boot))).collect();
        Somebody::new(1).did_with("Product Viewed", when)
    };
    let decision = viewed(&["b1", "b2", "b3"]).sees(&scheme, "hero");
    let items: Vec<&str> = decision.contents[0].items.iter().map(|item| &*item.id).collect();
    assert_eq!(items, ["b3", "b2", "b1"]);
    let one = viewed(&["b1"]).sees(&scheme, "hero");
    assert_eq!((one.reason, &one.rejected[0].why), (Reason::NotEligible, &Rejection::Unsuited));
    assert!(scheme.event_needs().contains_key("Product Viewed"));
}

/// proves DEC-11: what made people leave is not shown to those who search for the same, and is to others.
#[test]
fn a_withdrawn_pair_is_not_shown() {
    let contents = vec![tagged("a", &["rain"]), tagged("b", &["rain"])];
    let withdrawn = vec![("a".into(), "Rain!".into()), ("b".into(), "never seen".into())];
    let rules = Rules { withdrawn, holdout: share(0), ..Rules::default() };
    let scheme = scheme_under(rules, vec![usual(contents)]);
    let mut ana = Somebody::new(1);
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["a", "b"]);
    ana.request.insert("keyword", Value::from("boots for rain"));
    assert_eq!(names(&ana.sees(&scheme, "hero")), ["b"]);

    // A tag that is there no more does not widen what is withdrawn, nor give it back.
    let contents = vec![tagged("a", &["feet"]), tagged("b", &["feet"])];
    let rules = Rules { withdrawn: vec![("a".into(), "feet sore".into())], holdout: share(0), ..Rules::default() };
    let scheme = scheme_under(rules, vec![usual(contents)]);
    for (searched, shown) in [("feet", &["a", "b"][..]), ("sore feet", &["b"])] {
        ana.request.insert("keyword", Value::from(searched));
        assert_eq!(names(&ana.sees(&scheme, "hero")), shown, "{searched}");
    }
}

//! Random conditions about random people: the canonical text is the same condition, answers stand as long as they say,
//! and a projection of the trails to what is needed changes no answer.

use condition::{Assumption, Facts, contradict};
use model::{
    time::{Span, Timestamp},
    value::Value,
};
use proptest::{prelude::*, test_runner::RngSeed};

use crate::person::{Person, compiled, now};

/// Terms on which time works, and some on which it does not. `{s}` and `{t}` are spans, `{n}` a small number.
const TERMS: &[&str] = &[
    r#"events("A").within("{s}").count() {op} {n}"#,
    r#"events("A").older_than("{s}").count() {op} {n}"#,
    r#"events("B").within("{s}").older_than("{t}").count() {op} {n}"#,
    r#"events("A").where(v > {n}).within("{s}").count() {op} {n}"#,
    r#"events("A").where(at < ago("{s}")).count() {op} {n}"#,
    r#"events("A").where(items.exists(i, i.p == {n} || i.q > {n})).within("{s}").count() {op} 1"#,
    r#"events("A").within("{s}").sum(v) {op} {n}"#,
    r#"events("A").within("{s}").average(v) {op} {n}"#,
    r#"events("A").within("{s}").max(v) {op} events("B").within("{t}").min(v)"#,
    r#"events("B").within("{s}").distinct(items.p) {op} {n}"#,
    r#"events("B").within("{s}").days() {op} {n}"#,
    r#"events("A").within("{s}").last() {op} ago("{t}")"#,
    r#"events("A").within("{s}").first() {op} events("B").older_than("{t}").last()"#,
    r#"events("A").within("{s}").last(v) {op} {n}"#,
    r#"events("B").older_than("{s}").first(v) {op} {n}"#,
    r#"since(events("A").last()) {op} "{s}""#,
    r#"until(events("B").first() + "{s}") {op} "{t}""#,
    r#"now() - "{s}" {op} events("A").last() - "{t}""#,
    r#"events("A").followed_by(events("B"), "{s}").count() {op} {n}"#,
    r#"events("A").within("{s}").followed_by(events("B").within("{t}")).without(events("A").where(v > {n})).count() {op} {n}"#,
    r#"events("A").not_followed_by(events("B"), "{s}").count() {op} {n}"#,
    r#"events("A").followed_by(events("A"), "{t}").not_followed_by(events("B").where(v < {n}), "{s}").last() {op} ago("{t}")"#,
    r#"age(profile.size) {op} "{s}""#,
    r#"as_of(profile.city) {op} ago("{t}")"#,
    r#"years_since(ago("{s}")) {op} {n}"#,
    r#"years_since(profile.birth_date) * 2 - {n} {op} 50 / (1 + {n})"#,
    r#"profile.size {op} {n}"#,
    r#"-profile.size + -{n} {op} -(-3)"#,
    r#"(events("A").within("{s}").count() > {n} ? now() : ago("{t}")) {op} events("B").last()"#,
    r#"!has(profile.size)"#,
    r#"segment("vip")"#,
    r#"profile.city.lower() in ["brest", "paris\n\"\\'"]"#,
    r#"profile.size in [{n}, -1, 2.5]"#,
    r#""a" in profile.labels"#,
    r#"events("A").where(event.`odd-name` == {n} && event.it0 != 3 && items.all(x, items.exists(y, x.p {op} y.p))).count() {op} {n}"#,
    r#"(true == profile.member) == profile.labels.exists(l, l.contains("b"))"#,
];

fn term() -> impl Strategy<Value = String> {
    let spans = || prop::sample::select(vec!["0s", "10s", "3m", "1h", "26h", "2d", "1w", "400d"]);
    let operators = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    (prop::sample::select(TERMS), spans(), spans(), 0_i64..4, operators).prop_map(|(term, s, t, n, op)| {
        term.replace("{s}", s).replace("{t}", t).replace("{n}", &n.to_string()).replace("{op}", op)
    })
}

fn condition() -> impl Strategy<Value = String> {
    term().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|terms| format!("({})", terms.join(" && "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|terms| format!("({})", terms.join(" || "))),
            inner.clone().prop_map(|term| format!("!({term})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(test, yes, no)| format!("({test} ? {yes} : {no})")),
        ]
    })
}

/// Spans on and beside the edges of the terms' windows, some in the future.
fn offset_ms() -> impl Strategy<Value = i64> {
    let edges = vec![10_000, 180_000, 3_600_000, 93_600_000, 172_800_000, 604_800_000, 400 * 86_400_000, 0];
    prop_oneof![
        (prop::sample::select(edges), -1_i64..=1).prop_map(|(edge, aside)| edge + aside),
        -3_600_000..1_000_000_000_i64,
    ]
}

fn person() -> impl Strategy<Value = Person> {
    let occurrence = (prop::bool::ANY, offset_ms(), 0_i64..5, offset_ms());
    let traits = (prop::option::of(0_i64..4), offset_ms(), prop::option::of(offset_ms()));
    (prop::collection::vec(occurrence, 0..8), traits).prop_map(|(occurrences, (size, age, vip))| {
        let back = |ms: i64| now().minus(Span::from_millis(ms));
        let mut person = Person::default().with("birth_date", "2001-03-03").with("city", "Brest");
        if let Some(size) = size {
            let kept = model::fact::TraitValue {
                value: size.into(),
                as_of: back(age),
                source: "web".into(),
                kind: model::fact::FactKind::Observed,
            };
            person = person.with_fact("size", kept);
        }
        if let Some(ms) = vip {
            // A stub of another segment's verdict: it may turn at its end, and not before.
            person = person.in_segment("vip", Some(now().plus(Span::from_millis(ms.abs() + 1))));
        }
        for (a, ms, v, at) in occurrences {
            let item = |p: i64| crate::person::map([("p", p.into()), ("q", Value::from(p + 1)), ("r", "x".into())]);
            person = person.did_with(
                if a { "A" } else { "B" },
                back(ms),
                [
                    ("v", v.into()),
                    ("at", Value::Time(back(at))),
                    ("items", crate::person::list([item(v), item(1)])),
                    ("unread", "never".into()),
                ],
            );
        }
        person
    })
}

/// All moments between now and `until` at which a window could begin or end, each with its neighbors, and the last.
fn between(person: &Person, until: Timestamp) -> Vec<Timestamp> {
    const EDGES_MS: [i64; 8] = [0, 10_000, 180_000, 3_600_000, 93_600_000, 172_800_000, 604_800_000, 34_560_000_000];
    let mut moments: Vec<Timestamp> = person
        .moments()
        .flat_map(|at| {
            EDGES_MS
                .into_iter()
                .flat_map(move |edge| (-1..=1).map(move |aside| edge + aside))
                .map(move |ms| at.plus(Span::from_millis(ms)))
        })
        .chain([until.minus(Span::from_millis(1)), now().plus(Span::from_millis(1))])
        .chain((1..60).map(|day| now().plus(Span::DAY.times(day))))
        .filter(|moment| (now()..until).contains(moment))
        .collect();
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// Words of the language in any order: most of it is no condition, and none of it may break anything.
fn soup() -> impl Strategy<Value = String> {
    const WORDS: &str = r#"profile . size city home labels event request ( ) [ ] { } , ? : ! - + * / % && || == != < >= in
        events("A") .where( .count() .last() .followed_by( .without( has( age( ago("1d") since( years_since( .exists(x, x
        "1d" "2026-01-01" 1 0.5 true null segment("vip") distance_km( é " ` ''' r" // "#;
    let words: Vec<&str> = WORDS.split_whitespace().chain(["\n"]).collect();
    prop::collection::vec(prop::sample::select(words), 0..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_compiler(text in prop_oneof![soup(), ".{0,40}"]) {
        match crate::person::compiled_for(&text, condition::Usage::Audience) {
            Ok(condition) => prop_assert_eq!(compiled(&condition.print()).print(), condition.print()),
            Err(error) => prop_assert!(error.at <= text.chars().count()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_stands_until_it_says_and_prints_as_itself(text in condition(), person in person()) {
        let condition = compiled(&text);
        let verdict = condition.matches(&person, now());
        // A profile keeps only what is needed, so it may see further ahead; its answer must stand as well.
        let kept = Projected { person: &person, needs: condition.needs(), now: now() };
        for said in [verdict, condition.matches(&kept, now())] {
            prop_assert_eq!(said.value, verdict.value, "what is needed is all that is read: {}", &text);
            let until = said.valid_until.unwrap_or(Timestamp::MAX);
            prop_assert!(until > now());
            for moment in between(&person, until) {
                let later = condition.matches(&person, moment);
                prop_assert_eq!(later.value, said.value, "{} ms later of {:?}\n{}", moment.since(now()).as_millis(), said, &text);
            }
        }
        let evaluation = condition.evaluate(&person, now());
        prop_assert_eq!((evaluation.value, evaluation.valid_until), (verdict.value, verdict.valid_until));

        let printed = condition.print();
        let again = compiled(&printed);
        prop_assert_eq!(again.print(), printed);
        prop_assert_eq!(again.needs(), condition.needs());
        prop_assert_eq!(again.matches(&person, now()), verdict);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    /// Nobody is what was called impossible, and everybody is what was called certain.
    #[test]
    fn what_is_certain_is_so_of_everybody(one in condition(), other in condition(), person in person()) {
        let (one, other) = (compiled(&one), compiled(&other));
        let holds = |condition: &condition::Condition| condition.matches(&person, now()).value;
        let certain = |assumptions: &[Assumption<'_>]| contradict(assumptions, &|_| None);
        prop_assert!(!certain(&[Assumption::Holds(&one)]) || !holds(&one), "{}", one.text());
        prop_assert!(!certain(&[Assumption::Fails(&one)]) || holds(&one), "{}", one.text());
        let both = certain(&[Assumption::Holds(&one), Assumption::Holds(&other)]);
        prop_assert!(!(both && holds(&one) && holds(&other)), "{} and {}", one.text(), other.text());
        let covers = certain(&[Assumption::Holds(&one), Assumption::Fails(&other)]);
        prop_assert!(!covers || !holds(&one) || holds(&other), "{} is in {}", one.text(), other.text());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_heeded_changes_no_answer_now_or_later(
        text in condition(), person in person(), a in prop::bool::ANY, ms in offset_ms(), v in 0_i64..5, at in offset_ms()
    ) {
        let condition = compiled(&text);
        let back = |ms: i64| now().minus(Span::from_millis(ms));
        let event = if a { "A" } else { "B" };
        let item = crate::person::map([("p", v.into()), ("q", Value::from(v + 1))]);
        let properties = [("v", Value::from(v)), ("at", Value::Time(back(at))), ("items", crate::person::list([item]))];
        let more = person.clone().did_with(event, back(ms), properties.clone());
        if !condition.heeds(event, &properties.into_iter().collect()) {
            for moment in between(&more, now().plus(Span::DAY.times(3))) {
                prop_assert_eq!(condition.matches(&more, moment), condition.matches(&person, moment), "{}", &text);
            }
        }
    }
}

#[test]
fn a_condition_says_what_it_heeds() {
    let view = |category: &str| [("category", Value::from(category))].into_iter().collect();
    let condition = compiled(r#"events("View").where(category == "boots" && price > 3).within("3d").count() > 2"#);
    let (path, text) = condition.heeds_only("View").unwrap();
    assert_eq!((path.to_string().as_str(), &**text), ("category", "boots"));
    let boots = [("category", Value::from("boots")), ("price", 4.into())].into_iter().collect();
    assert!(condition.heeds("View", &boots));
    assert!(!condition.heeds("View", &view("poles")));
    for (text, why) in [
        (r#"events("View").count() > 2"#, "no filter"),
        (r#"events("View").where(category == profile.city).count() > 2"#, "a trait may change"),
        (r#"events("View").where(category == "boots").count() > events("View").count() / 2"#, "the other has none"),
    ] {
        assert!(compiled(text).heeds("View", &view("poles")), "{why}");
    }
}

/// The person as a profile keeps it: only the trails that are needed.
struct Projected<'a> {
    person: &'a Person,
    needs: &'a condition::Needs,
    now: Timestamp,
}

impl Facts for Projected<'_> {
    fn trait_value(&self, name: &str) -> Option<condition::Believed<'_>> {
        self.needs.traits.get(name).and_then(|name| self.person.trait_value(name.as_str()))
    }

    fn trail<'a>(&'a self, event: &str) -> std::borrow::Cow<'a, [model::fact::Occurrence]> {
        let Some(need) = self.needs.events.get(event) else { return Vec::new().into() };
        let trail = self.person.trail(event);
        let kept = trail.iter().filter(|occurrence| need.window.covers(occurrence.at, self.now)).cloned();
        let cut = kept.map(|mut occurrence| {
            occurrence.properties = need.project(&occurrence.properties);
            occurrence
        });
        cut.collect::<Vec<_>>().into()
    }

    fn interest(&self, topic: &str) -> Option<condition::Fading> {
        assert!(self.needs.interests.contains(topic));
        self.person.interest(topic)
    }

    fn score(&self, name: &model::name::Name<model::name::Score>) -> Option<condition::Fading> {
        assert!(self.needs.scores.contains(name));
        self.person.score(name)
    }

    fn reading(&self, model: condition::Model) -> Option<condition::Reading> {
        assert!(self.needs.models.contains(&model));
        self.person.reading(model)
    }

    fn segment(&self, name: &model::name::Name<model::name::Segment>) -> condition::Verdict {
        assert!(self.needs.segments.contains(name));
        self.person.segment(name)
    }

    fn request(&self, name: &str) -> Option<Value> {
        assert!(self.needs.request);
        self.person.request(name)
    }
}

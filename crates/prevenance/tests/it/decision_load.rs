//! Decisions of many persons over many contents, one after another and all at once.

use std::{collections::BTreeSet, thread, time::Duration};

use serde_json::{Map, Value, json};
use testkit::process::Options;

use crate::{
    deciding::{content, decide, gist, open_with, publish, showing, shown},
    shop::{Shop, granting, identify, send},
};

/// A shop of some size.
struct Size {
    people: usize,
    contents: usize,
    /// Calls that are measured, each of another person.
    calls: usize,
}

const TOWNS: usize = 100;
/// Variants of each experience beside its control: its contents are spread over them.
const ARMS: usize = 10;

impl Size {
    /// Fills a shop: everybody in one of a hundred towns; twenty experiences, each for five towns, over all contents.
    fn fill(&self, shop: &Shop) {
        let contents: Map<String, Value> = (0..self.contents)
            .map(|n| (format!("c{n}"), content(&json!({"en": {"title": format!("Content {n}")}}))))
            .collect();
        let home = json!({"channel": "web", "neutral": "welcome", "most_contents": self.contents / 20 / ARMS + 1});
        publish(shop, &json!({"content": contents, "placement": {"home": home}}));
        let each = self.contents / 20;
        let experience = |number: usize| {
            let towns: Vec<String> = (0..TOWNS).filter(|n| n % 20 == number).map(|n| format!("t{n}")).collect();
            let audience = format!("profile.city in {}", json!(towns));
            let mut variants = json!({"control": {"share": 0.5}});
            for arm in 0..ARMS {
                let of_arm: Vec<String> =
                    (0..each).filter(|n| n % ARMS == arm).map(|n| format!("c{}", number * each + n)).collect();
                variants[format!("a{arm}")] = json!({"share": 0.5 / ARMS as f64, "contents": of_arm});
            }
            (format!("e{number:02}"), showing("boots", &audience, &json!({"variants": variants})))
        };
        publish(shop, &json!({"experience": (0..20).map(experience).collect::<Map<_, _>>()}));
        let person = |n: usize| {
            let who = json!({"userId": format!("p{n}"), "context": granting(&["site"])});
            identify(&format!("i{n}"), &who, &json!({"city": format!("t{}", n % TOWNS)}))
        };
        let people: Vec<usize> = (0..self.people).collect();
        for some in people.chunks(2_000) {
            send(&shop.web, &some.iter().map(|n| person(*n)).collect::<Vec<_>>());
        }
    }

    /// Decides for many, one after another; says how long the calls took, as a caller sees it, and how many were not
    /// decided in time.
    fn decide(&self, shop: &Shop) -> Measured {
        let (mut took, mut neutral, mut served) = (Vec::with_capacity(self.calls), 0, BTreeSet::new());
        for call in 0..self.calls {
            let person = call * 7_919 % self.people;
            let begun = moment();
            let answer = decide(&shop.web, &json!({"user_id": format!("p{person}"), "placements": ["home"]}));
            took.push(begun.elapsed());
            let decision = &answer["decisions"][0];
            assert!(!shown(decision).is_empty(), "never blank: {decision}");
            match decision["experience"].as_str() {
                Some(name) => {
                    assert_eq!(name, format!("e{:02}", person % TOWNS % 20), "{decision}");
                    served.extend(shown(decision).into_iter().map(str::to_owned));
                }
                None => {
                    assert_eq!(decision.get("id"), None, "only what found no time is neutral here: {decision}");
                    neutral += 1;
                }
            }
        }
        took.sort_unstable();
        Measured { p50: took[took.len() / 2], p99: took[took.len() * 99 / 100], neutral, contents: served.len() }
    }
}

struct Measured {
    p50: Duration,
    p99: Duration,
    neutral: usize,
    contents: usize,
}

#[expect(clippy::disallowed_methods, reason = "the requirement itself is a span of real time")]
fn moment() -> std::time::Instant {
    std::time::Instant::now()
}

/// proves DEC-16: given a shop of 50,000 people and 2,000 contents, every page is answered, with what is meant for its
/// person and never with a blank. How long it took is printed: `cargo test --release -p prevenance --test it --
/// --nocapture dec_16`.
#[test]
fn dec_16_at_the_promised_size_a_page_is_answered_and_never_blank() {
    let size = Size { people: 50_000, contents: 2_000, calls: 5_000 };
    let shop = open_with(Options { seed: Some(1), ..Options::default() });
    size.fill(&shop);
    let Measured { p50, p99, neutral, contents } = size.decide(&shop);
    println!("{} people, {} contents: p50 {p50:?}, p99 {p99:?}, {contents} contents shown", size.people, size.contents);
    assert_eq!(neutral, 0, "nobody gives up in this shop");
    assert!(contents > size.contents / 4, "{contents}");
}

/// proves DEC-16: given owners that let no decision wait, each page gets what is neutral, never a blank.
#[test]
fn a_page_that_finds_no_place_in_the_line_is_neutral_and_not_blank() {
    let env = vec![("PREVENANCE__LIMITS__DECISIONS_WAITING".to_owned(), "0".to_owned())];
    let shop = open_with(Options { seed: Some(1), env, ..Options::default() });
    Size { people: 20, contents: 200, calls: 0 }.fill(&shop);
    for person in 0..20 {
        let answer = decide(&shop.web, &json!({"user_id": format!("p{person}"), "placements": ["home", "nowhere"]}));
        let [home, nowhere] = answer["decisions"].as_array().unwrap().as_slice() else { panic!("{answer}") };
        assert_eq!((gist(home).as_str(), shown(home)), ("-/- because ERROR", vec!["welcome"]));
        assert_eq!((&home["error"], home.get("id")), (&json!("OVERLOADED"), None));
        assert_eq!(nowhere["error"], "UNKNOWN_PLACEMENT");
    }
    let metrics = shop.server.nobody().get("/metrics").expect(200).text();
    assert!(metrics.contains("prevenance_pages_total{outcome=\"gave_up\"} 20\n"), "{metrics}");
}

/// proves DEC-16: given many pages at once, and an owner that lets one decision wait at a time, each page is decided or
/// neutral, and those that gave up are counted.
#[test]
fn of_many_pages_at_once_each_is_decided_or_neutral() {
    let env = vec![
        ("PREVENANCE__LIMITS__DECISIONS_WAITING".to_owned(), "1".to_owned()),
        ("PREVENANCE__OWNERS".to_owned(), "1".to_owned()),
    ];
    let shop = open_with(Options { seed: Some(1), env, ..Options::default() });
    Size { people: 20, contents: 200, calls: 0 }.fill(&shop);
    // Nobody is asked 25 times a week.
    publish(&shop, &json!({"setting": {"restraint": {"points": 100}}}));
    let page = |person: usize| json!({"user_id": format!("p{person}"), "placements": ["home"]});
    let answers: Vec<Value> = thread::scope(|scope| {
        let ask = |person: usize| {
            let client = shop.server.write();
            scope.spawn(move || {
                (0..25).map(|_| decide(&client, &page(person))["decisions"][0].clone()).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..8).map(ask).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 200);
    let (decided, neutral): (Vec<_>, Vec<_>) = answers.iter().partition(|one| one.get("id").is_some());
    decided.iter().for_each(|one| assert_eq!(one["reason"], "SPLIT", "{one}"));
    neutral.iter().for_each(|one| assert_eq!((gist(one).as_str(), shown(one)), ("-/- because ERROR", vec!["welcome"])));
    assert!(!decided.is_empty());
    let metrics = shop.server.nobody().get("/metrics").expect(200).text();
    let gave_up = format!("prevenance_pages_total{{outcome=\"gave_up\"}} {}\n", neutral.len());
    assert!(metrics.contains(&gave_up), "{metrics}");
}

use model::{
    event::{BOT, Event, EventKind},
    limits::{DIGEST_COUNTS, DIGEST_DAY_COUNTS, TOPIC_BYTES},
    time::Timestamp,
    value::{Fields, Value},
    wish::{INTEREST_DECLARED as DECLARED, INTEREST_REFUSED as REFUSED},
};
use proptest::prelude::*;

use super::{
    digest::{Digest, Told, start_of},
    heard::{BOUNCED, heard},
    reading::{Evidence, Excluded, Interest, Standing},
    *,
};

/// 2026-03-02.
const TODAY: i32 = 20_514;

const EVERYTHING_COUNTS: Excluded<'static> = Excluded { is_busy: &|_| false, removed: &[] };

fn rules() -> InterestRules {
    InterestRules { attributes: ["color".into()].into(), ..InterestRules::default() }
}

fn on(day: i32, name: &str, properties: impl Into<Props>) -> Event {
    Event {
        kind: EventKind::Track { name: name.into() },
        message_id: "m".into(),
        source: "web".into(),
        timestamp: start_of(day).plus(Span::HOUR.times(10)),
        received_at: start_of(day),
        identifiers: Vec::new(),
        properties: properties.into().0,
        context: Fields::default(),
        consent: None,
    }
}

struct Props(Fields);

impl<const N: usize> From<[(&str, Value); N]> for Props {
    fn from(pairs: [(&str, Value); N]) -> Self {
        Self(pairs.into_iter().collect())
    }
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::List(values.into_iter().collect())
}

fn map<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Map(pairs.into_iter().collect())
}

fn boots() -> [(&'static str, Value); 1] {
    [("category", "boots".into())]
}

fn ordered(day: i32) -> Event {
    on(day, "Order Completed", [("products", list([map(boots())]))])
}

fn digest<'a>(events: impl IntoIterator<Item = &'a Event>) -> Digest {
    let mut digest = Digest::default();
    events.into_iter().for_each(|event| digest.add(&heard(&rules(), event), event.timestamp));
    digest
}

fn read(events: &[Event], topic: &str, now: Timestamp) -> Option<Interest> {
    evidence(events, topic).interest(&rules(), now)
}

fn evidence(events: &[Event], topic: &str) -> Evidence {
    Evidence::of(digest(events).get(topic), &EVERYTHING_COUNTS)
}

/// Strength and standing in the boots of these events, at the beginning of a day.
fn in_boots(events: &[Event], day: i32) -> (f64, Standing) {
    let interest = read(events, "category:boots", start_of(day)).unwrap();
    (interest.strength.now(), interest.standing)
}

fn said(event: &Event) -> Vec<String> {
    let heard = heard(&rules(), event);
    let signals = heard.signals.iter().map(|((topic, signal), times)| format!("{topic} {} {times}", signal.word()));
    signals.chain(heard.stances.iter().map(|(topic, stance)| format!("{topic} {stance:?}"))).collect()
}

#[test]
fn each_event_says_what_it_is_about() {
    let rich = [
        ("category", " boots ".into()),
        ("brand", "Lowa".into()),
        ("color", "red".into()),
        ("tags", list(["hiking".into(), "hiking".into(), Value::Null, 7.into(), true.into()])),
        ("tag", "winter".into()),
        ("price", 90.into()),
    ];
    let about = "brand:Lowa category:boots color:red tag:7 tag:hiking tag:true tag:winter";
    let about = |signal: &str| about.split(' ').map(|topic| format!("{topic} {signal} 1")).collect::<Vec<_>>();
    for (name, signal) in [
        ("Product Viewed", "view"),
        ("Product Clicked", "view"),
        ("Product List Viewed", "list"),
        ("Products Searched", "list"),
        ("Product Added to Wishlist", "wishlist"),
        ("Product Added", "cart"),
        ("Product Removed", "removal"),
        (BOUNCED, "bounce"),
    ] {
        assert_eq!(said(&on(TODAY, name, rich.clone())), about(signal), "{name}");
    }
    let line = || map(boots());
    let order = |name: &str| on(TODAY, name, [("products", list([line(), line(), Value::Null])), rich[1].clone()]);
    assert_eq!(said(&order("Order Completed")), ["category:boots purchase 2"]);
    assert_eq!(said(&order("Order Refunded")), ["category:boots return 2"]);

    let topics =
        || [("topic", "tag:hiking".into()), ("topics", list(["color: red ".into(), "size:42".into(), "x".into()]))];
    let both = |word: &str| ["color:red", "tag:hiking"].map(|topic| format!("{topic} {word}"));
    assert_eq!(said(&on(TODAY, REFUSED, topics())), both("Refused"));
    assert_eq!(said(&on(TODAY, DECLARED, topics())), [both("declaration 1"), both("Declared")].concat());
    assert_eq!(said(&on(TODAY, BOUNCED, topics())), both("bounce 1"));

    // What a shop tags by itself; its other properties may mean anything.
    let tagged = on(TODAY, "Boot Finder Used", rich.clone());
    let tags = ["tag:7 view 1", "tag:hiking view 1", "tag:true view 1", "tag:winter view 1"];
    assert_eq!(said(&tagged), tags);
    assert_eq!(said(&Event { kind: EventKind::Page { name: None }, ..tagged.clone() }), tags);
    assert!(said(&Event { kind: EventKind::Identify, ..tagged }).is_empty());
}

#[test]
fn what_may_be_heard_is_asked_of_every_event_that_says_something() {
    for name in ["Product Viewed", "Order Completed", DECLARED, REFUSED, BOUNCED, "Anything"] {
        let event = on(TODAY, name, [("tag", "hiking".into()), ("topic", "tag:a".into())]);
        assert!(said(&event).is_empty() || heard::may_be_heard(&event), "{name}");
    }
    assert!(!heard::may_be_heard(&on(TODAY, "Anything", boots())));
}

#[test]
fn a_gift_and_a_bot_say_nothing() {
    let marked = |mark: &str, value: Value| {
        let line = map([("category", "boots".into()), (mark, value.clone())]);
        let whole = on(TODAY, "Order Completed", [("products", list([map(boots())])), (mark, value)]);
        [whole, on(TODAY, "Order Completed", [("products", list([line]))])]
    };
    for (mark, value) in [("gift", true.into()), ("is_gift", 1.into()), ("gift_wrap", Value::from("Yes"))] {
        for event in marked(mark, value) {
            assert!(said(&event).is_empty(), "{event:?}");
        }
    }
    for event in marked("gift", "false".into()) {
        assert_eq!(said(&event), ["category:boots purchase 1"]);
    }
    let by_bot = |event: Event| Event { context: [(BOT, true.into())].into_iter().collect(), ..event };
    assert!(said(&by_bot(ordered(TODAY))).is_empty());
    let refused = by_bot(on(TODAY, REFUSED, [("topic", "category:boots".into())]));
    assert_eq!(said(&refused), ["category:boots Refused"], "who refuses is heeded, whatever sends it");
}

#[test]
fn a_topic_has_a_length() {
    let fits = "x".repeat(TOPIC_BYTES - "category:".len());
    let viewed = |category: String| on(TODAY, "Product Viewed", [("category", Value::text(category))]);
    assert_eq!(said(&viewed(fits.clone())).len(), 1);
    assert!(said(&viewed(fits + "x")).is_empty());
    assert!(said(&viewed("  ".into())).is_empty());
}

#[test]
fn of_a_special_category_no_interest_is_made() {
    let viewed = |category: &str| on(TODAY, "Product Viewed", [("category", Value::text(category))]);
    for category in ["Diabetes", "Tests de grossesse", "halal", "lgbtq"] {
        assert!(said(&viewed(category)).is_empty(), "{category}");
    }
    for category in ["Health & Beauty", "race", "enceintes"] {
        assert_eq!(said(&viewed(category)).len(), 1, "{category}");
    }
    assert!(said(&on(TODAY, "Interest Declared", [("topic", Value::text("category:kosher"))])).is_empty());
}

/// The formula as it is published, for one view, one cart and one purchase a day apart.
#[test]
fn strength_is_what_the_formula_says() {
    let events = [on(TODAY, "Product Viewed", boots()), on(TODAY + 1, "Product Added", boots()), ordered(TODAY + 2)];
    let s = 1.0 * 2f64.powf(-10.0 / 21.0) + 4.0 * 2f64.powf(-9.0 / 21.0) + 8.0 * 2f64.powf(-8.0 / 21.0);
    let (strength, standing) = in_boots(&events, TODAY + 10);
    assert!((strength - s / (s + 10.0)).abs() < 1e-12, "{strength}");
    assert_eq!(standing, Standing::Lasting);
}

#[test]
fn a_view_says_less_than_a_cart_and_that_less_than_a_purchase() {
    let alone = |event: Event| in_boots(&[event], TODAY).0;
    let [list, view, wish, cart] =
        ["Products Searched", "Product Viewed", "Product Added to Wishlist", "Product Added"]
            .map(|name| alone(on(TODAY, name, boots())));
    assert!(0.0 < list && list < view && view < wish && wish < cart && cart < alone(ordered(TODAY)));
    let with = |name: &str| in_boots(&[ordered(TODAY), on(TODAY, name, boots())], TODAY).0;
    assert!(with("Product Removed") < alone(ordered(TODAY)));
    assert!(with(BOUNCED) < alone(ordered(TODAY)));
    let back = on(TODAY, "Order Refunded", [("products", list_of_boots())]);
    assert_eq!(read(&[ordered(TODAY), back.clone()], "category:boots", start_of(TODAY)), None, "taken back");
    assert_eq!(in_boots(&[back], TODAY), (-8.0 / 18.0, Standing::Tentative));
}

fn list_of_boots() -> Value {
    list([map(boots())])
}

/// D1: after a half-life half of it is left, to the last digit that there is.
#[test]
fn evidence_counts_for_half_after_its_half_life() {
    let sum = |day: i32| {
        let strength = in_boots(&[ordered(TODAY)], day).0;
        10.0 * strength / (1.0 - strength)
    };
    for (days, left) in [(0, 8.0), (21, 4.0), (42, 2.0), (210, 8.0 / 1024.0)] {
        assert!((sum(TODAY + days) - left).abs() < 1e-9, "{days} days: {}", sum(TODAY + days));
    }
    let interest = read(&[ordered(TODAY)], "category:boots", start_of(TODAY)).unwrap();
    let later = interest.strength.after(Span::DAY.times(42));
    assert!((later - 2.0 / 12.0).abs() < 1e-12, "it knows what it will be");
}

/// D3: two separate days, or one declaration.
#[test]
fn one_day_is_tentative_however_much_there_was() {
    let many: Vec<Event> = (0..50).map(|_| ordered(TODAY)).collect();
    let (strength, standing) = in_boots(&many, TODAY);
    assert_eq!((strength, standing), (80.0 / 90.0, Standing::Tentative), "ten a day count");
    let two = [ordered(TODAY), on(TODAY + 1, "Products Searched", boots())];
    assert_eq!(in_boots(&two, TODAY + 1).1, Standing::Lasting);
    let against = [ordered(TODAY), on(TODAY + 1, "Product Removed", boots())];
    assert_eq!(in_boots(&against, TODAY + 1).1, Standing::Tentative, "a day that speaks against it is none for it");
    let declared = [on(TODAY, DECLARED, [("topic", "category:boots".into())])];
    assert_eq!(in_boots(&declared, TODAY), (0.5, Standing::Lasting));
}

#[test]
fn a_refusal_stands_until_it_is_taken_back_in_words_or_by_two_later_days() {
    let refused = on(TODAY, REFUSED, [("topic", "category:boots".into())]);
    let mut events = vec![ordered(TODAY - 1), ordered(TODAY - 2), refused.clone()];
    let no = (-20.0 / 30.0, Standing::Refused);
    assert_eq!(in_boots(&events, TODAY), no);
    assert_eq!(in_boots(&events, TODAY + 700), no, "it does not fade");
    events.extend([ordered(TODAY), on(TODAY + 3, "Product Added", boots())]);
    assert_eq!(in_boots(&events, TODAY + 3), no, "its own day and one more are too little");
    events.push(on(TODAY + 4, "Product Added", boots()));
    let (strength, standing) = in_boots(&events, TODAY + 4);
    assert!(strength > 0.0 && strength < 0.5, "only what came after it counts");
    assert_eq!(standing, Standing::Lasting);

    let later = |minutes| start_of(TODAY).plus(Span::HOUR.times(10)).plus(Span::MINUTE.times(minutes));
    let declared = on(TODAY, DECLARED, [("topic", "category:boots".into())]);
    for (minutes, standing) in [(-1, Standing::Refused), (0, Standing::Refused), (1, Standing::Lasting)] {
        let declared = Event { timestamp: later(minutes), ..declared.clone() };
        assert_eq!(in_boots(&[declared, refused.clone()], TODAY + 1).1, standing, "{minutes} minutes after");
    }
}

#[test]
fn a_busy_day_does_not_count() {
    let told = digest(&[ordered(TODAY), ordered(TODAY + 1)]);
    let told = told.get("category:boots");
    let without = |is_busy: &dyn Fn(i32) -> bool| Evidence::of(told, &Excluded { is_busy, removed: &[] });
    let interest = without(&|day| day == TODAY).interest(&rules(), start_of(TODAY + 1)).unwrap();
    assert_eq!((interest.strength.now(), interest.standing), (8.0 / 18.0, Standing::Tentative));
    assert_eq!(without(&|_| true).interest(&rules(), start_of(TODAY)), None);
}

/// What is taken back goes by whole days, and by the name of the event.
#[test]
fn what_the_person_took_back_does_not_count() {
    let declared = on(TODAY + 1, DECLARED, [("topic", "category:boots".into())]);
    let refused = on(TODAY + 2, REFUSED, [("topic", "category:boots".into())]);
    let viewed = |day| on(day, "Product Viewed", boots());
    let told = digest(&[viewed(TODAY), viewed(TODAY + 1), ordered(TODAY), declared, refused.clone()]);
    let without = |event: &str, until: Timestamp| {
        let removed = [(EventMark::of(event), until)];
        Evidence::of(told.get("category:boots"), &Excluded { removed: &removed, ..EVERYTHING_COUNTS })
    };
    let did = |evidence: &Evidence| {
        let days = evidence.days.iter().map(|day| (day.day - TODAY, day.times.clone()));
        days.collect::<Vec<_>>()
    };
    let until = |day| start_of(TODAY + day).plus(Span::MINUTE);
    let [view, purchase, said] = [(Signal::View, 1), (Signal::Purchase, 1), (Signal::Declaration, 1)];
    let evidence = without("Product Viewed", until(0));
    assert_eq!(did(&evidence), [(0, vec![purchase]), (1, vec![view, said])], "of that day all, whatever the hour");
    assert_eq!(did(&without("Product Viewed", until(-1))), [(0, vec![view, purchase]), (1, vec![view, said])]);
    assert_eq!(evidence.stance, Some((refused.timestamp, Stance::Refused)));
    let forgiven = without(REFUSED, refused.timestamp);
    assert_eq!(forgiven.stance.map(|(_, stance)| stance), Some(Stance::Declared), "what was said before stands again");
    let before = refused.timestamp.minus(Span::from_millis(1));
    assert_eq!(without(REFUSED, before).stance, evidence.stance);
}

#[test]
fn sides_count_together_as_one_would() {
    let events: Vec<Event> = (0..12).map(|number| on(TODAY + number % 2, "Product Viewed", boots())).collect();
    let (some, others) = events.split_at(7);
    let parts = [digest(some), digest(others)];
    let together = Evidence::of(parts.iter().filter_map(|side| side.get("category:boots")), &EVERYTHING_COUNTS);
    assert_eq!(together, evidence(&events, "category:boots"));
}

/// A bot with 100,000 views costs what a day costs; and with as many topics, what the limit allows.
#[test]
fn a_digest_is_bounded_at_its_limit_and_beyond() {
    let view = on(TODAY, "Product Viewed", boots());
    let many = digest(std::iter::repeat_n(&view, 100_000));
    let event = EventMark::of("Product Viewed");
    let count = digest::Count { day: TODAY, signal: Signal::View, event, times: u16::MAX };
    let told = Told { counts: vec![count], ..Told::default() };
    assert_eq!(many.iter().cloned().collect::<Vec<_>>(), [("category:boots".into(), told)]);

    let tags = |day: i32, from: usize, count: usize| {
        let tags = (from..from + count).map(|tag| Value::text(format!("{tag:05}")));
        on(day, "Action", [("tags", list(tags))])
    };
    let kept = |digest: &Digest| digest.iter().len();
    let full = digest(&[tags(TODAY, 0, DIGEST_DAY_COUNTS), ordered(TODAY - 1)]);
    assert_eq!(kept(&full), DIGEST_DAY_COUNTS + 1);
    let beyond = digest(&[tags(TODAY, 0, DIGEST_DAY_COUNTS + 1), ordered(TODAY - 1)]);
    assert_eq!(kept(&beyond), DIGEST_DAY_COUNTS + 1, "a day does not drive out another");
    assert!(beyond.get("tag:00000").is_none() && beyond.get("tag:00001").is_some());

    let days = (DIGEST_COUNTS / DIGEST_DAY_COUNTS) as i32;
    let mut full: Vec<Event> = (0..days).map(|day| tags(TODAY - day, 0, DIGEST_DAY_COUNTS)).collect();
    let counts = |digest: &Digest| digest.iter().map(|(_, told)| told.counts.len()).sum::<usize>();
    assert_eq!(counts(&digest(&full)), DIGEST_COUNTS);
    full.insert(0, ordered(TODAY - days));
    let beyond = digest(&full);
    assert_eq!((counts(&beyond), beyond.get("category:boots")), (DIGEST_COUNTS, None), "the oldest day goes first");

    let mut days: Vec<Event> = (0..20).map(|day| tags(TODAY - day % 10, 500 * day as usize, 500)).collect();
    let forward = digest(&days);
    days.reverse();
    assert_eq!(forward, digest(&days), "10,000 topics in either order");
    assert_eq!(kept(&forward), DIGEST_COUNTS);
}

#[test]
fn what_nobody_may_conclude_is_not_kept() {
    let category = |name: &str| on(TODAY, "Product Viewed", [("category", name.into()), ("tag", "winter".into())]);
    let kept = digest(&[category("Halal food"), category("pregnancy tests"), category("food")]);
    assert_eq!(kept.iter().map(|(topic, _)| &**topic).collect::<Vec<_>>(), ["category:food", "tag:winter"]);
    assert_eq!(digest(&[on(TODAY, DECLARED, [("topic", "tag:halal".into())])]), Digest::default());
}

#[test]
fn whole_days_are_forgotten() {
    let refused = on(TODAY, REFUSED, [("topic", "tag:old".into())]);
    let mut digest = digest(&[ordered(TODAY - 1), refused, ordered(TODAY + 1)]);
    digest.drop_before(start_of(TODAY));
    assert_eq!(digest.iter().len(), 2);
    digest.drop_before(start_of(TODAY + 1));
    assert_eq!(digest.iter().map(|(topic, _)| &**topic).collect::<Vec<_>>(), ["category:boots"]);
    digest.drop_before(start_of(TODAY + 2));
    assert!(digest.is_empty());
}

fn some_event() -> impl Strategy<Value = Event> {
    let names = ["Product Viewed", "Product Added", "Product Removed", "Products Searched", DECLARED, REFUSED];
    let what = (prop::sample::select(names.to_vec()), 0..4i32, 0..3u8, 0..86_400_000i64);
    what.prop_map(|(name, day, value, ms)| {
        let value = ["a", "b", "c"][usize::from(value)];
        let topic = Value::text(format!("category:{value}"));
        let event = on(TODAY + 20 * day, name, [("category", value.into()), ("topic", topic)]);
        Event { timestamp: start_of(TODAY + 20 * day).plus(Span::from_millis(ms)), ..event }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_order_shows_and_strength_stays_in_its_range(
        events in prop::collection::vec(some_event(), 0..30),
        split in any::<prop::sample::Index>(),
        days in 0..1_000i32,
    ) {
        let mut sorted = events.clone();
        sorted.sort_by_key(|event| (event.timestamp, event.name().to_owned()));
        prop_assert_eq!(digest(&events), digest(&sorted));
        let (some, others) = events.split_at(split.index(events.len() + 1));
        let (some, others) = (digest(some), digest(others));
        for topic in ["category:a", "category:b", "category:c"] {
            let now = start_of(TODAY + days);
            let whole = read(&events, topic, now);
            let parts = Evidence::of([&some, &others].into_iter().filter_map(|side| side.get(topic)), &EVERYTHING_COUNTS);
            prop_assert_eq!(&parts.interest(&rules(), now), &whole);
            if let Some(interest) = whole {
                let strength = interest.strength.now();
                prop_assert!(strength.abs() < 1.0);
                prop_assert_eq!(interest.standing == Standing::Refused, strength == -20.0 / 30.0);
            }
        }
    }
}

//! `valid_until`: the first moment at which an answer could change with no new event.

use jiff::tz::TimeZoneDatabase;
use model::{
    request,
    time::{Span, Timestamp},
    value::Value,
};

use crate::person::{Person, ago, compiled, days, now};

/// Asks for the answer, and after how many milliseconds it could change.
#[track_caller]
fn stands(text: &str, person: &Person, value: bool, wait_ms: Option<i64>) {
    let verdict = compiled(text).matches(person, now());
    let waits = verdict.valid_until.map(|until| until.since(now()).as_millis());
    assert_eq!((verdict.value, waits), (value, wait_ms), "{text}");
}

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

#[test]
fn what_no_clock_moves_stands_forever() {
    let person = Person::default().with("country", "JP").did("A", ago(days(1)));
    stands(r#"profile.country == "JP""#, &person, true, None);
    stands(r#"events("A").count() == 1"#, &person, true, None);
    stands(r#"events("A").since("2026-01-01").count() == 1"#, &person, true, None);
    stands(r#"events("B").within("7d").count() == 0"#, &person, true, None);
    stands(r#"events("A").within("7d").count() == 0 || true"#, &person, true, None);
}

#[test]
fn a_count_changes_when_enough_have_slid_out() {
    let person = Person::default().did("A", ago(days(6))).did("A", ago(days(4))).did("A", ago(days(2)));
    for (text, value, wait) in [
        (r#"events("A").within("7d").count() >= 1"#, true, Some(5 * DAY)),
        (r#"events("A").within("7d").count() >= 2"#, true, Some(3 * DAY)),
        (r#"events("A").within("7d").count() >= 3"#, true, Some(DAY)),
        (r#"events("A").within("7d").count() >= 4"#, false, None),
        (r#"2 <= events("A").within("7d").count()"#, true, Some(3 * DAY)),
        (r#"events("A").within("7d").count() == 0"#, false, Some(5 * DAY)),
        (r#"events("A").within("7d").count() == 2"#, false, Some(DAY)),
        (r#"events("A").within("7d").count() < 2"#, false, Some(3 * DAY)),
        (r#"events("A").older_than("3d").count() >= 3"#, false, Some(DAY)),
        (r#"events("A").within("7d").older_than("3d").count() == 0"#, false, Some(DAY)),
        (r#"events("A").within("7d").days() > 0"#, true, Some(DAY)),
        (r#"events("A").within("7d").last() > "2026-01-01""#, true, Some(5 * DAY)),
    ] {
        stands(text, &person, value, wait);
    }
}

#[test]
fn what_comes_in_later_is_awaited() {
    let person = Person::default().did("A", now().plus(Span::HOUR));
    stands(r#"events("A").count() == 1"#, &person, false, Some(HOUR));
    stands(r#"events("A").count() == 0"#, &person, true, Some(HOUR));
}

#[test]
fn moving_moments_have_a_closed_form() {
    let person = Person::default().with("size", 42).with("birth_date", "2001-03-03").did("A", ago(days(80)));
    for (text, value, wait) in [
        (r#"events("A").last() < ago("90d")"#, false, Some(10 * DAY + 1)),
        (r#"events("A").last() <= ago("90d")"#, false, Some(10 * DAY)),
        (r#"events("A").last() > ago("90d")"#, true, Some(10 * DAY)),
        (r#"events("A").last() < ago("10d")"#, true, None),
        (r#"since(events("A").last()) >= "90d""#, false, Some(10 * DAY)),
        (r#"until(events("A").last() + "100d") > "5d""#, true, Some(15 * DAY)),
        // The fact is 30 days old.
        (r#"age(profile.size) < "90d""#, true, Some(60 * DAY)),
        (r#"age(profile.size) <= "90d""#, true, Some(60 * DAY + 1)),
        (r#"now() < "2026-03-03""#, true, Some(14 * HOUR)),
        (r#"years_since(profile.birth_date) >= 25"#, false, Some(14 * HOUR)),
    ] {
        stands(text, &person, value, wait);
    }
}

#[test]
fn abandonment_comes_true_when_its_time_is_over() {
    let person = Person::default().did("Added", ago(Span::HOUR));
    let text = r#"events("Added").not_followed_by(events("Order"), "4h").count() > 0"#;
    stands(text, &person, false, Some(3 * HOUR + 1));
    let later = now().plus(Span::HOUR.times(3));
    assert!(!compiled(text).matches(&person, later).value, "an order of this very moment would be in time");
    assert!(compiled(text).matches(&person, later.plus(Span::from_millis(1))).value);
}

#[test]
fn a_chain_lasts_as_long_as_its_deciding_term() {
    let person = Person::default().did("A", ago(days(6))).did("B", ago(days(1)));
    let a = r#"events("A").within("7d").count() > 0"#;
    let b = r#"events("B").within("7d").count() > 0"#;
    stands(&format!("{a} && {b}"), &person, true, Some(DAY));
    stands(&format!("{a} && !({b})"), &person, false, Some(6 * DAY));
    stands(&format!("!({a}) || {b}"), &person, true, Some(6 * DAY));
    stands(&format!("{a} || {b}"), &person, true, Some(DAY));
}

#[test]
fn a_segment_brings_its_own_end_but_never_one_of_the_past() {
    let person = |until: Timestamp| Person::default().in_segment("vip", Some(until));
    stands(r#"segment("vip")"#, &person(now().plus(Span::HOUR)), true, Some(HOUR));
    stands(r#"segment("vip")"#, &person(ago(Span::HOUR)), true, Some(1));
}

#[test]
fn what_the_visitors_clock_shows_stands_until_the_next_quarter_of_an_hour() {
    let quarter = 900_000;
    let person = Person::default().asks("hour", Value::Int(10)).asks("device", Value::from("phone"));
    stands("request.hour >= 18", &person, false, Some(quarter));
    stands("!(request.hour >= 18)", &person, true, Some(quarter));
    stands(r#"request.device == "phone" || request.hour >= 18"#, &person, true, None);
    stands(r#"request.device == "tv" || request.hour >= 18"#, &person, false, Some(quarter));
    stands(r#"request.weekday == "monday""#, &person, false, None);
    let monday = person.asks("weekday", Value::from("monday"));
    stands(r#"request.weekday == "monday""#, &monday, true, Some(quarter));
    stands(r#"request.weekday in ["saturday", "sunday"]"#, &monday, false, Some(quarter));
    let until = |ms: i64| request::stands_until("hour", now().plus(Span::from_millis(ms))).unwrap().since(now());
    for (ms, until_ms) in [(-1, 0), (0, quarter), (quarter - 1, quarter), (quarter, 2 * quarter)] {
        assert_eq!(until(ms).as_millis(), until_ms, "{ms}");
    }
}

/// The clocks of all zones, from 2026 on: each is whole quarters of an hour from UTC and is set at one.
#[test]
fn no_clock_in_the_world_shows_another_hour_between_two_quarters() {
    let quarter_s = 900;
    let from: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let zones = TimeZoneDatabase::bundled();
    let (mut count, mut set) = (0, 0);
    for name in zones.available() {
        let zone = zones.get(name.as_str()).unwrap();
        assert_eq!(zone.to_offset(from).seconds() % quarter_s, 0, "{name}");
        for change in zone.following(from).take(24) {
            let (offset, at) = (change.offset().seconds(), change.timestamp().as_second());
            assert_eq!((offset % quarter_s, at % i64::from(quarter_s)), (0, 0), "{name} {}", change.timestamp());
            set += 1;
        }
        count += 1;
    }
    assert!(count > 400 && set > 2_000, "{count} zones, {set} changes");
}

use model::{
    time::Span,
    value::{Fields, Finite},
};
use proptest::prelude::*;

use super::*;

/// 2026-11-20.
const NOW: i64 = 20_777;

fn moment(days: i64) -> Timestamp {
    Timestamp::saturating_from_millis(days * Span::DAY.as_millis())
}

fn judged(meaning: Option<Meaning>, value: &Value) -> Option<Doubt> {
    let own = Own::default().with_mail("contact@ouest.fr").with_address("12, rue de Siam, 29200 Brest");
    doubt(meaning, value, moment(NOW), &Known { own: &own, shared: SharedBy::Few, as_of: None })
}

fn judged_text(meaning: Meaning, text: &str) -> Option<Doubt> {
    judged(Some(meaning), &Value::from(text))
}

/// PRO-05: birth dates 01/01/1900 and 01/01/1970, the name "aaa", a throw-away e-mail: doubted, with the reason.
#[test]
fn a_filled_field_is_not_a_reliable_field() {
    for (name, value, why) in [
        ("birth_date", "01/01/1900", Doubt::PlaceholderDate),
        ("birth_date", "01/01/1970", Doubt::PlaceholderDate),
        ("first_name", "aaa", Doubt::RepeatedLetters),
        ("last_name", "aaa", Doubt::RepeatedLetters),
        ("email", "ana@yopmail.com", Doubt::ThrowAwayMail),
    ] {
        assert_eq!(judged(Meaning::of(name), &Value::from(value)), Some(why), "{name} {value}");
    }
    let (epoch, first_of_1900) = (Value::Time(Timestamp::EPOCH), Value::Time(moment(-25_567)));
    assert_eq!(judged(Meaning::of("birth_date"), &epoch), Some(Doubt::PlaceholderDate));
    assert_eq!(judged(Meaning::of("birth_date"), &first_of_1900), Some(Doubt::PlaceholderDate));
}

#[test]
fn false_values_are_doubted() {
    for (meaning, text, why) in [
        (Meaning::GivenName, "", Doubt::Empty),
        (Meaning::GivenName, " \u{200b} ", Doubt::Empty),
        (Meaning::GivenName, "-", Doubt::PlaceholderWord),
        (Meaning::GivenName, "???", Doubt::PlaceholderWord),
        (Meaning::GivenName, "123", Doubt::PlaceholderWord),
        (Meaning::GivenName, "1234", Doubt::KeyboardRun),
        (Meaning::GivenName, "Test2", Doubt::PlaceholderWord),
        (Meaning::GivenName, "asdf asdf", Doubt::KeyboardRun),
        (Meaning::FamilyName, "zzz-zzz", Doubt::RepeatedLetters),
        (Meaning::FamilyName, "test", Doubt::PlaceholderWord),
        (Meaning::FamilyName, "inconnu", Doubt::PlaceholderWord),
        (Meaning::FullName, "Test Test", Doubt::PlaceholderWord),
        (Meaning::FullName, "aaa bbb", Doubt::RepeatedLetters),
        (Meaning::FullName, "NOM, Prénom", Doubt::PlaceholderWord),
        (Meaning::FullName, "null null", Doubt::PlaceholderWord),
        (Meaning::FullName, "undefined undefined", Doubt::PlaceholderWord),
        (Meaning::FullName, "Guest 4711", Doubt::PlaceholderWord),
        (Meaning::FullName, "John DOE", Doubt::PlaceholderWord),
        (Meaning::City, "n/a", Doubt::PlaceholderWord),
        (Meaning::City, "Ville", Doubt::PlaceholderWord),
        (Meaning::City, "xxx", Doubt::RepeatedLetters),
        (Meaning::City, "75001", Doubt::PlaceholderWord),
        (Meaning::City, "azerty", Doubt::KeyboardRun),
        (Meaning::Address, "test", Doubt::PlaceholderWord),
        (Meaning::Address, "xxx xxx", Doubt::RepeatedLetters),
        (Meaning::Address, "qsdf", Doubt::KeyboardRun),
        (Meaning::Address, "12 RUE DE SIAM 29200 BREST", Doubt::ShopsOwn),
        (Meaning::PostalCode, "00000", Doubt::PlaceholderPostalCode),
        (Meaning::PostalCode, "000-0000", Doubt::PlaceholderPostalCode),
        (Meaning::PostalCode, "xxxxx", Doubt::RepeatedLetters),
        (Meaning::PostalCode, "inconnu", Doubt::PlaceholderWord),
        (Meaning::Email, "aucun", Doubt::PlaceholderWord),
        (Meaning::Email, "Contact@Ouest.fr", Doubt::ShopsOwn),
        (Meaning::Phone, "unknown", Doubt::PlaceholderWord),
        (Meaning::BirthDate, "n/a", Doubt::PlaceholderWord),
        (Meaning::BirthDate, "1850-04-12", Doubt::ImpossibleAge),
    ] {
        assert_eq!(judged_text(meaning, text), Some(why), "{meaning:?} {text}");
    }
    assert_eq!(judged(Some(Meaning::BirthDate), &Value::Int(0)), Some(Doubt::PlaceholderDate));
    assert_eq!(judged(Some(Meaning::PostalCode), &Value::Int(0)), Some(Doubt::PlaceholderPostalCode));
    assert_eq!(judged(Some(Meaning::Phone), &Value::Int(612_345_678)), Some(Doubt::PlaceholderPhone));
}

/// True names that look like false ones to whoever does not know them.
const GIVEN_NAMES: &[&str] = &[
    "Bo, Aaron, Lee, Yu, Nil, Aa, Oo, Ng, O, E, Li, Xi, Jo, Al, Ek, Ía, Åå, Anna, Otto, Hannah, Lulu, Mimi",
    "Zuzu, Aas, Aase, Saad, Nada, Reza, Azer, Treza, Ravi, Xóchitl, X Æ A-12, Jean-Pierre, Anne Marie, D'Arcy",
    "Mª José, J. R. R., A.A.A., J., Björk, Łukasz, Şule, Nguyễn, Abcde, Bar, Toto, Testa, Testarossa, Fooks",
    "Noname Jr, Lea 🌸, 🦄, علي, محمد بن سلمان, الله, 王, 李小龙, 丽丽, はな, さくら, ななこ, 김, 하하, Иван, Ілля, Ωμέγα, שרה",
    "नेहा, ธนา, አበበ, Zoë, Zoë, ʻOka",
];

/// True names of families, among words that stand for nothing elsewhere.
const FAMILY_NAMES: &[&str] = &[
    "Null, Guest, Sample, Tester, Foo, Ng, O'Neil, None, Root, Blank, Wert, Wertz, Ertz, Trew, Fake, Kunde",
    "Gast, Demo, Na, Void, Leer, Ville, Town, Street, Aa, Test-Dupont, de la Test",
];

#[test]
fn true_names_are_spared() {
    let each = |lines: &'static [&'static str]| lines.iter().flat_map(|line| line.split(", "));
    for name in each(GIVEN_NAMES) {
        for meaning in [Meaning::GivenName, Meaning::FullName] {
            assert_eq!(judged_text(meaning, name), None, "{meaning:?} {name}");
        }
    }
    for name in each(FAMILY_NAMES) {
        assert_eq!(judged_text(Meaning::FamilyName, name), None, "{name}");
    }
    for name in
        ["Jennifer Null", "Anna Test", "Jon Tester", "Joe Root", "Reza Azer", "Foo Yun", "Zach Ertz", "Jane Doering"]
    {
        assert_eq!(judged_text(Meaning::FullName, name), None, "{name}");
    }
    let decomposed = "Zoe\u{308}";
    assert_eq!(judged_text(Meaning::GivenName, decomposed), None);
}

#[test]
fn true_places_are_spared() {
    for city in [
        "Test",
        "Testa",
        "Nonette",
        "None",
        "Nome",
        "Mobile",
        "Aa",
        "Y",
        "Å",
        "Oo",
        "Ii",
        "Eu",
        "Brest",
        "Rennes",
        "Paris 75",
        "Foo",
        "La Teste-de-Buch",
        "Nowhere Else",
        "東京",
        "北京",
        "القاهرة",
        "Św. Anna",
        "Llanfairpwll",
        "Zzyzx",
        "Uz",
        "100 Mile House",
    ] {
        assert_eq!(judged_text(Meaning::City, city), None, "{city}");
    }
    for code in [
        "29200", "01000", "12345", "1234", "44444", "1111", "1000", "SW1A 1AA", "D02 X285", "100-0001", "00100",
        "AAA 1111",
    ] {
        assert_eq!(judged_text(Meaning::PostalCode, code), None, "{code}");
    }
    assert_eq!(judged(Some(Meaning::PostalCode), &Value::Int(1_000)), None);
    for address in
        ["12, rue de Siam", "1-2-3", "1234", "Test Lane 4", "Lieu-dit Le Néant", "123 Main Street", "丸の内1丁目"]
    {
        assert_eq!(judged_text(Meaning::Address, address), None, "{address}");
    }
}

#[test]
fn a_trait_without_a_meaning_is_hardly_doubted() {
    assert_eq!(judged(None, &Value::from("undefined")), Some(Doubt::PlaceholderWord));
    for text in ["", "xxx", "none", "test", "aaa", "1970-01-01", "0000000000", "AAA"] {
        assert_eq!(judged(None, &Value::from(text)), None, "{text}");
    }
}

#[test]
fn a_value_shared_by_too_many_is_doubted_unless_it_says_more_itself() {
    let own = Own::default();
    let known = Known { own: &own, shared: SharedBy::TooMany, as_of: None };
    let judged = |value: Value| doubt(Some(Meaning::Phone), &value, moment(NOW), &known);
    assert_eq!(judged(Value::from("02 98 44 10 27")), Some(Doubt::SharedByTooMany));
    assert_eq!(judged(Value::Bool(true)), Some(Doubt::SharedByTooMany));
    assert_eq!(judged(Value::from("0000000000")), Some(Doubt::PlaceholderPhone));
    assert_eq!(judged(Value::Null), None, "a value taken back says nothing that could be false");
}

#[test]
fn a_birth_date_of_the_day_on_which_it_was_given_is_doubted() {
    let own = Own::default();
    let given = moment(NOW - 400).plus(Span::HOUR.times(15));
    let known = Known { own: &own, shared: SharedBy::Few, as_of: Some(given) };
    let judged = |days| doubt(Some(Meaning::BirthDate), &Value::Time(moment(days)), moment(NOW), &known);
    assert_eq!(judged(NOW - 400), Some(Doubt::PlaceholderDate));
    assert_eq!(judged(NOW - 420), None);
}

#[test]
fn only_birth_dates_come_into_doubt_by_the_passing_of_time() {
    let unborn = moment(NOW + 10);
    let until = lasts_until(Some(Meaning::BirthDate), &Value::Time(unborn), moment(NOW));
    assert_eq!(until, Some(unborn.minus(Span::HOUR.times(14))));
    for (meaning, value) in [
        (Some(Meaning::Email), Value::from("ana@orange.fr")),
        (Some(Meaning::BirthDate), Value::from("n/a")),
        (Some(Meaning::BirthDate), Value::from("1850-04-12")),
        (None, Value::Time(unborn)),
    ] {
        assert_eq!(lasts_until(meaning, &value, moment(NOW)), None, "{meaning:?}");
    }
}

#[test]
fn every_doubt_has_its_own_word_and_sentence() {
    for (at, doubt) in Doubt::ALL.iter().enumerate() {
        assert!(doubt.says().ends_with('.') && doubt.says().is_ascii());
        assert!(Doubt::ALL[..at].iter().all(|other| other.word() != doubt.word() && other.says() != doubt.says()));
    }
}

#[test]
fn values_of_other_kinds_and_of_any_size_are_judged_without_harm() {
    let map: Fields = [("city", Value::from("test"))].into_iter().collect();
    let values = [
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Float(Finite::ONE),
        Value::Time(Timestamp::MIN),
        Value::Time(Timestamp::MAX),
        Value::List([Value::from("test")].into()),
        Value::Map(map),
    ];
    let units =
        ["a", "0", "é", "e\u{301}", "🦄", "ا", "@", ".", " ", "-", "qwerty", "test ", "a@a.", "\u{202e}", "0\u{301}"];
    let texts = units.iter().map(|unit| Value::text(unit.repeat(100_000 / unit.len())));
    for value in values.into_iter().chain(texts) {
        for meaning in Meaning::ALL.map(Some).into_iter().chain([None]) {
            judged(meaning, &value);
            lasts_until(meaning, &value, moment(NOW));
        }
    }
}

/// Texts near to what detectors look for, and any others.
fn texts() -> impl Strategy<Value = String> {
    let near = "[a-e@.+0-9 /xqwertztesnul\u{e9}\u{301}-]{0,24}";
    prop_oneof![
        near.prop_map(String::from),
        any::<String>(),
        "\\PC{0,40}@[a-z.]{0,20}",
        "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"
    ]
}

fn meanings() -> impl Strategy<Value = Option<Meaning>> {
    prop::option::weighted(0.95, prop::sample::select(Meaning::ALL.to_vec()))
}

proptest! {
    #[test]
    fn no_text_does_harm(meaning in meanings(), text in texts(), now in any::<i64>()) {
        let own = Own::default().with_mail(&text).with_domain(&text).with_phone(&text).with_address(&text);
        let known = Known { own: &own, shared: SharedBy::Few, as_of: Some(moment(NOW)) };
        let (value, now) = (Value::from(text.as_str()), Timestamp::saturating_from_millis(now));
        doubt(meaning, &value, now, &known);
        lasts_until(meaning, &value, now);
    }

    #[test]
    fn surrounding_blanks_do_not_matter(
        meaning in meanings(),
        text in texts(),
        before in "[ \t\n\u{a0}\u{200b}\u{200f}]{0,3}",
        after in "[ \r\u{3000}\u{feff}]{0,3}",
    ) {
        let padded = Value::text(format!("{before}{text}{after}"));
        prop_assert_eq!(judged(meaning, &padded), judged(meaning, &Value::from(text.as_str())));
    }

    #[test]
    fn case_does_not_matter(meaning in meanings(), text in texts()) {
        let of = |text: &str| judged(meaning, &Value::from(text));
        prop_assert_eq!(of(&text.to_lowercase()), of(&text));
        prop_assert_eq!(of(&text.to_ascii_uppercase()), of(&text));
    }
}

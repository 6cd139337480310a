//! Tokens: what they write, and that no text has a gap.

use std::{collections::BTreeMap, sync::Arc};

use decide::{Content, Payload, Reference, TemplateError, code};
use model::value::{Fields, Value};
use proptest::prelude::*;

use crate::shop::{Somebody, certain, content, payload, scheme, text};

fn compiled(text: &str) -> Result<Payload, TemplateError> {
    Payload::compile([("text", Value::from(text))].into_iter().collect())
}

fn rendered(text: &str, name: Option<&str>) -> String {
    let known = |reference: &Reference| {
        let is_name = *reference == Reference::Trait("first_name".into());
        name.filter(|_| is_name).map(str::to_owned)
    };
    let fields = compiled(text).unwrap_or_else(|error| panic!("{text}: {error}")).render(&known);
    fields.get("text").and_then(Value::as_text).unwrap().to_owned()
}

/// proves PRO-07: a text never reads "Bonjour ,".
#[test]
fn a_token_writes_its_value_or_its_neutral_form() {
    for (text, known, neutral) in [
        ("Hi {{ profile.first_name | \"you\" }}!", "Hi Ana!", "Hi you!"),
        ("{{profile.first_name|'you'}}", "Ana", "you"),
        (
            "{{ \"Bonjour \" + profile.first_name | \"Bonjour\" }}, à bientôt",
            "Bonjour Ana, à bientôt",
            "Bonjour, à bientôt",
        ),
        ("Bonjour{{ ' ' + profile.first_name + ' !' | ' !' }}", "Bonjour Ana !", "Bonjour !"),
        ("{{ \"a \\\"b\\\" \\\\ \" + profile.first_name | \"|}}\" }}", "a \"b\" \\ Ana", "|}}"),
        ("{{ \"{{\" }} and {{ '}}' }}", "{{ and }}", "{{ and }}"),
        ("No token } here { {x}", "No token } here { {x}", "No token } here { {x}"),
        ("{{ profile.first_name + request.city | \"all\" }}", "all", "all"),
    ] {
        assert_eq!(rendered(text, Some("Ana")), known, "{text}");
        for nothing in [None, Some(""), Some(" \t"), Some("\u{200b}"), Some("\u{2800}\u{feff} \u{3164}")] {
            assert_eq!(rendered(text, nothing), neutral, "{text}");
        }
    }
    assert_eq!(rendered("Hi {{ profile.first_name | \"you\" }}!", Some(" Ana ")), "Hi Ana!");
}

#[test]
fn a_bad_token_is_refused_at_its_character() {
    for (text, code, at) in [
        ("é {{ profile.first_name }}", code::NO_NEUTRAL, 2),
        ("{{ \"Dear \" + profile.first_name }}", code::NO_NEUTRAL, 0),
        ("Bonjour {{ profile.first_name | \"\" }},", code::GAP, 8),
        ("Bonjour {{ profile.first_name | \" \" }}.", code::GAP, 8),
        ("Bonjour {{ profile.first_name | \"\" }} et merci", code::GAP, 8),
        ("Bonjour {{ profile.first_name | \"\" }}!", code::GAP, 8),
        ("{{ profile.first_name | \"\" }}", code::GAP, 0),
        ("{{ profile.first_name | \"\" }} {{ profile.city | \"\" }}", code::GAP, 0),
        ("{{ profile.first_name | \"\" }}, hello", code::GAP, 0),
        ("Hi {{ profile.first_name | \"\" }}{{ profile.city | \"\" }}, you", code::GAP, 3),
        // Some are known and others are not.
        ("Bonjour{{ \" \" + profile.first_name + \" \" | \"\" }}{{ profile.last_name | \"\" }},", code::GAP, 7),
        ("{{ profile.first_name + \" \" | \"\" }}{{ profile.last_name | \"\" }}. Hi", code::GAP, 0),
        ("Hi {{ profile.a | \"you\" }}{{ \" \" + profile.b | \"\" }} {{ profile.c | \"\" }}, yes", code::GAP, 53),
        // All that is asked is known.
        ("{{ \"Bonjour \" + profile.first_name + \" \" | \"Bonjour\" }},", code::GAP, 0),
        ("Bonjour {{ \" \" + profile.first_name | \"vous\" }}, oui", code::GAP, 8),
        ("Bonjour{{ \" , \" + profile.first_name | \"\" }}", code::GAP, 7),
        // Nobody sees a space without width, and a wide one is one.
        ("Bonjour {{ profile.first_name | \"\u{200b}\" }}, oui", code::GAP, 8),
        ("Bonjour {{ profile.first_name | \"\u{feff}\u{ad}\" }}!", code::GAP, 8),
        ("Bonjour {{ profile.first_name | \"\u{a0}\" }}, oui", code::GAP, 8),
        ("Bonjour\u{a0}{{ profile.first_name | \"\" }}, oui", code::GAP, 8),
        ("Bonjour{{ profile.first_name | \"\u{3164}\" }}, oui", code::GAP, 7),
        ("Bonjour {{ profile.first_name | \"\" }}\u{a0}!", code::GAP, 8),
        ("{{ profile.first_name | \"\u{200b}\" }}", code::GAP, 0),
        ("\u{200b}{{ profile.first_name | \"\u{2060}\" }}", code::GAP, 1),
        ("Oui\n{{ profile.first_name | \"\" }}, bonjour", code::GAP, 4),
        ("{{ first_name | \"you\" }}", code::SYNTAX, 3),
        ("{{ profile. | \"you\" }}", code::SYNTAX, 3),
        ("{{ profile.a.b | \"you\" }}", code::SYNTAX, 3),
        ("{{ profile.a | you }}", code::SYNTAX, 15),
        ("{{ profile.a | \"you }}", code::SYNTAX, 15),
        ("{{ profile.a | \"y\\ou\" }}", code::SYNTAX, 17),
        ("{{ profile.a | \"you\" ", code::SYNTAX, 21),
        ("{{ profile.a | \"you\" | \"me\" }}", code::SYNTAX, 21),
        ("{{ \"a\" + \"b\" }}", code::SYNTAX, 0),
        ("{{}}", code::SYNTAX, 2),
        ("{{", code::SYNTAX, 2),
    ] {
        let error = compiled(text).expect_err(text);
        assert_eq!((error.code, error.at, error.pointer.as_str()), (code, at, "/text"), "{text}: {error}");
    }
    let tokens = |count| "{{ profile.a | \"x\" }}".repeat(count);
    assert!(compiled(&tokens(50)).is_ok());
    assert_eq!(compiled(&tokens(51)).unwrap_err().code, code::TOO_MANY);
}

#[test]
fn what_is_well_written_is_not_refused() {
    for text in [
        "Bonjour {{ profile.first_name | \"à vous\" }}\u{a0}!",
        "Bonjour{{ \" \" + profile.first_name | \"\" }}\u{202f}! Ça va ?",
        "{{ profile.first_name + \", \" | \"\" }}votre panier vous attend.",
        "Votre panier {{ \"à \" + profile.city + \" \" | \"\" }}vous attend.",
        "{{ profile.first_name | \"You\" }}\n\n{{ profile.city | \"\" }}\nbye",
        "Love ❤\u{fe0f}{{ \" from \" + profile.city | \"\" }}, always",
        "/shops/{{ profile.city | \"\" }}.html?a={{ request.city | \"\" }}&b",
        "As it was written , with  gaps . {{ profile.city | \"here\" }} , and there",
        "{{ \" , \" }} is quoted{{ \" in \" + profile.city | \"\" }}.",
    ] {
        compiled(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[test]
fn a_value_that_would_leave_a_gap_is_none() {
    let greeting = "{{ \"Bonjour \" + profile.first_name | \"Bonjour\" }}, oui";
    for value in [
        ",",
        ".",
        " - ",
        "--",
        "?",
        "...",
        ", Ana",
        "Ana , B",
        ". Ana",
        "\u{200b},",
        "Ana\u{a0}.",
        "Ana \u{200b}",
        "\u{200b} Ana",
    ] {
        assert_eq!(rendered(greeting, Some(value)), "Bonjour, oui", "{value:?}");
    }
    for value in ["Ana", "Ana B.", "J.-P.", "O'Neil", "Ana, B", "29", "-3", "★", "李", "1,5", "A  B"] {
        assert_eq!(rendered(greeting, Some(value)), format!("Bonjour {value}, oui"), "{value:?}");
    }
}

#[test]
fn values_that_no_text_can_hold_leave_the_token_neutral() {
    let scheme = scheme(vec![certain("idea")]);
    let with = |value: Value| text(&Somebody::new(1).with("city", value).sees(&scheme, "hero")).to_owned();
    for (value, expect) in [
        (Value::from("Brest"), "An idea for Brest"),
        (Value::Int(29), "An idea for 29"),
        (Value::Null, "An idea"),
        (Value::Bool(true), "An idea"),
        (Value::from("a\nb"), "An idea"),
        (Value::text("x".repeat(200)), &format!("An idea for {}", "x".repeat(200))),
        (Value::text("x".repeat(201)), "An idea"),
    ] {
        assert_eq!(with(value), expect);
    }
}

#[test]
fn a_content_speaks_the_language_that_is_read_or_falls_back() {
    let versions = ["fr", "fr-CA", "en-GB", "pt-BR"].map(|language| (Arc::from(language), payload(language)));
    let versions: BTreeMap<_, _> = versions.into();
    let speaks = Content { versions, fallback: "en-GB".into(), ..Content::clone(&content("care", "")) };
    for (reads, expect) in [
        (vec!["fr"], "fr"),
        (vec!["FR-ca"], "fr-CA"),
        (vec!["fr-BE"], "fr"),
        (vec!["pt"], "pt-BR"),
        (vec!["pt-PT"], "pt-BR"),
        (vec!["de", "fr"], "fr"),
        (vec!["de"], "en-GB"),
        (vec![], "en-GB"),
        (vec![""], "en-GB"),
    ] {
        let languages: Vec<Arc<str>> = reads.iter().copied().map(Arc::from).collect();
        assert_eq!(&**speaks.version(&languages).0, expect, "{reads:?}");
    }
}

#[test]
fn texts_are_found_wherever_they_stand() {
    let lines = Value::List([Value::from("plain"), Value::from("{{ request.city | \"here\" }}")].into());
    let inner: Fields = [("lines", lines), ("n", Value::Int(1))].into_iter().collect();
    let payload = Payload::compile([("a/b", Value::Map(inner))].into_iter().collect()).unwrap();
    let references = payload.references();
    assert_eq!(references, [("/a~1b/lines/1".to_owned(), &Reference::Request("city".into()))]);
    let written = payload.render(&|_| Some("Brest".into()));
    let expect = Value::List([Value::from("plain"), Value::from("Brest")].into());
    assert_eq!(written.at(&["a/b", "lines"]), Some(&expect));
    assert_eq!(written.at(&["a/b", "n"]), Some(&Value::Int(1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever is written compiles or is refused, and what compiles has no gap but those that its author wrote
    /// outside of tokens, whichever values are known.
    #[test]
    fn no_text_that_is_published_has_a_gap(
        written in "[a ,.\u{200b}]{0,4}",
        tokens in prop::collection::vec(("[a ]?", "[a !]?", "[a ,\u{a0}\u{200b}]{0,2}", "[a ,.!]{0,3}"), 1..4),
    ) {
        let token = |(place, (before, after, neutral, text)): (usize, &(String, String, String, String))| {
            let quoted = |text: &str| format!("\"{text}\"");
            format!("{{{{ {} + profile.p{place} + {} | {} }}}}{text}", quoted(before), quoted(after), quoted(neutral))
        };
        let text = written.clone() + &tokens.iter().enumerate().map(token).collect::<String>();
        let Ok(payload) = compiled(&text) else { return Ok(()) };
        for known in 0..1 << tokens.len() {
            let value = |reference: &Reference| {
                let at = (0..tokens.len()).find(|at| *reference == Reference::Trait(format!("p{at}").as_str().into()));
                at.filter(|at| known & (1 << at) != 0).map(|_| "X".to_owned())
            };
            let fields = payload.render(&value);
            let seen = fields.get("text").and_then(Value::as_text).unwrap().replace('\u{200b}', "").replace('\u{a0}', " ");
            prop_assert!(!seen.trim().is_empty(), "{text:?}");
            let outside: Vec<String> = [&written].into_iter().chain(tokens.iter().map(|token| &token.3))
                .map(|text| text.replace('\u{200b}', "")).collect();
            for gap in [" ,", " .", "  "] {
                let count = |text: &str| (0..text.len()).filter(|at| text[*at..].starts_with(gap)).count();
                let own: usize = outside.iter().map(|text| count(text)).sum();
                prop_assert!(count(&seen) <= own, "{text:?} reads {seen:?}");
            }
        }
    }

    #[test]
    fn nothing_that_is_written_breaks_the_reader(text in "[{}|+\"'\\\\a. é]{0,24}") {
        let _ = compiled(&text);
    }
}

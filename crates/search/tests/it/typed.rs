//! What people type, and what others send instead.

use std::sync::OnceLock;

use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use search::{Count, Language, LastWord, Page, Request, Snapshot, limits};

use crate::shop::{catalog, english, found, french, search};

fn shop() -> Snapshot {
    catalog(&[french(1, "Chaussures de randonnée"), english(2, "C++ in a nutshell (2nd edition)")])
}

#[test]
fn signs_of_regular_expressions_and_of_query_languages_mean_nothing() {
    let shop = shop();
    for text in [
        ".*",
        "^$",
        "[",
        "(a|b)+",
        "\\",
        "*",
        "?",
        "\"",
        "'",
        "+",
        "-",
        "&&",
        "||",
        "!",
        "{",
        "}",
        "~",
        "^",
        ":",
        "/",
        "\0",
        "\u{202e}",
        "\u{feff}",
        "AND",
        "NOT",
        "title:",
        "AND OR NOT",
    ] {
        assert_eq!(found(&shop, text), [0_u32; 0], "{text:?}");
    }
    for text in
        ["+chaussures", "\"chaussures", "(chaussures", "chaussures*", "chaussures~2", "/chaussures/", "[chaussures TO"]
    {
        assert_eq!(found(&shop, text)[0], 1, "{text:?}");
    }
}

#[test]
fn nothing_typed_shows_everything_and_no_word_shows_nothing() {
    assert_eq!(found(&shop(), "  "), [1, 2]);
    assert_eq!(found(&shop(), " ?! "), [0_u32; 0]);
}

#[test]
fn words_that_say_nothing_are_left_out_unless_there_are_no_others() {
    let shop = catalog(&[french(1, "Chaussures"), french(2, "Le La Les, un jeu")]);
    assert_eq!(found(&shop, "des chaussures pour la"), [1]);
    assert_eq!(found(&shop, "le la les"), [2]);
}

#[test]
fn a_query_is_read_up_to_its_limits() {
    let shop = shop();
    let head = "chaussures ".repeat(10);
    let at_limit = format!("{head}{}", " ".repeat(limits::QUERY_CHARS - head.len()));
    assert!(!search(&shop, &at_limit).reading.cut);
    assert!(search(&shop, &format!("{at_limit} ")).reading.cut);
    let long = "chaussures ".repeat(10_000 / 11);
    let found = search(&shop, &long);
    assert!(found.reading.cut);
    assert_eq!(found.hits[0].number, 1);
    let endless = "x".repeat(10_000);
    assert!(search(&shop, &endless).hits.is_empty());
    let words: Vec<String> = (0..=limits::QUERY_WORDS).map(|word| format!("w{word}")).collect();
    assert!(search(&shop, &words.join(" ")).reading.cut);
    assert!(!search(&shop, &words[1..].join(" ")).reading.cut);
}

#[test]
fn pages_end_at_their_limits() {
    let items: Vec<_> = (0..250).map(|number| french(number, "Chaussures")).collect();
    let shop = catalog(&items);
    let page = |offset, size| {
        let page = Page { offset, size };
        shop.search(&Request { page, ..Request::of("chaussure", Language::French) })
            .expect("memory can be read")
            .hits
            .len()
    };
    assert_eq!(page(0, limits::PAGE), limits::PAGE);
    assert_eq!(page(0, limits::PAGE + 1), limits::PAGE);
    assert_eq!(page(usize::MAX, usize::MAX), 0);
    assert_eq!(page(0, 0), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>(), begun in any::<bool>(), language in 0..3_usize) {
        static SHOP: OnceLock<Snapshot> = OnceLock::new();
        let shop = SHOP.get_or_init(shop);
        let language = [Language::French, Language::English, Language::Any][language];
        let last_word = if begun { LastWord::Begun } else { LastWord::Whole };
        let request = Request { last_word, count: Count::Shown, ..Request::of(&text, language) };
        let found = shop.search(&request).expect("memory can be read");
        prop_assert!(found.hits.iter().all(|hit| hit.relevance > 0.0 && hit.relevance <= 1.0));
    }
}

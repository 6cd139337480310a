//! Searches that find nothing, or not all that was asked.

use search::Grade;

use crate::shop::{catalog, french, numbers, search};

#[test]
fn searches_that_ask_the_same_have_one_key() {
    // proves CON-16
    let shop = catalog(&[french(1, "Chaussures")]);
    let key = |text| search(&shop, text).reading.key;
    assert_eq!(key("Piolets pour l'escalade"), key("escalade piolet"));
    assert_eq!(key("crème  solaire"), key("CREME-SOLAIRE"));
    assert_ne!(key("piolet"), key("corde"));
    assert_eq!(search(&shop, "piolet").total, 0);
}

#[test]
fn a_word_that_nothing_has_is_left_out_and_named() {
    let shop = catalog(&[french(1, "Chaussures rouges"), french(2, "Chaussures bleues")]);
    let found = search(&shop, "chaussures xyzzyplugh rouges");
    assert_eq!(numbers(&found), [1]);
    assert_eq!(found.reading.dropped, ["xyzzyplugh"]);
    assert_eq!(found.hits[0].grade, Grade::SomeWords);
}

#[test]
fn of_words_that_nothing_has_together_the_more_common_one_is_left_out() {
    let shop = catalog(&[
        french(1, "Kayak gonflable"),
        french(2, "Veste violette"),
        french(3, "Pantalon violet"),
        french(4, "Sac violet"),
    ]);
    let found = search(&shop, "kayak violet");
    assert_eq!((numbers(&found), found.reading.dropped), (vec![1], vec!["violet".to_owned()]));
}

#[test]
fn where_nothing_matches_there_is_nothing_and_no_end_of_trying() {
    let shop = catalog(&[french(1, "Chaussures")]);
    let found = search(&shop, "aaaaaaaa bbbbbbbb cccccccc");
    assert_eq!((found.total, found.hits.len()), (0, 0));
    assert_eq!(found.reading.dropped.len(), 3);
    assert_eq!(search(&catalog(&[]), "chaussures").total, 0);
}

#[test]
fn what_was_perhaps_meant_is_a_whole_text() {
    let shop = catalog(&[french(1, "Chaussures rouges")]);
    assert_eq!(search(&shop, "chausures rouges").reading.did_you_mean.as_deref(), Some("chaussures rouges"));
    assert_eq!(search(&shop, "chaussures rouges").reading.did_you_mean, None);
}

//! Neighboring keys in order, as fingers run over a keyboard: "qwerty", "azerty", "123456", "asdasd".

use super::text::Short;

/// The row of digits, so that both 0123 and 7890 are in it; the same on every keyboard.
const DIGITS: &str = "01234567890";

/// The rows of letters from the left: QWERTY, AZERTY, QWERTZ.
const KEYBOARDS: [[&str; 3]; 3] = [
    ["qwertyuiop", "asdfghjkl", "zxcvbnm"],
    ["azertyuiop", "qsdfghjklm", "wxcvbn"],
    ["qwertzuiopü", "asdfghjklöä", "yxcvbnm"],
];

/// Runs that are given names or family names as well: Azer and Reza are among the most usual of their countries.
const BORNE: [&str; 9] = ["azer", "ertz", "reza", "trew", "trez", "treza", "wert", "wertz", "zert"];

/// Characters of a run, at least.
const LEAST: usize = 4;

/// Characters of each of several runs, at least, as in "qweasd". All are on one keyboard and go one way, or names such as
/// Azeeza and Rewert would be among them.
const LEAST_OF_SEVERAL: usize = 3;

/// Bytes of a word, at most; what is longer was not typed by running over a keyboard.
const WORD_BYTES: usize = 64;

/// Whether a word is nothing but runs of neighboring keys, forward or backward.
pub(super) fn is_run(word: &str) -> bool {
    let Some(word) = Short::<WORD_BYTES>::folded(word) else { return false };
    let word = word.as_str();
    if word.chars().count() < LEAST || BORNE.contains(&word) {
        return false;
    }
    let ways = [Way::Forward, Way::Backward];
    KEYBOARDS.iter().any(|letters| ways.iter().any(|way| are_runs(word, letters, *way)))
}

/// Which way the fingers run.
#[derive(Debug, Clone, Copy)]
enum Way {
    Forward,
    Backward,
}

fn are_runs(word: &str, letters: &[&str], way: Way) -> bool {
    let mut rest = word;
    while !rest.is_empty() {
        match longest_run(rest, letters, way) {
            Some(bytes) => rest = &rest[bytes..],
            None => return false,
        }
    }
    true
}

/// Bytes of the longest run that the text begins with, if it is long enough to be one of several.
fn longest_run(text: &str, letters: &[&str], way: Way) -> Option<usize> {
    let first = text.chars().next()?;
    let mut longest = (0, 0);
    for row in letters.iter().copied().chain([DIGITS]) {
        // Only zero is in its row twice.
        for (at, key) in row.match_indices(first) {
            longest = longest.max(match way {
                Way::Forward => run(text, row[at..].chars()),
                Way::Backward => run(text, row[..at + key.len()].chars().rev()),
            });
        }
    }
    let (keys, bytes) = longest;
    (keys >= LEAST_OF_SEVERAL).then_some(bytes)
}

/// How many keys the text has in common with these, from its beginning, and their bytes.
fn run(text: &str, keys: impl Iterator<Item = char>) -> (usize, usize) {
    let same = text.chars().zip(keys).take_while(|(c, key)| c == key);
    same.fold((0, 0), |(keys, bytes), (c, _)| (keys + 1, bytes + c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_four_and_more_are_found_in_every_layout_and_direction() {
        for word in [
            "qwer",
            "QWERTY",
            "ytrewq",
            "azerty",
            "qwertz",
            "ztrewq",
            "asdf",
            "fdsa",
            "lkjh",
            "qsdf",
            "mlkj",
            "wxcvbn",
            "yxcv",
            "zxcvbnm",
            "uiopü",
            "äölk",
            "1234",
            "123456",
            "0123456789",
            "1234567890",
            "98765",
            "7890",
            "0987",
            "asdasd",
            "qweasd",
            "qweasdzxc",
            "123123",
            "asdfasdf",
            "azertyqsdf",
        ] {
            assert!(is_run(word), "{word}");
        }
    }

    #[test]
    fn names_that_run_over_keys_are_spared() {
        for word in [
            "",
            "asd",
            "qwe",
            "123",
            "Azer",
            "Azeeza",
            "Rewert",
            "Reza",
            "Ertz",
            "Wertz",
            "Wert",
            "Trew",
            "Treza",
            "Werther",
            "Weir",
            "Oper",
            "Piotr",
            "Uriel",
            "Rezaei",
            "Azeri",
            "Poirot",
            "Dfghan",
            "asdf1",
            "1235",
            "0612345678",
            "Tyuiopa",
        ] {
            assert!(!is_run(word), "{word}");
        }
    }

    #[test]
    fn a_text_of_any_length_is_judged_quickly() {
        assert!(!is_run(&"qwerty".repeat(20_000)));
        assert!(!is_run(&"\u{301}".repeat(50_000)));
    }
}

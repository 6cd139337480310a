//! One letter again and again: "aaa", "zzzz".

use super::text::folded;

/// Whether a word is one letter again and again: three times in an alphabet, four times in other scripts, where a
/// name may well be three times one sign. Two are names: Aa, Oo, Ii. Dots spare initials, as in "A.A.A.".
pub(super) fn are_one(word: &str) -> bool {
    let mut letters = folded(word);
    let Some(first) = letters.next().filter(|letter| letter.is_alphabetic()) else { return false };
    let mut count = 1_usize;
    for letter in letters {
        if letter != first {
            return false;
        }
        count += 1;
    }
    count >= if is_of_an_alphabet(first) { 3 } else { 4 }
}

/// Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic; their extensions; the single letters of Hangul, which make no
/// name by themselves.
fn is_of_an_alphabet(letter: char) -> bool {
    matches!(letter, '\0'..='\u{6ff}' | '\u{1e00}'..='\u{1fff}' | '\u{3130}'..='\u{318f}' | '\u{ff21}'..='\u{ff5a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_three_times_is_no_name() {
        for word in ["aaa", "AAA", "Zzzz", "жжж", "ههه", "ㅁㅁㅁ", "ａａａ", "一一一一", &"x".repeat(100_000)]
        {
            assert!(are_one(word), "{word:.20}");
        }
    }

    #[test]
    fn names_that_look_like_it_are_spared() {
        for word in
            ["", "a", "Aa", "Oo", "Ii", "Åå", "A.A.A.", "Aaa b", "Aaron", "Lee", "Eee-Lin", "111", "丽丽丽", "🦄🦄🦄"]
        {
            assert!(!are_one(word), "{word}");
        }
    }
}

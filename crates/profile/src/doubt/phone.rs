//! Phone numbers that were made up, or have too few or too many digits.

use super::{Doubt, own::Own};

/// Digits that are kept; more than any number has, with whatever is dialed before it.
const ROOM: usize = 20;

/// Digits of a number with its country code, at most (ITU-T E.164, 6.2.1).
const MOST_DIGITS: usize = 15;

/// Digits with a country code, at least: E.164 names none; Niue has four behind its three.
const LEAST_DIGITS: usize = 7;

/// Digits without a country code, at least: Andorra, the Faroes and Greenland have six. Islands with five must give
/// theirs.
const LEAST_NATIONAL_DIGITS: usize = 6;

/// Same digits at the end that make a number a made-up one. Seven zeros, or eight of another digit, come once in ten
/// million true numbers or rarer (golden numbers included), and far more often under fingers.
const SAME_ZEROS: usize = 7;
const SAME_DIGITS: usize = 8;

/// Digits in order at the end, up or down: 06 12345678, 079 123 45 67.
const IN_ORDER: usize = 7;

/// Beginnings, with country code, of numbers that are kept for films and examples and given to nobody: France (Arcep,
/// annex to decision 2018-0881), the United Kingdom (Ofcom, telephone numbers for drama use).
const FICTION: [&[u8]; 10] = [
    b"3319900",
    b"3326191",
    b"3335301",
    b"3346571",
    b"3353649",
    b"3363998",
    b"447700900",
    b"442079460",
    b"441632960",
    b"448081570",
];

/// Digits of an American number kept for fiction: 1, three of the area, then 55501 and two more (555-0100 to 555-0199).
const AMERICAN_FICTION: (usize, &[u8]) = (11, b"55501");

/// Why a phone number is probably not true. Numbers of fiction are told by their country code only: without it, what is
/// nobody's in France is somebody's elsewhere.
pub(super) fn doubt(text: &str, own: &Own) -> Option<Doubt> {
    match Number::read(text) {
        Some(number) => of_number(&number, own),
        // Letters among the digits are a number that is spoken, as in 1-800-FLOWERS.
        None => (!text.chars().any(|c| digit(c).is_some())).then_some(Doubt::ImpossiblePhone),
    }
}

/// The same of a number that was written as one, so that `+` and zeros before it are lost.
pub(super) fn doubt_of_int(number: i64, own: &Own) -> Option<Doubt> {
    if number < 0 {
        return Some(Doubt::ImpossiblePhone);
    }
    let mut digits = Number::default();
    let mut place = 1_000_000_000_000_000_000;
    while place > 0 {
        if place <= number.max(1) {
            digits.push((number / place % 10) as u8);
        }
        place /= 10;
    }
    of_number(&digits, own)
}

fn of_number(number: &Number, own: &Own) -> Option<Doubt> {
    if own.has_phone(number) {
        Some(Doubt::ShopsOwn)
    } else if number.is_made_up() || number.is_fiction() {
        Some(Doubt::PlaceholderPhone)
    } else if !number.is_possible() {
        Some(Doubt::ImpossiblePhone)
    } else {
        None
    }
}

/// The digits of a phone number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Number {
    digits: [u8; ROOM],
    /// How many there are; those beyond [`ROOM`] are not counted.
    len: usize,
    /// With `+` before it, so with its country code.
    is_international: bool,
}

impl Number {
    /// Reads the digits of any script that has phones; `None` if there are none, or letters among them. Letters before
    /// the first digit ("tel:"), and those behind enough digits ("ext. 12"), do not count.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut number = Self::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            // The trunk zero as Europeans write it: +33 (0)6. With a country code it is not dialed.
            if number.is_international
                && let Some(behind) = rest.strip_prefix("(0)")
            {
                rest = behind;
                continue;
            }
            rest = &rest[c.len_utf8()..];
            if let Some(digit) = digit(c) {
                number.push(digit);
            } else if number.len == 0 {
                number.is_international |= matches!(c, '+' | '＋');
            } else if c.is_alphabetic() || matches!(c, '#' | ';' | ',') {
                if number.len < LEAST_NATIONAL_DIGITS {
                    return None;
                }
                break;
            }
        }
        (number.len > 0).then_some(number)
    }

    fn push(&mut self, digit: u8) {
        if let Some(place) = self.digits.get_mut(self.len) {
            *place = b'0' + digit;
            self.len += 1;
        }
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.len]
    }

    /// The digits without what is dialed before them: `+`, 00, 011, or the trunk zero.
    fn significant(&self) -> &[u8] {
        let digits = self.digits();
        let prefixes: &[&[u8]] = if self.is_international { &[] } else { &[b"00", b"0"] };
        let long = digits.strip_prefix(b"011").filter(|rest| !self.is_international && rest.len() > 10);
        long.or_else(|| prefixes.iter().find_map(|prefix| digits.strip_prefix(*prefix))).unwrap_or(digits)
    }

    fn has_country_code(&self) -> bool {
        self.is_international || self.digits().starts_with(b"00")
    }

    /// Whether a phone number has that many digits.
    pub(super) fn is_possible(&self) -> bool {
        let least = if self.has_country_code() { LEAST_DIGITS } else { LEAST_NATIONAL_DIGITS };
        self.len >= least && self.significant().len() <= MOST_DIGITS
    }

    /// Whether two notations are one number: one without country code is the end of one with it.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let (a, b) = (self.significant(), other.significant());
        let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
        short.len() >= LEAST_NATIONAL_DIGITS && long.ends_with(short) && long.len() - short.len() <= 3
    }

    fn is_made_up(&self) -> bool {
        let digits = self.digits();
        let same = ending(digits, 0);
        let in_order = ending(digits, 1).max(ending(digits, 9));
        let is_zeros = digits.last() == Some(&b'0') && same >= SAME_ZEROS;
        let is_whole = |count: usize, least: usize| count == digits.len() && count >= least;
        is_zeros || same >= SAME_DIGITS || is_whole(same, 3) || in_order >= IN_ORDER || is_whole(in_order, 4)
    }

    fn is_fiction(&self) -> bool {
        let digits = self.significant();
        let (len, middle) = AMERICAN_FICTION;
        let is_american = digits.len() == len && digits.starts_with(b"1") && digits[4..].starts_with(middle);
        self.has_country_code() && (is_american || FICTION.iter().any(|start| digits.starts_with(start)))
    }
}

/// How many digits at the end go on by the same step, modulo 10: 0 for the same digit, 1 upward, 9 downward.
fn ending(digits: &[u8], step: u8) -> usize {
    let steps = digits.windows(2).rev().take_while(|pair| (pair[0] - b'0' + step) % 10 == pair[1] - b'0');
    digits.len().min(1) + steps.count()
}

/// The digit, in ASCII, Arabic, Persian, Devanagari, Bengali or full-width figures.
fn digit(c: char) -> Option<u8> {
    let zero = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        '০'..='৯' => '০',
        '０'..='９' => '０',
        _ => return None,
    };
    u8::try_from(u32::from(c) - u32::from(zero)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_numbers_are_doubted() {
        for text in [
            "0000000000",
            "00 00 00 00 00",
            "000",
            "1111111111",
            "99999999",
            "0600000000",
            "+33 6 00 00 00 00",
            "0123456789",
            "01 23 45 67 89",
            "+33 1 23 45 67 89",
            "1234567890",
            "123456",
            "987654321",
            "0612345678",
            "06 11 11 11 11",
            "079 123 45 67",
            "079 000 00 00",
            "(555) 123-4567",
            "+32 470 12 34 56",
            "٠١٢٣٤٥٦٧٨٩",
            "+33 6 39 98 12 34",
            "0033639981234",
            "+44 7700 900123",
            "+1 212 555 0123",
        ] {
            assert_eq!(doubt(text, &Own::default()), Some(Doubt::PlaceholderPhone), "{text}");
        }
    }

    #[test]
    fn numbers_of_an_impossible_length_are_doubted() {
        for text in [
            "",
            "-",
            "+",
            "abc",
            "0612",
            "tel 12",
            "+33 61",
            "+290 22",
            "12845",
            "+1234567890123467",
            "06129487301846290137",
        ] {
            assert_eq!(doubt(text, &Own::default()), Some(Doubt::ImpossiblePhone), "{text}");
        }
        assert_eq!(doubt(&"0612".repeat(25_000), &Own::default()), Some(Doubt::ImpossiblePhone));
    }

    #[test]
    fn true_numbers_are_spared() {
        for text in [
            "06 12 48 71 93",
            "+33 6 12 48 71 93",
            "+33 (0)6 12 48 71 93",
            "0033 6 12 48 71 93",
            "01 44 55 66 78",
            "02.98.44.10.27",
            "0800 300 200",
            "+32 470 12 39 86",
            "0470 12 39 86",
            "+32 2 555 12 12",
            "+41 79 412 58 36",
            "022 418 29 00",
            "+41 (0)22 418 29 00",
            "090-1234-8765",
            "+81 90-2841-7365",
            "03-3211-2111",
            "+1 (415) 867-5309",
            "079 600 00 01",
            "06 11 00 00 00",
            "02 91 11 11 11",
            "0471 12 34 56",
            "+491728163940527",
            "1-800-FLOWERS",
            "+44 20 7219 3000",
            "07911 348216",
            "+49 30 18400 0",
            "+376 812 345",
            "812 045",
            "+683 4002",
            "+290 22 345",
            "+86 138 1234 5697",
            "٠٥٠١٨٤٧٣٦٢",
            "０３－３２１１－２１１１",
            "tel:+33298441027",
            "02 98 44 10 27 ext. 12",
            "02 98 44 10 27 #3",
            "011 44 20 7219 3000",
            "+358 40 0000 12",
        ] {
            assert_eq!(doubt(text, &Own::default()), None, "{text}");
        }
    }

    #[test]
    fn a_number_that_lost_its_zero_is_judged_too() {
        let own = Own::default().with_phone("02 98 44 10 27");
        for (number, why) in [
            (0, Some(Doubt::ImpossiblePhone)),
            (-612_487_193, Some(Doubt::ImpossiblePhone)),
            (12, Some(Doubt::ImpossiblePhone)),
            (i64::MAX, Some(Doubt::ImpossiblePhone)),
            (i64::MIN, Some(Doubt::ImpossiblePhone)),
            (612_345_678, Some(Doubt::PlaceholderPhone)),
            (298_441_027, Some(Doubt::ShopsOwn)),
            (33_298_441_027, Some(Doubt::ShopsOwn)),
            (612_487_193, None),
            (33_612_487_193, None),
        ] {
            assert_eq!(doubt_of_int(number, &own), why, "{number}");
        }
    }
}

//! Numbers as people and programs write them, exact to six decimals: `24,90 €`, `1 234,50`, `24.90 EUR`, `1e-05`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number in millionths, so that a sum is the same in any order; as precise as conditions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Decimal(i128);

/// How the numbers of a column are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Writing {
    /// The sign before the decimals, if the file's owner said which; guessed where only one reading makes sense.
    pub decimal: Option<DecimalSign>,
    /// The currency that amounts are in (ISO 4217). An amount that names another one is refused.
    pub currency: Option<String>,
}

/// The sign before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum DecimalSign {
    /// `1,234.50`.
    #[serde(rename = ".")]
    Point,
    /// `1.234,50`.
    #[serde(rename = ",")]
    Comma,
}

/// Why a text is no number here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// It is none.
    NotANumber,
    /// `1,234` or `1.234`: a thousand and more, or one and a bit.
    Ambiguous,
    /// It names another currency than the column's.
    OtherCurrency,
}

const SCALE: i128 = 1_000_000;
const DECIMALS: usize = 6;
/// Digits before the decimals, at most. Beyond 10¹⁵ nothing in a shop is a quantity.
const WHOLE_DIGITS: usize = 15;
/// Signs of currencies, with the code that each means. A dollar may be one of several countries'.
const SIGNS: &[(char, &str)] = &[('€', "EUR"), ('£', "GBP"), ('¥', "JPY"), ('₹', "INR"), ('₩', "KRW"), ('$', "")];

impl Decimal {
    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * SCALE)
    }

    /// Reads a number.
    ///
    /// A single comma or point with exactly three digits behind it is refused as ambiguous, unless `writing` says
    /// which one is before decimals, or the digits before it allow one reading only. Decimals beyond six are rounded.
    ///
    /// # Errors
    /// Why the text is no number.
    pub fn read(text: &str, writing: &Writing) -> Result<Self, NumberFault> {
        let (number, named) = Self::read_amount(text, writing.decimal)?;
        check_currency(named, writing.currency.as_deref())?;
        Ok(number)
    }

    /// Reads a number, and the currency that stands with it: its sign, or three capital letters.
    ///
    /// # Errors
    /// Why the text is no number.
    pub(crate) fn read_amount(text: &str, decimal: Option<DecimalSign>) -> Result<(Self, Option<&str>), NumberFault> {
        let text = text.trim();
        let (text, in_brackets) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            Some(inner) => (inner.trim(), true),
            None => (text, false),
        };
        let (text, outer) = unsigned(text);
        let (text, named) = without_currency(text);
        // The sign may stand on either side of the currency, `-€5` or `€ -5`, and not on both.
        let (text, inner) = unsigned(text);
        if outer.is_some() && inner.is_some() {
            return Err(NumberFault::NotANumber);
        }
        let magnitude = match plain(text, decimal) {
            Some(plain) => plain,
            None => grouped(text, decimal)?,
        };
        let is_negative = in_brackets || outer.or(inner) == Some(Sign::Minus);
        Ok((Self(if is_negative { -magnitude } else { magnitude }), named))
    }

    /// In hundredths, half of one away from zero.
    pub(crate) fn hundredths(self) -> i128 {
        const PER_HUNDREDTH: i128 = SCALE / 100;
        (self.0 + self.0.signum() * PER_HUNDREDTH / 2) / PER_HUNDREDTH
    }

    /// The whole number, if it is one.
    pub fn as_whole(self) -> Option<i64> {
        (self.0 % SCALE == 0).then(|| i64::try_from(self.0 / SCALE).ok())?
    }

    /// As a float, for limits.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    /// The product, rounded to six decimals; `None` beyond what a number can hold.
    pub fn times(self, other: Self) -> Option<Self> {
        let product = self.0.checked_mul(other.0)?;
        let half = SCALE / 2 * product.signum();
        Some(Self(product.checked_add(half)? / SCALE))
    }

    /// The sum; `None` beyond what a number can hold.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

impl fmt::Display for Decimal {
    /// As JSON writes numbers: no trailing zeros, no exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0.unsigned_abs() / SCALE as u128, self.0.unsigned_abs() % SCALE as u128);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if fraction == 0 {
            return Ok(());
        }
        let digits = format!("{fraction:06}");
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
}

fn unsigned(text: &str) -> (&str, Option<Sign>) {
    let minus = text.strip_prefix(['-', '\u{2212}']).map(|rest| (rest, Sign::Minus));
    match minus.or_else(|| Some((text.strip_prefix('+')?, Sign::Plus))) {
        Some((rest, sign)) => (rest.trim_start(), Some(sign)),
        None => (text, None),
    }
}

/// The text without a currency before or behind it, and the currency: a sign or three capital letters.
fn without_currency(text: &str) -> (&str, Option<&str>) {
    let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    for (sign, _) in SIGNS {
        if let Some(rest) = text.strip_prefix(*sign) {
            return (rest.trim_start(), text.get(..sign.len_utf8()));
        }
        if let Some(rest) = text.strip_suffix(*sign) {
            return (rest.trim_end(), text.get(rest.len()..));
        }
    }
    if let Some(code) = text.get(..3).filter(|code| is_code(code)) {
        return (text[3..].trim_start(), Some(code));
    }
    let tail = text.len().checked_sub(3).and_then(|at| Some((at, text.get(at..)?)));
    match tail.filter(|(_, code)| is_code(code)) {
        Some((at, code)) => (text[..at].trim_end(), Some(code)),
        None => (text, None),
    }
}

/// The code of a currency as it is written with an amount; `None` for a sign that several countries have.
pub(crate) fn currency_code(named: &str) -> Option<&str> {
    let code = SIGNS.iter().find(|(sign, _)| named.starts_with(*sign)).map_or(named, |(_, code)| *code);
    Some(code).filter(|code| !code.is_empty())
}

fn check_currency(named: Option<&str>, expected: Option<&str>) -> Result<(), NumberFault> {
    let (Some(named), Some(expected)) = (named, expected) else { return Ok(()) };
    let fits = currency_code(named).map_or(expected.ends_with('D'), |meant| meant == expected);
    if fits { Ok(()) } else { Err(NumberFault::OtherCurrency) }
}

/// A number as programs write it, without groups: `12.5`, `.5`, `1e-05`. `None` if it is not so or not clearly so.
fn plain(text: &str, decimal: Option<DecimalSign>) -> Option<i128> {
    if text.contains(['e', 'E']) {
        let is_float = text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        let number: f64 = is_float.then(|| text.parse().ok())??;
        let scaled = number * SCALE as f64;
        return (scaled.is_finite() && scaled.abs() < 1e21).then_some(scaled.round() as i128);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_clear = fraction.len() != 3 || whole.len() > 3 || matches!(whole, "" | "0");
    if decimal == Some(DecimalSign::Comma) && text.contains('.') || decimal.is_none() && !is_clear {
        return None;
    }
    scaled(whole, fraction)
}

/// A number with groups of three digits, or with a comma before its decimals.
fn grouped(text: &str, decimal: Option<DecimalSign>) -> Result<i128, NumberFault> {
    let is_blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}');
    let sign = match decimal {
        Some(DecimalSign::Point) => Some('.'),
        Some(DecimalSign::Comma) => Some(','),
        None => guessed_sign(text, is_blank)?,
    };
    let (whole, fraction) = sign.and_then(|sign| text.rsplit_once(sign)).unwrap_or((text, ""));
    let mut separators = whole.chars().filter(|c| !c.is_ascii_digit());
    let separator = separators.next();
    let same = |c: char| Some(c) == separator || is_blank(c) && separator.is_some_and(is_blank);
    let may_group = separator.is_none_or(|c| is_blank(c) || matches!(c, '.' | ',') && Some(c) != sign);
    if !may_group || !separators.all(same) {
        return Err(NumberFault::NotANumber);
    }
    let mut digits = String::with_capacity(whole.len());
    for (place, group) in whole.split(|c: char| !c.is_ascii_digit()).enumerate() {
        let fits = if place == 0 { separator.is_none() || (1..=3).contains(&group.len()) } else { group.len() == 3 };
        if !fits {
            return Err(NumberFault::NotANumber);
        }
        digits.push_str(group);
    }
    scaled(&digits, fraction).ok_or(NumberFault::NotANumber)
}

/// Which sign must be the one before the decimals: the last one of two kinds; one that stands alone, unless it could
/// part groups as well; none, if it comes more than once.
fn guessed_sign(text: &str, is_blank: impl Fn(char) -> bool) -> Result<Option<char>, NumberFault> {
    let mut signs = text.chars().filter(|c| matches!(c, '.' | ','));
    let (Some(first), last, count) = (signs.next(), signs.next_back(), signs.count()) else { return Ok(None) };
    match last {
        Some(last) if last != first => Ok(Some(last)),
        Some(_) if count > 0 || text.matches(first).count() > 1 => Ok(None),
        _ => {
            let (whole, fraction) = text.split_once(first).unwrap_or((text, ""));
            let one_reading =
                fraction.len() != 3 || whole.len() > 3 || matches!(whole, "" | "0") || whole.chars().any(is_blank);
            if one_reading { Ok(Some(first)) } else { Err(NumberFault::Ambiguous) }
        }
    }
}

/// Digits as millionths.
fn scaled(whole: &str, fraction: &str) -> Option<i128> {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() > WHOLE_DIGITS || whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let value = |digits: &str| digits.bytes().fold(0i128, |value, byte| value * 10 + i128::from(byte - b'0'));
    let kept = &fraction[..fraction.len().min(DECIMALS)];
    let missing = u32::try_from(DECIMALS - kept.len()).ok()?;
    let rounds_up = fraction.as_bytes().get(DECIMALS).is_some_and(|digit| *digit >= b'5');
    Some(value(whole) * SCALE + value(kept) * 10i128.pow(missing) + i128::from(rounds_up))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, NumberFault> {
        Decimal::read(text, &Writing::default()).map(|number| number.to_string())
    }

    fn read_as(text: &str, decimal: DecimalSign) -> Result<String, NumberFault> {
        Decimal::read(text, &Writing { decimal: Some(decimal), currency: None }).map(|number| number.to_string())
    }

    #[test]
    fn numbers_are_read_as_people_and_programs_write_them() {
        for (text, number) in [
            ("24,90 €", "24.9"),
            ("24.90 EUR", "24.9"),
            ("EUR 24.90", "24.9"),
            ("€24,90", "24.9"),
            ("-€5", "-5"),
            ("€ -5", "-5"),
            ("1 234,50", "1234.5"),
            ("1\u{202f}234,50\u{a0}€", "1234.5"),
            ("1.234,50", "1234.5"),
            ("1,234.50", "1234.5"),
            ("1'234.50 CHF", "1234.5"),
            ("1,234,567", "1234567"),
            ("1.234.567,8", "1234567.8"),
            ("12345,678", "12345.678"),
            ("0,125", "0.125"),
            ("0.125", "0.125"),
            ("1 234,567", "1234.567"),
            ("12", "12"),
            ("-12", "-12"),
            ("\u{2212}12", "-12"),
            ("(12.50)", "-12.5"),
            ("+3", "3"),
            (".5", "0.5"),
            ("5.", "5"),
            ("13085.0", "13085"),
            ("1.3900000001", "1.39"),
            ("1e-05", "0.00001"),
            ("2.5E+3", "2500"),
            ("-0", "0"),
            ("0.0000005", "0.000001"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_has_two_readings_is_refused_until_the_mapping_says_which() {
        for text in ["1,234", "1.234", "999,000 €"] {
            assert_eq!(read(text), Err(NumberFault::Ambiguous), "{text}");
        }
        assert_eq!(read_as("1,234", DecimalSign::Comma).as_deref(), Ok("1.234"));
        assert_eq!(read_as("1,234", DecimalSign::Point).as_deref(), Ok("1234"));
        assert_eq!(read_as("1.234", DecimalSign::Comma).as_deref(), Ok("1234"));
        assert_eq!(read_as("1.234", DecimalSign::Point).as_deref(), Ok("1.234"));
        assert_eq!(read_as("24.90", DecimalSign::Comma), Err(NumberFault::NotANumber));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "-",
            "€",
            "abc",
            "12 apples",
            "1,23,4",
            "1 23",
            "12 34",
            "1.2.3",
            "1,234.567,8",
            "--5",
            "+-5",
            "-€-5",
            "1,234 567",
            "NaN",
            "inf",
            "1e999",
            "1234567890123456",
            ".",
            ",",
            "0x10",
            "٣",
            "10 %",
        ] {
            assert!(read(text).is_err(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn an_amount_in_another_currency_is_refused() {
        let euros = |text| Decimal::read(text, &Writing { decimal: None, currency: Some("EUR".into()) });
        assert!(euros("5 €").is_ok() && euros("5 EUR").is_ok() && euros("5").is_ok());
        for text in ["5 USD", "$5", "£5"] {
            assert_eq!(euros(text), Err(NumberFault::OtherCurrency), "{text}");
        }
        assert!(Decimal::read("$5", &Writing { decimal: None, currency: Some("CAD".into()) }).is_ok());
    }

    #[test]
    fn arithmetic_is_exact() {
        let number = |text| Decimal::read(text, &Writing::default()).unwrap();
        let sum = number("0.1").plus(number("0.2")).unwrap();
        assert_eq!(sum, number("0.3"));
        assert_eq!(number("3").times(number("-2.95")).unwrap().to_string(), "-8.85");
        assert_eq!(number("12.0").as_whole(), Some(12));
        assert_eq!(number("12.5").as_whole(), None);
        assert_eq!(Decimal(i128::MAX).times(Decimal(1)), None, "too large to be rounded");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(millionths in -1_000_000_000_000_000i64..1_000_000_000_000_000) {
            let number = Decimal(i128::from(millionths));
            prop_assert_eq!(
                Decimal::read(&number.to_string(), &Writing { decimal: Some(DecimalSign::Point), currency: None }),
                Ok(number)
            );
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9 .,'€$A-Ze()]{0,20}") {
            _ = Decimal::read(&text, &Writing::default());
        }
    }
}

//! Numbers of conditions: fixed point with six decimals, so that a sum is exact and does not depend on its order.

use std::fmt;

/// A number in millionths, between −10³⁰ and 10³⁰ of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Number(i128);

const SCALE: i128 = 1_000_000;
const MOST: i128 = 10_i128.pow(30);

impl Number {
    pub(crate) fn from_int(whole: i64) -> Self {
        Self(i128::from(whole) * SCALE)
    }

    pub(crate) fn from_count(count: u64) -> Self {
        Self(i128::from(count) * SCALE)
    }

    /// The nearest number, ties to the even one; `None` beyond the range. Exact on the bits of the float, so that
    /// every machine says the same.
    pub(crate) fn from_f64(float: f64) -> Option<Self> {
        if !float.is_finite() || float.abs() >= 1e24 {
            return None;
        }
        let bits = float.to_bits();
        let exponent = i32::try_from((bits >> 52) & 0x7ff).expect("eleven bits");
        let fraction = i128::from(bits & ((1 << 52) - 1));
        let (mantissa, power) = if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
        let scaled = mantissa * SCALE;
        let magnitude = match power {
            0.. => scaled << power,
            -120..0 => divided_half_even(scaled, 1_i128 << -power),
            _ => 0,
        };
        Some(Self(if float < 0.0 { -magnitude } else { magnitude }))
    }

    /// As a float, for formulas that need one.
    pub(crate) fn as_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        Self::bounded(self.0.checked_add(other.0)?)
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        Self::bounded(self.0.checked_sub(other.0)?)
    }

    pub(crate) fn times(self, other: Self) -> Option<Self> {
        Self::bounded(divided_half_even(self.0.checked_mul(other.0)?, SCALE))
    }

    /// `None` for a division by zero.
    pub(crate) fn over(self, other: Self) -> Option<Self> {
        if other.0 == 0 {
            return None;
        }
        Self::bounded(divided_half_even(self.0.checked_mul(SCALE)?, other.0))
    }

    /// The remainder, with the sign of the dividend; `None` for a division by zero.
    pub(crate) fn modulo(self, other: Self) -> Option<Self> {
        self.0.checked_rem(other.0).map(Self)
    }

    /// Whether it is a whole number that is not negative.
    pub(crate) fn is_count(self) -> bool {
        self.0 >= 0 && self.0 % SCALE == 0
    }

    pub(crate) fn negated(self) -> Self {
        Self(-self.0)
    }

    fn bounded(millionths: i128) -> Option<Self> {
        (millionths.abs() <= MOST).then_some(Self(millionths))
    }
}

/// A sum of any number of values: only its end must be within range, so that the order of addition never shows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum(i128);

impl Sum {
    pub(crate) fn add(&mut self, number: Number) {
        // 10³⁰ millionths at most each: 10⁸ of them stay within an i128.
        self.0 = self.0.saturating_add(number.0);
    }

    pub(crate) fn total(self) -> Option<Number> {
        Number::bounded(self.0)
    }

    pub(crate) fn average(self, count: u64) -> Option<Number> {
        if count == 0 { None } else { Number::bounded(divided_half_even(self.0, i128::from(count))) }
    }
}

/// `a / b`, to the nearest whole, ties to the even one.
fn divided_half_even(a: i128, b: i128) -> i128 {
    let (quotient, rest) = (a / b, a % b);
    let (twice, whole) = (rest.unsigned_abs() * 2, b.unsigned_abs());
    if twice > whole || (twice == whole && quotient % 2 != 0) {
        quotient + if (a < 0) == (b < 0) { 1 } else { -1 }
    } else {
        quotient
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.unsigned_abs() / SCALE as u128, self.0.unsigned_abs() % SCALE as u128);
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}")?;
        if rest > 0 {
            write!(f, ".{}", format!("{rest:06}").trim_end_matches('0'))
        } else if whole > i64::MAX as u128 {
            // CEL reads a number without a point as an i64.
            f.write_str(".0")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(float: f64) -> Number {
        Number::from_f64(float).unwrap()
    }

    #[test]
    fn floats_become_the_nearest_millionths() {
        for (float, text) in [
            (0.0, "0"),
            (50.99, "50.99"),
            (-0.1, "-0.1"),
            (0.0000005, "0"),
            (0.0000015, "0.000002"),
            (2f64.powi(-21) * 1.0, "0"),
            (1e-300, "0"),
            (123_456_789.123_456, "123456789.123456"),
            (1e20, "100000000000000000000.0"),
        ] {
            assert_eq!(number(float).to_string(), text, "{float}");
        }
        assert_eq!(Number::from_f64(1e24), None);
        assert_eq!(Number::from_f64(f64::NAN), None);
    }

    #[test]
    fn a_tie_goes_to_the_even_millionth() {
        // 2⁻⁷ = 0.0078125, the sixth decimal followed by exactly a half.
        assert_eq!(number(0.0078125).to_string(), "0.007812");
        assert_eq!(number(-0.0078125).to_string(), "-0.007812");
        assert_eq!(number(3.0 * 0.0078125).to_string(), "0.023438");
    }

    #[test]
    fn tenths_add_up() {
        assert_eq!(number(0.1).plus(number(0.2)), Some(number(0.3)));
        assert_eq!(number(10.0).over(number(3.0)).unwrap().to_string(), "3.333333");
        assert_eq!(number(1.5).times(number(1.5)).unwrap().to_string(), "2.25");
        assert_eq!(Number::from_int(1).over(Number::from_int(0)), None);
        assert_eq!(Number::from_int(1).modulo(Number::from_int(0)), None);
        assert_eq!(Number::from_int(-7).modulo(Number::from_int(4)), Some(Number::from_int(-3)));
        assert_eq!(Number::from_int(i64::MAX).times(Number::from_int(i64::MAX)), None);
    }
}

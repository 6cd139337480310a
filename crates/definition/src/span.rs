//! Lengths of time as definitions write them: `12h`, `90d`, `2w`, `5y`.

use model::time::Span;

use crate::{
    error::{Fault, code},
    shape::Shape,
};

/// Bytes of a length of time, at most.
const SPAN_BYTES: usize = 16;

/// The longest: what happens beyond a century nobody would notice.
const LONGEST: Span = Span::DAY.times(36_500);

/// A length of time from an hour to a century; `None` if the field is not there.
pub(crate) fn read(shape: &mut Shape<'_>, name: &'static str) -> Result<Option<Span>, Fault> {
    let Some(text) = shape.optional_text(name, SPAN_BYTES)? else { return Ok(None) };
    let Some(span) = parse(text) else {
        let message = format!("`{text}` is no length of time: write a whole number and h, d, w or y, such as 90d.");
        return Err(Fault::new(code::BAD_MOMENT, shape.pointer_to(name), message));
    };
    if !(Span::HOUR..=LONGEST).contains(&span) {
        let message = format!("`{name}` is from 1h to 100y.");
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to(name), message));
    }
    Ok(Some(span))
}

/// A whole number with a unit; a year has 365 days.
pub(crate) fn parse(text: &str) -> Option<Span> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    let unit = match unit {
        'h' => Span::HOUR,
        'd' => Span::DAY,
        'w' => Span::DAY.times(7),
        'y' => Span::DAY.times(365),
        _ => return None,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count: i64 = if is_number { digits.parse().ok()? } else { return None };
    Some(unit.times(count))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Option<Span>, &'static str> {
        let document = json!({ "half_life": text });
        let mut shape = Shape::of(&document).unwrap();
        super::read(&mut shape, "half_life").map_err(|fault| fault.code)
    }

    #[test]
    fn a_half_life_is_a_number_and_a_unit() {
        for (text, days) in [("24h", 1), ("180d", 180), ("2w", 14), ("5y", 1_825), ("100y", 36_500)] {
            assert_eq!(read(text), Ok(Some(Span::DAY.times(days))), "{text}");
        }
        for text in ["5", "d", "-5d", "1.5d", "5 d", "5m", "٥d"] {
            assert_eq!(read(text), Err(code::BAD_MOMENT), "{text}");
        }
    }

    #[test]
    fn nothing_fades_at_once_or_never() {
        for text in ["0d", "0h", "101y", "99999999999999y"] {
            assert_eq!(read(text), Err(code::OUT_OF_RANGE), "{text}");
        }
    }
}

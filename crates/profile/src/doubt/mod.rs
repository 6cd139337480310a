//! Why the value of a trait is probably not true: a filled field is not a reliable field.
//!
//! A doubt is a judgement of likelihood, never a proof: somebody was born on 1970-01-01. A detector may speak only
//! where far more false values than true ones look like this; each says what it spares for that reason. What depends
//! on the person's other values, or on other persons, is the caller's to know.

use model::{schema::Meaning, time::Timestamp, value::Value};

use self::{birth::Date, own::Own};

mod birth;
mod keys;
mod letters;
mod mail;
pub mod own;
mod phone;
pub(crate) mod text;
mod throw_away;
mod words;

/// The trust of a doubted value, at most (requirement PRO-05).
pub const MOST_TRUST: f64 = 0.1;

/// Why a value is probably not true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// A text with nothing in it.
    Empty,
    /// A day that systems write when they know none.
    PlaceholderDate,
    /// Born in the future, or longer ago than anybody lives.
    ImpossibleAge,
    /// One letter again and again.
    RepeatedLetters,
    /// A word that stands where a value should be.
    PlaceholderWord,
    /// Neighboring keys in order.
    KeyboardRun,
    /// A mail box made to be thrown away.
    ThrowAwayMail,
    /// A mail address that was made up, or that nobody reads.
    PlaceholderMail,
    /// No mail address at all.
    ImpossibleMail,
    /// A phone number that was made up.
    PlaceholderPhone,
    /// Fewer or more digits than a phone number has.
    ImpossiblePhone,
    /// A postal code of zeros.
    PlaceholderPostalCode,
    /// The shop's own mail, phone or postal address.
    ShopsOwn,
    /// A value that too many profiles have.
    SharedByTooMany,
}

impl Doubt {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Empty,
        Self::PlaceholderDate,
        Self::ImpossibleAge,
        Self::RepeatedLetters,
        Self::PlaceholderWord,
        Self::KeyboardRun,
        Self::ThrowAwayMail,
        Self::PlaceholderMail,
        Self::ImpossibleMail,
        Self::PlaceholderPhone,
        Self::ImpossiblePhone,
        Self::PlaceholderPostalCode,
        Self::ShopsOwn,
        Self::SharedByTooMany,
    ];

    /// The stable word for answers and stored records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::PlaceholderDate => "placeholder_date",
            Self::ImpossibleAge => "impossible_age",
            Self::RepeatedLetters => "repeated_letters",
            Self::PlaceholderWord => "placeholder_word",
            Self::KeyboardRun => "keyboard_run",
            Self::ThrowAwayMail => "throw_away_mail",
            Self::PlaceholderMail => "placeholder_mail",
            Self::ImpossibleMail => "impossible_mail",
            Self::PlaceholderPhone => "placeholder_phone",
            Self::ImpossiblePhone => "impossible_phone",
            Self::PlaceholderPostalCode => "placeholder_postal_code",
            Self::ShopsOwn => "shops_own",
            Self::SharedByTooMany => "shared_by_too_many",
        }
    }

    /// What it says, for the people of the shop. Never repeats the value.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Empty => "The text is empty.",
            Self::PlaceholderDate => "Systems write this day when they know none.",
            Self::ImpossibleAge => "Nobody living was born on this day.",
            Self::RepeatedLetters => "It is one letter again and again.",
            Self::PlaceholderWord => "It is a word that stands where a value should be.",
            Self::KeyboardRun => "It is neighboring keys in order.",
            Self::ThrowAwayMail => "The mail box is one that is made to be thrown away.",
            Self::PlaceholderMail => "The mail address was made up, or nobody reads it.",
            Self::ImpossibleMail => "It is not a mail address.",
            Self::PlaceholderPhone => "The phone number was made up.",
            Self::ImpossiblePhone => "A phone number has fewer or more digits.",
            Self::PlaceholderPostalCode => "The postal code is made of zeros.",
            Self::ShopsOwn => "It is the shop's own, not the customer's.",
            Self::SharedByTooMany => "Too many profiles have this value.",
        }
    }
}

/// What must be known beside the value to judge it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The shop's own addresses and numbers.
    pub own: &'a Own,
    /// How many profiles have the value.
    pub shared: SharedBy,
    /// Since when the source holds the value true, if that is known: a birth date of the very day on which it was
    /// given is what a form shows before anybody chooses.
    pub as_of: Option<Timestamp>,
}

/// How many profiles have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedBy {
    /// As many as one would think: one, or a household. Also where it is not counted.
    Few,
    /// So many that as an identifier it is in quarantine.
    TooMany,
}

/// Why a value is probably not true, the most telling reason first; `None`: nothing speaks against it. A trait without
/// a meaning is doubted only for what no program or person writes as a value of anything.
pub fn doubt(meaning: Option<Meaning>, value: &Value, now: Timestamp, known: &Known<'_>) -> Option<Doubt> {
    let of_itself = match (value, meaning) {
        (Value::Null, _) => return None,
        (Value::Text(text), _) => of_text(meaning, text::bare(text), now, known),
        (Value::Time(at), Some(Meaning::BirthDate)) => birth::doubt(Date::at(*at), now, known.as_of),
        // Zero is the epoch in seconds as well as in milliseconds; other numbers could be either, or a year.
        (Value::Int(0), Some(Meaning::BirthDate)) => Some(Doubt::PlaceholderDate),
        (Value::Int(0), Some(Meaning::PostalCode)) => Some(Doubt::PlaceholderPostalCode),
        (Value::Int(number), Some(Meaning::Phone)) => phone::doubt_of_int(*number, known.own),
        _ => None,
    };
    of_itself.or(match known.shared {
        SharedBy::Few => None,
        SharedBy::TooMany => Some(Doubt::SharedByTooMany),
    })
}

/// The first moment after `now` at which [`doubt`] could answer otherwise only because time passes; `None`: never. May
/// be too early, never too late.
pub fn lasts_until(meaning: Option<Meaning>, value: &Value, now: Timestamp) -> Option<Timestamp> {
    let date = match (meaning?, value) {
        (Meaning::BirthDate, Value::Time(at)) => Date::at(*at),
        (Meaning::BirthDate, Value::Text(text)) => Date::read(text::bare(text))?,
        _ => return None,
    };
    birth::lasts_until(date, now)
}

/// Of a text without the blanks around it.
fn of_text(meaning: Option<Meaning>, text: &str, now: Timestamp, known: &Known<'_>) -> Option<Doubt> {
    let Some(meaning) = meaning else {
        return words::is_of_software(text).then_some(Doubt::PlaceholderWord);
    };
    if text.is_empty() {
        return Some(Doubt::Empty);
    }
    if words::is_placeholder(text, meaning) {
        return Some(Doubt::PlaceholderWord);
    }
    match meaning {
        Meaning::GivenName | Meaning::FamilyName | Meaning::FullName | Meaning::City => of_words(meaning, text),
        Meaning::Address if known.own.has_address(text) => Some(Doubt::ShopsOwn),
        // A number alone is an address where blocks are numbered, as in Japan.
        Meaning::Address => text.contains(char::is_alphabetic).then(|| of_words(meaning, text)).flatten(),
        Meaning::Email => mail::doubt(text, known.own),
        Meaning::Phone => phone::doubt(text, known.own),
        Meaning::BirthDate => birth::doubt(Date::read(text)?, now, known.as_of),
        Meaning::PostalCode => of_postal_code(text),
    }
}

/// Of names: doubted if every word is. "Test Test" is, Jennifer Null and Anna Test are not.
fn of_words(meaning: Meaning, text: &str) -> Option<Doubt> {
    let mut first = None;
    for word in text::words(text) {
        let doubt = of_word(meaning, word)?;
        first = first.or(Some(doubt));
    }
    // Without any word there is an emoji, perhaps somebody's name, or ASCII signs only, which are nobody's.
    first.or_else(|| text.is_ascii().then_some(Doubt::PlaceholderWord))
}

fn of_word(meaning: Meaning, word: &str) -> Option<Doubt> {
    if letters::are_one(word) {
        Some(Doubt::RepeatedLetters)
    } else if keys::is_run(word) {
        Some(Doubt::KeyboardRun)
    } else if words::is_placeholder_or_numbered(word, meaning) || word.bytes().all(|b| b.is_ascii_digit()) {
        Some(Doubt::PlaceholderWord)
    } else {
        None
    }
}

/// Zeros and repeated letters only: 12345 is Schenectady in New York, 44444 Newton Falls in Ohio, 1234 Vessy in Geneva.
fn of_postal_code(text: &str) -> Option<Doubt> {
    if letters::are_one(text) {
        return Some(Doubt::RepeatedLetters);
    }
    let is_zeros = text.contains('0') && text.bytes().all(|b| matches!(b, b'0' | b'-' | b' '));
    is_zeros.then_some(Doubt::PlaceholderPostalCode)
}

#[cfg(test)]
mod tests;

//! Whether two sources say the same: a till writes names in capitals, a form without.

use model::{schema::Meaning, value::Value};

use crate::doubt::text::{bare, folded};

/// Whether two values of a trait are one. Texts of a trait whose meaning is known are compared without case; where signs
/// and blanks say nothing, also without these.
pub fn same(meaning: Option<Meaning>, a: &Value, b: &Value) -> bool {
    match (meaning, a, b) {
        _ if a == b => true,
        (Some(Meaning::Email), Value::Text(a), Value::Text(b)) => folded(bare(a)).eq(folded(bare(b))),
        (Some(Meaning::BirthDate), ..) => false,
        (Some(Meaning::Phone), Value::Text(a), Value::Text(b)) => {
            let told = |c: &char| *c == '+' || says_something(c);
            folded(a).filter(told).eq(folded(b).filter(told))
        }
        (Some(_), Value::Text(a), Value::Text(b)) => {
            folded(a).filter(says_something).eq(folded(b).filter(says_something))
        }
        _ => false,
    }
}

/// Not only letters and digits: a name may be an emoji.
fn says_something(c: &char) -> bool {
    !c.is_whitespace() && !c.is_ascii_punctuation()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_meaning_leaves_open_is_the_same() {
        use Meaning::{Address, BirthDate, Email, FamilyName, GivenName, Phone};
        for (meaning, a, b, expected) in [
            (Some(FamilyName), "LE GOFF", "Le Goff", true),
            (Some(GivenName), "Anne-Lise", "anne lise", true),
            (Some(GivenName), "🌸", "🌸", true),
            (Some(GivenName), "🌸", "🌻", false),
            (Some(GivenName), "ليلى", "ليلي", false),
            (Some(GivenName), "René", "Rene", false),
            (Some(Email), "Ana@Shop.fr ", "ana@shop.fr", true),
            (Some(Email), "an.a@shop.fr", "ana@shop.fr", false),
            (Some(Phone), "02 98 44 55 67", "02.98.44.55.67", true),
            (Some(Phone), "+33298445567", "33298445567", false),
            (Some(Address), "12, rue de Siam", "12 Rue de Siam", true),
            (Some(BirthDate), "1985-04-12", "1985-04-12 ", false),
            (None, "a", "A", false),
            (None, "a", "a", true),
        ] {
            assert_eq!(same(meaning, &a.into(), &b.into()), expected, "{a:?} {b:?}");
        }
        assert!(!same(Some(GivenName), &Value::Null, &"".into()));
    }
}

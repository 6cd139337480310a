//! The project's trait schema: which traits there are and what they hold. A new trade field is a line here, not code.

use std::collections::BTreeMap;

use crate::{
    name::{Name, Purpose, Trait},
    time::Span,
    value::{Fields, Value},
};

/// What a trait may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraitType {
    /// Any text, at most [`TraitType::TEXT_BYTES`].
    Text,
    /// One of these texts.
    OneOf(Vec<String>),
    /// Any number.
    Number,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// A moment or a day (RFC 3339; a day is its first moment in UTC).
    Time,
    /// A place on earth: a map with `lat` and `lon` in degrees.
    Place,
    /// A list of texts.
    Texts,
    /// Anything that JSON can say. Conditions can only ask whether it is there.
    Any,
}

impl TraitType {
    /// Bytes of a text trait, at most.
    pub const TEXT_BYTES: usize = 4 * 1024;

    /// The word used in definitions and error messages.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::OneOf(_) => "one_of",
            Self::Number => "number",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Place => "place",
            Self::Texts => "texts",
            Self::Any => "any",
        }
    }

    /// Whether a value, already converted, is of this type. [`Value::Null`] is of every type: it takes a value back.
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) | (Self::Any, _) => true,
            (Self::Text, Value::Text(text)) => text.len() <= Self::TEXT_BYTES,
            (Self::OneOf(texts), Value::Text(text)) => texts.iter().any(|t| **t == **text),
            (Self::Number, Value::Int(_) | Value::Float(_)) => true,
            (Self::Int, Value::Int(_)) | (Self::Bool, Value::Bool(_)) | (Self::Time, Value::Time(_)) => true,
            (Self::Place, Value::Map(fields)) => is_place(fields),
            (Self::Texts, Value::List(values)) => values.iter().all(|v| matches!(v, Value::Text(_))),
            _ => false,
        }
    }

    /// How many values somebody who knows nothing would choose among: so a guess is true one time in that many.
    /// Nobody knows how many towns come into question; for all that is not counted it is ten, as among names that are
    /// near each other. At least 2.
    pub fn alternatives(&self) -> usize {
        match self {
            Self::Bool => 2,
            Self::OneOf(texts) => texts.len().max(2),
            Self::Text | Self::Number | Self::Int | Self::Time | Self::Place | Self::Texts | Self::Any => 10,
        }
    }
}

fn is_place(fields: &Fields) -> bool {
    let within = |name: &str, most: f64| {
        fields.get(name).and_then(Value::as_number).is_some_and(|degrees| degrees.abs() <= most)
    };
    within("lat", 90.0) && within("lon", 180.0)
}

/// What a trait's value means, as far as it can be judged. Tells which doubts can befall the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// The name that sets a person apart within the family.
    GivenName,
    /// The name of the family.
    FamilyName,
    /// The whole name, in whatever order.
    FullName,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// The day of birth.
    BirthDate,
    /// Street and house, or the whole postal address as one text.
    Address,
    /// The town.
    City,
    /// The postal code.
    PostalCode,
}

/// Names that traits usually have, in lower case and without what separates words, by what they mean.
const USUAL_NAMES: [(Meaning, &[&str]); 9] = [
    (Meaning::GivenName, &["firstname", "givenname", "forename", "prenom", "prénom", "vorname", "voornaam"]),
    (
        Meaning::FamilyName,
        &["lastname", "familyname", "surname", "nom", "nomdefamille", "nachname", "familienname", "achternaam"],
    ),
    (Meaning::FullName, &["name", "fullname", "nomcomplet", "customername"]),
    (Meaning::Email, &["email", "emailaddress", "mail", "courriel", "adresseemail", "adressemail"]),
    (
        Meaning::Phone,
        &["phone", "phonenumber", "mobile", "mobilephone", "cellphone", "telephone", "téléphone", "telefon", "tel"],
    ),
    (
        Meaning::BirthDate,
        &["birthdate", "birthday", "dateofbirth", "dob", "datedenaissance", "datenaissance", "geburtsdatum"],
    ),
    (Meaning::Address, &["address", "streetaddress", "street", "addressline1", "postaladdress", "adresse"]),
    (Meaning::City, &["city", "town", "locality", "ville", "stadt", "ort"]),
    (Meaning::PostalCode, &["postalcode", "postcode", "zip", "zipcode", "codepostal", "plz"]),
];

impl Meaning {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::GivenName,
        Self::FamilyName,
        Self::FullName,
        Self::Email,
        Self::Phone,
        Self::BirthDate,
        Self::Address,
        Self::City,
        Self::PostalCode,
    ];

    /// What a trait of that name means, if the name is a usual one; `first_name`, `firstName` and `First Name` are one.
    pub fn of(name: &str) -> Option<Self> {
        let is = |usual: &&str| {
            let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' '));
            letters.flat_map(char::to_lowercase).eq(usual.chars())
        };
        USUAL_NAMES.iter().find(|(_, names)| names.iter().any(is)).map(|(meaning, _)| *meaning)
    }

    /// The word used in definitions and error messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::FullName => "full_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::BirthDate => "birth_date",
            Self::Address => "address",
            Self::City => "city",
            Self::PostalCode => "postal_code",
        }
    }

    /// After how long half of what speaks for such a value is left; `None`: it is as true as on the first day. Names
    /// change with marriages; every year about one person in ten moves, and mail boxes and phone numbers are left
    /// sooner.
    pub const fn half_life(self) -> Option<Span> {
        let years = match self {
            Self::BirthDate => return None,
            Self::GivenName | Self::FamilyName | Self::FullName => 30,
            Self::Address | Self::City | Self::PostalCode => 5,
            Self::Email | Self::Phone => 3,
        };
        Some(YEAR.times(years))
    }
}

/// A year, where nobody counts the days.
const YEAR: Span = Span::DAY.times(365);

/// One trait of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitRules {
    /// What it holds.
    pub holds: TraitType,
    /// The purpose without whose grant it is refused; `None`: it follows its source.
    pub purpose: Option<Name<Purpose>>,
    /// What its value means; `None`: nothing by which a value could be judged.
    pub meaning: Option<Meaning>,
    /// After how long half of what speaks for a value is left; above 0. `None`: it does not fade.
    pub half_life: Option<Span>,
}

impl TraitRules {
    /// The half-life of a trait that means nothing in particular: a year. Sizes, tastes and households change in a few.
    pub const HALF_LIFE: Span = YEAR;

    /// The rules of a trait of which no more is said than what it holds: it means what such a name usually means.
    pub fn usual(name: &str, holds: TraitType) -> Self {
        let meaning = Meaning::of(name);
        Self { holds, purpose: None, meaning, half_life: Self::usual_half_life(meaning) }
    }

    /// The half-life of a trait of which none is said.
    pub fn usual_half_life(meaning: Option<Meaning>) -> Option<Span> {
        meaning.map_or(Some(Self::HALF_LIFE), Meaning::half_life)
    }
}

/// All traits of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraitSchema {
    /// The traits by name.
    pub traits: BTreeMap<Name<Trait>, TraitRules>,
}

impl TraitSchema {
    /// The rules of a trait; `None` if the project has no such trait. Such traits are kept as [`TraitType::Any`].
    pub fn get(&self, name: &str) -> Option<&TraitRules> {
        self.traits.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_on_earth() {
        let place =
            |lat: i64, lon: i64| Value::Map([("lat", Value::Int(lat)), ("lon", Value::Int(lon))].into_iter().collect());
        assert!(TraitType::Place.admits(&place(48, -4)));
        assert!(!TraitType::Place.admits(&place(91, 0)));
        assert!(!TraitType::Place.admits(&Value::from("Brest")));
    }

    #[test]
    fn a_trait_with_a_usual_name_means_the_usual_thing() {
        for (name, meaning) in [
            ("first_name", Some(Meaning::GivenName)),
            ("firstName", Some(Meaning::GivenName)),
            ("Last Name", Some(Meaning::FamilyName)),
            ("name", Some(Meaning::FullName)),
            ("e-mail", Some(Meaning::Email)),
            ("phone", Some(Meaning::Phone)),
            ("birthday", Some(Meaning::BirthDate)),
            ("postal_code", Some(Meaning::PostalCode)),
            ("nickname", None),
            ("company_name", None),
            ("home", None),
            ("", None),
        ] {
            assert_eq!(Meaning::of(name), meaning, "{name}");
        }
    }

    #[test]
    fn a_meaning_is_found_by_its_own_word_and_no_name_has_two() {
        for meaning in Meaning::ALL {
            assert_eq!(Meaning::of(meaning.word()), Some(meaning));
        }
        let mut names: Vec<&str> = USUAL_NAMES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn one_of_admits_its_texts_only() {
        let width = TraitType::OneOf(vec!["narrow".into(), "wide".into()]);
        assert!(width.admits(&Value::from("wide")));
        assert!(!width.admits(&Value::from("Wide")));
        assert!(width.admits(&Value::Null));
    }
}

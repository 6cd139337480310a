//! What is true, was true and was never true about somebody.

use crate::{
    World,
    calendar::Day,
    draws::Draws,
    emission::Attribute,
    person::{Date, Home, Person, Sex, Tongue, names, places},
};

/// What a system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Email,
    Phone,
    FirstName,
    LastName,
    Born,
    Gender,
    /// Country, town and postal code.
    Address,
    Language,
    ShoeSize,
    FootWidth,
}

/// What a value is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// True when it is stated.
    Right,
    /// True when it is said to have been, years ago, and no more.
    Stale,
    /// Never true.
    Wrong,
}

/// What a system holds.
#[derive(Debug)]
pub(super) struct Held {
    pub attribute: Attribute,
    pub fate: Fate,
}

impl Held {
    /// What is true.
    pub(super) fn right(attribute: Attribute) -> Self {
        Self { attribute, fate: Fate::Right }
    }

    pub(super) fn is_stale(&self) -> bool {
        self.fate == Fate::Stale
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.fate == Fate::Wrong
    }

    /// Makes it wrong.
    pub(super) fn spoil(&mut self, world: &World, person: &Person, draws: &mut Draws) {
        self.attribute = spoiled(&self.attribute, world, person, draws);
        self.fate = Fate::Wrong;
    }
}

/// What is true of a person on a day.
pub(super) fn of(kind: Kind, person: &Person, day: Day) -> Vec<Attribute> {
    vec![match kind {
        Kind::Email => Attribute::Email(person.email.clone()),
        Kind::Phone => Attribute::Phone(person.phone.clone()),
        Kind::FirstName => Attribute::FirstName(person.first_name.to_owned()),
        Kind::LastName => Attribute::LastName(person.last_name.to_owned()),
        Kind::Born => Attribute::Born(person.born),
        Kind::Gender => Attribute::Gender(gender(person.sex)),
        Kind::Address => return address(person.home_on(day)).into(),
        Kind::Language => Attribute::Language(language(person.tongue)),
        Kind::ShoeSize => Attribute::ShoeSize(person.shoe_size),
        Kind::FootWidth => Attribute::FootWidth(person.foot_width.to_owned()),
    }]
}

/// How likely each thing is what a record holds of the past: the home, the phone, the mail, the family name; and how
/// likely there is another one beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ageing {
    things: [f64; 4],
    another: f64,
}

/// Of the old customer file.
pub(super) const OLD_FILE: Ageing = Ageing { things: [0.45, 0.25, 0.20, 0.10], another: 0.3 };

/// Of a partner, who is wrong about so much else that a whole address of the past would leave no room for it.
pub(super) const PARTNERS_FILE: Ageing = Ageing { things: [0.0, 0.50, 0.30, 0.20], another: 0.0 };

/// Makes some of a record stale: it holds what was true years ago.
pub(super) fn age(held: &mut [Held], ageing: Ageing, world: &World, person: &Person, draws: &mut Draws) {
    let former = Former::of(world, person, draws);
    let has = |thing| held.iter().any(|held| former.value(thing, &held.attribute).is_some());
    let mut weights: [f64; 4] = std::array::from_fn(|thing| if has(thing) { ageing.things[thing] } else { 0.0 });
    for _ in 0..=usize::from(draws.chance(ageing.another)) {
        let thing = draws.weighted(&weights);
        weights[thing] = 0.0;
        for held in held.iter_mut() {
            if let Some(was) = former.value(thing, &held.attribute)
                && was != held.attribute
            {
                *held = Held { attribute: was, fate: Fate::Stale };
            }
        }
    }
}

/// What was true of somebody years ago.
struct Former {
    home: Home,
    email: String,
    phone: String,
    last_name: &'static str,
}

impl Former {
    fn of(world: &World, person: &Person, draws: &mut Draws) -> Self {
        let mut home = places::home(person.tongue, &world.stores, draws);
        while home.city == person.home.city {
            home = places::home(person.tongue, &world.stores, draws);
        }
        let mut last_name = names::family(person.tongue, draws);
        while last_name == person.last_name {
            last_name = names::family(person.tongue, draws);
        }
        let (email, phone) = (names::former_email(&person.email), names::former_phone(&person.phone));
        Self { home, email, phone, last_name }
    }

    /// What an attribute was, if it belongs to that thing: 0 the home, 1 the phone, 2 the mail, 3 the family name.
    fn value(&self, thing: usize, attribute: &Attribute) -> Option<Attribute> {
        let [country, city, postal_code] = address(&self.home);
        match (thing, attribute) {
            (0, Attribute::Country(_)) => Some(country),
            (0, Attribute::City(_)) => Some(city),
            (0, Attribute::PostalCode(_)) => Some(postal_code),
            (1, Attribute::Phone(_)) => Some(Attribute::Phone(self.phone.clone())),
            (2, Attribute::Email(_)) => Some(Attribute::Email(self.email.clone())),
            (3, Attribute::LastName(_)) => Some(Attribute::LastName(self.last_name.to_owned())),
            _ => None,
        }
    }
}

/// Another value than the true one: mistyped, of the other of the household, of anybody, or what a system writes for
/// nothing. Mails and phones are only mistyped: those of others would say that two people are one, which is no wrong
/// attribute but a wrong identifier.
fn spoiled(attribute: &Attribute, world: &World, person: &Person, draws: &mut Draws) -> Attribute {
    let swapped = person.partner.filter(|_| draws.chance(0.5)).map(|partner| world.person(partner));
    match attribute {
        Attribute::Email(text) => Attribute::Email(mistyped_mail(text, draws)),
        Attribute::Phone(text) => Attribute::Phone(mistyped_phone(text, draws)),
        Attribute::FirstName(text) => match swapped.filter(|partner| partner.first_name != text) {
            Some(partner) => Attribute::FirstName(partner.first_name.to_owned()),
            None => Attribute::FirstName(mistyped(text, draws)),
        },
        Attribute::LastName(text) => match swapped.filter(|partner| partner.last_name != text) {
            Some(partner) => Attribute::LastName(partner.last_name.to_owned()),
            None => Attribute::LastName(mistyped(text, draws)),
        },
        Attribute::Born(date) => match swapped.filter(|partner| partner.born != *date) {
            Some(partner) => Attribute::Born(partner.born),
            None => Attribute::Born(other_date(*date, draws)),
        },
        Attribute::Gender(text) => Attribute::Gender(if *text == "woman" { "man" } else { "woman" }),
        Attribute::Country(text) => Attribute::Country(if text == "FR" { "GB" } else { "FR" }.to_owned()),
        Attribute::City(text) => {
            let other = places::home(person.tongue, &world.stores, draws).city;
            Attribute::City(if other == text { mistyped(text, draws) } else { other.to_owned() })
        }
        Attribute::PostalCode(text) => Attribute::PostalCode(mistyped_number(text, draws)),
        Attribute::Language(text) => Attribute::Language(if *text == "fr" { "en" } else { "fr" }),
        Attribute::ShoeSize(size) => {
            let by = draws.between(2.0, 5.0).round() as f32;
            Attribute::ShoeSize(if *size > 40.0 { size - by } else { size + by })
        }
        Attribute::FootWidth(text) => {
            let others = ["narrow", "regular", "wide"].into_iter().filter(|other| other != text).collect::<Vec<_>>();
            Attribute::FootWidth(draws.one_of(&others).copied().unwrap_or_default().to_owned())
        }
    }
}

/// What systems write for nothing, day and month in the wrong order, or a wrong year.
fn other_date(Date(year, month, day): Date, draws: &mut Draws) -> Date {
    match draws.weighted(&[0.45, 0.25, 0.30]) {
        0 => Date(1970, 1, 1),
        1 if day <= 12 && day != month => Date(year, day, month),
        // Ten years less, on a day that every year has.
        1 => Date(year - 10, month, day.min(28)),
        _ => Date(year - 1, month, day.min(28)),
    }
}

/// A letter less, a letter twice, or two letters in the wrong order.
fn mistyped(text: &str, draws: &mut Draws) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 2 {
        return format!("{text}{text}");
    }
    let at = draws.below(letters.len() - 1);
    match draws.below(3) {
        0 if letters.len() > 3 => drop(letters.remove(at + 1)),
        1 if letters[at] != letters[at + 1] => letters.swap(at, at + 1),
        _ => letters.insert(at, letters[at]),
    }
    letters.into_iter().collect()
}

/// A mistake in the domain: nobody else has such an address.
fn mistyped_mail(mail: &str, draws: &mut Draws) -> String {
    let (local, domain) = mail.split_once('@').unwrap_or((mail, ""));
    let (label, top) = domain.split_once('.').unwrap_or((domain, ""));
    format!("{local}@{}.{top}", mistyped(label, draws))
}

/// A digit twice. Of one length with true numbers, it could be another customer's, and far too often: these numbers are
/// few and most are somebody's.
fn mistyped_phone(phone: &str, draws: &mut Draws) -> String {
    let at = phone.len() - 1 - draws.below(6);
    format!("{}{}", &phone[..=at], &phone[at..])
}

/// Another digit in the place of one.
fn mistyped_number(text: &str, draws: &mut Draws) -> String {
    let places: Vec<usize> = (0..text.len()).filter(|at| text.as_bytes()[*at].is_ascii_digit()).collect();
    // The beginning of a number tells where it is from, and is seldom wrong.
    let last = &places[places.len() / 2..];
    let Some(at) = draws.one_of(last).copied() else { return mistyped(text, draws) };
    let by = 1 + draws.below(9) as u8;
    let digit = (text.as_bytes()[at] - b'0' + by) % 10;
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}

fn address(home: &Home) -> [Attribute; 3] {
    [
        Attribute::Country(home.country.to_owned()),
        Attribute::City(home.city.to_owned()),
        Attribute::PostalCode(home.postal_code.clone()),
    ]
}

const fn gender(sex: Sex) -> &'static str {
    match sex {
        Sex::Woman => "woman",
        Sex::Man => "man",
    }
}

const fn language(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::French => "fr",
        Tongue::English => "en",
    }
}

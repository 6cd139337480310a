//! Names, and the mail and phone that somebody has: usual, and nobody's.

use std::sync::LazyLock;

use super::{PersonId, Sex, Tongue};
use crate::draws::Draws;

const LIST: &str = include_str!("../../data/names.txt");

/// Domains of mail boxes that cannot exist. `zz` is among the codes that ISO 3166-1 leaves to its users, so it is never
/// a country's. The domains that RFC 2606 keeps for examples would do, but no true customer has one: the product doubts
/// them, and rightly.
const MAIL_DOMAINS: [&str; 8] = [
    "poste-claire.zz",
    "courrier-bleu.zz",
    "sillage.zz",
    "lettre.zz",
    "moorland-mail.zz",
    "harbour.zz",
    "fenlight.zz",
    "inbox-north.zz",
];

/// How many numbers there are of six digits; also the most customers that a world can have.
const NUMBERS: u32 = 1_000_000;

/// What it is that a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    First(Sex),
    Family,
}

/// The names of a line of the list.
#[derive(Debug)]
struct Row {
    tongue: Tongue,
    kind: Kind,
    from_year: i16,
    names: Vec<&'static str>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| LIST.lines().filter_map(row).collect());

/// A first name of the years in which somebody was born.
pub(crate) fn first(tongue: Tongue, sex: Sex, born_year: i16, draws: &mut Draws) -> &'static str {
    // One in ten has a name of the generation before or after.
    let year = born_year + if draws.chance(0.1) { draws.below(50) as i16 - 25 } else { 0 };
    let fits = |row: &&Row| row.tongue == tongue && row.kind == Kind::First(sex);
    let rows = || ROWS.iter().filter(fits);
    let of_year = rows().rfind(|row| row.from_year <= year).or_else(|| rows().next());
    of_year.map_or("", |row| draws.one_of(&row.names).copied().unwrap_or_default())
}

/// A family name.
pub(crate) fn family(tongue: Tongue, draws: &mut Draws) -> &'static str {
    let rows = || ROWS.iter().filter(|row| row.tongue == tongue && row.kind == Kind::Family);
    let mut place = draws.below(rows().map(|row| row.names.len()).sum());
    for row in rows() {
        match row.names.get(place) {
            Some(name) => return name,
            None => place -= row.names.len(),
        }
    }
    ""
}

/// The address for mails. Its number makes it nobody else's.
pub(crate) fn email(first: &str, last: &str, tongue: Tongue, person: PersonId, draws: &mut Draws) -> String {
    let (first, last) = (plain(first), plain(last));
    let number = number_of(person);
    let domains = match tongue {
        Tongue::French => &MAIL_DOMAINS[..6],
        Tongue::English => &MAIL_DOMAINS[2..],
    };
    let domain = draws.one_of(domains).copied().unwrap_or_default();
    match draws.weighted(&[5.0, 2.0, 2.0, 1.0]) {
        0 => format!("{first}.{last}{number}@{domain}"),
        1 => format!("{}{last}{number}@{domain}", &first[..1]),
        2 => format!("{first}{number}@{domain}"),
        _ => format!("{last}_{first}.{number}@{domain}"),
    }
}

/// A mobile number that nobody can have, E.164. French numbers with 0700 have fourteen digits (Arcep, numbering plan,
/// 2.3.5), so none has ten; British ones do not begin with 06 (Ofcom, national telephone numbering plan). The ranges that
/// both keep for films would do, but no true customer has one: the product doubts them, and rightly.
pub(crate) fn phone(tongue: Tongue, person: PersonId) -> String {
    let number = number_of(person);
    // Zeros, and a run of digits over both parts, look made up.
    let is_run = matches!(number, 0 | 123_456 | 987_654);
    if tongue == Tongue::French && !is_run {
        format!("+33700{number:06}")
    } else {
        // The digit before is five away from the next, so no run goes over it.
        let apart = (number / 100_000 + 5) % 10;
        format!("+44642{apart}{number:06}")
    }
}

/// The address that somebody had before, at a domain that nobody has now.
pub(crate) fn former_email(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    format!("{local}@ancienne-poste.zz")
}

/// The number that somebody had before: of the same kind, and nobody else's either.
pub(crate) fn former_phone(phone: &str) -> String {
    let digits = &phone[phone.len() - 6..];
    format!("+446581{digits}")
}

/// Another number of the same person, by which only some know them; nobody else's.
pub(crate) fn phone_at_work(phone: &str) -> String {
    let digits = &phone[phone.len() - 6..];
    format!("+446582{digits}")
}

/// A number of at most six digits that no other person has and that does not tell the order of the people.
pub(crate) fn number_of(person: PersonId) -> u32 {
    // The factor has no divisor in common with the count, so that this is one to one.
    let number = u64::from(person.0) * 387_493 + 271_829;
    (number % u64::from(NUMBERS)) as u32
}

/// Lower case letters of ASCII.
fn plain(name: &str) -> String {
    let letters = name.chars().filter_map(|c| match c.to_ascii_lowercase() {
        'à' | 'â' => Some('a'),
        'ç' => Some('c'),
        'é' | 'è' | 'ê' | 'ë' | 'É' => Some('e'),
        'î' | 'ï' => Some('i'),
        'ô' => Some('o'),
        c => c.is_ascii_lowercase().then_some(c),
    });
    letters.collect()
}

/// A line of the list: `fr | woman | 1948 | Christine, Martine`.
fn row(line: &'static str) -> Option<Row> {
    let mut parts = line.split(" | ");
    let tongue = match parts.next()? {
        "fr" => Tongue::French,
        "en" => Tongue::English,
        _ => return None,
    };
    let kind = match parts.next()? {
        "woman" => Kind::First(Sex::Woman),
        "man" => Kind::First(Sex::Man),
        "family" => Kind::Family,
        _ => return None,
    };
    let from_year = parts.next()?.parse().ok()?;
    Some(Row { tongue, kind, from_year, names: parts.next()?.split(", ").collect() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        Seed,
        draws::{Entity, Purpose},
    };

    fn draws(number: u32) -> Draws {
        Seed(5).draws(Entity::Person(number), 0, Purpose::Naming)
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(ROWS.len(), lines);
        assert!(ROWS.iter().flat_map(|row| &row.names).all(|name| !plain(name).is_empty()));
    }

    #[test]
    fn a_name_is_of_its_time() {
        let usual = |year| (0..200).map(|i| first(Tongue::French, Sex::Woman, year, &mut draws(i))).collect::<Vec<_>>();
        assert!(usual(1935).iter().filter(|name| **name == "Monique").count() > 3);
        assert!(usual(2005).iter().filter(|name| **name == "Monique").count() < 2);
    }

    #[test]
    fn addresses_and_numbers_are_one_persons() {
        let of = |i| {
            let id = PersonId(i);
            let mut draws = draws(i);
            let tongue = if i % 5 == 0 { Tongue::English } else { Tongue::French };
            (email("Zoé", "O'Brien", tongue, id, &mut draws), phone(tongue, id))
        };
        let all: Vec<_> = (0..20_000).map(of).collect();
        assert_eq!(all.iter().map(|(mail, _)| mail).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|(_, phone)| phone).collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|(mail, phone)| mail.is_ascii() && (12..=13).contains(&phone.len())));
        assert_eq!((0..NUMBERS).map(|i| number_of(PersonId(i))).collect::<BTreeSet<_>>().len(), NUMBERS as usize);
    }
}

//! What it rests on how far a trait is believed, beside what is said of a person: floors, the shop's own addresses,
//! sources.

use std::{collections::BTreeMap, fmt::Write};

use model::{
    name::{Name, Source},
    schema::{TraitRules, TraitType},
    source::{Party, SourceRules},
    trust::Floors,
};
use profile::doubt::own::Own;

use crate::{
    error::{Fault, code},
    shape::Shape,
};

/// Bytes of one of the shop's own addresses.
const ADDRESS_BYTES: usize = 500;

/// From which trust on a trait may be used; what is left out is as usual.
pub(crate) fn floors(shape: &mut Shape<'_>) -> Result<Floors, Fault> {
    let usual = Floors::default();
    let sort_permille = floor(shape, "sort", usual.sort_permille)?;
    let show_permille = floor(shape, "show", usual.show_permille)?;
    let state_permille = floor(shape, "state", usual.state_permille)?;
    for (lower, higher, name) in [(sort_permille, show_permille, "show"), (show_permille, state_permille, "state")] {
        if lower > higher {
            let message = "To sort one need not be surer than to show, and to show not surer than to state.";
            return Err(Fault::new(code::CONTRADICTION, shape.pointer_to(name), message));
        }
    }
    Ok(Floors { sort_permille, show_permille, state_permille })
}

fn floor(shape: &mut Shape<'_>, name: &'static str, usual: u16) -> Result<u16, Fault> {
    let share = shape.share_or(name, f64::from(usual) / 1_000.0)?;
    Ok((share * 1_000.0).round() as u16)
}

/// The shop's own mail addresses, domains, phones and postal addresses.
pub(crate) fn own(shape: &mut Shape<'_>) -> Result<Own, Fault> {
    let mut own = Own::default();
    for mail in shape.optional_texts("mails", ADDRESS_BYTES)? {
        own = own.with_mail(mail);
    }
    for domain in shape.optional_texts("domains", ADDRESS_BYTES)? {
        own = own.with_domain(domain);
    }
    for phone in shape.optional_texts("phones", ADDRESS_BYTES)? {
        own = own.with_phone(phone);
    }
    for address in shape.optional_texts("addresses", ADDRESS_BYTES)? {
        own = own.with_address(address);
    }
    Ok(own)
}

/// A short text that is another whenever something else could be believed by the same words of the same traits.
pub(crate) fn fingerprint(floors: Floors, own: &Own, sources: &BTreeMap<Name<Source>, SourceRules>) -> String {
    let mut text = format!("{}/{}/{}", floors.sort_permille, floors.show_permille, floors.state_permille);
    for (name, rules) in sources {
        let party = match rules.party {
            Party::First => "first",
            Party::Third => "third",
        };
        write!(text, ";{name}={}/{party}", rules.reliability_permille).expect(TO_A_TEXT);
    }
    write!(text, ";{own:?}").expect(TO_A_TEXT);
    format!("{:016x}", fnv_1a(text.as_bytes()))
}

/// What a trait's rules are, as far as they say what is believed of it.
pub(crate) fn of_trait(rules: &TraitRules) -> String {
    let meaning = rules.meaning.map_or("nothing", |meaning| meaning.word());
    let hours = rules.half_life.map(|half_life| half_life.as_millis() / 3_600_000);
    // The fewer values there may be, the more each is worth that nobody speaks of.
    let holds = match &rules.holds {
        TraitType::OneOf(values) => format!("{} {}", rules.holds.word(), values.join("|")),
        other => other.word().to_owned(),
    };
    format!("{holds} {meaning} {}", hours.map_or("never".to_owned(), |hours| format!("{hours}h")))
}

const TO_A_TEXT: &str = "a text takes whatever is written to it";

/// FNV-1a with 64 bits: two revisions of one project need only differ.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

//! By what each system knows somebody.

use super::Flaws;
use crate::{
    World,
    emission::{Claims, Feed},
    person::{Person, names},
};

/// By what a system outside a visit knows somebody: what it sends about a person claims exactly this. The shop's server
/// knows account, mail and card, and so joins what the others know. A source that is unjoined names only what nobody else
/// sends: a second card, a mail written differently, another phone.
pub fn claims(world: &World, person: &Person, feed: Feed) -> Claims {
    let is_unjoined = unjoined(person, Flaws::of(world.seed, person.id)) == Some(feed);
    let email = Some(person.email.clone());
    let card = person.card.clone();
    match feed {
        Feed::Web | Feed::App => Claims {
            device: person.devices.first().map(|device| device.id.clone()),
            account: Some(person.account.clone()),
            ..Claims::default()
        },
        Feed::Server => Claims { account: Some(person.account.clone()), email, card, ..Claims::default() },
        Feed::Till if is_unjoined => Claims { card: card.map(|card| format!("{card}-2")), ..Claims::default() },
        Feed::Till => Claims { card, ..Claims::default() },
        Feed::Service if is_unjoined => {
            Claims { phone: Some(names::phone_at_work(&person.phone)), ..Claims::default() }
        }
        Feed::Service => Claims { email, phone: Some(person.phone.clone()), ..Claims::default() },
        Feed::Mailer | Feed::OldCrm | Feed::Partner if is_unjoined => {
            Claims { email: Some(written_differently(&person.email, feed)), ..Claims::default() }
        }
        Feed::OldCrm => Claims { email, card, ..Claims::default() },
        Feed::Mailer | Feed::Partner => Claims { email, ..Claims::default() },
    }
}

/// The source that names only an identifier that nobody else sends: the first of those that tell of the person at all.
pub(super) fn unjoined(person: &Person, flaws: Flaws) -> Option<Feed> {
    if !flaws.is_unjoined {
        return None;
    }
    let is_at_tills = person.card.is_some() && person.till_share > 0.0;
    let told = [
        (Feed::Till, is_at_tills && person.id.0.is_multiple_of(3)),
        (Feed::OldCrm, person.is_old_customer),
        (Feed::Partner, person.tellings.partner.is_some()),
        (Feed::Till, is_at_tills),
        (Feed::Mailer, person.consents.email),
        (Feed::Service, true),
    ];
    told.into_iter().find(|(_, tells)| *tells).map(|(feed, _)| feed)
}

/// With a tag that this system writes, which makes it another address to everybody who does not know about tags.
fn written_differently(email: &str, feed: Feed) -> String {
    let tag = match feed {
        Feed::OldCrm => "old",
        Feed::Partner => "club",
        _ => "news",
    };
    email.replacen('@', &format!("+{tag}@"), 1)
}

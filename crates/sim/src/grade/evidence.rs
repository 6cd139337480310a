//! What was sent, as an auditor of the shop's systems could have kept it: who was named together, and what counts for
//! the segments that are computed again.

use std::collections::{BTreeMap, BTreeSet};

use model::time::{Span, Timestamp};
use world::{
    World,
    catalog::Family,
    emission::{Claims, Emission, Feed, Happening},
    person::Consents,
};

use super::watch::picks;

/// People that are looked at, about.
const LOOKED_AT: usize = 6_000;
/// Views are kept as long as a segment looks at them.
const VIEWS_KEPT: Span = Span::DAY.times(16);

/// An identifier as the product's paths write one: `anonymous_id:…`.
pub(crate) type Name = String;

/// What somebody did, as far as it was sent and may be kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deeds {
    /// Orders by number: when, and for how many cents.
    pub(crate) orders: BTreeMap<String, (Timestamp, u64)>,
    /// When something was put into the cart last.
    pub(crate) added: Option<Timestamp>,
    /// When boots were looked at, lately.
    pub(crate) boots: Vec<Timestamp>,
    /// How many events.
    pub(crate) events: u64,
}

/// Who was named together, and what each did: of those people who are looked at later.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// The names of those people.
    followed: BTreeSet<Name>,
    numbers: BTreeMap<Name, usize>,
    /// Union and find over the numbers.
    parents: Vec<usize>,
    /// Of each name the one that it was first named under, which is its own where it was named alone or as the best.
    sides: Vec<usize>,
    deeds: Vec<Deeds>,
    /// What the person of an account chose last, on whatever device.
    chosen: BTreeMap<Name, bool>,
    /// Whose device it is on which nobody chose, by who logged in there; nobody's once two did.
    owners: BTreeMap<Name, Option<Name>>,
    /// Devices that two accounts were used on: they lead to neither.
    accounts_on: BTreeMap<usize, BTreeSet<usize>>,
}

impl Evidence {
    /// Follows those of a world who are looked at later.
    pub(crate) fn of(world: &World) -> Self {
        let mut followed = BTreeSet::new();
        for person in world.people.iter().filter(|person| is_looked_at(world, &person.account)) {
            followed.insert(account_name(&person.account));
            followed.extend(person.card.as_ref().map(|card| format!("loyalty_card:{card}")));
            followed.extend(person.devices.iter().map(|device| device_name(&device.id)));
        }
        Self { followed, ..Self::default() }
    }

    /// Takes in an event, if the product may keep it.
    pub(crate) fn take(&mut self, world: &World, emission: &Emission, consent: Option<Consents>) {
        if matches!(emission.feed, Feed::Web | Feed::App) {
            if let (Some(consent), Some(account)) = (consent, &emission.claims.account) {
                self.chosen.insert(account_name(account), consent.site);
            }
            if !self.may(&emission.claims, consent) {
                return;
            }
            if let (None, Some(device), Some(account)) = (consent, &emission.claims.device, &emission.claims.account) {
                let account = account_name(account);
                let owner = self.owners.entry(device_name(device)).or_insert_with(|| Some(account.clone()));
                owner.take_if(|owner| *owner != account);
            }
        }
        let Some(names) = names(&emission.claims) else { return };
        if !names.iter().any(|name| self.followed.contains(name)) {
            return;
        }
        let anchor = self.number(&names[0]);
        let side = self.sides[anchor];
        let numbers: Vec<usize> = names.iter().map(|name| self.number_in(name, Some(side))).collect();
        if let (Some(device), Some(account)) = (&emission.claims.device, &emission.claims.account) {
            let (device, account) = (self.number(&device_name(device)), self.number(&account_name(account)));
            self.accounts_on.entry(device).or_default().insert(account);
        }
        self.deeds[numbers[0]].events += 1;
        // The clock of the system is wrong, but it is as wrong when it sends: the product sees to that.
        let at = emission.says_at.minus(Span::from_millis(emission.skew_ms));
        let deeds = &mut self.deeds[numbers[0]];
        match &emission.what {
            Happening::Ordered { order, lines, .. } => {
                let cents = lines.iter().map(|line| u64::from(line.price) * u64::from(line.quantity)).sum();
                deeds.orders.insert(order.clone(), (at, cents));
            }
            Happening::Added(_) => deeds.added = deeds.added.max(Some(at)),
            Happening::Viewed(item) if world.catalog.item(*item).family == Family::Boots => {
                deeds.boots.retain(|view| emission.sent_at.since(*view) < VIEWS_KEPT);
                deeds.boots.push(at);
            }
            _ => {}
        }
        for pair in numbers.windows(2) {
            self.join(pair[0], pair[1]);
        }
    }

    /// Whether the person whom a page names agreed to decisions on the site: on this device, or where nobody chose on
    /// it, with the account that is logged in there or was.
    pub(crate) fn may(&self, claims: &Claims, consent: Option<Consents>) -> bool {
        consent.map_or_else(|| self.chose(claims).unwrap_or(false), |consent| consent.site)
    }

    /// Whether the person of an account chose last to agree to decisions on the site.
    pub(crate) fn agreed(&self, account: &str) -> bool {
        self.chosen.get(&account_name(account)).copied().unwrap_or(false)
    }

    fn chose(&self, claims: &Claims) -> Option<bool> {
        let account = claims.account.as_deref().map(account_name);
        let owner = || self.owners.get(&device_name(claims.device.as_deref()?)).cloned().flatten();
        self.chosen.get(&account.or_else(owner)?).copied()
    }

    fn number(&mut self, name: &str) -> usize {
        self.number_in(name, None)
    }

    /// The number of a name. A new one is of this side, or begins one.
    fn number_in(&mut self, name: &str, side: Option<usize>) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.parents.len();
        self.numbers.insert(name.to_owned(), number);
        self.parents.push(number);
        self.sides.push(side.unwrap_or(number));
        self.deeds.push(Deeds::default());
        number
    }

    fn root(&self, mut number: usize) -> usize {
        while self.parents[number] != number {
            number = self.parents[number];
        }
        number
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        self.parents[high] = low;
    }

    /// Whether the product was ever told something that it may keep under this name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.numbers.contains_key(name)
    }

    /// Under which name this one was first named: those of one belong together whatever is taken apart. None if it was
    /// never named.
    pub(crate) fn side(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).map(|number| self.sides[*number])
    }

    /// Whether anything that was sent says that both are one person.
    pub(crate) fn are_joined(&self, one: &str, other: &str) -> bool {
        let (Some(one), Some(other)) = (self.numbers.get(one), self.numbers.get(other)) else { return false };
        self.root(*one) == self.root(*other)
    }

    /// Whether more than one account was used on the device.
    pub(crate) fn is_shared(&self, device: &str) -> bool {
        let accounts = self.numbers.get(device).and_then(|number| self.accounts_on.get(number));
        accounts.is_some_and(|accounts| accounts.len() > 1)
    }

    /// What was done under each name, by name.
    pub(crate) fn deeds(&self) -> impl Iterator<Item = (&Name, &Deeds)> {
        self.numbers.iter().map(|(name, number)| (name, &self.deeds[*number]))
    }
}

/// Whether everything that the product holds on somebody is looked at when the run is over: about [`LOOKED_AT`] people,
/// or all of fewer.
pub(crate) fn is_looked_at(world: &World, account: &str) -> bool {
    picks(account, u32::try_from(world.people.len() / LOOKED_AT).unwrap_or(u32::MAX).max(1))
}

/// The names that an event gives, the one that speaks best for the person first; none if it names nobody. Addresses
/// and phones that nobody verified prove nothing.
fn names(claims: &Claims) -> Option<Vec<Name>> {
    let mut names = Vec::new();
    names.extend(claims.account.as_deref().map(account_name));
    names.extend(claims.card.as_ref().map(|card| format!("loyalty_card:{card}")));
    names.extend(claims.device.as_deref().map(device_name));
    (!names.is_empty()).then_some(names)
}

fn account_name(account: &str) -> Name {
    format!("user_id:{account}")
}

fn device_name(device: &str) -> Name {
    format!("anonymous_id:{device}")
}

//! What goes wrong between the world and the product, on purpose and at known rates.

use model::time::Timestamp;

use crate::{
    World,
    calendar::Day,
    emission::{Claims, Emission, Feed, Line},
    person::Person,
};

/// An order of the time before the world began.
#[derive(Debug, Clone, PartialEq)]
pub struct PastOrder {
    /// Its number.
    pub order: String,
    /// When.
    pub at: Timestamp,
    /// What was bought.
    pub lines: Vec<Line>,
    /// [`Feed::Till`] or [`Feed::Server`].
    pub feed: Feed,
    /// Whether no system knows it any more.
    pub is_lost: bool,
}

/// Which defects a person truly has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Planted {
    /// The traits of which a system holds what was true years ago.
    pub stale: Vec<&'static str>,
    /// The traits of which a system holds what was never true.
    pub wrong: Vec<&'static str>,
    /// Before this moment all orders are lost.
    pub lost_before: Option<Timestamp>,
    /// The source that names only an identifier that nobody else sends.
    pub unjoined: Option<Feed>,
    /// The order that says nothing about the person's taste: the only one of the time before.
    pub decoy: Option<String>,
}

/// What systems hold on day 0: what was said in the years before, and the orders that are not lost; in order of time.
pub fn before(_world: &World, _person: &Person) -> Vec<Emission> {
    Vec::new()
}

/// What is said about somebody on a day: at sign-up, at a till, by a partner, in a correction; in order of time.
pub fn said(_world: &World, _person: &Person, _day: Day) -> Vec<Emission> {
    Vec::new()
}

/// All orders before day 0, lost ones too, in order of time.
pub fn orders_before(_world: &World, _person: &Person) -> Vec<PastOrder> {
    Vec::new()
}

/// By what a system outside a browser knows somebody: what it sends about a person must claim exactly this.
pub fn claims(_world: &World, person: &Person, _feed: Feed) -> Claims {
    Claims { account: Some(person.account.clone()), ..Claims::default() }
}

/// What arrives of an emission: itself, perhaps late or by a wrong clock, and what repeats it.
pub fn on_the_way(_world: &World, emission: Emission) -> Vec<Emission> {
    vec![emission]
}

/// What programs send on a day: 3 % of visits; in order of time.
pub fn bots(_world: &World, _day: Day) -> Vec<Emission> {
    Vec::new()
}

/// Which defects a person truly has.
pub fn planted(_world: &World, _person: &Person) -> Planted {
    Planted::default()
}

//! What clients send: bodies of the tracking protocol, written once, with the numbers in them filled in anew for every
//! request. So the same bytes go to the product and to its reference, and sending costs next to nothing.

use crate::{
    load::Sends,
    shop::{CATEGORIES, CITIES, COUNTRIES, Deed, LANGUAGES},
};

/// Draws numbers from a seed: SplitMix64. The same in every run.
#[derive(Debug, Clone)]
pub(crate) struct Draws(u64);

impl Draws {
    /// The numbers of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ mixed >> 31) * u128::from(bound)) >> 64) as u64
    }
}

/// Whose events they are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum People {
    /// One event a person, from number 0 on.
    InTurn,
    /// Drawn evenly from so many.
    Drawn(u64),
}

/// When the events happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    /// One second before they are sent, by a client whose clock is wrong.
    JustNow,
    /// Spread evenly over the requests, from a moment to another, in milliseconds since 1970.
    Between {
        /// The first moment.
        from_ms: u64,
        /// How long after it the last request's events happened.
        span_ms: u64,
        /// How many requests there are.
        requests: u64,
    },
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traffic {
    /// Events of a request.
    pub(crate) events: usize,
    /// Whose they are.
    pub(crate) people: People,
    /// When they happened.
    pub(crate) when: When,
    /// The deed of all of them; by their place in the batch if none is said.
    pub(crate) deed: Option<Deed>,
    /// The number of the first message: no two may be the same on one server.
    pub(crate) first_message: u64,
}

/// Bodies of one kind of traffic.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    traffic: Traffic,
    bytes: Vec<u8>,
    blanks: Vec<Blanks>,
}

/// Where the numbers of one event go.
#[derive(Debug, Clone)]
struct Blanks {
    message: usize,
    anonymous: usize,
    known: Option<usize>,
    product: Option<usize>,
    moment: Option<usize>,
}

const MESSAGE: &str = r#""messageId":"m"#;
const ANONYMOUS: &str = r#""anonymousId":"a"#;
const KNOWN: &str = r#""userId":"u"#;
const PRODUCT: &str = r#""product_id":"p"#;
const MOMENT: &str = r#""timestamp":0"#;

const MESSAGE_DIGITS: usize = 16;
/// Digits of a person's number.
pub(crate) const PERSON_DIGITS: usize = 8;
const PRODUCT_DIGITS: usize = 4;
const MOMENT_DIGITS: usize = 13;

/// How many products the shop has.
const PRODUCTS: u64 = 2_000;
/// Every fourth person has an account.
const KNOWN_EVERY: u64 = 4;

impl Bodies {
    /// The bodies of a batch.
    pub(crate) fn batch(traffic: Traffic) -> Self {
        let sent_at = match traffic.when {
            When::JustNow => r#""sentAt":"2026-03-02T10:00:01.000Z","#,
            When::Between { .. } => "",
        };
        let mut bodies = Self { traffic, bytes: format!(r#"{{{sent_at}"batch":["#).into_bytes(), blanks: Vec::new() };
        for place in 0..traffic.events {
            if place > 0 {
                bodies.bytes.push(b',');
            }
            bodies.push(place);
        }
        bodies.bytes.extend_from_slice(b"]}");
        bodies
    }

    /// The bodies of one event, on the path of its type. `place` says what it is.
    pub(crate) fn one(traffic: Traffic, place: usize) -> Self {
        let mut bodies = Self { traffic, bytes: Vec::new(), blanks: Vec::new() };
        bodies.push(place);
        bodies
    }

    fn push(&mut self, place: usize) {
        let known = match self.traffic.people {
            People::InTurn => (place as u64).is_multiple_of(KNOWN_EVERY),
            // Another place in every twenty, so that all deeds are done by both.
            People::Drawn(_) => ((place + place / 20) as u64).is_multiple_of(KNOWN_EVERY),
        };
        let text = event(place, self.traffic.deed.unwrap_or(Deed::at(place)), known, self.traffic.when);
        let start = self.bytes.len();
        let blank = |mark: &str| text.find(mark).map(|at| start + at + mark.len());
        self.blanks.push(Blanks {
            message: blank(MESSAGE).expect("every event has an id"),
            anonymous: blank(ANONYMOUS).expect("every event comes from a device"),
            known: blank(KNOWN),
            product: blank(PRODUCT),
            // The mark holds the first digit.
            moment: blank(MOMENT).map(|at| at - 1),
        });
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

impl Sends for Bodies {
    fn body(&mut self, request: u64) -> &[u8] {
        let Traffic { events, people, when, first_message, .. } = self.traffic;
        let (mut draws, events) = (Draws::new(request ^ first_message << 20), events as u64);
        for (place, blanks) in (0..).zip(&self.blanks) {
            let message = first_message + request * events + place;
            let person = match (people, blanks.known) {
                (People::InTurn, _) => request * events + place,
                (People::Drawn(count), Some(_)) => draws.below(count / KNOWN_EVERY) * KNOWN_EVERY,
                (People::Drawn(count), None) => {
                    draws.below(count / KNOWN_EVERY) * KNOWN_EVERY + 1 + draws.below(KNOWN_EVERY - 1)
                }
            };
            write_digits(&mut self.bytes, blanks.message, MESSAGE_DIGITS, message);
            write_digits(&mut self.bytes, blanks.anonymous, PERSON_DIGITS, person);
            if let Some(at) = blanks.known {
                write_digits(&mut self.bytes, at, PERSON_DIGITS, person);
            }
            if let Some(at) = blanks.product {
                write_digits(&mut self.bytes, at, PRODUCT_DIGITS, draws.below(PRODUCTS));
            }
            if let (Some(at), When::Between { from_ms, span_ms, requests }) = (blanks.moment, when) {
                let moment = from_ms + (u128::from(span_ms) * u128::from(request) / u128::from(requests)) as u64;
                write_digits(&mut self.bytes, at, MOMENT_DIGITS, moment + draws.below(1_000));
            }
        }
        &self.bytes
    }
}

/// Writes a number over so many bytes.
pub(crate) fn write_digits(bytes: &mut [u8], at: usize, digits: usize, mut number: u64) {
    for digit in bytes[at..at + digits].iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// One event as Segment's script sends it, with consent on it, about 600 bytes.
fn event(place: usize, deed: Deed, known: bool, when: When) -> String {
    let (category, price) = (place % CATEGORIES, 20 + place % 80);
    let known = if known { format!(r#"{KNOWN}{:0PERSON_DIGITS$}","#, 0) } else { String::new() };
    let product = format!(
        r#"{PRODUCT}{:0PRODUCT_DIGITS$}","name":"Trail runner","category":"c{category:02}","price":{price}.5,"quantity":1"#,
        0
    );
    let what = match deed {
        Deed::Page => r#""type":"page","name":"Home","properties":{"path":"/","title":"Home"}"#.to_owned(),
        Deed::View => format!(r#""type":"track","event":"Product Viewed","properties":{{{product}}}"#),
        Deed::Add => format!(r#""type":"track","event":"Product Added","properties":{{{product}}}"#),
        Deed::Order => format!(
            r#""type":"track","event":"Order Completed","properties":{{"order_id":"o{place}","total":{price}.5,"currency":"EUR","products":[{{{product}}}]}}"#
        ),
        Deed::Identify => format!(
            r#""type":"identify","traits":{{"country":"{}","language":"{}","city":"{}"}}"#,
            COUNTRIES[place % COUNTRIES.len()],
            LANGUAGES[place % LANGUAGES.len()],
            CITIES[place / 2 % CITIES.len()]
        ),
    };
    let timestamp = match when {
        When::JustNow => r#""2026-03-02T10:00:00.000Z""#.to_owned(),
        When::Between { .. } => format!("{:0MOMENT_DIGITS$}", 0),
    };
    let context = concat!(
        r#""context":{"page":{"path":"/shoes","url":"https://shop.example/shoes","title":"Shoes","#,
        r#""referrer":"https://search.example/"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/145.0","#,
        r#""locale":"fr-FR","timezone":"Europe/Paris","library":{"name":"analytics.js","version":"2.11.1"},"#,
        r#""consent":{"categoryPreferences":{"site":true}}}"#
    );
    let ids = format!(r#"{MESSAGE}{:0MESSAGE_DIGITS$}",{ANONYMOUS}{:0PERSON_DIGITS$}",{known}"#, 0, 0);
    format!(r#"{{{ids}"timestamp":{timestamp},{what},{context}}}"#)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn traffic(events: usize, people: People, when: When) -> Traffic {
        Traffic { events, people, when, deed: None, first_message: 1_000 }
    }

    fn read(body: &[u8]) -> Vec<Value> {
        serde_json::from_slice::<Value>(body).unwrap()["batch"].as_array().unwrap().clone()
    }

    #[test]
    fn every_message_is_unique_and_every_person_has_a_turn() {
        let mut bodies = Bodies::batch(traffic(100, People::InTurn, When::JustNow));
        let (mut messages, mut persons) = (BTreeSet::new(), BTreeSet::new());
        for request in 0..3 {
            for event in read(bodies.body(request)) {
                messages.insert(event["messageId"].to_string());
                persons.insert(event["anonymousId"].to_string());
            }
        }
        assert_eq!((messages.len(), persons.len()), (300, 300));
        assert!(persons.contains(r#""a00000299""#));
    }

    #[test]
    fn an_account_always_belongs_to_the_same_device() {
        for people in [People::InTurn, People::Drawn(400)] {
            for event in read(Bodies::batch(traffic(100, people, When::JustNow)).body(7)) {
                let device: u64 = event["anonymousId"].as_str().unwrap()[1..].parse().unwrap();
                let account = event["userId"].as_str().map(|id| id[1..].parse().unwrap());
                assert_eq!(account, device.is_multiple_of(KNOWN_EVERY).then_some(device));
            }
        }
    }

    #[test]
    fn moments_spread_from_the_first_to_the_last() {
        let when = When::Between { from_ms: 1_700_000_000_000, span_ms: 10_000_000, requests: 100 };
        let mut bodies = Bodies::batch(traffic(4, People::Drawn(40), when));
        let moments: Vec<u64> =
            (0..100).map(|request| read(bodies.body(request))[0]["timestamp"].as_u64().unwrap()).collect();
        assert!(moments.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(moments[0] >= 1_700_000_000_000 && moments[99] < 1_700_010_000_000);
    }

    #[test]
    fn the_same_request_has_the_same_bytes() {
        let mut bodies = Bodies::one(traffic(1, People::Drawn(40), When::JustNow), 9);
        let first = bodies.body(3).to_vec();
        assert_ne!(bodies.body(4), first);
        assert_eq!(bodies.body(3), first);
    }
}

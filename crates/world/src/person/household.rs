//! Who lives with whom, and what they visit from.

use super::{Device, HouseholdId, PersonId};
use crate::{
    Seed,
    draws::{Draws, Entity, Purpose},
};

/// Share of people who live with another customer. A third of them use a device together: 8 % of all.
const TOGETHER: f64 = 0.24;
const SHARING: f64 = 1.0 / 3.0;

/// Browsers with the kind of device that they run on, and how usual they are among customers. Versions as of 2026; the
/// last group is the app.
const BROWSERS: [(&str, &str, f64); 9] = [
    (
        "phone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        0.26,
    ),
    (
        "phone",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        0.27,
    ),
    (
        "phone",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        0.04,
    ),
    (
        "computer",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        0.17,
    ),
    (
        "computer",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        0.06,
    ),
    (
        "computer",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
        0.06,
    ),
    ("computer", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", 0.05),
    ("computer", "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", 0.02),
    ("tablet", TABLET, 0.07),
];

/// What a shared device is: a tablet on the table.
const TABLET: &str = "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

/// The app, on the two kinds of phone.
const APPS: [&str; 2] = ["SentiersCimes/3.4.1 (iOS 18.6; iPhone16,1)", "SentiersCimes/3.4.1 (Android 15; Pixel 8)"];

/// A household: one person, or two whose numbers follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Household {
    pub id: HouseholdId,
    /// Who else lives there.
    pub partner: Option<PersonId>,
    /// Whether both use one device.
    pub is_sharing: bool,
}

impl Household {
    /// The household of a person.
    pub(super) fn of(seed: Seed, person: PersonId, customers: u32) -> Self {
        let partner = person.0 ^ 1;
        let first = person.0.min(partner);
        let mut draws = seed.draws(Entity::Household(first), 0, Purpose::Home);
        let (is_together, is_sharing) = (draws.chance(TOGETHER) && partner < customers, draws.chance(SHARING));
        if is_together {
            Self { id: HouseholdId(first), partner: Some(PersonId(partner)), is_sharing }
        } else {
            Self { id: HouseholdId(person.0), partner: None, is_sharing: false }
        }
    }

    /// The draws that all of the household share.
    pub(super) fn draws(self, seed: Seed, purpose: Purpose) -> Draws {
        // Day 1, as day 0 tells who lives together.
        seed.draws(Entity::Household(self.id.0), 1, purpose)
    }

    /// What a person of it visits from: one to three devices, the shared one among them.
    pub(super) fn devices(self, seed: Seed, person: PersonId) -> Vec<Device> {
        let mut draws = seed.draws(Entity::Person(person.0), 0, Purpose::Home);
        let count = 1 + draws.weighted(&[0.45, 0.40, 0.15]);
        let own = count - usize::from(self.is_sharing && count > 1);
        let weights = BROWSERS.map(|(_, _, weight)| weight);
        let mut devices: Vec<Device> = (0..own)
            .map(|place| {
                let (kind, user_agent, _) = BROWSERS[draws.weighted(&weights)];
                let is_app = kind == "phone" && draws.chance(0.15);
                let app = APPS[usize::from(user_agent.contains("Android"))];
                Device {
                    id: id_of(&mut draws),
                    kind,
                    user_agent: if is_app { app } else { user_agent },
                    is_app,
                    is_shared: false,
                    share: [1.0, 0.4, 0.15][place],
                }
            })
            .collect();
        if self.is_sharing {
            devices.push(self.shared_device(seed));
        }
        let total: f32 = devices.iter().map(|device| device.share).sum();
        devices.iter_mut().for_each(|device| device.share /= total);
        devices
    }

    fn shared_device(self, seed: Seed) -> Device {
        let id = id_of(&mut self.draws(seed, Purpose::Habit));
        Device { id, kind: "tablet", user_agent: TABLET, is_app: false, is_shared: true, share: 0.5 }
    }
}

/// An id as a browser makes it: random, of version 4 (RFC 9562, 5.4).
pub(crate) fn id_of(draws: &mut Draws) -> String {
    let (a, b) = (draws.bits(), draws.bits());
    let (top, middle, version) = (a >> 32, (a >> 16) & 0xffff, a & 0xfff);
    let (variant, end) = ((b >> 48) & 0x3fff | 0x8000, b & 0xffff_ffff_ffff);
    format!("{top:08x}-{middle:04x}-4{version:03x}-{variant:04x}-{end:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_of_a_household_know_it() {
        let of = |i| Household::of(Seed(3), PersonId(i), 2_000);
        let together: Vec<_> = (0..2_000).filter(|i| of(*i).partner.is_some()).collect();
        assert!((400..560).contains(&together.len()), "{}", together.len());
        for i in together {
            let partner = of(i).partner.unwrap();
            let other = of(partner.0);
            assert_eq!((of(i).id, of(i).is_sharing, other.partner), (other.id, other.is_sharing, Some(PersonId(i))));
        }
    }

    #[test]
    fn a_shared_device_is_one_device() {
        let i = (0..).find(|i| Household::of(Seed(3), PersonId(*i), 2_000).is_sharing).unwrap();
        let devices = |i| Household::of(Seed(3), PersonId(i), 2_000).devices(Seed(3), PersonId(i));
        let shared = |i| devices(i).into_iter().find(|device| device.is_shared).unwrap().id;
        assert_eq!(shared(i), shared(i ^ 1));
        let own = |i| devices(i).into_iter().find(|device| !device.is_shared).unwrap().id;
        assert_ne!(own(i), own(i ^ 1));
    }

    #[test]
    fn shares_are_of_one_whole() {
        for i in 0..300 {
            let devices = Household::of(Seed(4), PersonId(i), 300).devices(Seed(4), PersonId(i));
            assert!((1..=3).contains(&devices.len()));
            assert!((devices.iter().map(|device| device.share).sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}

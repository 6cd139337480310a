//! How sure one is of a fact, and how sure one has to be for what one does with it.

use crate::value::Finite;

/// The probability that a value is true, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trust(Finite);

impl Trust {
    /// It is certain.
    pub const CERTAIN: Self = Self(Finite::ONE);

    /// A probability; what lies outside 0 to 1 is cut, and what is no number is 0.
    pub fn new(probability: f64) -> Self {
        Self(Finite::new(probability.clamp(0.0, 1.0)).unwrap_or_default())
    }

    /// The probability.
    pub const fn get(self) -> f64 {
        self.0.get()
    }
}

/// What a value is used for, in rising order of how sure one has to be of it (requirements D4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// To put things in order: a wrong order harms nobody.
    Sort,
    /// To choose what is shown.
    Show,
    /// To say it to the person as a fact; for a birthday, for a phone call.
    State,
}

impl Use {
    /// All of them, in rising order.
    pub const ALL: [Self; 3] = [Self::Sort, Self::Show, Self::State];

    /// The word used in definitions and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sort => "sort",
            Self::Show => "show",
            Self::State => "state",
        }
    }
}

/// From which trust on a value may be used, in thousandths. Below the floor of a use it is missing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Floors {
    /// To sort; not above `show_permille`.
    pub sort_permille: u16,
    /// To change what is visible; not above `state_permille`.
    pub show_permille: u16,
    /// To state it.
    pub state_permille: u16,
}

impl Default for Floors {
    /// 0.4, 0.6 and 0.9 (requirements D4).
    fn default() -> Self {
        Self { sort_permille: 400, show_permille: 600, state_permille: 900 }
    }
}

impl Floors {
    /// The floor of a use.
    pub fn of(&self, r#use: Use) -> Trust {
        let permille = match r#use {
            Use::Sort => self.sort_permille,
            Use::Show => self.show_permille,
            Use::State => self.state_permille,
        };
        Trust::new(f64::from(permille) / 1_000.0)
    }

    /// The most that a value of this trust may be used for; `None`: nothing.
    pub fn most(&self, trust: Trust) -> Option<Use> {
        Use::ALL.into_iter().rev().find(|r#use| trust >= self.of(*r#use))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_serves_every_use_whose_floor_it_reaches() {
        let most = |trust: f64| Floors::default().most(Trust::new(trust));
        for (trust, expected) in [
            (0.0, None),
            (0.399, None),
            (0.4, Some(Use::Sort)),
            (0.5, Some(Use::Sort)),
            (0.6, Some(Use::Show)),
            (0.899, Some(Use::Show)),
            (0.9, Some(Use::State)),
            (1.0, Some(Use::State)),
        ] {
            assert_eq!(most(trust), expected, "{trust}");
        }
    }

    #[test]
    fn a_trust_is_a_probability() {
        for (number, expected) in [(-1.0, 0.0), (0.3, 0.3), (2.0, 1.0), (f64::NAN, 0.0), (f64::INFINITY, 1.0)] {
            assert_eq!(Trust::new(number).get(), expected);
        }
    }
}

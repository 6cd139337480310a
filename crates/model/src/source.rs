//! Who sends: a source, how far it is believed, and on which legal basis its data may be kept.

use crate::{
    fact::FactKind,
    name::{Name, Purpose, Source},
    time::Span,
};

/// The most that a third party is believed, in thousandths (requirement PRO-13).
pub const THIRD_PARTY_PERMILLE: u16 = 500;

/// What a third party said is half forgotten after this, at the latest (requirement PRO-13).
pub const THIRD_PARTY_HALF_LIFE: Span = Span::DAY.times(90);

/// The rules of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRules {
    /// Its name.
    pub name: Name<Source>,
    /// Probability, in thousandths, that a value it gives is true: 0 to 1000.
    pub reliability_permille: u16,
    /// Why its data may be kept.
    pub basis: LegalBasis,
    /// How the traits that it brings came to be known.
    pub kind: FactKind,
    /// Whether it may say that an identifier is verified: a server of the shop may, a browser never.
    pub trusted: bool,
    /// Whose it is.
    pub party: Party,
}

/// Whose a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The shop's own: what it knows comes from the person or from the person's behavior here.
    First,
    /// A partner's, who knows the person from elsewhere. It can neither outweigh nor correct what the person said.
    Third,
}

impl SourceRules {
    /// Probability, from 0 to 1, that a value it has just given is true.
    pub fn reliability(&self) -> f64 {
        let most = match self.party {
            Party::First => 1_000,
            Party::Third => THIRD_PARTY_PERMILLE,
        };
        f64::from(self.reliability_permille.min(most)) / 1_000.0
    }

    /// After how long half of what speaks for a value of it is left, where `half_life` is that of the trait.
    pub fn half_life(&self, half_life: Option<Span>) -> Option<Span> {
        match self.party {
            Party::First => half_life,
            Party::Third => Some(half_life.map_or(THIRD_PARTY_HALF_LIFE, |own| own.min(THIRD_PARTY_HALF_LIFE))),
        }
    }

    /// What a value of it that is of this kind outweighs: of a third party, no more than a conclusion does.
    pub fn outweighs_as(&self, kind: FactKind) -> FactKind {
        match self.party {
            Party::First => kind,
            Party::Third => FactKind::Inferred,
        }
    }
}

/// Why a source's data may be kept (GDPR art. 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegalBasis {
    /// The person's consent to at least one of these purposes. Always so for browsers and apps.
    Consent {
        /// Any one of them, granted, lets the event be kept.
        any_of: Vec<Name<Purpose>>,
    },
    /// Another basis that the shop wrote down: a contract, a legal duty.
    Written {
        /// The shop's words, such as `contract`.
        basis: String,
        /// The purposes that the data may serve on this basis.
        serves: Vec<Name<Purpose>>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_party_is_believed_by_half_and_for_a_season() {
        let of = |party, reliability_permille| SourceRules {
            name: "s".into(),
            reliability_permille,
            basis: LegalBasis::Consent { any_of: Vec::new() },
            kind: FactKind::Declared,
            trusted: false,
            party,
        };
        let (own, partner) = (of(Party::First, 950), of(Party::Third, 950));
        assert_eq!((own.reliability(), partner.reliability(), of(Party::Third, 300).reliability()), (0.95, 0.5, 0.3));
        let (year, week) = (Span::DAY.times(365), Span::DAY.times(7));
        assert_eq!(own.half_life(Some(year)), Some(year));
        for (trait_own, expected) in [(None, 90), (Some(year), 90), (Some(week), 7)] {
            assert_eq!(partner.half_life(trait_own), Some(Span::DAY.times(expected)));
        }
        assert_eq!(own.outweighs_as(FactKind::Corrected), FactKind::Corrected);
        assert_eq!(partner.outweighs_as(FactKind::Corrected), FactKind::Inferred);
    }
}

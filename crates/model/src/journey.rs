//! Where a customer stands, and what a content or a visit is for.

/// Where a profile stands on its way to and with the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Has a need, perhaps not yet put into words.
    Discovery,
    /// Weighs solutions.
    Comparison,
    /// Is about to buy.
    Conversion,
    /// Bought, and learns to use it.
    Onboarding,
    /// Comes back, belongs.
    Enrollment,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Discovery, Self::Comparison, Self::Conversion, Self::Onboarding, Self::Enrollment];

    /// The glossary's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Comparison => "comparison",
            Self::Conversion => "conversion",
            Self::Onboarding => "onboarding",
            Self::Enrollment => "enrollment",
        }
    }

    /// The stage of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// What a content is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// Shows the way.
    Orient,
    /// Tells what there is to know.
    Inform,
    /// Solves a difficulty.
    Help,
    /// Takes a fear away.
    Reassure,
    /// Thanks a customer who is recognized.
    Reward,
}

impl Intent {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Orient, Self::Inform, Self::Help, Self::Reassure, Self::Reward];

    /// The glossary's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orient => "orient",
            Self::Inform => "inform",
            Self::Help => "help",
            Self::Reassure => "reassure",
            Self::Reward => "reward",
        }
    }

    /// The intent of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|intent| intent.word() == word)
    }
}

/// What a person came for on this visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aim {
    /// To learn.
    Learn,
    /// To compare.
    Compare,
    /// To buy.
    Buy,
    /// To find something for somebody else.
    Gift,
    /// To get something mended or answered.
    Fix,
    /// To give something back.
    Return,
}

impl Aim {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Learn, Self::Compare, Self::Buy, Self::Gift, Self::Fix, Self::Return];

    /// The glossary's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Learn => "learn",
            Self::Compare => "compare",
            Self::Buy => "buy",
            Self::Gift => "gift",
            Self::Fix => "fix",
            Self::Return => "return",
        }
    }

    /// The aim of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aim| aim.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back() {
        assert!(Stage::ALL.into_iter().all(|stage| Stage::from_word(stage.word()) == Some(stage)));
        assert!(Intent::ALL.into_iter().all(|intent| Intent::from_word(intent.word()) == Some(intent)));
        assert!(Aim::ALL.into_iter().all(|aim| Aim::from_word(aim.word()) == Some(aim)));
        assert_eq!(Stage::from_word("Discovery"), None);
    }
}

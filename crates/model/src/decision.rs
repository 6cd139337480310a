//! The words of a decision: through which channel something is shown, and why it was chosen.

use crate::consent;

/// The medium of a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A page of the site that anybody may see.
    Web,
    /// A page of the site behind the person's own login.
    Account,
    /// A screen of the app.
    App,
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A notification.
    Push,
    /// A letter or a printed catalog.
    Print,
    /// A till: its receipt, its customer display.
    Till,
    /// The screen of somebody who serves the person.
    Agent,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 9] =
        [Self::Web, Self::Account, Self::App, Self::Email, Self::Sms, Self::Push, Self::Print, Self::Till, Self::Agent];

    /// The word used in definitions and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Account => "account",
            Self::App => "app",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Print => "print",
            Self::Till => "till",
            Self::Agent => "agent",
        }
    }

    /// The channel of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }

    /// The purpose that the person must have granted for this channel to choose by what is known of them, unless the
    /// placement names another.
    pub const fn purpose(self) -> &'static str {
        use consent::Use;
        match self {
            Self::Web | Self::Account | Self::App | Self::Till | Self::Agent => consent::Site::PURPOSE,
            Self::Email => consent::Email::PURPOSE,
            Self::Sms => consent::Sms::PURPOSE,
            Self::Push => consent::Push::PURPOSE,
            Self::Print => consent::Post::PURPOSE,
        }
    }

    /// Whether several placements share a page, of which only so many may be personalized (requirements D5).
    pub const fn is_page(self) -> bool {
        matches!(self, Self::Web | Self::Account | Self::App)
    }

    /// Whether what is shown may call the person by name. On a banner that everybody beside the screen reads, a name
    /// repels (requirements DEC-14).
    pub const fn may_name_the_person(self) -> bool {
        !matches!(self, Self::Web | Self::App)
    }
}

/// Why a decision is as it is: OpenFeature's set, and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// No experience is published for the placement.
    Static,
    /// An experience was for this person, but the draw left them out of its traffic or its part of a layer.
    Default,
    /// The audience holds, and nothing was drawn.
    TargetingMatch,
    /// The audience holds, and the variant was drawn by the unit's hash.
    Split,
    /// Every experience of the placement is switched off.
    Disabled,
    /// There is no such placement.
    Error,
    /// The unit is in the share that is kept out of everything.
    Holdout,
    /// The person did not grant the purpose.
    NoConsent,
    /// Shown often enough to this person, or enough is personalized on this page already.
    Capped,
    /// No experience is for this person at this moment.
    NotEligible,
    /// Nobody is known, and what there is is for known persons.
    NoData,
    /// Nothing was worth showing.
    Abstain,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Static,
        Self::Default,
        Self::TargetingMatch,
        Self::Split,
        Self::Disabled,
        Self::Error,
        Self::Holdout,
        Self::NoConsent,
        Self::Capped,
        Self::NotEligible,
        Self::NoData,
        Self::Abstain,
    ];

    /// The glossary's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Static => "STATIC",
            Self::Default => "DEFAULT",
            Self::TargetingMatch => "TARGETING_MATCH",
            Self::Split => "SPLIT",
            Self::Disabled => "DISABLED",
            Self::Error => "ERROR",
            Self::Holdout => "HOLDOUT",
            Self::NoConsent => "NO_CONSENT",
            Self::Capped => "CAPPED",
            Self::NotEligible => "NOT_ELIGIBLE",
            Self::NoData => "NO_DATA",
            Self::Abstain => "ABSTAIN",
        }
    }

    /// The reason of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_word(reason.word()), Some(reason));
        }
        for channel in Channel::ALL {
            assert_eq!(Channel::from_word(channel.word()), Some(channel));
            assert!(consent::PURPOSES.contains(&channel.purpose()));
        }
        assert_eq!(Reason::from_word("split"), None);
    }
}

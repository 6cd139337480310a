//! The record of a merge: what an unmerge needs to take it back.

use model::{
    id::{Id, Merge, ProfileId, Unit},
    identifier::IdentifierKey,
    name::{Name, Namespace},
    time::Timestamp,
};

/// Two profiles were found to be one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRecord {
    /// The merge's own id; an unmerge names it.
    pub id: Id<Merge>,
    /// The profile that ended.
    pub loser: ProfileId,
    /// The unit of experiments that the loser had; an unmerge restores it.
    pub loser_unit: Id<Unit>,
    /// The loser's side that was seen with the identifier of the cause.
    pub loser_side: ProfileId,
    /// The sides that came with the loser.
    pub moved: Vec<ProfileId>,
    /// The profile that took them; on the way there, the one that the loser points to.
    pub survivor: ProfileId,
    /// The survivor's side that was seen with the identifier of the cause. When a merge is taken back, whoever joined
    /// later goes with the side that it met.
    pub survivor_side: ProfileId,
    /// When the survivor took them.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
}

/// Why two profiles were found to be one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The namespace of the identifier that both have.
    pub namespace: Name<Namespace>,
    /// The identifier, by its key.
    pub key: IdentifierKey,
    /// Which rule of [`crate::resolve`] joined them.
    pub rule: Rule,
}

/// The rules that join two profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A device's anonymous history joined the person who logged in there.
    DeviceLogin,
    /// Both hold the same strong identifier and nothing speaks against it.
    StrongIdentifier,
    /// They differ in an identifier that a person has once, but two strong identifiers agree.
    TwoStrongIdentifiers,
    /// A trusted source said so.
    Alias,
}

impl Rule {
    /// The rule's name in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DeviceLogin => "device_login",
            Self::StrongIdentifier => "strong_identifier",
            Self::TwoStrongIdentifiers => "two_strong_identifiers",
            Self::Alias => "alias",
        }
    }
}

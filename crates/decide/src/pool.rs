//! What a variant shows where it does not simply list it: a pool to choose from, a menu to put in order.

use std::sync::Arc;

use model::name::{Content as ContentName, Name};

use crate::content::Content;

/// Contents of which the best for the person and the moment are shown: as many as the placement shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// All of them: those that are named, as they are listed, then those by tag, in order of name. Each once.
    pub contents: Vec<Arc<Content>>,
    /// What the better one is known by: the first criterion that tells two contents apart. After the last one the
    /// listed order stands.
    pub order: Vec<Criterion>,
    /// Whether somebody may meet one of them again.
    pub repeat: Repeat,
}

/// What puts one content of a pool before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criterion {
    /// More of its tags are in what was searched for.
    Keyword,
    /// Its `prefer` holds.
    Preferred,
    /// It is for where the person stands; behind those what is for the step after that.
    Stage,
    /// It was not shown to the person yet; behind those what was shown longest ago.
    Unseen,
    /// The person is more interested in its tags.
    Interest,
    /// It is listed earlier.
    Listed,
}

impl Criterion {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Keyword, Self::Preferred, Self::Stage, Self::Unseen, Self::Interest, Self::Listed];

    /// The order of a pool that names none.
    pub const USUAL: [Self; 5] = [Self::Keyword, Self::Preferred, Self::Unseen, Self::Interest, Self::Listed];

    /// The word used in definitions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Preferred => "preferred",
            Self::Stage => "stage",
            Self::Unseen => "unseen",
            Self::Interest => "interest",
            Self::Listed => "listed",
        }
    }
}

/// Whether somebody may meet a content of a pool again (requirements CON-13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repeat {
    /// Nobody does.
    No,
    /// They may.
    Allowed,
}

/// Entries that are all shown, those that the person uses most first (requirements DEC-03).
#[derive(Debug, Clone, PartialEq)]
pub struct Menu {
    /// All of them, as they are listed.
    pub entries: Vec<Arc<Content>>,
    /// Those that keep the place at which they are listed.
    pub fixed: Vec<Name<ContentName>>,
}

impl Menu {
    /// Whether an entry keeps its place.
    pub fn is_fixed(&self, entry: &Name<ContentName>) -> bool {
        self.fixed.contains(entry)
    }
}

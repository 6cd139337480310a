//! What to show in a placement, to which audience, in which variants.

use std::{collections::BTreeMap, sync::Arc};

use assign::{Part, Share};
use condition::Condition;
use model::{
    name::{Experience as ExperienceName, Name, Placement, Variant as VariantName},
    time::{Span, Timestamp},
    value::Finite,
};

use crate::content::Content;

/// What to show in a placement, to which audience, in which variants, with its benefit to the customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Experience {
    /// Its name.
    pub name: Name<ExperienceName>,
    /// Where it may be shown; at least one.
    pub placements: Vec<Name<Placement>>,
    /// For whom.
    pub audience: Condition,
    /// Its variants, whose shares add up to everybody.
    pub variants: Vec<Variant>,
    /// What the customer has of it, by language; French and English at least.
    pub benefit: BTreeMap<Arc<str>, Arc<str>>,
    /// The higher one wins.
    pub priority: i32,
    /// Among those of one priority the higher one wins: what the shop expects of it, in any unit.
    pub score: Finite,
    /// How often one person meets it.
    pub caps: Vec<Cap>,
    /// From when on it is shown.
    pub starts: Option<Timestamp>,
    /// From when on it is not shown any more.
    pub ends: Option<Timestamp>,
    /// Its part of a layer, if it excludes others.
    pub part: Option<Part>,
    /// The share of units, of those in its part of its layer, that take part in it.
    pub traffic: Share,
    /// Under what its variants and its traffic are drawn. Another salt draws everybody anew.
    pub salt: Arc<str>,
    /// Whether it is switched on.
    pub enabled: bool,
}

/// One version of an experience.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: Name<VariantName>,
    /// The share of units that draw it.
    pub share: Share,
    /// What it shows.
    pub shows: Shows,
}

/// What a variant shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Shows {
    /// The neutral contents of the placement: the variant is a control.
    Neutral,
    /// These contents, in this order; at least one.
    Contents(Vec<Arc<Content>>),
}

/// Most times in a period, for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// How often; 1 to [`model::limits::CAP_MOST`].
    pub most: u16,
    /// In which period: those decided later than `now − within` count.
    pub within: Span,
}

impl Experience {
    /// The contents that its variants show.
    pub fn contents(&self) -> impl Iterator<Item = &Arc<Content>> {
        self.variants.iter().flat_map(|variant| match &variant.shows {
            Shows::Neutral => &[][..],
            Shows::Contents(contents) => contents,
        })
    }

    /// Whether there is something to show whichever variant is drawn.
    pub(crate) fn shows_something(&self) -> bool {
        let shows = |variant: &Variant| !matches!(&variant.shows, Shows::Contents(contents) if contents.is_empty());
        !self.variants.is_empty() && self.variants.iter().all(shows)
    }

    /// Whether its audience asks for anything that is known of a person, and not only of the request.
    pub fn is_personal(&self) -> bool {
        let needs = self.audience.needs();
        !(needs.traits.is_empty() && needs.events.is_empty() && needs.segments.is_empty())
    }
}

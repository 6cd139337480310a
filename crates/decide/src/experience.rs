//! What to show in a placement, to which audience, in which variants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use assign::{Part, Share};
use condition::Condition;
use model::{
    journey::Intent,
    name::{Experience as ExperienceName, Name, Placement, Trait, Variant as VariantName},
    time::{Span, Timestamp},
    value::Finite,
};

use crate::{
    content::{Content, Items},
    pool::{Criterion, Menu, Pool, Repeat},
    restraint::{Memory, Worth},
    template::Reference,
};

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
    /// Whether only somebody who is known takes part, though its audience asks nothing of the person.
    pub known_only: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// What old evidence it may rest on, if any.
    pub memory: Option<Memory>,
    /// What it is worth, if the shop says so: it is not shown where it costs more.
    pub worth: Option<Worth>,
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
    /// The best of these; at least one.
    Pool(Pool),
    /// All of these, in the person's order; at least one.
    Menu(Menu),
}

/// Most times in a period, for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// How often; 1 to [`model::limits::CAP_MOST`].
    pub most: u16,
    /// In which period: those decided later than `now − within` count.
    pub within: Span,
}

impl Shows {
    /// All that it could show, as it is listed; of a control nothing.
    pub fn contents(&self) -> &[Arc<Content>] {
        match self {
            Self::Neutral => &[],
            Self::Contents(contents) => contents,
            Self::Pool(pool) => &pool.contents,
            Self::Menu(menu) => &menu.entries,
        }
    }

    /// What puts one of its contents before another.
    pub(crate) fn order(&self) -> &[Criterion] {
        match self {
            Self::Neutral | Self::Contents(_) => &[Criterion::Preferred],
            Self::Pool(pool) => &pool.order,
            Self::Menu(_) => &[Criterion::Preferred, Criterion::Interest],
        }
    }

    /// Whether it shows somebody again what they have seen; of listed contents caps say how often.
    pub(crate) fn repeat(&self) -> Repeat {
        match self {
            Self::Neutral | Self::Contents(_) | Self::Menu(_) => Repeat::Allowed,
            Self::Pool(pool) => pool.repeat,
        }
    }
}

impl Experience {
    /// The contents that its variants show.
    pub fn contents(&self) -> impl Iterator<Item = &Arc<Content>> {
        self.variants.iter().flat_map(|variant| variant.shows.contents())
    }

    /// Whether one of its variants thanks a customer. Then all of it is for those whom the shop recognizes: who draws
    /// which variant says nothing about who that is. Of a pool whoever is not recognized gets the others.
    pub fn rewards(&self) -> bool {
        self.listed().any(|content| content.intent == Intent::Reward)
    }

    /// Whether one of its pools is ordered by what was searched for.
    pub(crate) fn chooses_by_keyword(&self) -> bool {
        self.variants
            .iter()
            .any(|variant| matches!(&variant.shows, Shows::Pool(pool) if pool.order.contains(&Criterion::Keyword)))
    }

    /// The contents that a variant shows whoever draws it.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Arc<Content>> {
        self.variants.iter().flat_map(|variant| match &variant.shows {
            Shows::Contents(contents) => &contents[..],
            Shows::Neutral | Shows::Pool(_) | Shows::Menu(_) => &[],
        })
    }

    /// The contents that a variant shows whatever fits best.
    pub(crate) fn unchosen(&self) -> impl Iterator<Item = &Arc<Content>> {
        self.variants.iter().flat_map(|variant| match &variant.shows {
            Shows::Contents(contents) => &contents[..],
            Shows::Menu(menu) => &menu.entries,
            Shows::Neutral | Shows::Pool(_) => &[],
        })
    }

    /// The traits that its contents write, in order, whichever variant is drawn.
    pub(crate) fn written(&self) -> BTreeSet<&Name<Trait>> {
        let versions = self.contents().flat_map(|content| content.versions.values());
        let written = versions.flat_map(|version| version.references()).filter_map(|(_, reference)| match reference {
            Reference::Trait(name) => Some(name),
            Reference::Request(_) => None,
        });
        written.collect()
    }

    /// Whether there is something to show whichever variant is drawn.
    pub(crate) fn shows_something(&self) -> bool {
        let shows = |variant: &Variant| variant.shows == Shows::Neutral || !variant.shows.contents().is_empty();
        !self.variants.is_empty() && self.variants.iter().all(shows)
    }

    /// Whether it needs anything that is known of a person, and not only the request: its audience asks for it, or what it
    /// shows is nothing without.
    pub fn is_personal(&self) -> bool {
        let is_of_the_person = |content: &Arc<Content>| content.items == Some(Items::PersonalOrder);
        self.known_only || asks_of_the_person(&self.audience) || self.unchosen().any(is_of_the_person)
    }
}

/// Whether a condition asks for anything that is known of a person, and not only of the request.
pub(crate) fn asks_of_the_person(condition: &Condition) -> bool {
    let needs = condition.needs();
    let of_profile = needs.traits.is_empty() && needs.events.is_empty() && needs.segments.is_empty();
    let of_measures = needs.interests.is_empty() && needs.scores.is_empty() && needs.models.is_empty();
    !(of_profile && of_measures)
}

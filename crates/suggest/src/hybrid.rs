//! The best of all that is known at once.
//!
//! Each part says a list with scores. An item's share of all scores of a part's list is taken as the chance that it comes
//! next if this part knows what does; what the part weighs ([`Part`]) as the chance that it does. The score of an item is
//! the sum over the parts of weight times share: a mixture of distributions. A part that knows nothing of somebody takes
//! nothing away from the others.
//!
//! On a synthetic check (`hybrid_lists_are_as_good_as_their_best_part`) a noisy or over places in the lists was worse than
//! the visit alone: places do not say how sure a part is.

use catalog::number::ItemNumber;
use recommend::{
    history::Item,
    rank::Candidate,
    scored::{Scored, best},
};
use rustc_hash::FxHashMap;

use crate::{
    question::Category,
    source::{Asking, order},
};

/// A reason to show something, by how much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What comes next in the visit: the newest word on what somebody wants.
    Session,
    /// What goes with the cart, or with what was searched for where nothing was looked at yet.
    With,
    /// What goes with the last order.
    After,
    /// What the person's purchases say.
    Personal,
    /// What is like what was seen last: lets what is new be found.
    Similar,
    /// What many take here.
    Popular,
}

impl Part {
    const fn weight(self) -> f32 {
        match self {
            Self::Session => 0.8,
            Self::With => 0.6,
            Self::After => 0.03,
            Self::Personal => 0.15,
            Self::Similar => 0.02,
            Self::Popular => 0.01,
        }
    }
}

/// Of two lists that are put into one, a place counts half as much as the first at this one.
const HALF: f32 = 10.0;

/// Parts are asked so deep; only what is popular is asked as deep as the whole.
const DEPTH: usize = 100;

/// So many of the most popular items of a search stand for it.
const SEEDS: usize = 5;

/// So many items of a category or with a word are looked at to find these.
const LOOKED_AT: usize = 2_000;

/// The candidates of all parts, best first.
pub(crate) fn candidates(asking: &Asking<'_>, depth: usize) -> Vec<Candidate> {
    let question = asking.question;
    let last_seen: Vec<Item> = question.last_seen().into_iter().collect();
    let parts = [
        (Part::Session, asking.session(DEPTH)),
        (Part::With, with(asking)),
        (Part::After, asking.complements(&question.person.last_order())),
        (Part::Personal, asking.personal(DEPTH)),
        (Part::Similar, asking.similar(&last_seen, DEPTH / 2)),
        (Part::Popular, asking.popular(depth.max(DEPTH))),
    ];
    let mut chances = FxHashMap::<Item, (f32, f32, Candidate)>::default();
    for (part, list) in parts {
        let all: f32 = list.iter().map(|one| one.score).sum();
        for one in list {
            let chance = part.weight() * one.score / all.max(f32::MIN_POSITIVE);
            let (sum, largest, because) = chances.entry(one.item).or_insert((0.0, 0.0, one));
            *sum += chance;
            if chance > *largest {
                (*largest, *because) = (chance, one);
            }
        }
    }
    let chance = |(sum, _, because): (f32, f32, Candidate)| Candidate { score: sum, ..because };
    let mut found: Vec<Candidate> = chances.into_values().map(chance).collect();
    found.sort_by(order);
    found.truncate(depth);
    found
}

/// What goes with the cart; else, where nothing is on the screen or was looked at, with what was searched for.
fn with(asking: &Asking<'_>) -> Vec<Candidate> {
    let question = asking.question;
    let seeds = if !question.cart.is_empty() {
        question.cart.clone()
    } else if question.session.is_empty() {
        searched(asking)
    } else {
        return Vec::new();
    };
    let after = asking.complements(&seeds);
    let together = asking.near(&question.shop.models.bought_together, &seeds, recommend::rank::Why::BoughtTogether);
    let mut found = FxHashMap::<Item, Candidate>::default();
    for list in [after, together] {
        for (place, one) in list.into_iter().enumerate() {
            let score = 1.0 / (1.0 + place as f32 / HALF);
            let known = found.entry(one.item).or_insert(Candidate { score: 0.0, ..one });
            known.score += score;
        }
    }
    let mut found: Vec<Candidate> = found.into_values().collect();
    found.sort_by(order);
    found
}

/// The most popular items of the category that the request names, else of those with all words of what was searched for
/// in their title.
fn searched(asking: &Asking<'_>) -> Vec<Item> {
    let question = asking.question;
    let (catalog, models, alike) = (question.shop.catalog, question.shop.models, question.shop.alike);
    let matching: Vec<Item> = match (question.category, &question.query) {
        (Category::Known(category), _) => {
            let items = catalog.in_category(category).into_iter().flatten();
            items.take(LOOKED_AT).map(Item).collect()
        }
        (Category::Unnamed | Category::Unknown, Some(query)) => {
            alike.titled(query, LOOKED_AT).into_iter().map(|ItemNumber(number)| Item(number)).collect()
        }
        (Category::Unnamed | Category::Unknown, None) => return Vec::new(),
    };
    let scored = matching.into_iter().map(|item| Scored { item, score: models.popularity(item) });
    best(scored.collect(), SEEDS).into_iter().map(|one| one.item).collect()
}

//! The best of all that is known at once.
//!
//! Each part says a list. An item at place r of it, the first being 0, gets from it a chance of w / (1 + r / 10), where w
//! is what the part weighs: see [`Part`]. Parts are taken as independent reasons (a noisy or): the chance of an item is
//! 1 − Π (1 − chance by a part). So what two parts speak for stands before what one of them does, and a part that knows
//! nothing of somebody takes nothing away from the others.

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
            Self::After => 0.2,
            Self::Personal => 0.3,
            Self::Similar => 0.4,
            Self::Popular => 0.05,
        }
    }
}

/// A chance of half the weight is left at this place.
const HALF: f32 = 4.0;

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
        let most = if part == Part::Popular { list.len() } else { DEPTH };
        for (place, one) in list.into_iter().take(most).enumerate() {
            let chance = part.weight() / (1.0 + place as f32 / HALF);
            let (missed, largest, because) = chances.entry(one.item).or_insert((1.0, 0.0, one));
            *missed *= 1.0 - chance;
            if chance > *largest {
                (*largest, *because) = (chance, one);
            }
        }
    }
    let chance = |(missed, _, because): (f32, f32, Candidate)| Candidate { score: 1.0 - missed, ..because };
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

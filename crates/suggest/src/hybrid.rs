//! The best of all that is known at once.
//!
//! Each part ([`signal::Lists`]) says a list with scores. An item is described by what every part says of it, by how often
//! it and its category were looked at lately, and by how popular it is ([`signal::Signals`]); a conditional logit puts the
//! candidates of all parts into one order. So what fits both the visit and the person stands before what fits one of them.
//!
//! The weights are those of the shop ([`learn`]): at a training the last part of the history is taken away, and they are
//! fitted on what it would have told. A shop with too little history has those of simulated shoppers.

use catalog::number::ItemNumber;
use recommend::{
    choice::Choice,
    history::Item,
    rank::{Candidate, Why},
    scored::{Scored, best},
};
use rustc_hash::FxHashSet;

use crate::{
    question::{Category, Question},
    source::{Asking, order},
};

pub(crate) mod learn;
mod signal;

use signal::{FEATURES, HEADS, Known, Lists, Signals};

/// What each feature weighs: for nobody's visit, its first item, and later ones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights([Choice<FEATURES>; HEADS]);

/// Parts are asked so deep; only what is popular is asked as deep as the whole.
const DEPTH: usize = 100;

/// So many of the most popular items of a search stand for it.
const SEEDS: usize = 5;

/// So many items of a category or with a word are looked at to find these.
const LOOKED_AT: usize = 2_000;

/// An item that no training has seen counts for so much of what it is most like.
const UNSEEN: f32 = 0.9;

impl Weights {
    fn head(&self, session: &[Item]) -> &Choice<FEATURES> {
        &self.0[signal::head(session)]
    }
}

/// The candidates of all parts, best first; scores are chances, measured by the best.
pub(crate) fn candidates(asking: &Asking<'_>, depth: usize) -> Vec<Candidate> {
    let (question, models) = (asking.question, asking.question.shop.models);
    let known = known(question);
    let lists = Lists {
        session: asking.session(DEPTH),
        with: with(asking),
        after: asking.complements(&question.person.last_order()),
        personal: asking.personal(DEPTH),
        near: known.near(models),
        popular: asking.popular(depth.max(DEPTH)),
    };
    let signals = Signals::of(models, &known, &lists);
    let head = models.hybrid.head(&question.session);
    let score = |item: Item| head.score(&signals.features(item)) as f32;
    let reasons = lists.reasons();
    let why = |item: Item| reasons.get(&item).copied().unwrap_or(Why::Popular);
    let mut found: Vec<Candidate> =
        signals.candidates().into_iter().map(|item| Candidate { item, score: score(item), why: why(item) }).collect();
    found.extend(unseen(asking, &found));
    let most = found.iter().map(|one| one.score).fold(f32::NEG_INFINITY, f32::max);
    found.iter_mut().for_each(|one| one.score = libm::expf(one.score - most).max(f32::MIN_POSITIVE));
    found.sort_by(order);
    found.truncate(depth);
    found
}

fn known<'q>(question: &'q Question<'_>) -> Known<'q> {
    Known { now: question.now, session: &question.session, looked: &question.person.viewed }
}

/// What no training has seen yet, where it is like what was seen last: it stands a little behind what of all that is known
/// is about as much like that.
fn unseen(asking: &Asking<'_>, found: &[Candidate]) -> Vec<Candidate> {
    let models = asking.question.shop.models;
    let last_seen: Vec<Item> = asking.question.last_seen().into_iter().collect();
    let mut known: FxHashSet<Item> = found.iter().map(|one| one.item).collect();
    let score_of = |item: Item| found.iter().find(|one| one.item == item).map(|one| one.score);
    let like = asking.similar(&last_seen, DEPTH / 2);
    let new = like.iter().enumerate().filter(|(_, one)| !models.counted.knows(one.item));
    let placed = new.filter_map(|(place, one)| {
        let beside = like[place + 1..].iter().chain(like[..place].iter().rev());
        let score = beside.filter_map(|other| score_of(other.item)).next()?;
        Some(Candidate { score: score + libm::logf(UNSEEN), ..*one })
    });
    placed.filter(|one| known.insert(one.item)).collect()
}

/// Of two lists that are put into one, a place counts half as much as the first at this one.
const HALF: f32 = 10.0;

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
    let together = asking.near(&question.shop.models.bought_together, &seeds, Why::BoughtTogether);
    merged(asking.complements(&seeds), together)
}

/// Two lists as one.
fn merged(after: Vec<Candidate>, together: Vec<Candidate>) -> Vec<Candidate> {
    let mut found = rustc_hash::FxHashMap::<Item, Candidate>::default();
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
    let scored = matching.into_iter().map(|item| Scored { item, score: models.counted.popularity(item) });
    best(scored.collect(), SEEDS).into_iter().map(|one| one.item).collect()
}

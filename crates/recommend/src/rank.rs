//! From candidates to a list: a shop's rules over what the models say.
//!
//! What the shop forbids is never shown, not even where it is pinned. A list is full whenever the sources hold enough
//! that is allowed: they are asked deeper until it is. What is below the floor is not shown however much room there is:
//! rather nothing than something poor (requirements OFF-02).

use std::collections::{BTreeMap, BTreeSet};

use model::time::Span;

use crate::{history::Item, popularity::Context};

/// An item that a model proposes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The item.
    pub item: Item,
    /// More is better; comparable within its source.
    pub score: f32,
    /// What speaks for it.
    pub why: Why,
}

/// What speaks for an item, to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The shop put it there.
    Pinned,
    /// It goes with what the session looked at: this most of all.
    Session(Item),
    /// It is bought together with this.
    BoughtTogether(Item),
    /// It is looked at together with this.
    SeenTogether(Item),
    /// Who bought this buys it next.
    Complements(Item),
    /// It is like this.
    Like(Item),
    /// The person's own purchases speak for it: this most of all.
    GoesWith(Item),
    /// The person takes it about every so many days.
    Again(Span),
    /// The person saved it.
    Saved,
    /// The person looked at it before.
    SeenBefore,
    /// It is taken more than before.
    Trending,
    /// It has just come.
    New,
    /// Many take it in this context.
    PopularIn(Context),
    /// Many take it.
    Popular,
}

/// A model to ask, and from which score on what it says may be shown.
pub struct Source<'a> {
    /// The best candidates, at most so many. Fewer mean that there are no more.
    pub find: &'a mut dyn FnMut(usize) -> Vec<Candidate>,
    /// What scores less is not shown.
    pub floor: f32,
}

/// An item at a place that the shop chose, the first place being 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// The place.
    pub place: usize,
    /// The item.
    pub item: Item,
}

/// At most so many of a brand, a category, or whatever `of` says that an item is of.
#[derive(Clone, Copy)]
pub struct Cap<'a> {
    /// What an item is of; `None` is never capped.
    pub of: &'a dyn Fn(Item) -> Option<u32>,
    /// The most of one.
    pub most: usize,
}

/// How much of a list is to be what the person would not have found.
#[derive(Clone, Copy)]
pub struct Discovery<'a> {
    /// The share of the list, from 0 to 1.
    pub share: f32,
    /// Whether an item is outside of what is usual for the person.
    pub is_unusual: &'a dyn Fn(Item) -> bool,
}

/// What a shop wants of a list.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// How many items.
    pub count: usize,
    /// What may be shown at all: in stock, of the category, within the price, not excluded, not yet bought.
    pub is_allowed: &'a dyn Fn(Item) -> bool,
    /// By what scores are multiplied: 1 changes nothing.
    pub boost: &'a dyn Fn(Item) -> f32,
    /// What stands where.
    pub pins: &'a [Pin],
    /// What there may not be too much of.
    pub caps: &'a [Cap<'a>],
    /// What is to be discovered.
    pub discovery: Option<Discovery<'a>>,
}

/// One item of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listed {
    /// The item.
    pub item: Item,
    /// As its source gave it, not boosted; `None` for what is pinned.
    pub score: Option<f32>,
    /// What speaks for it.
    pub why: Why,
}

/// A list, and what was left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// Best first.
    pub items: Vec<Listed>,
    /// How many candidates were below their source's floor.
    pub poor: usize,
}

/// Sources are asked for this many times the list at first.
const FIRST_DEPTH: usize = 4;

/// And no deeper than this.
const MOST_DEPTH: usize = 100_000;

/// Makes a list. Later sources only fill what earlier ones leave empty, and stand behind them.
pub fn rank(rules: &Rules<'_>, sources: &mut [Source<'_>]) -> List {
    let mut drawn = Draft::pinned(rules);
    for source in sources {
        let mut depth = rules.count.saturating_mul(FIRST_DEPTH).max(50);
        let kept = drawn.clone();
        loop {
            let found = (source.find)(depth);
            let is_all = found.len() < depth || depth >= MOST_DEPTH;
            drawn = kept.clone();
            drawn.add(&found, source.floor);
            if drawn.is_full() || is_all {
                break;
            }
            depth = depth.saturating_mul(4).min(MOST_DEPTH);
        }
        if drawn.is_full() {
            break;
        }
    }
    drawn.list()
}

/// A list that is being made.
#[derive(Clone)]
struct Draft<'a> {
    rules: &'a Rules<'a>,
    pins: BTreeMap<usize, Item>,
    chosen: Vec<Ranked>,
    taken: BTreeSet<Item>,
    used: BTreeMap<(usize, u32), usize>,
    list: List,
}

#[derive(Debug, Clone, Copy)]
struct Ranked {
    candidate: Candidate,
    boosted: f32,
}

impl<'a> Draft<'a> {
    fn pinned(rules: &'a Rules<'a>) -> Self {
        let mut draft = Self {
            rules,
            pins: BTreeMap::new(),
            chosen: Vec::new(),
            taken: BTreeSet::new(),
            used: BTreeMap::new(),
            list: List::default(),
        };
        for pin in rules.pins.iter().filter(|pin| pin.place < rules.count && (rules.is_allowed)(pin.item)) {
            if !draft.pins.contains_key(&pin.place) && draft.taken.insert(pin.item) {
                draft.pins.insert(pin.place, pin.item);
                draft.use_up(pin.item);
            }
        }
        draft
    }

    fn is_full(&self) -> bool {
        self.pins.len() + self.chosen.len() >= self.rules.count && self.missing() == 0
    }

    /// Chooses the best of what one source found, as far as there is room.
    fn add(&mut self, found: &[Candidate], floor: f32) {
        let ranked = self.shown(found, floor);
        let first = self.chosen.len();
        for one in &ranked {
            if self.pins.len() + self.chosen.len() >= self.rules.count {
                break;
            }
            self.choose(one);
        }
        self.discover(&ranked, first);
        self.chosen[first..].sort_by(order);
    }

    /// What of the found is good enough, best first. Whether it may be shown costs more to find out, and is asked of those
    /// that come into the list only.
    fn shown(&mut self, found: &[Candidate], floor: f32) -> Vec<Ranked> {
        let mut ranked = Vec::with_capacity(found.len());
        for candidate in found {
            if candidate.score.is_nan() || candidate.score < floor {
                self.list.poor += 1;
                continue;
            }
            let boost = (self.rules.boost)(candidate.item);
            ranked.push(Ranked { candidate: *candidate, boosted: boosted(candidate.score, boost) });
        }
        ranked.sort_by(order);
        ranked
    }

    /// Takes a candidate in if its item is not there yet, may be shown, and no cap is reached.
    fn choose(&mut self, one: &Ranked) -> bool {
        let item = one.candidate.item;
        if self.taken.contains(&item) || !(self.rules.is_allowed)(item) || self.is_capped(item) {
            return false;
        }
        self.taken.insert(item);
        self.use_up(item);
        self.chosen.push(*one);
        true
    }

    /// Lets what is unusual take the places of the least of the usual, until its share is reached: so the list loses as
    /// little as it can.
    fn discover(&mut self, ranked: &[Ranked], first: usize) {
        let Some(discovery) = self.rules.discovery else { return };
        let mut unusual = ranked.iter().filter(|one| (discovery.is_unusual)(one.candidate.item));
        while self.missing() > 0 {
            let is_usual = |one: &Ranked| !(discovery.is_unusual)(one.candidate.item);
            let least = (first..self.chosen.len()).rev().find(|place| is_usual(&self.chosen[*place]));
            let Some(place) = least else { return };
            let given_up = self.chosen.remove(place);
            self.give_back(given_up.candidate.item);
            if !unusual.by_ref().any(|one| self.choose(one)) {
                self.taken.insert(given_up.candidate.item);
                self.use_up(given_up.candidate.item);
                self.chosen.insert(place, given_up);
                return;
            }
        }
    }

    /// How many unusual items a list of this length still lacks.
    fn missing(&self) -> usize {
        let Some(discovery) = self.rules.discovery else { return 0 };
        let items = self.chosen.iter().map(|one| one.candidate.item).chain(self.pins.values().copied());
        let unusual = items.filter(|item| (discovery.is_unusual)(*item)).count();
        let wanted = (self.rules.count as f32 * discovery.share.clamp(0.0, 1.0)).ceil() as usize;
        wanted.saturating_sub(unusual)
    }

    fn is_capped(&self, item: Item) -> bool {
        self.rules.caps.iter().enumerate().any(|(number, cap)| {
            (cap.of)(item).is_some_and(|of| self.used.get(&(number, of)).copied().unwrap_or_default() >= cap.most)
        })
    }

    fn use_up(&mut self, item: Item) {
        for (number, cap) in self.rules.caps.iter().enumerate() {
            if let Some(of) = (cap.of)(item) {
                *self.used.entry((number, of)).or_default() += 1;
            }
        }
    }

    fn give_back(&mut self, item: Item) {
        self.taken.remove(&item);
        for (number, cap) in self.rules.caps.iter().enumerate() {
            if let Some(used) = (cap.of)(item).and_then(|of| self.used.get_mut(&(number, of))) {
                *used -= 1;
            }
        }
    }

    fn list(mut self) -> List {
        let listed =
            |one: Ranked| Listed { item: one.candidate.item, score: Some(one.candidate.score), why: one.candidate.why };
        let mut rest = self.chosen.into_iter().map(listed);
        for place in 0..self.rules.count {
            let pinned = self.pins.remove(&place).map(|item| Listed { item, score: None, why: Why::Pinned });
            match pinned.or_else(|| rest.next()) {
                Some(listed) => self.list.items.push(listed),
                None => break,
            }
        }
        // Where the rest does not reach up to a pin, the pin moves up.
        self.list.items.extend(self.pins.into_values().map(|item| Listed { item, score: None, why: Why::Pinned }));
        self.list
    }
}

/// A boost above 1 raises, whatever the sign of the score. One that makes no sense changes nothing.
fn boosted(score: f32, boost: f32) -> f32 {
    if !boost.is_finite() || boost < 0.0 {
        return score;
    }
    if score < 0.0 && boost > 0.0 { score / boost } else { score * boost }
}

fn order(a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    b.boosted.total_cmp(&a.boosted).then(a.candidate.item.cmp(&b.candidate.item))
}

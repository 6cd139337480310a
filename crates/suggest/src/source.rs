//! What each algorithm proposes.

use std::cmp::Ordering;

use catalog::item::Usage;
use catalog::number::ItemNumber;
use model::time::{Span, Timestamp};
use recommend::{
    habit::{Past, Taken},
    history::Item,
    neighbor::Neighbors,
    personal::{self, Because, Chance},
    rank::{Candidate, Why},
    scored::Scored,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    allowed::Bought,
    hybrid,
    models::Models,
    question::{Question, SEEN_WITHIN},
    recommender::{Algorithm, Recommender},
};

/// A question with what every algorithm may need.
pub(crate) struct Asking<'a> {
    pub(crate) question: &'a Question<'a>,
    pub(crate) bought: &'a Bought<'a>,
}

/// The candidates of one algorithm, asked deeper only where that is needed.
pub(crate) struct Found<'a> {
    asking: &'a Asking<'a>,
    algorithm: Algorithm,
    /// The share of the best score below which nothing is shown.
    floor: f32,
    /// It is asked at least so deep.
    least_depth: usize,
    pub(crate) candidates: Vec<Candidate>,
    /// How deep it was asked; `None` where there is no more.
    depth: Option<usize>,
}

/// Of several items only so many are asked for what is like them.
const MOST_LIKED: usize = 5;

/// Where some items are raised, at least so many are looked at, so that these are found.
const BOOSTED_DEPTH: usize = 500;

/// An item is new for so long.
const NEW: Span = Span::DAY.times(60);

/// From this share of its expected life on an item that is used up may be needed again.
const LIFE_NEARLY_OVER: f64 = 0.8;

/// From this share of buyers who take it again on an item is taken again and again, whatever is said of it.
const TAKEN_AGAIN: f32 = 0.3;

impl<'a> Found<'a> {
    pub(crate) fn new(asking: &'a Asking<'a>, algorithm: Algorithm, recommender: &Recommender) -> Self {
        let least_depth = if recommender.boosts.is_empty() { 0 } else { BOOSTED_DEPTH };
        Self { asking, algorithm, floor: recommender.floor, least_depth, candidates: Vec::new(), depth: Some(0) }
    }

    /// The best candidates; fewer than so many if there are no more.
    pub(crate) fn find(&mut self, depth: usize) -> Vec<Candidate> {
        let depth = depth.max(self.least_depth);
        if self.depth.is_some_and(|known| known < depth) {
            let mut found = self.asking.candidates(self.algorithm, depth);
            self.depth = (found.len() >= depth).then_some(depth);
            let best = found.first().map_or(0.0, |one| one.score);
            if best > 0.0 && self.floor > 0.0 {
                let known = found.len();
                found.retain(|one| one.score >= self.floor * best);
                self.depth = self.depth.filter(|_| found.len() == known);
            }
            self.candidates = found;
        }
        self.candidates.iter().take(depth).copied().collect()
    }
}

impl Asking<'_> {
    /// The best candidates of an algorithm, best first; fewer than asked for if there are no more.
    pub(crate) fn candidates(&self, algorithm: Algorithm, depth: usize) -> Vec<Candidate> {
        let models = self.question.shop.models;
        let about = &self.question.about;
        match algorithm {
            Algorithm::AlsoBought => self.near(&models.also_bought, about, Why::GoesWith),
            Algorithm::BoughtTogether => self.near(&models.bought_together, about, Why::BoughtTogether),
            Algorithm::ViewedTogether => self.near(&models.viewed_together, about, Why::SeenTogether),
            Algorithm::Similar => self.similar(about, depth),
            Algorithm::Session => self.session(depth),
            Algorithm::Personal => self.personal(depth),
            Algorithm::Hybrid => hybrid::candidates(self, depth),
            Algorithm::Trending => told(models.counted.trending.iter().take(depth).copied(), |_| Why::Trending),
            Algorithm::New => self.newest(depth),
            Algorithm::RecentlyViewed => self.recently_viewed(),
            Algorithm::Complements => self.complements(&self.question.person.last_order()),
            Algorithm::BackInStock => self.back_in_stock(),
            Algorithm::Replenishment => self.replenishment(),
            Algorithm::Popular => self.popular(depth),
        }
    }

    /// The neighbors of several items at once.
    pub(crate) fn near(&self, neighbors: &Neighbors, of: &[Item], why: fn(Item) -> Why) -> Vec<Candidate> {
        merged(of.iter().map(|item| (*item, neighbors.of(*item))), of, why)
    }

    pub(crate) fn similar(&self, to: &[Item], depth: usize) -> Vec<Candidate> {
        let alike = self.question.shop.alike;
        let depth = depth.saturating_add(to.len());
        let rows: Vec<(Item, Vec<Scored>)> =
            to.iter().take(MOST_LIKED).map(|item| (*item, alike.similar(ItemNumber(item.0), depth))).collect();
        merged(rows.iter().map(|(item, row)| (*item, row.as_slice())), to, Why::Like)
    }

    /// What comes next; scores are chances, measured by the best.
    pub(crate) fn session(&self, depth: usize) -> Vec<Candidate> {
        next(self.question.shop.models, &self.question.session, depth)
    }

    /// What the person takes next, by chances. What of their past speaks for an item is found for those that are shown
    /// ([`Asking::because`]); until then it is the item itself.
    pub(crate) fn personal(&self, depth: usize) -> Vec<Candidate> {
        chances(self.question.shop.models, &self.question.person.orders, self.question.now, depth)
    }

    /// What of the person's past speaks most for an item that [`Asking::personal`] proposes.
    pub(crate) fn because(&self, item: Item) -> Option<Item> {
        let personal = self.question.shop.models.personal.as_ref()?;
        let chance = Chance { item, chance: 0.0, because: Because::GoesWith(item) };
        match personal.because_of(&self.of_person(), &chance) {
            Because::GoesWith(of) | Because::Like(of) => Some(of),
            Because::Again | Because::Popular => None,
        }
    }

    fn of_person(&self) -> personal::Question<'_> {
        personal::Question { taken: &self.question.person.orders, now: self.question.now, alike: None }
    }

    /// What is bought after these, but nothing of the kind of what the person has and what lasts.
    pub(crate) fn complements(&self, of: &[Item]) -> Vec<Candidate> {
        let Some(complements) = &self.question.shop.models.complements else { return Vec::new() };
        let question = self.question;
        let settled = self.bought.settled(question);
        let mut found = merged(of.iter().map(|item| (*item, complements.of(*item))), of, Why::Complements);
        found.retain(|one| question.category_of(one.item).is_none_or(|category| !settled.contains(&category)));
        found
    }

    fn newest(&self, depth: usize) -> Vec<Candidate> {
        let now = self.question.now;
        let mut newest = self.question.shop.alike.newest(now, depth);
        if newest.first().is_some_and(|(_, since)| now.since(*since) < NEW) {
            newest.retain(|(_, since)| now.since(*since) < NEW);
        }
        let score = |since: Timestamp| 1.0 / (1.0 + days(now.since(since)) as f32 / 30.0);
        let scored = newest.into_iter().map(|(number, since)| Scored { item: Item(number.0), score: score(since) });
        told(scored, |_| Why::New)
    }

    fn recently_viewed(&self) -> Vec<Candidate> {
        let (mut seen, now) = (FxHashSet::default(), self.question.now);
        let lately = self.question.person.viewed.iter().rev().take_while(|(at, _)| now.since(*at) < SEEN_WITHIN);
        let lasts = |item| self.question.item(item).is_some_and(|view| self.bought.lasts(&view, now));
        let items = lately.map(|(_, item)| *item).filter(|item| seen.insert(*item) && !lasts(*item));
        in_order(items, Why::SeenBefore)
    }

    fn back_in_stock(&self) -> Vec<Candidate> {
        let can_be_had = |item: &Item| self.question.item(*item).is_some_and(|view| view.stock().is_in());
        in_order(self.question.person.saved.iter().rev().copied().filter(can_be_had), Why::Saved)
    }

    /// What the person took and will need again by now. An item with no rhythm goes by its expected life.
    fn replenishment(&self) -> Vec<Candidate> {
        let (question, now) = (self.question, self.question.now);
        let past = Past::of(&question.person.orders, now);
        let rhythms = question.shop.models.personal.as_ref().map(|personal| personal.rhythms());
        let mut found = Vec::new();
        for habit in &past.habits {
            let Some(view) = question.item(habit.item).filter(|view| !self.bought.lasts(view, now)) else { continue };
            let is_used_up = view.usage() == Some(Usage::Consumable);
            let share = rhythms.map_or(0.2, |rhythms| rhythms.again_share(habit.item));
            let life = view.expected_life_days().filter(|_| habit.times == 1);
            let has_rhythm = habit.times > 1 || share >= TAKEN_AGAIN || (is_used_up && life.is_none());
            let need = rhythms.and_then(|rhythms| rhythms.next_need(&past, habit.item, now)).filter(|_| has_rhythm);
            let timeliness = match (life, need) {
                // What the person's own gaps or those of others say is better known than what the shop says.
                (_, Some(need)) if need.earliest <= now && now <= need.latest => {
                    let width = days(need.latest.since(need.earliest)).max(1.0);
                    1.0 - (days(now.since(need.likely)).abs() / width).min(0.9)
                }
                (Some(life), None) if f64::from(habit.last_days) >= f64::from(life) * LIFE_NEARLY_OVER => {
                    1.0 / (1.0 + (f64::from(habit.last_days) / f64::from(life.max(1)) - 1.0).abs())
                }
                _ => continue,
            };
            let gap = Span::from_millis((f64::from(habit.gap_days().unwrap_or_default()) * 86_400_000.0) as i64);
            found.push(Candidate { item: habit.item, score: timeliness as f32 * share, why: Why::Again(gap) });
        }
        found.sort_by(order);
        found
    }

    /// What many take here, then what many take anywhere, then what is newest.
    pub(crate) fn popular(&self, depth: usize) -> Vec<Candidate> {
        let (models, alike) = (self.question.shop.models, self.question.shop.alike);
        let mut found = Vec::new();
        if let Some((context, here)) = models.counted.here(&self.question.contexts) {
            found.extend(here.iter().take(depth).map(|(one, is_taken_here)| {
                let why = if *is_taken_here { Why::PopularIn(context) } else { Why::Popular };
                Candidate { item: one.item, score: one.score, why }
            }));
        }
        let mut known: FxHashSet<Item> = found.iter().map(|one| one.item).collect();
        let rest = models.counted.popular.iter().take(depth).filter(|one| known.insert(one.item)).copied();
        let rest = told(rest, |_| Why::Popular);
        behind(&mut found, rest, depth);
        if found.len() < depth {
            let newest = alike.newest(self.question.now, depth.saturating_add(known.len()));
            let newest = newest.into_iter().map(|(number, _)| Item(number.0)).filter(|item| known.insert(*item));
            let can_be_had = |item: &Item| self.question.item(*item).is_some_and(|view| view.stock().is_in());
            let newest = in_order(newest.filter(can_be_had), Why::New);
            behind(&mut found, newest, depth);
        }
        found
    }
}

/// What comes next in a visit; scores are chances, measured by the best.
pub(crate) fn next(models: &Models, session: &[Item], depth: usize) -> Vec<Candidate> {
    let (Some(sessions), Some(last)) = (&models.sessions, session.last()) else { return Vec::new() };
    let next = models.with_memory(|memory| sessions.next(session, depth, &mut memory.session));
    let best = next.first().map_or(0.0, |one| one.score);
    let chance = next.into_iter().map(|one| Scored { score: libm::expf(one.score - best), ..one });
    told(chance, |_| Why::Session(*last))
}

/// What a person with these purchases takes next, by chances.
pub(crate) fn chances(models: &Models, taken: &[Taken], now: Timestamp, depth: usize) -> Vec<Candidate> {
    let Some(personal) = models.personal.as_ref().filter(|_| !taken.is_empty()) else { return Vec::new() };
    let asked = personal::Question { taken, now, alike: None };
    let mut chances = models.with_memory(|memory| personal.chances(&asked, depth, &mut memory.personal));
    chances.sort_by(|a, b| b.chance.total_cmp(&a.chance).then(a.item.cmp(&b.item)));
    let why = |one: &Chance| match one.because {
        Because::Again => Why::Again(Span::default()),
        Because::GoesWith(item) => Why::GoesWith(item),
        Because::Like(item) => Why::Like(item),
        Because::Popular => Why::Popular,
    };
    chances.iter().map(|one| Candidate { item: one.item, score: one.chance, why: why(one) }).collect()
}

/// Puts candidates behind others, with scores below all of those.
fn behind(first: &mut Vec<Candidate>, rest: Vec<Candidate>, depth: usize) {
    let least = first.last().map(|one| one.score * 0.99);
    let most = rest.first().map_or(1.0, |one| one.score.max(f32::MIN_POSITIVE));
    let below = |one: Candidate| match least {
        Some(least) => Candidate { score: least * (one.score / most), ..one },
        None => one,
    };
    let room = depth.saturating_sub(first.len());
    first.extend(rest.into_iter().take(room).map(below));
}

/// Several rows as one: scores add up, and the largest says why. What is asked about is left out.
fn merged<'r>(
    rows: impl Iterator<Item = (Item, &'r [Scored])>,
    without: &[Item],
    why: fn(Item) -> Why,
) -> Vec<Candidate> {
    merged_by(rows.map(|(of, row)| (of, 1.0, row)), without, why)
}

/// The same with what each row counts.
pub(crate) fn merged_by<'r>(
    rows: impl Iterator<Item = (Item, f32, &'r [Scored])>,
    without: &[Item],
    why: fn(Item) -> Why,
) -> Vec<Candidate> {
    let mut sums = FxHashMap::<Item, (f32, f32, Item)>::default();
    for (of, weight, row) in rows {
        for one in row.iter().map(|one| Scored { score: weight * one.score, ..*one }) {
            let (sum, most, because) = sums.entry(one.item).or_insert((0.0, f32::NEG_INFINITY, of));
            *sum += one.score;
            if one.score > *most {
                (*most, *because) = (one.score, of);
            }
        }
    }
    without.iter().for_each(|item| _ = sums.remove(item));
    let of = |(item, (score, _, of)): (Item, (f32, f32, Item))| Candidate { item, score, why: why(of) };
    let mut found: Vec<Candidate> = sums.into_iter().map(of).collect();
    found.sort_by(order);
    found
}

/// Items as they stand.
fn in_order(items: impl Iterator<Item = Item>, why: Why) -> Vec<Candidate> {
    let score = |place: usize| 1.0 / (1.0 + place as f32);
    items.enumerate().map(|(place, item)| Candidate { item, score: score(place), why }).collect()
}

fn told(scored: impl Iterator<Item = Scored>, why: impl Fn(Item) -> Why) -> Vec<Candidate> {
    scored.map(|one| Candidate { item: one.item, score: one.score, why: why(one.item) }).collect()
}

/// The better one first; of two alike the smaller number.
pub(crate) fn order(one: &Candidate, other: &Candidate) -> Ordering {
    other.score.total_cmp(&one.score).then(one.item.cmp(&other.item))
}

fn days(span: Span) -> f64 {
    span.as_millis() as f64 / Span::DAY.as_millis() as f64
}

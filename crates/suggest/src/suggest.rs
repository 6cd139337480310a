//! From a recommender and a question to a list.

use std::sync::Arc;

use catalog::number::ItemNumber;
use decide::{Candidate as Kept, Suggested, Suggestion, Why};
use model::{
    limits::{CANDIDATES_KEPT, SUGGESTED},
    time::{Span, Timestamp},
    value::Finite,
};
use recommend::{
    history::Item,
    rank::{self, Candidate, Cap, Discovery, Listed, Pin, Rules, Source, rank},
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    allowed::{Allowed, Bought, Told},
    question::{Asked, Question, Shop},
    recommender::{Algorithm, Recommender},
    source::{Asking, Found},
};

/// Where a list lacks what is to be discovered, each algorithm is asked so deep for it.
const DISCOVERED_DEPTH: usize = 200;

/// What a recommender proposes to somebody at a moment. The same question has the same answer.
pub fn suggest(recommender: &Recommender, shop: &Shop<'_>, asked: &Asked<'_>) -> Suggested {
    let question = Question::of(*shop, asked);
    let bought = Bought::of(&question);
    let asking = Asking { question: &question, bought: &bought };
    let allowed = Allowed::of(recommender, &question, &bought);
    let list = List::of(recommender, &asking, &allowed);
    let is_enough = list.items.len() >= recommender.least;
    let told = |listed: &Listed| told(&asking, listed, list.discovered.contains(&listed.item));
    Suggested {
        items: if is_enough { list.items.iter().filter_map(told).collect() } else { Vec::new() },
        candidates: list.candidates.iter().filter_map(|one| kept(&question, one)).collect(),
        model: shop.models.version(),
        stands_until: stands_until(recommender, &question),
    }
}

/// A list of items, not yet told.
struct List {
    items: Vec<Listed>,
    discovered: FxHashSet<Item>,
    /// The best of those that were looked at.
    candidates: Vec<Candidate>,
}

impl List {
    fn of(recommender: &Recommender, asking: &Asking<'_>, allowed: &Allowed<'_>) -> Self {
        let question = asking.question;
        let boosts: Vec<(Told<'_>, f32)> =
            recommender.boosts.iter().map(|boost| (Told::of(&boost.only), boost.by)).collect();
        let boost = |item: Item| {
            let Some(view) = question.item(item).filter(|_| !boosts.is_empty()) else { return 1.0 };
            let holds = |told: &Told<'_>| told.holds(&view, question.facts, question.now);
            boosts.iter().filter(|(told, _)| holds(told)).map(|(_, by)| by).product()
        };
        let pins: Vec<Pin> = recommender
            .pins
            .iter()
            .filter_map(|pin| {
                let number = question.shop.catalog.number_of(&pin.item)?;
                Some(Pin { place: pin.place, item: Item(number.0) })
            })
            .collect();
        let number = |text: Option<&str>| text.map(crate::alike::number_of_text);
        let group = |item: Item| question.item(item).and_then(|view| number(view.group()));
        let brand = |item: Item| question.item(item).and_then(|view| number(view.brand()));
        let category = |item: Item| question.category_of(item).map(|category| category.0);
        let mut caps = vec![Cap { of: &group, most: 1 }];
        caps.extend(recommender.most_per_brand.map(|most| Cap { of: &brand, most }));
        caps.extend(recommender.most_per_category.map(|most| Cap { of: &category, most }));
        let is_allowed = |item: Item| allowed.allows(item);
        let rules = Rules {
            count: recommender.count.min(SUGGESTED),
            is_allowed: &is_allowed,
            boost: &boost,
            pins: &pins,
            caps: &caps,
            discovery: None,
        };
        let mut found: Vec<Found<'_>> =
            recommender.algorithms.iter().map(|algorithm| Found::new(asking, *algorithm, recommender)).collect();
        let items = ranked(&rules, &mut found);
        let candidates = best_of(&found);
        let plain = Self { items, discovered: FxHashSet::default(), candidates };
        if recommender.discovery > 0.0 { plain.discover(recommender, asking, &rules, &mut found) } else { plain }
    }

    /// Lets what is outside of the person's usual categories take the places of the least of the rest, until its share is
    /// reached. It comes from the recommender's own algorithms first, and from what is popular if no floor is asked for.
    fn discover(
        self,
        recommender: &Recommender,
        asking: &Asking<'_>,
        rules: &Rules<'_>,
        found: &mut [Found<'_>],
    ) -> Self {
        let question = asking.question;
        let usual: FxHashSet<_> = question.person.touched().filter_map(|item| question.category_of(item)).collect();
        let is_unusual = |item: Item| question.category_of(item).is_some_and(|category| !usual.contains(&category));
        let unusual = self.items.iter().filter(|listed| is_unusual(listed.item)).count();
        let wanted = (rules.count as f32 * recommender.discovery.clamp(0.0, 1.0)).ceil() as usize;
        if usual.is_empty() || unusual >= wanted {
            return self;
        }
        let known: FxHashMap<Item, Listed> = self.items.iter().map(|listed| (listed.item, *listed)).collect();
        let count = known.len() as f32;
        let listed = self.items.iter().filter(|listed| listed.why != rank::Why::Pinned).enumerate();
        let mut all: Vec<Candidate> = listed
            .map(|(place, one)| Candidate { item: one.item, score: 3.0 - place as f32 / count, why: one.why })
            .collect();
        let mut more: Vec<Candidate> = found.iter_mut().flat_map(|found| found.find(DISCOVERED_DEPTH)).collect();
        if recommender.floor <= 0.0 {
            more.extend(asking.popular(DISCOVERED_DEPTH));
        }
        let mut scores = FxHashMap::default();
        for (place, one) in
            more.into_iter().filter(|one| !known.contains_key(&one.item) && is_unusual(one.item)).enumerate()
        {
            scores.entry(one.item).or_insert(one.score);
            all.push(Candidate { score: 1.0 / (1.0 + place as f32), ..one });
        }
        let discovery = Some(Discovery { share: recommender.discovery, is_unusual: &is_unusual });
        let rules = Rules { discovery, boost: &|_| 1.0, ..*rules };
        let mut all = |_: usize| all.clone();
        let list = rank(&rules, &mut [Source { find: &mut all, floor: f32::NEG_INFINITY }]);
        let as_known = |listed: Listed| {
            known.get(&listed.item).copied().unwrap_or(Listed { score: scores.get(&listed.item).copied(), ..listed })
        };
        let items: Vec<Listed> = list.items.into_iter().map(as_known).collect();
        let discovered = items.iter().map(|listed| listed.item).filter(|item| !known.contains_key(item)).collect();
        Self { items, discovered, ..self }
    }
}

fn ranked(rules: &Rules<'_>, found: &mut [Found<'_>]) -> Vec<Listed> {
    let mut finders: Vec<_> = found.iter_mut().map(|found| |depth: usize| found.find(depth)).collect();
    // What is below an algorithm's floor is not found at all.
    let source = |find| Source { find, floor: f32::NEG_INFINITY };
    let mut sources: Vec<Source<'_>> = Vec::with_capacity(finders.len());
    for find in &mut finders {
        sources.push(source(find));
    }
    rank(rules, &mut sources).items
}

/// The best of what was looked at, those of earlier algorithms first.
fn best_of(found: &[Found<'_>]) -> Vec<Candidate> {
    let mut seen = FxHashSet::default();
    let all = found.iter().flat_map(|found| &found.candidates);
    all.filter(|one| seen.insert(one.item)).take(CANDIDATES_KEPT).copied().collect()
}

fn kept(question: &Question<'_>, one: &Candidate) -> Option<Kept> {
    Some(Kept { item: id(question, one.item)?, score: Finite::new(one.score.into())? })
}

fn told(asking: &Asking<'_>, listed: &Listed, is_discovered: bool) -> Option<Suggestion> {
    let (why, of) = reason(asking, listed);
    Some(Suggestion {
        item: id(asking.question, listed.item)?,
        why: if is_discovered { Why::Discovery } else { why },
        of: of.and_then(|of| id(asking.question, of)),
        score: listed.score.and_then(|score| Finite::new(score.into())),
    })
}

fn reason(asking: &Asking<'_>, listed: &Listed) -> (Why, Option<Item>) {
    match listed.why {
        rank::Why::Pinned => (Why::Pinned, None),
        rank::Why::Session(of) => (Why::Session, Some(of)),
        rank::Why::BoughtTogether(of) => (Why::BoughtTogether, Some(of)),
        rank::Why::SeenTogether(of) => (Why::ViewedTogether, Some(of)),
        rank::Why::Complements(of) => (Why::Complement, Some(of)),
        rank::Why::Like(of) => (Why::Similar, Some(of)),
        // What in the past speaks for it was not looked for yet.
        rank::Why::GoesWith(of) if of == listed.item => (Why::Personal, asking.because(listed.item)),
        rank::Why::GoesWith(of) => (Why::AlsoBought, Some(of)),
        rank::Why::Again(_) => (Why::Again, None),
        rank::Why::Saved => (Why::Saved, None),
        rank::Why::SeenBefore => (Why::SeenBefore, None),
        rank::Why::Trending => (Why::Trending, None),
        rank::Why::New => (Why::New, None),
        rank::Why::PopularIn(_) => (Why::PopularHere, None),
        rank::Why::Popular => (Why::Popular, None),
    }
}

fn id(question: &Question<'_>, item: Item) -> Option<Arc<str>> {
    question.shop.catalog.shared_id_of(ItemNumber(item.0)).cloned()
}

/// The end of the visit where it counts, and the end of the day where it is about what is needed again.
fn stands_until(recommender: &Recommender, question: &Question<'_>) -> Option<Timestamp> {
    let has = |algorithm| recommender.algorithms.contains(&algorithm);
    let uses_visit = has(Algorithm::Session) || has(Algorithm::Hybrid);
    let visit = question.person.visit.ends_at.filter(|_| uses_visit);
    let day = Timestamp::EPOCH.plus(Span::DAY.times(question.now.day() + 1));
    [visit, has(Algorithm::Replenishment).then_some(day)].into_iter().flatten().min()
}

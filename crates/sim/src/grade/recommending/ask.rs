//! What recommenders are asked while the world is lived, and their answers.
//!
//! From [`BEFORE_END_DAYS`] before the end on, for a week, each person of a sample who agreed to it is asked for twice: as a visit
//! begins on the home page, and on the first item that they then look at. What they do in the two weeks that follow is
//! not known yet.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use api::wire::recommend::{RecommendAnswer, RecommendRequest};
use model::time::{Span, Timestamp};
use world::{
    World,
    calendar::Day,
    catalog::{CategoryId, ItemId},
    emission::{Claims, Emission, Happening},
    store,
    visit::Page,
};

use crate::grade::watch::picks;

/// Days before the end on which models are trained and asking begins.
const BEFORE_END_DAYS: u32 = 21;
/// Days on which people are asked for.
const ASKED_DAYS: u32 = 7;
/// So many people are asked for, about, or all of fewer.
const PEOPLE: usize = 6_000;

/// The recommender that knows everything at once, then those that go by one algorithm, by their names in the shop.
pub(super) const HYBRID: usize = 0;
pub(super) const DISCOVER: usize = 1;
pub(super) const POPULAR: usize = 2;
pub(super) const RECOMMENDERS: [&str; 10] = [
    "for-you",
    "discover",
    "popular",
    "session",
    "personal",
    "also-bought",
    "viewed-together",
    "similar",
    "recently-viewed",
    "trending",
];
/// Those that go by one algorithm.
pub(super) const SINGLE: std::ops::Range<usize> = POPULAR..RECOMMENDERS.len();

/// Somebody at a moment, and what was proposed.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) person: u32,
    pub(super) at: Timestamp,
    /// The item on the page; none on the home page.
    pub(super) item: Option<ItemId>,
    /// The categories of everything that the product was told that this person looked at or ordered.
    pub(super) usual: BTreeSet<CategoryId>,
    /// The list of each recommender.
    pub(super) lists: Vec<Vec<ItemId>>,
}

/// What the answer that comes next is for.
#[derive(Debug, Clone, Copy)]
enum For {
    /// A moment of a person, by its place.
    Person(usize),
    /// An item that has just come, beside something that it may be bought in place of.
    New(ItemId),
}

/// What is asked, and what was answered.
#[derive(Debug)]
pub(crate) struct Asks {
    from: Day,
    one_in: u32,
    pub(super) asked: Vec<Asked>,
    /// How often an item that had just come was asked for, and how often it was among the first ten.
    pub(super) new: (u64, u64),
    /// The sum of the chances that it were, if lists were drawn.
    pub(super) new_by_chance: f64,
    /// The items of each order by number, with the account that ordered.
    pub(super) orders: BTreeMap<String, (String, Vec<ItemId>)>,
    /// The categories that the product was told of, by person.
    told: BTreeMap<u32, BTreeSet<CategoryId>>,
    /// Who uses a name.
    people: BTreeMap<String, Vec<u32>>,
    begun: BTreeSet<String>,
    /// Who was asked for on the home page, and on an item's.
    done: [BTreeSet<u32>; 2],
    /// Days of which new items were asked for.
    day: Option<Day>,
    waiting: VecDeque<(For, RecommendRequest)>,
    reading: Option<For>,
}

impl Asks {
    pub(crate) fn of(world: &World) -> Self {
        let mut people: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for person in &world.people {
            let names = std::iter::once(&person.account).chain(&person.card);
            for name in names.chain(person.devices.iter().map(|device| &device.id)) {
                people.entry(name.clone()).or_default().push(person.id.0);
            }
        }
        Self {
            from: Day(world.calendar.days.saturating_sub(BEFORE_END_DAYS)),
            one_in: u32::try_from(world.people.len() / PEOPLE).unwrap_or(u32::MAX).max(1),
            people,
            asked: Vec::new(),
            new: (0, 0),
            new_by_chance: 0.0,
            orders: BTreeMap::new(),
            told: BTreeMap::new(),
            begun: BTreeSet::new(),
            done: [BTreeSet::new(), BTreeSet::new()],
            day: None,
            waiting: VecDeque::new(),
            reading: None,
        }
    }

    /// Whether models are trained on the morning of this day.
    pub(crate) fn trains(&self, day: Day) -> bool {
        day == self.from
    }

    /// Takes in what the product was told and may keep.
    pub(crate) fn hear(&mut self, world: &World, emission: &Emission) {
        let category = |item: &ItemId| world.catalog.item(*item).category;
        let categories: BTreeSet<CategoryId> = match &emission.what {
            Happening::Viewed(item) => [category(item)].into(),
            Happening::Added(line) => [category(&line.item)].into(),
            Happening::Ordered { order, lines, .. } => {
                let own: Vec<ItemId> = lines.iter().filter(|line| !line.is_gift).map(|line| line.item).collect();
                let categories = own.iter().map(category).collect();
                if let Some(account) = &emission.claims.account {
                    self.orders.insert(order.clone(), (account.clone(), own));
                }
                categories
            }
            _ => return,
        };
        let Claims { device, account, card, .. } = &emission.claims;
        let people: BTreeSet<u32> = [account, card, device]
            .into_iter()
            .flatten()
            .filter_map(|name| self.people.get(name))
            .flatten()
            .copied()
            .collect();
        for person in people {
            self.told.entry(person).or_default().extend(&categories);
        }
    }

    /// Asks for whoever sees a page and agreed to it.
    pub(crate) fn see(&mut self, world: &World, page: &Page) {
        let Some(day) = world.calendar.day_of(page.at).filter(|day| *day >= self.from) else { return };
        self.ask_for_new(world, day, page.at);
        let is_followed = page.claims.device.as_ref().is_some_and(|device| picks(device, self.one_in));
        if !is_followed || day.0 >= self.from.0 + ASKED_DAYS {
            return;
        }
        let (is_first, person) = (self.begun.insert(page.nonce.clone()), page.person.0);
        let is_asked = match page.item {
            None => is_first && page.path == "/" && self.done[0].insert(person),
            Some(_) => self.done[1].insert(person),
        };
        if !is_asked {
            return;
        }
        let place = self.asked.len();
        let usual = self.told.get(&person).cloned().unwrap_or_default();
        self.asked.push(Asked { person, at: page.at, item: page.item, usual, lists: Vec::new() });
        for recommender in RECOMMENDERS {
            let request = RecommendRequest {
                anonymous_id: page.claims.device.clone(),
                user_id: page.claims.account.clone(),
                ..request(recommender, page.item)
            };
            self.waiting.push_back((For::Person(place), request));
        }
    }

    /// On the day on which an item came, asks whether it is proposed beside what it may be bought in place of. Not in
    /// the first hours, so that the product had time to hear of it.
    fn ask_for_new(&mut self, world: &World, day: Day, now: Timestamp) {
        if self.day == Some(day) || now.since(world.calendar.at(day, 0)) < Span::HOUR.times(10) {
            return;
        }
        self.day = Some(day);
        let in_stock = |item: &ItemId| store::stock(world, *item, None, day) > 0;
        let sold = world.catalog.on_sale(day).filter(in_stock).count().max(1);
        for item in world.catalog.items.iter().filter(|item| item.arrives == day && in_stock(&item.id)) {
            for other in world.catalog.substitutes[item.id.0 as usize].iter().filter(|other| in_stock(other)) {
                self.new_by_chance += 10.0 / sold as f64;
                self.waiting.push_back((For::New(item.id), request(RECOMMENDERS[HYBRID], Some(*other))));
            }
        }
    }

    /// What to ask next.
    pub(crate) fn wanted(&mut self) -> Option<RecommendRequest> {
        let (reading, request) = self.waiting.pop_front()?;
        self.reading = Some(reading);
        Some(request)
    }

    /// The answer to it.
    pub(crate) fn read(&mut self, answer: Option<&[u8]>) {
        let list = answer.map(items).unwrap_or_default();
        match self.reading.take() {
            Some(For::Person(place)) => self.asked[place].lists.push(list),
            Some(For::New(item)) => {
                self.new.0 += 1;
                self.new.1 += u64::from(list.contains(&item));
            }
            None => {}
        }
    }
}

/// Asks a recommender without leaving a trace.
pub(super) fn request(recommender: &str, item: Option<ItemId>) -> RecommendRequest {
    RecommendRequest {
        recommender: recommender.to_owned(),
        item: item.map(|item| item.to_string()),
        preview: true,
        ..RecommendRequest::default()
    }
}

/// The items of an answer.
pub(super) fn items(answer: &[u8]) -> Vec<ItemId> {
    let answer: RecommendAnswer = serde_json::from_slice(answer).expect("the API writes what it says");
    let number = |id: &str| id.strip_prefix("item-")?.parse().ok().map(ItemId);
    answer.items.iter().filter_map(|item| number(&item.id)).collect()
}

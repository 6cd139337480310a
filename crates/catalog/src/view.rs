//! An item as readers see it: nothing is copied until somebody asks for it.

use std::collections::{BTreeMap, BTreeSet};

use model::{language, time::Timestamp};

use crate::{
    catalog::Catalog,
    change::{Change, Patch, Target},
    item::{Attribute, Availability, Condition, Item, Role, Stock, StoreStock, Usage, Variant},
    money::Prices,
    number::{CategoryNumber, ItemNumber},
    packed::{Form, FormPlace, PackedTexts, Span, StoreEntry, Stored},
};

/// An item of a catalog.
#[derive(Debug, Clone, Copy)]
pub struct ItemView<'c> {
    pub(crate) catalog: &'c Catalog,
    pub(crate) number: ItemNumber,
    pub(crate) stored: &'c Stored,
}

/// The texts of an item in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextsView<'c> {
    /// The language (BCP 47).
    pub language: &'c str,
    /// The item's name.
    pub title: &'c str,
    /// A few words about it; may be empty.
    pub description: &'c str,
}

/// A variant of an item.
#[derive(Debug, Clone, Copy)]
pub struct VariantView<'c> {
    item: ItemView<'c>,
    place: usize,
    form: &'c Form,
}

impl<'c> ItemView<'c> {
    /// The catalog that it is of.
    pub fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// Its number.
    pub fn number(&self) -> ItemNumber {
        self.number
    }

    /// Its id.
    pub fn id(&self) -> &'c str {
        self.catalog.id_of(self.number).expect("every number has an id")
    }

    /// Its group.
    pub fn group(&self) -> Option<&'c str> {
        self.catalog.vocabulary.groups.text(self.stored.description.group?)
    }

    /// Whether it is sold itself.
    pub fn role(&self) -> Role {
        self.stored.description.role
    }

    /// Of a parent, the items of its group that are sold; else none.
    pub fn members(&self) -> impl Iterator<Item = ItemView<'c>> + use<'c> {
        let group = self.stored.description.group.filter(|_| self.role() == Role::Parent);
        let catalog = self.catalog;
        let numbers = group.and_then(|group| catalog.group_of_number(group)).into_iter().flatten();
        numbers.filter_map(|number| catalog.item(ItemNumber(number))).filter(|item| item.role() == Role::Sold)
    }

    /// Its texts in all languages.
    pub fn texts(&self) -> impl Iterator<Item = TextsView<'c>> + use<'c> {
        let item = *self;
        self.stored.description.texts.iter().map(move |texts| item.texts_view(texts))
    }

    /// Its texts in the language that suits best of those that somebody reads, most wanted first (as
    /// [`model::language::best`]); else in the first that there is.
    pub fn best_texts(&self, wanted: &[&str]) -> Option<TextsView<'c>> {
        let titled = || self.texts().filter(|texts| !texts.title.is_empty());
        let mut first_two = titled();
        let (first, second) = (first_two.next()?, first_two.next());
        if second.is_none() {
            return Some(first);
        }
        let suits = |wanted: &&str| {
            let exact = |range: &str| titled().find(|texts| texts.language.eq_ignore_ascii_case(range));
            let wider = std::iter::successors(Some(*wanted), |range| range.rfind('-').map(|end| &range[..end]));
            let near = || {
                let base = language::base(wanted);
                titled().find(|texts| language::base(texts.language).eq_ignore_ascii_case(base))
            };
            wider.into_iter().find_map(exact).or_else(near)
        };
        wanted.iter().find_map(suits).or(Some(first))
    }

    /// Its brand.
    pub fn brand(&self) -> Option<&'c str> {
        self.catalog.vocabulary.text(self.stored.description.brand)
    }

    /// Where it stands, the main place first.
    pub fn categories(&self) -> &'c [CategoryNumber] {
        &self.stored.description.categories
    }

    /// Its tags.
    pub fn tags(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        let (said, words) = (&self.stored.description, &self.catalog.vocabulary);
        said.words[..said.tags as usize].iter().filter_map(|tag| words.text(*tag))
    }

    /// What it is like in one respect.
    pub fn attribute(&self, name: &str) -> Option<Attribute> {
        let (said, name) = (&self.stored.description, self.catalog.word(name)?);
        let (_, value) = said.attributes.iter().find(|(known, _)| *known == name)?;
        Some(self.catalog.vocabulary.value(said, *value))
    }

    /// What it is like in all respects, in order of their names.
    pub fn attributes(&self) -> impl Iterator<Item = (&'c str, Attribute)> + use<'c> {
        let (said, words) = (&self.stored.description, &self.catalog.vocabulary);
        said.attributes.iter().filter_map(|(name, value)| Some((words.text(*name)?, words.value(said, *value))))
    }

    /// Addresses of its images and what they show, the main one first.
    pub fn images(&self) -> impl Iterator<Item = (&'c str, &'c str)> + use<'c> {
        let said = &self.stored.description;
        said.images.iter().filter_map(|(url, alt)| Some((url.of(&said.text)?, alt.of(&said.text)?)))
    }

    /// The address of its page.
    pub fn link(&self) -> Option<&'c str> {
        self.own(self.stored.description.link)
    }

    /// Its number in world trade.
    pub fn gtin(&self) -> Option<&'c str> {
        self.own(self.stored.description.gtin)
    }

    /// Its maker's number.
    pub fn mpn(&self) -> Option<&'c str> {
        self.own(self.stored.description.mpn)
    }

    /// New or used.
    pub fn condition(&self) -> Condition {
        self.stored.description.condition
    }

    /// After how many days who uses it needs another.
    pub fn expected_life_days(&self) -> Option<u32> {
        self.stored.description.expected_life_days
    }

    /// Whether it is used up.
    pub fn usage(&self) -> Option<Usage> {
        self.stored.description.usage
    }

    /// Since when it is offered, as far as anybody knows.
    pub fn offered_since(&self) -> Timestamp {
        self.stored.description.released_at.unwrap_or(self.stored.first_at)
    }

    /// The moment of which what is said of it is true, prices and stock aside.
    pub fn described_at(&self) -> Timestamp {
        self.stored.described_at
    }

    /// The moment of which its prices are true.
    pub fn priced_at(&self) -> Timestamp {
        self.stored.prices.at
    }

    /// What it costs: its own prices, else those of the variant, or of a parent the item, that costs least at a moment.
    pub fn prices(&self, now: Timestamp) -> Option<Prices> {
        let cheapest = |all: &mut dyn Iterator<Item = Prices>| all.min_by_key(|prices| prices.cents_at(now));
        let of_variants = || cheapest(&mut self.variants().filter_map(|variant| variant.prices()));
        let of_members = || cheapest(&mut self.members().filter_map(|item| item.prices(now)));
        self.stored.prices.value.or_else(of_variants).or_else(of_members)
    }

    /// What the shop pays for it, in hundredths of its prices' currency.
    pub fn cost_cents(&self) -> Option<u64> {
        self.stored.cost.value
    }

    /// What the shop keeps of its price at a moment, in hundredths of the currency; negative if it sells below its cost.
    pub fn margin_cents(&self, now: Timestamp) -> Option<i64> {
        let cents = |amount: u64| i64::try_from(amount).expect("limited by `limits::PRICE_CENTS`");
        Some(cents(self.prices(now)?.cents_at(now)) - cents(self.cost_cents()?))
    }

    /// Whether it can be had: by its variants, or of a parent by the items of its group, if there are any.
    pub fn stock(&self) -> Stock {
        let said = self.stored.stock.value;
        if !self.stored.form_offers.is_empty() {
            return together(self.stored.form_offers.iter().map(|offer| offer.stock.value)).unwrap_or(said);
        }
        together(self.members().map(|item| item.stock())).unwrap_or(said)
    }

    /// How many are in a store, over all variants, as of the oldest word; `None` if nobody said.
    pub fn stock_in(&self, store: &str) -> Option<StoreStock> {
        let word = self.catalog.word(store)?;
        let own = self.stored.stores.iter().filter(|entry| entry.store == word);
        let own = own.map(|entry| StoreStock { count: entry.stock.value, as_of: entry.stock.at });
        own.chain(self.members().filter_map(|item| item.stock_in(store))).reduce(|all, one| StoreStock {
            count: all.count.saturating_add(one.count),
            as_of: all.as_of.min(one.as_of),
        })
    }

    /// Every word on its stock in a store: of itself, of its variants, of a parent's items. Words on one store are several.
    pub(crate) fn words_of_stores(&self) -> Vec<(&'c str, StoreStock)> {
        let own = self.stored.stores.iter().filter_map(|entry| self.word_of_store(entry));
        own.chain(self.members().flat_map(|item| item.words_of_stores())).collect()
    }

    fn word_of_store(&self, entry: &StoreEntry) -> Option<(&'c str, StoreStock)> {
        let stock = StoreStock { count: entry.stock.value, as_of: entry.stock.at };
        Some((self.catalog.vocabulary.text(entry.store)?, stock))
    }

    /// Its variants.
    pub fn variants(&self) -> impl Iterator<Item = VariantView<'c>> + use<'c> {
        let item = *self;
        let forms = self.stored.forms.value.list.iter().enumerate();
        forms.map(move |(place, form)| VariantView { item, place, form })
    }

    /// The variant of an id.
    pub fn variant(&self, id: &str) -> Option<VariantView<'c>> {
        self.variants().find(|variant| variant.id() == id)
    }

    /// The item as it could be told again.
    pub fn to_item(&self) -> Item {
        self.catalog.vocabulary.unpack(self.id(), self.stored)
    }

    /// Whether telling this item would change nothing: what it does not say is as it is.
    pub fn says(&self, item: &Item) -> bool {
        let known = self.to_item();
        let stores_say = |known: Option<&_>, told: Option<&_>| told.is_none_or(|told| same_stores(known, told));
        let variant_says = |(known, told): (&Variant, &Variant)| {
            let mut told_whole = told.clone();
            told_whole.stores.clone_from(&known.stores);
            *known == told_whole && stores_say(known.stores.as_ref(), told.stores.as_ref())
        };
        let (has, told) = (known.variants.as_deref().unwrap_or_default(), item.variants.as_deref());
        let variants_say = told.is_none_or(|told| told.len() == has.len() && has.iter().zip(told).all(variant_says));
        let mut rest = item.clone();
        rest.variants.clone_from(&known.variants);
        rest.stores.clone_from(&known.stores);
        rest.cost_cents = item.cost_cents.or(known.cost_cents);
        variants_say && stores_say(known.stores.as_ref(), item.stores.as_ref()) && rest == known
    }

    /// The changes that make the item again in an empty catalog, each with its moment: for who stores a catalog.
    pub fn changes(&self) -> Vec<(Timestamp, Change)> {
        let (mut item, at) = (self.to_item(), self.stored.described_at);
        let (prices, cost, stock) = (self.stored.prices, self.stored.cost, self.stored.stock);
        let mut changes = Vec::new();
        if self.stored.first_at < at {
            let first =
                Item { prices: self.prices(at), variants: None, stores: None, cost_cents: None, ..item.clone() };
            changes.push((self.stored.first_at, Change::Put(Box::new(first))));
        }
        // What was not said with the rest has a moment of its own.
        let apart = if self.stored.forms.at == at { None } else { item.variants.take() };
        item.cost_cents = item.cost_cents.filter(|_| cost.at >= at);
        if !apart.as_ref().is_none_or(Vec::is_empty) {
            item.prices = self.prices(at);
        }
        let id = item.id.clone();
        changes.push((at, Change::Put(Box::new(item))));
        changes.extend(
            apart.into_iter().flatten().map(|variant| {
                (self.stored.forms.at, Change::Variant { item: id.clone(), variant: Box::new(variant) })
            }),
        );
        let mut patch = |at: Timestamp, target: Target, fill: &dyn Fn(&mut Patch)| {
            let mut patch = Patch::of(target);
            fill(&mut patch);
            changes.push((at, Change::Patch(patch)));
        };
        let own = || Target::Item { id: self.id().to_owned() };
        patch(prices.at, own(), &|patch| patch.prices = prices.value);
        patch(cost.at, own(), &|patch| patch.cost_cents = cost.value);
        patch(stock.at, own(), &|patch| patch.stock = Some(stock.value));
        for variant in self.variants() {
            let (prices, stock) =
                (self.stored.form_prices(variant.place), self.stored.form_offers[variant.place].stock);
            let target = || Target::Variant { item: self.id().to_owned(), id: variant.id().to_owned() };
            patch(prices.at, target(), &|patch| patch.prices = prices.value);
            patch(stock.at, target(), &|patch| patch.stock = Some(stock.value));
        }
        changes
    }

    fn own(&self, span: Span) -> Option<&'c str> {
        span.of(&self.stored.description.text)
    }

    fn texts_view(&self, texts: &PackedTexts) -> TextsView<'c> {
        TextsView {
            language: self.catalog.vocabulary.text(texts.language).unwrap_or_default(),
            title: self.own(texts.title).unwrap_or_default(),
            description: self.own(texts.description).unwrap_or_default(),
        }
    }
}

impl<'c> VariantView<'c> {
    /// Its id.
    pub fn id(&self) -> &'c str {
        self.text(self.form.id).unwrap_or_default()
    }

    /// Its size.
    pub fn size(&self) -> Option<&'c str> {
        self.item.catalog.vocabulary.text(self.form.size)
    }

    /// Its color.
    pub fn color(&self) -> Option<&'c str> {
        self.item.catalog.vocabulary.text(self.form.color)
    }

    /// Its number in world trade.
    pub fn gtin(&self) -> Option<&'c str> {
        self.text(self.form.gtin)
    }

    /// What it costs: its own prices, or the item's.
    pub fn prices(&self) -> Option<Prices> {
        self.item.stored.form_prices(self.place).value.or(self.item.stored.prices.value)
    }

    /// Whether it can be had.
    pub fn stock(&self) -> Stock {
        self.item.stored.form_offers[self.place].stock.value
    }

    /// How many are in a store; `None` if nobody said.
    pub fn stock_in(&self, store: &str) -> Option<StoreStock> {
        let entry = self.item.stored.store_entry(FormPlace::at(self.place), self.item.catalog.word(store)?)?;
        Some(StoreStock { count: entry.stock.value, as_of: entry.stock.at })
    }

    /// Every word on its stock in a store.
    pub(crate) fn words_of_stores(&self) -> Vec<(&'c str, StoreStock)> {
        let form = FormPlace::at(self.place);
        let entries = self.item.stored.stores.iter().filter(|entry| entry.form == form);
        entries.filter_map(|entry| self.item.word_of_store(entry)).collect()
    }

    fn text(&self, span: Span) -> Option<&'c str> {
        span.of(&self.item.stored.forms.value.text)
    }
}

/// What several together have: all of them, if all are counted; at once, if one can be had at once.
fn together(stocks: impl Iterator<Item = Stock>) -> Option<Stock> {
    stocks.reduce(|all, one| {
        let availability = match (all.is_in(), one.is_in()) {
            (false, false) => [all, one].map(|stock| stock.availability).into_iter().max(),
            _ => Some(Availability::InStock),
        };
        let counted = |stock: Stock| if stock.availability == Availability::InStock { stock.count } else { Some(0) };
        let count = counted(all).zip(counted(one)).map(|(all, one)| all.saturating_add(one));
        Stock { availability: availability.expect("of two"), count }
    })
}

/// Whether stock by store says the same. A store that is not named has none.
fn same_stores(known: Option<&BTreeMap<String, StoreStock>>, told: &BTreeMap<String, StoreStock>) -> bool {
    let count = |stores: &BTreeMap<String, StoreStock>, store: &str| stores.get(store).map_or(0, |stock| stock.count);
    let empty = BTreeMap::new();
    let known = known.unwrap_or(&empty);
    let all: BTreeSet<&String> = known.keys().chain(told.keys()).collect();
    all.into_iter().all(|store| count(known, store) == count(told, store))
}

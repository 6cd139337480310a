//! The catalog: items by number, id, group and category, and how what is told changes it.

use std::{collections::BTreeMap, sync::Arc};

use model::time::Timestamp;
use roaring::RoaringBitmap;

use crate::{
    change::{Applied, Change, Patch, Target},
    check,
    fault::{Code, Fault},
    item::{Item, Stock, Variant},
    latest::Latest,
    limits,
    money::Prices,
    names::Names,
    number::{CategoryNumber, ItemNumber, Word},
    numbered::Numbered,
    packed::{Description, FormOffer, FormPlace, Forms, Stored},
    packing::Vocabulary,
    place::Store,
    postings::Postings,
    view::ItemView,
};

/// What a shop sells. A clone is a snapshot: it shares everything, and does not see later changes.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    ids: Names,
    slots: Numbered<Slot>,
    present: Arc<RoaringBitmap>,
    pub(crate) vocabulary: Vocabulary,
    in_group: Postings,
    in_category: Postings,
    /// What stock-keeping systems call variants, and the item of each.
    inventory: Names,
    inventory_items: Numbered<ItemNumber>,
    stores: Arc<BTreeMap<String, Store>>,
}

/// What is behind a number.
#[derive(Debug, Clone)]
enum Slot {
    /// An item.
    Live(Arc<Stored>),
    /// None, since a moment.
    Gone(Timestamp),
}

impl Catalog {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.present.len() as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.present.is_empty()
    }

    /// All ids in the order of their numbers, those of items that are gone among them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter()
    }

    /// How many numbers were given; the next one will be this.
    pub fn numbers(&self) -> u32 {
        self.ids.len() as u32
    }

    /// The number of an id, whether the item is there or gone.
    pub fn number_of(&self, id: &str) -> Option<ItemNumber> {
        self.ids.find(id).map(ItemNumber)
    }

    /// The id of a number, whether the item is there or gone.
    pub fn id_of(&self, number: ItemNumber) -> Option<&str> {
        self.ids.text(number.0)
    }

    /// The same, to be held without copying it.
    pub fn shared_id_of(&self, number: ItemNumber) -> Option<&Arc<str>> {
        self.ids.shared(number.0)
    }

    /// The item of a number; `None` if it is gone.
    pub fn item(&self, number: ItemNumber) -> Option<ItemView<'_>> {
        match self.slots.get(number.0)? {
            Slot::Live(stored) => Some(ItemView { catalog: self, number, stored }),
            Slot::Gone(_) => None,
        }
    }

    /// The item of an id.
    pub fn find(&self, id: &str) -> Option<ItemView<'_>> {
        self.item(self.number_of(id)?)
    }

    /// The changes that make again what is behind a number, each with its moment: for who stores a catalog. Of an item
    /// that is gone its end; nothing of one that never was.
    pub fn changes(&self, number: ItemNumber) -> Vec<(Timestamp, Change)> {
        match self.slots.get(number.0) {
            Some(Slot::Live(stored)) => ItemView { catalog: self, number, stored }.changes(),
            Some(Slot::Gone(since)) if *since > Timestamp::MIN => {
                let id = self.id_of(number).expect("every number has an id").to_owned();
                vec![(*since, Change::Remove { id })]
            }
            Some(Slot::Gone(_)) | None => Vec::new(),
        }
    }

    /// All items in the order of their numbers.
    pub fn items(&self) -> impl Iterator<Item = ItemView<'_>> {
        self.present.iter().filter_map(|number| self.item(ItemNumber(number)))
    }

    /// The numbers of all items that are there.
    pub fn present(&self) -> &RoaringBitmap {
        &self.present
    }

    /// The items of a group.
    pub fn group(&self, group: &str) -> Option<&RoaringBitmap> {
        self.in_group.get(self.vocabulary.groups.find(group)?)
    }

    /// The number of a category, by its names from the root down.
    pub fn category(&self, path: &[&str]) -> Option<CategoryNumber> {
        self.vocabulary.categories.find(path)
    }

    /// The names of a category from the root down.
    pub fn category_path(&self, category: CategoryNumber) -> impl Iterator<Item = &str> {
        self.vocabulary.categories.path(category)
    }

    /// All categories that an item ever stood in, and those above them.
    pub fn categories(&self) -> impl Iterator<Item = CategoryNumber> + use<> {
        self.vocabulary.categories.all()
    }

    /// The items of a category and of those below it.
    pub fn in_category(&self, category: CategoryNumber) -> Option<&RoaringBitmap> {
        self.in_category.get(category.0)
    }

    /// The shop's stores, by id.
    pub fn stores(&self) -> &BTreeMap<String, Store> {
        &self.stores
    }

    /// Says which stores the shop has.
    ///
    /// # Errors
    /// `TOO_MANY`, `TWICE`, `ITEM_WITHOUT_ID`, `BAD_TEXT`, `TEXT_TOO_LONG`.
    pub fn set_stores(&mut self, stores: Vec<Store>) -> Result<(), Fault> {
        if stores.len() > limits::STORES {
            let why = format!("There are {} stores, more than {}.", stores.len(), limits::STORES);
            return Err(Fault::new(Code::TooMany, "stores", why));
        }
        let mut by_id = BTreeMap::new();
        for store in stores {
            check::id("stores.id", &store.id)?;
            let id = store.id.clone();
            if by_id.insert(id.clone(), store).is_some() {
                return Err(Fault::new(Code::Twice, "stores", format!("Two stores are called {id:?}.")));
            }
        }
        self.stores = Arc::new(by_id);
        Ok(())
    }

    /// Applies a change that is true as of a moment. Of each part of an item the latest word stands, so a late change
    /// changes nothing. A refused change changes nothing either.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn apply(&mut self, change: &Change, as_of: Timestamp) -> Result<(ItemNumber, Applied), Fault> {
        match change {
            Change::Put(item) => self.put(item, as_of),
            Change::Patch(patch) => self.patch(patch, as_of),
            Change::Variant { item, variant } => self.put_variant(item, variant, as_of),
            Change::Remove { id } => self.remove(id, as_of),
        }
    }

    fn put(&mut self, item: &Item, as_of: Timestamp) -> Result<(ItemNumber, Applied), Fault> {
        item.check()?;
        let number = self.number(&item.id)?;
        let old = match self.slots.get(number.0) {
            Some(Slot::Live(stored)) => Some(stored.clone()),
            Some(Slot::Gone(since)) if *since >= as_of => return Ok((number, Applied::Unchanged)),
            _ => None,
        };
        let description = match &old {
            Some(old) if old.described_at > as_of => old.description.clone(),
            _ => Arc::new(self.vocabulary.describe(item)?),
        };
        let description = match &old {
            // What is equal stays shared with who holds it.
            Some(old) if old.description == description => old.description.clone(),
            _ => description,
        };
        let mut new = Stored {
            described_at: as_of,
            first_at: as_of,
            description,
            forms: Latest { at: Timestamp::MIN, value: Arc::default() },
            prices: Latest::new(as_of, item.prices),
            cost: Latest::new(if item.cost_cents.is_some() { as_of } else { Timestamp::MIN }, item.cost_cents),
            stock: Latest::new(as_of, item.stock),
            form_offers: Box::default(),
            stores: Box::default(),
        };
        if let Some(old) = &old {
            new.described_at = as_of.max(old.described_at);
            new.first_at = as_of.min(old.first_at);
            new.prices = new.prices.or_later(old.prices);
            new.cost = new.cost.or_later(old.cost);
            new.stock = new.stock.or_later(old.stock);
            new.forms = old.forms.clone();
            new.form_offers = old.form_offers.clone();
            new.stores = old.stores.clone();
        }
        if let Some(variants) = item.variants.as_deref().filter(|_| as_of >= new.forms.at) {
            self.set_variants(&mut new, variants, as_of)?;
        }
        if let Some(stores) = &item.stores {
            let counts = stores.iter().map(|(store, stock)| (store.as_str(), Latest::new(stock.as_of, stock.count)));
            self.say_stores(&mut new, FormPlace::ITEM, counts, Some(as_of))?;
        }
        Ok((number, self.set(number, old.as_deref(), new)))
    }

    fn put_variant(&mut self, id: &str, variant: &Variant, as_of: Timestamp) -> Result<(ItemNumber, Applied), Fault> {
        variant.check("variant")?;
        let (number, old) = self.live(id)?;
        if as_of < old.forms.at {
            return Ok((number, Applied::Unchanged));
        }
        let (mut variants, place) = (self.vocabulary.variants(&old), old.forms.value.place(&variant.id));
        match place {
            Some(place) => variants[place] = variant.clone(),
            None if variants.len() >= limits::VARIANTS => {
                let why = format!("The item has {} variants, the most that it may have.", limits::VARIANTS);
                return Err(Fault::new(Code::TooMany, "variant", why));
            }
            None => variants.push(variant.clone()),
        }
        // What the others said stays theirs, with its own moment.
        for (at, other) in variants.iter_mut().enumerate().filter(|(at, _)| Some(*at) != place) {
            other.stores = other.stores.take().filter(|_| at >= old.forms.value.list.len());
        }
        let mut new = Stored::clone(&old);
        self.set_variants(&mut new, &variants, as_of)?;
        for (at, offer) in old.form_offers.iter().enumerate().filter(|(at, _)| Some(*at) != place) {
            new.form_offers[at] = offer.clone();
        }
        Ok((number, self.set(number, Some(&old), new)))
    }

    /// Takes a list of variants for that of an item. A variant that was there keeps what was said of it later.
    fn set_variants(&mut self, item: &mut Stored, variants: &[Variant], as_of: Timestamp) -> Result<(), Fault> {
        let forms = self.vocabulary.forms(variants)?;
        let forms = if *item.forms.value == forms { item.forms.value.clone() } else { Arc::new(forms) };
        let places: Vec<Option<usize>> = variants.iter().map(|variant| item.forms.value.place(&variant.id)).collect();
        let offer = |(variant, place): (&Variant, &Option<usize>)| {
            let (prices, stock) = (Latest::new(as_of, variant.prices), Latest::new(as_of, variant.stock));
            let Some(place) = *place else { return FormOffer::new(prices, stock) };
            FormOffer::new(prices.or_later(item.form_prices(place)), stock.or_later(item.form_offers[place].stock))
        };
        let offers = variants.iter().zip(&places).map(offer).collect();
        let mut entries = std::mem::take(&mut item.stores).into_vec();
        entries.retain_mut(|entry| {
            let Some(was) = entry.form.place() else { return true };
            let is = places.iter().position(|place| *place == Some(was));
            entry.form = is.map_or(entry.form, FormPlace::at);
            is.is_some()
        });
        entries.sort_unstable_by_key(|entry| (entry.form, entry.store));
        item.stores = entries.into();
        item.form_offers = offers;
        item.forms = Latest { at: as_of, value: forms };
        for (place, variant) in variants.iter().enumerate() {
            let Some(stores) = &variant.stores else { continue };
            let counts = stores.iter().map(|(store, stock)| (store.as_str(), Latest::new(stock.as_of, stock.count)));
            self.say_stores(item, FormPlace::at(place), counts, Some(as_of))?;
        }
        Ok(())
    }

    /// Says what is in stores. If all were named as of a moment, the others have nothing as of it.
    fn say_stores<'s>(
        &mut self,
        item: &mut Stored,
        form: FormPlace,
        counts: impl Iterator<Item = (&'s str, Latest<u32>)>,
        all_as_of: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let mut named = Vec::new();
        for (store, count) in counts {
            let store = self.vocabulary.word("stores", store)?;
            item.say_store(form, store, count);
            named.push(store);
        }
        if item.stores.len() > limits::STORE_STOCKS {
            let why = format!("It has stock in more than {} places.", limits::STORE_STOCKS);
            return Err(Fault::new(Code::TooMany, "stores", why));
        }
        let Some(as_of) = all_as_of else { return Ok(()) };
        for entry in item.stores.iter_mut().filter(|entry| entry.form == form && !named.contains(&entry.store)) {
            entry.stock = entry.stock.or_later(Latest::new(as_of, 0));
        }
        Ok(())
    }

    fn patch(&mut self, patch: &Patch, as_of: Timestamp) -> Result<(ItemNumber, Applied), Fault> {
        patch.check()?;
        let (number, old, form) = self.target(&patch.target)?;
        let mut new = Stored::clone(&old);
        match form.place() {
            None => {
                patch.prices.iter().for_each(|said| new.prices = new.prices.or_later(Latest::new(as_of, Some(*said))));
                patch.cost_cents.iter().for_each(|said| new.cost = new.cost.or_later(Latest::new(as_of, Some(*said))));
                patch.stock.iter().for_each(|said| new.stock = new.stock.or_later(Latest::new(as_of, *said)));
            }
            Some(place) => {
                let (mut prices, mut stock) = (new.form_prices(place), new.form_offers[place].stock);
                patch.prices.iter().for_each(|said| prices = prices.or_later(Latest::new(as_of, Some(*said))));
                patch.stock.iter().for_each(|said| stock = stock.or_later(Latest::new(as_of, *said)));
                new.form_offers[place] = FormOffer::new(prices, stock);
            }
        }
        let counts = patch.stores.iter().map(|(store, count)| (store.as_str(), Latest::new(as_of, *count)));
        self.say_stores(&mut new, form, counts, None)?;
        Ok((number, self.set(number, Some(&old), new)))
    }

    fn remove(&mut self, id: &str, as_of: Timestamp) -> Result<(ItemNumber, Applied), Fault> {
        let number = self.number_of(id).ok_or_else(|| no_such_item(id))?;
        let slot = self.slots.get_mut(number.0).ok_or_else(|| no_such_item(id))?;
        match slot {
            Slot::Gone(since) => {
                *since = as_of.max(*since);
                Ok((number, Applied::Unchanged))
            }
            Slot::Live(stored) if stored.described_at > as_of => Ok((number, Applied::Unchanged)),
            Slot::Live(stored) => {
                let old = stored.clone();
                *slot = Slot::Gone(as_of);
                Arc::make_mut(&mut self.present).remove(number.0);
                self.post(number, Some(&old), None);
                Ok((number, Applied::Removed))
            }
        }
    }

    /// The number of an id, which is given the next one if it has none: so who reads a stored catalog in the order of its
    /// numbers gives each id its own again.
    ///
    /// # Errors
    /// `CATALOG_FULL`.
    pub fn number(&mut self, id: &str) -> Result<ItemNumber, Fault> {
        let full =
            || Fault::new(Code::CatalogFull, "id", format!("It gave {} numbers and has no other.", limits::NUMBERS));
        let number = self.ids.number(id, limits::NUMBERS).ok_or_else(full)?;
        if number as usize == self.slots.len() {
            self.slots.push(Slot::Gone(Timestamp::MIN));
        }
        Ok(ItemNumber(number))
    }

    fn live(&self, id: &str) -> Result<(ItemNumber, Arc<Stored>), Fault> {
        let number = self.number_of(id).ok_or_else(|| no_such_item(id))?;
        match self.slots.get(number.0) {
            Some(Slot::Live(stored)) => Ok((number, stored.clone())),
            _ => Err(no_such_item(id)),
        }
    }

    fn target(&self, target: &Target) -> Result<(ItemNumber, Arc<Stored>, FormPlace), Fault> {
        let found = match target {
            Target::Item { id } => {
                let (number, stored) = self.live(id)?;
                return Ok((number, stored, FormPlace::ITEM));
            }
            Target::Variant { item, id } => {
                let (number, stored) = self.live(item)?;
                let place = stored.forms.value.place(id);
                (number, stored, place, id)
            }
            Target::Inventory { id } => {
                let number = self.inventory.find(id).and_then(|at| self.inventory_items.get(at).copied());
                let item = number.and_then(|number| self.id_of(number)).ok_or_else(|| no_such_item(id))?;
                let (number, stored) = self.live(item)?;
                let place = stored.forms.value.place_of_inventory(id);
                (number, stored, place, id)
            }
        };
        let (number, stored, place, id) = found;
        let place = place.ok_or_else(|| no_such_item(id))?;
        Ok((number, stored, FormPlace::at(place)))
    }

    /// Puts an item into its place.
    fn set(&mut self, number: ItemNumber, old: Option<&Stored>, new: Stored) -> Applied {
        let applied = match old {
            None => Applied::Added,
            Some(old) if says_the_same(old, &new) => Applied::Unchanged,
            Some(_) => Applied::Changed,
        };
        self.post(number, old, Some(&new));
        if old.is_none() {
            Arc::make_mut(&mut self.present).insert(number.0);
        }
        let slot = self.slots.get_mut(number.0).expect("every number has a slot");
        *slot = Slot::Live(Arc::new(new));
        applied
    }

    /// Changes what leads to an item: its group, its categories, what stock-keeping systems call it.
    fn post(&mut self, number: ItemNumber, old: Option<&Stored>, new: Option<&Stored>) {
        let said = |stored: Option<&Stored>| stored.map(|stored| stored.description.clone());
        let (before, after) = (said(old), said(new));
        let is_other = match (&before, &after) {
            (Some(before), Some(after)) => !Arc::ptr_eq(before, after),
            _ => true,
        };
        if is_other {
            let group = |said: &Option<Arc<Description>>| said.as_ref().and_then(|said| said.group);
            if group(&before) != group(&after) {
                group(&before).into_iter().for_each(|group| self.in_group.remove(group, number));
                group(&after).into_iter().for_each(|group| self.in_group.insert(group, number));
            }
            let categories = &self.vocabulary.categories;
            let all = |said: &Option<Arc<Description>>| -> Vec<CategoryNumber> {
                let own = said.iter().flat_map(|said| said.categories.iter());
                own.flat_map(|category| categories.upwards(*category)).collect()
            };
            let (before, after) = (all(&before), all(&after));
            let gone = before.iter().filter(|category| !after.contains(category));
            gone.for_each(|category| self.in_category.remove(category.0, number));
            after.iter().for_each(|category| self.in_category.insert(category.0, number));
        }
        let forms = |stored: Option<&Stored>| stored.map(|stored| stored.forms.value.clone());
        let (before, after) = (forms(old), forms(new));
        let is_same = matches!((&before, &after), (Some(before), Some(after)) if Arc::ptr_eq(before, after));
        if let Some(after) = after.filter(|_| !is_same) {
            self.post_inventory(number, &after);
        }
    }

    fn post_inventory(&mut self, number: ItemNumber, forms: &Forms) {
        for id in forms.list.iter().filter_map(|form| form.inventory.of(&forms.text)) {
            // With more than the limit, a message about one that has no number finds nothing, and says so.
            let Some(at) = self.inventory.number(id, limits::NUMBERS) else { continue };
            match self.inventory_items.get_mut(at) {
                Some(item) => *item = number,
                None => _ = self.inventory_items.push(number),
            }
        }
    }

    pub(crate) fn group_of_number(&self, group: u32) -> Option<&RoaringBitmap> {
        self.in_group.get(group)
    }

    /// The number of a word that some item has.
    pub(crate) fn word(&self, text: &str) -> Option<Word> {
        self.vocabulary.words.find(text).map(Word)
    }
}

impl FormOffer {
    fn new(prices: Latest<Option<Prices>>, stock: Latest<Stock>) -> Self {
        Self { prices: prices.value.is_some().then(|| Box::new(prices)), stock }
    }
}

/// Whether two states of an item differ in nothing but moments.
fn says_the_same(one: &Stored, other: &Stored) -> bool {
    let offers = |stored: &Stored| -> Vec<_> {
        (0..stored.form_offers.len())
            .map(|place| (stored.form_prices(place).value, stored.form_offers[place].stock.value))
            .collect()
    };
    let stores = |stored: &Stored| -> Vec<_> {
        stored.stores.iter().map(|entry| (entry.form, entry.store, entry.stock.value)).collect()
    };
    one.description == other.description
        && one.forms.value == other.forms.value
        && (one.prices.value, one.cost.value, one.stock.value)
            == (other.prices.value, other.cost.value, other.stock.value)
        && offers(one) == offers(other)
        && stores(one) == stores(other)
}

fn no_such_item(id: &str) -> Fault {
    Fault::new(Code::NoSuchItem, "id", format!("There is no {id:?}."))
}

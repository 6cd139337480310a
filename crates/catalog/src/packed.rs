//! An item as it is kept: shared words as numbers, its own texts in one piece, what changes often apart from all of that.

use std::sync::Arc;

use model::{time::Timestamp, value::Finite};

use crate::{
    item::{Condition, Role, Stock, Usage},
    latest::Latest,
    money::Prices,
    number::{CategoryNumber, Word},
};

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

/// A live item.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// The moment of which its description is true.
    pub(crate) described_at: Timestamp,
    /// The first moment at which it was told.
    pub(crate) first_at: Timestamp,
    /// What changes seldom.
    pub(crate) description: Arc<Description>,
    /// Its variants, and the moment of which their list is true.
    pub(crate) forms: Latest<Arc<Forms>>,
    /// What it costs.
    pub(crate) prices: Latest<Option<Prices>>,
    /// What the shop pays for it.
    pub(crate) cost: Latest<Option<u64>>,
    /// Whether it can be had.
    pub(crate) stock: Latest<Stock>,
    /// Prices and stock of its variants, in the order of [`Forms::list`].
    pub(crate) form_offers: Box<[FormOffer]>,
    /// Its stock and its variants' by store, in order of variant and store.
    pub(crate) stores: Box<[StoreEntry]>,
}

/// What is said of an item and changes seldom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) group: Option<u32>,
    pub(crate) role: Role,
    pub(crate) condition: Condition,
    pub(crate) usage: Option<Usage>,
    pub(crate) brand: Word,
    pub(crate) gtin: Span,
    pub(crate) mpn: Span,
    pub(crate) link: Span,
    pub(crate) expected_life_days: Option<u32>,
    pub(crate) released_at: Option<Timestamp>,
    pub(crate) categories: Box<[CategoryNumber]>,
    pub(crate) texts: Box<[PackedTexts]>,
    /// Address and words of each.
    pub(crate) images: Box<[(Span, Span)]>,
    /// In order of their names.
    pub(crate) attributes: Box<[(Word, PackedAttribute)]>,
    /// The tags, and behind them the entries of attributes that are lists.
    pub(crate) words: Box<[Word]>,
    /// How many of the words are tags.
    pub(crate) tags: u32,
    /// All own texts, one behind the other.
    pub(crate) text: Box<str>,
}

/// The texts of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackedTexts {
    pub(crate) language: Word,
    pub(crate) title: Span,
    pub(crate) description: Span,
}

/// The value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackedAttribute {
    /// A text that items may share.
    Word(Word),
    /// A text of its own.
    Own(Span),
    Number(Finite),
    Flag(bool),
    /// A piece of [`Description::words`].
    List(Span),
}

/// The variants of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Forms {
    pub(crate) list: Box<[Form]>,
    /// All own texts, one behind the other.
    pub(crate) text: Box<str>,
}

/// A variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) id: Span,
    pub(crate) size: Word,
    pub(crate) color: Word,
    pub(crate) gtin: Span,
    pub(crate) inventory: Span,
}

/// Prices and stock of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormOffer {
    /// Boxed, because most have none of their own. `None` at the moment of the list, if nothing was said since.
    pub(crate) prices: Option<Box<Latest<Option<Prices>>>>,
    pub(crate) stock: Latest<Stock>,
}

/// The stock of an item, or of one variant, in one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoreEntry {
    pub(crate) form: FormPlace,
    pub(crate) store: Word,
    pub(crate) stock: Latest<u32>,
}

/// The place of a variant in its item, or the item itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FormPlace(u16);

impl FormPlace {
    /// The item itself.
    pub(crate) const ITEM: Self = Self(u16::MAX);

    /// The variant at a place.
    pub(crate) fn at(place: usize) -> Self {
        Self(u16::try_from(place).expect("limited by `limits::VARIANTS`"))
    }

    /// The place; `None` for the item itself.
    pub(crate) fn place(self) -> Option<usize> {
        (self != Self::ITEM).then_some(usize::from(self.0))
    }
}

impl Span {
    /// No text.
    pub(crate) const NONE: Self = Self { start: u32::MAX, len: 0 };

    /// The piece between two places.
    pub(crate) fn between(start: usize, end: usize) -> Self {
        let place = |place| u32::try_from(place).expect("limited by `limits::ITEM_TEXT_BYTES`");
        Self { start: place(start), len: place(end - start) }
    }

    /// The piece of a text; `None` for [`Span::NONE`].
    pub(crate) fn of(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.start as usize + self.len as usize).filter(|_| self != Self::NONE)
    }

    /// The piece of a list.
    pub(crate) fn of_list<T>(self, list: &[T]) -> &[T] {
        list.get(self.start as usize..self.start as usize + self.len as usize).unwrap_or_default()
    }
}

impl Forms {
    /// The place of a variant by its id.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.list.iter().position(|form| form.id.of(&self.text) == Some(id))
    }

    /// The place of a variant by what a stock-keeping system calls it.
    pub(crate) fn place_of_inventory(&self, id: &str) -> Option<usize> {
        self.list.iter().position(|form| form.inventory.of(&self.text) == Some(id))
    }
}

impl Stored {
    /// Prices of a variant of its own, with their moment.
    pub(crate) fn form_prices(&self, place: usize) -> Latest<Option<Prices>> {
        let own = self.form_offers.get(place).and_then(|offer| offer.prices.as_deref());
        own.copied().unwrap_or(Latest::new(self.forms.at, None))
    }

    /// Its stock in a store, of the item itself or of a variant.
    pub(crate) fn store_entry(&self, form: FormPlace, store: Word) -> Option<&StoreEntry> {
        let key = (form, store);
        self.stores.binary_search_by_key(&key, |entry| (entry.form, entry.store)).ok().map(|at| &self.stores[at])
    }

    /// Says what is in a store.
    pub(crate) fn say_store(&mut self, form: FormPlace, store: Word, stock: Latest<u32>) {
        match self.stores.binary_search_by_key(&(form, store), |entry| (entry.form, entry.store)) {
            Ok(at) => self.stores[at].stock = self.stores[at].stock.or_later(stock),
            Err(at) => {
                let mut all = std::mem::take(&mut self.stores).into_vec();
                all.insert(at, StoreEntry { form, store, stock });
                self.stores = all.into();
            }
        }
    }
}

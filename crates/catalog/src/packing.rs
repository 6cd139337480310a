//! From what is told of an item to how it is kept, and back.

use std::collections::BTreeMap;

use crate::{
    category::Categories,
    fault::{Code, Fault},
    item::{Attribute, Image, Item, StoreStock, Texts, Variant},
    limits,
    names::Names,
    number::Word,
    packed::{Description, Form, FormPlace, Forms, PackedAttribute, PackedTexts, Span, Stored},
};

/// The words of a catalog, its groups and its categories, by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    pub(crate) words: Names,
    pub(crate) groups: Names,
    pub(crate) categories: Categories,
}

impl Vocabulary {
    /// The number of a word.
    ///
    /// # Errors
    /// `CATALOG_FULL`.
    pub(crate) fn word(&mut self, field: &str, word: &str) -> Result<Word, Fault> {
        let full = || {
            let why = format!("The catalog knows {} words and takes no further one.", limits::WORDS);
            Fault::new(Code::CatalogFull, field, why)
        };
        self.words.number(word, limits::WORDS).map(Word).ok_or_else(full)
    }

    /// The text of a word.
    pub(crate) fn text(&self, word: Word) -> Option<&str> {
        self.words.text(word.0)
    }

    fn optional_word(&mut self, field: &str, word: Option<&String>) -> Result<Word, Fault> {
        word.map_or(Ok(Word::NONE), |word| self.word(field, word))
    }

    /// What is said of an item, packed.
    ///
    /// # Errors
    /// `CATALOG_FULL`.
    pub(crate) fn describe(&mut self, item: &Item) -> Result<Description, Fault> {
        let full = |field: &str| Fault::new(Code::CatalogFull, field, "The catalog takes no further one.");
        let mut own = OwnText::default();
        let group = match &item.group {
            Some(group) => Some(self.groups.number(group, limits::NUMBERS).ok_or_else(|| full("group"))?),
            None => None,
        };
        let mut categories = Vec::with_capacity(item.categories.len());
        for path in &item.categories {
            categories.push(self.categories.number(path).ok_or_else(|| full("categories"))?);
        }
        let mut texts = Vec::with_capacity(item.texts.len());
        for (language, said) in &item.texts {
            let language = self.word("texts", language)?;
            let (title, description) = (own.add(Some(&said.title)), own.add(Some(&said.description)));
            texts.push(PackedTexts { language, title, description });
        }
        let mut words = item.tags.iter().map(|tag| self.word("tags", tag)).collect::<Result<Vec<_>, _>>()?;
        let mut attributes = Vec::with_capacity(item.attributes.len());
        for (name, value) in &item.attributes {
            attributes.push((self.word("attributes", name)?, self.attribute(value, &mut words, &mut own)?));
        }
        Ok(Description {
            group,
            role: item.role,
            condition: item.condition,
            usage: item.usage,
            brand: self.optional_word("brand", item.brand.as_ref())?,
            gtin: own.add(item.gtin.as_deref()),
            mpn: own.add(item.mpn.as_deref()),
            link: own.add(item.link.as_deref()),
            expected_life_days: item.expected_life_days,
            released_at: item.released_at,
            categories: categories.into(),
            texts: texts.into(),
            images: item.images.iter().map(|image| (own.add(Some(&image.url)), own.add(Some(&image.alt)))).collect(),
            attributes: attributes.into(),
            words: words.into(),
            tags: u32::try_from(item.tags.len()).expect("limited by `limits::TAGS`"),
            text: own.0.into(),
        })
    }

    fn attribute(
        &mut self,
        value: &Attribute,
        words: &mut Vec<Word>,
        own: &mut OwnText,
    ) -> Result<PackedAttribute, Fault> {
        Ok(match value {
            Attribute::Number(number) => PackedAttribute::Number(*number),
            Attribute::Flag(yes) => PackedAttribute::Flag(*yes),
            Attribute::Text(text) => {
                let shared = (text.len() <= limits::SHARED_TEXT_BYTES).then(|| self.words.number(text, limits::WORDS));
                match shared.flatten() {
                    Some(word) => PackedAttribute::Word(Word(word)),
                    None => PackedAttribute::Own(own.add(Some(text))),
                }
            }
            Attribute::List(values) => {
                let start = words.len();
                for value in values {
                    words.push(self.word("attributes", value)?);
                }
                PackedAttribute::List(Span::between(start, words.len()))
            }
        })
    }

    /// The variants of an item, packed.
    ///
    /// # Errors
    /// `CATALOG_FULL`.
    pub(crate) fn forms(&mut self, variants: &[Variant]) -> Result<Forms, Fault> {
        let (mut own, mut list) = (OwnText::default(), Vec::with_capacity(variants.len()));
        for variant in variants {
            list.push(Form {
                id: own.add(Some(&variant.id)),
                size: self.optional_word("variants", variant.size.as_ref())?,
                color: self.optional_word("variants", variant.color.as_ref())?,
                gtin: own.add(variant.gtin.as_deref()),
                inventory: own.add(variant.inventory_id.as_deref()),
            });
        }
        Ok(Forms { list: list.into(), text: own.0.into() })
    }

    /// An item as it could be told again. `id` is its id.
    pub(crate) fn unpack(&self, id: &str, stored: &Stored) -> Item {
        let said = &*stored.description;
        let text = |span: Span| span.of(&said.text).map(str::to_owned);
        let texts = said.texts.iter().map(|texts| {
            let (title, description) = (text(texts.title).unwrap_or_default(), text(texts.description));
            (self.owned(texts.language), Texts { title, description: description.unwrap_or_default() })
        });
        let image = |(url, alt): &(Span, Span)| Image {
            url: text(*url).unwrap_or_default(),
            alt: text(*alt).unwrap_or_default(),
        };
        let own_stores = self.stores(stored, FormPlace::ITEM);
        Item {
            id: id.to_owned(),
            group: said.group.and_then(|group| self.groups.text(group)).map(str::to_owned),
            role: said.role,
            texts: texts.collect(),
            brand: self.text(said.brand).map(str::to_owned),
            categories: said
                .categories
                .iter()
                .map(|at| self.categories.path(*at).map(str::to_owned).collect())
                .collect(),
            prices: stored.prices.value,
            cost_cents: stored.cost.value,
            stock: stored.stock.value,
            stores: (!own_stores.is_empty()).then_some(own_stores),
            images: said.images.iter().map(image).collect(),
            link: text(said.link),
            tags: said.words[..said.tags as usize].iter().map(|tag| self.owned(*tag)).collect(),
            attributes: said
                .attributes
                .iter()
                .map(|(name, value)| (self.owned(*name), self.value(said, *value)))
                .collect(),
            gtin: text(said.gtin),
            mpn: text(said.mpn),
            condition: said.condition,
            expected_life_days: said.expected_life_days,
            usage: said.usage,
            variants: (!stored.forms.value.list.is_empty()).then(|| self.variants(stored)),
            released_at: said.released_at,
        }
    }

    /// The variants of an item as they could be told again.
    pub(crate) fn variants(&self, stored: &Stored) -> Vec<Variant> {
        let forms = &*stored.forms.value;
        let text = |span: Span| span.of(&forms.text).map(str::to_owned);
        let variant = |(place, form): (usize, &Form)| {
            let stores = self.stores(stored, FormPlace::at(place));
            Variant {
                id: text(form.id).unwrap_or_default(),
                size: self.text(form.size).map(str::to_owned),
                color: self.text(form.color).map(str::to_owned),
                prices: stored.form_prices(place).value,
                stock: stored.form_offers[place].stock.value,
                stores: (!stores.is_empty()).then_some(stores),
                gtin: text(form.gtin),
                inventory_id: text(form.inventory),
            }
        };
        forms.list.iter().enumerate().map(variant).collect()
    }

    /// The value of an attribute as it could be told again.
    pub(crate) fn value(&self, said: &Description, value: PackedAttribute) -> Attribute {
        match value {
            PackedAttribute::Word(word) => Attribute::Text(self.owned(word)),
            PackedAttribute::Own(span) => Attribute::Text(span.of(&said.text).unwrap_or_default().to_owned()),
            PackedAttribute::Number(number) => Attribute::Number(number),
            PackedAttribute::Flag(yes) => Attribute::Flag(yes),
            PackedAttribute::List(span) => {
                Attribute::List(span.of_list(&said.words).iter().map(|word| self.owned(*word)).collect())
            }
        }
    }

    fn stores(&self, stored: &Stored, form: FormPlace) -> BTreeMap<String, StoreStock> {
        let own = stored.stores.iter().filter(|entry| entry.form == form);
        own.map(|entry| {
            let stock = StoreStock { count: entry.stock.value, as_of: entry.stock.at };
            (self.owned(entry.store), stock)
        })
        .collect()
    }

    fn owned(&self, word: Word) -> String {
        self.text(word).unwrap_or_default().to_owned()
    }
}

/// The own texts of an item, one behind the other.
#[derive(Default)]
struct OwnText(String);

impl OwnText {
    fn add(&mut self, text: Option<&str>) -> Span {
        let Some(text) = text else { return Span::NONE };
        let start = self.0.len();
        self.0.push_str(text);
        Span::between(start, self.0.len())
    }
}

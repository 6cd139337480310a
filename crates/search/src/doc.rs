//! What the shop's catalog says of an item, as far as one searches for it; and what becomes of that in the index.

use std::hash::{DefaultHasher, Hash, Hasher};

use model::time::Timestamp;

use crate::{
    limits::{ATTRIBUTES, CATEGORY_LEVELS, CODES, DESCRIPTION_CHARS, NAME_CHARS, TEXTS},
    matched::Part,
    stems::{KeptStems, Language},
    topic,
    words::{self, Chunk, chunks, is_number, line},
};

/// One item as it is found.
#[derive(Debug, Clone, Copy, PartialEq, Hash)]
pub struct Doc<'a> {
    /// The caller's number of the item. A second document with it takes the place of the first.
    pub number: u32,
    /// The shop's id of the item; found like a code.
    pub id: &'a str,
    /// Title and description in each language that there is.
    pub texts: &'a [Text<'a>],
    /// The brand, or nothing.
    pub brand: &'a str,
    /// The category's path, the widest first: `["Shoes", "Boots"]`.
    pub category: &'a [&'a str],
    /// Labels.
    pub tags: &'a [&'a str],
    /// Names and values: `("color", "red")`. What is only true or false is found by its name if it is true.
    pub attributes: &'a [(&'a str, &'a str)],
    /// GTIN, MPN, SKU.
    pub codes: &'a [&'a str],
    /// The price in cents of the shop's currency.
    pub price_cents: u64,
    /// Whether it can be bought now.
    pub in_stock: bool,
    /// Since when it is sold.
    pub listed_at: Timestamp,
}

/// What an item is called in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a> {
    /// The language.
    pub language: Language,
    /// The title.
    pub title: &'a str,
    /// The description, or nothing.
    pub description: &'a str,
}

impl Doc<'_> {
    /// A hash of all of it, by which one tells that nothing changed. Another version of the program may give another one:
    /// then it is put in again.
    pub(crate) fn print(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// What of a document goes into the index.
#[derive(Default)]
pub(crate) struct Entry {
    /// Stems, with spaces between them; those of a title stand there as often as they weigh.
    pub(crate) text: String,
    /// Each stem behind the letter of its part.
    pub(crate) parts: String,
    /// Folded words as they are, by which typing is completed and corrected.
    pub(crate) words: String,
    /// Each way to say the whole name.
    pub(crate) names: Vec<String>,
    /// Codes without their punctuation.
    pub(crate) codes: Vec<String>,
    /// Brand, categories and tags as topics.
    pub(crate) topics: Vec<String>,
    /// Attributes as topics.
    pub(crate) attributes: Vec<String>,
    /// The category's path as it is shown.
    pub(crate) category: Option<String>,
}

/// How often a stem of a part counts: BM25 over one field with weighted counts (BM25F with one length for all parts;
/// Robertson, Zaragoza & Taylor 2004). Chosen on generated queries that the published figures do not use.
const fn weight(part: Part) -> usize {
    match part {
        Part::Title => 3,
        Part::Category | Part::Tag | Part::Code => 2,
        Part::Brand | Part::Attribute | Part::Description => 1,
    }
}

impl Entry {
    pub(crate) fn of(doc: &Doc<'_>, stems: &mut KeptStems) -> Self {
        let mut entry = Self::default();
        let texts = &doc.texts[..doc.texts.len().min(TEXTS)];
        let language = shared_language(texts);
        let brand = chunks(doc.brand, NAME_CHARS);
        for text in texts {
            let title = chunks(text.title, NAME_CHARS);
            entry.name(&title, &brand);
            entry.add(Part::Title, &title, text.language, stems);
            entry.add(Part::Description, &chunks(text.description, DESCRIPTION_CHARS), text.language, stems);
        }
        entry.add(Part::Brand, &brand, language, stems);
        entry.topics.extend(topic::stored(topic::BRAND, doc.brand));
        entry.category(doc.category, language, stems);
        for tag in doc.tags.iter().take(ATTRIBUTES) {
            entry.add(Part::Tag, &chunks(tag, NAME_CHARS), language, stems);
            entry.topics.extend(topic::stored(topic::TAG, tag));
        }
        for (name, value) in doc.attributes.iter().take(ATTRIBUTES) {
            entry.attribute(name, value, language, stems);
        }
        for code in doc.codes.iter().take(CODES).chain([&doc.id]) {
            entry.code(code, stems);
        }
        for topics in [&mut entry.topics, &mut entry.attributes] {
            topics.sort_unstable();
            topics.dedup();
        }
        entry
    }

    fn category(&mut self, path: &[&str], language: Language, stems: &mut KeptStems) {
        let path = &path[..path.len().min(CATEGORY_LEVELS)];
        for (level, name) in path.iter().enumerate() {
            self.add(Part::Category, &chunks(name, NAME_CHARS), language, stems);
            self.topics.extend(topic::stored(topic::CATEGORY, name));
            self.topics.extend(topic::stored_path(&path[..=level]));
        }
        self.category = (!path.is_empty()).then(|| path.join(topic::PATH_SIGN));
    }

    fn attribute(&mut self, name: &str, value: &str, language: Language, stems: &mut KeptStems) {
        let said = chunks(value, NAME_CHARS);
        let column = if topic::is_main(name) { &mut self.topics } else { &mut self.attributes };
        column.extend(topic::stored(name, value));
        match &*line(&said) {
            "true" | "yes" | "oui" | "vrai" => self.add(Part::Attribute, &chunks(name, NAME_CHARS), language, stems),
            "false" | "no" | "non" | "faux" => {}
            _ => self.add(Part::Attribute, &said, language, stems),
        }
    }

    fn code(&mut self, text: &str, stems: &mut KeptStems) {
        let Some(code) = words::code(text) else { return };
        let said = chunks(text, NAME_CHARS);
        self.add(Part::Code, &said, Language::Any, stems);
        // In one piece too, as it may be typed.
        if said.iter().all(|chunk| chunk.joined.as_ref().or(chunk.parts.first()) != Some(&code)) {
            self.stem(Part::Code, &code);
        }
        self.codes.push(code);
    }

    /// The name in full, without its brand in front, and with it.
    fn name(&mut self, title: &[Chunk], brand: &[Chunk]) {
        let (name, brand) = (line(title), line(brand));
        if name.is_empty() {
            return;
        }
        if !brand.is_empty() {
            match name.strip_prefix(&brand).and_then(|rest| rest.strip_prefix(' ')) {
                Some(rest) => self.names.push(rest.to_owned()),
                None => self.names.push(format!("{brand} {name}")),
            }
        }
        self.names.push(name);
    }

    fn add(&mut self, part: Part, said: &[Chunk], language: Language, stems: &mut KeptStems) {
        for (index, chunk) in said.iter().enumerate() {
            for word in chunk.parts.iter().chain(&chunk.joined) {
                self.word(part, word, language, stems);
            }
            if let Some(measure) = measure(chunk, said.get(index + 1)) {
                self.stem(part, &measure);
            }
        }
    }

    fn word(&mut self, part: Part, word: &str, language: Language, stems: &mut KeptStems) {
        for stem in stems.of(word, language) {
            self.stem(part, stem);
        }
        if part != Part::Description {
            self.words.push_str(word);
            self.words.push(' ');
        }
    }

    fn stem(&mut self, part: Part, stem: &str) {
        for _ in 0..weight(part) {
            self.text.push_str(stem);
            self.text.push(' ');
        }
        self.parts.push(part.letter());
        self.parts.push_str(stem);
        self.parts.push(' ');
    }
}

/// A number and the unit behind it as one word: `10l` of "10 liters".
pub(crate) fn measure(chunk: &Chunk, next: Option<&Chunk>) -> Option<String> {
    let number = chunk.single().filter(|word| is_number(word))?;
    let unit = words::unit(next?.single()?)?;
    Some(format!("{number}{unit}"))
}

/// What brand, tags and attributes are taken to be in: the language of the texts, if it is one.
fn shared_language(texts: &[Text<'_>]) -> Language {
    match texts {
        [first, others @ ..] if others.iter().all(|other| other.language == first.language) => first.language,
        _ => Language::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Doc<'static> = Doc {
        number: 1,
        id: "b-1",
        texts: &[],
        brand: "",
        category: &[],
        tags: &[],
        attributes: &[],
        codes: &[],
        price_cents: 0,
        in_stock: true,
        listed_at: Timestamp::EPOCH,
    };

    fn has(line: &str, word: &str) -> bool {
        line.split(' ').any(|said| said == word)
    }

    #[test]
    fn a_name_is_known_with_and_without_its_brand() {
        let text = Text { language: Language::English, title: "Lowa Renegade GTX", description: "" };
        let entry = Entry::of(&Doc { texts: &[text], brand: "LOWA", ..BARE }, &mut KeptStems::new());
        assert_eq!(entry.names, ["renegade gtx", "lowa renegade gtx"]);
        let text = Text { title: "Renegade", ..text };
        let entry = Entry::of(&Doc { texts: &[text], brand: "Lowa", ..BARE }, &mut KeptStems::new());
        assert_eq!(entry.names, ["lowa renegade", "renegade"]);
    }

    #[test]
    fn what_is_true_is_found_by_its_name() {
        let attributes = [("waterproof", "true"), ("heated", "no"), ("volume", "10 liters")];
        let entry = Entry::of(&Doc { attributes: &attributes, ..BARE }, &mut KeptStems::new());
        assert!(has(&entry.text, "waterproof"), "{}", entry.text);
        assert!(!has(&entry.text, "heat"), "{}", entry.text);
        assert!(has(&entry.text, "10l"), "{}", entry.text);
        assert_eq!(entry.attributes.len(), 3);
    }

    #[test]
    fn each_limit_holds() {
        let stems = &mut KeptStems::new();
        let tags: Vec<String> = (0..=ATTRIBUTES).map(|tag| format!("tag{tag}")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        assert_eq!(Entry::of(&Doc { tags: &tags, ..BARE }, stems).topics.len(), ATTRIBUTES);
        let codes: Vec<String> = (0..=CODES).map(|code| format!("c{code}")).collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        assert_eq!(Entry::of(&Doc { codes: &codes, ..BARE }, stems).codes.len(), CODES + 1, "the id is one more");
        let path = ["a"; CATEGORY_LEVELS + 1];
        let shown = Entry::of(&Doc { category: &path, ..BARE }, stems).category;
        assert_eq!(shown.map(|path| path.split(topic::PATH_SIGN).count()), Some(CATEGORY_LEVELS));
    }
}

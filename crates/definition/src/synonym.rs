//! Words that mean the same, as documents.

use std::{collections::BTreeSet, sync::Arc};

use model::{
    limits::{SYNONYM_BYTES, SYNONYM_PHRASES, SYNONYM_WORDS},
    synonym::Synonym,
};
use serde_json::Value;

use crate::{
    documents::Documents,
    error::{DefinitionError, Fault, code},
    kind::Kind,
    shape::Shape,
};

pub(crate) fn read(document: &Value) -> Result<Synonym, Fault> {
    let mut shape = Shape::of(document)?;
    let synonym = if shape.has("same") {
        let same = phrases(&mut shape, "same")?;
        if same.len() < 2 {
            let message = "One phrase alone means the same as no other: same = [\"gtx\", \"gore tex\"].";
            return Err(Fault::new(code::EMPTY, shape.pointer_to("same"), message));
        }
        shape.refuse("sought", "What means the same is found both ways: it says `same`, or `sought` and `found`.")?;
        shape.refuse("found", "What means the same is found both ways: it says `same`, or `sought` and `found`.")?;
        Synonym::Same(same)
    } else {
        let sought = shape.text("sought", SYNONYM_BYTES)?;
        check(sought, shape.pointer_to("sought"))?;
        Synonym::Includes { sought: sought.into(), found: phrases(&mut shape, "found")? }
    };
    shape.description()?;
    shape.finish()?;
    Ok(synonym)
}

fn phrases(shape: &mut Shape<'_>, name: &'static str) -> Result<Vec<Arc<str>>, Fault> {
    let phrases = shape.some_texts(name, SYNONYM_BYTES)?;
    let pointer = shape.pointer_to(name);
    if phrases.len() > SYNONYM_PHRASES {
        let message = format!("`{name}` has at most {SYNONYM_PHRASES} phrases; these are {}.", phrases.len());
        return Err(Fault::new(code::TOO_MANY, pointer, message));
    }
    let mut seen = BTreeSet::new();
    for (place, phrase) in phrases.iter().enumerate() {
        let pointer = format!("{pointer}/{place}");
        check(phrase, pointer.clone())?;
        if !seen.insert(phrase.to_lowercase()) {
            let message = format!("`{phrase}` is in the list already: upper case does not count.");
            return Err(Fault::new(code::TWICE, pointer, message));
        }
    }
    Ok(phrases.into_iter().map(Arc::from).collect())
}

/// A phrase is of a few words that can be searched for.
fn check(phrase: &str, pointer: String) -> Result<(), Fault> {
    let words = phrase.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    if (1..=SYNONYM_WORDS).contains(&words) {
        return Ok(());
    }
    let message = format!("A phrase has 1 to {SYNONYM_WORDS} words of letters or digits; `{phrase}` has {words}.");
    Err(Fault::new(code::OUT_OF_RANGE, pointer, message))
}

/// All of them, in order of their names.
pub(crate) fn all(documents: &Documents) -> Result<Arc<[Synonym]>, DefinitionError> {
    let read = |(name, document)| read(document).map_err(|fault| fault.of(Kind::Synonym, name));
    documents.of_kind(Kind::Synonym).map(read).collect()
}

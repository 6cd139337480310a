//! Finders as documents.

use std::{collections::BTreeMap, sync::Arc};

use condition::{Needs, Selection};
use model::{
    limits::{CONDITION_BYTES, DESCRIPTION_BYTES, FINDER_ASKED, FINDER_ITEMS, FINDER_QUESTIONS},
    name::{Finder as FinderName, Name},
};
use serde_json::Value;
use suggest::finder::{Finder, Question, Texts};

use crate::{
    body::check_language,
    documents::{Documents, Known},
    error::{DefinitionError, Fault, code},
    kind::Kind,
    recommender::filters,
    shape::Shape,
};

/// Bytes of a category with all its names, and of a fact.
const NAMES_BYTES: usize = 1_000;
/// Bands of a number at most, less one.
const STEPS: usize = 10;
/// Answers that have a text of their own, of one question.
const ANSWERS: usize = 100;

/// What the document of a finder says.
pub(crate) struct Body<'a> {
    finder: Finder,
    only: Option<&'a str>,
}

pub(crate) fn read(document: &Value) -> Result<Body<'_>, Fault> {
    let mut shape = Shape::of(document)?;
    let category = shape.text("category", NAMES_BYTES)?.split('>').map(str::trim);
    let category: Vec<Arc<str>> = category.map(Arc::from).collect();
    if category.iter().any(|name| name.is_empty()) {
        let message = "A category is named from the root down: Shoes > Boots.";
        return Err(Fault::new(code::EMPTY, shape.pointer_to("category"), message));
    }
    let only = shape.optional_text("only", CONDITION_BYTES)?;
    let in_stock = shape.flag_or("in_stock", true)?;
    let most_questions = shape.count_or("most_questions", FINDER_ASKED, FINDER_ASKED)?.into();
    let count = shape.count_or("count", FINDER_ITEMS, FINDER_ITEMS)?.into();
    let mut questions = Vec::<Question>::new();
    for mut each in shape.objects("questions", FINDER_QUESTIONS)? {
        let (question, pointer) = (question(&mut each)?, each.pointer_to("fact"));
        each.finish()?;
        if questions.iter().any(|other| other.fact == question.fact) {
            return Err(Fault::new(code::TWICE, pointer, "It asks about this already."));
        }
        questions.push(question);
    }
    if questions.is_empty() {
        let message = "A finder asks: questions = [{ fact = \"price\", text = { en = \"How much?\" } }].";
        return Err(Fault::new(code::EMPTY, shape.pointer_to("questions"), message));
    }
    shape.description()?;
    shape.finish()?;
    let name = Name::new("");
    Ok(Body { finder: Finder { name, category, in_stock, only: None, questions, most_questions, count }, only })
}

fn question(shape: &mut Shape<'_>) -> Result<Question, Fault> {
    let fact = shape.text("fact", NAMES_BYTES)?;
    if !suggest::is_fact(fact) {
        let message = format!("An item has no fact `{fact}`; it has {}.", suggest::facts().join(", "));
        return Err(Fault::new(code::UNKNOWN_FACT, shape.pointer_to("fact"), message));
    }
    let text = texts(shape.required_object("text")?)?;
    let named = if shape.has("answers") { shape.named_values("answers", ANSWERS)? } else { Vec::new() };
    let called = |(answer, value, pointer)| Ok((Arc::from(answer), texts(Shape::at(value, pointer)?)?));
    let answers = named.into_iter().map(called).collect::<Result<BTreeMap<Arc<str>, Texts>, Fault>>()?;
    let steps = shape.rising_numbers("steps", STEPS)?;
    Ok(Question { fact: fact.into(), text, answers, steps, is_must: shape.flag("must")? })
}

/// A text in at least one language.
fn texts(shape: Shape<'_>) -> Result<Texts, Fault> {
    let whole = shape.pointer_to("");
    let texts = shape.into_texts(DESCRIPTION_BYTES)?;
    if texts.is_empty() {
        let message = "It is said in at least one language: { en = \"…\", fr = \"…\" }.";
        return Err(Fault::new(code::NO_LANGUAGE, whole.trim_end_matches('/'), message));
    }
    texts.iter().try_for_each(|(language, _, pointer)| check_language(language, pointer.clone()))?;
    Ok(texts.into_iter().map(|(language, text, _)| (language.into(), text.into())).collect())
}

/// Compiles all finders.
///
/// # Errors
/// The first filter that does not compile, or that asks about a person.
pub(crate) fn compile(
    documents: &Documents,
    known: &Known,
) -> Result<BTreeMap<Name<FinderName>, Finder>, DefinitionError> {
    let compiled = documents.of_kind(Kind::Finder).map(|(name, document)| {
        let finder = one(name, document, known).map_err(|fault| fault.of(Kind::Finder, name))?;
        Ok((finder.name.clone(), finder))
    });
    compiled.collect()
}

fn one(name: &str, document: &Value, known: &Known) -> Result<Finder, Fault> {
    let body = read(document)?;
    let texts: Vec<(&str, &str)> = body.only.map(|only| (only, "/only")).into_iter().collect();
    let only: Option<Selection> = filters(&texts, known)?.pop();
    let asks_who = |needs: &Needs| {
        // Of an item, nothing else than its own facts: segments and other events are refused by `filters` already.
        let of_person = !needs.traits.is_empty() || !needs.interests.is_empty() || !needs.scores.is_empty();
        of_person || !needs.models.is_empty() || needs.request
    };
    if only.as_ref().is_some_and(|only| asks_who(only.needs())) {
        let message = "A finder looks at what is asked for, not at who asks: name facts of items only.";
        return Err(Fault::new(code::CONTRADICTION, "/only", message));
    }
    Ok(Finder { name: name.into(), only, ..body.finder })
}

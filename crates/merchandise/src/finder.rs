//! A finder's questions and items, as a page shows them.

use std::{collections::BTreeMap, sync::Arc};

use api::{
    error::{ApiError, Code, pointer},
    wire::finder::{FindAnswer, FindRequest, FinderAnswer, FinderAsks, FoundItem},
};
use catalog::number::ItemNumber;
use model::{language, limits::PAGE_LANGUAGES};
use runtime::handle::Runtime;
use serde_json::Value;
use suggest::finder::{Answers, Finder, Question, Texts};

use crate::shown::Reader;

/// The next question of a finder and what fits so far, of the catalog of the moment.
///
/// # Errors
/// If there is no such finder or category, or what was answered is no answer.
pub fn find(runtime: &Runtime, request: &FindRequest) -> Result<FindAnswer, ApiError> {
    let (plan, catalog) = (runtime.plan(), runtime.catalog());
    let finder = plan.finders.get(request.finder.as_str()).ok_or_else(|| {
        let why = format!("There is no finder `{}`.", request.finder);
        ApiError::new(Code::UnknownFinder).saying(why).at("/finder")
    })?;
    if request.languages.len() > PAGE_LANGUAGES {
        let why = format!("A call names at most {PAGE_LANGUAGES} languages.");
        return Err(ApiError::new(Code::OutOfRange).saying(why).at("/languages"));
    }
    let answers = answers(finder, &request.answers)?;
    let found = runtime.find(finder, &catalog, &answers).map_err(|_| {
        let why = format!("The catalog has no category `{}`, in which this finder looks.", finder.category.join(" > "));
        ApiError::new(Code::UnknownCategory).saying(why).at("/finder")
    })?;
    let languages: Vec<Arc<str>> = request.languages.iter().map(|language| Arc::from(language.as_str())).collect();
    let reader = Reader { catalog: &catalog, languages: &languages, now: runtime.now() };
    let facts = |places: &[usize]| places.iter().map(|place| finder.questions[*place].fact.to_string()).collect();
    let items = found.items.iter().filter_map(|fitting| {
        let item = reader.item(&catalog.item(ItemNumber(fitting.item.0))?);
        Some(FoundItem { item, fits: facts(&fitting.fits), misses: facts(&fitting.misses) })
    });
    let items = items.collect();
    let question = found.next.map(|next| {
        let question = &finder.questions[next.question];
        let answers = next.answers.iter().map(|(answer, items)| FinderAnswer {
            answer: answer.to_string(),
            text: called(question, answer, &languages),
            items: *items,
        });
        FinderAsks {
            fact: question.fact.to_string(),
            text: read(&question.text, &languages).unwrap_or_default().to_owned(),
            answers: answers.collect(),
            expected: next.expected,
        }
    });
    Ok(FindAnswer { question, items, fitting: found.fitting, asked: answers.len(), revision: plan.revision })
}

/// What was answered, in the words of the finder.
fn answers(finder: &Finder, said: &BTreeMap<String, Value>) -> Result<Answers, ApiError> {
    let read = |(fact, value): (&String, &Value)| {
        let field = pointer("/answers", fact);
        if !finder.questions.iter().any(|question| *question.fact == **fact) {
            let known: Vec<&str> = finder.questions.iter().map(|question| &*question.fact).collect();
            let why = format!("This finder does not ask about `{fact}`; it asks about {}.", known.join(", "));
            return Err(ApiError::new(Code::UnknownField).saying(why).at(field));
        }
        let answer = match value {
            Value::Null => None,
            Value::String(text) => Some(Arc::from(text.as_str())),
            Value::Bool(yes) => Some(Arc::from(yes.to_string())),
            Value::Number(number) => Some(Arc::from(number.to_string())),
            Value::Array(_) | Value::Object(_) => {
                let why = "An answer is one of those that were offered, or null if it does not matter.";
                return Err(ApiError::new(Code::WrongType).saying(why).at(field));
            }
        };
        Ok((fact.clone(), answer))
    };
    said.iter().map(read).collect()
}

/// What an answer is called.
fn called(question: &Question, answer: &str, languages: &[Arc<str>]) -> String {
    let own = question.answers.get(answer).and_then(|texts| read(texts, languages));
    if let Some(own) = own {
        return own.to_owned();
    }
    let (yes, no, under, between, from) = match languages.first().map_or("en", |first| language::base(first)) {
        "fr" => ("Oui", "Non", "Moins de", "à", "et plus"),
        _ => ("Yes", "No", "Under", "to", "and more"),
    };
    match (answer, answer.split_once("..").filter(|_| !question.steps.is_empty())) {
        ("true", _) => yes.to_owned(),
        ("false", _) => no.to_owned(),
        (_, Some(("", to))) => format!("{under} {to}"),
        (_, Some((least, ""))) => format!("{least} {from}"),
        (_, Some((least, to))) => format!("{least} {between} {to}"),
        _ if *question.fact == *"category" => answer.rsplit(" > ").next().unwrap_or_default().to_owned(),
        _ => answer.to_owned(),
    }
}

/// The text in the language that is read best; else English, else any.
fn read<'t>(texts: &'t Texts, languages: &[Arc<str>]) -> Option<&'t str> {
    let best = language::best(languages, texts).map(|(_, text)| text);
    best.or_else(|| texts.get("en")).or_else(|| texts.values().next()).map(|text| &**text)
}

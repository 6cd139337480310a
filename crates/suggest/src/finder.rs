//! A finder: a few questions, each chosen by how much it is expected to narrow, and the few items that fit the answers.
//!
//! It looks at what is asked for, never at who asks: so it needs no consent, and anybody gets the same.

use std::{collections::BTreeMap, sync::Arc};

use catalog::{catalog::Catalog, facts::Fact, item::Role, view::ItemView};
use condition::{Facts, Selection};
use model::{
    limits::FINDER_ANSWERS,
    name::{Finder as FinderName, Name},
    time::Timestamp,
    value::Value,
};
use recommend::history::Item;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{allowed::Told, models::Models, question::text};

/// Texts by language.
pub type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// A finder, as a shop defined it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finder {
    /// Its name.
    pub name: Name<FinderName>,
    /// The category that it looks in, from the root down.
    pub category: Vec<Arc<str>>,
    /// Whether only what can be had at once is found.
    pub in_stock: bool,
    /// Only items of which these facts hold.
    pub only: Option<Selection>,
    /// The questions among which it chooses; at least one.
    pub questions: Vec<Question>,
    /// How many of them it asks one person at most.
    pub most_questions: usize,
    /// How many items it shows at most.
    pub count: usize,
}

/// One question: about a fact of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The fact by its name, such as `attribute.width`.
    pub fact: Arc<str>,
    /// How it is asked.
    pub text: Texts,
    /// What answers are called, where they are not called what they are.
    pub answers: BTreeMap<Arc<str>, Texts>,
    /// Where one band of a number ends and the next begins, rising; each number is an answer of its own if there are none.
    pub steps: Vec<f64>,
    /// Whether what does not fit the answer is not shown at all: a size.
    pub is_must: bool,
}

/// What somebody answered, by the fact that was asked about. `None`: it does not matter.
pub type Answers = BTreeMap<String, Option<Arc<str>>>;

/// What a finder makes of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What to ask next; nothing once few enough items fit, enough was asked, or nothing would narrow any more.
    pub next: Option<Next>,
    /// The items that fit best, the best first.
    pub items: Vec<Fitting>,
    /// How many items fit all answers.
    pub fitting: usize,
}

/// The question that is expected to narrow most.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// Its place among the questions of the finder.
    pub question: usize,
    /// Its answers, each with how many of the items that fit so far are said to be so. Bands in their order, others by how
    /// many there are.
    pub answers: Vec<(Arc<str>, usize)>,
    /// How many items are expected to fit after it.
    pub expected: f64,
}

/// An item, and which of the answers it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitting {
    /// The item.
    pub item: Item,
    /// The places of the questions whose answers are true of it.
    pub fits: Vec<usize>,
    /// Of those whose answers are not true of it, or not said of it.
    pub misses: Vec<usize>,
}

/// The catalog has no such category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCategory;

/// What stands between the names of a category and those above it.
const BELOW: &str = " > ";

/// What of the popularity of items counts when it is guessed what somebody will answer; the rest is the same for all.
const POPULAR: f64 = 0.7;

/// Finds items by answers, and the next question.
///
/// # Errors
/// If the catalog does not have the category.
pub fn find(
    finder: &Finder,
    (catalog, models): (&Catalog, &Models),
    answers: &Answers,
    now: Timestamp,
) -> Result<Found, NoCategory> {
    let names: Vec<&str> = finder.category.iter().map(|name| &**name).collect();
    let category = catalog.category(&names).ok_or(NoCategory)?;
    let facts: Vec<Option<Fact>> = finder.questions.iter().map(|question| Fact::of_name(&question.fact)).collect();
    let only = finder.only.as_ref().map(Told::of);
    let numbers = catalog.in_category(category).into_iter().flatten();
    let views = numbers.filter_map(|number| catalog.item(catalog::number::ItemNumber(number)));
    let is_meant = |view: &ItemView<'_>| {
        view.role() == Role::Sold
            && (!finder.in_stock || view.stock().is_in())
            && only.as_ref().is_none_or(|only| only.holds(view, &Anybody, now))
    };
    let shelves = format!("{}{BELOW}", finder.category.join(BELOW));
    let read = |view: ItemView<'_>| {
        let item = Item(view.number().0);
        let said = finder.questions.iter().zip(&facts).map(|(question, fact)| {
            let mut answers = question.answers_of(&fact.as_ref()?.of(&view, now)?);
            if *fact == Some(Fact::Category) {
                // Of categories only the next ones below: all of them are in the one that it looks in.
                answers.retain(|path| path.strip_prefix(&*shelves).is_some_and(|name| !name.contains(BELOW)));
            }
            Some(answers)
        });
        Candidate {
            item,
            popularity: models.counted.popularity(item),
            said: said.map(Option::unwrap_or_default).collect(),
        }
    };
    let answered: Vec<Answered<'_>> = finder.questions.iter().map(|question| question.answered(answers)).collect();
    let (mut left, mut others) = (Vec::new(), Vec::new());
    for candidate in views.filter(is_meant).map(read).filter(|candidate| candidate.may_be_shown(finder, &answered)) {
        if candidate.fits_all(&answered) { left.push(candidate) } else { others.push(candidate) }
    }
    let fitting = left.len();
    let asked = answered.iter().filter(|answer| !matches!(answer, Answered::No)).count();
    let is_enough = fitting <= finder.count || asked >= finder.most_questions;
    let next = if is_enough { None } else { next(finder, &left, &answered) };
    left.append(&mut others);
    let items = best(left, finder, catalog, &answered);
    Ok(Found { next, items, fitting })
}

/// Nobody in particular.
struct Anybody;

impl Facts for Anybody {}

/// What was said to a question.
enum Answered<'a> {
    /// It was not asked.
    No,
    /// It does not matter.
    Any,
    /// This.
    With(&'a str),
}

/// An item with the answers that are true of it.
struct Candidate {
    item: Item,
    popularity: f32,
    /// To each question; empty where nobody said.
    said: Vec<Vec<Arc<str>>>,
}

impl Question {
    fn answered<'a>(&self, answers: &'a Answers) -> Answered<'a> {
        match answers.get(&*self.fact) {
            None => Answered::No,
            Some(None) => Answered::Any,
            Some(Some(answer)) => Answered::With(answer),
        }
    }

    /// The answers that are true of an item with this value.
    fn answers_of(&self, value: &Value) -> Vec<Arc<str>> {
        match (value, value.as_number()) {
            (Value::List(values), _) => values.iter().filter_map(text).collect(),
            (Value::Bool(yes), _) => vec![if *yes { "true" } else { "false" }.into()],
            (_, Some(number)) if !self.steps.is_empty() => vec![self.band(number)],
            _ => text(value).into_iter().collect(),
        }
    }

    /// The band of a number: `..100`, `100..150`, `150..`.
    fn band(&self, number: f64) -> Arc<str> {
        let after = self.steps.partition_point(|step| *step <= number);
        self.band_at(after)
    }

    fn band_at(&self, after: usize) -> Arc<str> {
        let [from, to] = [after.checked_sub(1), Some(after)]
            .map(|at| at.and_then(|at| self.steps.get(at)).map(f64::to_string).unwrap_or_default());
        format!("{from}..{to}").into()
    }
}

impl Candidate {
    fn is(&self, question: usize, answer: &str) -> bool {
        self.said[question].iter().any(|said| &**said == answer)
    }

    /// Whether nothing that must be so is not.
    fn may_be_shown(&self, finder: &Finder, answered: &[Answered<'_>]) -> bool {
        let mut must = answered.iter().enumerate().filter(|(place, _)| finder.questions[*place].is_must);
        must.all(|(place, answer)| match answer {
            Answered::With(answer) => self.is(place, answer),
            Answered::No | Answered::Any => true,
        })
    }

    /// Whether every answer is true of it, or nobody said otherwise.
    fn fits_all(&self, answered: &[Answered<'_>]) -> bool {
        answered.iter().enumerate().all(|(place, answer)| match answer {
            Answered::With(answer) => self.said[place].is_empty() || self.is(place, answer),
            Answered::No | Answered::Any => true,
        })
    }
}

/// The question after which the fewest items are expected to fit. Whoever asks wants one of the items, a popular one
/// more likely, and answers what is true of it.
fn next(finder: &Finder, left: &[Candidate], answered: &[Answered<'_>]) -> Option<Next> {
    let total: f64 = left.iter().map(|one| f64::from(one.popularity)).sum();
    let popular = if total > 0.0 { POPULAR / total } else { 0.0 };
    let same = (1.0 - popular * total) / left.len() as f64;
    let open = answered.iter().enumerate().filter(|(_, answer)| matches!(answer, Answered::No));
    let judged = open.map(|(question, _)| {
        let (mut counts, mut unknown, mut known) = (FxHashMap::<&Arc<str>, (usize, f64)>::default(), 0, 0.0);
        for one in left {
            let (said, weight) = (&one.said[question], popular * f64::from(one.popularity) + same);
            // Of whom nobody says it, it may be so; not where it must be.
            unknown += usize::from(said.is_empty() && !finder.questions[question].is_must);
            known += if said.is_empty() { 0.0 } else { weight };
            for answer in said {
                let counted = counts.entry(answer).or_default();
                *counted = (counted.0 + 1, counted.1 + weight / said.len() as f64);
            }
        }
        let expected = counts.values().map(|(items, weight)| weight / known * (items + unknown) as f64).sum::<f64>();
        (question, if counts.len() < 2 { left.len() as f64 } else { expected }, counts)
    });
    let narrows = judged.filter(|(_, expected, _)| *expected < left.len() as f64 - 1e-9);
    let (question, expected, counts) = narrows.min_by(|one, other| one.1.total_cmp(&other.1))?;
    let mut answers: Vec<(Arc<str>, usize)> =
        counts.into_iter().map(|(answer, (items, _))| (answer.clone(), items)).collect();
    let bands: Vec<Arc<str>> =
        (0..=finder.questions[question].steps.len()).map(|after| finder.questions[question].band_at(after)).collect();
    let place = |answer: &Arc<str>| bands.iter().position(|band| band == answer);
    answers.sort_by(|one, other| (place(&one.0), other.1, &one.0).cmp(&(place(&other.0), one.1, &other.0)));
    answers.truncate(FINDER_ANSWERS);
    Some(Next { question, answers, expected })
}

/// The items that fit most answers, of these the most popular; of items that are one thing in several forms one.
fn best(all: Vec<Candidate>, finder: &Finder, catalog: &Catalog, answered: &[Answered<'_>]) -> Vec<Fitting> {
    let judged = all.into_iter().map(|one| {
        let (mut fits, mut misses, mut points) = (Vec::new(), Vec::new(), 0);
        for (place, answer) in answered.iter().enumerate() {
            let Answered::With(answer) = answer else { continue };
            let is_so = one.is(place, answer);
            (if is_so { &mut fits } else { &mut misses }).push(place);
            // Nobody said: it may be so.
            points += if is_so { 2 } else { i32::from(one.said[place].is_empty()) };
        }
        (points, one.popularity, Fitting { item: one.item, fits, misses })
    });
    let mut judged: Vec<_> = judged.collect();
    judged
        .sort_by(|one, other| other.0.cmp(&one.0).then(other.1.total_cmp(&one.1)).then(one.2.item.cmp(&other.2.item)));
    let mut groups = FxHashSet::default();
    let group = |item: Item| catalog.item(catalog::number::ItemNumber(item.0))?.group().map(str::to_owned);
    let is_first = |fitting: &Fitting| group(fitting.item).is_none_or(|group| groups.insert(group));
    judged.into_iter().map(|(_, _, fitting)| fitting).filter(is_first).take(finder.count).collect()
}

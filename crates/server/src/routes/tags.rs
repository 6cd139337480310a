//! Tags: who has them, what carries them, and what became of that.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    error::{ApiError, Code},
    time,
    wire::tag::{Outcome, TagAnswer, TagDay, TagList, TagSummary, TaggedContent},
};
use axum::extract::State;
use condition::TAG;
use definition::Kind;
use engine::{
    content_days::{ContentCount, ContentDay},
    plan::Plan,
};
use model::time::{Span, Timestamp};
use runtime::handle::{Runtime, Tally};
use serde::Deserialize;

use crate::{
    answer::{Answer, Json, Refusal},
    app::Shared,
    auth::Secret,
    request::{InPath, InQuery},
};

/// Days of a period that is not named.
const USUAL_DAYS: i64 = 30;

/// The period that is asked for: days, both included.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Period {
    from: Option<String>,
    to: Option<String>,
}

/// All tags.
pub(super) async fn list(State(app): State<Shared>, Secret(_): Secret) -> Answer<TagList> {
    let (plan, documents) = (app.runtime.plan(), app.runtime.documents());
    let of_persons = documents.list(Some(Kind::Tag)).into_iter().map(|(_, name, _)| name);
    let of_contents = plan.decisions.contents().flat_map(|content| &content.tags).map(|tag| (**tag).to_owned());
    let names: BTreeSet<String> = of_persons.chain(of_contents).collect();
    let mut tags = Vec::with_capacity(names.len());
    for name in names {
        let persons = persons(&app.runtime, &plan, &name).await?.map(|tally| tally.matched);
        let contents = carrying(&plan, &name).len() as u64;
        tags.push(TagSummary { name, persons, contents });
    }
    Ok(Json(TagList { tags }))
}

/// One tag with what became of what carries it.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
    InQuery(period): InQuery<Period>,
) -> Answer<TagAnswer> {
    let plan = app.runtime.plan();
    let (from, to) = period.days(app.runtime.now())?;
    let (tally, names) = (persons(&app.runtime, &plan, &name).await?, carrying(&plan, &name));
    if tally.is_none() && names.is_empty() {
        return Err(Code::NotFound.into());
    }
    let counts = app.runtime.content_days(from, to).await?;
    let mut contents: BTreeMap<&str, Outcome> = names.iter().map(|name| (&**name, Outcome::default())).collect();
    let (mut days, mut total) = (BTreeMap::<i64, Outcome>::new(), Outcome::default());
    for (ContentDay { day, content }, count) in &counts {
        let Some(of_content) = contents.get_mut(content.as_str()) else { continue };
        for outcome in [of_content, days.entry(*day).or_default(), &mut total] {
            add(outcome, *count);
        }
    }
    let contents = contents.into_iter();
    Ok(Json(TagAnswer {
        name,
        persons: tally.map(|tally| tally.matched),
        complete: tally.is_none_or(|tally| tally.incomplete == 0),
        contents: contents.map(|(name, outcome)| TaggedContent { content: name.to_owned(), outcome }).collect(),
        from: shown(from),
        to: shown(to),
        total,
        days: days.into_iter().map(|(day, outcome)| TagDay { day: shown(day), outcome }).collect(),
    }))
}

/// How many persons have a tag; `None` if it is not for persons.
async fn persons(runtime: &Runtime, plan: &Plan, tag: &str) -> Result<Option<Tally>, Refusal> {
    match plan.segments.by_name(&format!("{TAG}{tag}").as_str().into()) {
        Some(rule) => Ok(Some(runtime.size(&[rule.number]).await?)),
        None => Ok(None),
    }
}

/// The contents that carry a tag, in order of name.
fn carrying(plan: &Plan, tag: &str) -> BTreeSet<String> {
    let contents = plan.decisions.contents().filter(|content| content.tags.iter().any(|carried| **carried == *tag));
    contents.map(|content| content.name.to_string()).collect()
}

fn add(outcome: &mut Outcome, count: ContentCount) {
    let ContentCount { shown, used, orders } = count;
    outcome.shown += shown;
    outcome.used += used;
    outcome.orders += orders;
}

impl Period {
    /// The first and the last day, since 1970-01-01.
    fn days(&self, now: Timestamp) -> Result<(i64, i64), Refusal> {
        let day = |text: &Option<String>, field: &'static str| match text {
            None => Ok(None),
            Some(text) => {
                let wrong = || ApiError::new(Code::BadMoment).saying("A day such as 2026-03-02 is needed.").at(field);
                time::read(text).map(|moment| Some(moment.day())).ok_or_else(wrong)
            }
        };
        let to = day(&self.to, "/to")?.unwrap_or(now.day());
        let from = day(&self.from, "/from")?.unwrap_or(to + 1 - USUAL_DAYS);
        if from > to {
            return Err(ApiError::new(Code::OutOfRange).saying("The period ends before it begins.").at("/to").into());
        }
        Ok((from, to))
    }
}

/// A day as answers write it.
fn shown(day: i64) -> String {
    let text = time::write(Timestamp::EPOCH.plus(Span::DAY.times(day)));
    text.split('T').next().unwrap_or_default().to_owned()
}

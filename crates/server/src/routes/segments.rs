//! Segments: their sizes, their members, and how many persons several share.

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        segment::{CountAnswer, CountRequest, Member, MembersPage, SegmentAnswer, SegmentList},
    },
};
use axum::extract::State;
use condition::TAG;
use definition::{Documents, Kind};
use model::{
    name::{Name, Segment},
    partition::Partition,
};
use runtime::handle::{Runtime, Tally};
use serde_json::Value;

use crate::{
    answer::{Answer, Json, Refusal},
    app::Shared,
    auth::Secret,
    body::Content,
    cursor::{self, Paging},
    publish::Waiting,
    request::{InPath, InQuery},
};

/// Segments of one count, at most.
const COUNTED_TOGETHER: usize = 20;

/// All segments with their sizes.
pub(super) async fn list(State(app): State<Shared>, Secret(_): Secret) -> Answer<SegmentList> {
    let (plan, documents) = (app.runtime.plan(), app.runtime.documents());
    let names = plan.segments.rules().iter().map(|rule| &rule.name);
    let mut names: Vec<&Name<Segment>> = names.filter(|name| is_listed(name)).collect();
    names.sort();
    // All are asked before the first answer is awaited.
    let sizes: Vec<_> = names
        .iter()
        .filter_map(|name| plan.segments.by_name(name))
        .map(|rule| app.runtime.size(&[rule.number]))
        .collect();
    let mut segments = Vec::with_capacity(names.len());
    for (name, size) in names.into_iter().zip(sizes) {
        segments.extend(answer(&app.runtime, &documents, name, size.await?));
    }
    Ok(Json(SegmentList { segments }))
}

/// One segment with its size.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
    InQuery(query): InQuery<Waiting>,
) -> Answer<SegmentAnswer> {
    if query.wait {
        app.runtime.filled().await?;
    }
    let (plan, documents, name) = (app.runtime.plan(), app.runtime.documents(), name.as_str().into());
    let rule = plan.segments.by_name(&name).filter(|rule| is_listed(&rule.name)).ok_or(Code::NotFound)?;
    let size = app.runtime.size(&[rule.number]).await?;
    let answer = answer(&app.runtime, &documents, &name, size);
    Ok(Json(answer.ok_or(Code::NotFound)?))
}

/// The members of a segment, partition by partition.
pub(super) async fn members(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
    InQuery(paging): InQuery<Paging>,
) -> Answer<MembersPage> {
    let [mut partition, mut from] = paging.from("members")?.unwrap_or([0, 0]);
    let plan = app.runtime.plan();
    let rule = plan.segments.by_name(&name.as_str().into()).filter(|rule| is_listed(&rule.name));
    let rule = rule.ok_or(Code::NotFound)?;
    let (partitions, limit) = (u64::from(app.runtime.partitions()), paging.limit()?);
    let (mut members, mut next) = (Vec::new(), None);
    while partition < partitions && next.is_none() {
        let (here, first) = (Partition(partition as u16), u32::try_from(from).unwrap_or(u32::MAX));
        let page = app.runtime.members(rule.number, here, first, limit - members.len()).await?;
        let last = page.last().map(|profile| u64::from(profile.ordinal()));
        members.extend(page.iter().map(|profile| Member { profile: profile.to_string() }));
        match last {
            Some(last) if members.len() == limit => next = Some(cursor::write("members", [partition, last + 1])),
            _ => (partition, from) = (partition + 1, 0),
        }
    }
    let size = app.runtime.size(&[rule.number]).await?;
    Ok(Json(MembersPage { members, next, size: size.matched, complete: size.incomplete == 0 }))
}

/// How many persons are in all of several segments.
pub(super) async fn count(State(app): State<Shared>, Secret(_): Secret, Content(body): Content) -> Answer<CountAnswer> {
    let request: CountRequest = wire::read(&body)?;
    if request.all_of.is_empty() {
        return Err(ApiError::new(Code::Empty).at("/all_of").into());
    }
    if request.all_of.len() > COUNTED_TOGETHER {
        return Err(ApiError::new(Code::TooMany).at("/all_of").into());
    }
    let plan = app.runtime.plan();
    let numbers = request.all_of.iter().enumerate().map(|(place, name)| {
        let unknown =
            || ApiError::new(Code::NotFound).saying("There is no such segment.").at(format!("/all_of/{place}"));
        let rule = plan.segments.by_name(&name.as_str().into()).filter(|rule| is_listed(&rule.name));
        rule.map(|rule| rule.number).ok_or_else(unknown)
    });
    let numbers = numbers.collect::<Result<Vec<_>, ApiError>>().map_err(Refusal::from)?;
    let tally = app.runtime.size(&numbers).await?;
    Ok(Json(CountAnswer { count: tally.matched, complete: tally.incomplete == 0 }))
}

/// Those that tags are have endpoints of their own.
fn is_listed(name: &Name<Segment>) -> bool {
    !name.as_str().starts_with(TAG)
}

fn answer(runtime: &Runtime, documents: &Documents, name: &Name<Segment>, size: Tally) -> Option<SegmentAnswer> {
    let plan = runtime.plan();
    let rule = plan.segments.by_name(name)?;
    let document = documents.get(Kind::Segment, name.as_str()).unwrap_or_default();
    let field = |field: &str| document.get(field).and_then(Value::as_str).map(str::to_owned);
    let partitions = u32::from(runtime.partitions()).max(1);
    Some(SegmentAnswer {
        name: name.to_string(),
        description: field("description"),
        condition: field("condition").unwrap_or_else(|| rule.condition.print()),
        size: size.matched,
        complete: size.incomplete == 0,
        filled_permille: (partitions.saturating_sub(size.incomplete) * 1_000 / partitions) as u16,
        revision: rule.changed,
    })
}

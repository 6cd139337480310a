//! All documents together, compiled into a plan.

use std::collections::{BTreeMap, BTreeSet};

use condition::{Condition, Needs, TAG, Usage};
use decide::{Items, Scheme};
use engine::plan::{Plan, RETENTION};
use model::{
    name::{Name, Purpose, Segment},
    schema::TraitSchema,
};
use segment::{
    order::{Circle, Named},
    set::{Measures, SegmentSet, grown},
};
use serde_json::Value;

use crate::{
    belief, body,
    documents::{Documents, Known},
    error::{DefinitionError, Fault, code},
    finder,
    kind::Kind,
    learned, measures, models,
    published::{Conditions, Published, Topics},
    recommender, references, restraint, scheme, sensitive,
    setting::Settings,
    synonym,
};

/// Compiles everything as the plan `revision`.
///
/// `before` is the plan in force, if there is one: needs that did not grow since keep their revision. Segments keep
/// their number for as long as they are published, and with the same condition on traits of the same types their
/// `changed`. Both are recorded in `documents`, and only if all went well: compiled again at the same revision, also
/// from stored bytes and without `before`, they give the same plan.
///
/// # Errors
/// A purpose that is named and not defined, what is wrong in a condition, segments that name each other in a circle,
/// what must not be kept, concluded or targeted.
/// Always the first in order of kind and name.
pub fn compile(documents: &mut Documents, revision: u64, before: Option<&Plan>) -> Result<Plan, DefinitionError> {
    let (plan, published) = made(documents, revision, before)?;
    sensitive::check(&plan)?;
    documents.published = published;
    Ok(plan)
}

/// The same of documents that were published as `revision`: what may not be published any more is still what the plan
/// was.
///
/// # Errors
/// Those of [`compile()`], but for what must not be kept, concluded or targeted.
pub fn compile_published(documents: &mut Documents, revision: u64) -> Result<Plan, DefinitionError> {
    let (plan, published) = made(documents, revision, None)?;
    documents.published = published;
    Ok(plan)
}

/// What recommenders, finders and personal orders look at of past events.
fn ask_for_items(needs: &mut Needs, decisions: &Scheme, has_models: bool) {
    let orders = decisions.contents().any(|content| content.items == Some(Items::PersonalOrder));
    let searched = orders.then(suggest::searched_need);
    let deeds = has_models.then(suggest::needs).into_iter().flatten();
    for (event, need) in searched.into_iter().chain(deeds) {
        needs.events.entry(event).or_default().merge(&need);
    }
}

fn made(documents: &Documents, revision: u64, before: Option<&Plan>) -> Result<(Plan, Published), DefinitionError> {
    let purposes: BTreeSet<Name<Purpose>> = documents.of_kind(Kind::Purpose).map(|(name, _)| name.into()).collect();
    check_purposes(documents, &purposes)?;
    let known = documents.known()?;
    let conditions = conditions(documents, &known, before)?;
    let (scores, models) = (measures::scores(documents, &known)?, models::models(documents, &known)?);

    let settings = Settings::of(documents)?;
    let decisions = scheme::compile(documents, &settings, &known, revision, before)?;

    let recommenders = recommender::compile(documents, &known)?;
    let finders = finder::compile(documents, &known)?;

    let mut needs = Needs { events: decisions.event_needs(), ..Needs::default() };
    ask_for_items(&mut needs, &decisions, !recommenders.is_empty() || !finders.is_empty());
    conditions.iter().for_each(|(_, condition)| needs.merge(condition.needs()));
    scores.iter().for_each(|score| needs.merge(&score.needs()));
    models.iter().for_each(|model| needs.merge(&model.needs()));
    restraint::ask_for_channels(&mut needs.events);
    let mut published = documents.published.clone();
    if let Some(before) = before {
        published.learn(before);
    }
    let mut sources = read_all(documents, Kind::Source, body::source)?;
    learned::believe(&mut sources, &settings.found);
    let belief = belief::fingerprint(settings.floors, &settings.own, &sources);
    let means = (&known.schema, &*belief, &settings.interests, &*scores);
    let published_now = published.publish(conditions, means, revision);
    let (rules, changed) = published_now.map_err(Fault::of_all)?;
    let topics = published.note_topics(&settings.interests);
    let (models, judging) = published.note_models(models, revision);
    let needs_revision = match before {
        Some(before) if grown(before.segments.needs(), &needs.events) => revision,
        Some(before) if !settings.interests.keep_the_same_as(before.segments.interests()) => revision,
        Some(before) => before.segments.needs_revision(),
        // Without the plan in force nobody knows what grew; to rebuild trails that lack nothing is only slower.
        None if [changed, judging].contains(&Conditions::Changed) || topics == Topics::Changed => revision,
        None => published.needs_revision,
    };
    // Trails of revision 0 are those that had no room in an image: they always lack something.
    published.needs_revision = needs_revision.max(1.min(revision));
    let segments = SegmentSet::build(rules, Measures { scores, models }, published.needs_revision).map_err(circle)?;
    let segments = segments
        .needing(needs.events)
        .needing([segment::removal::need()].into())
        .with_interest_rules(settings.interests);
    let plan = Plan {
        revision,
        namespaces: read_all(documents, Kind::Namespace, |_, document| body::namespace(document))?,
        sources,
        schema: known.schema,
        purposes,
        consent_categories: read_all(documents, Kind::ConsentCategory, |_, document| body::consent_category(document))?,
        segments,
        decisions,
        recommenders,
        finders,
        synonyms: synonym::all(documents)?,
        retention: settings.retention.unwrap_or(RETENTION),
        hosts: settings.hosts,
        trust: settings.floors,
        own: settings.own,
        identity_tokens: settings.identity_tokens,
    };
    Ok((plan, published))
}

/// The traits that the documents define.
pub(crate) fn schema(documents: &Documents) -> Result<TraitSchema, DefinitionError> {
    Ok(TraitSchema { traits: read_all(documents, Kind::Trait, body::trait_rules)? })
}

/// The conditions of all segments, those that tags are among them. One that `before` has compiled already, from the same
/// text against the same traits, is taken from there: a publication usually changes one of many, and compiling takes
/// some hundred microseconds.
fn conditions(
    documents: &Documents,
    known: &Known,
    before: Option<&Plan>,
) -> Result<Vec<(Name<Segment>, Condition)>, DefinitionError> {
    let before = before.filter(|before| before.schema == known.schema);
    let compiled = |name: &Name<Segment>, text: &str| {
        let old = &before?.segments.by_name(name)?.condition;
        (old.text() == text && known.has_all(old.needs())).then(|| old.clone())
    };
    let mut texts = Vec::new();
    for (name, text) in measures::tags(documents, known)? {
        texts.push(((Kind::Tag, name.clone()), Name::new(format!("{TAG}{name}")), text));
    }
    for (name, document) in documents.of_kind(Kind::Segment) {
        let text = body::segment(document).map_err(|fault| fault.of(Kind::Segment, name))?;
        texts.push(((Kind::Segment, name.to_owned()), name.into(), text.to_owned()));
    }
    let old: Vec<Option<Condition>> = texts.iter().map(|(_, name, text)| compiled(name, text)).collect();
    let new = texts.iter().zip(&old).filter(|(_, old)| old.is_none()).map(|((_, _, text), _)| text.as_str());
    let mut new = condition::compile_all(&new.collect::<Vec<_>>(), &known.scope(Usage::Segment)).into_iter();
    let all = texts.into_iter().zip(old).map(|(((kind, of), name, _), old)| {
        let condition = match old {
            Some(condition) => condition,
            None => {
                let new = new.next().expect("every text that is not known was compiled");
                new.map_err(|error| Fault::from(error).of(kind, &of))?
            }
        };
        Ok((name, condition))
    });
    all.collect()
}

fn check_purposes(documents: &Documents, purposes: &BTreeSet<Name<Purpose>>) -> Result<(), DefinitionError> {
    for (kind, name, document) in documents.iter() {
        let named = references::purposes_in(kind, document);
        if let Some((pointer, unknown)) = named.into_iter().find(|(_, purpose)| !purposes.contains(purpose)) {
            let message = format!("The project has no purpose `{unknown}`.");
            return Err(Fault::new(code::UNKNOWN_PURPOSE, pointer, message).of(kind, name));
        }
    }
    Ok(())
}

fn read_all<K: Ord + for<'a> From<&'a str>, T>(
    documents: &Documents,
    kind: Kind,
    read: impl Fn(&str, &Value) -> Result<T, Fault>,
) -> Result<BTreeMap<K, T>, DefinitionError> {
    let all = documents.of_kind(kind);
    all.map(|(name, document)| Ok((name.into(), read(name, document).map_err(|fault| fault.of(kind, name))?))).collect()
}

fn circle(Circle { names }: Circle) -> DefinitionError {
    let kind_of = |named: &Named| match named {
        Named::Score(score) => (Kind::Score, score.as_str().to_owned()),
        Named::Segment(segment) => match segment.as_str().strip_prefix(TAG) {
            Some(tag) => (Kind::Tag, tag.to_owned()),
            None => (Kind::Segment, segment.as_str().to_owned()),
        },
    };
    let named: Vec<(Kind, String)> = names.iter().map(kind_of).collect();
    let (kind, first) = named.first().expect("a circle has at least one in it");
    let all_of = |kind: Kind| named.iter().all(|(other, _)| *other == kind);
    let path = named.iter().chain(named.first()).map(|(kind, name)| match all_of(*kind) {
        true => format!("`{name}`"),
        false => format!("{kind} `{name}`"),
    });
    let path = path.collect::<Vec<_>>().join(" → ");
    let (code, message) = match named.iter().find(|(kind, _)| *kind == Kind::Score) {
        Some((_, score)) => (code::SCORE_CIRCLE, format!("The score `{score}` feeds itself: {path}.")),
        None if all_of(Kind::Segment) => {
            (code::SEGMENT_CIRCLE, format!("These segments name each other in a circle: {path}."))
        }
        None => (code::SEGMENT_CIRCLE, format!("These name each other in a circle: {path}.")),
    };
    let pointer = match kind {
        Kind::Segment => "/condition",
        Kind::Tag => "/actions",
        _ => "",
    };
    Fault::new(code, pointer, message).of(*kind, first)
}

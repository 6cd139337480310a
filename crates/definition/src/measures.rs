//! Tags and scores, compiled.

use condition::{ConditionError, Scope, Selecting, Selection, Usage, compile_all, select_all};
use segment::score::{Bonus, Points, ScoreRule};

use crate::{
    documents::{Documents, Known},
    error::{DefinitionError, Fault},
    kind::Kind,
    score, tag,
};

/// The conditions of the segments that tags are: the tag's name, and who has it.
pub(crate) fn tags(documents: &Documents, known: &Known) -> Result<Vec<(String, String)>, DefinitionError> {
    let scope = known.scope(Usage::Segment);
    let mut tags = Vec::new();
    for (name, document) in documents.of_kind(Kind::Tag) {
        let body = tag::read(document).map_err(|fault| fault.of(Kind::Tag, name))?;
        let carried = tag::carried(name);
        let wanted: Vec<Selecting<'_>> = body.selecting(&carried).collect();
        let selected = select_all(&wanted, &scope).into_iter().zip(&body.actions);
        let some = selected.map(|(selection, action)| {
            let selection = at(&action.pointer, selection).map_err(|fault| fault.of(Kind::Tag, name))?;
            Ok(format!("{}.count() > 0", selection.print()))
        });
        let some: Vec<String> = some.collect::<Result<_, DefinitionError>>()?;
        tags.push((name.to_owned(), some.join(" || ")));
    }
    Ok(tags)
}

/// The scores, in order of name.
pub(crate) fn scores(documents: &Documents, known: &Known) -> Result<Vec<ScoreRule>, DefinitionError> {
    let scope = known.scope(Usage::Segment);
    let all = documents.of_kind(Kind::Score);
    all.map(|(name, document)| {
        let body = score::read(document).map_err(|fault| fault.of(Kind::Score, name))?;
        compiled(name, &body, &scope).map_err(|fault| fault.of(Kind::Score, name))
    })
    .collect()
}

fn compiled(name: &str, body: &score::ScoreBody<'_>, scope: &Scope<'_>) -> Result<ScoreRule, Fault> {
    let wanted: Vec<Selecting<'_>> = body.rules.iter().map(score::RuleBody::selecting).collect();
    let rules = select_all(&wanted, scope).into_iter().zip(&body.rules).map(|(what, rule)| {
        let what = at(&rule.pointer, what)?;
        Ok(Points { what, points: rule.points, half_life: rule.half_life, most: rule.most })
    });
    let texts: Vec<&str> = body.conditions.iter().map(|condition| condition.text).collect();
    let bonuses = compile_all(&texts, scope).into_iter().zip(&body.conditions).map(|(when, condition)| {
        let when = when.map_err(|error| Fault::in_condition(&condition.pointer, error))?;
        Ok(Bonus { when, points: condition.points })
    });
    Ok(ScoreRule {
        name: name.into(),
        rules: rules.collect::<Result<_, Fault>>()?,
        bonuses: bonuses.collect::<Result<_, Fault>>()?,
        bounds: body.bounds,
    })
}

fn at(pointer: &str, selection: Result<Selection, ConditionError>) -> Result<Selection, Fault> {
    selection.map_err(|error| Fault::in_condition(pointer, error))
}

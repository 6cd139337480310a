//! What is not published: definitions that would keep, conclude or act on what a shop must not.

use std::collections::BTreeSet;

use condition::{Assumption, Condition, Needs, Scope, TAG, Usage, contradict};
use decide::{Criterion, Experience, Shows, Variant};
use engine::plan::Plan;
use model::{
    consent::PURPOSES,
    name::{Name, Segment},
    schema::Meaning,
    sensitive::{Category, category, category_in, is_biometric, names_minors},
};

use crate::{
    error::{DefinitionError, Fault, code},
    kind::Kind,
};

/// Refuses what would keep biometric data, conclude or target by a special category, or target likely minors.
///
/// Asked of what is to be published, and not of what was published before: that still has to be read.
///
/// # Errors
/// `BIOMETRIC_DATA`, `SPECIAL_CATEGORY`, `TARGETS_MINORS`: the first in order of kind and name.
pub(crate) fn check(plan: &Plan) -> Result<(), DefinitionError> {
    for name in plan.namespaces.keys() {
        biometric(name.as_str()).map_err(|fault| fault.of(Kind::Namespace, name.as_str()))?;
    }
    for (name, rules) in &plan.schema.traits {
        let named = biometric(name.as_str()).and_then(|()| declared(name.as_str(), rules.purpose.as_ref()));
        named.map_err(|fault| fault.of(Kind::Trait, name.as_str()))?;
    }
    let judge = Judge { plan };
    let groups = || plan.segments.rules().iter().map(|rule| (rule.name.as_str().strip_prefix(TAG), rule));
    for (tag, rule) in groups().filter_map(|(tag, rule)| Some((tag?, rule))) {
        let judged = group(tag).and_then(|()| judge.condition("/actions", &rule.condition));
        judged.map_err(|fault| fault.of(Kind::Tag, tag))?;
    }
    for score in plan.segments.scores() {
        let name = score.name.as_str();
        let judged = group(name).and_then(|()| looks("", &score.needs(), &score.print()));
        let mut bonuses = score.bonuses.iter().enumerate();
        let judged = judged.and_then(|()| {
            bonuses.try_for_each(|(place, bonus)| judge.condition(&format!("/conditions/{place}/if"), &bonus.when))
        });
        judged.map_err(|fault| fault.of(Kind::Score, name))?;
    }
    for model in plan.segments.models() {
        let judged = looks("", &model.needs(), &model.print());
        judged.map_err(|fault| fault.of(Kind::Model, model.model.word()))?;
    }
    for (_, rule) in groups().filter(|(tag, _)| tag.is_none()) {
        let name = rule.name.as_str();
        let judged = group(name).and_then(|()| judge.condition("/condition", &rule.condition));
        judged.map_err(|fault| fault.of(Kind::Segment, name))?;
    }
    for content in plan.decisions.contents() {
        for (pointer, condition) in [("/suits", &content.suits), ("/prefer", &content.prefer)] {
            let judged = condition.as_ref().map_or(Ok(()), |condition| judge.condition(pointer, condition));
            judged.map_err(|fault| fault.of(Kind::Content, content.name.as_str()))?;
        }
    }
    let mut experiences: Vec<_> = plan.decisions.experiences().iter().collect();
    experiences.sort_by(|one, other| one.name.cmp(&other.name));
    for experience in experiences {
        let name = experience.name.as_str();
        let judged =
            special("", name, category_in(name)).and_then(|()| judge.condition("/audience", &experience.audience));
        let judged =
            judged.and_then(|()| experience.variants.iter().try_for_each(|variant| judge.shown(experience, variant)));
        judged.map_err(|fault| fault.of(Kind::Experience, name))?;
    }
    Ok(())
}

fn biometric(name: &str) -> Result<(), Fault> {
    if !is_biometric(name) {
        return Ok(());
    }
    let message = "Nobody is told by their body or voice: biometric data are not taken. What a device confirms by itself \
                   is, as a flag such as `device_owner_confirmed`.";
    Err(Fault::new(code::BIOMETRIC_DATA, "", message))
}

/// A trait of a special category has a purpose of its own, which the shop made for it: whoever grants that one says yes
/// to just this (GDPR article 9, 2 a).
fn declared(name: &str, purpose: Option<&Name<model::name::Purpose>>) -> Result<(), Fault> {
    let Some(category) = category(name) else { return Ok(()) };
    if purpose.is_some_and(|purpose| !PURPOSES.contains(&purpose.as_str())) {
        return Ok(());
    }
    let message = format!(
        "It says {}. Give it a purpose of its own, none of those that every project has: then it holds what the person \
         declared for that, and nothing else.",
        category.words()
    );
    Err(Fault::new(code::SPECIAL_CATEGORY, "/purpose", message))
}

/// What the name of a group of persons says of them.
fn group(name: &str) -> Result<(), Fault> {
    if names_minors(name) {
        return Err(minors("", "By its name these are minors"));
    }
    special("", name, category(name))
}

fn special(pointer: &str, name: &str, category: Option<Category>) -> Result<(), Fault> {
    let Some(category) = category else { return Ok(()) };
    let message = format!(
        "`{name}` is about {}: that is neither concluded from anything, nor is anybody grouped or addressed by it.",
        category.words()
    );
    Err(Fault::new(code::SPECIAL_CATEGORY, pointer, message))
}

fn minors(pointer: &str, why: &str) -> Fault {
    let message =
        format!("{why}: likely minors are neither grouped nor addressed. Ask for those who are of age instead.");
    Fault::new(code::TARGETS_MINORS, pointer, message)
}

/// What is looked at: traits, properties, and the texts that they are held against.
fn looks(pointer: &str, needs: &Needs, text: &str) -> Result<(), Fault> {
    let traits = needs.traits.iter().map(Name::as_str);
    let properties =
        needs.events.values().flat_map(|need| &need.paths).flat_map(|path| path.names()).map(|name| &**name);
    for name in traits.chain(properties) {
        special(pointer, name, category(name))?;
    }
    literals(text).try_for_each(|literal| special(pointer, literal, category_in(literal)))
}

struct Judge<'p> {
    plan: &'p Plan,
}

impl<'p> Judge<'p> {
    fn condition(&self, pointer: &str, condition: &'p Condition) -> Result<(), Fault> {
        looks(pointer, condition.needs(), condition.text())?;
        match self.ages(condition).iter().any(|of_minors| self.covers(of_minors, &[condition])) {
            true => Err(minors(pointer, "It holds for nobody but people under 18")),
            false => Ok(()),
        }
    }

    /// What a variant shows: to whom it does with the audience together, and by which interests it is put in order. Each
    /// condition by itself is judged where it is written.
    fn shown(&self, experience: &Experience, variant: &Variant) -> Result<(), Fault> {
        let by_interest = match &variant.shows {
            Shows::Menu(_) => true,
            Shows::Pool(pool) => pool.order.contains(&Criterion::Interest),
            Shows::Neutral | Shows::Contents(_) => false,
        };
        let pointer = format!("/variants/{}", variant.name);
        for content in variant.shows.contents() {
            let mut tags = content.tags.iter().filter(|_| by_interest);
            tags.try_for_each(|tag| special(&pointer, tag, category_in(tag)))?;
            let Some(suits) = &content.suits else { continue };
            let ages = [&experience.audience, suits].map(|condition| self.ages(condition)).concat();
            if ages.iter().any(|of_minors| self.covers(of_minors, &[&experience.audience, suits])) {
                let why = format!("Of its audience `{}` suits nobody but people under 18", content.name);
                return Err(minors(&pointer, &why));
            }
        }
        Ok(())
    }

    /// That somebody is under 18, by each trait that says so and that the condition looks at.
    fn ages(&self, condition: &Condition) -> Vec<Condition> {
        let by = |name: &Name<model::name::Trait>| match self.plan.schema.get(name.as_str())?.meaning {
            Some(Meaning::BirthDate) => Some(format!("years_since(profile.{name}) < 18")),
            _ => (name.as_str().eq_ignore_ascii_case("age")).then(|| format!("profile.{name} < 18")),
        };
        let none = (BTreeSet::new(), BTreeSet::new());
        let scope = Scope { schema: &self.plan.schema, segments: &none.0, scores: &none.1, usage: Usage::Audience };
        // A birth date that holds a text cannot be reckoned with, here or there.
        self.traits_below(condition)
            .iter()
            .filter_map(by)
            .filter_map(|text| condition::compile(&text, &scope).ok())
            .collect()
    }

    /// The traits that a condition looks at, also in the segments that it names.
    fn traits_below(&self, condition: &Condition) -> BTreeSet<Name<model::name::Trait>> {
        let (mut traits, mut open) = (condition.needs().traits.clone(), condition.needs().segments.clone());
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop_first() {
            if seen.insert(name.clone())
                && let Some(rule) = self.plan.segments.by_name(&name)
            {
                traits.extend(rule.condition.needs().traits.iter().cloned());
                open.extend(rule.condition.needs().segments.iter().cloned());
            }
        }
        traits
    }

    /// Whether these can hold together at all, and never while `age` does not.
    fn covers(&self, age: &Condition, together: &[&Condition]) -> bool {
        let of_segment = |name: &Name<Segment>| self.plan.segments.by_name(name).map(|rule| &rule.condition);
        let hold: Vec<Assumption<'_>> = together.iter().map(|condition| Assumption::Holds(condition)).collect();
        contradict(&[&hold[..], &[Assumption::Fails(age)]].concat(), &of_segment) && !contradict(&hold, &of_segment)
    }
}

/// The quoted texts of a condition, as they are written.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\''])?;
        let quote = rest.as_bytes()[start];
        let inner = &rest[start + 1..];
        let mut is_escaped = false;
        let end = inner.bytes().position(|byte| {
            let ends = byte == quote && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        })?;
        rest = &inner[end + 1..];
        Some(&inner[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_a_condition_are_found() {
        for (text, expected) in [
            (r#"events("Product Viewed").where(category == 'a "b"')"#, &["Product Viewed", r#"a "b""#][..]),
            (r#"profile.city == "it\"s" && x"#, &[r#"it\"s"#]),
            ("true", &[]),
        ] {
            assert_eq!(literals(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}

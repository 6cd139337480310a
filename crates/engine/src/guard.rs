//! Who is protected, and who is recognized: what a decision asks of a person before anything that a purpose opens.

use condition::{Facts, full_years};
use decide::Recognized;
use model::{identifier::Strength, schema::Meaning, time::Timestamp, value::Value};
use profile::held::{Held, Hold};

use crate::{apply::KEEP, person::Person, plan::Plan};

/// From this age on nobody is a minor (Convention on the Rights of the Child, article 1; French Code civil, article
/// 414).
const OF_AGE: i64 = 18;

/// What clients call the day of birth where the project's schema does not know it. What the schema knows says itself
/// what it means.
const USUAL_BIRTH_DATES: [&str; 7] =
    ["birthday", "birth_date", "birthDate", "birthdate", "date_of_birth", "dateOfBirth", "dob"];

/// What clients call the age in years.
const AGE: &str = "age";

/// Whether an identifier that stands for one person leads to this one.
pub(crate) fn recognized(person: &Person) -> Recognized {
    let stands_for_one = |held: &Held| held.hold == Hold::Own && held.strength == Strength::Strong;
    let mut held = person.sides.iter().flat_map(|side| side.facts.identifiers.iter());
    if held.any(stands_for_one) { Recognized::Yes } else { Recognized::No }
}

/// The traits that say whether somebody is a minor.
pub(crate) fn traits(plan: &Plan) -> impl Iterator<Item = &str> {
    birth_dates(plan).chain([AGE])
}

fn birth_dates(plan: &Plan) -> impl Iterator<Item = &str> {
    let defined = plan.schema.traits.iter().filter(|(_, rules)| rules.meaning == Some(Meaning::BirthDate));
    let undefined = USUAL_BIRTH_DATES.iter().copied().filter(|name| plan.schema.get(name).is_none());
    defined.map(|(name, _)| name.as_str()).chain(undefined)
}

/// Of whoever is believed to be a minor, the first moment at which that could change; `None`: nobody believes so.
///
/// Looks at what is believed at least as far as it may be used to sort: to leave a minor in peace one need not be sure.
/// It asks no purpose, because it uses nothing for the person's eyes; all it can do is that less is shown.
pub fn minor_until(plan: &Plan, person: &Person, now: Timestamp) -> Option<Timestamp> {
    let facts = person.view(&KEEP, plan, now);
    let believed = |name: &str| facts.trait_value(name).filter(|believed| believed.belief.most.is_some());
    let by_birth = birth_dates(plan).filter_map(|name| {
        let found = believed(name)?;
        let (years, next) = full_years(&found.value.value, now)?;
        let stands = [Some(next), found.belief.stands_until].into_iter().flatten().min();
        (years < OF_AGE).then_some(stands).flatten()
    });
    let by_age = believed(AGE).and_then(|found| {
        // An age of 0 is a field that nobody filled in.
        let age = found.value.value.as_number().filter(|age| *age > 0.0)?;
        let (since, next) = full_years(&Value::Time(found.value.as_of), now)?;
        let stands = [Some(next), found.belief.stands_until].into_iter().flatten().min();
        (age + (since as f64) < OF_AGE as f64).then_some(stands).flatten()
    });
    by_birth.chain(by_age).min()
}

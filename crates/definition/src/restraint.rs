//! The setting `restraint`, and what an experience says of its memory and its worth.

use std::{collections::BTreeMap, sync::Arc};

use condition::{EventNeed, PropertyPath};
use decide::{CHANNEL_PROPERTY, Content, Experience, Memory, Placement, Restraint, Shows, Worth, suits_a_checkout};
use model::{
    decision::Channel,
    name::{Name, Source},
    schema::TraitSchema,
    time::Span,
    value::Finite,
};

use crate::{
    body,
    documents::Documents,
    error::{DefinitionError, Fault, code},
    kind::Kind,
    scheme::{PERSONAL_NAMES, pointer_in},
    shape::{self, Shape},
};

/// The name of the setting.
pub(crate) const NAME: &str = "restraint";

/// Days after which evidence is no main reason any more, at most: two years.
const MOST_STALE_AFTER_DAYS: u16 = 730;

/// The largest budget of intrusion: ten times the usual one.
const MOST_POINTS: u16 = 100;

/// The most that one decision, or one point, is worth or costs, in cents: a million.
const MOST_CENTS: f64 = 100_000_000.0;

/// Sources whose channel one project names, at most.
const CHANNELS: usize = 200;

/// Reads the setting; what it leaves out is as usual.
pub(crate) fn read(shape: &mut Shape<'_>) -> Result<Restraint, Fault> {
    let usual = Restraint::default();
    let usual_days = usual.stale_after.unwrap_or_default().as_millis() / Span::DAY.as_millis();
    let days = shape.count_or("stale_after_days", MOST_STALE_AFTER_DAYS, usual_days as u16)?;
    Ok(Restraint {
        stale_after: Some(Span::DAY.times(i64::from(days))),
        points: Some(shape.count_or("points", MOST_POINTS, usual.points.unwrap_or_default())?),
        point_cents: cents_or(shape, "point_cents", usual.point_cents)?,
        channels: channels(shape)?,
        ..usual
    })
}

/// The old evidence that an experience may rest on.
pub(crate) fn memory(shape: &mut Shape<'_>) -> Result<Option<Memory>, Fault> {
    shape.word_or("memory", &Memory::ALL.map(|memory| (memory.word(), Some(memory))), None)
}

/// What an experience is worth, in cents: `{ gain_cents = { low, expected }, cost_cents }`.
pub(crate) fn worth(shape: &mut Shape<'_>) -> Result<Option<Worth>, Fault> {
    let Some(mut shape) = shape.object("worth")? else { return Ok(None) };
    let Some(mut gain) = shape.object("gain_cents")? else {
        let message = "Say what it gains at least and what is expected: gain_cents = { low = 0, expected = 0 }.";
        return Err(Fault::new(code::MISSING_FIELD, shape.pointer_to("gain_cents"), message));
    };
    let gain_low_cents = cents(&mut gain, "low")?;
    let gain_expected_cents = cents(&mut gain, "expected")?;
    if gain_expected_cents < gain_low_cents {
        let message = "The gain that is expected is not below its own lower bound.";
        return Err(Fault::new(code::CONTRADICTION, gain.pointer_to("expected"), message));
    }
    gain.finish()?;
    let cost_cents = cents(&mut shape, "cost_cents")?;
    shape.finish()?;
    Ok(Some(Worth { gain_low_cents, gain_expected_cents, cost_cents }))
}

/// Completes what the setting says by what other definitions say: which traits have a purpose of their own, and which name
/// the person.
///
/// # Errors
/// A channel is given to a source that there is not.
pub(crate) fn completed(
    said: &Restraint,
    documents: &Documents,
    schema: &TraitSchema,
) -> Result<Restraint, DefinitionError> {
    let is_source = |name: &Name<Source>| documents.of_kind(Kind::Source).any(|(source, _)| source == name.as_str());
    if let Some(source) = said.channels.keys().find(|name| !is_source(name)) {
        let pointer = format!("/channels/{}", source.as_str().replace('~', "~0").replace('/', "~1"));
        let fault = Fault::new(code::UNKNOWN_SOURCE, pointer, format!("There is no source `{source}`."));
        return Err(fault.of(Kind::Setting, NAME));
    }
    let with_purpose = schema.traits.iter().filter(|(_, rules)| rules.purpose.is_some());
    let marked = documents.of_kind(Kind::Trait).filter(|(_, document)| document[body::NAMES_THE_PERSON] == true);
    Ok(Restraint {
        sensitive: with_purpose.map(|(name, _)| name.clone()).collect(),
        names: marked.map(|(name, _)| name).chain(PERSONAL_NAMES).map(Name::from).collect(),
        ..said.clone()
    })
}

/// Has trails keep on which channel something happened, if its event says so: a decision costs more where something
/// became known elsewhere.
pub(crate) fn ask_for_channels(events: &mut BTreeMap<Arc<str>, EventNeed>) {
    let Some(channel) = PropertyPath::new([Arc::from(CHANNEL_PROPERTY)]) else { return };
    for need in events.values_mut() {
        need.paths.insert(channel.clone());
    }
}

/// Refuses what shows others than contents that reassure or help where a customer pays (requirements DEC-10). Of a pool
/// only those are taken there, so one of them is enough.
///
/// # Errors
/// The first content that does neither, where the experience or the placement names it.
pub(crate) fn check_checkouts(
    documents: &Documents,
    placements: &BTreeMap<String, Placement>,
    experiences: &BTreeMap<String, Experience>,
) -> Result<(), DefinitionError> {
    let written = |kind, name: &str| documents.of_kind(kind).find(|(other, _)| *other == name).map(|(_, body)| body);
    let suits = |content: &Arc<Content>| suits_a_checkout(content.intent);
    for placement in placements.values().filter(|placement| placement.is_checkout) {
        if let Some(place) = placement.neutral.iter().position(|content| !suits(content)) {
            let document = written(Kind::Placement, placement.name.as_str());
            let pointer = pointer_in("/neutral", place, document.and_then(|body| body.get("neutral")));
            let content = &placement.neutral[place];
            return Err(unfit(content, pointer).of(Kind::Placement, placement.name.as_str()));
        }
        for experience in experiences.values().filter(|one| one.placements.contains(&placement.name)) {
            let document = written(Kind::Experience, experience.name.as_str());
            let fault = experience.variants.iter().find_map(|variant| {
                let (field, contents) = match &variant.shows {
                    Shows::Neutral => return None,
                    Shows::Pool(pool) if pool.contents.iter().any(suits) => return None,
                    Shows::Pool(_) => {
                        let message =
                            "At a checkout, of a pool only contents that reassure or help are shown; it has none.";
                        let pointer = format!("/variants/{}/pool", variant.name);
                        return Some(Fault::new(code::CHECKOUT_INTENT, pointer, message));
                    }
                    Shows::Contents(contents) => (format!("/variants/{}/contents", variant.name), contents),
                    Shows::Menu(menu) => (format!("/variants/{}/menu/contents", variant.name), &menu.entries),
                };
                let place = contents.iter().position(|content| !suits(content))?;
                let pointer = pointer_in(&field, place, document.and_then(|body| body.pointer(&field)));
                Some(unfit(&contents[place], pointer))
            });
            if let Some(fault) = fault {
                let beside = Some(Box::new((Kind::Placement, placement.name.to_string())));
                return Err(DefinitionError { beside, ..fault.of(Kind::Experience, experience.name.as_str()) });
            }
        }
    }
    Ok(())
}

fn unfit(content: &Content, pointer: String) -> Fault {
    let message = format!(
        "The content `{}` is to {}; where a customer pays, only contents that reassure or help are shown.",
        content.name,
        content.intent.word()
    );
    Fault::new(code::CHECKOUT_INTENT, pointer, message)
}

fn channels(shape: &mut Shape<'_>) -> Result<BTreeMap<Name<Source>, Channel>, Fault> {
    if shape.object("channels")?.is_none() {
        return Ok(BTreeMap::new());
    }
    let known = Channel::ALL.map(|channel| (channel.word(), channel));
    let named = shape.named_values("channels", CHANNELS)?;
    named
        .into_iter()
        .map(|(source, value, pointer)| Ok((source.into(), shape::meaning("channels", pointer, value, &known)?)))
        .collect()
}

/// A number of cents that is not negative, or `default` when left out.
fn cents_or(shape: &mut Shape<'_>, name: &'static str, default: Finite) -> Result<Finite, Fault> {
    let is_there = shape.has(name);
    let cents = shape.number(name)?;
    if !is_there {
        return Ok(default);
    }
    if (0.0..=MOST_CENTS).contains(&cents.get()) {
        return Ok(cents);
    }
    let message = format!("`{name}` is between 0 and {MOST_CENTS} cents; this is {}.", cents.get());
    Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to(name), message))
}

/// A number of cents that is there and not negative.
fn cents(shape: &mut Shape<'_>, name: &'static str) -> Result<Finite, Fault> {
    if !shape.has(name) {
        let message = format!("The field `{name}` is missing: a number of cents.");
        return Err(Fault::new(code::MISSING_FIELD, shape.pointer_to(name), message));
    }
    cents_or(shape, name, Finite::default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn worth_of(worth: &Value) -> Result<Option<Worth>, (&'static str, String)> {
        let document = json!({ "worth": worth });
        let mut shape = Shape::of(&document).unwrap();
        super::worth(&mut shape).map_err(|fault| (fault.code, fault.pointer))
    }

    #[test]
    fn a_worth_is_cents_that_are_numbers_and_not_negative() {
        let gain = |low: Value, expected: Value| json!({ "gain_cents": { "low": low, "expected": expected }, "cost_cents": 3 });
        let whole = worth_of(&gain(json!(12), json!(40.5))).unwrap().unwrap();
        assert_eq!((whole.gain_low_cents.get(), whole.cost_cents.get()), (12.0, 3.0));
        for (worth, code, pointer) in [
            (gain(json!(-1), json!(2)), code::OUT_OF_RANGE, "/worth/gain_cents/low"),
            // What a file writes as `nan` has no number in JSON.
            (gain(Value::Null, json!(2)), code::WRONG_TYPE, "/worth/gain_cents/low"),
            (gain(json!("2"), json!(2)), code::WRONG_TYPE, "/worth/gain_cents/low"),
            (gain(json!(3), json!(2)), code::CONTRADICTION, "/worth/gain_cents/expected"),
            (gain(json!(3), json!(1e12)), code::OUT_OF_RANGE, "/worth/gain_cents/expected"),
            (json!({ "cost_cents": 1 }), code::MISSING_FIELD, "/worth/gain_cents"),
            (json!({ "gain_cents": { "low": 1, "expected": 1 } }), code::MISSING_FIELD, "/worth/cost_cents"),
            (
                json!({ "gain_cents": { "low": 1, "expected": 1 }, "cost_cents": -1 }),
                code::OUT_OF_RANGE,
                "/worth/cost_cents",
            ),
            (
                json!({ "gain_cents": { "low": 1, "expected": 1, "high": 1 }, "cost_cents": 1 }),
                code::UNKNOWN_FIELD,
                "/worth/gain_cents/high",
            ),
        ] {
            assert_eq!(worth_of(&worth), Err((code, pointer.to_owned())), "{worth}");
        }
    }

    #[test]
    fn a_setting_leaves_what_it_does_not_say() {
        let read = |document: &Value| read(&mut Shape::of(document).unwrap());
        assert_eq!(read(&json!({})).unwrap(), Restraint::default());
        let told = read(&json!({ "points": 20, "stale_after_days": 30, "channels": { "till-3": "till" } })).unwrap();
        assert_eq!((told.points, told.stale_after), (Some(20), Some(Span::DAY.times(30))));
        assert_eq!(told.channels[&Name::from("till-3")], Channel::Till);
        for (document, pointer) in [
            (json!({ "points": 0 }), "/points"),
            (json!({ "points": 101 }), "/points"),
            (json!({ "stale_after_days": 0 }), "/stale_after_days"),
            (json!({ "point_cents": -0.5 }), "/point_cents"),
            (json!({ "channels": { "till-3": "shop" } }), "/channels/till-3"),
        ] {
            assert_eq!(read(&document).unwrap_err().pointer, pointer, "{document}");
        }
    }
}

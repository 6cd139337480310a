//! Experiences as documents.

use std::{collections::BTreeMap, sync::Arc};

use assign::{Part, Share};
use decide::Cap;
use model::{
    limits::{CAP_MOST, CAPS, CONDITION_BYTES, DESCRIPTION_BYTES, NAME_BYTES, VARIANTS},
    name::{Name, Variant},
    time::Span,
    value::Finite,
};
use serde_json::Value;

use crate::{
    body,
    error::{Fault, code},
    moment::{self, Edge, Written},
    shape::Shape,
};

/// The name of the variant that shows what is neutral.
const CONTROL: &str = "control";

/// The least share of a control (requirements D8).
const LEAST_CONTROL: f64 = 0.1;

/// The highest priority; its negative is the lowest.
const MOST_PRIORITY: i32 = 1_000_000;

/// The languages in which every benefit is stated (requirements DEC-21).
const BENEFIT_LANGUAGES: [&str; 2] = ["fr", "en"];

/// What the document of an experience says.
pub(crate) struct Body<'a> {
    pub(crate) placements: Vec<&'a str>,
    pub(crate) audience: &'a str,
    pub(crate) variants: Vec<VariantBody<'a>>,
    pub(crate) benefit: BTreeMap<Arc<str>, Arc<str>>,
    pub(crate) priority: i32,
    pub(crate) score: Finite,
    pub(crate) caps: Vec<Cap>,
    pub(crate) starts: Option<Written>,
    pub(crate) ends: Option<Written>,
    pub(crate) part: Option<Part>,
    pub(crate) traffic: Share,
    pub(crate) salt: &'a str,
    pub(crate) enabled: bool,
}

/// One variant; without contents it is the control.
pub(crate) struct VariantBody<'a> {
    pub(crate) name: &'a str,
    pub(crate) share: Share,
    pub(crate) contents: Vec<&'a str>,
}

pub(crate) fn read<'a>(name: &'a str, document: &'a Value) -> Result<Body<'a>, Fault> {
    let mut shape = Shape::of(document)?;
    let placements = shape.one_or_more("placements")?;
    let audience = shape.text("audience", CONDITION_BYTES)?;
    let small_control = shape.optional_text("small_control", DESCRIPTION_BYTES)?;
    let variants = variants(&mut shape, small_control)?;
    let benefit = benefit(&mut shape)?;
    let priority = shape.rank("priority", MOST_PRIORITY)?;
    let score = shape.number("score")?;
    let caps = caps(&mut shape)?;
    let starts = moment::optional(&mut shape, "starts", Edge::Start)?;
    let ends = moment::optional(&mut shape, "ends", Edge::End)?;
    let part = part(&mut shape)?;
    let traffic = shape.basis_points_or("traffic", Share::ALL)?;
    let salt = shape.optional_text("salt", NAME_BYTES)?.unwrap_or(name);
    let enabled = shape.flag_or("enabled", true)?;
    shape.description()?;
    shape.finish()?;
    Ok(Body {
        placements,
        audience,
        variants,
        benefit,
        priority,
        score,
        caps,
        starts,
        ends,
        part,
        traffic,
        salt,
        enabled,
    })
}

fn variants<'a>(shape: &mut Shape<'a>, small_control: Option<&str>) -> Result<Vec<VariantBody<'a>>, Fault> {
    let field = shape.pointer_to("variants");
    let mut variants = Vec::new();
    for (name, value, pointer) in shape.named_values("variants", VARIANTS)? {
        variants.push(variant(name, value, pointer)?);
    }
    let Some(control) = variants.iter().find(|variant| variant.name == CONTROL) else {
        let message = "Without a control nobody knows what the experience changes: add `control` with its share, and \
                       no contents.";
        return Err(Fault::new(code::NO_CONTROL, field, message));
    };
    if variants.len() == 1 {
        let message = "Beside its control an experience has at least one variant that shows something.";
        return Err(Fault::new(code::EMPTY, field, message));
    }
    if control.share == Share::NONE {
        let message = "A control that nobody draws is none: without one nobody knows what the experience changes.";
        return Err(Fault::new(code::NO_CONTROL, format!("{field}/{CONTROL}/share"), message));
    }
    if control.share.fraction() < LEAST_CONTROL && small_control.is_none() {
        let message = format!(
            "The control has {}; with less than 10 % an effect is rarely proven. Give it more, or say in \
             `small_control` why not.",
            control.share
        );
        return Err(Fault::new(code::CONTROL_TOO_SMALL, format!("{field}/{CONTROL}/share"), message));
    }
    let total: u32 = variants.iter().map(|variant| u32::from(variant.share.basis_points())).sum();
    if total != u32::from(Share::ALL.basis_points()) {
        let total = f64::from(total) / f64::from(Share::ALL.basis_points());
        let message = format!("The shares of the variants add up to 1; these add up to {total}.");
        return Err(Fault::new(code::SHARES_DO_NOT_ADD_UP, field, message));
    }
    Ok(variants)
}

fn variant<'a>(name: &'a str, value: &'a Value, pointer: String) -> Result<VariantBody<'a>, Fault> {
    if !Name::<Variant>::from(name).definable() {
        return Err(Fault::new(code::BAD_NAME, pointer, format!("The name of a variant {}.", body::SLUG_RULE)));
    }
    let mut shape = Shape::at(value, pointer)?;
    let share = shape.basis_points("share")?;
    let contents = match (name, shape.has("contents")) {
        (CONTROL, true) => {
            let message = "The control shows the neutral contents of each placement, and no others.";
            return Err(Fault::new(code::CONTRADICTION, shape.pointer_to("contents"), message));
        }
        (CONTROL, false) => Vec::new(),
        _ => shape.one_or_more("contents")?,
    };
    if name != CONTROL && share == Share::NONE {
        let message = "Nobody draws a variant without a share: give it one, or take it out.";
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("share"), message));
    }
    shape.description()?;
    shape.finish()?;
    Ok(VariantBody { name, share, contents })
}

fn benefit(shape: &mut Shape<'_>) -> Result<BTreeMap<Arc<str>, Arc<str>>, Fault> {
    let field = shape.pointer_to("benefit");
    let missing = |language: &str, pointer| {
        let message = format!("Say in `{language}` what the customer has of it: it is shown to who asks why.");
        Fault::new(code::NO_BENEFIT, pointer, message)
    };
    if !shape.has("benefit") {
        return Err(missing(BENEFIT_LANGUAGES[0], field));
    }
    let texts = shape.named_texts("benefit", DESCRIPTION_BYTES).map_err(|fault| match fault.code {
        code::EMPTY => missing(fault.pointer.rsplit('/').next().unwrap_or_default(), fault.pointer.clone()),
        _ => fault,
    })?;
    if let Some((language, _, pointer)) = texts.iter().find(|(language, _, _)| !body::is_language(language)) {
        let message = format!("`{language}` is no language; write `en`, `fr` or `fr-CA`.");
        return Err(Fault::new(code::BAD_LANGUAGE, pointer.clone(), message));
    }
    let benefit: BTreeMap<Arc<str>, Arc<str>> =
        texts.into_iter().map(|(language, text, _)| (language.into(), text.into())).collect();
    match BENEFIT_LANGUAGES.into_iter().find(|language| !benefit.contains_key(*language)) {
        Some(language) => Err(missing(language, format!("{field}/{language}"))),
        None => Ok(benefit),
    }
}

fn caps(shape: &mut Shape<'_>) -> Result<Vec<Cap>, Fault> {
    let read = |mut shape: Shape<'_>| {
        let most = shape.count("most", CAP_MOST)?;
        let per = shape.text("per", NAME_BYTES)?;
        let within = span(per).ok_or_else(|| {
            let message = format!("`{per}` is no period: write a whole number and h, d or w, such as 7d.");
            Fault::new(code::BAD_MOMENT, shape.pointer_to("per"), message)
        })?;
        shape.finish()?;
        Ok(Cap { most, within })
    };
    shape.objects("caps", CAPS)?.into_iter().map(read).collect()
}

/// A period such as `7d`, up to a year.
fn span(text: &str) -> Option<Span> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    let unit = match unit {
        'h' => Span::HOUR,
        'd' => Span::DAY,
        'w' => Span::DAY.times(7),
        _ => return None,
    };
    let is_number = !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count: i64 = if is_number { digits.parse().ok()? } else { return None };
    let span = unit.times(count);
    (Span::HOUR..=Span::DAY.times(366)).contains(&span).then_some(span)
}

fn part(shape: &mut Shape<'_>) -> Result<Option<Part>, Fault> {
    let Some(mut shape) = shape.object("layer")? else { return Ok(None) };
    let name = shape.text("name", NAME_BYTES)?;
    let from = shape.basis_points_or("from", Share::NONE)?;
    let to = shape.basis_points_or("to", Share::ALL)?;
    let part = Part::new(name.into(), from, to).ok_or_else(|| {
        let message =
            format!("A part of a layer goes from one share up to a higher one; this goes from {from} to {to}.");
        Fault::new(code::OUT_OF_RANGE, shape.pointer_to("to"), message)
    })?;
    shape.finish()?;
    Ok(Some(part))
}

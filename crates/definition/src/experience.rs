//! Experiences as documents.

use std::{collections::BTreeMap, sync::Arc};

use assign::{Part, Share};
use decide::{Cap, Criterion, Memory, Repeat, Worth};
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
    restraint,
    shape::Shape,
    span,
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
    pub(crate) memory: Option<Memory>,
    pub(crate) worth: Option<Worth>,
}

/// One variant.
pub(crate) struct VariantBody<'a> {
    pub(crate) name: &'a str,
    pub(crate) share: Share,
    pub(crate) shows: ShowsBody<'a>,
}

/// What a variant shows, by name.
pub(crate) enum ShowsBody<'a> {
    /// What is neutral: it is the control.
    Neutral,
    /// These contents.
    Contents(Vec<&'a str>),
    /// The best of some.
    Pool(PoolBody<'a>),
    /// All of these, in the person's order.
    Menu {
        /// At least one.
        contents: Vec<&'a str>,
        /// Those that keep their place; all of them are among the contents.
        fixed: Vec<&'a str>,
    },
}

/// Contents of which the best are shown; at least one name or tag.
pub(crate) struct PoolBody<'a> {
    pub(crate) contents: Vec<&'a str>,
    pub(crate) tags: Vec<&'a str>,
    pub(crate) order: Vec<Criterion>,
    pub(crate) repeat: Repeat,
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
    let (memory, worth) = (restraint::memory(&mut shape)?, restraint::worth(&mut shape)?);
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
        memory,
        worth,
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
    let shows = if name == CONTROL { neutral(&shape)? } else { shows(&mut shape)? };
    shape.excluded(&SHOWS);
    if name != CONTROL && share == Share::NONE {
        let message = "Nobody draws a variant without a share: give it one, or take it out.";
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("share"), message));
    }
    shape.description()?;
    shape.finish()?;
    Ok(VariantBody { name, share, shows })
}

/// The ways in which a variant can show something; it has one of them.
const SHOWS: [&str; 3] = ["contents", "pool", "menu"];

fn neutral<'a>(shape: &Shape<'a>) -> Result<ShowsBody<'a>, Fault> {
    match SHOWS.into_iter().find(|field| shape.has(field)) {
        None => Ok(ShowsBody::Neutral),
        Some(field) => {
            let message = "The control shows the neutral contents of each placement, and no others.";
            Err(Fault::new(code::CONTRADICTION, shape.pointer_to(field), message))
        }
    }
}

fn shows<'a>(shape: &mut Shape<'a>) -> Result<ShowsBody<'a>, Fault> {
    let mut written = SHOWS.into_iter().filter(|field| shape.has(field));
    let (first, second) = (written.next(), written.next());
    if let Some(second) = second {
        let message = "A variant shows either `contents`, or a `pool`, or a `menu`.";
        return Err(Fault::new(code::CONTRADICTION, shape.pointer_to(second), message));
    }
    match first {
        Some("pool") => pool(shape),
        Some("menu") => menu(shape),
        _ => shape.one_or_more("contents").map(ShowsBody::Contents),
    }
}

fn pool<'a>(shape: &mut Shape<'a>) -> Result<ShowsBody<'a>, Fault> {
    let pointer = shape.pointer_to("pool");
    let mut shape = shape.required_object("pool")?;
    let contents = shape.optional_texts("contents", NAME_BYTES)?;
    let tags = shape.optional_texts("tags", NAME_BYTES)?;
    if contents.is_empty() && tags.is_empty() {
        let message = "A pool has `contents`, or those with some `tags`, or both.";
        return Err(Fault::new(code::EMPTY, pointer, message));
    }
    let order = match shape.has("order") {
        true => shape.one_or_more_words("order", &Criterion::ALL.map(|criterion| (criterion.word(), criterion)))?,
        false => Criterion::USUAL.to_vec(),
    };
    let repeat = shape.word_or("repeat", &[("no", Repeat::No), ("allowed", Repeat::Allowed)], Repeat::No)?;
    shape.finish()?;
    Ok(ShowsBody::Pool(PoolBody { contents, tags, order, repeat }))
}

fn menu<'a>(shape: &mut Shape<'a>) -> Result<ShowsBody<'a>, Fault> {
    let mut shape = shape.required_object("menu")?;
    let contents = shape.some_texts("contents", NAME_BYTES)?;
    let fixed = shape.optional_texts("fixed", NAME_BYTES)?;
    if let Some(place) = fixed.iter().position(|fixed| !contents.contains(fixed)) {
        let message = format!("`{}` cannot keep its place: it is not among the contents of the menu.", fixed[place]);
        return Err(Fault::new(code::UNKNOWN_CONTENT, format!("{}/{place}", shape.pointer_to("fixed")), message));
    }
    shape.finish()?;
    Ok(ShowsBody::Menu { contents, fixed })
}

pub(crate) fn benefit(shape: &mut Shape<'_>) -> Result<BTreeMap<Arc<str>, Arc<str>>, Fault> {
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
    texts.iter().try_for_each(|(language, _, pointer)| body::check_language(language, pointer.clone()))?;
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
        let is_period = |within: &Span| (Span::HOUR..=LONGEST_PERIOD).contains(within);
        let within = span::parse(per).filter(is_period).ok_or_else(|| {
            let message =
                format!("`{per}` is no period: write a whole number and h, d, w or y, up to a year, such as 7d.");
            Fault::new(code::BAD_MOMENT, shape.pointer_to("per"), message)
        })?;
        shape.finish()?;
        Ok(Cap { most, within })
    };
    shape.objects("caps", CAPS)?.into_iter().map(read).collect()
}

/// The longest period of a cap.
const LONGEST_PERIOD: Span = Span::DAY.times(366);

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

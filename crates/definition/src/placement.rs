//! Placements as documents.

use model::{
    decision::Channel,
    limits::{NAME_BYTES, PLACEMENT_CONTENTS},
};
use serde_json::Value;

use crate::{
    error::{Fault, code},
    shape::Shape,
};

/// What the document of a placement says.
pub(crate) struct Body<'a> {
    pub(crate) channel: Channel,
    pub(crate) purpose: Option<&'a str>,
    pub(crate) format: Option<&'a str>,
    pub(crate) most_contents: u16,
    pub(crate) neutral: Vec<&'a str>,
    pub(crate) is_checkout: bool,
}

pub(crate) fn read(document: &Value) -> Result<Body<'_>, Fault> {
    let mut shape = Shape::of(document)?;
    let channel = shape.word("channel", &Channel::ALL.map(|channel| (channel.word(), channel)))?;
    let purpose = shape.optional_text("purpose", NAME_BYTES)?;
    let format = shape.optional_text("format", NAME_BYTES)?;
    let most_contents = shape.count_or("most_contents", PLACEMENT_CONTENTS, 1)?;
    let is_empty = document.get("neutral").is_none_or(|neutral| neutral.as_array().is_some_and(Vec::is_empty));
    if is_empty {
        let message = "A placement always has something to show: name its neutral contents.";
        return Err(Fault::new(code::NO_NEUTRAL, shape.pointer_to("neutral"), message));
    }
    let neutral = shape.one_or_more("neutral")?;
    fits(&shape, "neutral", neutral.len(), most_contents)?;
    let is_checkout = shape.flag("checkout")?;
    shape.description()?;
    shape.finish()?;
    Ok(Body { channel, purpose, format, most_contents, neutral, is_checkout })
}

fn fits(shape: &Shape<'_>, name: &str, contents: usize, most: u16) -> Result<(), Fault> {
    if contents <= usize::from(most) {
        return Ok(());
    }
    let message = format!("This placement shows at most {most} contents; these are {contents}.");
    Err(Fault::new(code::TOO_MANY, shape.pointer_to(name), message))
}

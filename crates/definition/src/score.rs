//! Scores as the shop writes them.

use condition::{Bounds, Selecting};
use model::{
    limits::{CONDITION_BYTES, EVENT_NAME_BYTES, SCORE_RULES},
    time::Span,
    value::Finite,
};
use segment::score::counts_for;
use serde_json::Value;

use crate::{
    error::{Fault, code},
    shape::Shape,
    span,
};

/// Points that one rule may give, and that all may come to, at most; far below where a billionth would get lost.
const MOST_POINTS: f64 = 100_000.0;

/// What a score says.
pub(crate) struct ScoreBody<'a> {
    pub(crate) rules: Vec<RuleBody<'a>>,
    pub(crate) conditions: Vec<ConditionBody<'a>>,
    pub(crate) bounds: Bounds,
}

/// Points for each occurrence of an event.
pub(crate) struct RuleBody<'a> {
    event: &'a str,
    filter: Option<&'a str>,
    within: Option<Span>,
    pub(crate) points: Finite,
    pub(crate) half_life: Option<Span>,
    pub(crate) most: Option<Finite>,
    /// Where its filter stands.
    pub(crate) pointer: String,
}

/// Points for what holds.
pub(crate) struct ConditionBody<'a> {
    pub(crate) text: &'a str,
    pub(crate) points: Finite,
    /// Where its text stands.
    pub(crate) pointer: String,
}

/// Reads a document of a score.
pub(crate) fn read(document: &Value) -> Result<ScoreBody<'_>, Fault> {
    let mut shape = Shape::of(document)?;
    let rules = shape.objects("rules", SCORE_RULES)?.into_iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    let conditions = shape.objects("conditions", SCORE_RULES)?.into_iter().map(condition);
    let conditions = conditions.collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() && conditions.is_empty() {
        return Err(Fault::new(code::EMPTY, "/rules", "A score needs a rule or a condition that gives points."));
    }
    let bounds = Bounds { least: points(&mut shape, "least")?, most: points(&mut shape, "most")? };
    if bounds.least.zip(bounds.most).is_some_and(|(least, most)| least >= most) {
        return Err(Fault::new(code::CONTRADICTION, "/least", "`least` is below `most`."));
    }
    shape.description()?;
    shape.finish()?;
    Ok(ScoreBody { rules, conditions, bounds })
}

fn rule(mut shape: Shape<'_>) -> Result<RuleBody<'_>, Fault> {
    let pointer = shape.pointer_to("where");
    let event = shape.text("event", EVENT_NAME_BYTES)?;
    let filter = shape.optional_text("where", CONDITION_BYTES)?;
    let points = given(&mut shape)?;
    let (half_life, within) = (span::read(&mut shape, "half_life")?, span::read(&mut shape, "within")?);
    let most = self::points(&mut shape, "most")?;
    if most.is_some_and(|most| most.get() <= 0.0) {
        let message = "`most` is above 0: it cuts what a rule gives, and what it takes.";
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("most"), message));
    }
    shape.finish()?;
    Ok(RuleBody { event, filter, within, points, half_life, most, pointer })
}

fn condition(mut shape: Shape<'_>) -> Result<ConditionBody<'_>, Fault> {
    let pointer = shape.pointer_to("if");
    let text = shape.text("if", CONDITION_BYTES)?;
    let points = given(&mut shape)?;
    shape.finish()?;
    Ok(ConditionBody { text, points, pointer })
}

/// The points that something gives or takes.
fn given(shape: &mut Shape<'_>) -> Result<Finite, Fault> {
    match points(shape, "points")? {
        Some(points) if points.get() != 0.0 => Ok(points),
        Some(_) => {
            let message = "What gives 0 points says nothing; leave it out.";
            Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("points"), message))
        }
        None => Err(Fault::new(code::MISSING_FIELD, shape.pointer_to("points"), "The field `points` is missing.")),
    }
}

/// A number of points; `None` if the field is not there.
fn points(shape: &mut Shape<'_>, name: &'static str) -> Result<Option<Finite>, Fault> {
    let (is_there, points) = (shape.has(name), shape.number(name)?);
    if points.get().abs() > MOST_POINTS {
        let message = format!("`{name}` is between -{MOST_POINTS} and {MOST_POINTS}; this is {}.", points.get());
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to(name), message));
    }
    Ok(is_there.then_some(points))
}

impl RuleBody<'_> {
    /// What is to be selected.
    pub(crate) fn selecting(&self) -> Selecting<'_> {
        Selecting { event: self.event, filter: self.filter, within: counts_for(self.within, self.half_life) }
    }
}

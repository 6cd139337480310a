//! Models as the shop writes them: what they look at, and how much each thing weighs.

use condition::{Measure, Model, Usage, measure_all};
use model::{
    limits::{CONDITION_BYTES, MODEL_FEATURES, NAME_BYTES},
    value::Finite,
};
use segment::model::{Feature, ModelRule, words};
use serde_json::Value;

use crate::{
    documents::{Documents, Known},
    error::{DefinitionError, Fault, code},
    kind::Kind,
    shape::Shape,
};

/// The models that there are, by name.
pub(crate) const MODELS: [Model; 2] = [Model::Stage, Model::Aim];

/// What the name of a model is.
pub(crate) const NAME_RULE: &str = "is stage or aim";

/// The largest weight. With it one feature alone makes a word as good as certain.
const MOST_WEIGHT: f64 = 100.0;

/// The most that a feature counts for, whatever it says.
const MOST_COUNT: f64 = 1_000.0;

/// What a model says.
pub(crate) struct ModelBody<'a> {
    bias: Vec<Finite>,
    features: Vec<FeatureBody<'a>>,
}

struct FeatureBody<'a> {
    name: &'a str,
    value: &'a str,
    most: Finite,
    weights: Vec<Finite>,
    /// Where its value stands.
    pointer: String,
}

/// The model of that name.
pub(crate) fn named(name: &str) -> Option<Model> {
    MODELS.into_iter().find(|model| model.word() == name)
}

/// Reads the document of a model.
pub(crate) fn read<'a>(name: &str, document: &'a Value) -> Result<ModelBody<'a>, Fault> {
    let model =
        named(name).ok_or_else(|| Fault::new(code::BAD_NAME, "", format!("The name of a model {NAME_RULE}.")))?;
    let mut shape = Shape::of(document)?;
    let bias = weights(&mut shape, "bias", model)?;
    let features = shape.objects("features", MODEL_FEATURES)?;
    let features = features.into_iter().map(|shape| feature(shape, model)).collect::<Result<Vec<_>, _>>()?;
    shape.description()?;
    shape.finish()?;
    Ok(ModelBody { bias, features })
}

fn feature(mut shape: Shape<'_>, model: Model) -> Result<FeatureBody<'_>, Fault> {
    let pointer = shape.pointer_to("value");
    let (name, value) = (shape.text("name", NAME_BYTES)?, shape.text("value", CONDITION_BYTES)?);
    let most = if shape.has("most") { shape.number("most")? } else { Finite::ONE };
    if !(most.get() > 0.0 && most.get() <= MOST_COUNT) {
        let message = format!("`most` is above 0 and at most {MOST_COUNT}; this is {}.", most.get());
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("most"), message));
    }
    let weights = weights(&mut shape, "weights", model)?;
    shape.finish()?;
    Ok(FeatureBody { name, value, most, weights, pointer })
}

/// Weights by word, 0 for those that are not named; in the order of the words.
fn weights(shape: &mut Shape<'_>, name: &'static str, model: Model) -> Result<Vec<Finite>, Fault> {
    let words = words(model);
    let mut weights = vec![Finite::default(); words.len()];
    if !shape.has(name) {
        return Ok(weights);
    }
    for (word, value, pointer) in shape.named_values(name, words.len())? {
        let Some(place) = words.iter().position(|known| *known == word) else {
            let message = format!("A model of {} says one of {}; `{word}` is none.", model.word(), words.join(", "));
            return Err(Fault::new(code::UNKNOWN_WORD, pointer, message));
        };
        let weight = value.as_f64().and_then(Finite::new).filter(|weight| weight.get().abs() <= MOST_WEIGHT);
        weights[place] = weight.ok_or_else(|| {
            let message = format!("A weight is a number between -{MOST_WEIGHT} and {MOST_WEIGHT}; this is {value}.");
            Fault::new(code::OUT_OF_RANGE, pointer, message)
        })?;
    }
    Ok(weights)
}

/// The models, compiled. `changed` is said of each when it is known which revision brought it.
pub(crate) fn models(documents: &Documents, known: &Known) -> Result<Vec<ModelRule>, DefinitionError> {
    let mut models = Vec::new();
    for (name, document) in documents.of_kind(Kind::Model) {
        let at_fault = |fault: Fault| fault.of(Kind::Model, name);
        let body = read(name, document).map_err(at_fault)?;
        let Some(model) = named(name) else { continue };
        let texts: Vec<&str> = body.features.iter().map(|feature| feature.value).collect();
        let measures = measure_all(&texts, &known.scope(Usage::Segment)).into_iter().zip(body.features);
        let features = measures.map(|(measure, feature)| {
            let measure = measure.map_err(|error| Fault::in_condition(&feature.pointer, error))?;
            counts_events(&measure, &feature.pointer)?;
            let FeatureBody { name, most, weights, .. } = feature;
            Ok(Feature { name: name.into(), measure, most, weights })
        });
        let features = features.collect::<Result<_, Fault>>().map_err(at_fault)?;
        models.push(ModelRule { model, bias: body.bias, features, changed: 0 });
    }
    Ok(models)
}

/// Refuses a feature that looks at anything but events: what a model says must follow from history alone, and it is
/// read only when one of them happens.
fn counts_events(measure: &Measure, pointer: &str) -> Result<(), Fault> {
    let needs = measure.needs();
    let is_more = !needs.traits.is_empty()
        || !needs.segments.is_empty()
        || !needs.interests.is_empty()
        || !needs.scores.is_empty()
        || !needs.models.is_empty();
    let message = match (is_more, needs.events.is_empty()) {
        (false, false) => return Ok(()),
        (false, true) => "It looks at nothing; say what the person is to have done, such as events(\"page\").count().",
        (true, _) => "The features of a model look at events only, at no traits, segments, interests or scores.",
    };
    Err(Fault::new(code::CONTRADICTION, pointer, message))
}

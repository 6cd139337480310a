//! Recommenders as documents, and the placement of its own that each has for `/v1/recommend`.

use std::{collections::BTreeMap, sync::Arc};

use condition::{Selecting, Selection, Usage, select_all};
use decide::{Content, Experience, Items, Placement, Shows, Variant};
use model::{
    decision::Channel,
    limits::{CONDITION_BYTES, NAME_BYTES, RECOMMENDER_ALGORITHMS, RECOMMENDER_BOOSTS, RECOMMENDER_ITEMS, SUGGESTED},
    name::{Name, Recommender as RecommenderName},
    value::Finite,
};
use serde_json::Value;
use suggest::{Algorithm, Boost, Filters, Pin, Recommender, WhenBought};

use crate::{
    documents::{Documents, Known},
    error::{DefinitionError, Fault, code},
    experience,
    kind::Kind,
    shape::Shape,
};

/// Bytes of the id of an item.
const ITEM_BYTES: usize = 256;
/// Items of a list whose definition does not say how many.
const COUNT: u16 = 8;
/// What filters of items are asked of, as an event that conditions know.
const ITEM: &str = "Item";
/// When what was bought is shown.
const WHEN_BOUGHT: [(&str, WhenBought); 3] =
    [("used_up", WhenBought::UsedUp), ("always", WhenBought::Always), ("never", WhenBought::Never)];
/// By what an item is raised at most, and lowered by the inverse.
const MOST_BOOST: f64 = 100.0;

/// What the document of a recommender says.
pub(crate) struct Body<'a> {
    algorithms: Vec<Algorithm>,
    count: u16,
    least: u16,
    filters: Filters,
    only: Option<&'a str>,
    pins: Vec<Pin>,
    boosts: Vec<(&'a str, f64, String)>,
    most_per_brand: Option<u16>,
    most_per_category: Option<u16>,
    discovery: f64,
    floor: f64,
    /// The purpose for which it is asked alone.
    purpose: Option<&'a str>,
    /// What the customer has of it. Without one it proposes the same to everybody where it is asked alone.
    benefit: Option<BTreeMap<Arc<str>, Arc<str>>>,
}

pub(crate) fn read(document: &Value) -> Result<Body<'_>, Fault> {
    let mut shape = Shape::of(document)?;
    let words = Algorithm::ALL.map(|algorithm| (algorithm.word(), algorithm));
    let algorithms = shape.one_or_more_words("algorithms", &words)?;
    if algorithms.len() > RECOMMENDER_ALGORITHMS {
        let message = format!("A recommender has at most {RECOMMENDER_ALGORITHMS} algorithms, its fallbacks included.");
        return Err(Fault::new(code::TOO_MANY, shape.pointer_to("algorithms"), message));
    }
    let count = shape.count_or("count", SUGGESTED as u16, COUNT)?;
    let least = shape.count_or("least", SUGGESTED as u16, 1)?;
    if least > count {
        let message = format!("It shows at most {count} items, and is not shown with fewer than {least}.");
        return Err(Fault::new(code::CONTRADICTION, shape.pointer_to("least"), message));
    }
    let only = shape.optional_text("only", CONDITION_BYTES)?;
    let exclude = shape.optional_texts("exclude", ITEM_BYTES)?;
    few(&shape, "exclude", exclude.len(), RECOMMENDER_ITEMS)?;
    let (price_from, price_to) = price(&mut shape)?;
    let filters = Filters {
        in_stock: shape.flag_or("in_stock", true)?,
        bought: shape.word_or("bought", &WHEN_BOUGHT, WhenBought::default())?,
        only: None,
        size_of: shape.optional_text("size_of", NAME_BYTES)?.map(Name::from),
        store_of: shape.optional_text("store_of", NAME_BYTES)?.map(Name::from),
        least_margin: if shape.has("least_margin") { Some(shape.share("least_margin")?) } else { None },
        same_category: shape.flag("same_category")?,
        price_from,
        price_to,
        exclude: exclude.into_iter().map(Arc::from).collect(),
    };
    let (pins, boosts) = (pins(&mut shape, count)?, boosts(&mut shape)?);
    let most = |shape: &mut Shape<'_>, name: &'static str| {
        shape.has(name).then(|| shape.count(name, SUGGESTED as u16)).transpose()
    };
    let (most_per_brand, most_per_category) =
        (most(&mut shape, "most_per_brand")?, most(&mut shape, "most_per_category")?);
    let (discovery, floor) = (shape.share_or("discovery", 0.0)?, shape.share_or("floor", 0.0)?);
    let purpose = shape.optional_text("purpose", NAME_BYTES)?;
    let benefit = shape.has("benefit").then(|| experience::benefit(&mut shape)).transpose()?;
    shape.description()?;
    shape.finish()?;
    Ok(Body {
        algorithms,
        count,
        least,
        filters,
        only,
        pins,
        boosts,
        most_per_brand,
        most_per_category,
        discovery,
        floor,
        purpose,
        benefit,
    })
}

fn few(shape: &Shape<'_>, name: &str, found: usize, most: usize) -> Result<(), Fault> {
    if found <= most {
        return Ok(());
    }
    Err(Fault::new(code::TOO_MANY, shape.pointer_to(name), format!("`{name}` has at most {most} entries.")))
}

/// `price = { from = 0.5, to = 2 }`: shares of the price of the items in question.
fn price(shape: &mut Shape<'_>) -> Result<(Option<f64>, Option<f64>), Fault> {
    let Some(mut price) = shape.object("price")? else { return Ok((None, None)) };
    let mut share = |name: &'static str| {
        let given = price.has(name);
        let number = price.number(name)?.get();
        if given && !(0.0..=MOST_BOOST).contains(&number) {
            let message = format!("`{name}` is a share of the price of the items in question, from 0 to {MOST_BOOST}.");
            return Err(Fault::new(code::OUT_OF_RANGE, price.pointer_to(name), message));
        }
        Ok(given.then_some(number))
    };
    let bounds = (share("from")?, share("to")?);
    if let (Some(from), Some(to)) = bounds
        && from > to
    {
        let message = "It ends below where it begins.";
        return Err(Fault::new(code::CONTRADICTION, price.pointer_to("to"), message));
    }
    price.finish()?;
    Ok(bounds)
}

fn pins(shape: &mut Shape<'_>, count: u16) -> Result<Vec<Pin>, Fault> {
    let mut pins = Vec::<Pin>::new();
    for mut pin in shape.objects("pins", SUGGESTED)? {
        let place = pin.count("place", count)?;
        let pointer = pin.pointer_to("place");
        if place == 0 {
            return Err(Fault::new(code::OUT_OF_RANGE, pointer, "The first place is 1."));
        }
        let place = usize::from(place) - 1;
        if pins.iter().any(|other| other.place == place) {
            return Err(Fault::new(code::TWICE, pointer, "Two items are pinned to this place."));
        }
        pins.push(Pin { place, item: pin.text("item", ITEM_BYTES)?.into() });
        pin.finish()?;
    }
    Ok(pins)
}

fn boosts<'a>(shape: &mut Shape<'a>) -> Result<Vec<(&'a str, f64, String)>, Fault> {
    let boosts = shape.objects("boosts", RECOMMENDER_BOOSTS)?.into_iter();
    let read = |mut boost: Shape<'a>| {
        let only = boost.text("only", CONDITION_BYTES)?;
        let by = boost.number("by")?.get();
        if !(1.0 / MOST_BOOST..=MOST_BOOST).contains(&by) {
            let message = format!("By what a score is multiplied: from {} to {MOST_BOOST}.", 1.0 / MOST_BOOST);
            return Err(Fault::new(code::OUT_OF_RANGE, boost.pointer_to("by"), message));
        }
        let pointer = boost.pointer_to("only");
        boost.finish()?;
        Ok((only, by, pointer))
    };
    boosts.map(read).collect()
}

/// Compiles all recommenders.
///
/// # Errors
/// The first filter that does not compile, or trait that is not there.
pub(crate) fn compile(
    documents: &Documents,
    known: &Known,
) -> Result<BTreeMap<Name<RecommenderName>, Recommender>, DefinitionError> {
    let compiled = documents.of_kind(Kind::Recommender).map(|(name, document)| {
        let recommender = one(name, document, known).map_err(|fault| fault.of(Kind::Recommender, name))?;
        Ok((Name::from(name), recommender))
    });
    compiled.collect()
}

fn one(name: &str, document: &Value, known: &Known) -> Result<Recommender, Fault> {
    let body = read(document)?;
    for (field, named) in [("/size_of", &body.filters.size_of), ("/store_of", &body.filters.store_of)] {
        if let Some(named) = named.as_ref().filter(|named| known.schema.get(named.as_str()).is_none()) {
            return Err(Fault::new(code::UNKNOWN_FACT, field, format!("The project has no trait `{named}`.")));
        }
    }
    let boosted = body.boosts.iter().map(|(only, _, pointer)| (*only, pointer.as_str()));
    let texts: Vec<(&str, &str)> = body.only.map(|only| (only, "/only")).into_iter().chain(boosted).collect();
    let mut filters = filters(&texts, known)?.into_iter();
    let only = body.only.and_then(|_| filters.next());
    let boosts = filters.zip(&body.boosts).map(|(only, (_, by, _))| Boost { only, by: *by as f32 });
    let most = |most: Option<u16>| most.map(usize::from);
    Ok(Recommender {
        name: name.into(),
        algorithms: body.algorithms,
        count: body.count.into(),
        least: body.least.into(),
        boosts: boosts.collect(),
        filters: Filters { only, ..body.filters },
        pins: body.pins,
        most_per_brand: most(body.most_per_brand),
        most_per_category: most(body.most_per_category),
        discovery: body.discovery as f32,
        floor: body.floor as f32,
    })
}

/// Conditions on items. What they name must be a fact of an item.
pub(crate) fn filters(texts: &[(&str, &str)], known: &Known) -> Result<Vec<Selection>, Fault> {
    let scope = known.scope(Usage::Order);
    let wanted: Vec<Selecting<'_>> =
        texts.iter().map(|(text, _)| Selecting { event: ITEM, filter: Some(text), within: None }).collect();
    let selected = select_all(&wanted, &scope).into_iter().zip(texts).map(|(selection, (_, pointer))| {
        let selection = selection.map_err(|error| Fault::in_condition(pointer, error))?;
        let needs = selection.needs();
        let others = needs.events.keys().any(|event| **event != *ITEM) || !needs.segments.is_empty();
        if others {
            let message = "This asks what an item is like, not what a person did: name facts of items, and traits.";
            return Err(Fault::new(code::CONTRADICTION, *pointer, message));
        }
        let paths = needs.events.get(ITEM).into_iter().flat_map(|need| &need.paths);
        for path in paths {
            let name = path.names().join(".");
            if !suggest::is_fact(&name) {
                let message = format!("An item has no fact `{name}`; it has {}.", suggest::facts().join(", "));
                return Err(Fault::new(code::UNKNOWN_FACT, *pointer, message));
            }
        }
        Ok(selection)
    });
    selected.collect()
}

/// What each recommender has of its own to be asked alone: a placement whose neutral content shows what it proposes to
/// everybody; and, if it says what the customer has of it, an experience with what it proposes to the person.
pub(crate) struct Alone {
    pub(crate) placements: Vec<Placement>,
    pub(crate) contents: Vec<Arc<Content>>,
    pub(crate) experiences: Vec<Experience>,
}

/// The name of the placement of a recommender. No document can have it.
fn placement_name(recommender: &str) -> String {
    format!("recommend/{recommender}")
}

pub(crate) fn alone(documents: &Documents, known: &Known) -> Result<Alone, DefinitionError> {
    let mut alone = Alone { placements: Vec::new(), contents: Vec::new(), experiences: Vec::new() };
    let everybody = condition::compile("true", &known.scope(Usage::Audience));
    for (name, document) in documents.of_kind(Kind::Recommender) {
        let body = read(document).map_err(|fault| fault.of(Kind::Recommender, name))?;
        let own = placement_name(name);
        let content = Arc::new(Content::of_items(Name::new(own.as_str()), Items::Recommended(name.into())));
        let channel = Channel::Web;
        alone.placements.push(Placement {
            name: Name::new(own.as_str()),
            channel,
            purpose: body.purpose.unwrap_or(channel.purpose()).into(),
            format: None,
            most_contents: 1,
            neutral: vec![content.clone()],
            is_checkout: false,
        });
        if let (Some(benefit), Ok(audience)) = (body.benefit, &everybody) {
            let shows = Shows::Contents(vec![content.clone()]);
            alone.experiences.push(Experience {
                name: Name::new(own.as_str()),
                placements: vec![Name::new(own.as_str())],
                audience: audience.clone(),
                variants: vec![Variant { name: "personal".into(), share: assign::Share::ALL, shows }],
                benefit,
                priority: 0,
                score: Finite::default(),
                caps: Vec::new(),
                starts: None,
                ends: None,
                part: None,
                traffic: assign::Share::ALL,
                salt: own.as_str().into(),
                known_only: true,
                enabled: true,
                memory: None,
                worth: None,
            });
        }
        alone.contents.push(content);
    }
    Ok(alone)
}

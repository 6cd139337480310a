//! Placements, contents and experiences together, compiled into what decisions are made by.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use condition::Condition;
use decide::{Content, Experience, Items, Menu, Placement, Pool, Reference, Rules, Scheme, Shows, Variant};
use engine::plan::{Plan, RETENTION};
use jiff::tz::TimeZone;
use model::{
    journey::Intent,
    limits::{LEDGER_EXPERIENCES, POOL_CONTENTS},
    name::{Name, Trait},
    request::is_fact,
    schema::TraitType,
    time::{Span, Timestamp},
};
use serde_json::Value;

use crate::{
    asked::{self, Asked},
    body, content,
    documents::{Documents, Known},
    error::{DefinitionError, Fault, code},
    experience::{self, ShowsBody},
    kind::Kind,
    placement, recommender, restraint,
    setting::Settings,
};

/// The traits that name the person in every project: those that the tracking spec and the schema of a new project have.
pub(crate) const PERSONAL_NAMES: [&str; 5] = ["name", "first_name", "last_name", "firstName", "lastName"];

/// Compiles what is shown where. `before` is the plan in force: audiences that did not change are taken from there.
///
/// # Errors
/// The first fault in order of kind and name: what names something that is not there, a name in a public place, an
/// audience that does not compile, two experiences in one part of a layer or drawn by one salt, more experiences with
/// caps than a ledger keeps.
pub(crate) fn compile(
    documents: &Documents,
    settings: &Settings,
    known: &Known,
    revision: u64,
    before: Option<&Plan>,
) -> Result<Scheme, DefinitionError> {
    let compiler = Compiler {
        documents,
        known,
        zone: settings.zone.as_ref().map_or(TimeZone::UTC, |zone| zone.rules.clone()),
        language: settings.language.clone(),
    };
    let asked = asked::compile(documents, known, before)?;
    let contents = compiler.all(Kind::Content, |name, document| compiler.content(name, document, &asked))?;
    let placements = compiler.all(Kind::Placement, |name, document| compiler.placement(name, document, &contents))?;
    let experiences = compiler.all(Kind::Experience, |name, document| {
        compiler.experience(name, document, (&contents, &placements), asked.audience(name))
    })?;
    check_layers(&experiences)?;
    check_salts(&experiences)?;
    check_caps(&experiences, settings.retention.unwrap_or(RETENTION))?;
    check_names(documents, &placements, &experiences)?;
    restraint::check_checkouts(documents, &placements, &experiences)?;
    let defaults = Rules::default();
    let rules = Rules {
        revision,
        holdout: settings.holdout.unwrap_or(defaults.holdout),
        personal_placements_per_page: settings.personal_placements.unwrap_or(defaults.personal_placements_per_page),
        zone: settings.zone.as_ref().map_or(defaults.zone, |zone| zone.name.clone()),
        withdrawn: settings.withdrawn.clone(),
        restraint: restraint::completed(&settings.restraint, documents, &known.schema)?,
    };
    let alone = recommender::alone(documents, known)?;
    let (placements, contents) = (placements.into_values(), contents.into_values());
    let experiences = experiences.into_values().chain(alone.experiences).collect();
    Ok(Scheme::new(rules, placements.chain(alone.placements), contents.chain(alone.contents), experiences))
}

struct Compiler<'d> {
    documents: &'d Documents,
    known: &'d Known,
    zone: TimeZone,
    /// In which a content speaks to those who read none of its languages.
    language: Option<Arc<str>>,
}

type Contents = BTreeMap<String, Arc<Content>>;
type Placements = BTreeMap<String, Placement>;

impl Compiler<'_> {
    fn all<T>(
        &self,
        kind: Kind,
        read: impl Fn(&str, &Value) -> Result<T, Fault>,
    ) -> Result<BTreeMap<String, T>, DefinitionError> {
        let all = self.documents.of_kind(kind);
        all.map(|(name, document)| Ok((name.to_owned(), read(name, document).map_err(|fault| fault.of(kind, name))?)))
            .collect()
    }

    fn content(&self, name: &str, document: &Value, asked: &Asked) -> Result<Arc<Content>, Fault> {
        let body = content::read(document)?;
        for (language, payload) in &body.languages {
            for (pointer, reference) in payload.references() {
                let pointer = format!("/languages/{language}{pointer}");
                self.check_reference(reference).map_err(|fault| Fault { pointer, ..fault })?;
            }
        }
        if let Some(Items::Recommended(recommender)) = &body.items
            && !self.documents.of_kind(Kind::Recommender).any(|(known, _)| known == recommender.as_str())
        {
            let message = format!("There is no recommender `{recommender}`.");
            return Err(Fault::new(code::UNKNOWN_RECOMMENDER, "/items/recommender", message));
        }
        let written = |language: &&str| body.languages.contains_key(*language);
        let first = body.languages.keys().next().map_or("", |first| first);
        let fallback = body.fallback.or(self.language.as_deref().filter(written)).unwrap_or(first).into();
        let mut tags: Vec<Arc<str>> = body.tags.into_iter().map(Arc::from).collect();
        tags.sort();
        Ok(Arc::new(Content {
            name: name.into(),
            fallback,
            versions: body.languages.into_iter().map(|(language, payload)| (language, Arc::new(payload))).collect(),
            stages: body.stages,
            intent: body.intent,
            expires: body.expires.map(|expires| expires.in_zone(&self.zone)),
            tags,
            suits: asked.suits(name).cloned(),
            prefer: asked.prefer(name).cloned(),
            items: body.items,
        }))
    }

    fn check_reference(&self, reference: &Reference) -> Result<(), Fault> {
        match reference {
            Reference::Trait(name) => self.check_trait(name),
            Reference::Request(name) if is_fact(name) => Ok(()),
            Reference::Request(name) => {
                Err(Fault::new(code::UNKNOWN_FACT, "", format!("A request has no fact `{name}`.")))
            }
        }
    }

    fn check_trait(&self, name: &Name<Trait>) -> Result<(), Fault> {
        match self.known.schema.get(name.as_str()).map(|rules| &rules.holds) {
            Some(TraitType::Text | TraitType::OneOf(_) | TraitType::Number | TraitType::Int) => Ok(()),
            Some(other) => {
                let message = format!("A token writes texts and numbers; the trait `{name}` holds {}.", other.word());
                Err(Fault::new(code::TOKEN_TYPE, "", message))
            }
            None => Err(Fault::new(code::UNKNOWN_FACT, "", format!("The project has no trait `{name}`."))),
        }
    }

    fn placement(&self, name: &str, document: &Value, contents: &Contents) -> Result<Placement, Fault> {
        let body = placement::read(document)?;
        let neutral = named(contents, &body.neutral, "/neutral", document.get("neutral"))?;
        if let Some(place) = neutral.iter().position(|content| content.expires.is_some()) {
            let message = format!("The content `{}` expires; what is neutral is always there.", neutral[place].name);
            let pointer = pointer_in("/neutral", place, document.get("neutral"));
            return Err(Fault::new(code::NEUTRAL_EXPIRES, pointer, message));
        }
        if let Some(place) = neutral.iter().position(|content| content.intent == Intent::Reward) {
            let message = format!(
                "The content `{}` thanks a customer; what is neutral is for everybody, also for whom nobody recognizes.",
                neutral[place].name
            );
            let pointer = pointer_in("/neutral", place, document.get("neutral"));
            return Err(Fault::new(code::NEUTRAL_REWARDS, pointer, message));
        }
        Ok(Placement {
            name: name.into(),
            channel: body.channel,
            purpose: body.purpose.unwrap_or(body.channel.purpose()).into(),
            format: body.format.map(Arc::from),
            most_contents: body.most_contents,
            neutral,
            is_checkout: body.is_checkout,
        })
    }

    fn experience(
        &self,
        name: &str,
        document: &Value,
        (contents, placements): (&Contents, &Placements),
        audience: Option<&Condition>,
    ) -> Result<Experience, Fault> {
        let body = experience::read(name, document)?;
        for (place, placement) in body.placements.iter().enumerate() {
            if !placements.contains_key(*placement) {
                let pointer = pointer_in("/placements", place, document.get("placements"));
                return Err(Fault::new(
                    code::UNKNOWN_PLACEMENT,
                    pointer,
                    format!("There is no placement `{placement}`."),
                ));
            }
        }
        if let Some(part) = body.part.as_ref().filter(|part| !self.has_layer(part.layer().as_str())) {
            let message = format!("There is no layer `{}`.", part.layer());
            return Err(Fault::new(code::UNKNOWN_LAYER, "/layer/name", message));
        }
        let least = body.placements.iter().map(|placement| placements[*placement].most_contents).min().unwrap_or(1);
        let mut variants = Vec::with_capacity(body.variants.len());
        for variant in body.variants {
            let field = format!("/variants/{}", variant.name);
            let shows = shows(&variant.shows, contents, (document, &field), usize::from(least))?;
            variants.push(Variant { name: variant.name.into(), share: variant.share, shows });
        }
        let (starts, ends) = (body.starts, body.ends);
        let (starts, ends) = (starts.map(|at| at.in_zone(&self.zone)), ends.map(|at| at.in_zone(&self.zone)));
        if starts.zip(ends).is_some_and(|(starts, ends)| ends <= starts) {
            let message = "It ends before it starts.";
            return Err(Fault::new(code::CONTRADICTION, "/ends", message));
        }
        Ok(Experience {
            name: name.into(),
            placements: body.placements.into_iter().map(Name::from).collect(),
            audience: audience.expect("every audience was compiled").clone(),
            variants,
            benefit: body.benefit,
            priority: body.priority,
            score: body.score,
            caps: body.caps,
            starts,
            ends,
            part: body.part,
            traffic: body.traffic,
            salt: body.salt.into(),
            known_only: false,
            enabled: body.enabled,
            memory: body.memory,
            worth: body.worth,
        })
    }

    fn has_layer(&self, name: &str) -> bool {
        self.documents.of_kind(Kind::Layer).any(|(layer, _)| layer == name)
    }
}

/// What a variant shows, with its contents found. `least` is how many contents its smallest placement shows.
fn shows(
    body: &ShowsBody<'_>,
    contents: &Contents,
    (document, field): (&Value, &str),
    least: usize,
) -> Result<Shows, Fault> {
    let listed = |names: &[&str], within: &str| {
        let field = format!("{field}/{within}");
        let written = document.pointer(&field);
        named(contents, names, &field, written).map(|found| (found, field))
    };
    let all_fit = |(found, field): (Vec<Arc<Content>>, String)| {
        if found.len() <= least {
            return Ok(found);
        }
        let message = format!("Its placements show at most {least} contents; these are more.");
        Err(Fault::new(code::TOO_MANY, field, message))
    };
    match body {
        ShowsBody::Neutral => Ok(Shows::Neutral),
        ShowsBody::Contents(names) => Ok(Shows::Contents(all_fit(listed(names, "contents")?)?)),
        ShowsBody::Menu { contents: names, fixed } => {
            // A menu without one of its entries would hide a part of the shop.
            let entries = all_fit(listed(names, "menu/contents")?)?;
            Ok(Shows::Menu(Menu { entries, fixed: fixed.iter().map(|name| Name::from(*name)).collect() }))
        }
        ShowsBody::Pool(body) => {
            let (mut found, _) = listed(&body.contents, "pool/contents")?;
            let has_tag = |content: &&Arc<Content>| content.tags.iter().any(|tag| body.tags.contains(&&**tag));
            for content in contents.values().filter(has_tag) {
                if !found.iter().any(|known| known.name == content.name) {
                    found.push(content.clone());
                }
            }
            let field = format!("{field}/pool");
            if found.is_empty() {
                let message = "No content has one of these tags: the pool would have nothing to show.";
                return Err(Fault::new(code::EMPTY, format!("{field}/tags"), message));
            }
            if found.len() > POOL_CONTENTS {
                let message = format!("A pool has at most {POOL_CONTENTS} contents; these are {}.", found.len());
                return Err(Fault::new(code::TOO_MANY, field, message));
            }
            Ok(Shows::Pool(Pool { contents: found, order: body.order.clone(), repeat: body.repeat }))
        }
    }
}

fn named(
    contents: &Contents,
    names: &[&str],
    field: &str,
    written: Option<&Value>,
) -> Result<Vec<Arc<Content>>, Fault> {
    let found = names.iter().enumerate().map(|(place, name)| {
        contents.get(*name).cloned().ok_or_else(|| {
            let pointer = pointer_in(field, place, written);
            Fault::new(code::UNKNOWN_CONTENT, pointer, format!("There is no content `{name}`."))
        })
    });
    found.collect()
}

/// The pointer to an entry of a list, which may have been written as a single text.
pub(crate) fn pointer_in(field: &str, place: usize, written: Option<&Value>) -> String {
    if written.is_some_and(Value::is_string) { field.to_owned() } else { format!("{field}/{place}") }
}

/// Refuses two experiences that claim the same part of a layer while both are shown.
fn check_layers(experiences: &BTreeMap<String, Experience>) -> Result<(), DefinitionError> {
    let of_layers = || experiences.values().filter(|experience| experience.enabled && experience.part.is_some());
    for (place, one) in of_layers().enumerate() {
        for other in of_layers().take(place) {
            let overlap = one.part.as_ref().zip(other.part.as_ref()).is_some_and(|(one, other)| one.overlaps(other));
            if overlap && at_once(one, other) {
                let message = format!(
                    "The experience `{}` has a part of this part; in a layer one excludes the other.",
                    other.name
                );
                let fault = Fault::new(code::LAYER_OVERLAP, "/layer", message);
                return Err(fault.of(Kind::Experience, one.name.as_str()));
            }
        }
    }
    Ok(())
}

/// Refuses two experiences that draw by one salt while both are shown: who takes part in the one would not be drawn for
/// the other by chance, and a propensity takes draws to be independent. Those of one layer may: nobody is in both.
fn check_salts(experiences: &BTreeMap<String, Experience>) -> Result<(), DefinitionError> {
    let mut by_salt = BTreeMap::<&str, Vec<&Experience>>::new();
    for one in experiences.values().filter(|experience| experience.enabled) {
        let same = by_salt.entry(&*one.salt).or_default();
        let excluded = |other: &Experience| {
            let layers = one.part.as_ref().zip(other.part.as_ref());
            layers.is_some_and(|(one, other)| one.layer() == other.layer())
        };
        if let Some(other) = same.iter().find(|other| at_once(one, other) && !excluded(other)) {
            // The salt of an experience that names none is its name.
            let (at_fault, other) = if *one.salt == *one.name.as_str() { (*other, one) } else { (one, *other) };
            let message = format!(
                "The experience `{}` draws by this salt too, so nobody is drawn for the one without regard to the \
                 other; give each its own, or leave it out.",
                other.name
            );
            let fault = Fault::new(code::SALT_TWICE, "/salt", message);
            return Err(fault.of(Kind::Experience, at_fault.name.as_str()));
        }
        same.push(one);
    }
    Ok(())
}

/// Refuses caps that would be forgotten: of one person the ledger keeps so many experiences, for so long.
fn check_caps(experiences: &BTreeMap<String, Experience>, retention: Span) -> Result<(), DefinitionError> {
    for experience in experiences.values() {
        if let Some(place) = experience.caps.iter().position(|cap| cap.within > retention) {
            let days = retention.as_millis() / Span::DAY.as_millis();
            let message = format!("Nothing is kept longer than `retention_days`, which is {days}.");
            let fault = Fault::new(code::TOO_LONG, format!("/caps/{place}/per"), message);
            return Err(fault.of(Kind::Experience, experience.name.as_str()));
        }
    }
    let mut capped = experiences.values().filter(|experience| !experience.caps.is_empty());
    let Some(beyond) = capped.nth(LEDGER_EXPERIENCES) else { return Ok(()) };
    let message = format!("At most {LEDGER_EXPERIENCES} experiences of a project have caps; these are more.");
    Err(Fault::new(code::TOO_MANY, "/caps", message).of(Kind::Experience, beyond.name.as_str()))
}

fn at_once(one: &Experience, other: &Experience) -> bool {
    let before = |one: &Experience, other: &Experience| {
        one.ends.unwrap_or(Timestamp::MAX) <= other.starts.unwrap_or(Timestamp::MIN)
    };
    !before(one, other) && !before(other, one)
}

/// Refuses a text that calls the person by name where others read it too (requirements DEC-14).
fn check_names(
    documents: &Documents,
    placements: &Placements,
    experiences: &BTreeMap<String, Experience>,
) -> Result<(), DefinitionError> {
    let marked = documents.of_kind(Kind::Trait).filter(|(_, document)| document[body::NAMES_THE_PERSON] == true);
    let marked: BTreeSet<&str> = marked.map(|(name, _)| name).collect();
    let is_name = |name: &str| PERSONAL_NAMES.contains(&name) || marked.contains(name);
    for placement in placements.values().filter(|placement| !placement.channel.may_name_the_person()) {
        let shown_by = experiences.values().filter(|experience| experience.placements.contains(&placement.name));
        let shown =
            shown_by.flat_map(|experience| experience.contents().map(move |content| (content, Some(experience))));
        let neutral = placement.neutral.iter().map(|content| (content, None));
        for (content, experience) in neutral.chain(shown) {
            for (language, version) in &content.versions {
                let references = version.references();
                let named = references
                    .iter()
                    .find(|(_, reference)| matches!(reference, Reference::Trait(name) if is_name(name.as_str())));
                if let Some((pointer, _)) = named {
                    let field = format!("/languages/{language}{pointer}");
                    let fault = Fault::new(code::NAME_IN_PUBLIC, field, in_public(placement, experience));
                    let shown_by = experience.map(|experience| (Kind::Experience, experience.name.to_string()));
                    let shown_by = shown_by.unwrap_or_else(|| (Kind::Placement, placement.name.to_string()));
                    let error = fault.of(Kind::Content, content.name.as_str());
                    return Err(DefinitionError { beside: Some(Box::new(shown_by)), ..error });
                }
            }
        }
    }
    Ok(())
}

/// What is wrong with a name in a content: which experience shows it in the placement, if it is not what is neutral there.
fn in_public(placement: &Placement, experience: Option<&Experience>) -> String {
    let shown = experience.map_or_else(
        || format!("This is neutral in the placement `{}`", placement.name),
        |experience| format!("The experience `{}` shows this in the placement `{}`", experience.name, placement.name),
    );
    format!(
        "{shown}, on a page that others read too, where a name repels; call people by name in e-mails, letters, their \
         account and to whoever serves them."
    )
}

//! What each kind of document says: its fields, read into the types of the plan.
//!
//! Whether what a document names exists is not asked here: [`crate::compile`] does, when all of them are known.

use model::{
    fact::FactKind,
    identifier::{NamespaceRules, Strength},
    limits::{BASIS_BYTES, CONDITION_BYTES, CONSENT_CATEGORY_CHARS, DESCRIPTION_BYTES, NAME_BYTES},
    name::{Name, Purpose, Source},
    schema::{Meaning, TraitRules, TraitType},
    source::{LegalBasis, Party, SourceRules},
};
use serde_json::Value;

use crate::{
    content,
    error::{Fault, code},
    experience, finder,
    kind::Kind,
    models, placement, recommender, score, setting,
    shape::Shape,
    span, synonym, tag,
};

/// Identifiers of one namespace that one profile may hold at most, whatever the definition says.
const MOST_PER_PROFILE: u16 = 1_000;

/// The same where the definition says nothing.
const DEFAULT_PER_PROFILE: u16 = 20;

/// Bytes of one choice of a trait that holds one of several texts.
const CHOICE_BYTES: usize = 200;

/// Words that the condition language keeps for itself, so that `profile.in` is no condition.
const RESERVED: &[&str] = &["in", "true", "false", "null"];

/// What the name of most definitions is.
pub(crate) const SLUG_RULE: &str = "has 1 to 64 of a-z, 0-9, _ and -, and starts with a letter";

/// Checks a name and the shape of a document.
pub(crate) fn check(kind: Kind, name: &str, document: &Value) -> Result<(), Fault> {
    check_name(kind, name)?;
    match kind {
        Kind::Purpose => purpose(document),
        Kind::ConsentCategory => consent_category(document).map(drop),
        Kind::Namespace => namespace(document).map(drop),
        Kind::Source => source(name, document).map(drop),
        Kind::Trait => trait_rules(name, document).map(drop),
        Kind::Tag => tag::read(document).map(drop),
        Kind::Score => score::read(document).map(drop),
        Kind::Model => models::read(name, document).map(drop),
        Kind::Segment => segment(document).map(drop),
        Kind::Recommender => recommender::read(document).map(drop),
        Kind::Finder => finder::read(document).map(drop),
        Kind::Synonym => synonym::read(document).map(drop),
        Kind::Layer => layer(document),
        Kind::Content => content::read(document).map(drop),
        Kind::Placement => placement::read(document).map(drop),
        Kind::Experience => experience::read(name, document).map(drop),
        Kind::Setting => setting::check(name, document),
    }
}

/// A trait's name is what a client sends and a condition can write, `profile.footWidth`; a consent category's is
/// whatever the client's consent tool made up; a setting's is one of few; all others are slugs.
fn check_name(kind: Kind, name: &str) -> Result<(), Fault> {
    let (good, rule) = match kind {
        Kind::Trait => {
            let bytes = name.as_bytes();
            let good = bytes.len() <= NAME_BYTES
                && bytes.first().is_some_and(u8::is_ascii_alphabetic)
                && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                && !RESERVED.contains(&name);
            (good, "has 1 to 64 of A-Z, a-z, 0-9 and _, starts with a letter, and is not in, true, false or null")
        }
        Kind::ConsentCategory => {
            let chars = name.chars().count();
            let good = (1..=CONSENT_CATEGORY_CHARS).contains(&chars) && !name.chars().any(char::is_control);
            (good, "has 1 to 200 characters, none of them a control character")
        }
        Kind::Model => (models::named(name).is_some(), models::NAME_RULE),
        Kind::Setting => (setting::NAMES.contains(&name), setting::NAME_RULE),
        Kind::Purpose
        | Kind::Namespace
        | Kind::Source
        | Kind::Tag
        | Kind::Score
        | Kind::Segment
        | Kind::Recommender
        | Kind::Finder
        | Kind::Synonym
        | Kind::Layer
        | Kind::Content
        | Kind::Placement
        | Kind::Experience => (Name::<Source>::from(name).definable(), SLUG_RULE),
    };
    if good { Ok(()) } else { Err(Fault::new(code::BAD_NAME, "", format!("The name of a {kind} {rule}."))) }
}

/// The condition of a segment.
pub(crate) fn segment(document: &Value) -> Result<&str, Fault> {
    let mut shape = Shape::of(document)?;
    let condition = shape.text("condition", usize::MAX)?;
    if condition.len() > CONDITION_BYTES {
        let message = format!("A condition has at most {CONDITION_BYTES} bytes; this has {}.", condition.len());
        return Err(Fault::new(condition::code::TOO_LONG, "/condition", message));
    }
    shape.description()?;
    shape.finish()?;
    Ok(condition)
}

/// What sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// In the hands of the person: it cannot vouch for anybody, and stands under ePrivacy 5(3).
    Device,
    /// In the hands of the shop or of who works for it.
    Shop,
    /// In the hands of somebody else, who knows the person from elsewhere.
    Partner,
}

const SENDERS: &[(&str, Sender)] = &[
    ("browser", Sender::Device),
    ("app", Sender::Device),
    ("server", Sender::Shop),
    ("till", Sender::Shop),
    ("file", Sender::Shop),
    ("partner", Sender::Partner),
];

/// The rules of a source.
pub(crate) fn source(name: &str, document: &Value) -> Result<SourceRules, Fault> {
    let mut shape = Shape::of(document)?;
    let sender = shape.word("kind", SENDERS)?;
    let reliability = shape.share("reliability")?;
    let basis = legal_basis(&mut shape, sender)?;
    let kinds = [("declared", FactKind::Declared), ("observed", FactKind::Observed), ("inferred", FactKind::Inferred)];
    let kind = shape.word_or("facts", &kinds, FactKind::Declared)?;
    let trusted = shape.flag("verifies")?;
    if trusted && sender == Sender::Device {
        let message = "A browser or an app is in the hands of anybody; what it says is never verified.";
        return Err(Fault::new(code::CANNOT_VERIFY, shape.pointer_to("verifies"), message));
    }
    shape.description()?;
    shape.finish()?;
    let reliability_permille = (reliability * 1_000.0).round() as u16;
    let party = match sender {
        Sender::Device | Sender::Shop => Party::First,
        Sender::Partner => Party::Third,
    };
    Ok(SourceRules { name: name.into(), reliability_permille, basis, kind, trusted, party })
}

/// The word for the basis on which nothing is kept that nobody agreed to.
const CONSENT: &str = "consent";

fn legal_basis(shape: &mut Shape<'_>, sender: Sender) -> Result<LegalBasis, Fault> {
    let basis = shape.optional_text("basis", BASIS_BYTES)?.unwrap_or(CONSENT);
    let named = |purposes: Vec<&str>| purposes.into_iter().map(Name::from).collect::<Vec<Name<Purpose>>>();
    if basis == CONSENT {
        shape.refuse("serves", "`serves` goes with a written basis; with consent, say `any_of`.")?;
        return Ok(LegalBasis::Consent { any_of: named(shape.some_texts("any_of", NAME_BYTES)?) });
    }
    if sender == Sender::Device {
        let message = "What a browser or an app sends is kept on consent only (ePrivacy 5(3)).";
        return Err(Fault::new(code::CONSENT_REQUIRED, shape.pointer_to("basis"), message));
    }
    shape.refuse("any_of", "`any_of` goes with consent; with a written basis, say `serves`.")?;
    Ok(LegalBasis::Written { basis: basis.to_owned(), serves: named(shape.some_texts("serves", NAME_BYTES)?) })
}

/// The rules of a trait.
pub(crate) fn trait_rules(name: &str, document: &Value) -> Result<TraitRules, Fault> {
    let mut shape = Shape::of(document)?;
    let types = [
        TraitType::Text,
        TraitType::OneOf(Vec::new()),
        TraitType::Number,
        TraitType::Int,
        TraitType::Bool,
        TraitType::Time,
        TraitType::Place,
        TraitType::Texts,
        TraitType::Any,
    ];
    let words = types.map(|holds| (holds.word(), holds));
    let mut holds = shape.word("holds", &words)?;
    if let TraitType::OneOf(choices) = &mut holds {
        *choices = shape.some_texts("values", CHOICE_BYTES)?.into_iter().map(str::to_owned).collect();
    } else {
        shape.refuse("values", "`values` goes with a trait that holds one_of.")?;
    }
    let purpose = shape.optional_text("purpose", NAME_BYTES)?.map(Name::from);
    let meanings = Meaning::ALL.map(|meaning| (meaning.word(), Some(meaning)));
    let words: Vec<_> = meanings.into_iter().chain([(MEANS_NOTHING, None)]).collect();
    let meaning = shape.word_or("means", &words, Meaning::of(name))?;
    let half_life = match span::read(&mut shape, "half_life")? {
        None => TraitRules::usual_half_life(meaning),
        own => own,
    };
    shape.flag(NAMES_THE_PERSON)?;
    shape.description()?;
    shape.finish()?;
    Ok(TraitRules { holds, purpose, meaning, half_life })
}

/// The word of a trait whose name is that of something it is not.
const MEANS_NOTHING: &str = "nothing";

/// The field of a trait that says that it names the person, as `first_name` does.
pub(crate) const NAMES_THE_PERSON: &str = "names_the_person";

/// A layer has nothing but its name.
fn layer(document: &Value) -> Result<(), Fault> {
    let mut shape = Shape::of(document)?;
    shape.description()?;
    shape.finish()
}

/// The rules of a namespace.
pub(crate) fn namespace(document: &Value) -> Result<NamespaceRules, Fault> {
    let mut shape = Shape::of(document)?;
    let strengths = [("device", Strength::Device), ("weak", Strength::Weak), ("strong", Strength::Strong)];
    let strength = shape.word("strength", &strengths)?;
    let rules = NamespaceRules {
        strength,
        strong_when_verified: shape.flag("strong_when_verified")?,
        one_per_person: shape.flag("one_per_person")?,
        most_per_profile: shape.count_or("most_per_profile", MOST_PER_PROFILE, DEFAULT_PER_PROFILE)?,
        fold_case: shape.flag("fold_case")?,
    };
    let claims = [("strong_when_verified", rules.strong_when_verified), ("one_per_person", rules.one_per_person)];
    if strength == Strength::Device
        && let Some((claim, _)) = claims.into_iter().find(|(_, made)| *made)
    {
        let message = "Several persons share a device, and a person has several: it never stands for one person.";
        return Err(Fault::new(code::CONTRADICTION, shape.pointer_to(claim), message));
    }
    shape.description()?;
    shape.finish()?;
    Ok(rules)
}

/// A purpose says in each of the shop's languages what it is for, as the banner shows it.
fn purpose(document: &Value) -> Result<(), Fault> {
    let mut shape = Shape::of(document)?;
    let texts = shape.named_texts("description", DESCRIPTION_BYTES)?;
    if texts.is_empty() {
        let message = "A purpose is described in at least one language.";
        return Err(Fault::new(code::EMPTY, shape.pointer_to("description"), message));
    }
    if let Some((language, _, pointer)) = texts.into_iter().find(|(language, _, _)| !is_language(language)) {
        let message = format!("`{language}` is no language; write `en`, `fr` or `fr-CA`.");
        return Err(Fault::new(code::BAD_LANGUAGE, pointer, message));
    }
    shape.finish()
}

/// Refuses what is no language.
pub(crate) fn check_language(tag: &str, pointer: String) -> Result<(), Fault> {
    if is_language(tag) {
        return Ok(());
    }
    Err(Fault::new(code::BAD_LANGUAGE, pointer, format!("`{tag}` is no language; write `en`, `fr` or `fr-CA`.")))
}

/// Whether a text has the shape of a BCP 47 tag: two or three lowercase letters, then subtags of two to eight.
fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && tag.len() <= NAME_BYTES
        && subtags.all(|tag| (2..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The purposes that a category stands for; none for what is strictly necessary.
pub(crate) fn consent_category(document: &Value) -> Result<Vec<Name<Purpose>>, Fault> {
    let mut shape = Shape::of(document)?;
    let purposes = shape.texts("purposes", NAME_BYTES)?;
    shape.description()?;
    shape.finish()?;
    Ok(purposes.into_iter().map(Name::from).collect())
}

//! Settings: single values that rule the whole project.

use std::sync::Arc;

use assign::Share;
use decide::Restraint;
use engine::plan::IdentityTokens;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use model::{
    limits::{NAME_BYTES, WITHDRAWN},
    name::{Content, Name},
    site::Hosts,
    time::Span,
    trust::Floors,
};
use profile::doubt::own::Own;
use segment::interests::InterestRules;
use serde_json::Value;

use crate::{
    belief, body,
    documents::Documents,
    error::{DefinitionError, Fault, code},
    interests,
    kind::Kind,
    learned::{self, RELIABILITY, Reliability, WITHDRAWN_CONTENTS},
    restraint,
    shape::Shape,
};

const HOLDOUT_SHARE: &str = "holdout_share";
const IDENTITY_TOKENS: &str = "identity_tokens";
const INTERESTS: &str = "interests";
const LANGUAGE: &str = "language";
pub(crate) const LEARNING: &str = "learning";
const OWN: &str = "own_addresses";
const PERSONAL_PLACEMENTS: &str = "personal_placements_per_page";
const RESTRAINT: &str = restraint::NAME;
const RETENTION_DAYS: &str = "retention_days";
const SITE_HOSTS: &str = "site_hosts";
const TRUST: &str = "trust";
const ZONE: &str = "zone";

/// The settings that there are.
pub(crate) const NAMES: &[&str] = &[
    HOLDOUT_SHARE,
    IDENTITY_TOKENS,
    INTERESTS,
    LANGUAGE,
    LEARNING,
    OWN,
    PERSONAL_PLACEMENTS,
    RELIABILITY,
    RESTRAINT,
    RETENTION_DAYS,
    SITE_HOSTS,
    WITHDRAWN_CONTENTS,
    TRUST,
    ZONE,
];

/// What the name of a setting is.
pub(crate) const NAME_RULE: &str = "is holdout_share, identity_tokens, interests, language, learning, own_addresses, personal_placements_per_page, reliability, restraint, retention_days, site_hosts, withdrawn, trust or zone";

/// How long events may be kept at most, in days: four times what CNIL allows for audience data, for shops under
/// another law.
const MOST_RETENTION_DAYS: u16 = 760 * 4;

/// Bytes of a keyword, at most.
const KEYWORD_BYTES: usize = 200;

/// Contents, each with a keyword.
type Pairs = Vec<(Name<Content>, Arc<str>)>;

/// The largest share that may be kept out of everything.
const MOST_HOLDOUT: f64 = 0.5;

/// Bytes of a host, and of the star before it.
const HOST_BYTES: usize = 255;

/// Placements of one page that may be personalized at most, whatever the setting says.
const MOST_PERSONAL_PLACEMENTS: u16 = 20;

/// All settings; `None`, or what is usual, where the project says nothing.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) holdout: Option<Share>,
    pub(crate) identity_tokens: IdentityTokens,
    pub(crate) interests: InterestRules,
    pub(crate) language: Option<Arc<str>>,
    pub(crate) personal_placements: Option<u16>,
    pub(crate) restraint: Restraint,
    pub(crate) retention: Option<Span>,
    pub(crate) hosts: Hosts,
    /// Contents with keywords for which they are not shown any more.
    pub(crate) withdrawn: Pairs,
    /// How reliable sources turned out to be.
    pub(crate) found: Vec<Reliability>,
    pub(crate) own: Own,
    pub(crate) floors: Floors,
    pub(crate) zone: Option<Zone>,
}

/// A time zone with its name.
pub(crate) struct Zone {
    pub(crate) name: Arc<str>,
    pub(crate) rules: TimeZone,
}

impl Settings {
    /// Reads them all.
    pub(crate) fn of(documents: &Documents) -> Result<Self, DefinitionError> {
        let mut settings = Self::default();
        for (name, document) in documents.of_kind(Kind::Setting) {
            settings.read(name, document).map_err(|fault| fault.of(Kind::Setting, name))?;
        }
        Ok(settings)
    }

    fn read(&mut self, name: &str, document: &Value) -> Result<(), Fault> {
        let mut shape = Shape::of(document)?;
        match name {
            HOLDOUT_SHARE => self.holdout = Some(holdout(&mut shape)?),
            IDENTITY_TOKENS => self.identity_tokens = identity_tokens(&mut shape)?,
            INTERESTS => self.interests = interests::read(&mut shape)?,
            LANGUAGE => self.language = Some(language(&mut shape)?),
            LEARNING => learned::learning(&mut shape)?,
            RELIABILITY => self.found = learned::reliability(&mut shape)?,
            PERSONAL_PLACEMENTS => self.personal_placements = Some(shape.count("value", MOST_PERSONAL_PLACEMENTS)?),
            SITE_HOSTS => self.hosts = hosts(&mut shape)?,
            WITHDRAWN_CONTENTS => self.withdrawn = withdrawn(&mut shape)?,
            RESTRAINT => self.restraint = restraint::read(&mut shape)?,
            OWN => self.own = belief::own(&mut shape)?,
            TRUST => self.floors = belief::floors(&mut shape)?,
            ZONE => self.zone = Some(zone(&mut shape)?),
            // The name was checked when the document was put.
            _ => {
                let days = shape.count("value", MOST_RETENTION_DAYS)?;
                self.retention = Some(Span::DAY.times(i64::from(days)));
            }
        }
        shape.description()?;
        shape.finish()
    }
}

/// Checks the shape of one setting.
pub(crate) fn check(name: &str, document: &Value) -> Result<(), Fault> {
    Settings::default().read(name, document)
}

fn withdrawn(shape: &mut Shape<'_>) -> Result<Pairs, Fault> {
    learned::by(shape)?;
    let read = |mut shape: Shape<'_>| {
        let pair = (shape.text("content", NAME_BYTES)?.into(), shape.text("keyword", KEYWORD_BYTES)?.into());
        shape.finish()?;
        Ok(pair)
    };
    shape.objects("value", WITHDRAWN)?.into_iter().map(read).collect()
}

fn holdout(shape: &mut Shape<'_>) -> Result<Share, Fault> {
    let share = shape.basis_points("value")?;
    if share.fraction() > MOST_HOLDOUT {
        let message = format!("At most {MOST_HOLDOUT} of all people can be kept out of everything.");
        return Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("value"), message));
    }
    Ok(share)
}

/// The hosts of the shop's own sites: `shop.example`, `*.shop.example`.
fn hosts(shape: &mut Shape<'_>) -> Result<Hosts, Fault> {
    let patterns = shape.texts("value", HOST_BYTES)?;
    Hosts::read(&patterns).map_err(|place| {
        let message = format!(
            "`{}` is no host; write shop.example, or *.shop.example for all below it, as it stands in addresses.",
            patterns[place]
        );
        Fault::new(code::OUT_OF_RANGE, format!("{}/{place}", shape.pointer_to("value")), message)
    })
}

fn identity_tokens(shape: &mut Shape<'_>) -> Result<IdentityTokens, Fault> {
    match shape.text("value", NAME_BYTES)? {
        "optional" => Ok(IdentityTokens::Optional),
        "required" => Ok(IdentityTokens::Required),
        other => {
            let message = format!("`{other}` is neither `optional` nor `required`.");
            Err(Fault::new(code::OUT_OF_RANGE, shape.pointer_to("value"), message))
        }
    }
}

fn language(shape: &mut Shape<'_>) -> Result<Arc<str>, Fault> {
    let language = shape.text("value", NAME_BYTES)?;
    body::check_language(language, shape.pointer_to("value"))?;
    Ok(language.into())
}

fn zone(shape: &mut Shape<'_>) -> Result<Zone, Fault> {
    let name = shape.text("value", NAME_BYTES)?;
    // The rules that come with the program, not those of the machine: a revision means the same wherever it is compiled.
    match TimeZoneDatabase::bundled().get(name) {
        Ok(rules) => Ok(Zone { name: name.into(), rules }),
        Err(_) => {
            let message = format!("There is no time zone `{name}`; write one such as Europe/Paris.");
            Err(Fault::new(code::UNKNOWN_ZONE, shape.pointer_to("value"), message))
        }
    }
}

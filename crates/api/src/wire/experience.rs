//! The documents of placements, contents, layers and experiences. What each field means to a shop: `docs/experiences.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::recommend::ContentItems;

/// A position that can show something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacementDocument {
    /// `web`, `account`, `app`, `email`, `sms`, `push`, `print`, `till` or `agent`.
    pub channel: String,
    /// The contents for everybody, where nothing personal is to be shown; none of them expires.
    pub neutral: OneOrMore,
    /// What can be shown there, in the shop's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// How many contents it shows at most; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_contents: Option<u16>,
    /// The purpose that a person must have granted; the channel's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Whether a customer pays there: then only contents that reassure or help are shown; not so if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<bool>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A reusable piece in its languages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentDocument {
    /// A payload for each language (BCP 47). Its texts may hold tokens with a neutral form.
    pub languages: BTreeMap<String, Map<String, Value>>,
    /// For whom it is, by where they stand: `discovery`, `comparison`, `conversion`, `onboarding`, `enrollment`.
    pub stage: OneOrMore,
    /// What it is for: `orient`, `inform`, `help`, `reassure` or `reward`.
    pub intent: String,
    /// The language for those who read none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// A day, to its end, or a moment; from then on it is never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<OneOrMore>,
    /// Who is shown it at all: a condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suits: Option<String>,
    /// Who gets it first: a condition, of which one need not be as sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefer: Option<String>,
    /// Products that it shows: `viewed`, those of one category that the person looked at lately; `{"recommender": "…"}`;
    /// or `personal_order`: the hits of a search come in the person's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<ContentItems>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A layer: experiences with different parts of it never meet the same person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerDocument {
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What to show in placements, to which audience, in which variants, with its benefit to the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperienceDocument {
    /// Where.
    pub placements: OneOrMore,
    /// For whom: a condition, which may also ask the request.
    pub audience: String,
    /// What the customer has of it, by language; `fr` and `en` at least.
    pub benefit: BTreeMap<String, String>,
    /// By name; `control` is one of them, and their shares add up to 1.
    pub variants: BTreeMap<String, VariantDocument>,
    /// The higher one wins; 0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Among those of one priority the higher one wins; 0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// How often one person meets it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<CapDocument>,
    /// A day or a moment by the clock of the shop's zone, from which on it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<String>,
    /// The day to whose end, or the moment to which, it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    /// Its part of a layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<PartDocument>,
    /// The share of people who take part; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<f64>,
    /// Under what people are drawn; its name if absent. Another one draws everybody anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// Whether it is switched on; it is if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What old evidence it may rest on: `season`, the same season of last year; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// What it is worth: it is not shown where it costs more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<WorthDocument>,
    /// Why its control may have less than a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small_control: Option<String>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One version of an experience.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantDocument {
    /// The share of people who meet it: 0 to 1.
    pub share: f64,
    /// What it shows; `control` has none and shows what is neutral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contents: Option<OneOrMore>,
    /// Instead of `contents`: the best of some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolDocument>,
    /// Instead of `contents`: entries that are all shown, those that the person uses most first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<MenuDocument>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Contents of which the best for the person and the moment are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolDocument {
    /// Contents by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<String>,
    /// All contents with one of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// By what one is before another: `keyword`, `preferred`, `stage`, `unseen`, `interest`, `listed`. If absent, all
    /// of them but `stage`, in this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OneOrMore>,
    /// Whether somebody may meet one of them again: `no` or `allowed`; `no` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
}

/// Entries that are all shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuDocument {
    /// All of them, as they are listed.
    pub contents: Vec<String>,
    /// Those that keep their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<String>,
}

/// Most times in a period, for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapDocument {
    /// How often: 1 to 100.
    pub most: u16,
    /// In which period: `24h`, `7d`, `2w`.
    pub per: String,
}

/// What a showing is expected to bring and to cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorthDocument {
    /// What it brings.
    pub gain_cents: GainDocument,
    /// What it costs, in cents; at least 0.
    pub cost_cents: f64,
}

/// A gain in cents; no part of it is negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GainDocument {
    /// Its lower bound.
    pub low: f64,
    /// What is expected; at least the lower bound.
    pub expected: f64,
}

/// A part of a layer, as shares from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartDocument {
    /// The layer.
    pub name: String,
    /// Where the part begins; 0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Where it ends; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
}

/// One name, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    #[test]
    fn documents_read_back_and_unknown_fields_are_refused() {
        back::<PlacementDocument>(r#"{"channel":"web","neutral":"welcome","most_contents":3}"#);
        back::<ContentDocument>(
            r#"{"languages":{"fr":{"title":"x"}},"stage":["discovery","comparison"],"intent":"inform","tags":["a","b"]}"#,
        );
        back::<LayerDocument>("{}");
        back::<ExperienceDocument>(
            r#"{"placements":["home","row"],"audience":"true","benefit":{"en":"x","fr":"y"},
                "variants":{"b":{"share":0.2,"contents":"c"},"m":{"share":0.1,"menu":{"contents":["c"],"fixed":["c"]}},
                "p":{"share":0.2,"pool":{"tags":["t"],"order":"unseen","repeat":"no"}},"control":{"share":0.5}},
                "caps":[{"most":3,"per":"7d"}],"layer":{"name":"l","from":0.0,"to":0.5}}"#,
        );
        assert!(serde_json::from_str::<LayerDocument>(r#"{"descriptoin":"x"}"#).is_err());
        assert!(serde_json::from_str::<PlacementDocument>(r#"{"channel":"web"}"#).is_err());
    }

    fn back<T: DeserializeOwned + Serialize>(text: &str) {
        let document: T = serde_json::from_str(text).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(document).unwrap(), value);
    }
}

//! All that a request says by itself.

use std::sync::Arc;

use model::{request, value::Value};

use crate::{
    agent::Agent, attributes::Attributes, campaign::Arrival, language::Languages, local::Local, place::Place,
    referrer::Referrer,
};

/// What a request says by itself. Kept by nobody: it lives as long as the decision that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Device, system, browser, bot.
    pub agent: Arc<Agent>,
    /// Languages, most wanted first.
    pub languages: Languages,
    /// Hour and day.
    pub local: Option<Local>,
    /// The host of the page that asks.
    pub page_host: Option<Arc<str>>,
    /// Its path, without the query.
    pub page_path: Option<Arc<str>>,
    /// Where the visitor came from.
    pub referrer: Referrer,
    /// Campaign and clicks.
    pub arrival: Arrival,
    /// A guess of the place.
    pub place: Place,
    /// The shop's own attributes.
    pub attributes: Attributes,
}

impl Context {
    /// The fact that conditions call `request.NAME`; `None` if the request does not say. The names are those of
    /// [`model::request::FACTS`], and `shop.NAME` for the shop's attributes.
    pub fn fact(&self, name: &str) -> Option<Value> {
        if let Some(path) = request::attribute(name) {
            return self.attributes.get(path).cloned();
        }
        if let Some(tag) = name.strip_prefix("campaign.") {
            return text(self.arrival.tags.named().into_iter().find(|(known, _)| *known == tag)?.1);
        }
        let Self { agent, languages, local, referrer, place, .. } = self;
        match name {
            "device" => agent.device.word().map(Value::from),
            "model" => text(&agent.model),
            "os" => text(&agent.os),
            "os_version" => version(agent.os_version),
            "browser" => text(&agent.browser),
            "browser_version" => version(agent.browser_version),
            "bot" => Some(agent.bot.into()),
            "language" => languages.primary().map(Value::from),
            "locale" => languages.first().map(|tag| Value::Text(tag.clone())),
            "languages" => {
                (languages.iter().len() > 0).then(|| Value::List(languages.iter().cloned().map(Value::Text).collect()))
            }
            "timezone" => text(&local.as_ref()?.zone),
            "hour" => Some(i64::from(local.as_ref()?.hour).into()),
            "weekday" => Some(local.as_ref()?.weekday.into()),
            "page.host" => text(&self.page_host),
            "page.path" => text(&self.page_path),
            "referrer" => Some(referrer.kind.word().into()),
            "referrer_name" => text(&referrer.name),
            "referrer_host" => text(&referrer.host),
            "keyword" => text(&referrer.keyword),
            "ad_click" => Some((!self.arrival.clicks.is_empty()).into()),
            "country" => text(&place.country),
            "region" => text(&place.region),
            "city" => text(&place.city),
            _ => None,
        }
    }

    /// All facts that the request has, in the order of [`model::request::FACTS`], the shop's attributes last.
    pub fn facts(&self) -> Vec<(Arc<str>, Value)> {
        let known = request::FACTS.iter().filter_map(|name| Some(((*name).into(), self.fact(name)?)));
        let own = self.attributes.fields().iter();
        let own = own.map(|(name, value)| (format!("{}{name}", request::ATTRIBUTES).into(), value.clone()));
        known.chain(own).collect()
    }
}

fn text(text: &Option<Arc<str>>) -> Option<Value> {
    text.clone().map(Value::Text)
}

fn version(version: Option<u32>) -> Option<Value> {
    version.map(|version| i64::from(version).into())
}

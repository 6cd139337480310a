//! The facts of a request that audiences may name: `request.device`, `request.campaign.source`, `request.shop.store`.

use crate::time::{Span, Timestamp};

/// The names behind `request.`, besides the shop's own attributes.
pub const FACTS: &[&str] = &[
    "device",
    "model",
    "os",
    "os_version",
    "browser",
    "browser_version",
    "bot",
    "language",
    "locale",
    "languages",
    "timezone",
    "hour",
    "weekday",
    "page.host",
    "page.path",
    "referrer",
    "referrer_name",
    "referrer_host",
    "keyword",
    "campaign.source",
    "campaign.medium",
    "campaign.name",
    "campaign.term",
    "campaign.content",
    "campaign.id",
    "ad_click",
    "country",
    "region",
    "city",
];

/// What the names of the shop's own attributes begin with.
pub const ATTRIBUTES: &str = "shop.";

/// The path among the shop's attributes that a fact's name leads to, if it is one of theirs.
pub fn attribute(name: &str) -> Option<&str> {
    name.strip_prefix(ATTRIBUTES).filter(|path| !path.is_empty())
}

/// Whether a request can have a fact of this name.
pub fn is_fact(name: &str) -> bool {
    FACTS.contains(&name) || attribute(name).is_some()
}

/// The first moment at which a fact of this name could be another if the same page asked again; `None`: it is as the
/// request was, for as long as that is spoken of.
///
/// Hour and day are the visitor's own, in whatever zone that is. Every zone is whole quarters of an hour from UTC and
/// sets its clocks at one, so no clock shows another hour before the next quarter.
pub fn stands_until(name: &str, now: Timestamp) -> Option<Timestamp> {
    let quarter = Span::MINUTE.times(15).as_millis();
    let turns = || Timestamp::saturating_from_millis((now.as_millis().div_euclid(quarter) + 1) * quarter);
    matches!(name, "hour" | "weekday").then(turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_any_name_and_facts_only_theirs() {
        assert!(is_fact("hour") && is_fact("campaign.source") && is_fact("shop.cart.total"));
        assert!(!is_fact("hours") && !is_fact("campaign") && !is_fact("shop.") && !is_fact("shop"));
    }
}

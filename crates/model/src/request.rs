//! The facts of a request that audiences may name: `request.device`, `request.campaign.source`, `request.shop.store`.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_any_name_and_facts_only_theirs() {
        assert!(is_fact("hour") && is_fact("campaign.source") && is_fact("shop.cart.total"));
        assert!(!is_fact("hours") && !is_fact("campaign") && !is_fact("shop.") && !is_fact("shop"));
    }
}

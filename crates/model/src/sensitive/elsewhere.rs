//! What somebody did on the sites of others.

use super::words::{Starts, Word, words};

/// Whether a name of a field says that it holds what somebody looked at on the sites of others: `external_url`,
/// `third_party_history`, `browsingHistory`. Where somebody comes from (`referrer`) is no such thing, nor is a number
/// that another program gave (`external_id`).
pub fn is_browsing_elsewhere(name: &str) -> bool {
    pairs(name, |before, this| match (before, this) {
        (_, "url" | "urls" | "page" | "pages" | "site" | "sites" | "website" | "websites") if is_elsewhere(before) => {
            true
        }
        (_, "history" | "historique" | "browsing" | "navigation" | "visits" | "visited") if is_elsewhere(before) => {
            true
        }
        ("browsing" | "browser" | "web" | "surf" | "surfing", "history" | "historique") => true,
        ("historique", "navigation" | "web" | "navigateur") => true,
        ("other" | "autre" | "autres", "sites" | "websites") => true,
        ("visited", "sites" | "websites" | "domains") | ("sites", "visited" | "visites") => true,
        _ => false,
    })
}

/// Whether a name of an event says that it happened on the sites of others: `External Page Viewed`. A product of a third
/// party may be sold on the shop's own site, so `Third Party Product Viewed` is spared.
pub fn is_event_elsewhere(name: &str) -> bool {
    let is_seen =
        |word: Word| matches!(word.as_str(), "viewed" | "visited" | "seen" | "browsed" | "vu" | "vue" | "consulte");
    let is_theirs = |before: &str, this: &str| {
        let of_others = ["competitor", "competitors", "offsite", "elsewhere", "ailleurs"];
        let is_product = matches!(this, "product" | "products" | "produit" | "produits");
        of_others.contains(&this) || (is_product && matches!(before, "external" | "externe" | "externes"))
    };
    is_browsing_elsewhere(name) || (pairs(name, is_theirs) && words(name).any(is_seen))
}

fn is_elsewhere(word: &str) -> bool {
    matches!(
        word,
        "external"
            | "externe"
            | "externes"
            | "party"
            | "tierce"
            | "tiers"
            | "offsite"
            | "competitor"
            | "competitors"
            | "concurrent"
            | "concurrents"
            | "elsewhere"
            | "ailleurs"
    )
}

/// How one word of each pair begins.
const STARTS: Starts = Starts::of(&[
    "ext", "par", "tie", "off", "cro", "com", "con", "els", "ail", "bro", "web", "sur", "his", "oth", "aut", "vis",
]);

/// Whether two neighbors among the words are such a pair. `third party` is one word, `party` by itself is a feast;
/// `off site` is one, too.
fn pairs(name: &str, is_pair: impl Fn(&str, &str) -> bool) -> bool {
    if !STARTS.may_be_in(name) {
        return false;
    }
    let (mut long_before, mut before) = (Word::NONE, Word::NONE);
    words(name).any(|word| {
        let joined = match (long_before.as_str(), before.as_str()) {
            ("off" | "cross", "site") => "offsite",
            (one, "party") if one != "third" => "",
            (_, one) => one,
        };
        let this = match (before.as_str(), word.as_str()) {
            (one, "party") if one != "third" => "",
            (_, this) => this,
        };
        let found = is_pair(joined, this);
        (long_before, before) = (before, word);
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_about_the_sites_of_others_are_found() {
        for name in [
            "external_url",
            "externalUrls",
            "External Page",
            "third_party_history",
            "thirdPartyBrowsing",
            "third-party site",
            "browsing_history",
            "browserHistory",
            "historique_de_navigation",
            "offsite_url",
            "off_site_pages",
            "cross_site_history",
            "competitor_url",
            "other_sites",
            "autres_sites",
            "visited_sites",
            "visitedWebsites",
            "sites_visités",
            "pages_ailleurs_visited",
        ] {
            assert!(is_browsing_elsewhere(name), "{name}");
        }
        for name in [
            "referrer",
            "referring_domain",
            "url",
            "page",
            "page_url",
            "site",
            "external_id",
            "external_ids",
            "external_product_id",
            "externalIds",
            "other_pages",
            "party",
            "party_site",
            "birthday_party_pages",
            "third_party_consent",
            "third_party_seller",
            "history",
            "order_history",
            "web",
            "webSite",
            "concurrent_sessions",
            "visited_stores",
            "",
        ] {
            assert!(!is_browsing_elsewhere(name), "{name}");
        }
    }

    #[test]
    fn events_on_the_sites_of_others_are_found() {
        for name in [
            "External Page Viewed",
            "external_page_viewed",
            "Third Party Page Viewed",
            "External Product Viewed",
            "Competitor Visited",
            "Competitor Product Viewed",
            "Produit externe ailleurs vu",
            "Browsing History Imported",
        ] {
            assert!(is_event_elsewhere(name), "{name}");
        }
        for name in [
            "Product Viewed",
            "Page Viewed",
            "External Link Clicked",
            "External Payment Page Viewed",
            "Party Product Viewed",
            "Third-Party Product Viewed",
            "Batterie externe vue",
            "Order Completed",
            "Store Visited",
            "External Battery Viewed",
            "",
        ] {
            assert!(!is_event_elsewhere(name), "{name}");
        }
    }
}

//! A page asks what to show, and is told.

use serde::{Deserialize, Serialize};
use world::{
    content::ContentId,
    rule::{Place, RULES, RuleId},
    visit::{Page, Shown},
};

/// The variant that shows what is neutral.
const CONTROL: &str = "control";

#[derive(Serialize)]
struct Asking<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    placements: Vec<&'static str>,
    languages: [&'static str; 1],
    nonce: &'a str,
    context: Context<'a>,
}

#[derive(Serialize)]
struct Context<'a> {
    page: Where<'a>,
}

#[derive(Serialize)]
struct Where<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyword: Option<&'a str>,
}

/// The body of `/v1/decide` for a page.
pub fn ask(page: &Page) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Asking {
        anonymous_id: page.claims.device.as_deref(),
        user_id: page.claims.account.as_deref(),
        placements: page.asks.iter().map(|place| placement(*place)).collect(),
        languages: [page.language],
        nonce: &page.nonce,
        context: Context { page: Where { path: &page.path, keyword: page.keyword.as_deref() } },
    })
}

/// The placement of a place.
pub const fn placement(place: Place) -> &'static str {
    match place {
        Place::HomeHero => "home-hero",
        Place::HomeRow => "home-row",
        Place::CategoryTop => "category-top",
        Place::ProductSide => "product-side",
        Place::CartNote => "cart-note",
        Place::CheckoutNote => "checkout-note",
        Place::Landing => "landing-intro",
    }
}

/// The rule of an experience, by the number at the end of its name ([`world::rule::Rule::name`]); none of one that is not
/// of the world.
fn rule(experience: &str) -> Option<RuleId> {
    let (_, number) = experience.rsplit_once('-')?;
    number.parse().ok().filter(|number| usize::from(*number) < RULES).map(RuleId)
}

#[derive(Deserialize)]
struct Answer {
    decisions: Vec<Decision>,
}

#[derive(Deserialize)]
struct Decision {
    id: Option<String>,
    experience: Option<String>,
    variant: Option<String>,
    contents: Vec<Chosen>,
}

#[derive(Deserialize)]
struct Chosen {
    content: String,
}

/// What an answer of `/v1/decide` shows in the places of the page. `content` tells the number of a content by its slug.
pub fn shown(
    page: &Page,
    answer: &[u8],
    content: impl Fn(&str) -> Option<ContentId>,
) -> serde_json::Result<Vec<Shown>> {
    let Answer { decisions } = serde_json::from_slice(answer)?;
    let shown = page.asks.iter().zip(decisions).map(|(place, decision)| Shown {
        place: *place,
        rule: decision
            .experience
            .as_deref()
            .and_then(rule)
            .map(|rule| (rule, decision.variant.as_deref() != Some(CONTROL))),
        content: decision.contents.first().and_then(|chosen| content(&chosen.content)),
        decision: decision.id,
    });
    Ok(shown.collect())
}

#[cfg(test)]
mod tests {
    use model::{
        name::{Experience, Name},
        time::Timestamp,
    };
    use world::{Seed, Size, World};

    use super::*;

    #[test]
    fn the_name_of_a_rule_leads_back_to_it_and_that_of_no_other_experience_to_any() {
        let world = World::new(Seed(1), Size::of(2, 20, 2), Timestamp::EPOCH);
        for of in &world.rules {
            assert_eq!(rule(&of.name()), Some(of.id), "{}", of.name());
            assert!(Name::<Experience>::new(of.name()).definable(), "{}", of.name());
        }
        for other in ["boots-by-terrain", "rule", "", "of-size-24", "of-size-"] {
            assert_eq!(rule(other), None, "{other}");
        }
    }
}

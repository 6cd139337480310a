//! What is published for random pages beside the shop: at every placement something about the person, for almost
//! everybody of whom anything is known, that says nothing of its worth. Without it a finished shop is silent most of the
//! time, and guards that nobody tempts prove nothing.

use api::wire::decision::DecisionAnswer;
use model::time::{Span, Timestamp};
use serde_json::{Map, Value, json};
use world::rule::Place;

use super::{Asking, judge::Guarded};
use crate::{door::DoorError, wire::placement};

/// How often an experience is decided for one person at most, and in what time.
pub(super) const MOST: usize = 4;
pub(super) const PERIOD: Span = Span::DAY.times(3);

/// Where, and whom it is for.
const BAITS: [(Place, &str); 7] = [
    (Place::HomeHero, r#"events("Product Viewed").count() > 0"#),
    (Place::HomeRow, r#"profile.language == "fr""#),
    (Place::CategoryTop, r#"score("engagement") > 1"#),
    (Place::ProductSide, "has(profile.birth_date)"),
    (Place::CartNote, r#"segment("buyers-180") || interest("category:boots") > 0.1"#),
    (Place::CheckoutNote, r#"events("page").count() > 0"#),
    (Place::Landing, r#"stage() == "discovery" || aim() == "buy""#),
];

/// The documents, by kind and name. Each content ends two days after the one before, the first two days after `begins`.
pub(super) fn documents(begins: Timestamp) -> Value {
    let (mut contents, mut experiences) = (Map::new(), Map::new());
    for ((place, audience), number) in BAITS.iter().zip(1_i64..) {
        let name = format!("bait-{}", placement(*place));
        let text = |words: &str| json!({"title": format!("{words} {{{{ profile.city | \"-\" }}}}")});
        contents.insert(
            name.clone(),
            json!({
                "stage": "conversion", "intent": "reassure",
                "languages": {"fr": text("À"), "en": text("In")},
                "expires": api::time::write(begins.plus(Span::DAY.times(2 * number))),
            }),
        );
        let document = json!({
            "placements": placement(*place), "audience": audience, "priority": 9,
            "caps": [{"most": MOST, "per": format!("{}d", PERIOD.as_millis() / Span::DAY.as_millis())}],
            "benefit": {"fr": "Pour voir ce qui est gardé.", "en": "To see what is guarded."},
            "small_control": "Guards are looked at, not effects.",
            "variants": {"control": {"share": 0.1}, "bait": {"share": 0.9, "contents": name}},
        });
        experiences.insert(name, document);
    }
    json!({"content": contents, "experience": experiences})
}

/// Whether a decision is of one of them.
pub(super) fn is_one(decision: &DecisionAnswer) -> bool {
    decision.experience.as_deref().is_some_and(|name| name.starts_with("bait-"))
}

/// Publishes them.
pub(super) async fn publish(asking: &Asking<'_>, documents: &Value) -> Result<(), DoorError> {
    let path = "/v1/definitions?wait=true&by=the%20grader&why=To%20see%20what%20is%20guarded";
    asking.door.ask::<Value>("PUT", path, asking.secret, Some(documents)).await.map(drop)
}

/// Tries to publish texts that would call people by name on a page: each must be refused.
pub(super) async fn try_names(asking: &Asking<'_>, now: Timestamp, guarded: &mut Guarded) -> Result<(), DoorError> {
    for name in ["first_name", "last_name"] {
        let title = format!("{{{{ profile.{name} | \"-\" }}}} !");
        let mut documents = documents(now);
        documents["content"]["bait-home-hero"]["languages"] = json!({"fr": {"title": title}, "en": {"title": title}});
        let is_taken = match publish(asking, &documents).await {
            Ok(()) => true,
            Err(DoorError::Refused { status: 422, .. }) => false,
            Err(error) => return Err(error),
        };
        guarded.count(is_taken, || format!("{title} was published"));
    }
    Ok(())
}

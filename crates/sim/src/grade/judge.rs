//! What must never be shown, held beside an answer, whoever was asked for and on whatever page.

use std::collections::BTreeMap;

use api::wire::decision::{DecisionAnswer, DecisionContent};
use model::time::Timestamp;
use serde_json::Value;
use world::{World, rule::Audience, rule::Place};

use crate::{shop, wire::placement};

/// Zones of a page that may be personalized (requirements D5).
pub(super) const ZONES: usize = 2;

/// What went against a guard: how often it could, and how often it did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guarded {
    /// Cases.
    pub(crate) cases: u64,
    /// Violations.
    pub(crate) violations: u64,
    /// The first violation, for whoever looks for it.
    pub(crate) first: Option<String>,
}

impl Guarded {
    /// One more case. `tell` says where it was, if it is a violation.
    pub(crate) fn count(&mut self, is_violated: bool, tell: impl FnOnce() -> String) {
        self.cases += 1;
        if is_violated {
            self.violations += 1;
            self.first.get_or_insert_with(tell);
        }
    }

    /// The cases of another tally of the same guard too.
    pub(crate) fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.violations += other.violations;
        self.first = self.first.take().or(other.first);
    }
}

/// Guards by name.
pub(crate) type Tally = BTreeMap<&'static str, Guarded>;

/// Who is asked for, as far as a guard asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Whom {
    /// Whether anything about the person may be used.
    pub(crate) may: bool,
    /// Whether the product believes that this is a minor.
    pub(crate) is_minor: bool,
    /// Names that the person has, or that somebody holds for theirs.
    pub(crate) names: Vec<String>,
}

/// What was published, to hold answers against.
#[derive(Debug)]
pub(crate) struct Judge {
    /// Whether an experience asks about persons, by its name.
    personal: BTreeMap<String, bool>,
    contents: BTreeMap<String, Published>,
}

/// A content as it was published.
#[derive(Debug)]
struct Published {
    expires: Option<Timestamp>,
    suits_checkout: bool,
    /// All its texts in all languages.
    texts: String,
}

impl Judge {
    /// Knows what the shop of a world publishes.
    pub(crate) fn of(world: &World) -> Self {
        let personal = world.rules.iter().map(|rule| (rule.name(), rule.audience != Audience::Everybody));
        let mut judge = Self { personal: personal.collect(), contents: BTreeMap::new() };
        judge.learn(&shop::documents(world));
        judge
    }

    /// Knows contents that are published beside.
    pub(crate) fn learn(&mut self, documents: &Value) {
        let contents = documents["content"].as_object().into_iter().flatten();
        self.contents.extend(contents.map(|(name, document)| (name.clone(), Published::of(document))));
    }

    /// Whether it asks about persons. What is not of the shop is suspected of it.
    pub(crate) fn is_personal(&self, decision: &DecisionAnswer) -> bool {
        decision.experience.as_deref().is_some_and(|name| self.personal.get(name).copied().unwrap_or(true))
    }

    /// Counts all guards on what one page shows.
    pub(crate) fn look(&self, page: &[DecisionAnswer], whom: &Whom, now: Timestamp, tally: &mut Tally) {
        for decision in page {
            let is_personal = self.is_personal(decision);
            let tell = || told(decision, now);
            if !whom.may {
                tally.entry("consent").or_default().count(is_personal, tell);
            }
            if whom.is_minor {
                tally.entry("minors").or_default().count(is_personal, tell);
            }
            for content in &decision.contents {
                let published = self.contents.get(&content.content);
                let is_over = published.is_none_or(|one| one.expires.is_some_and(|end| now >= end));
                tally.entry("expiry").or_default().count(is_over, tell);
                if decision.placement == placement(Place::CheckoutNote) {
                    let suits = published.is_some_and(|one| one.suits_checkout);
                    tally.entry("checkout").or_default().count(!suits, tell);
                }
            }
        }
        self.look_for_names(page, &whom.names, now, tally);
        let personalized = page.iter().filter(|decision| decision.experience.is_some()).count();
        let tell = || format!("{personalized} zones at {}", api::time::write(now));
        tally.entry("zones of a page").or_default().count(personalized > ZONES, tell);
    }

    /// Counts where a page names the person before it.
    pub(crate) fn look_for_names(&self, page: &[DecisionAnswer], names: &[String], now: Timestamp, tally: &mut Tally) {
        if names.is_empty() {
            return;
        }
        let guarded = tally.entry("names on pages").or_default();
        for decision in page {
            let why = decision.why.as_ref().map(|why| format!("{}\n{}", why.en, why.fr));
            let said = [decision.benefit.as_deref(), why.as_deref()];
            let is_named = decision.contents.iter().any(|content| self.writes_a_name(content, names))
                || said.into_iter().flatten().any(|text| names.iter().any(|name| has_word(text, name)));
            guarded.count(is_named, || told(decision, now));
        }
    }

    /// Whether a name was written into a content. A word that was published is nobody's name there.
    fn writes_a_name(&self, content: &DecisionContent, names: &[String]) -> bool {
        let shown = content.payload.to_string();
        let published = self.contents.get(&content.content).map_or("", |one| &one.texts);
        names.iter().any(|name| has_word(&shown, name) && !has_word(published, name))
    }
}

impl Published {
    fn of(document: &Value) -> Self {
        Self {
            expires: document["expires"].as_str().and_then(api::time::read),
            suits_checkout: matches!(document["intent"].as_str(), Some("help" | "reassure")),
            texts: document["languages"].to_string(),
        }
    }
}

fn told(decision: &DecisionAnswer, now: Timestamp) -> String {
    let DecisionAnswer { id, placement, experience, .. } = decision;
    format!(
        "{} at {placement}: {} at {}",
        id.as_deref().unwrap_or("-"),
        experience.as_deref().unwrap_or("neutral"),
        api::time::write(now)
    )
}

/// Whether a text has this word, as it is written, with nothing before or behind that belongs to a word.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !word.is_empty()
        && text
            .match_indices(word)
            .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use world::{Seed, Size};

    use super::*;

    fn judge() -> (World, Judge) {
        let world = World::new(Seed(1), Size::of(2, 20, 40), Timestamp::EPOCH);
        let judge = Judge::of(&world);
        (world, judge)
    }

    fn decision(placement: &str, experience: Option<&String>, content: &str, title: &str) -> DecisionAnswer {
        let contents = json!([{"content": content, "language": "fr", "payload": {"title": title}}]);
        let decision = json!({
            "placement": placement, "experience": experience, "contents": contents, "reason": "SPLIT", "ttl_s": 600
        });
        serde_json::from_value(decision).unwrap()
    }

    fn violated(judge: &Judge, page: &[DecisionAnswer], whom: &Whom, now: Timestamp) -> Vec<&'static str> {
        let mut tally = Tally::new();
        judge.look(page, whom, now, &mut tally);
        tally.into_iter().filter(|(_, guarded)| guarded.violations > 0).map(|(name, _)| name).collect()
    }

    #[test]
    fn each_guard_sees_what_goes_against_it_and_nothing_else() {
        let (world, judge) = judge();
        let name = |is_for_all: bool| {
            let rule = world.rules.iter().find(|rule| (rule.audience == Audience::Everybody) == is_for_all);
            rule.map(world::rule::Rule::name)
        };
        let ana = Whom { may: true, is_minor: false, names: vec!["Ana".into()] };
        let now = Timestamp::EPOCH;
        let (hers, everybodys) = (name(false), name(true));
        let page =
            |experience: &Option<String>| vec![decision("home-hero", experience.as_ref(), "welcome", "Bienvenue")];
        assert!(violated(&judge, &page(&hers), &ana, now).is_empty());

        let refused = Whom { may: false, ..ana.clone() };
        assert_eq!(violated(&judge, &page(&hers), &refused, now), ["consent"]);
        assert!(violated(&judge, &page(&everybodys), &refused, now).is_empty());
        let minor = Whom { is_minor: true, ..ana.clone() };
        assert_eq!(violated(&judge, &page(&hers), &minor, now), ["minors"]);
        assert!(violated(&judge, &page(&everybodys), &minor, now).is_empty());

        let named = decision("home-hero", None, "welcome", "Bienvenue, Ana !");
        assert_eq!(violated(&judge, &[named], &ana, now), ["names on pages"]);
        let written = Whom { names: vec!["Bienvenue".into()], ..ana.clone() };
        let welcome = "Bienvenue chez Sentiers & Cimes";
        assert!(violated(&judge, &[decision("home-hero", None, "welcome", welcome)], &written, now).is_empty());

        let checkout = |content| vec![decision("checkout-note", None, content, "")];
        assert_eq!(violated(&judge, &checkout("welcome"), &ana, now), ["checkout"]);
        assert!(violated(&judge, &checkout("safe-payment"), &ana, now).is_empty());
        assert_eq!(violated(&judge, &[page(&hers), page(&hers), page(&hers)].concat(), &ana, now), ["zones of a page"]);
    }

    #[test]
    fn a_content_is_over_from_its_day_on() {
        let (world, judge) = judge();
        let ends = world.contents.iter().find_map(|content| Some((content.slug.clone(), content.expires?)));
        let (slug, day) = ends.expect("some expire");
        let (end, whom) = (world.calendar.at(day, 0), Whom::default());
        let page = [decision("home-hero", None, &slug, "")];
        assert!(violated(&judge, &page, &whom, end.minus(model::time::Span::SECOND)).is_empty());
        assert_eq!(violated(&judge, &page, &whom, end), ["expiry"]);
        assert_eq!(violated(&judge, &[decision("home-hero", None, "nobody-s", "")], &whom, end), ["expiry"]);
    }

    #[test]
    fn a_word_stands_alone() {
        assert!(has_word("Bonjour Ana, ça va ?", "Ana") && has_word("\"Ana\"", "Ana"));
        assert!(!has_word("Anatole", "Ana") && !has_word("la banane", "ana") && !has_word("", "Ana"));
        assert!(!has_word("déjà", "d") && !has_word("x", ""));
    }
}

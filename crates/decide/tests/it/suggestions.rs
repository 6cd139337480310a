//! Contents that show what a recommender proposes, and contents that put a search in order.

use std::sync::Arc;

use decide::{
    Content, Experience, Items, Page, Placement, Rejection, Scheme, Shows, Suggested, Tastes, Whom, decide_recorded,
};
use model::{
    decision::{Channel, Reason},
    name::Name,
    value::Finite,
};

use crate::shop::{ENV, Somebody, certain, content, page, placement, scheme, suggested};

fn showing(name: &str, items: Items) -> Arc<Content> {
    Arc::new(Content { items: Some(items), ..Content::clone(&content(name, name)) })
}

fn row() -> Arc<Content> {
    showing("row", Items::Recommended("row".into()))
}

fn built(shows: Arc<Content>) -> Experience {
    let mut built = certain("recommends");
    built.variants[0].shows = Shows::Contents(vec![shows]);
    built
}

fn ids(decision: &decide::Decision) -> Vec<&str> {
    decision.contents[0].items.iter().map(|item| &*item.id).collect()
}

fn buyer(items: &[&str]) -> Somebody {
    Somebody { suggested: suggested(items), ..Somebody::new(1) }
}

#[test]
fn a_recommender_is_a_source_of_contents_and_says_why() {
    let decision = buyer(&["socks", "poles"]).sees(&scheme(vec![built(row())]), "hero");
    assert_eq!((decision.reason, ids(&decision)), (Reason::TargetingMatch, vec!["socks", "poles"]));
    assert_eq!(decision.contents[0].items[0].why, Some(decide::Why::Popular));
    assert_eq!(decision.points, 0, "a list of what the shop sells tells nobody what they did");
}

/// proves OFF-02: rather nothing than something poor.
#[test]
fn whoever_gets_no_item_is_not_shown_the_content() {
    let decision = buyer(&[]).sees(&scheme(vec![built(row())]), "hero");
    assert_eq!((decision.reason, &decision.rejected[0].why), (Reason::NotEligible, &Rejection::Unsuited));
}

#[test]
fn what_is_neutral_shows_what_everybody_gets_who_asks_alike() {
    let neutral = Placement { neutral: vec![row()], ..placement("hero", Channel::Web) };
    let scheme = Scheme::new(decide::Rules::default(), [neutral], [row()], Vec::new());
    let names = [Name::from("hero")];
    let to_anybody = |_: &Name<_>| suggested(&["popular"]);
    let asked = Page { suggest: &to_anybody, ..page(&names, &|_| None) };
    let ana = buyer(&["her-own"]);
    let (decisions, seen) = decide_recorded(&scheme, &asked, &ana.whom(), &ENV);
    assert_eq!(ids(&decisions[0]), ["popular"], "not what is proposed to her");
    assert_eq!(seen.suggested.len(), 1);
    let again = seen.decide(&scheme, &page(&names, &|_| None), &ENV);
    assert_eq!(again, decisions);
}

#[test]
fn the_record_keeps_what_was_proposed_and_by_which_model() {
    let scheme = scheme(vec![built(row())]);
    let names = [Name::from("hero")];
    let ana = buyer(&["socks"]);
    let (decisions, seen) = decide_recorded(&scheme, &page(&names, &|_| None), &ana.whom(), &ENV);
    let facts = seen.facts.values().next().unwrap();
    assert_eq!(facts.suggested[&Name::from("row")].model, 7);
    assert!(facts.trails.is_empty(), "what the recommender looked at is not copied into the record");
    assert_eq!(seen.decide(&scheme, &page(&names, &|_| None), &ENV), decisions);
}

/// proves DEC-02: without tastes the order is everybody's; with them it is a decision like others, with its control.
#[test]
fn a_search_is_put_in_order_by_what_somebody_likes() {
    let scheme = scheme(vec![built(showing("order", Items::PersonalOrder))]);
    assert_eq!(Somebody::new(1).sees(&scheme, "hero").reason, Reason::NotEligible);
    let tastes = Tastes { searched: vec![("waterproof".into(), Finite::ONE)], ..Tastes::default() };
    let ana = Somebody { tastes: tastes.clone(), ..Somebody::new(1) };
    let decision = ana.sees(&scheme, "hero");
    assert_eq!((decision.reason, &decision.contents[0].order), (Reason::TargetingMatch, &Some(tastes)));
}

#[test]
fn without_consent_nothing_of_the_person_is_asked() {
    let scheme = scheme(vec![built(row())]);
    let names = [Name::from("hero")];
    let stranger = Somebody { consents: model::consent::Consents::default(), ..buyer(&["her-own"]) };
    let to_anybody = |_: &Name<_>| Suggested::default();
    let asked = Page { suggest: &to_anybody, ..page(&names, &|_| None) };
    let (decisions, seen) = decide_recorded(&scheme, &asked, &stranger.whom(), &ENV);
    assert_eq!(decisions[0].contents[0].items, []);
    assert!(seen.facts.is_empty());
    let nobody = decide::decide(&scheme, &asked, &Whom::Nobody(decide::Absent::Unknown), &ENV);
    assert_eq!(nobody[0].contents[0].items, []);
}

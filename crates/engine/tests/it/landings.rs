//! Who landed on what after a search, and who went back.

use decide::Landed;
use definition::{Kind, compile};
use engine::command::{Command, DecidedPage, PageRead};
use model::{
    event::{BOT, Event},
    id::Id,
    time::Span,
};
use serde_json::json;

use crate::{
    events::{START, documents, event, id},
    guarded::consenting,
    world::World,
};

/// A shop with one placement, on which a visitor of the device `d1` landed from the search for `rain`.
fn landed() -> World {
    let mut documents = documents(&[]);
    let guide = json!({"stage": "discovery", "intent": "inform", "languages": {"en": {"text": "Dry in the rain."}}});
    documents.put(Kind::Content, "guide", &guide).unwrap();
    documents.put(Kind::Placement, "landing", &json!({"channel": "web", "neutral": "guide"})).unwrap();
    let mut world = World::new(1, compile(&mut documents, 1, None).unwrap(), START, 1);
    world.send(consenting(event("till", 1, START, "page", &[("anonymous_id", "d1")])));
    let person = world.find(&id("anonymous_id", "d1")).unwrap().id;
    let page = DecidedPage {
        person,
        side: person,
        first: Id::from_bits(1),
        won: Vec::new(),
        shown: vec![("landing".into(), "guide".into())],
        landed: vec![("landing".into(), "rain".into(), "guide".into())],
        stays: Vec::new(),
        points: 0,
        read: PageRead::default(),
        sealed: [].into(),
    };
    world.run(0, Command::Decided(page.into()));
    world
}

/// The visitor, or a program at the same device, says a second later that it was back at the search.
fn goes_back(number: usize, is_bot: &str) -> Event {
    let said = event("till", number, START.plus(Span::SECOND), "Landing Bounced", &[("anonymous_id", "d1")]);
    Event { context: [(BOT, (is_bot == "bot").into())].into_iter().collect(), ..said }
}

fn counted(world: &World) -> Vec<Landed> {
    world.nodes[0].state.core.landings.iter().map(|(_, landed)| *landed).collect()
}

#[test]
fn what_a_bot_says_of_a_search_is_not_counted() {
    let mut world = landed();
    assert_eq!(counted(&world), [Landed { shown: 1, bounced: 0 }]);
    world.send(goes_back(2, "bot"));
    assert_eq!(counted(&world), [Landed { shown: 1, bounced: 0 }]);
    world.send(goes_back(3, "person"));
    assert_eq!(counted(&world), [Landed { shown: 1, bounced: 1 }], "and the landing was not forgotten");
}

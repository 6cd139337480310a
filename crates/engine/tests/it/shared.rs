//! Values that too many persons have, and persons who have too many values.

use engine::{person::Person, trust::Trait};
use model::limits::JOINED_PROFILES;
use profile::doubt::Doubt;

use crate::{
    events::{START, TRUSTED, event, id, plan, saying},
    world::World,
};

/// What is doubted of the trait `email` of a person.
fn doubts(world: &World, person: &Person) -> Vec<Option<Doubt>> {
    let known = Trait { plan: &world.plan(), person, name: "email", now: START };
    known.explained(|_| true).iter().map(|weighed| weighed.doubt).collect()
}

#[test]
fn one_address_more_than_a_profile_may_have_is_not_noted_and_not_doubted() {
    let mut world = World::new(1, plan(&[]), START, 1);
    let most = world.plan().namespaces["email"].most_per_profile;
    for number in 0..=usize::from(most) {
        let mail = format!("ana{number}@chaussures-lannion.fr");
        let said = event(TRUSTED, number, START, "", &[("anonymous_id", "d1"), ("email", &mail)]);
        world.send(saying(said, "email", &*mail));
    }
    let person = world.find(&id("anonymous_id", "d1")).unwrap();
    assert_eq!(person.sides[0].facts.identifiers.count(&"email".into()), usize::from(most));
    assert_eq!(doubts(&world, person), [None]);
}

#[test]
fn an_address_that_too_many_claim_is_doubted() {
    let mut world = World::new(1, plan(&[]), START, 1);
    for number in 0..=JOINED_PROFILES + 1 {
        let device = format!("d{number}");
        let who = [("anonymous_id", &*device), ("email", "famille@chaussures-lannion.fr")];
        world.send(saying(event(TRUSTED, number, START, "", &who), "email", "famille@chaussures-lannion.fr"));
    }
    let last = world.find(&id("anonymous_id", &format!("d{}", JOINED_PROFILES + 1))).unwrap();
    assert_eq!(doubts(&world, last), [Some(Doubt::SharedByTooMany)]);
}

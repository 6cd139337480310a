//! Values that too many persons have, and persons who have too many values.

use engine::{person::Person, trust::Trait};
use model::limits::JOINED_PROFILES;
use profile::doubt::Doubt;

use crate::{
    events::{START, TRUSTED, event, id, plan, saying},
    world::World,
};

/// What is doubted of a trait of a person.
fn doubts(world: &World, person: &Person, name: &str) -> Vec<Option<Doubt>> {
    let known = Trait { plan: &world.plan(), person, name, now: START };
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
    assert_eq!(doubts(&world, person, "email"), [None]);
}

#[test]
fn what_too_many_claim_is_doubted_where_it_is_meant() {
    // A family name is one as well as it is somebody's account.
    for (namespace, value, name, expected) in [
        ("email", "famille@chaussures-lannion.fr", "email", Some(Doubt::SharedByTooMany)),
        ("email", "famille@chaussures-lannion.fr", "contact_mail", None),
        ("loyalty_card", "4711", "loyaltyCard", Some(Doubt::SharedByTooMany)),
        ("loyalty_card", "4711", "house_number", None),
        ("phone", "+33298441027", "mobile", Some(Doubt::SharedByTooMany)),
        ("email", "martin", "last_name", None),
    ] {
        let mut world = World::new(1, plan(&[]), START, 1);
        for number in 0..=JOINED_PROFILES + 1 {
            let user = format!("u{number}");
            let said = event(TRUSTED, number, START, "", &[("user_id", &user), (namespace, value)]);
            world.send(saying(said, name, value));
        }
        let last = world.find(&id("user_id", &format!("u{}", JOINED_PROFILES + 1))).unwrap();
        assert_eq!(doubts(&world, last, name), [expected], "{namespace} {name}");
    }
}

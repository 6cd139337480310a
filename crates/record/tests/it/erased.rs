//! What is left when a key is gone: enough to replay, nothing to know.

use engine::{
    command::{Command, Hop, News},
    state::Slot,
};
use model::{fact::Occurrence, partition::Partition, time::Timestamp};
use profile::side::Side;
use record::{
    log::Recalled,
    rejected::{RecalledRejection, decode_rejection, encode_rejection},
    state::{decode_effect, decode_slot, encode_effect, encode_slot},
};
use segment::trails::Trails;

use crate::{
    block::commands_of,
    keys::{all_but, every, none},
    sample,
};

fn recalled(command: &Command) -> Recalled {
    let bytes = sample::block(std::slice::from_ref(command), &every);
    let mut logged = commands_of(&bytes, &all_but(sample::SIDE)).expect("a block");
    assert_eq!(logged[0].env, sample::ENV);
    logged.remove(0).command
}

#[test]
fn an_event_of_an_erased_person_is_redacted() {
    let command = Command::Event(Box::new(sample::arrival()));
    assert_eq!(recalled(&command), Recalled::RedactedEvent { person: sample::SIDE, side: sample::SIDE });
}

#[test]
fn an_event_of_somebody_else_is_not() {
    let command = Command::Event(Box::new(sample::arrival()));
    let bytes = sample::block(std::slice::from_ref(&command), &every);
    let logged = commands_of(&bytes, &all_but(sample::OTHER_SIDE)).unwrap();
    assert_eq!(logged[0].command, Recalled::Command(command));
}

#[test]
fn a_refused_event_of_an_erased_person_is_redacted() {
    let rejection = sample::rejection();
    let redacted = Recalled::RedactedRejection { rejected: rejection.id };
    assert_eq!(recalled(&Command::Reject(Box::new(rejection.clone()))), redacted);
    let bytes = encode_rejection(&rejection, &every).unwrap();
    assert_eq!(decode_rejection(&bytes, &none).unwrap(), RecalledRejection::Redacted(rejection.id));
}

#[test]
fn a_refused_event_of_nobody_known_is_sealed_under_the_installations_key() {
    let rejection = engine::command::Rejection { side: None, ..sample::rejection() };
    let bytes = encode_rejection(&rejection, &every).unwrap();
    assert!(!bytes.windows(4).any(|window| rejection.raw.as_bytes().starts_with(window)));
    assert_eq!(decode_rejection(&bytes, &every).unwrap(), RecalledRejection::Whole(rejection));
}

#[test]
fn an_erased_side_keeps_its_place_in_an_image() {
    let image = sample::image();
    let news = News::MergeIn { image: image.clone(), record: image.merges[0].clone() };
    let hop = Hop::Tell { to: sample::OTHER_SIDE, news };
    let command = Command::Hop { from: Partition(3), number: 9, hop: Box::new(hop) };
    let Recalled::Command(Command::Hop { number: 9, hop, .. }) = recalled(&command) else {
        panic!("a hop is never redacted: the numbers of hops must not have gaps")
    };
    let Hop::Tell { news: News::MergeIn { image: left, record }, .. } = *hop else { panic!("another hop") };
    assert_eq!(record, image.merges[0]);
    assert_eq!((left.id, left.unit, &left.merges, left.due), (image.id, image.unit, &image.merges, image.due));
    let Side { created_at, moves, .. } = image.sides[0].facts;
    assert_eq!(left.sides[0].facts, Side { moves, ..Side::new(sample::SIDE, created_at) });
    assert_eq!(left.sides[0].trails.iter().len(), 0);
    assert!(left.sides[0].ledger.is_empty() && !image.sides[0].ledger.is_empty());
    assert_eq!(left.memberships.iter().len(), 0);
    assert!(left.ended.values().all(|ended| ended.survivor.iter().len() == 0), "nor what they were before a merge");
    assert_eq!(left.sides[1], image.sides[1], "the other side is whole");
}

#[test]
fn a_side_erased_elsewhere_takes_nothing_from_the_others() {
    let bytes = encode_slot(&sample::slot(), &every).unwrap();
    let Slot::Here(left) = decode_slot(&bytes, &all_but(sample::OTHER_SIDE)).unwrap() else { panic!("no person") };
    assert_eq!(left.sides[0], sample::person().sides[0]);
    assert_eq!(left.memberships, sample::person().memberships);
    assert_eq!(left.sides[1].facts.created_at, Timestamp::saturating_from_millis(1_700_000_000_000));
}

#[test]
fn what_was_written_without_a_key_stays_empty() {
    let bytes = encode_effect(&sample::effect(), &none).unwrap();
    for personal in sample::PERSONAL {
        assert!(!bytes.windows(personal.len()).any(|window| window == personal.as_bytes()));
    }
    assert_eq!(decode_effect(&bytes, &every).unwrap(), decode_effect(&bytes, &none).unwrap());
}

#[test]
fn trails_that_would_not_fit_are_left_to_be_rebuilt() {
    let mut person = sample::person();
    let long = |n: usize| Occurrence { tie: n as u64, ..sample::occurrence() };
    let occurrences: Vec<_> = (0..60_000).map(long).collect();
    person.sides[0].trails = Trails::from_entries(4, vec![("Order Completed".into(), occurrences)]).into();
    let bytes = encode_slot(&Slot::Here(person.clone().into()), &every).unwrap();
    assert!(bytes.len() < 10_000);
    let Slot::Here(read) = decode_slot(&bytes, &every).unwrap() else { panic!("no person") };
    assert_eq!((read.sides[0].trails.revision, read.sides[0].trails.iter().len()), (0, 0), "as if never filled");
    assert_eq!(read.sides[0].facts, person.sides[0].facts);
    // However many sides there are: what has room is kept, and no more.
    let some: Vec<_> = (0..15_000).map(long).collect();
    person.sides = vec![person.sides[0].clone(); 9];
    for side in &mut person.sides {
        side.trails = Trails::from_entries(4, vec![("Order Completed".into(), some.clone())]).into();
    }
    let bytes = encode_slot(&Slot::Here(person.into()), &every).unwrap();
    assert!((500_000..1_100_000).contains(&bytes.len()), "{}", bytes.len());
    let Slot::Here(read) = decode_slot(&bytes, &every).unwrap() else { panic!("no person") };
    let whole = read.sides.iter().filter(|side| side.trails.revision == 4).count();
    assert!((1..9).contains(&whole), "{whole}");
}

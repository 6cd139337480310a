//! Every type with a plain layout: what is written reads back, a piece of it does not, and no other bytes stand for it.

use std::fmt::Debug;

use model::{
    time::Timestamp,
    value::{Fields, Value},
};
use proptest::{collection::vec, prelude::any, prop_assert_eq, proptest, test_runner::Config};
use record::{
    codec::{DEPTH, Layout, from_bytes, to_bytes},
    error::Malformed,
};

use crate::strategies;

fn holds<T: Layout + PartialEq + Debug>(value: &T, place: usize, flipped: u8) {
    let bytes = to_bytes(value);
    assert_eq!(from_bytes::<T>(&bytes).as_ref(), Ok(value));
    for len in 0..bytes.len() {
        assert_eq!(from_bytes::<T>(&bytes[..len]), Err(Malformed::Cut), "cut to {len}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(from_bytes::<T>(&longer), Err(Malformed::Excess));
    // Other bytes are refused, or stand for another value whose only bytes they are.
    let mut changed = bytes;
    let place = place % changed.len();
    changed[place] ^= flipped.max(1);
    is_canonical::<T>(&changed);
    if let Ok(other) = from_bytes::<T>(&changed) {
        assert_ne!(other, *value);
    }
}

fn is_canonical<T: Layout>(bytes: &[u8]) {
    if let Ok(value) = from_bytes::<T>(bytes) {
        assert_eq!(to_bytes(&value), bytes);
    }
}

macro_rules! plain_layouts {
    ($($name:ident: $type:ty = $strategy:expr;)+) => {
        proptest! {
            #![proptest_config(Config { cases: 48, failure_persistence: None, ..Config::default() })]
            $(#[test] fn $name(value in $strategy, place in any::<usize>(), flipped in any::<u8>()) {
                holds::<$type>(&value, place, flipped);
            })+

            #[test]
            fn random_bytes_never_panic_and_never_read_as_something_else(bytes in vec(any::<u8>(), 0..200)) {
                $(is_canonical::<$type>(&bytes);)+
            }
        }
    };
}
plain_layouts! {
    a_value: Value = strategies::value();
    fields: Fields = strategies::fields();
    an_event: model::event::Event = strategies::event();
    a_consent_signal: model::consent::ConsentSignal = strategies::signal();
    consents: model::consent::Consents = strategies::consents();
    identifiers: profile::held::Identifiers = strategies::identifiers();
    traits: profile::traits::Traits = strategies::traits();
    days: profile::side::Days = strategies::days();
    trails: segment::trails::Trails = strategies::trails();
    memberships: segment::membership::Memberships = strategies::memberships();
    a_merge_record: profile::merge::MergeRecord = strategies::merge_record();
    a_summary: profile::resolve::Summary = strategies::summary();
    a_meeting: profile::resolve::Meeting = strategies::meeting();
    a_claiming: engine::command::Claiming = strategies::claiming();
    a_holding: engine::state::Holding = strategies::holding();
    a_core: engine::state::Core = strategies::core();
    an_access: engine::command::Access = strategies::access();
}

proptest! {
    #[test]
    fn numbers_of_any_size(unsigned in any::<u64>(), signed in any::<i64>()) {
        prop_assert_eq!(from_bytes::<u64>(&to_bytes(&unsigned)), Ok(unsigned));
        prop_assert_eq!(from_bytes::<i64>(&to_bytes(&signed)), Ok(signed));
    }
}

#[test]
fn the_ends_of_the_number_range() {
    for number in [0, 1, 0x7f, 0x80, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(from_bytes::<u64>(&to_bytes(&number)), Ok(number));
    }
    for number in [0, -1, 63, 64, -64, -65, i64::MIN, i64::MAX] {
        assert_eq!(from_bytes::<i64>(&to_bytes(&number)), Ok(number));
    }
    assert_eq!(to_bytes(&-1_i64), [1]);
    assert_eq!(to_bytes(&300_u64), [0xac, 0x02]);
}

const NO_NUMBER: Malformed = Malformed::Impossible { what: "number" };

#[test]
fn a_number_has_one_form() {
    assert_eq!(from_bytes::<u64>(&[0x80, 0x00]), Err(NO_NUMBER), "0 in two bytes");
    let too_large = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
    assert_eq!(from_bytes::<u64>(&too_large), Err(NO_NUMBER), "65 bits");
    assert_eq!(from_bytes::<u64>(&[0xff; 11]), Err(NO_NUMBER), "no end");
    assert_eq!(from_bytes::<u16>(&to_bytes(&65_536_u32)), Err(NO_NUMBER));
}

#[test]
fn fields_out_of_order_are_refused() {
    let written = to_bytes(&Fields::from_iter([("a", Value::Null), ("b", Value::Null)]));
    assert_eq!(written, [2, 1, b'a', 0, 1, b'b', 0]);
    let order = Err(Malformed::Impossible { what: "order" });
    assert_eq!(from_bytes::<Fields>(&[2, 1, b'b', 0, 1, b'a', 0]), order);
    assert_eq!(from_bytes::<Fields>(&[2, 1, b'a', 0, 1, b'a', 0]), order);
}

#[test]
fn a_fraction_is_finite_and_zero_has_one_sign() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0] {
        let bytes = [&[4][..], &number.to_bits().to_be_bytes()].concat();
        assert_eq!(from_bytes::<Value>(&bytes), Err(Malformed::Impossible { what: "fraction" }), "{number}");
    }
}

#[test]
fn a_moment_is_within_the_range_of_rfc_3339() {
    for (end, beyond) in [(Timestamp::MIN, -1), (Timestamp::MAX, 1)] {
        assert_eq!(from_bytes(&to_bytes(&end)), Ok(end));
        let outside = to_bytes(&(end.as_millis() + beyond));
        assert_eq!(from_bytes::<Timestamp>(&outside), Err(Malformed::Impossible { what: "moment" }));
    }
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |inner, _| Value::List([inner].into()))
}

#[test]
fn values_nest_up_to_the_limit() {
    assert_eq!(from_bytes(&to_bytes(&nested(DEPTH))), Ok(nested(DEPTH)));
    assert_eq!(from_bytes::<Value>(&to_bytes(&nested(DEPTH + 1))), Err(Malformed::TooDeep));
}

#[test]
fn a_number_of_items_that_cannot_be_there_allocates_nothing() {
    let huge = to_bytes(&u64::MAX);
    assert_eq!(from_bytes::<Vec<u64>>(&huge), Err(Malformed::Cut));
    assert_eq!(from_bytes::<std::sync::Arc<str>>(&huge), Err(Malformed::Cut));
}

#[test]
fn texts_that_repeat_share_their_memory() {
    let texts: Vec<std::sync::Arc<str>> = vec!["country".into(), "city".into(), "country".into()];
    let read: Vec<std::sync::Arc<str>> = from_bytes(&to_bytes(&texts)).unwrap();
    assert_eq!(read, texts);
    assert!(std::sync::Arc::ptr_eq(&read[0], &read[2]));
}

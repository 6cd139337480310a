//! What the hot path costs: `cargo test --release -p record -- --ignored --nocapture speed`.

use std::{hint::black_box, time::Instant};

use engine::{person::Person, state::Slot};
use model::{
    fact::{FactKind, TraitValue},
    value::{Fields, Value},
};
use profile::traits::Traits;
use record::{
    codec::to_bytes,
    history::{open_event, seal_event},
    log::BlockWriter,
    state::{decode_slot, encode_slot},
};

use crate::{
    keys::{every, key_of},
    sample,
};

#[test]
#[ignore = "measures; run in release"]
fn speed() {
    let mut arrival = sample::arrival();
    let words = (0..12).map(|n| (format!("property_{n:02}"), Value::text(format!("value of {n:02}, some text"))));
    arrival.event.properties = Fields::from_iter(words);
    println!("an event of {} bytes", to_bytes(&arrival.event).len());
    let (key, side) = (key_of(arrival.side), arrival.side);
    measure("seal an event and append it to a block", || {
        let mut block = BlockWriter::new();
        block.event(&sample::ENV, &arrival, &seal_event(&key, side, black_box(&arrival.event)));
        block
    });
    let sealed = seal_event(&key, side, &arrival.event);
    measure("write an event, not sealed", || to_bytes(black_box(&arrival.event)));
    measure("open an event", || open_event(&key, side, black_box(&sealed.0)));

    let value = |n: usize| TraitValue {
        value: Value::text(format!("value of {n:02}")),
        as_of: sample::NOW,
        source: "web".into(),
        kind: FactKind::Declared,
    };
    let traits = (0..30).map(|n| (format!("trait_{n:02}").into(), vec![value(n)])).collect();
    let mut person: Person = sample::person();
    person.sides.truncate(1);
    person.sides[0].facts.traits = Traits::from_entries(traits, Vec::new()).into();
    let slot = Slot::Here(person.into());
    let bytes = encode_slot(&slot, &every).unwrap();
    println!("a person with 30 traits of {} bytes", bytes.len());
    measure("decode a person", || decode_slot(black_box(&bytes), &every));
    measure("encode a person", || encode_slot(black_box(&slot), &every));
}

/// The best of several rounds, so that a busy machine does not count.
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn measure<T>(what: &str, mut act: impl FnMut() -> T) {
    const ROUNDS: usize = 20;
    const TIMES: u32 = 2_000;
    let round = |_| {
        let start = Instant::now();
        for _ in 0..TIMES {
            black_box(act());
        }
        start.elapsed() / TIMES
    };
    let best = (0..ROUNDS).map(round).min().expect("some rounds");
    println!("{what}: {best:?}");
}

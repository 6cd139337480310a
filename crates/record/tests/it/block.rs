//! What is sealed in part: blocks, slots, effects, refused events.

use engine::command::Command;
use model::time::Env;
use proptest::{collection::vec, prelude::any, prop_assert, prop_assert_eq, proptest, test_runner::Config};
use record::{
    codec::to_bytes,
    error::{Malformed, RecordError},
    history::{open_event, seal_event},
    log::{BlockWriter, Logged, Recalled, decode_commands},
    rejected::{RecalledRejection, decode_rejection, encode_rejection},
    seal::Keys,
    state::{decode_effect, decode_ledger, decode_slot, encode_effect, encode_ledger, encode_slot},
};

use crate::{
    keys::{every, key_of, none, unreachable},
    sample, strategies,
};

/// All commands of a block.
pub(crate) fn commands_of(bytes: &[u8], keys: Keys<'_>) -> Result<Vec<Logged>, RecordError> {
    decode_commands(bytes, keys)?.collect()
}

/// What a block recalls of a command if every key is there.
pub(crate) fn whole(env: Env, command: Command) -> Logged {
    let sealed = match &command {
        Command::Event(arrival) => Some(seal_event(&key_of(arrival.side), arrival.side, &arrival.event)),
        _ => None,
    };
    Logged { env, command: Recalled::Command(command), sealed }
}

proptest! {
    #![proptest_config(Config { cases: 32, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_block_reads_back(commands in vec((strategies::env(), strategies::command()), 0..4)) {
        let mut block = BlockWriter::new();
        for (env, command) in &commands {
            block.command(env, command, &every).unwrap();
        }
        prop_assert_eq!(block.count() as usize, commands.len());
        let bytes = block.into_bytes();
        let logged: Vec<_> = commands
            .into_iter()
            .map(|(env, command)| whole(env, command))
            .collect();
        prop_assert_eq!(commands_of(&bytes, &every).unwrap(), logged);
    }

    #[test]
    fn a_block_reads_in_order_without_any_key(commands in vec((strategies::env(), strategies::command()), 1..4)) {
        let mut block = BlockWriter::new();
        for (env, command) in &commands {
            block.command(env, command, &every).unwrap();
        }
        let read = commands_of(&block.into_bytes(), &none).unwrap();
        prop_assert!(read.iter().map(|logged| logged.env).eq(commands.iter().map(|(env, _)| *env)));
    }

    #[test]
    fn a_slot_reads_back(slot in strategies::slot()) {
        let bytes = encode_slot(&slot, &every).unwrap();
        prop_assert_eq!(decode_slot(&bytes, &every).unwrap(), slot.clone());
        prop_assert_eq!(encode_slot(&slot, &every).unwrap(), bytes);
    }

    #[test]
    fn a_ledger_reads_back(side in strategies::id(), ledger in strategies::ledger()) {
        let row = encode_ledger(side, &ledger, &every).unwrap();
        prop_assert_eq!(row.is_none(), ledger.is_empty());
        let Some(row) = row else { return Ok(()) };
        prop_assert_eq!(decode_ledger(side, &row, &every).unwrap(), ledger);
        prop_assert!(decode_ledger(side, &row, &none).unwrap().is_empty());
    }

    #[test]
    fn an_effect_reads_back(effect in strategies::effect()) {
        let bytes = encode_effect(&effect, &every).unwrap();
        prop_assert_eq!(decode_effect(&bytes, &every).unwrap(), effect);
    }

    #[test]
    fn a_refused_event_reads_back(rejection in strategies::rejection()) {
        let bytes = encode_rejection(&rejection, &every).unwrap();
        prop_assert_eq!(decode_rejection(&bytes, &every).unwrap(), RecalledRejection::Whole(rejection));
    }

    #[test]
    fn changed_bytes_never_panic(
        command in strategies::command(),
        slot in strategies::slot(),
        place in any::<usize>(),
        flipped in 1..=u8::MAX,
    ) {
        let mut bytes = sample::block(&[command], &every);
        let at = place % bytes.len();
        bytes[at] ^= flipped;
        let _ = commands_of(&bytes, &every);
        for len in 1..bytes.len().min(64) {
            let _ = commands_of(&bytes[..len], &every);
        }
        let mut bytes = encode_slot(&slot, &every).unwrap();
        let at = place % bytes.len();
        bytes[at] ^= flipped;
        if let Ok(other) = decode_slot(&bytes, &every) {
            // What is sealed did not change unnoticed: only ids and moments in plain bytes can have.
            prop_assert!(other != slot);
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        let versioned = [&[1][..], &bytes].concat();
        let _ = commands_of(&versioned, &every);
        let _ = decode_slot(&versioned, &every);
        let _ = decode_effect(&versioned, &every);
        let _ = decode_rejection(&versioned, &every);
        prop_assert!(open_event(&key_of(sample::SIDE), sample::SIDE, &versioned).is_err());
    }
}

#[test]
fn an_event_is_the_same_sealed_bytes_in_the_log_and_in_history() {
    let arrival = sample::arrival();
    let sealed = seal_event(&key_of(arrival.side), arrival.side, &arrival.event);
    let mut block = BlockWriter::new();
    block.event(&sample::ENV, &arrival, &sealed);
    let bytes = block.into_bytes();
    assert!(bytes.windows(sealed.0.len()).any(|window| *window == *sealed.0));
    assert_eq!(open_event(&key_of(arrival.side), arrival.side, &sealed.0), Ok(arrival.event));
}

#[test]
fn an_event_of_one_side_does_not_open_as_anothers() {
    let sealed = seal_event(&key_of(sample::SIDE), sample::SIDE, &sample::event());
    let opened = open_event(&key_of(sample::SIDE), sample::OTHER_SIDE, &sealed.0);
    assert_eq!(opened.map_err(|error| error.code()), Err("RECORD_UNREADABLE"));
}

#[test]
fn nothing_personal_is_readable_in_the_bytes() {
    let records = [
        sample::block(&sample::commands(), &every),
        encode_slot(&sample::slot(), &every).unwrap(),
        encode_effect(&sample::effect(), &every).unwrap(),
        encode_rejection(&sample::rejection(), &every).unwrap(),
    ];
    let traits = to_bytes(&sample::person().sides[0].facts.traits);
    let plain = [to_bytes(&sample::event()), traits, sample::RAW.into()].concat();
    for personal in sample::PERSONAL {
        let found = |bytes: &[u8]| bytes.windows(personal.len()).any(|window| window == personal.as_bytes());
        assert!(found(&plain), "the sample holds {personal}");
        assert!(!records.iter().any(|record| found(record)), "{personal} is readable");
    }
}

#[test]
fn a_key_that_cannot_be_looked_up_is_no_erasure() {
    let mut block = BlockWriter::new();
    block.command(&sample::ENV, &Command::Due, &every).unwrap();
    let len = block.len();
    for command in sample::commands() {
        let personal = matches!(block.command(&sample::ENV, &command, &none), Ok(()));
        assert!(personal, "a missing key is no error");
    }
    let whole = block.len();
    let failed = block.command(&sample::ENV, &sample::commands()[0], &unreachable);
    assert!(failed.is_err());
    assert!(len < whole && block.len() == whole, "the failed command left nothing behind");
    assert_eq!(block.count() as usize, sample::commands().len() + 1);

    let slot = encode_slot(&sample::slot(), &every).unwrap();
    assert!(matches!(decode_slot(&slot, &unreachable), Err(RecordError::Store(_))));
    assert!(encode_slot(&sample::slot(), &unreachable).is_err());
}

#[test]
fn another_version_is_refused_and_says_so() {
    let other = |error: RecordError| match error {
        RecordError::Malformed(Malformed::OtherVersion { record, version }) => (record, version),
        error => panic!("{error}"),
    };
    assert_eq!(other(commands_of(&[2], &every).unwrap_err()), ("block", 2));
    assert_eq!(other(decode_slot(&[2, 2], &every).unwrap_err()), ("slot", 2));
    assert_eq!(other(decode_effect(&[0], &every).unwrap_err()), ("effect", 0));
    assert_eq!(other(decode_rejection(&[2], &every).unwrap_err()), ("rejected event", 2));
    let event = open_event(&key_of(sample::SIDE), sample::SIDE, &[2]).unwrap_err();
    assert_eq!(other(event.into()), ("event", 2));
    // An older one, too.
    for version in [1, 3] {
        assert_eq!(other(record::state::decode_core(&[version]).unwrap_err().into()), ("partition", version));
        let ledger = decode_ledger(sample::SIDE, &[version], &every).unwrap_err();
        assert_eq!(other(ledger), ("ledger", version));
        assert_eq!(other(decode_slot(&[1, 0, version], &every).unwrap_err()), ("profile", version));
    }
}

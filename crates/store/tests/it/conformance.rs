//! The conformance suite: what any version of the substrate must hold, the future ones too.

use model::partition::{Partition, Position};
use store::{
    error::StoreError,
    limits,
    substrate::{Block, KeyRange, Lease, Rewrite, Save, Substrate, Table, Write},
};

use crate::rig::{LARGE, SMALL, block, claim, on_each, options, read, read_from, save};

#[test]
fn blocks_are_read_in_order_and_after_a_restart() {
    on_each(|rig| {
        let store = rig.open();
        let (a, b) = (claim(&*store, 0), claim(&*store, 3));
        store.append(&[block(a, 0, b"a0"), block(b, 0, b"b0"), block(a, 1, b"a1")]).unwrap();
        let two = Block { count: 2, ..block(a, 2, b"a2 a3") };
        store.append(&[two]).unwrap();
        rig.stop(store);

        let store = rig.open();
        assert_eq!(read(&*store, 0), [b"a0".as_slice(), b"a1", b"a2 a3"]);
        assert_eq!(read(&*store, 3), [b"b0"]);
        assert_eq!(read(&*store, 1), Vec::<Vec<u8>>::new());
        assert_eq!(store.end(Partition(0)).unwrap(), Position(4));
        assert_eq!(store.end(Partition(1)).unwrap(), Position(0));
        let inside = store.read(Partition(0), Position(3), usize::MAX).unwrap();
        assert_eq!((inside[0].first, inside[0].end(), inside[0].epoch), (Position(2), Position(4), a.epoch));
        assert_eq!(store.read(Partition(0), Position(4), usize::MAX).unwrap(), []);
    });
}

#[test]
fn a_read_returns_what_fits_and_at_least_one_block() {
    on_each(|rig| {
        let store = rig.open();
        let lease = claim(&*store, 0);
        store.append(&[block(lease, 0, &[0; 10]), block(lease, 1, &[1; 10]), block(lease, 2, &[2; 10])]).unwrap();
        let count = |limit| store.read(Partition(0), Position(0), limit).unwrap().len();
        assert_eq!([count(0), count(19), count(20), count(29), count(30)], [1, 1, 2, 2, 3]);
    });
}

#[test]
fn a_block_that_does_not_continue_its_partition_is_refused_with_all_others() {
    on_each(|rig| {
        let store = rig.open();
        let (a, b) = (claim(&*store, 0), claim(&*store, 1));
        for wrong in [[block(a, 0, b"a"), block(b, 1, b"b")], [block(a, 0, b"a"), block(a, 0, b"a")]] {
            let error = store.append(&wrong).unwrap_err();
            assert_eq!(error.code(), "wrong_position", "{error}");
        }
        assert_eq!(read(&*store, 0), Vec::<Vec<u8>>::new());
        store.append(&[block(a, 0, b"a"), block(b, 0, b"b")]).unwrap();
    });
}

#[test]
fn a_block_is_within_its_limits() {
    on_each(|rig| {
        let store = rig.start(&options(4), limits::SEGMENT_BYTES).unwrap();
        let lease = claim(&*store, 0);
        let code = |blocks: &[Block]| store.append(blocks).map_err(|error| error.code());
        assert_eq!(code(&[block(lease, 0, b"")]), Err("stored_too_large"));
        assert_eq!(code(&[Block { count: 0, ..block(lease, 0, b"x") }]), Err("stored_too_large"));
        assert_eq!(code(&[block(lease, 0, &vec![0; limits::BLOCK_BYTES + 1])]), Err("stored_too_large"));
        let most = vec![7; limits::BLOCK_BYTES];
        let full: Vec<Block> = (0..4).map(|first| block(lease, first, &most)).collect();
        let beyond: Vec<Block> = full.iter().cloned().chain([block(lease, 4, b"x")]).collect();
        assert_eq!(code(&beyond), Err("stored_too_large"));
        assert_eq!(code(&full), Ok(()));
        assert_eq!(store.read(Partition(0), Position(3), 0).unwrap()[0].bytes, most);
    });
}

#[test]
fn an_outdated_owner_writes_nothing_for_anybody() {
    on_each(|rig| {
        let store = rig.open();
        let (old, other) = (claim(&*store, 0), claim(&*store, 1));
        store.append(&[block(old, 0, b"before")]).unwrap();
        let new = claim(&*store, 0);
        assert!(new.epoch > old.epoch);

        let error = store.append(&[block(other, 0, b"other"), block(old, 1, b"late")]).unwrap_err();
        assert!(matches!(error, StoreError::Fenced { partition: Partition(0), .. }), "{error}");
        let error = store.save(vec![save(other, 0, b"other", Some(b"x")), save(old, 1, b"late", Some(b"x"))]);
        assert_eq!(error.unwrap_err().code(), "fenced");
        let rewrite = Rewrite { lease: old, first: Position(0), bytes: b"undone".to_vec() };
        assert_eq!(store.rewrite(&[rewrite]).unwrap_err().code(), "fenced");

        assert_eq!(read(&*store, 0), [b"before"]);
        assert_eq!(read(&*store, 1), Vec::<Vec<u8>>::new());
        assert_eq!(store.range(SMALL, KeyRange::prefix(b"", 9)).unwrap(), []);
        assert_eq!(store.saved(Partition(1)).unwrap(), Position(0));
        store.append(&[block(other, 0, b"other"), block(new, 1, b"after")]).unwrap();
    });
}

#[test]
fn epochs_grow_over_restarts_and_nobody_owns_what_nobody_claimed() {
    on_each(|rig| {
        let store = rig.open();
        let unclaimed = Lease { partition: Partition(2), epoch: 0 };
        assert_eq!(store.append(&[block(unclaimed, 0, b"x")]).unwrap_err().code(), "fenced");
        let old = store.claim(&[Partition(0), Partition(1)]).unwrap();
        rig.stop(store);

        let store = rig.open();
        let new = store.claim(&[Partition(1), Partition(0)]).unwrap();
        assert!(new[0].epoch > old[1].epoch && new[1].epoch > old[0].epoch);
        assert_eq!(store.append(&[block(old[0], 0, b"x")]).unwrap_err().code(), "fenced");
    });
}

#[test]
fn a_partition_that_does_not_exist_is_refused_everywhere() {
    on_each(|rig| {
        let store = rig.open();
        let (none, at) = (store.shop(), Position(0));
        let lease = store.claim(&[none]).unwrap()[0];
        let codes = [
            store.claim(&[Partition(none.0 + 1)]).unwrap_err().code(),
            store.append(&[block(lease, 0, b"x")]).unwrap_err().code(),
            store.rewrite(&[Rewrite { lease, first: at, bytes: b"x".to_vec() }]).unwrap_err().code(),
            store.read(none, at, 1).unwrap_err().code(),
            store.end(none).unwrap_err().code(),
            store.save(vec![save(lease, 0, b"k", None)]).unwrap_err().code(),
            store.saved(none).unwrap_err().code(),
            store.trim(none, at).unwrap_err().code(),
            store.key(none, 0).unwrap_err().code(),
            store.destroy_key(none, 0).unwrap_err().code(),
        ];
        assert_eq!(codes, ["no_partition"; 10]);
    });
}

#[test]
fn a_save_is_there_with_its_position_and_the_later_write_counts() {
    on_each(|rig| {
        let store = rig.open();
        let (a, b) = (claim(&*store, 0), claim(&*store, 1));
        store.append(&[block(a, 0, b"a"), block(b, 0, b"b")]).unwrap();
        let write = |table, value: &[u8]| Write { table, key: b"k".to_vec(), value: Some(value.to_vec()) };
        let writes = vec![write(SMALL, b"1"), write(LARGE, &[9; 5_000]), write(SMALL, b"2")];
        store.save(vec![Save { lease: a, position: Position(1), writes }, save(b, 1, b"gone", None)]).unwrap();
        store.persist().unwrap();
        rig.stop(store);

        let store = rig.open();
        assert_eq!(store.get(SMALL, b"k").unwrap(), Some(b"2".to_vec()));
        assert_eq!(store.get(LARGE, b"k").unwrap(), Some(vec![9; 5_000]));
        assert_eq!(store.get(SMALL, b"gone").unwrap(), None);
        let saved = |partition| store.saved(Partition(partition)).unwrap();
        assert_eq!([saved(0), saved(1), saved(2)], [Position(1), Position(1), Position(0)]);
    });
}

#[test]
fn what_is_kept_is_durable_at_once_whole_and_under_the_newest_lease() {
    on_each(|rig| {
        let store = rig.open();
        let old = store.claim(&[store.shop()]).unwrap()[0];
        let write = |table, key: &[u8], value: Option<&[u8]>| Write {
            table,
            key: key.to_vec(),
            value: value.map(<[u8]>::to_vec),
        };
        store.keep(old, vec![write(SMALL, b"a", Some(b"1")), write(LARGE, b"b", Some(&[9; 5_000]))]).unwrap();
        store.keep(old, vec![write(SMALL, b"a", None), write(SMALL, b"c", Some(b"3"))]).unwrap();
        let beyond = vec![write(SMALL, b"d", Some(b"4")), write(SMALL, b"", Some(b"5"))];
        assert_eq!(store.keep(old, beyond).unwrap_err().code(), "stored_too_large");
        rig.stop(store);

        let store = rig.open();
        let get = |table, key: &[u8]| store.get(table, key).unwrap();
        assert_eq!([get(SMALL, b"a"), get(SMALL, b"c"), get(SMALL, b"d")], [None, Some(b"3".to_vec()), None]);
        assert_eq!(get(LARGE, b"b"), Some(vec![9; 5_000]));
        let new = store.claim(&[store.shop()]).unwrap()[0];
        let code = |lease| store.keep(lease, vec![write(SMALL, b"e", Some(b"6"))]).map_err(|error| error.code());
        assert_eq!([code(old), code(claim(&*store, 0)), code(new)], [Err("fenced"), Err("no_partition"), Ok(())]);
    });
}

#[test]
fn a_saved_position_stays_between_the_last_one_and_the_end() {
    on_each(|rig| {
        let store = rig.open();
        let lease = claim(&*store, 0);
        store.append(&[block(lease, 0, b"a"), block(lease, 1, b"b")]).unwrap();
        store.save(vec![save(lease, 1, b"k", Some(b"1"))]).unwrap();
        for (wrong, expected) in [(0, 1), (3, 2)] {
            let error = store.save(vec![save(lease, wrong, b"k", Some(b"2"))]).unwrap_err();
            let StoreError::WrongPosition { expected: found, .. } = error else { panic!("{error}") };
            assert_eq!(found, Position(expected));
        }
        assert_eq!(store.get(SMALL, b"k").unwrap(), Some(b"1".to_vec()));
        store.save(vec![save(lease, 1, b"k", Some(b"3"))]).unwrap();
    });
}

#[test]
fn keys_and_tables_are_within_their_limits() {
    on_each(|rig| {
        let store = rig.open();
        let lease = claim(&*store, 0);
        let write = |table, key: &[u8]| {
            let writes = vec![Write { table, key: key.to_vec(), value: Some(Vec::new()) }];
            store.save(vec![Save { lease, position: Position(0), writes }]).map_err(|error| error.code())
        };
        assert_eq!(write(SMALL, b""), Err("stored_too_large"));
        assert_eq!(write(SMALL, &[1; limits::KEY_BYTES + 1]), Err("stored_too_large"));
        assert_eq!(write(Table(2), b"k"), Err("stored_too_large"));
        assert_eq!(store.get(Table(u8::MAX), b"k").unwrap_err().code(), "stored_too_large");
        assert_eq!(write(LARGE, &[1; limits::KEY_BYTES]), Ok(()));
        assert_eq!(store.get(LARGE, &[1; limits::KEY_BYTES]).unwrap(), Some(Vec::new()));
    });
}

#[test]
fn a_range_knows_its_bounds_its_limit_and_its_direction() {
    on_each(|rig| {
        let store = rig.open();
        let lease = claim(&*store, 0);
        for key in ["a", "b1", "b2", "b3", "c"] {
            store.save(vec![save(lease, 0, key.as_bytes(), Some(key.as_bytes()))]).unwrap();
        }
        store.save(vec![save(lease, 0, &[0xff, 0xff], Some(b""))]).unwrap();
        let keys = |range: KeyRange<'_>| -> Vec<String> {
            let pairs = store.range(SMALL, range).unwrap();
            pairs.into_iter().map(|(key, _)| String::from_utf8_lossy(&key).into_owned()).collect()
        };
        assert_eq!(keys(KeyRange::prefix(b"b", 9)), ["b1", "b2", "b3"]);
        assert_eq!(keys(KeyRange::prefix(b"b", 2)), ["b1", "b2"]);
        assert_eq!(keys(KeyRange::prefix(b"b", 2).descending()), ["b3", "b2"]);
        assert_eq!(keys(KeyRange::between(b"b1", b"b3", 9)), ["b1", "b2"]);
        assert_eq!(keys(KeyRange::between(b"b1", b"c", 9).descending()), ["b3", "b2", "b1"]);
        assert_eq!(keys(KeyRange::between(b"c", b"b", 9)), Vec::<String>::new());
        assert_eq!(keys(KeyRange::prefix(b"", 0)), Vec::<String>::new());
        assert_eq!(store.range(SMALL, KeyRange::prefix(&[0xff], 9)).unwrap().len(), 1);
        assert_eq!(keys(KeyRange::prefix(b"", 9)).len(), 6);
        assert_eq!(store.range(LARGE, KeyRange::prefix(b"", 9)).unwrap(), []);
    });
}

#[test]
fn trimming_gives_space_back_but_never_what_a_replay_needs() {
    on_each(|rig| {
        let store = rig.start(&options(4), 1_000).unwrap();
        let lease = claim(&*store, 0);
        for first in 0..40 {
            store.append(&[block(lease, first, &[first as u8; 200])]).unwrap();
        }
        let before = store.health();
        store.trim(Partition(0), Position(30)).unwrap();
        assert_eq!(store.health(), before, "nothing is saved, so all is needed");

        store.save(vec![save(lease, 20, b"k", Some(b"v"))]).unwrap();
        store.trim(Partition(0), Position(30)).unwrap();
        let after = store.health();
        assert!(after.log_segments < before.log_segments / 2 + 2 && after.log_bytes < before.log_bytes);
        let kept = store.read(Partition(0), Position(20), usize::MAX).unwrap();
        assert_eq!((kept[0].first, kept.len()), (Position(20), 20));
        assert!(read(&*store, 0).len() < 40);
        rig.stop(store);

        let store = rig.start(&options(4), 1_000).unwrap();
        assert_eq!(store.saved(Partition(0)).unwrap(), Position(20), "made durable before anything went");
        assert_eq!(read_from(&*store, 0, 20).len(), 20);
        assert_eq!(store.end(Partition(0)).unwrap(), Position(40));
        let lease = claim(&*store, 0);
        store.append(&[block(lease, 40, b"goes on")]).unwrap();
    });
}

#[test]
fn a_partition_whose_blocks_are_all_trimmed_keeps_its_end() {
    on_each(|rig| {
        let store = rig.start(&options(4), 100).unwrap();
        let (a, b) = (claim(&*store, 0), claim(&*store, 1));
        store.append(&[block(a, 0, &[1; 200])]).unwrap();
        store.append(&[block(b, 0, &[2; 200])]).unwrap();
        store.save(vec![save(a, 1, b"k", Some(b"v"))]).unwrap();
        store.trim(Partition(0), Position(1)).unwrap();
        assert_eq!(store.health().log_segments, 1);
        rig.stop(store);

        let store = rig.start(&options(4), 100).unwrap();
        assert_eq!(store.end(Partition(0)).unwrap(), Position(1));
        assert_eq!(read(&*store, 1), [vec![2; 200]]);
    });
}

#[test]
fn a_rewritten_block_keeps_its_place_and_its_neighbors() {
    on_each(|rig| {
        let store = rig.start(&options(4), 1_000).unwrap();
        let (a, b) = (claim(&*store, 0), claim(&*store, 1));
        for first in 0..20 {
            store.append(&[block(a, first, &[1; 100]), block(b, first, &[2; 100])]).unwrap();
        }
        let rewrite = |lease, first, bytes: &[u8]| Rewrite { lease, first: Position(first), bytes: bytes.to_vec() };
        // An old segment and the newest one; longer and shorter than before.
        store.rewrite(&[rewrite(a, 1, &[7; 300]), rewrite(a, 19, b"short"), rewrite(b, 1, b"x")]).unwrap();
        store.append(&[block(a, 20, b"after")]).unwrap();
        let error = store.rewrite(&[rewrite(a, 2, b"lost"), rewrite(a, 21, b"x")]).unwrap_err();
        assert_eq!(error.code(), "no_block");

        let check = |store: &dyn Substrate| {
            let mut expected = vec![vec![1; 100]; 20];
            expected[1] = vec![7; 300];
            expected[19] = b"short".to_vec();
            expected.push(b"after".to_vec());
            assert_eq!(read(store, 0), expected);
            assert_eq!(read(store, 1)[..3], [vec![2; 100], b"x".to_vec(), vec![2; 100]]);
        };
        check(&*store);
        rig.stop(store);
        check(&*rig.start(&options(4), 1_000).unwrap());
    });
}

#[test]
fn a_definition_is_published_on_top_of_the_one_it_was_made_from() {
    on_each(|rig| {
        let store = rig.open();
        assert_eq!((store.revision(), store.definitions(0).unwrap()), (0, None));
        assert_eq!(store.define(0, b"one").unwrap(), 1);
        let StoreError::Conflict { current } = store.define(0, b"other").unwrap_err() else { panic!("no conflict") };
        assert_eq!(store.define(current, b"two").unwrap(), 2);
        rig.stop(store);

        let store = rig.open();
        assert_eq!(store.revision(), 2);
        assert_eq!(store.definitions(1).unwrap(), Some(b"one".to_vec()));
        assert_eq!(store.definitions(2).unwrap(), Some(b"two".to_vec()));
        assert_eq!(store.definitions(3).unwrap(), None);
    });
}

#[test]
fn a_draft_is_kept_until_it_is_dropped() {
    on_each(|rig| {
        let store = rig.open();
        assert_eq!((store.drafts().unwrap(), store.draft("spring").unwrap()), (vec![], None));
        store.keep_draft("spring", b"one").unwrap();
        store.keep_draft("autumn", b"").unwrap();
        store.keep_draft("spring", b"two").unwrap();
        rig.stop(store);

        let store = rig.open();
        assert_eq!(store.drafts().unwrap(), ["autumn", "spring"]);
        assert_eq!(store.draft("spring").unwrap(), Some(b"two".to_vec()));
        assert_eq!(store.draft("autumn").unwrap(), Some(vec![]));
        store.drop_draft("autumn").unwrap();
        store.drop_draft("autumn").unwrap();
        rig.stop(store);
        assert_eq!(rig.open().drafts().unwrap(), ["spring"]);
    });
}

#[test]
fn the_name_of_a_draft_leads_nowhere_else() {
    on_each(|rig| {
        let store = rig.open();
        let longest = "a".repeat(limits::DRAFT_NAME_BYTES);
        store.keep_draft(&longest, b"x").unwrap();
        for bad in ["", "../secret", "a/b", "A", "a.new", &format!("{longest}a")] {
            assert_eq!(store.keep_draft(bad, b"x").unwrap_err().code(), "stored_too_large", "{bad}");
            assert_eq!(store.draft(bad).unwrap(), None, "{bad}");
            store.drop_draft(bad).unwrap();
        }
        assert_eq!(store.drafts().unwrap(), [longest]);
    });
}

#[test]
fn keys_and_the_secret_last_and_a_destroyed_key_stays_destroyed() {
    on_each(|rig| {
        let store = rig.open();
        let (here, there) = (Partition(0), Partition(1));
        let first = store.key(here, 0).unwrap();
        let secret = store.secret();
        let next_chunk = store.key(here, 4_096).unwrap();
        assert!(
            first.is_some() && next_chunk.is_some() && first != next_chunk && first != store.key(there, 0).unwrap()
        );
        assert_eq!(store.key(here, 3 * 4_096).unwrap_err().code(), "no_key_slot");
        store.destroy_key(here, 1).unwrap();
        store.destroy_key(here, 5).unwrap();
        store.destroy_key(here, u32::MAX).unwrap();
        rig.stop(store);

        let store = rig.open();
        assert_eq!(store.secret(), secret);
        assert_eq!((store.key(here, 0).unwrap(), store.key(here, 4_096).unwrap()), (first, next_chunk));
        assert_eq!((store.key(here, 1).unwrap(), store.key(here, 5).unwrap()), (None, None));
        assert!(store.key(here, 2).unwrap().is_some());
    });
}

#[test]
fn a_seed_makes_the_same_keys_everywhere() {
    let keys = |seed| {
        let found = std::cell::RefCell::new(Vec::new());
        on_each(|rig| {
            let mut options = options(2);
            options.key_seed = Some(seed);
            let store = rig.start(&options, 1_000).unwrap();
            found.borrow_mut().push((store.secret(), store.key(Partition(1), 7).unwrap()));
        });
        found.into_inner()
    };
    let (one, two) = (keys(1), keys(2));
    assert_eq!(one[0], one[1]);
    assert_ne!(one[0], two[0]);
}

#[test]
fn the_number_of_partitions_is_fixed_at_creation() {
    on_each(|rig| {
        rig.stop(rig.open());
        let error = rig.start(&options(8), 1_000).err().unwrap();
        assert!(matches!(error, StoreError::OtherPartitions { found: 4, wanted: 8 }), "{error}");
        assert_eq!(rig.start(&options(0), 1_000).err().unwrap().code(), "stored_too_large");
        assert_eq!(rig.start(&options(1_025), 1_000).err().unwrap().code(), "stored_too_large");
    });
}

//! Whatever the order in which words arrive, the same catalog comes of them.

use catalog::{
    catalog::Catalog,
    change::{Change, Patch, Target},
    item::{Availability, Stock},
};
use proptest::prelude::*;

use crate::items::{at, boot, euros, plain, put};

/// What a reader can see of all items.
fn seen(catalog: &Catalog) -> Vec<(String, String)> {
    catalog.items().map(|item| (item.id().to_owned(), format!("{:?}", item.to_item()))).collect()
}

fn patches() -> impl Strategy<Value = Vec<(i64, Patch)>> {
    let target = prop_oneof![
        Just(Target::Item { id: "boot-42".into() }),
        Just(Target::Item { id: "pole".into() }),
        Just(Target::Variant { item: "boot-42".into(), id: "b-42".into() }),
        Just(Target::Inventory { id: "inv-43".into() }),
    ];
    let stock = (0..4usize, proptest::option::of(0..5u32))
        .prop_map(|(word, count)| Stock { availability: Availability::ALL[word], count });
    let stores =
        proptest::collection::vec((prop_oneof![Just("paris".to_owned()), Just("lyon".to_owned())], 0..4u32), 0..3);
    let prices = proptest::option::of((1..5u64).prop_map(|cents| euros(cents * 100)));
    let patch = (target, prices, proptest::option::of(1..5u64), proptest::option::of(stock), stores);
    let patch = patch.prop_map(|(target, prices, cost_cents, stock, stores)| Patch {
        target,
        prices,
        cost_cents,
        stock,
        stores,
    });
    // Few moments, so that many patches say something of the same one.
    proptest::collection::vec((0..8i64, patch), 0..12)
}

fn after(patches: &[(i64, Patch)]) -> Catalog {
    let mut catalog = Catalog::default();
    put(&mut catalog, boot(), 3).unwrap();
    put(&mut catalog, plain("pole"), 3).unwrap();
    patches.iter().for_each(|(ms, patch)| _ = catalog.apply(&Change::Patch(patch.clone()), at(*ms)).unwrap());
    catalog
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_of_patches_gives_the_same_catalog(
        (patches, shuffled) in patches().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        prop_assert_eq!(seen(&after(&patches)), seen(&after(&shuffled)));
    }

    #[test]
    fn a_snapshot_is_what_the_catalog_was(patches in patches(), cut in 0..12usize) {
        let cut = cut.min(patches.len());
        let mut catalog = after(&patches[..cut]);
        let (snapshot, before) = (catalog.clone(), seen(&catalog));
        patches[cut..].iter().for_each(|(ms, patch)| _ = catalog.apply(&Change::Patch(patch.clone()), at(*ms)).unwrap());
        prop_assert_eq!(seen(&snapshot), before);
        prop_assert_eq!(seen(&catalog), seen(&after(&patches)));
    }

    #[test]
    fn puts_and_removals_count_by_their_moment(
        (words, shuffled) in proptest::collection::btree_map(0..20i64, proptest::option::of(0..4u64), 1..8)
            .prop_flat_map(|all| {
                let all: Vec<_> = all.into_iter().collect();
                (Just(all.clone()), Just(all).prop_shuffle())
            })
    ) {
        let apply = |words: &[(i64, Option<u64>)]| {
            let mut catalog = Catalog::default();
            catalog.number("pole").unwrap();
            for (ms, word) in words {
                let change = match word {
                    Some(cents) => {
                        let mut item = plain("pole");
                        (item.prices, item.brand) = (Some(euros(*cents)), Some(format!("brand {cents}")));
                        Change::Put(Box::new(item))
                    }
                    None => Change::Remove { id: "pole".into() },
                };
                catalog.apply(&change, at(*ms)).unwrap();
            }
            seen(&catalog)
        };
        prop_assert_eq!(apply(&words), apply(&shuffled));
    }

    #[test]
    fn what_is_stored_as_changes_comes_back(patches in patches()) {
        let catalog = after(&patches);
        let mut again = Catalog::default();
        catalog.ids().for_each(|id| _ = again.number(id).unwrap());
        for (moment, change) in catalog.items().flat_map(|item| item.changes()) {
            again.apply(&change, moment).unwrap();
        }
        prop_assert_eq!(seen(&again), seen(&catalog));
        for (one, other) in catalog.items().zip(again.items()) {
            prop_assert_eq!(one.described_at(), other.described_at());
            prop_assert_eq!(one.priced_at(), other.priced_at());
            prop_assert_eq!(one.offered_since(), other.offered_since());
            // A late word finds the same moments.
            prop_assert_eq!(one.changes(), other.changes());
        }
    }
}

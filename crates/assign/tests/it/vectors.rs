//! Values that another implementation must give too. These were computed with one: Python's `blake3` and `math.log`.

use assign::{Share, bucket, pick};
use model::id::Id;

const BUCKETS: &[(&str, u128, u16)] = &[
    ("holdout", 0x00000000000000000000000000000000, 6500),
    ("holdout", 0x00000000000000000000000000000001, 2638),
    ("holdout", 0x00000000000000000000000000000002, 9242),
    ("holdout", 0x0123456789abcdef0123456789abcdef, 2944),
    ("holdout", 0xffffffffffffffffffffffffffffffff, 6409),
    ("layer:home", 0x00000000000000000000000000000000, 3201),
    ("layer:home", 0x00000000000000000000000000000001, 2113),
    ("layer:home", 0x00000000000000000000000000000002, 635),
    ("layer:home", 0x0123456789abcdef0123456789abcdef, 725),
    ("layer:home", 0xffffffffffffffffffffffffffffffff, 1083),
    ("traffic:boot-care", 0x00000000000000000000000000000000, 631),
    ("traffic:boot-care", 0x00000000000000000000000000000001, 2216),
    ("traffic:boot-care", 0x00000000000000000000000000000002, 487),
    ("traffic:boot-care", 0x0123456789abcdef0123456789abcdef, 943),
    ("traffic:boot-care", 0xffffffffffffffffffffffffffffffff, 7742),
    ("é", 0x00000000000000000000000000000000, 3027),
    ("é", 0x00000000000000000000000000000001, 7591),
    ("é", 0x00000000000000000000000000000002, 8067),
    ("é", 0x0123456789abcdef0123456789abcdef, 8758),
    ("é", 0xffffffffffffffffffffffffffffffff, 5665),
];

const PICKS: &[(&str, u128, &str)] = &[
    ("boot-care", 0x00000000000000000000000000000000, "control"),
    ("boot-care", 0x00000000000000000000000000000001, "b"),
    ("boot-care", 0x00000000000000000000000000000002, "b"),
    ("boot-care", 0x0123456789abcdef0123456789abcdef, "control"),
    ("boot-care", 0xffffffffffffffffffffffffffffffff, "control"),
    ("again", 0x00000000000000000000000000000000, "a"),
    ("again", 0x00000000000000000000000000000001, "control"),
    ("again", 0x00000000000000000000000000000002, "control"),
    ("again", 0x0123456789abcdef0123456789abcdef, "b"),
    ("again", 0xffffffffffffffffffffffffffffffff, "control"),
];

#[test]
fn buckets_are_those_of_the_formula() {
    for (salt, unit, expect) in BUCKETS {
        assert_eq!(bucket(Id::from_bits(*unit), salt), *expect, "{salt} {unit:x}");
    }
}

#[test]
fn picks_are_those_of_the_formula() {
    let share = |points| Share::from_basis_points(points).unwrap();
    for (salt, unit, expect) in PICKS {
        let options = [("a", share(2_500)), ("b", share(2_500)), ("control", share(5_000))];
        assert_eq!(pick(Id::from_bits(*unit), salt, options), Some(*expect), "{salt} {unit:x}");
    }
}

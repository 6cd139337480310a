//! Which worlds are refused before anything is begun.

use sim::run::{SimError, check_memory};
use world::Size;

#[test]
fn a_world_that_fits_nowhere_is_refused_and_says_why() {
    for size in ["4000000000x1x1", "1x4000000000x1"] {
        let refused = check_memory(size.parse().unwrap()).unwrap_err();
        assert!(matches!(refused, SimError::NoMemory { .. }), "{size}: {refused}");
        assert!(refused.to_string().contains("take a smaller size"), "{refused}");
    }
    let endless = check_memory("1x1x4000000000".parse().unwrap()).unwrap_err();
    assert_eq!(endless.to_string(), "a world lasts at most 3650 days, and this one would last 4000000000");
    check_memory(Size::S).unwrap();
    check_memory("1x1x3650".parse().unwrap()).unwrap();
    assert!(check_memory("1x1x3651".parse().unwrap()).is_err());
}

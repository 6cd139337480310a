//! Power cuts while the program is written to. `cargo x crash` runs many more rounds of the same.

use crate::shop::PROGRAM;

#[test]
fn what_was_answered_is_there_once_after_kills_at_any_moment() {
    let tally = testkit::crash::run(PROGRAM.as_ref(), 3, 7);
    assert!(tally.kills == 3 && tally.answered > 100, "{tally:?}");
}

//! Chance from the machine.

/// Bytes that nobody can guess.
///
/// # Panics
/// On a machine that gives none. There the standard library's own hash maps panic first: they ask the same source.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("hash maps have had random bytes from the same source");
    bytes
}

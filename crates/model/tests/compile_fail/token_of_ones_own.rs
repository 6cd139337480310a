//! Nobody adds a kind of token that opens a person's facts.

use model::consent::Token;

struct Curiosity;

impl Token for Curiosity {}

fn main() {}

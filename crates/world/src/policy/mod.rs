//! Ways to choose what is shown that need no product: to compare it with.

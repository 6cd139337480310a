//! The product graded by a world with known truth, through its public API.

#[cfg(test)]
mod marks;
#[cfg(test)]
mod sizes;

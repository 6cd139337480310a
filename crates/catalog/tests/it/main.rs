//! A catalog through its public API: what is told, in any order, and what readers see of it.

#[cfg(test)]
mod changes;
#[cfg(test)]
mod facts;
#[cfg(test)]
mod items;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod real;

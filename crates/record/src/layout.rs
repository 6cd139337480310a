//! The layouts of types that mean the same in every record. What each one is stands where it is defined; here stands
//! only the order of its fields and the numbers of its words. A change needs a new version of every record around it.

mod belief;
pub(crate) mod command;
mod decision;
mod event;
pub(crate) mod fact;
mod person;
mod reading;
mod value;

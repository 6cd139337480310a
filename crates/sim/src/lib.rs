//! The shop with known truth, lived through the product, and the grader.
//!
//! A [`world`] proposes events and pages; this crate writes them as a shop's systems do, sends them through a
//! [`door::Door`] (this process or HTTP, the same bytes), tells the people what they were shown, and keeps the truth
//! where the product does not look. This crate must not reach behind the public API: what it grades is what a shop
//! gets. Start reading at [`drive`], then [`wire`] (what is sent) and [`shop`] (what is published).

pub mod bundle;
pub mod demo;
pub mod door;
pub mod drive;
pub mod grade;
pub mod run;
pub mod sandbox;
pub mod shop;
pub mod wire;

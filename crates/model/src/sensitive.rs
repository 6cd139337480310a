//! Names that say what a shop must not know of a person, or must not act on.
//!
//! A program cannot see what a value means, but names say it: of fields, traits, events, segments. So what must not be
//! kept or used is refused by its name, in English and in French, however it is written: `faceTemplate`,
//! `face_template` and `Face Template` are one. A name that hides what it holds is not found, and lists like these are
//! never complete; they stop what is sent without a thought.
//!
//! | Asks | What for |
//! |---|---|
//! | [`is_biometric`] | data that tell a person by their body or voice (GDPR article 4, 14) |
//! | [`is_browsing_elsewhere`], [`is_event_elsewhere`] | what somebody did on the sites of others |
//! | [`category`], [`category_in`] | the special categories of GDPR article 9 |
//! | [`names_minors`] | groups of persons who are likely to be minors |

mod biometric;
mod elsewhere;
mod minors;
mod special;
mod words;

pub use biometric::is_biometric;
pub use elsewhere::{is_browsing_elsewhere, is_event_elsewhere};
pub use minors::names_minors;
pub use special::{Category, category, category_in};

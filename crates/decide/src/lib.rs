//! Which content each placement shows to one person at one moment, and why.
//!
//! A decision is a pure function of the published [`Scheme`], the [`Page`] that asks, the facts about [`Whom`] it is
//! asked for, and `Env { now, seed }`. There is no error to return: "no" has a reason, and a placement whose
//! experiences all fail shows its neutral contents. In order:
//!
//! 1. **eligible**: switched on, within its schedule, nothing of it expired, its audience holds; and with a reward in
//!    it only for whom the shop recognizes; and every variant has something to show: a content that is live, suits the
//!    person and, of a pool, was not seen yet;
//! 2. **allowed**: what the audience looks at is opened by the purpose of the placement, which the person granted;
//!    without that, and for a minor, only audiences that look at nothing but the request are asked;
//! 3. **assigned**: outside the holdout, inside its part of its layer and its traffic, a variant by the unit's hash;
//! 4. **ranked**: by priority, then by what personalized the placement earlier in the visit, then by declared score,
//!    then by name, so that there is one winner and one reason; of a pool the best contents, of a menu all in order;
//! 5. **capped**: for the person and period; and on pages, for the number of personalized placements;
//! 6. else **neutral**.
//!
//! This crate must not know profiles, segments' conditions, storage, clocks or documents: a person is a
//! [`condition::Facts`] behind a consent token. Start reading at [`decide()`], [`Scheme`] and [`Decision`].

mod answer;
mod bounce;
mod content;
mod decide;
mod experience;
mod keyword;
mod page;
mod placement;
mod pool;
mod recorded;
mod restraint;
mod rests;
mod scheme;
mod suggested;
mod template;
mod visit;

pub use answer::{Decision, Rejected, Rejection, Served, Standing};
pub use bounce::{LEAST_LANDINGS, Landed};
pub use content::{Content, Items, Version};
pub use decide::{decide, neutral};
pub use experience::{Cap, Experience, Shows, Variant};
pub use page::{Absent, Explain, Ledger, Opens, Page, Person, Recognized, RequestFacts, Whom};
pub use placement::Placement;
pub use pool::{Criterion, Menu, Pool, Repeat};
pub use recorded::{Seen, SeenFacts, decide_recorded};
pub use restraint::{
    CHANNEL_PROPERTY, Ground, INTRUSION_PERIOD, INTRUSION_POINTS, Memory, POINT_CENTS, Recall, Restraint, SEASON,
    STALE_AFTER, Worth, dearness, price, suits_a_checkout,
};
pub use rests::rests_on;
pub use scheme::{Rules, Scheme};
pub use suggested::{Candidate, ShownItem, Suggested, Suggestion, Tastes, Why};
pub use template::{Payload, Reference, TemplateError, Token, code};
pub use visit::{Showing, Stay, VISIT_ENDS_AFTER};

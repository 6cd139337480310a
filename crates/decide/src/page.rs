//! Who asks, for whom.

use std::{borrow::Cow, sync::Arc};

use condition::{Facts, Fading, Verdict};
use model::{
    consent::{Consents, GrantedName},
    id::{Decision, Id, Unit},
    name::{Content, Experience, Name, Placement, Recommender, Score, Segment},
    time::Timestamp,
    value::Value,
};

use crate::{
    restraint::{Ground, Recall},
    suggested::{Suggested, Tastes},
    visit::{Showing, Stay},
};

/// What is to be decided at once: some placements of one page, e-mail, screen or receipt.
pub struct Page<'a> {
    /// The placements, in the order of the answers; each at most once.
    pub placements: &'a [Name<Placement>],
    /// The languages that are read, best first (BCP 47).
    pub languages: &'a [Arc<str>],
    /// The facts of the request by their names in conditions, `request.NAME`: `hour`, `page.path`.
    pub request: &'a RequestFacts<'a>,
    /// What the page itself draws by, where there is nobody known or no consent. Kept by the caller for as long as the
    /// page is in memory, and nowhere else.
    pub nonce: u128,
    /// The id of the decision for the placement at a place of `placements`.
    pub id: &'a dyn Fn(usize) -> Id<Decision>,
    /// Whether the candidates that did not win are wanted.
    pub explain: Explain,
    /// What a recommender proposes to anybody who asks alike, by the request alone.
    pub suggest: &'a dyn Fn(&Name<Recommender>) -> Suggested,
}

/// The facts of a request by their names in conditions, `request.NAME`.
pub type RequestFacts<'a> = dyn Fn(&str) -> Option<Value> + 'a;

/// Whether a decision lists the candidates that did not win.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explain {
    /// It does: for whoever may see evidence.
    Yes,
    /// It does not.
    No,
}

/// For whom a page is decided.
pub enum Whom<'a> {
    /// A known person. What is known is opened purpose by purpose, and only if the person granted it.
    Person(Person<'a>),
    /// Nobody who is known: only the request speaks.
    Nobody(Absent),
}

/// Why there is no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Absent {
    /// Nobody with these identifiers is known, or none was given.
    Unknown,
    /// Nothing may be known: the person did not consent.
    NoConsent,
    /// Nothing is used: the person is believed to be a minor.
    Minor,
}

/// A known person, closed.
pub struct Person<'a> {
    /// The unit of experiments.
    pub unit: Id<Unit>,
    /// What the person said about the use of data.
    pub consents: &'a Consents,
    /// What is known, until a purpose opens it.
    pub facts: &'a dyn Opens,
    /// What was shown before.
    pub ledger: &'a dyn Ledger,
    /// Whether the shop recognizes them.
    pub recognized: Recognized,
    /// Of whoever is believed to be a minor, the first moment at which that could change. `None`: nobody believes so.
    pub minor_until: Option<Timestamp>,
}

/// Whether the shop knows which of its customers somebody is, and not only which device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recognized {
    /// By an identifier that stands for one person: an account, a loyalty card.
    Yes,
    /// Not so.
    No,
}

/// A person's facts, closed until a purpose that the person granted opens them.
pub trait Opens {
    /// The facts that may be used for the token's purpose: traits, trails, segments. Facts of the request are not
    /// asked here.
    fn open(&self, token: &GrantedName) -> &dyn Facts;
    /// What a membership of a segment rests on: what its condition, and those of the segments that it names and that
    /// hold, need. Empty for a segment that is not there.
    fn beneath(&self, token: &GrantedName, segment: &Name<Segment>) -> Vec<Ground>;
    /// Whether the person would be in a segment without what is too old, and until when that is so.
    fn segment_lately(&self, token: &GrantedName, segment: &Name<Segment>, recall: Recall) -> Verdict;
    /// What gives points to a score, taken apart. Empty for a score that is not there.
    fn beneath_score(&self, token: &GrantedName, score: &Name<Score>) -> Vec<Ground>;
    /// What a score would be without what is too old.
    fn score_lately(&self, token: &GrantedName, score: &Name<Score>, recall: Recall) -> Option<Fading>;
    /// What a recommender proposes to the person, by what the token opens and what the request says.
    fn suggest(&self, token: &GrantedName, recommender: &Name<Recommender>, request: &RequestFacts<'_>) -> Suggested;
    /// By what a search is put in order for the person.
    fn tastes(&self, token: &GrantedName) -> Tastes;
}

/// The recent decisions about one person.
pub trait Ledger {
    /// When decisions were won by an experience, its control included, oldest first: at least the latest
    /// [`model::limits::CAP_MOST`] of them.
    fn won(&self, experience: &Name<Experience>) -> Cow<'_, [Timestamp]>;

    /// How a content was shown, on whatever channel; `None` if it was not, or so long ago that it is not kept.
    fn shown(&self, content: &Name<Content>) -> Option<Showing>;

    /// What personalized a placement last in the visit that is under way; `None` if nothing did, or there is none.
    fn stay(&self, placement: &Name<Placement>) -> Option<&Stay>;

    /// The points of intrusion that decisions cost, with their moments, oldest first: at least those of the latest
    /// [`crate::INTRUSION_PERIOD`].
    fn spent(&self) -> Cow<'_, [(Timestamp, u16)]>;
}

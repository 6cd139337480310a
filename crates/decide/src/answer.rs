//! What was decided.

use std::sync::Arc;

use assign::Share;
use condition::Evidence;
use model::{
    decision::Reason,
    id::{Decision as DecisionId, Id},
    journey::{Intent, Stage},
    name::{Content, Experience, Name, Placement, Variant},
    time::Timestamp,
    value::{Fields, Finite},
};

use crate::{
    restraint::Memory,
    suggested::{ShownItem, Tastes},
};

/// The answer for one placement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: Id<DecisionId>,
    /// The placement that was asked for.
    pub placement: Name<Placement>,
    /// The experience that won, its control included; `None`: neutral.
    pub experience: Option<Name<Experience>>,
    /// The variant that was drawn.
    pub variant: Option<Name<Variant>>,
    /// What to show, in order. Empty only if there is no such placement.
    pub contents: Vec<Served>,
    /// Why.
    pub reason: Reason,
    /// What was searched for, in words of tags and in order of the alphabet, where contents are chosen by it.
    pub keyword: Option<Arc<str>>,
    /// Where the person stood; only said where something is personalized.
    pub stage: Option<Stage>,
    /// How the winner stands to the next candidate, if there is a winner.
    pub standing: Option<Standing>,
    /// What the winner's audience rested on.
    pub evidence: Vec<Evidence>,
    /// The chance that this unit had for this experience and variant, given what was known of it and the rest of the
    /// page: the product of the shares that were drawn. For the neutral answer of a held-out unit the holdout's share,
    /// for other neutral answers the chance that none of those that could have been shown was drawn. What stays for a
    /// visit has the chance with which it came there, as far as those that were ahead of it then still would be.
    pub propensity: Finite,
    /// The candidates that were ahead of the winner and that only a draw kept out.
    pub undrawn: Vec<Name<Experience>>,
    /// What it costs in discomfort, in points of intrusion; 0 of what is neutral without a winner.
    pub points: u16,
    /// What old evidence the winner's audience rested on, where nothing newer would do.
    pub memory: Option<Memory>,
    /// Whether what is shown is neutral: nothing won, a control was drawn, or the person has seen all that the drawn
    /// variant would show.
    pub shows_neutral: bool,
    /// The revision of the plan.
    pub revision: u64,
    /// For how many seconds the answer stands if nothing new happens; at most [`model::limits::DECISION_TTL_S`].
    pub ttl_s: u32,
    /// The candidates that did not win, best first, if they were asked for; those that are not worth it always. The
    /// winner is one of them where the person has seen all of it.
    pub rejected: Vec<Rejected>,
}

/// One content as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Its name.
    pub content: Name<Content>,
    /// The language of the version.
    pub language: Arc<str>,
    /// What it is for.
    pub intent: Intent,
    /// What it says, with every token replaced.
    pub payload: Fields,
    /// The products that it shows beside that, in order.
    pub items: Vec<ShownItem>,
    /// By what the search that it belongs to is put in order.
    pub order: Option<Tastes>,
}

/// By what the winner is ahead of the next candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// There is no other.
    Alone,
    /// It personalized the placement earlier in the same visit; the priority is the same.
    Visit,
    /// Its priority is higher.
    Priority,
    /// The priority is the same; its declared score is higher.
    Score,
    /// Priority and score are the same; its name comes first.
    Name,
}

impl Standing {
    /// The word used in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Visit => "visit",
            Self::Priority => "priority",
            Self::Score => "score",
            Self::Name => "name",
        }
    }
}

/// A candidate that did not win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The experience.
    pub experience: Name<Experience>,
    /// Why not.
    pub why: Rejection,
}

/// Why a candidate did not win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// It is switched off.
    Disabled,
    /// Its time has not come.
    NotStarted {
        /// When it comes.
        starts: Timestamp,
    },
    /// Its time is over.
    Ended {
        /// Since when.
        ended: Timestamp,
    },
    /// A variant has no content any more that has not expired.
    Expired {
        /// The content that expired last in that variant.
        content: Name<Content>,
    },
    /// Its audience asks for what is known of a person, and the purpose is not granted.
    NoConsent,
    /// Its audience asks for what is known of a person, and nobody is known.
    NoData,
    /// Its audience asks for what is known of a person, who is believed to be a minor.
    Minor,
    /// It thanks a customer, and the shop does not recognize who this is.
    NotRecognized,
    /// Nothing that it would show is for this person.
    Unsuited,
    /// The person has seen all that the drawn variant would show: it won and counts, and what is neutral is shown. Only
    /// said of the winner.
    Seen,
    /// Its audience does not hold.
    Audience {
        /// What that rests on.
        evidence: Vec<Evidence>,
    },
    /// The person does not want it.
    Refused {
        /// Until when; `None`: for ever.
        until: Option<Timestamp>,
    },
    /// The unit is in the share that is kept out of everything.
    Holdout {
        /// The variant that it would have drawn.
        variant: Name<Variant>,
    },
    /// The unit is in another part of the layer.
    Layer,
    /// The unit is outside the traffic.
    Traffic {
        /// The share that is inside.
        traffic: Share,
    },
    /// The person met it often enough.
    Capped {
        /// When it may be shown again.
        until: Timestamp,
    },
    /// Enough placements of the page are personalized.
    PageCapped,
    /// The placement is a checkout, and it would show a content there that neither reassures nor helps.
    Checkout {
        /// That content.
        content: Name<Content>,
    },
    /// All that the person did for its audience to hold is too old to be the main reason.
    Stale {
        /// When the newest of that happened.
        last: Timestamp,
    },
    /// It costs more points of intrusion than are left for the person.
    Intrusive {
        /// What it costs.
        points: u16,
        /// What is left.
        left: u16,
    },
    /// The lower bound of its gain is not above its cost and the price of its intrusion. Always told.
    NotWorth {
        /// That bound, in cents.
        gain: Finite,
        /// Its cost with its intrusion, in cents.
        cost: Finite,
    },
    /// Another experience is ahead of it.
    Lost {
        /// Which one.
        to: Name<Experience>,
        /// By what.
        by: Standing,
    },
}

impl Rejection {
    /// The word used in answers.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::NotStarted { .. } => "not_started",
            Self::Ended { .. } => "ended",
            Self::Expired { .. } => "expired",
            Self::NoConsent => "no_consent",
            Self::NoData => "no_data",
            Self::Minor => "minor",
            Self::NotRecognized => "not_recognized",
            Self::Unsuited => "unsuited",
            Self::Seen => "seen",
            Self::Audience { .. } => "audience",
            Self::Refused { .. } => "refused",
            Self::Holdout { .. } => "holdout",
            Self::Layer => "layer",
            Self::Traffic { .. } => "traffic",
            Self::Capped { .. } => "capped",
            Self::PageCapped => "page_capped",
            Self::Checkout { .. } => "checkout",
            Self::Stale { .. } => "stale",
            Self::Intrusive { .. } => "intrusive",
            Self::NotWorth { .. } => "not_worth",
            Self::Lost { .. } => "lost",
        }
    }
}

//! The decision of a page: each placement by itself, then the page as a whole.

mod access;
mod candidate;
mod chance;
mod horizon;
pub(crate) mod refused;

use std::cell::Cell;

use condition::Evidence;
use model::{
    decision::Reason,
    limits::ERROR_TTL_S,
    name::{Experience as ExperienceName, Name},
    request,
    time::{Env, Span, Timestamp},
    value::Finite,
};

use self::{
    access::{Access, Accesses},
    candidate::{Audiences, Before, Outcome},
    chance::Chance,
    horizon::Horizon,
};
use crate::{
    answer::{Decision, Rejected, Rejection, Served, Standing},
    experience::{Experience, Shows, Variant},
    page::{Absent, Explain, Page, Whom},
    placement::Placement,
    scheme::Scheme,
    template::Reference,
};

/// Decides all placements of a page at once, in their order.
///
/// Never fails and never leaves a placement blank that exists. What is known of the person is opened here, by the
/// purpose of each placement's channel, and nowhere in the caller. The same scheme, page, facts and `env` give the same
/// decisions.
pub fn decide(scheme: &Scheme, page: &Page<'_>, whom: &Whom<'_>, env: &Env) -> Vec<Decision> {
    let accesses = Accesses::open(scheme, page, whom, env.now);
    let decider = Decider { scheme, page, accesses: &accesses, audiences: Audiences::default(), now: env.now };
    let mut won: Vec<Name<ExperienceName>> = Vec::new();
    let mut drafts: Vec<Draft<'_>> = Vec::with_capacity(page.placements.len());
    for name in page.placements {
        let draft = scheme.placement(name.as_str()).map_or_else(|| Draft::error(env.now), |at| decider.draft(at, &won));
        won.extend(draft.winner.as_ref().map(|winner| winner.experience.name.clone()));
        drafts.push(draft);
    }
    decider.cap_page(&mut drafts);
    drafts.into_iter().enumerate().map(|(place, draft)| decider.answer(place, draft)).collect()
}

/// The neutral answer for every placement of a page, asking nobody anything: for when there is no time to decide.
pub fn neutral(scheme: &Scheme, page: &Page<'_>, env: &Env) -> Vec<Decision> {
    let accesses = Accesses::open(scheme, page, &Whom::Nobody(Absent::Unknown), env.now);
    let decider = Decider { scheme, page, accesses: &accesses, audiences: Audiences::default(), now: env.now };
    let at = |name: &Name<_>| scheme.placement(name.as_str()).map(|at| (at, accesses.of(&at.purpose)));
    let drafts = page.placements.iter().map(|name| Draft { at: at(name), ..Draft::error(env.now) });
    drafts.enumerate().map(|(place, draft)| decider.answer(place, draft)).collect()
}

struct Decider<'a> {
    scheme: &'a Scheme,
    page: &'a Page<'a>,
    accesses: &'a Accesses<'a>,
    audiences: Audiences,
    now: Timestamp,
}

/// What is decided for one placement before the page is seen as a whole.
struct Draft<'a> {
    at: Option<(&'a Placement, &'a Access<'a>)>,
    winner: Option<Winner<'a>>,
    /// Why there is no winner, if there is none.
    reason: Reason,
    propensity: Finite,
    horizon: Horizon,
    rejected: Vec<Rejected>,
}

struct Winner<'a> {
    /// Its place in the scheme's order: the lower one is ahead.
    rank: usize,
    experience: &'a Experience,
    variant: &'a Variant,
    standing: Standing,
}

impl Draft<'_> {
    /// Nothing could be decided: for want of time, or because there is no such placement. That may be over soon.
    fn error(now: Timestamp) -> Self {
        let mut horizon = Horizon::default();
        horizon.note(Some(now.plus(Span::SECOND.times(i64::from(ERROR_TTL_S)))));
        Self {
            at: None,
            winner: None,
            reason: Reason::Error,
            propensity: chance::CERTAIN,
            horizon,
            rejected: Vec::new(),
        }
    }
}

impl<'a> Decider<'a> {
    /// Goes through the experiences of a placement, best first, until it is known which one wins and which one it is
    /// ahead of; to the end if all are wanted.
    fn draft(&self, at: &'a Placement, won: &[Name<ExperienceName>]) -> Draft<'a> {
        let access = self.accesses.of(&at.purpose);
        let mut horizon = Horizon::default();
        access.note_end(&mut horizon);
        let before = Before { access, won };
        let mut chance = Chance::new(self.scheme.rules().holdout);
        let (mut winner, mut reason, mut rejected) = (None::<Winner<'a>>, Reason::Static, Vec::new());
        for (rank, experience) in self.scheme.experiences_of(at.name.as_str()) {
            let outcome = self.judge(rank, experience, &before, &mut horizon);
            let why = match (outcome, &mut winner) {
                (Outcome::In(variant), none @ None) => {
                    *none = Some(Winner { rank, experience, variant, standing: Standing::Alone });
                    continue;
                }
                (Outcome::In(_), Some(winner)) => {
                    let by = ahead(winner.experience, experience);
                    if winner.standing == Standing::Alone {
                        winner.standing = by;
                    }
                    Rejection::Lost { to: winner.experience.name.clone(), by }
                }
                (Outcome::Drawn(why), None) => {
                    chance.lost_to_draw(experience);
                    why
                }
                (Outcome::Drawn(why) | Outcome::Out(why), _) => why,
            };
            if winner.is_none() {
                reason = further(reason, reason_of(&why));
            }
            let decided = matches!(why, Rejection::Lost { .. });
            if self.page.explain == Explain::Yes {
                rejected.push(Rejected { experience: experience.name.clone(), why });
            } else if decided {
                break;
            }
        }
        let propensity = match &winner {
            Some(winner) => chance.of(winner.experience, winner.variant),
            None if reason == Reason::Holdout => chance.of_holdout(),
            None => chance.of_nothing(),
        };
        Draft { at: Some((at, access)), winner, reason, propensity, horizon, rejected }
    }

    /// Of the placements of a page that are personalized, the best keep their winner, the others become neutral.
    /// A control counts as its experience does, so that no arm changes what else is on the page.
    fn cap_page(&self, drafts: &mut [Draft<'_>]) {
        let most = usize::from(self.scheme.rules().personal_placements_per_page);
        let mut personal: Vec<(usize, usize)> = Vec::new();
        for (place, draft) in drafts.iter().enumerate() {
            if let (Some((at, _)), Some(winner)) = (draft.at, &draft.winner)
                && at.channel.is_page()
            {
                personal.push((winner.rank, place));
            }
        }
        personal.sort_unstable();
        let Some(capped) = personal.get(most..).filter(|capped| !capped.is_empty()) else { return };
        let whole = personal.iter().fold(Horizon::default(), |all, (_, place)| all.and(&drafts[*place].horizon));
        for (_, place) in capped {
            let draft = &mut drafts[*place];
            let Some(winner) = draft.winner.take() else { continue };
            draft.reason = Reason::Capped;
            draft.propensity = chance::CERTAIN;
            draft.horizon = whole.clone();
            if self.page.explain == Explain::Yes {
                let rejected = Rejected { experience: winner.experience.name.clone(), why: Rejection::PageCapped };
                draft.rejected.insert(0, rejected);
            }
        }
    }

    fn answer(&self, place: usize, draft: Draft<'a>) -> Decision {
        let Draft { at, winner, reason, propensity, mut horizon, rejected } = draft;
        let (reason, evidence) = match (&winner, at) {
            (Some(winner), Some((_, access))) => (won_by(winner), self.evidence(winner, access)),
            _ => (reason, Vec::new()),
        };
        let contents = at.map_or_else(Vec::new, |(at, access)| self.served(at, access, winner.as_ref(), &mut horizon));
        Decision {
            id: (self.page.id)(place),
            placement: self.page.placements[place].clone(),
            experience: winner.as_ref().map(|winner| winner.experience.name.clone()),
            variant: winner.as_ref().map(|winner| winner.variant.name.clone()),
            contents,
            reason,
            standing: winner.as_ref().map(|winner| winner.standing),
            evidence,
            propensity,
            revision: self.scheme.rules().revision,
            ttl_s: horizon.seconds_from(self.now),
            rejected,
        }
    }

    fn evidence(&self, winner: &Winner<'_>, access: &Access<'_>) -> Vec<Evidence> {
        winner.experience.audience.evaluate(&access.facts(self.page), self.now).evidence
    }

    /// The contents of the winner, or the neutral ones. These are the same for everybody: their tokens are neutral too.
    fn served(
        &self,
        at: &Placement,
        access: &Access<'_>,
        winner: Option<&Winner<'_>>,
        horizon: &mut Horizon,
    ) -> Vec<Served> {
        let languages = self.page.languages;
        let facts = access.facts(self.page);
        let (contents, personal) = match winner.map(|winner| &winner.variant.shows) {
            Some(Shows::Contents(contents)) => (contents, true),
            Some(Shows::Neutral) | None => (&at.neutral, false),
        };
        let live = contents.iter().filter(|content| !personal || content.is_live(self.now));
        live.take(usize::from(at.most_contents))
            .map(|content| {
                horizon.note(content.expires.filter(|_| personal));
                let (language, version) = content.version(languages);
                let turns = Cell::new(None);
                let known = |reference: &Reference| {
                    if let Reference::Request(name) = reference {
                        turns.set(turns.get().or(request::stands_until(name, self.now)));
                    }
                    facts.writes(reference)
                };
                let payload = version.render(&|reference| personal.then(|| known(reference)).flatten());
                horizon.note(turns.get());
                let (name, language, intent) = (content.name.clone(), language.clone(), content.intent);
                Served { content: name, language, intent, payload }
            })
            .collect()
    }
}

/// By what the winner is ahead of one that is behind it in the scheme's order.
fn ahead(winner: &Experience, other: &Experience) -> Standing {
    if winner.priority != other.priority {
        Standing::Priority
    } else if winner.score != other.score {
        Standing::Score
    } else {
        Standing::Name
    }
}

fn won_by(winner: &Winner<'_>) -> Reason {
    if winner.experience.variants.len() > 1 { Reason::Split } else { Reason::TargetingMatch }
}

/// What a candidate that is out says about a placement that stays neutral.
fn reason_of(why: &Rejection) -> Reason {
    match why {
        Rejection::Disabled => Reason::Disabled,
        Rejection::NotStarted { .. } | Rejection::Ended { .. } | Rejection::Expired { .. } => Reason::NotEligible,
        Rejection::Audience { .. } | Rejection::Refused { .. } | Rejection::Minor | Rejection::NotRecognized => Reason::NotEligible,
        Rejection::NoConsent => Reason::NoConsent,
        Rejection::NoData => Reason::NoData,
        Rejection::Holdout { .. } => Reason::Holdout,
        Rejection::Layer | Rejection::Traffic { .. } => Reason::Default,
        Rejection::Capped { .. } | Rejection::PageCapped => Reason::Capped,
        // Only said of a placement that has a winner.
        Rejection::Lost { .. } => Reason::Static,
    }
}

/// The reason of the candidate that came further. One that came as far does not change it.
fn further(one: Reason, other: Reason) -> Reason {
    let step = |reason: Reason| match reason {
        Reason::Capped => 6,
        Reason::Default => 5,
        Reason::Holdout => 4,
        Reason::NoConsent | Reason::NoData => 3,
        Reason::NotEligible => 2,
        Reason::Disabled => 1,
        _ => 0,
    };
    if step(other) > step(one) { other } else { one }
}

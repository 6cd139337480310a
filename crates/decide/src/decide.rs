//! The decision of a page: each placement by itself, then the page as a whole.

mod access;
mod candidate;
mod chance;
mod grounds;
mod horizon;
pub(crate) mod refused;
mod restraint;
mod selection;
pub(crate) mod viewed;

use std::{
    cell::{Cell, OnceCell},
    collections::BTreeSet,
    sync::Arc,
};

use condition::{Evidence, Facts, Model};
use model::{
    decision::Reason,
    journey::Stage,
    limits::ERROR_TTL_S,
    name::{Content as ContentName, Experience as ExperienceName, Name},
    request,
    time::{Env, Span, Timestamp},
    value::Finite,
};

use self::{
    access::{Access, Accesses},
    candidate::{Audiences, Before, Outcome},
    chance::Chance,
    grounds::Rests,
    horizon::Horizon,
    restraint::Cost,
};
use crate::{
    answer::{Decision, Rejected, Rejection, Served, Standing},
    content::Content,
    experience::{Experience, Shows, Variant},
    keyword::Keyword,
    page::{Absent, Explain, Page, Whom},
    placement::Placement,
    scheme::Scheme,
    template::Reference,
    visit::Stay,
};

/// Decides all placements of a page at once, in their order.
///
/// Never fails and never leaves a placement blank that exists. What is known of the person is opened here, by the
/// purpose of each placement's channel, and nowhere in the caller. The same scheme, page, facts and `env` give the same
/// decisions.
pub fn decide(scheme: &Scheme, page: &Page<'_>, whom: &Whom<'_>, env: &Env) -> Vec<Decision> {
    let accesses = Accesses::open(scheme, page, whom, env.now);
    let decider = Decider::new(scheme, page, &accesses, env.now);
    decider.settled().into_iter().enumerate().map(|(place, draft)| decider.answer(place, draft)).collect()
}

/// The neutral answer for every placement of a page, asking nobody anything: for when there is no time to decide.
pub fn neutral(scheme: &Scheme, page: &Page<'_>, env: &Env) -> Vec<Decision> {
    let accesses = Accesses::open(scheme, page, &Whom::Nobody(Absent::Unknown), env.now);
    let decider = Decider::new(scheme, page, &accesses, env.now);
    let at = |name: &Name<_>| scheme.placement(name.as_str()).map(|at| (at, accesses.of(&at.purpose)));
    let drafts = page.placements.iter().map(|name| Draft { at: at(name), ..Draft::error(env.now) });
    drafts.enumerate().map(|(place, draft)| decider.answer(place, draft)).collect()
}

/// How often a page is decided again at most. Each time what is freed may win one placement further down, which is too
/// many again: on a page of 64 that could go on 60 times. After the last, what is too many still shows what is neutral.
const ROUNDS: usize = 4;

struct Decider<'a> {
    scheme: &'a Scheme,
    page: &'a Page<'a>,
    accesses: &'a Accesses<'a>,
    audiences: Audiences,
    rests: Rests,
    /// What was searched for, once it is asked.
    keyword: OnceCell<Keyword>,
    now: Timestamp,
}

/// What is decided already of the same page.
#[derive(Default)]
struct Earlier<'a> {
    won: Vec<Name<ExperienceName>>,
    shown: Vec<&'a Name<ContentName>>,
    /// The points of intrusion that it costs.
    spent: u16,
}

/// What is decided for one placement before the page is seen as a whole.
struct Draft<'a> {
    at: Option<(&'a Placement, &'a Access<'a>)>,
    winner: Option<Winner<'a>>,
    /// Why there is no winner, if there is none.
    reason: Reason,
    propensity: Finite,
    /// The candidates that were ahead of the winner, and that only a draw kept out.
    undrawn: Vec<Name<ExperienceName>>,
    horizon: Horizon,
    rejected: Vec<Rejected>,
}

struct Winner<'a> {
    /// Its place in the scheme's order: the lower one is ahead.
    rank: usize,
    experience: &'a Experience,
    variant: &'a Variant,
    /// What it shows, best first. Nothing of a control, nor where the person has seen all: then it is what is neutral.
    chosen: Vec<&'a Arc<Content>>,
    standing: Standing,
    cost: Cost,
}

impl<'a> Earlier<'a> {
    fn won(&mut self, winner: &Winner<'a>) {
        self.won.push(winner.experience.name.clone());
        self.spent = self.spent.saturating_add(winner.cost.points);
    }

    fn shows(&mut self, contents: impl IntoIterator<Item = &'a Arc<Content>>) {
        self.shown.extend(contents.into_iter().map(|content| &content.name));
    }
}

impl Winner<'_> {
    /// Whether the person has seen all that the drawn variant would show.
    fn is_seen(&self) -> bool {
        self.chosen.is_empty() && self.variant.shows != Shows::Neutral
    }

    /// Whether nothing is left to learn from a candidate, or from those behind it: what the winner is ahead of is known,
    /// and so is all that was ahead of it before it stayed for the visit.
    fn is_sure_before(&self, rank: usize) -> bool {
        self.standing != Standing::Alone && rank > self.rank
    }
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
            undrawn: Vec::new(),
            horizon,
            rejected: Vec::new(),
        }
    }
}

impl<'a> Decider<'a> {
    fn new(scheme: &'a Scheme, page: &'a Page<'a>, accesses: &'a Accesses<'a>, now: Timestamp) -> Self {
        let (audiences, rests, keyword) = (Audiences::default(), Rests::default(), OnceCell::new());
        Self { scheme, page, accesses, audiences, rests, keyword, now }
    }

    /// What is decided for each placement, once it is known which of them stay neutral because enough of the page is
    /// personalized: these count for no other placement. What they would have taken from those behind them is free
    /// then, so that these are decided again, until nothing changes any more, or [`ROUNDS`] times.
    fn settled(&self) -> Vec<Draft<'a>> {
        let mut capped = BTreeSet::new();
        let mut rounds = 0..ROUNDS;
        loop {
            let mut drafts = self.drafts(&capped);
            let too_many = self.too_many(&drafts, &capped);
            let is_settled = too_many.is_empty();
            capped.extend(too_many);
            if is_settled || rounds.next().is_none() {
                self.cap_page(&mut drafts, &capped);
                return drafts;
            }
        }
    }

    /// What is decided for each placement, if some of them show what is neutral whatever wins there.
    fn drafts(&self, capped: &BTreeSet<usize>) -> Vec<Draft<'a>> {
        let mut earlier = Earlier::default();
        let draft = |(place, name): (usize, &Name<_>)| {
            let Some(at) = self.scheme.placement(name.as_str()) else { return Draft::error(self.now) };
            let draft = self.draft(at, &earlier);
            let winner = draft.winner.as_ref().filter(|_| !capped.contains(&place));
            winner.iter().for_each(|winner| earlier.won(winner));
            match winner.filter(|winner| !winner.chosen.is_empty()) {
                Some(winner) => earlier.shows(winner.chosen.iter().copied()),
                None => earlier.shows(&at.neutral),
            }
            draft
        };
        self.page.placements.iter().enumerate().map(draft).collect()
    }

    /// Goes through the experiences of a placement, best first, until it is known which one wins and which one it is
    /// ahead of; to the end if all are wanted.
    fn draft(&self, at: &'a Placement, earlier: &Earlier<'a>) -> Draft<'a> {
        let access = self.accesses.of(&at.purpose);
        let mut horizon = Horizon::default();
        access.note_end(&mut horizon);
        let stay = access.ledger().and_then(|ledger| ledger.stay(&at.name));
        let Earlier { won, shown, spent } = earlier;
        let before = Before { at, access, stay, won, shown, spent: *spent };
        let mut chance = Chance::new(self.scheme.rules().holdout);
        let (mut winner, mut reason, mut rejected) = (None::<Winner<'a>>, Reason::Static, Vec::new());
        for (rank, experience) in self.candidates(at, stay) {
            if winner.as_ref().is_some_and(|winner| winner.is_sure_before(rank)) && self.page.explain == Explain::No {
                break;
            }
            let outcome = self.judge(rank, experience, &before, &mut horizon);
            let why = match (outcome, &mut winner) {
                (Outcome::In(variant, cost), none @ None) => {
                    let chosen = self.chosen(experience, variant, &before, &mut horizon);
                    *none = Some(Winner { rank, experience, variant, chosen, standing: Standing::Alone, cost });
                    continue;
                }
                (Outcome::In(..), Some(winner)) => {
                    let by = ahead(winner, rank, experience);
                    if winner.standing == Standing::Alone {
                        winner.standing = by;
                    }
                    Rejection::Lost { to: winner.experience.name.clone(), by }
                }
                (Outcome::Drawn(why), None) => {
                    chance.lost_to_draw(experience);
                    why
                }
                // The winner is there since earlier in the visit, when this one was ahead: drawn, it would be there.
                (Outcome::Drawn(why), Some(winner)) if rank < winner.rank && was_ahead(stay, experience) => {
                    chance.lost_to_draw(experience);
                    why
                }
                (Outcome::Drawn(why) | Outcome::Out(why), _) => why,
            };
            if winner.is_none() {
                reason = further(reason, reason_of(&why));
            }
            if self.page.explain == Explain::Yes || matches!(why, Rejection::NotWorth { .. }) {
                rejected.push(Rejected { experience: experience.name.clone(), why });
            }
        }
        let propensity = match &winner {
            Some(winner) => chance.of(winner.experience, winner.variant),
            None if reason == Reason::Holdout => chance.of_holdout(),
            None => chance.of_nothing(),
        };
        let undrawn = if winner.is_some() { chance.undrawn() } else { Vec::new() };
        Draft { at: Some((at, access)), winner, reason, propensity, undrawn, horizon, rejected }
    }

    /// The experiences of a placement, best first. What personalized it earlier in the same visit is ahead of others of
    /// its priority, so that a page stays as it is unless something more urgent comes up (requirements DEC-17).
    fn candidates(&self, at: &Placement, stay: Option<&Stay>) -> Vec<(usize, &'a Experience)> {
        let mut candidates: Vec<(usize, &'a Experience)> = self.scheme.experiences_of(at.name.as_str()).collect();
        let stayed = stay.and_then(|stay| candidates.iter().position(|(_, known)| known.name == stay.experience));
        if let Some(stayed) = stayed {
            let priority = candidates[stayed].1.priority;
            let first = candidates.partition_point(|(_, experience)| experience.priority > priority);
            candidates[first..=stayed].rotate_right(1);
        }
        candidates
    }

    /// What was searched for, where contents are chosen by it; whatever is shown there in the end, so that the neutral
    /// contents can be compared.
    fn searched_at(&self, at: &Placement) -> Option<Arc<str>> {
        let keyword = self.scheme.chooses_by_keyword(&at.name).then(|| self.keyword())?;
        (!keyword.is_empty()).then(|| keyword.text().into())
    }

    /// Of the placements of a page that are personalized, the best keep their winner. These are the others, without
    /// those that are known to be. Placements that were personalized earlier in the same visit come first: what a page
    /// is made of stays as it is. A control counts as its experience does, so that no arm changes what else is on the
    /// page.
    fn too_many(&self, drafts: &[Draft<'_>], capped: &BTreeSet<usize>) -> Vec<usize> {
        let personal = personal(drafts).filter(|(place, ..)| !capped.contains(place));
        let mut ranked: Vec<(bool, usize, usize)> = personal
            .map(|(place, at, access, winner)| {
                let is_new = access.ledger().is_none_or(|ledger| ledger.stay(&at.name).is_none());
                (is_new, winner.rank, place)
            })
            .collect();
        ranked.sort_unstable();
        let most = usize::from(self.scheme.rules().personal_placements_per_page);
        ranked.into_iter().skip(most).map(|(.., place)| place).collect()
    }

    /// Makes placements neutral for the sake of the page: for as long as nothing that is personalized on it changes.
    fn cap_page(&self, drafts: &mut [Draft<'_>], capped: &BTreeSet<usize>) {
        let whole = personal(drafts).fold(Horizon::default(), |all, (place, ..)| all.and(&drafts[place].horizon));
        for place in capped {
            let draft = &mut drafts[*place];
            let Some(winner) = draft.winner.take() else { continue };
            draft.reason = Reason::Capped;
            (draft.propensity, draft.undrawn) = (chance::CERTAIN, Vec::new());
            draft.horizon = whole.clone();
            if self.page.explain == Explain::Yes {
                let rejected = Rejected { experience: winner.experience.name.clone(), why: Rejection::PageCapped };
                draft.rejected.insert(0, rejected);
            }
        }
    }

    fn answer(&self, place: usize, draft: Draft<'a>) -> Decision {
        let Draft { at, winner, reason, propensity, undrawn, mut horizon, mut rejected } = draft;
        if let Some(Winner { experience, .. }) = winner.as_ref().filter(|winner| winner.is_seen())
            && self.page.explain == Explain::Yes
        {
            rejected.insert(0, Rejected { experience: experience.name.clone(), why: Rejection::Seen });
        }
        let (reason, evidence) = match (&winner, at) {
            (Some(winner), Some((_, access))) => (won_by(winner), self.evidence(winner, access)),
            _ => (reason, Vec::new()),
        };
        let contents = at.map_or_else(Vec::new, |(at, access)| self.served(at, access, winner.as_ref(), &mut horizon));
        let keyword = at.and_then(|(at, _)| self.searched_at(at));
        let access = at.filter(|_| winner.is_some()).map(|(_, access)| access);
        let stage = access.and_then(|access| access.facts(self.page).reading(Model::Stage));
        Decision {
            id: (self.page.id)(place),
            placement: self.page.placements[place].clone(),
            experience: winner.as_ref().map(|winner| winner.experience.name.clone()),
            variant: winner.as_ref().map(|winner| winner.variant.name.clone()),
            contents,
            reason,
            keyword,
            stage: stage.and_then(|stage| Stage::from_word(stage.word)),
            standing: winner.as_ref().map(|winner| winner.standing),
            evidence,
            propensity,
            undrawn,
            points: winner.as_ref().map_or(0, |winner| winner.cost.points),
            memory: winner.as_ref().and_then(|winner| winner.cost.memory),
            shows_neutral: winner.as_ref().is_none_or(|winner| winner.chosen.is_empty()),
            revision: self.scheme.rules().revision,
            ttl_s: horizon.seconds_from(self.now),
            rejected,
        }
    }

    fn evidence(&self, winner: &Winner<'_>, access: &Access<'_>) -> Vec<Evidence> {
        self.grounds(winner.rank, winner.experience, access).evidence.clone()
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
        let (contents, personal) = match winner.filter(|winner| !winner.chosen.is_empty()) {
            Some(winner) => (winner.chosen.clone(), true),
            None => (at.neutral.iter().take(usize::from(at.most_contents)).collect(), false),
        };
        let served = contents.into_iter();
        served
            .map(|content| {
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
                let (items, order) = match personal {
                    true => (self.items(content, access, horizon), Self::order(content, access)),
                    false => (self.neutral_items(content, horizon), None),
                };
                Served { content: name, intent, language, payload, items, order }
            })
            .collect()
    }
}

/// The placements of a page on which something won, with what did: those that are pages, not letters or receipts.
fn personal<'d, 'a>(
    drafts: &'d [Draft<'a>],
) -> impl Iterator<Item = (usize, &'a Placement, &'a Access<'a>, &'d Winner<'a>)> {
    drafts.iter().enumerate().filter_map(|(place, draft)| {
        let ((at, access), winner) = (draft.at?, draft.winner.as_ref()?);
        at.channel.is_page().then_some((place, at, access, winner))
    })
}

/// Whether a candidate was ahead, but for a draw, of what stays in the placement for the visit.
fn was_ahead(stay: Option<&Stay>, experience: &Experience) -> bool {
    stay.is_some_and(|stay| stay.undrawn.contains(&experience.name))
}

/// By what the winner is ahead of another.
fn ahead(winner: &Winner<'_>, rank: usize, other: &Experience) -> Standing {
    let is_kept = rank < winner.rank;
    let winner = winner.experience;
    if is_kept {
        Standing::Visit
    } else if winner.priority != other.priority {
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
        Rejection::Audience { .. } | Rejection::Refused { .. } | Rejection::Minor | Rejection::NotRecognized => {
            Reason::NotEligible
        }
        Rejection::Unsuited | Rejection::Checkout { .. } | Rejection::Stale { .. } => Reason::NotEligible,
        Rejection::NoConsent => Reason::NoConsent,
        Rejection::NoData => Reason::NoData,
        Rejection::Holdout { .. } => Reason::Holdout,
        Rejection::Layer | Rejection::Traffic { .. } => Reason::Default,
        Rejection::Capped { .. } | Rejection::PageCapped | Rejection::Intrusive { .. } => Reason::Capped,
        Rejection::NotWorth { .. } => Reason::Abstain,
        // Only said of a placement that has a winner.
        Rejection::Seen | Rejection::Lost { .. } => Reason::Static,
    }
}

/// The reason of the candidate that came further. One that came as far does not change it.
fn further(one: Reason, other: Reason) -> Reason {
    let step = |reason: Reason| match reason {
        Reason::Abstain => 7,
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

//! Decisions: what was asked, what was looked at, what was answered and why.

use std::{collections::BTreeMap, sync::Arc};

use assign::Share;
use condition::{Evidence, Verdict};
use decide::{
    Absent, Candidate, Decision, Explain, Ground, Memory, Recognized, Rejected, Rejection, Seen, SeenFacts, Served,
    Showing, ShownItem, Standing, Stay, Suggested, Suggestion, Tastes, Why,
};
use engine::decided::{Decided, PageAsked};
use model::{
    consent::Consents,
    decision::{Channel, Reason},
    id::{Id, Unit},
    journey::{Intent, Stage},
    name::{Name, Placement},
    time::{Env, Timestamp},
};

use crate::{
    codec::{Layout, Reader, Writer, layout_fields, layout_words},
    error::Malformed,
    layout::belief::Said,
};

layout_fields!(Decided { first, env, revision, engine, page, seen, decisions, won });
layout_words!(Explain, "explanation" { No = 0, Yes = 1 });
layout_words!(Absent, "absence" { Unknown = 0, NoConsent = 1, Minor = 2 });
layout_words!(Recognized, "recognition" { No = 0, Yes = 1 });
layout_fields!(SeenFacts {
    traits,
    trails,
    segments,
    interests,
    scores,
    readings,
    grounds,
    beneath,
    lately,
    beneath_scores,
    scores_lately,
    suggested,
    tastes
});
layout_fields!(Suggested { items, candidates, model, stands_until });
layout_fields!(Suggestion { item, why, of, score });
layout_fields!(Candidate { item, score });
layout_fields!(ShownItem { id, why, of });
layout_fields!(Tastes { interests, searched });
layout_words!(Why, "reason for an item" {
    Pinned = 0, Session = 1, AlsoBought = 2, BoughtTogether = 3, ViewedTogether = 4, Complement = 5, Similar = 6,
    Personal = 7, Again = 8, Saved = 9, SeenBefore = 10, BackInStock = 11, Trending = 12, New = 13, PopularHere = 14,
    Popular = 15, Discovery = 16
});
layout_fields!(Ground { evidence, channel });
layout_words!(Memory, "memory" { Season = 0 });
layout_words!(Channel, "channel" {
    Web = 0, Account = 1, App = 2, Email = 3, Sms = 4, Push = 5, Print = 6, Till = 7, Agent = 8
});
layout_fields!(Verdict { value, valid_until });
layout_fields!(Decision {
    id,
    placement,
    experience,
    variant,
    contents,
    reason,
    keyword,
    stage,
    standing,
    evidence,
    propensity,
    undrawn,
    points,
    memory,
    shows_neutral,
    revision,
    ttl_s,
    rejected
});
layout_fields!(Served { content, language, intent, payload, items, order });
layout_fields!(Showing { last, times, used });
layout_fields!(Stay { experience, variant, contents, reordered, undrawn });
layout_words!(Intent, "intent" { Orient = 0, Inform = 1, Help = 2, Reassure = 3, Reward = 4 });
layout_words!(Stage, "stage" {
    Discovery = 0, Comparison = 1, Conversion = 2, Onboarding = 3, Enrollment = 4
});
layout_fields!(Rejected { experience, why });
layout_words!(Standing, "standing" { Alone = 0, Priority = 1, Score = 2, Name = 3, Visit = 4 });
layout_words!(Reason, "reason" {
    Static = 0, Default = 1, TargetingMatch = 2, Split = 3, Disabled = 4, Error = 5, Holdout = 6, NoConsent = 7,
    Capped = 8, NotEligible = 9, NoData = 10, Abstain = 11
});

impl Layout for Env {
    fn write(&self, to: &mut Writer) {
        let Self { now, seed } = self;
        now.write(to);
        to.fixed_u64(*seed);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { now: Timestamp::read(from)?, seed: from.fixed_u64()? })
    }
}

impl Layout for PageAsked {
    fn write(&self, to: &mut Writer) {
        let Self { placements, languages, nonce, explain } = self;
        placements.write(to);
        languages.write(to);
        to.fixed_u128(*nonce);
        explain.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (placements, languages) = (Vec::<Name<Placement>>::read(from)?, Vec::<Arc<str>>::read(from)?);
        Ok(Self { placements, languages, nonce: from.fixed_u128()?, explain: Layout::read(from)? })
    }
}

impl Layout for Seen {
    fn write(&self, to: &mut Writer) {
        let Self { unit, recognized, minor_until, consents, facts, request, won, shown, stays, spent, suggested } =
            self;
        unit.ok().write(to);
        unit.err().write(to);
        recognized.write(to);
        minor_until.write(to);
        consents.write(to);
        facts.write(to);
        request.write(to);
        won.write(to);
        shown.write(to);
        stays.write(to);
        spent.write(to);
        suggested.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let unit = match (Option::<Id<Unit>>::read(from)?, Option::<Absent>::read(from)?) {
            (Some(unit), None) => Ok(unit),
            (None, Some(why)) => Err(why),
            _ => return Err(Malformed::Impossible { what: "unit" }),
        };
        let (recognized, minor_until) = (Layout::read(from)?, Layout::read(from)?);
        let (consents, facts) = (Consents::read(from)?, BTreeMap::read(from)?);
        let (request, won) = (BTreeMap::read(from)?, BTreeMap::read(from)?);
        let (shown, stays) = (BTreeMap::read(from)?, BTreeMap::read(from)?);
        let (spent, suggested) = (Layout::read(from)?, BTreeMap::read(from)?);
        Ok(Self { unit, recognized, minor_until, consents, facts, request, won, shown, stays, spent, suggested })
    }
}

/// Its basis points.
impl Layout for Share {
    fn write(&self, to: &mut Writer) {
        self.basis_points().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::from_basis_points(u16::read(from)?).ok_or(Malformed::Impossible { what: "share" })
    }
}

impl Layout for Evidence {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Trait { name, value, trust } => {
                to.byte(0);
                name.write(to);
                value.write(to);
                trust.write(to);
            }
            Self::MissingTrait { name } => {
                to.byte(1);
                name.write(to);
            }
            Self::Events { event, matched, last } => {
                to.byte(2);
                event.write(to);
                matched.write(to);
                last.write(to);
            }
            Self::Segment { name, member } => {
                to.byte(3);
                name.write(to);
                member.write(to);
            }
            Self::Request { name, value } => {
                to.byte(4);
                name.write(to);
                value.write(to);
            }
            Self::Interest { topic, strength } => {
                to.byte(5);
                topic.write(to);
                strength.write(to);
            }
            Self::Score { name, points } => {
                to.byte(6);
                name.write(to);
                points.write(to);
            }
            Self::Reading { model, says } => {
                to.byte(7);
                model.write(to);
                says.map(|(word, trust)| (Said(word), trust)).write(to);
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Trait { name: Layout::read(from)?, value: Layout::read(from)?, trust: Layout::read(from)? },
            1 => Self::MissingTrait { name: Layout::read(from)? },
            2 => Self::Events { event: Layout::read(from)?, matched: Layout::read(from)?, last: Layout::read(from)? },
            3 => Self::Segment { name: Layout::read(from)?, member: Layout::read(from)? },
            4 => Self::Request { name: Layout::read(from)?, value: Layout::read(from)? },
            5 => Self::Interest { topic: Layout::read(from)?, strength: Layout::read(from)? },
            6 => Self::Score { name: Layout::read(from)?, points: Layout::read(from)? },
            7 => {
                let model = Layout::read(from)?;
                let says = Option::<(Said, _)>::read(from)?;
                Self::Reading { model, says: says.map(|(Said(word), trust)| (word, trust)) }
            }
            _ => return Err(Malformed::Impossible { what: "evidence" }),
        })
    }
}

impl Layout for Rejection {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Disabled => to.byte(0),
            Self::NotStarted { starts } => {
                to.byte(1);
                starts.write(to);
            }
            Self::Ended { ended } => {
                to.byte(2);
                ended.write(to);
            }
            Self::Expired { content } => {
                to.byte(3);
                content.write(to);
            }
            Self::NoConsent => to.byte(4),
            Self::NoData => to.byte(5),
            Self::Audience { evidence } => {
                to.byte(6);
                evidence.write(to);
            }
            Self::Holdout { variant } => {
                to.byte(7);
                variant.write(to);
            }
            Self::Layer => to.byte(8),
            Self::Traffic { traffic } => {
                to.byte(9);
                traffic.write(to);
            }
            Self::Capped { until } => {
                to.byte(10);
                until.write(to);
            }
            Self::PageCapped => to.byte(11),
            Self::Checkout { content } => {
                to.byte(18);
                content.write(to);
            }
            Self::Stale { last } => {
                to.byte(19);
                last.write(to);
            }
            Self::Intrusive { points, left } => {
                to.byte(20);
                points.write(to);
                left.write(to);
            }
            Self::NotWorth { gain, cost } => {
                to.byte(21);
                gain.write(to);
                cost.write(to);
            }
            Self::Unsuited => to.byte(16),
            Self::Seen => to.byte(17),
            Self::Minor => to.byte(13),
            Self::NotRecognized => to.byte(14),
            Self::Refused { until } => {
                to.byte(15);
                until.write(to);
            }
            Self::Lost { to: winner, by } => {
                to.byte(12);
                winner.write(to);
                by.write(to);
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Disabled,
            1 => Self::NotStarted { starts: Layout::read(from)? },
            2 => Self::Ended { ended: Layout::read(from)? },
            3 => Self::Expired { content: Layout::read(from)? },
            4 => Self::NoConsent,
            5 => Self::NoData,
            6 => Self::Audience { evidence: Layout::read(from)? },
            7 => Self::Holdout { variant: Layout::read(from)? },
            8 => Self::Layer,
            9 => Self::Traffic { traffic: Layout::read(from)? },
            10 => Self::Capped { until: Layout::read(from)? },
            11 => Self::PageCapped,
            18 => Self::Checkout { content: Layout::read(from)? },
            19 => Self::Stale { last: Layout::read(from)? },
            20 => Self::Intrusive { points: Layout::read(from)?, left: Layout::read(from)? },
            21 => Self::NotWorth { gain: Layout::read(from)?, cost: Layout::read(from)? },
            12 => Self::Lost { to: Layout::read(from)?, by: Layout::read(from)? },
            13 => Self::Minor,
            16 => Self::Unsuited,
            17 => Self::Seen,
            14 => Self::NotRecognized,
            15 => Self::Refused { until: Layout::read(from)? },
            _ => return Err(Malformed::Impossible { what: "rejection" }),
        })
    }
}

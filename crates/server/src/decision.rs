//! Decisions as they are told: to a page little, to the shop's server with their grounds.

use std::{slice, sync::Arc};

use ::decide::{Candidate, Decision, Explain, Memory, Rejection, Served};
use api::{
    error::Code,
    json::{Json, JsonFields},
    time,
    wire::{
        decision::{
            DecideFormat, DecisionAnswer, DecisionContent, DecisionGrounds, DecisionLever, DecisionRecord,
            DecisionRejected, DecisionWhy, Evidence,
        },
        key::KeyKind,
        recommend::{RecommendCandidate, RecommendedFrom},
    },
};
use catalog::catalog::Catalog;
use engine::{
    decided::Decided,
    plan::Plan,
    why::{Lever, Pull, Why},
};
use model::{
    decision::Reason,
    id::{Id, Unit},
    language::best,
    time::Timestamp,
    value::Value,
};

use merchandise::shown::Reader;

use crate::markup;

/// Who is told, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    /// With a public key nothing is told of the person.
    pub(crate) kind: KeyKind,
    /// As what contents are wanted.
    pub(crate) format: DecideFormat,
    /// Whether candidates were asked for.
    pub(crate) explain: Explain,
    /// Whether the reason is told in words.
    pub(crate) reason: Wording,
    /// The plan that has the words of the benefit.
    pub(crate) plan: &'a Plan,
    /// The languages that are read, best first.
    pub(crate) languages: &'a [Arc<str>],
    /// What the shop sells, for the items that are shown.
    pub(crate) catalog: &'a Catalog,
    /// As of when items are shown.
    pub(crate) now: Timestamp,
    /// Whether it may be told with what an item goes, which may be something that the person bought.
    pub(crate) tells_of: bool,
}

/// Whether reasons are told in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    /// They are.
    Told,
    /// They are, but nothing of what is known: the page names an account, and cannot prove whose it is.
    Guarded,
    /// They were not asked for.
    Untold,
}

impl Told<'_> {
    /// A decision that is in a record, or will be counted.
    pub(crate) fn decision(&self, decided: &Decided, decision: &Decision) -> DecisionAnswer {
        let mut answer = self.neutral(decision);
        answer.id = Some(decision.id.to_string());
        if self.reason != Wording::Untold {
            answer.why = self.why(decided, decision);
        }
        if let Some(grounds) = &mut answer.grounds {
            grounds.recommended = recommended(decided, decision);
            grounds.unit = self.unit(decided, decision).map(|unit| unit.to_string());
        }
        answer
    }

    /// A decision without a record.
    pub(crate) fn neutral(&self, decision: &Decision) -> DecisionAnswer {
        DecisionAnswer {
            id: None,
            placement: decision.placement.to_string(),
            experience: decision.experience.as_ref().map(ToString::to_string),
            variant: decision.variant.as_ref().map(ToString::to_string),
            contents: decision.contents.iter().map(|served| self.content(served)).collect(),
            reason: decision.reason.word().to_owned(),
            error: self.error(decision).map(|code| code.as_str().to_owned()),
            benefit: self.benefit(decision),
            why: None,
            memory: memory(decision).map(|memory| memory.word().to_owned()),
            ttl_s: decision.ttl_s,
            grounds: (self.kind == KeyKind::Secret).then(|| self.grounds(decision)),
        }
    }

    /// Why, in words. A page cannot prove who asks: it learns no value and no evidence.
    pub(crate) fn why(&self, decided: &Decided, decision: &Decision) -> Option<DecisionWhy> {
        let why = Why::of(self.plan, decided, decision.id)?;
        let (rests_on, facts) = match &why {
            Why::Person(facts) => ("person", facts.as_slice()),
            Why::Absence => ("absence", &[][..]),
            Why::Request(facts) => ("request", facts.as_slice()),
            Why::Everybody => ("everybody", &[][..]),
            Why::Neutral(_) => ("neutral", &[][..]),
        };
        let (now, is_secret) = (decided.env.now, self.kind == KeyKind::Secret);
        let is_guarded = self.reason == Wording::Guarded;
        let said = match is_guarded {
            true => why.said_to_anybody(),
            false => why.said(now, Some(&self.plan.trust).filter(|_| is_secret)),
        };
        let lever = |lever: Lever| {
            let offered = lever.pull.said();
            DecisionLever {
                pull: lever.pull.word().to_owned(),
                en: offered.english,
                fr: offered.french,
                event: lever.event.to_owned(),
                properties: JsonFields(lever.properties),
            }
        };
        let levers = why.levers(decision, now).into_iter();
        let levers = levers.filter(|lever| !is_guarded || lever.pull != Pull::Remove);
        let levers = levers.map(|lever| if is_secret { lever } else { lever.without_value() });
        Some(DecisionWhy {
            rests_on: rests_on.to_owned(),
            en: said.english,
            fr: said.french,
            evidence: if is_secret { facts.iter().map(Evidence::from).collect() } else { Vec::new() },
            levers: levers.map(lever).collect(),
        })
    }

    fn content(&self, served: &Served) -> DecisionContent {
        let payload = match self.format {
            DecideFormat::Json => Value::Map(served.payload.clone()),
            DecideFormat::Html => Value::text(markup::paragraphs(&served.payload)),
            DecideFormat::Text => Value::text(markup::lines(&served.payload)),
        };
        let payload = Json(payload);
        let (content, language) = (served.content.to_string(), served.language.to_string());
        let intent = (self.kind == KeyKind::Secret).then(|| served.intent.word().to_owned());
        let reader = Reader { catalog: self.catalog, languages: self.languages, now: self.now };
        let items = reader.recommended(&served.items, self.tells_of);
        DecisionContent { content, language, intent, payload, items }
    }

    /// Why there is an error: the shop's, who asks for what it has not; or ours, who had no time.
    fn error(&self, decision: &Decision) -> Option<Code> {
        let is_known = self.plan.decisions.placement(decision.placement.as_str()).is_some();
        match decision.reason {
            Reason::Error if is_known => Some(Code::Overloaded),
            Reason::Error => Some(Code::UnknownPlacement),
            _ => None,
        }
    }

    /// The experience's benefit in the first language read that it is written in; else in that of what is shown; else
    /// in English, in which every benefit is written. None beside what is neutral: to a control it would promise what
    /// the page does not show, and so be a part of the treatment.
    fn benefit(&self, decision: &Decision) -> Option<String> {
        if decision.shows_neutral {
            return None;
        }
        let experience = self.plan.decisions.experience(decision.experience.as_ref()?)?;
        let benefit = &experience.benefit;
        let shown = || Some(best(slice::from_ref(&decision.contents.first()?.language), benefit)?.1);
        let read = best(self.languages, benefit).map(|(_, text)| text);
        read.or_else(shown).or_else(|| benefit.get("en")).map(ToString::to_string)
    }

    /// The person's unit, where the purpose of the placement was granted: elsewhere it was not drawn by.
    fn unit(&self, decided: &Decided, decision: &Decision) -> Option<Id<Unit>> {
        let purpose = &self.plan.decisions.placement(decision.placement.as_str())?.purpose;
        decided.seen.drawn_by(purpose, decided.env.now)
    }

    fn grounds(&self, decision: &Decision) -> DecisionGrounds {
        let rejected = || decision.rejected.iter().map(|one| rejected(one.experience.as_str(), &one.why)).collect();
        DecisionGrounds {
            standing: decision.standing.map(|standing| standing.word().to_owned()),
            unit: None,
            stage: decision.stage.map(|stage| stage.word().to_owned()),
            propensity: decision.propensity.get(),
            points: decision.points,
            evidence: decision.evidence.iter().map(Evidence::from).collect(),
            recommended: Vec::new(),
            rejected: (self.explain == Explain::Yes || !decision.rejected.is_empty()).then(rejected),
        }
    }
}

/// What recommenders looked at for the contents of a decision.
fn recommended(decided: &Decided, decision: &Decision) -> Vec<RecommendedFrom> {
    let personal = decided.seen.facts.values().flat_map(|seen| &seen.suggested);
    let all = personal.chain(&decided.seen.suggested).filter(|(_, suggested)| {
        let shown = decision.contents.iter().flat_map(|served| served.items.iter().map(|item| &item.id));
        let mut proposed = suggested.items.iter().map(|item| &item.item);
        !decision.contents.is_empty() && shown.eq(proposed.by_ref())
    });
    let candidate = |one: &Candidate| RecommendCandidate { id: one.item.to_string(), score: one.score.get() };
    all.map(|(recommender, suggested)| RecommendedFrom {
        recommender: recommender.to_string(),
        model: suggested.model,
        candidates: suggested.candidates.iter().map(candidate).collect(),
    })
    .collect()
}

/// A decision as it is in its record; items as they are in the catalog now.
pub(crate) fn recorded((plan, catalog): (&Plan, &Catalog), decided: &Decided, decision: &Decision) -> DecisionRecord {
    DecisionRecord {
        decision: as_recorded((plan, catalog), decided, decision),
        at: decided.env.now.into(),
        revision: decided.revision,
        engine: decided.engine,
    }
}

/// A decision told with all its grounds, in the languages that were asked for then.
pub(crate) fn as_recorded(
    (plan, catalog): (&Plan, &Catalog),
    decided: &Decided,
    decision: &Decision,
) -> DecisionAnswer {
    let explain = decided.page.explain;
    Told { explain, ..to_the_shop(plan, catalog, decided) }.decision(decided, decision)
}

/// Why a recorded decision is as it is, with its evidence.
pub(crate) fn why(plan: &Plan, decided: &Decided, decision: &Decision) -> Option<DecisionWhy> {
    let catalog = Catalog::default();
    Told { reason: Wording::Told, ..to_the_shop(plan, &catalog, decided) }.why(decided, decision)
}

fn to_the_shop<'a>(plan: &'a Plan, catalog: &'a Catalog, decided: &'a Decided) -> Told<'a> {
    let (kind, format) = (KeyKind::Secret, DecideFormat::Json);
    let (languages, now) = (&decided.page.languages, decided.env.now);
    Told { kind, format, explain: Explain::No, reason: Wording::Untold, plan, languages, catalog, now, tells_of: true }
}

/// What old evidence the decision rests on, beside what is shown because of it: what is neutral shows nothing of it.
fn memory(decision: &Decision) -> Option<Memory> {
    decision.memory.filter(|_| !decision.shows_neutral)
}

fn rejected(experience: &str, why: &Rejection) -> DecisionRejected {
    let (detail, evidence) = match why {
        Rejection::Disabled
        | Rejection::NoConsent
        | Rejection::NoData
        | Rejection::Minor
        | Rejection::NotRecognized
        | Rejection::Unsuited
        | Rejection::Seen
        | Rejection::Layer
        | Rejection::PageCapped => (None, Vec::new()),
        Rejection::NotStarted { starts: at } | Rejection::Ended { ended: at } | Rejection::Capped { until: at } => {
            (Some(time::write(*at).into()), Vec::new())
        }
        Rejection::Refused { until } => (until.map(|until| time::write(until).into()), Vec::new()),
        Rejection::Stale { last } => (Some(time::write(*last).into()), Vec::new()),
        Rejection::Intrusive { points, left } => {
            (Some(serde_json::json!({ "points": points, "left": left })), Vec::new())
        }
        Rejection::NotWorth { gain, cost } => {
            (Some(serde_json::json!({ "gain_cents": gain.get(), "cost_cents": cost.get() })), Vec::new())
        }
        Rejection::Expired { content } | Rejection::Checkout { content } => (Some(content.as_str().into()), Vec::new()),
        Rejection::Audience { evidence } => (None, evidence.iter().map(Evidence::from).collect()),
        Rejection::Holdout { variant } => (Some(variant.as_str().into()), Vec::new()),
        Rejection::Traffic { traffic } => (Some(traffic.fraction().into()), Vec::new()),
        Rejection::Lost { to, by } => (Some(serde_json::json!({ "to": to.as_str(), "by": by.word() })), Vec::new()),
    };
    DecisionRejected { experience: experience.to_owned(), why: why.word().to_owned(), detail, evidence }
}

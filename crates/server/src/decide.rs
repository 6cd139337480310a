//! A call for decisions: who is meant, what the request says, the answer within its time.

use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use ::decide::{Absent, Explain, Tastes};
use api::{
    error::{ApiError, Code},
    tracking::Route,
    wire::{
        collect::RejectedItem,
        decision::{DecideAnswer, DecideRequest},
        key::KeyKind,
    },
};
use axum::http::{HeaderMap, header};
use context::{ClientHints, Context, Request};
use engine::{
    decided::{Decided, PageAsked},
    plan::Plan,
};
use model::{
    decision::Channel,
    limits,
    name::{Name, Placement},
};
use runtime::{
    deciding::{Call, Keeping, WithPlan},
    handle::Who,
    ticket::Failure,
};
use tokio::time::Instant;

use crate::{
    answer::Refusal,
    app::{App, Shared},
    decision::{Told, Wording},
    intake::{self, Sender, sender},
    keys::Key,
    named::{self, Belief},
};

/// Events that may come with one call.
const EVENTS: usize = 20;
/// Bytes of a nonce.
const NONCE_BYTES: usize = 200;
/// Bytes of a language tag (RFC 5646 says that 35 are enough).
const LANGUAGE_BYTES: usize = 35;

/// What came of a call.
pub(crate) enum Outcome {
    /// It was decided, under this plan.
    Decided(Box<Decided>, Arc<Plan>),
    /// There was no time: everything is neutral.
    Neutral(Vec<::decide::Decision>, Arc<Plan>),
}

/// The caller: with which key, over which headers, from where.
pub(crate) struct Caller<'a> {
    key: &'a Key,
    headers: &'a HeaderMap,
    ip: Option<IpAddr>,
    sender: Sender,
}

impl<'a> Caller<'a> {
    /// Who calls with this request.
    pub(crate) fn new(
        app: &App,
        key: &'a Key,
        headers: &'a HeaderMap,
        peer: Option<IpAddr>,
        request: &DecideRequest,
    ) -> Self {
        let proof = request.identity_token.as_deref().map(Arc::from);
        let sender = Sender { proof, ..sender(app, key, headers) };
        Self { key, headers, ip: app.config.client_address(peer, headers), sender }
    }
}

/// A call that was understood.
struct Asked {
    /// Whom it may mean, the identifier that speaks best for a person first.
    persons: Vec<Who>,
    call: Call,
}

/// Reads a call under a plan. What is wrong with it is refused here, before any of its events is taken.
fn understand(app: &App, caller: &Caller<'_>, request: &DecideRequest, plan: &Plan) -> Result<Asked, ApiError> {
    let said = named::read(app, plan, caller.key, &request.into(), caller.sender.received_at)?;
    let is_proven = said.iter().any(|said| said.belief == Belief::Proven);
    let believed = said.iter().filter(|said| said.belief != Belief::Doubted);
    let mut persons: Vec<Who> = believed.map(|said| Who::Identifier(said.identifier.clone())).collect();
    let context = recognized(app, caller, request, plan);
    let page = page(app, plan, caller.key, request, &context)?;
    let names_the_person =
        |name| plan.decisions.placement(name).is_some_and(|placement| placement.channel.may_name_the_person());
    // Whoever has the page's key can name any account: what is said behind a login is said to whom proves it.
    if caller.key.kind == KeyKind::Public && request.placements.iter().any(|name| names_the_person(name)) {
        persons.truncate(usize::from(is_proven));
    }
    if request.events.len() > EVENTS {
        let why = format!("At most {EVENTS} events come with one call; more go to /v1/batch before it.");
        return Err(ApiError::new(Code::TooManyEvents).saying(why).at("/events"));
    }
    if request.preview && !request.events.is_empty() {
        let why = "A preview keeps nothing, so it takes no events.";
        return Err(ApiError::new(Code::Contradiction).saying(why).at("/events"));
    }
    let keeping = if request.preview { Keeping::Nothing } else { Keeping::Record };
    let request = Arc::new(move |name: &str| context.fact(name));
    let named = said.into_iter().map(|said| said.identifier).collect();
    Ok(Asked { persons, call: Call { page, request, named, keeping } })
}

/// A page that was decided, with what came of the events of its call.
pub(crate) struct Made {
    pub(crate) outcome: Outcome,
    refused: Vec<RejectedItem>,
    events_under_way: bool,
}

/// Decides a page as a call asks for it.
pub(crate) async fn make(app: &Shared, caller: &Caller<'_>, request: &DecideRequest) -> Result<Made, Refusal> {
    let asked = understand(app, caller, request, &app.runtime.plan())?;
    let until = deadline(app);
    let applied = apply_events(app, caller, request, until).await?;
    let events_under_way = matches!(applied, Applied::UnderWay);
    let (outcome, refused) = match applied {
        Applied::Taken(refused) => (decide(app, &caller.sender, asked, until).await, refused),
        Applied::NotTaken(refused) => (without_its_events(app, &asked), refused),
        Applied::UnderWay => (without_its_events(app, &asked), Vec::new()),
    };
    Ok(Made { outcome, refused, events_under_way })
}

impl Made {
    /// By what the first placement puts a search in order; nothing where it leaves the order as it is.
    pub(crate) fn order(&self) -> Option<&Tastes> {
        let decisions = match &self.outcome {
            Outcome::Decided(decided, _) => &decided.decisions,
            Outcome::Neutral(decisions, _) => decisions,
        };
        decisions.first()?.contents.iter().find_map(|served| served.order.as_ref())
    }

    /// Whether the caller may learn what the person did: with a public key only of a visitor whom no account names, or
    /// whose account is proven.
    pub(crate) fn may_tell(&self, kind: KeyKind, request: &DecideRequest) -> bool {
        kind == KeyKind::Secret || request.user_id.is_none() || request.identity_token.is_some()
    }

    /// The answer to the call.
    pub(crate) fn answer(&self, app: &App, kind: KeyKind, request: &DecideRequest) -> DecideAnswer {
        let (Outcome::Decided(_, plan) | Outcome::Neutral(_, plan)) = &self.outcome;
        let explain = if request.explain { Explain::Yes } else { Explain::No };
        let is_guarded = !self.may_tell(kind, request);
        let reason = match (request.why, is_guarded) {
            (false, _) => Wording::Untold,
            (true, true) => Wording::Guarded,
            (true, false) => Wording::Told,
        };
        let (format, catalog) = (request.format, app.runtime.catalog());
        let (languages, now, tells_of) = (&[][..], app.runtime.now(), !is_guarded);
        let told = Told { kind, format, explain, reason, plan, languages, catalog: &catalog, now, tells_of };
        let mut decisions: Vec<_> = match &self.outcome {
            Outcome::Decided(decided, _) => {
                let told = Told { languages: &decided.page.languages, ..told };
                decided.decisions.iter().map(|decision| told.decision(decided, decision)).collect()
            }
            Outcome::Neutral(decisions, _) => decisions.iter().map(|decision| told.neutral(decision)).collect(),
        };
        if request.preview {
            // Nothing can be looked up, and no impression belongs to it.
            decisions.iter_mut().for_each(|decision| decision.id = None);
        }
        let (refused, events_under_way) = (self.refused.clone(), self.events_under_way);
        DecideAnswer { decisions, revision: plan.revision, refused, events_under_way }
    }
}

/// What came of the events of a call.
enum Applied {
    /// All are durable but those that were refused.
    Taken(Vec<RejectedItem>),
    /// Not all were taken, for want of room or because the storage failed. All may be sent again: one that was taken
    /// all the same is known by its id.
    NotTaken(Vec<RejectedItem>),
    /// There was no time to wait for them. They are being stored.
    UnderWay,
}

/// Applies the events that came with the call. What was begun goes on to its end, whoever still waits for it.
async fn apply_events(
    app: &Shared,
    caller: &Caller<'_>,
    request: &DecideRequest,
    until: Instant,
) -> Result<Applied, Refusal> {
    if request.events.is_empty() {
        return Ok(Applied::Taken(Vec::new()));
    }
    let route = Route::of("batch").expect("a test reads the table of paths");
    let batch = request.batch();
    let all_refused = |code: Code, message: &str| {
        let told = |index| RejectedItem {
            message_id: None,
            index,
            code: code.as_str().to_owned(),
            message: message.to_owned(),
            pointer: String::new(),
        };
        Ok(Applied::NotTaken((0..request.events.len()).map(told).collect()))
    };
    let (taking, sender) = (app.clone(), caller.sender.clone());
    let taking = tokio::spawn(async move { intake::take(&taking, &sender, route, batch.as_bytes()).await });
    let Ok(taken) = tokio::time::timeout_at(until, taking).await else { return Ok(Applied::UnderWay) };
    match taken.map_err(|error| Refusal::internal(&error))? {
        Ok(refused) => Ok(Applied::Taken(refused.iter().map(RejectedItem::from).collect())),
        Err(refusal) if refusal.error().retry_after_s.is_some() => {
            all_refused(refusal.error().code, &refusal.error().message)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Decides within the time that a call may take; past it, and under overload, neutrally.
async fn decide(app: &App, sender: &Sender, asked: Asked, until: Instant) -> Outcome {
    let Asked { persons, call } = asked;
    let deciding = decide_for_first(app, &persons, &call);
    let found = match tokio::time::timeout_at(until, deciding).await {
        Ok(Ok(found)) => found,
        Ok(Err(Failure::Overloaded)) | Err(_) => return neutral(app, &call.page),
        Ok(Err(failure)) => {
            // A part that fails costs the shop its personalization, never its page.
            tracing::warn!(%failure, "a decision failed and was answered neutrally");
            return neutral(app, &call.page);
        }
    };
    app.metrics.decided.fetch_add(1, Ordering::Relaxed);
    let is_kept = call.keeping == Keeping::Record;
    let (decided, plan) =
        found.unwrap_or_else(|| app.runtime.decide_for_nobody(Absent::Unknown, call.page, call.request.as_ref()));
    if is_kept {
        count(app, sender, &decided);
    }
    Outcome::Decided(decided, plan)
}

/// Until when a call that begins now may take.
fn deadline(app: &App) -> Instant {
    Instant::now() + Duration::from_millis(app.config.decide.give_up_ms)
}

/// The answer to a call whose events were not taken: what it was to rest on is not known.
fn without_its_events(app: &App, asked: &Asked) -> Outcome {
    neutral(app, &asked.call.page)
}

fn neutral(app: &App, page: &PageAsked) -> Outcome {
    app.metrics.decided_neutrally.fetch_add(1, Ordering::Relaxed);
    let (decisions, plan) = app.runtime.neutral(page);
    Outcome::Neutral(decisions, plan)
}

async fn decide_for_first(app: &App, persons: &[Who], call: &Call) -> Result<Option<WithPlan<Box<Decided>>>, Failure> {
    for who in persons {
        if let Some(decided) = app.runtime.decide(who, call.clone())?.answer().await? {
            return Ok(Some(decided));
        }
    }
    Ok(None)
}

/// Of what was drawn for nobody only the number is kept, by experience and variant.
fn count(app: &App, sender: &Sender, decided: &Decided) {
    let what = decided.decisions.iter().filter_map(|decision| {
        let (experience, variant) = (decision.experience.as_ref()?, decision.variant.as_ref()?);
        (!decided.won.contains(experience)).then(|| Arc::from(format!("decision:{experience}/{variant}")))
    });
    let what: Vec<Arc<str>> = what.collect();
    if !what.is_empty() {
        app.runtime.count_anonymous(&sender.source, what);
    }
}

fn page(app: &App, plan: &Plan, key: &Key, request: &DecideRequest, context: &Context) -> Result<PageAsked, ApiError> {
    if request.explain && key.kind == KeyKind::Public {
        return Err(ApiError::new(Code::KeyKind).saying("Only a secret key may ask why not.").at("/explain"));
    }
    if request.preview && key.kind == KeyKind::Public {
        return Err(ApiError::new(Code::KeyKind)
            .saying("Only a secret key may look without being counted.")
            .at("/preview"));
    }
    if request.placements.is_empty() {
        return Err(ApiError::new(Code::Empty).at("/placements"));
    }
    if request.placements.len() > limits::PAGE_PLACEMENTS {
        let why = format!("One call asks for at most {} placements.", limits::PAGE_PLACEMENTS);
        return Err(ApiError::new(Code::TooMany).saying(why).at("/placements"));
    }
    let channel = channel(request)?;
    for (place, name) in request.placements.iter().enumerate() {
        let at = || format!("/placements/{place}");
        if name.len() > limits::NAME_BYTES {
            return Err(ApiError::new(Code::TooLong).saying("No placement has so long a name.").at(at()));
        }
        if request.placements[..place].contains(name) {
            return Err(ApiError::new(Code::Twice).saying("The placement is asked for twice.").at(at()));
        }
        let known = plan.decisions.placement(name).map(|placement| placement.channel);
        if key.kind == KeyKind::Public && known.is_some_and(|known| !known.is_page()) {
            let why = "With a public key only placements of pages and screens may be asked for.";
            return Err(ApiError::new(Code::KeyKind).saying(why).at(at()));
        }
        if let (Some(wanted), Some(known)) = (channel, known.filter(|known| Some(*known) != channel)) {
            let why = format!("The placement is of the channel `{}`, not `{}`.", known.word(), wanted.word());
            return Err(ApiError::new(Code::Contradiction).saying(why).at(at()));
        }
    }
    let nonce = match request.nonce.as_deref().unwrap_or_default() {
        // A page that keeps none is drawn for by chance, each call anew: not all such pages alike.
        "" => app.runtime.nonce(),
        long if long.len() > NONCE_BYTES => {
            let why = format!("A nonce has at most {NONCE_BYTES} bytes.");
            return Err(ApiError::new(Code::TooLong).saying(why).at("/nonce"));
        }
        nonce => {
            let hash = blake3::derive_key("prevenance 2026-11 page nonce v1", nonce.as_bytes());
            u128::from_be_bytes(*hash.first_chunk().expect("a hash has 32 bytes"))
        }
    };
    Ok(PageAsked {
        placements: request.placements.iter().map(|name| Name::<Placement>::from(name.as_str())).collect(),
        languages: languages(request, context)?,
        nonce,
        explain: if request.explain { Explain::Yes } else { Explain::No },
    })
}

fn channel(request: &DecideRequest) -> Result<Option<Channel>, ApiError> {
    let Some(word) = &request.channel else { return Ok(None) };
    let found = Channel::ALL.into_iter().find(|channel| channel.word() == word);
    found.map(Some).ok_or_else(|| {
        let words = Channel::ALL.map(Channel::word).join(", ");
        ApiError::new(Code::UnknownWord).saying(format!("A channel is one of {words}.")).at("/channel")
    })
}

fn languages(request: &DecideRequest, context: &Context) -> Result<Vec<Arc<str>>, ApiError> {
    if request.languages.is_empty() {
        return Ok(context.languages.iter().take(limits::PAGE_LANGUAGES).cloned().collect());
    }
    if request.languages.len() > limits::PAGE_LANGUAGES {
        let why = format!("At most {} languages are read.", limits::PAGE_LANGUAGES);
        return Err(ApiError::new(Code::TooMany).saying(why).at("/languages"));
    }
    if let Some(place) = request.languages.iter().position(|tag| tag.len() > LANGUAGE_BYTES) {
        let why = format!("A language tag has at most {LANGUAGE_BYTES} bytes.");
        return Err(ApiError::new(Code::TooLong).saying(why).at(format!("/languages/{place}")));
    }
    Ok(request.languages.iter().map(|tag| tag.as_str().into()).collect())
}

/// What the request says by itself. Kept by nobody but the record of the decision, as far as that looked at it.
fn recognized(app: &App, caller: &Caller<'_>, request: &DecideRequest, plan: &Plan) -> Context {
    // With a secret key it is the shop's server that calls: its own headers and address say nothing of the person.
    let is_the_person = caller.key.kind == KeyKind::Public;
    let header = |name: &str| caller.headers.get(name).filter(|_| is_the_person);
    let text = |name: &str| header(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let client_hints = ClientHints {
        brands: text("sec-ch-ua"),
        mobile: text("sec-ch-ua-mobile"),
        platform: text("sec-ch-ua-platform"),
        platform_version: text("sec-ch-ua-platform-version"),
        model: text("sec-ch-ua-model"),
        form_factors: text("sec-ch-ua-form-factors"),
    };
    app.recognizer.recognize(&Request {
        user_agent: text(header::USER_AGENT.as_str()),
        client_hints,
        accept_language: text(header::ACCEPT_LANGUAGE.as_str()),
        page_url: text(header::REFERER.as_str()),
        referrer: "",
        ip: caller.ip.filter(|_| is_the_person),
        now: caller.sender.received_at,
        zone: &plan.decisions.rules().zone,
        body_context: &request.context.0,
        attributes: &request.attributes.0,
    })
}

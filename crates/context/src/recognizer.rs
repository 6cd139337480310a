//! From a request to its context.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jiff::tz::TimeZoneDatabase;
use model::value::{Fields, Value};

use crate::{
    address::Address,
    agent::{Agent, Reader},
    attributes::Attributes,
    bots,
    cache::Cache,
    campaign::Arrival,
    context::Context,
    hints::Hints,
    language::Languages,
    limits,
    local::Local,
    place::{Place, Places},
    referrer::{Link, Referrer},
    request::Request,
    rules,
    sources::Sources,
    text,
};

/// What an installation sets.
#[derive(Debug, Default)]
pub struct Settings {
    /// The database of places, if the operator has one.
    pub places: Option<Places>,
    /// Domains of the shop, in lower case: a referrer there, or below, is internal.
    pub own_hosts: Vec<String>,
}

/// Recognizes requests. One for the whole program, shared by its threads; what it remembers of earlier requests (user
/// agents that it has read) changes how fast it answers and nothing else.
pub struct Recognizer {
    settings: Settings,
    sources: Sources,
    zones: TimeZoneDatabase,
    reader: OnceLock<Reader>,
    cache: Mutex<Cache>,
}

impl std::fmt::Debug for Recognizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recognizer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Recognizer {
    /// Makes one. The rules for user agents are compiled when the first is read, or by [`Self::warm`].
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            sources: Sources::builtin(),
            zones: TimeZoneDatabase::bundled(),
            reader: OnceLock::new(),
            cache: Mutex::default(),
        }
    }

    /// Compiles the rules for user agents, which takes about 0.1 s in a release build: before the first request.
    pub fn warm(&self) {
        self.reader();
    }

    /// What a request says by itself. Never fails: what cannot be read is not known.
    pub fn recognize(&self, request: &Request<'_>) -> Context {
        let said = Said::by(request);
        let (page_url, referrer_url) = (said.page_url, said.referrer);
        let (page, referrer) = (Address::read(page_url), Address::read(referrer_url));
        let arrival = Arrival::read(page.as_ref(), map(request.body_context, "campaign"));
        let link =
            Link { page: page.as_ref(), referrer: referrer.as_ref(), tags: &arrival.tags, clicks: &arrival.clicks };
        Context {
            agent: self.agent(said.user_agent, &said.hints),
            languages: Languages::read(word(request.body_context, &["locale"]), said.accept_language),
            local: Local::at(request.now, word(request.body_context, &["timezone"]), request.zone, &self.zones),
            referrer: Referrer::of(&link, &self.settings.own_hosts, &self.sources),
            page_host: page.as_ref().and_then(|page| text::clean(&page.host, limits::HOST_BYTES)),
            page_path: page.as_ref().and_then(|page| text::clean(page.path, limits::PATH_BYTES)),
            arrival,
            place: match (&self.settings.places, said.ip) {
                (Some(places), Some(ip)) => places.at(ip),
                _ => Place::default(),
            },
            attributes: Attributes::read(map(request.body_context, "shop"), request.attributes),
        }
    }

    /// Whether a user agent is known to be a program without a person.
    pub fn is_bot(&self, user_agent: &str) -> bool {
        self.read(text::cut(user_agent.trim(), limits::USER_AGENT_BYTES)).bot
    }

    fn agent(&self, user_agent: &str, hints: &Hints) -> Arc<Agent> {
        let agent = self.read(text::cut(user_agent.trim(), limits::USER_AGENT_BYTES));
        if hints.is_empty() { agent } else { Arc::new(hints.correct(&agent)) }
    }

    fn read(&self, user_agent: &str) -> Arc<Agent> {
        if user_agent.is_empty() {
            return Arc::default();
        }
        // A thread that panicked while it held the cache left it whole: each change is one insertion.
        if let Some(agent) = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(user_agent) {
            return agent;
        }
        // Read outside the lock: another thread may read the same twice, but none waits.
        let agent = Arc::new(self.reader().read(user_agent));
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).insert(user_agent, agent.clone());
        agent
    }

    fn reader(&self) -> &Reader {
        self.reader.get_or_init(|| {
            let rules = rules::compile().expect("a test compiles the committed rules");
            Reader::new(rules, bots::compile().expect("a test compiles the committed list"))
        })
    }
}

/// Who is spoken of, once body and headers are weighed (see [`Request`]).
struct Said<'a> {
    user_agent: &'a str,
    hints: Hints,
    accept_language: &'a str,
    page_url: &'a str,
    referrer: &'a str,
    ip: Option<IpAddr>,
}

impl<'a> Said<'a> {
    fn by(request: &Request<'a>) -> Self {
        let body = request.body_context;
        let own = |path: &[&str], header: &'a str| match word(body, path) {
            "" => header,
            said => said,
        };
        let user_agent = own(&["userAgent"], request.user_agent);
        let is_for_another = user_agent != request.user_agent;
        let header = |header: &'a str| if is_for_another { "" } else { header };
        let hints = match map(body, "userAgentData") {
            Some(data) => Hints::from_fields(data),
            None if is_for_another => Hints::default(),
            None => Hints::from_headers(&request.client_hints),
        };
        Self {
            user_agent,
            hints,
            accept_language: header(request.accept_language),
            page_url: own(&["page", "url"], header(request.page_url)),
            referrer: own(&["page", "referrer"], request.referrer),
            ip: word(body, &["ip"]).trim().parse().ok().or(request.ip.filter(|_| !is_for_another)),
        }
    }
}

fn word<'a>(fields: &'a Fields, path: &[&str]) -> &'a str {
    fields.at(path).and_then(Value::as_text).unwrap_or_default()
}

fn map<'a>(fields: &'a Fields, name: &str) -> Option<&'a Fields> {
    match fields.get(name) {
        Some(Value::Map(map)) => Some(map),
        _ => None,
    }
}

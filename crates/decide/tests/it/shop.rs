//! A shop to decide for, and somebody who visits it.

use std::{borrow::Cow, cell::Cell, collections::BTreeMap, sync::Arc};

use assign::Share;
use condition::{Belief, Believed, Condition, Evidence, Facts, Fade, Fading, Model, Reading, Scope, Usage, Verdict};
use decide::{
    Absent, Content, Decision, Experience, Explain, Ground, Ledger, Opens, Page, Payload, Person, Placement, Recall,
    Recognized, RequestFacts, Rules, Scheme, Showing, Shows, Stay, Suggested, Suggestion, Tastes, Variant, Whom, Why,
    decide,
};
use model::{
    consent::{Choice, Consents, GrantedName, Means, Proof},
    decision::Channel,
    fact::{FactKind, Occurrence, TraitValue},
    id::{Id, Unit},
    journey::{Intent, Stage},
    name::{
        Content as ContentName, Experience as ExperienceName, Name, Placement as PlacementName, Recommender, Score,
        Segment, Trait,
    },
    schema::{TraitRules, TraitSchema, TraitType},
    time::{Env, Timestamp},
    trust::{Floors, Trust},
    value::{Fields, Finite, Value},
};

pub(crate) const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);
pub(crate) const ENV: Env = Env { now: NOW, seed: 7 };

/// Milliseconds from [`NOW`] on.
pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::saturating_from_millis(NOW.as_millis() + ms)
}

pub(crate) fn share(points: u16) -> Share {
    Share::from_basis_points(points).unwrap()
}

pub(crate) fn audience(text: &str) -> Condition {
    condition(text, Usage::Audience)
}

pub(crate) fn preference(text: &str) -> Condition {
    condition(text, Usage::Order)
}

fn condition(text: &str, usage: Usage) -> Condition {
    let holds = |holds| TraitRules { holds, purpose: None, meaning: None, half_life: None };
    let traits = [
        ("city", TraitType::Text),
        ("first_name", TraitType::Text),
        ("age", TraitType::Int),
        ("spent", TraitType::Number),
    ];
    let schema = TraitSchema { traits: traits.into_iter().map(|(name, of)| (name.into(), holds(of))).collect() };
    let segments = ["vip", "lapsed"].map(Name::from).into();
    let scope = Scope { schema: &schema, segments: &segments, scores: &["zeal"].map(Name::from).into(), usage };
    condition::compile(text, &scope).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(crate) fn payload(text: &str) -> Arc<Payload> {
    Arc::new(Payload::compile([("text", Value::from(text))].into_iter().collect()).unwrap())
}

pub(crate) fn content(name: &str, text: &str) -> Arc<Content> {
    let versions = BTreeMap::from([("en".into(), payload(text))]);
    Arc::new(Content {
        name: name.into(),
        versions,
        fallback: "en".into(),
        stages: vec![Stage::Discovery],
        intent: Intent::Inform,
        expires: None,
        tags: Vec::new(),
        suits: None,
        prefer: None,
        items: None,
    })
}

pub(crate) fn expiring(name: &str, expires: Timestamp) -> Arc<Content> {
    Arc::new(Content { expires: Some(expires), ..Content::clone(&content(name, name)) })
}

pub(crate) fn rewarding(name: &str) -> Arc<Content> {
    Arc::new(Content { intent: Intent::Reward, ..Content::clone(&content(name, name)) })
}

pub(crate) fn placement(name: &str, channel: Channel) -> Placement {
    Placement {
        name: name.into(),
        channel,
        purpose: channel.purpose().into(),
        format: None,
        most_contents: 2,
        neutral: vec![content("neutral", "Hello{{ \" \" + profile.first_name | \"\" }}!")],
        is_checkout: false,
    }
}

/// For everybody, in `hero`, half of them control.
pub(crate) fn experience(name: &str) -> Experience {
    let shows = Shows::Contents(vec![content("idea", "An idea{{ \" for \" + profile.city | \"\" }}")]);
    Experience {
        name: name.into(),
        placements: vec!["hero".into()],
        audience: audience("true"),
        variants: vec![
            Variant { name: "control".into(), share: share(5_000), shows: Shows::Neutral },
            Variant { name: "a".into(), share: share(5_000), shows },
        ],
        benefit: BTreeMap::new(),
        priority: 0,
        score: Finite::default(),
        caps: Vec::new(),
        starts: None,
        ends: None,
        part: None,
        traffic: Share::ALL,
        salt: name.into(),
        known_only: false,
        enabled: true,
        memory: None,
        worth: None,
    }
}

/// The same with nothing but its content, for tests that are about something else than draws.
pub(crate) fn certain(name: &str) -> Experience {
    let mut experience = experience(name);
    experience.variants.remove(0);
    experience.variants[0].share = Share::ALL;
    experience
}

/// A scheme of these experiences in `hero`, `menu`, `foot` (web), `mail` and `agent`, in which nobody is held out.
pub(crate) fn scheme(experiences: Vec<Experience>) -> Scheme {
    let rules = Rules { revision: 3, holdout: Share::NONE, ..Rules::default() };
    scheme_under(rules, experiences)
}

pub(crate) fn scheme_under(rules: Rules, experiences: Vec<Experience>) -> Scheme {
    let web = ["hero", "menu", "foot"].map(|name| placement(name, Channel::Web));
    let others = [placement("mail", Channel::Email), placement("agent", Channel::Agent)];
    Scheme::new(rules, web.into_iter().chain(others), [], experiences)
}

/// Somebody and all that is known of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Somebody {
    pub(crate) unit: u128,
    pub(crate) consents: Consents,
    pub(crate) recognized: bool,
    pub(crate) minor_until: Option<Timestamp>,
    pub(crate) traits: BTreeMap<Name<Trait>, TraitValue>,
    pub(crate) beliefs: BTreeMap<Name<Trait>, Belief>,
    pub(crate) trails: BTreeMap<Arc<str>, Vec<Occurrence>>,
    pub(crate) segments: BTreeMap<Name<Segment>, Verdict>,
    /// The event that a segment counts, for segments that count one.
    pub(crate) rests_on: BTreeMap<Name<Segment>, &'static str>,
    pub(crate) spent: Vec<(Timestamp, u16)>,
    pub(crate) won: BTreeMap<Name<ExperienceName>, Vec<Timestamp>>,
    pub(crate) shown: BTreeMap<Name<ContentName>, Showing>,
    pub(crate) stays: BTreeMap<Name<PlacementName>, Stay>,
    pub(crate) interests: BTreeMap<&'static str, Fading>,
    pub(crate) stage: Option<Reading>,
    pub(crate) request: BTreeMap<&'static str, Value>,
    /// What every recommender proposes to them.
    pub(crate) suggested: Suggested,
    pub(crate) tastes: Tastes,
    /// How often a trail was looked at, and how often what was won.
    pub(crate) looks: Cell<usize>,
    pub(crate) counts: Cell<usize>,
}

impl Somebody {
    pub(crate) fn new(unit: u128) -> Self {
        Self { unit, ..Self::default() }.granting("site", None)
    }

    pub(crate) fn granting(mut self, purpose: &str, until: Option<Timestamp>) -> Self {
        let proof = Proof { source: "web".into(), means: Means::Call, wording: None, language: None };
        self.consents.record(purpose.into(), Choice { granted: true, at: NOW, until, proof });
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = TraitValue { value: value.into(), as_of: NOW, source: "web".into(), kind: FactKind::Declared };
        self.traits.insert(name.into(), value);
        self
    }

    /// The same, believed so far.
    pub(crate) fn believing(mut self, name: &str, value: impl Into<Value>, trust: f64) -> Self {
        let trust = Trust::new(trust);
        let belief = Belief { trust, most: Floors::default().most(trust), ..Belief::CERTAIN };
        self.beliefs.insert(name.into(), belief);
        self.with(name, value)
    }

    pub(crate) fn did_with(mut self, event: &str, occurrences: Vec<(Timestamp, Fields)>) -> Self {
        let trail = (0..).zip(occurrences).map(|(tie, (at, properties))| Occurrence { at, tie, properties });
        self.trails.insert(event.into(), trail.collect());
        self
    }

    pub(crate) fn did(mut self, event: &str, when: &[Timestamp]) -> Self {
        let trail = when.iter().enumerate();
        let trail = trail.map(|(tie, at)| Occurrence { at: *at, tie: tie as u64, properties: Fields::default() });
        self.trails.insert(event.into(), trail.collect());
        self
    }

    pub(crate) fn member(mut self, segment: &str, valid_until: Option<Timestamp>) -> Self {
        self.segments.insert(segment.into(), Verdict { value: true, valid_until });
        self
    }

    pub(crate) fn whom(&self) -> Whom<'_> {
        let unit: Id<Unit> = Id::from_bits(self.unit);
        Whom::Person(Person {
            unit,
            consents: &self.consents,
            facts: self,
            ledger: self,
            recognized: if self.recognized { Recognized::Yes } else { Recognized::No },
            minor_until: self.minor_until,
        })
    }

    /// One placement, with the rejected.
    pub(crate) fn sees(&self, scheme: &Scheme, placement: &str) -> Decision {
        self.sees_all(scheme, &[placement]).remove(0)
    }

    pub(crate) fn sees_all(&self, scheme: &Scheme, placements: &[&str]) -> Vec<Decision> {
        let names: Vec<Name<PlacementName>> = placements.iter().map(|name| Name::from(*name)).collect();
        let request = |name: &str| self.request.get(name).cloned();
        decide(scheme, &page(&names, &request), &self.whom(), &ENV)
    }
}

/// Nobody who is known, with a page whose nonce is this.
pub(crate) fn nobody_sees(scheme: &Scheme, why: Absent, nonce: u128) -> Decision {
    let names = [Name::from("hero")];
    let page = Page { nonce, ..page(&names, &|_| None) };
    decide(scheme, &page, &Whom::Nobody(why), &ENV).remove(0)
}

pub(crate) fn page<'a>(placements: &'a [Name<PlacementName>], request: &'a dyn Fn(&str) -> Option<Value>) -> Page<'a> {
    Page {
        placements,
        languages: &[],
        request,
        nonce: 99,
        id: &|place| Id::from_bits(1_000 + place as u128),
        explain: Explain::Yes,
        suggest: &|_| Suggested::default(),
    }
}

/// What a recommender proposes.
pub(crate) fn suggested(items: &[&str]) -> Suggested {
    let item = |id: &&str| Suggestion { item: (*id).into(), why: Why::Popular, of: None, score: Some(Finite::ONE) };
    Suggested { items: items.iter().map(item).collect(), model: 7, ..Suggested::default() }
}

/// The text of the first content.
pub(crate) fn text(decision: &Decision) -> &str {
    decision.contents[0].payload.get("text").and_then(Value::as_text).unwrap()
}

/// The event that gives two points to the one score that there is; a person's `spent` gives another.
const ZEALOUS: &str = "Product Reviewed";

impl Somebody {
    fn zeal(&self, did: usize) -> Fading {
        let points = 2.0 * did as f64 + f64::from(u8::from(self.traits.contains_key("spent")));
        let part = Fade { amount: Finite::new(points).unwrap(), half_life: None, most: None };
        Fading { parts: vec![part], ..Fading::default() }
    }
}

impl Opens for Somebody {
    fn open(&self, _token: &GrantedName) -> &dyn Facts {
        self
    }

    fn beneath(&self, _token: &GrantedName, segment: &Name<Segment>) -> Vec<Ground> {
        let rests = |event: &str| {
            let trail = self.trail(event);
            let (matched, last) = (trail.len() as u32, trail.last().map(|occurrence| occurrence.at));
            Ground::of(Evidence::Events { event: event.into(), matched, last }, self)
        };
        self.rests_on.get(segment).map(|event| rests(event)).into_iter().collect()
    }

    fn segment_lately(&self, _token: &GrantedName, segment: &Name<Segment>, recall: Recall) -> Verdict {
        let Some(event) = self.rests_on.get(segment) else { return self.segment(segment) };
        let (trail, valid_until) = recall.cut(self.trail(event));
        Verdict { value: !trail.is_empty(), valid_until }
    }

    fn beneath_score(&self, _token: &GrantedName, _score: &Name<Score>) -> Vec<Ground> {
        let spent = self.traits.get("spent").map(|value| Evidence::Trait {
            name: "spent".into(),
            value: value.clone(),
            trust: Trust::CERTAIN,
        });
        let trail = self.trail(ZEALOUS);
        let (matched, last) = (trail.len() as u32, trail.last().map(|occurrence| occurrence.at));
        let events = (matched > 0).then(|| Evidence::Events { event: ZEALOUS.into(), matched, last });
        spent.into_iter().chain(events).map(|evidence| Ground::of(evidence, self)).collect()
    }

    fn score_lately(&self, _token: &GrantedName, _score: &Name<Score>, recall: Recall) -> Option<Fading> {
        let (trail, turns) = recall.cut(self.trail(ZEALOUS));
        Some(Fading { steps_at: turns, ..self.zeal(trail.len()) })
    }

    fn suggest(
        &self,
        _token: &GrantedName,
        _recommender: &Name<Recommender>,
        _request: &RequestFacts<'_>,
    ) -> Suggested {
        self.suggested.clone()
    }

    fn tastes(&self, _token: &GrantedName) -> Tastes {
        self.tastes.clone()
    }
}

impl Ledger for Somebody {
    fn spent(&self) -> Cow<'_, [(Timestamp, u16)]> {
        Cow::Borrowed(&self.spent)
    }

    fn won(&self, experience: &Name<ExperienceName>) -> Cow<'_, [Timestamp]> {
        self.counts.set(self.counts.get() + 1);
        Cow::Borrowed(self.won.get(experience).map_or(&[], Vec::as_slice))
    }

    fn shown(&self, content: &Name<ContentName>) -> Option<Showing> {
        self.shown.get(content).copied()
    }

    fn stay(&self, placement: &Name<PlacementName>) -> Option<&Stay> {
        self.stays.get(placement)
    }
}

impl Facts for Somebody {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        let belief = self.beliefs.get(name).copied().unwrap_or(Belief::CERTAIN);
        self.traits.get(name).map(|value| Believed { value, belief })
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        self.interests.get(topic).cloned()
    }

    fn score(&self, _name: &Name<Score>) -> Option<Fading> {
        Some(self.zeal(self.trail(ZEALOUS).len()))
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        self.stage.filter(|_| model == Model::Stage)
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.looks.set(self.looks.get() + 1);
        Cow::Borrowed(self.trails.get(event).map_or(&[], Vec::as_slice))
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        self.segments.get(name).copied().unwrap_or(Verdict { value: false, valid_until: None })
    }

    /// Never asked: the page answers for the request.
    fn request(&self, name: &str) -> Option<Value> {
        panic!("the person is asked for the request's {name}")
    }
}

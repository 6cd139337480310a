//! Lives the world through the product: minute by minute, everybody at once.
//!
//! With a test clock, time is moved on; with the real one, everything happens so many times as fast ([`Pace`]).
//!
//! The clock of the product stands still within a *tick*. What was sent by then goes out, one body a feed, and is
//! answered; then the pages of the tick ask what to show, and their people react. Two who share a device never ask in
//! the same round, so that what each is shown does not hang on who was faster.

mod alone;
mod answers;
mod pace;
mod parts;
mod probe;
mod stock;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    time::Duration,
};

use model::time::{Span, Timestamp};
use server::inside::Call;
use world::{
    World,
    calendar::Day,
    content::ContentId,
    dirt,
    emission::{Emission, Feed},
    life::Life,
    person::{Consents, PersonId},
    truth::Truth,
    visit::{Page, Shown, Visit, VisitPlan},
};

use self::{
    alone::{Alone, Dawn, alone},
    answers::Answers,
    parts::Parts,
};
pub use self::{
    pace::{Pace, wall_clock},
    probe::Wanted,
};
use crate::{
    door::{Door, DoorError},
    shop::Keys,
    wire::{self, BATCH, Choices, FEEDS},
};

/// How long the product's clock stands still. Nobody sees two pages in it: so a visit of many short looks lasts a little
/// longer than the person takes for it.
const TICK: Span = Span::MINUTE.times(2);
/// So many calls for each core, or waking it takes longer than they do.
const FEW: usize = 3;

/// Why a run ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The product did not answer, or refused.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// What is sent cannot be written, or what is answered not be read.
    #[error("a body of JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Truth or a record of what is sent cannot be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Somebody asked to stop.
    #[error("stopped on day {0}: the same command, on an empty folder, does the same again from the beginning")]
    Stopped(u32),
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Events that were sent, repetitions too.
    pub events: u64,
    /// Bodies in which they were sent.
    pub bodies: u64,
    /// Pages that asked what to show.
    pub asked: u64,
    /// Visits that ended.
    pub visits: u64,
}

/// Who listens to a run.
pub trait Listener {
    /// Something is true from now on. The product is not told.
    fn truth(&mut self, truth: Truth) -> std::io::Result<()>;

    /// A day begins. `false` stops the run.
    fn day(&mut self, day: Day, so_far: &Tally) -> bool;

    /// An event leaves a system for the product. `consent` is what was chosen on the device that sends it; none where
    /// nobody chose.
    fn sent(&mut self, _emission: &Emission, _consent: Option<Consents>) {}

    /// A page was answered, before anybody reacts. `consent` is what was chosen on its device.
    fn shown(&mut self, _page: &Page, _shown: &[Shown], _answer: &[u8], _consent: Option<Consents>) {}

    /// Whether the models of recommenders are trained on the morning of a day.
    fn trains(&mut self, _day: Day) -> bool {
        false
    }

    /// What to ask the product now, beside what its pages ask. Asked after every tick until there is nothing; the answer
    /// comes back by [`Listener::read`].
    fn wanted(&mut self) -> Option<Wanted> {
        None
    }

    /// The answer to what was wanted last; none if there is none or nothing may be read.
    fn read(&mut self, _answer: Option<&[u8]>, _now: Timestamp) {}
}

/// What is under way at a moment.
#[derive(Debug)]
enum Due {
    Begins(VisitPlan),
    Page(Box<(Visit, Page)>),
}

/// What somebody keeps of what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeps {
    /// Everything.
    All,
    /// What every shop keeps, and browsers their choices: pages and mails leave nothing.
    Books,
}

/// The order in which what is due is taken: by moment, then by person.
type Turn = (Timestamp, PersonId, u16);

/// A world that is lived through a product.
pub struct Driver<'a> {
    world: &'a World,
    door: &'a Door,
    keys: &'a Keys,
    choices: Choices,
    lives: Vec<Life>,
    agenda: BTreeMap<Turn, Due>,
    /// Who is on a visit, and their visits that should have begun meanwhile: nobody is in two at once.
    visiting: BTreeMap<PersonId, Vec<VisitPlan>>,
    /// On their way, by when they are sent.
    outgoing: BTreeMap<(Timestamp, u64), Emission>,
    posted: u64,
    contents: BTreeMap<&'a str, ContentId>,
    /// Calls under way at once. With one, ids that the product draws are the same in every run.
    width: usize,
    pace: Pace,
    /// How fast the world is to go by the real clock, where it is not hurried.
    speed: f64,
    /// The day of which the product knows what the shop sells.
    stocked: Option<Day>,
    /// The day that began last.
    begun: Option<Day>,
    /// The moment that the clock of the product was moved on to. A visit that had to wait, and a day that began late,
    /// bring what should have been before.
    reached: Timestamp,
    keeps: Keeps,
    record: Option<Box<dyn Write>>,
    tally: Tally,
}

impl<'a> Driver<'a> {
    /// A world on its first morning, through a product that has published its shop.
    pub fn new(world: &'a World, door: &'a Door, keys: &'a Keys, width: usize) -> Self {
        let lives = world.people.iter().map(|person| Life::begin(world, person.id)).collect();
        let contents = world.contents.iter().map(|content| (content.slug.as_str(), content.id)).collect();
        Self {
            world,
            door,
            keys,
            choices: Choices::default(),
            lives,
            agenda: BTreeMap::new(),
            visiting: BTreeMap::new(),
            outgoing: BTreeMap::new(),
            posted: 0,
            contents,
            width,
            pace: Pace::Stepped,
            speed: 1.0,
            stocked: None,
            begun: None,
            reached: Timestamp::MIN,
            keeps: Keeps::All,
            record: None,
            tally: Tally::default(),
        }
    }

    /// Goes by another clock from now on.
    pub fn keep_pace(&mut self, pace: Pace) {
        if let Pace::Real { speed, .. } = pace {
            self.speed = speed;
        }
        self.pace = pace;
    }

    /// Writes down everything that is sent, for comparing two runs.
    pub fn record(&mut self, to: Box<dyn Write>) {
        self.record = Some(to);
    }

    /// A person as lived so far.
    pub fn life(&self, person: PersonId) -> &Life {
        &self.lives[person.0 as usize]
    }

    /// How far it came.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Lives all days. The product is there from the morning of `installed` on; of the days before, the shop brings
    /// along its books.
    pub async fn run(&mut self, installed: Day, listener: &mut dyn Listener) -> Result<Tally, RunError> {
        self.history(listener).await?;
        for day in self.world.calendar.all() {
            if !listener.day(day, &self.tally) {
                return Err(RunError::Stopped(day.0));
            }
            if day < installed {
                self.books(day, listener).await?;
            } else {
                self.day(day, listener).await?;
            }
        }
        Ok(self.tally)
    }

    /// Lives a day on which the product was not there. Its orders, and what tills and the service knew, come all the
    /// same; what was seen on pages and in mails is gone, but for the choices that browsers keep.
    pub async fn books(&mut self, day: Day, listener: &mut dyn Listener) -> Result<(), RunError> {
        self.keeps = Keeps::Books;
        let night = self.alone(day, self.world.calendar.at(Day(day.0 + 1), 0), listener)?;
        self.keeps = Keeps::All;
        self.wait_until(night).await?;
        self.flush(night, listener).await
    }

    /// Lives a day that is over, or its part before `until`: nothing asks what to show, and all that is sent is sent in
    /// one go. [`Driver::day`] lives the rest.
    pub async fn past(&mut self, day: Day, until: Timestamp, listener: &mut dyn Listener) -> Result<(), RunError> {
        let until = self.alone(day, until, listener)?;
        self.flush(until, listener).await
    }

    /// Lives a day once more that was sent in an earlier run, as if nothing had been shown. Nothing is sent.
    pub fn again(&mut self, day: Day, listener: &mut dyn Listener) -> Result<(), RunError> {
        let night = self.alone(day, self.world.calendar.at(Day(day.0 + 1), 0), listener)?;
        self.due(night).values().for_each(|emission| self.choices.hear(emission));
        Ok(())
    }

    /// The visits of a day up to a moment, or to its end, with nothing shown. Returns the moment that is reached.
    fn alone(&mut self, day: Day, until: Timestamp, listener: &mut dyn Listener) -> Result<Timestamp, RunError> {
        self.dawn(day, listener)?;
        let night = self.world.calendar.at(Day(day.0 + 1), 0);
        // A visit into the night is of the day on which it began.
        let (until, last) = if until < night { (until, until) } else { (night, Timestamp::MAX) };
        let later = self.agenda.split_off(&(until, PersonId(0), 0));
        let due = std::mem::replace(&mut self.agenda, later);
        let (world, entries) = (self.world, due.len());
        let people: Vec<PersonId> = due.keys().map(|turn| turn.1).collect();
        let parts = Parts::of(&self.lives);
        let dealt = parts.deal(due.into_iter().enumerate(), |(_, (turn, _))| turn.1);
        let lived = parts.each(&mut self.lives, dealt, |mut lives, entries| {
            let mut visiting = BTreeSet::new();
            let live = |(number, due): (usize, (Turn, Due))| {
                let person = due.0.1;
                if visiting.contains(&person) {
                    return (number, Alone { rest: Some(due), ..Alone::default() });
                }
                let lived = alone(world, lives.of(person), due, last);
                visiting.extend(lived.rest.iter().map(|_| person));
                (number, lived)
            };
            entries.into_iter().map(live).collect::<Vec<_>>()
        });
        // In the order in which they came, whoever lived them.
        let mut ordered: Vec<Option<Alone>> = (0..entries).map(|_| None).collect();
        lived.into_iter().flatten().for_each(|(number, lived)| ordered[number] = Some(lived));
        for (Alone { emissions, truths, ended, rest }, person) in ordered.into_iter().flatten().zip(people) {
            self.visiting.remove(&person);
            self.post(emissions);
            truths.into_iter().try_for_each(|truth| listener.truth(truth))?;
            self.tally.visits += u64::from(ended);
            if let Some((turn, due)) = rest {
                if matches!(due, Due::Page(_)) {
                    self.visiting.insert(turn.1, Vec::new());
                }
                self.agenda.insert(turn, due);
            }
        }
        Ok(until)
    }

    /// Sends what the shop brings along from before.
    pub async fn history(&mut self, listener: &mut dyn Listener) -> Result<(), RunError> {
        let (world, start) = (self.world, self.world.calendar.start);
        for people in world.people.chunks(BATCH) {
            for person in people {
                self.post(dirt::before(world, person));
            }
            // What was before is sent at once, on the first morning.
            let early = std::mem::take(&mut self.outgoing);
            self.outgoing = early.into_iter().map(|((at, number), one)| ((at.min(start), number), one)).collect();
            self.flush(start, listener).await?;
        }
        Ok(())
    }

    /// Lives one day, or what is left of it.
    pub async fn day(&mut self, day: Day, listener: &mut dyn Listener) -> Result<(), RunError> {
        self.dawn(day, listener)?;
        self.stock(day).await?;
        if listener.trains(day) {
            self.train(day).await?;
        }
        let night = self.world.calendar.at(Day(day.0 + 1), 0);
        while let Some(due) = self.next_due().filter(|due| *due < night) {
            self.tick(tick_after(due.max(self.reached)), listener).await?;
        }
        Ok(())
    }

    /// What the day brings outside the site, and the visits that it will see. Nothing if it began before.
    fn dawn(&mut self, day: Day, listener: &mut dyn Listener) -> Result<(), RunError> {
        if self.begun.replace(day) == Some(day) {
            return Ok(());
        }
        let world = self.world;
        let (parts, visiting) = (Parts::of(&self.lives), &self.visiting);
        let dawns = parts.each(&mut self.lives, parts.nothing(), |mut lives, ()| {
            let mut dawn = Dawn::default();
            let asleep = lives.all().filter(|life| !visiting.contains_key(&life.person()));
            asleep.for_each(|life| dawn.add(world, life, day));
            dawn
        });
        for dawn in dawns {
            self.begin(dawn, None, listener)?;
        }
        self.post(dirt::bots(world, day));
        Ok(())
    }

    /// Notes what a day brings. Visits that should have begun before `now` begin then.
    fn begin(&mut self, dawn: Dawn, now: Option<Timestamp>, listener: &mut dyn Listener) -> Result<(), RunError> {
        let Dawn { plans, emissions, truths } = dawn;
        for mut plan in plans {
            // What is chosen in a later visit is chosen later.
            plan.begins = now.map_or(plan.begins, |now| plan.begins.max(now));
            self.agenda.insert((plan.begins, plan.person, plan.number), Due::Begins(plan));
        }
        self.post(emissions);
        truths.into_iter().try_for_each(|truth| listener.truth(truth))?;
        Ok(())
    }

    fn next_due(&self) -> Option<Timestamp> {
        let visit = self.agenda.first_key_value().map(|((at, ..), _)| *at);
        let event = self.outgoing.first_key_value().map(|((at, _), _)| *at);
        visit.into_iter().chain(event).min()
    }

    /// Everything until `now`.
    async fn tick(&mut self, now: Timestamp, listener: &mut dyn Listener) -> Result<(), RunError> {
        self.wait_until(now).await?;
        let open = self.round(now, listener)?;
        self.flush(now, listener).await?;
        self.show(open, now, listener).await?;
        self.probe(now, listener).await
    }

    async fn wait_until(&mut self, now: Timestamp) -> Result<(), RunError> {
        self.reached = now;
        let Pace::Real { .. } = self.pace else {
            return Ok(self.door.advance(&self.keys.secret, now).await?);
        };
        let present = wall_clock();
        if self.speed > 1.0 {
            // Those of the next day are not known yet.
            let night = self.begun.map_or(now, |day| self.world.calendar.at(Day(day.0 + 1), 0));
            let visit = self.agenda.first_key_value().map_or(night, |((at, ..), _)| *at);
            self.pace = self.pace.hurried(visit, present, self.speed);
        }
        let wait = self.pace.told(now).since(present).as_millis();
        tokio::time::sleep(Duration::from_millis(wait.try_into().unwrap_or(0))).await;
        Ok(())
    }

    /// The pages of a round, whose events are on their way.
    fn round(&mut self, now: Timestamp, listener: &mut dyn Listener) -> Result<Vec<Open>, RunError> {
        let (mut open, mut devices, mut waiting) = (Vec::new(), BTreeSet::new(), Vec::new());
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= now) {
            let (turn, due) = entry.remove_entry();
            let mut truths = Vec::new();
            let begun = match due {
                Due::Page(begun) => Some(*begun),
                // Who left for ever in the visit before comes no more.
                Due::Begins(plan) => {
                    if let Some(later) = self.visiting.get_mut(&plan.person) {
                        later.push(plan);
                        continue;
                    }
                    let life = &mut self.lives[plan.person.0 as usize];
                    let mut visit = (!life.is_gone()).then(|| Visit::open(self.world, life, &plan));
                    let first = visit.as_mut().and_then(|visit| visit.next(self.world, life, &mut truths));
                    match first {
                        Some(_) => _ = self.visiting.insert(plan.person, Vec::new()),
                        None => self.ended(&plan, now, listener)?,
                    }
                    visit.zip(first)
                }
            };
            truths.into_iter().try_for_each(|truth| listener.truth(truth))?;
            let Some((visit, mut page)) = begun else { continue };
            // A page whose moment is yet to come, or whose device is used by another right now, waits.
            if page.at > now {
                self.agenda.insert((page.at, turn.1, turn.2), Due::Page(Box::new((visit, page))));
            } else if page.claims.device.as_ref().is_some_and(|device| !devices.insert(device.clone())) {
                waiting.push((turn, Due::Page(Box::new((visit, page)))));
            } else {
                self.post(std::mem::take(&mut page.emits));
                open.push(Open { turn, visit, page });
            }
        }
        self.agenda.extend(waiting);
        Ok(open)
    }

    /// Asks what the pages show, and lets their people react and go on.
    async fn show(&mut self, open: Vec<Open>, now: Timestamp, listener: &mut dyn Listener) -> Result<(), RunError> {
        let mut calls = Vec::new();
        for one in open.iter().filter(|one| !one.page.asks.is_empty()) {
            calls.push(self.call(&one.page)?);
        }
        // Who was answered reacts while others are still decided for.
        let mut answers = self.under_way(calls);
        for Open { turn, mut visit, page } in open {
            let answer = if page.asks.is_empty() { None } else { answers.next().await? };
            let shown = match answer {
                Some(answer) => {
                    let shown = wire::shown(&page, &answer, |slug| self.contents.get(slug).copied())?;
                    listener.shown(&page, &shown, &answer, self.choices.of(&page.claims));
                    shown
                }
                None => Vec::new(),
            };
            let life = &mut self.lives[turn.1.0 as usize];
            let (mut emissions, mut truths) = (Vec::new(), Vec::new());
            visit.react(self.world, life, &shown, &mut emissions);
            let next = visit.next(self.world, life, &mut truths);
            self.post(emissions);
            truths.into_iter().try_for_each(|truth| listener.truth(truth))?;
            self.goes_on(turn, (visit, next), now, listener)?;
        }
        Ok(())
    }

    fn goes_on(
        &mut self,
        turn: Turn,
        (visit, next): (Visit, Option<Page>),
        now: Timestamp,
        listener: &mut dyn Listener,
    ) -> Result<(), RunError> {
        if let Some(page) = next {
            self.agenda.insert((page.at, turn.1, turn.2), Due::Page(Box::new((visit, page))));
            return Ok(());
        }
        self.tally.visits += 1;
        self.ended(&visit.plan(), now, listener)
    }

    /// A visit is over: those that waited for it begin, or else a day that began while it lasted.
    fn ended(&mut self, plan: &VisitPlan, now: Timestamp, listener: &mut dyn Listener) -> Result<(), RunError> {
        let mut late = Dawn { plans: self.visiting.remove(&plan.person).unwrap_or_default(), ..Dawn::default() };
        if let Some(today) = self.begun.filter(|today| plan.day < *today && late.plans.is_empty()) {
            late.add(self.world, &mut self.lives[plan.person.0 as usize], today);
        }
        self.begin(late, Some(now), listener)
    }

    fn call(&mut self, page: &Page) -> Result<Call, RunError> {
        let body = wire::ask(page)?;
        self.note("/v1/decide", &body)?;
        self.tally.asked += 1;
        let key = self.keys.of(page.feed).to_owned();
        Ok(Call { method: "POST", path: "/v1/decide".to_owned(), key, user_agent: Some(page.user_agent), body })
    }

    /// Puts emissions on their way.
    fn post(&mut self, emissions: Vec<Emission>) {
        let choices = &mut self.choices;
        let kept = emissions.into_iter().filter(|emission| {
            let is_kept = self.keeps == Keeps::All || !matches!(emission.feed, Feed::Web | Feed::App | Feed::Mailer);
            if !is_kept {
                choices.hear(emission);
            }
            is_kept
        });
        for emission in kept.flat_map(|emission| dirt::on_the_way(self.world, emission)) {
            self.outgoing.insert((emission.sent_at, self.posted), emission);
            self.posted += 1;
        }
    }

    /// What is sent by `now`; it is no longer on its way.
    fn due(&mut self, now: Timestamp) -> BTreeMap<(Timestamp, u64), Emission> {
        let later = self.outgoing.split_off(&(now.plus(Span::from_millis(1)), 0));
        std::mem::replace(&mut self.outgoing, later)
    }

    /// Sends what is sent by `now`, and waits until it is durable.
    async fn flush(&mut self, now: Timestamp, listener: &mut dyn Listener) -> Result<(), RunError> {
        // By the clock of the product, which tells how long ago things were by when they are sent.
        let sent_at = if self.pace == Pace::Stepped { now } else { wall_clock() };
        let mut by_feed: BTreeMap<Feed, Vec<Emission>> = BTreeMap::new();
        for emission in self.due(now).into_values() {
            by_feed.entry(emission.feed).or_default().push(emission);
        }
        let mut sent = Answers::default();
        for feed in FEEDS {
            for emissions in by_feed.remove(&feed).unwrap_or_default().chunks(BATCH) {
                let mut heard = |one: &Emission, consent| listener.sent(one, consent);
                let moment = (sent_at, self.pace);
                let body = wire::batch(self.world, emissions, moment, &mut self.choices, &mut heard)?;
                self.note("/v1/batch", &body)?;
                self.tally.events += emissions.len() as u64;
                self.tally.bodies += 1;
                let (path, key) = ("/v1/batch".to_owned(), self.keys.of(feed).to_owned());
                let call = Call { method: "POST", path, key, user_agent: None, body };
                // It is on its way while the next one is written.
                sent.begin(self.door.clone(), vec![call], 1);
                if sent.parts() >= self.width {
                    sent.next().await?;
                }
            }
        }
        while sent.next().await?.is_some() {}
        Ok(())
    }

    /// Makes calls on all cores; their answers come in their order.
    fn under_way(&self, mut calls: Vec<Call>) -> Answers {
        let cores = tokio::runtime::Handle::current().metrics().num_workers().min(self.width);
        let part = if cores == 1 { calls.len() } else { FEW.max(calls.len().div_ceil(2 * cores)) };
        let (width, mut answers) = (self.width.div_ceil(cores), Answers::default());
        while !calls.is_empty() {
            let later = calls.split_off(part.min(calls.len()));
            answers.begin(self.door.clone(), std::mem::replace(&mut calls, later), width);
        }
        answers
    }

    fn note(&mut self, path: &str, body: &[u8]) -> Result<(), RunError> {
        if let Some(record) = &mut self.record {
            record.write_all(path.as_bytes())?;
            record.write_all(b" ")?;
            record.write_all(body)?;
            record.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// A page that is open.
struct Open {
    turn: Turn,
    visit: Visit,
    page: Page,
}

/// The end of the tick in which a moment lies.
fn tick_after(moment: Timestamp) -> Timestamp {
    let ms = moment.as_millis();
    Timestamp::saturating_from_millis(ms + (TICK.as_millis() - ms.rem_euclid(TICK.as_millis())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_in_the_tick_that_ends_after_it() {
        let at = Timestamp::saturating_from_millis;
        assert_eq!(tick_after(at(0)), at(120_000));
        assert_eq!(tick_after(at(119_999)), at(120_000));
        assert_eq!(tick_after(at(120_000)), at(240_000));
    }
}

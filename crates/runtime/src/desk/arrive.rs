//! Events and questions: finding the person, the consent gate, duplicates, the command.

use std::sync::Arc;

use engine::{
    admit::{self, Admission, admit},
    chance,
    command::{Access, Arrival, Command, Counted, Rejection},
    person::{Person, current},
    state::Whereabouts,
    wants::Want,
};
use model::{
    consent::ConsentSignal, event::Evidence, id::ProfileId, identifier::IdentifierKey, partition::Partition, time::Env,
};
use store::error::StoreError;

use super::Desk;
use crate::{
    journal::failure,
    limits, load,
    message::{Answer, Arriving, Asking, Consulting, Message, Question, RefusedEvent, Route, Taken, Waiting},
    ticket::{Failure, Ticket},
};

/// Where the person is.
enum Seat {
    /// Here: the profile, and the side that the route leads to.
    Here(ProfileId, ProfileId),
    /// In another partition.
    Elsewhere(Route, Partition),
    /// There is no such person.
    Nobody,
    /// The trail did not end.
    Lost,
}

impl Desk {
    /// Takes an event in, or sends it on to where its person lives.
    pub(crate) fn arrive(&mut self, arriving: Arriving) {
        let ticket = arriving.ticket.clone();
        if let Err(error) = self.try_arrive(arriving) {
            ticket.fail(failure(&error));
            self.broken(&error);
        }
    }

    fn try_arrive(&mut self, mut arriving: Arriving) -> Result<(), StoreError> {
        let seat = match self.locate(arriving.route)? {
            Seat::Elsewhere(route, to) => {
                arriving.route = route;
                self.send_on(to, Message::Arrive(vec![(to, arriving)]));
                return Ok(());
            }
            Seat::Here(person, side) => Some((person, side)),
            Seat::Nobody => None,
            Seat::Lost => {
                arriving.ticket.fail(Failure::Overloaded);
                return Ok(());
            }
        };
        if let Consulting::Asking(asked) = arriving.consulting {
            self.take_over_consent(arriving, asked, seat.map(|(person, _)| person));
            return Ok(());
        }
        let known = seat.and_then(|(person, _)| self.state.person(person)).map(Arc::as_ref);
        let admission = admit(&self.plan, &arriving.event, known, self.env().now);
        // A person who said something is not overruled by what was said on a device.
        let is_silent = known.is_none_or(|person| person.consents().iter().len() == 0);
        if admission == Admission::CountOnly
            && is_silent
            && let Some(place) = arriving.to_ask()
        {
            arriving.consulting = Consulting::Asking(place);
            arriving.route = route(&arriving.keys, place);
            self.send_home(arriving);
            return Ok(());
        }
        self.gate(arriving, seat, admission)
    }

    /// At the person of another identifier of the event: takes their consent along, if it may, and sends it back.
    fn take_over_consent(&mut self, mut arriving: Arriving, asked: usize, other: Option<ProfileId>) {
        let now = self.env().now;
        let other = other.and_then(|other| self.state.person(other));
        arriving.event.consent = other.and_then(|other| admit::taken_over(&self.plan, &arriving.event, other, now));
        let found = arriving.event.consent.is_some();
        arriving.consulting = Consulting::Asked(if found { arriving.keys.len() } else { asked + 1 });
        arriving.route = route(&arriving.keys, arriving.anchor);
        self.send_home(arriving);
    }

    /// Sends an event to the home of the identifier that its route begins with.
    fn send_home(&mut self, arriving: Arriving) {
        let home = arriving.route.key.map_or(self.partition(), |key| key.home(self.state.partitions));
        self.send_on(home, Message::Arrive(vec![(home, arriving)]));
    }

    /// Keeps of an event what may be kept, once.
    fn gate(
        &mut self,
        arriving: Arriving,
        seat: Option<(ProfileId, ProfileId)>,
        admission: Admission,
    ) -> Result<(), StoreError> {
        let Arriving { mut event, mut keys, mut anchor, mark, place, ticket, .. } = arriving;
        let env = self.env();
        let known = seat.and_then(|(person, _)| self.state.person(person)).map(Arc::as_ref);
        admit::redact(&self.plan, &mut event, admission, known, env.now);
        if admission == Admission::CountOnly {
            *self.counted.entry((event.source.clone(), event.kind.word().into())).or_default() += 1;
            ticket.update(|taken| taken[place] = Taken::CountedOnly);
            self.answer_after_block(Waiting::Taken(ticket));
            return Ok(());
        }
        if let Some((person, side)) = seat
            && self.has_event(person, side, mark.tie())?
        {
            ticket.update(|taken| taken[place] = Taken::Duplicate(person));
            self.answer_after_block(Waiting::Taken(ticket));
            return Ok(());
        }
        if admission == Admission::ConsentOnly {
            (event.identifiers, keys) = (vec![event.identifiers.swap_remove(anchor)], vec![keys[anchor]]);
            anchor = 0;
        }
        let (person, side) = seat.unwrap_or_else(|| {
            let id = chance::profile_id(self.partition(), self.state.core.next_ordinal, env.seed);
            (id, id)
        });
        ticket.update(|taken| {
            taken[place] = match admission {
                Admission::ConsentOnly => Taken::ConsentOnly(person),
                _ => Taken::Kept(person),
            }
        });
        let waiting = Waiting::Taken(ticket);
        let arrival = Arrival { event, keys, anchor, mark, person, side };
        self.run(Command::Event(Box::new(arrival)), &env, std::slice::from_ref(&waiting))?;
        self.answer_after_block(waiting);
        Ok(())
    }

    /// Whether a person has an event already, on whichever side: who has logged in since sends it again with more
    /// identifiers than before.
    fn has_event(&self, person: ProfileId, side: ProfileId, tie: u64) -> Result<bool, StoreError> {
        let sides = self.state.person(person).into_iter().flat_map(|person| &person.sides);
        let others = sides.map(|other| other.facts.origin).filter(|other| *other != side);
        for side in std::iter::once(side).chain(others) {
            if load::has_event(&self.shared, side, tie)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Answers a question about a person, or sends it on.
    pub(crate) fn ask(&mut self, asking: Asking) {
        let ticket = asking.ticket.clone();
        if let Err(error) = self.try_ask(asking) {
            ticket.fail(failure(&error));
            self.broken(&error);
        }
    }

    fn try_ask(&mut self, mut asking: Asking) -> Result<(), StoreError> {
        let (id, side) = match self.locate(asking.route)? {
            Seat::Elsewhere(route, to) => {
                asking.route = route;
                self.send_on(to, Message::Ask(to, asking));
                return Ok(());
            }
            Seat::Here(id, side) => (id, side),
            // Whom nobody knows is decided for at once: that rests on nothing in the log.
            Seat::Nobody if matches!(asking.question, Question::Decide(_)) => return Ok(()),
            Seat::Nobody => {
                self.answer_after_block(Waiting::Answer(asking.ticket));
                return Ok(());
            }
            Seat::Lost => {
                asking.ticket.fail(Failure::Overloaded);
                return Ok(());
            }
        };
        let ticket = asking.ticket;
        let waiting = Waiting::Answer(ticket.clone());
        let command = match asking.question {
            Question::Read => {
                let plan = self.plan.clone();
                if let Some((person, Env { now, .. })) = self.fresh(id)? {
                    ticket.update(|answer| *answer = Answer::Person { person, plan, now });
                }
                self.answer_after_block(waiting);
                return Ok(());
            }
            Question::Decide(deciding) => return self.decide(*deciding, id, side, &ticket),
            Question::Unmerge(merge) => Command::Unmerge { profile: id, merge },
            Question::Erase => Command::Erase { profile: id },
        };
        let env = self.env();
        let reply = self.run(command, &env, std::slice::from_ref(&waiting))?;
        ticket.update(|answer| *answer = Answer::Reply(reply));
        self.answer_after_block(waiting);
        Ok(())
    }

    /// The person as of now, with nothing left to evaluate, and that moment.
    pub(super) fn fresh(&mut self, id: ProfileId) -> Result<Option<(Arc<Person>, Env)>, StoreError> {
        self.load_trails(id)?;
        let env = self.env();
        Ok(self.state.person(id).map(|person| (current(&self.plan, person, env.now), env)))
    }

    /// Rebuilds the trails of a person who is resident, if they lack something.
    pub(super) fn load_trails(&mut self, id: ProfileId) -> Result<(), StoreError> {
        self.load_for(|desk| {
            let person = desk.state.person(id);
            let stale = person.filter(|person| person.trails_are_stale(&desk.plan.segments));
            stale.map(|_| Want::Trails(id)).into_iter().collect()
        })
    }

    /// Keeps a refused event if it may be kept, or is done with one.
    pub(crate) fn refused(&mut self, refused: RefusedEvent, ticket: &Ticket<()>) {
        let done = match refused {
            RefusedEvent::Keep(rejection, route, consent) => self.keep_refused(*rejection, route, consent, ticket),
            RefusedEvent::Resolve(rejected) => self.log(Command::Resolve { rejected }, ticket),
        };
        if let Err(error) = done {
            ticket.fail(failure(&error));
            self.broken(&error);
        }
    }

    fn keep_refused(
        &mut self,
        mut rejection: Rejection,
        route: Route,
        consent: Option<ConsentSignal>,
        ticket: &Ticket<()>,
    ) -> Result<(), StoreError> {
        let now = self.env().now;
        let seat = if route.key.is_some() { self.locate(route)? } else { Seat::Nobody };
        let person = match seat {
            Seat::Elsewhere(route, to) => {
                let refused = RefusedEvent::Keep(Box::new(rejection), route, consent);
                self.send_on(to, Message::Refused(to, refused, ticket.clone()));
                return Ok(());
            }
            Seat::Here(person, side) => {
                rejection.side = Some(side);
                self.state.person(person)
            }
            Seat::Nobody => None,
            Seat::Lost => {
                ticket.fail(Failure::Overloaded);
                return Ok(());
            }
        };
        let consents = admit::consents_with(consent.as_ref(), person.map(Arc::as_ref));
        if admit::may_keep(&self.plan, &rejection.source, &consents, now) {
            self.log(Command::Reject(Box::new(rejection)), ticket)
        } else {
            self.answer_after_block(Waiting::Done(ticket.clone()));
            Ok(())
        }
    }

    /// Notes that somebody used, or wanted to use, what is kept of a person.
    pub(crate) fn accessed(&mut self, access: Access, ticket: &Ticket<()>) {
        if let Err(error) = self.log(Command::Access(access), ticket) {
            ticket.fail(failure(&error));
            self.broken(&error);
        }
    }

    /// Logs a command whose only answer is that it is done.
    pub(super) fn log(&mut self, command: Command, ticket: &Ticket<()>) -> Result<(), StoreError> {
        let (env, waiting) = (self.env(), Waiting::Done(ticket.clone()));
        self.run(command, &env, std::slice::from_ref(&waiting))?;
        self.answer_after_block(waiting);
        Ok(())
    }

    /// Logs what was only counted since the last block.
    pub(super) fn log_counts(&mut self) -> Result<(), StoreError> {
        for ((source, kind), events) in std::mem::take(&mut self.counted) {
            let env = self.env();
            self.run(Command::Counted(Counted { source, kind, events }), &env, &[])?;
        }
        Ok(())
    }

    /// Finds the person that a route leads to.
    fn locate(&mut self, route: Route) -> Result<Seat, StoreError> {
        let here = self.partition();
        let onward = |toward| Route { toward, moves: route.moves + 1, ..route };
        if route.moves >= limits::FOLLOWED_MOVES {
            return Ok(Seat::Lost);
        }
        let Some((person, side)) = route.toward else {
            let Some(key) = route.key else { return Ok(Seat::Nobody) };
            return match self.holder(key)? {
                None => Ok(Seat::Nobody),
                Some(holder) => self.go_on(onward(Some((holder, holder))), holder.partition()),
            };
        };
        self.load_for(|desk| {
            let known = desk.state.people.contains_key(&person);
            if known { Vec::new() } else { vec![Want::Profile(person)] }
        })?;
        match self.state.whereabouts(person) {
            Whereabouts::Here(id) if self.state.person(id).is_some_and(|person| person.side(side).is_some()) => {
                Ok(Seat::Here(id, side))
            }
            Whereabouts::Moved(to) => self.go_on(onward(Some((to, side))), to.partition()),
            // The side went elsewhere meanwhile, or the person is gone: start again from the identifier, if there is one.
            Whereabouts::Here(_) | Whereabouts::Gone => match route.key {
                Some(key) if key.home(self.state.partitions) == here && self.is_vacant(key, person)? => {
                    Ok(Seat::Nobody)
                }
                Some(key) => self.go_on(onward(None), key.home(self.state.partitions)),
                None => Ok(Seat::Nobody),
            },
        }
    }

    /// Follows a route here, or says where it goes on.
    fn go_on(&mut self, route: Route, to: Partition) -> Result<Seat, StoreError> {
        if to == self.partition() { self.locate(route) } else { Ok(Seat::Elsewhere(route, to)) }
    }

    /// Whether an identifier whose home is here still leads to a profile that is gone for good.
    fn is_vacant(&mut self, key: IdentifierKey, gone: ProfileId) -> Result<bool, StoreError> {
        Ok(self.holder(key)? == Some(gone) && self.state.whereabouts(gone) == Whereabouts::Gone)
    }

    fn holder(&mut self, key: IdentifierKey) -> Result<Option<ProfileId>, StoreError> {
        self.load_for(|desk| {
            let known = desk.state.directory.contains_key(&key);
            if known { Vec::new() } else { vec![Want::Identifier(key)] }
        })?;
        Ok(self.state.holding(key).and_then(|holding| holding.holder))
    }

    /// Sends a message on. If a hop to that partition is under way, the message goes behind it: what it looks for may
    /// be on board.
    fn send_on(&mut self, to: Partition, message: Message) {
        if self.outbox.range((to, 0)..=(to, u64::MAX)).next().is_some() {
            self.after_block(to, message);
        } else {
            self.shared.tell(to, message);
        }
    }

    /// After an error in the middle of a command the state may be half changed: the partition is opened again.
    pub(super) fn broken(&mut self, error: &StoreError) {
        tracing::error!(partition = %self.partition(), code = error.code(), %error, "a command could not be run");
        self.give_up(failure(error));
        let (partition, generation) = (self.partition(), self.generation);
        self.shared.tell(partition, Message::Failed { partition, generation });
    }
}

impl Arriving {
    /// The place of the next identifier whose person may have consented in this one's stead. An event that says
    /// something about consent itself asks nobody.
    fn to_ask(&self) -> Option<usize> {
        let Consulting::Asked(from) = self.consulting else { return None };
        if self.event.consent.is_some() {
            return None;
        }
        let mut places = from..self.keys.len();
        places.find(|place| *place != self.anchor && self.event.identifiers[*place].evidence != Evidence::Link)
    }
}

/// The route to the person of the identifier at a place.
pub(crate) fn route(keys: &[IdentifierKey], place: usize) -> Route {
    Route { key: Some(keys[place]), toward: None, moves: 0 }
}

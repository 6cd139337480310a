//! A thread that owns several partitions: takes messages in, closes blocks, looks at the timers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use model::partition::Partition;

use crate::{
    desk::{Desk, now, shared::Shared},
    journal::failure,
    limits,
    message::{Message, Survey},
    ticket::{Failure, Ticket},
};

/// The partitions of one owner.
#[derive(Debug)]
pub(crate) struct Owner {
    shared: Arc<Shared>,
    desks: BTreeMap<Partition, Desk>,
    /// Partitions that could not be opened again yet, with the generation that failed.
    closed: BTreeMap<Partition, u64>,
    /// When they were last tried.
    tried: Instant,
    /// Partitions with something in their open block.
    touched: BTreeSet<Partition>,
    /// When the timers were last looked at.
    ticked: Instant,
}

impl Owner {
    pub(crate) fn new(shared: Arc<Shared>, desks: Vec<Desk>) -> Self {
        let desks = desks.into_iter().map(|desk| (desk.partition(), desk)).collect();
        Self { shared, desks, closed: BTreeMap::new(), tried: now(), touched: BTreeSet::new(), ticked: now() }
    }

    /// Runs until told to stop.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let wait = if self.desks.values().any(Desk::is_filling) {
                Duration::ZERO
            } else {
                Duration::from_millis(limits::TICK_MS)
            };
            let first = match messages.recv_timeout(wait) {
                Ok(Message::Stop(ticket)) => return self.stop(&ticket, messages),
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            first.into_iter().for_each(|message| self.take(message));
            for _ in 0..limits::MESSAGES_AT_ONCE {
                match messages.try_recv() {
                    Ok(Message::Stop(ticket)) => return self.stop(&ticket, messages),
                    Ok(message) => self.take(message),
                    Err(_) => break,
                }
            }
            self.close_blocks();
        }
    }

    /// Hands the blocks of the touched partitions to the log writer, if somebody waits for them; of all partitions, when
    /// it is time to look at the timers. So decisions alone cost the log writer no more than ten blocks a second.
    fn close_blocks(&mut self) {
        let is_time = self.ticked.elapsed() >= Duration::from_millis(limits::TICK_MS);
        if is_time {
            self.ticked = now();
            self.reopen();
            self.each(|desk| desk.look_at_timers().map(drop));
            self.touched.extend(self.desks.keys());
        }
        if self.desks.values().any(Desk::is_filling) {
            self.each(Desk::fill_on);
            self.touched.extend(self.desks.keys());
        }
        let touched = std::mem::take(&mut self.touched);
        self.each(|desk| match touched.contains(&desk.partition()) && (is_time || desk.is_waited_for()) {
            true => desk.close_block(),
            false => Ok(()),
        });
    }

    fn take(&mut self, message: Message) {
        if message.is_for_all() {
            self.touched.extend(self.desks.keys());
        }
        match message {
            Message::Arrive(events) => {
                for (partition, arriving) in events {
                    match self.desk(partition) {
                        Some(desk) => desk.arrive(arriving),
                        None => arriving.ticket.fail(Failure::StorageFailed),
                    }
                }
            }
            Message::Ask(partition, asking) => match self.desk(partition) {
                Some(desk) => desk.ask(asking),
                None => asking.ticket.fail(Failure::StorageFailed),
            },
            Message::Refused(partition, refused, ticket) => match self.desk(partition) {
                Some(desk) => desk.refused(refused, &ticket),
                None => ticket.fail(Failure::StorageFailed),
            },
            Message::Accessed(access, ticket) => match self.desk(access.profile.partition()) {
                Some(desk) => desk.accessed(access, &ticket),
                None => ticket.fail(Failure::StorageFailed),
            },
            Message::KeepCensus(census, ticket) => match self.desk(Partition(0)) {
                Some(desk) => desk.keep_census(census, &ticket),
                None => ticket.fail(Failure::StorageFailed),
            },
            Message::Count(counted) => {
                if let Some(desk) = self.desk(Partition(0)) {
                    desk.count(counted);
                }
            }
            Message::Hop(hopping) => {
                // A closed partition asks for all hops again once it is open.
                if let Some(desk) = self.desk(hopping.to) {
                    desk.hop(hopping);
                }
            }
            Message::Acked { from, to, number } => {
                if let Some(desk) = self.desk(from) {
                    desk.acked(to, number);
                }
            }
            Message::Resend { to } => self.desks.values_mut().for_each(|desk| desk.resend(to)),
            Message::Saved { partition, job } => {
                if let Some(desk) = self.desk(partition) {
                    desk.saved(job);
                }
            }
            Message::Failed { partition, generation } => self.close(partition, generation),
            Message::PlanChanged(plan, ticket) => {
                self.each(|desk| desk.change_plan(&plan, &ticket));
            }
            Message::WhenFilled(ticket) => self.desks.values_mut().for_each(|desk| desk.when_filled(&ticket)),
            Message::Tick(ticket) => self.tick(&ticket),
            Message::Survey(survey) => self.survey(&survey),
            Message::SaveFor(erasing) => {
                if !self.closed.is_empty() {
                    erasing.put_off();
                }
                self.desks.values_mut().for_each(|desk| desk.save_for(&erasing));
            }
            Message::SaveNow(ticket) => self.desks.values_mut().for_each(|desk| desk.save_now(&ticket)),
            Message::Stop(ticket) => drop(ticket),
        }
    }

    /// The desk of a partition that is open.
    fn desk(&mut self, partition: Partition) -> Option<&mut Desk> {
        self.touched.insert(partition);
        self.desks.get_mut(&partition).filter(|desk| !desk.is_broken())
    }

    /// Applies a step to every desk; one that fails is closed and opened again later.
    fn each(&mut self, mut step: impl FnMut(&mut Desk) -> Result<(), store::error::StoreError>) {
        let mut failed = Vec::new();
        for desk in self.desks.values_mut().filter(|desk| !desk.is_broken()) {
            if let Err(error) = step(desk) {
                tracing::error!(partition = %desk.partition(), code = error.code(), %error, "a partition failed");
                failed.push((desk.partition(), desk.generation(), failure(&error)));
            }
        }
        for (partition, generation, why) in failed {
            if let Some(desk) = self.desks.get_mut(&partition) {
                desk.give_up(why);
            }
            self.close(partition, generation);
        }
    }

    fn close(&mut self, partition: Partition, generation: u64) {
        if self.desks.get(&partition).is_some_and(|desk| desk.generation() == generation) {
            if let Some(mut desk) = self.desks.remove(&partition) {
                desk.give_up(Failure::StorageFailed);
            }
            self.closed.insert(partition, generation);
        }
    }

    /// Tries to open closed partitions from what is durable.
    fn reopen(&mut self) {
        if self.closed.is_empty() || self.tried.elapsed() < Duration::from_millis(limits::RETRY_MS) {
            return;
        }
        self.tried = now();
        for (partition, generation) in std::mem::take(&mut self.closed) {
            match Desk::open(&self.shared, partition, generation + 1) {
                Ok(desk) => {
                    tracing::info!(%partition, "a partition is open again");
                    self.desks.insert(partition, desk);
                    self.shared.tell_all(|| Message::Resend { to: partition });
                }
                Err(error) => {
                    tracing::warn!(%partition, %error, "a partition cannot be opened yet");
                    self.closed.insert(partition, generation);
                }
            }
        }
    }

    /// Looks at the timers until none is due; the ticket goes with what that causes.
    fn tick(&mut self, ticket: &Ticket<()>) {
        self.each(|desk| {
            while desk.look_at_timers()? {}
            desk.wait_for_block(ticket);
            Ok(())
        });
    }

    fn survey(&mut self, survey: &Survey) {
        if let Survey::Size(..) | Survey::Members { .. } = survey {
            self.each(|desk| {
                while desk.look_at_timers()? {}
                Ok(())
            });
        }
        let closed = self.closed.len() as u32;
        if let Survey::Size(_, ticket) = survey {
            ticket.update(|tally| tally.incomplete += closed);
        }
        self.each(|desk| desk.survey(survey));
    }

    fn stop(&mut self, ticket: &Ticket<()>, messages: &Receiver<Message>) {
        self.each(|desk| desk.save_and_close(ticket));
        messages.try_iter().for_each(|message| message.fail(Failure::Stopping));
    }
}

//! Messages between partitions: each is durable at its sender before it goes out, taken once and in order by its
//! receiver, and sent again until it is acknowledged.

use engine::{command::Command, outcome::Effect};
use model::partition::Partition;

use super::Desk;
use crate::{
    journal::failure,
    message::{Hopping, Message, Waiting},
};

impl Desk {
    /// Sends an effect once the open block is durable.
    pub(super) fn send_after_block(&mut self, effect: &Effect, tickets: Vec<Waiting>) {
        let message = Message::Hop(self.hopping(effect, tickets));
        self.after_block(effect.to, message);
    }

    fn hopping(&self, effect: &Effect, tickets: Vec<Waiting>) -> Hopping {
        let Effect { number, to, hop } = effect;
        Hopping { from: self.partition(), to: *to, number: *number, hop: hop.clone(), tickets }
    }

    /// Takes a hop in, if it is the next one of its sender. One that came before is only acknowledged; one that comes
    /// too early is passed over, because its sender sends again.
    pub(crate) fn hop(&mut self, hopping: Hopping) {
        let Hopping { from, to, number, hop, tickets } = hopping;
        let next = self.state.core.inbox.get(&from).copied().unwrap_or_default() + 1;
        if number == next {
            let env = self.env();
            let command = Command::Hop { from, number, hop: Box::new(hop) };
            if let Err(error) = self.run(command, &env, &tickets) {
                tickets.iter().for_each(|ticket| ticket.fail(failure(&error)));
                return self.broken(&error);
            }
        }
        if number <= next {
            self.after_block(from, Message::Acked { from, to, number });
        }
        tickets.into_iter().for_each(|ticket| self.answer_after_block(ticket));
    }

    /// A hop arrived; it is not kept for sending any more.
    pub(crate) fn acked(&mut self, to: Partition, number: u64) {
        if self.outbox.remove(&(to, number)).is_some() {
            self.dirty.effects.insert((to, number));
            self.dirty.touched = true;
        }
    }

    /// Sends again what a partition has not acknowledged, in order.
    pub(crate) fn resend(&mut self, to: Partition) {
        let waiting: Vec<_> = self.outbox.range((to, 0)..=(to, u64::MAX)).map(|(_, effect)| effect.clone()).collect();
        for effect in waiting {
            self.send_after_block(&effect, Vec::new());
        }
    }

    /// Sends again what nobody has acknowledged: after this partition was opened.
    pub(super) fn resend_all(&mut self) {
        let waiting: Vec<_> = self.outbox.values().cloned().collect();
        for effect in waiting {
            self.send_after_block(&effect, Vec::new());
        }
    }
}

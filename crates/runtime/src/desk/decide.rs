//! Decisions about the persons of a partition, one after another, so that a cap holds on the very next call.

use std::sync::Arc;

use decide::Absent;
use engine::{
    chance,
    command::{Command, Counted},
    decided::{Asking, decide_for, grants_any, is_somebody_else},
    plan::Plan,
};
use model::{event::BOT, id::ProfileId, value::Value};
use record::decided::{decided_page, seal_decided};
use store::error::StoreError;

use super::Desk;
use crate::{
    deciding::{Call, Keeping},
    limits, load,
    message::{Answer, Deciding},
    ticket::{Failure, Ticket},
};

impl Desk {
    /// Takes in what is only counted; it is logged with the next block.
    pub(crate) fn count(&mut self, counted: Vec<Counted>) {
        for Counted { source, kind, events } in counted {
            *self.counted.entry((source, kind)).or_default() += events;
        }
    }

    /// Decides a page for a person who lives here, and logs the record. The answer does not wait for the log: the
    /// record stands behind all that it rests on, so a crash loses none of that without the record.
    ///
    /// Of a person who granted no purpose of the page nothing is kept. If the call names somebody else than the person,
    /// nobody is found.
    pub(super) fn decide(
        &mut self,
        deciding: Deciding,
        person: ProfileId,
        side: ProfileId,
        ticket: &Ticket<Answer>,
    ) -> Result<(), StoreError> {
        // The page was answered neutrally meanwhile: what nobody sees must not count for a cap, nor cost time.
        if ticket.is_abandoned() {
            return Ok(());
        }
        let Some((known, env)) = self.fresh(person)? else { return Ok(()) };
        let Call { page, request, named, keeping } = deciding.call;
        if is_somebody_else(&self.plan, &known, &named) {
            return Ok(());
        }
        let shared = self.shared.clone();
        let asking = Asking { page, request: &*request, suggests: &*shared };
        let answer = |decided, plan: &Arc<Plan>| {
            let plan = plan.clone();
            ticket.update(|answer| *answer = Answer::Decided(Box::new(decided), plan));
        };
        if !grants_any(&self.plan, &known, &asking.page, env.now) {
            let asked = (asking.page, &*request);
            let decided = self.shared.decide_for_nobody(&self.plan, Absent::NoConsent, asked, env.now);
            answer(decided, &self.plan);
            return Ok(());
        }
        let first = self.shared.decision_ids.mint(side, env.now, chance::draw(env.seed, 6) as u32);
        let decided = decide_for(&self.plan, first, &known, asking, &env);
        // Held any longer, it would have to be copied to be changed.
        drop(known);
        let key = self.shared.key(side)?.ok_or_else(|| load::damaged("keys"))?;
        let sealed = seal_decided(&key, side, &decided);
        if sealed.len() > limits::RECORD_BYTES {
            tracing::debug!(bytes = sealed.len(), "a page was answered neutrally: its record would be too large");
            ticket.fail(Failure::Overloaded);
            return Ok(());
        }
        if keeping == Keeping::Record {
            let mut page = decided_page(person, side, &decided, sealed);
            // Who lands by a program looks for nothing, so that nothing is learned of what was shown.
            if request(BOT) == Some(Value::Bool(true)) {
                page.landed.clear();
            }
            self.run(Command::Decided(page.into()), &env, &[])?;
        }
        answer(decided, &self.plan);
        Ok(())
    }
}

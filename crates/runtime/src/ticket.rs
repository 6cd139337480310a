//! Answers that wait: for the durable append, and for every hop that the command caused.
//!
//! A [`Ticket`] goes along with a command and is cloned into whatever the command causes. When the last clone is
//! dropped, the answer is given. So "after everything" needs no counting, and a message that is lost cannot leave
//! anybody waiting.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Why something could not be done, for reasons that are nobody's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The disk is full; it was not kept, and may be sent again later.
    #[error("the disk is full")]
    StorageFull,
    /// A write failed; it was not kept, and may be sent again later.
    #[error("a write failed")]
    StorageFailed,
    /// Too much is under way; it was not kept, and may be sent again at once.
    #[error("too much is under way")]
    Overloaded,
    /// The program is stopping.
    #[error("the program is stopping")]
    Stopping,
}

/// A right to shape an answer. Cloned along with what is still to be done.
#[derive(Debug)]
pub(crate) struct Ticket<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    answer: Mutex<Option<Result<T, Failure>>>,
    mailbox: Arc<Mailbox<T>>,
}

/// Where an answer is laid down, for a thread that blocks or a task that is woken.
#[derive(Debug)]
struct Mailbox<T> {
    state: Mutex<Laid<T>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct Laid<T> {
    answer: Option<Result<T, Failure>>,
    waker: Option<Waker>,
}

/// An answer to come.
#[derive(Debug)]
#[must_use = "an answer that nobody waits for is lost"]
pub struct Pending<T>(Arc<Mailbox<T>>);

impl<T> Ticket<T> {
    /// A ticket whose answer starts as `answer`, and the other end of it.
    pub(crate) fn new(answer: T) -> (Self, Pending<T>) {
        let mailbox =
            Arc::new(Mailbox { state: Mutex::new(Laid { answer: None, waker: None }), arrived: Condvar::new() });
        let inner = Inner { answer: Mutex::new(Some(Ok(answer))), mailbox: mailbox.clone() };
        (Self(Arc::new(inner)), Pending(mailbox))
    }
}

impl<T> Ticket<T> {
    /// Shapes the answer, unless it has failed.
    pub(crate) fn update(&self, shape: impl FnOnce(&mut T)) {
        if let Some(Ok(answer)) = &mut *locked(&self.0.answer) {
            shape(answer);
        }
    }

    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        // The ticket holds one end of the mailbox, whoever waits the other.
        Arc::strong_count(&self.0.mailbox) == 1
    }

    /// Makes the answer a failure; the first one stands.
    pub(crate) fn fail(&self, failure: Failure) {
        let mut answer = locked(&self.0.answer);
        if matches!(*answer, Some(Ok(_))) {
            *answer = Some(Err(failure));
        }
    }
}

impl<T> Drop for Ticket<T> {
    /// A ticket that goes down with its thread was not worked off.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.fail(Failure::Stopping);
        }
    }
}

impl<T> Clone for Ticket<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Drop for Inner<T> {
    fn drop(&mut self) {
        let answer = self.answer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let mut state = locked(&self.mailbox.state);
        state.answer = answer;
        let waker = state.waker.take();
        drop(state);
        self.mailbox.arrived.notify_all();
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<T> Pending<T> {
    /// Blocks until the answer is there. Not for async threads.
    pub fn wait(self) -> Result<T, Failure> {
        let mut state = locked(&self.0.state);
        loop {
            if let Some(answer) = state.answer.take() {
                return answer;
            }
            state = self.0.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Ready with the answer, once; not to be polled after that.
impl<T> Future for Pending<T> {
    type Output = Result<T, Failure>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = locked(&self.0.state);
        match state.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// What a lock guards here is whole at every moment, so a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_with_the_last_clone() {
        let (ticket, pending) = Ticket::new(0);
        let other = ticket.clone();
        other.update(|answer| *answer += 1);
        drop(ticket);
        assert!(locked(&pending.0.state).answer.is_none());
        drop(other);
        assert_eq!(pending.wait(), Ok(1));
    }

    #[test]
    fn a_ticket_that_goes_down_with_its_thread_is_a_failure() {
        let (ticket, pending) = Ticket::new(0);
        let thread = std::thread::spawn(move || {
            let _held = ticket;
            panic!("on purpose");
        });
        assert!(thread.join().is_err());
        assert_eq!(pending.wait(), Err(Failure::Stopping));
    }

    #[test]
    fn a_ticket_knows_that_nobody_waits_any_more() {
        let (ticket, pending) = Ticket::new(0);
        let other = ticket.clone();
        assert!(!ticket.is_abandoned());
        drop(pending);
        assert!(ticket.is_abandoned() && other.is_abandoned());
    }

    #[test]
    fn the_first_failure_stands() {
        let (ticket, pending) = Ticket::new(0);
        ticket.fail(Failure::StorageFull);
        ticket.fail(Failure::Stopping);
        ticket.update(|answer| *answer = 9);
        drop(ticket);
        assert_eq!(pending.wait(), Err(Failure::StorageFull));
    }
}

//! Answers that wait: for the durable append, and for every hop that the command caused.
//!
//! A [`Ticket`] goes along with a command and is cloned into whatever the command causes. When the last clone is
//! dropped, the answer is given. So "after everything" needs no counting, and a message that is lost cannot leave
//! anybody waiting.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::oneshot;

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
    answer: Mutex<Result<T, Failure>>,
    waiter: Mutex<Option<oneshot::Sender<Result<T, Failure>>>>,
    empty: fn() -> T,
}

/// An answer to come.
#[derive(Debug)]
#[must_use = "an answer that nobody waits for is lost"]
pub struct Pending<T>(oneshot::Receiver<Result<T, Failure>>);

impl<T: Default> Ticket<T> {
    /// A ticket whose answer starts as `answer`, and the other end of it.
    pub(crate) fn new(answer: T) -> (Self, Pending<T>) {
        let (sender, receiver) = oneshot::channel();
        let inner = Inner { answer: Mutex::new(Ok(answer)), waiter: Mutex::new(Some(sender)), empty: T::default };
        (Self(Arc::new(inner)), Pending(receiver))
    }
}

impl<T> Ticket<T> {
    /// Shapes the answer, unless it has failed.
    pub(crate) fn update(&self, shape: impl FnOnce(&mut T)) {
        if let Ok(answer) = &mut *self.0.answer.lock().unwrap_or_else(PoisonError::into_inner) {
            shape(answer);
        }
    }

    /// Makes the answer a failure; the first one stands.
    pub(crate) fn fail(&self, failure: Failure) {
        let mut answer = self.0.answer.lock().unwrap_or_else(PoisonError::into_inner);
        if answer.is_ok() {
            *answer = Err(failure);
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
        let answer = self.answer.get_mut().unwrap_or_else(PoisonError::into_inner);
        let answer = match answer {
            Ok(answer) => Ok(std::mem::replace(answer, (self.empty)())),
            Err(failure) => Err(*failure),
        };
        if let Some(waiter) = self.waiter.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            // Who asked may have gone; then nobody needs the answer.
            let _ = waiter.send(answer);
        }
    }
}

impl<T> Pending<T> {
    /// Blocks until the answer is there. Not for async threads.
    pub fn wait(self) -> Result<T, Failure> {
        self.0.blocking_recv().unwrap_or(Err(Failure::Stopping))
    }
}

impl<T: Send + 'static> IntoFuture for Pending<T> {
    type Output = Result<T, Failure>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.await.unwrap_or(Err(Failure::Stopping)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_with_the_last_clone() {
        let (ticket, mut pending) = Ticket::new(0);
        let other = ticket.clone();
        other.update(|answer| *answer += 1);
        drop(ticket);
        assert!(pending.0.try_recv().is_err());
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
    fn the_first_failure_stands() {
        let (ticket, pending) = Ticket::new(0);
        ticket.fail(Failure::StorageFull);
        ticket.fail(Failure::Stopping);
        ticket.update(|answer| *answer = 9);
        drop(ticket);
        assert_eq!(pending.wait(), Err(Failure::StorageFull));
    }
}

//! Calls that are under way on other cores, and their answers in the order of the calls.

use std::{collections::VecDeque, vec};

use futures_util::{StreamExt, TryStreamExt, stream};
use server::inside::Call;
use tokio::task::JoinHandle;

use super::RunError;
use crate::door::{Door, DoorError};

/// Calls that are under way.
#[derive(Default)]
pub(super) struct Answers {
    parts: VecDeque<JoinHandle<Result<Vec<Vec<u8>>, DoorError>>>,
    come: vec::IntoIter<Vec<u8>>,
}

impl Answers {
    /// Makes some calls, so many of them at once.
    pub(super) fn begin(&mut self, door: Door, calls: Vec<Call>, width: usize) {
        let call = async move { stream::iter(calls).map(|call| door.call(call)).buffered(width).try_collect().await };
        self.parts.push_back(tokio::spawn(call));
    }

    /// How many parts are under way.
    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// The next answer; none once there are no more.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, RunError> {
        loop {
            if let Some(answer) = self.come.next() {
                return Ok(Some(answer));
            }
            let Some(part) = self.parts.pop_front() else { return Ok(None) };
            self.come = part.await.map_err(std::io::Error::other)??.into_iter();
        }
    }
}

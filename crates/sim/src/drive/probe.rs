//! What a listener asks the product while the world is lived, beside what pages ask.

use api::wire::recommend::RecommendRequest;
use model::time::Timestamp;
use serde_json::{Value, json};
use server::inside::Call;
use world::calendar::Day;

use super::{Driver, Listener, RunError};
use crate::door::DoorError;

/// What a listener wants to know.
#[derive(Debug)]
pub enum Wanted {
    /// A profile, as its path names it: `anonymous_id:…`.
    Profile(String),
    /// The list of a recommender.
    List(Box<RecommendRequest>),
}

impl Wanted {
    fn call(&self, key: &str) -> serde_json::Result<Call> {
        let (method, path, body) = match self {
            Self::Profile(person) => ("GET", format!("/v1/profiles/{person}"), Vec::new()),
            Self::List(request) => ("POST", "/v1/recommend".to_owned(), serde_json::to_vec(request)?),
        };
        Ok(Call { method, path, key: key.to_owned(), user_agent: None, body })
    }
}

impl Driver<'_> {
    /// Asks what the listener wants to know.
    pub(super) async fn probe(&mut self, now: Timestamp, listener: &mut dyn Listener) -> Result<(), RunError> {
        while let Some(wanted) = listener.wanted() {
            match self.door.call(wanted.call(&self.keys.secret)?).await {
                Ok(answer) => listener.read(Some(&answer), now),
                // Nobody of that name, or nothing granted.
                Err(DoorError::Refused { status: 403 | 404, .. }) => listener.read(None, now),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Trains the models of recommenders on what was before a day.
    pub(super) async fn train(&mut self, day: Day) -> Result<(), RunError> {
        self.wait_until(self.world.calendar.at(day, 0).max(self.reached)).await?;
        self.door.ask::<Value>("POST", "/v1/training", &self.keys.secret, Some(&json!({}))).await?;
        Ok(())
    }
}

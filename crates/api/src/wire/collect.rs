//! What the tracking endpoints answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::tracking::Refused;

/// The answer to a body of the tracking protocol: what was taken is durable, what was refused is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CollectAnswer {
    /// Always true: a body that fails as a whole is answered with an error.
    pub success: bool,
    /// The events that were refused. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<RejectedItem>,
    /// What became of the others: of `/v1/import` with a secret key only, since a page need not learn who consented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<CollectCounts>,
}

/// What became of the events of an import that were not refused. They add up to all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CollectCounts {
    /// Events that are new and kept.
    pub kept: u64,
    /// Events that were there already, by source and `messageId`.
    pub known: u64,
    /// Events of people who consented to nothing that lets them be kept: they were counted.
    pub counted: u64,
}

/// One refused event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectedItem {
    /// Its `messageId`, if it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Its place in the batch, from 0.
    pub index: usize,
    /// The stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// JSON pointer to the field at fault, within the event; empty for the event as a whole.
    pub pointer: String,
}

impl CollectAnswer {
    /// The answer to a body whose events were taken but for these.
    pub fn new(refused: &[Refused]) -> Self {
        Self { success: true, rejected: refused.iter().map(RejectedItem::from).collect(), counts: None }
    }
}

impl From<&Refused> for RejectedItem {
    fn from(refused: &Refused) -> Self {
        Self {
            message_id: refused.message_id.clone(),
            index: refused.index,
            code: refused.problem.code.as_str().to_owned(),
            message: refused.problem.message.clone(),
            pointer: refused.problem.pointer.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{error::Code, tracking::Problem};

    #[test]
    fn the_answer_is_segments_with_what_was_refused() {
        assert_eq!(serde_json::to_value(CollectAnswer::new(&[])).unwrap(), json!({"success": true}));
        let problem = Problem { code: Code::TooDeep, message: "Too deep.".into(), pointer: "/properties".into() };
        let refused = Refused {
            index: 3,
            message_id: Some("m".into()),
            problem,
            raw: "{}".into(),
            identifiers: Vec::new(),
            consent: None,
        };
        assert_eq!(
            serde_json::to_value(CollectAnswer::new(&[refused])).unwrap()["rejected"][0],
            json!({"messageId": "m", "index": 3, "code": "TOO_DEEP", "message": "Too deep.", "pointer": "/properties"})
        );
    }
}

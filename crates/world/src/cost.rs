//! What doing something costs the shop, in cents. Assumptions of the demo, which anybody may change.

/// What things cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// A mail.
    pub email: f64,
    /// A text message.
    pub sms: f64,
    /// A notification.
    pub push: f64,
    /// A postcard.
    pub post: f64,
    /// A call.
    pub call: f64,
    /// An hour of writing contents.
    pub content_hour: f64,
    /// A minute of an agent.
    pub agent_minute: f64,
    /// Taking a returned parcel back.
    pub returned: f64,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            email: 0.1,
            sms: 6.0,
            push: 0.0,
            post: 75.0,
            call: 400.0,
            content_hour: 4_500.0,
            agent_minute: 60.0,
            returned: 650.0,
        }
    }
}

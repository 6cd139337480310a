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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_disturbs_more_costs_more() {
        let costs = Costs::default();
        let rising = [costs.push, costs.email, costs.sms, costs.post, costs.call];
        assert!(rising.windows(2).all(|pair| pair[0] < pair[1]));
        // In euros, as the demo states them.
        assert_eq!(rising.map(|cents| cents / 100.0), [0.0, 0.001, 0.06, 0.75, 4.0]);
    }
}

//! What follows from events as they arrive: trails, segment memberships, their timers.
